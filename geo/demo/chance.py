"""How are invented events dealt over places, times and people?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Floats, Ints, whole

SEED = 20240229
OTHER_COUNTIES = np.array([f"E01950{i:03d}" for i in range(1, 41)])  # areas of other counties
LOCKDOWN = {"2020-04": 0.7, "2020-05": 0.8, "2020-11": 0.9, "2021-01": 0.78, "2021-02": 0.8, "2021-03": 0.9}
DAY = 1440  # minutes
EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday
_CLOCKS_FORWARD = [  # the last Sundays of March: local time has no 01:00-01:59
    last - (last + EPOCH_WEEKDAY + 1) % 7
    for last in (int(np.datetime64(f"{year}-03-31").astype(int)) for year in range(2011, 2025))
]


QUINTILE_GAP = (324, 336)
"""No area has a number of violent offences between these, so nothing hangs on the 76th and 77th."""


def pull(county: County, deprivation: float, centre: float) -> Floats:
    """How much more often than elsewhere something happens in deprived places and in town centres."""
    centred = county.areas["urbanity"].to_numpy(float)
    return np.asarray(np.exp(deprivation * (5.5 - county.decile) + centre * centred))


def estates(county: County) -> Floats:
    """Local ups and downs of the population's health that all health services share."""
    noise = np.random.default_rng([SEED, 1]).normal(0, 0.3, len(county.areas))
    return np.asarray(np.exp(noise))


def eastcotts(county: County, events: int) -> tuple[NDArray[np.bool_], float]:
    """Areas of the one ward with about double the rate of others as deprived, and its events of so many."""
    ward = (county.areas["ward"] == "Eastcotts").to_numpy()
    return ward, 1.95 * events * county.people[ward].sum() / county.people.sum()


def top_quintile(county: County) -> NDArray[np.bool_]:
    """Mark the areas with most violence: as many in each ward as published, the likeliest first."""
    noise = np.random.default_rng([SEED, 2]).normal(0, 0.3, len(county.areas))
    likely = np.log(pull(county, 0.45, 3.0)) + noise
    top = np.zeros(len(likely), bool)
    for borough, wards in published.TOP_QUINTILE_WARDS.items():
        for ward, number in wards.items():
            here = (county.areas["ward"] == ward) & (county.areas["borough"] == borough)
            members = np.flatnonzero(here)
            top[members[np.argsort(-likely[members], kind="stable")[:number]]] = True
    return top


def town_centres(county: County) -> dict[str, Ints]:
    codes = town_centre_codes(county.areas)
    return {town: county.areas.index.get_indexer(here).astype(np.int64) for town, here in codes.items()}


def town_centre_codes(areas: pd.DataFrame) -> dict[str, list[str]]:
    """Codes of the areas of each town's night-time economy, the most central ones of its wards.

    Parameters
    ----------
    areas : DataFrame
        As :func:`geo.demo.county.areas` returns it.
    """
    urbanity = areas["urbanity"]
    in_town = {
        "Luton": (areas["borough"] == "Luton", 3),
        "Bedford": (areas["borough"] == "Bedford", 3),
        "Dunstable": (areas["ward"].str.startswith("Dunstable"), 3),
        "Leighton Buzzard": (areas["ward"].str.startswith("Leighton Buzzard"), 1),
    }
    return {
        town: urbanity[inside].sort_values(ascending=False, kind="stable").index[:size].tolist()
        for town, (inside, size) in in_town.items()
    }


def rhythm_of(*peaks: tuple[float, float, float], weekend: float = 0.0) -> Floats:
    """Expected events by weekday and hour.

    Parameters
    ----------
    peaks : tuple of (hour, width in hours, height)
        Bumps of the day over a low base.
    weekend : float
        How much more happens on Friday and Saturday nights.

    Returns
    -------
    ndarray [7, 24]
        Adds up to 1.
    """
    hours = np.arange(24)
    day = np.full(24, 0.12)
    for centre, width, height in peaks:
        away = np.minimum(abs(hours - centre), 24 - abs(hours - centre))
        day = day + height * np.exp(-((away / width) ** 2) / 2)
    week = np.tile(day, (7, 1))
    for friday_or_saturday, lift in ((4, 0.75), (5, 1.0)):
        week[friday_or_saturday, 19:] *= 1 + weekend * lift
        week[friday_or_saturday + 1, :5] *= 1 + weekend * lift
    return np.asarray(week / week.sum())


def draw(rng: np.random.Generator, weights: NDArray, size: int) -> Ints:
    """Draw positions of a flattened table of weights."""
    steps = np.cumsum(weights.ravel())
    return np.searchsorted(steps, rng.random(size) * steps[-1], side="right").astype(np.int64)


