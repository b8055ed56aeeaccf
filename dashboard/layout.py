"""What is on the page? The frame and its controls; what they show comes from :mod:`dashboard.view`.

Options are enumerated from the catalogue of what is loaded and from the registries of layers and exports,
so that a new source, layer or format appears here without a change.
"""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import assess, blocks, help, ids, present, search
from dashboard.filters import filter_panel, options_of, segmented
from dashboard.link import PLAIN
from dashboard.shell import THEME
from geo.answer.atlas import Atlas
from geo.answer.disclosure import BANNERS
from geo.ask.choices import CLOCKS
from geo.out.export import files, in_menu, offered, ways


def page(atlas: Atlas) -> Component:
    """Lay out the whole page for an atlas; the numbers come with the first answer."""
    whole = dmc.MantineProvider(
        html.Div(
            id=ids.ROOT,
            className="page page-cleared" if atlas.cleared else "page",
            children=[
                _bar(atlas),
                present.band(),
                filter_panel(atlas.catalogue),
                html.Main(
                    className="main",
                    children=[
                        _finding(),
                        _map_area(atlas),
                        _findings(),
                        _months_area(),
                        assess.frame(),
                        present.side(),
                    ],
                ),
                present.foot(),
                _messages(),
                help.dialog(),
            ],
        ),
        theme=THEME,
        forceColorScheme="light",
    )
    for part in whole._traverse_ids():
        if "disable_n_clicks" in part.available_properties:  # else Dash goes through the page at every click
            part.disable_n_clicks = True
    return whole


# ---------------------------------------------------------------- the bar


def _bar(atlas: Atlas) -> Component:
    there = files(atlas)
    return html.Header(
        className="bar",
        children=[
            html.Span("Hotspots", className="bar-name"),
            html.Span(atlas.place, className="bar-place"),
            html.Nav(
                [
                    html.A("Explore", id=ids.EXPLORE, href=PLAIN),
                    html.A("Compare", id=ids.COMPARE, href="?view=compare"),
                    html.A(
                        "Assessment",
                        id=ids.ASSESSMENT,
                        href="?view=assess",
                        hidden="lsoa" not in atlas.catalogue.levels,
                    ),
                    html.A("Patrols", id=ids.PATROLS, href="patrol", hidden="patrol" not in offered(atlas)),
                ],
                className="bar-views",
                **{"aria-label": "Views"},
            ),
            *([html.Strong(BANNERS["cleared"], className="bar-cleared")] if atlas.cleared else []),
            html.Span(id=ids.BADGE, className="badge"),
            html.A(["Present ", html.Kbd("p")], id=ids.PRESENT, href="?view=present", className="bar-action"),
            html.Details(
                [
                    html.Summary("Export", className="bar-action"),
                    html.Ul(
                        [
                            html.Li(
                                html.A(label, id=ids.export(key), href=f"export.{key}", download=""),
                                hidden=key not in there,
                            )
                            for key, label in ways().items()
                            if key in in_menu()
                        ],
                        className="menu-list",
                    ),
                ],
                className="menu",
            ),
            html.Button(
                [html.Span(className="half"), html.Kbd("d")],
                className="bar-action",
                type="button",
                title="Dark or light",
                **{"data-act": "theme", "aria-label": "Dark theme", "aria-pressed": "false"},
            ),
            html.Button("Copy link", className="bar-action", type="button", **{"data-act": "copy"}),
            html.Button(
                ["Saved ", html.Kbd("v")], className="bar-action", type="button", **{"data-act": "saved"}
            ),
            html.Button(
                ["Help ", html.Kbd("?")], className="bar-action", type="button", **{"data-act": "help"}
            ),
            *(
                [html.A("Account", href="account", className="bar-action bar-account")]
                if atlas.viewer.team
                else []
            ),
        ],
    )


# ---------------------------------------------------------------- the finding, the map, the table, the charts


def _finding() -> Component:
    return html.Section(
        className="finding",
        **{"aria-label": "Finding"},
        children=[
            html.Div(id=ids.NOTICES, className="notices", role="status"),
            html.Div(
                [
                    html.P(id=ids.DESCRIPTION, className="description"),
                    html.H1("Loading…", id=ids.HEADLINE, tabIndex="-1"),
                ],
                id="finding-said",
                **{"aria-live": "polite"},
            ),
            html.Div(id=ids.MARKED, className="marked", role="status"),
            html.Div(id=ids.CAVEATS, className="caveats"),
            html.Button("Filters", className="sheet-open", type="button", **{"data-act": "sheet"}),
        ],
    )


def _map_area(atlas: Atlas) -> Component:
    return html.Section(
        id=ids.MAP_AREA,
        className="map-area",
        **{"aria-label": "Map"},
        children=[
            html.Div(id=ids.MAP, tabIndex="-1"),
            search.toolbar(atlas),
            html.Div(id=ids.LEGEND, className="legend"),
            html.Div(className="progress", role="presentation"),
        ],
    )


