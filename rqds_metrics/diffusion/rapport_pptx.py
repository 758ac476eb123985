"""The report as slides: where the plan stands, what deserves attention, what changed, each orientation, what is next."""

from __future__ import annotations

from collections.abc import Sequence

from rqds_metrics.affichage import due_text, target_text, value_text
from rqds_metrics.diffusion.diapositives import GRIS, PALE, Diapositives, Serie, Texte, notes_of
from rqds_metrics.diffusion.figures import FIGURES
from rqds_metrics.diffusion.rapport import Rapport
from rqds_metrics.diffusion.rapport_textes import (
    DEMO,
    bilan_title,
    bilan_words,
    by_sens,
    calm_words,
    change_title,
    change_words,
    essentiel,
    facts,
    reperes,
    sous_titre,
    status_words,
    suites,
)
from rqds_metrics.plan import Orientation
from rqds_metrics.regles.formats import jour, nombre, quantite, typographie
from rqds_metrics.regles.statut import EVALUES
from rqds_metrics.resultats import Resultat
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.synthese import attention

LIGNES = 10  # rows of a table that a room can read
BARRES = 7  # indicators of a chart


def _status(statut: str) -> Texte:
    look = APPARENCES[statut]
    return Texte(f"{look.forme} {look.libelle}", True, look.couleur)


def _t(text: str) -> Texte:
    return Texte(typographie(text))


def _overview(deck: Diapositives, r: Rapport) -> None:
    """Where the plan stands: a bar an orientation, cut by status; what is not evaluated is one calm part."""
    statuts = [s for s in r.comptes if s in EVALUES]
    series = [
        Serie(
            f"{APPARENCES[s].forme} {APPARENCES[s].libelle}",
            [b.comptes.get(s) or None for b in r.bilans],
            [APPARENCES[s].couleur],
        )
        for s in statuts
    ]
    rest = [b.total - b.evalues or None for b in r.bilans]
    if any(rest):
        series.append(Serie("– Pas évalués", rest, [PALE], "16212B"))
    names = [f"{b.orientation.id}. {b.orientation.court}" for b in r.bilans]
    deck.chart(
        bilan_title(r), names, series, empile=True, format="0", dit=" ".join(essentiel(r)),
        notes="\n".join([bilan_words(r), calm_words(r)]),
    )  # fmt: skip


def _attention(deck: Diapositives, r: Rapport) -> None:
    late = sum(x.statut in ("en_retard", "non_atteinte") for x in r.attention)
    if not r.attention:
        deck.text("Aucun indicateur n'est en retard ni à surveiller", [[_t(calm_words(r))]])
        return
    n = len(r.attention)
    verb = "mérite" if n == 1 else "méritent"
    word = "non_atteinte" if r.clos else "en_retard"
    title = f"{quantite(n, 'indicateur')} {verb} l'attention"
    title += f", dont {status_words(word, late)}" if late and late < n else ""
    shown = r.attention[:LIGNES]
    rows = [
        [
            _status(x.statut), _t(x.indicateur.court), Texte(value_text(x), True, droite=True),
            Texte(due_text(x), droite=True), Texte(target_text(x), droite=True),
        ]
        for x in shown
    ]  # fmt: skip
    columns = [("État", 2.1), ("Indicateur", 5.6), ("Valeur", 1.4), ("Attendu à ce jour", 1.7), ("Cible", 1.3)]
    deck.table(title, columns, rows, notes_of({x.indicateur.court: typographie(x.phrase) for x in r.attention}))


def _changes(deck: Diapositives, r: Rapport) -> None:
    if not r.changements:
        deck.text("Ce qui a changé", [[_t(change_words(r))]])
        return
    found = [c for cs in by_sens(r).values() for c in cs]
    columns = [("Indicateur", 4.1), ("Avant", 2.3), ("Maintenant", 1.8), ("En chiffres", 3.9)]
    for start in range(0, len(found), LIGNES):
        part = found[start : start + LIGNES]
        rows = [
            [_t(c.apres.indicateur.court), _status(c.avant.statut), _status(c.apres.statut), _t(facts(c.apres))]
            for c in part
        ]
        title = (
            change_title(r) if start == 0 else f"Ce qui a changé depuis le {jour(r.demande.depuis, long=True)} (suite)"
        )
        notes = notes_of({c.apres.indicateur.court: typographie(c.apres.phrase) for c in part})
        deck.table(title, columns, rows, notes, taille=13)


