"""Which verdicts stand in sentences and not in a layer's classes, and when do they speak?

A :class:`Sentence` asks the very code that writes it. :mod:`geo.tell.calibration` tries them as it tries
layers; to add one, write it and register it in :data:`SENTENCES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.answer.atlas import Atlas
from geo.answer.gradient import is_clear, no_more
from geo.ask.parameters import OUTSIDE
from geo.ask.query import Query
from geo.ask.words import month_text
from geo.tell.area_set import Group, group
from geo.tell.assessment import part_of
from geo.tell.exhibits.compared import ALLOWING, NONE_STANDS_OUT, funnel
from geo.tell.exhibits.when import night_time_economy

OF_SET = 20
"""Areas of a set that is tried."""
OVER_TIME = ("steady", "clumped05", "clumped30", "halves")


@dataclass(frozen=True)
class Sentence:
    """A verdict that is told in words.

    Attributes
    ----------
    key, label : str
    speaks : callable
        ``speaks(atlas, query) -> bool``: whether it is given.
    silent_in, speaks_in : tuple of str
        As :class:`geo.answer.layer.Claim`.
    needs : str
        "deprivation" or "open" where it cannot be without deprivation or of a controlled source.
    """

    key: str
    label: str
    speaks: Callable[[Atlas, Query], bool]
    silent_in: tuple[str, ...]
    speaks_in: tuple[str, ...] = ()
    needs: str = ""


def _slope(atlas: Atlas, query: Query) -> bool:
    return is_clear(atlas.asked(query).gradient().slope)


def _share(atlas: Atlas, query: Query) -> bool:
    return not no_more(atlas.asked(query).gradient().shares.iloc[-1])


def _funnel(atlas: Atlas, query: Query) -> bool:
    return ALLOWING.format(NONE_STANDS_OUT) not in funnel(part_of(atlas, query, query.source)[0]).finding


def _judged(told: Group | None) -> bool:
    trend = None if told is None else told.trend
    if trend is None or trend.against is None or trend.unjudged:
        return False
    _, low, high = trend.against
    return bool(low > 1 or high < 1)


def _random_set(atlas: Atlas, query: Query) -> bool:
    here = atlas.levels[query.level].frame.index
    codes = np.random.default_rng(1).choice(here, min(OF_SET, len(here) // 2), replace=False)
    return _judged(group(atlas, query.replace(group=tuple(map(str, codes)), chosen=OUTSIDE)))


def _busiest_set(atlas: Atlas, query: Query) -> bool:
    counts = atlas.answer(query).table["count"].sort_values(ascending=False)
    months = atlas.catalogue.sources[query.source].months
    span = f"{month_text(query.first or months[0])}..{month_text(query.last or months[-1])}"
    codes = tuple(map(str, counts.index[: min(OF_SET, len(counts) // 2)]))
    return _judged(group(atlas, query.replace(group=codes, chosen=f"{query.source}:{span}")))


def _busiest(atlas: Atlas, query: Query) -> bool:
    return atlas.asked(query).week().stands_out


def _midnight(atlas: Atlas, query: Query) -> bool:
    return atlas.asked(query).week().midnight is not None


def _busiest_night(atlas: Atlas, query: Query) -> bool:
    table = night_time_economy(part_of(atlas, query, query.source)[0]).table
    return bool((table["Busiest night"] != "–").any())


_DEPRIVATION = ("rates", "residents"), ("smooth",)
SENTENCES: dict[str, Sentence] = {
    one.key: one
    for one in (
        Sentence("slope", "Slope index: clearly rises or falls", _slope, *_DEPRIVATION, "deprivation"),
        Sentence(
            "share", "Share in the most deprived 30%: more or less", _share, *_DEPRIVATION, "deprivation"
        ),
        Sentence("funnel", "Funnel that allows for how areas differ", _funnel, ("residents", "differ")),
        Sentence("random_set", "A random set against the rest", _random_set, OVER_TIME, (), "open"),
        Sentence("busiest_set", "The busiest areas against the rest", _busiest_set, OVER_TIME, (), "open"),
        Sentence("busiest", "Busiest day and hours", _busiest, ("flat", "days")),
        Sentence("busiest_night", "Busiest night of any ward listed", _busiest_night, ("flat", "days")),
        Sentence("midnight", "Midnight may stand for an unknown time", _midnight, ("nights", "weekends")),
    )
}
"""Every one, by its key."""
