"""Entry: `streamlit run app.py`. Settings, who is signed in, navigation; nothing else."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.donnees import warm
from pages.ui.navigation import declare, navigate
from pages.ui.pannes import open_log, tell
from pages.ui.porte import doors
from pages.ui.sorties import close_exits

if get_script_run_ctx(suppress_warning=True) is None:
    # loaded by the server, once: this very file is also the script that runs for each visitor
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    open_log()
    close_exits()
    declare()
    warm()
    print(f"\nL'application est ouverte : http://localhost:{st.get_option('server.port')}\n(Ctrl+C pour la fermer.)\n")
    app = st.App(__file__, middleware=doors(), on_script_error=tell)
else:
    navigate()
