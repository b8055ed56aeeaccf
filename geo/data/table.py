"""What is in a file of cells?"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import month_number

AGE_BANDS = (*(f"{start}-{start + 4}" for start in range(0, 90, 5)), "90+")


@dataclass(frozen=True)
class Table:
    """A delimited file as text: every cell a string, blank cells missing.

    Attributes
    ----------
    name : str
        The file as its user knows it, such as ``archive.zip: 2021-05/2021-05-kent-street.csv``.
    frame : DataFrame
        One column a header, all of type str.
    """

    name: str
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def text(self, column: str) -> pd.Series:
        """Return a column without surrounding spaces; blank cells are missing."""
        cells = self.frame[column].str.strip()
        return cells.where(cells != "")

    def refuse(self, wrong: pd.Series | np.ndarray, column: str, expected: str) -> None:
        """Raise Problem naming the first row where ``wrong`` is true."""
        wrong = np.asarray(wrong, dtype=bool)
        if wrong.any():
            more = int(wrong.sum()) - 1
            others = f" (and {more:,} more {'row' if more == 1 else 'rows'})" if more else ""
            raise Problem(
                f"{self.name}, row {int(wrong.argmax()) + 2:,}{others}, column “{column}”: {expected}; "
                "correct the file and import it again."
            )


def read_table(name: str, content: bytes) -> Table:
    """Read a CSV file strictly: UTF-8 with or without a byte-order mark, every row as long as the header.

    Parameters
    ----------
    name : str
        How messages call the file.
    content : bytes

    Returns
    -------
    Table

    Raises
    ------
    Problem
        If the file is empty, not UTF-8, a spreadsheet, ragged, or repeats a column name.
    """
    import pyarrow as pa
    import pyarrow.csv

    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise Problem(f"{name} is a spreadsheet: save it as “CSV UTF-8 (comma delimited)” and import that.")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise Problem(f"{name} is empty, without even a header row: download or extract it again.")
    header = next(
        csv.reader(io.StringIO(content[: content.find(b"\n") + 1 or None].decode("utf-8", "replace")))
    )
    for column in header:
        if header.count(column) > 1:
            raise Problem(f"{name} has two columns named “{column}”: give each its own name.")
    try:
        frame = pyarrow.csv.read_csv(
            io.BytesIO(content),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=b'"' in content),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pa.string() for column in header},
                null_values=[""],
                strings_can_be_null=True,
            ),
        ).to_pandas()
    except pa.ArrowInvalid as error:
        raise Problem(_why_unreadable(name, content, len(header))) from error
    return Table(name, frame.astype("str"))


def _why_unreadable(name: str, content: bytes, columns: int) -> str:
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return (
            f"{name}, row {row:,}: this is not UTF-8 text; save the file as “CSV UTF-8” and import it again."
        )
    for number, cells in enumerate(rows, start=1):
        if cells and len(cells) != columns:
            return (
                f"{name}, row {number:,}: {len(cells)} cells where the header has {columns}; "
                "correct the row (a comma within a cell needs quotation marks) and import the file again."
            )
    return f"{name} is not a well-formed CSV file: save it again as “CSV UTF-8 (comma delimited)”."


def looks_like(cells: pd.Series, pattern: str) -> pd.Series:
    """Whether each cell matches a pattern as a whole; a missing one does not."""
    return cells.astype("str").str.fullmatch(pattern).astype(bool)


def parse_dates(table: Table, column: str, form: str = "%d/%m/%Y", *, optional: bool = False) -> pd.Series:
    """Read a column of dates, or of dates with times, in one stated form; nothing is guessed.

    Returns
    -------
    Series of datetime64[s]
        Missing only where the cell is blank and ``optional``.

    Raises
    ------
    Problem
        At a blank cell that must not be, a date that does not exist or is not in the form, or a date
        before 1990 or in the future.
    """
    return _dates(table, column, [form], optional=optional)


def parse_moments(
    table: Table, column: str, form: str, *, optional: bool = False
) -> tuple[pd.Series, pd.Series]:
    """Read a column of dates whose time of day may be left out, in one stated form (``%d/%m/%Y %H:%M``).

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
    moments = _dates(table, column, [form, form.partition(" ")[0]], optional=optional)
    timed = table.text(column).str.contains(" ", regex=False).astype(bool)
    return moments, moments.dt.hour.where(timed).astype("Int8")


