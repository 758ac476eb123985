"""The plan's data against the plan itself: counts, ids, and what each survey question or webinar feeds.

The expected figures are read from the scan by hand; the words of filters are compared by a matcher of this file.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
import yaml

from rqds_metrics.familles import COMMUNES, FAMILLES
from rqds_metrics.plan import RACINE, Condition, load_plan

PLAN = load_plan()
MESURES = yaml.safe_load((RACINE / "rqds_metrics" / "mesures.yaml").read_text(encoding="utf-8"))

# How many bullets the plan has under each action, counted on the scan.
PUCES = {
    "1.1.1": 2, "1.1.2": 2, "1.1.3": 1, "1.1.4": 4, "1.1.5": 3,
    "1.2.1": 2, "1.2.2": 4, "1.2.3": 2, "1.2.4": 3, "1.2.5": 4, "1.2.6": 6,
    "1.3.1": 4, "1.3.2": 2, "1.3.3": 4, "1.3.4": 4,
    "1.4.1": 1, "1.4.2": 2,
    "2.1.1": 3, "2.1.2": 2, "2.1.3": 1, "2.1.4": 2,
    "2.2.1": 3, "2.2.2": 5, "2.2.3": 2, "2.2.4": 3, "2.2.5": 5, "2.2.6": 2, "2.2.7": 1,
    "2.3.1": 2, "2.3.2": 2, "2.3.3": 3, "2.3.4": 2, "2.3.5": 2, "2.3.6": 4,
    "2.4.1": 3, "2.4.2": 1, "2.4.3": 1, "2.4.4": 3,
    "2.5.1": 2, "2.5.2": 2, "2.5.3": 2, "2.5.4": 3, "2.5.5": 6, "2.5.6": 4, "2.5.7": 1,
    "3.1.1": 2, "3.1.2": 2, "3.1.3": 2,
    "3.2.1": 1, "3.2.2": 1, "3.2.3": 2,
    "4.1.1": 5, "4.1.2": 0, "4.1.3": 4, "4.1.4": 3,
    "4.2.1": 2, "4.2.2": 4,
    "4.3.1": 2, "4.3.2": 1, "4.3.3": 2, "4.3.4": 1, "4.3.5": 0,
}  # fmt: skip

OBJECTIFS = ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "4.1", "4.2", "4.3"]

SEUILS = {
    "1.1.1-2": 75, "1.1.2-2": 70, "1.1.4-3": 75, "1.1.4-4": 80, "1.1.5-3": 70, "1.2.1-2": 75, "1.2.2-4": 70,
    "1.2.3-2": 70, "2.3.2-2": 70, "2.5.4-3": 75, "4.1.1-5": 75, "4.1.3-4": 75, "4.1.4-2": 75,
}  # fmt: skip

MESUREES = {
    "1.2.6-2": "visites_web",
    "1.3.4-3": "vues_pages",
    "1.3.4-4": "vues_pages",
    "4.1.3-1": "vues_pages",
    "1.2.6-4": "taux_ouverture",
    "4.1.4-1": "taux_ouverture",
    "1.2.6-5": "taux_ecoute_balado",
    "4.1.1-3": "ecoutes_balado",
    "4.1.1-4": "balados_publies",
    "1.1.5-1": "seances_webinaire",
    "1.2.2-2": "seances_webinaire",
    "1.3.3-3": "seances_webinaire",
    "1.1.5-2": "inscriptions_webinaire",
    "1.2.2-1": "presences_webinaire",
    "1.3.3-1": "presences_webinaire",
    **dict.fromkeys(SEUILS, "satisfaction"),
    **dict.fromkeys(("1.3.3-2", "2.3.3-2", "2.4.4-3", "3.2.3-2", "4.2.1-2", "4.3.1-2"), "satisfaction"),
}
WEBINAIRE = ("seances_webinaire", "inscriptions_webinaire", "presences_webinaire")


# --- the matcher ---------------------------------------------------------------------------------------------------


def bare(text: str) -> str:
    """Lower case without accents, curly apostrophes straightened."""
    text = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(c for c in text if not unicodedata.combining(c))


def holds(condition: Condition, row: dict[str, str]) -> bool:
    text = bare(row.get(condition.colonne, ""))
    if condition.contient:
        return any(bare(w) in text for w in condition.contient)
    if condition.sans:
        return not any(bare(w) in text for w in condition.sans)
    if condition.commence:
        return any(text.startswith(bare(w)) for w in condition.commence)
    return text in {bare(w) for w in condition.egal}


def feeds(row: dict[str, str], *mesures: str) -> set[str]:
    """The ids of the indicators of these measures whose filter keeps the row."""
    return {
        i.id for i in PLAN.tous.values() if i.mesure in mesures and all(holds(condition, row) for condition in i.filtre)
    }


# --- what the plan holds -------------------------------------------------------------------------------------------


def test_counts() -> None:
    assert len(PLAN.orientations) == 4
    assert list(PLAN.objectifs) == OBJECTIFS
    assert len(PLAN.actions) == 62
    assert len(PLAN.indicateurs) == 156


def test_ids_are_those_of_the_scan() -> None:
    assert list(PLAN.actions) == list(PUCES)
    expected = [f"{action}-{rank}" for action, count in PUCES.items() for rank in range(1, count + 1)]
    assert list(PLAN.indicateurs) == expected


def test_general_survey() -> None:
    assert list(PLAN.generaux) == ["G-objectifs", "G-actions", *(f"G-{o}" for o in OBJECTIFS)]
    for i in PLAN.generaux.values():
        assert (i.type, i.unite, i.cadence, i.mesure, i.cible) == ("taux", "%", "annuelle", "satisfaction", None)
    assert "sondage annuel" in PLAN.outil_de_mesure_general.texte


def test_targets_are_those_of_the_plan() -> None:
    cibles = {i.id: i.cible for i in PLAN.indicateurs.values() if i.cible}
    assert len(PLAN.indicateurs) - len(cibles) == 95
    genres = Counter(c.genre for c in cibles.values())
    assert genres == {"jalon": 39, "seuil": 13, "nombre_an1": 4, "hausse": 3, "croissance": 2}
    assert {k: c.seuil for k, c in cibles.items() if c.seuil} == SEUILS
    assert {k: c.nombre_an1 for k, c in cibles.items() if c.nombre_an1} == {
        "2.2.2-3": 5, "2.5.2-2": 1, "4.1.1-4": 9, "4.2.2-1": 2,
    }  # fmt: skip
    assert {k: (c.hausse, c.an_debut) for k, c in cibles.items() if c.hausse} == {
        "1.1.1-1": (10, None), "1.2.5-3": (10, 2), "1.2.6-2": (10, None),
    }  # fmt: skip
    assert {k for k, c in cibles.items() if c.croissance} == {"1.2.6-3", "2.2.2-2"}
    assert {k for k, c in cibles.items() if c.annuel} == {"1.1.2-1", "1.3.2-1", "1.3.4-1", "2.5.7-1"}
    assert {k for k, c in cibles.items() if c.avant} == {"2.5.5-3"}


def test_a_rate_in_the_wording_is_the_target() -> None:
    """« Taux de 75 % … » : the figure of the wording is the target's, and a target is in the wording."""
    for i in PLAN.indicateurs.values():
        written = re.search(r"(\d+) %", i.titre)
        given = i.cible and (i.cible.seuil or i.cible.hausse)
        assert bool(written) == bool(given), i.id
        if written:
            assert float(written[1]) == given, i.id


