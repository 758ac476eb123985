"""What the publication page shows and does."""

from __future__ import annotations

import os
from functools import lru_cache

import pandas as pd
import streamlit as st
from markupsafe import Markup

from pages.ui.decisions import edit
from pages.ui.donnees import GARDES, donnees, results, stamp
from pages.ui.envois import Dit, when_text
from pages.ui.gabarits import escape_markdown, render
from pages.ui.portier import download, may, permit
from rqds_metrics import demandes, mise_en_ligne, publications
from rqds_metrics.commentaires import Commentaire, commentaires_of, periode_text
from rqds_metrics.demandes import Demande, PublicationRefusee
from rqds_metrics.diffusion.composition import Choix, withheld_of
from rqds_metrics.diffusion.ecarts import ecarts_of
from rqds_metrics.diffusion.parution import POINTEUR, before, pointer
from rqds_metrics.diffusion.publication import Publication, PublicationIllisible
from rqds_metrics.diffusion.retenue import reason_text
from rqds_metrics.diffusion.site.complet import zipped_site
from rqds_metrics.diffusion.site.direct import Pages
from rqds_metrics.diffusion.site.vues import Vue
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import load_plan
from rqds_metrics.registre import Decision
from rqds_metrics.regles.formats import jour
from rqds_metrics.resultats import Calcul
from rqds_metrics.statuts import APPARENCES
from rqds_metrics.store import today

MONTRES = 60  # changes shown
_COLONNES = {"Public": st.column_config.CheckboxColumn(width="small")}


def _year() -> Exercice:
    years = exercices_du_plan()
    return min(max(Exercice.of(today()), years[0]), years[-1])


def online() -> Publication | None:
    """What is online; None, and said, where it cannot be read."""
    try:
        return mise_en_ligne.online()
    except PublicationIllisible as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return None


def online_html() -> Markup:
    return render("publication_en_ligne.html", p=online(), quand=when_text)


def waiting() -> Demande | None:
    """The proposal that waits, said."""
    found = demandes.proposed(donnees(today()).decisions)
    if found:
        what = f"Proposition de {found.qui}, le {when_text(found.quand)} : {len(found.choix.indicateurs)} indicateurs."
        st.info(escape_markdown(what + (f" {found.choix.note}" if found.choix.note else "")), icon=":material/inbox:")
    return found


def put_online() -> None:
    """What is online is not what is approved (a publication cut short, a demonstration taken away): one button."""
    approved = demandes.standing(donnees(today()).decisions)
    try:
        here = pointer(mise_en_ligne.folder_of())
    except PublicationIllisible:
        here = None
    if approved and (here is None or here.numero != approved.numero):
        st.warning(
            f"La publication n° {approved.numero} est approuvée et n'est pas en ligne.", icon=":material/warning:"
        )
        if may("publication") and st.button("Mettre en ligne", type="primary"):
            permit("publication")
            _do(mise_en_ligne.publish, f"La publication n° {approved.numero} est en ligne.")
    elif here and approved is None:
        st.warning(f"La publication n° {here.numero} est en ligne et n'est plus approuvée.", icon=":material/warning:")
        if may("publication") and st.button("La retirer de la page publique", type="primary"):
            permit("publication")
            _do(mise_en_ligne.publish, "Plus rien n'est en ligne.")


def hand_over() -> None:
    """The site of what is online, as one file for whoever looks after the host."""
    here = online()
    if here is None:
        return
    name = f"rqds-plan-publication-{here.numero}.zip"
    icon, address = ":material/folder_zip:", os.environ.get("RQDS_ADRESSE")
    download(
        "site", "Télécharger le site (.zip)", lambda: zipped_site(mise_en_ligne.folder_of(), address) or b"", name, icon=icon,
        help="Toutes les pages et les données ouvertes, à déposer chez l'hébergeur.",
    )  # fmt: skip


@lru_cache(GARDES)
def _withheld(stamp: str) -> dict[str, str]:
    """Indicators whose figure of the year would be withheld -> why."""
    plan, au, year = load_plan(), today(), str(_year())
    calcul = Calcul(plan, donnees(au))
    minimum = calcul.donnees.decisions.reglages.publie_des
    found = withheld_of(plan, calcul, plan.tous, minimum, mise_en_ligne.groups(au))
    return {id_: reason_text(why, minimum) for (id_, y), why in found.items() if y == year}


@lru_cache(GARDES)
def _comments(stamp: str) -> tuple[Commentaire, ...]:
    calcul = Calcul(load_plan(), donnees(today()))
    ids = {cle.partition("|")[0] for cle in calcul.donnees.decisions.commentaires}
    years = exercices_du_plan()[::-1]
    mine = [i for id_, i in calcul.plan.tous.items() if id_ in ids]
    return tuple(c for i in mine for year in years for c in commentaires_of(calcul, i, year))


def choose(found: Demande | None) -> Choix:
    """What is ticked; the proposal that waits at first, else what was approved last."""
    known = donnees(today())
    last = found or demandes.standing(known.decisions)
    chosen = last.choix if last else Choix(())
    turn = f"{last.quand:%Y%m%d%H%M%S}" if last else "premier"
    with st.expander("Ce qui est public", expanded=found is None and not chosen.indicateurs):
        ids = _choose_indicators(chosen, turn)
        words = _choose_comments(chosen, turn)
        note = st.text_input("Note de cette publication, montrée dans son historique", "" if not found else chosen.note,
                             max_chars=demandes.NOTE_MAX, key=f"note_{turn}")  # fmt: skip
    return Choix(tuple(ids), words, note)


