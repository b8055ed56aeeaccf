"""When was it? Columns of dates, months and times of day, each in one stated form."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geo.data.distinct import mapped, values_of
from geo.data.table import Counted, Table, cleaned, looks_like


def parse_dates(
    table: Table, column: str, form: str = "%d/%m/%Y", *, optional: bool = False, ahead: int = 1
) -> pd.Series:
    """Read a column of dates, or of dates with times, in one stated form; nothing is guessed.

    Beside the form itself, 2023-12-31 (ISO 8601) is read, which cannot be mistaken.

    Parameters
    ----------
    table : Table
    column, form : str
    optional : bool
        Whether a cell may be blank.
    ahead : int
        Days from today that a date may lie in the future.

    Returns
    -------
    Series of datetime64[s]
        Missing only where the cell is blank and ``optional``, or the row is set aside.

    Raises
    ------
    Problem
        At a blank cell that must not be, a date that does not exist or is not in the form, or a date
        before 1990 or further in the future.
    """
    return _dates(table, column, form, optional=optional, ahead=ahead)[0]


def parse_moments(
    table: Table, column: str, form: str, *, optional: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Read a column of dates whose time of day may be left out, in one stated form (``%d/%m/%Y %H:%M``).

    Seconds may be there or not, and ISO 8601 is read beside the form. 24:00 is the midnight that ends a day.

    Returns
    -------
    moments : Series of datetime64[s]
        Midnight where there is no time.
    hours : Series of Int8
        Missing where there is no time.

    Raises
    ------
    Problem
        As :func:`parse_dates`.
    """
    moments, timed = _dates(table, column, form, optional=optional)
    hours = moments.to_numpy().astype(np.int64) // 3600 % 24
    return moments, pd.Series(pd.arrays.IntegerArray(hours.astype(np.int8), ~timed.to_numpy()))


_ISO = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?"
_MIDNIGHT = r"(?<![\d:])24:00(?::00)?$"


def _dates(
    table: Table, column: str, form: str, *, optional: bool, ahead: int = 1
) -> tuple[pd.Series, pd.Series]:
    """Moments of a column, and whether each has a time of day."""
    values = _as_stated(table, column, form)
    timed = ~np.isnat(values) & _has_time(form)
    missing = table.blank(column)
    blank = missing.copy()
    left = np.flatnonzero(np.isnat(values) & ~missing)
    if len(left):
        positions, distinct = values_of(mapped(table.some(column, left), cleaned))
        read, with_time, ends = _moments(distinct, form)
        known, blank[left] = positions >= 0, positions < 0
        values[left[known]] = read.to_numpy("datetime64[s]")[positions[known]]
        timed[left[known]] = with_time.to_numpy(bool)[positions[known]]
        if late := int(ends[positions[known]].sum()):
            table.notes.append(_of_24(table.name, late, column))
    like = _like(form)
    table.refuse(np.isnat(values) & ~blank, column, f"not a date written like {like}")
    if not optional:
        table.refuse(blank, column, f"blank, where a date written like {like} is needed")
    last = (pd.Timestamp.now() + pd.Timedelta(days=ahead)).to_datetime64()
    beyond = (values < np.datetime64("1990-01-01")) | (values > last)
    far = "in the future" if ahead <= 1 else f"more than {ahead // 365} years in the future"
    table.refuse(beyond, column, f"a date before 1990 or {far}")
    return pd.Series(values), pd.Series(timed)


_FIXED = re.compile(r"(?P<day>(?:%[Ymd]|[^%\s\w])+)(?P<clock>[ T](?:%[HMS]|:)+)?")
"""Forms in which day and time have always the same width."""
_DIRECTIVE = re.compile(r"(%[YmdHMS])")