def test_types_follow_the_wording() -> None:
    for i in PLAN.indicateurs.values():
        if i.titre.startswith("Taux"):
            assert i.type == "taux", i.id
        if re.match(r"(Le )?[Nn]ombre d", i.titre):
            assert i.type in ("nombre", "stock"), i.id
        if i.type == "taux":
            assert i.titre.startswith("Taux"), i.id
    texts = {i.id for i in PLAN.indicateurs.values() if i.type == "qualitatif"}
    assert {"1.3.1-4", "2.2.2-5", "2.3.3-3", "2.5.5-6", "4.1.3-3", "4.2.2-3", "4.2.2-4", "4.3.3-2"} <= texts


def test_action_read_as_another_number() -> None:
    assert {a.id: a.imprime for a in PLAN.actions.values() if a.imprime} == {"1.3.3": "1.3.4"}


def test_actions_without_a_resource_or_an_expected_result() -> None:
    """The cells that the scan shows empty."""
    empty = {"2.1.3", "2.1.4", "2.3.1", "2.4.4", "3.1.2", "3.1.3", "3.2.1", "3.2.3", "4.3.5"}
    assert {a.id for a in PLAN.actions.values() if not a.resultats_an1} == empty
    assert {a.id for a in PLAN.actions.values() if not a.ressources} == empty | {"2.1.2", "2.5.7"}
    assert {a.id for a in PLAN.actions.values() if a.echeance} == {"4.3.4"}


# --- what is added to compute and show -----------------------------------------------------------------------------


