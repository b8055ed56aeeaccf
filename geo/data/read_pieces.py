"""How is a long file of text read? In pieces of whole rows, so that its length costs no memory.

A piece is a table like any other (:mod:`geo.data.read_table`), with the header of its file and the row
numbers that a spreadsheet counts. The next pieces are split into cells while others are looked at. What is
not plain text with a known header in its first row, and what is short, is one piece.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.data.cells import Bytes, Cells, cells_of, header_of, separator_of
from geo.data.plain_cells import BLOCK

if TYPE_CHECKING:
    from geo.data.read_table import Recognise
    from geo.data.table import Table

LONG, PIECE = 1 << 24, 1 << 25
"""Bytes from which on a text is long, and of a piece of it."""
AT_ONCE, AHEAD = 2, 2
"""Pieces that are split at the same time, and that lie ready at most."""
FEW = 1 << 10
"""Bytes that are looked at first for one that is no space."""
_MARK = b"\xef\xbb\xbf"
_OTHER = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff", b"sep=")
"""Beginnings of files that are not plain text with a header."""


def pieces_of(
    name: str,
    opened: Callable[[], BufferedIOBase],
    recognise: Recognise,
    *,
    path: Path | None = None,
    sheet: str = "",
    encoding: str = "",
) -> Iterator[Callable[[], Table]]:
    """Cut a file into pieces, each yet to be read: a row that makes no sense is set aside.

    Parameters
    ----------
    name, recognise, sheet, encoding
        As :func:`geo.data.read_table.read_table`.
    opened : callable
        Opens the file's bytes.
    path : Path, optional
        Where it is, if it was begun (:func:`begun`).

    Raises
    ------
    Problem
        When a piece is read, as :func:`geo.data.read_table.read_table`.
    """
    from geo.data.read_table import read_table

    read = partial(read_table, recognise=recognise, sheet=sheet, encoding=encoding, lenient=True)
    with opened() as file:
        head = file.read(LONG)
        line = _header(head)
        if encoding or not line or not recognise(header_of(line)):
            yield partial(read, name, head + file.read())
            return
    ahead = _BEGUN.pop(path, None) if path else None
    ahead = ahead or _Ahead(name, opened)
    try:
        for piece in ahead:
            yield partial(read, name, piece.text, first_row=piece.row, ahead=piece.cells)
    finally:
        ahead.close()


@contextmanager
def begun(files: Sequence[Path]) -> Iterator[None]:
    """Split the first of some files, if it is a long text, while what looks at its cells is still loaded."""
    import pyarrow.csv  # noqa: F401 - else two threads would load it

    for first in files[:1]:
        if first.suffix.lower() == ".csv" and first.is_file():
            opened = partial(_opened, first)
            with opened() as file:
                if _header(file.read(LONG)):
                    _BEGUN[first] = _Ahead(first.name, opened)
    try:
        yield
    finally:
        while _BEGUN:
            _BEGUN.popitem()[1].close()


def _opened(path: Path) -> BufferedIOBase:
    return path.open("rb")


def _header(head: bytes) -> bytes:
    """The first line of a long plain text; nothing of what is short or something else."""
    text = head.removeprefix(_MARK)
    line = text[: text.find(b"\n") + 1]
    plain = not head.startswith(_OTHER) and line.count(b'"') % 2 == 0
    plain &= b"\r" not in line.rstrip()  # else no text: its reader says so
    return line if plain and len(head) == LONG else b""


class _Piece(NamedTuple):
    """Some rows of a file under its header."""

    text: Bytes
    row: int
    """Number in the file of the row before its first one."""
    cells: Future[Cells | None]


class _Ahead:
    """The pieces of a long text, in order; the next ones are cut and split meanwhile."""

    def __init__(self, name: str, opened: Callable[[], BufferedIOBase]) -> None:
        self._name, self._texts = name, _cut(opened)
        self._cutting, self._splitting = ThreadPoolExecutor(1), ThreadPoolExecutor(AT_ONCE)
        self._next = deque(self._cutting.submit(self._one) for _ in range(AHEAD))

    def _one(self) -> _Piece | None:
        for text, row in self._texts:
            separator = separator_of(text)
            return _Piece(
                text, row, self._splitting.submit(cells_of, self._name, text, separator, plain=True)
            )
        return None

    def __iter__(self) -> Iterator[_Piece]:
        while piece := self._next.popleft().result():
            self._next.append(self._cutting.submit(self._one))
            yield piece

    def close(self) -> None:
        """Split no more."""
        for pool in (self._cutting, self._splitting):
            pool.shutdown(wait=False, cancel_futures=True)


_BEGUN: dict[Path, _Ahead] = {}
"""Files that are split though nobody looks at them yet."""


def _cut(opened: Callable[[], BufferedIOBase]) -> Iterator[tuple[bytearray, int]]:
    """Cut a long text into pieces, each with its header and the number of the row before its first one."""
    with opened() as file:
        line = file.readline().removeprefix(_MARK)
        row, left = 1, b""
        while True:
            begin = len(line) + len(left)
            piece = bytearray(begin + PIECE)
            piece[:begin] = line + left
            more = file.readinto(memoryview(piece)[begin:])
            del piece[begin + more :]
            cut = _end_of_row(piece) if more else begin
            left = bytes(piece[cut:])
            del piece[cut:]
            rows = memoryview(piece)[len(line) :]
            if rows[:FEW].tobytes().strip() or rows.tobytes().strip():
                yield piece, row
            if not more:
                return
            row += _rows(piece) - 1


def _end_of_row(text: bytearray) -> int:
    """Length of the whole rows in a text that begins with one: a line may end within quotation marks."""
    end = text.rfind(b"\n") + 1
    quotes = text.count(b'"') if b'"' in text else 0
    while quotes and end and (quotes - text.count(b'"', end)) % 2:
        end = text.rfind(b"\n", 0, end - 1) + 1
    return end


def _rows(text: bytearray) -> int:
    """Number of rows in a text of whole rows."""
    if b'"' not in text:
        letters = np.frombuffer(text, np.uint8)
        blocks = (letters[at : at + BLOCK] for at in range(0, len(letters), BLOCK))
        return sum(int(np.count_nonzero(block == ord("\n"))) for block in blocks)
    return sum(part.count(b"\n") for part in text.split(b'"')[::2])
