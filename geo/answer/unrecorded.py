"""What of the events that a question leaves out is not recorded, so that they may belong to it?"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import and_

from geo.answer.asked import Asked
from geo.answer.counts import Counts, Mask
from geo.answer.moments import TIMED
from geo.ask.factors import CODE
from geo.ask.query import PARAMETERS, Query, filters_of

DEFINITION = "definition"


def unrecorded(s: Asked) -> dict[str, int]:
    """Events inside that each filter of persons or circumstances leaves out as not known, by its name.

    A saved definition is one of them: what it asks for may be recorded in part.
    """
    asked = filters_of(s.kept)
    if not asked and not s.kept.definition:
        return {}
    coded, events = _may_have_a_code(s), s.events
    masks = {}
    for one, value in asked:
        if one.unsure is not None:
            unsure = one.unsure(events, value)
            masks[one.name] = unsure & coded if one.name == CODE.name else unsure
    if s.kept.definition:
        key = s.kept.definition  # what it leaves open hangs on nothing else that is asked
        masks[DEFINITION] = events.may_fit.get(key, lambda: _may_fit(events, key, coded))
    found = {}
    for name, mask in masks.items():
        one = PARAMETERS[name]
        others = s.loaded.select(s.kept.replace(**{one.field: one.default}))
        found[name] = s.loaded.reported(others, s.lsoas).among(mask, s.lsoas)
    return found


def _may_have_a_code(s: Asked) -> Mask:
    """Mark the events that may have a code of an offence: not incidents that are none."""
    none = tuple(s.loaded.info.nouns)
    return ~s.events.select(Query(category=none)).marks() if none else s.events.extra.every(True)


def _may_fit(events: Counts, definition: str, coded: Mask) -> Mask:
    """Mark the events that a saved definition leaves out, and nothing recorded speaks against.

    ``coded`` marks those that may have a code.
    """
    perhaps = events.extra.every(False)
    for search in events.defined[definition].any:
        query = Query.parse(search)[0]
        found = events.select(query.replace(more=()))
        untimed = None if found.slots is None else found.slots | ~TIMED
        masks = []
        for one, value in filters_of(query):
            if one.keeps:
                mask = one.keeps(events, value)
                mask = mask | one.unsure(events, value) if one.unsure else mask
                masks.append(mask & coded if one.name == CODE.name else mask)
        perhaps = perhaps | replace(found, slots=untimed, mask=reduce(and_, masks) if masks else None).marks()
    return perhaps & ~events.kept_by(definition)
