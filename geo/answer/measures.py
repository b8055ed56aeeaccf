"""How much is it? A count, or a number that allows for residents, their ages, chance or harm.

A :class:`Measure` turns a :class:`~geo.answer.asked.Asked` into :class:`Measured`, and knows how its
values are called and written, so that the map, the table, the area's panel, the meeting and the exports say
the same. To add one, declare it and register it in :data:`MEASURES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.benchmark import (
    CRUDE,
    EXPECTED,
    STANDARDISED,
    Comparison,
    benchmark,
    crude,
    ratio_to_ages,
    standardised,
)
from geo.answer.columns import AGAINST, COMPARED, COUNT, LOWER, RATE, UPPER, Column, rated
from geo.answer.disclosure import ASSUMED, LARGEST_SUPPRESSED
from geo.answer.few import TOO_FEW, few_events, of_period, smoothed_of_few
from geo.answer.immutable import fixed, immutable
from geo.ask.parameters import MAP
from geo.ask.query import Query
from geo.ask.words import agree, verb
from geo.stats import rates, smoothing
from geo.stats.hotspots import LEVEL, SMOOTHED, SMOOTHED_AROUND


@dataclass(frozen=True)
class Measured:
    """The measure of a slice.

    Attributes
    ----------
    title : str
    whole : bool
        Whether values are counts.
    true, shown : ndarray of float, shape (n,)
        For statistics and for the eye; NaN where there is none.
    base : ndarray of float, shape (n,)
        Values that the class breaks are made from.
    columns : DataFrame
    no_value : str
        Why an area has no value.
    caveats : tuple of str
    kind : str
        Of its values, as the statistics distinguish them (:data:`geo.stats.hotspots.LEVEL` …).
    an_event : ndarray of float or None
        What one event more adds to each value; None where values do not rest on counts that are rounded.
    """

    title: str
    whole: bool
    true: np.ndarray = immutable()
    shown: np.ndarray = immutable()
    base: np.ndarray = immutable()
    columns: pd.DataFrame = immutable()
    no_value: str = "No data"
    caveats: tuple[str, ...] = ()
    kind: str = LEVEL
    an_event: np.ndarray | None = None


Scale = Literal["counts", "rates", "ratios"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One way to say how much.

    Attributes
    ----------
    key, label : str
    explanation : str
        What it is and when to choose it, one sentence.
    column : Column
        Of an answer's table, with the values; its label stands before a value.
    heading : str
        Over a column of a page; the column's own over a narrow one.
    unit : str
        What is counted, with ``{noun}``, over a list of values.
    finding : str
        Sentence of the areas that have the most, with ``{leaders}``, ``{have}``, ``{noun}`` and ``{top}``,
        ``{called}`` for the measure's own name, ``{each}`` where several have so many, and ``{held}`` where
        it says what share of all they have.
    compute : callable
        Asked to Measured.
    scale : {"counts", "rates", "ratios"}
        Whether it adds events up, sets them against residents, or against those expected.
    also : tuple of Column
        What it adds to the table besides.
    about : str
        Name of one of these that tells more of an area; "" where none does.
    form : str
        How a value is written.
    missing : str
        In place of a value that is not shown.
    limits : bool
        Whether ``lower_ci`` and ``upper_ci`` of the table are those of its values.
    of_shown : bool
        Whether each value is made of the protected count of its area, and missing where that is suppressed.
    marked : bool
        Whether a value of few events is unreliable, and marked as such (:func:`geo.stats.rates.unreliable`).
    borrows : bool
        Whether a value is drawn to that of other areas, so that areas without events have one too.
    comparison : Comparison
        How the areas are set against a benchmark where it is asked for.
    heeds : frozenset of str
        Parameters that it heeds on every layer, as :attr:`geo.answer.layer.Layer.heeds`.
    needs : frozenset of str
        What it cannot do without, of :data:`geo.answer.county.NEEDS`.
    """

    key: str
    label: str
    explanation: str
    column: Column
    heading: str
    unit: str
    finding: str
    compute: Callable[[Asked], Measured]
    scale: Scale = "rates"
    also: tuple[Column, ...] = ()
    about: str = ""
    form: str = "{:,.1f}"
    missing: str = ""
    limits: bool = False
    of_shown: bool = False
    marked: bool = False
    borrows: bool = False
    comparison: Comparison = CRUDE
    heeds: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that it adds to the table."""
        return (self.column, *self.also)

    def written(self, table: pd.DataFrame, missing: str = "", *, brief: bool = False) -> list[str]:
        """Its values in rows of an answer's table as text, those that are unreliable marked."""
        few = table["unreliable"] & self.marked
        return rated(table[self.column.name], few, self.form, missing, brief=brief)


