"""Which areas stand out, and what do they hold?

To mark areas is to look at them among the others: nothing is filtered and no number changes. Areas are marked
by what they have in common on the page: a tenth or fifth of deprivation or a class of the legend
(:data:`geo.ask.parameters.MARKS`). What the marked areas hold is added up from the numbers shown of each, so
that of a controlled source a mark tells nothing that its areas do not tell one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.gradient import NUMBER_OF
from geo.answer.layers import LAYERS
from geo.ask.choices import CHANGE
from geo.ask.parameters import OUTSIDE, Notices
from geo.ask.words import AREAS, agree, counted, listed, month_text
from geo.stats.deprivation import quintile

BY_DEPRIVATION = ("imd",)
"""Layers whose classes no event makes."""


@dataclass(frozen=True)
class Marking:
    """The areas that a query marks.

    Attributes
    ----------
    kind : {"decile", "quintile", "class"}
    values : tuple of str
        Deciles, or keys of classes as the query writes them (:func:`class_value`).
    name : str
        "Decile 1", "High, among high".
    areas : ndarray of bool, shape (n,)
        Marked areas of the boroughs chosen, in map order.
    by_group : Series of float
        Of the events in each tenth or fifth of deprivation, as the query groups them, the part in marked
        areas, 0 to 1; index decile or quintile.
    said : str
        How many they are and what they hold, a sentence.
    """

    kind: str
    values: tuple[str, ...]
    name: str
    areas: np.ndarray
    by_group: pd.Series
    said: str

    @property
    def number(self) -> int:
        """Number of marked areas."""
        return int(self.areas.sum())


def marking(atlas: Atlas, answer: Answer) -> tuple[Marking | None, Notices]:
    """Find the areas that the query of an answer marks.

    Parameters
    ----------
    atlas : Atlas
    answer : Answer

    Returns
    -------
    marking : Marking or None
        None where the query marks nothing that is there.
    notices : list of str
        What it marks that is not there.
    """
    kind, _, rest = answer.query.mark.partition(":")
    if not rest:
        return None, []
    values: tuple[str, ...] = tuple(rest.split(","))
    notices: Notices = []
    if kind in NUMBER_OF:
        query = answer.query
        of = atlas.levels[query.level].frame[query.decile]
        of = of if kind == "decile" else quintile(of)
        areas = of.isin([int(value) for value in values]).to_numpy(bool)
        named = f"{agree(len(values), kind, f'{kind}s').capitalize()} {listed(values)}{query.by_domain}"
        name = answer.deciles.said(named)
        where = f"in {name[0].lower()}{name[1:]}"
    else:
        places, notices = answer.classes.places, list(answer.unmarked)
        values = tuple(value for value in values if value in places)
        if not values:
            return None, notices
        areas = np.isin(answer.codes, [places[value] for value in values])
        labels = [answer.classes.labels[places[value]] for value in values]
        name = listed(labels)
        quoted = listed([f"“{label}”" for label in labels])
        where = f"in the {agree(len(values), 'class', 'classes')} {quoted}"
    areas &= answer.inside
    said = _said(atlas, answer, areas, where)
    return Marking(kind, values, name, areas, _by_group(atlas, answer, areas), said), notices


def chosen_by(answer: Answer, kind: str = "") -> str:
    """How a set of marked areas, or one drawn on this map, was chosen, as the address has it.

    Parameters
    ----------
    answer : Answer
    kind : str
        Of the marking, "" where it was drawn. Tenths of deprivation are from outside; a class, and what a
        reader draws around, is by the counts of the months shown, of a layer over time by those before them
        too.

    Returns
    -------
    str
        As :attr:`geo.ask.query.Query.chosen`; "" where several sources are on the map.
    """
    query, layer = answer.query, LAYERS[answer.query.layer]
    if kind in NUMBER_OF or query.layer in BY_DEPRIVATION:
        return OUTSIDE
    if layer.compares == "source" or layer.claim.of_all:
        return ""
    loaded = [int(month) for month in answer.months["month"]]
    if not loaded:
        return ""
    first = loaded[0] if query.first is None or layer.group == LAYERS[CHANGE].group else query.first
    last = loaded[-1] if query.last is None else query.last
    return f"{query.source}:{month_text(first)}..{month_text(last)}"


def _said(atlas: Atlas, answer: Answer, areas: np.ndarray, where: str) -> str:
    """Say how many areas are marked, and their shares of events and residents."""
    number, noun = int(areas.sum()), atlas.catalogue.source(answer.query).noun
    one, many = AREAS[answer.query.level]
    if not number:
        return f"No {one} is {where}, so nothing is marked."
    verb, hold = ("is", "it holds") if number == 1 else ("are", "they hold")
    said = f"{counted(number, one, many)} {where} {verb} marked"
    events = _share(answer.table["count"], areas, answer.inside)
    people = _share(answer.table["population"], areas, answer.inside)
    held = [f"{events} of the {noun} shown"] if events else []
    held += [f"{people} of the residents"] if people else []
    return f"{said}: {hold} {listed(held)}." if held else f"{said}."


def _share(column: pd.Series, areas: np.ndarray, inside: np.ndarray) -> str:
    """Share of what is shown inside that is in the areas, in words; "" where nothing of them is shown."""
    known, whole = column[areas].dropna(), column[inside].sum()
    if known.empty or not whole:
        return ""
    share = float(known.sum() / whole)
    return "none" if not share else "under 1%" if share < 0.01 else f"{share:.0%}"


def _by_group(atlas: Atlas, answer: Answer, areas: np.ndarray) -> pd.Series:
    """Part of each group's events that lies in some areas, from the protected counts of small areas."""
    query, level = answer.query, atlas.levels[answer.query.level]
    loaded = atlas.sources[query.source]
    counts = loaded.gate.counts(atlas.asked(query).selection.by_area).to_numpy(np.float64, na_value=0)
    inside, marked = (np.isin(level.parent, np.flatnonzero(which)) for which in (answer.inside, areas))
    group = atlas.levels["lsoa"].frame[query.decile].to_numpy(np.float64, na_value=0).astype(int)
    group = group if query.groups == "decile" else (group + 1) // 2
    size = NUMBER_OF[query.groups] + 1
    whole, part = (np.bincount(group[which], counts[which], size) for which in (inside, marked))
    some, others = (np.bincount(group[which], minlength=size) for which in (marked, inside & ~marked))
    shares = np.divide(part, whole, out=np.zeros(size), where=whole > 0)
    shares[(some > 0) & (others == 0)] = 1.0
    return pd.Series(shares, index=pd.RangeIndex(size, name=query.groups))[1:]
