"""Is there more where people are more deprived?

:func:`gradient` takes the small areas of one filter by tenth and by fifth of deprivation, and sums them up:
the slope and the relative index of inequality, and what the most deprived areas hold. All counts, and what
is divided from them, have passed the gate of their source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.disclosure import ASSUMED, Gate
from geo.answer.immutable import immutable
from geo.answer.margin import widen, widen_rates
from geo.ask.words import agree, between, fine_enough, listed, within, written
from geo.stats import deprivation, rates
from geo.stats.between import Between, between_areas, group_sums

DRAWS = 2_000
"""Simulations of the interval of a slope."""
RATE, RATE_BY_AGE = "rate_per_1000_year", "dsr_per_100k"
LIMITS = ["value", "lower_ci", "upper_ci"]
SLOPE, RATIO = ["sii", "sii_lower", "sii_upper"], ["rii", "rii_lower", "rii_upper"]
NO_LINE = 0.05
"""Up to this probability of their fit the rates lie on no straight line."""
CLEAR = 0.05
"""Probability, were the tenths dealt out again over the areas, up to which a rise or fall is clear."""
ALLOWED_FOR = "Limits allow for how areas of one tenth differ, not for neighbours being alike."
AS_MUCH = "; tenths dealt out at random over the areas would give as much in {:.0%} of cases"
ENDS = ["ratio", "ratio_lower", "ratio_upper"]
TENTHS = {1: "the most deprived tenth of England", 10: "the least deprived tenth"}
NUMBER_OF = {"decile": 10, "quintile": 5}


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """Small areas by deprivation; protected.

    Attributes
    ----------
    tenths, fifths : DataFrame
        Index ``decile`` or ``quintile`` of England's areas (those that occur, 1 the most deprived):
        ``areas``, ``population``, ``count`` (Int64), the rate in :attr:`column`, ``lower_ci``, ``upper_ci``.
    by_age : bool
        Whether the rates are age-standardised.
    slope : Series
        Of the tenths, as :func:`geo.stats.deprivation.slope_index` and, of the rates as shown,
        :func:`geo.stats.deprivation.ends`, with ``p`` of :func:`geo.stats.between.between_areas`; all missing
        where there are too few events.
    shares : DataFrame
        As :func:`geo.stats.deprivation.share_in_most_deprived`, of protected counts.
    """

    tenths: pd.DataFrame = immutable()
    fifths: pd.DataFrame = immutable()
    by_age: bool
    slope: pd.Series = immutable()
    shares: pd.DataFrame = immutable()

    @property
    def column(self) -> str:
        """Name of the column of rates."""
        return RATE_BY_AGE if self.by_age else RATE

    @property
    def title(self) -> str:
        """Kind of rate, as a title begins."""
        return "Age-standardised rate" if self.by_age else "Per 1,000 residents a year"

    @property
    def per(self) -> str:
        """What the rates are per, in words."""
        return f"{'100,000' if self.by_age else '1,000'} residents a year"

    def by(self, groups: str) -> pd.DataFrame:
        """The table by "decile" or by "quintile"."""
        return self.fifths if groups == "quintile" else self.tenths


def gradient(
    *,
    decile: np.ndarray,
    counts: np.ndarray,
    population: np.ndarray,
    gate: Gate,
    years: float,
    ages: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    squares: Callable[[np.ndarray, int], np.ndarray | None] = lambda groups, number: None,
    noise: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
) -> Gradient:
    """Take small areas by deprivation.

    Parameters
    ----------
    decile : ndarray of float, one value an area
        Decile in England, 1 the most deprived; NaN where not known.
    counts : ndarray of int
        True counts.
    population : ndarray of float
        Residents, NaN where not known.
    gate : Gate
        The way out for the source.
    years : float
        Length of the period.
    ages : tuple of DataFrame, optional
        Events and residents [area, age band]: rates are then age-standardised, else crude.
    squares : callable, optional
        ``squares(groups, number)`` as :attr:`geo.answer.asked.Asked.squares`, over these areas.
    noise : callable, optional
        ``noise(groups, counts)``: variance of the noise in the counts of groups of these areas; without it
        there is none.

    Returns
    -------
    Gradient
    """
    known = ~np.isnan(decile) & ~np.isnan(population)
    counts, population, tenth = counts[known], population[known], decile[known].astype(int)
    of = {"decile": tenth, "quintile": (tenth + 1) // 2}
    rows = {"decile": slice(0, 10), "quintile": slice(10, 15)}  # of every array below: tenths, then fifths

    def together(numbers: np.ndarray) -> np.ndarray:
        """Sums of tenths, then of fifths."""
        by_tenth = group_sums(numbers, tenth, NUMBER_OF["decile"])
        return np.concatenate([by_tenth, by_tenth.reshape(-1, 2, *by_tenth.shape[1:]).sum(axis=1)])

    areas, residents, events = map(together, (np.ones(len(tenth)), population, counts))
    count = gate.counts(events.astype(np.int64))
    spread = np.zeros(len(events))
    if noise is not None:
        each = (noise(_spread_out(known, of[name]), events[at]) for name, at in rows.items())
        spread = np.concatenate([*each])
    banded = None if ages is None else tuple(frame.to_numpy()[known] for frame in ages)
    if banded is None:
        filled = count.to_numpy(np.float64, na_value=ASSUMED)
        few = count.isna() | (filled < rates.HIDE_RATE_BELOW)
        limits = widen_rates(rates.crude_with_limits(filled, residents, years), filled, spread)
    else:
        by_age, repeated = [together(numbers) for numbers in banded], _squares(squares, known, of)
        found = rates.dsr(*by_age, squares=repeated, years=years, hide_below=0)
        found = widen(found, by_age[0].sum(axis=1), spread)
        found = found.assign(**gate.coarse(found[LIMITS]))
        few = found["count"].to_numpy() < rates.HIDE_DSR_BELOW
        limits = found["value"].to_numpy(), found["lower_ci"].to_numpy(), found["upper_ci"].to_numpy()
    rated = dict(zip(LIMITS, limits, strict=True))
    shown = {name: np.where(few, np.nan, values) for name, values in rated.items()}

    def table(name: str) -> pd.DataFrame:
        there = np.flatnonzero(areas[rows[name]] > 0)
        value, lower, upper = (values[rows[name]][there] for values in shown.values())
        columns = {
            "areas": areas[rows[name]][there].astype(np.int64),
            "population": residents[rows[name]][there].astype(np.int64),
            "count": count[rows[name]][there],
            RATE_BY_AGE if banded else RATE: value,
            "lower_ci": lower,
            "upper_ci": upper,
        }
        return pd.DataFrame(columns, index=pd.Index(there + 1, name=name))

    def tenths(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        columns = {"population": residents, **values}
        return {name: column[rows["decile"]] for name, column in columns.items()}

    first = rows["decile"]
    between = between_tenths(counts, population, tenth, gate, banded)
    # Of rates that are shown or made from protected counts, so that it tells no more than they do.
    slope = index_of(tenths(shown if banded and gate.controlled else rated), tenths(shown), between)
    enough = (gate.count(int(counts.sum())) or 0) >= rates.UNRELIABLE_BELOW
    return Gradient(
        tenths=table("decile"),
        fifths=table("quintile"),
        by_age=banded is not None,
        slope=slope if enough else slope * np.nan,
        shares=deprivation.share_of_sums(
            areas[first], events[first], residents[first], between=between, told=gate.count
        ),
    )


def between_tenths(
    counts: np.ndarray,
    population: np.ndarray,
    tenth: np.ndarray,
    gate: Gate,
    ages: tuple[np.ndarray, ...] | None,
) -> Between:
    """How much areas of one tenth differ; of a controlled source from protected counts, ages left out."""
    if gate.controlled:
        shown = gate.counts(counts.astype(np.int64)).to_numpy(float, na_value=ASSUMED)
        return between_areas(shown, population, tenth)
    events, people = ages or (counts, population)
    return between_areas(events, people, tenth)


def index_of(
    rates_: Mapping[str, np.ndarray] | pd.DataFrame,
    shown: Mapping[str, np.ndarray] | pd.DataFrame,
    between: Between,
) -> pd.Series:
    """Slope and relative index of rates by tenth, the ratio of the ends as shown, and p of a trend."""
    slope = deprivation.slope_index(rates_, between=between, repetitions=DRAWS)
    ends = deprivation.ends(shown, between)
    return pd.Series({**slope.to_dict(), **ends.to_dict(), "p": between.p})


def _spread_out(known: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Group of every area from 0, of those that are known; -1 of the others."""
    found = np.full(len(known), -1)
    found[known] = group - 1
    return found


