"""What the server of the staff app says of itself: its log, and an error that nothing foresaw."""

from __future__ import annotations

import streamlit as st

from pages.ui.gabarits import escape_markdown
from rqds_metrics import activite
from rqds_metrics.cli import unexpected
from rqds_metrics.store import base_path


def open_log() -> None:
    """Set the log of the app, and take the values out of the tracebacks of the libraries."""
    activite.configure(base_path())
    activite.quiet_tracebacks("streamlit", "uvicorn")
    activite.say("demarrage", programme="application", port=int(st.get_option("server.port")))


def tell(error: Exception) -> bool:
    """Say in French that a page failed, instead of Streamlit's own words; the log keeps where."""
    activite.fault(error)
    st.error(escape_markdown(unexpected(error)), icon=":material/error:")
    return True
