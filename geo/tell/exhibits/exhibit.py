"""What is an exhibit? One table or figure of a needs assessment, with its finding and caveats.

What cannot be made from the data loaded says why (:class:`NotPossible`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.ask.query import Query
from geo.ask.words import agree, written

MOST_ROWS, MOST_DRAWN = 60, 40
"""Rows of a table that are listed, and rows of a chart that are drawn."""


class NotPossible(Exception):
    """Why an exhibit cannot be made from what is loaded, one sentence."""


# ---------------------------------------------------------------- what an exhibit is


@dataclass(frozen=True)
class Chart:
    """How to draw an exhibit.

    Attributes
    ----------
    form : {"bars", "lines", "heat", "curve", "funnel", "pyramid", "map"}
        ``bars``: a bar for each row; ``pyramid``: two; ``lines``: a line for each of ``y`` over the rows;
        ``heat``: cells of the columns ``y``; ``curve``: lines over a numeric ``x``; ``funnel``: points
        between ``limits``; ``map``: the answer to ``query``.
    x : str
        Column of the labels, or of the numbers along the bottom.
    y : tuple of str
        Columns of the values.
    data : DataFrame, optional
        What is drawn, where that is not the exhibit's table.
    limits : DataFrame, optional
        Lines of a funnel: ``population, benchmark, lower_95, upper_95, lower_99.8, upper_99.8``, and
        ``lower_wide, upper_wide`` where it is widened by how much areas differ.
    interval : tuple of (str, str), optional
        Columns of the lower and upper limit.
    benchmark : float, optional
        Value of a line across.
    doubtful : tuple of str
        Labels of the rows whose values are doubtful: hatched, and left out of the scale.
    query : Query, optional
    level : str
        Of the areas whose codes are in the column ``Code`` of what is drawn; "" where points are no areas.
    titles : tuple of (str, str)
        Of the horizontal and the vertical axis; "" where the labels speak for themselves.
    """

    form: Literal["bars", "lines", "heat", "curve", "funnel", "pyramid", "map"]
    x: str = ""
    y: tuple[str, ...] = ()
    data: pd.DataFrame | None = None
    limits: pd.DataFrame | None = None
    interval: tuple[str, str] | None = None
    benchmark: float | None = None
    doubtful: tuple[str, ...] = ()
    query: Query | None = None
    level: str = ""
    titles: tuple[str, str] = ("", "")


FUNNEL = {
    "95": "95% limits",
    "99.8": "99.8% limits",
    "wide": "95%, allowing for how areas differ",
}
"""Lines of a funnel by the ends of their columns' names: what they are called."""
FORMS = {
    "bars": "Bar chart",
    "lines": "Line chart",
    "heat": "Heat map",
    "curve": "Curve",
    "funnel": "Funnel plot",
    "pyramid": "Population pyramid",
    "map": "Map",
}
"""What each form of chart is called in an alternative text."""


@dataclass(frozen=True)
class Exhibit:
    """One table, or a figure with the table behind it.

    Attributes
    ----------
    key : str
        Names it within its section, "month_by_borough".
    title : str
        What it shows, with the period; no full stop.
    finding : str
        A sentence to read first; "" where there is none.
    table : DataFrame
        Columns as they are read; whole numbers are Int64, where missing means suppressed; floats may be
        missing. A plain index.
    formats : mapping
        Column to format of its floats, "{:,.1f}" unless told.
    chart : Chart or None
    caveats : tuple of str
    name : str
        "Hotspot map", given when the assessment is put together.
    place : int
        Among the tables, or among the figures, of the assessment; 0 outside one.
    rows : int
        As many rows of the table as a document lists; 0 for as many as of any other.
    """

    key: str
    title: str
    finding: str
    table: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    chart: Chart | None = None
    caveats: tuple[str, ...] = ()
    name: str = ""
    place: int = 0
    rows: int = 0

    @property
    def kind(self) -> str:
        """Whether it is a "Figure" or a "Table"."""
        return "Table" if self.chart is None else "Figure"

    @property
    def number(self) -> str:
        """ "Table 3" or "Figure 2"; "" outside an assessment."""
        return f"{self.kind} {self.place}" if self.place else ""

    @property
    def alternative(self) -> str:
        """What the figure shows, for those who do not see it."""
        form = FORMS[self.chart.form] if self.chart else "Table"
        return f"{form}: {self.title}. {self.finding}".strip()

    @property
    def drawn(self) -> pd.DataFrame:
        """The table that the chart draws."""
        if self.chart is None:
            raise ValueError(f"{self.key} is a table")
        data = self.table if self.chart.data is None else self.chart.data
        return data.head(MOST_DRAWN) if self.chart.form in ("bars", "heat") else data

    def shortened(self) -> Exhibit:
        """The same with as many rows as a reader bears; what is left out is said."""
        most = min(self.rows or MOST_ROWS, MOST_ROWS)
        more = len(self.table) - most
        if more <= 0:
            return self
        caveats = (*self.caveats, f"{more:,} more {agree(more, 'row is', 'rows are')} not listed.")
        return replace(self, table=self.table.head(most), caveats=caveats)

    def texts(self) -> pd.DataFrame:
        """The table as text: thousands commas, ``*`` where suppressed, ``–`` where there is no value."""
        columns = {}
        for name, column in self.table.items():
            if str(column.dtype) == "Int64":
                columns[name] = [SUPPRESSED if v is pd.NA else written(v, "{:,}") for v in column]
            elif pd.api.types.is_float_dtype(column):
                form = self.formats.get(str(name), "{:,.1f}")
                columns[name] = [written(v, form) for v in column.astype(float)]
            else:
                columns[name] = ["" if pd.isna(v) else str(v) for v in column]
        return pd.DataFrame(columns)

    def numeric(self) -> list[bool]:
        """Whether each column holds numbers, to be set flush right."""
        return [pd.api.types.is_numeric_dtype(column) for _, column in self.table.items()]


# ---------------------------------------------------------------- what exhibits are made from
