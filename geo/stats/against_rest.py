"""Did some areas change otherwise than the rest, by more than months vary by themselves?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

FEWEST_UNITS = 3
"""Months of a period, or pairs of months, below which it cannot be told how much they vary."""


def change_against(
    before: ArrayLike,
    after: ArrayLike,
    rest_before: ArrayLike,
    rest_after: ArrayLike,
    *,
    paired: bool,
    confidence: float = 0.95,
) -> tuple[float, float, float] | None:
    """Ratio of a change to the change of the rest, with its limits; months are the units.

    (after / before) / (rest_after / rest_before), of the sums over months. The variance of its logarithm is
    that of leaving out each month in turn (jackknife), or each pair of the same month of two years, which
    also takes out what season and year do to a month in the set and the rest alike; it is not below the sum
    of the reciprocals of the four sums (Woolf 1955), that of events which come one by one. Limits by
    Student's t.

    Parameters
    ----------
    before, after, rest_before, rest_after : array_like
        Counts by month, of the set and of the rest.
    paired : bool
        Whether both periods are the same months of the year, in order.

    Returns
    -------
    tuple of float or None
        Ratio, lower and upper limit, NaN where too few months tell how much they vary; None where a sum is
        zero.

    Examples
    --------
    >>> months = [np.full(12, count) for count in (100, 120, 1000, 1000)]
    >>> ratio, low, high = change_against(*months, paired=True)
    >>> round(ratio, 2), round(low, 2), round(high, 2)
    (1.2, 1.1, 1.31)
    """
    counts = [np.asarray(values, float) for values in (before, after, rest_before, rest_after)]
    sums = np.array([values.sum() for values in counts])
    if not sums.all():
        return None
    sign = np.array([-1, 1, 1, -1])
    ratio = float(np.exp(sign @ np.log(sums)))
    then, now = len(counts[0]), len(counts[1])
    if min(then, now) < FEWEST_UNITS or (paired and then != now):
        return ratio, np.nan, np.nan
    with np.errstate(divide="ignore"):
        without = [s * np.log(total - v) for s, total, v in zip(sign, sums, counts, strict=True)]
    earlier, later = without[0] + without[2], without[1] + without[3]
    parts, df = ([earlier + later], then - 1) if paired else ([earlier, later], then + now - 2)
    if not all(np.isfinite(part).all() for part in parts):
        return ratio, np.nan, np.nan
    variance = sum((len(part) - 1) * part.var() for part in parts)
    error = np.sqrt(max(variance, (1 / sums).sum()))
    reach = np.exp(stdtrit(df, 0.5 + confidence / 2) * error)
    return ratio, float(ratio / reach), float(ratio * reach)
