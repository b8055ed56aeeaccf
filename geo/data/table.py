"""What is in a file of cells?"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from geo.ask.ages import AGE_BANDS, AGES, EDGES, WHOLE
from geo.ask.problem import Problem
from geo.ask.words import UNSEEN, one_line
from geo.data.distinct import dealt, hashed, letters_of, values_of
from geo.data.plain_cells import Cut

NOTHING = ("#N/A", "#N/D", "#REF!", "#VALUE!", "#NAME?", "N/A", "NULL", "(NULL)", "(BLANK)")
"""What spreadsheets and databases write where a cell is blank, in any case."""

UNKNOWN = frozenset(
    {
        *("UNKNOWN", "UNK", "NOT KNOWN", "NK", "N/K", "NOT STATED", "NOT RECORDED", "NOT PROVIDED"),
        *("NOT GIVEN", "PREFER NOT TO SAY", "DECLINED", "REFUSED", "MISSING"),
    }
)
"""What recorders write of a person where nothing is known, in upper case."""
UNITED_KINGDOM = ((-9, 3), (49, 62))
"""Degrees of longitude and of latitude between which it lies."""
FEW = 1_000
"""Distinct cells up to which they are cleaned one by one."""


class Counted(str):
    """A note of how many rows something holds: those of the pieces of a file are one, of all its rows."""

    number, name, words = 0, "", ""

    @classmethod
    def of(cls, number: int, name: str, words: str) -> Counted:
        """Say of a file a number, and "s" for several, where the words have ``{}``."""
        found = cls(f"{name}: {words.format(f'{number:,}', 's' * (number != 1))}")
        found.number, found.name, found.words = number, name, words
        return found


def summed(notes: Iterable[str]) -> list[str]:
    """Return each note once, with the sum where it counts rows.

    >>> summed([Counted.of(1, "f", "{} row{} left."), "A note.", Counted.of(2, "f", "{} row{} left.")])
    ['f: 3 rows left.', 'A note.']
    """
    found: dict[str, str] = {}
    for note in notes:
        key = f"{note.name}\0{note.words}" if isinstance(note, Counted) else note
        before, found[key] = found.get(key), note
        if isinstance(note, Counted) and isinstance(before, Counted):
            found[key] = Counted.of(before.number + note.number, note.name, note.words)
    return [str(note) for note in found.values()]


@dataclass
class Table:
    """A table as text: every cell a string, blank cells missing.

    Attributes
    ----------
    name : str
        The file as its user knows it, such as ``archive.zip: 2021-05/2021-05-kent-street.csv``.
    frame : DataFrame
        One column a header, all text; a column of few different cells is packed (:mod:`geo.data.distinct`).
        Without columns where the cells are those of ``cut``.
    rows : ndarray of int
        Number of each row in the file, as a spreadsheet counts: the header is row 1.
    notes : list of str
        What was passed over or taken in another way than it stands, in plain English.
    aside : dict or None
        Where it is a dict, rows that make no sense do not refuse the file but are set aside: position to
        column and reason.
    cut : Cut or None
        The cells of a long text, each column of which is read when it is asked for.
    """

    name: str
    frame: pd.DataFrame
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    notes: list[str] = field(default_factory=list)
    aside: dict[int, tuple[str, str]] | None = None
    cut: Cut | None = None

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.frame):
            self.rows = np.arange(len(self.frame)) + 2

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return self.cut.names if self.cut else list(self.frame)

    def renamed(self, names: dict[str, str]) -> None:
        """Give some columns other names."""
        if self.cut:
            self.cut = self.cut.renamed(names)
        self.frame = self.frame.rename(columns=names)

    def keep(self, rows: np.ndarray) -> None:
        """Keep some rows alone."""
        if self.cut:
            self.cut = self.cut.of(rows)
        self.frame, self.rows = self.frame.iloc[rows].reset_index(drop=True), self.rows[rows]

    def blank(self, column: str) -> np.ndarray:
        """Whether each cell of a column is blank; bool."""
        if self.cut:
            return self.cut[column].lengths == 0
        return self.frame[column].isna().to_numpy(bool)

    def some(self, column: str, rows: np.ndarray) -> pd.Series:
        """Return the cells of a column in some rows as they stand; missing where blank."""
        return self.cut[column].of(rows).text() if self.cut else self.frame[column].iloc[rows]

    def hashed(self, column: str) -> np.ndarray:
        """Return a number of each cell of a column (:func:`geo.data.distinct.hashed`)."""
        return self.cut[column].hashed() if self.cut else hashed(self.frame[column])

    def letters_of(self, column: str, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Return which cells have so many bytes, and these (:func:`geo.data.distinct.letters_of`)."""
        if self.cut:
            return self.cut[column].letters_of(length)
        codes, texts = None, self.frame[column]
        if isinstance(texts.dtype, pd.CategoricalDtype):
            codes, texts = values_of(texts)
        fits, letters = letters_of(texts, length)
        if codes is None:
            return fits, letters
        place = np.append(np.cumsum(fits) - 1, -1)[codes]
        fits = np.append(fits, False)[codes]
        return fits, letters[place[fits]]

    def columns(self, needed: Iterable[str], refusal: str) -> dict[str, str]:
        """Return the columns by their names in lower case.

        Raises
        ------
        Problem
            If one that is needed is missing; ``refusal`` has ``{}`` for it.
        """
        columns = {str(column).strip().lower(): column for column in self.frame}
        for name in needed:
            if name not in columns:
                raise Problem(f"{self.name} is {refusal.format(f'the column “{name}” is missing')}")
        return columns

    def given(self, column: str | None, longest: int) -> pd.Series:
        """Return a column cut to so many characters; "" where a cell is blank or there is no such column."""
        cells = pd.Series("", range(len(self))) if column is None else self.text(column).fillna("")
        return cells.map(one_line).str.slice(0, longest).astype("str")

    def with_rows(self) -> Table:
        """Return it; Problem where it has none, since it would replace others, or tell of none."""
        if not len(self):
            raise Problem(
                f"{self.name} has a header and no rows beneath it: check that it is the file meant, and save "
                "it again with its rows."
            )
        return self

    def text(self, column: str) -> pd.Series:
        """Return a column, each cell on one line without spaces around it; marks of a blank are missing."""
        return self.words(column).astype("str")

    def words(self, column: str) -> pd.Series:
        """Return the same, packed (:mod:`geo.data.distinct`)."""
        return dealt(*self.distinct(column))

    def distinct(self, column: str) -> tuple[np.ndarray, pd.Series]:
        """Return for each row the position of its cell, -1 where it is missing, and the cells, cleaned."""
        positions, distinct = self._as_they_stand(column)
        return positions, cleaned(distinct)

    def each(self, column: str) -> tuple[np.ndarray, list[str | None]]:
        """Return the same, the cells one by one."""
        positions, distinct = self._as_they_stand(column)
        return positions, [_clean_one(cell) for cell in distinct.tolist()]

    def _as_they_stand(self, column: str) -> tuple[np.ndarray, pd.Series]:
        return self.cut[column].distinct() if self.cut else values_of(self.frame[column])

    def refuse(self, wrong: pd.Series | np.ndarray, column: str, expected: str) -> None:
        """Set the rows aside where ``wrong`` is true; in a strict table raise Problem, naming the first."""
        wrong = np.asarray(wrong, dtype=bool)
        if not wrong.any():
            return
        if self.aside is not None:
            for position in np.flatnonzero(wrong):
                self.aside.setdefault(int(position), (column, expected))
            return
        more = int(wrong.sum()) - 1
        raise self.problem(int(wrong.argmax()), more, column, expected)

    def problem(self, position: int, more: int, column: str, expected: str) -> Problem:
        """The sentence that names a row and how many more there are like it."""
        return fault(self.name, int(self.rows[position]), more, column, expected)


