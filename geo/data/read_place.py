"""What kind of place is each small area? Ethnic groups, area classification, and the people who work there.

Tables of the Census 2021 as the ONS and Nomis publish them, of the classification of 2021/22, and of BRES.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.area_tables import area_column, has_area_column
from geo.data.table import Table, parse_areas, parse_whole_numbers

BROAD = ("Asian", "Black", "Mixed", "White", "Other")
"""Ethnic groups of the Census by the first words of their names, in its order."""
_BROAD = {
    "Asian": "Asian, Asian British or Asian Welsh",
    "Black": "Black, Black British, Black Welsh, Caribbean or African",
    "Mixed": "Mixed or Multiple ethnic groups",
    "White": "White",
    "Other": "Other ethnic group",
}
_GROUP = re.compile(r"^(?:Ethnic group: )?(.+?)(?:; measures: Value)?$")
_COUNT = re.compile(
    r"count|observation|obs_value|usual_residents|population|workplace_population|workers|employ(?:ment|ees)",
    re.IGNORECASE,
)
_WORKPLACE = re.compile(r"LSOA of workplace code", re.IGNORECASE)
_WHERE = re.compile(r"Place of work indicator \(4 categories\) code", re.IGNORECASE)
_CLASS = re.compile(
    r"sub[ _-]?group(?:[ _]?code)?|subg|l?soac(?:21|2021|_2021_22)?(?:cd)?|oac(?:21|2021)(?:cd)?",
    re.IGNORECASE,
)


@cache
def class_names() -> dict[str, str]:
    """Names of the area classification's supergroups, groups and subgroups by their codes, as "1a1"."""
    said = tomllib.loads(Path(__file__).with_name("classification.toml").read_text(encoding="utf-8"))
    return {code: name for names in said.values() for code, name in names.items()}


def has_areas(header: Sequence[str]) -> bool:
    """Whether a header has a column of small areas."""
    return has_area_column(header) or any(_WORKPLACE.fullmatch(column) for column in header)


# ---------------------------------------------------------------- classification


def read_classification(table: Table) -> pd.DataFrame:
    """Read the area classification of 2021/22 by small area.

    Parameters
    ----------
    table : Table
        A column of small-area codes and one of subgroups ("4b3"), as the ONS, the Geographic Data Service
        and a lookup of one's own have them.

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``); ``subgroup``, in small letters.
    """
    area, vintage = area_column(table)
    found = [column for column in table.frame if _CLASS.fullmatch(column.strip())]
    if len(found) != 1:
        raise Problem(
            f"{table.name} has {'no' if not found else 'more than one'} column of subgroups of the area "
            f"classification: it needs one named “Subgroup” with codes such as 4b3 (it has "
            f"{listed(list(table.frame)[:8])})."
        )
    codes = table.text(found[0]).str.lower()
    table.refuse(
        ~codes.isin([*class_names()]), found[0], "no subgroup of the area classification, such as 4b3"
    )
    areas = parse_areas(table, area).astype("str")
    table.refuse(areas.isna() | areas.duplicated(), area, "blank, or an area that stands above already")
    return pd.DataFrame({"subgroup": codes.to_numpy(str)}, index=pd.Index(areas, name=vintage))


# ---------------------------------------------------------------- ethnic groups