def measure(s: Asked) -> Measured:
    """Compute the measure that the query asks for, once for all layers that show it."""
    one = MEASURES[s.query.measure]
    if not s.as_elsewhere:
        return one.compute(s)
    key = s.query.only(MAP, one.heeds).replace(layer=Query.layer)
    return s.county.measured.get(key, lambda: one.compute(s))


def beside(key: str) -> Measure:
    """Return what is shown beside the count where a measure is asked for: the rate where that is the count.

    >>> beside("count").key, beside("dsr").key
    ('rate', 'dsr')
    """
    return MEASURES["rate" if key == "count" else key]


def _per_thousand(s: Asked) -> np.ndarray:
    """Residents in thousands; NaN where there are none."""
    return np.where(s.population > 0, s.population, np.nan) / 1000


def _protected(s: Asked, counts: np.ndarray) -> np.ndarray:
    """Counts by area as a person may see them, NaN where suppressed or not reported on."""
    return s.protected(counts).to_numpy(np.float64, na_value=np.nan)


def filled(s: Asked, counts: np.ndarray) -> np.ndarray:
    """Protected counts, with :data:`ASSUMED` for the suppressed ones; true counts of an open source.

    A model's value could be solved for the count behind it, so it rests on these; so do the bounds of classes
    of counts, among which low areas stay.
    """
    shown = _protected(s, counts)
    return np.where(np.isnan(shown) & (s.covered > 0), ASSUMED, shown)


def in_order(s: Asked, asked: Measure, values: np.ndarray) -> np.ndarray:
    """Values by which the areas inside are put in order, NaN where an area has no place.

    A suppressed count has its place: it is more than 0 and less than every other count that is shown. Its
    smoothed rate has none, and then those of areas without events have none either: they are not the highest.

    Parameters
    ----------
    s : Asked
    asked : Measure
    values : ndarray of float
        Its values as shown.
    """
    hidden = s.inside & np.isnan(s.shown)
    if asked.scale == "counts":
        values = np.where(hidden, ASSUMED, values)
    elif asked.borrows and hidden.any():
        values = np.where(s.shown == 0, np.nan, values)
    return np.where(s.inside, values, np.nan)


# ---------------------------------------------------------------- counts and crude rates


def _count(s: Asked) -> Measured:
    base, scale = s.base()
    base = filled(s, base) * scale
    return Measured(f"Number of {s.noun}", True, s.counts.astype(float), s.shown, base, s.frame.iloc[:, :0])


def _rate(s: Asked) -> Measured:
    people = _per_thousand(s)
    shown = crude(s, 0.95)["value"].to_numpy(float)
    base = _protected(s, s.base()[0])
    base = np.where((s.covered == 1) & (base >= rates.HIDE_RATE_BELOW), base, np.nan)  # those with a rate
    return Measured(
        f"{s.noun.capitalize()} per 1,000 residents a year",
        False,
        s.counts / (people * s.exposure),
        shown,
        base / (people * (s.base_years() or np.nan)),
        s.frame.iloc[:, :0],
        TOO_FEW if (people > 0)[s.inside].all() else f"{TOO_FEW}, or no residents",
        (*few_events(s, s.shown, shown), *of_period(s)),
        an_event=fixed(1 / (people * s.exposure)),
    )


# ---------------------------------------------------------------- allowing for ages


def _dsr(s: Asked) -> Measured:
    table, by = standardised(s, 0.95), benchmark(s, STANDARDISED)
    columns = table.rename(columns={"value": "dsr_per_100k"})[["dsr_per_100k", "lower_ci", "upper_ci"]]
    columns["compared"] = by.compare(STANDARDISED.rated(s, 0.95))
    columns["benchmark"] = by.value
    aged = _protected(s, s.ages()[0].to_numpy().sum(axis=1))
    columns["unreliable"] = rates.unreliable(aged)
    value = table["value"].to_numpy(float)
    true = rates.dsr(*s.ages(), years=s.exposure, hide_below=0)["value"].to_numpy(float)
    title = f"{s.noun.capitalize()} per 100,000 residents a year, age-standardised"
    caveats = (*by.caveats, *_without_age(s, s.ages()[0]), *repeated(s, "the limits allow for it"))
    caveats += few_events(s, aged, value)
    return Measured(title, False, true, value, value, columns, "Fewer than 10 events", caveats)


