"""What was found in files, told in French: lines for a terminal, values for --json. Pages share the wording."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from etl.effects import Effet, Vu, state_value
from etl.history import Entree
from etl.loading import Recu
from etl.preview import Apercu
from etl.source import Constat
from rqds_metrics.exercice import Exercice
from rqds_metrics.regles.formats import jour, nombre, periode, pourcent, quantite, typographie, unite
from rqds_metrics.statuts import LIBELLES
from rqds_metrics.store import local

ETATS = {"pret": "prêt", "deja": "déjà reçu", "a_corriger": "à corriger"}


def place(constat: Constat) -> str:
    """« feuille Réponses, colonne F, ligne 17 »."""
    parts = []
    if constat.feuille:
        parts.append(f"feuille « {constat.feuille} »")
    if constat.cellule:
        parts.append(f"cellule {constat.cellule}")
    if constat.colonne:
        parts.append(f"colonne « {constat.colonne} »")
    if constat.ligne is not None and not constat.cellule:
        parts.append(f"ligne {constat.ligne}")
    return ", ".join(parts)


def constat_text(constat: Constat, remede: bool = True) -> str:
    """What was found, in one line, and what to do about it."""
    where = place(constat)
    text = f"{where} : {constat.note}" if where else constat.note
    if constat.trouve is not None and constat.trouve not in constat.note:
        text += f" Trouvé : « {constat.trouve} »."
    return typographie(f"{text} {constat.remede}" if remede and constat.remede else text)


def value_text(r: Vu) -> str:
    if r.indicateur.type == "jalon":
        return f"fait le {jour(r.fait_le)}" if r.fait_le else "pas fait"
    return quantite(r.valeur, r.indicateur.unite)


def _both_texts(a: Vu, b: Vu) -> tuple[str, str]:
    """Two values as they are told, with as many decimals as it takes to see that they differ."""
    before, after = value_text(a), value_text(b)
    if before == after and a.valeur is not None and b.valeur is not None and a.valeur != b.valeur:
        for decimals in (2, 3, 4):
            tell = pourcent if b.indicateur.unite == "%" else nombre
            before, after = tell(a.valeur, decimals), tell(b.valeur, decimals)
            if before != after:
                break
    return before, after


def effect_text(effet: Effet) -> str:
    """« Visites du site Web 2026-2027 : n.d. → 4 812 visites (sans données → en retard) »."""
    a, b = effet.avant, effet.apres
    text = "{}, {} : {} → {}".format(b.indicateur.court, b.exercice, *_both_texts(a, b))
    if a.valeur == b.valeur and a.n != b.n and a.cible == b.cible:  # the same, of more or fewer answers or days
        told = f"sur {nombre(b.n)} plutôt que {nombre(a.n)}" if b.indicateur.type == "taux" else "comme avant"
        text = f"{b.indicateur.court}, {b.exercice} : {value_text(b)}, {told}"
    if (a.valeur, a.n) == (b.valeur, b.n) and a.cible != b.cible:  # a rise is asked over what last year reached
        unit = b.indicateur.unite
        text = f"{b.indicateur.court}, cible de {b.exercice} : {quantite(a.cible, unit)} → {quantite(b.cible, unit)}"
    if a.statut != b.statut:
        text += f" ({LIBELLES[a.statut].lower()} → {LIBELLES[b.statut].lower()})"
    return typographie(text)


def apercu_text(apercu: Apercu) -> str:
    lecture, extrait = apercu.lecture, apercu.lecture.extrait
    lines = [f"{lecture.fichier} : {ETATS[apercu.etat]}"]
    if lecture.source:
        lines.append(f"  reconnu comme {lecture.source.titre}")
    if extrait:
        lines.append(
            f"  période : {periode(extrait.debut, extrait.fin)} ; lignes gardées : {nombre(len(extrait.lignes))}"
        )
        lines += [
            f"  {quantite(n, 'ligne')} {unite('écartée', n)} : {raison}" for raison, n in extrait.ecartees.items()
        ]
        if extrait.cellules_personnelles:
            many = "s" if extrait.cellules_personnelles > 1 else ""
            words = f"cellule{many} de renseignements personnels écartée{many}"
            lines.append(f"  {nombre(extrait.cellules_personnelles)} {words}")
    if apercu.recu and apercu.recu.deja:
        lines.append(f"  déjà reçu le {jour(local(apercu.recu.deja.recu_le).date())} (lot {apercu.recu.deja.id})")
    for r in apercu.recu.remplace if apercu.recu else ():
        lines.append(
            f"  remplace {periode(r.debut, r.fin)} ({quantite(r.jours, 'jour')}) de « {r.fichier} » (lot {r.lot})"
        )
    lines += [f"  effet : {effect_text(e)}" for e in apercu.effets]
    marks = {"erreur": "ERREUR", "avertissement": "attention", "info": "à savoir"}
    lines += [f"  {marks[c.verdict]} : {constat_text(c)}" for c in apercu.constats]
    return plain_spaces("\n".join(lines))


def recu_text(recu: Recu) -> str:
    """What became of a file, in one line."""
    if recu.deja:
        return f"{recu.fichier} : déjà reçu (lot {recu.deja.id}) ; rien n'a changé."
    text = f"{recu.fichier} : lot {recu.lot}, {quantite(recu.lignes, 'ligne')} {unite('enregistrée', recu.lignes)}"
    for r in recu.remplace:
        text += f" ; remplace {quantite(r.jours, 'jour')} du lot {r.lot} ({r.fichier})"
    return plain_spaces(text) + "."


def plain_spaces(text: str) -> str:
    """For a terminal, where what is printed is searched and copied: no-break spaces are in the way."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def effect_value(effet: Effet) -> dict[str, Any]:
    return {
        "indicateur": effet.apres.indicateur.id,
        "exercice": str(effet.apres.exercice),
        "avant": state_value(effet.avant),
        "apres": state_value(effet.apres),
    }


