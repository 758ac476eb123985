"""How figures become statuses, in plain French: made from the limits and rules in force, with an example of the day.

The page « Méthode » and the documents read this and nothing else, so that the words cannot drift from the code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from rqds_metrics.plan import Indicateur
from rqds_metrics.registre import Reglages
from rqds_metrics.regles.formats import nombre, pourcent, quantite, unite
from rqds_metrics.regles.statut import EVALUES, Limites, Statut, reached, share_of
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.yaml_strict import DefinitionError, read_yaml

_CA = (
    "À l'attention du CA : les indicateurs en retard d'abord, puis ceux à surveiller ; à état égal, l'écart à l'attendu "
    "le plus grand en premier."
)
MOTS_INTERNES = frozenset({"mesure", "lot"})  # no public page uses them
GLOSSAIRE = Path(__file__).with_name("glossaire.yaml")


@dataclass(frozen=True)
class Regle:
    """One rule, told to a person. `statuts`: those it explains; `interne`: what only the team's screens show."""

    titre: str
    textes: tuple[str, ...]
    statuts: tuple[str, ...] = ()
    interne: tuple[str, ...] = ()

    @property
    def publics(self) -> tuple[str, ...]:
        """What the public page tells of it."""
        return tuple(t for t in self.textes if t not in self.interne)


def rules(reglages: Reglages) -> list[Regle]:
    """Every rule that turns a value into a status, with the limits of the day."""
    en_voie, surveiller, presque = (
        pourcent(v) for v in (reglages.en_voie, reglages.a_surveiller, reglages.presque)
    )  # fmt: skip
    return [
        Regle(
            "La valeur",
            (
                "Un nombre s'additionne du 1er juillet à la date des dernières données. Un niveau (des abonnés, des "
                "membres) vaut ce qu'il valait la dernière fois. Un taux est le total des numérateurs divisé par le "
                "total des dénominateurs : jamais une moyenne de taux.",
                "Ce qui manque n'est pas zéro : sans donnée, l'application écrit « n.d. ».",
            ),
        ),
        Regle(
            "La cible",
            (
                "La cible que la direction a fixée pour l'exercice l'emporte ; sinon, celle du plan. Une hausse se "
                "mesure à partir de la valeur de tout l'exercice précédent ; la première année qui a des données sert "
                "de référence et n'a pas de cible.",
            ),
        ),
        Regle(
            "Ce qui est attendu à ce jour",
            (
                "Là où le plan nomme des dates, seules celles qui sont passées comptent. Sinon, l'application prend la "
                "part de l'année que les exercices complets avaient atteinte à la même date ; à défaut, elle compte "
                "les jours. La fiche nomme la méthode suivie.",
                "Un taux se compare directement à sa cible. Un niveau doit monter jour après jour, de celui de l'an "
                "dernier à la cible.",
            ),
        ),
        Regle(
            "Où finirait l'exercice",
            (
                "Pour un nombre, l'application prolonge le rythme actuel jusqu'au 30 juin et dit une fourchette où la "
                "valeur finale tombe environ 8 fois sur 10. Sans assez d'historique, elle ne donne pas de fourchette "
                "et dit pourquoi. Une projection n'entre jamais dans l'état.",
            ),
        ),
        Regle(
            "Ce qui ne se compare pas",
            (
                "Un changement d'outil ou de définition est une rupture : une hausse ne se mesure pas par-dessus, et "
                "la phrase dit pourquoi. Un exercice coupé par une rupture ne sert pas de modèle aux autres.",
            ),
        ),
        Regle(
            "Les sondages",
            (
                "Un taux de satisfaction vaut pour ceux qui ont répondu. L'intervalle dit, 19 fois sur 20, où serait "
                "le taux de tous les invités (méthode de Wilson, population finie quand le nombre d'invités est connu). "
                "Quand il chevauche la cible, l'état porte la marque « à confirmer » : quelques réponses de plus "
                "pourraient le changer.",
            ),
        ),
        Regle(
            "L'état, pendant l'exercice",
            (
                "La valeur est divisée par ce qui est attendu à la date des dernières données. "
                f"Atteinte : toute la cible de l'exercice y est. En voie : {en_voie} ou plus de l'attendu. "
                f"À surveiller : de {surveiller} à {en_voie}. En retard : moins de {surveiller}.",
            ),
            ("atteinte", "en_voie", "a_surveiller", "en_retard"),
        ),
        Regle(
            "L'état, une fois l'exercice terminé",
            (
                f"La valeur est divisée par la cible. Atteinte : la cible y est. Presque : {presque} ou plus. "
                "Non atteinte : moins que cela.",
            ),
            ("atteinte", "presque", "non_atteinte"),
        ),
        Regle(
            "Un jalon",
            (
                "Il est fait, ou ne l'est pas. Fait, il est atteint, même après son échéance, et la phrase le dit. "
                "Pas fait, il n'est en retard qu'une fois son échéance passée. Sans échéance, aucune n'est inventée : "
                "« échéance à fixer ».",
            ),
            ("atteinte", "en_retard", "non_du", "echeance_a_fixer"),
        ),
        Regle(
            "Ce qui n'est jamais rouge",
            (
                "Un indicateur sans cible, sans données, dont rien n'est encore dû, ou dont l'échéance reste à fixer "
                "n'est pas évalué : il ne compte ni pour ni contre le plan.",
            ),
            ("sans_cible", "sans_donnees", "non_du", "echeance_a_fixer"),
        ),
        Regle(
            "Les comptes",
            (
                "Une orientation montre combien de ses indicateurs sont en voie ou atteints, sur ceux qui sont évalués. "
                "Les états ne sont jamais additionnés ni moyennés en une note.",
                _CA,
            ),
            interne=(_CA,),
        ),
        Regle(
            "Les données",
            (
                "Pour un mois et une source, le fichier le plus récent l'emporte ; ceux qu'il remplace restent, et "
                "comptent de nouveau s'il est annulé. Les données d'un mois sont en retard "
                f"{reglages.retard_jours} jours après sa fin. Une infolettre livrée à moins de "
                f"{reglages.envoi_test_moins_de} personnes est un envoi de test : elle n'entre pas dans les taux.",
            ),
        ),
    ]


