"""The export of any other tool, read through the mapping that a person made of its columns.

Series are named after the mapping: « autre-<slug>|site », « |pages », « |emission », « |episodes », « |mois » (a
newsletter by month), « |compte … », and one for each mailing or session, whose first word says what it is told apart
by: « |code … », « |titre … » or « |jour … » (see mapped_checks.described_otherwise).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from etl.cells import normal
from etl.champs import dates_of, figures_of, kind_of
from etl.columns import TOTAL_ECARTE, TOTAUX, Champ, Table, find_header, headers_at
from etl.correspondance import PREFIXE, Correspondance, digest, slug
from etl.dates import to_date
from etl.days import holes, runs
from etl.findings import quoted
from etl.mapped_checks import other_headers, overlapping, spans_of, told, unlikely
from etl.periods import wrong_period
from etl.privacy import personal_columns, scrub_page
from etl.snapshot import keep_snapshot
from etl.source import Constat, Contexte, Document, Extrait, Feuille, Tranche, row_columns
from etl.table import TableSource, joined, scrubbed
from etl.tally import tallied
from rqds_metrics.familles import FAMILLES, TITRES

_VIDE = ("n/a", "--", "-", "nan")
_PHRASE = 5  # words that make a lone cell a note under the table
_SANS_DONNEE, _A_VENIR = "ligne sans donnée de ce tableau", "ligne à venir (date future)"


class MappedSource(TableSource):
    """A source made of a Correspondance."""

    cadence = "libre"

    def __init__(self, correspondance: Correspondance) -> None:
        c = correspondance
        self.correspondance = c
        self.nom = PREFIXE + c.slug
        self.titre = f"{TITRES[c.famille]} · {c.nom}"
        self.famille = c.famille
        self.aide = "Décrit colonne par colonne à la page « Autre outil »."
        self.attendu = f"colonnes {quoted(c.champs.values(), 4)}"
        self.signatures = (frozenset(normal(h) for h in c.champs.values()),)
        self.champs = tuple(_champ(c, nom, header) for nom, header in c.champs.items())

    def read(self, document: Document, contexte: Contexte) -> Extrait:
        extrait = self.blank()
        sheets = tuple(self._table_only(f, contexte, extrait) for f in document.feuilles)
        document = replace(document, feuilles=sheets)
        tables = self.tables(document, self.signatures, self.champs, contexte, extrait)
        if tables:
            extrait.constats += other_headers(self.correspondance, tables[0].headers)
        if tables and not extrait.erreurs:
            self.rows(tables, contexte, extrait)
            if extrait.lignes.empty and not extrait.erreurs:
                note = "Le fichier a les bons en-têtes, mais aucune ligne à garder."
                remede = "Vérifiez la période choisie dans l'outil, et la correspondance des colonnes."
                extrait.constats.append(Constat("sans_ligne", "erreur", note, remede=remede))
        return extrait

    def _table_only(self, feuille: Feuille, contexte: Contexte, extrait: Extrait) -> Feuille:
        """The sheet without what is under the header and is no row: totals, notes, blank figures, what is to come."""
        header = find_header(feuille, self.signatures)
        if header is None:
            return feuille
        names = [normal(h) for h in headers_at(feuille, header)]
        ranks = {k: names.index(normal(h)) for k, h in self.correspondance.champs.items()}
        figures = {r for k, r in ranks.items() if kind_of(self.famille, k) in ("int", "number")}
        labels = sorted({0, *ranks.values()} - figures)
        body = feuille.cellules.iloc[header + 1 :].apply(lambda c: c.str.strip())
        filled = body != ""
        total = body[labels].apply(lambda c: c.str.casefold().isin(TOTAUX)).any(axis=1)
        last = pd.Series(False, index=body.index)
        if len(body):  # a last line of figures without any label is a total too
            last.iloc[-1] = not filled[labels].iloc[-1].any() and bool(filled[sorted(figures)].iloc[-1].any())
        empty = ~filled[sorted(ranks.values())].any(axis=1)
        lone = filled.sum(axis=1).eq(1) & body[labels].apply(lambda c: c.str.count(" ") >= _PHRASE - 1).any(axis=1)
        coming = self._to_come(body, ranks, figures, contexte)
        drop = pd.Series(False, index=body.index)
        for reason, which in ((TOTAL_ECARTE, total | last), (_SANS_DONNEE, empty | lone), (_A_VENIR, coming)):
            extrait.set_aside(reason, int((which & ~drop).sum()))
            drop |= which
        if not drop.any():
            return feuille
        people = [k for k in personal_columns(headers_at(feuille, header)) if k not in ranks.values()]
        extrait.cellules_personnelles += int(filled.loc[drop, people].to_numpy().sum())
        keep = [*range(header + 1), *drop.index[~drop]]
        cells = feuille.cellules.iloc[keep].reset_index(drop=True)
        return Feuille(feuille.nom, cells, feuille.numeros.iloc[keep].reset_index(drop=True))

    def _to_come(self, body: pd.DataFrame, ranks: dict[str, int], figures: set[int], contexte: Contexte) -> pd.Series:
        """Sessions announced, and mailings or episodes planned that have no figure yet: tools list them with the others."""
        session = self.famille == "webinaire"
        if not session and self.correspondance.ligne not in ("envoi", "episode"):
            return pd.Series(False, index=body.index)
        days = to_date(body[ranks["date"]], self.correspondance.ordre, _VIDE).values
        coming = (days > pd.Timestamp(contexte.recu_le)).fillna(False)
        if not session:
            coming &= body[sorted(figures)].isin(["", "0", *_VIDE]).all(axis=1)
        return coming

    def rows(self, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        c = self.correspondance
        frame = joined(tables)
        if c.compte_pour:
            frame = self._counted(frame, tables, c.compte_pour, extrait)
        figures = [k for k in figures_of(c.famille, c.ligne) if k in frame]
        extrait.constats += unlikely(figures, frame, tables, contexte.reglages.envoi_test_moins_de)
        frame = self._with_figures(frame, extrait)
        frame["ecrit"] = frame["page"] if "page" in frame else frame.get("episode")  # as the file tells them apart
        for column in FAMILLES[self.famille]:
            if column not in frame:
                frame[column] = None
            elif kind_of(self.famille, column) == "text":
                frame[column] = _pages(frame[column]) if column == "page" else scrubbed(frame[column])
        if frame.empty or extrait.erreurs:
            return
        if c.famille == "social" and not c.compte_pour:
            frame["compte"] = frame["compte"].where(frame["compte"].notna(), c.nom)
        keep = {"jour": self._days, "mois": self._periods, "episode": self._episodes}.get(c.ligne, self._events)
        if c.compte_pour and c.famille != "webinaire":
            keep = self._counted_days
        keep(frame, tables, contexte, extrait)

    def _with_figures(self, frame: pd.DataFrame, extrait: Extrait) -> pd.DataFrame:
        """Rows that say something: an e-mailing that was not delivered, a day without any figure do not."""
        c = self.correspondance
        needed = ["livres"] if c.famille == "infolettre" else [k for k in figures_of(c.famille, c.ligne) if k in frame]
        if c.ligne in ("episode", "seance", "personne") or not needed:
            return frame
        blank = frame[needed].isna().all(axis=1)
        extrait.set_aside("ligne sans chiffre", int(blank.sum()))
        return frame[~blank].reset_index(drop=True)

    def _serie(self, rest: str) -> str:
        return f"{self.nom}|{rest}"

    def _event(self, code: str | None, titre: str, day: date) -> str:
        """The serie of a mailing or a session: by the tool's code for it, else by its day and title."""
        if code:
            return self._serie(f"code {code}" if self.famille == "infolettre" else f"code {code}|{day}")
        return self._serie(f"titre {day} {digest(titre)}" if titre else f"jour {day}")

    def _dataset(self, frame: pd.DataFrame) -> pd.Series:
        """The serie of each row of days or periods."""
        names = {"web": "pages" if "page" in self.correspondance.champs else "site", "balado": "emission"}
        if self.famille == "social":
            return frame["compte"].map(lambda a: self._serie(f"compte {slug(str(a)) or digest(str(a))}"))
        return pd.Series(self._serie(names.get(self.famille, "mois")), index=frame.index)

    def _counted_once(self, frame: pd.DataFrame, tables: list[Table], extrait: Extrait) -> pd.DataFrame | None:
        """Rows of days or periods, each there once. None: told as wrong.

        Those of a show's episodes are added up, and those of addresses that are one page once their query is cut.
        """
        key = ["serie", "debut", "fin"]
        note = "Ces jours sont là deux fois dans le fichier : ils compteraient double."
        doubles = frame.duplicated([*key, "ecrit"])
        extrait.constats += told("doublon", note, doubles, self._first(), frame, tables)
        if extrait.erreurs:
            return None
        if "episode" in self.correspondance.champs or "page" in self.correspondance.champs:
            key += ["page"] if self.famille == "web" else []
            figures = [k for k in figures_of(self.famille, self.correspondance.ligne) if k in frame]
            added = frame.groupby(key, sort=False)[figures].sum(min_count=1).reset_index()
            frame = added.reindex(columns=row_columns(self.famille)).astype("object")
        return frame

    def _first(self) -> str:
        return next(k for k in dates_of(self.correspondance.ligne) if k in self.correspondance.champs)

    def _days(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        frame["debut"] = frame["fin"] = frame["date"].dt.date
        frame["serie"] = self._dataset(frame)
        kept = self._counted_once(frame, tables, extrait)
        if kept is None:
            return
        extrait.lignes = kept.sort_values(["serie", "debut"], kind="stable")[row_columns(self.famille)]
        for serie, days in extrait.lignes.groupby("serie", sort=False)["debut"]:
            stretches = list(runs(sorted(set(days))))
            extrait.tranches += [Tranche(str(serie), a, b, "jour") for a, b in stretches]
            extrait.constats += holes(stretches)
        extrait.constats += _unfinished(extrait, contexte)

    def _counted(self, frame: pd.DataFrame, tables: list[Table], what: str, extrait: Extrait) -> pd.DataFrame:
        """Rows that are people, counted: one row a session, or a day. Texts are masked before they tell them apart."""
        for column, rule in (("titre", scrubbed), ("seance", scrubbed), ("page", _pages), ("compte", scrubbed)):
            if column in frame:
                frame[column] = rule(frame[column])
        if self.famille == "social":
            frame["compte"] = (
                frame["compte"].fillna(self.correspondance.nom) if "compte" in frame else self.correspondance.nom
            )
        if "quantite" in frame:
            note = "Un nombre de places ne peut pas être négatif."
            extrait.constats += told("incoherence", note, frame["quantite"] < 0, "quantite", frame, tables)
        by_session = self.famille == "webinaire"
        key = ["seance", "titre"] if by_session else ["page", "compte"]
        counted, constats = tallied(frame, [k for k in key if k in frame], what, by_session)
        extrait.constats += constats
        return counted

    def _counted_days(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """A day without a row, between the first and the last, is a day without anyone."""
        frame["debut"] = frame["fin"] = frame["date"].dt.date
        frame["serie"] = self._dataset(frame)
        extrait.lignes = frame.sort_values(["serie", "debut"], kind="stable")[row_columns(self.famille)]
        spans = extrait.lignes.groupby("serie", sort=False)["debut"].agg(["min", "max"])
        extrait.tranches = [Tranche(str(s), a, b, "jour") for s, a, b in spans.itertuples()]
        extrait.constats += _unfinished(extrait, contexte)

    def _periods(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        champ = self._first()
        texts, spans = spans_of(frame)
        notes = [wrong_period(t, s, contexte.recu_le) for t, s in zip(texts, spans, strict=True)]
        for k in [k for k, note in enumerate(notes) if note][:10]:
            which = pd.Series(range(len(frame)), index=frame.index) == k
            remede = "Corrigez cette ligne, ou choisissez une autre colonne pour la période."
            extrait.constats += told("periode", str(notes[k]), which, champ, frame, tables, remede)
        known = [s for s in spans if s]
        if extrait.erreurs or len(known) != len(frame):
            return
        frame["debut"], frame["fin"] = [s.debut for s in known], [s.fin for s in known]
        frame["serie"] = self._dataset(frame)
        kept = self._counted_once(frame, tables, extrait)
        if kept is None:
            return
        extrait.lignes = kept[row_columns(self.famille)]
        shared = sorted(set(zip(kept["serie"], kept["debut"], kept["fin"], strict=True)))
        extrait.tranches = [Tranche(s, a, b, "bloc") for s, a, b in shared]
        extrait.constats += overlapping(extrait.tranches)

    def _episodes(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """Figures since the beginning: a snapshot."""
        note = "Cet épisode est là deux fois (même titre, même date) : il compterait double."
        extrait.constats += told("doublon", note, frame.duplicated(["episode", "date"]), "episode", frame, tables)
        if extrait.erreurs:
            return
        frame = frame.assign(publie_le=frame["date"])
        keep_snapshot(frame, self._serie("episodes"), tables, contexte, extrait)

    def _events(self, frame: pd.DataFrame, tables: list[Table], contexte: Contexte, extrait: Extrait) -> None:
        """Mailings and sessions: each its own serie."""
        code = "campagne" if self.famille == "infolettre" else "seance"
        days = frame["date"].dt.date
        frame["debut"] = frame["fin"] = days
        codes = [None if pd.isna(v) else str(v).replace("|", "/")[:80] for v in frame[code]]
        titles = frame["titre"].fillna("").astype("str")
        frame[code] = codes
        frame["serie"] = [self._event(*x) for x in zip(codes, titles, days, strict=True)]
        note = "Cette ligne est là deux fois (même code, ou même jour et même titre) : elle compterait double."
        remede = (
            "Retirez la ligne de trop ; si ce sont deux choses différentes, choisissez aussi la colonne de leur titre."
        )
        extrait.constats += told("doublon", note, frame["serie"].duplicated(), "date", frame, tables, remede)
        if extrait.erreurs:
            return
        extrait.lignes = frame[row_columns(self.famille)]
        days = zip(frame["serie"].tolist(), frame["debut"].tolist(), strict=True)
        extrait.tranches = [Tranche(serie, day, day, "cle") for serie, day in days]
        if self.famille == "webinaire" and "titre" not in self.correspondance.champs:
            note = "Sans le titre des séances, on ne sait pas de quel indicateur chacune relève."
            remede = "Choisissez aussi la colonne de leur titre, si l'outil la donne."
            extrait.constats.append(Constat("sans_titre", "avertissement", note, remede=remede))
        limit = contexte.reglages.envoi_test_moins_de
        small = int((frame["livres"] < limit).sum()) if self.famille == "infolettre" else 0
        if small:
            note = (
                f"Envois livrés à moins de {limit} personnes : {small} sur {len(frame)}. Ils sont gardés, mais comptent "
                "pour des essais et n'entrent pas dans le taux d'ouverture."
            )
            extrait.constats.append(Constat("envois_test", "info", note))


def _unfinished(extrait: Extrait, contexte: Contexte) -> list[Constat]:
    if max(t.fin for t in extrait.tranches) < contexte.recu_le:
        return []
    note = "Le dernier jour du fichier est aujourd'hui, une journée encore incomplète."
    remede = "Renvoyez l'export une fois le mois fini : les jours seront remplacés."
    return [Constat("jour_en_cours", "avertissement", note, remede=remede)]


def _champ(c: Correspondance, nom: str, header: str) -> Champ:
    filled = nom in (*dates_of(c.ligne), "episode", "page")
    return Champ(nom, kind_of(c.famille, nom), (header,), filled=filled, empty=_VIDE, order=c.ordre)


def _pages(values: pd.Series) -> pd.Series:
    return values.map({v: scrub_page(str(v)) for v in values.dropna().unique()})
