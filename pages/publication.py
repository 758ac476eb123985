"""Publication: what partners see. Choose, read it as it would be, propose, approve and publish, take back."""

from __future__ import annotations

import streamlit as st

from pages.ui.apercu import show_public
from pages.ui.cadre import show
from pages.ui.contexte import choose_today
from pages.ui.envois import say
from pages.ui.portier import may
from pages.ui.publication import (
    approve_and_publish,
    choose,
    differences_html,
    hand_over,
    history_html,
    online_html,
    preview_of,
    print_seen,
    propose_choice,
    put_online,
    said_of_preview,
    take_back_online,
    take_proposal_back,
    waiting,
)

choose_today("Publication", "Ce que les partenaires voient : les chiffres approuvés, et rien d'autre.")
say(st.session_state.pop("dits", []))
show(online_html(), key="en_ligne")
put_online()
hand_over()
found = waiting()
choix = choose(found)
if not choix.indicateurs:
    st.info("Cochez au moins un indicateur pour voir la page telle qu'elle serait.")
else:
    with st.container(horizontal=True):
        if st.button("Proposer à la direction", icon=":material/send:"):
            propose_choice(choix)
        if may("publication") and st.button("Approuver et publier", type="primary", icon=":material/public:"):
            approve_and_publish(choix)
        if found and st.button("Reprendre la proposition"):
            take_proposal_back()
        take_back_online()
    pages = preview_of(choix)
    p = pages.vue.p
    print_seen(p)
    seen, changed, past = st.tabs(["Aperçu", "Différence avec ce qui est en ligne", "Historique"])
    with seen:
        show(said_of_preview(p, choix), key="dit_apercu")
        show_public(pages)
    with changed:
        show(differences_html(p), key="difference")
    with past:
        show(history_html(), key="passe")