def test_short_titles() -> None:
    shorts = [i.court for i in PLAN.tous.values()]
    assert [s for s, n in Counter(map(bare, shorts)).items() if n > 1] == []
    assert all(len(s) <= 48 for s in shorts)
    assert [s for s in shorts if not (s[0].isupper() or s[0].isdigit())] == []
    assert [s for s in shorts if s.endswith(".")] == []
    assert all(len(o.court) <= 40 for o in PLAN.orientations)


def test_measures_exist_and_fit() -> None:
    assert {i.id: i.mesure for i in PLAN.indicateurs.values() if i.mesure} == MESUREES
    for i in PLAN.tous.values():
        if not i.mesure:
            continue
        mesure = MESURES[i.mesure]
        columns = set(COMMUNES) | set(FAMILLES[mesure["famille"]])
        assert {c.colonne for c in i.filtre} <= columns, i.id
        assert ("denominateur" in mesure) == (i.type == "taux"), i.id
        if i.mesure in ("satisfaction", "vues_pages", *WEBINAIRE):
            assert i.filtre, f"{i.id} would take every row"


def test_every_satisfaction_in_the_wording_is_measured() -> None:
    for i in PLAN.indicateurs.values():
        asked = "satisfaction" in bare(i.titre) or "appreciation" in bare(i.titre)
        assert asked == (i.mesure == "satisfaction"), i.id


def test_units() -> None:
    """A unit that takes an s on each word must make French: no word that does not, no word that already has one."""
    for i in PLAN.tous.values():
        if i.type == "taux":
            assert i.unite == "%", i.id
        elif i.type in ("jalon", "qualitatif"):
            assert i.unite == "", i.id
        elif "|" in i.unite:
            one, many = i.unite.split("|")
            assert one and many and one != many, i.id
        else:
            for word in i.unite.split():
                assert word not in ("de", "à", "ou", "et", "du", "en"), i.id
                assert not word.endswith(("s", "x", "z", "au", "eu", "al", "ou")), i.id
        assert i.unite == i.unite.strip().lower(), i.id


def test_calendars_are_those_of_the_plan() -> None:
    assert {k: (c.regle, c.mois, c.attendus) for k, c in PLAN.calendriers.items()} == {
        "infolettre": ("dernier_mercredi", (8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6), 10),
        "balado": ("fin_de_mois", (8, 9, 10, 1, 2, 3, 4, 5, 6), None),
        "webinaires_organisationnels": ("fin_de_mois", (1,), None),
        "ad_lib": ("fin_de_mois", (1, 3, 4, 6), None),
        "catalogue": ("fin_de_mois", (8, 11), None),
        "webinaires": ("fin_de_mois", (10, 12, 2, 4), None),
    }
    used: dict[str, set[str]] = {}
    for i in PLAN.tous.values():
        if i.calendrier:
            used.setdefault(i.calendrier, set()).add(i.id)
    assert used == {
        "infolettre": {"1.2.6-4", "4.1.4-1", "4.1.4-3"},
        "balado": {"1.2.6-5", "4.1.1-4"},
        "webinaires_organisationnels": {"1.1.5-1", "1.1.5-2", "1.1.5-3"},
        "ad_lib": {"1.2.2-1", "1.2.2-2", "1.2.2-3", "1.2.2-4"},
        "catalogue": {"1.3.2-1"},
        "webinaires": {"1.3.3-1", "1.3.3-2", "1.3.3-3"},
    }


def test_milestones_are_not_monthly() -> None:
    for i in PLAN.indicateurs.values():
        if i.type == "jalon":
            assert i.cible is not None
            assert i.cadence == ("annuelle" if i.cible.annuel else "ponctuelle"), i.id


def test_par() -> None:
    assert {i.id: i.par for i in PLAN.indicateurs.values() if i.par} == {
        "1.1.4-2": "membre", "1.2.3-1": "reseau", "1.3.3-1": "activite", "1.3.3-2": "activite", "2.4.1-3": "reseau",
    }  # fmt: skip


# --- what feeds what -----------------------------------------------------------------------------------------------

