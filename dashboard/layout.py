"""What is on the page? The frame and its controls; what they show comes from :mod:`dashboard.view`.

Options are enumerated from the catalogue of what is loaded and from the registries of layers and exports,
so that a new source, layer or format appears here without a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import assess, blocks, figures, help, ids, present, routes, search, theme
from geo.atlas import Atlas
from geo.export import FORMATS
from geo.query import (
    BREAKS,
    CLOCKS,
    DAY_NAMES,
    DAYS,
    ENGLAND,
    LEVELS,
    MONTH_NAMES,
    OVERLAYS,
    PALETTES,
    Catalogue,
)
from geo.resources import shipped

MANY_BOROUGHS = 8
"""Above this many, boroughs are searched in a list instead of shown as cells."""

WHOLE = "whole"
"""Value of the control of the benchmark for none: all that is shown."""

LEVEL_NAMES = {"lsoa": "LSOA", "ward": "Ward", "borough": "Borough"}
NULL_NAMES = {"exact": "Exact p", "permutation": "Simulated p"}

PACKS = "Ward packs (PDF, or ZIP of several)"
CONTROLS = {
    "source": "value",
    "category": "value",
    "layer": "value",
    "measure": "value",
    "fdr": "checked",
    "null": "value",
    "compare": "value",
    "breaks": "value",
    "edges": "value",
    "palette": "value",
    "domain": "value",
    "benchmark": "value",
    "overlay": "value",
    "level": "value",
    "from": "value",
    "to": "value",
    "clock": "value",
}
"""Parameter of the URL to the property that holds the state of its control; strips are the rest."""

STRIPS = ("borough", "month", "hour", "day", "night")
"""Parameters chosen on a strip of cells (``assets/strip.js``)."""

LAYER_GROUPS = {
    "How many": ("measure", "quintile", "significance"),
    "Where it clusters": ("local_moran", "getis_ord", "confidence"),
    "Deprivation": ("imd", "bivariate", "excess"),
    "Services together": ("agreement", "colocation", "bivariate_moran"),
    "Over time": ("change", "emerging"),
}

SKIPS = {ids.HEADLINE: "finding", ids.MAP: "map", ids.TABLE: "ranked table", "filters": "filters"}

INDEX = f"""<!DOCTYPE html>
<html lang="en-GB">
  <head>
    {{%metas%}}
    <title>{{%title%}}</title>
    {{%favicon%}}
    <script src="/assets/theme.js"></script>
    {{%css%}}
    <style>{theme.stylesheet()}</style>
    {{%early%}}
  </head>
  <body data-state="waiting">
    <nav class="skips" aria-label="Skip links">
      {"".join(f'<a class="skip" href="#{target}">Skip to {name}</a>' for target, name in SKIPS.items())}
    </nav>
    {{%app_entry%}}
    {present.DIALOGS}
    {{%config%}}
    {{%scripts%}}
    {{%renderer%}}
    <noscript>
      This page needs JavaScript. Its numbers are also in <a href="/export.csv">a table</a>.
    </noscript>
  </body>
</html>"""

SKELETON = """
<div class="page skeleton">
  <header class="bar"><span class="bar-name">Hotspots</span></header>
  <div class="filters"></div>
  <main class="main">
    <div class="finding"><p class="skeleton-note">Loading the map and its numbers…</p></div>
    <div class="map-area"></div><div class="findings"></div><div class="months-area"></div>
  </main>
