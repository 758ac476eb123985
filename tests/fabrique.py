"""Small builders for tests: files as they are once read, without going through a spreadsheet."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import pandas as pd

from etl.loading import Recu, import_export
from etl.source import Extrait, Lecture, Source, Tranche, row_columns


class Outil(Source):
    """A tool of the tests."""

    cadence = "libre"
    aide = attendu = ""

    def __init__(self, nom: str, famille: str) -> None:
        self.nom, self.titre, self.famille = nom, nom, famille  # type: ignore[misc]


def lecture(
    famille: str, rows: list[dict], tranches: list[Tranche], fichier: str = "essai.csv", outil: str = ""
) -> Lecture:
    """A file of `famille` whose rows and spans are given; its hash is that of its content."""
    outil = outil or tranches[0].serie.split("|")[0]
    frame = pd.DataFrame(rows, columns=row_columns(famille))
    digest = hashlib.sha256(repr((fichier, rows, tranches)).encode()).hexdigest()
    extrait = Extrait(outil, famille, frame, tranches)
    return Lecture(fichier, digest, Outil(outil, famille), extrait, [])


def visites(debut: date, fin: date, nombre: int, fichier: str = "ga4.csv") -> Lecture:
    """Sessions of the whole site over a span, as GA4 gives them."""
    row = {"serie": "ga4|site", "debut": debut, "fin": fin, "visites": nombre}
    return lecture("web", [row], [Tranche("ga4|site", debut, fin, "bloc")], fichier)


def ecoutes(jours: dict[date, int], fichier: str = "spotify.csv") -> Lecture:
    """Plays a day, as Spotify gives them."""
    rows = [{"serie": "spotify|emission", "debut": d, "fin": d, "lectures": n} for d, n in jours.items()]
    return lecture("balado", rows, [Tranche("spotify|emission", min(jours), max(jours), "jour")], fichier)


def episodes(
    jour: date, compteurs: dict[str, int | None], sortie: date | dict[str, date], outil: str = "spotify"
) -> Lecture:
    """Plays of each episode since it came out, as of a day. `sortie`: the day they came out, one for all or each its own."""
    out = sortie if isinstance(sortie, dict) else dict.fromkeys(compteurs, sortie)
    serie = f"{outil}|episodes"
    rows = [
        {"serie": serie, "debut": min(out[t], jour), "fin": jour, "episode": t, "publie_le": out[t], "lectures": n}
        for t, n in compteurs.items()
    ]
    return lecture(
        "balado", rows, [Tranche(serie, min(r["debut"] for r in rows), jour, "releve")], f"{outil} {jour}.csv"
    )


def envoi(code: str, jour: date, livres: int, ouvertures: int, fichier: str = "campagnes.csv") -> Lecture:
    row = {"serie": f"mailchimp|{code}", "debut": jour, "fin": jour, "campagne": code, "titre": code,
           "livres": livres, "ouvertures": ouvertures}  # fmt: skip
    return lecture("infolettre", [row], [Tranche(f"mailchimp|{code}", jour, jour, "cle")], fichier)


def saisie(indicateur: str, debut: date, fin: date, fichier: str = "saisie.csv", **valeurs: object) -> Lecture:
    row = {"serie": f"saisie|{indicateur}", "debut": debut, "fin": fin, "indicateur": indicateur, **valeurs}
    return lecture("saisie", [row], [Tranche(f"saisie|{indicateur}", debut, fin, "bloc")], fichier)


def load(base, *lectures: Lecture, recu_le: datetime = datetime(2022, 7, 1, 15)) -> list[Recu]:
    return [import_export(le, base, par="essai", recu_le=recu_le) for le in lectures]
