"""What the scan lost, settled by the direction; and the checklist of expected results."""

from __future__ import annotations

import json
from datetime import date, datetime

import pandas as pd
import pytest

from etl.checklist import changes_of, frame_of
from etl.grids import with_blanks
from rqds_metrics import store
from rqds_metrics.attendus import expected_of
from rqds_metrics.donnees import load_donnees
from rqds_metrics.doutes import doubted, due_text, due_years, settled
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Choix, Decisions, decide_all
from rqds_metrics.resultats import resultats

PLAN = load_plan()
AN1, AN4, AN5 = Exercice(2022), Exercice(2025), Exercice(2026)
AU, T0 = date(2026, 11, 24), datetime(2026, 11, 20, 15)
ACTION = PLAN.actions["1.2.1"]


@pytest.fixture
def base(tmp_path):
    return tmp_path / "rqds.duckdb"


def known(base):
    return load_donnees(date(2027, 6, 30), base).decisions


def keep(base, *choix, quand=T0):
    assert decide_all(choix, base, qui="essai", pourquoi="CA", quand=quand) == []
    return known(base)


def test_the_first_years_results_are_the_plans():
    lines = expected_of(ACTION, AN1, Decisions())
    assert [x.texte for x in lines] == list(ACTION.resultats_an1) and "4 rencontres du chantier" in ACTION.resultats_an1
    assert not any(x.fait for x in lines) and all(x.du_plan for x in lines)
    assert expected_of(ACTION, AN4, Decisions()) == []
    listed = sum(len(a.resultats_an1) for a in PLAN.actions.values())
    assert listed == sum(len(expected_of(a, AN1, Decisions())) for a in PLAN.actions.values()) > 90


def test_a_line_of_the_plan_is_ticked_and_dated(base):
    lines = expected_of(ACTION, AN1, Decisions())
    edited = frame_of(lines)
    assert changes_of("1.2.1", AN1, lines, edited, AU, T0) == ([], [])
    edited.loc[1, "Fait"] = True
    _, [wrong] = changes_of("1.2.1", AN1, lines, edited, AU, T0)
    assert "date" in wrong
    edited.loc[1, "Fait le"] = date(2023, 6, 14)
    choix, wrong = changes_of("1.2.1", AN1, lines, edited, AU, T0)
    assert not wrong
    done = expected_of(ACTION, AN1, keep(base, *choix))
    assert [(x.fait, x.fait_le) for x in done] == [
        (False, None),
        (True, date(2023, 6, 14)),
        (False, None),
        (False, None),
    ]


def test_later_years_are_entered_changed_and_taken_away(base):
    rows = pd.DataFrame(
        [[None, False, "Septembre : première rencontre du comité", None], [None, None, "Bilan écrit à jean@rqds.example", None],
         [None, None, None, None]],
        columns=frame_of([]).columns, dtype="object",
    )  # fmt: skip
    choix, wrong = changes_of("1.2.1", AN4, [], rows, AU, T0)
    assert not wrong and len(choix) == 2
    lines = expected_of(ACTION, AN4, keep(base, *choix))
    assert [x.texte for x in lines] == ["Septembre : première rencontre du comité", "Bilan écrit à [courriel]"]
    assert expected_of(ACTION, AN5, known(base)) == []
    edited = frame_of(lines).drop(index=1)
    edited.loc[0, "Fait le"] = date(2025, 9, 10)
    choix, _ = changes_of("1.2.1", AN4, lines, edited, AU, T0)
    lines = expected_of(ACTION, AN4, keep(base, *choix, quand=datetime(2026, 11, 20, 16)))
    assert [(x.texte, x.fait, x.fait_le) for x in lines] == [
        ("Septembre : première rencontre du comité", True, date(2025, 9, 10))
    ]
    edited = with_blanks(frame_of(lines), 2)
    assert changes_of("1.2.1", AN4, lines, edited, AU, T0) == ([], [])  # empty lines to paste in say nothing
    edited.loc[0, "Fait"] = False
    assert "retirez aussi la date" in changes_of("1.2.1", AN4, lines, edited, AU, T0)[1][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.assign(**{"Résultat attendu": "Autre chose"}), "viennent du plan"),
        (lambda f: f.iloc[1:], "ne se retire pas"),
        (lambda f: f.assign(**{"Fait le": date(2027, 1, 1)}), "pas encore passé"),
        (lambda f: f.assign(**{"Fait le": date(2020, 1, 1)}), "avant l'exercice"),
    ],
)
def test_what_is_wrong_with_the_list_is_told(change, said):
    lines = expected_of(ACTION, AN1, Decisions())[:1]
    choix, [wrong] = changes_of("1.2.1", AN1, lines, change(frame_of(lines)), AU, T0)
    assert not choix and said in wrong and "1.2.1" in wrong