def apercu_value(apercu: Apercu) -> dict[str, Any]:
    """All of it, for --json."""
    lecture, extrait = apercu.lecture, apercu.lecture.extrait
    return {
        "fichier": lecture.fichier,
        "etat": apercu.etat,
        "source": lecture.source.nom if lecture.source else None,
        "titre": lecture.source.titre if lecture.source else None,
        "sha256": lecture.sha256,
        "debut": extrait.debut.isoformat() if extrait and extrait.debut else None,
        "fin": extrait.fin.isoformat() if extrait and extrait.fin else None,
        "lignes": len(extrait.lignes) if extrait else 0,
        "ecartees": extrait.ecartees if extrait else {},
        "cellules_personnelles": extrait.cellules_personnelles if extrait else 0,
        "deja_recu": apercu.recu.deja.id if apercu.recu and apercu.recu.deja else None,
        "remplace": [
            {
                "lot": r.lot,
                "fichier": r.fichier,
                "debut": r.debut.isoformat(),
                "fin": r.fin.isoformat(),
                "jours": r.jours,
            }
            for r in (apercu.recu.remplace if apercu.recu else ())
        ],
        "effets": [effect_value(e) for e in apercu.effets],
        "constats": [{k: v for k, v in vars(c).items() if v is not None} for c in apercu.constats],
    }


def change_text(effet: Effet) -> str:
    """« Taux d'ouverture : 34,1 % → 35,6 % »: the indicator and what it became, in a few words."""
    a, b = effet.avant, effet.apres
    before, after = _both_texts(a, b)
    if before != after:
        alone = b.indicateur.unite != "%" and b.indicateur.type != "jalon" and value_text(a) != value_text(b)
        return typographie(f"{b.indicateur.court} : {nombre(a.valeur) if alone else before} → {after}")  # one unit
    if a.cible != b.cible:
        unit = b.indicateur.unite
        return typographie(f"cible, {b.indicateur.court} : {quantite(a.cible, unit)} → {quantite(b.cible, unit)}")
    if a.statut != b.statut:
        return typographie(f"{b.indicateur.court} : {LIBELLES[a.statut].lower()} → {LIBELLES[b.statut].lower()}")
    return typographie(f"{b.indicateur.court} : {after}, comme avant")


def effects_summary(effets: Sequence[Effet], au: date) -> str:
    """« Taux d'ouverture : 34,1 % → 35,6 % ; 2 autres »: a value rather than a status, of the newest year; the year is
    told unless it is that of the day `au`."""
    if not effets:
        return "Aucun indicateur n'a changé."
    first = max(effets, key=lambda e: (value_text(e.avant) != value_text(e.apres), e.apres.exercice.annee))
    others = len(effets) - 1
    year = "" if first.apres.exercice == Exercice.of(au) else f" ({first.apres.exercice})"
    more = f" ; {others} {'autres' if others > 1 else 'autre'}" if others else ""
    return typographie(change_text(first) + year + more)


def entree_text(entree: Entree) -> str:
    lot = entree.lot
    when = local(lot.recu_le)
    text = (
        f"{lot.id:>5}  {when:%Y-%m-%d %H:%M}  {lot.source:<10} {quantite(lot.lignes, 'ligne'):>14}  "
        f"{periode(lot.debut, lot.fin)}  {lot.fichier}  ({lot.par})"
    )
    if lot.annule_le:
        text += f"  annulé le {jour(local(lot.annule_le).date())} par {lot.annule_par}"
    text += "  [données fictives]" if lot.demo else ""
    return text if entree.effets is None else f"{text}\n       effet : {effects_summary(entree.effets, when.date())}"


def lots_text(entrees: list[Entree]) -> str:
    """The newest last, nearest to where one reads a terminal."""
    if not entrees:
        return "Aucun fichier reçu."
    return plain_spaces("\n".join(entree_text(e) for e in reversed(entrees)))


def lots_value(entrees: list[Entree]) -> list[dict[str, Any]]:
    """All of it, for --json. `effets` null: not kept."""
    return [
        {
            "lot": e.lot.id,
            "fichier": e.lot.fichier,
            "source": e.lot.source,
            "debut": e.lot.debut.isoformat() if e.lot.debut else None,
            "fin": e.lot.fin.isoformat() if e.lot.fin else None,
            "lignes": e.lot.lignes,
            "ecartees": dict(e.ecartees),
            "cellules_personnelles": e.lot.cellules_personnelles,
            "demo": e.lot.demo,
            "annule": e.lot.annule_le is not None,
            "remarques": dict(e.remarques),
            "avertissements": list(e.avertissements),
            "remplace": [
                {"lot": r.lot, "fichier": e.noms[r.lot], "debut": r.debut.isoformat(), "fin": r.fin.isoformat(),
                 "jours": r.jours}
                for r in e.remplace
            ],
            "evenements": [
                {
                    "quoi": v.quoi,
                    "quand": local(v.quand).isoformat(timespec="seconds"),
                    "qui": v.qui,
                    "effets": [effect_value(x) for x in v.trace.effets] if v.trace else None,
                }
                for v in e.evenements
            ],
            "original": e.original.nature if e.original else None,
        }
        for e in entrees
    ]  # fmt: skip
