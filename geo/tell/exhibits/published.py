"""What do published indicators say? Values of the county and its boroughs, beside England and neighbours."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from geo.answer.indicators import COMPARED, Reading, readings
from geo.ask.words import counted
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part
from geo.tell.indicators import READ_AS

NONE = "no indicators are loaded (hotspots import indicators)."


def of_county(part: Part) -> Exhibit:
    """Indicators that are published for the county as a whole."""
    told = _readings(part, "county")
    return _exhibit(part, "indicators_county", f"Indicators, {part.atlas.place}", told, areas=False)


def of_boroughs(part: Part) -> Exhibit:
    """Indicators that are published for boroughs: those of the boroughs chosen."""
    chosen = part.query.borough
    told = [one for one in _readings(part, "borough") if not chosen or one.area in chosen]
    return _exhibit(part, "indicators_boroughs", f"Indicators by borough, {part.where}", told, areas=True)


def _readings(part: Part, level: str) -> list[Reading]:
    if not part.atlas.indicators:
        raise NotPossible(NONE)
    told = readings(part.atlas.indicators, level)
    if not told:
        raise NotPossible("none of the indicators loaded is published for these areas.")
    return told


def _exhibit(part: Part, key: str, title: str, told: list[Reading], *, areas: bool) -> Exhibit:
    tests = dict(zip(dict.fromkeys(one.test for one in told if one.test), "abcdefgh", strict=False))
    columns = {
        "Indicator": [one.indicator.label for one in told],
        **({"Area": [one.name for one in told]} if areas else {}),
        "Value (95% interval)": [_value(one) for one in told],
        "Period": [one.period for one in told],
        "Trend": [f"{one.trend_text} ({tests[one.test]})" if one.test else one.trend_text for one in told],
        "England": [one.against("england") for one in told],
        "Neighbours": [one.against("neighbours") for one in told],
    }
    named = [f"({letter}) {test}" for test, letter in tests.items()]
    caveats = (READ_AS, *([f"Trends by: {', '.join(named)}."] if named else []))
    return Exhibit(key, title, _finding(told), pd.DataFrame(columns), caveats=caveats)


def _value(one: Reading) -> str:
    return (
        f"{one.value_text} ({one.interval_text})" if one.interval_text and not one.status else one.value_text
    )


def _finding(told: list[Reading]) -> str:
    """How many are worse or better than England, and how many become so."""
    against = Counter(one.england for one in told)
    trends = Counter(
        word for one in told for word in ("better", "worse") if one.trend.endswith(f"getting {word}")
    )
    compared = sum(against[word] for word in COMPARED)
    of_england = (
        f"Of {counted(compared, 'value', 'values')} compared with England's, {against['worse'] or 'none'} "
        f"{'is' if against['worse'] == 1 else 'are'} worse and {against['better'] or 'none'} better"
        if compared
        else "No value can be compared with England's"
    )
    return (
        f"{of_england}; {trends['worse'] or 'none'} {'is' if trends['worse'] == 1 else 'are'} getting worse "
        f"and {trends['better'] or 'none'} better."
    )
