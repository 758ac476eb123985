"""Matomo: the report that it sends by e-mail, titled tables under technical names; only the visits of the whole are kept.

The tool writes nowhere in the file which days it speaks of: a person says it in a line of its own, at the top
(« Période : octobre 2026 »). It goes to the series of Matomo's own exports, so that a month sent both ways counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from etl.cells import normal, to_int
from etl.findings import constat_at, faulty_cells
from etl.periods import about_period, parse_period, wrong_period
from etl.privacy import scrub
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche, row_columns

SERIE = "matomo|site"
_TECHNIQUE = re.compile(r"(?:nb|max|avg|sum|bounce)_[a-z_]+|hits")  # names of the API, of figures only
_MESURE = re.compile(r"[0-9][0-9\s.,:]{0,12}%?|-")
_PERIODE = re.compile(r"(?:p[ée]riode|period)\s*:?\s*(.*)", re.IGNORECASE)
_DIRE = (
    "Ajoutez tout en haut du fichier une ligne « Période : octobre 2026 » (le mois que dit le courriel), enregistrez et "
    "renvoyez-le ; ou exportez plutôt les visites par jour (Matomo, Visiteurs, Vue d'ensemble)."
)
_REFAIRE = "Renvoyez le fichier joint au courriel, sans y changer autre chose que la ligne de la période."


@dataclass(frozen=True)
class _Chiffre:
    """A figure of a table of one row: where it is in the grid, its technical name, its text."""

    row: int
    rank: int
    nom: str
    texte: str


class MatomoCourriel(Source):
    nom = "matomo_courriel"
    titre = "Site Web · Matomo (rapport par courriel)"
    famille = "web"
    cadence = "libre"
    aide = "Le fichier .csv joint au rapport que Matomo envoie par courriel, avec « Période : octobre 2026 » en première ligne."
    attendu = (
        "tableau titré (« Visits Summary », « Récapitulatif des visites ») aux colonnes « nb_visits », « nb_actions »"
    )

    def recognise(self, document: Document) -> bool:
        return any(_is_report(f) for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        rows = []
        for feuille in document.feuilles:
            if _is_report(feuille):
                rows += _report(feuille, contexte, extrait)
            else:
                note = f"La feuille « {feuille.nom} » n'est pas un rapport de Matomo ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
        if len(rows) > 1:
            note = "Le fichier contient plus d'un rapport."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Envoyez un rapport par fichier."))
        if extrait.erreurs:
            extrait.tranches = []
        else:
            extrait.lignes = pd.DataFrame(rows, columns=row_columns(self.famille))
        return extrait

    def keepable(self, document: Document) -> list[Feuille]:
        """The period, and the tables of one row: neither the site's name nor any list."""
        return [_kept(f) for f in document.feuilles if _is_report(f)]


def _is_header(names: list[str]) -> bool:
    """Names as Matomo's API writes them: of a table of rows (« label »), or of one that has a single row."""
    return "nb_visits" in names and names[0] in ("label", "nb_visits", "nb_uniq_visitors", "nb_users", "nb_actions")


def _is_report(feuille: Feuille) -> bool:
    """A table under a title of its own: that is not how the API or the site give one."""
    rows = [[normal(v) for v in row] for row in feuille.top]
    return any(_is_header(row) and len([v for v in before if v]) == 1 for before, row in pairwise(rows))


def _figures(feuille: Feuille, nom: str, without: str = "") -> list[_Chiffre]:
    """A figure by its name, in each table of one row; `without`: a name that these tables do not have."""
    grid = feuille.cellules.to_numpy().tolist()
    out = []
    for at, values in enumerate(grid[:-1]):
        names = [normal(v) for v in values]
        if nom in names and names[0] != "label" and without not in [n for n in names if n]:
            rank = names.index(nom)
            out.append(_Chiffre(at + 1, rank, nom, grid[at + 1][rank].strip()))
    return out


