"""Which verdicts stand in sentences and not in a layer's classes, and when do they speak?

A :class:`Sentence` asks the very code that writes it. :mod:`geo.tell.calibration` tries them as it tries
layers; to add one, write it and register it in :data:`SENTENCES`. :data:`OF_EXHIBITS` says by which of them
the verdicts of each exhibit are tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from geo.answer.atlas import Atlas
from geo.answer.gradient import is_clear, no_more
from geo.answer.layers import LAYERS
from geo.ask.parameters import OUTSIDE
from geo.ask.query import Query
from geo.ask.words import month_text
from geo.stats.hotspots import STATISTICS
from geo.tell.area_set import Group, group
from geo.tell.assessment import part_of
from geo.tell.exhibits import EXHIBITS, PLACE, SERVICES
from geo.tell.exhibits.compared import ALLOWING, NONE_STANDS_OUT
from geo.tell.exhibits.exhibit import Exhibit, NotPossible

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
        ``speaks(atlas, query) -> bool or None``: whether it is given; None where it cannot be.
    silent_in, speaks_in : tuple of str
        As :class:`geo.answer.layer.Claim`.
    needs : str
        "deprivation", "open", "rates" or "services" where it cannot be without deprivation, of a controlled
        source, without rates, or without services of the police and of health; these are all drawn anew.
    per_area : float, optional
        So few events an area are taken.
    """

    key: str
    label: str
    speaks: Callable[[Atlas, Query], bool | None]
    silent_in: tuple[str, ...]
    speaks_in: tuple[str, ...] = ()
    needs: str = ""
    per_area: float | None = None

    @property
    def of_all(self) -> bool:
        """Whether all sources are drawn anew."""
        return self.needs == "services"


def _slope(atlas: Atlas, query: Query) -> bool:
    return is_clear(atlas.asked(query).gradient().slope)


def _share(atlas: Atlas, query: Query) -> bool:
    return not no_more(atlas.asked(query).gradient().shares.iloc[-1])


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


def _exhibit(
    atlas: Atlas, query: Query, key: str, speaks: Callable[[Exhibit], bool | None], without: bool | None
) -> bool | None:
    """Whether an exhibit gives a verdict; ``without`` where it is not possible."""
    try:
        if key in SERVICES:
            query = query.replace(first=None, last=None)  # each source over its own months
            return speaks(SERVICES[key][1]([part_of(atlas, query, source)[0] for source in atlas.sources]))
        return speaks(EXHIBITS[key][1](part_of(atlas, query, query.source)[0]))
    except NotPossible:
        return without


def _still_outside(funnel: Exhibit) -> bool | None:
    """Whether a funnel that allows for how areas differ names any; None where it cannot, as of few."""
    if ALLOWING.partition("{")[0] not in funnel.finding:
        return None
    return ALLOWING.format(NONE_STANDS_OUT) not in funnel.finding


def _less_alike(sources: Exhibit) -> bool | None:
    """Whether sources are less alike than samples of one pattern; None where noise keeps that unsaid."""
    if "Lower" not in sources.table:
        return None
    return bool((sources.table["Similar wards"] < sources.table["Lower"]).any())


def _of_exhibit(
    key: str, speaks: Callable[[Exhibit], bool | None], without: bool | None = None
) -> Callable[[Atlas, Query], bool | None]:
    return partial(_exhibit, key=key, speaks=speaks, without=without)


def _clusters(atlas: Atlas, query: Query, layer: str, measure: str, classes: tuple[str, ...]) -> bool:
    asked = atlas.asked(query.replace(layer=layer, measure=measure))
    drawn = LAYERS[layer].draw(asked)
    counts = np.bincount(drawn.codes[asked.inside], minlength=len(drawn.classes.keys))
    return bool(counts[np.isin(drawn.classes.keys, classes)].any())


def _of_clusters(layer: str, events: float) -> Sentence:
    speaks = partial(_clusters, layer=layer, measure="eb_rate", classes=("HH", "H", "LL", "HL", "LH"))
    label = f"{LAYERS[layer].label}, smoothed rates, {events:g} events an area"
    return Sentence(f"{layer}_of_{events:g}", label, speaks, ("residents",), (), "rates", events)


