"""Which small counts are hidden, and how are others rounded? The rule for sub-national counts of patients."""

from __future__ import annotations

import numpy as np

LARGEST_SUPPRESSED = 7
ROUNDED_TO = 5


def protected(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts to the nearest 5, and which are hidden: those of 1 to 7.

    Parameters
    ----------
    counts : ndarray of int
        True counts.

    Returns
    -------
    rounded : ndarray of int
        0 where they are hidden.
    hidden : ndarray of bool

    Examples
    --------
    >>> rounded, hidden = protected(np.array([0, 1, 7, 8, 12, 13]))
    >>> rounded.tolist(), hidden.tolist()
    ([0, 0, 0, 10, 10, 15], [False, True, True, False, False, False])
    """
    hidden = (counts >= 1) & (counts <= LARGEST_SUPPRESSED)
    rounded = ROUNDED_TO * ((2 * counts + ROUNDED_TO) // (2 * ROUNDED_TO))
    return np.where(hidden, 0, rounded), hidden
