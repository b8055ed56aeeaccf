"""How does one question link to another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.ask.query import PARAMETERS, Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import (
    month_text,
)

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas


Shown = dict[str, Any]

PLAIN = f"?level={Query.level}"
"""Address of everything, shown as usual; the bare address is that of the first picture."""


def defaults_of(atlas: Atlas, source: SourceInfo) -> dict[str, str]:
    """Value of each control that means "everything" or "as usual", and so is left out of a link."""
    usual = {one.name: one.usually for one in PARAMETERS.values() if one.control}
    usual["source"] = next(iter(atlas.catalogue.sources))
    usual["indicator"] = next(iter(atlas.catalogue.indicators), "")
    if source.months:
        usual |= {"from": month_text(source.months[0]), "to": month_text(source.months[-1])}
    return {name: text for name, text in usual.items() if text}


def link_to(query: Query, defaults: dict[str, str]) -> str:
    """Query string of a question, fit for a link."""
    plain = query.replace(source="") if query.source == defaults["source"] else query
    return plain.to_search() or PLAIN
