"""Mailchimp: the report of a single mailing, « Email Campaign Report » then a key and its value a line.

It carries the mark that the list export (mailchimp) has too, so that a mailing sent both ways counts once (see
etl.matching): the newest file replaces the other. Percentages are checked against the counts and never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pandas as pd

from etl.cells import normal, to_int, to_percent, unaccented
from etl.columns import PREMIER_JOUR
from etl.dates import to_datetime
from etl.findings import constat_at, quoted
from etl.matching import PROVISOIRE
from etl.privacy import is_personal, scrub
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Source, Tranche, Verdict, row_columns
from etl.sources._mailchimp import TOLERANCE, mailing_mark
from rqds_metrics.regles.formats import nombre

_TITRE = "Email Campaign Report"
_MARQUE = _TITRE.lower()
_CHIFFRES = re.compile(r"[0-9][0-9\s.,]*(?:\([0-9][0-9\s.,]*%\))?")  # « 350 (35.18%) »
# Unaccented keys, without their colon, in English only: what Mailchimp writes in other languages was never seen.
_CLES = {
    "titre": ("title",),
    "envoi": ("delivery date/time", "delivery date"),
    "destinataires": ("total recipients",),
    "livres": ("successful deliveries",),
    "rejets": ("bounces",),
    "ouvertures": ("recipients who opened",),
    "clics": ("recipients who clicked",),
    "desabonnements": ("total unsubs", "total unsubscribes", "unsubscribed"),
}
_NOMS = {alias: nom for nom, aliases in _CLES.items() for alias in aliases}
_REQUIS = {
    "titre": "Title",
    "envoi": "Delivery Date/Time",
    "livres": "Successful Deliveries",
    "ouvertures": "Recipients Who Opened",
}
_VIDE = ("n/a", "--", "-")
_REFAIRE = "Renvoyez le rapport tel que Mailchimp l'a donné."


@dataclass
class _Rapport:
    """What a sheet says: our name -> (position in the grid, key as written, value). `doubles`: keys that say two things.

    `liens` counts the rows of clicks by link, `personnes` the cells about people: neither is read any further.
    """

    valeurs: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    doubles: list[tuple[int, str]] = field(default_factory=list)
    liens: int = 0
    personnes: int = 0


class MailchimpCampagne(Source):
    nom = "mailchimp_campagne"
    titre = "Infolettre · Mailchimp (un envoi)"
    famille = "infolettre"
    cadence = "evenement"
    aide = "Mailchimp, Campaigns, View report de l'envoi, Export report : le fichier d'un seul envoi."
    attendu = "première ligne « Email Campaign Report », puis « Successful Deliveries: », « Recipients Who Opened: »"

    def recognise(self, document: Document) -> bool:
        return any(_is_report(f) for f in document.feuilles)

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        rows = []
        for feuille in document.feuilles:
            if not _is_report(feuille):
                note = f"La feuille « {feuille.nom} » n'est pas le rapport d'un envoi ; elle n'est pas lue."
                extrait.constats.append(Constat("feuille_ignoree", "info", note, feuille=feuille.nom))
                continue
            row = _mailing(feuille, contexte, extrait)
            if row:
                rows.append(row)
        if len({r["serie"] for r in rows}) < len(rows):
            note = "Le même envoi est là deux fois dans le fichier : il compterait double."
            extrait.constats.append(Constat("doublon", "erreur", note, remede="Envoyez un rapport par envoi."))
        extrait.repere = "campagne"
        if not extrait.erreurs:
            extrait.lignes = pd.DataFrame(rows, columns=row_columns(self.famille))
            extrait.tranches = [Tranche(str(r["serie"]), r["debut"], r["fin"], "cle") for r in rows]  # type: ignore[arg-type]
        return extrait

    def keepable(self, document: Document) -> list[Feuille]:
        """The keys that are read and their values: neither the subject, nor the links, nor who was written to."""
        return [_kept(f) for f in document.feuilles if _is_report(f)]


def _is_report(feuille: Feuille) -> bool:
    """Its title and one of its keys, or two keys that no other report has, in the first column."""
    first = [unaccented(row[0]).rstrip(" :") for row in feuille.top if row]
    known = {_NOMS[k] for k in first if k in _NOMS}
    titled = _MARQUE in first[:3]
    return bool(titled and known & {"livres", "ouvertures"}) or {"livres", "ouvertures", "envoi"} <= known


def _report(feuille: Feuille) -> _Rapport:
    """Keys and values, down to the clicks by link."""
    found = _Rapport()
    links = False
    for at, values in enumerate(feuille.cellules.to_numpy().tolist()):
        key = unaccented(values[0]).rstrip(" :")
        value = next((" ".join(v.split()) for v in values[1:] if v.strip()), "")
        nom = _NOMS.get(key)
        links = (links or key == "url") and nom is None and key != _MARQUE
        if links:
            found.liens += key != "url"
        elif nom is None:
            found.personnes += bool(value) and is_personal(values[0])
        elif nom not in found.valeurs:
            found.valeurs[nom] = (at, " ".join(values[0].split()).rstrip(" :"), value)
        elif found.valeurs[nom][2] != value:
            found.doubles.append((at, found.valeurs[nom][1]))
    return found


def _kept(feuille: Feuille) -> Feuille:
    """A report reduced to its title and what `_report` knows: figures that are figures, a date that is one."""
    found = _report(feuille).valeurs
    rows, numbers = [[_TITRE, ""]], [1]
    for nom, (at, key, value) in found.items():
        if nom == "titre":
            kept = scrub(value)
        elif nom == "envoi":
            kept = value if pd.notna(to_datetime(pd.Series([value], dtype="str")).values.iloc[0]) else ""
        else:
            kept = value if _CHIFFRES.fullmatch(value) else ""
        rows.append([f"{key}:", kept if scrub(kept) == kept else ""])
        numbers.append(int(feuille.numeros.iloc[at]))
    return Feuille(None, pd.DataFrame(rows, dtype="str"), pd.Series(numbers, dtype="int64"))


def _mailing(feuille: Feuille, contexte: Contexte, extrait: Extrait) -> dict[str, object] | None:
    """The row of a report; None when it cannot be read for sure."""
    found = _report(feuille)
    extrait.set_aside("clics par lien, jamais conservés", found.liens)
    extrait.cellules_personnelles += found.personnes
    before = len(extrait.erreurs)
    for at, key in found.doubles[:10]:
        note = f"« {scrub(key)} » est là deux fois, avec deux valeurs : le fichier contient plus d'un rapport."
        remede = "Envoyez un rapport par envoi, tel que Mailchimp l'a donné."
        extrait.constats.append(constat_at("doublon", "erreur", note, feuille, at, 1, header=key, remede=remede))
    missing = [written for nom, written in _REQUIS.items() if nom not in found.valeurs]
    if missing:
        note = f"Il manque au rapport {quoted(missing)}."
        extrait.constats.append(Constat("cle_absente", "erreur", note, feuille=feuille.nom, remede=_REFAIRE))
        return None
    moment = _moment(feuille, found, contexte, extrait)
    counts = {nom: _count(nom, feuille, found, extrait) for nom in list(_CLES)[2:]}
    if counts["livres"] is None and len(extrait.erreurs) == before:
        at, key, _ = found.valeurs["livres"]
        note = f"« {key} » est vide, et l'envoi ne peut pas être lu sans ce nombre."
        extrait.constats.append(constat_at("cellule_vide", "erreur", note, feuille, at, 1, header=key, remede=_REFAIRE))
    if moment is None or counts["livres"] is None or len(extrait.erreurs) > before:
        return None
    extrait.constats += _about(feuille, found, counts, contexte.reglages.envoi_test_moins_de)
    written = found.valeurs["titre"][2]
    title = "" if normal(written) in _VIDE else written  # as the list export reads it
    mark = mailing_mark(moment, title)
    kept = {nom: counts[nom] for nom in ("livres", "ouvertures", "clics", "desabonnements")}
    day = moment.date()
    return {
        "serie": f"mailchimp|{PROVISOIRE}{mark}",
        "debut": day,
        "fin": day,
        "campagne": mark,
        "titre": scrub(title) or None,
        **kept,
    }


def _moment(feuille: Feuille, found: _Rapport, contexte: Contexte, extrait: Extrait) -> pd.Timestamp | None:
    at, key, text = found.valeurs["envoi"]
    moment: pd.Timestamp = to_datetime(pd.Series([text], dtype="str")).values.iloc[0]
    shown = scrub(text)[:60]

    def tell(nom: str, verdict: Verdict, note: str) -> None:
        extrait.constats.append(
            constat_at(nom, verdict, note, feuille, at, 1, header=key, trouve=shown, remede=_REFAIRE)
        )

    if pd.isna(moment):
        tell("date", "erreur", f"« {shown} » n'est pas une date d'envoi lisible.")
        return None
    if moment.date() > contexte.recu_le + timedelta(days=1) or moment.date() < PREMIER_JOUR:
        what = "avant 2000" if moment.date() < PREMIER_JOUR else "dans le futur"
        tell("date_impossible", "erreur", f"Le {moment.date()} est {what} : cette date ne peut pas être juste.")
        return None
    if not re.search(r"\d ?[:hH] ?\d", text):
        note = "La date d'envoi n'a pas d'heure : si la liste des envois est aussi reçue, celui-ci comptera deux fois."
        tell("sans_heure", "avertissement", note)
    return moment


def _split(text: str) -> tuple[str, str]:
    """« 350 » and « 35.18% » for « 350 (35.18%) »."""
    count, _, rest = text.partition("(")
    return count.strip(), rest.strip().removesuffix(")").strip()


def _count(nom: str, feuille: Feuille, found: _Rapport, extrait: Extrait) -> int | None:
    """A number of people; None when the report has no such key, or « n/a »."""
    if nom not in found.valeurs:
        return None
    at, key, text = found.valeurs[nom]
    typed = to_int(pd.Series([_split(text)[0]], dtype="str"), _VIDE)
    value = typed.values.iloc[0]
    shown = scrub(text)[:60]
    if typed.faulty.iloc[0] or (pd.notna(value) and value < 0):
        note = f"« {shown} » n'est pas un nombre de personnes."
        extrait.constats.append(
            constat_at("cellule", "erreur", note, feuille, at, 1, header=key, trouve=shown, remede=_REFAIRE)
        )
        return None
    return None if pd.isna(value) else int(value)


def _about(feuille: Feuille, found: _Rapport, counts: dict[str, int | None], limit: int) -> list[Constat]:
    """What the numbers say of each other: more people than were reached, rates and totals that do not follow."""
    sent = counts["livres"] or 0
    out = []
    for nom in ("ouvertures", "clics", "desabonnements"):
        count = counts[nom]
        if count is None:
            continue
        at, key, text = found.valeurs[nom]
        if count > sent:
            few = sent < limit
            verdict: Verdict = "avertissement" if few else "erreur"
            note = f"{nombre(count)} en « {key} » pour {nombre(sent)} courriels livrés : c'est impossible."
            remede = "L'envoi compte pour un essai : rien à faire." if few else _REFAIRE
            out.append(constat_at("incoherence", verdict, note, feuille, at, 1, header=key, remede=remede))
        told = to_percent(pd.Series([_split(text)[1]], dtype="str"), _VIDE).values.iloc[0]
        if pd.notna(told) and sent and abs(float(told) - count / sent) > TOLERANCE:
            note = (
                f"Le taux de « {key} » ({scrub(_split(text)[1])[:20]}) ne correspond pas à {nombre(count)} sur "
                f"{nombre(sent)} courriels livrés ; ce sont les nombres qui sont gardés."
            )
            out.append(constat_at("taux_different", "avertissement", note, feuille, at, 1, header=key))
    out += _deliveries(feuille, found, counts)
    if sent < limit:
        note = (
            f"Cet envoi a été livré à moins de {limit} personnes : il est gardé, mais compte pour un essai et n'entre "
            "pas dans le taux d'ouverture."
        )
        out.append(Constat("envois_test", "info", note))
    return out


def _deliveries(feuille: Feuille, found: _Rapport, counts: dict[str, int | None]) -> list[Constat]:
    """Recipients less bounces should be deliveries."""
    total, bounced, sent = counts["destinataires"], counts["rejets"], counts["livres"]
    if total is None or sent is None or (sent <= total and bounced is None):
        return []
    if bounced is not None and total - bounced == sent:
        return []
    at, key, _ = found.valeurs["livres"]
    less = f", moins {nombre(bounced)} rejets," if bounced is not None else ""
    note = f"{nombre(total)} destinataires{less} ne font pas {nombre(sent)} courriels livrés ; c'est ce dernier qui compte."
    return [constat_at("total_different", "avertissement", note, feuille, at, 1, header=key)]


SOURCE = MailchimpCampagne()