</div>"""

THEME = {
    "primaryColor": "action",
    "primaryShade": {"light": 6, "dark": 3},
    "colors": {
        "action": "#eaf2f9 #d3e3f1 #a6c7e2 #7ab8ea #4b8fc4 #2c74a8 #1d5b8f #174973 #123a5b #0d2a42".split(),
        "dark": "#e6edf2 #c6d0d8 #a9b6c1 #7d8d99 #465866 #2c3b47 #1c2935 #131d26 #0e161d #0a131b".split(),
    },
    "black": "#17222b",
    "fontFamily": "var(--font)",
    "fontSizes": {"xs": "12px", "sm": "14px", "md": "14px", "lg": "17px", "xl": "21px"},
    "defaultRadius": 4,
    "cursorType": "pointer",
    "respectReducedMotion": True,
}


def index(atlas: Atlas) -> str:
    """Frame of the page, in which the browser is told at once of what only scripts would ask for later."""
    modules = [f"/assets/map/{path.name}" for path in sorted(shipped("assets/map").glob("*.mjs"))]
    early = [
        f'<link rel="modulepreload" href="{it}">' for it in (f"{routes.VENDOR}maplibre-gl.mjs", *modules)
    ]
    early += [
        f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{address}">'
        for address in (routes.geometry_address(atlas, level) for level in LEVELS)
    ]
    return INDEX.replace("{%early%}", "\n    ".join(early))


def page(atlas: Atlas) -> Component:
    """Lay out the whole page for an atlas; the numbers come with the first answer."""
    return dmc.MantineProvider(
        html.Div(
            id=ids.ROOT,
            className="page",
            children=[
                dcc.Store(id=ids.ADDRESS),
                dcc.Store(id=ids.ANSWER),
                dcc.Store(id=ids.MAP_CONFIG, data=routes.map_config(atlas)),
                _bar(atlas),
                present.band(),
                _filters(atlas.catalogue),
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


# ---------------------------------------------------------------- the bar


def _bar(atlas: Atlas) -> Component:
    return html.Header(
        className="bar",
        children=[
            html.Span("Hotspots", className="bar-name"),
            html.Span(atlas.place, className="bar-place"),
            html.Nav(
                [
                    html.A("Explore", id=ids.EXPLORE, href="?"),
                    html.A("Compare", id=ids.COMPARE, href="?view=compare"),
                    html.A("Assessment", id=ids.ASSESSMENT, href="?view=assess"),
                ],
                className="bar-views",
                **{"aria-label": "Views"},
            ),
            html.Span(id=ids.BADGE, className="badge"),
            html.A(["Present ", html.Kbd("p")], id=ids.PRESENT, href="?view=present", className="bar-action"),
            html.Details(
                [
                    html.Summary("Export", className="bar-action"),
                    html.Ul(
                        [
                            html.Li(
                                html.A(form.label, id=ids.export(key), href=f"/export.{key}", download="")
                            )
                            for key, form in FORMATS.items()
                        ]
                        + [html.Li(html.A(PACKS, id=ids.export("pack"), href="/export.pack", download=""))],
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
        ],
    )


# ---------------------------------------------------------------- the filters


def _filters(catalogue: Catalogue) -> Component:
    """Ask in the order of a question: what, shown how, which areas, when."""
    return html.Div(
        id="filters",
        role="search",
        tabIndex="-1",
        className="filters",
        **{"aria-label": "Filters"},
        children=[
            html.Div(
                className="filters-head",
                children=[
                    html.H2("Filters", className="filters-title"),
                    html.A("Clear all", id=ids.RESET, href="?", className="link"),
                    html.Button("Done", className="sheet-done", type="button", **{"data-act": "sheet"}),
                ],
            ),
            _group(
                "What",
                _select("source", "Source", _options({k: s.label for k, s in catalogue.sources.items()})),
                _field(
                    "category",
                    dmc.MultiSelect(
                        id=ids.control("category"),
                        data=[],
                        value=[],
                        placeholder="All categories",
                        clearable=True,
                        searchable=True,
                        hidePickedOptions=True,
                        nothingFoundMessage="No such category",
                        maxDropdownHeight=320,
                        comboboxProps=_POPUP,
                        clearButtonProps={"aria-label": "Clear the categories"},
                        **{"aria-label": "Categories"},
                    ),
                ),
            ),
            _group(
                "Shown how",
                _select("layer", "Show", _grouped(catalogue.layers)),
                html.Details(
                    [html.Summary("How to read this"), html.P(id=ids.ABOUT_LAYER)],
                    className="about",
                ),
                _select("measure", "Measure", [], explained=True),
                _select("compare", "Compare with", []),
                _select(
                    "domain",
                    "Domain of deprivation",
                    [
                        {"value": k, "label": f"Deprived by: {_lower(v)}"}
                        for k, v in catalogue.domains.items()
                    ],
                ),
                _select(
                    "benchmark",
                    "Benchmark",
                    _benchmarks(catalogue),
                    searchable=len(catalogue.benchmarks) > MANY_BOROUGHS,
                ),
                _field(
                    "fdr",
                    dmc.Switch(
                        id=ids.control("fdr"),
                        checked=True,
                        label="Correct for many areas (FDR)",
                        size="xs",
                    ),
                ),
                _segmented("null", "p-values", _options(NULL_NAMES)),
                html.Div(
                    [
                        _select("breaks", "Classes", _options(BREAKS)),
                        _select("palette", "Colours", _options(PALETTES)),
                    ],
                    className="halves",
                ),
                _field(
                    "edges",
                    dmc.TextInput(
                        id=ids.control("edges"),
                        label="Where classes begin, from the second",
                        debounce=True,
                        value="",
                        autoComplete="off",
                    ),
                ),
                _select(
                    "overlay",
                    "Overlay",
                    [{"value": k, "label": f"Overlay: {_lower(v)}"} for k, v in OVERLAYS.items()],
                ),
            ),
            _group(
                "Which areas",
                _segmented("level", "Areas", _options(LEVEL_NAMES)),
                _boroughs(catalogue.boroughs),
            ),
            _group(
                "When",
                html.Div(
                    [_select("from", "From", []), html.Span("to"), _select("to", "To", [])], className="pair"
                ),
                html.P(id=ids.CLOCK_OFF, className="note", hidden=True),
                _strip(
                    "month",
                    "Months of the year",
                    {str(i + 1): name[:3] for i, name in enumerate(MONTH_NAMES)},
                    "six",
                    full=MONTH_NAMES,
                ),
                _strip(
                    "hour",
                    "Hours",
                    {str(hour): f"{hour:02d}" for hour in range(24)},
                    "eight",
                    full=[f"{hour:02d}:00 to {hour:02d}:59" for hour in range(24)],
                ),
                _strip(
                    "day",
                    "Weekdays",
                    {day: name[:3] for day, name in zip(DAYS, DAY_NAMES, strict=True)},
                    "seven",
                    full=DAY_NAMES,
                ),
                _strip(
                    "night",
                    "Nights, noon to noon",
                    {day: name[:3] for day, name in zip(DAYS, DAY_NAMES, strict=True)},
                    "seven",
                    full=[f"{DAY_NAMES[d]} into {DAY_NAMES[(d + 1) % 7]}" for d in range(7)],
                ),
            ),
        ],
    )


_POPUP = {
    "transitionProps": {"duration": 0},
    "withinPortal": True,
    "portalProps": {"target": "#filters"},  # a list belongs to its landmark
    "floatingStrategy": "fixed",
    "width": 300,
    "position": "bottom-start",
}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _options(names: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in names.items()]


def _benchmarks(catalogue: Catalogue) -> list[dict[str, Any]]:
    """With whom rates can be compared; England is named also where it cannot be chosen."""
    names = {key: f"Against {name}" for key, name in catalogue.benchmarks.items()}
    options: list[dict[str, Any]] = _options({WHOLE: "Against the whole shown", **names})
    if ENGLAND not in names:
        options.append({"value": ENGLAND, "label": "England: no rates loaded", "disabled": True})
    return options


def _grouped(layers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Layers under the question that they answer; those of no group come last."""
    named = {key for keys in LAYER_GROUPS.values() for key in keys}
    groups = {**LAYER_GROUPS, "More": tuple(key for key in layers if key not in named)}
    return [
        {"group": title, "items": _options({key: layers[key] for key in keys if key in layers})}
        for title, keys in groups.items()
        if any(key in layers for key in keys)
    ]


