"""What was published of the demonstration county besides events? Made-up tables in their publishers' layouts.

Every name says that it is made up. The numbers follow deprivation and town centres loosely and fall or rise a
little from year to year; England's are as invented as the county's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geo.demo import chance
from geo.stats.intervals import poisson_interval

MADE_UP = " (made up)"
YEARS = range(2018, 2024)
ENGLAND = ("E92000001", "England")
COUNTY = "Bedfordshire"
FINGERTIPS = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,"
    "Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Lower CI 99.8 limit,"
    "Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,Compared to England value or percentiles,"
    "Compared to Regions (statistical) value or percentiles,Time period Sortable,New data,Compared to goal,"
    "Time period range"
).split(",")


def indicators(folder: Path, areas: pd.DataFrame, population: pd.DataFrame) -> list[tuple[str, Path]]:
    """Write the tables of indicators: for each the name of its declaration, and its file."""
    people = population.groupby("lsoa11cd")["population"].sum().reindex(areas.index)
    need = 1.6 - 0.11 * areas["imd_decile"]
    found = []
    for at, (declared, make) in enumerate(_TABLES.items()):
        rng = np.random.default_rng([chance.SEED, 60 + at])
        path = folder / f"{declared}-made-up.csv"
        make(rng, areas, people, need).to_csv(path, index=False, lineterminator="\n")
        found.append((declared, path))
    return found


def _by(areas: pd.DataFrame, people: pd.Series, need: pd.Series, code: str, name: str) -> pd.DataFrame:
    """Residents and how much more than England's is to be expected, of wards or boroughs."""
    table = pd.DataFrame({"people": people, "need": need * people})
    keys = [areas[code].rename("code"), areas[name].rename("name")]
    found = table.groupby(keys).sum().reset_index()
    return found.assign(need=found["need"] / found["people"])


_OF_FINGERTIPS = (
    # id, name, per 100,000 of England, share of residents counted, change a year, lower is better, wards too
    ("90001", "Emergency hospital admissions for violence, aged 15 and over", 42.0, 0.81, 0.97, True, False),
    ("90002", "Hospital admissions as a result of self-harm, 10 to 24 years", 390.0, 0.18, 0.93, True, False),
    ("90003", "Hospital admissions for alcohol-specific conditions", 620.0, 1.0, 1.01, True, True),
    (
        "90004",
        "Adults with a dependency on alcohol who are not in treatment",
        1_060.0,
        0.81,
        0.985,
        True,
        False,
    ),
)