def _compared(o: Orientation, r: Rapport) -> list[Resultat]:
    """The indicators of an orientation that bars can compare: the most pressing first, then in the plan's order."""
    mine = [r.resultats[i.id] for i in o.indicateurs()]
    mine = [
        x for x in mine if x.indicateur.type in FIGURES and x.statut in EVALUES and x.cible and x.valeur is not None
    ]
    urgent = attention(mine, len(mine))
    return [*urgent, *(x for x in mine if x not in urgent)][:BARRES]


def _orientation(deck: Diapositives, o: Orientation, r: Rapport) -> None:
    bilan = next(b for b in r.bilans if b.orientation.id == o.id)
    good = "atteints" if r.clos else "en voie ou atteints"
    title = f"{o.id}. {o.court} : {bilan.favorables} sur {bilan.evalues} {good}"
    counts = [
        [_status(s), Texte(f"  {nombre(n)}", True)] for s, n in bilan.comptes.items()
    ]  # fmt: skip
    left: Sequence[Sequence[Texte]] = [
        *counts,
        [Texte("")],
        [Texte(typographie(f"{o.titre} : {quantite(bilan.total, 'indicateur')}."), couleur=GRIS)],
    ]
    found = _compared(o, r)
    notes = notes_of({x.indicateur.court: typographie(x.phrase) for x in attention(list(_of(o, r)), 12)})
    if not found:  # nothing that bars compare: milestones, or nothing evaluated yet
        mine = sorted(_of(o, r), key=lambda x: x.statut not in EVALUES)[:LIGNES]
        rows = [
            [_status(x.statut), _t(x.indicateur.court), Texte(value_text(x), True, droite=True), _t(x.phrase)]
            for x in mine
        ]
        columns = [("État", 2.4), ("Indicateur", 4.1), ("Valeur", 1.2), ("En clair", 4.4)]
        deck.table(typographie(title), columns, rows, notes, taille=13)
        return
    done = [_share(x.valeur, x) for x in found]
    due = [_share(x.attendu, x) for x in found]
    series = [
        Serie("Réalisé, en part de la cible de l'exercice", done, [APPARENCES[x.statut].couleur for x in found]),
        Serie("Attendu à ce jour", due, [PALE]),
    ]
    names = [f"{APPARENCES[x.statut].forme} {x.indicateur.court}" for x in found]
    said = ". ".join(
        f"{x.indicateur.court} : {value_text(x)}, attendu {due_text(x)}, cible {target_text(x)}" for x in found
    )
    deck.chart(
        typographie(title), names, series, empile=False, format="0 %", dit=typographie(said), a_gauche=left, notes=notes
    )


def _of(o: Orientation, r: Rapport) -> list[Resultat]:
    return [r.resultats[i.id] for i in o.indicateurs()]


def _share(valeur: float | None, r: Resultat) -> float | None:
    return None if valeur is None or not r.cible else round(valeur / r.cible, 4)


def report_pptx(r: Rapport) -> bytes:
    """The presentation. Charts and tables are PowerPoint's own; the notes hold each indicator's sentence."""
    d = r.demande
    foot = f"Plan stratégique 2022-2027 du {r.plan.sigle}, {d.exercice}, vu au {jour(d.au)}"
    deck = Diapositives(d.titre, r.plan.reseau, f"{DEMO} · {foot}" if r.demo else foot, DEMO if r.demo else "")
    facts_ = [typographie(f"{name} : {value}") for name, value in reperes(r)]
    deck.cover(d.titre, sous_titre(r), [r.plan.reseau, *facts_])
    if d.contenu != "changements":
        _overview(deck, r)
        _attention(deck, r)
    _changes(deck, r)
    if d.contenu != "changements":
        for o in r.orientations:
            _orientation(deck, o, r)
        steps = [[Texte(f"{s.titre}. ", True), _t(s.texte)] for s in suites(r)]
        deck.text("Prochaines étapes", steps or [[_t("Les chiffres n'en demandent aucune.")]], 18)
    return deck.save()
