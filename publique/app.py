"""Entry of the public process: `python -m streamlit run publique/app.py --server.port 8502`.

It stands in a folder of its own, without a pages/ beside it: Streamlit has no file to discover and serve.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]  # `streamlit run` puts only this folder there

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.sorties import close_exits
from publique.ecran import show_page
from publique.serveur import layers
from rqds_metrics import activite

if get_script_run_ctx(suppress_warning=True) is None:
    # loaded by the server, once: this very file is also the script that runs for each visitor
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    close_exits()
    activite.quiet_tracebacks("streamlit", "uvicorn", "publique")
    print(
        f"\nLa page publique est ouverte : http://localhost:{st.get_option('server.port')}\n(Ctrl+C pour la fermer.)\n"
    )
    app = st.App(__file__, middleware=layers())
else:
    show_page()
