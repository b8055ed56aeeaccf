"""How does a panel look, whatever it tells of?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dash import html
from dash.development.base_component import Component

from geo.ask.query import Query

Link = Callable[[Query], str]
"""Address of the page for a query."""


def panel_of(
    name: str, line: str, close: str, body: list[Component], attributes: Mapping[str, str]
) -> Component:
    """Set what is told under a head that stays in sight (``assets/pieces/panel.mjs`` shows it at once)."""
    head = html.Div(
        [
            html.Div(
                [
                    html.H2(name, className="selected-name", tabIndex="-1"),
                    html.P(line, className="selected-line"),
                ]
            ),
            html.A(
                "×", href=close, className="selected-close", title="Esc", **{"aria-label": f"Close {name}"}
            ),
        ],
        className="selected-head",
    )
    return html.Section([head, html.Div(body, className="panel-body")], className="panel", **attributes)


def fact_list(known: Mapping[str, str]) -> Component:
    """Pairs of a label and a text; those without a text are left out."""
    pairs = [html.Div([html.Dt(label), html.Dd(value)]) for label, value in known.items() if value]
    return html.Dl(pairs, className="panel-facts")
