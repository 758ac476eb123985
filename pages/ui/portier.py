"""The door of every page, action and download: who is there is asked again at each one, from the settings of the moment.

Streamlit reads the cookie once, when a browser connects, and never looks at its expiry: a run, a dialog or a click that
comes later must not rely on what an earlier run was told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import streamlit as st

from pages.ui.connexion import Connexion, ConnexionInvalide, connexion
from pages.ui.gabarits import escape_markdown
from rqds_metrics.acces import ACTIONS, PAGES, POSTE_LOCAL, ROLES, Personne, Refus
from rqds_metrics.store import local
from rqds_metrics.yaml_strict import DefinitionError

FERMEE = "L'accès est mal réglé : l'application est fermée. La personne qui la tient trouve la cause dans sa console."
FIN_PROCHE = timedelta(minutes=10)  # before the end of a session, from when it is said


class AccesRefuse(Exception):
    """A download that is no longer permitted: said to Streamlit, which says that it failed."""


def _end() -> NoReturn:
    st.stop()


def _claims() -> dict[str, Any]:
    return dict(st.user.to_dict())


def _who(claims: Mapping[str, Any]) -> Personne | Refus | None:
    """Who these claims are; None where the settings cannot be read (nobody comes in)."""
    try:
        settings = connexion()
        return settings.person(claims) if settings else POSTE_LOCAL
    except (ConnexionInvalide, DefinitionError):
        return None


def person() -> Personne:
    """Who is there; the run ends here, and says why, where nobody may be."""
    found = _who(_claims())
    if isinstance(found, Personne):
        return found
    if found is None:
        st.error(FERMEE, icon=":material/lock:")
    else:
        st.warning(found.texte, icon=":material/lock:")
        settings = connexion()
        assert settings is not None
        _ways_back(settings, found)
    _end()


def _ways_back(settings: Connexion, refus: Refus) -> None:
    with st.container(horizontal=True):
        if refus.connu:
            if st.button("Se déconnecter", key="portier_sortir"):
                st.logout()
            return
        for rank, provider in enumerate(settings.clients):
            if st.button(settings.label(provider), type="primary", key=f"portier_{rank}"):
                st.login(provider)


def known() -> bool:
    """Is someone there who may come in."""
    return isinstance(_who(_claims()), Personne)


def may(*actions: str) -> bool:
    """Is the person who is there permitted all of these: what to show. `permit` is what protects."""
    found = _who(_claims())
    return isinstance(found, Personne) and all(found.may(a) for a in actions)


def sees(page: str) -> bool:
    """May the person who is there open a page, by the name of its file."""
    found = _who(_claims())
    return isinstance(found, Personne) and found.sees(page)


def permit(*actions: str) -> str:
    """Whose name signs these actions; the run ends here, and says why, where they are not permitted."""
    who = person()
    if all(who.may(a) for a in actions):
        return who.nom
    wanted = max((ACTIONS[a] for a in actions), key=list(ROLES).index)
    st.error(
        f"Rien n'est fait : il faut le rôle « {ROLES[wanted]} », le vôtre est « {ROLES[who.role]} ».",
        icon=":material/lock:",
    )
    _end()


def enter(page: str) -> None:
    """Let the person who is there into a page, by the name of its file; the run ends here, and says why, if not."""
    who = person()
    if not who.sees(page):
        st.title("Page réservée", anchor=False)
        st.warning(
            f"Cette page demande le rôle « {ROLES[PAGES[page]]} » ; le vôtre est « {ROLES[who.role]} ». La direction du "
            "RQDS peut le changer.",
            icon=":material/lock:",
        )
        _end()


def download(
    action: str,
    label: str,
    data: bytes | str | Callable[[], bytes | str],
    file_name: str,
    mime: str | None = None,
    **kwargs: Any,
) -> None:
    """A download, where the person who is there may take it; one made on click asks again at the click."""
    if not may(action):
        return
    if callable(data):
        make, claims = data, _claims()  # the click comes from outside of any run: what it may do hangs on the claims

        def checked() -> bytes | str:
            found = _who(claims)
            if not (isinstance(found, Personne) and found.may(action)):
                raise AccesRefuse(action)
            return make()

        data = checked
    # Streamlit would run the page again at the click, and that run may throw away the answer that brings the file
    st.download_button(label, data, file_name, mime, on_click="ignore", **kwargs)


def foot() -> None:
    """In the menu: who is signed in, until when, and the way out. Nothing on this machine alone."""
    who = person()
    if who.courriel is None or who.fin is None:
        return
    end = local(who.fin.astimezone(UTC).replace(tzinfo=None))
    until = f"{end.hour} h {end.minute:02d}"
    if who.fin - datetime.now(UTC) < FIN_PROCHE:
        st.info(
            f"Votre session se termine à {until} : enregistrez ce qui ne l'est pas, puis reconnectez-vous.",
            icon=":material/schedule:",
        )
    with st.sidebar, st.container(key="pied_session", gap=None):
        st.markdown(f"**{escape_markdown(who.nom)}**  \n{ROLES[who.role]}, jusqu'à {until}")
        if st.button("Se déconnecter", icon=":material/logout:", type="tertiary", key="se_deconnecter"):
            st.logout()
