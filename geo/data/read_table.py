"""Which table is in these bytes? Text with commas, semicolons or tabs, a workbook, or Parquet.

Nothing is guessed that could be wrong without being seen: what was passed over (title rows, empty rows, a
mark of the encoding, other sheets) is said in the table's notes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import listed
from geo.data.cells import SEPARATORS, Bytes, Cells, cells_of, columns_of, separator_of, split
from geo.data.packing import check_beginning, check_workbook
from geo.data.plain_cells import Cut
from geo.data.table import Counted, Table

Recognise = Callable[[Sequence[str]], bool]
"""Whether a header is one of a table that is looked for."""

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TITLES = 50
"""Rows among which the header is looked for."""


def read_table(
    name: str,
    content: Bytes,
    recognise: Recognise = lambda header: False,
    *,
    sheet: str = "",
    encoding: str = "",
    lenient: bool = False,
    first_row: int = 1,
    ahead: Future[Cells | None] | None = None,
) -> Table:
    """Read one table strictly: every row as long as the header.

    Parameters
    ----------
    name : str
        How messages call the file.
    content : bytes or bytearray
        Text in UTF-8, UTF-16 or a declared encoding, separated by commas, semicolons, tabs or bars; a
        workbook (xlsx, xls, xlsb, ods); or Parquet.
    recognise : callable, optional
        Finds the sheet and the header beneath title rows; without it, or where it finds none, the first row
        of text as wide as the table is its header.
    sheet : str, optional
        Name of the sheet of a workbook.
    encoding : str, optional
        As declared; else UTF-8, or UTF-16 where the file says so.
    lenient : bool
        Set rows aside that are wrong, instead of refusing the file.
    first_row : int
        Number of the header's row in the file, where the text is a piece of it.
    ahead : Future, optional
        Its cells, where it is plain text that is being split already.

    Returns
    -------
    Table

    Raises
    ------
    Problem
        If there is no table, it is not in the encoding, a row is longer or shorter than the header, or a
        column name repeats.
    """
    check_beginning(name, content)
    if content[:4] == b"PAR1":
        return _of_parquet(name, content, lenient)
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _of_workbook(name, content, recognise, sheet, lenient)
    notes: list[str] = []
    text = _utf8(name, content, encoding, notes)
    if not text or text.isspace():
        raise Problem(f"{name} is empty, without even a header row: download or extract it again.")
    if b"\n" not in text and text.rstrip(b"\r").count(b"\r"):
        text = text.replace(b"\r", b"\n")  # as old Macs end a line
    if text[:4].lower() == b"sep=":
        text = text[text.find(b"\n") + 1 :]
        first_row += 1
    separator = separator_of(text)
    if separator != ",":
        notes.append(f"{name}: the columns are separated by {SEPARATORS[separator]}.")
    cells = ahead.result() if ahead else cells_of(name, text, separator)
    table = _quickly(
        name, text, cells, first_row, recognise, separator=separator, lenient=lenient, plain=bool(ahead)
    )
    if table is None or not (recognise(table.names) or _is_header(table.names)):
        table = _row_by_row(name, text, separator, first_row, recognise, lenient=lenient)
    table.notes[:0] = notes
    return table


# ---------------------------------------------------------------- text


def _utf8(name: str, content: Bytes, encoding: str, notes: list[str]) -> Bytes:
    """The text in UTF-8 without a mark."""
    if wide := _wide_letters(content):
        encoding = wide
        notes.append(f"{name}: the text is {wide[:6].upper()} (“Unicode Text”).")
    elif content[:3] == b"\xef\xbb\xbf":
        return content[3:]
    if not encoding:
        return content
    try:
        return content.decode(encoding).encode("utf-8")
    except LookupError as error:
        raise Problem(f"“{encoding}” is no encoding that is known: write utf-8 or windows-1252.") from error
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise Problem(
            f"{name}, row {row:,}: this is not text in {encoding}; save the file as “CSV UTF-8”."
        ) from error


def _wide_letters(content: Bytes) -> str:
    """The encoding of a text that takes two or four bytes a letter; "" where it does not."""
    for mark, encoding in _MARKS.items():
        if content[: len(mark)] == mark:
            return encoding
    head = content[:1_000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    most = len(head) // 2 * 0.8
    return "utf-16-le" if odd > most and not even else "utf-16-be" if even > most and not odd else ""


_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def _quickly(
    name: str,
    text: Bytes,
    cells: Cells | None,
    first_row: int,
    recognise: Recognise,
    *,
    separator: str,
    lenient: bool,
    plain: bool,
) -> Table | None:
    """A table whose first row is its header; None where it is not that, or its rows cannot be told apart.

    Rows that were mended are only cut, too, where that is wanted of a plain text.
    """
    import pyarrow as pa

    if cells is None:
        return None
    columns, split_, odd = cells.columns, cells.cells, cells.odd
    wrong: dict[int, tuple[str, str]] = {}
    try:
        if odd and not recognise(columns):  # the header may be further down
            return None
        if odd:
            mended, wrong = _mended(text[: cells.end], odd, separator, len(columns))
            split_, _ = split(mended, len(mended), separator, columns, cells.kept, plain=plain)
    except (pa.ArrowInvalid, _NotPlain):
        return None
    found = split_ if isinstance(split_, Cut) else pd.DataFrame(split_, copy=False)
    return _finished(name, found, np.arange(len(found)) + first_row + 1, lenient, wrong)


class _NotPlain(Exception):
    """A text in which a row is not a line."""


def _mended(
    text: Bytes, odd: list[int], separator: str, width: int
) -> tuple[bytes, dict[int, tuple[str, str]]]:
    """The text with its odd rows cut or filled to the width of its header, and which are wrong, and why."""
    if b'"' in text or text.count(b"\r") not in {0, text.count(b"\r\n")}:
        raise _NotPlain
    lines, mark = bytes(text).split(b"\n"), separator.encode()
    wrong: dict[int, tuple[str, str]] = {}
    for number in odd:
        cells = lines[number - 1].rstrip(b"\r").split(mark)
        if why := _length(cells, width):
            wrong[number - 2] = ("", why)
        cells = cells[:width] + [b""] * (width - len(cells))
        lines[number - 1] = mark.join(cells)
    return b"\n".join(lines), wrong


def _length(cells: Sequence[str] | Sequence[bytes], width: int) -> str:
    """What is wrong with the length of a row; "" where only blank cells are too many or too few."""
    beyond = any(cell.strip() for cell in cells[width:])
    if beyond or (len(cells) < width and any(cell.strip() for cell in cells)):
        return (
            f"{len(cells)} cells where the header has {width}; correct the row (a comma within a cell "
            "needs quotation marks) and import the file again"
        )
    return ""


def _row_by_row(
    name: str, text: Bytes, separator: str, first_row: int, recognise: Recognise, *, lenient: bool
) -> Table:
    """As :func:`_quickly`, for what has title rows, empty rows or rows of other lengths."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        if name.lower().endswith(WORKBOOKS):
            raise Problem(
                f"{name} is no workbook, though its name ends so: download it or save it again."
            ) from error
        row = text.count(b"\n", 0, error.start) + first_row
        raise Problem(
            f"{name}, row {row:,}: this is not UTF-8 text; save the file as “CSV UTF-8” and import it again, "
            "or declare its encoding in a mapping (encoding = “windows-1252” under [formats])."
        ) from error
    try:
        rows = list(csv.reader(io.StringIO(decoded, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Problem(f"{name} cannot be read as a table ({error}): save it again as “CSV UTF-8”.") from error
    return _of_rows(name, rows, first_row, recognise, lenient)


# ---------------------------------------------------------------- rows


def _of_rows(name: str, rows: list[list[str]], first_row: int, recognise: Recognise, lenient: bool) -> Table:
    at = _header_row(rows, recognise)
    header = rows[at]
    width = max((k + 1 for k, cell in enumerate(header) if cell.strip()), default=0)
    columns, kept = columns_of(name, header[:width])
    body, wrong = [], {}
    for position, cells in enumerate(rows[at + 1 :]):
        if why := _length(cells, width):
            wrong[position] = ("", why)
        body.append([*cells[:width], *[""] * (width - len(cells))])
    numbers = np.arange(len(body)) + first_row + at + 1
    frame = pd.DataFrame(body, columns=columns, dtype="str")[kept]
    frame = frame.where(frame != "").astype("str")
    table = _finished(name, frame, numbers, lenient, wrong)
    if at:
        table.notes.append(f"{name}: {at} title row{'s' * (at != 1)} above the header passed over.")
    return table


def _is_header(header: Sequence[str]) -> bool:
    """Whether a first row reads as a header: more than one name."""
    return sum(bool(name.strip()) for name in header) > 1


def _header_row(rows: list[list[str]], recognise: Recognise) -> int:
    """Position of the header: the one that is looked for, else the first row as wide as most."""
    clean = [[" ".join(cell.split()) for cell in cells] for cells in rows[:TITLES]]
    for at, cells in enumerate(clean):
        if recognise(cells):
            return at
    if clean and _is_header(clean[0]):
        return 0
    filled = [sum(map(bool, cells)) for cells in clean]
    usual = Counter(count for count in filled if count > 1).most_common(1)
    return next((at for at, count in enumerate(filled) if usual and count >= usual[0][0]), 0)


def _finished(
    name: str,
    cells: pd.DataFrame | Cut,
    rows: np.ndarray,
    lenient: bool,
    wrong: dict[int, tuple[str, str]] | None = None,
) -> Table:
    """The table without its empty rows."""
    cut, frame = (cells, pd.DataFrame(index=range(len(cells)))) if isinstance(cells, Cut) else (None, cells)
    table = Table(name, frame, rows, aside={} if lenient else None, cut=cut)
    at = np.flatnonzero(table.blank(table.names[0])) if table.names else np.empty(0, np.intp)
    for column in table.names[1:] if len(at) else ():
        some = table.some(column, at)
        at = at[(some.isna() | (some.str.strip() == "")).to_numpy(bool)]
    empty = np.zeros(len(rows), dtype=bool)
    empty[at] = True
    for position in wrong or {}:
        empty[position] = False
    kept = np.flatnonzero(~empty)
    if empty.any():
        table.keep(kept)
    for position, (column, why) in (wrong or {}).items():
        table.refuse(kept == position, column, why)
    if blanks := int(empty.sum()):
        table.notes.append(Counted.of(blanks, name, "{} empty row{} passed over."))
    return table


# ---------------------------------------------------------------- workbooks and Parquet


def _of_workbook(name: str, content: Bytes, recognise: Recognise, wanted: str, lenient: bool) -> Table:
    """The named sheet, or the one whose header is looked for, or the only one with a table."""
    import python_calamine

    if content[:2] == b"PK":
        check_workbook(name, content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        if wanted and wanted not in names:
            raise Problem(f"{name} has no sheet “{wanted}”: it has {listed(names)}.")
        sheets = {
            sheet: _texts(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
            for sheet in ([wanted] if wanted else names)
        }
    except python_calamine.CalamineError as error:
        raise Problem(
            f"{name} cannot be opened as a workbook: if it has a password, save it without; if it is "
            "damaged, download or save it again."
        ) from error
    tables = {sheet: rows for sheet, rows in sheets.items() if any(map(_is_header, rows[:TITLES]))}
    if not tables:
        raise Problem(
            f"{name} has no table on its sheets ({listed(names)}): check that it is the file meant."
        )
    found = [s for s, rows in tables.items() if any(recognise(row) for row in rows[:TITLES])] or list(tables)
    if len(found) > 1:
        raise Problem(
            f"{name} has several sheets that may be meant ({listed(found)}): name one with --sheet."
        )
    table = _of_rows(
        f"{name}: {found[0]}" if len(names) > 1 else name, tables[found[0]], 1, recognise, lenient
    )
    if len(names) > 1:
        table.notes.append(f"{name}: the sheet “{found[0]}” was read.")
    return table


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    """Cells of a sheet as text: dates as 2023-12-31, with the time where a column has any."""
    width = max(map(len, rows), default=0)
    timed = [
        any(isinstance(row[k], datetime) and row[k].time() != time() for row in rows if k < len(row))
        for k in range(width)
    ]
    return [[_text(cell, timed[k]) for k, cell in enumerate(row)] for row in rows]


def _text(cell: Any, timed: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}" if timed else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _of_parquet(name: str, content: Bytes, lenient: bool) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        raw = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise Problem(f"{name} is not a whole Parquet file: save it again.") from error
    columns = {}
    for column in raw.column_names:
        values = raw.column(column)
        if pa.types.is_timestamp(values.type):
            moments = values.to_pandas()
            timed = bool((moments.dropna() != moments.dropna().dt.normalize()).any())
            columns[column] = moments.dt.strftime("%Y-%m-%d %H:%M:%S" if timed else "%Y-%m-%d").astype("str")
        elif pa.types.is_floating(values.type):
            numbers = values.to_pandas()
            whole = bool((numbers.dropna() % 1 == 0).all())
            columns[column] = (numbers.astype("Int64") if whole else numbers).astype("str")
        else:
            columns[column] = values.cast(pa.string()).to_pandas().astype("str")
    frame = pd.DataFrame(columns)
    frame = frame.mask(frame == "<NA>").astype("str")
    return _finished(name, frame, np.arange(len(frame)) + 1, lenient)