def _without_age(s: Asked, aged: pd.DataFrame) -> tuple[str, ...]:
    """Say how many of the events have no age, and so no part in a standardised figure."""
    whole = int(s.counts[s.inside].sum())
    missing = whole - int(aged[s.inside].to_numpy().sum())
    if not missing:
        return ()
    of = s.info.counted(s.gate.text(whole))
    number = s.gate.text(missing)
    return (f"{number} of {of} {verb(number, 'has no age and is', 'have no age and are')} left out of it.",)


def repeated(s: Asked, allowed: str) -> tuple[str, ...]:
    """Say how many events are further ones of the same person, and whether the limits allow for it."""
    number = s.repeats()
    if not number:
        return ()
    known = s.gate.count(number)
    said = f"Up to {LARGEST_SUPPRESSED}" if known is None else f"{known:,}"
    whole = s.gate.text(int(s.counts[s.inside].sum()))
    return (f"{said} of {whole} {s.noun} are further ones of the same person; {allowed}.",)


def _ratio(s: Asked) -> Measured:
    table, by = ratio_to_ages(s, 0.95), benchmark(s, EXPECTED)
    names = {"value": "age_ratio", "expected": "age_expected"}
    columns = table.rename(columns=names)[["age_expected", "age_ratio", "lower_ci", "upper_ci"]]
    columns["compared"] = by.compare(EXPECTED.rated(s, 0.95))
    columns["unreliable"] = rates.unreliable(table["count"])
    value, expected = (table[name].to_numpy(float) for name in ("value", "expected"))
    events = s.ages()[0]
    true = events.to_numpy().sum(axis=1) / np.where(expected > 0, expected, np.nan)
    title = f"{s.noun.capitalize()} over those expected from the ages of the residents, {by.name} = 1"
    no_value = f"{TOO_FEW}, or nobody lives there"
    caveats = (*by.caveats, *_without_age(s, events), *repeated(s, "the limits do not allow for it"))
    caveats += few_events(s, table["count"].to_numpy(float), value)
    an_event = fixed(1 / np.where(expected > 0, expected, np.nan))
    return Measured(title, False, true, value, value, columns, no_value, caveats, an_event=an_event)


# ---------------------------------------------------------------- allowing for chance


def _smoothed(s: Asked) -> Measured:
    table = smoothing.eb_global(filled(s, s.counts), s.population, years=s.exposure)
    return _drawn_to(s, table, "eb_rate_per_1000_year", "the average", SMOOTHED)


def _locally_smoothed(s: Asked) -> Measured:
    table = smoothing.eb_local(filled(s, s.counts), s.population, s.neighbours, years=s.exposure)
    return _drawn_to(s, table, "eb_local_per_1000_year", "the neighbourhood", SMOOTHED_AROUND)


def _drawn_to(s: Asked, table: pd.DataFrame, name: str, to: str, kind: str) -> Measured:
    """Smoothed rates; a suppressed count has its part in the averages, and no rate to be put in order."""
    value, weight = (table[column].to_numpy(float) for column in ("value", "weight"))
    shown = np.where(np.isnan(s.shown), np.nan, value)
    return Measured(
        f"{s.noun.capitalize()} per 1,000 residents a year, smoothed towards {to}",
        False,
        value,
        shown,
        shown,
        pd.DataFrame({name: shown}, index=s.frame.index),
        caveats=smoothed_of_few(s, shown),
        kind=kind,
        an_event=fixed(weight / (_per_thousand(s) * s.exposure)),
    )


# ---------------------------------------------------------------- allowing for gravity


def _harm(s: Asked) -> Measured:
    harm, base, unweighted = s.harm()
    harm = np.where(s.covered > 0, harm, np.nan)
    have = agree(unweighted, "has no weight and is", "have no weight and are")
    columns = pd.DataFrame({"harm": harm}, index=s.frame.index)
    caveats = (
        "Harm weighs each offence; one grave offence can outweigh many others, so read it with the count.",
        *([f"{s.info.counted(unweighted)} {have} left out of the harm."] if unweighted else []),
    )
    title = f"Harm of {s.noun} (sum of their weights)"
    return Measured(title, False, harm, harm, base, columns, caveats=caveats)


# ---------------------------------------------------------------- the registry

_HIGHEST = "{leaders} {have} the highest {called} of {noun}: {top:,.1f} per "

