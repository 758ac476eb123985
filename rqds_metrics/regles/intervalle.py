"""How sure a survey's rate is: the interval that holds the rate of everyone invited, 19 times out of 20.

Wilson's score interval (E. B. Wilson, « Probable inference, the law of succession, and statistical inference »,
Journal of the American Statistical Association 22, 1927), which keeps its promise with few answers and near 0 or 1
(L. D. Brown, T. T. Cai, A. DasGupta, « Interval estimation for a binomial proportion », Statistical Science 16, 2001).
When those invited are counted, n answers out of N tell more than n out of a crowd: the variance of a mean drawn
without replacement is smaller by (N − n) / (N − 1) (W. G. Cochran, Sampling Techniques, 1977, section 2.6), so n is
replaced in the formula by n (N − 1) / (N − n); see B. O'Neill, « Mathematical properties and finite-population
correction for the Wilson score interval », arXiv 2109.12464, 2021. Everyone answered: the rate is known.
"""

from __future__ import annotations

import math
from typing import NamedTuple

Z95 = 1.959963984540054


class Intervalle(NamedTuple):
    """Fractions, 0 <= bas <= haut <= 1."""

    bas: float
    haut: float

    def crosses(self, seuil: float) -> bool:
        """Could the rate be on either side of the threshold (reaching it is being above)."""
        return self.bas < seuil <= self.haut


def interval_of(satisfaits: float, n: float, invites: int | None = None) -> Intervalle | None:
    """The 95 % interval of a rate; None without an answer.

    Args:
        satisfaits: answers that count, 0 to `n`.
        n: answers given.
        invites: how many were invited; None when not known (as good as without end). Fewer than `n` are taken as `n`.
    """
    if n <= 0:
        return None
    rate = min(max(satisfaits / n, 0.0), 1.0)
    if invites is not None and invites <= n:
        return Intervalle(rate, rate)
    worth = n if invites is None else n * (invites - 1) / (invites - n)
    square = Z95**2
    middle = (rate + square / (2 * worth)) / (1 + square / worth)
    half = Z95 * math.sqrt(rate * (1 - rate) / worth + square / (4 * worth**2)) / (1 + square / worth)
    return Intervalle(min(max(middle - half, 0.0), rate), max(min(middle + half, 1.0), rate))
