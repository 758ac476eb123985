"""Documents that were given to the board: kept beside the base, named by what they hold, never replaced."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from rqds_metrics.store import base_path

_SHA = re.compile(r"[0-9a-f]{64}")


def folder(base: str | Path | None = None) -> Path:
    return base_path(base).parent / "documents"


def keep(octets: bytes, base: str | Path | None = None) -> str:
    """Write a document, whole or not at all; returns its sha256 in hexadecimal."""
    sha256 = hashlib.sha256(octets).hexdigest()
    path = folder(base) / sha256
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{sha256}.{os.getpid()}.part")
        draft.write_bytes(octets)
        draft.replace(path)
    return sha256


def read(sha256: str, base: str | Path | None = None) -> bytes | None:
    """A kept document; None where it is gone or is no longer what it was.

    Raises:
        ValueError: not the name of a document.
    """
    if not _SHA.fullmatch(sha256):
        raise ValueError(f"not a sha256: {sha256!r}")
    path = folder(base) / sha256
    octets = path.read_bytes() if path.is_file() else None
    return octets if octets is not None and hashlib.sha256(octets).hexdigest() == sha256 else None