def _dates(table: Table, column: str, forms: list[str], *, optional: bool) -> pd.Series:
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    parsed = pd.Series(pd.NaT, index=range(len(distinct)), dtype="datetime64[s]")
    for form in forms:
        read = pd.to_datetime(pd.Series(distinct, dtype="str"), format=form, errors="coerce")
        parsed = parsed.fillna(read.dt.as_unit("s"))
    values = parsed.reindex(positions).reset_index(drop=True)
    like = _like(forms[0])
    table.refuse(values.isna() & cells.notna(), column, f"not a date written like {like}")
    if not optional:
        table.refuse(cells.isna(), column, f"blank, where a date written like {like} is needed")
    beyond = (values < pd.Timestamp(1990, 1, 1)) | (values > pd.Timestamp.now() + pd.Timedelta(days=1))
    table.refuse(beyond, column, "a date before 1990 or in the future")
    return values


def _like(form: str) -> str:
    return pd.Timestamp(2023, 12, 31, 23, 59).strftime(form)


def parse_hours(table: Table, column: str, form: str = "%H:%M") -> pd.Series:
    """Read the hour (0-23) of a column of times of day; blank cells are missing.

    Raises
    ------
    Problem
        At a cell that is no time in the stated form.
    """
    cells = table.text(column)
    positions, distinct = pd.factorize(cells)
    parsed = pd.to_datetime(pd.Series(distinct, dtype="str"), format=form, errors="coerce").dt.hour
    hours = parsed.reindex(positions).reset_index(drop=True)
    table.refuse(hours.isna() & cells.notna(), column, f"not a time of day written like {_like(form)}")
    return hours.astype("Int8")


def parse_months(table: Table, column: str) -> pd.Series:
    """Read a column of months written YYYY-MM as month numbers.

    Raises
    ------
    Problem
        At a cell that is no month.
    """
    cells = table.text(column)
    table.refuse(
        ~looks_like(cells, r"(19|20|21)\d\d-(0[1-9]|1[0-2])"), column, "not a month written like 2023-12"
    )
    positions, distinct = pd.factorize(cells)
    return pd.Series(np.array([month_number(text) for text in distinct], dtype="int32")[positions])


def parse_areas(table: Table, column: str) -> pd.Series:
    """Read a column of area codes; blank cells and the pseudo codes for "not known" are missing.

    E99999999, X99999999 and Z99999999 mean that the place is not known; codes of Scotland, Wales and
    Northern Ireland, pseudo codes among them, are places and stay.
    """
    cells = table.text(column)
    table.refuse(
        cells.notna() & ~looks_like(cells, r"[A-Z]\d{8}"),
        column,
        "not an area code of one letter and eight digits, like E01017540",
    )
    return cells.where(~cells.isin(["E99999999", "X99999999", "Z99999999"]))


def parse_ages(table: Table, column: str) -> pd.Series:
    """Read ages in whole years as bands of the European Standard Population; blank cells are missing.

    7001-7007 are hospital codes of babies under one year.
    """
    cells = table.text(column)
    ages = pd.to_numeric(cells.where(looks_like(cells, r"\d{1,4}")))
    ages = ages.where(~ages.between(7001, 7007), 0)
    table.refuse(~ages.between(0, 120) & cells.notna(), column, "not an age in whole years from 0 to 120")
    return age_bands(ages)


