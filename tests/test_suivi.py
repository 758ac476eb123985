"""Each indicator of the plan can be followed: how it gets a value, how its target is set, an example up to a status.

tests/suivi.csv is that table, a line an indicator. Each example goes through the app's own code: it is imported, the
direction decides what the plan leaves open, and `resultats` gives the status that the line expects. After a change of
the plan: `RQDS_GOLDEN=1 python -m pytest tests/test_suivi.py` writes the new lines; read them again in the diff.
"""

from __future__ import annotations

import csv
import os
from datetime import date, datetime
from pathlib import Path

import pytest

from etl.source import Lecture, Tranche
from rqds_metrics.exercice import Exercice
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Condition, Indicateur, load_plan
from rqds_metrics.registre import decide
from rqds_metrics.resultats import resultats
from rqds_metrics.store import transaction
from tests.fabrique import lecture, load, saisie

TABLE = Path(__file__).with_name("suivi.csv")
COLONNES = ("indicateur", "valeur", "cible", "exemple", "statut")
PLAN = load_plan()
AU = date(2026, 11, 24)


def exercice_of(i: Indicateur) -> Exercice:
    return Exercice.parse("2022-2023" if i.cible and i.cible.nombre_an1 else "2025-2026")


def line_of(i: Indicateur) -> dict[str, str]:
    """How an indicator is followed, from the plan alone."""
    genre = i.cible.genre if i.cible else None
    cible, exemple, statut = "direction", "12", "atteinte"
    if i.type == "qualitatif":
        cible, exemple, statut = "aucune", "Deux échanges avec le ministère.", "sans_cible"
    elif i.type == "jalon":
        cible = "plan, chaque année" if i.cible and i.cible.annuel else "plan, échéance de la direction"
        exemple = "2026-03-14"
    elif i.type == "taux":
        cible, exemple = (f"plan, seuil {i.cible.seuil:g} %" if i.cible and i.cible.seuil else "direction"), "90/100"
    elif genre == "hausse":
        cible, exemple = f"plan, hausse {i.cible.hausse:g} %" if i.cible else "", "100 puis 115"
    elif genre == "croissance":
        cible, exemple = "plan, croissance", "100 puis 101"
    elif genre == "nombre_an1":
        cible, exemple = f"plan, {i.cible.nombre_an1} à l'an 1" if i.cible else "", str(i.cible.nombre_an1)
    return dict(zip(COLONNES, (i.id, i.mesure or "saisie", cible, exemple, statut), strict=True))


def table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_none_is_missing():
    wanted = [line_of(i) for i in PLAN.tous.values()]
    if os.environ.get("RQDS_GOLDEN"):
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLONNES, delimiter=";", lineterminator="\n")
            writer.writeheader()
            writer.writerows(wanted)
    assert table() == wanted


def word(filtre: tuple[Condition, ...], colonne: str) -> str:
    """A text that a filter takes: one word of each of its conditions on the column."""
    return " ".join((c.contient or c.commence or c.egal)[0] for c in filtre if c.colonne == colonne and not c.sans)