_SERIES = ("steady", "clumped05", "clumped30")
_DEPRIVATION = ("rates", "residents"), ("smooth",)
SENTENCES: dict[str, Sentence] = {
    one.key: one
    for one in (
        Sentence("slope", "Slope index: clearly rises or falls", _slope, *_DEPRIVATION, "deprivation"),
        Sentence(
            "share", "Share in the most deprived 30%: more or less", _share, *_DEPRIVATION, "deprivation"
        ),
        Sentence(
            "funnel",
            "Funnel that allows for how areas differ",
            _of_exhibit("funnel", _still_outside),
            ("residents", "differ"),
        ),
        Sentence("random_set", "A random set against the rest", _random_set, OVER_TIME, (), "open"),
        Sentence("busiest_set", "The busiest areas against the rest", _busiest_set, OVER_TIME, (), "open"),
        Sentence("busiest", "Busiest day and hours", _busiest, ("flat", "days")),
        Sentence(
            "busiest_night",
            "Busiest night of any ward listed",
            _of_exhibit("night_time_economy", lambda it: bool((it.table["Busiest night"] != "–").any())),
            ("flat", "days"),
            (),
            "open",
        ),
        Sentence("midnight", "Midnight stands out", _midnight, ("flat", "days", "later"), ("nights",)),
        Sentence(
            "alone",
            "Hotspots: an area very high by itself",
            partial(_clusters, layer="getis_ord", measure="count", classes=("H",)),
            ("equal",),
            ("dealt",),
        ),
        *(_of_clusters(layer, events) for layer in STATISTICS for events in (0.2, 5.0)),
        Sentence(
            "changed", "Wards that changed", _of_exhibit("changed", lambda it: len(it.table) > 1), _SERIES
        ),
        Sentence(
            "lately",
            "The last 28 days and the year so far",
            _of_exhibit("lately", lambda it: bool(it.table["Change"].isin(["up", "down"]).any())),
            _SERIES,
        ),
        Sentence(
            "overlooked",
            "Hot for health and not for the police",
            _of_exhibit("overlooked", lambda it: len(it.table) > 0, without=False),
            ("one_pattern", "rates", "residents"),
            (),
            "services",
        ),
        Sentence(
            "similarity",
            "Services less alike than samples of one pattern",
            _of_exhibit("similarity", _less_alike),
            (),
            ("one_pattern", "rates"),
            "services",
        ),
    )
}
"""Every one, by its key."""

NUMBERS = ""
OF_EXHIBITS: dict[str, str] = {
    **dict.fromkeys(PLACE, NUMBERS),
    "totals": NUMBERS,
    "by_year": "busiest",
    "changed": "changed",
    "lately": "lately",
    "by_category": NUMBERS,
    "hotspot_map": "local_moran",
    "ladder": "confidence",
    "back_test": NUMBERS,
    "top_quintile": NUMBERS,
    "top_areas": NUMBERS,
    "concentration": NUMBERS,
    "stability": NUMBERS,
    "categories_compared": "local_moran",
    "dsr": "significance",
    "funnel": "funnel",
    "gradient": NUMBERS,
    "fifths": "slope",
    "most_deprived": "share",
    "excess": "excess",
    "month_by_borough": "busiest",
    "by_weekday": "busiest",
    "day_by_hour": "busiest",
    "hours": "busiest",
    "nights": "busiest",
    "night_time_economy": "busiest_night",
    **dict.fromkeys(("weekends", "repeat_persons"), NUMBERS),
    "age_and_sex": NUMBERS,
    **dict.fromkeys(("factors", "defined", "suspects", "kinds", "attributes"), NUMBERS),
    **dict.fromkeys(
        ("categories_by_year", "subtypes", "rare", "wards_by_deprivation", "represented"), NUMBERS
    ),
    **dict.fromkeys(("represented_areas", "named_places"), NUMBERS),
    **dict.fromkeys(("victims", "pairs", "serious_sexual", "women", "arrivals", "diagnoses"), NUMBERS),
    **dict.fromkeys(("premises", "towns_at_night"), "busiest_night"),
    "length_of_stay": NUMBERS,
    "services": NUMBERS,
    "agreement": "agreement",
    "overlooked": "overlooked",
    "colocation": "colocation",
    "similarity": "similarity",
}
"""Key of each exhibit to that of the layer or sentence whose verdicts it gives; :data:`NUMBERS` for one that
judges nothing."""