def fault(name: str, row: int, more: int, column: str, expected: str) -> Problem:
    """The sentence that names a row of a file and how many more there are like it."""
    others = f" (and {more:,} more {'row' if more == 1 else 'rows'})" if more else ""
    where = f", column “{column}”" if column else ""
    remedy = "" if "import the file again" in expected else "; correct the file and import it again"
    return Problem(f"{name}, row {row:,}{others}{where}: {expected}{remedy}.")


def of_rows(answers: pd.Series | np.ndarray | list[bool], positions: np.ndarray) -> np.ndarray:
    """What is true of distinct cells, row by row; nothing is of a missing cell."""
    each = np.asarray(answers, dtype=bool)
    return np.append(each, False)[positions] if each.any() else np.zeros(len(positions), dtype=bool)


def cleaned(cells: pd.Series) -> pd.Series:
    """Cells on one line without surrounding spaces; missing where blank, or a mark for that."""
    if len(cells) <= FEW:  # one by one, since most files have the same few
        return pd.Series([_clean_one(cell) for cell in cells], dtype="str")
    if cells.str.contains(UNSEEN).any():
        cells = cells.str.replace("\0", "").str.replace(UNSEEN, " ", regex=True)
    cells = cells.str.strip()
    return cells.where(~((cells == "") | cells.str.upper().isin(NOTHING)))


@lru_cache(1 << 14)
def _clean_one(cell: str | float) -> str | None:
    if not isinstance(cell, str):
        return None
    line = re.sub(UNSEEN, " ", cell.replace("\0", "")).strip()
    return None if line.upper() in ("", *NOTHING) else line


