"""What are the rates of the areas, and with whom are they compared?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.disclosure import ASSUMED, LARGEST_SUPPRESSED
from geo.answer.margin import widen
from geo.ask.choices import ENGLAND
from geo.stats import funnel, intervals, rates
from geo.stats.protect import widened

LIMITS = ["lower_ci", "upper_ci"]


def standardised(s: Asked, confidence: float) -> pd.DataFrame:
    """Age-standardised rates with their limits, which allow for persons with several events."""
    events, residents = s.ages()
    squares = s.squares(np.arange(len(s.frame)), len(s.frame))
    if squares is not None:
        squares = pd.DataFrame(squares, events.index, events.columns)
    table = rates.dsr(events, residents, squares=squares, years=s.exposure, confidence=confidence)
    table = widen(table, events.to_numpy().sum(axis=1), s.noise, confidence)
    limits = ["value", "lower_ci", "upper_ci"]
    return table.set_axis(s.frame.index).assign(**s.gate.coarse(table[limits]))


def crude(s: Asked, confidence: float) -> pd.DataFrame:
    """Rates a year per 1,000 of the protected counts with their limits."""
    table = rates.crude_rate(s.shown, s.population, years=s.exposure, confidence=confidence)
    return widen(table, s.shown, s.noise, confidence).set_axis(s.frame.index)


def crude_limits(s: Asked, confidence: float) -> pd.DataFrame:
    """Limits of every crude rate, also of those of so few events that the rate itself is not shown.

    None of 20 expected is few enough to tell. A suppressed count is at least 1 and at most 7, and its limits
    are those of both.
    """
    return _of_both(s, s.shown, s.population * s.exposure / 1000, confidence)


def _of_both(s: Asked, shown: np.ndarray, per: np.ndarray, confidence: float) -> pd.DataFrame:
    """Limits from the least and the most that each protected count may stand for; and where they differ."""
    suppressed = np.isnan(shown) & (s.covered > 0)
    low, high = _limits(shown, suppressed, confidence, s.noise)
    per = np.where(per > 0, per, np.nan)
    limits = {"lower_ci": low / per, "upper_ci": high / per, "suppressed": suppressed}
    return pd.DataFrame(limits, s.frame.index)


def _limits(
    shown: np.ndarray, suppressed: np.ndarray, confidence: float, noise: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of counts, in events, widened by the variance of the noise in them."""
    least, most = (np.where(suppressed, stands_for, shown) for stands_for in (1, LARGEST_SUPPRESSED))
    low, _ = intervals.poisson_interval(least, confidence)
    _, high = intervals.poisson_interval(most, confidence)
    wide = intervals.deviate(confidence) * np.sqrt(noise)
    return widened(least, low, low, wide)[0], widened(most, high, high, wide)[1]


def differ_by_chance(
    s: Asked, against: Comparison, by: Benchmark, confidence: float = 0.95
) -> tuple[float, int] | None:
    """Number of areas that chance alone would set apart from the benchmark if all had its rate; of how many.

    None where the limits are not those of a Poisson count: of standardised rates, and of protected counts,
    whose noise is in them.
    """
    if against.expected is None or s.noise.any():
        return None
    expected = np.where(s.inside, against.expected(s, by.value), np.nan)
    if by.itself is not None:
        expected[by.itself] = np.nan
    known = int(np.isfinite(expected).sum())
    if not known:
        return None
    most = np.nanmax(expected)
    counts = np.arange(int(most + 12 * np.sqrt(most + 1) + 20))
    return funnel.by_chance(expected, *intervals.poisson_interval(counts, confidence)), known


def ratio_to_ages(s: Asked, confidence: float) -> pd.DataFrame:
    """Observed over expected events with their limits.

    Expected is what the residents of each age would have at the rates of the areas compared with
    (:func:`reference`), taken from the events whose age is known, as the observed ones are. A ratio to a
    known expectation could be solved for its count, and the expectations of many areas for the events of each
    age, so both are made from protected counts.

    Returns
    -------
    DataFrame
        On the area index: ``count`` (observed, NaN where suppressed), ``expected``, ``value``, ``lower_ci``,
        ``upper_ci``; no value of fewer events than a rate is shown of.
    """
    observed = _with_age(s)
    table = rates.indirect_ratio(
        observed, _expected(s), per=1.0, confidence=confidence, hide_below=rates.HIDE_RATE_BELOW
    )
    return widen(table, observed, s.noise, confidence).set_axis(s.frame.index)


def _with_age(s: Asked) -> np.ndarray:
    """Protected counts of the events whose age is known, NaN where suppressed or not reported on."""
    return s.protected(s.ages()[0].to_numpy().sum(axis=1)).to_numpy(np.float64, na_value=np.nan)


def _expected(s: Asked) -> np.ndarray:
    """Events that the residents of each area would have at the reference's protected rate of every age."""
    (events, people), whole = (frame.to_numpy() for frame in s.ages()), reference(s)
    by_age = s.gate.counts(events[whole].sum(axis=0)).to_numpy(np.float64, na_value=ASSUMED)
    expected = rates.expected_events(people, by_age, people[whole].sum(axis=0)).to_numpy()
    return np.asarray(expected * np.where(s.covered > 0, s.covered, np.nan))


def ratio_limits(s: Asked, confidence: float) -> pd.DataFrame:
    """Limits of every ratio, as :func:`crude_limits`."""
    return _of_both(s, _with_age(s), _expected(s), confidence)


