"""What does one service see that another does not? Shares of two services, compared in and around each area.

The derivation is in ``docs/methods/services.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.stats.dispersion import allowed_for
from geo.stats.hotspots import bh_q
from geo.stats.services import clusters_of
from geo.stats.two_counts import c_test, ratio_limits
from geo.stats.weights import Neighbours

LEAST_AREAS = 3
"""Areas below which it cannot be told how much shares differ anywhere."""
MEDIAN_OF_SQUARE = 0.4549364
"""Of a normal deviate's."""


def _beyond_binomial(squared: np.ndarray, m: np.ndarray) -> float:
    """α of a variance that is 1 + α m times the binomial one, by the median: most areas set it, not a few."""
    low, high = 0.0, 1.0
    if np.median(squared) <= MEDIAN_OF_SQUARE:
        return low
    while np.median(squared / (1 + high * m)) > MEDIAN_OF_SQUARE:
        high *= 2
    for _ in range(30):
        middle = (low + high) / 2
        more = np.median(squared / (1 + middle * m)) > MEDIAN_OF_SQUARE
        low, high = (middle, high) if more else (low, middle)
    return high


def overlooked(
    results: Mapping[str, pd.DataFrame],
    counts: Mapping[str, np.ndarray],
    sectors: Mapping[str, str],
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    fdr: bool = True,
) -> pd.DataFrame | None:
    """Areas that are hot for a health service and for no source of the police, where shares truly differ.

    "Not hot" is no finding: an area may miss the mark by a little. So an area is listed only where a health
    service for which it is hot has a larger share of its events in and around it than **every** source of the
    police has of its own, beyond what their shares differ by anywhere (:func:`shares_differ`).

    Parameters
    ----------
    results : mapping of source key to pandas.DataFrame
        As for :func:`geo.stats.services.agreement`.
    counts : mapping of source key to ndarray, shape (n,)
        Events of each source, on the same areas.
    sectors : mapping of source key to {"police", "health", "other"}
    neighbours : Neighbours
    alpha, fdr
        As in :func:`geo.stats.hotspots.local_moran`; the correction is over all areas, hot or not.

    Returns
    -------
    pandas.DataFrame, or None
        Areas listed, those seen by most services first, then by code: ``seen`` (number of health services of
        which that holds), ``by`` (their keys, a tuple), ``otherwise`` ("cold" where a source of the police
        calls it LL, "undefined" where none can tell, else "not significant"), and ``ratio`` of the share of
        the first of them to the police's, with the limits ``lower`` and ``upper``: of the source of the
        police with the lowest. None where either sector has no source.
    """
    health, police = ([key for key in results if sectors[key] == one] for one in ("health", "police"))
    if not health or not police:
        return None
    clusters = clusters_of(results)
    unseen = clusters[police]
    otherwise = np.select(
        [(unseen == "LL").any(axis=1), (unseen == "NA").all(axis=1)], ["cold", "undefined"], "not significant"
    )
    table = pd.DataFrame({"otherwise": otherwise}, index=clusters.index)
    table[["ratio", "lower", "upper"]] = np.nan
    sure = pd.DataFrame(False, clusters.index, health)
    maybe = ~(unseen == "HH").any(axis=1)
    for key in health:
        listed = (clusters[key] == "HH") & maybe
        if not listed.any():
            continue
        against = [shares_differ(counts[other], counts[key], neighbours) for other in police]
        for found in against:
            listed &= ((found["q"] if fdr else found["p"]) <= alpha).to_numpy() & (found["ratio"] > 1)
        sure[key] = listed
        least = np.argmin([found["lower"] for found in against], axis=0)
        for column in ("ratio", "lower", "upper"):
            values = np.choose(least, [found[column] for found in against])
            table[column] = table[column].where(table[column].notna() | ~listed, values)
    table.insert(0, "seen", sure.sum(axis=1))
    keys = np.array(health, object)
    table.insert(1, "by", [tuple(keys[row]) for row in sure.to_numpy()])
    return table[sure.any(axis=1)].sort_index().sort_values("seen", ascending=False, kind="stable")


def shares_differ(
    base: np.ndarray, test: np.ndarray, neighbours: Neighbours, *, confidence: float = 0.95
) -> pd.DataFrame:
    """In and around which areas does one source hold another share of its events than another source does?

    Given the events of both in an area and its neighbours, those of the test source are binomial, with its
    share of all events. Two sources never have quite one pattern: how much more their shares differ than that
    law allows is measured from all areas, as 1 + α m for m events, by a median that a few areas in which they
    differ do not move; and it is allowed for (:func:`geo.stats.dispersion.allowed_for`).

    Parameters
    ----------
    base, test : ndarray, shape (n,)
        Events of each area.
    neighbours : Neighbours
    confidence : float
        Of the limits.

    Returns
    -------
    pandas.DataFrame
        On ``neighbours.ids``: ``ratio`` of the two shares, test over base, with limits ``lower`` and
        ``upper``; two-sided ``p``, and ``q`` over all areas. NaN where neither has an event.

    References
    ----------
    McCullagh and Nelder (1989), Generalized linear models, section 4.5.
    """
    totals = float(np.nansum(base)), float(np.nansum(test))
    first, second = (
        np.nan_to_num(one) + neighbours.neighbour_sum(np.nan_to_num(one)) for one in (base, test)
    )
    both = first + second
    columns = {name: np.full(len(both), np.nan) for name in ("ratio", "lower", "upper", "p")}
    some = both > 0
    if min(totals) > 0 and some.sum() >= LEAST_AREAS:
        share = totals[1] / sum(totals)
        m = both[some]
        usual = float(np.clip(np.median(second[some] / m), 0.01 * share, 1 - 0.01 * (1 - share)))
        squared = (second[some] - m * usual) ** 2 / (m * usual * (1 - usual))
        factor = 1 + _beyond_binomial(squared, m) * m
        apart = len(both) / (1 + neighbours.cardinalities.mean())  # windows that do not overlap
        df = max(2.0, apart - 1)
        x, y = first[some], second[some]
        columns["p"][some] = allowed_for(c_test(x, y, share), factor, df)
        limits = ratio_limits(x / factor, y / factor, totals[0] / totals[1], confidence)
        columns["lower"][some], columns["upper"][some] = limits
        with np.errstate(divide="ignore"):
            columns["ratio"][some] = y / totals[1] / (x / totals[0])
    return pd.DataFrame({**columns, "q": bh_q(columns["p"])}, index=neighbours.ids)