def _group(title: str, *fields: Component) -> Component:
    return html.Fieldset([html.Legend(title), *fields], className="group")


def _field(parameter: str, control: Component) -> Component:
    """Hold a control and the note that says why it is off."""
    return html.Div(
        [control, html.P(id=ids.note(parameter), className="note", hidden=True)],
        id=ids.row(parameter),
        className="field",
    )


def _select(
    parameter: str,
    label: str,
    options: list[dict[str, str]],
    *,
    searchable: bool = False,
    explained: bool = False,
) -> Component:
    """Hold a list to choose from; of an explained one each option has a sentence, ``said``, below it."""
    control = dmc.Select(
        id=ids.control(parameter),
        data=options,
        allowDeselect=False,
        searchable=searchable,
        rightSectionWidth=26,
        maxDropdownHeight=460 if explained else 320,
        comboboxProps=_POPUP | {"width": "min(29rem, 92vw)"} if explained else _POPUP,
        renderOption={"function": "explained"} if explained else None,
        **{"aria-label": label},
    )
    if explained:  # the group has the note, since the list's own input takes no description from outside
        about = {"aria-label": label, "aria-describedby": ids.note(parameter)}
        return _field(parameter, html.Div(control, role="group", **about))
    return _field(parameter, control)


def _segmented(parameter: str, label: str, options: list[dict[str, str]]) -> Component:
    return _field(
        parameter,
        html.Div(
            dmc.SegmentedControl(
                id=ids.control(parameter),
                data=options,
                value=options[0]["value"],
                fullWidth=True,
                transitionDuration=0,
            ),
            role="group",
            **{"aria-label": label},
        ),
    )


