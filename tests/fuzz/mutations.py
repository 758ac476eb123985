"""Small harms done to a file of a tool, drawn from a seeded generator: bytes, cells, headers, encodings, lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from random import Random

HOSTILE = (
    "", "n/d", "< 5", "12,5", "-1", "1e400", "9" * 400, "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; DROP TABLE lot; --",
    "\u202e3202", "\x00", "NaN", "#DIV/0!", "31/02/2026", "2026-13-45", "00:00", "Total", "x" * 5000, '"', "\r\n", "😀", "0x1F",
    "personne@exemple.org", "١٢٣", "1 234", "1.234.567", "100%", "--", "../../etc/passwd",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "mac-roman")
Mutation = Callable[[bytes, Random], bytes]


def flip_bytes(octets: bytes, dice: Random) -> bytes:
    out = bytearray(octets)
    for _ in range(dice.randint(1, 12)):
        out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def cut(octets: bytes, dice: Random) -> bytes:
    return octets[: dice.randrange(1, len(octets))]


def repeat(octets: bytes, dice: Random) -> bytes:
    start = dice.randrange(len(octets))
    stop = dice.randrange(start, len(octets)) + 1
    return octets[:stop] + octets[start:stop] * dice.randint(1, 3) + octets[stop:]


def remove(octets: bytes, dice: Random) -> bytes:
    start = dice.randrange(len(octets))
    return octets[:start] + octets[min(len(octets), start + dice.randint(1, 60)) :]


def _grid(octets: bytes) -> tuple[list[list[str]], str, str]:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        try:
            text = octets.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text, encoding = octets.decode("latin-1"), "latin-1"
    delimiter = max(",;\t", key=text.count)
    return list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter)), delimiter, encoding


def _write(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


def _on_grid(change: Callable[[list[list[str]], Random], None]) -> Mutation:
    def mutate(octets: bytes, dice: Random) -> bytes:
        try:
            rows, delimiter, encoding = _grid(octets)
        except csv.Error:
            return octets
        if not rows:
            return octets
        change(rows, dice)
        return _write(rows, delimiter, encoding)

    return mutate


def _cells(rows: list[list[str]], dice: Random) -> None:
    for _ in range(dice.randint(1, 4)):
        row = dice.choice(rows)
        if row:
            row[dice.randrange(len(row))] = dice.choice(HOSTILE)


def _lines(rows: list[list[str]], dice: Random) -> None:
    dice.choice([rows.reverse, lambda: dice.shuffle(rows), lambda: rows.pop(dice.randrange(len(rows))),
                 lambda: rows.insert(dice.randrange(len(rows)), dice.choice(rows)), rows.clear])()  # fmt: skip


def _columns(rows: list[list[str]], dice: Random) -> None:
    rank, kind = dice.randrange(max(map(len, rows), default=0) or 1), dice.randrange(3)
    for row in rows:
        if rank < len(row):
            if kind == 0:
                del row[rank]
            elif kind == 1:
                row.insert(dice.randrange(len(row)), row[rank])
            else:
                row.append(row.pop(rank))


def _headers(rows: list[list[str]], dice: Random) -> None:
    row = max(rows[:12], key=len)
    if row:
        rank = dice.randrange(len(row))
        row[rank] = dice.choice([row[rank].upper(), row[rank] + " ", row[rank][:-1], dice.choice(row), *HOSTILE[:4]])


def recode(octets: bytes, dice: Random) -> bytes:
    rows, _, _ = _grid(octets)
    return _write(rows, dice.choice(",;\t|"), dice.choice(ENCODINGS))


BYTES: tuple[Mutation, ...] = (flip_bytes, cut, repeat, remove)
TEXT: tuple[Mutation, ...] = (
    *BYTES, _on_grid(_cells), _on_grid(_cells), _on_grid(_cells), _on_grid(_lines), _on_grid(_columns), _on_grid(_headers), recode,
)  # fmt: skip


def mutate(octets: bytes, dice: Random) -> bytes:
    """The file with one to three harms; a workbook (a zip) only loses or changes bytes."""
    choices = BYTES if octets.startswith((b"PK", b"\xd0\xcf")) else TEXT
    for _ in range(dice.choice([1, 1, 2, 3])):
        if len(octets) < 2:
            break
        try:
            octets = dice.choice(choices)(octets, dice)
        except csv.Error:
            break
    return octets