def deal(rng: np.random.Generator, weights: NDArray, size: int) -> Ints:
    """Positions of a table of weights in random order, each as often as its weight says, rounded."""
    return rng.permutation(np.repeat(np.arange(weights.size), whole(weights.ravel().astype(float), size)))


def some(luck: Floats, likely: NDArray[np.floating], number: int) -> NDArray[np.bool_]:
    """Mark a number of events, those of higher weight more likely; ``luck`` is uniform."""
    order = np.argsort(-np.log1p(-luck) / np.maximum(likely, 1e-12), kind="stable")
    found = np.zeros(len(luck), bool)
    found[order[:number]] = True
    return found


def days_of(rng: np.random.Generator, months: Ints, weekdays: Ints) -> Ints:
    """A day (since 1970) of each month (since 1970) that falls on the weekday (Monday 0)."""
    starts = np.arange(months.max() + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    first = starts[months] + (weekdays - starts[months] - EPOCH_WEEKDAY) % 7
    times = (starts[months + 1] - first + 6) // 7
    return np.asarray(first + 7 * np.floor(rng.random(len(first)) * times).astype(np.int64))


def minutes(rng: np.random.Generator, size: int) -> Ints:
    """Minutes of the hour as people report them: mostly on the hour and its quarters."""
    minute = np.arange(60)
    weight = (
        1 + 4 * (minute % 5 == 0) + 10 * (minute % 15 == 0) + 22 * (minute % 30 == 0) + 25 * (minute == 0)
    )
    return draw(rng, weight, size)


def local(moments: Ints) -> Ints:
    """Move moments (minutes since 1970, local wall time) out of the hour that is skipped in spring."""
    skipped = np.isin(moments // DAY, _CLOCKS_FORWARD) & (moments % DAY // 60 == 1)
    return moments + 60 * skipped


def months_of(start: str, end: str) -> Ints:
    """Months since 1970, first to last inclusive."""
    return np.arange(np.datetime64(start, "M").astype(int), np.datetime64(end, "M").astype(int) + 1)


def pick(rng: np.random.Generator, weights: Mapping[str, float], size: int) -> NDArray:
    """Draw texts by weight."""
    return np.array(list(weights), dtype=object)[draw(rng, np.array(list(weights.values()), float), size)]


def flags(values: Any) -> NDArray:
    return np.where(values, "Y", "N")


def again_of(rng: np.random.Generator, cells: Ints, again: float | Floats) -> Ints:
    """Position of the first event of each event's person: a part are those of one before in their cell."""
    seen: dict[int, list[int]] = {}
    person = np.arange(len(cells))
    back, which = (rng.random(len(cells)) < again).tolist(), rng.random(len(cells)).tolist()
    for i, cell in enumerate(cells.tolist()):
        earlier = seen.setdefault(cell, [])
        if back[i] and earlier:
            person[i] = earlier[int(which[i] * len(earlier))]
        earlier.append(int(person[i]))
    return person


def patients(rng: np.random.Generator, area: Ints, band: Ints, again: float) -> NDArray:
    """A pseudonym for each event; a part of them belongs to an earlier patient of the same area and age."""
    person = again_of(rng, area * 100 + band, again)
    names = np.array([f"{high:016X}{low:016X}" for high, low in rng.integers(0, 2**63, (len(area), 2))])
    return names.astype(object)[person]


def ages_of(rng: np.random.Generator, band: Ints) -> NDArray:
    """Ages in years within their bands; blank where the band is -1."""
    years = np.arange(100).astype(str).astype(object)
    age = band * 5 + rng.integers(0, 5, len(band))
    return np.where(band < 0, "", years[age])


def codes_of(rng: np.random.Generator, county: County, area: Ints) -> NDArray:
    """Codes of areas; of those elsewhere (-1) two in three are blank, the others of another county."""
    codes = county.areas.index.to_numpy(dtype=object)
    elsewhere = np.where(
        rng.random(len(area)) < 2 / 3, "", OTHER_COUNTIES[rng.integers(0, len(OTHER_COUNTIES), len(area))]
    )
    return np.where(area < 0, elsewhere, codes[area])


def dates_of(days: Ints) -> NDArray:
    """Days since 1970 as dd/mm/yyyy."""
    first = days.min()
    calendar = pd.Series(np.arange(first, days.max() + 1).astype("datetime64[D]").astype("datetime64[s]"))
    return np.asarray(calendar.dt.strftime("%d/%m/%Y").to_numpy(dtype=object)[days - first])


def clock_of(moments: Ints) -> NDArray:
    """Moments (minutes since 1970) as HH:MM."""
    dial = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY)]
    return np.array(dial, dtype=object)[moments % DAY]


def stamps(moments: Ints) -> NDArray:
    """Moments (minutes since 1970) as dd/mm/yyyy HH:MM."""
    return np.asarray(dates_of(moments // DAY) + " " + clock_of(moments))