def _fingertips(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Indicators of boroughs, of the county and of England; of one those of wards too."""
    boroughs = _by(areas, people, need, "lad24cd", "borough").assign(kind="Districts & UAs (from Apr 2023)")
    wards = _by(areas, people, need, "wd24cd", "ward").assign(kind="Wards")
    county = pd.DataFrame([("E23000026", COUNTY, people.sum(), 1.0, "Police force areas")])
    county.columns = boroughs.columns
    rows = []
    for code, name, rate, share, change, lower, small in _OF_FINGERTIPS:
        for area in pd.concat([boroughs, county, *([wards] if small else [])]).itertuples():
            own = np.exp(rng.normal(0, 0.05))
            before: list[tuple[float, float]] = []
            for year in YEARS:
                of = area.people * share
                mean = (
                    of
                    * rate
                    / 1e5
                    * area.need
                    * own
                    * change ** (year - YEARS[0])
                    * np.exp(rng.normal(0, 0.02))
                )
                count = int(rng.poisson(mean))
                england = rate * change ** (year - YEARS[0])
                limits = [float(limit) / of * 1e5 for limit in poisson_interval(float(count))]
                side = "Similar" if limits[0] <= england <= limits[1] else "Higher"
                side = "Lower" if limits[1] < england else side
                good = {"Higher": "Worse", "Lower": "Better"} if lower else {}
                hidden = 0 < count < 8
                before.append((count, of))
                rows.append(
                    {
                        **dict.fromkeys(FINGERTIPS, ""),
                        "Indicator ID": code,
                        "Indicator Name": name + MADE_UP,
                        "Parent Code": "E12000006",
                        "Parent Name": "East of England region (statistical)",
                        "Area Code": area.code,
                        "Area Name": area.name,
                        "Area Type": area.kind,
                        "Sex": "Persons",
                        "Age": "All ages",
                        "Time period": f"{year}/{(year + 1) % 100:02d}",
                        "Value": "" if hidden else round(count / of * 1e5, 4),
                        "Lower CI 95.0 limit": "" if hidden else round(limits[0], 4),
                        "Upper CI 95.0 limit": "" if hidden else round(limits[1], 4),
                        "Count": "" if hidden else count,
                        "Denominator": round(of),
                        "Value note": "Value suppressed for disclosure control due to small count"
                        if hidden
                        else "",
                        "Recent Trend": "Cannot be calculated",
                        "Compared to England value or percentiles": good.get(side, side),
                        "Time period Sortable": f"{year}0000",
                        "Time period range": "1y",
                    }
                )
        for year in YEARS:
            rows.append(
                {
                    **dict.fromkeys(FINGERTIPS, ""),
                    "Indicator ID": code,
                    "Indicator Name": name + MADE_UP,
                    "Area Code": ENGLAND[0],
                    "Area Name": ENGLAND[1],
                    "Area Type": ENGLAND[1],
                    "Sex": "Persons",
                    "Age": "All ages",
                    "Time period": f"{year}/{(year + 1) % 100:02d}",
                    "Value": round(rate * change ** (year - YEARS[0]), 4),
                    "Recent Trend": "Cannot be calculated",
                    "Time period Sortable": f"{year}0000",
                    "Time period range": "1y",
                }
            )
    return pd.DataFrame(rows)[FINGERTIPS]


def _youth_justice(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Children: first entrants and custody by borough, county lines of the county only."""
    boroughs = _by(areas, people, need, "lad24cd", "borough")
    county = pd.DataFrame([("", COUNTY, people.sum(), 1.0)], columns=boroughs.columns)
    rows = []
    for measure, rate, change, whole in (
        ("First time entrants to the youth justice system", 168.0, 0.92, False),
        ("Children sentenced to custody", 11.0, 0.88, False),
        ("Children referred because of county lines", 64.0, 1.12, True),
    ):
        for area in (county if whole else boroughs).itertuples():
            for year in YEARS:
                of = round(area.people * 0.105)
                count = int(rng.poisson(of * rate / 1e5 * area.need * change ** (year - YEARS[0])))
                told = count == 0 or count >= 3
                rows.append(
                    (
                        measure + MADE_UP,
                        area.name,
                        f"{year}/{(year + 1) % 100:02d}",
                        round(count / of * 1e5, 1) if told else "*",
                        count if told else "*",
                        of,
                    )
                )
        rows += [
            (
                measure + MADE_UP,
                "England",
                f"{year}/{(year + 1) % 100:02d}",
                round(rate * change ** (year - YEARS[0]), 1),
                "",
                "",
            )
            for year in YEARS
        ]
    return pd.DataFrame(rows, columns=["Measure", "Area", "Year", "Rate", "Children", "Population"])


def _treatment_need(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Of those estimated to need treatment, how many are in it: a county's own numbers, controlled."""
    rows = []
    for substance, share, met in (("Opiates and crack", 0.0078, 0.47), ("Alcohol", 0.0112, 0.19)):
        for area in _by(areas, people, need, "lad24cd", "borough").itertuples():
            for year in YEARS:
                of = round(area.people * share * area.need)
                count = int(rng.binomial(of, min(0.9, met * 1.02 ** (year - YEARS[0]))))
                period = f"{year}-{(year + 1) % 100:02d}"
                rows.append(
                    (f"In treatment: {substance.lower()}{MADE_UP}", area.name, period, count, of, "Made up")
                )
    head = ["Substance", "Local authority", "Financial year", "In treatment", "Estimated need", "Source"]
    return pd.DataFrame(rows, columns=head)


def _perceptions(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """What people answer in a survey, with its margin."""
    rows = []
    for question, share, better in (
        ("Feel safe walking alone after dark", 0.61, "higher"),
        ("Think that the police do a good job here", 0.54, "higher"),
        ("See drunk or rowdy behaviour as a problem", 0.19, "lower"),
    ):
        of = _by(areas, people, need, "lad24cd", "borough")
        for area in pd.concat([of, pd.DataFrame([("", "England", 1, 1.0)], columns=of.columns)]).itertuples():
            for year in YEARS:
                asked = 9_000 if area.name == "England" else 640
                tilt = (1 - area.need) * (0.15 if better == "higher" else -0.08)
                part = (
                    rng.binomial(asked, share + tilt - 0.006 * (year - YEARS[0]) * (better == "higher"))
                    / asked
                )
                margin = 196 * np.sqrt(part * (1 - part) / asked)
                rows.append(
                    (
                        question + MADE_UP,
                        area.name,
                        year,
                        f"{100 * part:.1f}%",
                        round(margin, 1),
                        asked,
                        better,
                    )
                )
    frame = pd.DataFrame(
        rows, columns=["Question", "Area", "Period", "Percent", "Margin of error", "Answers", "Better"]
    )
    return frame.assign(Survey="Made-up survey of residents")


# ---------------------------------------------------------------- the place


def place(folder: Path, areas: pd.DataFrame, population: pd.DataFrame) -> dict[str, Path]:
    """Write ethnic groups, area classification and workplace population: kind to file."""
    people = population.groupby("lsoa11cd")["population"].sum().reindex(areas.index).to_numpy()
    found = {}
    for at, (kind, make) in enumerate(_PLACE.items()):
        rng = np.random.default_rng([chance.SEED, 80 + at])
        found[kind] = folder / f"{kind}-made-up.csv"
        make(rng, areas, people).to_csv(found[kind], index=False, lineterminator="\n")
    return found


_ETHNIC = {
    "Asian, Asian British or Asian Welsh: Indian": 0.03,
    "Asian, Asian British or Asian Welsh: Pakistani": 0.05,
    "Asian, Asian British or Asian Welsh: Other Asian": 0.06,
    "Black, Black British, Black Welsh, Caribbean or African: African": 0.04,
    "Black, Black British, Black Welsh, Caribbean or African: Caribbean": 0.02,
    "Mixed or Multiple ethnic groups: White and Asian": 0.015,
    "Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups": 0.025,
    "White: English, Welsh, Scottish, Northern Irish or British": 0.62,
    "White: Other White": 0.1,
    "Other ethnic group: Any other ethnic group": 0.03,
}
"""Ethnic groups of the demonstration and their share: some of those of Census table TS021, by its names."""


def _ethnicity(rng: np.random.Generator, areas: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """Residents by ethnic group, in the columns of the Census."""
    share = np.array(list(_ETHNIC.values()))
    town = areas["urbanity"].to_numpy()[:, None] * np.where(np.array(list(_ETHNIC)) == _MOST, -0.9, 1.2)
    weight = share * np.exp(town + rng.normal(0, 0.25, (len(areas), len(share))))
    counts = np.array([rng.multinomial(n, w / w.sum()) for n, w in zip(people, weight, strict=True)])
    columns = {f"Ethnic group: {name}": counts[:, at] for at, name in enumerate(_ETHNIC)}
    return pd.DataFrame({"LSOA11CD": areas.index, **columns})


_MOST = "White: English, Welsh, Scottish, Northern Irish or British"


def _classification(rng: np.random.Generator, areas: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """Subgroups by deprivation and how urban an area is."""
    urban, decile = areas["urbanity"].to_numpy(), areas["imd_decile"].to_numpy()
    luton = (areas["borough"] == "Luton").to_numpy()
    kinds = [
        (urban < 0.15, "1a1 1a2 2b1 2b2"),
        (luton & (decile <= 3), "4a1 4a2 4b1 4b2 4c1"),
        (luton & (decile <= 6), "5b1 5b2 6c1 3b2"),
        (decile <= 2, "8a2 8b1 8b3 6a3"),
        (decile <= 5, "7a1 7a2 7b1 6a1 6b2"),
        (urban > 0.75, "3a2 3c1 6c2"),
        (np.ones(len(areas), bool), "2a1 2a2 1b1 1c1 5a2"),
    ]
    found = np.full(len(areas), "", dtype="<U3")
    for which, codes in kinds:
        mine = which & (found == "")
        found[mine] = rng.choice(codes.split(), int(mine.sum()))
    group = [code[:2] for code in found]
    supergroup = [code[:1] for code in found]
    return pd.DataFrame(
        {"LSOA11CD": areas.index, "Subgroup": found, "Group": group, "Supergroup": supergroup}
    )


def _workplace(rng: np.random.Generator, areas: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """People who work there: at home everywhere, many more in town centres and a few estates."""
    urban = areas["urbanity"].to_numpy()
    mean = people * (0.14 + 0.05 * rng.random(len(areas)) + 3.2 * np.clip(urban - 0.55, 0, None) ** 1.5)
    estate = rng.random(len(areas)) < 0.04
    return pd.DataFrame({"LSOA11CD": areas.index, "Count": rng.poisson(mean * np.where(estate, 8, 1))})


_PLACE: dict[str, Callable[[np.random.Generator, pd.DataFrame, np.ndarray], pd.DataFrame]] = {
    "ethnicity": _ethnicity,
    "classification": _classification,
    "workplace": _workplace,
}
KINDS = tuple(_PLACE)
"""Kinds of the tables of the place."""

# ---------------------------------------------------------------- the registry of indicators

_Make = Callable[[np.random.Generator, pd.DataFrame, pd.Series, pd.Series], pd.DataFrame]
_TABLES: dict[str, _Make] = {
    "fingertips": _fingertips,
    "youth_justice": _youth_justice,
    "treatment_need": _treatment_need,
    "perceptions": _perceptions,
}
INDICATORS = tuple(_TABLES)
"""Names of the declarations of the tables of indicators."""
