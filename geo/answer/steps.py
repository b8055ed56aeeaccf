"""Into which steps do numbers of areas fall that are no measure of events?"""

from __future__ import annotations

import numpy as np

from geo.answer.asked import Asked
from geo.answer.colours import PALETTES
from geo.answer.legend import Classes, Kind, classify, edge_labels
from geo.ask.words import decimals
from geo.stats.breaks import BREAKS


def in_steps(
    s: Asked,
    title: str,
    values: np.ndarray,
    inside: np.ndarray,
    *,
    places: int | None = None,
    none: str = "No data",
    suppressed: np.ndarray | None = None,
) -> tuple[np.ndarray, Classes]:
    """Class values by fifths.

    Parameters
    ----------
    s : Asked
        For the colours asked for.
    title : str
    values : ndarray of float
        NaN has no value.
    inside : ndarray of bool
        Areas that are shown.
    places : int, optional
        Decimals of the bounds; as many as their size bears if absent.
    none : str
        Label of the areas without a value.
    suppressed : ndarray of bool, optional
        Areas whose count is suppressed.

    Returns
    -------
    codes : ndarray of uint8
    classes : Classes
    """
    shown = values[inside & ~np.isnan(values)]
    edges = np.unique(BREAKS["quantile"](shown, False)) if shown.size else np.empty(0)
    if edges.size:
        edges = np.unique(np.round(edges, decimals(*edges.tolist()) if places is None else places))
    labels = edge_labels(edges, False, 1)
    shades = PALETTES[s.query.palette].steps(len(labels))
    kinds = [Kind(str(i), *step) for i, step in enumerate(zip(labels, shades, strict=True))]
    position = np.where(np.isnan(values), -1, np.searchsorted(edges, np.nan_to_num(values), side="right"))
    return classify(title, kinds, position, inside, no_value=none, suppressed=suppressed)