def looks_like(cells: pd.Series, pattern: str) -> pd.Series:
    """Whether each cell matches a pattern as a whole; a missing one does not."""
    return cells.astype("str").str.fullmatch(pattern).astype(bool)


def parse_areas(table: Table, column: str) -> pd.Series:
    """Read a column of area codes; blank cells and the pseudo codes for "not known" are missing.

    E99999999, X99999999 and Z99999999 mean that the place is not known; codes of Scotland, Wales and
    Northern Ireland (95GG01S1, a Super Output Area), pseudo codes among them, are places and stay.
    """
    positions, cells = table.each(column)
    cells = [cell.upper() if cell else None for cell in cells]
    wrong = [cell is not None and not _AREA.fullmatch(cell) for cell in cells]
    table.refuse(
        of_rows(wrong, positions), column, "not an area code of one letter and eight digits, like E01017540"
    )
    whole = [cell is not None and _COUNTRY.fullmatch(cell) is not None for cell in cells]
    table.refuse(of_rows(whole, positions), column, "the code of a country or region: a total, not a place")
    known = [None if cell in _NOT_KNOWN else cell for cell in cells]
    return dealt(positions, pd.Series(known, dtype="str"))


_NOT_KNOWN = ("E99999999", "X99999999", "Z99999999")
_COUNTRY = re.compile(r"[EWSN]92\d{6}|E12\d{6}|K0\d{7}")
_AREA = re.compile(r"[A-Z][0-9]{8}|95[A-Z]{2}[0-9]{2}[A-Z][0-9]")


def parse_ages(table: Table, column: str) -> pd.Series:
    """Read ages in whole years, or bands of five, as the bands in which events keep them.

    Blank cells and words for "not known" are missing.
    7001-7007 are hospital codes of babies under one year.
    """
    positions, cells = table.each(column)
    bands = [_band(cell) for cell in cells]
    table.refuse(
        of_rows([band == "" for band in bands], positions), column, "not an age in whole years from 0 to 120"
    )
    return dealt(positions, pd.Series([band or None for band in bands], dtype="str"))


@lru_cache(1 << 10)
def _band(cell: str | None) -> str | None:
    """The band that a cell says, None where it says that it is not known, "" where it is no age."""
    if cell is None or cell.upper() in UNKNOWN:
        return None
    if not re.fullmatch(r"[0-9]{1,4}(\.0+)?", cell):
        return cell if cell in (*AGES, WHOLE) else ""
    age = int(cell.partition(".")[0])
    if 7001 <= age <= 7007:
        age = 0
    return AGES[bisect_right(EDGES, age) - 1] if age <= 120 else ""


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
    **dict.fromkeys(["U", "X", "I", "N", "Z", "0", "9", "OTHER", *UNKNOWN], None),
    **dict.fromkeys(["NOT SPECIFIED", "UNSPECIFIED", "INDETERMINATE", "NON-BINARY"], None),
}


def parse_sexes(table: Table, column: str) -> pd.Series:
    """Read sex or gender as "F" or "M"; anything else that publishers write is missing.

    Raises
    ------
    Problem
        At a cell that no publisher writes, since the columns may have slipped.
    """
    positions, cells = table.each(column)
    said = [cell.upper() if cell else None for cell in cells]
    wrong = [cell is not None and cell not in _SEXES for cell in said]
    table.refuse(of_rows(wrong, positions), column, "neither M, F (or 1, 2) nor a code for unknown")
    return dealt(positions, pd.Series([_SEXES.get(cell or "") for cell in said], dtype="str"))


PERSONS = ("TOKEN_PERSON_ID", "PSEUDO_HESID", "EXTRACT_HESID", "ENCRYPTED_HESID")
"""Columns, in any case, in which NHS England's extracts name a patient by a pseudonym; the first counts."""
_NOBODY = ("", "0", "-1", "NULL", "NONE", "NA", "N/A", "UNKNOWN", "NOT KNOWN")


DENSE = 4
"""Running numbers go no further than this many times the persons that have one."""


def parse_persons(table: Table, column: str) -> dict[str, pd.Series]:
    """Tell the persons of a column of references apart; nothing of the references is kept.

    The numbers 1, 2, 3, … are dealt out in an order that only all the references together decide, so that
    the same file gives the same numbers, and a number tells nothing but which events are the same person's.

    Returns
    -------
    dict
        ``person``, such a number (int32), and ``person_key``, a hash of the reference by which a person is
        known in other files too (int64; the folder's secret goes over it before it is stored). Running
        numbers (1, 2, 3, …) name nobody elsewhere: their hash is of the whole file as well. Both are 0 where
        the cell is blank or a code for "not known".
    """
    cells = table.text(column)
    codes, distinct = pd.factorize(cells.mask(cells.str.upper().isin(_NOBODY)))
    order = hashlib.sha256("\n".join(sorted(distinct)).encode()).digest()
    numbers = np.random.default_rng(list(order)).permutation(len(distinct)) + 1
    within = order if _run_on(list(distinct)) else b""
    keys = [keyed_number(cell.encode(), within) for cell in distinct]
    return {
        "person": pd.Series(np.append(numbers, 0)[codes], dtype="int32"),
        "person_key": pd.Series(np.array([*keys, 0], np.int64)[codes]),
    }