def _choose_indicators(chosen: Choix, turn: str) -> list[str]:
    few = _withheld(stamp())
    found = results(_year(), today())
    frame = pd.DataFrame(
        {
            "Public": [r.id in chosen.indicateurs for r in found],
            "Indicateur": [f"{r.id} {r.indicateur.court}" for r in found],
            "État": [APPARENCES[r.statut].libelle for r in found],
            "À savoir": [few.get(r.id, "") or ((r.indicateur.doute and "Doute à lever.") or "") for r in found],
        }
    )
    edited = edit(
        f"publics_{turn}", frame, disabled=["Indicateur", "État", "À savoir"], height=420, column_config=_COLONNES
    )
    return [r.id for r, there in zip(found, edited["Public"], strict=True) if there]


def _choose_comments(chosen: Choix, turn: str) -> dict[str, str]:
    every = _comments(stamp())
    if review := sum(c.a_revoir for c in every):
        text = "commentaire est à revoir et ne peut" if review == 1 else "commentaires sont à revoir et ne peuvent"
        st.caption(f"{review} {text} pas être publié{'s' if review > 1 else ''}.")
    good = [c for c in every if not c.a_revoir]
    if not good:
        return {}
    keys = [f"{c.indicateur.id}|{c.periode}" for c in good]
    frame = pd.DataFrame(
        {
            "Public": [chosen.commentaires.get(k) == c.texte for k, c in zip(keys, good, strict=True)],
            "Indicateur": [f"{c.indicateur.id} {c.indicateur.court}" for c in good],
            "Période": [periode_text(c.periode) for c in good],
            "Commentaire": [c.texte for c in good],
        }
    )
    edited = edit(
        f"commentaires_{turn}", frame, disabled=["Indicateur", "Période", "Commentaire"], column_config=_COLONNES
    )
    return {k: c.texte for k, c, there in zip(keys, good, edited["Public"], strict=True) if there}


@lru_cache(8)
def _preview(stamp: str, folder: str, ids: tuple[str, ...], words: tuple[tuple[str, str], ...], note: str) -> Pages:
    p = mise_en_ligne.preview(Choix(ids, dict(words), note), today())
    return Pages(Vue(p, before(mise_en_ligne.folder_of(), p)))


def preview_of(choix: Choix) -> Pages:
    """The publication as it would be now, and its pages."""
    folder = mise_en_ligne.folder_of()
    here = (folder / POINTEUR).stat().st_mtime_ns if (folder / POINTEUR).exists() else 0
    return _preview(
        stamp(), f"{folder} {here}", choix.indicateurs, tuple(sorted(choix.commentaires.items())), choix.note
    )


def print_seen(p: Publication) -> None:
    """Remember what is on the screen: it alone can be approved."""
    st.session_state["apercu_vu"] = mise_en_ligne.fingerprint(p)


def said_of_preview(p: Publication, choix: Choix) -> Markup:
    held = sum(r.retenu for r in p.resultats.values())
    known = {f"{c.indicateur}|{c.periode}" for some in p.commentaires.values() for c in some}
    out = [k for k in choix.commentaires if k not in known and k.partition("|")[0] in choix.indicateurs]
    return render("publication_apercu.html", p=p, retenus=held, tus=out, periode=periode_text)


def differences_html(p: Publication) -> Markup:
    here = online()
    return render("publication_ecarts.html", e=ecarts_of(here, p), avant=here, montres=MONTRES, periode=_period)


def _period(periode: str) -> str:
    return periode_text(periode) if periode else ""


def _said(d: Decision) -> str:
    if d.valeur is None:
        return "Proposition reprise ou approuvée"
    if d.cle == demandes.PROPOSITION:
        return "Proposée"
    return f"Publication n° {d.cle} retirée" if d.valeur.get("retiree") else f"Publication n° {d.cle} approuvée"


def history_html() -> Markup:
    rows = [(d, _said(d), jour_of(d)) for d in publications.history()]
    return render("publication_historique.html", lignes=rows, quand=when_text)


def jour_of(d: Decision) -> str:
    return jour(pd.Timestamp(d.valeur["au"]).date()) if d.valeur else "–"


def propose_choice(choix: Choix) -> None:
    demo = donnees(today()).demo
    _do(
        lambda: publications.propose(choix, today(), qui=permit("proposition"), demo=demo),
        "La proposition attend la direction.",
    )


def take_proposal_back() -> None:
    demo = donnees(today()).demo
    _do(lambda: publications.drop_proposal(qui=permit("proposition"), demo=demo), "La proposition est reprise.")


def approve_and_publish(choix: Choix) -> None:
    def work() -> None:
        seen = st.session_state.get("apercu_vu")
        publications.approve(choix, today(), qui=permit("publication"), demo=donnees(today()).demo, vue=seen)
        mise_en_ligne.publish()

    _do(work, "La publication est approuvée et en ligne.")


def take_back_online() -> None:
    """Take what is online off: asked twice."""
    p = demandes.standing(donnees(today()).decisions)
    if p is None or p.numero is None or not may("publication"):
        return
    with st.popover(f"Retirer la publication n° {p.numero}"):
        st.write("La publication précédente, s'il y en a une, sera de nouveau en ligne.")
        why = st.text_input("Pourquoi", max_chars=200, key="pourquoi_retrait")
        if st.button("Oui, la retirer", key="retirer"):
            number, demo = p.numero, donnees(today()).demo
            _do(
                lambda: publications.take_back(number, qui=permit("publication"), pourquoi=why, demo=demo),
                f"La publication n° {number} est retirée.",
            )


def _do(work: object, said: str) -> None:
    """Do it, and say it once the page is shown again."""
    assert callable(work)
    try:
        work()
    except (PublicationRefusee, PublicationIllisible) as error:
        st.session_state["dits"] = [Dit(str(error), fait=False)]
    else:
        st.session_state["dits"] = [Dit(said)]
    st.rerun()