def _strip(
    parameter: str,
    label: str,
    cells: Any,
    shape: str,
    *,
    full: Sequence[str] | None = None,
    hidden: bool = False,
) -> Component:
    """Cells of which some, or none for all, are chosen; ``assets/strip.js`` gives them mouse and keys."""
    names = full or list(cells.values())
    return _headed(
        parameter,
        label,
        html.Div(
            id=ids.control(parameter),
            className=f"strip strip-{shape}",
            role="listbox",
            **{
                "aria-multiselectable": "true",
                "aria-labelledby": f"label-{parameter}",
                "aria-describedby": f"{ids.note(parameter)} {ids.CLOCK_OFF}",
                "data-strip": parameter,
            },
            children=[
                html.Div(
                    text,
                    role="option",
                    tabIndex="0" if i == 0 else "-1",
                    title=spoken if spoken != text else None,
                    **{"aria-selected": "false", "aria-label": spoken, "data-value": value},
                )
                for i, ((value, text), spoken) in enumerate(zip(cells.items(), names, strict=True))
            ],
        ),
        hidden=hidden,
    )


def _boroughs(names: Mapping[str, str]) -> Component:
    """Lay out the boroughs as cells; where there are many, as a list to search in."""
    label = "Boroughs"
    if len(names) <= MANY_BOROUGHS:
        return _strip("borough", label, names, "words", hidden=len(names) < 2)
    control = dmc.MultiSelect(
        id=ids.control("borough"),
        data=sorted(_options(names), key=lambda option: option["label"]),
        value=[],
        placeholder="Find a borough",
        clearable=True,
        searchable=True,
        hidePickedOptions=True,
        nothingFoundMessage="No such borough",
        maxDropdownHeight=320,
        comboboxProps=_POPUP,
        clearButtonProps={"aria-label": "Clear the boroughs"},
        **{"aria-label": label},
    )
    return _headed("borough", label, control)


def _headed(parameter: str, label: str, control: Component, *, hidden: bool = False) -> Component:
    """Hold a control under its name, what is chosen, and the way to clear it."""
    return html.Div(
        id=ids.row(parameter),
        className="field",
        hidden=hidden,
        children=[
            html.Div(
                className="strip-head",
                children=[
                    html.Span(label, id=f"label-{parameter}", className="label"),
                    html.Span(id=ids.note(parameter), className="strip-note"),
                    html.A(
                        "Clear",
                        id=ids.clear(parameter),
                        href="?",
                        className="link",
                        hidden=True,
                        **{"aria-label": f"Clear: {label}"},
                    ),
                ],
            ),
            control,
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
                        dag.AgGrid(
                            id=ids.TABLE,
                            className="grid",
                            getRowId="params.data.code",
                            columnDefs=[],
                            rowData=[],
                            style={"height": "100%", "width": "100%"},
                            defaultColDef={"sortable": True, "resizable": False, "suppressMovable": True},
                            dashGridOptions=GRID,
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
                    _segmented("clock", "Times that are not known", _options(CLOCKS)),
                    _with_keys(
                        html.Div(
                            dcc.Graph(
                                id=ids.CLOCK, config=figures.CONFIG, className="clock", figure=figures.EMPTY
                            ),
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
                        dcc.Graph(id=ids.GRADIENT, config=figures.CONFIG, figure=figures.EMPTY),
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


GRID = {
    "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
    "rowClassRules": {"row-muted": "params.data.muted"},
    "rowHeight": 36,
    "headerHeight": 30,
    "suppressCellFocus": False,
    "tabToNextCell": {"function": "leave(params)"},
    "tabToNextHeader": {"function": "leave(params)"},
    "suppressScrollOnNewData": False,
    "suppressHorizontalScroll": True,
    "animateRows": False,
    "suppressColumnMoveAnimation": True,
    "suppressNoRowsOverlay": True,
    "ensureDomOrder": True,
}


def _months_area() -> Component:
    return html.Section(
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
                    dcc.Graph(id=ids.MONTHS, config=figures.CONFIG, className="months", figure=figures.EMPTY),
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
    """Lay a slider over a chart for those who use the keyboard (``assets/cursor.js``)."""
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
    """Say what the page is doing or why it cannot; ``assets/url.js`` fills them."""
    return html.Div(
        [
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
