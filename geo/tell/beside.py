"""What is set beside a map? A second source, period or layer, with classes by which both are read.

The first map has the classes that it has alone. Where both show steps of a measure of one source, the second
is cut by the edges of the first, so that a colour means the same number on both. Two sources may count
thousands and tens: the second then has the classes that it has alone, until the reader asks for the same
numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.answer.legend import classify_alike
from geo.answer.measures import MEASURES
from geo.answer.recording import Unknown, alone
from geo.ask.catalogue import Catalogue
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import counted, month_runs, period_name, write_period, written

if TYPE_CHECKING:
    from geo.answer.answer import Answer
    from geo.answer.atlas import Atlas

YEAR = 12
RANKS = "Numbers on both maps are ranks on the left one."
"""What is numbered, and magnified, on the first map is so on the second: a number means the area that has it
in the ranked list."""


def options(query: Query, catalogue: Catalogue) -> list[dict[str, str]]:
    """List what can be set beside a question: earlier periods first, then other sources, other layers."""
    source = catalogue.source(query)
    found = {write_period(a, b): period_name(a, b) for a, b in _earlier(query, source)}
    found |= {key: info.label for key, info in catalogue.sources.items() if key != query.source}
    found |= {key: label for key, label in catalogue.layers.items() if key != query.layer}
    for period in _years(query, source):
        found.setdefault(write_period(*period), period_name(*period))
    if query.compare and query.compare not in found:
        found[query.compare] = query.compare.replace("..", " to ")
    return [{"value": key, "label": label} for key, label in found.items()]


def _earlier(query: Query, source: SourceInfo) -> list[tuple[int, int]]:
    """Loaded periods of the same length: the same months of years before, and the stretch just before."""
    if not source.months:
        return []
    first, last = _ends(query, source)
    back = range(YEAR, first - source.months[0] + 1, YEAR)
    wanted = [(first - months, last - months) for months in back if last - months < first]
    wanted.append((2 * first - last - 1, first - 1))
    return [period for period in dict.fromkeys(wanted) if _loaded(period, source)]


def _years(query: Query, source: SourceInfo) -> list[tuple[int, int]]:
    """Calendar years that are loaded, the last first, but not the one that is asked for."""
    years = sorted({month // YEAR for month in source.months}, reverse=True)
    periods = [(year * YEAR, year * YEAR + YEAR - 1) for year in years]
    return [period for period in periods if _loaded(period, source) and period != _ends(query, source)]


def _ends(query: Query, source: SourceInfo) -> tuple[int, int]:
    """First and last month of a question of a source that has months."""
    first = source.months[0] if query.first is None else query.first
    return first, source.months[-1] if query.last is None else query.last


def _loaded(period: tuple[int, int], source: SourceInfo) -> bool:
    return any(first <= period[0] and period[1] <= last for first, last in month_runs(source.months))


def choice(query: Query, catalogue: Catalogue) -> str:
    """What is set beside a question that compares: what it names, else the first on offer; "" for nothing."""
    if query.compare and query.compare not in (query.source, query.layer):
        return query.compare
    return next((option["value"] for option in options(query, catalogue)), "")


def other(query: Query, catalogue: Catalogue) -> Query | None:
    """Return the question of the second map; None where the page does not compare."""
    if query.view != "compare":
        return None
    return catalogue.other(query.replace(compare=choice(query, catalogue)))


def pair(atlas: Atlas, first: Answer) -> tuple[Answer, Answer] | None:
    """Answer the question of the second map and give both the classes that they are read by.

    Returns
    -------
    tuple of Answer, or None
        The two maps; None where the page does not compare.
    """
    asked = other(first.query, atlas.catalogue)
    if asked is None:
        return None
    second = atlas.answer(asked.replace(area=first.query.area))
    steps = first.classes.edges and second.classes.edges and first.query.measure == second.query.measure
    return first, _cut_alike(first, second) if steps and not in_own_classes(first, second) else second


def in_own_classes(first: Answer, second: Answer) -> bool:
    """Whether each map has the classes that it has alone: two sources' measures, unless asked otherwise."""
    asked = first.query
    return of_two_sources(first, second) and asked.legend == "own" and asked.breaks != "own"