@dataclass(frozen=True)
class Exemple:
    """A result worked out aloud; `statut` is what the words lead to."""

    resultat: Resultat
    texte: str
    statut: Statut


def worked(r: Resultat, limites: Limites, au: date) -> Exemple | None:
    """The arithmetic of one result, as the rules say it; None where nothing is compared."""
    if r.valeur is None or r.cible is None or not r.attendu or r.indicateur.type in ("jalon", "qualitatif"):
        return None
    unit = "%" if r.indicateur.type == "taux" else r.indicateur.unite
    cible, sens = r.indicateur.cible, r.indicateur.sens
    strict = bool(cible and cible.croissance and r.cible_origine == "plan")
    closed = r.exercice.closed(au)
    yardstick = r.cible if closed else r.attendu
    share = share_of(r.valeur, yardstick, sens)
    name = "la cible" if closed else "ce qui est attendu"
    text = (
        f"{r.indicateur.court}, {r.exercice} : {quantite(r.valeur, unit)} divisé par {name}, "
        f"{quantite(yardstick, unit)}, donne {pourcent(share)}."
    )
    statut: Statut
    if reached(r.valeur, r.cible, sens, strict):
        statut, why = "atteinte", f"La cible de l'exercice, {quantite(r.cible, unit)}, y est"
    elif closed:
        statut = "presque" if share >= limites.presque - 1e-9 else "non_atteinte"
        why = f"La limite de « presque » est {pourcent(limites.presque)}"
    elif share >= limites.en_voie - 1e-9:
        statut, why = "en_voie", f"C'est {pourcent(limites.en_voie)} ou plus"
    elif share >= limites.a_surveiller - 1e-9:
        statut, why = "a_surveiller", f"C'est entre {pourcent(limites.a_surveiller)} et {pourcent(limites.en_voie)}"
    else:
        statut, why = "en_retard", f"C'est moins de {pourcent(limites.a_surveiller)}"
    return Exemple(r, f"{text} {why} : {APPARENCES[statut].libelle.lower()}.", statut)


def examples(results: Iterable[Resultat], limites: Limites, au: date, combien: int = 3) -> list[Exemple]:
    """A few live examples, of different statuses and types, the evaluated ones first."""
    out: list[Exemple] = []
    seen: set[tuple[str, str]] = set()
    for r in results:
        found = worked(r, limites, au) if r.statut in EVALUES else None
        if found and (r.statut, r.indicateur.type) not in seen and r.statut not in {e.statut for e in out}:
            seen.add((r.statut, r.indicateur.type))
            out.append(found)
    return out[:combien]


def plan_target(indicateur: Indicateur) -> str:
    """The plan's own target, in words."""
    c = indicateur.cible
    if c is None:
        return "Le plan ne fixe pas de cible"
    if c.seuil:
        return f"Cible du plan : au moins {pourcent(c.seuil / 100)}"
    if c.hausse:
        since = f" à partir de l'an {c.an_debut}" if c.an_debut else ""
        return f"Cible du plan : hausse de {pourcent(c.hausse / 100)} par année{since}"
    if c.croissance:
        return "Cible du plan : en croissance chaque année"
    if c.nombre_an1:
        return f"Cible du plan pour l'an 1 : {nombre(c.nombre_an1)} {unite(indicateur.unite, c.nombre_an1)}"
    return "Jalon du plan, chaque année" if c.annuel else "Jalon du plan"


@cache
def glossary() -> dict[str, str]:
    """The words and what they mean, in their order.

    Raises:
        DefinitionError: the file is not a list of words and texts.
    """
    lu = read_yaml(GLOSSAIRE)
    if not isinstance(lu.valeur, dict) or not all(isinstance(v, str) for v in lu.valeur.values()):
        lu.defauts.append(lu.defaut((), "des mots et leur sens sont attendus"))
    if lu.defauts:
        raise DefinitionError(lu.defauts)
    return {str(k): str(v) for k, v in lu.valeur.items()}
