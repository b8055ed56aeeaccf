"""Which rules does the browser follow? Those of the server, handed over with the page as data.

The browser writes addresses without asking, and asks for pieces of the page by themselves. What it must know
for that is said here once: which parameter clears which, what only the screen heeds, on what each piece
depends. It holds no list of parameters of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dashboard import assess, figures, ids, routes, routes_pieces
from geo.ask.choices import THEMES
from geo.ask.parameters import LARGEST_GROUP, PARAMETERS
from geo.ask.words import DAYS

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

CLEARS = {
    "source": ("category", "compare"),
    "layer": ("compare", "mark"),
    "level": ("area", "set", "edges"),
    "breaks": ("edges",),
    "measure": ("edges",),
}
"""Parameter to those that no longer make sense once it changes."""

STAYS = {"compare": ("view", "compare"), "mark": ("mark", "decile:|quintile:")}
"""What stays all the same while a parameter has a value that begins so: in the view of two maps ``compare``
is the other map, and every layer has deciles."""

CYCLES = {"hour": 24}
"""Parameters whose values go round: a run of them is written as one range (``write_hours``)."""

SCREEN = {"theme": THEMES}
"""Parameters that only the screen heeds, with their values."""


def named(fields: tuple[str, ...]) -> list[str]:
    """Names in an address of some attributes of a query."""
    return [parameter.name for parameter in PARAMETERS.values() if parameter.field in fields]


def handed(atlas: Atlas) -> dict[str, Any]:
    """All that the scripts of the page are told (``assets/page/handed.mjs``)."""
    return {
        "map": routes.map_config(atlas),
        "address": {"clears": CLEARS, "stays": STAYS, "cycles": CYCLES, "screen": SCREEN},
        "reads": {"evidence": named(routes_pieces.EVIDENCE_READS), "assessment": named(assess.READS)},
        "control": ids.control(""),
        "days": DAYS,
        "mostAreas": LARGEST_GROUP,
        "plot": figures.CONFIG,
    }


def block(atlas: Atlas) -> str:
    """Write it as an element of the page, which no text in it can end."""
    text = json.dumps(handed(atlas), separators=(",", ":")).replace("<", "\\u003c")
    return f'<script id="handed" type="application/json">{text}</script>'
