"""Why the system refused a file, in French: Python gives the system's own words, which are English."""

from __future__ import annotations

import errno

_RAISONS = {
    errno.ENOENT: "il est introuvable",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "ce disque ne se modifie pas",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "ce nom est déjà pris",
    errno.ENOTEMPTY: "le dossier n'est pas vide",
    errno.EBUSY: "un autre programme s'en sert",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "l'espace permis est plein",
    errno.EIO: "le disque ne répond pas",
    errno.ENODEV: "le disque n'est plus là",
    errno.ESTALE: "le lecteur réseau n'est plus là",
    errno.ENAMETOOLONG: "son nom est trop long",
    errno.EXDEV: "il est sur un autre disque",
}
_UTILISE = 32  # Windows: another program has it open


def reason(error: BaseException) -> str:
    """What stood in the way, in a few words; its kind alone where it is not one that we know."""
    if getattr(error, "winerror", None) == _UTILISE:
        return _RAISONS[errno.EBUSY]
    code = getattr(error, "errno", None)
    if code in _RAISONS:
        return _RAISONS[code]
    return f"{type(error).__name__}, erreur {code}" if isinstance(code, int) else type(error).__name__