def _report(feuille: Feuille, contexte: Contexte, extrait: Extrait) -> list[dict[str, object]]:
    """The row of the site over the period, if it can be read for sure."""
    labels = feuille.cellules.iloc[:, 0].str.strip()
    extrait.cellules_personnelles += sum(scrub(text) != text for text in labels)
    visits, views = _figures(feuille, "nb_visits"), _figures(feuille, "nb_pageviews", without="nb_visits")
    kept = {f.row + k for f in (*visits, *views) for k in (-2, -1, 0)}
    extrait.set_aside("ligne d'un autre tableau du rapport", len(feuille.cellules) - len(kept | {0}))
    before = len(extrait.erreurs)
    if not visits:
        note = "Ce rapport de Matomo ne donne pas les visites du site : il y manque « Récapitulatif des visites »."
        remede = "Dans Matomo, ajoutez « Récapitulatif des visites » (Visits Summary) au contenu du rapport."
        extrait.constats.append(Constat("rien_a_lire", "erreur", note, feuille=feuille.nom, remede=remede))
    for found in (visits, views):
        if len({f.texte for f in found}) > 1:
            note = f"« {found[0].nom} » est là deux fois, avec deux valeurs : le fichier contient plus d'un rapport."
            remede = "Envoyez un rapport par fichier, tel que Matomo l'a envoyé."
            extrait.constats.append(
                constat_at("doublon", "erreur", note, feuille, found[1].row, found[1].rank, remede=remede)
            )
    span = _period(feuille, contexte, extrait)
    counts = [_count(f[0], feuille, extrait) if f else None for f in (visits, views)]
    if span is None or len(extrait.erreurs) > before:
        return []
    extrait.tranches.append(span)
    return [{"serie": SERIE, "debut": span.debut, "fin": span.fin, "visites": counts[0], "vues": counts[1]}]


def _kept(feuille: Feuille) -> Feuille:
    """The period where it is one, then each table of figures under its technical names, with a title of ours."""
    first = _PERIODE.fullmatch(" ".join(v for v in feuille.top[0] if v))
    span = parse_period(first[1]) if first else None
    rows = [[f"Période : du {span.debut} au {span.fin}"]] if span else []
    grid = feuille.cellules.to_numpy().tolist()
    for names, values in pairwise(grid):
        headers = [normal(v) for v in names if v.strip()]
        if headers and headers[0] != "label" and all(_TECHNIQUE.fullmatch(h) for h in headers):
            title = "Récapitulatif des visites" if "nb_visits" in headers else "Actions"
            rows += [[title], headers, [v if _MESURE.fullmatch(v.strip()) else "" for v in values[: len(headers)]]]
    width = max(map(len, rows), default=1)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype="str")
    return Feuille(None, cells, pd.Series(range(1, len(rows) + 1), dtype="int64"))


def _period(feuille: Feuille, contexte: Contexte, extrait: Extrait) -> Tranche | None:
    """What the first line says, if it is that of the period."""
    first = " ".join(v for v in feuille.top[0] if v)
    found = _PERIODE.fullmatch(first)
    if found is None:
        note = "Ce rapport de Matomo ne dit pas de quelle période il parle."
        extrait.constats.append(constat_at("sans_periode", "erreur", note, feuille, 0, remede=_DIRE))
        return None
    span = parse_period(found[1])
    if span is None or span.debut.year < 2000:
        note = wrong_period(found[1], span, contexte.recu_le) or ""
        extrait.constats.append(constat_at("periode", "erreur", note, feuille, 0, remede=_DIRE))
        return None
    by_month = "Demandez à Matomo un rapport par mois, ou exportez les visites par jour."
    extrait.constats += about_period(span.debut, span.fin, span.mode == "bloc", feuille, 0, contexte.recu_le, by_month)
    return Tranche(SERIE, span.debut, span.fin, span.mode)


def _count(found: _Chiffre, feuille: Feuille, extrait: Extrait) -> int | None:
    """A number of visits or views; « - » is none. Without visits there is nothing to keep."""
    raw = pd.Series([found.texte], dtype="str")
    typed = to_int(raw, ("-",))
    value = typed.values.iloc[0]
    extrait.constats += faulty_cells(typed, raw, "int", feuille, found.rank, found.nom, rows=[found.row])
    if pd.notna(value) and value < 0:
        note = f"« {value} » : ce nombre ne peut pas être négatif."
    elif pd.isna(value) and not typed.faulty.any() and found.nom == "nb_visits":
        note = "Le nombre de visites est vide."
    else:
        return None if pd.isna(value) else int(value)
    extrait.constats.append(
        constat_at("incoherence", "erreur", note, feuille, found.row, found.rank, header=found.nom, remede=_REFAIRE)
    )
    return None


SOURCE = MatomoCourriel()
