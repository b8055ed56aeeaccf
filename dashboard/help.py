"""How does one use it, and what do the words mean? The dialog behind the key ``?``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.markup import markup
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.catalogue import Catalogue
from geo.ask.query import PARAMETERS
from geo.ask.resources import shipped

KEYS = {
    "/": "Find a place by name, ward or code",
    "t": "Areas in their places, or as tiles of the same size",
    "a": "Draw around areas to choose a set; Shift and click adds or drops one",
    "s": "Compare: side by side, or one under the other with a divider",
    "k": "Play through the months or the hours; again stops, once more goes on",
    "v": "Saved views and sets",
    "p": "Present to a room",
    "d": "Dark or light, as suits the room",
    "Esc": "Stop playing or drawing, close the panel of an area or set, clear the mark",
    "?": "This help",
}
"""Keys that work wherever no text is being typed."""

MARKING = (
    "A class of the legend or a decile under the bars marks its areas: they stand out on the map, in the "
    "table and in the bars. Shift adds one more; the same again clears it."
)
ON_THE_CHARTS = (
    "On the charts of months, weekdays and hours: arrows move, Shift with an arrow extends, Enter chooses, "
    "the same again clears it."
)
IN_GROUPS = "The Tab key stops once at a group of buttons, as those of a legend; arrows move inside it."
ON_THE_MAP = "On the map: arrows move it, + and − zoom, Enter chooses the area in the middle."
ADDRESS = (
    "The address of the page holds all that is chosen: a link shows others the same, and programs ask by the "
    "same words."
)
TERM = re.compile(r"^\| \*\*(?P<term>.+?)\*\* \| (?P<meaning>.+?) \|$", re.MULTILINE)


def glossary() -> dict[str, str]:
    """Terms and their meaning, from the table in the methods notes; empty where these are not installed."""
    try:
        text = (shipped("docs/methods") / "README.md").read_text(encoding="utf-8")
    except OSError:
        return {}
    found = TERM.findall(text.partition("## Glossary")[2])
    return {term.replace("\\", ""): meaning.replace("\\", "") for term, meaning in found}


def offered(catalogue: Catalogue, files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Under each heading, what can be chosen here and what it is."""
    return {
        "Sources": {one.label: one.attribution for one in catalogue.sources.values()},
        "On the map": {label: LAYERS[key].explanation for key, label in catalogue.layers.items()},
        "Measures": {label: MEASURES[key].explanation for key, label in catalogue.measures.items()},
        "Files": {
            label: f"/export.{key} with the “?…” of the page’s address" for key, label in files.items()
        },
    }


def _defined(title: str, meanings: Mapping[str, str]) -> list[Component]:
    parts = [part for term, meaning in meanings.items() for part in (html.Dt(term), html.Dd(meaning))]
    return [html.H3(title), html.Dl(parts, className="terms")] if parts else []


def dialog() -> Component:
    """Lay out the dialog; ``assets/pieces/help.mjs`` opens it, and first asks for its words."""
    return html.Dialog(
        [
            html.Form(
                [
                    html.H2("Help and definitions", id="help-title"),
                    html.Button("Close", className="button"),
                ],
                method="dialog",
                className="dialog-head",
            ),
            html.Div(
                id="help-body",
                className="dialog-body",
                tabIndex="0",
                role="region",
                **{"aria-labelledby": "help-title"},
            ),
        ],
        id="help",
        className="dialog",
        **{"aria-labelledby": "help-title"},
    )


def words(catalogue: Catalogue, files: Mapping[str, str]) -> str:
    """What the dialog says, which lists some kinds of file, as HTML."""
    keys = [part for key, act in KEYS.items() for part in (html.Dt(html.Kbd(key)), html.Dd(act))]
    asked = [
        part
        for name, one in PARAMETERS.items()
        for part in (html.Dt(html.Code(name)), html.Dd(f"{one.label}. {one.description}"))
    ]
    return markup(
        [
            html.H3("Keys"),
            html.Dl(keys, className="keys"),
            html.P(IN_GROUPS, className="note"),
            html.P(ON_THE_MAP, className="note"),
            html.P(ON_THE_CHARTS, className="note"),
            html.P(MARKING, className="note"),
            *(
                part
                for title, meanings in (("Words", glossary()), *offered(catalogue, files).items())
                for part in _defined(title, meanings)
            ),
            html.H3("In the address"),
            html.P(ADDRESS, className="note"),
            html.Dl(asked, className="terms"),
        ]
    )
