"""Which cells has a plain text: one without quotation marks, each row of which is as long as its header?

Its separators and line ends tell where they are. Eight letters at a time are one number, so that cells are
compared by numbers, a text that stands in a million rows is made once, and a column that nobody asks for is
never made. A text that is not plain is left to a reader of CSV (:mod:`geo.data.cells`).
"""

from __future__ import annotations

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
        if longest < WORD:  # each text has its own number, which tells it
            positions, numbers = pd.factorize(number << np.uint64(8 * (WORD - 1)) | words[0])
            return positions, _texts(numbers)
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


def _texts(numbers: np.ndarray) -> pd.Series:
    """Short texts from their numbers, each its length above its letters; missing where blank."""
    each = [number.to_bytes(WORD, "little") for number in numbers.tolist()]
    return pd.Series([letters[: letters[-1]].decode() or None for letters in each], dtype="str")


def _from(letters: np.ndarray, at: np.ndarray, size: int) -> np.ndarray:
    """So many bytes of a text from each of some positions on."""
    return np.ndarray((len(letters) - size + 1,), f"V{size}", letters.data, strides=(1,))[at]


class Cut:
    """A plain text, cut into cells.

    Parameters
    ----------
    letters : ndarray of uint8
    columns : dict of str to int
        Place of each column that has a name.
    begins : ndarray of int32, shape (rows,)
        Where each row begins.
    ends : ndarray of int32, shape (all columns, rows)
        Where each cell ends; the next one begins behind its separator.
    """

    def __init__(
        self, letters: np.ndarray, columns: dict[str, int], begins: np.ndarray, ends: np.ndarray
    ) -> None:
        self._letters, self._columns, self._begins, self._ends = letters, columns, begins, ends

    def __len__(self) -> int:
        return len(self._begins)

    @property
    def names(self) -> list[str]:
        """Of its columns."""
        return list(self._columns)

    def renamed(self, names: dict[str, str]) -> Cut:
        """The same with other names of some columns."""
        columns = {names.get(name, name): at for name, at in self._columns.items()}
        return Cut(self._letters, columns, self._begins, self._ends)

    def of(self, rows: np.ndarray) -> Cut:
        """Some of its rows."""
        return Cut(self._letters, self._columns, self._begins[rows], self._ends[:, rows])

    def __getitem__(self, name: str) -> Column:
        at = self._columns[name]
        begins = self._ends[at - 1] + 1 if at else self._begins
        return Column(self._letters, begins, self._ends[at] - begins)


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
        stops = np.flatnonzero(np.logical_or(marks, block == ord(separator), out=marks))
        if last := at + len(block) == end:
            rows, stops = rows + 1, np.append(stops, len(block))
        if rows == 0 or len(stops) < rows * width or (last and len(stops) > rows * width):
            return None
        by_row = stops[: rows * width].reshape(rows, width)
        if (block[by_row[: rows - last, -1]] != _NEWLINE).any():
            return None
        found.append(by_row.T.astype(np.int32, order="C"))
        found[-1] += np.int32(at)
        at += int(by_row[-1, -1]) + 1
    ends = np.concatenate(found, axis=1)
    begins = np.append(np.int32(begin), ends[-1, :-1] + 1)
    if b"\r" in text:
        returns = text.count(b"\r", begin, end)
        if returns != ends.shape[1] - 1 or (letters[ends[-1, :-1] - 1] != _RETURN).any():
            return None
        ends[-1, :-1] -= 1
    named = {column: k for k, column in enumerate(columns) if not column.startswith("\0")}
    return Cut(letters, named, begins, ends)
