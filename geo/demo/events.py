"""What happened in the demonstration county? Invented events, as raw files in their publishers' formats.

Every event is drawn from a fixed seed, so the same county gives the same files byte for byte. Counts by
area and age come from :mod:`geo.demo.calibrate`; totals from :mod:`geo.demo.published`, which also says
which published figures cannot be had together. What is not published is merely plausible: busy town
centres, weekend nights, thefts noticed the next morning, times recorded as midnight when nobody knew them,
a quiet spring of 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Floats, Ints, Target, events_by_age, rake, whole

SEED = 20240229
VIOLENCE = "Violence and sexual offences"
ASB = "Anti-social behaviour"

_DAY = 1440  # minutes
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday
_CLOCKS_FORWARD = [  # the last Sundays of March: local time has no 01:00-01:59
    last - (last + _EPOCH_WEEKDAY + 1) % 7
    for last in (int(np.datetime64(f"{year}-03-31").astype(int)) for year in range(2011, 2025))
]

_POLICE_AGES = np.array([0.4, 1.2, 4.5, 12, 14, 13, 13, 12, 9, 7.5, 6, 4, 2.5, 1.5, 1.2, 0.9, 0.7, 0.5, 0.3])
_AE_AGES = np.array([0.5, 1.2, 5, 13, 18, 17, 13, 10, 7, 6, 5, 3.5, 2, 1, 0.7, 0.5, 0.4, 0.3, 0.2])
_ADMITTED_AGES = np.array([1, 1, 4, 13, 18, 15, 12, 10, 8, 7, 5, 3, 2, 1, 0.7, 0.5, 0.5, 0.4, 0.3])

QUINTILE_GAP = (324, 336)
"""No area has a number of violent offences between these, so nothing hangs on the 76th and 77th."""

Progress = Callable[[str], None]


def write(
    folder: Path, areas: pd.DataFrame, population: pd.DataFrame, progress: Progress = lambda key: None
) -> dict[str, Path]:
    """Write the raw files of all sources.

    Parameters
    ----------
    folder : Path
        An existing folder.
    areas, population : DataFrame
        As :func:`geo.demo.county.areas` and :func:`geo.demo.county.population` return them.
    progress : callable, optional
        Called with the key of each source as its file is begun.

    Returns
    -------
    dict of str to Path
        File by source key.

    Raises
    ------
    ValueError
        If the county cannot carry the published totals.
    """
    county = County.of(areas, population, published.BOROUGHS)
    files = {}
    for key, (name, make) in _FILES.items():
        progress(key)
        files[key] = folder / name
        _write_csv(files[key], make(np.random.default_rng([SEED, 10 + len(files)]), county))
    return files


# ---------------------------------------------------------------- where


def _pull(county: County, deprivation: float, centre: float) -> Floats:
    """How much more often than elsewhere something happens in deprived places and in town centres."""
    centred = county.areas["urbanity"].to_numpy(float)
    return np.asarray(np.exp(deprivation * (5.5 - county.decile) + centre * centred))


def _estates(county: County) -> Floats:
    """Local ups and downs of the population's health that all health services share."""
    noise = np.random.default_rng([SEED, 1]).normal(0, 0.3, len(county.areas))
    return np.asarray(np.exp(noise))


def _eastcotts(county: County, events: int) -> tuple[NDArray[np.bool_], float]:
    """Areas of the one ward with about double the rate of others as deprived, and its events of so many."""
    ward = (county.areas["ward"] == "Eastcotts").to_numpy()
    return ward, 1.95 * events * county.people[ward].sum() / county.people.sum()


def top_quintile(county: County) -> NDArray[np.bool_]:
    """Mark the areas with most violence: as many in each ward as published, the likeliest first."""
    noise = np.random.default_rng([SEED, 2]).normal(0, 0.3, len(county.areas))
    likely = np.log(_pull(county, 0.45, 3.0)) + noise
    top = np.zeros(len(likely), bool)
    for borough, wards in published.TOP_QUINTILE_WARDS.items():
        for ward, number in wards.items():
            here = (county.areas["ward"] == ward) & (county.areas["borough"] == borough)
            members = np.flatnonzero(here)
            top[members[np.argsort(-likely[members], kind="stable")[:number]]] = True
    return top


def _town_centres(county: County) -> dict[str, Ints]:
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


# ---------------------------------------------------------------- when


def _rhythm(*peaks: tuple[float, float, float], weekend: float = 0.0) -> Floats:
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


def _draw(rng: np.random.Generator, weights: NDArray, size: int) -> Ints:
    """Draw positions of a flattened table of weights."""
    steps = np.cumsum(weights.ravel())
    return np.searchsorted(steps, rng.random(size) * steps[-1], side="right").astype(np.int64)


def _deal(rng: np.random.Generator, weights: NDArray, size: int) -> Ints:
    """Positions of a table of weights in random order, each as often as its weight says, rounded."""
    return rng.permutation(np.repeat(np.arange(weights.size), whole(weights.ravel().astype(float), size)))


