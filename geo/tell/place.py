"""What kind of place is this area? Its people by age and ethnic group, its class, and who works there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.answer.place import in_words
from geo.ask.query import Query
from geo.ask.words import upper_first
from geo.data.read_place import class_names

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas


@dataclass(frozen=True)
class PlaceTold:
    """One area as a place.

    Attributes
    ----------
    pyramid : DataFrame
        Residents by age group: ``Age``, and ``Female, Male`` or ``All``; empty where not loaded.
    density : float
        Residents per square kilometre; NaN where not known.
    ethnic : DataFrame
        ``Ethnic group``, ``Residents``, ``Share`` (per cent); empty where not loaded.
    classed : tuple of str
        Its class in words, from the broadest on; of a ward or borough, supergroups with their shares.
    workers : float
        People there by day; NaN where not loaded.
    by_day : float
        Events of the question per 1,000 of them a year; NaN where not known.
    """

    pyramid: pd.DataFrame
    density: float
    ethnic: pd.DataFrame
    classed: tuple[str, ...]
    workers: float
    by_day: float

    @property
    def young(self) -> str:
        """Age group with the most residents, in words; "" where not known."""
        if self.pyramid.empty:
            return ""
        total = self.pyramid.drop(columns="Age").sum(axis=1)
        return str(self.pyramid["Age"].iloc[int(total.argmax())])


def place_of(atlas: Atlas, query: Query) -> PlaceTold:
    """Tell of the area that a question selects as a place."""
    level = atlas.levels[query.level]
    at = level.frame.index.get_loc(query.area)
    lsoas = level.parent == at
    place = atlas.surroundings
    rate = np.nan
    if "by_day" in atlas.catalogue.layers:
        answer = atlas.answer(query.replace(layer="by_day", measure="count", group=(), compare=""))
        rate = float(answer.table["rate_per_1000_by_day"].iloc[at])
    by_day = place.by_day(query.level)
    return PlaceTold(
        pyramid=place.pyramid(lsoas),
        density=float(place.density(query.level)[at]),
        ethnic=ethnic_table(place.ethnic_groups(lsoas)),
        classed=_classed(
            place.classes(lsoas), "" if place.subgroups is None else _only(place.subgroups[lsoas])
        ),
        workers=np.nan if by_day is None else float(by_day[at]),
        by_day=rate,
    )


def ethnic_table(groups: pd.Series) -> pd.DataFrame:
    """Residents by broad ethnic group with their shares; empty where not known."""
    if groups.empty or not groups.sum():
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "Ethnic group": list(groups.index),
            "Residents": pd.array(groups.to_numpy(), "Int64"),
            "Share": 100 * groups.to_numpy() / groups.sum(),
        }
    )


def _only(codes: np.ndarray) -> str:
    """The code of an area of one small area."""
    return str(codes[0]) if len(codes) == 1 else ""


def _classed(people: pd.Series, code: str) -> tuple[str, ...]:
    if code:
        return tuple(in_words(code).split(": "))
    if people.empty:
        return ()
    share = people / people.sum()
    return tuple(upper_first(f"{class_names()[str(key)]}: {part:.0%}") for key, part in share.items())