MEASURES: dict[str, Measure] = {
    one.key: one
    for one in (
        Measure(
            key="count",
            label="Count",
            explanation="How many happened; busy and populous areas have more.",
            column=COUNT,
            heading="Count",
            unit="{noun}",
            finding="{leaders} {have} the most {noun}: {top:,.0f}{each}{held}.",
            compute=_count,
            scale="counts",
            form="{:,.0f}",
            of_shown=True,
        ),
        Measure(
            key="rate",
            label="Rate",
            explanation="Per 1,000 residents a year; town centres have few residents and many visitors.",
            column=RATE,
            heading="Per 1,000 a year",
            unit="{noun} per 1,000 residents a year",
            finding=_HIGHEST + "1,000 residents a year.",
            compute=_rate,
            of_shown=True,
            marked=True,
            needs=frozenset({"population"}),
        ),
        Measure(
            key="dsr",
            label="Age-standardised rate",
            explanation="Per 100,000 residents a year, as if every area had the same ages (DSR).",
            column=Column(
                "dsr_per_100k",
                "Directly age-standardised rate per 100,000 residents a year (European Standard Population "
                "2013); blank where it would rest on fewer than 10 events",
                "Standardised per 100,000",
                "DSR",
            ),
            heading="Standardised",
            unit="{noun} per 100,000 a year, ages standardised",
            finding=_HIGHEST + "100,000 residents a year.",
            compute=_dsr,
            also=AGAINST,
            about="compared",
            form="{:,.0f}",
            missing="fewer than 10 events",
            limits=True,
            marked=True,
            comparison=STANDARDISED,
            heeds=frozenset({"benchmark"}),
            needs=frozenset({"population", "ages"}),
        ),
        Measure(
            key="ratio",
            label="Age-standardised ratio",
            explanation="Times as many as the residents’ ages lead one to expect (indirect).",
            column=Column(
                "age_ratio",
                "Events with a known age over those expected (indirectly age-standardised ratio)",
                "Times expected for the ages",
                "Ratio",
            ),
            heading="Times expected",
            unit="{noun}: times expected for the ages",
            finding="{leaders} {have} the most {noun} for the ages of the residents: {top:,.1f} times as "
            "many as expected.",
            compute=_ratio,
            scale="ratios",
            also=(
                Column(
                    "age_expected",
                    "Events to expect if residents of each age had the rate of all areas together",
                ),
                LOWER,
                UPPER,
                COMPARED,
            ),
            about="compared",
            form="{:,.2f}",
            limits=True,
            of_shown=True,
            marked=True,
            comparison=EXPECTED,
            heeds=frozenset({"benchmark"}),
            needs=frozenset({"population", "ages"}),
        ),
        Measure(
            key="eb_rate",
            label="Smoothed rate",
            explanation="Per 1,000 residents a year, pulled towards the average where few live.",
            column=Column(
                "eb_rate_per_1000_year",
                "Rate per 1,000 residents a year, smoothed towards the average (empirical Bayes)",
                "Smoothed per 1,000 a year",
                "Smooth",
            ),
            heading="Smoothed",
            unit="{noun} per 1,000 residents a year, smoothed",
            finding=_HIGHEST + "1,000 residents a year.",
            compute=_smoothed,
            of_shown=True,
            marked=True,
            borrows=True,
            needs=frozenset({"population"}),
        ),
        Measure(
            key="eb_local",
            label="Locally smoothed rate",
            explanation="Per 1,000 residents a year, pulled towards the areas around where few live.",
            column=Column(
                "eb_local_per_1000_year",
                "Rate per 1,000 residents a year, smoothed towards the areas around (empirical Bayes)",
                "Smoothed locally per 1,000 a year",
                "Smooth",
            ),
            heading="Smoothed locally",
            unit="{noun} per 1,000 residents a year, smoothed with the areas around",
            finding=_HIGHEST + "1,000 residents a year.",
            compute=_locally_smoothed,
            of_shown=True,
            marked=True,
            borrows=True,
            needs=frozenset({"population"}),
        ),
        Measure(
            key="harm",
            label="Harm",
            explanation="Sum of the weights of the offences, so that grave ones count for more.",
            column=Column("harm", "Sum of the harm weights of the events' offences", "Harm", "Harm"),
            heading="Harm",
            unit="Harm of {noun}, weighed",
            finding="{leaders} {have} the most harm of {noun}: {top:,.0f}{each} by the weights of the "
            "offences.",
            compute=_harm,
            scale="counts",
            form="{:,.0f}",
            needs=frozenset({"open", "severity"}),
        ),
    )
}
"""Every measure, in the order of the control."""
