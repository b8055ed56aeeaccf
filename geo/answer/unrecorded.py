"""What of the events that a question leaves out is not recorded, so that they may belong to it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.answer.asked import Asked
from geo.answer.cube import Cube
from geo.answer.moments import N_SLOTS, TIMED
from geo.ask.factors import CODE
from geo.ask.query import PARAMETERS, Query, filters_of

DEFINITION = "definition"


def unrecorded(s: Asked) -> dict[str, int]:
    """Events inside that each filter of persons or circumstances leaves out as not known, by its name.

    A saved definition is one of them: what it asks for may be recorded in part.
    """
    coded, cube = _may_have_a_code(s), s.cube
    masks = {}
    for one, value in filters_of(s.kept):
        if one.unsure is not None:
            unsure = one.unsure(cube, value)
            masks[one.name] = unsure & coded if one.name == CODE.name else unsure
    if s.kept.definition:
        masks[DEFINITION] = may_fit(cube, s.kept.definition, coded)
    inside, found = np.append(s.lsoas, [False, False]), {}
    for name, mask in masks.items():
        one = PARAMETERS[name]
        others = s.loaded.select(s.kept.replace(**{one.field: one.default}))
        rows = s.loaded.reported(others, s.lsoas).rows
        found[name] = int(inside[cube.area[rows[mask[rows]]]].sum())
    return found


def _may_have_a_code(s: Asked) -> np.ndarray:
    """Mark the events that may have a code of an offence: not incidents that are none; bool."""
    cube = s.cube
    size = N_SLOTS * max(1, len(cube.months))
    found = np.ones(cube.n_events, bool)
    for slug in s.loaded.info.nouns:
        at = cube.slugs[slug]
        found[cube.offsets[at * size] : cube.offsets[(at + 1) * size]] = False
    return found


def may_fit(cube: Cube, definition: str, coded: np.ndarray) -> np.ndarray:
    """Mark the events that a saved definition leaves out, and nothing recorded speaks against; bool.

    ``coded`` marks those that may have a code.
    """
    perhaps = np.zeros(cube.n_events, bool)
    for search in cube.defined[definition].any:
        query = Query.parse(search)[0]
        found = cube.select(query.replace(more=()))
        untimed = None if found.slots is None else found.slots | ~TIMED
        mask = np.ones(cube.n_events, bool)
        for one, value in filters_of(query):
            if one.keeps:
                mask &= one.keeps(cube, value) | (one.unsure(cube, value) if one.unsure else False)
                mask &= coded if one.name == CODE.name else True
        perhaps[replace(found, slots=untimed, mask=mask).rows] = True
    return perhaps & ~cube.kept_by(definition)
