"""Entry: `streamlit run app.py`. Settings, who is signed in, navigation; nothing else."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.navigation import navigate
from pages.ui.serveur import layers

if get_script_run_ctx() is None:
    # loaded by the server, once: this very file is also the script that runs for each visitor
    app = st.App(__file__, middleware=layers())
else:
    navigate()
