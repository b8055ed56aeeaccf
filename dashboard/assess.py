"""What does the assessment look like on the page? From an :class:`~geo.tell.assessment.Assessment` to HTML.

The view is a long document: hundreds of table rows would keep a component tree busy for seconds, so it comes
as one piece of HTML that ``assets/assess.js`` fetches when the view is opened, and charts are drawn as they
scroll into sight. Nothing of it is computed before the view is opened.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from dash import html as tags
from dash.development.base_component import Component

from dashboard import ids
from dashboard.charts import figure
from dashboard.figures import CONFIG
from geo.ask.query import Query
from geo.demo.check import Compared, counted
from geo.out.report import REPORTS
from geo.out.report.blocks import Grid, anchor, rich
from geo.out.report.web import table_html
from geo.tell.assessment import Assessment, Section
from geo.tell.exhibits.part import Exhibit

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

FILTERS = '<button type="button" class="sheet-open" data-act="sheet">Filters</button>'
"""Opens the filters where the screen is too small to show them beside the assessment."""


def frame() -> Component:
    """The empty part of the page that the assessment is put into."""
    return tags.Section(
        [
            tags.P("Counting…", className="assess-wait", role="status"),
            tags.Div(id=ids.ASSESS_BODY, **{"data-config": json.dumps(CONFIG)}),
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
    kept = ("sources", "category", "first", "last", "month", "hour", "day", "night", "borough")
    source = query.source if query.category else ""
    return Query(source=source, **{name: getattr(query, name) for name in kept})


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
    asked = assessment.query.to_search()
    query = asked.removeprefix("?")
    sections = "".join(_section(section, query) for section in assessment.sections)
    contents = "".join(
        f'<li><a href="#assess-{section.key}">{html.escape(section.title)}</a></li>'
        for section in assessment.sections
    )
    last = ""
    if atlas.synthetic:
        contents += '<li><a href="#assess-check">Check: published and rebuilt</a></li>'
        last = (
            '<section id="assess-check" data-fetch="/assessment/check">'
            "<h2>Check: published and rebuilt</h2><p>Comparing…</p></section>"
        )
    caveats = "".join(f"<li>{html.escape(caveat)}</li>" for caveat in assessment.caveats)
    return (
        f"<header><h1>{html.escape(assessment.title)}</h1>{_covers(atlas, assessment, link)}"
        f"{_documents(query)}{FILTERS}</header>"
        f'<nav aria-label="Contents of the assessment"><ol>{contents}</ol></nav>'
        f"{_findings(assessment)}<section><h2>How to read this</h2><ul>{caveats}</ul></section>"
        f"{sections}{last}"
    )


def _documents(query: str) -> str:
    links = "".join(
        f'<a class="button" href="/assessment.{key}?{html.escape(query)}" download>{report.label}</a>'
        for key, report in REPORTS.items()
    )
    wait = '<span class="note">takes about ten seconds</span>'
    return f'<p class="assess-documents">As a document: {links} {wait}</p>'


def _covers(atlas: Atlas, assessment: Assessment, link: Callable[[tuple[str, ...]], str]) -> str:
    """Links that add a service to the assessment or leave it out."""
    every = tuple(atlas.sources)
    if len(every) < 2:
        return ""
    chosen = assessment.query.sources or every
    items = []
    for key in every:
        others = tuple(k for k in every if (k in chosen) != (k == key))
        label = html.escape(atlas.sources[key].info.label)
        state = "is covered" if key in chosen else "is left out"
        if not others:
            items.append(f'<span class="chip chip-on">{label}</span>')
            continue
        other = link(() if set(others) == set(every) else others)
        items.append(
            f'<a class="chip{" chip-on" if key in chosen else ""}" href="{html.escape(other)}" '
            f'aria-label="{label} {state}; change">{label}</a>'
        )
    return f'<p class="assess-covers">Services covered: {" ".join(items)}</p>'


def _findings(assessment: Assessment) -> str:
    parts = []
    for section in assessment.sections:
        found = [e for e in section.exhibits if e.finding and e.finding in section.findings]
        if found:
            items = "".join(
                f'<li>{html.escape(e.finding)} <a href="#{anchor(e)}">{e.number}</a></li>' for e in found
            )
            parts.append(f"<h3>{html.escape(section.title)}</h3><ul>{items}</ul>")
    return f'<section class="assess-findings"><h2>Findings</h2>{"".join(parts)}</section>'


def _section(section: Section, query: str) -> str:
    notes = "".join(f'<p class="say">{html.escape(note)}</p>' for note in section.notes)
    exhibits = "".join(_exhibit(section, exhibit, query) for exhibit in section.exhibits)
    missing = ""
    if section.missing:
        items = "".join(
            f"<li><b>{html.escape(name)}</b>: {html.escape(reason)}</li>" for name, reason in section.missing
        )
        missing = f"<h3>Not shown</h3><ul>{items}</ul>"
    return (
        f'<section id="assess-{section.key}"><h2>{html.escape(section.title)}</h2>{notes}{exhibits}{missing}'
        "</section>"
    )


def _exhibit(section: Section, exhibit: Exhibit, query: str) -> str:
    """Heading, finding, figure, table, caveats and source of an exhibit."""
    name = html.escape(f"exhibit={section.key}/{exhibit.key}{'&' if query else ''}{query}")
    finding = f'<p class="finding-line">{html.escape(exhibit.finding)}</p>' if exhibit.finding else ""
    table = table_html(Grid(exhibit))
    csv = f'<a class="link" href="/assessment/table.csv?{name}" download>Table as CSV</a>'
    if exhibit.chart is not None:
        caption = html.escape(f"{exhibit.number}. {exhibit.title}")
        table = (
            f"<figure>{_drawn(exhibit, name)}<figcaption>{caption}</figcaption></figure>"
            f"<details><summary>Numbers behind {exhibit.number}</summary>{table}</details>"
        )
    said = [*exhibit.caveats, *([f"Source: {section.source.rstrip('.')}."] if section.source else [])]
    notes = "".join(f'<p class="note">{rich(text)}</p>' for text in said)
    return (
        f'<article id="{anchor(exhibit)}"><h3>{exhibit.number}: {html.escape(exhibit.name)}</h3>'
        f"{finding}{table}<p>{csv}</p>{notes}</article>"
    )


def _drawn(exhibit: Exhibit, name: str) -> str:
    """Box of a chart, or the picture of a map."""
    said, drawn = html.escape(exhibit.alternative), figure(exhibit)
    if drawn is None:
        return (
            f'<img class="assess-map" loading="lazy" src="/assessment/figure.png?{name}" alt="{said}" '
            'width="1299" height="929">'
        )
    data = html.escape(json.dumps(drawn, separators=(",", ":"), allow_nan=False))
    height = drawn["layout"]["height"]
    return (
        f'<div class="assess-plot" role="img" aria-label="{said}" style="min-height:{height:.0f}px" '
        f'data-figure="{data}"></div>'
    )


def checked(rows: tuple[Compared, ...]) -> str:
    """Write the comparison of published and rebuilt figures as HTML."""
    parts = [f'<h2>Check: published and rebuilt</h2><p class="finding-line">{counted(rows)}</p>']
    for topic in dict.fromkeys(row.topic for row in rows):
        cells = "".join(
            f'<tr><th scope="row">{html.escape(row.figure)}</th><td>{html.escape(row.published)}</td>'
            f"<td>{html.escape(row.rebuilt)}</td>"
            f'<td><span class="verdict verdict-{row.verdict.split()[0]}">{row.verdict}</span></td>'
            f"<td>{html.escape(row.why)}</td></tr>"
            for row in rows
            if row.topic == topic
        )
        heads = "".join(
            f'<th scope="col">{h}</th>' for h in ("Figure", "Published", "Rebuilt", "Verdict", "Why")
        )
        parts.append(
            f'<div class="scroll"><table><caption>{html.escape(topic)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table></div>"
        )
    return "".join(parts)