QUESTIONS = [
    ("Êtes-vous satisfait·e des contacts personnalisés avec la permanence ?", {"1.1.1-2"}),
    ("Les contacts personnalisés répondent-ils à vos besoins ?", {"1.1.1-2"}),
    ("Êtes-vous satisfait de la réponse à vos besoins ?", {"1.1.2-2"}),
    ("Dans quelle mesure le RQDS a-t-il répondu aux besoins de votre démarche ?", {"1.1.2-2"}),
    ("Êtes-vous satisfait du soutien reçu pour avoir des stagiaires universitaires ou collégiaux ?", {"1.1.4-3"}),
    ("Le soutien pour les stagiaires répond-il à vos besoins ?", {"1.1.4-3"}),
    ("Comme établissement d’enseignement, êtes-vous satisfait de l’accueil de vos stagiaires ?", {"1.1.4-4"}),
    ("Les webinaires répondent-ils à vos besoins organisationnels ?", {"1.1.5-3"}),
    ("Le webinaire sur la comptabilité a-t-il répondu à vos besoins ?", {"1.1.5-3"}),
    ("SATISFACTION DE LA REPONSE AUX BESOINS ORGANISATIONNELS", {"1.1.5-3"}),
    ("Êtes-vous satisfait du chantier sur les ressources humaines ?", {"1.2.1-2"}),
    ("Les chantiers répondent-ils à vos besoins organisationnels ?", {"1.2.1-2"}),
    ("Êtes-vous satisfait de l'activité « Ad Lib » ?", {"1.2.2-4"}),
    ("Êtes-vous satisfait de l’activité annuelle avec des membres d’autres réseaux ?", {"1.2.3-2"}),
    ("Êtes-vous satisfait du forum sur les élus et le développement social ?", {"1.2.3-2"}),
    ("Dans quelle mesure êtes-vous satisfait·e du webinaire ?", {"1.3.3-2"}),
    ("Êtes-vous satisfait des webinaires et des colloques en lien avec les besoins des membres ?", {"1.3.3-2"}),
    ("Êtes-vous satisfait du webinaire présentant le portrait des programmes sociaux ?", {"1.3.3-2"}),
    ("Êtes-vous satisfait des outils offerts pour vos plaidoyers ?", {"2.3.2-2"}),
    ("Les outils de plaidoyer répondent-ils à vos besoins ?", {"2.3.2-2"}),
    ("Êtes-vous satisfait du portrait des principaux programmes sociaux provinciaux ?", {"2.3.3-2"}),
    ("Êtes-vous satisfait du soutien pour créer des liens avec les autres piliers du DD ?", {"2.4.4-3"}),
    ("Êtes-vous satisfait des liens créés avec le développement durable (culture, économie) ?", {"2.4.4-3"}),
    ("Êtes-vous satisfait des prises de position du RQDS ?", {"2.5.4-3"}),
    ("Êtes-vous satisfait des plaidoyers et des prises de position publiés ?", {"2.5.4-3"}),
    ("Êtes-vous satisfait du jumelage avec un ancien membre ?", {"3.2.3-2"}),
    ("Appréciez-vous le jumelage ? Répond-il à vos besoins ?", {"3.2.3-2"}),
    ("Êtes-vous satisfait des balados ?", {"4.1.1-5"}),
    ("Les balados répondent-ils à vos besoins ?", {"4.1.1-5"}),
    ("Êtes-vous satisfait de la carte interactive des démarches ?", {"4.1.3-4"}),
    ("Êtes-vous satisfait des cartes géolocalisées en ligne ?", {"4.1.3-4"}),
    ("Êtes-vous satisfait de l’infolettre ?", {"4.1.4-2"}),
    ("L'infolettre répond-elle à vos besoins ?", {"4.1.4-2"}),
    ("Êtes-vous satisfait de la veille des productions scientifiques sur l’intersectorialité ?", {"4.2.1-2"}),
    ("Êtes-vous satisfait des publications scientifiques partagées ?", {"4.2.1-2"}),
    ("Êtes-vous satisfait des rapports partagés sur l’impact des actions concertées ?", {"4.3.1-2"}),
    ("Êtes-vous satisfait de la veille documentant l’impact des actions concertées ?", {"4.3.1-2"}),
    ("Êtes-vous satisfait de l’atteinte des objectifs du plan stratégique ?", {"G-objectifs"}),
    ("Êtes-vous satisfait des actions réalisées par le RQDS cette année ?", {"G-actions"}),
    ("Êtes-vous satisfait de l’atteinte des objectifs et des actions réalisées ?", {"G-objectifs", "G-actions"}),
    # said too little, or nothing that the plan follows
    ("Êtes-vous satisfait de l'atteinte des objectifs de la formation ?", set()),
    ("Êtes-vous satisfait de la veille stratégique ?", set()),
    ("Suivez-vous le RQDS sur Facebook et autres réseaux sociaux ?", set()),
    ("Quels sujets vous intéressent ?", set()),
    ("Dans quelle région travaillez-vous ?", set()),
    ("Connaissez-vous le prix Norbert Rodrigue ?", set()),
]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_survey_question(question: str, expected: set[str]) -> None:
    assert feeds({"sondage": "Sondage annuel des membres", "question": question}, "satisfaction") == expected


