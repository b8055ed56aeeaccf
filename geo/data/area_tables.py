"""What is known of each area?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from geo.ask.problem import Problem
from geo.data.table import AGE_BANDS, Table, age_bands, parse_areas, parse_whole_numbers

if TYPE_CHECKING:
    pass


_AREA_HEADER = re.compile(r"lsoa(11|21)_?(?:cd|code)|lsoa code \(20(11|21)\)", re.IGNORECASE)


def area_column(table: Table) -> tuple[str, str]:
    """Return the column of small-area codes of a table and its vintage, ``lsoa11cd`` or ``lsoa21cd``.

    Raises
    ------
    Problem
        If there is none, or there are two.
    """
    found = [(column, match) for column in table.frame if (match := _AREA_HEADER.fullmatch(column.strip()))]
    if len(found) != 1:
        raise Problem(
            f"{table.name} has {'no' if not found else 'more than one'} column of small-area codes: it needs "
            "one named like LSOA21CD or “LSOA code (2021)”."
        )
    column, match = found[0]
    return column, f"lsoa{match[1] or match[2]}cd"


def restrict(table: pd.DataFrame, areas: pd.Index, name: str) -> pd.DataFrame:
    """Cut a national table, indexed by area code (repeated or not), down to the loaded areas.

    Returns
    -------
    DataFrame
        The rows of the loaded areas, in the table's order.

    Raises
    ------
    Problem
        If the vintage is another, or an area has no row.
    """
    if table.index.name != areas.name:
        raise Problem(
            f"{name} is by {_vintage_words(str(table.index.name))} but the loaded areas are "
            f"{_vintage_words(str(areas.name))}: import the edition for these areas."
        )
    missing = areas.difference(table.index)
    if len(missing):
        raise Problem(
            f"{name} lacks {len(missing):,} of the {len(areas):,} loaded areas ({', '.join(missing[:3])}"
            f"{', …' if len(missing) > 3 else ''}): import the file for these areas."
        )
    return table[table.index.isin(areas)]


def _vintage_words(column: str) -> str:
    kind, year = re.fullmatch(r"([a-z]+)(\d\d)cd", column).groups()  # type: ignore[union-attr]
    return f"{ {'lsoa': 'small areas (LSOA)', 'wd': 'wards', 'lad': 'boroughs'}[kind] } of 20{year}"


def read_lookup(table: Table) -> pd.DataFrame:
    """Read a lookup from small areas to wards and boroughs (such as ONS's LSOA21_WD24_LAD24).

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``); columns the ward code (``wd24cd``), ``ward`` (name), the
        borough code (``lad24cd``) and ``borough`` (name), in this order.

    Raises
    ------
    Problem
        If a code or name column is missing, a cell is blank, or an area occurs twice.
    """
    area, vintage = area_column(table)
    columns = {}
    for kind, level in (("wd", "ward"), ("lad", "borough")):
        codes = [column for column in table.frame if re.fullmatch(rf"{kind}\d\dcd", column, re.IGNORECASE)]
        names = [column for column in table.frame if re.fullmatch(rf"{kind}\d\dnm", column, re.IGNORECASE)]
        if len(codes) != 1 or len(names) != 1:
            raise Problem(
                f"{table.name} is no lookup from small areas to wards and boroughs: it needs exactly one "
                f"column each like {kind.upper()}24CD and {kind.upper()}24NM."
            )
        for column, key in ((codes[0], codes[0].lower()), (names[0], level)):
            columns[key] = table.text(column)
            table.refuse(columns[key].isna(), column, "blank")
    areas = parse_areas(table, area)
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    lookup = pd.DataFrame(columns)
    lookup.index = pd.Index(areas, name=vintage)
    return lookup


def read_population(table: Table) -> pd.DataFrame:
    """Read residents by small area and age.

    Three layouts: one row for each area, age group and perhaps sex (``age_group,usual_residents`` of the
    Census, or ``age_band,sex,population``); and one row an area with a column for each single year of age
    (``0 … 90+``, or ``F0 … F90, M0 … M90``).

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
    areas = parse_areas(table, area)
    table.refuse(areas.isna(), area, "blank")
    ages = {c: m for c in table.frame if (m := re.fullmatch(r"([FM]?)(\d{1,2})\+?", c.strip()))}
    if ages:
        parts = []
        for column, match in ages.items():
            count = parse_whole_numbers(table, column)
            table.refuse(count.isna(), column, "blank")
            band = str(age_bands(pd.Series([int(match[2])]))[0])
            parts.append(
                pd.DataFrame({"lsoa": areas, "age_band": band, "sex": match[1] or "all", "population": count})
            )
        long = pd.concat(parts)
    else:
        header = {column.lower(): column for column in table.frame}
        group = header.get("age_band") or header.get("age_group")
        count_column = header.get("population") or header.get("usual_residents")
        if group is None or count_column is None:
            raise Problem(
                f"{table.name} is no table of residents that this program knows: it needs the columns "
                "age_band (or age_group) and population (or usual_residents), or one for each year of age."
            )
        count = parse_whole_numbers(table, count_column)
        table.refuse(count.isna(), count_column, "blank")
        sex = table.text(header["sex"]).str.upper().str[:1] if "sex" in header else None
        if sex is not None:
            table.refuse(~sex.isin(["F", "M"]), header["sex"], "neither F nor M")
        long = pd.DataFrame(
            {
                "lsoa": areas,
                "age_band": _age_groups(table, group),
                "sex": "all" if sex is None else sex,
                "population": count,
            }
        )
        again = long.duplicated(["lsoa", "age_band", "sex"])
        table.refuse(again, area, "an area with an age group that stands above already")
    order = {band: position for position, band in enumerate(AGE_BANDS)}
    total = long.groupby(["lsoa", "age_band", "sex"], sort=False)["population"].sum().reset_index()
    total["order"] = (
        total["age_band"].map(order).fillna(total["age_band"].str.extract(r"(\d+)")[0].astype("float"))
    )
    total = total.sort_values(["lsoa", "order", "sex"], kind="stable").drop(columns="order")
    return total.astype({"population": "int64"}).set_index("lsoa").rename_axis(vintage)


