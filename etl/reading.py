"""From bytes to grids of text. What a file is comes from its bytes, never from its name.

Nothing is evaluated and no macro is run; nothing is guessed about types: that is etl.cells' part.
"""

from __future__ import annotations

import hashlib

from etl.delimited import read_text
from etl.source import Document
from etl.unreadable import UnreadableError
from etl.workbook import read_workbook, zip_kind

TAILLE_MAX = 100_000_000  # bytes
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FOREIGN = (
    (b"%PDF", "un document PDF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"{\\rtf", "un document texte (RTF)"),
    (b"\x1f\x8b", "une archive compressée"),
    (b"7z\xbc\xaf", "une archive compressée"),
    (b"Rar!", "une archive compressée"),
    (b"ID3", "un fichier audio"),
    (b"PAR1", "un fichier de données Parquet"),
)


def read_document(fichier: str, octets: bytes) -> Document:
    """Read a workbook (xlsx, xlsm, xls, ods) or a delimited text as grids of text.

    Raises:
        UnreadableError: it cannot be read; `.constat` says why and what to do, in French.
    """
    if not octets.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableError("vide", "Le fichier est vide.", "Téléchargez-le de nouveau depuis l'outil.")
    if len(octets) > TAILLE_MAX:
        note = f"Le fichier pèse plus de {TAILLE_MAX // 1_000_000} Mo, la limite."
        raise UnreadableError("trop_gros", note, "Exportez une période plus courte.")
    sha256 = hashlib.sha256(octets).hexdigest()
    genre = _kind(octets)
    if genre == "texte":
        feuille, constats = read_text(octets)
        return Document(fichier, sha256, len(octets), "texte", (feuille,), tuple(constats))
    feuilles, constats = read_workbook(octets, genre)
    return Document(fichier, sha256, len(octets), genre, feuilles, tuple(constats))  # type: ignore[arg-type]


def _kind(octets: bytes) -> str:
    if octets[:4] == b"PK\x03\x04" or octets[:4] == b"PK\x05\x06":
        return zip_kind(octets)
    if octets.startswith(_OLE):
        return _ole_kind(octets)
    for mark, what in _FOREIGN:
        if octets.startswith(mark):
            note = f"Ce fichier est {what}, et non un export de données."
            raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    return "texte"


def _ole_kind(octets: bytes) -> str:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in octets

    if holds("EncryptedPackage"):
        raise UnreadableError("protege", "Ce classeur est protégé par un mot de passe.", _SANS_MOT_DE_PASSE)
    if holds("WordDocument"):
        note = "Ce fichier est un document Word, et non un export de données."
        raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    if not holds("Workbook") and not holds("Book"):
        note = "Ce fichier vient d'un ancien logiciel de bureau, mais ce n'est pas un classeur."
        raise UnreadableError("autre_genre", note, "Téléchargez l'export en CSV ou en Excel depuis l'outil.")
    return "xls"


_SANS_MOT_DE_PASSE = "Ouvrez-le, retirez le mot de passe (Fichier, Informations, Protéger), enregistrez et renvoyez-le."
