"""Numbers, dates and units as they are written in the French of Québec."""

from __future__ import annotations

from datetime import date, timedelta

FINE = "\u202f"  # narrow no-break space: thousands, « ; », « ? »
INSECABLE = "\u00a0"  # no-break space: %, « : », guillemets
MOIS = ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre").split()
MOIS_COURTS = "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.".split()
NON_DISPONIBLE = "n.d."


def nombre(valeur: float | None, decimales: int | None = None) -> str:
    """« 1 234,5 »; whole numbers without decimals, others with one unless told; « n.d. » when missing."""
    if valeur is None or valeur != valeur:
        return NON_DISPONIBLE
    if decimales is None:
        decimales = 0 if abs(valeur - round(valeur)) < 0.05 or abs(valeur) >= 1000 else 1
    text = f"{valeur:,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return text.replace("-", "−")


def pourcent(fraction: float | None, decimales: int | None = None) -> str:
    """« 41,8 % » from 0.418."""
    if fraction is None or fraction != fraction:
        return NON_DISPONIBLE
    points = round(fraction * 100, 6)
    return (
        nombre(points, decimales if decimales is not None else (0 if points == round(points) else 1)) + INSECABLE + "%"
    )


def jour(quand: date | None, *, long: bool = False, annee: bool = True) -> str:
    """« 24 nov. 2026 », or « 24 novembre 2026 »; the first of a month is « 1er »."""
    if quand is None:
        return NON_DISPONIBLE
    number = "1er" if quand.day == 1 else str(quand.day)
    month = (MOIS if long else MOIS_COURTS)[quand.month - 1]
    return f"{number} {month} {quand.year}" if annee else f"{number} {month}"


def mois(quand: date, *, long: bool = False) -> str:
    """« oct. 2026 »."""
    return f"{(MOIS if long else MOIS_COURTS)[quand.month - 1]} {quand.year}"


def periode(debut: date | None, fin: date | None) -> str:
    """« oct. 2026 » for a whole month, « 1-15 oct. 2026 », « 3 oct. 2026 », « 5 juil. - 4 sept. 2026 »."""
    if debut is None or fin is None:
        return NON_DISPONIBLE
    if debut == fin:
        return jour(debut)
    first, last = debut.day == 1, (fin + timedelta(days=1)).day == 1
    if (debut.year, debut.month) == (fin.year, fin.month):
        return mois(debut) if first and last else f"{debut.day}-{fin.day} {mois(fin)}"
    if first and last:
        start = MOIS_COURTS[debut.month - 1] if debut.year == fin.year else mois(debut)
        return f"{start} - {mois(fin)}"
    return f"{jour(debut, annee=debut.year != fin.year)} - {jour(fin)}"


def unite(nom: str, combien: float | None) -> str:
    """The unit, agreed: singular under 2. « visite » takes an s; « mise à jour|mises à jour » says its plural."""
    singular, _, plural = nom.partition("|")
    if combien is not None and abs(combien) < 2:
        return singular
    return plural or " ".join(w if w[-1] in "sxz" else w + "s" for w in singular.split(" "))


def quantite(valeur: float | None, nom: str) -> str:
    """« 4 812 visites », « 41,8 % » (unit « % », from a fraction), « 1 balado »."""
    if nom == "%":
        return pourcent(valeur)
    if valeur is None:
        return NON_DISPONIBLE
    return f"{nombre(valeur)}{INSECABLE}{unite(nom, valeur)}" if nom else nombre(valeur)


def typographie(texte: str) -> str:
    """The same text with the no-break spaces that French puts inside guillemets and before double signs."""
    texte = texte.replace("« ", f"«{INSECABLE}").replace(" »", f"{INSECABLE}»").replace(" :", f"{INSECABLE}:")
    return (
        texte.replace(" ;", f"{FINE};")
        .replace(" ?", f"{FINE}?")
        .replace(" !", f"{FINE}!")
        .replace(" %", f"{INSECABLE}%")
    )


def de(mot: str) -> str:
    """« d'octobre », « de mars »."""
    return f"d'{mot}" if mot[0].lower() in "aàâeéèêiîoôuûyh" else f"de {mot}"
