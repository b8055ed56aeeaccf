"""Whom do the invented ambulances and hospitals see?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demo import published
from geo.demo.calibrate import County, Floats, Ints, Target, events_by_age, rake, whole
from geo.demo.chance import (
    DAY,
    LOCKDOWN,
    SEED,
    ages_of,
    clock_of,
    codes_of,
    dates_of,
    days_of,
    deal,
    draw,
    eastcotts,
    estates,
    flags,
    local,
    months_of,
    patients,
    pick,
    pull,
    rhythm_of,
    some,
    stamps,
)

_AE_AGES = np.array([0.5, 1.2, 5, 13, 18, 17, 13, 10, 7, 6, 5, 3.5, 2, 1, 0.7, 0.5, 0.4, 0.3, 0.2])
_ADMITTED_AGES = np.array([1, 1, 4, 13, 18, 15, 12, 10, 8, 7, 5, 3, 2, 1, 0.7, 0.5, 0.5, 0.4, 0.3])


def ambulance(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """The dispatch extract of 2022 and 2023."""
    weight = county.people * pull(county, 0.16, 2.6) * estates(county) ** 0.7
    weight = weight * np.exp(rng.normal(0, 0.4, len(weight)))
    rhythm = rhythm_of((23, 3.2, 1.0), (18, 3.0, 0.4), weekend=1.4)
    season = np.ones(12) + 0.05 * np.sin(np.arange(12))
    season[np.array(published.AMBULANCE_PEAKS) - 1] = (1.38, 1.5, 1.34)
    latest = _ambulance_counts(weight)
    parts = []
    for year, number in published.AMBULANCE.items():
        counts = latest if year == 2023 else rng.multinomial(number, (latest + 0.6) / (latest + 0.6).sum())
        month = months_of(f"{year}-01", f"{year}-01")[0] + deal(rng, season, number)
        slot = draw(rng, rhythm, number)
        male = deal(rng, np.array([1 - published.AMBULANCE_MALE, published.AMBULANCE_MALE]), number)
        parts.append(
            pd.DataFrame(
                {
                    "area": rng.permutation(np.repeat(np.arange(len(counts)), counts)),
                    "start": days_of(rng, month, slot // 24) * DAY
                    + slot % 24 * 60
                    + rng.integers(0, 60, number),
                    "male": male,
                }
            )
        )
    calls = pd.concat(parts, ignore_index=True)
    calls["start"] = local(calls["start"].to_numpy())
    calls = calls.sort_values("start", kind="stable")
    n = len(calls)
    male = calls["male"].to_numpy() == 1
    nature = np.where(
        male,
        np.array(["Assault", "Stabbing or gunshot wound", "Sexual assault"])[
            draw(rng, np.array([88, 11, 1]), n)
        ],
        np.array(["Assault", "Stabbing or gunshot wound", "Sexual assault"])[
            draw(rng, np.array([87, 4, 9]), n)
        ],
    )
    complaint = {"Assault": "04B01", "Stabbing or gunshot wound": "27D03", "Sexual assault": "04D04"}
    ages = np.where(rng.random(n) < 0.06, -1, draw(rng, _AE_AGES, n))
    seconds = np.array([f":{second:02d}" for second in rng.integers(0, 60, n)], dtype=object)
    return {
        "Incident Number": [f"{5_000_000 + i}" for i in range(n)],
        "Call Connected": stamps(calls["start"].to_numpy()) + seconds,
        "Nature of Call": nature,
        "Chief Complaint Code": pd.Series(nature).map(complaint),
        "LSOA Code": codes_of(rng, county, calls["area"].to_numpy()),
        "Patient Age": ages_of(rng, ages),
        "Patient Sex": np.where(male, "M", "F"),
        "Conveyed": flags(rng.random(n) < 0.62),
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


def emergency_care(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """A&E attendances after assault, April 2016 to March 2021."""
    weight = (
        county.people
        * pull(county, 0.2, 0.5)
        * estates(county)
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
        shares=[eastcotts(county, sum(published.AE))],
        deprived=round(published.AE_MOST_DEPRIVED * sum(published.AE)),
    )
    area, band = _events(rng, events_by_age(rng, county, target)[0])
    n = len(area)
    months = months_of("2016-04", "2021-03")
    quiet = [LOCKDOWN.get(str(np.datetime64(int(m), "M")), 1.0) for m in months]
    season = 1 + 0.1 * np.cos(2 * np.pi * (months % 12 - 6.5) / 12)
    slot = draw(rng, rhythm_of((23.5, 3.4, 1.0), (18, 3.0, 0.5), weekend=1.3), n)
    start = days_of(rng, months[deal(rng, season * quiet, n)], slot // 24) * DAY + slot % 24 * 60
    start = local(start + rng.integers(0, 60, n))
    order = np.argsort(start, kind="stable")
    area, band, start = area[order], band[order], start[order]
    by_ambulance = deal(rng, np.array([1 - published.AE_BY_AMBULANCE, published.AE_BY_AMBULANCE]), n) == 1
    others = np.array(["Own transport", "On foot", "Public transport", "Police"])
    extract = {
        "EC_Ident": [f"{700_000_000 + 7 * i}" for i in range(n)],
        "Arrival_Date": dates_of(start // DAY),
        "Arrival_Time": np.where(rng.random(n) < 0.01, "", clock_of(start)),
        "LSOA_Of_Residence": codes_of(rng, county, area),
        "Age_At_Arrival": ages_of(rng, band),
        "Stated_Gender": np.where(rng.random(n) < 0.69, "M", "F"),
        "Arrival_Mode": np.where(by_ambulance, "Ambulance", others[draw(rng, np.array([58, 18, 16, 8]), n)]),
        "Injury_Intent": ["Assault"] * n,
        "Injury_Mechanism": pick(
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
        "Discharge_Destination": pick(
            rng, {"Home": 79, "Admitted": 11, "Left before treatment": 8, "Other provider": 2}, n
        ),
    }
    return extract | {"Token_Person_ID": patients(rng, area, band, 0.12)}


def admissions(rng: np.random.Generator, county: County) -> dict[str, Any]:
    """Hospital admissions after assault, April 2011 to March 2021."""
    totals = tuple(sum(months) for months in published.ADMISSIONS_BY_MONTH)
    weight = (
        county.people
        * pull(county, 0.18, 0.4)
        * estates(county)
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
        shares=[eastcotts(county, sum(totals))],
    )
    area, band = _events(rng, events_by_age(rng, county, target)[0])
    n = len(area)
    month = np.empty(n, np.int64)
    for j, counts in enumerate(published.ADMISSIONS_BY_MONTH):
        month[county.borough[area] == j] = rng.permutation(np.repeat(np.arange(12), counts))
    first = months_of("2011-04", "2011-04")[0]
    month = first + (month - 3) % 12 + 12 * rng.integers(0, 10, n)
    weekday = deal(rng, np.array([13.0, 12.3, 12.2, 12.6, 13.6, 17.0, 19.3]), n)
    day = days_of(rng, month, weekday)
    order = np.argsort(day, kind="stable")
    area, band, day = area[order], band[order], day[order]
    through = (
        deal(rng, np.array([1 - published.ADMISSIONS_THROUGH_AE, published.ADMISSIONS_THROUGH_AE]), n) == 1
    )
    cause = pick(
        rng, {"Y04": 61, "X99": 14, "Y00": 12, "Y08": 5, "Y09": 4, "Y05": 1.5, "Y07": 1.5, "X95": 1}, n
    )
    place = pick(rng, {"0": 14, "4": 22, "5": 12, "8": 7, "9": 45}, n)
    injury = {"S026": 19, "S024": 12, "S022": 11, "S010": 12, "S018": 9, "S060": 9, "S099": 14, "S610": 5,
              "S270": 4, "S311": 5}  # fmt: skip
    extract = {
        "EPIKEY": [f"{900_000_000_000 + 13 * i}" for i in range(n)],
        "ADMIDATE": dates_of(day),
        "LSOA11": codes_of(rng, county, area),
        "STARTAGE": ages_of(rng, band),
        "SEX": np.where(rng.random(n) < 0.76, "1", "2"),
        "ADMIMETH": np.where(through, "21", pick(rng, {"28": 55, "22": 25, "24": 12, "23": 8}, n)),
        "DIAG_01": pick(rng, injury, n),
        "CAUSE_4": np.char.add(cause.astype(str), place.astype(str)),
        "SPELDUR": np.where(rng.random(n) < 0.3, 0, rng.geometric(0.42, n) - 1 + (rng.random(n) < 0.04) * 9),
    }
    return extract | {"TOKEN_PERSON_ID": patients(rng, area, band, 0.06)} | _diagnoses(n)


_MENTAL = {"F329": 30, "F603": 14, "F411": 20, "F432": 16, "F209": 8, "F319": 12}
_DRUGS_MENTAL = {"F111": 20, "F112": 15, "F121": 25, "F141": 22, "F192": 18}
_DRUGS = {"T401": 20, "T405": 20, "T436": 20, "Y120": 20, "T402": 20}
_DRINK_MENTAL = {"F100": 60, "F101": 22, "F102": 18}
_DRINK = {"Y911": 40, "T510": 25, "K703": 10, "X450": 10, "Y901": 15}


def _diagnoses(n: int) -> dict[str, Any]:
    """Further diagnoses of the admissions: mental health, drugs and alcohol in the published parts."""
    rng = np.random.default_rng([SEED, 40])

    def among(share: float, of: NDArray) -> NDArray[np.bool_]:
        return some(rng.random(n), of * 1.0, round(share * n))

    mental = among(published.MENTAL, np.ones(n))
    by_drugs = among(0.7 * published.SUBSTANCE, mental)
    drugs = among(0.3 * published.SUBSTANCE, ~by_drugs)
    by_drink = among(0.7 * published.DRINK, mental)
    drink = among(0.3 * published.DRINK, ~by_drink)
    found = np.full((n, 4), "", object)
    filled = np.zeros(n, np.int64)
    for mask, codes in (
        (mental & ~by_drugs & ~by_drink, _MENTAL),
        (by_drugs, _DRUGS_MENTAL),
        (drugs, _DRUGS),
        (by_drink, _DRINK_MENTAL),
        (drink, _DRINK),
    ):
        here = np.flatnonzero(mask)
        found[here, filled[here]] = pick(rng, codes, len(here))
        filled[here] += 1
    return {f"DIAG_{2 + at:02d}": found[:, at] for at in range(4)}


def _events(rng: np.random.Generator, table: Ints) -> tuple[Ints, Ints]:
    """Area and band of each event of a table, in random order."""
    area, band = np.nonzero(table)
    each = rng.permutation(np.repeat(np.arange(len(area)), table[area, band]))
    return area[each], band[each]
