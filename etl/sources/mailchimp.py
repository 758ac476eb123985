"""Mailchimp: « campaigns.csv », one line a mailing. The report of one mailing is mailchimp_campagne.

Rates of the file are checked and never kept: a rate is unique opens over deliveries, all mailings together. Every
mailing is kept, tests too; it is the measure that leaves out those below a number of recipients that can change.
A mailing's series is its code, which its title and its figures never change; `campagne` is the mark that its own
report has too (see etl.matching).
"""

from __future__ import annotations

import pandas as pd

from etl.cells import to_percent
from etl.columns import Champ, Table
from etl.dates import to_datetime
from etl.findings import constat_at
from etl.source import Constat, Contexte, Extrait, Tranche, Verdict, row_columns
from etl.sources._mailchimp import TOLERANCE, mailing_marks
from etl.table import TableSource, joined, scrubbed

_CODE = r"[0-9A-Za-z_-]{1,40}"
_VIDE = ("n/a", "--")
_ENVOI = "Send Date"


class Mailchimp(TableSource):
    nom = "mailchimp"
    titre = "Infolettre · Mailchimp"
    famille = "infolettre"
    cadence = "mensuelle"
    aide = "Mailchimp, Analytics, Reports (Campagnes), Export : fichier campaigns.csv."
    attendu = "colonnes « Unique Opens », « Successful Deliveries », « Unique Id »"
    signatures = (
        frozenset({"unique opens", "successful deliveries"}),
        frozenset({"unique opens", "unique id"}),
        frozenset({"successful deliveries", "unique id"}),
    )
    champs = (
        Champ("campagne", "text", ("Unique Id",), filled=True),
        Champ("titre", "text", ("Title",), empty=_VIDE),
        Champ("envoi", "date", (_ENVOI,), filled=True),
        Champ("livres", "int", ("Successful Deliveries",), filled=True),
        Champ("ouvertures", "int", ("Unique Opens",), empty=_VIDE),
        Champ("clics", "int", ("Unique Clicks",), required=False, empty=_VIDE),
        Champ("desabonnements", "int", ("Unsubscribes",), required=False, empty=_VIDE),
    )
    conservables = ((signatures, champs),)  # neither the subject nor the audience, which are free texts

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        frame = joined(tables)
        limit = contexte.reglages.envoi_test_moins_de
        extrait.constats += _impossible(frame, tables, limit) + _codes(frame, tables) + _twice(frame, tables)
        for table in tables:
            extrait.constats += _rates(table)
        small = int((frame["livres"] < limit).sum())
        if small:
            note = (
                f"{small} envois sur {len(frame)} ont été livrés à moins de {limit} personnes : ils sont gardés, "
                "mais comptent pour des essais et n'entrent pas dans le taux d'ouverture."
                if small > 1
                else f"Un envoi sur {len(frame)} a été livré à moins de {limit} personnes : il est gardé, mais compte "
                "pour un essai et n'entre pas dans le taux d'ouverture."
            )
            extrait.constats.append(Constat("envois_test", "info", note))
        moments = pd.concat([_moments(t) for t in tables], ignore_index=True)
        extrait.constats += _timeless(moments, tables)
        frame["serie"] = "mailchimp|" + frame["campagne"].astype("str")
        frame["campagne"] = mailing_marks(moments, frame["titre"])
        extrait.repere = "campagne"
        frame["debut"] = frame["fin"] = frame["envoi"].dt.date
        frame["titre"] = scrubbed(frame["titre"])
        extrait.lignes = frame[row_columns(self.famille)]
        days = zip(frame["serie"].tolist(), frame["debut"].tolist(), strict=True)
        extrait.tranches = [Tranche(serie, day, day, "cle") for serie, day in days]


def _moments(table: Table) -> pd.Series:
    """When each mailing was sent, hours included, aligned with the table's frame."""
    found = table.raw(_ENVOI)
    assert found is not None  # a required column
    return to_datetime(found[1]).values


