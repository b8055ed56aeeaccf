"""What does a published indicator say of each area? Its latest value, where it is published for its kind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.answer.asked import Asked
from geo.answer.colours import PALETTES
from geo.answer.columns import Column, words
from geo.answer.disclosure import NOTICES
from geo.answer.indicators import KINDS, Indicator, in_figures
from geo.answer.layer import NO_CLAIM, Layer
from geo.answer.legend import Drawn
from geo.answer.measures import measure
from geo.answer.steps import in_steps
from geo.ask.choices import INDICATOR as KEY
from geo.ask.describe import where
from geo.ask.words import named, verb

NO_VALUE = "Suppressed by its publisher, or not published"


def draw_indicator(s: Asked) -> Drawn:
    one = s.county.indicators[s.county.catalogue.indicator(s.query)]
    level = s.query.level
    there = one.levels and level in one.levels
    told = {code: one.reading(code) for code in one.areas(level)} if there else {}
    areas = s.frame.index

    def of(name: str) -> list[object]:
        return [getattr(told[code], name) if code in told else None for code in areas]

    value, lower, upper = (np.array(of(name), np.float64) for name in ("value", "lower", "upper"))
    codes, classes = in_steps(s, one.label, value, s.chosen, none=NO_VALUE)
    texts = {
        "indicator_england": of("england"),
        "indicator_trend": [told[code].trend_text if code in told else None for code in areas],
        "indicator_period": of("period"),
    }
    columns = measure(s).columns.assign(
        indicator_value=pd.array(value, "Int64") if one.counts else value,
        indicator_lower=lower,
        indicator_upper=upper,
        **{name: pd.array(cells, "str") for name, cells in texts.items()},
    )
    periods = sorted({reading.period for reading in told.values()})
    when = f", {named(periods, 'period', 'periods')}" if periods else ""
    return Drawn(
        columns,
        codes,
        classes,
        _finding(s, one, value),
        _caveats(s, one, periods),
        title=f"{one.name} in {where(s.query, s.county.catalogue)}{when}",
        source=_source(s, one),
    )


def _finding(s: Asked, one: Indicator, value: np.ndarray) -> str:
    """Which areas have the highest value; of an indicator of the county alone, its value."""
    known = np.where(s.chosen, value, np.nan)
    if np.isnan(known).all():
        if "county" in one.levels:
            told = one.reading(one.areas("county")[0])
            within = f" ({told.interval_text})" if told.interval_text else ""
            only = f"“{one.name}” is published for {one.only}, not for {KINDS[s.query.level]}"
            return f"{only}: {told.name} has {told.value_text}{within}, {told.period}."
        return f"No value of “{one.name}” is published for these areas."
    top = np.nanmax(known)
    names = s.frame["name"].to_numpy(str)[known == top].tolist()
    if np.isfinite(known).sum() == 1:
        return f"The only value of “{one.name}” here is that of {names[0]}: {one.text(top)}."
    have = verb(len(names), "has", "have")
    return f"{named(names, 'area', 'areas')} {have} the highest value of “{one.name}”: {one.text(top)}."


def _in_figures(values: pd.Series) -> list[str]:
    """Values with as many figures as the finding has."""
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return [in_figures(value, whole=whole) for value in values.to_numpy(float, na_value=np.nan)]


def _source(s: Asked, one: Indicator) -> str:
    """Publisher and edition, and whether the numbers are theirs."""
    return f"{'made up, in the layout of ' if s.county.synthetic else ''}{one.source}"


def _caveats(s: Asked, one: Indicator, periods: list[str]) -> tuple[str, ...]:
    when = f", {periods[-1]}" if periods else ""
    better = f" {one.better.capitalize()} is better." if one.better else ""
    protected = (
        ("Of this table small counts are suppressed and others rounded.",)
        if one.disclosure == "controlled"
        else (NOTICES[one.disclosure],)
        if one.disclosure in NOTICES
        else ()
    )
    return (
        f"This is a published value{when}, no count of the events chosen: filters of events do not change it."
        f"{better} Source: {_source(s, one)}.",
        *protected,
    )


INDICATOR = Layer(
    key=KEY,
    label="Published indicator",
    explanation="The latest value that was published of each area, such as hospital admissions "
    "per 100,000 or the share who feel safe. It is no count of events; filters of events do not change it.",
    group="Published",
    draw=draw_indicator,
    claim=NO_CLAIM,
    scale="rising",
    ramps=tuple(PALETTES.values()),
    columns=(
        Column(
            "indicator_value",
            "Latest published value of the indicator",
            "Published value",
            "Value",
            write=_in_figures,
        ),
        Column(
            "indicator_lower",
            "Lower limit of its 95% interval",
            "Value, lower limit",
            "From",
            write=_in_figures,
        ),
        Column(
            "indicator_upper",
            "Upper limit of its 95% interval",
            "Value, upper limit",
            "To",
            write=_in_figures,
        ),
        Column(
            "indicator_england",
            "How it compares with England by its interval: better, worse, higher, lower or similar",
            "Compared with England",
            "England",
            write=words({"": "–"}),
            told=True,
        ),
        Column(
            "indicator_trend",
            "What became of it over the last periods, by the test that the indicators' page names",
            "Trend",
            "Trend",
            write=words({"": "–"}),
            told=True,
            pixels=150,
        ),
        Column(
            "indicator_period",
            "Period of the value, as published",
            "Period of the value",
            "Period",
            write=words({}),
        ),
    ),
    about="indicator_value",
    ranks="indicator_value",
    lists=("indicator_value", "indicator_lower", "indicator_upper"),
    needs=frozenset({"indicators"}),
    heeds=frozenset({"indicator", "palette"}),
    evidence=("indicators_county", "indicators_boroughs"),
)