def of_two_sources(first: Answer, second: Answer) -> bool:
    """Whether both maps show a measure, of one source each."""
    one, two = first.query, second.query
    return one.layer == two.layer == "measure" and one.source != two.source


def _cut_alike(first: Answer, second: Answer) -> Answer:
    """Cut a second answer by the edges of the first."""
    values = second.table[MEASURES[second.query.measure].column.name].to_numpy(float, na_value=np.nan)
    values = np.where(second.compared, values, np.nan)
    hidden = np.array([key == "suppressed" for key in second.classes.keys])
    codes = np.minimum(second.codes, len(hidden) - 1)
    codes, classes = classify_alike(
        second.classes.title, first.classes, values, second.inside, hidden[codes] & second.inside
    )
    return replace(second, codes=codes, classes=classes)


def names(first: Answer, answer: Answer, catalogue: Catalogue) -> tuple[str, str]:
    """Name the two maps by what is different about them."""
    one, two = first.query, answer.query
    if one.source != two.source:
        return catalogue.sources[one.source].label, catalogue.sources[two.source].label
    if one.layer != two.layer:
        return tuple(
            MEASURES[query.measure].label if query.layer == "measure" else catalogue.layers[query.layer]
            for query in (one, two)
        )  # type: ignore[return-value]
    source = catalogue.sources[one.source]
    return period_name(*_ends(one, source)), period_name(*_ends(two, source))


def finding(first: Answer, answer: Answer, catalogue: Catalogue) -> str:
    """Say in a sentence how the two maps differ."""
    one, two = (catalogue.source(a.query) for a in (first, answer))
    left, right = names(first, answer, catalogue)
    if "cluster" in first.table and "cluster" in answer.table:
        hot = [(each.table["cluster"] == "HH").to_numpy(bool) & each.inside for each in (first, answer)]
        both = int((hot[0] & hot[1]).sum())
        left_hot, right_hot = (int(each.sum()) for each in hot)
        return (
            f"{counted(left_hot, 'hotspot', 'hotspots')} on the left, {right_hot or 'none'} on the right; "
            f"{both or 'none'} of them on both maps."
        )
    if first.query.layer != answer.query.layer:
        return first.headline
    before, now = answer.totals.shown, first.totals.shown
    if before is None or now is None:
        return first.headline
    if first.query.source != answer.query.source:
        return f"{one.counted(now)} on the left against {two.counted(before)} on the right."
    alike = _number_of_months(first.query, catalogue) == _number_of_months(answer.query, catalogue)
    lost = (Unknown(each.totals.unlocated or 0, each.totals.total or 0) for each in (first, answer))
    alike = alike and np.array_equal(first.compared, answer.compared) and not alone(*lost)
    change = f" ({written(now / before - 1, '{:+.0%}')})" if before and alike else ""
    return f"{one.counted(now)} in {left}, {before:,} in {right}{change}."


def caveats(first: Answer, answer: Answer, catalogue: Catalogue) -> list[str]:
    """Say what stands in the way: periods of unequal length, filters that only one can answer."""
    said = [f"On the right: {notice}" for notice in answer.notices]
    one, two = (_number_of_months(each.query, catalogue) for each in (first, answer))
    if one != two and first.query.layer == answer.query.layer:
        said.append(f"The left map holds {counted(one, 'month', 'months')}, the right one {two}.")
    return said


def _number_of_months(query: Query, catalogue: Catalogue) -> int:
    source = catalogue.sources[query.source]
    first, last = _ends(query, source)
    return sum(first <= month <= last for month in source.months)
