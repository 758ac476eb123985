"""What a publication changes to the one before: added, removed, changed, before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rqds_metrics.diffusion.publication import Indicateur, Publication, Resultat
from rqds_metrics.regles.formats import jour, nombre, quantite
from rqds_metrics.statuts import APPARENCES

RIEN = "–"


@dataclass(frozen=True)
class Changement:
    """Something of an indicator that is not what it was; texts. `periode`: a year, a month, or « »."""

    indicateur: Indicateur
    periode: str
    quoi: str
    avant: str
    apres: str


@dataclass(frozen=True)
class Ecarts:
    ajoutes: tuple[Indicateur, ...] = ()
    retires: tuple[Indicateur, ...] = ()
    changements: tuple[Changement, ...] = ()

    @property
    def changes(self) -> int:
        """How many indicators have something changed."""
        return len({c.indicateur.id for c in self.changements})

    def __bool__(self) -> bool:
        return bool(self.ajoutes or self.retires or self.changements)


def ecarts_of(avant: Publication | None, apres: Publication) -> Ecarts:
    """From one publication to the next; all is added where there was none."""
    new = {i.id: i for i in apres.indicateurs}
    if avant is None:
        return Ecarts(apres.indicateurs)
    old = {i.id: i for i in avant.indicateurs}
    changes = [c for id_, i in new.items() if id_ in old for c in _changes(avant, apres, old[id_], i)]
    return Ecarts(
        tuple(i for id_, i in new.items() if id_ not in old),
        tuple(i for id_, i in old.items() if id_ not in new),
        tuple(changes),
    )


def value_text(indicateur: Indicateur, r: Resultat | None) -> str:
    """The value of a year, in words."""
    if r is None:
        return RIEN
    if r.retenu:
        return "retenu"
    if indicateur.type == "jalon":
        return f"fait le {jour(r.fait_le)}" if r.fait_le else "pas fait"
    if indicateur.type == "qualitatif":
        return nombre(r.n) if r.n else "n.d."
    return quantite(r.valeur, "%" if indicateur.type == "taux" else indicateur.unite)


def _target(indicateur: Indicateur, r: Resultat | None) -> str:
    if r is None or r.cible is None or indicateur.type == "jalon":
        return jour(r.echeance) if r and r.echeance else RIEN
    return quantite(r.cible, "%" if indicateur.type == "taux" else indicateur.unite)


def _status(r: Resultat | None) -> str:
    return RIEN if r is None or r.retenu else APPARENCES[r.statut].libelle


def _changes(avant: Publication, apres: Publication, before: Indicateur, i: Indicateur) -> Iterator[Changement]:
    if (before.titre, before.court) != (i.titre, i.court):
        yield Changement(i, "", "Titre", before.court, i.court)
    if before.methode != i.methode:
        yield Changement(i, "", "Méthode", before.methode, i.methode)
    for id_, year in apres.resultats:
        if id_ != i.id:
            continue
        old, new = avant.resultats.get((id_, year)), apres.resultats[id_, year]
        texts = (
            ("Valeur", value_text(before, old), value_text(i, new)),
            ("Échéance" if i.type == "jalon" else "Cible", _target(before, old), _target(i, new)),
            ("État", _status(old), _status(new)),
        )
        yield from (Changement(i, year, quoi, a, b) for quoi, a, b in texts if a != b)
    old_words = {c.periode: c.texte for c in avant.commentaires.get(i.id, ())}
    new_words = {c.periode: c.texte for c in apres.commentaires.get(i.id, ())}
    for periode in sorted(old_words.keys() | new_words.keys(), reverse=True):
        a, b = old_words.get(periode, RIEN), new_words.get(periode, RIEN)
        if a != b:
            yield Changement(i, periode, "Commentaire", a, b)
