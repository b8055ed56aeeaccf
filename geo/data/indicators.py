"""Which values were published of areas? Tables of indicators, by area and period: never counts of events.

A table is read by its declaration (:mod:`geo.data.indicator_declared`) and cut down to the areas of this
county, England, and the neighbours that it names. What a publisher suppressed stays suppressed and is never
0. A table that is not open is stored twice, as events are: with small counts suppressed and others rounded
(:func:`as_protected`), and with its true ones for those with a right to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.ask.words import listed
from geo.data.indicator_declared import BETTER, MARKS, Declaration
from geo.data.indicator_wide import lengthened
from geo.data.periods import Span, span_of
from geo.data.store import CLEARED, TABLES, Snapshot
from geo.data.table import Table, fault
from geo.stats.small_numbers import protected

ROLE = "indicators/"
"""Beginning of the roles of tables of indicators in a data folder; the key of the table follows."""
ENGLAND = "E92000001"
NUMBERS = ("value", "lower", "upper", "count", "denominator")
TEXTS = ("id", "indicator", "sex", "age", "unit", "better", "note", "trend", "england", "source", "vintage")
STORED = (
    *("table", "label", "publisher", "disclosure", *TEXTS, "area", "area_name", "level", "period", "first"),
    *("months", *NUMBERS, "status"),
)
"""Columns of a stored table; ``status`` is "", "suppressed" or "not given"."""
SHARE = 100.0
ALIKE = 0.02
"""How far a value may lie from its count over its total by having been rounded, as a part of it."""
SLACK = 0.06
"""How far a value may lie outside its interval by having been rounded."""
_CODE = re.compile(r"[A-Z]\d{8}")
_PER = re.compile(r"per (\d[\d,]*)")


@dataclass(frozen=True)
class Here:
    """The county that a table is cut down to.

    Attributes
    ----------
    areas : mapping
        Code of each area loaded to its level and name.
    place : str
        Name of the county.
    """

    areas: Mapping[str, tuple[str, str]]
    place: str

    def of(self, cell: str, declared: Declaration) -> tuple[str, str, str]:
        """Code, level and name of what a cell calls an area; level "" where it is another's.

        Levels are those of the map, "county", "england" and "neighbour".
        """
        text = " ".join(cell.split())
        if text.upper() == ENGLAND or text.casefold() == "england":
            return ENGLAND, "england", "England"
        if text in self.areas:
            return text, *self.areas[text]
        if text.casefold() in {declared.county.casefold(), self.place.casefold()} - {""}:
            return text, "county", self.place
        if text in declared.neighbours:
            return text, "neighbour", text
        code = self._by_name.get(text.casefold(), "")
        return (code, *self.areas[code]) if code else (text, "", text)

    @property
    def _by_name(self) -> dict[str, str]:
        """Code of the boroughs and wards by their names; names that several have are left out."""
        names: dict[str, list[str]] = {}
        for code, (level, name) in self.areas.items():
            if level in ("ward", "borough"):
                names.setdefault(name.casefold(), []).append(code)
        return {name: codes[0] for name, codes in names.items() if len(codes) == 1}


def true_role(role: str) -> str:
    """Role of the true numbers of a table that is not open."""
    return f"{CLEARED}/{TABLES}{role.removeprefix(ROLE)}/table"


def seen_role(snapshot: Snapshot, role: str) -> str:
    """Role of a table as who asks may see it."""
    true = true_role(role)
    return true if snapshot.has(true) and snapshot.sees(true.split("/")[1]) else role


def read_indicators(table: Table, declared: Declaration, here: Here) -> pd.DataFrame:
    """Read a table of indicators, its true numbers.

    Returns
    -------
    DataFrame
        :data:`STORED`, one row for each indicator, sex, age, area and period; the rows of other counties and
        of parts of the people (a column ``part``) are passed over, which the table's notes say.

    Raises
    ------
    Problem
        If a cell makes no sense, or a row stands twice with different values.
    """
    table, declared = lengthened(table, declared)
    columns = {name: column for name, column in declared.columns.items() if column in table.frame}
    text = {name: table.text(column).fillna("") for name, column in columns.items()}
    blank = pd.Series("", index=range(len(table)), dtype="str")
    found = pd.DataFrame({name: text.get(name, blank) for name in (*TEXTS, "area", "area_name", "period")})
    if declared.indicator and "indicator" in text:
        found["indicator"] = text["indicator"].map(lambda cell: cell and f"{declared.indicator}: {cell}")
    for name, usual in (
        ("indicator", declared.indicator),
        ("unit", declared.unit),
        ("vintage", declared.vintage),
    ):
        found[name] = found[name].where(found[name] != "", usual)
    kept = _meant(table, declared)
    kept &= _of_this_county(table, columns, found, declared, here) & _of_everybody(table, text)
    for name in ("indicator", "period"):
        table.refuse((found[name] == "") & kept, columns.get(name, name), "blank, where it is needed")
    spans = {period: span_of(period) for period in found["period"][kept].unique()}
    wrong = found["period"].map(lambda period: spans.get(period) is None) & kept
    table.refuse(wrong, columns["period"], "not a period written like 2023, 2022/23, 2021 - 23 or 2023/24 Q1")
    given = {name: _numbers(table, columns[name], declared, kept) for name in _GIVEN if name in columns}
    if declared.sums:
        kept &= _added_up(found, given["count"], kept)
    _take_numbers(found, given, text.get("note", blank))
    found = found[kept].assign(row=np.flatnonzero(kept)).reset_index(drop=True)
    of_rows = [spans[period] or Span(0, 0) for period in found["period"]]
    found["first"], found["months"] = [span.first for span in of_rows], [span.months for span in of_rows]
    _refuse_outside(table, found, columns)
    stated = [" ".join(cell.casefold().split()[:1]) for cell in text.get("better", blank)]
    allowed = "not lower, higher or blank"
    table.refuse(
        np.array([word not in BETTER for word in stated], bool) & kept,
        columns.get("better", "better"),
        allowed,
    )
    found["better"] = _better(found, declared)
    for name in ("label", "publisher", "disclosure"):
        found[name] = getattr(declared, name)
    found["table"] = declared.key
    found = _once(table, found, columns)
    return found[list(STORED)].reset_index(drop=True)


_GIVEN = (*NUMBERS, "margin")


def _meant(table: Table, declared: Declaration) -> np.ndarray:
    """Which rows say in each column what the declaration reads alone."""
    kept = np.ones(len(table), bool)
    for column, wanted in declared.only.items():
        kept &= (table.text(column).fillna("").str.casefold() == wanted.casefold()).to_numpy(bool)
    if others := int((~kept).sum()):
        said = ", ".join(f"{column}: {wanted}" for column, wanted in declared.only.items())
        table.notes.append(f"{table.name}: {others:,} rows passed over that are not of {said}.")
    return kept


def _added_up(found: pd.DataFrame, given: tuple[pd.Series, pd.Series], kept: np.ndarray) -> np.ndarray:
    """Put the sum of the rows that are parts of one count into the first of them; which rows these are.

    The sum of parts of which one is not told is not told either.
    """
    count, hidden = given
    key = [found[name].where(kept, "") for name in ("id", "indicator", "sex", "age", "area", "period")]
    groups = pd.DataFrame({"count": count.where(kept), "hidden": hidden & kept}).groupby(key, sort=False)
    count.loc[kept] = groups["count"].transform(lambda part: part.sum(skipna=False))[kept]
    hidden.loc[kept] = groups["hidden"].transform("any")[kept]
    first: np.ndarray = ~pd.concat(key, axis=1).duplicated().to_numpy() | ~kept
    return first


def _of_this_county(
    table: Table, columns: Mapping[str, str], found: pd.DataFrame, declared: Declaration, here: Here
) -> np.ndarray:
    """Which rows are of this county, England or a neighbour; their code, level and name are filled in."""
    table.refuse(
        found["area"] == "", columns["area"], "blank, where the code or the name of an area is needed"
    )
    known = {cell: here.of(cell, declared) for cell in found["area"].unique()}
    for at, name in enumerate(("code", "level", "known")):
        found[name] = found["area"].map(lambda cell, at=at: known[cell][at])
    named = found["area_name"].str.casefold().isin({here.place.casefold(), declared.county.casefold()} - {""})
    named &= found["level"] == ""
    found.loc[named, "level"], found.loc[named, "known"] = "county", here.place
    neighbour = (found["level"] == "neighbour") & (found["area_name"] != "")
    found.loc[neighbour, "known"] = found.loc[neighbour, "area_name"]
    found["area"], found["area_name"] = found["code"], found["known"]
    kept = (found["level"] != "").to_numpy(bool)
    ours = (kept & ~found["level"].isin(["england", "neighbour"])).any()
    if not ours:
        some = listed([f"“{name}”" for name in list(known)[:3]])
        raise fault(
            table.name,
            int(table.rows[0]) if len(table) else 2,
            0,
            columns["area"],
            f"no row is of an area of {here.place or 'this county'} (it has {some}); name the county as the "
            "table does by county = “…” in the declaration, and import the file again",
        )
    if others := int((~kept).sum()):
        table.notes.append(f"{table.name}: {others:,} rows of other places passed over.")
    return kept


def _of_everybody(table: Table, text: Mapping[str, pd.Series]) -> np.ndarray:
    """Which rows are of all people; a published split by deprivation or ethnicity repeats the same areas."""
    if "part" not in text:
        return np.ones(len(table), bool)
    whole = (text["part"] == "").to_numpy(bool)
    if parts := int((~whole).sum()):
        table.notes.append(f"{table.name}: {parts:,} rows of parts of the people passed over.")
    return whole


def _numbers(
    table: Table, column: str, declared: Declaration, kept: np.ndarray
) -> tuple[pd.Series, pd.Series]:
    """Numbers of a column, and where a mark says that one is suppressed."""
    cells = table.text(column)
    marks = {mark.casefold() for mark in (*MARKS, *declared.suppressed)}
    hidden = cells.str.casefold().isin(marks).fillna(False)
    plain = cells.mask(hidden).str.replace(r"^[£€]|[,%\s]|per cent$", "", regex=True)
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    wrong = cells.notna() & ~hidden & numbers.isna() & kept
    said = f"not a number, nor a mark that it is suppressed ({', '.join(MARKS[:6])})"
    table.refuse(wrong, column, said)
    return numbers, hidden & kept


def _take_numbers(
    found: pd.DataFrame, given: Mapping[str, tuple[pd.Series, pd.Series]], note: pd.Series
) -> None:
    """Fill in the numbers, the interval from a margin, and what is suppressed or not given."""
    nothing = pd.Series(np.nan, index=found.index)
    for name in NUMBERS:
        found[name] = given[name][0] if name in given else nothing
    if "value" not in given:
        found["value"] = found["count"]
        if "denominator" in given:
            found["value"] = found["count"] / found["denominator"].where(found["denominator"] > 0)
            found["value"] *= found["unit"].map(_per)
    if "margin" in given:
        margin = given["margin"][0].abs()
        found["lower"] = found["lower"].fillna(found["value"] - margin)
        found["upper"] = found["upper"].fillna(found["value"] + margin)
    _fill_limits(found)
    marked = [given[name][1] for name in ("value", "count") if name in given]
    hidden = np.logical_or.reduce(marked) if marked else np.zeros(len(found), bool)
    absent = found["value"].isna().to_numpy(bool)
    said = note.str.contains(r"suppress|disclos|small number|withheld|not published", case=False).to_numpy(
        bool
    )
    suppressed = absent & (hidden | said)
    found["status"] = np.where(suppressed, "suppressed", np.where(absent, "not given", ""))
    for name in NUMBERS[1:]:
        found.loc[absent, name] = np.nan


def _fill_limits(found: pd.DataFrame) -> None:
    """Limits of the values that are counts of a total and come without any, where they plainly are."""
    ratio = found["value"] * found["denominator"] / found["count"].where(found["count"] > 0)
    per = 10.0 ** np.log10(ratio.where(ratio > 0)).round()
    per = per.where((ratio / per - 1).abs() < ALIKE).fillna(
        found["unit"].map(_per).where(found["count"] == 0)
    )
    known = found["lower"].isna() & found["upper"].isna() & per.notna()
    low, high = _limits(found["count"], found["denominator"], per)
    found["lower"], found["upper"] = found["lower"].mask(known, low), found["upper"].mask(known, high)


def _limits(count: pd.Series, of: pd.Series, per: pd.Series) -> tuple[pd.Series, pd.Series]:
    """95% limits of counts of a total: Wilson's of a share, else those of a Poisson count."""
    from geo.stats.intervals import poisson_interval, wilson  # whose libraries take long to load

    of = of.where(of > 0)
    low, high = (pd.Series(limit, count.index) / of * per for limit in poisson_interval(count))
    share = per == SHARE
    part = wilson(count.clip(upper=of.fillna(0)).fillna(0), of.fillna(0)).set_axis(count.index) * SHARE
    return part["lower_ci"].where(share, low), part["upper_ci"].where(share, high)


