"""Which cells does a text have? Told by its separators and line ends, before anything is read of them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo.ask.problem import Problem
from geo.data.distinct import of_arrow
from geo.data.plain_cells import Cut, cut

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.csv

Bytes = bytes | bytearray
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE, MOSTLY = 1 << 18, 0.3
"""Bytes of the first rows, and the share of different cells in them up to which a column is read packed."""
BLOCK = 1 << 22
"""Bytes that are split at a time: few enough to stay near the processor."""


class Cells(NamedTuple):
    """The cells of a text.

    Attributes
    ----------
    columns, kept : list of str
        Its header, and the columns that have a name.
    end : int
        Bytes without the line ends behind the last row.
    cells : Cut, or dict of str to Series
        Those of a plain text, or text by the kept columns, packed where few differ; without the odd rows.
    odd : list of int
        Rows that are longer or shorter than the header.
    """

    columns: list[str]
    kept: list[str]
    end: int
    cells: Cut | dict[str, pd.Series]
    odd: list[int]


def cells_of(name: str, text: Bytes, separator: str, *, plain: bool = False) -> Cells | None:
    """Split a text whose first row is its header; None where its rows cannot be told apart.

    Parameters
    ----------
    name : str
    text : bytes or bytearray
    separator : str
    plain : bool
        Whether a plain text is only cut (:mod:`geo.data.plain_cells`).

    Raises
    ------
    Problem
        If a column name repeats.
    """
    import pyarrow as pa

    if not (header := _first_row(text, separator)):
        return None
    columns, kept = columns_of(name, header)
    end = len(text)
    while end and text[end - 1] in b"\r\n\x1a":
        end -= 1
    try:
        _check_letters(text, end)
        return Cells(columns, kept, end, *split(text, end, separator, columns, kept, plain=plain))
    except pa.ArrowInvalid:
        return None


def header_of(text: Bytes) -> list[str]:
    """The cells of the first row."""
    return [" ".join(cell.split()) for cell in _first_row(text, separator_of(text))]


def separator_of(text: Bytes) -> str:
    """What parts the cells of the first row into most columns; commas where nothing does."""
    columns = {separator: len(_first_row(text, separator)) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: columns[separator])


def _first_row(text: Bytes, separator: str) -> list[str]:
    """The cells of the first row as they stand; none where they cannot be told apart."""
    line = text[: text.find(b"\n") + 1 or None].decode("utf-8", "replace")
    csv.field_size_limit(1 << 24)
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def columns_of(name: str, header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of the columns, those without one made up; and which are kept, the named ones."""
    columns = [" ".join(column.split()) or f"\0{k}" for k, column in enumerate(header)]
    for column, times in Counter(columns).items():
        if times > 1:
            raise Problem(f"{name} has two columns named “{column}”: give each its own name.")
    return columns, [column for column in columns if not column.startswith("\0")]


def _check_letters(text: Bytes, end: int) -> None:
    """Raise ArrowInvalid where a text is not in UTF-8, before rows of it are handed out one by one."""
    import pyarrow as pa

    ends = pa.array([0, end], pa.int64()).buffers()[1]
    pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(text)).validate(full=True)


def split(
    text: Bytes, end: int, separator: str, columns: list[str], kept: list[str], *, plain: bool
) -> tuple[Cut | dict[str, pd.Series], list[int]]:
    """The cells of a text up to its end, and which rows of it are longer or shorter than its header."""
    begin = text.find(b"\n", 0, end) + 1 or end
    if plain and (found := cut(text, begin, end, separator, columns)):
        return found, []
    table, odd = _by_reader(text, end, separator, columns, kept)
    return {column: of_arrow(table[column]) for column in kept}, odd


def _by_reader(
    text: Bytes, end: int, separator: str, columns: list[str], kept: list[str]
) -> tuple[pa.Table, list[int]]:
    """The same of any text, by Arrow's reader of CSV."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    odd: list[int] = []

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        odd.append(row.number)
        return "skip"

    def read(end: int, packed: set[str]) -> pa.Table:
        odd.clear()
        one, few = pa.large_string(), pa.dictionary(pa.int32(), pa.large_string())
        return pyarrow.csv.read_csv(
            pa.py_buffer(memoryview(text)[:end]),
            read_options=pyarrow.csv.ReadOptions(
                column_names=columns, skip_rows=1, use_threads=False, block_size=BLOCK
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator,
                newlines_in_values=b'"' in text,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: few if column in packed else one for column in columns},
                include_columns=kept,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    some = text.find(b"\n", SAMPLE, end)
    first = read(end if some < 0 else some, set())
    often = {c for c in kept if len(pc.unique(first[c])) <= MOSTLY * len(first)}
    return read(end, often), odd
