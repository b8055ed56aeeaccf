"""Where is it? A box that finds an area by its name, its ward or its code, and the tools beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.frame import degrees

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

SHOWN = 30
"""Areas listed at once."""
LARGE, SMALL, LARGE_RANK = 3_000, 1_500, 2
"""Metres around the middle of a town, and of a village, that are looked at; the last rank of a town."""
NOTHING = "No area of that name, ward or code"
GROUPS = {"borough": "Boroughs", "ward": "Wards", "lsoa": "Small areas"}


def places(atlas: Atlas) -> list[dict[str, Any]]:
    """Every town and area as an option: the widest first, each with its ward and code to be found by.

    Returns
    -------
    list of dict
        ``group`` and ``items``; the value of an item is "level:code", of a town "place:" and
        its box in degrees.
    """
    groups = _towns(atlas)
    for key, group in GROUPS.items():
        if key not in atlas.catalogue.levels:
            continue
        frame = atlas.levels[key].frame
        items = []
        columns = (frame[column] for column in ("name", "known", "ward", "borough"))
        for code, name, *parts in zip(frame.index, *columns, strict=True):
            where = [part for part in parts if part and part != name and not name.startswith(part)]
            items.append({"value": f"{key}:{code}", "label": " · ".join([name, *where, code])})
        groups.append({"group": group, "items": items})
    return groups


def _towns(atlas: Atlas) -> list[dict[str, Any]]:
    """Towns and villages, those of one name told apart by their order."""
    towns = atlas.places
    if towns is None or towns.empty:
        return []
    items = []
    for town in towns.sort_values(["rank", "name"]).itertuples(index=False):
        x, y = float(town.x), float(town.y)
        around = LARGE if town.rank <= LARGE_RANK else SMALL
        box = degrees((x - around, y - around, x + around, y + around))
        items.append({"value": f"place:{','.join(map(str, box))}", "label": town.name})
    return [{"group": "Towns and villages", "items": items}]


def toolbar(atlas: Atlas) -> Component:
    """Lay out what lies over the top of the map: find a place, choose a set, tiles, play."""
    return html.Div(
        [
            dmc.Select(
                id=ids.FIND,
                data=[],  # comes when it is first asked for (assets/tools/find.mjs): of a country it is long
                value=None,  # else what was typed before it came is lost
                placeholder="Find a place",
                searchable=True,
                clearable=False,
                allowDeselect=True,
                filter={"function": "found"},  # assets/tools/found.mjs
                selectFirstOptionOnChange=True,
                limit=SHOWN,
                nothingFoundMessage="Loading the places…",
                withScrollArea=False,
                comboboxProps={
                    "transitionProps": {"duration": 0},
                    "withinPortal": True,
                    "portalProps": {"target": f"#{ids.MAP_AREA}"},  # it belongs to its landmark
                    "floatingStrategy": "fixed",
                    "width": 380,
                    "position": "bottom-start",
                },
                rightSection=html.Kbd("/"),
                rightSectionPointerEvents="none",
                className="find",
                **{"aria-label": f"Find a place: {', '.join(atlas.catalogue.levels.values())}"},
            ),
            _tool("lasso", "Select", "Draw around areas; Shift and click adds or drops one (a)", "a"),
            _tool("tiles", "Tiles", "Every area the same size (t)", "t"),
            _tool("swipe", "Swipe", "One map under the other with a divider (s)", "s", "compare-only"),
        ],
        className="toolbar",
        role="group",
        **{"aria-label": "Find and choose areas"},
    )


def _tool(act: str, name: str, title: str, key: str, only: str = "") -> Component:
    return html.Button(
        [name, " ", html.Kbd(key)],
        type="button",
        className=f"tool {only}".strip(),
        title=title,
        **{"data-act": act, "aria-pressed": "false"},
    )


def play() -> Component:
    """Lay out the button that plays through months or hours (``assets/tools/play.mjs``), and where it is."""
    button = html.Button(
        [html.Span("Play", id="play-word"), " ", html.Kbd("k")],
        type="button",
        className="tool",
        title="One after another; again stops (k)",
        **{"data-act": "play", "aria-pressed": "false"},
    )
    what = html.Select(
        [html.Option("months", value="months"), html.Option("hours", value="hours")],
        id="play-by",
        className="tool",
        **{"aria-label": "What to play through"},
    )
    return html.Div([html.Span(id="play-at", className="play-at"), button, what], className="play")
