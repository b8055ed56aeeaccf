"""Which values does a column of text have? Long columns are worked on, and kept, by their distinct values.

A packed column is a categorical one: each text once, and for each row its position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd


def values_of(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Return for each row the position of its value, -1 where it is missing, and the values as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), pd.Series(column.cat.categories, dtype="str")
    if isinstance(column.dtype, pd.BooleanDtype):
        return column.to_numpy(np.int8, na_value=-1), pd.Series(["False", "True"], dtype="str")
    positions, distinct = pd.factorize(column)
    return positions, pd.Series(distinct).astype("str")


def dealt(positions: np.ndarray, values: pd.Series) -> pd.Series:
    """Return a packed column: to each row the value at its position; missing where either is.

    >>> dealt(np.array([0, 1, 2, -1]), pd.Series(["a", None, "a"])).tolist()
    ['a', nan, 'a', nan]
    """
    again, distinct = pd.factorize(values.astype("str"))
    taken = positions
    if len(distinct) < len(values):  # else each value is one, in its place
        taken = np.append(again, -1).astype(_small(len(distinct)))[positions]
    return _packed(taken, distinct)


def _packed(positions: np.ndarray, texts: Any) -> pd.Series:
    """A packed column of different texts."""
    codes = positions.astype(_small(len(texts)), copy=False)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(texts, dtype="str"), validate=False))


def _small(values: int) -> type[np.signedinteger]:
    """The smallest whole numbers for the positions of so many values, as pandas keeps them."""
    kinds = (np.int8, np.int16, np.int32)
    return next((kind for kind in kinds if values <= np.iinfo(kind).max), np.int64)


def of_arrow(column: Any) -> pd.Series:
    """Return a column of text of Arrow as one of pandas, packed where it is."""
    import pyarrow as pa

    if pa.types.is_null(column.type):  # as one is written that was packed and has no value
        return unknown(len(column))
    if not pa.types.is_dictionary(column.type):
        return pd.Series(column.to_pandas(), dtype="str")
    whole = column.unify_dictionaries().combine_chunks()
    positions = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _packed(positions, whole.dictionary.to_pandas())


def packed(column: pd.Series) -> pd.Series:
    """Return a column of text packed, its rows numbered from 0."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.reset_index(drop=True)
    return dealt(*values_of(column))


def mapped(column: pd.Series, change: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Return a packed column with its distinct values changed."""
    positions, distinct = values_of(column)
    return dealt(positions, change(distinct))


def filled(column: pd.Series, value: str) -> pd.Series:
    """Return a packed column with a value in place of the missing ones."""
    positions, distinct = values_of(column)
    distinct = pd.concat([distinct, pd.Series([value], dtype="str")], ignore_index=True)
    return dealt(np.where(positions < 0, len(distinct) - 1, positions), distinct)


def unknown(rows: int) -> pd.Series:
    """Return a packed column without a value."""
    return dealt(np.full(rows, -1, np.int8), pd.Series(dtype="str"))


def unpacked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its packed columns as plain text."""
    return frame.astype({column: "str" for column in packed_columns(frame)})


def all_packed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of its own with its columns of text packed."""
    texts = [str(c) for c in frame.columns if isinstance(frame[c].dtype, pd.StringDtype)]
    return frame.assign(**{column: packed(frame[column]) for column in texts})


def packed_columns(frame: pd.DataFrame) -> list[str]:
    """Return the names of the packed columns of a table."""
    return [str(c) for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)]


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other, packed columns packed; rows are numbered anew.

    The tables are used up, column by column, so that no more than one column is there twice.
    """
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)
    several = {c for frame in frames for c in packed_columns(frame)}
    columns = dict.fromkeys(str(c) for frame in frames for c in frame.columns)
    rows = [len(frame) for frame in frames]
    found = {}
    for column in columns:
        parts = [f.pop(column) if column in f else None for f in frames]
        if column in several:
            full = [unknown(n) if part is None else packed(part) for n, part in zip(rows, parts, strict=True)]
            found[column] = _end_to_end(full)
        else:
            full = [pd.Series(np.nan, range(n)) if p is None else p for n, p in zip(rows, parts, strict=True)]
            found[column] = pd.concat(full, ignore_index=True)
    return pd.DataFrame(found, copy=False)


