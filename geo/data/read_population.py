"""How many live in each area, by age and sex? Layouts of the Census, of mid-year estimates and of Nomis."""

from __future__ import annotations

import re
from itertools import pairwise

import pandas as pd

from geo.ask.ages import AGE_BANDS
from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.area_tables import area_column
from geo.data.table import Table, age_bands, looks_like, parse_areas, parse_whole_numbers

_COUNTS = ("population", "usual_residents", "observation", "value", "count", "obs_value")


def read_population(table: Table) -> pd.DataFrame:
    """Read residents by small area and age.

    Layouts: one row for each area, age group and perhaps sex (``age_group,usual_residents`` of the Census,
    ``age_band,sex,population``, or ``Age (6 categories),Observation`` of the ONS's Census downloads); one row
    an area with a column for each single year of age (``0 … 90+``, or ``F0 … F90, M0 … M90``: mid-year
    estimates); and one row an area with a column for each age group (``Age: Aged 5 to 9 years``: Nomis).

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``), repeated; columns ``age_band`` ("0-4" … "90+", or the groups
        of the file such as "16-24"), ``sex`` ("F", "M" or "all") and ``population``.

    Raises
    ------
    Problem
        If the layout is none of these or a number is no whole number.
    """
    area, vintage = area_column(table)
    areas = parse_areas(table, area).astype("str")
    table.refuse(areas.isna(), area, "blank")
    ages = {c: m for c in table.frame if (m := re.fullmatch(r"([FM]?)(?:Age )?(\d{1,2})\+?", c.strip()))}
    if len(ages) > 1:
        bands = {c: (str(age_bands(pd.Series([int(m[2])]))[0]), m[1] or "all") for c, m in ages.items()}
        long = _wide(table, areas, bands)
    elif groups := _grouped_columns(table):
        long = _wide(table, areas, groups)
    else:
        long = _long(table, area, areas)
    total = long.groupby(["lsoa", "age_band", "sex"], sort=False)["population"].sum().reset_index()
    order = {band: float(re.findall(r"\d+", band)[0]) for band in total["age_band"].unique()}
    order |= {band: position for position, band in enumerate(AGE_BANDS)}
    total["order"] = total["age_band"].map(order)
    total = total.sort_values(["lsoa", "order", "sex"], kind="stable").drop(columns="order")
    return total.astype({"population": "int64"}).set_index("lsoa").rename_axis(vintage)


