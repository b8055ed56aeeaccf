"""What is known of each area?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.table import AGE_BANDS, Table, age_bands, looks_like, parse_areas, parse_whole_numbers

_AREA_HEADER = re.compile(
    r"lsoa_?(?:20)?(11|21)_?(?:cd|code)|lsoa code \(20(11|21)\)|lsoa 20(11|21) code|20(11|21) lsoa code",
    re.IGNORECASE,
)
_PLAIN_HEADER = re.compile(
    r"geography code|mnemonic|lsoa_?code|lsoa code|lsoacd|area code|"
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
    areas = parse_areas(table, area).astype("str")
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    lookup = pd.DataFrame(columns)
    lookup.index = pd.Index(areas, name=vintage)
    return lookup


_COUNTS = ("population", "usual_residents", "observation", "value", "count")


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
    if ages:
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
        match = re.fullmatch(r"(?:Sex: (?P<sex>[^;]+); )?Age: (?P<age>.+)", label)
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
    if not found and any(re.fullmatch(r"Age: Total(;.*)?", column) for column in table.frame):
        return {next(c for c in table.frame if c.startswith("Age: Total")): ("0+", "all")}
    return found


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
    labels = [c for c in header if re.fullmatch(r"age_band|age_group|age \(.*categories\)|age", c)]
    counts = [header[name] for name in _COUNTS if name in header]
    if not labels or not counts:
        raise Problem(
            f"{table.name} is no table of residents that this program knows: it needs the columns "
            "age_band (or age_group) and population (or usual_residents), or one for each year of age."
        )
    count_column = counts[0]
    count = parse_whole_numbers(table, count_column)
    table.refuse(count.isna(), count_column, "blank")
    sexes = [header[c] for c in header if re.fullmatch(r"sex|sex \(.*categories\)", c)]
    sex = table.text(sexes[0]).str.upper().str[:1] if sexes else None
    if sex is not None:
        table.refuse(~sex.isin(["F", "M"]), sexes[0], "neither F nor M")
    nobody = table.text(header[labels[0]]).eq("Does not apply") & count.eq(0)
    long = pd.DataFrame(
        {
            "lsoa": areas,
            "age_band": _age_groups(table, header[labels[0]], nobody),
            "sex": "all" if sex is None else sex,
            "population": count,
        }
    )
    long = long[~nobody.to_numpy(bool)].reset_index(drop=True)
    again = long.duplicated(["lsoa", "age_band", "sex"])
    table.refuse(again, area, "an area with an age group that stands above already")
    return long


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
        (r"Aged (\d+) years?", r"\1-\1"),
        (r"(\d{1,3}-\d{1,3}|\d{1,3}\+)", r"\1"),
    ):
        if match := re.fullmatch(pattern, label):
            return match.expand(written)
    return ""


def _age_groups(table: Table, column: str, nobody: pd.Series) -> pd.Series:
    """Age groups as "16-24", from that or from the Census's "Aged 16 to 24 years"."""
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    short = pd.Series([_group_of(label) for label in distinct] + [""], dtype="str").iloc[positions]
    short = short.reset_index(drop=True)
    wrong = (short == "") & ~nobody
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