def _per(unit: str) -> float:
    """How many a unit is of: 100 for "%", 100,000 for "per 100,000"; 1 where it says nothing of that.

    >>> _per("%"), _per("per 100,000 aged 10 to 17"), _per("")
    (100.0, 100000.0, 1.0)
    """
    if "%" in unit or "per cent" in unit or "proportion" in unit.lower():
        return SHARE
    match = _PER.search(unit.lower())
    return float(match[1].replace(",", "")) if match else 1.0


def _refuse_outside(table: Table, found: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Refuse a value that its interval does not hold, and a count that is no whole number."""
    wide = SLACK + 0.01 * (found["upper"] - found["lower"]).abs().fillna(0)
    outside = (found["value"] < found["lower"] - wide) | (found["value"] > found["upper"] + wide)
    wrong = np.zeros(len(table), bool)
    wrong[found["row"][outside]] = True
    table.refuse(wrong, columns.get("value", columns.get("count", "")), "a value outside its own interval")
    below = np.zeros(len(table), bool)
    below[found["row"][(found["count"] < 0) | (found["denominator"] < 0)]] = True
    table.refuse(below, columns.get("count", columns.get("denominator", "")), "a number below 0")


def _better(found: pd.DataFrame, declared: Declaration) -> pd.Series:
    """Whether lower or higher is better: as stated, else as the publisher's own words imply."""
    first = found["better"].str.casefold().str.split().str[0]
    stated = pd.Series([BETTER.get(str(word), "") or declared.better for word in first], found.index, "str")
    key = ["id", "indicator", "sex", "age", "period"]
    of_england = found[found["level"] == "england"].drop_duplicates(key).set_index(key)["value"]
    england = of_england.reindex(pd.MultiIndex.from_frame(found[key])).to_numpy()
    above, good = found["value"].to_numpy() > england, (found["england"] == "Better").to_numpy(bool)
    judged = found["england"].isin(["Better", "Worse"]).to_numpy(bool) & ~np.isnan(england)
    implied = pd.Series(np.where(judged, np.where(above == good, "higher", "lower"), ""), found.index)
    trend = found["trend"].str.casefold()
    lower = trend.isin(["increasing and getting worse", "decreasing and getting better"])
    higher = trend.isin(["increasing and getting better", "decreasing and getting worse"])
    implied = implied.mask(lower, "lower").mask(higher, "higher")
    series = found["indicator"] + "\n" + found["id"]
    told = implied[implied != ""]
    of_series = {name: str(words.mode().iloc[0]) for name, words in told.groupby(series)}
    return stated.where(stated != "", [of_series.get(name, "") for name in series]).astype("str")


def _once(table: Table, found: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Each row once: England's are repeated for every kind of area, with the same numbers."""
    key = ["id", "indicator", "sex", "age", "area", "level", "period"]
    whole = found.duplicated([*key, *NUMBERS, "status"])
    if again := int(whole.sum()):
        table.notes.append(f"{table.name}: {again:,} rows that stand above already passed over.")
    found = found[~whole]
    other = found.duplicated(key)
    wrong = np.zeros(len(table), bool)
    wrong[found["row"][other]] = True
    said = "an area and period of an indicator that stand above already with another value"
    table.refuse(wrong, columns["area"], said)
    return found


def as_protected(found: pd.DataFrame) -> pd.DataFrame:
    """Counts with small ones suppressed and others rounded, and all that could be solved for the true ones.

    Values and limits are worked out anew from the protected counts, England's and neighbours' too.
    """
    count, hidden = protected(found["count"].fillna(0).round().to_numpy(np.int64))
    uncounted = found["count"].isna().to_numpy(bool) & (found["status"] == "").to_numpy(bool)
    hidden = (hidden & found["count"].notna().to_numpy(bool)) | uncounted
    known = found["count"].notna() & ~hidden
    number = pd.Series(count, found.index).where(known).astype("float64")
    of = found["denominator"].where(found["denominator"] > 0)
    low, high = _limits(number, of, found["unit"].map(_per))
    divided = of.notna() & known
    value = (number / of * found["unit"].map(_per)).where(divided, number)
    return found.assign(
        count=number,
        value=value.where(known),
        lower=low.where(divided),
        upper=high.where(divided),
        status=np.where(hidden, "suppressed", found["status"]),
        trend="",
        england="",
    )
