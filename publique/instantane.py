"""The snapshot that is online, read once for everybody, and its pages, rendered once each."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rqds_metrics.diffusion.parution import before, current, pointer
from rqds_metrics.diffusion.publication import PublicationIllisible
from rqds_metrics.diffusion.site.direct import Page, Pages
from rqds_metrics.diffusion.site.vues import Vue

_LOG = logging.getLogger(__name__)
_guard = threading.Lock()


def folder() -> Path:
    """Where the snapshots are: RQDS_PUBLICATION, else data/publication."""
    asked = os.environ.get("RQDS_PUBLICATION")
    return Path(asked).resolve() if asked else Path(__file__).resolve().parent.parent / "data" / "publication"


@dataclass(frozen=True)
class Enligne:
    """A snapshot, known by the sum of its bytes, and its pages."""

    cle: str
    pages: Pages

    @property
    def vue(self) -> Vue:
        return self.pages.vue

    def page(self, params: Mapping[str, str]) -> Page:
        return self.pages.page(params)


_seen: dict[Path, Enligne] = {}


def online() -> Enligne | None:
    """What is online now. While a new one cannot be read, the one that was shown stays; None when there is none."""
    place = folder()
    try:
        found = pointer(place)
        if found is None:
            return None
        with _guard:
            kept = _seen.get(place)
            if kept is None or kept.cle != found.sha256:
                publication = current(place)
                if publication is None:
                    return None
                kept = _seen[place] = Enligne(found.sha256, Pages(Vue(publication, before(place, publication))))
            return kept
    except PublicationIllisible as error:
        _LOG.error("%s", error)
        return _seen.get(place)