def _end_to_end(columns: list[pd.Series]) -> pd.Series:
    """Packed columns one below the other; the list is used up."""
    each = [values_of(column)[1] for column in columns]
    again, distinct = pd.factorize(pd.concat(each, ignore_index=True))
    found = np.empty(sum(map(len, columns)), _small(len(distinct)))
    row = at = 0
    for texts in each:
        codes = columns.pop(0).cat.codes.to_numpy()
        mine = again[at : at + len(texts)]
        same = (mine == np.arange(len(mine))).all()
        found[row : row + len(codes)] = codes if same else np.append(mine, -1).astype(found.dtype)[codes]
        row, at = row + len(codes), at + len(texts)
    return _packed(found, distinct)


FACTORS = np.random.default_rng(20240501).integers(1 << 63, size=1 << 12, dtype=np.uint64) * 2 + 1


def hashed(column: pd.Series) -> np.ndarray:
    """Return a number of 64 bits for each text, equal for equal texts: to count repeats, not to keep.

    Texts of up to eight bytes never share a number, others do with a chance of 2 to the power of -63.
    A missing text has the number of a blank one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column.dtype, pd.CategoricalDtype):
        positions, distinct = values_of(column)
        return np.append(hashed(distinct), hashed(pd.Series([""], dtype="str")))[positions]
    texts = pa.array(column.array, pa.large_binary())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    texts = pc.fill_null(texts, b"") if texts.null_count else texts
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    found = np.zeros(len(texts), np.uint64)
    for length in np.flatnonzero(np.bincount(lengths)):
        mine = lengths == length
        same = texts if mine.all() else texts.filter(pa.array(mine))
        words = np.zeros((len(same), int(length) // 8 + 1), "<u8")
        if length:
            words.view(np.uint8)[:, :length] = _rows_of_bytes(same, int(length))
        words[:, -1] |= np.uint64(length % 8 << 56)
        found[mine] = (words * np.resize(FACTORS, words.shape[1])).sum(axis=1, dtype=np.uint64)
    return found


def hashed_rows(columns: Sequence[pd.Series]) -> np.ndarray:
    """Return a number of 64 bits for each row of columns of text, as :func:`hashed` does for each text."""
    found = np.zeros(len(columns[0]), np.uint64)
    for factor, column in zip(np.resize(FACTORS, len(columns)), columns, strict=True):
        numbers = hashed(column)
        found = (found ^ (found >> np.uint64(29)) ^ numbers ^ (numbers >> np.uint64(32))) * factor
    return found


def letters_of(column: pd.Series, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts have so many bytes, and the bytes of these, one row a text.

    >>> letters_of(pd.Series(["ab", None, "abc", "cd"], dtype="str"), 2)[1].tolist()
    [[97, 98], [99, 100]]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(column.array, pa.large_binary())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    lengths = pc.fill_null(pc.binary_length(texts), -1).to_numpy(zero_copy_only=False)
    fits = lengths == length
    return fits, _rows_of_bytes(texts if fits.all() else texts.filter(pa.array(fits)), length)


def _rows_of_bytes(texts: Any, length: int) -> np.ndarray:
    """Bytes of an Arrow array of large binaries that are all of one length."""
    begins = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset] if len(texts) else 0
    buffer = texts.buffers()[2] if len(texts) else b""
    return np.frombuffer(buffer or b"", np.uint8, len(texts) * length, int(begins)).reshape(
        len(texts), length
    )


def in_order(numbers: np.ndarray) -> np.ndarray:
    """Return the positions of some numbers of 0 or more in their order, equal ones as they stand.

    Numbers of 16 bits are sorted fast: first by the lower ones, then by the upper ones.

    >>> in_order(np.array([70_000, 3, 70_000, 1], np.int32)).tolist()
    [3, 1, 0, 2]
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    upper = (numbers >> 16).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def repeats(hashes: np.ndarray) -> int:
    """Return how many of some numbers stand before already."""
    return len(hashes) - int(np.count_nonzero(np.diff(np.sort(hashes)))) - 1 if len(hashes) else 0