def _days(rng: np.random.Generator, months: Ints, weekdays: Ints) -> Ints:
    """A day (since 1970) of each month (since 1970) that falls on the weekday (Monday 0)."""
    starts = np.arange(months.max() + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    first = starts[months] + (weekdays - starts[months] - _EPOCH_WEEKDAY) % 7
    times = (starts[months + 1] - first + 6) // 7
    return np.asarray(first + 7 * np.floor(rng.random(len(first)) * times).astype(np.int64))


def _minutes(rng: np.random.Generator, size: int) -> Ints:
    """Minutes of the hour as people report them: mostly on the hour and its quarters."""
    minute = np.arange(60)
    weight = (
        1 + 4 * (minute % 5 == 0) + 10 * (minute % 15 == 0) + 22 * (minute % 30 == 0) + 25 * (minute == 0)
    )
    return _draw(rng, weight, size)


def _local(moments: Ints) -> Ints:
    """Move moments (minutes since 1970, local wall time) out of the hour that is skipped in spring."""
    skipped = np.isin(moments // _DAY, _CLOCKS_FORWARD) & (moments % _DAY // 60 == 1)
    return moments + 60 * skipped


def _months(start: str, end: str) -> Ints:
    """Months since 1970, first to last inclusive."""
    return np.arange(np.datetime64(start, "M").astype(int), np.datetime64(end, "M").astype(int) + 1)


# ---------------------------------------------------------------- police offences


@dataclass(frozen=True)
class _Kind:
    """One police.uk category: how common, where, when, and what is recorded of it.

    ``share`` by borough and elsewhere; ``follows`` violence from 0 (not at all) to 1; ``aged`` part with a
    person as victim; ``ranged`` part noticed only later; ``years`` relative level of 2019-2023.
    """

    share: tuple[float, float, float, float]
    follows: float
    centre: float
    rhythm: Floats
    aged: float
    ranged: float
    offences: tuple[tuple[str, str, float], ...]
    years: tuple[float, ...] = (1.05, 0.88, 0.95, 1.05, 1.04)


_EVENING = _rhythm((20, 3.5, 1.0), (16, 2.5, 0.5), weekend=0.5)
_SHOPS = _rhythm((13, 3.2, 1.0), (17, 2.0, 0.6))
_OVERNIGHT = _rhythm((19, 3.0, 0.8), (1, 3.5, 0.6), (8, 2.0, 0.3))
_NIGHT_OUT = _rhythm((23, 3.0, 1.0), (17, 3.5, 0.5), weekend=1.6)

_KINDS = {
    ASB: _Kind((28, 30, 29, 6), 0.6, 2.0, _EVENING, 0, 0.05, (("", "Anti-social behaviour", 1),),
               (0.95, 1.45, 1.1, 0.8, 0.7)),
    "Bicycle theft": _Kind((2.4, 0.9, 1.1, 2), 0.2, 3.0, _OVERNIGHT, 0.95, 0.6,
                           (("44", "Theft or unauthorised taking of a pedal cycle", 1),)),
    "Burglary": _Kind((7, 8.5, 8, 3), 0.25, 0.3, _OVERNIGHT, 0.7, 0.75,
                      (("28E", "Burglary of a dwelling", 0.68), ("30C", "Burglary of a business", 0.32)),
                      (1.35, 0.95, 0.85, 0.95, 0.9)),
    "Criminal damage and arson": _Kind((13, 13.5, 12, 8), 0.6, 0.2, _OVERNIGHT, 0.6, 0.5,
                                       (("58C", "Criminal damage to a vehicle", 0.45),
                                        ("58A", "Criminal damage to a dwelling", 0.27),
                                        ("58D", "Other criminal damage", 0.24),
                                        ("56B", "Arson not endangering life", 0.04))),
    "Drugs": _Kind((0, 0, 0, 5), 1.0, 0.9, _NIGHT_OUT, 0, 0,
                   (("92E", "Possession of cannabis", 0.62), ("92D", "Possession of other drugs", 0.18),
                    ("92A", "Trafficking in controlled drugs", 0.2))),
    "Other crime": _Kind((2.7, 3, 2.8, 8), 0.6, 0.3, _SHOPS, 0.3, 0.2,
                         (("99", "Other notifiable offence", 1),)),
    "Other theft": _Kind((9.5, 10.5, 9, 20), 0.3, 1.3, _SHOPS, 0.55, 0.45, (("49", "Other theft", 1),)),
    "Possession of weapons": _Kind((1.2, 1, 1.6, 1.5), 0.9, 0.8, _NIGHT_OUT, 0, 0,
                                   (("10D", "Possession of an article with a blade or point", 0.6),
                                    ("10C", "Possession of another weapon", 0.4))),
    "Public order": _Kind((11.5, 9.5, 11.5, 14), 0.8, 0.9, _NIGHT_OUT, 0.55, 0.05,
                          (("125", "Public fear alarm or distress", 0.85),
                           ("66", "Affray or violent disorder", 0.15)),
                          (0.9, 0.9, 1.05, 1.15, 1.0)),
    "Robbery": _Kind((1.6, 1.0, 2.8, 1.5), 0.85, 1.2, _NIGHT_OUT, 0.97, 0.02,
                     (("34B", "Robbery of personal property", 0.88),
                      ("34A", "Robbery of business property", 0.12))),
    "Shoplifting": _Kind((11, 9, 8.5, 9), 0.2, 3.6, _SHOPS, 0, 0.08, (("46", "Theft from a shop", 1),),
                         (1.05, 0.75, 0.75, 1.0, 1.45)),
    "Theft from the person": _Kind((1.4, 0.8, 1.7, 3), 0.3, 3.2, _NIGHT_OUT, 0.99, 0.15,
                                   (("39", "Theft from the person", 1),)),
    "Vehicle crime": _Kind((9.5, 13, 12.5, 14), 0.2, 0.3, _OVERNIGHT, 0.8, 0.75,
                           (("45", "Theft from a vehicle", 0.58), ("48", "Theft of a vehicle", 0.28),
                            ("126", "Vehicle interference", 0.14))),
}  # fmt: skip
"""The categories of police.uk other than violence; drugs are set by their published pattern."""

_VIOLENT = (
    ("105A", "Assault without injury", 26.0, 0.00, 0.01, 0.38),
    ("8N", "Assault with injury", 24.5, 1.00, 0.05, 0.33),
    ("8L", "Harassment", 12.0, 0.00, 0.00, 0.30),
    ("8R", "Malicious communications", 12.5, 0.00, 0.00, 0.28),
    ("8Q", "Stalking", 6.5, 0.00, 0.01, 0.72),
    ("3B", "Threats to kill", 3.5, 0.00, 0.18, 0.35),
    ("5D", "Assault with intent to cause serious harm", 1.9, 1.00, 0.42, 0.16),
    ("8S", "Assault with injury on an emergency worker", 1.2, 1.00, 0.01, 0.02),
    ("11A", "Cruelty to or neglect of children", 1.6, 0.10, 0.00, 0.35),
    ("8U", "Controlling or coercive behaviour", 2.2, 0.00, 0.01, 1.00),
    ("20A", "Sexual assault on a female aged 13 and over", 3.9, 0.05, 0.00, 0.14),
    ("17A", "Sexual assault on a male aged 13 and over", 0.5, 0.05, 0.00, 0.05),
    ("19C", "Rape of a female aged 16 and over", 3.0, 0.15, 0.01, 0.38),
    ("1", "Murder", 0.04, 1.00, 0.50, 0.30),
)
"""Violence: Home Office code, offence, share, and the part with injury, with a knife, domestic."""

_OFFENCE_MONTHS = _months("2019-01", "2023-12")
_LOCKDOWN = {"2020-04": 0.7, "2020-05": 0.8, "2020-11": 0.9, "2021-01": 0.78, "2021-02": 0.8, "2021-03": 0.9}
_GENUINE_NIGHT = (520, 430, 430, 450, 600, 1250, 1450)  # 00-03 by weekday, without the default midnights
_WITHIN_GROUP = np.array(
    [
        [31, 28, 23, 18],
        [31, 20, 20, 29],
        [21, 24, 26, 29],
        [24, 22, 22, 32],
        [26, 26, 25, 23],
        [25, 25, 26, 24],
    ]
)
_AGGRAVATING = {"Alcohol": 0.16, "Drugs": 0.05, "Mental health": 0.05, "Hate": 0.025, "Gang or group": 0.02}
_OTHER_COUNTIES = np.array([f"E01950{i:03d}" for i in range(1, 41)])  # areas of other counties


def offence_target(rng: np.random.Generator, county: County) -> Target:
    """What the located violence of 2019-2023 must add up to."""
    totals = tuple(sum(months) for months in published.VIOLENCE_BY_MONTH)
    top = top_quintile(county)
    below, above = QUINTILE_GAP
    slack = rng.gamma(1.5, 28, len(top))
    weight = county.people**0.5 * _pull(county, 0.2, 2.0) * np.exp(rng.normal(0, 0.25, len(top)))
    return Target(
        years=5,
        totals=totals,
        rates=published.DSR["offences"],
        county_rate=published.COUNTY_DSR["offences"],
        decile_rates=published.DECILE_DSR["offences"],
        higher=published.SIGNIFICANTLY_HIGHER["offences"],
        weight=weight * (sum(totals) / weight.sum()),
        ages=_POLICE_AGES,
        lower=np.where(top, above + slack, 30),
        upper=np.where(top, 2500, np.maximum(below - slack, 180)),
        shares=[(top, published.TOP_QUINTILE_SHARE * sum(totals))],
        unaged=0.004,
    )


def _offences(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """The force's extract of 2019-2023."""
    aged, unaged = events_by_age(rng, county, offence_target(rng, county))
    violence = _violence(rng, county, aged, unaged)
    others = _other_offences(rng, county, aged.sum(axis=1) + unaged)
    _set_night_economy(rng, county, violence, others)
    events = pd.concat([violence, others], ignore_index=True)
    return _force_extract(rng, county, events)


def _violence(rng: np.random.Generator, county: County, aged: Ints, unaged: Ints) -> pd.DataFrame:
    """Violence: area and band (-1 unknown), kind, month, day, hour, whether midnight is only a default."""
    area, band = np.nonzero(aged)
    each = np.repeat(np.arange(len(area)), aged[area, band])
    clock = _violent_hours(rng)
    elsewhere = len(clock) - int(aged.sum() + unaged.sum())
    place = np.concatenate([area[each], np.repeat(np.arange(len(unaged)), unaged), np.full(elsewhere, -1)])
    bands = np.concatenate([band[each], np.full(unaged.sum(), -1), _draw(rng, aged.sum(axis=0), elsewhere)])

    month = rng.integers(0, 12, len(place))
    for j, counts in enumerate(published.VIOLENCE_BY_MONTH):
        here = (place >= 0) & (county.borough[place] == j)
        month[here] = rng.permutation(np.repeat(np.arange(12), counts))
    month += 12 * _years(rng, county, place, month) + _OFFENCE_MONTHS[0]

    # the late hours of the weekend go more often to town centres, and both keep their totals
    centred = np.where(place >= 0, county.areas["urbanity"].to_numpy()[place], 0.2)
    busy_place = np.argsort(2.2 * centred + rng.normal(0, 0.5, len(place)), kind="stable")
    busy_hour = np.argsort(clock["late"] + rng.normal(0, 0.5, len(place)), kind="stable")
    hours = clock.iloc[busy_hour].set_axis(busy_place).sort_index()
    return pd.DataFrame(
        {
            "area": place,
            "band": bands,
            "category": VIOLENCE,
            "kind": _draw(rng, np.array([share for _, _, share, *_ in _VIOLENT]), len(place)),
            "month": month,
            "day": _days(rng, month, hours["weekday"].to_numpy()),
            "hour": hours["hour"],
            "default": hours["default"],
            "ranged": rng.random(len(place)) < np.where(hours["default"], 0.55, 0.22),
        }
    )


def _violent_hours(rng: np.random.Generator) -> pd.DataFrame:
    """Weekday and hour of each violent offence, as published; most of the first block is midnight by default.

    Returns
    -------
    DataFrame
        ``weekday, hour, default`` and ``late``: a genuine hour of a Friday or Saturday night.
    """
    clock = np.array(published.VIOLENCE_BY_CLOCK)
    slot = np.repeat(np.arange(clock.size), clock.ravel())
    group, weekday = slot // 7, slot % 7
    within = np.select(
        [group == k for k in range(6)], [_draw(rng, weights, len(slot)) for weights in _WITHIN_GROUP]
    )
    within_slot = np.arange(len(slot)) - np.repeat(np.cumsum(clock) - clock.ravel(), clock.ravel())
    default = (group == 0) & (within_slot >= np.array(_GENUINE_NIGHT)[weekday])
    hour = np.where(default, 0, 4 * group + within)
    night = np.where(hour < 12, weekday - 1, weekday) % 7
    late = np.isin(night, (4, 5)) & ((hour >= 20) | (hour <= 3)) & ~default
    return pd.DataFrame({"weekday": weekday, "hour": hour, "default": default, "late": late})


def _years(rng: np.random.Generator, county: County, place: Ints, month: Ints) -> Ints:
    """A year (0-4) for each event: lockdowns are quiet, and each area has a trend of its own."""
    level = np.tile([1.0, 0.93, 0.98, 1.06, 1.03], (12, 1))
    for text, quiet in _LOCKDOWN.items():
        year, number = text.split("-")
        level[int(number) - 1, int(year) - 2019] *= quiet
    trend = rng.normal(0, 0.05, len(county.areas))
    moving = rng.choice(len(trend), 24, replace=False)
    trend[moving] += np.repeat([0.22, -0.22], 12)
    slope = np.where(place >= 0, trend[place], 0.0)
    weight = level[month] * np.exp(slope[:, None] * (np.arange(5) - 2))
    steps = np.cumsum(weight, axis=1)
    return np.asarray((rng.random(len(place))[:, None] * steps[:, -1:] > steps).sum(axis=1))


def _other_offences(rng: np.random.Generator, county: County, violence: Ints) -> pd.DataFrame:
    """All other categories: the rest of each borough's crimes, and those elsewhere."""
    recorded = np.array([*published.CRIMES, published.CRIMES_ELSEWHERE])
    clock = sum(map(sum, published.VIOLENCE_BY_CLOCK))
    left = recorded - [*county.by_borough(violence), clock - violence.sum()]
    drugs = _drug_offences(rng, county, violence)
    left[:3] -= county.by_borough(drugs)
    shares = np.array([kind.share for kind in _KINDS.values()], float)
    numbers = np.column_stack([whole(shares[:, j], int(left[j])) for j in range(4)])

    frames = []
    for (name, kind), row in zip(_KINDS.items(), numbers, strict=True):
        weight = (
            county.people ** (1 - kind.follows) * violence**kind.follows * _pull(county, 0.0, kind.centre)
        )
        weight = weight * np.exp(rng.normal(0, 0.3, len(weight)))
        counts = drugs if name == "Drugs" else np.zeros(len(weight), np.int64)
        for j in range(3):
            mine = np.flatnonzero(county.borough == j)
            counts[mine] += rng.multinomial(row[j], weight[mine] / weight[mine].sum())
        place = np.append(np.repeat(np.arange(len(counts)), counts), np.full(row[3], -1))
        seasons = 1 + 0.1 * np.cos(2 * np.pi * (np.arange(60) % 12 - 6.5) / 12)
        quiet = [_LOCKDOWN.get(str(np.datetime64(int(m), "M")), 1.0) for m in _OFFENCE_MONTHS]
        month = _OFFENCE_MONTHS[_draw(rng, np.repeat(kind.years, 12) * seasons * quiet, len(place))]
        slot = _draw(rng, kind.rhythm, len(place))
        unsure = rng.random(len(place))
        default = unsure < (0.1 if kind.ranged > 0.3 else 0.04)
        unknown = unsure > (0.9 if kind.ranged > 0.3 else 0.985)
        frames.append(
            pd.DataFrame(
                {
                    "area": place,
                    "band": np.where(
                        rng.random(len(place)) < kind.aged, _draw(rng, _POLICE_AGES + 3, len(place)), -1
                    ),
                    "category": name,
                    "kind": _draw(rng, np.array([share for _, _, share in kind.offences]), len(place)),
                    "month": month,
                    "day": _days(rng, month, slot // 24),
                    "hour": np.select([default, unknown], [0, -1], slot % 24),
                    "default": default,
                    "ranged": rng.random(len(place)) < kind.ranged,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _drug_offences(rng: np.random.Generator, county: County, violence: Ints) -> Ints:
    """Drug offences by area: half in Luton, the published part in one town centre, the rest like violence."""
    total = 9_600
    counts = np.zeros(len(violence), np.int64)
    centre = _town_centres(county)["Luton"][0]
    counts[centre] = round(total * published.DRUGS_TOP_SHARE)
    weight = violence**1.15 * _pull(county, 0.0, 0.9) * np.exp(rng.normal(0, 0.3, len(violence)))
    weight = np.minimum(weight, np.quantile(weight, 0.98))  # nowhere comes near that centre
    for j, part in enumerate((0.27, 0.23, 0.50)):
        mine = np.flatnonzero((county.borough == j) & (np.arange(len(counts)) != centre))
        number = round(total * part) - (counts[centre] if county.borough[centre] == j else 0)
        counts[mine] = rng.multinomial(number, weight[mine] / weight[mine].sum())
    return counts


def _set_night_economy(
    rng: np.random.Generator, county: County, violence: pd.DataFrame, others: pd.DataFrame
) -> None:
    """Move offences other than violence in time until the town centres' published nights come out."""
    window = _months("2021-05", "2022-10")

    def nights(events: pd.DataFrame, centre: Ints) -> pd.Series:
        late = (events["hour"] >= 19) | events["hour"].between(0, 6)
        return late & events["area"].isin(centre) & events["month"].isin(window)

    for town, centre in _town_centres(county).items():
        for wanted, asb in zip(published.NIGHT_ECONOMY[town], (False, True), strict=True):
            kind = (others["category"] == ASB) == asb
            now = nights(others, centre) & kind
            fixed = 0 if asb else int(nights(violence, centre).sum())
            short = wanted - fixed - int(now.sum())
            here = kind & others["area"].isin(centre) & (others["hour"] >= 0) & ~others["default"]
            movable = others[here & (now if short < 0 else ~now)]
            if len(movable) < abs(short):
                raise ValueError(f"{town}: {wanted} nights are out of reach")
            # weekend nights last to go and first to come, from the daytime before other months
            weekend = np.isin((movable["day"] + _EPOCH_WEEKDAY) % 7, (4, 5))
            rank = (
                rng.random(len(movable)) - 0.4 * np.sign(short) * weekend + 2 * ~movable["month"].isin(window)
            )
            moved = movable.index[np.argsort(rank.to_numpy(), kind="stable")[: abs(short)]]
            late = others.loc[moved]
            if short < 0:
                others.loc[moved, "hour"] = rng.integers(9, 19, len(moved))
                continue
            month = np.where(late["month"].isin(window), late["month"], rng.choice(window, len(moved)))
            weekday = ((late["day"] + _EPOCH_WEEKDAY) % 7).to_numpy()
            stays = (late["month"] == month).to_numpy()
            others.loc[moved, "day"] = np.where(stays, late["day"], _days(rng, month, weekday))
            others.loc[moved, "month"] = month
            others.loc[moved, "hour"] = rng.integers(19, 24, len(moved))


def _force_extract(rng: np.random.Generator, county: County, events: pd.DataFrame) -> dict[str, Any]:
    """Columns of the dated extract, in the order of the moment committed."""
    n = len(events)
    hour, default = events["hour"].to_numpy(), events["default"].to_numpy()
    violent = (events["category"] == VIOLENCE).to_numpy()
    minute = np.where(default, 0, _minutes(rng, n))
    start = _local(events["day"].to_numpy() * _DAY + np.maximum(hour, 0) * 60 + minute)
    # nobody knows when: from midnight to the end of the day, or to the end of some later day
    whole_day = (
        start + _DAY - 1 + _DAY * np.floor(rng.exponential(6, n) * (rng.random(n) < 0.4)).astype(np.int64)
    )
    noticed = start + np.where(violent, 5 + rng.exponential(90, n), 60 + rng.gamma(2.5, 190, n)).astype(
        np.int64
    )
    end = _local(np.where(default, whole_day, noticed))
    ranged = events["ranged"].to_numpy() & (hour >= 0)
    lag = np.where(rng.random(n) < 0.8, rng.exponential(400, n), rng.exponential(14_000, n)).astype(np.int64)
    recorded = _local(np.where(ranged, end, start) + 5 + lag)

    order = np.argsort(start, kind="stable")
    events = events.iloc[order]
    start, end, recorded = start[order], end[order], recorded[order]
    ranged, violent = ranged[order], violent[order]
    sheet = _offence_sheet(rng, events, violent)
    dates = _dates(start // _DAY)
    return {
        "Crime Reference": [f"40/{i:06d}/{date[8:]}" for i, date in enumerate(dates, start=1)],
        "Home Office Code": sheet["code"],
        "Offence": sheet["offence"],
        "Offence Group": events["category"],
        "Committed From": np.where(events["hour"] < 0, dates, _stamps(start)),
        "Committed To": np.where(ranged, _stamps(end), ""),
        "Recorded": _stamps(recorded),
        "LSOA Code": _codes(rng, county, events["area"].to_numpy()),
        "Victim Age": _ages(rng, events["band"].to_numpy()),
        "Victim Sex": sheet["sex"],
        "Domestic Abuse": _flags(sheet["domestic"]),
        "Knife": _flags(sheet["knife"]),
        "Injury": _flags(sheet["injury"]),
        "Aggravating Factor": sheet["aggravating"],
    }


def _offence_sheet(
    rng: np.random.Generator, events: pd.DataFrame, violent: NDArray[np.bool_]
) -> pd.DataFrame:
    """What was recorded of each offence: code, name, flags, sex of the victim, aggravating factor."""
    lists = [(name, kind.offences) for name, kind in _KINDS.items()]
    rows = [(VIOLENCE, k, *row) for k, row in enumerate(_VIOLENT)]
    rows += [
        (
            name,
            k,
            code,
            offence,
            share,
            0.0,
            0.25 if name == "Robbery" else 0.0,
            0.06 * (name == "Public order"),
        )
        for name, offences in lists
        for k, (code, offence, share) in enumerate(offences)
    ]
    table = pd.DataFrame(
        rows, columns=["category", "kind", "code", "offence", "share", "injury", "knife", "domestic"]
    )
    sheet = events[["category", "kind", "band", "hour", "default"]].merge(
        table, on=["category", "kind"], how="left"
    )
    n = len(sheet)
    domestic, injury, knife = (rng.random(n) < sheet[flag] for flag in ("domestic", "injury", "knife"))
    woman = np.where(domestic, 0.74, np.where(violent, 0.47, 0.44))
    woman = np.select(
        [sheet["offence"].str.contains("female"), sheet["offence"].str.contains(" male")], [1.0, 0.0], woman
    )
    sex = np.where(rng.random(n) < woman, "F", "M").astype(object)
    sex[(sheet["band"] < 0).to_numpy()] = ""
    late = ((sheet["hour"] >= 20) | sheet["hour"].between(0, 4)) & ~sheet["default"]
    chance = np.array(list(_AGGRAVATING.values()))
    # a factor is found more often in violence, late at night: other draws reach beyond the last one
    drawn = rng.random(n) * np.where(late, 0.75, 1.5) * np.where(violent, 1, 6)
    position = np.searchsorted(np.cumsum(chance), drawn, side="right")
    factor = np.array([*_AGGRAVATING, ""], dtype=object)[position]
    return sheet.assign(domestic=domestic, injury=injury, knife=knife, sex=sex, aggravating=factor)


# ---------------------------------------------------------------- ambulance


def _ambulance(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """The dispatch extract of 2022 and 2023."""
    weight = county.people * _pull(county, 0.16, 2.6) * _estates(county) ** 0.7
    weight = weight * np.exp(rng.normal(0, 0.4, len(weight)))
    rhythm = _rhythm((23, 3.2, 1.0), (18, 3.0, 0.4), weekend=1.4)
    season = np.ones(12) + 0.05 * np.sin(np.arange(12))
    season[np.array(published.AMBULANCE_PEAKS) - 1] = (1.38, 1.5, 1.34)
    latest = _ambulance_counts(weight)
    parts = []
    for year, number in published.AMBULANCE.items():
        counts = latest if year == 2023 else rng.multinomial(number, (latest + 0.6) / (latest + 0.6).sum())
        month = _months(f"{year}-01", f"{year}-01")[0] + _deal(rng, season, number)
        slot = _draw(rng, rhythm, number)
        male = _deal(rng, np.array([1 - published.AMBULANCE_MALE, published.AMBULANCE_MALE]), number)
        parts.append(
            pd.DataFrame(
                {
                    "area": rng.permutation(np.repeat(np.arange(len(counts)), counts)),
                    "start": _days(rng, month, slot // 24) * _DAY
                    + slot % 24 * 60
                    + rng.integers(0, 60, number),
                    "male": male,
                }
            )
        )
    calls = pd.concat(parts, ignore_index=True)
    calls["start"] = _local(calls["start"].to_numpy())
    calls = calls.sort_values("start", kind="stable")
    n = len(calls)
    male = calls["male"].to_numpy() == 1
    nature = np.where(
        male,
        np.array(["Assault", "Stabbing or gunshot wound", "Sexual assault"])[
            _draw(rng, np.array([88, 11, 1]), n)
        ],
        np.array(["Assault", "Stabbing or gunshot wound", "Sexual assault"])[
            _draw(rng, np.array([87, 4, 9]), n)
        ],
    )
    complaint = {"Assault": "04B01", "Stabbing or gunshot wound": "27D03", "Sexual assault": "04D04"}
    ages = np.where(rng.random(n) < 0.06, -1, _draw(rng, _AE_AGES, n))
    seconds = np.array([f":{second:02d}" for second in rng.integers(0, 60, n)], dtype=object)
    return {
        "Incident Number": [f"{5_000_000 + i}" for i in range(n)],
        "Call Connected": _stamps(calls["start"].to_numpy()) + seconds,
        "Nature of Call": nature,
        "Chief Complaint Code": pd.Series(nature).map(complaint),
        "LSOA Code": _codes(rng, county, calls["area"].to_numpy()),
        "Patient Age": _ages(rng, ages),
        "Patient Sex": np.where(male, "M", "F"),
        "Conveyed": _flags(rng.random(n) < 0.62),
    }


def _ambulance_counts(weight: Floats) -> Ints:
    """Call-outs of 2023 by area: nine ahead, eight that share tenth place, the rest below them."""
    areas, calls = published.AMBULANCE_TIE
    shape = np.array([22.0, 17, 14, 11, 9, 7, 5, 4, 2])
    ahead = published.AMBULANCE_TOP - areas * calls
    order = np.argsort(-weight, kind="stable")
    counts = np.empty(len(weight), np.int64)
    counts[order[:9]] = calls + 1 + whole(shape, ahead - 9 * (calls + 1))
    counts[order[9 : 9 + areas]] = calls
    rest = order[9 + areas :]
    number = published.AMBULANCE[2023] - published.AMBULANCE_TOP
    scaled = weight[rest] * (number / weight[rest].sum())
    expected = rake(
        scaled, np.zeros(len(rest)), np.full(len(rest), calls - 2.0), [(np.ones(len(rest)), number)]
    )
    counts[rest] = whole(expected, number)
    return counts


# ---------------------------------------------------------------- hospitals


def _emergency_care(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """A&E attendances after assault, April 2016 to March 2021."""
    weight = (
        county.people
        * _pull(county, 0.2, 0.5)
        * _estates(county)
        * np.exp(rng.normal(0, 0.25, len(county.areas)))
    )
    target = Target(
        years=5,
        totals=published.AE,
        rates=published.DSR["ae"],
        county_rate=published.COUNTY_DSR["ae"] * 1.005,
        decile_rates=published.DECILE_DSR["ae"],
        higher=published.SIGNIFICANTLY_HIGHER["ae"],
        weight=weight * (sum(published.AE) / weight.sum()),
        ages=_AE_AGES,
        lower=np.ones(len(weight)),
        upper=np.full(len(weight), 300.0),
        shares=[_eastcotts(county, sum(published.AE))],
        deprived=round(published.AE_MOST_DEPRIVED * sum(published.AE)),
    )
    area, band = _events(rng, events_by_age(rng, county, target)[0])
    n = len(area)
    months = _months("2016-04", "2021-03")
    quiet = [_LOCKDOWN.get(str(np.datetime64(int(m), "M")), 1.0) for m in months]
    season = 1 + 0.1 * np.cos(2 * np.pi * (months % 12 - 6.5) / 12)
    slot = _draw(rng, _rhythm((23.5, 3.4, 1.0), (18, 3.0, 0.5), weekend=1.3), n)
    start = _days(rng, months[_deal(rng, season * quiet, n)], slot // 24) * _DAY + slot % 24 * 60
    start = _local(start + rng.integers(0, 60, n))
    order = np.argsort(start, kind="stable")
    area, band, start = area[order], band[order], start[order]
    by_ambulance = _deal(rng, np.array([1 - published.AE_BY_AMBULANCE, published.AE_BY_AMBULANCE]), n) == 1
    others = np.array(["Own transport", "On foot", "Public transport", "Police"])
    extract = {
        "EC_Ident": [f"{700_000_000 + 7 * i}" for i in range(n)],
        "Arrival_Date": _dates(start // _DAY),
        "Arrival_Time": np.where(rng.random(n) < 0.01, "", _clock(start)),
        "LSOA_Of_Residence": _codes(rng, county, area),
        "Age_At_Arrival": _ages(rng, band),
        "Stated_Gender": np.where(rng.random(n) < 0.69, "M", "F"),
        "Arrival_Mode": np.where(by_ambulance, "Ambulance", others[_draw(rng, np.array([58, 18, 16, 8]), n)]),
        "Injury_Intent": ["Assault"] * n,
        "Injury_Mechanism": _pick(
            rng,
            {
                "Assault by bodily force": 62,
                "Assault with a blunt object": 17,
                "Assault with a sharp object": 9,
                "Sexual assault": 3,
                "Other assault": 9,
            },
            n,
        ),
        "Discharge_Destination": _pick(
            rng, {"Home": 79, "Admitted": 11, "Left before treatment": 8, "Other provider": 2}, n
        ),
    }
    return extract | {"Token_Person_ID": _patients(rng, area, band, 0.12)}


def _admissions(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """Hospital admissions after assault, April 2011 to March 2021."""
    totals = tuple(sum(months) for months in published.ADMISSIONS_BY_MONTH)
    weight = (
        county.people
        * _pull(county, 0.18, 0.4)
        * _estates(county)
        * np.exp(rng.normal(0, 0.25, len(county.areas)))
    )
    target = Target(
        years=10,
        totals=totals,
        rates=published.DSR["admissions"],
        county_rate=published.COUNTY_DSR["admissions"] * 0.995,
        decile_rates={},
        higher=published.SIGNIFICANTLY_HIGHER["admissions"],
        weight=weight * (sum(totals) / weight.sum()),
        ages=_ADMITTED_AGES,
        lower=np.ones(len(weight)),
        upper=np.full(len(weight), 200.0),
        shares=[_eastcotts(county, sum(totals))],
    )
    area, band = _events(rng, events_by_age(rng, county, target)[0])
    n = len(area)
    month = np.empty(n, np.int64)
    for j, counts in enumerate(published.ADMISSIONS_BY_MONTH):
        month[county.borough[area] == j] = rng.permutation(np.repeat(np.arange(12), counts))
    first = _months("2011-04", "2011-04")[0]
    month = first + (month - 3) % 12 + 12 * rng.integers(0, 10, n)
    weekday = _deal(rng, np.array([13.0, 12.3, 12.2, 12.6, 13.6, 17.0, 19.3]), n)
    day = _days(rng, month, weekday)
    order = np.argsort(day, kind="stable")
    area, band, day = area[order], band[order], day[order]
    through = (
        _deal(rng, np.array([1 - published.ADMISSIONS_THROUGH_AE, published.ADMISSIONS_THROUGH_AE]), n) == 1
    )
    cause = _pick(
        rng, {"Y04": 61, "X99": 14, "Y00": 12, "Y08": 5, "Y09": 4, "Y05": 1.5, "Y07": 1.5, "X95": 1}, n
    )
    place = _pick(rng, {"0": 14, "4": 22, "5": 12, "8": 7, "9": 45}, n)
    injury = {"S026": 19, "S024": 12, "S022": 11, "S010": 12, "S018": 9, "S060": 9, "S099": 14, "S610": 5,
              "S270": 4, "S311": 5}  # fmt: skip
    extract = {
        "EPIKEY": [f"{900_000_000_000 + 13 * i}" for i in range(n)],
        "ADMIDATE": _dates(day),
        "LSOA11": _codes(rng, county, area),
        "STARTAGE": _ages(rng, band),
        "SEX": np.where(rng.random(n) < 0.76, "1", "2"),
        "ADMIMETH": np.where(through, "21", _pick(rng, {"28": 55, "22": 25, "24": 12, "23": 8}, n)),
        "DIAG_01": _pick(rng, injury, n),
        "CAUSE_4": np.char.add(cause.astype(str), place.astype(str)),
        "SPELDUR": np.where(rng.random(n) < 0.3, 0, rng.geometric(0.42, n) - 1 + (rng.random(n) < 0.04) * 9),
    }
    return extract | {"TOKEN_PERSON_ID": _patients(rng, area, band, 0.06)}


def _events(rng: np.random.Generator, table: Ints) -> tuple[Ints, Ints]:
    """Area and band of each event of a table, in random order."""
    area, band = np.nonzero(table)
    each = rng.permutation(np.repeat(np.arange(len(area)), table[area, band]))
    return area[each], band[each]


# ---------------------------------------------------------------- cells


def _pick(rng: np.random.Generator, weights: Mapping[str, float], size: int) -> NDArray:
    """Draw texts by weight."""
    return np.array(list(weights), dtype=object)[_draw(rng, np.array(list(weights.values()), float), size)]


def _flags(values: Any) -> NDArray:
    return np.where(values, "Y", "N")


def _patients(rng: np.random.Generator, area: Ints, band: Ints, again: float) -> NDArray:
    """A pseudonym for each event; a part of them belongs to an earlier patient of the same area and age."""
    seen: dict[tuple[int, int], list[int]] = {}
    person = np.arange(len(area))
    for i, (cell, returns, which) in enumerate(
        zip(zip(area, band, strict=True), rng.random(len(area)) < again, rng.random(len(area)), strict=True)
    ):
        earlier = seen.setdefault(cell, [])
        if returns and earlier:
            person[i] = earlier[int(which * len(earlier))]
        earlier.append(int(person[i]))
    names = np.array([f"{high:016X}{low:016X}" for high, low in rng.integers(0, 2**63, (len(area), 2))])
    return names.astype(object)[person]


def _ages(rng: np.random.Generator, band: Ints) -> NDArray:
    """Ages in years within their bands; blank where the band is -1."""
    years = np.arange(100).astype(str).astype(object)
    age = band * 5 + rng.integers(0, 5, len(band))
    return np.where(band < 0, "", years[age])


def _codes(rng: np.random.Generator, county: County, area: Ints) -> NDArray:
    """Codes of areas; of those elsewhere (-1) two in three are blank, the others of another county."""
    codes = county.areas.index.to_numpy(dtype=object)
    elsewhere = np.where(
        rng.random(len(area)) < 2 / 3, "", _OTHER_COUNTIES[rng.integers(0, len(_OTHER_COUNTIES), len(area))]
    )
    return np.where(area < 0, elsewhere, codes[area])


def _dates(days: Ints) -> NDArray:
    """Days since 1970 as dd/mm/yyyy."""
    first = days.min()
    calendar = pd.Series(np.arange(first, days.max() + 1).astype("datetime64[D]").astype("datetime64[s]"))
    return np.asarray(calendar.dt.strftime("%d/%m/%Y").to_numpy(dtype=object)[days - first])


def _clock(moments: Ints) -> NDArray:
    """Moments (minutes since 1970) as HH:MM."""
    dial = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(_DAY)]
    return np.array(dial, dtype=object)[moments % _DAY]


def _stamps(moments: Ints) -> NDArray:
    """Moments (minutes since 1970) as dd/mm/yyyy HH:MM."""
    return np.asarray(_dates(moments // _DAY) + " " + _clock(moments))


def _write_csv(path: Path, columns: Mapping[str, Any]) -> None:
    """Write columns without quotation marks (no cell holds a comma), line ends as on Unix."""
    import pyarrow as pa
    import pyarrow.csv

    table = pa.table({name: pa.array(np.asarray(cells)) for name, cells in columns.items()})
    with path.open("wb") as file:
        file.write((",".join(columns) + "\n").encode())
        pyarrow.csv.write_csv(
            table, file, pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        )


_FILES: dict[str, tuple[str, Callable[[np.random.Generator, County], dict[str, Any]]]] = {
    "offences": ("force-offences-2019-2023.csv", _offences),
    "ambulance": ("ambulance-calls-2022-2023.csv", _ambulance),
    "ae": ("emergency-care-2016-2021.csv", _emergency_care),
    "admissions": ("hospital-admissions-2011-2021.csv", _admissions),
}
KEYS = tuple(_FILES)
"""Keys of the sources, in the order in which their files are written."""
