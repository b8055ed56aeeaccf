"""Which offences do the invented police record?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Floats, Ints, Target, events_by_age, whole
from geo.demo.chance import (
    DAY,
    EPOCH_WEEKDAY,
    LOCKDOWN,
    QUINTILE_GAP,
    SEED,
    ages_of,
    codes_of,
    dates_of,
    days_of,
    draw,
    flags,
    local,
    minutes,
    months_of,
    pull,
    rhythm_of,
    some,
    stamps,
    top_quintile,
    town_centres,
)
from geo.demo.named import named
from geo.demo.persons import VIOLENCE, circumstances
from geo.demo.violence import VIOLENT, kinds_of
from geo.stats.clock import nights_of, weekdays_of_months

ASB = "Anti-social behaviour"
_POLICE_AGES = np.array([0.4, 1.2, 4.5, 12, 14, 13, 13, 12, 9, 7.5, 6, 4, 2.5, 1.5, 1.2, 0.9, 0.7, 0.5, 0.3])


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


_EVENING = rhythm_of((20, 3.5, 1.0), (16, 2.5, 0.5), weekend=0.5)
_SHOPS = rhythm_of((13, 3.2, 1.0), (17, 2.0, 0.6))
_OVERNIGHT = rhythm_of((19, 3.0, 0.8), (1, 3.5, 0.6), (8, 2.0, 0.3))
_NIGHT_OUT = rhythm_of((23, 3.0, 1.0), (17, 3.5, 0.5), weekend=1.6)
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


NIGHT_KINDS = ("Criminal damage and arson", "Public order", "Drugs", "Possession of weapons")
"""Categories of the night-time economy besides violence."""
NIGHT_WINDOW = months_of("2021-05", "2022-10")
NIGHT_HOURS = (*range(19, 24), *range(7))
_OFFENCE_MONTHS = months_of("2019-01", "2023-12")
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


def offence_target(rng: np.random.Generator, county: County) -> Target:
    """What the located violence of 2019-2023 must add up to."""
    totals = tuple(sum(months) for months in published.VIOLENCE_BY_MONTH)
    top = top_quintile(county)
    below, above = QUINTILE_GAP
    slack = rng.gamma(1.5, 28, len(top))
    weight = county.people**0.5 * pull(county, 0.2, 2.0) * np.exp(rng.normal(0, 0.25, len(top)))
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


def offences_of(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """The force's extract of 2019-2023."""
    aged, unaged = events_by_age(rng, county, offence_target(rng, county))
    violence = _violence(rng, county, aged, unaged)
    others = _other_offences(rng, county, aged.sum(axis=1) + unaged)
    _set_night_economy(rng, county, violence, others)
    events = pd.concat([violence, others], ignore_index=True)
    events = events.fillna({"sex": "?", "age": -1}).astype({"age": np.int64, "young": bool, "armed": bool})
    return _force_extract(rng, county, events)


