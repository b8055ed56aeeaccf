"""Which premises have a name in the invented offences, and whose victim was one before?

The largest single place of each town at night and the repeat victims of serious sexual offences are dealt as
published (:mod:`geo.demo.published`), with a stream of their own. Every name says that it is made up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Ints
from geo.demo.chance import SEED, again_of, draw, months_of, some, town_centres
from geo.demo.violence import SEXUAL

_CALLED = {
    "Public house": "Inn",
    "Night club": "Night Club",
    "Shop": "Stores",
    "Railway station": "Station",
    "Park": "Park",
    "Car park": "Car Park",
    "Hospital": "Hospital",
    "Care home": "Care Home",
    "Secondary school": "School",
    "Primary school": "Primary School",
    "College": "College",
}
"""Kinds of premises that have names, and what they are called; homes and streets have none."""
_EACH = np.array([0.55, 0.3, 0.15])
"""Parts of the events of a kind that its first, second and third place in a small area have."""
_LARGEST = "Night club"
_STREETS = ("High Street", "Residential road", "Car park", "Footpath", "Public house")
"""Premises whose events are moved into the largest place of a town."""
_AGAIN, _AGAIN_AT_HOME = 0.1, 0.33
"""Part of the victims of violence who were one before, and of domestic violence."""
_IN_TURN = np.array([2, 2, 3, 3, 3])
"""Events of a repeat victim of serious sexual offences: of five in a row two are one's, three another's."""


def named(county: County, events: pd.DataFrame, sheet: pd.DataFrame, premises: NDArray) -> dict[str, Any]:
    """Columns of the extract that name premises and, by a pseudonym, victims.

    Parameters
    ----------
    county : County
    events : DataFrame
        ``area`` (-1 elsewhere), ``band`` (-1 without a victim), ``town``, ``month``, ``category``.
    sheet : DataFrame
        ``code, sex, domestic`` of the same events.
    premises : ndarray of object
        Their kinds of premises.
    """
    rng = np.random.default_rng([SEED, 41])
    kinds, names = _places(rng, county, events, premises)
    return {
        "Premises Type": kinds,
        "Premises Name": names,
        "Victim Reference": _victims(rng, county, events, sheet),
    }


def _places(
    rng: np.random.Generator, county: County, events: pd.DataFrame, premises: NDArray
) -> tuple[NDArray, NDArray]:
    """Kinds of premises, some moved into the largest place of their town, and the names of premises."""
    kinds = premises.copy()
    area, town = events["area"].to_numpy(), events["town"].to_numpy()
    order = list(_CALLED)
    place = draw(rng, _EACH, len(kinds))
    for of, (name, share) in enumerate(published.NIGHT_PLACE.items()):
        centre = town_centres(county)[name][0]
        here = (town == of) & (area == centre)
        there = here & (kinds == _LARGEST) & (place == 0)
        short = round(share * int((town == of).sum())) - int(there.sum())
        moved = some(rng.random(len(kinds)), here * np.isin(kinds.astype(str), _STREETS) * 1.0, short)
        kinds[moved], place[moved] = _LARGEST, 0
    kind = pd.Index(order).get_indexer(pd.Index(kinds))
    known = (kind >= 0) & (area >= 0)
    keys = ((kind * len(county.areas) + area) * len(_EACH) + place)[known]
    number = pd.factorize(keys, sort=True)[0] + 1
    names = np.full(len(kinds), "", object)
    called = np.array(list(_CALLED.values()), object)[kind[known]]
    names[known] = [f"Made-up {what} {which}" for what, which in zip(called, number, strict=True)]
    return kinds, names


def _victims(rng: np.random.Generator, county: County, events: pd.DataFrame, sheet: pd.DataFrame) -> NDArray:
    """A pseudonym of the victim of each violent offence that has one, "" elsewhere."""
    area, band = events["area"].to_numpy(), events["band"].to_numpy()
    sex = pd.factorize(sheet["sex"].to_numpy(), sort=True)[0]
    violent = (events["category"] == published.VIOLENCE).to_numpy() & (band >= 0)
    sexual = np.isin(sheet["code"].to_numpy(str), SEXUAL) & violent & (area >= 0)
    sexual &= np.isin(events["month"].to_numpy(), months_of("2019-09", "2022-08"))
    others = np.flatnonzero(violent & ~sexual)
    again = np.where(sheet["domestic"].to_numpy(bool), _AGAIN_AT_HOME, _AGAIN)[others]
    person = np.full(len(area), -1, np.int64)
    cells = (area * 20 + band) * 4 + sex
    person[others] = others[again_of(rng, cells[others], again)]
    mine = np.flatnonzero(sexual)
    cells = (county.borough[area[mine]] * 20 + band[mine]) * 4 + sex[mine]
    person[mine] = mine[_in_turn(rng, cells, round(published.REPEAT_VICTIMS * len(mine)))]
    numbers = rng.permutation(len(area))[person]
    return np.array([f"V{n:07d}" if of >= 0 else "" for n, of in zip(numbers, person, strict=True)], object)


def _in_turn(rng: np.random.Generator, cells: Ints, number: int) -> Ints:
    """Position of the first event of each event's victim: of as many events as wanted they have several."""
    first = np.arange(len(cells))
    order = np.lexsort((rng.random(len(cells)), cells))
    start = np.r_[True, np.diff(cells[order]) != 0]
    rank = np.arange(len(cells)) - np.maximum.accumulate(np.where(start, np.arange(len(cells)), 0))
    size = _IN_TURN[rank % 5]
    begins = np.flatnonzero(np.isin(rank % 5, (0, 2)))
    whole = [at for at in begins if at + size[at] <= len(cells) and not start[at + 1 : at + size[at]].any()]
    left = number
    for at in rng.permutation(whole):
        if size[at] <= left:
            mine = order[at : at + size[at]]
            first[mine] = mine[0]
            left -= int(size[at])
    return first
