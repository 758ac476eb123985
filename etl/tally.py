"""Rows that are each a person or an order (Eventbrite, Livestorm): counted by session or by day, and forgotten.

No column of people's is read to do it, so somebody who is there twice counts twice; the person is told so.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from etl.cells import unaccented
from etl.findings import quoted
from etl.privacy import scrub
from etl.source import Constat
from rqds_metrics.regles.formats import nombre

# What tools write of a person who no longer comes, then of one who came; compared whole, without accents or case.
_ANNULES = frozenset({
    "annule", "annulee", "annules", "cancelled", "canceled", "refunded", "rembourse", "remboursee", "deleted", "supprime",
    "supprimee", "not attending", "declined", "decline", "refuse", "refusee", "void", "transferred", "transfere",
})  # fmt: skip
_VENUS = frozenset({
    "present", "presente", "presence confirmee", "checked in", "check-in", "attended", "a participe", "participe", "venu",
    "venue", "oui", "yes", "true", "vrai", "1",
})  # fmt: skip
_SEANCES, _PAR_SEANCE = 3, 3  # days of one title, and rows a day under which they are days of orders


def tallied(frame: pd.DataFrame, key: Sequence[str], what: str, by_session: bool) -> tuple[pd.DataFrame, list[Constat]]:
    """One row for each day and `key`, in the order they come: (rows, what to tell). `by_session`: a key is a session.

    `frame`: a row a person, with `date` (datetime64) and maybe `etat` (texts) and `quantite` (Int64, 1 when empty).
    Gives date, the key, `what`, and where there is an `etat` annules and presents (null where nobody came); table and row
    are those of the first.
    """
    size = frame["quantite"].fillna(1) if "quantite" in frame else pd.Series(1, index=frame.index, dtype="Int64")
    state = frame["etat"].fillna("").map(unaccented) if "etat" in frame else pd.Series("", index=frame.index)
    gone, came = state.isin(_ANNULES), state.isin(_VENUS)
    counted = frame.assign(**{what: size.mask(gone | (~came if what == "presents" and came.any() else False), 0)})
    if "etat" in frame and what == "inscrits":
        # nobody checked in is nobody who took the roll, not an empty room
        counted = counted.assign(annules=size.where(gone, 0), presents=size.where(came))
    sums = [c for c in (what, "annules", "presents") if c in counted]
    by = ["date", *key]
    groups = counted.groupby(by, sort=False, dropna=False)
    rows = groups[sums].sum(min_count=1).join(groups[["table", "row"]].first()).reset_index()
    return rows.astype(dict.fromkeys(sums, "Int64")), [
        *_told(frame, size, state, gone, came),
        *_orders(rows, key, frame, by_session),
    ]


def _told(frame: pd.DataFrame, size: pd.Series, state: pd.Series, gone: pd.Series, came: pd.Series) -> list[Constat]:
    """What was counted, and how each state was taken."""
    note = (
        f"{nombre(len(frame))} lignes comptées{f' pour {nombre(int(size.sum()))} places' if 'quantite' in frame else ''} ; "
        "rien de ce qui dit qui est là n'est lu : une personne inscrite deux fois compte deux fois."
    )
    out = [Constat("comptees", "info", note)]
    if "etat" not in frame:
        return out
    ways = (("annulé", gone), ("présent", came), ("inscrit", ~(gone | came)))
    said = [
        f"{quoted((scrub(v) for v in dict.fromkeys(frame.loc[which, 'etat'].fillna('vide'))), 5)} compte pour {way}"
        for way, which in ways
        if which.any()
    ]
    return [*out, Constat("etats", "info", f"État de l'inscription : {' ; '.join(said)}.")]


def _orders(rows: pd.DataFrame, key: Sequence[str], frame: pd.DataFrame, by_session: bool) -> list[Constat]:
    """Many days for one session, with few people each: the days are those of the orders.

    Without a title or a number a day is a session: such days would be as many sessions that never were.
    """
    if not by_session or len(frame) >= _PAR_SEANCE * len(rows):
        return []
    name = next((k for k in ("titre", "seance") if k in key), None)
    days = rows.groupby(name, dropna=False)["date"].nunique() if name else pd.Series({"": rows["date"].nunique()})
    if days.max() < _SEANCES:
        return []
    who = f"« {scrub(str(days.idxmax()))[:60]} »" if name else "Ce fichier, sans titre de séance,"
    note = f"{who} a {nombre(int(days.max()))} dates : est-ce la date des commandes ?"
    remede = "Choisissez la colonne de la date de la séance."
    if name:
        return [Constat("dates_de_commande", "avertissement", note, remede=remede)]
    remede = (
        "Choisissez la colonne de la date de la séance ; s'il n'y en a pas, ajoutez-en une au fichier, ou une du titre."
    )
    return [Constat("dates_de_commande", "erreur", note, remede=remede)]
