"""What does the assessment look like on the page? From an :class:`~geo.tell.assessment.Assessment` to HTML.

The view is a long document: hundreds of table rows would keep a component tree busy for seconds, so it comes
as one piece of HTML that ``assets/pieces/assess.mjs`` fetches when the view is opened, and charts are
drawn as they scroll into sight. Nothing of it is computed before the view is opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from dash import html as tags
from dash.development.base_component import Component
from jinja2 import Environment

from dashboard import ids
from dashboard.charts import figure
from geo.ask.query import Query
from geo.ask.words import day_name
from geo.out.report import REPORTS
from geo.out.report.blocks import Grid
from geo.out.report.web import templates
from geo.tell.assessment import Assessment

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas
    from geo.demo.topic import Compared


def frame() -> Component:
    """The empty part of the page that the assessment is put into."""
    return tags.Section(
        [
            tags.P("Counting…", className="assess-wait", role="status"),
            tags.Div(id=ids.ASSESS_BODY),
        ],
        id=ids.ASSESS,
        className="assess",
        tabIndex="-1",
        **{"aria-label": "Assessment"},
    )


def asking(query: Query) -> Query:
    """The part of a question that an assessment answers: what, where, when and of which services.

    The source matters for its categories only.
    """
    return query.filters().replace(source=query.source if query.category else "", sources=query.sources)


# ---------------------------------------------------------------- the article


def article(atlas: Atlas, assessment: Assessment, link: Callable[[tuple[str, ...]], str]) -> str:
    """Write an assessment as HTML for the page.

    Parameters
    ----------
    atlas : Atlas
    assessment : Assessment
    link : callable
        Keys of sources to the query string that shows the same of these (none for all).

    Returns
    -------
    str
        Headings, findings, tables with captions and header cells; charts as boxes that hold their Plotly
        figure in ``data-figure`` and are described by their label, maps as pictures.
    """
    found = [
        (section, [e for e in section.exhibits if e.finding and e.finding in section.findings])
        for section in assessment.sections
    ]
    return (
        page_templates()
        .get_template("assessment.html")
        .render(
            assessment=assessment,
            query=assessment.query.to_search().removeprefix("?"),
            reports=REPORTS,
            covers=_covers(atlas, assessment, link),
            findings=[(section, exhibits) for section, exhibits in found if exhibits],
            synthetic=atlas.synthetic,
        )
    )


@cache
def page_templates() -> Environment:
    """The templates of the page's long pieces."""
    environment = templates(__package__)
    environment.globals |= {"figure": figure, "grid": Grid}
    environment.filters["day"] = day_name
    environment.filters["plotly"] = lambda drawn: json.dumps(drawn, separators=(",", ":"), allow_nan=False)
    return environment


def _covers(
    atlas: Atlas, assessment: Assessment, link: Callable[[tuple[str, ...]], str]
) -> list[tuple[str, bool, str]]:
    """Each service: its name, whether it is covered, and where that is changed ("": it may not)."""
    every = tuple(atlas.sources)
    if len(every) < 2:
        return []
    chosen = assessment.query.sources or every
    covers = []
    for key in every:
        others = tuple(k for k in every if (k in chosen) != (k == key))
        other = link(() if set(others) == set(every) else others) if others else ""
        covers.append((atlas.sources[key].info.label, key in chosen, other))
    return covers


def checked(rows: tuple[Compared, ...]) -> str:
    """Write the comparison of published and rebuilt figures as HTML."""
    from geo.demo.check import counted

    return page_templates().get_template("check.html").render(rows=rows, counted=counted(rows))
