"""The words of people that are published, and whether they tell a withheld figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from rqds_metrics.commentaires import Commentaire, commentaires_of
from rqds_metrics.diffusion import publication as pub
from rqds_metrics.diffusion.nommes import names, quotes
from rqds_metrics.diffusion.retenue import Cle
from rqds_metrics.exercice import Exercice, exercices_du_plan
from rqds_metrics.plan import Indicateur
from rqds_metrics.resultats import Calcul


def comments_of(
    calcul: Calcul, chosen: Iterable[Indicateur], textes: Mapping[str, str], retenus: Iterable[Cle]
) -> dict[str, tuple[pub.Commentaire, ...]]:
    """Those that were chosen and still stand as they were chosen; none that is to review, or speaks of what is withheld."""
    out: dict[str, tuple[pub.Commentaire, ...]] = {}
    for indicateur in chosen:
        mine: list[pub.Commentaire] = []
        for year in exercices_du_plan()[::-1]:
            for c in commentaires_of(calcul, indicateur, year):
                chosen_so = textes.get(f"{indicateur.id}|{c.periode}") == c.texte
                if chosen_so and not c.a_revoir and not tells_withheld(calcul, c, retenus):
                    mine.append(pub.Commentaire(indicateur.id, c.periode, c.texte))
        if mine:
            out[indicateur.id] = tuple(sorted(mine, key=lambda c: (len(c.periode), c.periode), reverse=True))
    return out


def tells_withheld(calcul: Calcul, c: Commentaire, retenus: Iterable[Cle]) -> bool:
    """Does a comment explain a withheld figure, or name one: its indicator's in any way, another's by its two numbers."""
    years = [Exercice.parse(year) for id_, year in retenus if id_ == c.indicateur.id]
    if _year_named(c.periode) in years:
        return True
    if any(names(c.texte, calcul.value(c.indicateur, y)) for y in years):
        return True
    return quoted(calcul, c.texte, retenus) is not None


def quoted(calcul: Calcul, texte: str, retenus: Iterable[Cle]) -> Cle | None:
    """The withheld figure, of any indicator, whose two numbers a text puts side by side (« 3 sur 4 »)."""
    return next((k for k in retenus if quotes(texte, calcul.value(calcul.plan.tous[k[0]], Exercice.parse(k[1])))), None)


def _year_named(periode: str) -> Exercice:
    return Exercice.parse(periode) if len(periode) == 9 else Exercice.of(date.fromisoformat(f"{periode}-01"))
