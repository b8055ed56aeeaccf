"""How is a long file of text read? In pieces of whole rows, so that its length costs no memory.

A piece is a table like any other (:mod:`geo.data.read_table`), with the header of its file and the row
numbers that a spreadsheet counts. What is not plain text with a known header in its first row, and what is
short, is one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from io import BufferedIOBase

from geo.data.read_table import Recognise, header_of, read_table
from geo.data.table import Table

PIECE = 1 << 24
"""Bytes of a piece."""
_MARK = b"\xef\xbb\xbf"
_OTHER = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff", b"sep=")
"""Beginnings of files that are not plain text with a header."""


def pieces_of(
    name: str,
    opened: Callable[[], BufferedIOBase],
    recognise: Recognise,
    *,
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

    Raises
    ------
    Problem
        When a piece is read, as :func:`geo.data.read_table.read_table`.
    """
    read = partial(read_table, recognise=recognise, sheet=sheet, encoding=encoding, lenient=True)
    with opened() as file:
        head = file.read(PIECE)
        text = head.removeprefix(_MARK)
        line = text[: text.find(b"\n") + 1]
        plain = not encoding and not head.startswith(_OTHER) and line.count(b'"') % 2 == 0
        plain &= b"\r" not in line.rstrip()  # else no text: its reader says so
        if len(head) < PIECE or not plain or not recognise(header_of(line)):
            yield partial(read, name, head + file.read())
            return
        row, left = 1, text[len(line) :]
        while True:
            piece = bytearray(len(line) + len(left) + PIECE)
            piece[: len(line) + len(left)] = line + left
            more = file.readinto(memoryview(piece)[-PIECE:])
            del piece[len(piece) - PIECE + more :]
            cut = _end_of_row(piece) if more else len(piece)
            left = bytes(piece[cut:])
            del piece[cut:]
            if not piece[len(line) :].isspace() and len(piece) > len(line):
                yield partial(read, name, piece, first_row=row)
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
        return text.count(b"\n")
    return sum(part.count(b"\n") for part in text.split(b'"')[::2])