def _age_groups(table: Table, column: str) -> pd.Series:
    """Age groups as "16-24", from that or from the Census's "Aged 16 to 24 years"."""
    cells = table.text(column)
    short = (
        cells.str.replace(r"^Aged (\d+) years and under$", r"0-\1", regex=True)
        .str.replace(r"^Aged (\d+) years and over$", r"\1+", regex=True)
        .str.replace(r"^Aged (\d+) to (\d+) years$", r"\1-\2", regex=True)
    )
    wrong = ~short.str.fullmatch(r"\d{1,2}-\d{1,2}|\d{1,2}\+").fillna(False).astype(bool)
    table.refuse(wrong, column, "not an age group like 15-19, 90+ or “Aged 16 to 24 years”")
    return short


OFFICIAL_NAMES = {
    "imd": "Index of Multiple Deprivation (IMD)",
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health Deprivation and Disability",
    "crime": "Crime",
    "barriers": "Barriers to Housing and Services",
    "environment": "Living Environment",
}
"""The index and its seven domains: short name to the official name in the Indices of Deprivation."""


def read_deprivation(table: Table) -> pd.DataFrame:
    """Read the Indices of Deprivation 2019 (File 1, 2 or 7) or 2025 (File 7).

    Returns
    -------
    DataFrame
        Index ``lsoa11cd`` (2019) or ``lsoa21cd`` (2025); ``imd_rank`` and ``imd_decile`` (1 = most
        deprived), and where the file has them ``imd_score`` and score, rank and decile of each domain
        (``income_decile`` …).

    Raises
    ------
    Problem
        If the index's decile is not among the columns, or a cell is no number.
    """
    area, vintage = area_column(table)
    columns = {}
    for short, official in OFFICIAL_NAMES.items():
        for measure in ("Score", "Rank", "Decile"):
            for column in table.frame:
                if re.match(rf"{re.escape(official)} {measure}\b", column):
                    cells = table.text(column).str.replace(",", "")
                    numbers = pd.to_numeric(cells, errors="coerce")
                    table.refuse(numbers.isna(), column, "not a number")
                    if measure == "Decile":
                        table.refuse(~numbers.isin(range(1, 11)), column, "not a decile from 1 to 10")
                    columns[f"{short}_{measure.lower()}"] = numbers.astype(
                        "float64" if measure == "Score" else "int64"
                    )
    if "imd_decile" not in columns:
        raise Problem(
            f"{table.name} has no column “{OFFICIAL_NAMES['imd']} Decile …”: import File 1, 2 or 7 of the "
            "English Indices of Deprivation."
        )
    areas = parse_areas(table, area)
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    deprivation = pd.DataFrame(columns)
    deprivation.index = pd.Index(areas, name=vintage)
    return deprivation


def read_places(table: Table) -> pd.DataFrame:
    """Read place names for map labels: ``name,easting,northing,rank`` (EPSG:27700, rank 1 = largest).

    Returns
    -------
    DataFrame
        Columns ``name``, ``x``, ``y`` (metres) and ``rank``.
    """
    for column in ("name", "easting", "northing", "rank"):
        if column not in table.frame:
            raise Problem(
                f"{table.name} lacks the column “{column}”: places need name,easting,northing,rank."
            )
    numbers = {}
    for column, short in (("easting", "x"), ("northing", "y"), ("rank", "rank")):
        numbers[short] = parse_whole_numbers(table, column)
        table.refuse(numbers[short].isna(), column, "blank")
    return pd.DataFrame({"name": table.text("name")} | numbers).astype(
        {"x": "float64", "y": "float64", "rank": "int64"}
    )
