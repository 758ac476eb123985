"""A clock that tests turn as they like, for all that reads the time through rqds_metrics.store."""

from __future__ import annotations

import datetime as real
from datetime import UTC, datetime, tzinfo

import pytest

from rqds_metrics import store


class Horloge:
    """`horloge.set("2026-06-30 23:59")`, as the clocks of Québec show it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.utc = datetime.now(UTC)
        clock = self

        class Now(real.datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock.utc.astimezone(tz)

        monkeypatch.setattr(store, "datetime", Now)

    def set(self, text: str) -> None:
        self.utc = datetime.fromisoformat(text).replace(tzinfo=store.FUSEAU).astimezone(UTC)
