"""Which values does a column of text have? Long columns are worked on, and kept, by their distinct values.

A packed column is a categorical one: each text once, and for each row its position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals


def values_of(column: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Return for each row the position of its value, -1 where it is missing, and the values as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), pd.Series(column.cat.categories, dtype="str")
    positions, distinct = pd.factorize(column)
    return positions, pd.Series(distinct).astype("str")


def dealt(positions: np.ndarray, values: pd.Series) -> pd.Series:
    """Return a packed column: to each row the value at its position; missing where either is.

    >>> dealt(np.array([0, 1, 2, -1]), pd.Series(["a", None, "a"])).tolist()
    ['a', nan, 'a', nan]
    """
    again, distinct = pd.factorize(values.astype("str"))
    taken = np.append(again, -1)[positions]
    return pd.Series(pd.Categorical.from_codes(taken, pd.Index(distinct, dtype="str"), validate=False))


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
            found[column] = pd.Series(union_categoricals([part.array for part in full]))
        else:
            full = [pd.Series(np.nan, range(n)) if p is None else p for n, p in zip(rows, parts, strict=True)]
            found[column] = pd.concat(full, ignore_index=True)
    return pd.DataFrame(found, copy=False)


_FACTORS = np.random.default_rng(20240501).integers(1 << 63, size=1 << 12, dtype=np.uint64) * 2 + 1


def hashed(column: pd.Series) -> np.ndarray:
    """Return a number of 64 bits for each text, equal for equal texts: to count repeats, not to keep.

    Texts of up to eight bytes never share a number, others do with a chance of 2 to the power of -63.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(column.array, pa.large_binary())
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    found = np.zeros(len(texts), np.uint64)
    for length in np.unique(lengths):
        mine = lengths == length
        same = texts if mine.all() else texts.filter(pa.array(mine))
        words = np.zeros((len(same), int(length) // 8 + 1), "<u8")
        if length:
            words.view(np.uint8)[:, :length] = _rows_of_bytes(same, int(length))
        words[:, -1] |= np.uint64(length % 8 << 56)
        found[mine] = (words * np.resize(_FACTORS, words.shape[1])).sum(axis=1, dtype=np.uint64)
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


def repeats(hashes: np.ndarray) -> int:
    """Return how many of some numbers stand before already."""
    return len(hashes) - int(np.count_nonzero(np.diff(np.sort(hashes)))) - 1 if len(hashes) else 0