def read_ethnicity(table: Table) -> pd.DataFrame:
    """Read residents by ethnic group and small area: Census table TS021, wide or long.

    Wide is as Nomis publishes it in bulk (``geography code``, ``Ethnic group: White: Irish`` …); long has one
    row for each area and group (``Ethnic group (20 categories), Observation``, or ``ethnic_group,
    usual_residents``).

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``), repeated; ``broad`` (:data:`BROAD`), ``ethnic_group`` (such as
        "Irish"; the broad group's name where the table has no finer one) and ``residents``.
    """
    area, vintage = area_column(table)
    areas = parse_areas(table, area).astype("str")
    table.refuse(areas.isna(), area, "blank")
    label = [c for c in table.frame if re.fullmatch(r"ethnic[ _]group(?: \(.*\))?", c.strip(), re.IGNORECASE)]
    if label:
        count = _count_column(table)
        groups = table.text(label[0]).fillna("")
        numbers = parse_whole_numbers(table, count)
        table.refuse(numbers.isna(), count, "blank")
        parts = [pd.DataFrame({"area": areas, "group": groups, "residents": numbers})]
    else:
        columns = [column for column in table.frame if column.startswith("Ethnic group: ")]
        parts = [
            pd.DataFrame(
                {"area": areas, "group": _GROUP.sub(r"\1", column), "residents": _whole(table, column)}
            )
            for column in columns
        ]
    long = pd.concat(parts) if parts else pd.DataFrame(columns=["area", "group", "residents"])
    long["broad"], long["ethnic_group"] = (
        zip(*map(_of_group, long["group"]), strict=True) if len(long) else ((), ())
    )
    known = long[long["broad"] != ""]
    if known.empty:
        raise Problem(
            f"{table.name} is no table of ethnic groups that this program knows: it needs the columns of "
            "Census table TS021 (“Ethnic group: White” …), or ethnic_group and one of the residents."
        )
    finer = known["ethnic_group"] != known["broad"]
    kept = known[finer] if finer.any() else known
    total = kept.groupby(["area", "broad", "ethnic_group"], sort=False)["residents"].sum().reset_index()
    return total.astype({"residents": "int64"}).set_index("area").rename_axis(vintage)


def _whole(table: Table, column: str) -> pd.Series:
    numbers = parse_whole_numbers(table, column)
    table.refuse(numbers.isna(), column, "blank")
    return numbers


def _of_group(label: str) -> tuple[str, str]:
    """Broad and finer group of a label of the Census; "" for a total or what does not apply.

    >>> _of_group("White: Irish"), _of_group("Mixed or Multiple ethnic groups"), _of_group("Does not apply")
    (('White', 'Irish'), ('Mixed', 'Mixed'), ('', ''))
    """
    broad, _, finer = label.partition(": ")
    key = next((key for key, name in _BROAD.items() if broad.strip() in (name, key)), "")
    return (key, finer.strip() or key) if key else ("", "")


# ---------------------------------------------------------------- people who work there


def read_workplace(table: Table) -> pd.DataFrame:
    """Read the people who work in each small area.

    Layouts: the Census's workplace population (WP001: area and ``Count``), its flows between home and work
    (ODWP01EW, where those who work at home or at no fixed place count where they live), and the Business
    Register and Employment Survey as Nomis gives it.

    Returns
    -------
    DataFrame
        Index ``lsoa21cd`` (or ``lsoa11cd``); ``workers``.
    """
    count = _count_column(table)
    workers = _whole(table, count)
    work = [column for column in table.frame if _WORKPLACE.fullmatch(column.strip())]
    if work:
        areas, vintage = _of_flows(table, work[0])
    else:
        area, vintage = area_column(table)
        areas = parse_areas(table, area).astype("str")
        table.refuse(areas.isna(), area, "blank")
    kept = areas.notna().to_numpy(bool) & _of_all(table)
    found = pd.DataFrame({"workers": workers[kept].astype("int64")}).groupby(areas[kept]).sum()
    return found.rename_axis(vintage)


def _count_column(table: Table) -> str:
    found = [column for column in table.frame if _COUNT.fullmatch(column.strip())]
    if not found:
        raise Problem(
            f"{table.name} has no column of numbers: it needs one named Count or Observation (it has "
            f"{listed(list(table.frame)[:8])})."
        )
    return found[0]


def _of_flows(table: Table, work: str) -> tuple[pd.Series, str]:
    """Where each row of a table of flows counts: at the workplace, or at home for those without one."""
    home, vintage = area_column(table)
    where = [column for column in table.frame if _WHERE.fullmatch(column.strip())]
    at_home = table.text(where[0]).isin(["1", "2"]) if where else pd.Series(False, range(len(table)))
    cells, homes = table.text(work), parse_areas(table, home).astype("str")
    return homes.where(at_home, cells.where(cells.str.fullmatch(r"[EW]01\d{6}").fillna(False))), vintage


def _of_all(table: Table) -> np.ndarray:
    """Rows of all who are employed, where a table has several statuses or measures."""
    kept = np.ones(len(table), bool)
    for column, wanted in (
        ("EMPLOYMENT_STATUS_NAME", "Employment"),
        ("MEASURES_NAME", "Value"),
        ("INDUSTRY_NAME", "Total"),
    ):
        if column in table.frame:
            wanted_here = table.text(column).eq(wanted).to_numpy(bool)
            kept &= wanted_here if wanted_here.any() else True
    return kept
