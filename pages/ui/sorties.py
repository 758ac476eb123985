"""Nothing is asked of another machine.

Streamlit asks a web site for the address of this one whenever a socket comes from a page it does not know: whoever
sends one could make the server call out, and wait for the answer, as often as they like.
"""

from __future__ import annotations

from streamlit import net_util


def close_exits() -> None:
    """Answer for Streamlit that the address is not known; such a socket is then refused at once."""
    net_util.get_external_ip = lambda: None