def _run_on(references: list[str]) -> bool:
    """Whether references are running numbers, which begin anew in each file."""
    whole = all(cell.isascii() and cell.isdigit() and len(cell) < 19 for cell in references)
    return whole and max(map(int, references), default=0) <= DENSE * len(references)


def keyed_number(text: bytes, key: bytes) -> int:
    """A number from 1 to 2 ** 53 that only who has the key can make of a text."""
    digest = hashlib.blake2b(text, key=key, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) + 1


def persons_of(table: Table) -> dict[str, pd.Series]:
    """Persons of an extract of NHS England, as attributes, where it names them."""
    columns = {column.upper(): column for column in table.names}
    named = next((columns[name] for name in PERSONS if name in columns), None)
    return {} if named is None else parse_persons(table, named)


def parse_flags(table: Table, column: str) -> pd.Series:
    """Read a column of Y and N, yes and no, or 1 and 0 as true, false or missing."""
    positions, cells = table.each(column)
    said = [(cell or "").upper() for cell in cells]
    numbers = (
        {"1", "0"} if {*said} <= {"1", "0", "", *UNKNOWN} else set()
    )  # not where letters and numbers mix
    yes = np.array([cell in {"Y", "YES", "TRUE", *(numbers - {"0"})} for cell in said], dtype=bool)
    no = np.array([cell in {"N", "NO", "FALSE", *(numbers - {"1"})} for cell in said], dtype=bool)
    unknown = np.array([cell == "" or cell in UNKNOWN for cell in said], dtype=bool)
    other = ~(yes | no | unknown)
    table.refuse(of_rows(other, positions), column, "neither Y nor N")
    return pd.Series(pd.arrays.BooleanArray(of_rows(yes, positions), ~of_rows(yes | no, positions)))


def parse_whole_numbers(table: Table, column: str) -> pd.Series:
    """Read a column of whole numbers, 0 or more, as 1005 or 1,005; blank cells are missing."""
    positions, cells = table.distinct(column)
    plain = cells.where(looks_like(cells, r"\d{1,9}(\.0+)?|\d{1,3}(,\d{3}){1,2}")).str.replace(",", "")
    numbers = pd.to_numeric(plain).to_numpy(np.float64)
    table.refuse(of_rows(cells.notna() & np.isnan(numbers), positions), column, "not a whole number")
    return pd.Series(np.append(numbers, np.nan)[positions]).astype("Int32")


def parse_degrees(table: Table, longitude: str, latitude: str) -> tuple[pd.Series, pd.Series]:
    """Read points in degrees (EPSG:4326).

    Blank cells are missing, and so is 0, 0, which receivers of GPS write while they have no fix.
    """
    cells = [table.text(column) for column in (longitude, latitude)]
    degrees = [pd.to_numeric(each, errors="coerce").astype("float64") for each in cells]
    lost = (degrees[0] == 0) & (degrees[1] == 0)
    found = []
    for column, (low, high), text, each in zip(
        (longitude, latitude), UNITED_KINGDOM, cells, degrees, strict=True
    ):
        wrong = text.notna() & ~each.between(low, high) & ~lost
        table.refuse(wrong, column, f"not degrees between {low} and {high}, where the United Kingdom lies")
        found.append(each.mask(wrong | lost))
    return found[0], found[1]


def parse_grid(table: Table, easting: str, northing: str) -> tuple[pd.Series, pd.Series]:
    """Read points of the National Grid (EPSG:27700, metres) as longitudes and latitudes (EPSG:4326).

    Blank cells, and 0, which programs write for a place that is not known, are missing.
    """
    from pyproj import Transformer

    metres = []
    for column, most in ((easting, 700_000), (northing, 1_300_000)):
        cells = table.text(column).str.replace(",", "")
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        wrong = cells.notna() & ~numbers.between(0, most)
        table.refuse(wrong, column, f"not metres of the National Grid from 0 to {most:,}")
        metres.append(numbers.mask(wrong | (numbers == 0)))
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    known = metres[0].notna() & metres[1].notna()
    longitude, latitude = (pd.Series(np.nan, index=known.index) for _ in range(2))
    longitude[known], latitude[known] = to_degrees.transform(metres[0][known], metres[1][known])
    return longitude, latitude
