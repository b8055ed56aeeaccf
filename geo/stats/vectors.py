"""Are the numbers fit to be counted with?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.extensions import ExtensionArray

Floats = NDArray[np.float64]


def vectors(*values: ArrayLike, negative: bool = False) -> tuple[pd.Index, list[Floats]]:
    """Bring vectors of one value an area to one length.

    Parameters
    ----------
    *values : array_like
        Scalars or vectors; the pandas ones among them must share one index.
    negative : bool
        Whether values below 0 make sense.

    Returns
    -------
    tuple
        The index (a range where none was given), and the vectors as float arrays.

    Raises
    ------
    ValueError
        If indices or lengths differ, an input is no vector, or a count is negative.
    """
    index: pd.Index | None = None
    for value in values:
        if isinstance(value, pd.Series | pd.DataFrame):
            if index is not None and not index.equals(value.index):
                raise ValueError("the vectors given do not share one index")
            index = value.index
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in values))
    if any(array.ndim != 1 for array in arrays):
        raise ValueError("each input must be a vector with one value an area")
    if index is None:
        index = pd.RangeIndex(len(arrays[0]))
    if len(index) != len(arrays[0]):
        raise ValueError(f"the index has {len(index)} areas and the values {len(arrays[0])}")
    if not negative and any((array < 0).any() for array in arrays):
        raise ValueError("counts, populations and years cannot be negative")
    return index, [array.astype(np.float64) for array in arrays]


def worded(words: Sequence[str], which: NDArray[np.integer[Any]]) -> ExtensionArray:
    """A text for each area, by its place among a few: an array of text, made without asking each area.

    >>> list(worded(("low", "high"), np.array([1, 0, 1])))
    ['high', 'low', 'high']
    """
    return _texts(tuple(words)).take(which)


@lru_cache(maxsize=64)
def _texts(words: tuple[str, ...]) -> ExtensionArray:
    return pd.array(words, dtype="str")
