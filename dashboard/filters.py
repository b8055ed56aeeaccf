"""What can be chosen on the page?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard import ids
from dashboard.link import PLAIN
from dashboard.routes_data import ADDRESS
from dashboard.routes_indicators import ADDRESS as TABLE
from geo.answer.layers import LAYERS
from geo.ask.ages import UNKNOWN
from geo.ask.catalogue import Catalogue
from geo.ask.choices import BREAKS, ENGLAND, OVERLAYS, PALETTES
from geo.ask.parameters import Parameter
from geo.ask.place import AGES
from geo.ask.query import PARAMETERS
from geo.ask.words import DAY_NAMES, DAYS, MONTH_NAMES

MANY_BOROUGHS = 8
"""Above this many, boroughs are searched in a list instead of shown as cells."""
MANY_INDICATORS = 12
WHOLE = PARAMETERS["benchmark"].usual
"""Value of the control of the benchmark for none: all that is shown."""
LEVEL_NAMES = {"lsoa": "LSOA", "ward": "Ward", "borough": "Borough"}
WORDY = 12
"""Values above which those of a strip stand in columns, ten in a row."""
NULL_NAMES = {"exact": "Exact chance", "permutation": "Simulated"}


def controls() -> dict[str, str]:
    """Parameter of the URL to the property that holds the state of its control; strips are the rest."""
    return {one.name: one.control for one in PARAMETERS.values() if one.control in ("value", "checked")}


def filter_panel(catalogue: Catalogue) -> Component:
    """Ask in the order of a question: what, shown how, when, which areas; then what few change."""
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
                    html.A("Clear all", id=ids.RESET, href=PLAIN, className="link"),
                    html.Button("Done", className="sheet-done", type="button", **{"data-act": "sheet"}),
                ],
            ),
            _group(
                "What",
                _select("source", "Source", options_of({k: s.label for k, s in catalogue.sources.items()})),
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
                _select("definition", "Saved definition", [], explained=True),
                html.Div(
                    [
                        html.A("What is loaded", href=ADDRESS[1:], className="link"),
                        *(
                            [html.A("Published indicators", href=TABLE[1:], className="link")]
                            if catalogue.indicators
                            else []
                        ),
                    ],
                    className="links",
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
                _field(
                    "cold",
                    dmc.Switch(id=ids.control("cold"), checked=True, label="Show coldspots too", size="xs"),
                ),
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
                    "indicator",
                    "Indicator",
                    options_of({key: one.label for key, one in catalogue.indicators.items()}),
                    searchable=len(catalogue.indicators) > MANY_INDICATORS,
                    wide=True,
                ),
                _select("ages", "Ages", [{"value": k, "label": f"Aged {v}"} for k, v in AGES.items()]),
                _select(
                    "benchmark",
                    "Benchmark",
                    _benchmarks(catalogue),
                    searchable=len(catalogue.benchmarks) > MANY_BOROUGHS,
                ),
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
            _group(
                "Which areas",
                segmented("level", "Areas", options_of({k: LEVEL_NAMES[k] for k in catalogue.levels})),
                _boroughs(catalogue.boroughs),
            ),
            _persons(),
            html.Details(
                [
                    html.Summary("In detail"),
                    _field(
                        "fdr",
                        dmc.Switch(
                            id=ids.control("fdr"),
                            checked=True,
                            label="Allow for many areas (FDR)",
                            size="xs",
                        ),
                    ),
                    segmented("null", "How chance is worked out (p)", options_of(NULL_NAMES)),
                    html.Div(
                        [
                            _select("breaks", "Classes", options_of(BREAKS)),
                            _select("palette", "Colours", options_of(PALETTES)),
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
                ],
                id="detail",
                className="group detail",
            ),
            *_further(),
        ],
    )


def further() -> list[Parameter]:
    """Filters of events by further attributes: those that are registered besides the query's own fields."""
    return [one for one in PARAMETERS.values() if one.keeps is not None]


def of_persons() -> list[Parameter]:
    """Filters of persons and circumstances that have a strip on the page."""
    return [one for one in further() if one.control == "strip"]


def _persons() -> Component:
    """Fold the filters of persons and circumstances away, under what is chosen of them."""
    strips = [
        _strip(
            one.name,
            one.label,
            one.options,
            "ten" if len(one.options) > WORDY else "words",
            full=[_spoken(value, text) for value, text in one.options.items()],
            off=ids.PERSONS_OFF,
        )
        for one in of_persons()
    ]
    summary = html.Summary(["Who and with what", html.Span(id=ids.PERSONS_CHOSEN, className="strip-note")])
    off = html.P(id=ids.PERSONS_OFF, className="note", hidden=True)
    return html.Details([summary, off, *strips], id="persons", className="group detail")


def _spoken(value: str, text: str) -> str:
    """What a cell says aloud: of an age its whole band."""
    return "Not known" if value == UNKNOWN else value if text.isdigit() or text == "90+" else text


def _further() -> list[Component]:
    """Lay out a list for each further filter that has one; nothing where there is none."""
    lists = [
        _select(one.name, one.label, options_of({one.usually: f"{one.label}: all", **one.options}))
        for one in further()
        if one.control == "value"
    ]
    return (
        [html.Fieldset([html.Legend("What else"), *lists], id=ids.FURTHER, className="group")]
        if lists
        else []
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


def options_of(names: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in names.items()]


def _benchmarks(catalogue: Catalogue) -> list[dict[str, Any]]:
    """With whom rates can be compared; England is named also where it cannot be chosen."""
    names = {key: f"Against {name}" for key, name in catalogue.benchmarks.items()}
    options: list[dict[str, Any]] = options_of({WHOLE: "Against the whole shown", **names})
    if ENGLAND not in names:
        options.append({"value": ENGLAND, "label": "England: no rates loaded", "disabled": True})
    return options


def _grouped(layers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Layers under the question that they answer, in the order of the registry."""
    groups = dict.fromkeys(LAYERS[key].group for key in layers)
    return [
        {"group": title, "items": options_of({k: v for k, v in layers.items() if LAYERS[k].group == title})}
        for title in groups
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
    wide: bool = False,
) -> Component:
    """Hold a list to choose from; of an explained one each option has a sentence, ``said``, below it."""
    control = dmc.Select(
        id=ids.control(parameter),
        data=options,
        allowDeselect=False,
        searchable=searchable,
        selectFirstOptionOnChange=searchable,
        rightSectionWidth=26,
        maxDropdownHeight=460 if explained else 320,
        comboboxProps=_POPUP | {"width": "min(29rem, 92vw)"} if explained or wide else _POPUP,
        renderOption={"function": "explained"} if explained else None,
        withScrollArea=False,  # the list scrolls itself, by the arrow keys too
        **{"aria-label": label},
    )
    if explained:  # the group has the note, since the list's own input takes no description from outside
        about = {"aria-label": label, "aria-describedby": ids.note(parameter)}
        return _field(parameter, html.Div(control, role="group", **about))
    return _field(parameter, control)


def segmented(parameter: str, label: str, options: list[dict[str, str]]) -> Component:
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
    off: str = ids.CLOCK_OFF,
) -> Component:
    """Cells of which some, or none for all, are chosen, by mouse and keys (``assets/filters/strip.mjs``)."""
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
                "aria-describedby": f"{ids.note(parameter)} {off}",
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
        data=sorted(options_of(names), key=lambda option: option["label"]),
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
                        href=PLAIN,
                        className="link",
                        hidden=True,
                        **{"aria-label": f"Clear: {label}"},
                    ),
                ],
            ),
            control,
        ],
    )