def test_every_satisfaction_is_asked_above() -> None:
    asked = set().union(*(ids for _, ids in QUESTIONS)) | {f"G-{o}" for o in OBJECTIFS}
    assert asked == {i.id for i in PLAN.tous.values() if i.mesure == "satisfaction"}


@pytest.mark.parametrize("objectif", OBJECTIFS)
@pytest.mark.parametrize(
    "wording",
    [
        "Objectif {id} : {titre}",
        "Êtes-vous satisfait de l’atteinte de l’objectif {id} ?",
        "Satisfaction en regard de l'atteinte des objectifs et des actions réalisées [Objectif {id} : {titre}]",
    ],
)
def test_survey_question_of_an_objective(objectif: str, wording: str) -> None:
    """An objective's own words (« besoins », « réseautage ») never feed an action's indicator."""
    question = wording.format(id=objectif, titre=PLAN.objectifs[objectif].titre)
    assert feeds({"sondage": "Sondage annuel", "question": question}, "satisfaction") == {f"G-{objectif}"}


@pytest.mark.parametrize(
    ("sondage", "question", "expected"),
    [
        ("Évaluation : L'ABC du DS", "Êtes-vous satisfait de ce webinaire ?", {"1.3.3-2"}),
        ("Évaluation : Recrutement d'administrateurs", "Êtes-vous satisfait de ce webinaire ?", set()),
        ("Ad Lib : projets concrets", "Êtes-vous satisfait de ce webinaire ?", set()),
        ("Évaluation du webinaire Logement social", "A-t-il répondu à vos besoins ?", set()),
    ],
)
def test_survey_of_one_activity(sondage: str, question: str, expected: set[str]) -> None:
    assert feeds({"sondage": sondage, "question": question}, "satisfaction") == expected


ORGANISATIONNELS, AD_LIB, ACTUALITE = {"1.1.5-1", "1.1.5-2"}, {"1.2.2-1", "1.2.2-2"}, {"1.3.3-1", "1.3.3-3"}

TITRES = [
    ("Recrutement d’administrateurs et mobilisation des partenaires", ORGANISATIONNELS),
    ("La comptabilité des OBNL", ORGANISATIONNELS),
    ("Mieux planifier ses COMMUNICATIONS", ORGANISATIONNELS),
    ("Ressources humaines : attirer et garder", ORGANISATIONNELS),
    ("Gouvernance : le rôle du conseil d’administration", ORGANISATIONNELS),
    ("Ad Lib – Projets concrets", AD_LIB),
    ("Ad lib : recrutement et gouvernance", AD_LIB),
    ("Rencontre des directions, avril", AD_LIB),
    ("L'ABC du DS", ACTUALITE),
    ("Programmes publics de financement", ACTUALITE),
    ("Logement social", ACTUALITE),
    ("Culture et DS", ACTUALITE),
    ("Projets transformateurs", ACTUALITE),
    ("Webinaire RQDS", ACTUALITE),
    ("Chantier ressources humaines, rencontre 2", set()),
    ("Comité national pour une politique", set()),
    ("Assemblée générale annuelle 2026", set()),
]


@pytest.mark.parametrize(("titre", "expected"), TITRES)
def test_webinar_title(titre: str, expected: set[str]) -> None:
    assert feeds({"titre": titre}, *WEBINAIRE) == expected


def test_a_webinar_counts_in_one_place() -> None:
    """Whatever the title: 1.1.5, 1.2.2 and 1.3.3 share their lists of words, so no title is in two of them."""
    words = [w for i in PLAN.indicateurs.values() if i.mesure in WEBINAIRE for c in i.filtre for w in c.contient]
    titles = [t for t, _ in TITRES] + [f"{a} et {b}" for a in words for b in words]
    for titre in titles:
        actions = {id_.split("-")[0] for id_ in feeds({"titre": titre}, *WEBINAIRE)}
        assert len(actions) <= 1, titre


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("/outils/", {"1.3.4-3"}),
        ("/ressources/boite-a-outils/", {"1.3.4-3"}),
        ("/carte-geolocalisee/", {"1.3.4-4", "4.1.3-1"}),
        ("/carte-interactive/", {"4.1.3-1"}),
        ("/carte-des-demarches/", {"4.1.3-1"}),
        ("/", set()),
        ("/infolettre/", set()),
    ],
)
def test_page(page: str, expected: set[str]) -> None:
    assert feeds({"page": page}, "vues_pages") == expected
