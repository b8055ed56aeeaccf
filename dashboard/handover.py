"""Which rules does the browser follow? Those of the server, handed over with the page as data.

The browser writes addresses without asking, and asks for pieces of the page by themselves. What it must know
for that is said here once: which parameter clears which, what only the screen heeds, on what each piece
depends. It holds no list of parameters of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash.fingerprint import build_fingerprint

from dashboard import figures, ids, routes, routes_pieces
from geo.ask.parameters import LARGEST_GROUP
from geo.ask.query import PARAMETERS, SCREEN, filter_names
from geo.ask.words import DAYS
from geo.out.export import offered

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas


def address(atlas: Atlas) -> dict[str, Any]:
    """What the browser knows of the parameters: all of it follows from their declarations."""
    known = PARAMETERS.values()
    return {
        "clears": {one.name: one.clears for one in known if one.clears},
        "stays": {one.name: one.stays for one in known if one.stays},
        "cycles": {one.name: one.kind.cycle for one in known if one.kind.cycle},
        "plain": _plain(atlas),
        "screen": {name: one.kind.schema["enum"] for name, one in SCREEN.items()},
    }


def _plain(atlas: Atlas) -> str:
    return f"?level={next(iter(atlas.catalogue.levels))}"


def question(atlas: Atlas, search: str) -> str:
    """The question of a query string, as the browser asks it: without what only the screen heeds."""

    def asks(part: str) -> bool:
        key, _, value = part.partition("=")
        return bool(part) and not (key in SCREEN and value in SCREEN[key].kind.schema["enum"])

    parts = [part for part in search.split("&") if asks(part)]
    text = f"?{'&'.join(parts)}" if parts else ""
    return "" if text == _plain(atlas) else text


def handed(atlas: Atlas) -> dict[str, Any]:
    """All that the scripts of the page are told (``assets/page/handed.mjs``)."""
    return {
        "version": atlas.version,
        "map": routes.map_config(atlas),
        "address": address(atlas),
        "reads": {
            "evidence": [*filter_names(), *routes_pieces.SHOWN],
            "assessment": [*filter_names(), "sources"],
        },
        "account": bool(atlas.viewer.team),
        "slides": "pptx" in offered(atlas),
        "control": ids.control(""),
        "days": DAYS,
        "mostAreas": LARGEST_GROUP,
        "plot": figures.CONFIG,
        "plotly": plotly_address(),
    }


def plotly_address() -> str:
    """Address of Plotly, which only evidence and assessments load; it changes with the version."""
    from plotly import __version__

    file = build_fingerprint("package_data/plotly.min.js", __version__, 0)
    return f"_dash-component-suites/plotly/{file}"


def block(atlas: Atlas) -> str:
    """Write it as an element of the page, which no text in it can end."""
    text = json.dumps(handed(atlas), separators=(",", ":")).replace("<", "\\u003c")
    return f'<script id="handed" type="application/json">{text}</script>'
