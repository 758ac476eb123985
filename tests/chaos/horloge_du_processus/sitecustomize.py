"""For processes under libfaketime: its version of clock_nanosleep refuses what Python's sleep asks of it."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], max(seconds, 0))


time.sleep = _sleep
