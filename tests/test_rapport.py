"""The report to the board: what it says, and the three documents made of it.

PDF/UA-1 is checked with page-validation, an independent validator: the 104 machine-checkable rules of ISO 14289-1 as
veraPDF states them (tagging, structure, headings, tables, alternative texts, language, title, fonts embedded and mapped
to Unicode). What only a person can judge (does an alternative text say the right thing, is the order of reading the
right one) is not in it.
"""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import date, datetime, timedelta

import page
import pytest
from openpyxl import load_workbook
from pptx import Presentation

from rqds_metrics import store
from rqds_metrics.__main__ import main as metrics_main
from rqds_metrics.commentaires import cle_of, to_keep
from rqds_metrics.diffusion.documents import FORMES, form_of
from rqds_metrics.diffusion.rapport import FICHES_MAX, Demande, read_rapport, sens_of
from rqds_metrics.diffusion.rapport_pdf import _INCONNUS, LIGNES_MAX, REMPLACANT, report_data, report_pages, report_pdf
from rqds_metrics.diffusion.rapport_pptx import report_pptx
from rqds_metrics.diffusion.rapport_textes import (
    bilan_words,
    by_sens,
    calm_words,
    change_words,
    essentiel,
    file_name,
    suites,
)
from rqds_metrics.diffusion.rapport_xlsx import report_xlsx
from rqds_metrics.donnees import load_donnees
from rqds_metrics.exercice import Exercice
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import decide
from rqds_metrics.regles.statut import EVALUES, FAVORABLES
from rqds_metrics.resultats import Calcul
from rqds_metrics.statuts import APPARENCES
from tests.conftest import DEMO_AU

PLAN = load_plan()
DEMANDES = {
    "tout": Demande.of(DEMO_AU, reunion=date(2026, 12, 8)),
    "orientation": Demande.of(DEMO_AU, orientation="2"),
    "changements": Demande.of(DEMO_AU, changements=True),
    "terminé": Demande.of(DEMO_AU, Exercice(2025)),
    "à venir": Demande.of(date(2024, 8, 1), Exercice(2025)),
    "début": Demande.of(date(2022, 7, 2)),
}


@pytest.fixture(scope="module")
def rapports(demo_base):
    return {name: read_rapport(d, demo_base) for name, d in DEMANDES.items()}


@pytest.fixture(scope="module")
def tout(rapports):
    return rapports["tout"]


# ---- what it holds and says


def test_counts_are_those_of_the_statuses(tout):
    statuts = [r.statut for r in tout.resultats.values()]
    assert (tout.total, tout.evalues, tout.favorables) == (
        len(PLAN.indicateurs),
        sum(s in EVALUES for s in statuts),
        sum(s in FAVORABLES for s in statuts),
    )
    said = bilan_words(tout)
    assert said.startswith(f"Au 24 novembre 2026, {tout.evalues} des {tout.total} indicateurs du plan sont évalués")
    assert f"{statuts.count('en_retard')}\u00a0en retard" in said
    left = re.search(r"Les (\d+) autres", calm_words(tout))
    assert left and int(left[1]) == tout.total - tout.evalues


def test_what_changed_is_said_by_the_way_it_went(tout):
    assert sum(map(len, by_sens(tout).values())) == len(tout.changements) > 0
    for c in tout.changements:
        if sens_of(c) == "nouveau":
            assert c.avant.statut not in EVALUES and c.apres.statut in EVALUES
        assert c.avant.statut != c.apres.statut
    assert change_words(tout).startswith(f"Depuis le 25 octobre 2026, {len(tout.changements)} états ont changé")


def test_ending_almost_there_is_worse_than_on_track(demo_base):
    r = read_rapport(Demande.of(DEMO_AU, Exercice(2025), depuis=date(2026, 6, 10)), demo_base)
    found = {(c.avant.statut, c.apres.statut): sens_of(c) for c in r.changements}
    assert found["en_voie", "presque"] == "moins bien" and found["en_voie", "atteinte"] == "mieux"


def test_nothing_compares_with_a_day_before_the_year(demo_base):
    r = read_rapport(Demande.of(DEMO_AU, depuis=date(2026, 6, 1)), demo_base)
    assert not r.comparable and r.changements == ()
    assert "il n'y a rien à comparer" in change_words(r)


def test_fiches_are_for_what_is_late_to_watch_or_has_flipped(tout):
    ids = [f.resultat.id for f in tout.fiches]
    assert ids[: len(tout.attention)] == [r.id for r in tout.attention][:FICHES_MAX]
    flipped = {c.apres.id for c in tout.changements if sens_of(c) in ("mieux", "moins bien")}
    assert set(ids) <= {r.id for r in tout.attention} | flipped
    assert len(ids) + tout.fiches_omises == len({*(r.id for r in tout.attention), *flipped})


