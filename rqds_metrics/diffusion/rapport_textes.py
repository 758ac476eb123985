"""The sentences of the report: what a reader who stops at the first page must know. Every writer says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rqds_metrics.affichage import due_text, target_text, value_text
from rqds_metrics.diffusion.figures import FIGURES
from rqds_metrics.diffusion.rapport import BIENTOT_JOURS, Rapport, Sens, sens_of
from rqds_metrics.methode import Regle
from rqds_metrics.regles.formats import MOIS, jour, nombre, quantite
from rqds_metrics.regles.phrase import DEUX, POINT_VIRGULE
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.synthese import Changement

DEMO = "Données fictives"
NOMMES = 6  # names of a list before « et N autres »
MEMBRES: dict[Sens, str] = {
    "mieux": "en mieux",
    "moins bien": "en moins bien",
    "nouveau": "évalué pour la première fois|évalués pour la première fois",
    "autre": "d'une autre nature",
}


LECTURE = Regle(
    "Lire les graphiques",
    (
        "Un état se lit par sa forme et par son mot ; la couleur ne fait que le répéter. Un carré plein est un "
        "indicateur évalué.",
        "La barre d'un tableau est la valeur. Le pointillé marque ce qui était attendu à ce jour ; le trait épais, la "
        "cible de l'exercice.",
        "Sur une fiche, la ligne épaisse est l'exercice ; les points, l'attendu ; la ligne fine, l'exercice précédent ; "
        "les tirets, où mène le rythme actuel, dans sa fourchette. À droite, cinq exercices devant leur cible (trait) ; "
        "l'exercice en cours est plus pâle.",
    ),
)
GROUPES: dict[Sens, str] = {
    "moins bien": "En moins bien",
    "mieux": "En mieux",
    "nouveau": "Évalués pour la première fois",
    "autre": "Autres changements",
}


def by_sens(r: Rapport) -> dict[Sens, list[Changement]]:
    """The changes by the way they went; what went worse comes first."""
    found = {s: [c for c in r.changements if sens_of(c) == s] for s in GROUPES}
    return {s: cs for s, cs in found.items() if cs}


def facts(r: Resultat) -> str:
    """« 3, pour 2,6 attendus au 31 oct. ; cible : 9 »: a result in a line, where its whole sentence is too long."""
    if r.indicateur.type not in FIGURES or r.valeur is None:
        return r.phrase
    text = value_text(r)
    if r.attendu is not None and r.indicateur.type != "taux" and r.attendu != r.cible:
        text += f", pour {due_text(r)} attendu{'s' if r.attendu >= 2 else ''} au {jour(r.donnees_au, annee=False)}"
    return text + (f"{POINT_VIRGULE} cible{DEUX} {target_text(r)}" if r.cible is not None else "")


def enumeration(parts: Sequence[str]) -> str:
    """« a, b et c »."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} et {parts[-1]}"


def status_words(statut: str, n: int) -> str:
    """« 2 en retard », « 1 atteint »: a count of indicators, agreed."""
    words = {
        "atteinte": "atteint",
        "en_voie": "en voie|en voie",
        "presque": "presque atteint|presque atteints",
        "a_surveiller": "à surveiller|à surveiller",
        "en_retard": "en retard|en retard",
        "non_atteinte": "non atteint|non atteints",
        "non_du": "sans rien de dû encore|sans rien de dû encore",
        "echeance_a_fixer": "à l'échéance à fixer|à l'échéance à fixer",
        "sans_cible": "suivi sans cible|suivis sans cible",
        "sans_donnees": "sans données|sans données",
    }
    return quantite(n, words[statut])


def titre_of(r: Rapport) -> str:
    return r.demande.titre


def sous_titre(r: Rapport) -> str:
    """What the report is about, under its title."""
    if r.demande.contenu == "orientation":
        o = r.orientations[0]
        return f"Orientation {o.id}. {o.titre}"
    if r.demande.contenu == "changements":
        part = f"Orientation {r.demande.orientation}, ce" if r.demande.orientation else "Ce"
        return f"{part} qui a changé depuis le {jour(r.demande.depuis, long=True)}"
    return "Où en est le plan stratégique 2022-2027"


def reperes(r: Rapport) -> list[tuple[str, str]]:
    """The few facts of the cover: (name, value)."""
    d = r.demande
    when = "terminé" if r.clos else f"jour {d.exercice.rang(d.au)} de {d.exercice.jours}"
    out = [("Réunion", jour(d.reunion, long=True))] if d.reunion else []
    return [
        *out,
        ("Exercice", f"{d.exercice} (an {d.exercice.an}, {when})"),
        ("Vu au", jour(d.au, long=True)),
        ("Réunion précédente", jour(d.depuis, long=True)),
    ]


def bilan_words(r: Rapport) -> str:
    """How many stand well, among those evaluated: the sentence to remember."""
    c, d = r.comptes, r.demande
    scope = f"de l'orientation {d.orientation}" if d.orientation else "du plan"
    if not r.evalues:
        return f"Au {jour(d.au, long=True)}, aucun des {nombre(r.total)} indicateurs {scope} n'est encore évalué."
    groups = (
        ("atteinte", "presque", "non_atteinte", "en_retard")
        if r.clos
        else ("atteinte", "en_voie", "a_surveiller", "en_retard")
    )
    said = enumeration([status_words(s, c[s]) for s in groups if c.get(s)])
    verb = "est évalué" if r.evalues == 1 else "sont évalués"
    start = f"L'exercice {d.exercice} est terminé{DEUX} " if r.clos else f"Au {jour(d.au, long=True)}, "
    return f"{start}{nombre(r.evalues)} des {nombre(r.total)} indicateurs {scope} {verb}{DEUX} {said}."


