"""Do two engines count the same? Random questions, asked of both.

What every engine has to hold: for tests, and for whoever measures one over a folder of their own
(``benchmarks/bench_engines.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.counts import Counted
from geo.ask.factors import CODE, FACTORS
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.windows import Window
from geo.data.severity import normalised

QUESTIONS = 300
MOST_CODES = 5


def _harm(kept: Counted, areas: np.ndarray) -> np.ndarray:
    """Events weighed by made-up weights, of which some have none."""
    labels = kept.cube.categories
    weights = {normalised(label): 1.0 + at for at, label in enumerate(labels[1:] or labels)}
    if kept.cube.extra.known(CODE.column):
        weights |= {
            normalised(code): 50.0 for code in sorted(kept.cube.extra.texts(CODE.column))[:MOST_CODES]
        }
    each = kept.cube.weights(pd.Series(weights))
    return np.append(kept.weighted(each), kept.unweighted(each, areas))


Numbers = Callable[[Counted, np.ndarray], Any]
NUMBERS: dict[str, Numbers] = {
    "area": lambda kept, areas: kept.by_place,
    "month": lambda kept, areas: kept.by_month(areas),
    "month, everywhere": lambda kept, areas: kept.by_month(),
    "area and month": lambda kept, areas: kept.by_area_and_month(),
    "weekday and hour": lambda kept, areas: kept.by_clock(areas),
    "area and hour": lambda kept, areas: kept.by_area_and_hour(),
    "week and hour": lambda kept, areas: kept.by_unit(areas),
    "area and age": lambda kept, areas: kept.by_age(),
    "category": lambda kept, areas: kept.by_category(areas).to_numpy(),
    "harm": _harm,
    "without a time": lambda kept, areas: kept.untimed(areas),
    "without a day": lambda kept, areas: kept.undated(areas),
    "ranges of time": lambda kept, areas: sorted(
        zip(*map(np.ndarray.tolist, kept.ranges(areas)), strict=True)
    ),
    "again": lambda kept, areas: kept.repeats(areas),
    "persons": lambda kept, areas: kept.squares(np.where(areas, np.arange(len(areas)) % 7, -1), 7),
}
"""What an answer counts by: an engine is right where each of these is that of the memory."""


@dataclass(frozen=True)
class Asked:
    """One question, as two engines answered it.

    Attributes
    ----------
    query : Query
    by : str
        Key of :data:`NUMBERS`.
    same : bool
        Whether every number is.
    seconds : tuple of float
        How long each engine took.
    """

    query: Query
    by: str
    same: bool
    seconds: tuple[float, float]


def both(one: Atlas, other: Atlas, number: int = QUESTIONS, seed: int = 1) -> Iterator[Asked]:
    """Ask two engines over the same folder the same random questions."""
    for query, by, areas in questions(one, number, seed):
        found, seconds = [], []
        for atlas in (one, other):
            start = perf_counter()
            found.append(NUMBERS[by](atlas.sources[query.source].events.select(query), areas))
            seconds.append(perf_counter() - start)
        yield Asked(query, by, _same(*found), (seconds[0], seconds[1]))


def questions(atlas: Atlas, number: int, seed: int) -> Iterator[tuple[Query, str, np.ndarray]]:
    """Random questions of what is loaded: the filters, by what to count, and in which small areas."""
    rng, sources = Random(seed), list(atlas.catalogue.sources.values())
    areas = atlas.levels["lsoa"]
    lads = sorted(set(areas.frame["lad"].dropna()))
    for at in range(number):
        chosen = areas.frame["lad"].isin(rng.sample(lads, rng.randint(1, len(lads)))).to_numpy(bool)
        by = list(NUMBERS)[at % len(NUMBERS)]
        yield _question(rng, rng.choice(sources), list(atlas.definitions.values())), by, chosen


def _question(rng: Random, source: SourceInfo, definitions: Sequence[Any]) -> Query:
    """A question of one source, by a few of all filters that it can be asked by."""

    def some(of: Sequence[Any], most: int) -> tuple[Any, ...]:
        return tuple(sorted(rng.sample(list(of), rng.randint(1, min(most, len(of))))))

    def maybe(chance: float) -> bool:
        return rng.random() < chance

    asked: dict[str, Any] = {"source": source.key}
    if maybe(0.5):
        asked["category"] = some(list(source.categories), 4)
    if maybe(0.4):
        asked["first"], asked["last"] = sorted(rng.choices(source.months, k=2))
    if maybe(0.2):
        asked["month"] = some(range(1, 13), 4)
    for name, of, chance in (("hour", range(24), 0.3), ("day", range(7), 0.25), ("night", range(7), 0.15)):
        if maybe(chance):
            asked[name] = some(of, 6)
    if maybe(0.15):
        month = rng.choice(source.months)
        start = date(month // 12, month % 12 + 1, rng.randint(1, 28))
        asked["window"] = Window(start, start + timedelta(days=rng.randint(0, 90)))
    factors = sorted(source.factors & FACTORS.keys())
    if factors and maybe(0.4):
        factor = FACTORS[rng.choice(factors)]
        asked[factor.name] = some(range(len(factor.values)), 3)
    if source.codes and maybe(0.1):
        asked[CODE.name] = some(sorted(source.codes), MOST_CODES)
    mine = [one.key for one in definitions if one.source == source.key]
    if mine and maybe(0.1):
        asked["definition"] = rng.choice(mine)
    if source.excluded and maybe(0.3):
        asked["exclude"] = "listed"
    return Query().replace(**asked)


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, list):
        return one == other
    return np.array_equal(one, other)