def _timeless(moments: pd.Series, tables: list[Table]) -> list[Constat]:
    """Send dates without hours: a mailing cannot be told for the one of its own report, and would count twice."""
    midnight = int((moments == moments.dt.normalize()).sum())
    if midnight < len(moments) or moments.empty:
        return []
    note = (
        "Les dates d'envoi n'ont pas d'heure : si le rapport d'un seul de ces envois est aussi reçu, rien ne dira que "
        "c'est le même, et il comptera deux fois."
    )
    remede = "Renvoyez l'export tel que Mailchimp l'a donné, sans l'enregistrer dans Excel."
    header = tables[0].columns["envoi"].header
    return [Constat("sans_heure", "avertissement", note, colonne=header, remede=remede)]


def _cells(frame: pd.DataFrame, which: pd.Series, tables: list[Table], champ: str) -> list[tuple[int, Table, int]]:
    """(row of `frame`, its table, its position in the grid) of the chosen rows."""
    chosen = frame[which.fillna(False)]
    return [(k, tables[t], int(r)) for k, t, r in zip(chosen.index, chosen["table"], chosen["row"], strict=True)]


def _impossible(frame: pd.DataFrame, tables: list[Table], limit: int) -> list[Constat]:
    """More people who opened, clicked or left than people reached. A test, under `limit` recipients, may show it."""
    out = []
    for champ in ("ouvertures", "clics", "desabonnements"):
        if frame[champ].isna().all():
            continue
        for k, table, row in _cells(frame, frame[champ] > frame["livres"], tables, champ)[:10]:
            place = table.columns[champ]
            few = frame["livres"][k] < limit  # seen in real files: a test opened, then counted as bounced
            note = f"{frame[champ][k]} en « {place.header} » pour {frame['livres'][k]} courriels livrés : c'est impossible."
            remede = "L'envoi compte pour un essai : rien à faire." if few else "Refaites l'export dans Mailchimp."
            verdict: Verdict = "avertissement" if few else "erreur"
            out.append(
                constat_at(
                    "incoherence", verdict, note, table.feuille, row, place.rank, header=place.header, remede=remede
                )
            )
    for k, table, row in _cells(frame, frame["livres"] < 0, tables, "livres")[:10]:
        place = table.columns["livres"]
        note = f"« {frame['livres'][k]} » : un nombre de courriels ne peut pas être négatif."
        out.append(constat_at("incoherence", "erreur", note, table.feuille, row, place.rank, header=place.header))
    return out


def _codes(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    """Codes that are not codes: they are kept as they are, so nothing else may pass for one."""
    out = []
    for _, table, row in _cells(frame, ~frame["campagne"].str.fullmatch(_CODE), tables, "campagne")[:10]:
        place = table.columns["campagne"]
        note = "Ce n'est pas un code d'envoi de Mailchimp (des lettres et des chiffres, sans espace)."
        remede = "Renvoyez l'export tel que Mailchimp l'a donné."
        out.append(
            constat_at("code", "erreur", note, table.feuille, row, place.rank, header=place.header, remede=remede)
        )
    return out


def _twice(frame: pd.DataFrame, tables: list[Table]) -> list[Constat]:
    out = []
    for k, table, row in _cells(frame, frame["campagne"].duplicated(), tables, "campagne")[:10]:
        place = table.columns["campagne"]
        note = f"L'envoi « {frame['campagne'][k]} » est là deux fois dans le fichier : il compterait double."
        remede = "Retirez la ligne de trop, ou refaites l'export."
        out.append(
            constat_at("doublon", "erreur", note, table.feuille, row, place.rank, header=place.header, remede=remede)
        )
    return out


def _rates(table: Table) -> list[Constat]:
    """Mailings whose « Open Rate » is not unique opens over deliveries: a column was changed, or is not what we think."""
    found = table.raw("Open Rate")
    if found is None or table.frame.empty:
        return []
    place, raw = found
    told = to_percent(raw, _VIDE).values.astype("float64")
    computed = table.frame["ouvertures"].astype("float64") / table.frame["livres"].astype("float64").where(
        lambda n: n > 0
    )
    off = (told - computed).abs() > TOLERANCE
    if not off.any():
        return []
    first = int(table.frame.loc[off, "row"].iloc[0])
    note = (
        f"Le taux « Open Rate » ne correspond pas aux ouvertures uniques divisées par les livraisons pour {int(off.sum())} "
        "envois ; c'est le quotient des deux nombres qui est gardé."
    )
    return [constat_at("taux_different", "avertissement", note, table.feuille, first, place.rank, header=place.header)]


SOURCE = Mailchimp()
