"""Who did what, when, from what to what: read from lots, their states and the registre. Nothing here is ever written.

Each genre of decision says itself in French through one small function of `_DIRES`; a test holds that none is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rqds_metrics.alertes import ENVOI, SORTES, scope_text
from rqds_metrics.doutes import VERDICTS
from rqds_metrics.mesures import load_mesures
from rqds_metrics.plan import Plan, load_plan
from rqds_metrics.regles.formats import INSECABLE, MOIS, jour, mois, nombre, periode, quantite
from rqds_metrics.regles.textes import plain
from rqds_metrics.store import connect, version

RIEN = "–"
GENRES = {
    "envoi": "Envoi",
    "cible": "Cible",
    "echeance": "Échéance",
    "reglage": "Réglage",
    "source": "Source d'une mesure",
    "cloture": "Clôture",
    "question": "Question de sondage",
    "correction": "Correction",
    "correspondance": "Autre outil",
    "commentaire": "Commentaire",
    "alimentation": "D'où vient la valeur",
    "reunion": "Réunion du CA",
    "rupture": "Rupture de série",
    "saut": "Date sautée",
    "invite": "Personnes invitées",
    "doute": "Doute du plan",
    "resultat": "Résultat attendu",
    "publication": "Publication",
    "alerte": "Alerte",
}


@dataclass(frozen=True)
class Entree:
    """One thing that someone did. `avant` and `apres` are texts; « – » is nothing. `quand` in UTC."""

    quand: datetime
    qui: str
    genre: str
    objet: str
    avant: str
    apres: str
    pourquoi: str
    exercice: str | None = None
    indicateur: str | None = None

    @property
    def titre(self) -> str:
        return GENRES.get(self.genre, self.genre)


@dataclass(frozen=True)
class Acte:
    """A decision as the registre holds it, to be put in words."""

    genre: str
    cle: str
    exercice: str | None
    valeur: Any


Dire = Callable[[Acte, Plan], str]


def _id(acte: Acte, plan: Plan) -> str | None:
    """The indicator that a decision speaks of, if it speaks of one: its key, or what is before « | » in it."""
    id_ = acte.cle.partition("|")[0]
    return id_ if id_ in plan.tous else None


def _target(acte: Acte, plan: Plan) -> str:
    indicateur = plan.tous.get(acte.cle)
    if indicateur is None:
        return str(acte.valeur)
    return quantite(float(acte.valeur), "%" if indicateur.type == "taux" else indicateur.unite)


def _doubt(acte: Acte, plan: Plan) -> str:
    note = str(acte.valeur.get("note") or "").rstrip(".")
    return VERDICTS[acte.valeur["verdict"]] + (f"{INSECABLE}: {note}" if note else "")


def _expected(acte: Acte, plan: Plan) -> str:
    v = acte.valeur
    done = jour(date.fromisoformat(v["fait_le"])) if v.get("fait_le") else ""
    state = f"fait {('le ' + done) if done else ''}".strip() if v["fait"] else "à faire"
    return f"{v['texte']}{INSECABLE}: {state}" if v.get("texte") else state


def _day(acte: Acte, plan: Plan) -> str:
    if isinstance(acte.valeur, list):  # the years that an action is due in
        return ", ".join(f"an {an}" for an in acte.valeur)
    return jour(date.fromisoformat(str(acte.valeur)))


def _source(acte: Acte, plan: Plan) -> str:
    since = acte.valeur.get("depuis")
    return f"{acte.valeur['serie']}" + (f", depuis le {jour(date.fromisoformat(since))}" if since else "")


def _closing(acte: Acte, plan: Plan) -> str:
    return "mois clos"


def _question(acte: Acte, plan: Plan) -> str:
    v = {"indicateur": acte.valeur} if isinstance(acte.valeur, str) else acte.valeur
    id_ = v["indicateur"]
    where = "indicateur d'après ses mots" if id_ is None else f"indicateur {id_}" if id_ else "aucun indicateur"
    answers = v.get("reponses")
    return where + (f", part satisfaite choisie ({len(answers)} réponses)" if answers else "")


def _correction(acte: Acte, plan: Plan) -> str:
    v = acte.valeur
    return f"{v['colonne']}{INSECABLE}: {nombre(v['attendu'])} devient {nombre(v['nouveau'])}"


def _mapping(acte: Acte, plan: Plan) -> str:
    return f"{len(acte.valeur.get('champs', ()))} colonnes décrites"


def _comment(acte: Acte, plan: Plan) -> str:
    return f"« {acte.valeur['texte']} »"


def _feeding(acte: Acte, plan: Plan) -> str:
    v = acte.valeur
    if v["mode"] == "mesure":
        mesure = load_mesures().get(v["mesure"])
        words = [w for c in v.get("filtre", ()) for k, ws in c.items() if k != "colonne" for w in ws or ()]
        return (mesure.titre if mesure else str(v["mesure"])) + (f", filtre {', '.join(words)}" if words else "")
    if v["mode"] == "formule":
        parts = [" + ".join(v["formule"]["numerateur"]), " + ".join(v["formule"].get("denominateur", ()))]
        return "formule " + " ÷ ".join(p for p in parts if p)
    return "saisie"


def _meeting(acte: Acte, plan: Plan) -> str:
    shown, given = acte.valeur.get("presente"), len(acte.valeur.get("documents", ()))
    text = "présentation gardée" if shown else "à venir"
    return f"{acte.valeur['titre']}, {text}" + (f", {given} document{'s' if given > 1 else ''}" if given else "")


def _break(acte: Acte, plan: Plan) -> str:
    when = jour(date.fromisoformat(acte.valeur["date"]))
    reason = acte.valeur.get("raison")
    return f"{when}{INSECABLE}: {reason}" if reason else f"{when}, retirée"


def _skipped(acte: Acte, plan: Plan) -> str:
    return MOIS[int(acte.valeur) - 1]


def _invited(acte: Acte, plan: Plan) -> str:
    return quantite(float(acte.valeur), "personne")


def _publication(acte: Acte, plan: Plan) -> str:
    v = acte.valeur
    text = f"{quantite(len(v['indicateurs']), 'indicateur')}, {quantite(len(v['commentaires']), 'commentaire')}"
    state = "retirée" if v.get("retiree") else "proposée" if acte.cle == "proposition" else "approuvée"
    return f"{state}{INSECABLE}: {text}, vu au {jour(date.fromisoformat(v['au']))}"


def _setting(acte: Acte, plan: Plan) -> str:
    return nombre(acte.valeur) if isinstance(acte.valeur, int | float) else str(acte.valeur)


def _alert(acte: Acte, plan: Plan) -> str:
    if "cles" not in acte.valeur:
        return "suivie"
    n = int(acte.valeur["nouveaux"])
    return "rien de nouveau" if not n else f"{n} avis envoyé{'s' if n > 1 else ''}"


_DIRES: dict[str, Dire] = {
    "cible": _target, "echeance": _day, "reglage": _setting, "source": _source, "cloture": _closing,
    "question": _question, "correction": _correction, "correspondance": _mapping, "commentaire": _comment, "alimentation": _feeding,
    "reunion": _meeting, "rupture": _break, "saut": _skipped, "invite": _invited,
    "doute": _doubt, "resultat": _expected, "publication": _publication, "alerte": _alert,
}  # fmt: skip


def value_text(acte: Acte, plan: Plan) -> str:
    """What a decision sets, in words; « – » where it takes back. What this version cannot read is shown as it is."""
    if acte.valeur is None:
        return RIEN
    try:
        return _DIRES[acte.genre](acte, plan)
    except (KeyError, TypeError, ValueError, AttributeError):
        return json.dumps(acte.valeur, ensure_ascii=False)[:120]


def object_text(acte: Acte, plan: Plan, fichiers: Mapping[int, str]) -> str:
    """What a decision is about, in words; its key where this version cannot read it."""
    if id_ := _id(acte, plan):
        rest = acte.cle.partition("|")[2]
        return f"{id_} {plan.tous[id_].court}" + (f", {rest}" if rest else "")
    try:
        return _OBJETS[acte.genre](acte.cle, fichiers)
    except (KeyError, ValueError):
        return acte.cle


def _correction_object(cle: str, fichiers: Mapping[int, str]) -> str:
    return fichiers[int(cle.split("-", 1)[0])]


def _question_object(cle: str, fichiers: Mapping[int, str]) -> str:
    sondage, _, question = cle.partition("\n")
    return f"{question} ({sondage})"


def _alert_object(cle: str, fichiers: Mapping[int, str]) -> str:
    sorte, _, portee = cle.partition("|")
    return "Courriel des avis" if sorte == ENVOI else f"{SORTES[sorte]}, {scope_text(portee)}"


_OBJETS: dict[str, Callable[[str, Mapping[int, str]], str]] = {
    "source": lambda cle, _: load_mesures()[cle].titre,
    "rupture": lambda cle, _: load_mesures()[cle].titre,
    "echeance": lambda cle, _: f"Action {cle}",
    "resultat": lambda cle, _: f"Action {cle.partition('@')[0].partition('#')[0]}",
    "saut": lambda cle, _: load_plan().calendriers[cle].titre,
    "cloture": lambda cle, _: mois(date.fromisoformat(f"{cle}-01"), long=True).capitalize(),
    "reunion": lambda cle, _: f"Réunion du {jour(date.fromisoformat(cle), long=True)}",
    "publication": lambda cle, _: "Proposition" if cle == "proposition" else f"Publication n°{INSECABLE}{int(cle)}",
    "question": _question_object,
    "correction": _correction_object,
    "alerte": _alert_object,
}


def entries_of_decisions(
    rows: Iterable[tuple[datetime, str, str, str, str | None, str | None, str]],
    plan: Plan,
    fichiers: Mapping[int, str],
) -> list[Entree]:
    """From the rows of the registre (quand, qui, genre, cle, exercice, valeur JSON, pourquoi), oldest first."""
    stood: dict[tuple[str, str, str | None], str] = {}
    out = []
    for quand, qui, genre, cle, exercice, valeur, pourquoi in rows:
        acte = Acte(genre, cle, exercice, json.loads(valeur) if valeur else None)
        after = value_text(acte, plan)
        key = (genre, cle, exercice)
        out.append(
            Entree(
                quand, qui, genre, object_text(acte, plan, fichiers), stood.get(key, RIEN), after, pourquoi,
                exercice, _id(acte, plan),
            )
        )  # fmt: skip
        stood[key] = after
    return out


_LOTS = "SELECT id, fichier, source, recu_le, par, debut, fin, lignes FROM lot WHERE recu_le < ? ORDER BY id"
_ETATS = "SELECT lot, quand, qui, vivant FROM lot_etat WHERE quand < ? ORDER BY quand"
_REGISTRE = "SELECT quand, qui, genre, cle, exercice, valeur, pourquoi FROM registre WHERE quand < ? ORDER BY quand, id"


def read_journal(
    avant: datetime, base: str | Path | None = None, titres: Mapping[str, str] | None = None
) -> list[Entree]:
    """All that was done before a moment (UTC), the newest first. `titres`: a source's name -> its title."""
    if not version(base):
        return []
    plan, titles = load_plan(), titres or {}
    with connect(base) as cursor:
        lots = cursor.execute(_LOTS, [avant]).fetchall()
        states = cursor.execute(_ETATS, [avant]).fetchall()
        decisions = cursor.execute(_REGISTRE, [avant]).fetchall()
    files = {lot[0]: str(lot[1]) for lot in lots}
    out = entries_of_decisions(decisions, plan, files)
    for _, fichier, source, recu_le, par, debut, fin, lignes in lots:
        many = "s" if lignes > 1 else ""
        received = f"reçu{INSECABLE}: {nombre(lignes)} ligne{many}, {periode(debut, fin)}"
        out.append(Entree(recu_le, par, "envoi", fichier, RIEN, received, titles.get(source, source)))
    for lot, quand, qui, vivant in states:
        before, after = ("annulé", "rétabli") if vivant else ("compte", "annulé")
        out.append(Entree(quand, qui, "envoi", files.get(lot, str(lot)), before, after, ""))
    return sorted(out, key=lambda e: e.quand, reverse=True)


def filtered(
    entries: Sequence[Entree],
    *,
    genres: Sequence[str] = (),
    personnes: Sequence[str] = (),
    mots: str = "",
    debut: datetime | None = None,
) -> list[Entree]:
    """Those of some genres and people, since a moment, that hold every word, whatever the accents or case."""
    words = plain(mots).split()
    out = []
    for e in entries:
        if (genres and e.genre not in genres) or (personnes and e.qui not in personnes):
            continue
        if debut and e.quand < debut:
            continue
        text = plain(" ".join((e.titre, e.objet, e.avant, e.apres, e.pourquoi, e.qui, e.exercice or "")))
        if all(w in text for w in words):
            out.append(e)
    return out
