"""What was published of the demonstration county besides events? Made-up tables in their publishers' layouts.

Every name says that it is made up. The numbers follow deprivation and town centres loosely and fall or rise a
little from year to year; England's are as invented as the county's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Fingertips:
    """One indicator: England's rate per 100,000, the part of the residents counted, how it changes a year."""

    code: str
    name: str
    rate: float
    share: float
    change: float
    wards: bool = False

    def in_england(self, year: int) -> float:
        """England's rate of a year."""
        return float(self.rate * self.change ** (year - YEARS[0]))

    def row(self, area: tuple[str, str, str], year: int) -> dict[str, object]:
        """What every row of it says."""
        return {
            **dict.fromkeys(FINGERTIPS, ""),
            "Indicator ID": self.code,
            "Indicator Name": self.name + MADE_UP,
            **dict(zip(("Area Code", "Area Name", "Area Type"), area, strict=True)),
            "Sex": "Persons",
            "Age": "All ages",
            "Time period": f"{year}/{(year + 1) % 100:02d}",
            "Recent Trend": "Cannot be calculated",
            "Time period Sortable": f"{year}0000",
            "Time period range": "1y",
        }


_OF_FINGERTIPS = (
    _Fingertips("90001", "Emergency hospital admissions for violence, aged 15 and over", 42.0, 0.81, 0.97),
    _Fingertips("90002", "Hospital admissions as a result of self-harm, 10 to 24 years", 390.0, 0.18, 0.93),
    _Fingertips("90003", "Hospital admissions for alcohol-specific conditions", 620.0, 1.0, 1.01, wards=True),
    _Fingertips(
        "90004", "Adults with a dependency on alcohol who are not in treatment", 1_060.0, 0.81, 0.985
    ),
    _Fingertips("90005", "First time entrants to the youth justice system", 168.0, 0.105, 0.92),
)


