"""Meta Business Suite: the posts of Facebook or Instagram accounts, with their figures since they were published.

One row an account and month of publication. A month is replaced by the newest file that has posts of it, so that
files of one month each do not erase each other. Titles and texts are dropped; reach does not add up and is not kept.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import cast

import pandas as pd

from etl.cells import normal
from etl.columns import Champ, Table
from etl.findings import constat_at
from etl.source import Constat, Contexte, Extrait, Tranche, row_columns
from etl.table import TableSource, joined, scrubbed
from rqds_metrics.regles.formats import jour, mois

_VIDE = ("-", "--", "n/a", "NaN")
_COMPTEURS = ("reactions", "commentaires", "partages")
# Free text, of which the cells are counted. People's columns are counted by etl.table already.
_TEXTES = ("Title", "Titre", "Description", "Message", "Caption", "Légende", "Text", "Texte", "Data comment",
           "Commentaire sur les données", "Custom labels", "Libellés personnalisés",
           "Commentaire des données")  # fmt: skip


class Meta(TableSource):
    nom = "meta"
    titre = "Réseaux sociaux · Meta Business Suite"
    famille = "social"
    cadence = "mensuelle"
    aide = (
        "Meta Business Suite, Statistiques, Contenu, Exporter les données, publications d'un mois entier, chiffres "
        "depuis la publication (.csv)."
    )
    attendu = (
        "colonnes « Post ID » et « Publish time » (ou « Identifiant de la publication » et « Heure de publication »)"
    )
    signatures = (
        frozenset({"post id", "publish time"}),
        frozenset({"identifiant de la publication", "heure de publication"}),
        frozenset({"id de la publication", "heure de publication"}),
    )
    champs = (
        Champ("id", "text", ("Post ID", "Identifiant de la publication", "ID de la publication"), filled=True),
        Champ("jour", "date", ("Publish time", "Heure de publication"), filled=True),
        Champ(
            "compte", "text", ("Account name", "Nom du compte", "Page name", "Nom de la Page"), filled=True, empty=_VIDE
        ),
        Champ("vues", "int", ("Views", "Vues", "Impressions"), empty=_VIDE),
        Champ("reactions", "int", ("Reactions", "Réactions", "Likes", "J'aime", "Mentions J'aime"), empty=_VIDE),
        Champ("commentaires", "int", ("Comments", "Commentaires"), empty=_VIDE),
        Champ("partages", "int", ("Shares", "Partages"), empty=_VIDE),
        Champ("lien", "text", ("Permalink", "Permalien"), required=False),
        Champ("genre", "text", ("Post type", "Type de publication"), required=False),
    )
    conservables = ((signatures, champs[1:7]),)  # no link, which names whom it is about

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        frame = joined(tables)
        extrait.cellules_personnelles += sum(_texts(t) for t in tables)
        frame["moment"] = pd.concat([_raw_moment(t) for t in tables], ignore_index=True)
        frame["compte"] = _accounts(frame)
        extrait.constats += _below_zero(frame, tables) + _repeated(frame, tables) + _unsure(frame, tables)
        if extrait.erreurs or frame.empty:
            return
        posts = frame[list(_COMPTEURS)].sum(axis=1, min_count=1)
        frame["serie"] = [_serie(c, d) for c, d in zip(frame["compte"], frame["jour"], strict=True)]
        grouped = frame.assign(interactions=posts).groupby("serie", sort=False)
        months = grouped.agg(compte=("compte", "first"), debut=("jour", "min"), fin=("jour", "max")).reset_index()
        for column in ("interactions", "vues"):
            months[column] = grouped[column].sum(min_count=1).reset_index(drop=True).astype("Int64")
        months["debut"], months["fin"] = months["debut"].dt.date, months["fin"].dt.date
        extrait.lignes = months.assign(abonnes=None)[row_columns(self.famille)]
        extrait.tranches = [
            Tranche(serie, first, last, "cle")
            for serie, first, last in zip(months["serie"], months["debut"], months["fin"], strict=True)
        ]
        extrait.constats += _about(months["fin"].max(), contexte.recu_le)


def _accounts(frame: pd.DataFrame) -> pd.Series:
    """The account of each post, with its network: an organisation goes by the same name on both."""
    link, kind = frame["lien"].fillna("").str.lower(), frame["genre"].fillna("").map(normal)
    instagram = link.str.contains("instagram.com", regex=False) | kind.str.startswith("ig ")
    facebook = link.str.contains(r"facebook\.com|fb\.(?:com|watch)", regex=True) & ~instagram
    names = scrubbed(frame["compte"]).astype("str")
    return names.mask(instagram, names + " (Instagram)").mask(facebook, names + " (Facebook)")


def _serie(account: str, day: pd.Timestamp) -> str:
    """The account and the month: « meta|fa56423fa788|2026-10 »."""
    mark = hashlib.sha256(normal(account).encode()).hexdigest()[:12]
    return f"meta|{mark}|{day:%Y-%m}"


def _texts(table: Table) -> int:
    """Cells of free text that are dropped."""
    count = 0
    for header in _TEXTES:
        found = table.raw(header)
        count += int((found[1].str.strip() != "").sum()) if found else 0
    return count


def _raw_moment(table: Table) -> pd.Series:
    found = table.raw(table.columns["jour"].header)
    return found[1] if found else pd.Series(dtype="str")


def _below_zero(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    out = []
    for champ in ("vues", *_COMPTEURS):
        for t, row in frame.loc[(frame[champ] < 0).fillna(False), ["table", "row"]].head(10).itertuples(index=False):
            place = tables[t].columns[champ]
            note = "Un nombre de vues, de réactions, de commentaires ou de partages ne peut pas être négatif."
            out.append(
                constat_at("incoherence", "erreur", note, tables[t].feuille, int(row), place.rank, header=place.header)
            )
    return out


def _repeated(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    """The same post twice; its moment is compared too, for Excel rounds long numbers."""
    out = []
    twice = frame.duplicated(["compte", "id", "moment"])
    for t, row in frame.loc[twice, ["table", "row"]].head(10).itertuples(index=False):
        place = tables[t].columns["id"]
        note = "Cette publication est là deux fois : elle compterait double."
        remede = "Exportez les chiffres depuis la publication, et non jour par jour."
        out.append(
            constat_at(
                "doublon", "erreur", note, tables[t].feuille, int(row), place.rank, header=place.header, remede=remede
            )
        )
    return out


def _unsure(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    """Dates in figures of which none tells the day from the month: read as Meta writes them, the month first."""
    parts = frame["moment"].str.extract(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}\b").dropna().astype("int64")
    if parts.empty or (parts > 12).any(axis=None) or (parts[0] == parts[1]).all():
        return []
    first = frame.loc[parts.index[0]]
    note = (
        f"Rien dans les dates ne distingue le jour du mois : la première est lue comme le {jour(first['jour'].date())}."
    )
    remede = "Si ce n'est pas le bon mois, renvoyez le fichier tel que Meta l'a donné, sans l'ouvrir dans Excel."
    table = tables[int(cast(int, first["table"]))]
    place = table.columns["jour"]
    return [
        constat_at(
            "ordre_incertain",
            "avertissement",
            note,
            table.feuille,
            int(first["row"]),
            place.rank,
            header=place.header,
            remede=remede,
        )
    ]


def _about(last: date, recu_le: date) -> list[Constat]:
    note = (
        f"Ces chiffres sont comptés depuis chaque publication ; ils valent en date du {jour(recu_le)}. "
        "Un mois reçu de nouveau remplace le même mois."
    )
    out = [
        Constat("depuis_le_debut", "info", note, remede="Exportez des mois entiers, du premier au dernier jour."),
    ]
    if (last.year, last.month) == (recu_le.year, recu_le.month):
        note = f"Le mois en cours ({mois(last)}) n'est pas fini : ses chiffres sont encore partiels."
        remede = "Renvoyez l'export au début du mois prochain."
        out.append(Constat("mois_en_cours", "avertissement", note, remede=remede))
    return out


SOURCE = Meta()
