"""Neighbours on a board of squares."""

import numpy as np
import pandas as pd

from geo.stats.weights import Neighbours


def board(side: int) -> Neighbours:
    """Squares that touch, with one that touches nothing."""
    at = np.arange(side * side)
    row, column = np.divmod(at, side)
    near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
    near &= at[:, None] != at
    near[0] = near[:, 0] = False
    return Neighbours.from_pairs(*np.nonzero(near), pd.RangeIndex(side * side))