def test_an_orientation_speaks_of_itself_only(rapports):
    r = rapports["orientation"]
    assert [o.id for o in r.orientations] == ["2"] and all(i.startswith("2.") for i in r.resultats)
    assert all(c.apres.id.startswith("2.") for c in r.changements)
    assert "de l'orientation 2" in bilan_words(r)
    assert file_name(r, "pdf") == "rapport-ca-2026-11-24-orientation-2.pdf"


@pytest.mark.parametrize("name", DEMANDES)
def test_sentences_hold_together(rapports, name):
    r = rapports[name]
    for text in (*essentiel(r), *(f"{s.titre}. {s.texte}" for s in suites(r))):
        assert text.endswith(".") and "None" not in text and "|" not in text and "  " not in text, text
        assert not re.search(r"\b1[ \u00a0](indicateurs|autres|états|cibles|échéances)\b", text), text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"depuis": DEMO_AU + timedelta(days=1)}, "ne peut pas suivre"),
        ({"orientation": "7"}, "Orientation inconnue"),
    ],
)
def test_a_demand_that_contradicts_itself_is_refused(args, said):
    with pytest.raises(ValueError, match=said):
        Demande.of(DEMO_AU, **args)


# ---- PDF


@pytest.mark.parametrize("name", DEMANDES)
def test_the_pdf_passes_the_checker(rapports, name):
    pdf = report_pdf(rapports[name])
    found = page.validate_pdf_bytes(pdf, profile="ua1")
    assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures][:5]
    assert found.rules.total >= 100
    assert b"fr-CA" in pdf and b"pdfuaid" in pdf
    if name != "tout":
        return
    assert b"Rapport au conseil d" in pdf and found.document.page_count <= 25


@pytest.mark.parametrize("id_", [o.id for o in PLAN.orientations])
@pytest.mark.parametrize("annee", [2025, 2026])
def test_an_orientation_fits_on_its_page(demo_base, id_, annee):
    r = read_rapport(Demande.of(DEMO_AU, Exercice(annee), orientation=id_), demo_base)
    data = report_data(r)
    assert len(data["orientations"][0]["lignes"]) <= LIGNES_MAX
    with_it = len(report_pages_of(data))
    assert with_it - len(report_pages_of({**data, "orientations": []})) == 1


def report_pages_of(data):
    from rqds_metrics.diffusion.rapport_pdf import _compile

    made = _compile(data, format="png", ppi=8)
    return [made] if isinstance(made, bytes) else made


def test_the_preview_is_the_pages_of_the_pdf(tout):
    pages = report_pages(tout, 8)
    assert len(pages) == page.validate_pdf_bytes(report_pdf(tout), profile="ua1").document.page_count
    assert all(p.startswith(b"\x89PNG") for p in pages)