def measured(i: Indicateur, exercice: Exercice, number: float, of: float) -> list[Lecture]:
    """Rows of the family that the measure reads, as its first source gives them."""
    mesure = load_mesures()[i.mesure or ""]
    outil = mesure.series[0]
    first, last = exercice.debut, exercice.fin
    day = first.replace(month=11, day=12)
    titre = word(i.filtre, "titre") or "Séance publique"
    rows: dict[str, dict[str, object]] = {
        "visites_web": {"visites": number},
        "vues_pages": {"page": word(i.filtre, "page"), "vues": number},
        "taux_ouverture": {"campagne": "c1", "titre": "Novembre", "livres": of, "ouvertures": number},
        "ecoutes_balado": {"lectures": number},
        "taux_ecoute_balado": {"episode": "Un", "publie_le": day, "ecoutes": number, "lectures": of},
        "presences_webinaire": {"seance": "s1", "titre": titre, "presents": number},
        "inscriptions_webinaire": {"seance": "s1", "titre": titre, "inscrits": number},
    }
    if i.mesure in rows:
        spans = (first, last) if mesure.couverture == "continue" else (day, day)
        row = {"serie": outil, "debut": spans[0], "fin": spans[1], **rows[i.mesure]}
        mode = "releve" if i.mesure == "taux_ecoute_balado" else "bloc"
        return [lecture(mesure.famille, [row], [Tranche(outil, *spans, mode)], f"{i.id}-{exercice}.csv")]
    if i.mesure == "satisfaction":
        common = {"serie": f"{outil}|s", "debut": day, "fin": day, "sondage": word(i.filtre, "sondage") or "Sondage",
                  "question": word(i.filtre, "question")}  # fmt: skip
        answers = [
            {**common, "reponse": "Satisfait", "satisfait": True, "nombre": number},
            {**common, "reponse": "Insatisfait", "satisfait": False, "nombre": of - number},
        ]
        return [lecture("sondage", answers, [Tranche(f"{outil}|s", day, day, "cle")], f"{i.id}.xlsx")]
    if i.mesure == "balados_publies":
        common = {"serie": outil, "debut": day, "fin": day, "publie_le": day, "lectures": 5}
        shows = [{**common, "episode": f"n{k}"} for k in range(int(number))]
        return [lecture("balado", shows, [Tranche(outil, day, day, "cle")], "episodes.csv")]
    sessions = []
    for k in range(int(number)):
        row = {"serie": f"{outil}|{k}", "debut": day, "fin": day, "seance": f"n{k}", "titre": titre}
        sessions.append(lecture("webinaire", [row], [Tranche(f"{outil}|{k}", day, day, "cle")], f"{k}.csv"))
    return sessions


def files_of(i: Indicateur, line: dict[str, str]) -> list[Lecture]:
    """The files of an example, this year's last."""
    exercice, text = exercice_of(i), line["exemple"]
    if i.type == "jalon":
        day = date.fromisoformat(text)
        return [saisie(i.id, day.replace(day=1), day, valeur=1.0, fait_le=day)]
    if i.type == "qualitatif":
        return [saisie(i.id, exercice.debut, exercice.fin, texte=text)]
    if i.type == "taux":
        number, of = map(float, text.split("/"))
        if i.mesure:
            return measured(i, exercice, number, of)
        return [saisie(i.id, exercice.debut, exercice.fin, numerateur=number, denominateur=of)]
    values = [float(v) for v in text.split(" puis ")]
    years = [exercice] if len(values) == 1 else [exercice.precedent, exercice]
    if i.mesure:
        return [f for y, v in zip(years, values, strict=True) for f in measured(i, y, v, 0)]
    return [saisie(i.id, y.debut, y.fin, f"{y}.csv", valeur=v) for y, v in zip(years, values, strict=True)]


@pytest.mark.parametrize("line", table(), ids=lambda line: line["indicateur"])
def test_an_example_reaches_its_status(tmp_path, line):
    i, base = PLAN.tous[line["indicateur"]], tmp_path / "rqds.duckdb"
    exercice = exercice_of(i)
    load(base, *files_of(i, line), recu_le=datetime(2026, 8, 1, 15))
    with transaction(base) as cursor:
        common = {"qui": "direction", "pourquoi": "essai", "quand": datetime(2026, 8, 2)}
        if line["cible"] == "direction":
            decide(cursor, "cible", i.id, 0.85 if i.type == "taux" else 11, exercice=str(exercice), **common)
        elif "échéance" in line["cible"]:
            decide(cursor, "echeance", i.id, "2026-03-31", **common)
    found = resultats(exercice, AU, base).set_index("indicateur").loc[i.id]
    assert found.statut == line["statut"], found.phrase
    other = resultats(Exercice.parse("2024-2025"), AU, base).set_index("indicateur").loc[i.id]
    assert other.statut != found.statut or "puis" in line["exemple"] or i.type == "jalon"  # the example did it