def _as_stated(table: Table, column: str, form: str) -> np.ndarray:
    """Moments of the cells that are written to the letter in a form of fixed width; NaT of all others."""
    moments = np.full(len(table), "NaT", "datetime64[s]")
    if _FIXED.fullmatch(form) is None or not {"%Y", "%m", "%d"} <= set(_DIRECTIVE.findall(form)):
        return moments
    fits, letters = table.letters_of(column, len(_like(form)))
    numbers: dict[str, np.ndarray] = {}
    good, at = np.ones(len(letters), dtype=bool), 0
    letters = np.ascontiguousarray(letters.T)  # each place in the text by itself
    for piece in _DIRECTIVE.split(form):
        if len(piece) == 2 and piece[0] == "%":
            width = 4 if piece == "%Y" else 2
            digits = letters[at : at + width] - np.uint8(ord("0"))
            good &= (digits <= 9).all(axis=0)  # what is no digit is above 9
            pairs = digits[::2] * np.uint8(10) + digits[1::2]
            numbers[piece] = pairs[0] if width == 2 else pairs[0] * np.int32(100) + pairs[1]
            at += width
        for letter in piece.encode() if piece[:1] != "%" else b"":
            good &= letters[at] == letter
            at += 1
    day, month = numbers["%d"], numbers["%m"]
    good &= (numbers["%Y"] > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    number = np.where(good, numbers["%Y"] * np.int32(12) + month - 1, 1970 * 12)
    start = int(number.min(initial=1970 * 12))
    months = np.arange(start, int(number.max(initial=start)) + 2, dtype=np.int64) - 1970 * 12
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    number -= start
    good &= day <= np.diff(first).astype(np.uint8)[number]
    seconds = (first[number] + day - 1) * 86_400
    for piece, most, each in (("%H", 23, 3_600), ("%M", 59, 60), ("%S", 59, 1)):
        if piece in numbers:
            good &= numbers[piece] <= most
            seconds += numbers[piece] * np.int32(each)
    seconds[~good] = np.iinfo(np.int64).min  # NaT
    moments[fits] = seconds.view("datetime64[s]")
    return moments


def _has_time(form: str) -> bool:
    return "%H" in form or "%I" in form


def _of_24(name: str, rows: int, column: str) -> Counted:
    named = column.replace("{", "{{").replace("}", "}}")
    return Counted.of(rows, name, f"{{}} time{{}} of 24:00 in “{named}” taken as the next day's midnight.")


def _moments(cells: pd.Series, form: str) -> tuple[pd.Series, pd.Series, np.ndarray]:
    """Moments of distinct cells, whether each has a time of day, and whether that was 24:00."""
    ends = cells.str.contains(_MIDNIGHT, regex=True).fillna(False).to_numpy(bool)
    plain = cells.str.replace(_MIDNIGHT, "00:00", regex=True).str.replace(r"(:\d\d)\.\d+", r"\1", regex=True)
    values = pd.Series(pd.NaT, index=cells.index, dtype="datetime64[s]")
    timed = pd.Series(False, index=cells.index)
    for one, has_time in _forms(form).items():
        read = pd.to_datetime(plain.where(values.isna()), format=one, errors="coerce")
        values, timed = values.fillna(read.dt.as_unit("s")), timed | (read.notna() & has_time)
    left = values.isna() & looks_like(plain, _ISO)
    if left.any() and not form.startswith("%Y"):
        read = plain[left].map(_local_of_iso)
        values = values.fillna(read.astype("datetime64[s]"))
        timed |= left & values.notna() & plain.str.contains(":", regex=False).fillna(False).astype(bool)
    values = values + pd.to_timedelta(np.where(ends, 1, 0), unit="D").as_unit("s")
    return values, timed, ends


def _local_of_iso(text: str) -> pd.Timestamp:
    """A moment of ISO 8601 as a clock in England showed it; NaT where there is none such."""
    try:
        moment = pd.Timestamp(text)
    except ValueError:
        return pd.NaT
    return moment if moment.tzinfo is None else moment.tz_convert("Europe/London").tz_localize(None)


def _forms(form: str) -> dict[str, bool]:
    """Ways to write a moment that mean the same as the stated one, and whether each has a time of day."""
    day = re.split(r"[\sT,]*%[HI]", form)[0]
    if day != form:
        other = form.replace("%M:%S", "%M") if "%M:%S" in form else form.replace("%M", "%M:%S")
        return {form: True, other: True, day: False}
    return {form: False, f"{form} %H:%M": True, f"{form} %H:%M:%S": True}


def _like(form: str) -> str:
    return pd.Timestamp(2023, 12, 31, 23, 59).strftime(form)


_SPAN = r"0:\d\d:\d\d"
"""What 23:10 becomes where a program took it for minutes and seconds (0:23:10)."""


def parse_times(
    table: Table, column: str, dates: pd.Series, form: str = "%H:%M"
) -> tuple[pd.Series, pd.Series]:
    """Read a column of times of day beside one of dates; blank cells are missing.

    Parameters
    ----------
    table : Table
    column : str
    dates : Series of datetime64
        The day of each row; 24:00 is the midnight that ends it.
    form : str
        With or without seconds.

    Returns
    -------
    dates : Series of datetime64
        Moved on by a day where the time is 24:00.
    hours : Series of Int8
        0-23.

    Raises
    ------
    Problem
        At a cell that is no time in the stated form; where all are spans of minutes and seconds.
    """
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    if len(distinct) >= 10 and pd.Series(distinct, dtype="str").str.fullmatch(_SPAN).all():
        taken = f"minutes and seconds where {_like(form)} is meant, as csvsort and csvjoin write without -I"
        table.refuse(cells.notna(), column, f"all times lie in the hour after midnight: {taken}")
    plain = pd.Series(distinct, dtype="str").str.replace(r"\.\d+$", "", regex=True)
    ends = plain.str.fullmatch(r"24:00(:00)?").fillna(False).to_numpy(bool)
    plain = plain.mask(ends, _like(form).replace("23", "00").replace("59", "00"))
    parsed = pd.Series(pd.NaT, index=plain.index, dtype="datetime64[s]")
    for one in (form, f"{form}:%S", form.removesuffix(":%S")):
        parsed = parsed.fillna(pd.to_datetime(plain, format=one, errors="coerce").dt.as_unit("s"))
    hours = parsed.dt.hour.reindex(positions).reset_index(drop=True)
    table.refuse(hours.isna() & cells.notna(), column, f"not a time of day written like {_like(form)}")
    late = np.isin(positions, np.flatnonzero(ends))
    if late.any():
        table.notes.append(_of_24(table.name, int(late.sum()), column))
    return dates + pd.to_timedelta(np.where(late, 1, 0), unit="D").as_unit("s"), hours.astype("Int8")


def parse_months(table: Table, column: str, form: str = "%Y-%m") -> pd.Series:
    """Read a column of months as month numbers: in the stated form, or as the first day of one (2023-12-01).

    Raises
    ------
    Problem
        At a cell that is no month.
    """
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    texts = pd.Series(distinct, dtype="str")
    whole = texts.where(looks_like(texts, r"\d{4}-\d\d")) if form == "%Y-%m" else texts
    read = pd.to_datetime(whole, format=form, errors="coerce").dt.as_unit("s")
    first = pd.to_datetime(
        texts.where(looks_like(texts, r"\d{4}-\d\d-01")), format="%Y-%m-%d", errors="coerce"
    )
    read = read.fillna(first.dt.as_unit("s"))
    read = read.where(read.dt.year.between(1900, 2199))
    numbers = (read.dt.year * 12 + read.dt.month - 1).reindex(positions).reset_index(drop=True)
    table.refuse(numbers.isna(), column, f"not a month written like {_like(form)}")
    return numbers.fillna(0).astype("int32")


def hours_between(start: pd.Series, end: pd.Series, timed: pd.Series) -> pd.Series:
    """Hours from one moment to another; missing where ``timed`` is not true.

    >>> ten, late = (pd.Series(pd.to_datetime([f"2023-01-01 {at}"] * 2)) for at in ("10:00", "11:30"))
    >>> hours_between(ten, late, pd.Series([True, False])).tolist()
    [1.5, nan]
    """
    seconds = end.to_numpy("datetime64[s]") - start.to_numpy("datetime64[s]")
    return pd.Series(np.where(timed.to_numpy(bool), seconds.astype(np.int64) / 3600, np.nan))


def days_and_months(moments: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the midnight before each moment, and the number of its month, 0 where it is missing.

    >>> days_and_months(pd.Series(pd.to_datetime(["2023-12-31 23:59", None])))[1].tolist()
    [24287, 0]
    """
    values = moments.to_numpy("datetime64[s]")
    known = ~np.isnat(values)
    day = np.where(known, values.view(np.int64) // 86_400, 0)
    first = int(day.min(initial=0))
    every = np.arange(first, int(day.max(initial=first)) + 1).astype(
        "datetime64[D]"
    )  # far fewer than moments
    month = every.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    midnight = (day * 86_400).astype("datetime64[s]")
    midnight[~known] = np.datetime64("NaT")
    return midnight, np.where(known, month[day - first], 0)
