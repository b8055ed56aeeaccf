"""What of the events that a question leaves out is not recorded, so that they may belong to it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.answer.asked import Asked
from geo.answer.cube import Cube
from geo.answer.moments import TIMED
from geo.ask.query import PARAMETERS, Query, filters_of

DEFINITION = "definition"


def unrecorded(s: Asked) -> dict[str, int]:
    """Events inside that each filter of persons or circumstances leaves out as not known, by its name.

    A saved definition is one of them: what it asks for may be recorded in part.
    """
    asked = [(one.name, one.field, one.unsure, value) for one, value in filters_of(s.kept)]
    if s.kept.definition:
        asked.append((DEFINITION, DEFINITION, may_fit, s.kept.definition))
    inside, found = np.append(s.lsoas, [False, False]), {}
    for name, field, unsure, value in asked:
        if unsure is not None:
            others = s.loaded.select(s.kept.replace(**{field: PARAMETERS[name].default}))
            rows = s.loaded.reported(others, s.lsoas).rows
            rows = rows[unsure(s.cube, value)[rows]]
            found[name] = int(inside[s.cube.area[rows]].sum())
    return found


def may_fit(cube: Cube, definition: str) -> np.ndarray:
    """Mark the events that a saved definition leaves out, and nothing recorded speaks against; bool."""
    perhaps = np.zeros(cube.n_events, bool)
    for search in cube.defined[definition].any:
        query = Query.parse(search)[0]
        found = cube.select(query.replace(more=()))
        untimed = None if found.slots is None else found.slots | ~TIMED
        mask = np.ones(cube.n_events, bool)
        for one, value in filters_of(query):
            if one.keeps:
                mask &= one.keeps(cube, value) | (one.unsure(cube, value) if one.unsure else False)
        perhaps[replace(found, slots=untimed, mask=mask).rows] = True
    return perhaps & ~cube.kept_by(definition)
