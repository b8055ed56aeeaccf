"""How often do verdicts speak when nothing has happened?

Layers and sentences say in which worlds they should keep silent (:class:`geo.answer.layer.Claim`,
:class:`geo.tell.sentences.Sentence`). Here they are asked, by the very code of the page, on many maps of such
a world over the real geography, and it is counted on how many they give a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pandas as pd

from geo.answer.atlas import Atlas
from geo.answer.layers import LAYERS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.stats.worlds import HALF, MONTHS, WORLDS, Ground, World
from geo.tell.sentences import SENTENCES


@dataclass(frozen=True)
class Spoken:
    """How often the verdicts of a layer, or a sentence, spoke in one world.

    Attributes
    ----------
    layer, world : str
        Keys; of a sentence in place of a layer.
    claimed : bool
        Whether the layer claims to keep silent there; else it is told for what it is.
    maps, speaking : int
        Maps on which a verdict could be given, and those with at least one.
    areas : float
        Share of the areas with a verdict, on average; NaN of a sentence.
    """

    layer: str
    world: str
    claimed: bool
    maps: int
    speaking: int
    areas: float

    @property
    def share(self) -> float:
        """Share of the maps that speak; NaN without any."""
        return self.speaking / self.maps if self.maps else np.nan

    @property
    def error(self) -> float:
        """Standard error of that share from the number of maps (of Agresti and Coull, so never 0)."""
        share = (self.speaking + 2) / (self.maps + 4)
        return sqrt(share * (1 - share) / (self.maps + 4))


def ground_of(atlas: Atlas, query: Query) -> tuple[Ground, int]:
    """The events of the last twelve months of a source, and the same a year before, to draw worlds from.

    Returns
    -------
    ground : Ground
    first : int
        Month number of its first month.

    Raises
    ------
    Problem
        If twelve months without a gap are not loaded, or the number of residents is not known.
    """
    loaded = atlas.catalogue.sources[query.source].months
    ends = [month for month in loaded if set(range(month - HALF + 1, month + 1)) <= set(loaded)]
    if not ends:
        raise Problem("Verdicts are tried on twelve months without a gap, and this source has none.")
    asked = atlas.asked(query.replace(first=ends[-1] - HALF + 1, last=ends[-1]))
    if np.isnan(asked.population).any():
        raise Problem(
            "Verdicts cannot be tried without the number of residents: hotspots import population FILE."
        )
    counts = asked.monthly().to_numpy()
    area, month = (np.repeat(at, counts.ravel()) for at in np.divmod(np.arange(counts.size), HALF))
    ground = Ground(np.tile(area, 2), np.append(month, month + HALF), asked.population, asked.neighbours)
    return ground, ends[-1] - MONTHS + 1


def counties(
    atlas: Atlas,
    queries: Sequence[Query],
    world: World,
    *,
    maps: int,
    per_area: float | None = None,
    timed: bool = False,
) -> Iterator[Atlas]:
    """The county with events drawn anew, once a map; the same each time it is asked for.

    Parameters
    ----------
    atlas : Atlas
    queries : sequence of Query
        The events that a world is drawn from, and the level over whose areas: source and categories, one of
        each source that is drawn anew.
    world : World
    maps : int
    per_area : float, optional
        So few of the events are taken that an area has this many a year.
    timed : bool
        Whether events have a time where the world gives none: any day and hour of their month.
    """
    when = world.when or (WORLDS["flat"].when if timed else None)
    grounds = [(query.source, *ground_of(atlas, query)) for query in queries]
    pattern = np.bincount(grounds[0][1].area, minlength=grounds[0][1].n)
    grounds = [(source, replace(ground, pattern=pattern), first) for source, ground, first in grounds]
    placed = _small_areas(atlas, queries[0])
    for number in range(maps):
        county = atlas
        for place, (source, ground, first) in enumerate(grounds):
            rng = np.random.default_rng((number, place, *world.key.encode()))
            thin = ground if per_area is None else ground.thinned(2 * per_area, rng)
            area, month = world.draw(thin, rng)
            events = pd.DataFrame({"category": "Made up", "lsoa": placed(area, rng), "month": first + month})
            if when is not None:
                day, events["hour"] = when(first + month, rng)
                of_month = (first + month - 1970 * 12).astype("datetime64[M]")
                events["date"] = of_month.astype("datetime64[D]") + (day - 1)
            county = county.with_events(source, events, np.unique(events["month"]).tolist())
        yield county


def _small_areas(atlas: Atlas, query: Query) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """How events of the areas of a level are placed: each in a small area of its own, by residents."""
    codes = atlas.levels["lsoa"].frame.index.to_numpy()
    if query.level == "lsoa":
        return lambda area, _: codes[area]
    parent = atlas.levels[query.level].parent
    residents = np.maximum(atlas.asked(query.replace(level="lsoa")).population, 1e-6)  # all can be drawn
    order = np.argsort(parent, kind="stable")
    end = np.cumsum(residents[order])
    last = np.cumsum(np.bincount(parent)) - 1
    start = np.append(0, end[last[:-1]])

    def place(area: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        at = np.searchsorted(end, rng.uniform(start[area], end[last[area]]), "right")
        return np.asarray(codes[order[np.minimum(at, last[area])]])

    return place


def tried(
    atlas: Atlas,
    query: Query,
    pairs: Sequence[tuple[str, World]],
    *,
    maps: int,
    per_area: float | None = None,
) -> Iterator[Spoken]:
    """Ask for layers and sentences on many maps of a world, and count those on which each gives a verdict.

    Those of one world are asked of the same maps, and come one after the other.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Source, categories, level and whatever else is asked for; its layer and period are set here.
    pairs : sequence of (str, World)
        Key of a layer (:data:`geo.answer.layers.LAYERS`) or of a sentence
        (:data:`geo.tell.sentences.SENTENCES`), and where it is asked.
    maps : int
    per_area : float, optional
        As in :func:`counties`; a sentence may have its own.
    """
    alike: dict[tuple[str, bool, bool, float | None], list[str]] = {}
    for key, world in pairs:
        one = LAYERS[key].claim if key in LAYERS else SENTENCES[key]
        few = per_area if key in LAYERS or SENTENCES[key].per_area is None else SENTENCES[key].per_area
        timed = key in LAYERS and LAYERS[key].claim.timed
        alike.setdefault((world.key, one.of_all, timed, few), []).append(key)
    for (name, of_all, timed, few), keys in alike.items():
        world, others = WORLDS[name], [other for other in atlas.sources if other != query.source] * of_all
        drawn_anew = [query, *(query.replace(source=other, category=()) for other in others)]
        found: dict[str, list[tuple[int, int]]] = {key: [] for key in keys}
        for county in counties(atlas, drawn_anew, world, maps=maps, per_area=few, timed=timed):
            last = county.catalogue.sources[query.source].months[-1]
            asks = query.replace(category=(), first=last - world.asked + 1, last=last)
            for key, of_maps in found.items():
                if (verdicts := _verdicts(county, asks, key)) is not None:
                    of_maps.append(verdicts)
        for key, of_maps in found.items():
            claim = LAYERS[key].claim if key in LAYERS else SENTENCES[key]
            flagged, areas = np.sum(of_maps, axis=0) if of_maps else (0, 0)
            speaking = sum(number > 0 for number, _ in of_maps)
            share = float(flagged / areas) if areas else np.nan
            yield Spoken(key, name, name in claim.silent_in, len(of_maps), speaking, share)


def _verdicts(county: Atlas, asks: Query, key: str) -> tuple[int, int] | None:
    """Verdicts given on one map, and of how many areas (0 of a sentence); None where it cannot be given."""
    if key in LAYERS:
        asked = county.asked(asks.replace(layer=key))
        drawn = LAYERS[key].draw(asked)
        verdict = np.isin(drawn.classes.keys, LAYERS[key].claim.verdicts)
        return int(verdict[drawn.codes[asked.inside]].sum()), asked.n
    said = SENTENCES[key].speaks(county, asks.replace(layer="measure", compare=""))
    return None if said is None else (int(said), 0)


def to_try(atlas: Atlas, query: Query) -> list[tuple[str, World]]:
    """Every layer and sentence that these data can show and that gives verdicts, with worlds to try them."""
    source = atlas.catalogue.sources[query.source]
    alone = len(atlas.sources) == 1
    sectors = {info.sector for info in atlas.catalogue.sources.values()}
    has = {
        "": True,
        "deprivation": atlas.catalogue.has_deprivation,
        "open": source.disclosure in {"open", "internal"},
        "rates": "eb_rate" in source.measures,
        "services": sectors >= {"police", "health"},
    }
    layers = [
        (key, WORLDS[world])
        for key, layer in LAYERS.items()
        if key in atlas.catalogue.layers and not (alone and layer.compares == "source") and source.months
        if source.has_hours or not layer.claim.timed
        for world in (*layer.claim.silent_in, *layer.claim.speaks_in)
    ]
    return layers + [
        (key, WORLDS[world])
        for key, one in SENTENCES.items()
        if has[one.needs] and source.months
        for world in (*one.silent_in, *one.speaks_in)
    ]


def table_of(spoken: Sequence[Spoken]) -> str:
    """Write what was found as a Markdown table: a line for each layer and world."""
    most = max(one.maps for one in spoken)
    lines = [
        "| verdict | nothing happens: | maps with a verdict | areas with one | claims to keep silent |",
        "|---|---|---|---|---|",
    ]
    for one in spoken:
        share = f"{one.share:.1%} ± {2 * one.error:.1%}" if one.maps else "cannot be given"
        if 0 < one.maps < most:
            share += f", of {one.maps:,} where it can be given"
        said = "yes" if one.claimed else "no"
        label = LAYERS[one.layer].label if one.layer in LAYERS else SENTENCES[one.layer].label
        areas = "–" if np.isnan(one.areas) else f"{one.areas:.2%}"
        words = (label, WORLDS[one.world].label, share, areas, said)
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join([*lines, "", f"{most:,} maps each; ± is twice the standard error."])
