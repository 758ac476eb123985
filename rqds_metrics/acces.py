"""Who may do what: the roles, what each one sees and does, and whether claims of a sign-in let someone in.

Pure: the clock, the settings (rqds_metrics.personnes) and the claims are given. Everything that is not in PAGES or
ACTIONS is refused to everyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rqds_metrics.personnes import Acces

Role = Literal["lecture", "edition", "direction"]
ROLES: dict[Role, str] = {
    "lecture": "Lecture",
    "edition": "Édition",
    "direction": "Direction",
}  # each holds those before
TACHES: dict[Role, str] = {
    "lecture": "consulter le plan, préparer le CA et prendre les documents",
    "edition": "téléverser, saisir, commenter, corriger, clore un mois, préparer les réunions et proposer une publication",
    "direction": "fixer les cibles et les échéances, publier, choisir les alertes et voir qui a accès",
}
_RANGS = {role: rank for rank, role in enumerate(ROLES)}

# A page (its file in pages/) -> the least role that opens it.
PAGES: dict[str, Role] = {
    "vue_ensemble": "lecture",
    "par_orientation": "lecture",
    "fiche": "lecture",
    "comparer": "lecture",
    "alertes": "lecture",
    "depuis": "lecture",
    "presenter": "lecture",
    "reunions": "lecture",
    "rapport": "lecture",
    "methode": "lecture",
    "televerser": "edition",
    "saisir": "edition",
    "autre_outil": "edition",
    "questions": "edition",
    "corrections": "edition",
    "cloture": "edition",
    "journal": "edition",
    "publication": "edition",
    "cibles": "direction",
    "echeances": "direction",
    "acces": "direction",
}

# An action -> the least role that may do it. A decision has the name of its genre (rqds_metrics.registre).
ACTIONS: dict[str, Role] = {
    # what is written
    "commentaire": "edition",
    "alimentation": "edition",
    "reglage": "edition",
    "source": "edition",
    "question": "edition",
    "invite": "edition",
    "correction": "edition",
    "correspondance": "edition",
    "cloture": "edition",
    "reunion": "edition",
    "resultat": "edition",
    "envoi": "edition",
    "envoi_annule": "edition",
    "envoi_retabli": "edition",
    "saisie": "edition",
    "demonstration": "edition",
    "proposition": "edition",
    "cible": "direction",
    "echeance": "direction",
    "doute": "direction",
    "rupture": "direction",
    "saut": "direction",
    "alerte": "direction",
    "publication": "direction",
    # what is sent to the server before anything is written
    "televersement": "edition",
    # what is taken
    "donnees": "lecture",
    "rapport": "lecture",
    "document": "lecture",
    "recu": "edition",
    "gabarit": "edition",
    "copie_annotee": "edition",
    "original": "edition",
    "description": "edition",
    "journal": "edition",
    "classeur_cibles": "direction",
}

Motif = Literal["sans_connexion", "expire", "ferme", "audience", "sans_courriel", "non_verifie", "inconnu", "retire"]
_TEXTES: dict[Motif, str] = {
    "sans_connexion": "Connectez-vous pour ouvrir le suivi du plan.",
    "expire": "Votre session est terminée. Reconnectez-vous pour continuer.",
    "ferme": "Vous vous êtes déconnecté. Reconnectez-vous pour continuer.",
    "audience": "Cette connexion a été faite pour une autre application. Reconnectez-vous d'ici.",
    "sans_courriel": "Votre compte ne donne pas de courriel, et c'est par lui que l'accès se donne. La personne qui tient "
    "l'application peut le demander à votre fournisseur de comptes.",
    "non_verifie": "Le courriel de votre compte n'est pas vérifié par votre fournisseur de comptes : il ne peut pas servir ici.",
    "inconnu": "Votre compte n'a pas d'accès à cette application. La direction du RQDS peut vous en donner un.",
    "retire": "Votre accès à cette application a été retiré. La direction du RQDS peut vous le rendre.",
}
AVANCE = timedelta(minutes=2)  # how far ahead of ours a provider's clock may be


@dataclass(frozen=True)
class Personne:
    """Someone who may come in. `fin`: when the session ends, None on the machine itself without sign-in."""

    nom: str  # what the journal keeps
    role: Role
    courriel: str | None = None
    fin: datetime | None = None

    def may(self, action: str) -> bool:
        return holds(self.role, ACTIONS.get(action))

    def sees(self, page: str) -> bool:
        return holds(self.role, PAGES.get(page))


# Without sign-in only this machine is answered, and whoever sits at it does everything.
POSTE_LOCAL = Personne("poste local", "direction")


@dataclass(frozen=True)
class Refus:
    """Why claims let nobody in."""

    motif: Motif
    courriel: str | None = None

    @property
    def texte(self) -> str:
        return _TEXTES[self.motif]

    @property
    def connu(self) -> bool:
        """Is it someone who did sign in, and whom signing in again would not help."""
        return self.motif in ("sans_courriel", "non_verifie", "inconnu", "retire")


def holds(role: Role, wanted: Role | None) -> bool:
    """Does a role hold what `wanted` asks; what no table names is nobody's."""
    return wanted is not None and _RANGS[role] >= _RANGS[wanted]


def _moment(value: Any) -> datetime | None:
    """A date of a token (seconds since 1970), None when it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _words(value: Any) -> frozenset[str]:
    """A claim that is a word or a list of words."""
    found = value if isinstance(value, list | tuple) else [value]
    return frozenset(v for v in found if isinstance(v, str))


def session_end(claims: Mapping[str, Any], acces: Acces) -> datetime | None:
    """When the session of these claims ends: their own expiry or our length, the first; None where they do not say."""
    begun, expires = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if begun is None or expires is None:
        return None
    return min(expires, begun + timedelta(hours=acces.session_heures))


def admit(
    claims: Mapping[str, Any],
    acces: Acces,
    audiences: Mapping[str, str],
    now: datetime,
    closed: bool = False,
) -> Personne | Refus:
    """Who these claims are, or why they let nobody in.

    `claims`: of the identity token, whose signature was verified, with the `provider` it came from. `audiences`: the
    client id of each provider. `now`: with its time zone. `closed`: that session was signed out.
    """
    if claims.get("is_logged_in") is not True:
        return Refus("sans_connexion")
    wanted = audiences.get(str(claims.get("provider")))
    if wanted is None or wanted not in _words(claims.get("aud")):
        return Refus("audience")
    begun, end = _moment(claims.get("iat")), session_end(claims, acces)
    early = _moment(claims.get("nbf"))
    if begun is None or end is None or now >= end or begun > now + AVANCE or (early and early > now + AVANCE):
        return Refus("expire")
    if closed:
        return Refus("ferme")
    courriel = claims.get(acces.revendication_courriel)
    if not isinstance(courriel, str) or "@" not in courriel:
        return Refus("sans_courriel")
    courriel = courriel.strip().lower()
    if acces.revendication_courriel == "email" and claims.get("email_verified") in (False, "false"):
        return Refus("non_verifie", courriel)
    mine = acces.of(courriel)
    if mine is not None:
        if mine.role == "aucun":
            return Refus("retire", courriel)
        return Personne(mine.nom or courriel, mine.role, courriel, end)
    role = acces.role_of_groups(_words(claims.get(acces.revendication_groupes)))
    return Personne(courriel, role, courriel, end) if role else Refus("inconnu", courriel)
