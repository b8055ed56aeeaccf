"""What can be concluded from the map? The exhibits of the layer that it shows, as HTML."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dashboard.assess import page_templates
from dashboard.charts import figure, narrow
from geo.ask.query import Query
from geo.out.report.blocks import Grid
from geo.tell.exhibits.exhibit import Exhibit


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
    return (
        page_templates()
        .get_template("evidence.html")
        .render(
            exhibits=exhibits,
            missing=missing,
            query=query.to_search().removeprefix("?"),
            figure=lambda exhibit: None if (drawn := figure(exhibit)) is None else narrow(drawn),
            shown=lambda exhibit: Grid(replace(exhibit.shortened(), place=0, title=exhibit.name)),
            lines=_lines,
        )
    )


def numbers(exhibit: Exhibit) -> Exhibit:
    """The exhibit with the numbers that its chart draws, where these are not its table."""
    chart = exhibit.chart
    return exhibit if chart is None or chart.data is None else replace(exhibit, table=chart.data)


def _lines(exhibit: Exhibit) -> str:
    """The numbers as text with tabs, as they are read."""
    texts: pd.DataFrame = numbers(exhibit).texts()
    return "\n".join("\t".join(row) for row in [list(map(str, texts)), *texts.to_numpy(str).tolist()])
