"""How does one question link to another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.filters import WHOLE
from geo.ask.catalogue import SourceInfo
from geo.ask.query import Query
from geo.ask.words import (
    month_text,
)

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas


Shown = dict[str, Any]
FILTERS = {
    "category": (),
    "first": None,
    "last": None,
    "month": (),
    "hour": (),
    "day": (),
    "night": (),
    "borough": (),
    "area": "",
    "group": (),
}
"""What "Clear all" clears: what, when and where, not how it is shown."""


def defaults_of(atlas: Atlas, source: SourceInfo) -> dict[str, str]:
    """Value of each control that means "everything" or "as usual", and so is left out of a link."""
    return {
        "source": next(iter(atlas.catalogue.sources)),
        "layer": "measure",
        "measure": "count",
        "fdr": "on",
        "null": "exact",
        "compare": "usual",
        "breaks": "quantile",
        "palette": "orrd",
        "overlay": "none",
        "domain": "imd",
        "benchmark": WHOLE,
        "level": "lsoa",
        "from": month_text(source.months[0]) if source.months else "",
        "to": month_text(source.months[-1]) if source.months else "",
        "clock": "recorded",
    }


def link_to(query: Query, defaults: dict[str, str]) -> str:
    """Query string of a question; "?" for the plain page, so that it works as a link."""
    plain = query.replace(source="") if query.source == defaults["source"] else query
    return plain.to_search() or "?"