def _squares(
    squares: Callable[[np.ndarray, int], np.ndarray | None], known: np.ndarray, of: dict[str, np.ndarray]
) -> np.ndarray | None:
    """Those of the tenths, then of the fifths; None where persons are not known."""
    parts = []
    for name, groups in of.items():
        if (part := squares(_spread_out(known, groups), NUMBER_OF[name])) is not None:
            parts.append(part)
    return np.concatenate(parts) if parts else None


def is_clear(slope: pd.Series) -> bool:
    """Whether the rate clearly rises or falls with deprivation."""
    _, lower, upper = _numbers(slope, SLOPE)
    return bool((lower > 0 or upper < 0) and slope["p"] <= CLEAR)


def slope_said(slope: pd.Series, per: str) -> str:
    """Slope and relative index of inequality in a sentence; "" where they are not known.

    Parameters
    ----------
    slope : Series
        As :attr:`Gradient.slope`.
    per : str
        What the rate is per, "1,000 residents a year".
    """
    if np.isnan(slope["sii"]):
        return ""
    size, lower, upper = _numbers(slope, SLOPE)
    if np.isnan(lower):
        return (
            f"Between the ends of the scale of deprivation the rate differs by {written(size)} per {per} "
            "(slope index of inequality); with so few areas it cannot be told whether that is more than "
            "chance."
        )
    form = fine_enough(lower, upper)
    if not is_clear(slope):
        limits = within(size, lower, upper, form)
        return (
            "The rate neither clearly rises nor falls with deprivation: from the least to the most deprived "
            f"end it changes by {limits} per {per} (slope index of inequality)"
            f"{'' if lower <= 0 <= upper else AS_MUCH.format(slope['p'])}."
        )
    if slope["fit_p"] <= NO_LINE:
        return _bent_said(slope, per, form)
    more = "higher" if lower > 0 else "lower"
    low, size, high = sorted(map(abs, _numbers(slope, SLOPE)))
    said = (
        f"At the most deprived end the rate is {within(size, low, high, form)} per {per} {more} than at "
        "the least (slope index of inequality)"
    )
    ratio, least, most = _numbers(slope, RATIO)
    if np.isfinite(most):  # else the line may reach 0 at the least deprived end, and the ratio anything
        said += f", {written(ratio)} times as high ({between(least, most)}; relative index)"
    return f"{said}."