def texts(value):
    """Every text of the data but the drawings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for v in value:
            yield from texts(v)
    elif isinstance(value, dict):
        for k, v in value.items():
            if k != "svg":
                yield from texts(v)


def test_french_typography_and_words_for_every_drawing(tout):
    data = report_data(tout)
    for text in texts(data):
        assert not re.search(r"[^\u00a0:/] :|[^\u202f] ;| [?!%»]|« ", text), text
    drawings = re.findall(r'"alt": "([^"]*)"', json.dumps(data, ensure_ascii=False))
    assert len(drawings) > 60 and all(len(alt) > 5 for alt in drawings)
    assert "<svg" not in " ".join(texts(data))


def test_nothing_that_is_written_can_break_or_run_in_the_pdf(own_demo):
    wild = "#panic() *gras* $x$ <a> \\ \U0001f389 中 العربية ᐃᓄᒃ e\u0301 « fin » : 9 %"
    calcul = Calcul(PLAN, load_donnees(DEMO_AU, own_demo))
    indicateur = calcul.plan.tous["1.2.6-2"]
    with store.transaction(own_demo) as cursor:
        for periode, texte in (("2026-2027", wild), ("2026-10", "=HYPERLINK(1)")):
            kept = to_keep(calcul, indicateur, periode, texte)
            decide(
                cursor, "commentaire", cle_of(indicateur.id, periode), kept, qui="=moi", pourquoi="",
                exercice="2026-2027", quand=datetime(2026, 11, 24, 15), demo=True,
            )  # fmt: skip
    r = read_rapport(Demande.of(DEMO_AU, titre="#eval(1) \x00\U0001f389" + "x" * 500), own_demo)
    fiche = next(f for f in r.fiches if f.resultat.id == "1.2.6-2")
    assert [c.texte for c in fiche.commentaires] == [wild, "=HYPERLINK(1)"] and r.a_revoir == 0
    data = report_data(r)
    said = next(t for t in texts(data) if t.startswith("#panic()"))
    assert REMPLACANT in said and "\U0001f389" not in said and "é" in said
    assert page.validate_pdf_bytes(report_pdf(r), profile="ua1").is_compliant
    report_pptx(r)
    book = load_workbook(io.BytesIO(report_xlsx(r)))
    rows = list(book["Commentaires"].iter_rows(values_only=True))
    mine = [row for row in rows[1:] if "direction" not in row]  # the demonstration has its own
    assert [(row[3][:2], row[4]) for row in mine] == [("#p", "'=moi"), ("'=", "'=moi")]


def test_a_comment_whose_figure_changed_is_held_back(own_demo):
    with store.transaction(own_demo) as cursor:
        kept = {"texte": "Tout va bien.", "valeur": "9 999"}
        decide(
            cursor, "commentaire", cle_of("1.2.6-2", "2026-2027"), kept, qui="x", pourquoi="",
            exercice="2026-2027", quand=datetime(2026, 11, 24, 15), demo=True,
        )  # fmt: skip
    r = read_rapport(Demande.of(DEMO_AU), own_demo)
    assert r.a_revoir == 1 and "Tout va bien." not in " ".join(texts(report_data(r)))


def test_the_fonts_have_every_character_that_is_let_through():
    import typst

    from rqds_metrics.diffusion import POLICES

    known = "".join(chr(c) for c in range(32, 0x3000) if not _INCONNUS.match(chr(c))) + REMPLACANT
    source = b'#set document(title: "x")\n#set text(font: ("Source Sans Pro", "DejaVu Sans Mono"), lang: "fr")\n'
    source += b"#json(bytes(sys.inputs.t)).codepoints().join([ ])"
    made = typst.compile(
        source, format="pdf", sys_inputs={"t": json.dumps(known)}, font_paths=[str(POLICES)],
        ignore_system_fonts=True, pdf_standards=["ua-1"],
    )  # fmt: skip
    assert made


# ---- PowerPoint


def deck_of(r):
    return Presentation(io.BytesIO(report_pptx(r)))


def charts(deck):
    return [s.chart for slide in deck.slides for s in slide.shapes if s.has_chart]


def test_charts_are_native_and_hold_the_figures(tout):
    stacked, *others = charts(deck_of(tout))
    found = {s.name: [v or 0 for v in s.values] for s in stacked.plots[0].series}
    for statut in tout.comptes:
        if statut in EVALUES:
            look = APPARENCES[statut]
            assert found.pop(f"{look.forme} {look.libelle}") == [b.comptes.get(statut, 0) for b in tout.bilans]
    assert found == {"– Pas évalués": [b.total - b.evalues for b in tout.bilans]}
    assert len(others) >= 3
    by_name = {f"{APPARENCES[r.statut].forme} {r.indicateur.court}": r for r in tout.resultats.values()}
    for chart in others:
        done, due = (list(s.values) for s in chart.plots[0].series)
        for name, value, expected in zip(chart.plots[0].categories, done, due, strict=True):
            r = by_name[name]
            assert value == pytest.approx(r.valeur / r.cible, abs=1e-4)
            assert expected == pytest.approx(r.attendu / r.cible, abs=1e-4)


@pytest.mark.parametrize("name", DEMANDES)
def test_slides_are_in_french_titled_and_described(rapports, name):
    deck = deck_of(rapports[name])
    assert deck.core_properties.language == "fr-CA"
    assert {layout.name for layout in deck.slide_layouts} == {"Page titre", "Titre et texte", "Titre seul"}
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table:
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
            if shape.has_text_frame:
                for run in (run for p in shape.text_frame.paragraphs for run in p.runs):
                    assert run._r.rPr.get("lang") == "fr-CA"
        shown = [s.text_frame.text for s in (*slide.shapes, *slide.slide_layout.shapes) if s.has_text_frame]
        assert any("Données fictives" in t for t in shown) and "DONNÉES FICTIVES" in shown
    models = [s.text_frame.text for x in (deck.slide_master, *deck.slide_layouts) for s in x.shapes if s.has_text_frame]
    assert not any("Click" in t or "level" in t for t in models)


def test_every_text_stays_on_its_slide(rapports):
    for r in rapports.values():
        deck = deck_of(r)
        for slide in deck.slides:
            for s in slide.shapes:
                assert s.left >= 0 and s.left + s.width <= deck.slide_width
                assert s.top >= 0 and s.top + s.height <= deck.slide_height, s.name


# ---- Excel


def test_the_workbook_has_values_and_no_formula(tout):
    book = load_workbook(io.BytesIO(report_xlsx(tout)))
    assert book.properties.title == "Rapport au conseil d'administration"
    for sheet in book:
        assert sheet.freeze_panes and sheet.auto_filter.ref
        assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)
        assert any("données fictives" in str(c.value) for c in sheet[1])
    sheet = book["Indicateurs"]
    heads = {c.value: c.column - 1 for c in sheet[1]}
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert {i for i in rows if not i.startswith("G-")} == set(PLAN.indicateurs)
    for r in tout.resultats.values():
        row = rows[r.id]
        assert row[heads["État"]].value == APPARENCES[r.statut].libelle
        value, target = row[heads["Valeur"]], row[heads["Cible"]]
        if r.indicateur.type in ("nombre", "stock", "taux"):
            assert value.value == (pytest.approx(r.valeur, abs=1e-3) if r.valeur is not None else "n.d.")
            assert target.value == (None if r.cible is None else pytest.approx(r.cible, abs=1e-3))
            if r.valeur is not None:
                assert ("%" in value.number_format) == (r.indicateur.type == "taux")
        if r.donnees_au:
            assert row[heads["Données au"]].value.date() == r.donnees_au
    assert any("mmm" in row[heads["Données au"]].number_format for row in rows.values())


# ---- the command line


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*args):
        monkeypatch.setattr(sys, "argv", ["essai", "rapport", *map(str, args)])
        try:
            code = metrics_main()
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize("forme", FORMES)
def test_the_command_writes_each_form_and_tells_its_steps(command, demo_base, tmp_path, forme):
    path = tmp_path / f"rapport.{forme}"
    code, out, err = command("--au", DEMO_AU, "--base", demo_base, "--orientation", "3", "--sortie", path)
    assert code == 0 and path.stat().st_size > 5_000
    assert f"{path} : écrit (" in out
    assert err.splitlines()[:2] == ["Lecture des données…", "Calcul des états…"] and "Mise en page" in err
    code, out, _ = command("--au", DEMO_AU, "--base", demo_base, "--orientation", "3", "--sortie", path)
    assert code == 0 and "remplacé" in out
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing half written is left


def test_the_command_refuses_in_french_and_writes_nothing(command, demo_base, tmp_path):
    asked = ("--au", DEMO_AU, "--base", demo_base)
    for more, said in (
        (("--sortie", tmp_path), "est un dossier"),
        (("--sortie", tmp_path / "non" / "r.pdf"), "n'existe pas"),
        (("--sortie", tmp_path / "r.doc"), "n'est pas un format du rapport"),
        (("--sortie", tmp_path / "r.pdf", "--format", "xlsx"), "mais le format demandé"),
        (("--sortie", tmp_path / "r.pdf", "--orientation", "9"), "Orientation inconnue"),
        (("--sortie", tmp_path / "r.pdf", "--depuis", "2027-01-01"), "ne peut pas suivre"),
        (("--sortie", tmp_path / "r.pdf", "--base", tmp_path / "rien.duckdb"), "n'existe pas"),
    ):
        code, out, err = command(*asked, *more)
        assert (code, out) == (1, "") and said in err, more
    assert list(tmp_path.iterdir()) == []
    assert command("--au", "hier")[0] == 2


def test_the_form_is_that_of_the_file():
    assert [form_of(None, None), form_of(None, "a.PPTX"), form_of("xlsx", "sans")] == ["pdf", "pptx", "xlsx"]


# ---- the page


def test_the_page_shows_the_pages_and_offers_the_files(app_on, demo_base):
    at = app_on(demo_base, "pages/rapport.py", exercice="2026-2027", au=str(DEMO_AU))
    assert not at.exception and not at.error
    assert [t.value for t in at.title] == ["Rapport au CA"]
    assert [b.proto.label for b in at.get("download_button")] == [
        "Télécharger en PDF",
        "Télécharger en PowerPoint",
        "Télécharger en Excel",
    ]
    whole = len(at.get("image"))
    at.segmented_control(key="rapport_contenu").set_value("changements").run()
    assert not at.exception and 2 <= len(at.get("image")) < whole


def test_the_page_on_an_empty_base(app_on, tmp_path):
    at = app_on(tmp_path / "rien.duckdb", "pages/rapport.py", exercice="2026-2027", au=str(DEMO_AU))
    assert not at.exception and "rien à rapporter" in at.info[-1].value
    assert not (tmp_path / "rien.duckdb").exists()