def _wide(table: Table, areas: pd.Series, columns: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """One row an area: columns with the age band and sex of each."""
    parts = []
    for column, (band, sex) in columns.items():
        count = parse_whole_numbers(table, column)
        table.refuse(count.isna(), column, "blank")
        parts.append(pd.DataFrame({"lsoa": areas, "age_band": band, "sex": sex, "population": count}))
    rest = _rest(table, areas, parts, [band for band, _ in columns.values()])
    return pd.concat([*parts, *rest])


def _grouped_columns(table: Table) -> dict[str, tuple[str, str]]:
    """Columns of Nomis with the residents of an age group: the finest groups that do not overlap."""
    found = {}
    for column in table.frame:
        label = re.sub(r";? measures: .*$", "", column).strip()
        match = re.fullmatch(r"(?:Sex: (?P<sex>[^;]+); )?Age: (?P<age>.+)", label) or re.fullmatch(
            r"(?P<sex>\b)?(?P<age>\d{1,3} ?(?:-|–|to) ?\d{1,3}|\d{1,3}(?:\+| and over| plus))", label
        )
        if match is None or match["sex"] in ("All persons", "Total") or match["age"] == "Total":
            continue
        if band := _group_of(match["age"]):
            found[column] = (band, (match["sex"] or "all")[:1].replace("a", "all"))
    single = {
        c: (b, s) for c, (b, s) in found.items() if re.fullmatch(r"(\d+)-\1", b) or b in ("100+", "90+")
    }
    if len(single) > 80:
        return {
            c: (str(age_bands(pd.Series([int(b.split("-")[0].rstrip("+"))]))[0]), s)
            for c, (b, s) in single.items()
        }
    totals = [column for column in table.frame if _TOTAL.fullmatch(column)]
    alone = not any(re.search(r"age|sex|gender", column, re.IGNORECASE) for column in table.frame)
    if not found and totals and (alone or totals[0].startswith("Age: Total")):
        return {totals[0]: ("0+", "all")}
    return found


_TOTAL = re.compile(
    r"Age: Total(;.*)?|Total|Population|(All )?Usual residents|Total population|Residents", re.IGNORECASE
)
"""Headers of a column of all residents."""


def _rest(table: Table, areas: pd.Series, parts: list[pd.DataFrame], bands: list[str]) -> list[pd.DataFrame]:
    """Residents of the one run of ages for which a table has no column, from its total."""
    totals = [c for c in table.frame if re.fullmatch(r"(?:Age: )?(Total|All Ages)(;.*)?", c, re.IGNORECASE)]
    edges = sorted(
        {(int(b.split("-")[0].rstrip("+")), 999 if b.endswith("+") else int(b.split("-")[1])) for b in bands}
    )
    gaps = [
        (a[1] + 1, b[0] - 1)
        for a, b in pairwise([(-1, -1), *edges, (1000, 1000)])
        if a[1] + 1 < b[0] and a[1] < 999
    ]
    if not gaps or bands == ["0+"]:
        return []
    if len(gaps) > 1 or len(totals) != 1:
        missing = listed([f"{a} to {b}" if b < 999 else f"{a} and over" for a, b in gaps])
        raise Problem(
            f"{table.name} has no column for residents aged {missing}: keep the columns of all ages, or only "
            "the one of the total (“Age: Total”), and import it again."
        )
    total = parse_whole_numbers(table, totals[0])
    table.refuse(total.isna(), totals[0], "blank")
    left = total - pd.concat([part["population"] for part in parts], axis=1).sum(axis=1)
    table.refuse(left < 0, totals[0], "less than the residents of the age groups together")
    ((low, high),) = gaps
    band = f"{low}-{high}" if high < 999 else f"{low}+"
    table.notes.append(f"{table.name}: residents aged {band} are the total less the other ages.")
    return [pd.DataFrame({"lsoa": areas, "age_band": band, "sex": "all", "population": left})]


def _long(table: Table, area: str, areas: pd.Series) -> pd.DataFrame:
    """One row for each area, age group and perhaps sex."""
    header = {column.lower(): column for column in table.frame}
    labels = [
        c for c in header if re.fullmatch(r"age_band|age_group|(c_)?age_name|age \(.*categories\)|age", c)
    ]
    counts = [header[name] for name in _COUNTS if name in header]
    if not labels or not counts:
        raise Problem(
            f"{table.name} is no table of residents that this program knows: it needs the columns "
            "age_band (or age_group) and population (or usual_residents), or one for each year of age."
        )
    count_column = counts[0]
    count = parse_whole_numbers(table, count_column)
    table.refuse(count.isna(), count_column, "blank")
    sexes = [header[c] for c in header if re.fullmatch(r"(c_)?(sex|gender)(_name)?|sex \(.*categories\)", c)]
    sex = table.text(sexes[0]).str.upper().str[:1] if sexes else None
    if sex is not None:
        table.refuse(~sex.isin(["F", "M"]), sexes[0], "neither F nor M")
    nobody = table.text(header[labels[0]]).eq("Does not apply") & count.eq(0)
    ages, single = _age_groups(table, header[labels[0]], nobody)
    long = pd.DataFrame(
        {
            "lsoa": areas,
            "age": table.text(header[labels[0]]) if single else ages,
            "age_band": ages,
            "sex": "all" if sex is None else sex,
            "population": count,
        }
    )
    long = long[~nobody.to_numpy(bool)].reset_index(drop=True)
    again = long.duplicated(["lsoa", "age", "sex"])
    table.refuse(again, area, "an area with an age group that stands above already")
    return long.drop(columns="age")


def _group_of(label: str) -> str:
    """An age group of the Census as "16-24"; "" where it is none.

    >>> _group_of("Aged 16 to 24 years"), _group_of("Aged 90 years and over"), _group_of("Aged under 1 year")
    ('16-24', '90+', '0-0')
    """
    for pattern, written in (
        (r"Aged under (1) year", "0-0"),
        (r"Aged (\d+) years? and under", r"0-\1"),
        (r"Aged (\d+) years and over", r"\1+"),
        (r"Aged (\d+) to (\d+)(?: years)?", r"\1-\2"),
        (r"Aged? (\d+)(?: years?)?", r"\1-\1"),
        (r"Aged? (\d+) ?(?:-|to) ?(\d+)", r"\1-\2"),
        (r"Aged? (\d+)\+", r"\1+"),
        (r"(\d{1,3}) ?(?:-|–|to) ?(\d{1,3})", r"\1-\2"),
        (r"(\d{1,3})(?:\+| and over| plus)", r"\1+"),
    ):
        if match := re.fullmatch(pattern, label):
            return match.expand(written)
    return ""


def _age_groups(table: Table, column: str, nobody: pd.Series) -> tuple[pd.Series, bool]:
    """Age groups as "16-24", from that or "Aged 16 to 24 years"; and whether the column has single years."""
    positions, distinct = table.distinct(column)
    years = distinct[looks_like(distinct, r"\d{1,3}")].astype("int64")
    single = len(years) > len(AGE_BANDS)
    bands = dict(zip(years.index, age_bands(years), strict=True)) if single else {}
    labels = [str(bands.get(at, _group_of(str(label)))) for at, label in distinct.items()]
    short = pd.Series([*labels, ""], dtype="str").iloc[positions]
    short = short.reset_index(drop=True)
    wrong = (short == "") & ~nobody
    table.refuse(wrong, column, "not an age group like 15-19, 90+ or “Aged 16 to 24 years”")
    return short, single