def age_bands(ages: pd.Series) -> pd.Series:
    """Return the band of the European Standard Population 2013 of each age in years (missing stays missing).

    >>> age_bands(pd.Series([0, 17, 93, None])).tolist()
    ['0-4', '15-19', '90+', nan]
    """
    bands = pd.cut(ages, [*range(0, 95, 5), np.inf], right=False, labels=list(AGE_BANDS))
    return bands.astype("str").where(bands.notna())


_SEXES = {
    **dict.fromkeys(["M", "MALE", "1"], "M"),
    **dict.fromkeys(["F", "FEMALE", "2"], "F"),
    **dict.fromkeys(["U", "X", "I", "N", "Z", "0", "9", "OTHER", "UNKNOWN", "NOT KNOWN", "NOT STATED"], None),
    **dict.fromkeys(["NOT SPECIFIED", "UNSPECIFIED", "INDETERMINATE", "NON-BINARY"], None),
}


def parse_sexes(table: Table, column: str) -> pd.Series:
    """Read sex or gender as "F" or "M"; anything else that publishers write is missing.

    Raises
    ------
    Problem
        At a cell that no publisher writes, since the columns may have slipped.
    """
    cells = table.text(column).str.upper()
    table.refuse(cells.notna() & ~cells.isin(_SEXES), column, "neither M, F (or 1, 2) nor a code for unknown")
    return cells.map(_SEXES).astype("str")


PERSONS = ("TOKEN_PERSON_ID", "PSEUDO_HESID", "EXTRACT_HESID", "ENCRYPTED_HESID")
"""Columns, in any case, in which NHS England's extracts name a patient by a pseudonym; the first counts."""
_NOBODY = ("", "0", "-1", "NULL", "NONE", "NA", "N/A", "UNKNOWN", "NOT KNOWN")


def parse_persons(table: Table, column: str) -> pd.Series:
    """Number the persons of a column of identifiers; nothing of the identifiers is kept.

    The numbers 1, 2, 3, … are dealt out in an order that only all the identifiers together decide, so that
    the same file gives the same numbers, and a number tells nothing but which events are the same person's.

    Returns
    -------
    Series of int32
        0 where the cell is blank or a code for "not known".
    """
    cells = table.text(column)
    codes, distinct = pd.factorize(cells.mask(cells.str.upper().isin(_NOBODY)))
    order = hashlib.sha256("\n".join(sorted(distinct)).encode()).digest()
    numbers = np.random.default_rng(list(order)).permutation(len(distinct)) + 1
    return pd.Series(np.append(numbers, 0)[codes], dtype="int32")


def persons_of(table: Table) -> dict[str, pd.Series]:
    """Persons of an extract of NHS England, as an attribute, where it names them."""
    columns = {column.upper(): column for column in table.frame}
    named = next((columns[name] for name in PERSONS if name in columns), None)
    return {} if named is None else {"person": parse_persons(table, named)}


def parse_flags(table: Table, column: str) -> pd.Series:
    """Read a Y/N column as true, false or missing."""
    cells = table.text(column).str.upper()
    known = {"Y": True, "N": False, "YES": True, "NO": False, "TRUE": True, "FALSE": False}
    table.refuse(cells.notna() & ~cells.isin(known), column, "neither Y nor N")
    return cells.map(known).astype("boolean")


def parse_whole_numbers(table: Table, column: str) -> pd.Series:
    """Read a column of whole numbers, 0 or more; blank cells are missing."""
    cells = table.text(column)
    numbers = pd.to_numeric(cells.where(looks_like(cells, r"\d{1,9}")))
    table.refuse(numbers.isna() & cells.notna(), column, "not a whole number")
    return numbers.astype("Int32")


def parse_degrees(table: Table, column: str, lowest: float, highest: float) -> pd.Series:
    """Read longitudes or latitudes (EPSG:4326, degrees); blank cells are missing."""
    cells = table.text(column)
    degrees = pd.to_numeric(cells, errors="coerce").astype("float64")
    wrong = cells.notna() & ~degrees.between(lowest, highest)
    table.refuse(wrong, column, f"not degrees between {lowest} and {highest}, where the United Kingdom lies")
    return degrees