def test_a_doubt_is_settled_once_and_the_choice_is_kept(base):
    first, second = doubted(PLAN)[:2]
    assert len(doubted(PLAN)) == 13 and settled(first, Decisions()).titre == "À confirmer par la direction"
    decisions = keep(
        base,
        Choix("doute", first.id, None, {"verdict": "juste", "note": ""}),
        Choix("doute", second.id, None, {"verdict": "a_corriger", "note": "Direction en 1.1.1."}),
    )
    assert settled(first, decisions) is None
    assert (settled(second, decisions).titre, settled(second, decisions).texte) == (
        "À corriger dans le plan", "Direction en 1.1.1"
    )  # fmt: skip
    sound = next(i for i in PLAN.tous.values() if not i.doute)
    assert settled(sound, decisions) is None


def test_the_years_of_an_action_and_the_day_of_a_milestone(base):
    assert due_text(ACTION, Decisions()) == "échéance à confirmer"
    decisions = keep(base, Choix("echeance", "1.2.1", None, [1, 3]), Choix("echeance", "2.1.1-1", None, "2026-09-30"))
    assert due_years(ACTION, decisions) == [1, 3] and due_text(ACTION, decisions) == "échéance : an 1, an 3"
    assert due_text(PLAN.actions["4.3.4"], decisions) == "échéance : Selon les budgets disponibles"
    frame = resultats(AN5, AU, base).set_index("indicateur")
    assert frame.loc["2.1.1-1", "statut"] == "sans_donnees" and frame.loc["1.2.1-1", "statut"] != "en_retard"


def shown(at):
    return " ".join(json.loads(e.proto.json)["html"] for e in at.get("bidi_component"))


@pytest.fixture
def typing(monkeypatch):
    import streamlit

    real, wanted = streamlit.data_editor, {}

    def edited(data, **how):
        real(data, **how)
        frame = data.copy()
        for (column, row), value in wanted.items():
            if column in frame and row < len(frame):
                frame.loc[row, column] = value
        return frame

    monkeypatch.setattr(streamlit, "data_editor", edited)
    return wanted


@pytest.mark.parametrize(
    ("vue", "cell", "value", "genre"),
    [
        ("jalons", ("Échéance", 0), date(2027, 3, 31), "echeances"),
        ("actions", ("an 2", 0), True, "echeances"),
        ("doutes", ("La lecture est…", 0), "juste", "doutes"),
    ],
)
def test_the_page_keeps_each_choice_with_its_reason(app_on, own_demo, typing, vue, cell, value, genre):
    at = app_on(own_demo, "pages/echeances.py", vue=vue)
    assert not at.exception and not at.error
    before = len(getattr(known_now(own_demo), genre))
    typing[cell] = value
    at.run()
    button = next(b for b in at.button if b.label == "Enregistrer 1 choix")
    button.click().run()
    assert "pourquoi" in at.warning[0].value
    at.text_input[0].set_value("Lu dans l'original.")
    next(b for b in at.button if b.label == "Enregistrer 1 choix").click().run()
    assert not at.exception and "1 choix enregistré" in at.success[0].value
    assert len(getattr(known_now(own_demo), genre)) in (before + 1, before)  # a milestone had its day already
    assert any(d.pourquoi == "Lu dans l'original." for d in getattr(known_now(own_demo), genre).values())


def known_now(base):
    return load_donnees(store.today(), base).decisions


def test_the_checklist_is_beside_the_indicators(app_on, own_demo, typing):
    at = app_on(own_demo, "pages/saisir.py", exercice="2022-2023", action="1.2.1")
    assert not at.exception
    typing["Fait le", 1] = date(2023, 6, 14)
    at.run()
    next(b for b in at.button if b.label == "Enregistrer 1 résultat").click().run()
    assert not at.exception and "1 résultat attendu enregistré" in at.success[0].value
    at = app_on(own_demo, "pages/fiche.py", indicateur="1.2.1-1", exercice="2022-2023")
    assert "4 rencontres du chantier" in shown(at) and "fait le 14 juin 2023" in shown(at)
    at = app_on(own_demo, "pages/par_orientation.py", orientation="1", exercice="2022-2023")
    assert "1 sur 4 faits" in shown(at) and "À confirmer par la direction" in shown(at)