def _bent_said(slope: pd.Series, per: str, form: str) -> str:
    """Say the rates of the ends as observed, and why the index, which assumes a line, comes after."""
    size, low, high = _numbers(slope, SLOPE)
    said = (
        f"The rates lie on no straight line (chi-square {slope['fit']:,.0f} on {slope['groups'] - 2:.0f}), "
        f"but a line would put the ends {within(size, low, high, form)} per {per} apart (slope index of "
        "inequality)."
    )
    ratio, least, most = _numbers(slope, ENDS)
    if np.isnan(ratio):
        return said
    first, last = (
        TENTHS.get(int(n), f"tenth {n:.0f} of England") for n in _numbers(slope, ["most", "least"])
    )
    return (
        f"In {first} the rate is {form.format(slope['most_rate'])} per {per}, {ratio:.1f} times "
        f"({between(least, most)}) that in {last}, {form.format(slope['least_rate'])}. {said}"
    )


def _numbers(slope: pd.Series, names: list[str]) -> list[float]:
    return [float(slope[name]) for name in names]


def few_said(counts: pd.Series, rate: pd.Series, called: str) -> str:
    """Say which rates by deprivation are unreliable for resting on few events; "" where none is.

    Parameters
    ----------
    counts : Series
        Events by group from 1 up, missing where suppressed.
    rate : Series
        On the same index, missing where it is not shown.
    called : str
        One group, "tenth".

    Examples
    --------
    >>> tenths = pd.DataFrame({"count": [40, 19, 2, 3], "rate": [9.0, 4.0, None, 1.0]}, [1, 2, 4, 5])
    >>> few_said(tenths["count"], tenths["rate"], "tenth")
    'Unreliable, of fewer than 20 events: tenths 2 and 5.'
    """
    few = rate.notna().to_numpy() & rates.unreliable(counts.to_numpy(float, na_value=np.nan))
    groups = [str(group) for group in counts.index[few]]
    if not groups:
        return ""
    which = f"{agree(len(groups), called, called + 's')} {listed(groups)}"
    return f"Unreliable, of fewer than {rates.UNRELIABLE_BELOW} events: {which}."


def shares_said(shares: pd.DataFrame, noun: str) -> str:
    """What the most deprived 30% hold, in a sentence; "" where it is not known."""
    last = shares.iloc[-1]
    if np.isnan(last["share"]):
        return ""
    return (
        f"The {last.name} of areas most deprived in England hold {share_within(last)} of the {noun} and "
        f"{last['population_share']:.0%} of the residents{no_more(last)}."
    )


def share_within(row: pd.Series, form: str = "{:.0%}") -> str:
    """A share with its limits where they are known: "46% (40% to 52%)"."""
    value, low, high = _numbers(row, ["share", "lower_ci", "upper_ci"])
    return form.format(value) if np.isnan(low) else within(value, low, high, form)


def no_more(row: pd.Series) -> str:
    """What to add where a share of the events may be no other than that of the residents; else ""."""
    if row["lower_ci"] <= row["population_share"] <= row["upper_ci"] or row["p"] > CLEAR:
        return ", which may be no more than how areas differ"
    return ", and too few areas to tell whether that is chance" if np.isnan(row["lower_ci"]) else ""
