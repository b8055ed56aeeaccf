"""What should an officer know of one hotspot?

Where it is, when it happens and what, why the place was chosen and since when it stands out, and what was
decided. :func:`hotspot` says it of any area of a question; every number is of an
:class:`~geo.answer.answer.Answer` or has passed the gate of its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import pandas as pd
import shapely

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import placed
from geo.answer.layers import LAYERS
from geo.answer.level import Level
from geo.ask.query import Query
from geo.ask.words import listed, period_name, upper_first
from geo.stats.confidence import how_many_agree
from geo.tell.area import Profile, profile
from geo.tell.briefing import briefing, listed_areas, period_of
from geo.tell.meeting import Note, of_area
from geo.tell.spot import Spot

MOST = 20
"""Hotspots told of at once."""
EARLIER, YEAR = 4, 12
"""Earlier periods that are looked at, and the months that lie between two of them, at least."""
NEAR = 300.0
"""Metres around an area within which a place is named as where it is."""
NAMED = 4


@dataclass(frozen=True)
class Hotspot:
    """One area, for who goes there; protected.

    Attributes
    ----------
    told : Profile
    spot : Spot
    name : str
        What people call it, else its own name.
    where : str
        Its own name, its ward and borough, and the places in or near it.
    why : tuple of str
        Why it was chosen: its number and rank, what the map and the checks found, and since when.
    when : str
        The busiest time in words; a sentence where none stands out.
    decided : tuple of Note
        Of this area, the newest first.
    """

    told: Profile
    spot: Spot
    name: str
    where: str
    why: tuple[str, ...]
    when: str
    decided: tuple[Note, ...]


def hotspots_of(atlas: Atlas, query: Query) -> list[str]:
    """Codes of the areas that a question is about.

    The selected one; else those that its layer looks for, the first :data:`MOST` of the ranking; where it
    looks for none, those that a room is shown.
    """
    answer = atlas.answer(query)
    if answer.query.area:
        return [answer.query.area]
    leads = [k for k, key in enumerate(answer.classes.keys) if key in LAYERS[answer.query.layer].leads]
    found = [i for i in answer.leading if answer.codes[i] in leads][:MOST]
    return list(answer.table.index[found]) or list(map(str, listed_areas(answer).index))


def hotspot(
    atlas: Atlas, query: Query, code: str, notes: Sequence[Note] = (), spot: Spot | None = None
) -> Hotspot:
    """Tell of one area what who goes there should know.

    Parameters
    ----------
    atlas : Atlas
    query : Query
    code : str
        Of an area of its level.
    notes : sequence of Note
        All decisions that who asks may see.
    spot : Spot, optional
        What a briefing of the same question tells of it, where that was made of several areas at once.
    """
    told = profile(atlas, query.replace(area=code, group=(), mark=""))
    answer = told.answer
    spot = spot or briefing(atlas, answer.query, areas=(code,)).spots[0]
    level, row = atlas.levels[answer.query.level], told.row
    parts = dict.fromkeys(filter(None, (row["name"], row["ward"], row["borough"])))
    name = str(row["known"] or row["name"])
    places = places_in(level, level.frame.index.get_loc(code), atlas.places)
    where = ", ".join(part for part in parts if part != name)
    places = [place for place in places if place not in parts]
    found = [f"{upper_first(spot.found)} on the map" if spot.found else "", _checks(atlas, answer, code)]
    why = (
        told.headline,
        f"{'; '.join(filter(None, (*found, spot.why)))}." if any((*found, spot.why)) else "",
        _since(atlas, answer, code),
        f"{upper_first(spot.change.words)}: {spot.change.numbers}." if spot.change.numbers else "",
    )
    return Hotspot(
        told=told,
        spot=spot,
        name=name,
        where=". ".join(filter(None, (where, f"In or near: {listed(places)}" if places else ""))),
        why=tuple(filter(None, why)),
        when=f"{upper_first(spot.when)}." if spot.when else told.week.when,
        decided=of_area(notes, code),
    )


def places_in(level: Level, position: int, places: pd.DataFrame | None) -> list[str]:
    """Streets, villages or towns in an area or near it, the smallest kind of place first."""
    if places is None or places.empty:
        return []
    shape = level.shapes.geometry.iloc[position]
    away = shapely.distance(shape, shapely.points(places[["x", "y"]].to_numpy(float)))
    near = places.assign(away=away)[away <= NEAR]
    return list(near.sort_values(["away", "rank", "name"], ascending=[True, False, True])["name"].head(NAMED))


def _checks(atlas: Atlas, answer: Answer, code: str) -> str:
    """Say how many of the checks agree that it is a hotspot; "" where they are not made."""
    if "confidence" not in atlas.catalogue.layers:
        return ""
    row = atlas.answer(answer.query.replace(layer="confidence", area="")).table.loc[code]
    if pd.isna(row["checks_assessed"]) or not row["checks_assessed"]:
        return ""
    return f"{how_many_agree(int(row['checks_agree']), int(row['checks_assessed']))} that it is a hotspot"


def _earlier(first: int, last: int, months: Sequence[int]) -> list[tuple[int, int]]:
    """Periods to look back at, the latest first: as long ones before, else the single years of a longer one.

    Those that are not loaded whole are passed over.

    Examples
    --------
    >>> _earlier(2012, 2023, range(1990, 2024)), _earlier(2000, 2023, range(2000, 2024))
    ([(2000, 2011)], [(2012, 2023), (2000, 2011)])
    >>> _earlier(2012, 2023, [*range(1980, 2005), *range(2012, 2024)])
    [(1988, 1999)]
    """
    back = max(YEAR, -(-(last - first + 1) // YEAR) * YEAR)
    spans = [(first - k * back, last - k * back) for k in range(1, EARLIER + 1)]
    loaded = set(months)
    whole = [span for span in spans if set(range(span[0], span[1] + 1)) <= loaded]
    if whole or last - first + 1 <= YEAR:
        return whole
    years = ((end - YEAR + 1, end) for end in range(last, first + YEAR - 2, -YEAR))
    return [span for span in islice(years, EARLIER) if set(range(span[0], span[1] + 1)) <= loaded]


def _stands_out(answer: Answer, code: str) -> bool:
    """Whether an area is in a class that its map looks for."""
    at, keys = int(answer.codes[answer.table.index.get_loc(code)]), answer.classes.keys
    return at < len(keys) and keys[at] in LAYERS[answer.query.layer].leads


def _since(atlas: Atlas, answer: Answer, code: str) -> str:
    """Say in which earlier periods as long it was found too; of a map that finds none, how it ranked."""
    query, layer = answer.query, LAYERS[answer.query.layer]
    if layer.compares == "period" or query.compare:
        return ""
    months = atlas.catalogue.sources[query.source].months
    first, last = period_of(answer, months)
    names, found, ranks = [], [], []
    for span in _earlier(first, last, months):
        then = atlas.answer(query.replace(first=span[0], last=span[1], area=""))
        names.append(period_name(*span))
        ranks.append(placed(then.table["rank"].loc[[code]])[0] or "none")
        found.append(_stands_out(then, code))
    if not names:
        return "No earlier period is loaded to compare it with."
    if not layer.leads:
        before = (f"{rank} in {name}" for rank, name in zip(ranks, names, strict=True))
        return f"Rank before: {', '.join(before)}."
    was = [name for name, hot in zip(names, found, strict=True) if hot]
    not_ = [name for name in names if name not in was]
    if not was:
        new = "New: it" if _stands_out(answer, code) else "It"
        return f"{new} did not stand out in {listed(not_)}."
    if not not_:
        return f"It stood out in {listed(was)}{' too' if len(was) == 1 else ', each looked at by itself'}."
    return f"It stood out in {listed(was)}; not in {listed(not_)}."