def bilan_title(r: Rapport) -> str:
    """The same, short enough for a title."""
    good = "atteint" if r.clos else "en voie ou atteint"
    if not r.evalues:
        return "Aucun indicateur n'est encore évalué"
    many = r.favorables > 1
    verb = "sont" if many else "est"
    return f"{nombre(r.favorables)} des {quantite(r.evalues, 'indicateur évalué')} {verb} {good}{'s' if many else ''}"


def change_title(r: Rapport) -> str:
    n = len(r.changements)
    verb = "état a changé" if n == 1 else "états ont changé"
    return f"Depuis le {jour(r.demande.depuis, long=True)}, {nombre(n)} {verb}"


def change_words(r: Rapport) -> str:
    """What changed since the last meeting, in a sentence."""
    since = jour(r.demande.depuis, long=True)
    if not r.comparable:
        return f"L'exercice {r.demande.exercice} a commencé après le {since}{DEUX} il n'y a rien à comparer."
    if not r.changements:
        return f"Depuis le {since}, aucun état n'a changé."
    found = Counter(sens_of(c) for c in r.changements)
    said = enumeration([quantite(found[s], _both(words)) for s, words in MEMBRES.items() if found[s]])
    return f"{change_title(r)}{DEUX} {said}."


def _both(words: str) -> str:
    return words if "|" in words else f"{words}|{words}"


def calm_words(r: Rapport) -> str:
    """Those that are not evaluated, and why: they count neither for nor against the plan."""
    left = [(s, n) for s, n in r.comptes.items() if not APPARENCES[s].plein]
    total = sum(n for _, n in left)
    if not total:
        return "Tous les indicateurs sont évalués."
    said = enumeration([status_words(s, n) for s, n in left])
    if not r.evalues:
        return f"Aucun ne compte encore, ni pour ni contre le plan{DEUX} {said}."
    start = "L'autre ne compte" if total == 1 else f"Les {nombre(total)} autres ne comptent"
    return f"{start} ni pour ni contre le plan{DEUX} {said}."


def essentiel(r: Rapport) -> list[str]:
    return [bilan_words(r), change_words(r), calm_words(r)]


@dataclass(frozen=True)
class Suite:
    """Something to do or to decide next."""

    titre: str
    texte: str


def names(results: Sequence[Resultat]) -> str:
    """« 2.5.3-2 Prises de position, 2.2.4-1 Rencontres et 4 autres »."""
    said = [f"{r.indicateur.court} ({r.id})" for r in results[:NOMMES]]
    left = len(results) - len(said)
    return enumeration([*said, f"{left} autre{'s' if left > 1 else ''}"] if left else said)


def suites(r: Rapport) -> list[Suite]:
    """The next steps that the figures themselves call for."""
    out = []
    late = [x for x in r.attention if x.statut in ("en_retard", "non_atteinte")]
    if late:
        verb = "n'a pas été atteint" if r.clos else "est en retard"
        many = "n'ont pas été atteints" if r.clos else "sont en retard"
        said = f"{quantite(len(late), 'indicateur')} {verb if len(late) == 1 else many}"
        out.append(Suite("Convenir de ce qui peut encore être fait", f"{said}{DEUX} {names(late)}."))
    cibles = 0 if r.clos else sum(_wants_target(x) for x in r.resultats.values())
    echeances = r.comptes.get("echeance_a_fixer", 0)
    wanted = [(cibles, "cible"), (echeances, "échéance de jalon|échéances de jalons")]
    if cibles or echeances:
        said = enumeration([quantite(n, word) for n, word in wanted if n])
        verb = "reste" if cibles + echeances == 1 else "restent"
        text = f"{said} {verb} à fixer. D'ici là, ces indicateurs sont suivis sans être évalués."
        out.append(Suite("Fixer les cibles et les échéances qui manquent", text))
    soon = sorted(
        (x for x in r.resultats.values() if x.statut == "non_du" and x.echeance and _soon(x, r)),
        key=lambda x: x.echeance or r.demande.au,
    )
    if soon:
        dated = [f"{x.indicateur.court} ({x.id}), d'ici le {jour(x.echeance)}" for x in soon[:NOMMES]]
        out.append(Suite("Tenir les jalons qui approchent", f"{enumeration(dated)}."))
    lacking = [
        f"{x.titre} ({', '.join(MOIS[m.month - 1] for m, e in x.mois if e == 'manquant')})"
        for x in r.receptions
        if any(e == "manquant" for _, e in x.mois)
    ]
    if lacking:
        out.append(Suite("Recevoir les données en retard", f"{enumeration(lacking)}."))
    return out


def _wants_target(x: Resultat) -> bool:
    """Followed without a target that someone could set: a text has none, a year of reference needs none."""
    return x.statut == "sans_cible" and x.indicateur.type in FIGURES and x.cible_origine != "reference"


def _soon(x: Resultat, r: Rapport) -> bool:
    return x.echeance is not None and r.demande.au <= x.echeance <= r.demande.au + timedelta(days=BIENTOT_JOURS)


def file_name(r: Rapport, ext: str) -> str:
    """« rapport-ca-2026-11-24-orientation-2.pdf »."""
    d = r.demande
    part = f"-orientation-{d.orientation}" if d.orientation else ""
    part += "-changements" if d.contenu == "changements" else ""
    return f"rapport-ca-{(d.reunion or d.au).isoformat()}{part}.{ext}"
