"""What is known of each area?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.table import Table, looks_like, parse_areas, parse_whole_numbers

_AREA_HEADER = re.compile(
    r"lsoa_?(?:20)?(11|21)_?(?:cd|code)|lsoa code \(20(11|21)\)|lsoa 20(11|21) code|20(11|21) lsoa code",
    re.IGNORECASE,
)
_PLAIN_HEADER = re.compile(
    r"geography[ _]code|mnemonic|lsoa_?code|lsoa code|lsoacd|area code|"
    r"lower[ -]layer super output areas? code",
    re.IGNORECASE,
)
"""Headers that do not say the year: Nomis, the Census downloads of the ONS, estimates up to 2020."""
NEW_IN_2021 = "E01033769"


def has_area_column(header: Sequence[str]) -> bool:
    """Whether a header has a column of small-area codes."""
    return any(
        _AREA_HEADER.fullmatch(name.strip()) or _PLAIN_HEADER.fullmatch(name.strip()) for name in header
    )


def area_column(table: Table) -> tuple[str, str]:
    """Return the column of small-area codes of a table and its vintage, ``lsoa11cd`` or ``lsoa21cd``.

    Where the header does not say the year, codes that only 2021 has tell it.

    Raises
    ------
    Problem
        If there is none, or there are two.
    """
    found = [(column, match) for column in table.frame if (match := _AREA_HEADER.fullmatch(column.strip()))]
    if len(found) == 1:
        column, match = found[0]
        return column, f"lsoa{next(year for year in match.groups() if year)}cd"
    plain = [column for column in table.frame if _PLAIN_HEADER.fullmatch(column.strip())]
    if not found and len(plain) == 1:
        codes = table.text(plain[0])
        codes = codes[looks_like(codes, r"E01\d{6}")]
        dated = "date" in table.frame and table.text("date").eq("2021").all()
        return plain[0], "lsoa21cd" if dated or bool((codes >= NEW_IN_2021).any()) else "lsoa11cd"
    raise Problem(
        f"{table.name} has {'no' if not found else 'more than one'} column of small-area codes: it needs "
        f"one named like LSOA21CD or “LSOA code (2021)” (it has {listed(list(table.frame)[:8])})."
    )


def without_border_wards(
    lookup: pd.DataFrame, national: pd.DataFrame, names: pd.Series
) -> tuple[pd.DataFrame, list[str]]:
    """Count small areas whose best-fitting ward lies across the county's border in the borough of their name.

    A best fit may put a small area of "West Northamptonshire 012A" into a ward of Cherwell; that makes no
    third borough of the county.

    Parameters
    ----------
    lookup, national : DataFrame
        As :func:`read_lookup` gives it, of the county and of as much of the country as was given.
    names : Series of str
        Of the small areas.

    Returns
    -------
    lookup : DataFrame
    notes : list of str
        What was counted elsewhere.
    """
    code = str(lookup.columns[list(lookup.columns).index("borough") - 1])
    share = lookup["borough"].value_counts() / national["borough"].value_counts()
    of_name = names.reindex(lookup.index).str.replace(r"\s+\d{3}[A-Z]+$", "", regex=True)
    by_name = lookup.drop_duplicates("borough").set_index("borough")[code]
    lookup, notes = lookup.copy(), []
    for borough in share[share < A_FEW].index:
        moved = (lookup["borough"] == borough) & (of_name != borough) & of_name.isin(by_name.index)
        if moved.any() and moved.sum() == (lookup["borough"] == borough).sum():
            to = sorted(of_name[moved].unique())
            lookup.loc[moved, "borough"] = of_name[moved]
            lookup.loc[moved, code] = of_name[moved].map(by_name)
            notes.append(
                f"{int(moved.sum()):,} small area{'s' * int(moved.sum() != 1)} best fit a ward of {borough}, "
                f"across the border: counted in {listed(to)}, as their names say."
            )
    return lookup, notes


A_FEW = 0.1
"""Share of a borough's small areas below which it is of the county's edge only."""
WHOLE = 0.98


def cut_districts(national: pd.DataFrame, areas: pd.Index) -> list[str]:
    """Warn of boroughs of which only a part of the small areas is loaded."""
    if national.index.name != areas.name:
        return []
    every = national["borough"].value_counts()
    here = national["borough"][national.index.isin(areas)].value_counts()
    cut = [name for name in here.index if here[name] < WHOLE * every[name]]
    if not cut:
        return []
    parts = [f"{name} ({here[name]:,} of {every[name]:,})" for name in sorted(cut)[:5]]
    return [
        f"Warning: only a part of the small areas is loaded of {listed(parts)}: if the boundaries were "
        "cut short when they were downloaded, residents and events are missing; import whole ones into a new "
        "folder."
    ]


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
        year, code, name = _dated_columns(table, kind)
        for column, key in ((code, f"{kind}{year}cd"), (name, level)):
            columns[key] = table.text(column)
            table.refuse(columns[key].isna(), column, "blank")
    areas = parse_areas(table, area).astype("str")
    lookup = pd.DataFrame({vintage: areas, **columns})
    again = lookup.duplicated()  # as in a lookup of the smaller output areas
    table.refuse(
        areas.isna() | (areas.duplicated() & ~again), area, "blank, or an area that stands above already"
    )
    if again.any():
        table.notes.append(f"{table.name}: {int(again.sum()):,} rows that say the same again passed over.")
    return lookup[~again].set_index(vintage)


def _dated_columns(table: Table, kind: str) -> tuple[str, str, str]:
    """Year, column of codes and column of names of the wards or boroughs; of several years the latest."""
    found: dict[str, dict[str, str]] = {}
    undated = []
    for column in table.frame:
        if match := re.fullmatch(rf"(?:{_KINDS[kind]})(\d\d)(cd|nm)", column, re.IGNORECASE):
            found.setdefault(match[1], {})[match[2].lower()] = column
        elif re.fullmatch(rf"(?:{_WORDS[kind]})[ _]?(?:\d{{4}})?[ _]?(?:cd|code)", column, re.IGNORECASE):
            undated.append(column)
    whole = {year: pair for year, pair in found.items() if len(pair) == 2}
    if whole:
        year = max(whole)
        if len(whole) > 1:
            table.notes.append(
                f"{table.name}: of the {kind.upper()} of several years those of 20{year} were taken."
            )
        return year, whole[year]["cd"], whole[year]["nm"]
    wanted = f"{kind.upper()}24CD and {kind.upper()}24NM"
    if undated:
        raise Problem(
            f"{table.name} does not say of which year its {_CALLED[kind]} are (“{undated[0]}”), and their "
            "codes change from year to year: look it up where the file came from, and name the columns of "
            f"codes and names with the year, like {wanted}; or take ONS's best-fit lookup from "
            "geoportal.statistics.gov.uk, which says it."
        )
    raise Problem(
        f"{table.name} is no lookup from small areas to wards and boroughs: it needs one column each like "
        f"{wanted}; take ONS's best-fit lookup from geoportal.statistics.gov.uk."
    )


_KINDS = {"wd": "wd", "lad": "lad|ltla"}
_WORDS = {
    "wd": r"wd|ward",
    "lad": r"lad|ltla|la|local authority|(?:local )?(?:district|authority)|borough",
}
_CALLED = {"wd": "wards", "lad": "boroughs"}


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
        (``income_decile`` …), and ``residents``.

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
    for column in table.frame:
        if re.match(r"Total population\b", column):
            columns["residents"] = pd.to_numeric(table.text(column).str.replace(",", ""), errors="coerce")
            table.refuse(columns["residents"].isna(), column, "not a number")
    if "imd_decile" not in columns:
        raise Problem(
            f"{table.name} has no column “{OFFICIAL_NAMES['imd']} Decile …”: import File 1, 2 or 7 of the "
            "English Indices of Deprivation."
        )
    areas = parse_areas(table, area).astype("str")
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    deprivation = pd.DataFrame(columns)
    deprivation.index = pd.Index(areas, name=vintage)
    return deprivation


def middle_layer(names: pd.Series) -> pd.Series:
    """Official names of the middle layer areas of small areas, by whose names they begin.

    Examples
    --------
    >>> middle_layer(pd.Series(["Luton 014A", "Square 00"])).tolist()
    ['Luton 014', 'Square 00']
    """
    return names.str.replace(r"(\d{3})[A-Z]{1,2}$", r"\1", regex=True)


def read_names(table: Table) -> pd.Series:
    """Read the names that people use of middle layer areas, as the House of Commons Library gives them.

    Returns
    -------
    Series of str
        "Luton Town Centre" by the official name of the middle layer area, "Luton 014".
    """
    columns = {column.lower(): column for column in table.frame}
    official, known = (columns.get(name) for name in ("msoa21nm", "msoa21hclnm"))
    if official is None or known is None:
        raise Problem(
            f"{table.name} lacks the columns “msoa21nm” and “msoa21hclnm”: names are those of the House of "
            "Commons Library for the middle layer areas of 2021."
        )
    names = pd.Series(table.text(known).to_numpy(str), table.text(official).to_numpy(str))
    return names[(names != "") & ~names.index.duplicated()]


OPEN_NAMES = {"NAME1": "name", "GEOMETRY_X": "easting", "GEOMETRY_Y": "northing", "LOCAL_TYPE": "rank"}
"""Columns of OS Open Names, by what they are here."""
SETTLEMENTS = {"City": 1, "Town": 1, "Village": 3, "Suburban Area": 4, "Hamlet": 5}
"""Its kinds of place, the largest first; its other rows are roads and postcodes."""


def _of_open_names(table: Table) -> Table:
    """OS Open Names as a table of places; any other table as it is."""
    if not set(OPEN_NAMES) <= set(table.frame):
        return table
    kept = table.frame["LOCAL_TYPE"].isin(SETTLEMENTS).to_numpy()
    frame = table.frame[kept].rename(columns=OPEN_NAMES).reset_index(drop=True)
    for column in ("easting", "northing"):
        frame[column] = pd.to_numeric(frame[column]).round().astype("int64").astype("str")
    frame["rank"] = frame["rank"].map(SETTLEMENTS).astype("str")
    return replace(table, frame=frame, rows=table.rows[kept])


def read_places(table: Table) -> pd.DataFrame:
    """Read place names for map labels: ``name,easting,northing,rank`` (EPSG:27700, rank 1 = largest).

    Or OS Open Names with the columns that its documentation names, of which the settlements are taken.

    Returns
    -------
    DataFrame
        Columns ``name``, ``x``, ``y`` (metres) and ``rank``.
    """
    table = _of_open_names(table)
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