def _violence(rng: np.random.Generator, county: County, aged: Ints, unaged: Ints) -> pd.DataFrame:
    """Violence: area and band (-1 unknown), kind, month, day, hour, whether midnight is only a default."""
    area, band = np.nonzero(aged)
    each = np.repeat(np.arange(len(area)), aged[area, band])
    clock = _violent_hours(rng)
    elsewhere = len(clock) - int(aged.sum() + unaged.sum())
    place = np.concatenate([area[each], np.repeat(np.arange(len(unaged)), unaged), np.full(elsewhere, -1)])
    bands = np.concatenate([band[each], np.full(unaged.sum(), -1), draw(rng, aged.sum(axis=0), elsewhere)])

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
    violence = pd.DataFrame(
        {
            "area": place,
            "band": bands,
            "category": VIOLENCE,
            "kind": draw(rng, np.array([share for _, _, share, *_ in VIOLENT]), len(place)),
            "month": month,
            "day": days_of(rng, month, hours["weekday"].to_numpy()),
            "hour": hours["hour"],
            "default": hours["default"],
            "ranged": rng.random(len(place)) < np.where(hours["default"], 0.55, 0.22),
        }
    )
    of = kinds_of(county, violence)
    return violence.assign(kind=of.kind, sex=of.sex, age=of.age, young=of.young, armed=of.knife)


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
        [group == k for k in range(6)], [draw(rng, weights, len(slot)) for weights in _WITHIN_GROUP]
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
    for text, quiet in LOCKDOWN.items():
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
        weight = county.people ** (1 - kind.follows) * violence**kind.follows * pull(county, 0.0, kind.centre)
        weight = weight * np.exp(rng.normal(0, 0.3, len(weight)))
        counts = drugs if name == "Drugs" else np.zeros(len(weight), np.int64)
        for j in range(3):
            mine = np.flatnonzero(county.borough == j)
            counts[mine] += rng.multinomial(row[j], weight[mine] / weight[mine].sum())
        place = np.append(np.repeat(np.arange(len(counts)), counts), np.full(row[3], -1))
        seasons = 1 + 0.1 * np.cos(2 * np.pi * (np.arange(60) % 12 - 6.5) / 12)
        quiet = [LOCKDOWN.get(str(np.datetime64(int(m), "M")), 1.0) for m in _OFFENCE_MONTHS]
        month = _OFFENCE_MONTHS[draw(rng, np.repeat(kind.years, 12) * seasons * quiet, len(place))]
        slot = draw(rng, kind.rhythm, len(place))
        unsure = rng.random(len(place))
        default = unsure < (0.1 if kind.ranged > 0.3 else 0.04)
        unknown = unsure > (0.9 if kind.ranged > 0.3 else 0.985)
        frames.append(
            pd.DataFrame(
                {
                    "area": place,
                    "band": np.where(
                        rng.random(len(place)) < kind.aged, draw(rng, _POLICE_AGES + 3, len(place)), -1
                    ),
                    "category": name,
                    "kind": draw(rng, np.array([share for _, _, share in kind.offences]), len(place)),
                    "month": month,
                    "day": days_of(rng, month, slot // 24),
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
    centre = town_centres(county)["Luton"][0]
    counts[centre] = round(total * published.DRUGS_TOP_SHARE)
    weight = violence**1.15 * pull(county, 0.0, 0.9) * np.exp(rng.normal(0, 0.3, len(violence)))
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

    def nights(events: pd.DataFrame, centre: Ints) -> pd.Series:
        late = (events["hour"] >= 19) | events["hour"].between(0, 6)
        return late & events["area"].isin(centre) & events["month"].isin(NIGHT_WINDOW)

    violence["town"], others["town"] = -1, -1
    for of, (town, centre) in enumerate(town_centres(county).items()):
        for wanted, kinds in zip(published.NIGHT_ECONOMY[town], (NIGHT_KINDS, (ASB,)), strict=True):
            kind = others["category"].isin(kinds)
            now = nights(others, centre) & kind
            fixed = 0 if kinds == (ASB,) else int(nights(violence, centre).sum())
            short = wanted - fixed - int(now.sum())
            here = kind & others["area"].isin(centre) & (others["hour"] >= 0) & ~others["default"]
            movable = others[here & (now if short < 0 else ~now)]
            if len(movable) < abs(short):
                raise ValueError(f"{town}: {wanted} nights are out of reach")
            # weekend nights last to go and first to come, from the daytime before other months
            weekend = np.isin((movable["day"] + EPOCH_WEEKDAY) % 7, (4, 5))
            before = 2 * ~movable["month"].isin(NIGHT_WINDOW)
            rank = rng.random(len(movable)) - 0.4 * np.sign(short) * weekend + before
            moved = movable.index[np.argsort(rank.to_numpy(), kind="stable")[: abs(short)]]
            late = others.loc[moved]
            if short < 0:
                others.loc[moved, "hour"] = rng.integers(9, 19, len(moved))
                continue
            month = np.where(
                late["month"].isin(NIGHT_WINDOW), late["month"], rng.choice(NIGHT_WINDOW, len(moved))
            )
            weekday = ((late["day"] + EPOCH_WEEKDAY) % 7).to_numpy()
            stays = (late["month"] == month).to_numpy()
            others.loc[moved, "day"] = np.where(stays, late["day"], days_of(rng, month, weekday))
            others.loc[moved, "month"] = month
            others.loc[moved, "hour"] = rng.integers(19, 24, len(moved))
        for events in (violence, others):
            night = nights(events, centre) & (events["category"].isin((VIOLENCE, *NIGHT_KINDS)))
            events.loc[night, "town"] = of
        _set_weekends(town, of, violence, others)


def _set_weekends(town: str, of: int, violence: pd.DataFrame, others: pd.DataFrame) -> None:
    """Move nights of a town centre within their months until its published weekends come out."""
    rng = np.random.default_rng([SEED, 32 + of])
    number = nights_of(weekdays_of_months(NIGHT_WINDOW + 1970 * 12), NIGHT_HOURS)[[4, 5]].mean()

    def at_weekend(events: pd.DataFrame) -> NDArray[np.bool_]:
        weekday = (events["day"] + EPOCH_WEEKDAY - (events["hour"] < 12)) % 7
        return np.asarray(weekday.isin((4, 5)))

    mine = others[(others["town"] == of) & ~others["default"]]
    every = pd.concat([violence[violence["town"] == of], others[others["town"] == of]])
    short = round(published.WEEKENDS[town] * number) - int(at_weekend(every).sum())
    free = mine[at_weekend(mine) == (short < 0)]
    moved = free.sample(min(abs(short), len(free)), random_state=rng)
    nights = np.array((4, 5) if short > 0 else (6, 0, 1, 2, 3))[
        rng.integers(0, 2 if short > 0 else 5, len(moved))
    ]
    weekday = (nights + (moved["hour"].to_numpy() < 12)) % 7
    others.loc[moved.index, "day"] = days_of(rng, moved["month"].to_numpy(), weekday)


def _force_extract(rng: np.random.Generator, county: County, events: pd.DataFrame) -> dict[str, Any]:
    """Columns of the dated extract, in the order of the moment committed."""
    n = len(events)
    hour, default = events["hour"].to_numpy(), events["default"].to_numpy()
    violent = (events["category"] == VIOLENCE).to_numpy()
    minute = np.where(default, 0, minutes(rng, n))
    start = local(events["day"].to_numpy() * DAY + np.maximum(hour, 0) * 60 + minute)
    # nobody knows when: from midnight to the end of the day, or to the end of some later day
    whole_day = (
        start + DAY - 1 + DAY * np.floor(rng.exponential(6, n) * (rng.random(n) < 0.4)).astype(np.int64)
    )
    noticed = start + np.where(violent, 5 + rng.exponential(90, n), 60 + rng.gamma(2.5, 190, n)).astype(
        np.int64
    )
    end = local(np.where(default, whole_day, noticed))
    ranged = events["ranged"].to_numpy() & (hour >= 0)
    lag = np.where(rng.random(n) < 0.8, rng.exponential(400, n), rng.exponential(14_000, n)).astype(np.int64)
    recorded = local(np.where(ranged, end, start) + 5 + lag)

    order = np.argsort(start, kind="stable")
    events = events.iloc[order]
    start, end, recorded = start[order], end[order], recorded[order]
    ranged, violent = ranged[order], violent[order]
    sheet = _offence_sheet(rng, events, violent)
    dates = dates_of(start // DAY)
    found = circumstances(county, events, sheet)
    return {
        "Crime Reference": [f"40/{i:06d}/{date[8:]}" for i, date in enumerate(dates, start=1)],
        "Home Office Code": sheet["code"],
        "Offence": sheet["offence"],
        "Offence Group": events["category"],
        "Committed From": np.where(events["hour"] < 0, dates, stamps(start)),
        "Committed To": np.where(ranged, stamps(end), ""),
        "Recorded": stamps(recorded),
        "LSOA Code": codes_of(rng, county, events["area"].to_numpy()),
        "Victim Age": _ages(rng, events),
        "Victim Sex": sheet["sex"],
        "Domestic Abuse": flags(sheet["domestic"]),
        "Knife": flags(sheet["knife"]),
        "Injury": flags(sheet["injury"]),
        **found,
        **named(county, events, sheet, found["Premises Type"]),
    }


def _domestic_at_night(
    town: Ints, domestic: NDArray[np.bool_], violent: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Domestic abuse, the published part of it in the night-time economy of each town."""
    rng = np.random.default_rng([SEED, 36])
    found = domestic.copy()
    for of, share in enumerate(published.NIGHT_DOMESTIC.values()):
        mine = town == of
        wanted = round(share * int(mine.sum()))
        likely = mine * np.where(domestic, 100.0, violent * 1.0)
        found[mine] = some(rng.random(len(town)), likely, wanted)[mine]
    return found


def _ages(rng: np.random.Generator, events: pd.DataFrame) -> NDArray:
    """Ages of the victims in years, as the kind of offence has them where it has."""
    years, told = ages_of(rng, events["band"].to_numpy()), events["age"].to_numpy()
    return np.where(told >= 0, told.astype(str).astype(object), years)


def _offence_sheet(
    rng: np.random.Generator, events: pd.DataFrame, violent: NDArray[np.bool_]
) -> pd.DataFrame:
    """What was recorded of each offence: code, name, flags, sex of the victim."""
    lists = [(name, kind.offences) for name, kind in _KINDS.items()]
    rows = [(VIOLENCE, k, *row) for k, row in enumerate(VIOLENT)]
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
    woman = np.where(domestic, 0.739, np.where(violent, 0.395, 0.44))
    sex = np.where(rng.random(n) < woman, "F", "M").astype(object)
    sex[(sheet["band"] < 0).to_numpy()] = ""
    told = events["sex"].to_numpy()
    sex = np.where(told == "?", sex, told)
    domestic = _domestic_at_night(events["town"].to_numpy(), domestic.to_numpy(), violent)
    murdered = (sheet["code"] == "1").to_numpy()
    knife = np.where(murdered, events["armed"].to_numpy(), knife)
    return sheet.assign(domestic=domestic, injury=injury, knife=knife, sex=sex)