def _fingertips(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Indicators of boroughs, of the county that they make up, and of England; of one those of wards too."""
    boroughs = _by(areas, people, need, "lad24cd", "borough").assign(kind="Districts & UAs (from Apr 2023)")
    wards = _by(areas, people, need, "wd24cd", "ward").assign(kind="Wards")
    rows: list[dict[str, object]] = []
    for of in _OF_FINGERTIPS:
        counts = {}
        for area in pd.concat([boroughs, *([wards] if of.wards else [])]).itertuples():
            own = np.exp(rng.normal(0, 0.05))
            counts[area.code] = [
                int(rng.poisson(area.people * of.share * of.in_england(year) / 1e5 * area.need * own * noise))
                for year, noise in zip(YEARS, np.exp(rng.normal(0, 0.02, len(YEARS))), strict=True)
            ]
            rows += _of_area(of, (area.code, area.name, area.kind), area.people, counts[area.code])
        whole = np.sum([counts[code] for code in boroughs["code"]], axis=0).tolist()
        rows += _of_area(of, ("E23000026", COUNTY, "Police force areas"), people.sum(), whole)
        for year in YEARS:
            rows.append(of.row((*ENGLAND, ENGLAND[1]), year) | {"Value": round(of.in_england(year), 4)})
    return pd.DataFrame(rows)[FINGERTIPS]


def _of_area(
    of: _Fingertips, area: tuple[str, str, str], people: float, counts: Sequence[int]
) -> list[dict[str, object]]:
    """Rows of one area, a year each; small counts are suppressed as their publisher would."""
    rows = []
    for year, count in zip(YEARS, counts, strict=True):
        number = people * of.share
        low, high = (float(limit) / number * 1e5 for limit in poisson_interval(float(count)))
        england = of.in_england(year)
        side = "Similar" if low <= england <= high else "Worse" if low > england else "Better"
        told: dict[str, object] = {
            "Value": round(count / number * 1e5, 4),
            "Lower CI 95.0 limit": round(low, 4),
            "Upper CI 95.0 limit": round(high, 4),
            "Count": count,
        }
        if 0 < count < 8:
            told = {"Value note": "Value suppressed for disclosure control due to small count"}
        row = of.row(area, year) | {"Parent Code": "E12000006", "Denominator": round(number)} | told
        row["Parent Name"] = "East of England region (statistical)"
        rows.append(row | {"Compared to England value or percentiles": side})
    return rows


_TIERS = {"Pre Court": 78.0, "First Tier": 61.0, "Community": 34.0, "Custody": 11.0}
"""Tiers of cautions and sentences of the Youth Justice Board: how many a year per 100,000 children."""


def _youth_sentences(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Cautions and sentences of children by service: several rows of a tier and year, which add up."""
    rows = []
    for area in _by(areas, people, need, "lad24cd", "borough").itertuples():
        for year in YEARS:
            for tier, rate in _TIERS.items():
                mean = area.people * 0.105 * rate / 1e5 * area.need * 0.9 ** (year - YEARS[0])
                boys = int(rng.poisson(0.84 * mean))
                for sex, count in (("Boys", boys), ("Girls", int(rng.poisson(0.16 * mean)))):
                    period = f"{year}-{(year + 1) % 100:02d}"
                    rows.append((period, area.name, COUNTY, "England", f"{tier}{MADE_UP}", sex, count))
    head = "Financial_Year,YJS,PCC,England_Wales,Caution_or_sentence_tier,Sex,Number_Cautioned_Sentenced"
    return pd.DataFrame(rows, columns=head.split(","))


def _published(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Children referred because of county lines: of the county alone, in the plain form."""
    rows = []
    of, rate = round(people.sum() * 0.105), 64.0
    for year in YEARS:
        count = int(rng.poisson(of * rate / 1e5 * 1.12 ** (year - YEARS[0])))
        period = f"{year}/{(year + 1) % 100:02d}"
        name = f"Children referred because of county lines{MADE_UP}"
        unit, source = "per 100,000 aged 10 to 17", "Made-up register of referrals"
        rows.append((name, COUNTY, period, round(count / of * 1e5, 1), count, of, unit, "lower", source))
    return pd.DataFrame(
        rows, columns="indicator,area,period,value,count,denominator,unit,better,source".split(",")
    )


_DRUG_GROUPS = {
    "Opiate": 0.0036,
    "Non-opiate only": 0.0008,
    "Non-opiate & alcohol": 0.0010,
    "Alcohol only": 0.0022,
}
"""Groups of the National Drug Treatment Monitoring System, and the part of the residents in treatment."""


def _treatment_numbers(
    rng: np.random.Generator, areas: pd.DataFrame, people: pd.Series, need: pd.Series
) -> pd.DataFrame:
    """Adults in treatment as ViewIt exports them, to the nearest five: by sex and drug group, and all."""
    rows = []
    for area in _by(areas, people, need, "lad24cd", "borough").itertuples():
        for year in YEARS:
            for group, share in _DRUG_GROUPS.items():
                count = int(rng.poisson(area.people * share * area.need * 1.02 ** (year - YEARS[0])))
                for sex, part in (("F", 0.31), ("M", 0.69), ("Total", 1.0)):
                    period = f"{year}/{(year + 1) % 100:02d}"
                    told = 5 * round(count * part / 5)
                    rows.append(
                        (period, area.name, sex, "Total", f"{group}{MADE_UP}", told, 5 * round(told * 0.09))
                    )
    return pd.DataFrame(
        rows,
        columns="ReportingPeriod,Area,sex,age_group,drug_group,intreatment_allintx,newpresentation_newtx".split(
            ","
        ),
    )


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
    "youth_sentences": _youth_sentences,
    "treatment_numbers": _treatment_numbers,
    "treatment_need": _treatment_need,
    "published": _published,
    "perceptions": _perceptions,
}
INDICATORS = tuple(_TABLES)
"""Names of the declarations of the tables of indicators."""
