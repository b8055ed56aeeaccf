"""Which cells has a plain text: one without quotation marks, each row of which is as long as its header?

Its separators and line ends tell where they are. Eight letters at a time are one number, so that cells are
compared by numbers, a text that stands in a million rows is made once, and a column that nobody asks for is
never made. A text that is not plain is left to a reader of CSV (:mod:`geo.data.cells`).
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.data.distinct import FACTORS, hashed, of_arrow, values_of

BLOCK = 1 << 20
"""Bytes that are looked through at a time: few enough to stay near the processor."""
LONG = 64
"""Letters of the longest cell up to which the cells of a column are compared by numbers."""
FEW = 1_000
"""Texts up to which they are made one by one."""
WORD = 8
_NEWLINE, _RETURN = b"\n\r"
_OF_WORD = np.array([(1 << 8 * letters) - 1 for letters in range(WORD + 1)], np.uint64)
"""The bits of so many of eight letters."""


class Column(NamedTuple):
    """Where the cells of a column begin in a text, in order, and how long they are.

    Attributes
    ----------
    letters : ndarray of uint8
        The text.
    begins, lengths : ndarray of int32
    """

    letters: np.ndarray
    begins: np.ndarray
    lengths: np.ndarray

    def of(self, rows: np.ndarray) -> Column:
        """Some of them."""
        return Column(self.letters, self.begins[rows], self.lengths[rows])

    def first(self, size: int) -> np.ndarray:
        """So many bytes of the text from where each cell begins, NUL beyond its end; shape (cells, size)."""
        at, last = self.begins.astype(np.intp), len(self.letters) - size
        inside = int(np.searchsorted(at, last, "right"))
        found = _from(self.letters, at[:inside], size) if inside else np.empty(0, f"V{size}")
        if inside < len(at):
            base = max(0, last)
            end = np.concatenate([self.letters[base:], np.zeros(size, np.uint8)])
            found = np.concatenate([found, _from(end, at[inside:] - base, size)])
        return found.view(np.uint8).reshape(len(at), size)

    def words(self, longest: int) -> list[np.ndarray]:
        """Numbers of the letters of each cell, eight at a time, none beyond its end; uint64."""
        size = next((few for few in (1, 2, 4) if few >= longest), -(-longest // WORD) * WORD)
        each = self.first(size).view(f"<u{min(size, WORD)}")
        left = [self.lengths - WORD * k for k in range(each.shape[1])]
        return [each[:, k] & _OF_WORD.take(of, mode="clip") for k, of in enumerate(left)]

    def distinct(self) -> tuple[np.ndarray, pd.Series]:
        """For each cell the position of its text, and the texts, missing where blank."""
        longest = int(self.lengths.max(initial=0))
        if longest > LONG:
            return values_of(self.text())
        words, number = self.words(longest), self.lengths.astype(np.uint64)
        if longest < WORD:  # each text has its own number
            number = number << np.uint64(8 * (WORD - 1)) | words.pop()
        else:
            number *= FACTORS[-1]
            for word, factor in zip(words, FACTORS, strict=False):
                number += word * factor
            words.append(self.lengths)
        positions, numbers = pd.factorize(number)
        first = np.empty(len(numbers), np.intp)
        first[positions[::-1]] = np.arange(len(positions) - 1, -1, -1)
        if not all((word[first][positions] == word).all() for word in words):
            return values_of(self.text())
        if len(first) > FEW:
            return positions, self.of(first).text()
        return positions, pd.Series([text or None for text in self.of(first).each()], dtype="str")

    def each(self) -> list[str]:
        """The cells, one by one."""
        ends = self.begins + self.lengths
        return [self.letters[b:e].tobytes().decode() for b, e in zip(self.begins, ends, strict=True)]

    def text(self) -> pd.Series:
        """The cells, missing where blank."""
        import pyarrow as pa

        some = self.lengths > 0
        offsets = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)])
        begins, lengths = self.begins[some], self.lengths[some]
        letters = self.letters[np.arange(offsets[-1]) + np.repeat(begins - offsets[:-1][some], lengths)]
        known = None if some.all() else pa.py_buffer(np.packbits(some, bitorder="little"))
        texts = pa.LargeStringArray.from_buffers(
            len(some), pa.py_buffer(offsets), pa.py_buffer(letters), known
        )
        return of_arrow(pa.chunked_array([texts]))

    def letters_of(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """As :func:`geo.data.distinct.letters_of`."""
        fits = self.lengths == length
        return fits, (self if fits.all() else self.of(fits)).first(length)

    def hashed(self) -> np.ndarray:
        """As :func:`geo.data.distinct.hashed`."""
        longest = int(self.lengths.max(initial=0))
        if longest > LONG:
            return hashed(self.text())
        found, last = np.zeros(len(self.lengths), np.uint64), self.lengths // WORD
        words = self.words(max(WORD, longest))
        for k in range(longest // WORD + 1):
            word = words[k] if k < len(words) else np.uint64(0)
            end = np.where(last == k, self.lengths % WORD, 0).astype(np.uint64) << np.uint64(56)
            found += (word | end) * FACTORS[k]
        return found


def _from(letters: np.ndarray, at: np.ndarray, size: int) -> np.ndarray:
    """So many bytes of a text from each of some positions on."""
    return np.ndarray((len(letters) - size + 1,), f"V{size}", letters.data, strides=(1,))[at]


class Cut:
    """A plain text, cut into cells.

    Parameters
    ----------
    letters : ndarray of uint8
    names : list of str
        Of the columns.
    begins, lengths : ndarray of int32, shape (columns, rows)
    """

    def __init__(
        self, letters: np.ndarray, names: list[str], begins: np.ndarray, lengths: np.ndarray
    ) -> None:
        self._letters, self.names, self._begins, self._lengths = letters, names, begins, lengths

    def __len__(self) -> int:
        return self._begins.shape[1]

    @cached_property
    def _at(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    def renamed(self, names: dict[str, str]) -> Cut:
        """The same with other names of some columns."""
        return Cut(self._letters, [names.get(n, n) for n in self.names], self._begins, self._lengths)

    def of(self, rows: np.ndarray) -> Cut:
        """Some of its rows."""
        return Cut(self._letters, self.names, self._begins[:, rows], self._lengths[:, rows])

    def __getitem__(self, name: str) -> Column:
        at = self._at[name]
        return Column(self._letters, self._begins[at], self._lengths[at])


def cut(text: bytes | bytearray, begin: int, end: int, separator: str, columns: list[str]) -> Cut | None:
    """Cut a text into its cells; None where it is not plain.

    Parameters
    ----------
    text : bytes or bytearray
        In UTF-8.
    begin, end : int
        Where its second row begins and its last one ends.
    separator : str
    columns : list of str
        Of its header; those that begin with NUL have no name, and are passed over.
    """
    width = len(columns)
    if end - begin < WORD or b'"' in text or width < 2:
        return None
    letters, found, at = np.frombuffer(text, np.uint8), [], begin
    while at < end:
        block = letters[at : min(at + BLOCK, end)]
        marks = block == _NEWLINE
        rows = int(np.count_nonzero(marks))
        ends = np.flatnonzero(np.logical_or(marks, block == ord(separator), out=marks))
        if last := at + len(block) == end:
            rows, ends = rows + 1, np.append(ends, len(block))
        if rows == 0 or len(ends) < rows * width or (last and len(ends) > rows * width):
            return None
        by_row = ends[: rows * width].reshape(rows, width)
        if (block[by_row[: rows - last, -1]] != _NEWLINE).any():
            return None
        found.append(np.ascontiguousarray(by_row.astype(np.int32).T) + np.int32(at))
        at += int(by_row[-1, -1]) + 1
    stops = np.concatenate(found, axis=1)
    begins = np.empty_like(stops)
    begins[1:], begins[0, 0], begins[0, 1:] = stops[:-1] + 1, begin, stops[-1, :-1] + 1
    if b"\r" in text:
        returns = text.count(b"\r", begin, end)
        if returns != stops.shape[1] - 1 or (letters[stops[-1, :-1] - 1] != _RETURN).any():
            return None
        stops[-1, :-1] -= 1
    named = [k for k, column in enumerate(columns) if not column.startswith("\0")]
    whole = len(named) == width
    lengths = stops - begins
    return Cut(
        letters,
        [columns[k] for k in named],
        begins if whole else begins[named],
        lengths if whole else lengths[named],
    )