def _findings() -> Component:
    return html.Section(
        className="findings",
        **{"aria-label": "Findings"},
        children=[
            html.Div(id=ids.SELECTED, className="selected", hidden=True),
            html.P(id="panel-said", className="hidden", role="status"),
            html.Div(
                className="ranking",
                children=[
                    html.Div(
                        [
                            html.H2(id=ids.TABLE_TITLE, children="Areas, ranked"),
                            html.Button(
                                "Copy",
                                type="button",
                                className="copy",
                                title="Copy the table",
                                **{"data-act": "copy-table", "aria-label": "Copy the ranked table"},
                            ),
                        ],
                        className="block-head",
                    ),
                    html.Div(
                        html.Div(
                            id=ids.TABLE,
                            className="grid",
                            role="grid",
                            **{"aria-labelledby": ids.TABLE_TITLE},
                        ),
                        id="table-box",
                        tabIndex="-1",
                    ),
                ],
            ),
            html.Details(
                [
                    html.Summary(
                        [html.H2("Evidence"), html.Span(id=ids.EVIDENCE_NAME, className="fold-found")]
                    ),
                    html.Div(id=ids.EVIDENCE_BODY, className="evidence-body"),
                ],
                id=ids.EVIDENCE,
                className="fold evidence",
            ),
            html.Div(
                id=ids.CLOCK_PART,
                className="chart",
                children=[
                    html.Div(
                        [
                            html.H2("When: weekday and hour"),
                            blocks.copier("Events by weekday and hour", id=ids.CLOCK_COPY),
                        ],
                        className="block-head",
                    ),
                    html.P(id=ids.CLOCK_NOTE, className="note"),
                    segmented("clock", "Times that are not known", options_of(CLOCKS)),
                    _with_keys(
                        html.Div(
                            html.Div(id=ids.CLOCK),
                            id=ids.CLOCK_BOX,
                            role="img",
                            **{"aria-label": "Events by weekday and hour"},
                        ),
                        ids.CLOCK_CURSOR,
                        "Choose hours by the keyboard",
                    ),
                ],
            ),
            html.Div(
                id=ids.GRADIENT_PART,
                className="chart",
                children=[
                    html.Div(
                        [
                            html.H2("By deprivation", id=ids.GRADIENT_TITLE),
                            blocks.copier("Rates by deprivation", id=ids.GRADIENT_COPY),
                        ],
                        className="block-head",
                    ),
                    html.P(id=ids.GRADIENT_NOTE, className="note"),
                    html.Div(
                        html.Div(id=ids.GRADIENT),
                        id=ids.GRADIENT_BOX,
                        role="img",
                        **{"aria-label": "Rates by deprivation"},
                    ),
                    html.Div(
                        id=ids.GRADIENT_DECILES,
                        className="deciles",
                        role="group",
                        **{"aria-label": "Mark the areas of a decile"},
                    ),
                    html.P(id=ids.GRADIENT_SAID, className="note"),
                ],
            ),
        ],
    )


def _months_area() -> Component:
    return html.Section(
        id=ids.MONTHS_AREA,
        className="months-area",
        **{"aria-label": "Months"},
        children=[
            html.Div(
                className="months-head",
                children=[
                    html.H2(id=ids.MONTHS_TITLE, children="By month"),
                    html.P(id=ids.MONTHS_NOTE, className="note"),
                    html.Div(id=ids.MONTHS_QUICK, className="quick"),
                    blocks.copier("Events by month", id=ids.MONTHS_COPY),
                    search.play(),
                ],
            ),
            _with_keys(
                html.Div(
                    html.Div(id=ids.MONTHS),
                    id=ids.MONTHS_BOX,
                    className="months-box",
                    role="img",
                    **{"aria-label": "Events by month"},
                ),
                ids.MONTHS_CURSOR,
                "Choose months by the keyboard",
            ),
        ],
    )


def _with_keys(chart: Component, cursor: str, label: str) -> Component:
    """Lay a slider over a chart for those who use the keyboard (``assets/charts/cursor.mjs``)."""
    hint = f"{cursor}-hint"
    slider = html.Div(
        [html.Span(className="cursor-box"), html.Span(className="cursor-said")],
        id=cursor,
        role="slider",
        tabIndex="0",
        className="cursor",
        **{
            "aria-label": label,
            "aria-describedby": hint,
            "aria-valuemin": "1",
            "aria-valuemax": "1",
            "aria-valuenow": "1",
        },
    )
    said = html.P(
        "Arrow keys move, Shift with an arrow extends, Enter chooses, the same again clears.",
        id=hint,
        className="hidden",
    )
    return html.Div([chart, slider, said], className="with-keys")


# ---------------------------------------------------------------- messages


def _messages() -> Component:
    """Say what the page is doing or why it cannot; ``assets/page/messages.mjs`` fills them."""
    return html.Div(
        [
            html.Div(
                [
                    "New data: ",
                    html.Button("Reload", className="linklike", **{"data-act": "reload"}),
                ],
                id="renewed",
                className="renewed",
                role="status",
                hidden=True,
            ),
            html.Div(id="wait", className="wait", role="status"),
            html.Div(
                id="trouble",
                className="trouble",
                role="alert",
                hidden=True,
                children=[
                    html.P(id="trouble-text"),
                    html.Button("Try again", type="button", className="button", **{"data-act": "retry"}),
                ],
            ),
            html.Div(id="toast", className="toast", role="status"),
        ],
        className="messages",
    )
