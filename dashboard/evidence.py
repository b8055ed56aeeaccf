"""What can be concluded from the map? The exhibits of the layer that it shows, as HTML."""

from __future__ import annotations

import html
import json
from dataclasses import replace

import pandas as pd

from dashboard.charts import figure, narrow
from geo.ask.query import Query
from geo.out.report.blocks import Grid
from geo.out.report.web import table_html
from geo.tell.exhibits.part import Exhibit

POINTS = "A dot is an area: point at it for its name, click to select it. The ranked table selects it too."


def article(exhibits: tuple[Exhibit, ...], missing: tuple[tuple[str, str], ...], query: Query) -> str:
    """Write the exhibits of a layer for the column of findings.

    Parameters
    ----------
    exhibits : tuple of Exhibit
    missing : tuple of (str, str)
        Names of those that cannot be made, and why.
    query : Query
        Where the numbers can be downloaded from.

    Returns
    -------
    str
        For each its name, finding, chart (a box that holds its Plotly figure) or table, caveats, and its
        numbers to copy and to download.
    """
    shown = "".join(_exhibit(exhibit, query.to_search().removeprefix("?")) for exhibit in exhibits)
    absent = "".join(
        f'<p class="note"><b>{html.escape(name)}</b> is not shown: {html.escape(reason)}</p>'
        for name, reason in missing
    )
    return shown + absent


def numbers(exhibit: Exhibit) -> Exhibit:
    """The exhibit with the numbers that its chart draws, where these are not its table."""
    chart = exhibit.chart
    return exhibit if chart is None or chart.data is None else replace(exhibit, table=chart.data)


def _exhibit(exhibit: Exhibit, query: str) -> str:
    drawn = figure(exhibit)
    table = table_html(Grid(replace(exhibit.shortened(), number="", title=exhibit.name)))
    head = html.escape(exhibit.name)
    reached = f'<div class="scroll" role="group" tabindex="0" aria-label="Table: {head}">'
    table = table.replace('<div class="scroll">', reached)
    if drawn is not None:
        label, data = html.escape(exhibit.alternative), json.dumps(narrow(drawn), separators=(",", ":"))
        level = f' data-level="{exhibit.chart.level}"' if exhibit.chart and exhibit.chart.level else ""
        table = (
            f'<div class="evidence-plot" role="img" aria-label="{label}"{level} '
            f'style="min-height:{drawn["layout"]["height"]:.0f}px" data-figure="{html.escape(data)}"></div>'
            + (f'<p class="note">{POINTS}</p>' if level else "")
            + f"<details><summary>Numbers</summary>{table}</details>"
        )
    caveats = "".join(f'<p class="note">{html.escape(caveat)}</p>' for caveat in exhibit.caveats)
    address = html.escape(f"/piece/evidence.csv?exhibit={exhibit.key}{'&' if query else ''}{query}")
    return (
        f'<article><div class="block-head"><h3>{head}</h3><span class="evidence-take">'
        f'<button type="button" class="copy" data-copy="{html.escape(_lines(exhibit))}" '
        f'aria-label="Copy as a table: {head}" title="Copy the numbers as a table">Copy</button> '
        f'<a class="link" href="{address}" download aria-label="Download as CSV: {head}">CSV</a></span></div>'
        f'<p class="evidence-finding">{html.escape(exhibit.finding)}</p>{table}{caveats}</article>'
    )


def _lines(exhibit: Exhibit) -> str:
    """The numbers as text with tabs, as they are read."""
    texts: pd.DataFrame = numbers(exhibit).texts()
    return "\n".join("\t".join(row) for row in [list(map(str, texts)), *texts.to_numpy(str).tolist()])
