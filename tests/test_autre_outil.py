"""The page « Autre outil »: an unknown export is described, seen, kept, recognised, repaired; nothing in it is obeyed."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from etl.correspondance import saved, to_json
from rqds_metrics import store
from rqds_metrics.lots import read_lots
from rqds_metrics.registre import read_decisions
from rqds_metrics.resultats import resultats
from tests.test_correspondance import CYBER, ENVOIS
from tests.test_pages import shown

PAGE = "pages/autre_outil.py"
HOSTILE = "#;<script>alert(1)</script>;\"=cmd|' /C calc'!A0\";![x](http://y);Date;Téléchargements\n"


def drop(at, text, name="statistiques.csv", which=0):
    octets = text if isinstance(text, bytes) else text.encode()
    return at.file_uploader[which].set_value([(name, octets, "text/csv")] if which == 0 else [(name, octets, "")]).run()


def press(at, label):
    return next(b for b in at.button if b.label == label).click().run()


def box(at, label):
    return next(s for s in at.selectbox if s.label == label)


def standing(base):
    with store.connect(base) as cursor:
        return read_decisions(cursor, store.today()).correspondances


def described(app_on, base, text=ENVOIS, nom="Cyberimpact", both=True):
    at = drop(app_on(base, PAGE), text)
    at.text_input[0].set_value(nom).run()
    press(at, "Enregistrer la description et le fichier" if both else "Enregistrer la description seule")
    assert not at.exception
    return at


def test_a_file_is_shown_guessed_and_previewed_at_once(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    at = drop(app_on(base, PAGE), ENVOIS)
    assert not at.exception and not at.error and not at.warning
    html = shown(at)
    assert "renseignements personnels, jamais gardés" in html and "info@exemple.org" not in html
    assert box(at, "Ce que le fichier raconte").value == "infolettre"
    assert box(at, "Courriels livrés (nécessaire)").value == "Courriels livrés"
    assert "2\u00a0lignes" in html and "2\u202f380" in html and "Taux d" in html and "n.d." in html
    assert not base.exists()


def test_what_is_missing_is_told_until_it_is_chosen(app_on, tmp_path):
    at = drop(app_on(tmp_path / "b.duckdb", PAGE), ENVOIS)
    box(at, "Courriels livrés (nécessaire)").set_value("").run()
    assert not at.exception and "une infolettre demande les courriels livrés" in at.warning[0].value.lower()
    assert "Ce que ce fichier changerait" not in shown(at)
    box(at, "Courriels livrés (nécessaire)").set_value("Clics uniques").run()
    assert "Clics uniques" in at.warning[0].value  # it serves twice
    box(at, "Clics uniques").set_value("Courriels livrés").run()
    assert not at.warning and "Plus d" in shown(at)  # and the rows say that it is wrong
    press(at, "Enregistrer la description seule")
    assert "Donnez un nom" in at.error[0].value


def test_a_file_of_a_zip_is_described_as_if_it_had_been_dropped_alone(app_on, tmp_path):
    parcel = io.BytesIO()
    with zipfile.ZipFile(parcel, "w") as archive:
        archive.writestr("mois/statistiques.csv", ENVOIS)
    at = app_on(tmp_path / "b.duckdb", "pages/televerser.py")
    at.file_uploader[0].set_value([("mois.zip", parcel.getvalue(), "application/zip")]).run()
    next(b for b in at.button if b.label.startswith("Décrire")).click().run()
    assert not at.exception and box(at, "Courriels livrés (nécessaire)").value == "Courriels livrés"


def test_described_and_stored_then_recognised_by_the_upload_page(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    at = described(app_on, base)
    assert "Cyberimpact" in at.success[0].value and "2 lignes" in at.success[0].value
    assert saved(standing(base))[0].champs == CYBER["champs"]
    decision = standing(base)["Cyberimpact"]
    assert decision.qui == "poste local" and "statistiques.csv" in decision.pourquoi
    with store.connect(base) as cursor:
        assert [lot.source for lot in read_lots(cursor)] == ["autre-cyberimpact"]
    assert resultats("2026-2027", None, base).set_index("indicateur").loc["1.2.6-4", "valeur"] == pytest.approx(0.4)
    assert "Courriels livrés » → courriels livrés" in shown(at)
    up = app_on(base, "pages/televerser.py")
    assert "Infolettre · Cyberimpact" in shown(up) and "autre-" not in shown(up)
    more = ENVOIS.replace("Total", "27/08/2026;Août;1000;400;40 %;80;\nTotal")
    up.file_uploader[0].set_value([("suite.csv", more.encode(), "text/csv")]).run()
    assert not up.exception and "1 fichier prêt" in shown(up)


def test_an_unknown_file_is_taken_from_the_upload_page_to_this_one(app_on, tmp_path):
    at = app_on(tmp_path / "rqds.duckdb", "pages/televerser.py")
    at.file_uploader[0].set_value([("stats.csv", ENVOIS.encode(), "text/csv")]).run()
    press(at, r"Décrire stats\.csv")
    assert not at.exception and [t.value for t in at.title] == ["Décrire un autre outil"]
    assert "stats.csv" in shown(at) and box(at, "Ce que le fichier raconte").value == "infolettre"


def test_a_changed_header_is_repaired_with_the_proposals(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    described(app_on, base)
    changed = ENVOIS.replace("Ouvertures uniques", "Ouvertures (uniques)").replace("480", "481")
    up = app_on(base, "pages/televerser.py")
    up.file_uploader[0].set_value([("nov.csv", changed.encode(), "text/csv")]).run()
    assert "des en-têtes ont changé" in shown(up)
    at = press(up, r"Réparer la lecture de nov\.csv").switch_page(PAGE).run()  # AppTest would run the first page again
    assert "en-têtes ont changé" in at.warning[0].value
    assert box(at, "Ouvertures uniques").value == "Ouvertures (uniques)"
    press(at, "Enregistrer la description et le fichier")
    assert not at.exception and not at.error
    decision = standing(base)["Cyberimpact"]
    assert decision.valeur["champs"]["ouvertures"] == "Ouvertures (uniques)"
    assert "« Ouvertures uniques » → « Ouvertures (uniques) »" in decision.pourquoi
    row = resultats("2026-2027", None, base).set_index("indicateur").loc["1.2.6-4"]
    assert (row.numerateur, row.denominateur) == (953, 2380)  # replaced, not added


def test_a_name_that_stands_already_is_not_taken_by_another(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    described(app_on, base, both=False)
    for nom, told in (("Cyberimpact", "est déjà décrit"), ("cyber impact", None), ("CYBERIMPACT !", "se confond avec")):
        at = drop(app_on(base, PAGE), ENVOIS.replace("Objet", "Sujet du message").replace("Courriels livrés", "Livrés"))
        box(at, "Que faire").select_index(1).run()
        at.text_input[0].set_value(nom).run()
        press(at, "Enregistrer la description seule")
        assert (told in at.error[0].value) if told else not at.error, nom


def test_a_file_of_a_tool_that_we_know_has_nothing_to_be_described(app_on, tmp_path):
    mailchimp = "Title,Send Date,Successful Deliveries,Unique Opens,Unique Id\nMai,2026-05-27,400,180,a1\n"
    at = drop(app_on(tmp_path / "b.duckdb", PAGE), mailchimp)
    assert "déjà reconnu" in at.info[0].value and not at.selectbox
    at = drop(app_on(tmp_path / "b.duckdb", PAGE), b"%PDF-1.4")
    assert "PDF" in at.error[0].value and not at.exception


def test_taken_to_a_file_brought_back_and_taken_away(app_on, tmp_path):
    base, other = tmp_path / "rqds.duckdb", tmp_path / "autre.duckdb"
    described(app_on, base, both=False)
    kept = saved(standing(base))[0]
    at = app_on(other, PAGE)
    at.file_uploader[1].set_value([("c.json", to_json(kept).encode(), "application/json")]).run()
    press(at, "Enregistrer cette description")
    assert not at.exception and saved(standing(other)) == (kept,)
    at.file_uploader[1].set_value([("c.json", to_json(kept).encode(), "application/json")]).run()
    assert "est déjà décrit" in at.error[0].value
    wrong = {**json.loads(to_json(kept)), "famille": "sondage", "couleur": "<b>"}
    at.file_uploader[1].set_value([("d.json", json.dumps(wrong).encode(), "application/json")]).run()
    assert "valeur inconnue" in at.error[0].value and "clé inconnue" in at.error[0].value
    press(at, "Retirer")
    press(at, "Retirer la description")
    assert not at.exception and standing(other) == {}
    with store.connect(other) as cursor:
        assert cursor.execute("SELECT count(*) FROM registre").fetchone() == (2,)  # nothing is erased


def test_a_dropped_description_still_names_its_files(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    at = described(app_on, base)
    press(at, "Retirer")
    press(at, "Retirer la description")
    up = app_on(base, "pages/televerser.py")
    assert "Infolettre · Cyberimpact" in shown(up)


def test_what_a_file_holds_is_never_obeyed(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    text = HOSTILE + "1;<img src=x onerror=alert(1)>;=1+1;[a](http://z);2026-10-01;340\n"
    at = drop(app_on(base, PAGE), text, "<b>![x](y).csv")
    assert not at.exception
    assert "<script>" not in shown(at) and "&lt;script&gt;" in shown(at) and "<img src" not in shown(at)
    at.text_input[0].set_value("<i>Outil</i> ![x](http://y) :red[a]").run()
    press(at, "Enregistrer la description et le fichier")
    assert not at.exception and r"\<i\>" in at.success[0].value
    assert "<i>" not in shown(at)
    up = app_on(base, "pages/televerser.py")
    assert "&lt;i&gt;Outil" in shown(up) and "<i>" not in shown(up)


def test_the_sources_to_choose_from_are_named(app_on, tmp_path):
    base = tmp_path / "rqds.duckdb"
    site = "Date,Visites\n" + "".join(f"2026-10-{d:02d},10\n" for d in range(1, 32))
    described(app_on, base, site, "Plausible")
    up = app_on(base, "pages/televerser.py")
    ga4 = b"# Start date: 20261001\n# End date: 20261031\n\nSession source / medium,Sessions\ngoogle / organic,900\n"
    up.file_uploader[0].set_value([("ga4.csv", ga4, "text/csv")]).run()
    press(up, "Enregistrer le fichier prêt")
    assert box(up, "Source").options == ["Site Web · Plausible", "Site Web · Google Analytics 4"]
    box(up, "Source").select_index(1)
    press(up, "Choisir cette source")
    assert resultats("2026-2027", None, base).set_index("indicateur").loc["1.2.6-2", "valeur"] == 900
    for page in ("pages/fiche.py", "pages/cloture.py", "pages/vue_ensemble.py"):
        at = app_on(base, page, indicateur="1.2.6-2", exercice="2026-2027")
        assert not at.exception and "autre-" not in shown(at), page
