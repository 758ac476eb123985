"""Personal data stops here (law 25): what is masked in a text, and which columns are people's.

Nothing that passes through `scrub` keeps an e-mail, a phone number or an IP address; names are never looked for in
free text, because free text is never stored.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import unquote

from etl.cells import strip_controls, unaccented

COURRIEL, TELEPHONE, IP = "[courriel]", "[téléphone]", "[IP]"
LONGUEUR = 500

# From the start of a word and without going back: a long text without any « @ » is read once.
_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]++(?:@|%40|\(at\)|\[at\])[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_SEP = r"[\s.‑–-]"
# North America needs separators, or an area code and an exchange that begin with 2 to 9; then +33 1 …, then 06 12 …
_PHONE = re.compile(
    r"(?<![\w.])(?:"
    rf"(?:\+?1{_SEP}?)?\(?[2-9]\d{{2}}\)?{_SEP}\d{{3}}{_SEP}\d{{4}}"
    rf"|(?:\+?1{_SEP}?)?\([2-9]\d{{2}}\) ?\d{{3}}{_SEP}?\d{{4}}"
    r"|\+?1?[2-9]\d{2}[2-9]\d{6}"
    rf"|\+\d{{1,3}}(?:{_SEP}?\(?\d{{1,4}}\)?){{2,5}}"
    rf"|0[1-9](?:{_SEP}\d{{2}}){{4}}"
    r")(?!\w|[.,]\d)"
)
_PHONE_NAMED = re.compile(
    r"(?i)\b(t[ée]l[ée]?(?:phone)?|phone|cell(?:ulaire)?|poste|mobile)\b(\.? ?:? ?)\d[\d .()-]{2,}\d"
)
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")


# What `scrub` may change has one of these; the rest, nearly all titles, is found whole columns at a time (RE2 too):
# an odd character or space, a mark of addresses, seven figures without a letter between, a word for phones.
SUSPECT = (
    "[^ -~À-ÿŒœ’«»–—…]|  |^ | $"
    r"|[@%+:(\[]|[0-9]\.[0-9]|(?:[0-9][^A-Za-zÀ-ÿ]*){7}"
    "|[Tt][ÉEée][Ll]|[Pp][Hh][Oo][Nn][Ee]|[Cc][Ee][Ll][Ll]|[Pp][Oo][Ss][Tt][Ee]|[Mm][Oo][Bb][Ii][Ll][Ee]"
)


def mask(text: str) -> str:
    """`text` with e-mails, phone numbers and IP addresses masked, and nothing else changed."""
    text = _EMAIL.sub(COURRIEL, text)
    text = _PHONE_NAMED.sub(lambda m: f"{m[1]}{m[2]}{TELEPHONE}", text)
    text = _PHONE.sub(TELEPHONE, text)
    return _IPV6.sub(_mask_ipv6, _IPV4.sub(IP, text))


def scrub(text: str) -> str:
    """`mask`, on one line of at most 500 characters."""
    return mask(" ".join(strip_controls(re.sub(r"\s+", " ", text)).split()))[:LONGUEUR]


def _mask_ipv6(found: re.Match[str]) -> str:
    try:
        ipaddress.IPv6Address(found[0])
    except ValueError:
        return found[0]  # a time, a ratio
    return IP if len(found[0]) > 2 else found[0]


def scrub_page(page: str) -> str:
    """A page's path without its query string and fragment, where names and e-mails travel; then `scrub`."""
    path = re.split(r"[?#]|%(?:25)?(?:3[fF]|23)", page, maxsplit=1)[0]
    plain = unquote(unquote(path))  # some tools encode what is encoded already
    return scrub(path if mask(plain) == plain else plain)


# Whole headers, then words that make a short header personal. Compared without accents or case.
_WHOLE = {
    "nom", "noms", "prenom", "prenoms", "name", "names", "nom complet", "nom de famille", "nom et prenom", "prenom et nom",
    "nom, prenom", "full name", "first name", "last name", "given name", "family name", "surname", "user name", "username",
    "user name (original name)", "name (original name)", "nom d'utilisateur", "nom (nom original)", "participant", "participants",
    "participante", "repondant", "repondante", "respondent", "attendee", "email", "e-mail", "mail", "courriel", "adresse",
    "address", "adresses", "ip", "tel", "tel.", "telephone", "phone", "cell", "cellulaire", "mobile", "fax", "signature", "nas",
    "date de naissance", "birth date", "birthdate", "date of birth", "code postal", "postal code", "zip", "zip code",
    "contact", "personne-ressource", "personne ressource", "votre nom", "your name", "userid", "user id", "recipient", "destinataire",
}  # fmt: skip
_WORDS = re.compile(
    r"\b(?:e-?mails?|courriels?|adresse (?:de |du |e-?|ip|postale|electronique|courriel)\w*|address(?:e mail)?|ip address"
    r"|telephones?|phones?|cellulaires?|prenoms?|first name|last name|full name|user ?name|nom complet|nom de famille"
    r"|votre nom|your name|nom d'utilisateur|participant id|upn|messagerie|courrier electronique|ip)\b"
)
_SHORT = 8  # words: longer than that, it is a survey's question, dropped for being one


def is_personal(header: str) -> bool:
    """Does this header announce people's names, addresses, phones or the like?"""
    plain = unaccented(header).strip(" :*?")
    return plain in _WHOLE or (len(plain.split()) <= _SHORT and bool(_WORDS.search(plain)))


def personal_columns(headers: Iterable[str]) -> list[int]:
    """Ranks, from 0, of the headers that announce personal data."""
    return [rank for rank, header in enumerate(headers) if is_personal(header)]