def standardised_limits(s: Asked, confidence: float) -> pd.DataFrame:
    """Limits of every standardised rate; of too few events for one, of the ratio times the benchmark."""
    limits = standardised(s, confidence)[LIMITS].assign(suppressed=False)
    few = limits["lower_ci"].isna().to_numpy() & s.inside
    if few.any():
        instead = ratio_limits(s, confidence)[few]
        instead[LIMITS] = s.gate.coarse(instead[LIMITS] * overall(s, reference(s), by_age=True))
        limits.loc[few] = instead
    return limits


def overall(s: Asked, areas: np.ndarray, *, by_age: bool = False) -> float:
    """Rate of some areas together, from their protected total, or age-standardised; NaN where not known."""
    if by_age:
        together = [frame[areas].sum().to_frame().T for frame in s.ages()]
        return float(rates.dsr(*together, years=s.years)["value"].iloc[0])
    counted = areas & ~np.isnan(s.population)
    total, residents = s.gate.count(int(s.counts[counted].sum())), s.population[counted].sum()
    if total is None:
        return np.nan
    return float(rates.crude_rate([total], [residents], years=s.years)["value"].iloc[0])


# ---------------------------------------------------------------- with whom they are compared


@dataclass(frozen=True)
class Comparison:
    """How the areas are set against a benchmark.

    Attributes
    ----------
    rated : callable
        ``f(asked, confidence)``: ``lower_ci`` and ``upper_ci`` of every area, of few events too, and whether
        its count is ``suppressed``.
    together : callable
        ``f(asked, areas)``: the same rate of some areas together; NaN where it is not known.
    unit : str
        "per 1,000 residents a year".
    finding : str
        Sentence with ``{areas}`` that are higher, ``{have}``, ``{noun}`` and ``{name}`` of the benchmark, and
        ``{held}``.
    expected : callable or None
        ``f(asked, value)``: events of every area at a benchmark's rate, where its limits are of a Poisson
        count.
    crude : bool
        Whether rates of England as they are loaded are of its kind.
    """

    rated: Callable[[Asked, float], pd.DataFrame]
    together: Callable[[Asked, np.ndarray], float]
    expected: Callable[[Asked, float], np.ndarray] | None
    unit: str
    finding: str = "{areas} {have} a significantly higher rate than {name} as a whole{held}."
    crude: bool = False


CRUDE = Comparison(
    crude_limits,
    overall,
    lambda s, value: np.asarray(value * s.population * s.exposure / 1000),
    "per 1,000 residents a year",
    crude=True,
)
STANDARDISED = Comparison(
    standardised_limits,
    partial(overall, by_age=True),
    None,
    "per 100,000 residents a year, age-standardised",
)
EXPECTED = Comparison(
    ratio_limits,
    lambda _, __: 1.0,
    lambda s, _: _expected(s),
    "over those expected from the ages of the residents",
    "{areas} {have} significantly more {noun} than expected for ages{held}.",
)


@dataclass(frozen=True)
class Benchmark:
    """What the areas are compared with.

    Attributes
    ----------
    name : str
        "Luton".
    value : float
        In the unit of the areas' rates: age-standardised where the measure is, 1 for a ratio, else per
        1,000; NaN where it is not known.
    caveats : tuple of str
    itself : int or None
        Position of the one area that it is made of, which cannot be compared with it.
    """

    name: str
    value: float
    caveats: tuple[str, ...] = ()
    itself: int | None = None

    def compare(self, limits: pd.DataFrame) -> pd.Series:
        """Set it against the limits of every area, as :func:`geo.stats.rates.compare_with_benchmark`.

        A suppressed count, which may be few or as many as expected, is not called similar.
        """
        verdict = rates.compare_with_benchmark(limits["lower_ci"], limits["upper_ci"], self.value)
        verdict[limits["suppressed"] & (verdict == rates.SIMILAR)] = rates.NOT_COMPARED
        if self.itself is not None:
            verdict.iloc[self.itself] = rates.NOT_COMPARED
        return verdict


def reference(s: Asked) -> np.ndarray:
    """Areas that the query compares with: those of a borough, else the whole, also in place of England."""
    mine = (s.frame["lad"] == s.query.benchmark).to_numpy() & (s.covered == 1)
    return mine if mine.any() else s.inside


def england(s: Asked, by: Comparison) -> tuple[float, str]:
    """England's rate, NaN and why where it is not known."""
    return s.england() if by.crude else (np.nan, "only crude rates of England can be loaded")


def benchmark(s: Asked, by: Comparison = CRUDE) -> Benchmark:
    """Find what the query compares the areas with: the whole of them, a borough, or England.

    Where England's rate is not known, it is the whole, and the caveat says why.
    """
    areas = reference(s)
    value = by.together(s, areas)
    itself = int(np.flatnonzero(areas)[0]) if areas.sum() == 1 else None
    named = (s.frame["lad"] == s.query.benchmark).to_numpy(bool)
    if (named & areas).any():
        name = str(s.frame["borough"][areas].iloc[0])
        own = f"The areas of {name} are part of the benchmark that they are compared with."
        return Benchmark(name, value, (own,) if (areas & s.inside).any() else (), itself)
    whole = Benchmark(s.where, value, itself=itself)
    if named.any():
        name = s.frame["borough"][named].iloc[0]
        said = f"Compared with {s.where} as a whole, not with {name}, which is not reported on throughout."
        return replace(whole, caveats=(said,))
    if s.query.benchmark != ENGLAND:
        return whole
    rate, why = england(s, by)
    if why:
        return replace(whole, caveats=(f"Compared with {s.where} as a whole, not with England: {why}.",))
    return Benchmark("England", rate, ("England’s rate is taken as loaded from a file of rates.",))
