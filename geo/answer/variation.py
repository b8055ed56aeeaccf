"""How much do the counts of a question vary by themselves, so that less is no change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.disclosure import ROUNDED_TO, SMALLEST_SHOWN
from geo.ask.words import written
from geo.stats.change import compare_periods
from geo.stats.dispersion import Dispersion, measured, measured_in_pairs

YEAR = 12
NOT_JUDGED = "not judged"
BEFORE, AFTER = -2, -1
"""Stretches of the two periods; others are the years that their months are of."""


@dataclass(frozen=True)
class Variation:
    """What a comparison of two periods has to allow for.

    Attributes
    ----------
    areas : Dispersion or None
        Of all areas of the level, in map order, 1 where the area is not inside; None where too few months are
        loaded to measure it.
    whole : Dispersion or None
        Of all areas together, from the same months of two years; None where the periods are not such.
    usual : float
        Change of all areas together where the periods are of different times of the year, so that the season
        may have made it; else 1.
    least_shown : int
        As in :func:`geo.stats.change.compare_periods`.
    said : tuple of str
        What else to know.
    beyond_chance : pair of float, or None
        How many times as much as by chance the counts of one area vary, and all together (NaN if not known);
        None where no months tell.
    """

    areas: Dispersion | None
    whole: Dispersion | None
    usual: float
    least_shown: int
    said: tuple[str, ...]
    beyond_chance: tuple[float, float] | None = None

    @property
    def allowed(self) -> str:
        """What a change has to exceed, in words."""
        return "what months vary by themselves" if self.beyond_chance else "what chance alone makes"

    @property
    def caveats(self) -> tuple[str, ...]:
        """All that is to be known of it."""
        return (*self.said, *against_chance([self]))


def against_chance(varied: Sequence[Variation]) -> tuple[str, ...]:
    """Say in one sentence how much counts vary by themselves in some comparisons; none where not known."""
    known = [one.beyond_chance for one in varied if one.beyond_chance is not None]
    if not known:
        return ()
    if max(typical for typical, _ in known) < 1.05:
        return ("Counts vary from month to month no more than chance alone would make them.",)
    one, whole = (_times(numbers) for numbers in zip(*known, strict=True))
    together = f", all together {whole}" if whole else ""
    return (
        f"From month to month, counts of one area vary {one} as much as chance alone "
        f"would make them, those of some areas more{together}; the test allows for it.",
    )


def _times(numbers: Sequence[float]) -> str:
    """Numbers of times as one or as a range, "1.7 to 1.8 times"; empty where none is known."""
    known = sorted(number for number in numbers if not np.isnan(number))
    return (
        f"{' to '.join(dict.fromkeys(f'{end:.1f}' for end in (known[0], known[-1])))} times" if known else ""
    )


def variation(now: Asked, then: Asked, lengths: tuple[float, float]) -> Variation:
    """Measure what a comparison of two periods has to allow for, from all months that are loaded.

    Parameters
    ----------
    now, then : Asked
        The same question of two periods, at one level.
    lengths : pair of float
        Days of the earlier and of the later period.
    """
    every = now.ask(first=None, last=None, month=(), window=None, compare="").monthly()
    every = every.loc[:, now.loaded.covered[now.lsoas].all(axis=0)]
    months = every.columns.to_numpy(int)
    before, after = (np.isin(months, one.monthly().columns) for one in (then, now))
    stretch = np.where(after, AFTER, np.where(before, BEFORE, months // YEAR))
    counts = every.to_numpy()[now.inside]
    same = before.sum() == after.sum() and (months[after] % YEAR == months[before] % YEAR).all()
    seasons = [np.bincount(months[one] % YEAR, minlength=YEAR) / max(1, one.sum()) for one in (before, after)]
    whole = measured_in_pairs(counts[:, before].sum(axis=0), counts[:, after].sum(axis=0)) if same else None
    totals = [int(one.counts[now.inside].sum()) for one in (then, now)]
    found = measured(counts, stretch)
    if found is None and same:
        found = _each_in_pairs(counts[:, before], counts[:, after])
    elif found is not None and whole is not None:  # what all have in common counts by an area's share in it
        each = (now.counts + then.counts)[now.inside] / max(1, sum(totals))
        found = found._replace(factor=found.factor + (whole.typical - 1) * each)
    said = []
    yearly = bool(now.info.no_months_reason)
    if yearly:
        found = _by_chance(len(counts))
        whole = _by_chance(1, _of_all(now, then)) if same else None
        said.append(
            "How much counts vary by themselves is not known, because their months tell nothing: the test "
            f"allows for chance {'and noise ' if now.loaded.noise else ''}alone."
        )
    usual = 1.0
    if not np.allclose(*seasons) and all(totals):
        usual = totals[1] / totals[0] / (lengths[1] / lengths[0])
        said.append(
            "The periods are of different times of the year, so each area is judged against the change of "
            f"all ({written(usual - 1, '{:+.0%}')} per day), which may be no more than the season."
        )
    if found is None:
        return Variation(None, whole, usual, 0, tuple(said))
    chance = (
        None if yearly else (found.typical, np.nan if whole is None or len(counts) < 2 else whole.typical)
    )
    if now.gate.controlled:
        found = _as_shown(now, then, found)
    factor = np.ones(len(now.frame))
    factor[now.inside] = found.factor
    least = SMALLEST_SHOWN if now.gate.controlled else 0
    return Variation(found._replace(factor=factor), whole, usual, least, tuple(said), chance)


def _each_in_pairs(before: np.ndarray, after: np.ndarray) -> Dispersion | None:
    """The dispersion of each of a few areas by itself, from the same months of two years."""
    each = [measured_in_pairs(*pair) for pair in zip(before, after, strict=True)]
    known = [one for one in each if one is not None]
    if not known:
        return None
    factor = np.array([np.inf if one is None else one.factor[0] for one in each])
    return Dispersion(factor, min(one.df for one in known), float(np.mean([one.typical for one in known])))


def _by_chance(places: int, noise: float = 0.0) -> Dispersion:
    """The dispersion of Poisson counts, and what noise adds: where no months tell how much they vary."""
    return Dispersion(np.full(places, 1.0 + noise), np.inf, 1.0)


def _of_all(now: Asked, then: Asked) -> float:
    """Variance of the noise in all events of two periods, for each event; 0 where they are true."""
    where = np.where(now.level.of_lsoas(now.inside), 0, -1)
    totals = [one.counts[now.inside].sum(keepdims=True) for one in (then, now)]
    noise = sum(one.variance(total, where)[0] for one, total in zip((then, now), totals, strict=True))
    return float(noise / max(1, sum(totals)[0]))


def whole_change(varied: Variation, before: int, after: int, lengths: tuple[float, float]) -> pd.Series:
    """Change of all areas together, a row of :func:`geo.stats.change.compare_periods`.

    ``change`` is "not judged" where the periods are not the same months of two years, or too few of them.
    """
    pair = pd.Series([before]), pd.Series([after])
    found = compare_periods(*pair, exposure=lengths, dispersion=varied.whole).iloc[0]
    return found if varied.whole is not None else found.where(found.index != "change", NOT_JUDGED)


def _as_shown(now: Asked, then: Asked, found: Dispersion) -> Dispersion:
    """The dispersion of counts that are protected: one factor for all areas, what rounding and noise add."""
    events = np.nan_to_num(now.shown[now.inside]) + np.nan_to_num(then.shown[now.inside])
    rounding = (
        ROUNDED_TO**2 / 6 / np.maximum(events, SMALLEST_SHOWN)
    )  # two counts, each with ROUNDED_TO² / 12
    noise = (now.noise + then.noise)[now.inside] / np.maximum(events, SMALLEST_SHOWN)
    typical = np.ceil(10 * found.typical) / 10
    return Dispersion(typical + rounding + noise, found.df, typical)
