"""What is known of each area, in words and numbers that a person reads?

Tooltips, the panel of an area, the ranked table and the present list all take their text from here, so that
the same number reads the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.answer.disclosure import SUPPRESSED
from geo.answer.measures import beside
from geo.ask.source_info import SourceInfo

if TYPE_CHECKING:
    from geo.answer.answer import Answer

TABLE_ROWS = 1000
"""Rows of the ranked table; an export has them all."""


# ---------------------------------------------------------------- numbers as text


def texts(values: pd.Series, form: str, missing: str = "") -> list[str]:
    """Values in one form, "{:,.0f}"; the missing ones in words."""
    return [missing if isnan(value) else form.format(value) for value in _floats(values)]


def _floats(values: pd.Series) -> list[float]:
    """Values as Python's own numbers, which format many times faster; missing is NaN."""
    return values.to_numpy(float, na_value=np.nan).tolist()


def probabilities(values: pd.Series) -> list[str]:
    """Probabilities to two figures, never rounded to nought.

    Examples
    --------
    >>> probabilities(pd.Series([1e-9, 0.0314159, 1.0, None]))
    ['under 0.0001', '0.031', '1', '']
    """
    return ["" if isnan(p) else "under 0.0001" if p < 1e-4 else f"{p:.2g}" for p in _floats(values)]


def intervals(lower: pd.Series, upper: pd.Series, form: str) -> list[str]:
    """Limits as "12 to 34"; empty where there are none."""
    return [
        "" if isnan(low) else f"{form.format(low)} to {form.format(high)}"
        for low, high in zip(_floats(lower), _floats(upper), strict=True)
    ]


def changes(ratios: pd.Series) -> list[str]:
    """Ratios as a change, "+12%"."""
    return ["" if isnan(ratio) else f"{ratio - 1:+.0%}" for ratio in _floats(ratios)]


# ---------------------------------------------------------------- what a layer adds


@dataclass(frozen=True)
class Column:
    """A column that a layer adds to the answer's table, as people read it.

    Attributes
    ----------
    name : str
        In a tooltip.
    head : str
        Over the column of the ranked table.
    width : int
        Of that column, in pixels.
    write : callable
        Series to texts.
    pill : bool
        Whether the text is drawn as a label in the colour of its class.
    """

    name: str
    head: str
    width: int
    write: Callable[[pd.Series], list[str]]
    pill: bool = False


def _words(names: Mapping[str, str]) -> Callable[[pd.Series], list[str]]:
    return lambda values: [
        "–" if pd.isna(value) else names.get(value, str(value)) for value in values.tolist()
    ]


def _number(values: pd.Series) -> list[str]:
    return texts(values, "{:.0f}", "–")


def _first_words(patterns: pd.Series) -> list[str]:
    """ "Persistent hotspot" as "persistent"; no pattern as a dash."""
    words = ["No" if pd.isna(pattern) else str(pattern).split()[0] for pattern in patterns]
    return ["–" if word in ("No", "Undefined") else word.lower() for word in words]


CLUSTERS = {"HH": "hotspot", "LL": "cold spot", "HL": "high alone", "LH": "low beside", "NS": "–", "NA": "–"}
TOGETHER = {
    "both, side by side": "together",
    "both, scattered": "both",
    "one, the other beside": "beside",
    "this source only": "–",
    "the other only": "–",
    "neither": "–",
}
VERDICTS = {"not compared": "–", "similar": "–"}

COLUMNS = {
    "cluster": Column("Cluster", "Cluster", 84, _words(CLUSTERS), pill=True),
    "ratio": Column("Times as many as expected", "Times", 64, lambda v: texts(v, "{:.1f}", "–")),
    "sources_hot": Column("Hot spot for services", "Services", 70, _number),
    "together": Column("Busiest for two services", "Both", 88, _words(TOGETHER), pill=True),
    "change_ratio": Column("Change", "Change", 68, changes),
    "pattern": Column("Pattern", "Pattern", 108, _first_words, pill=True),
    "checks_agree": Column("Checks that agree", "Checks", 64, _number),
    "quintile": Column("Fifth (5 is highest)", "Fifth", 54, _number),
    "compared": Column("Rate against the benchmark", "Rate is", 72, _words(VERDICTS), pill=True),
}
"""Columns of layers that the page shows, the first that a table has; others are in the exports."""


def added(table: pd.DataFrame) -> tuple[str, Column] | None:
    """The column that the layer of a table is about, if it has one."""
    return next(((key, column) for key, column in COLUMNS.items() if key in table), None)


# ---------------------------------------------------------------- facts of areas


def facts(answer: Answer, table: pd.DataFrame, source: SourceInfo) -> dict[str, list[str]]:
    """Say what is known of some areas.

    Parameters
    ----------
    answer : Answer
    table : DataFrame
        Rows of ``answer.table``.
    source : SourceInfo

    Returns
    -------
    dict
        Label to a text for each row; empty where there is nothing to say.
    """
    found = {
        source.noun.capitalize(): texts(table["count"], "{:,.0f}", f"{SUPPRESSED} (1 to 7)"),
        "Per 1,000 residents": texts(table["rate_per_1000"], "{:,.1f}"),
    }
    asked = beside(answer.query.measure)
    if asked.key != "rate":
        found[asked.name] = texts(table[asked.column], asked.form, asked.missing)
    if asked.limits:
        found["95% interval"] = intervals(table["lower_ci"], table["upper_ci"], asked.form)
    if layer := added(table):
        key, column = layer
        found[column.name] = column.write(table[key])
    if "cluster" in table:
        labels = dict(zip(answer.classes.keys, answer.classes.labels, strict=True))
        found["Cluster"] = [labels.get(key, "Not defined") for key in table["cluster"].tolist()]
    if "q" in table:
        found["q (corrected p)"] = probabilities(table["q"])
    found["Rank"] = table["rank"].tolist()
    found["Deprivation decile"] = texts(table["imd_decile"], "{:.0f}")
    if answer.query.by_domain and answer.query.decile in table:
        found[f"Decile{answer.query.by_domain}"] = texts(table[answer.query.decile], "{:.0f}")
    return found


def below(table: pd.DataFrame) -> list[str]:
    """Small line under an area's name: its ward, or where that is its name, its borough."""
    return [
        ward if ward and ward != name else borough if borough != name else ""
        for name, ward, borough in zip(*(table[c].tolist() for c in ("name", "ward", "borough")), strict=True)
    ]


# ---------------------------------------------------------------- the ranked table


def ranked_table(
    answer: Answer, marked: np.ndarray | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and column definitions of the ranked table.

    Parameters
    ----------
    answer : Answer
    marked : ndarray of bool, optional
        Areas of ``answer.table`` that come first; the others are muted.

    Returns
    -------
    rows : list of dict
        ``code, rank, name, ward, class, colour, pattern, muted, mark, count, value`` and, where the layer
        adds one, ``label`` (and ``tag``, with its colour); at most :data:`TABLE_ROWS`, by their rank.
    columns : list of dict
        As AG Grid takes them.
    """
    ranked, muted = answer.ranked, np.zeros(len(answer.ranked), bool)
    if marked is not None:
        muted = ~marked[answer.table.index.get_indexer(ranked.index)]
        ranked, muted = ranked.iloc[np.argsort(muted, kind="stable")], np.sort(muted)
    ranked, muted = ranked[:TABLE_ROWS], muted[:TABLE_ROWS]
    codes = answer.codes[answer.table.index.get_indexer(ranked.index)]
    count = texts(ranked["count"], "{:,.0f}", SUPPRESSED)
    rows: dict[str, Sequence[Any]] = {
        "code": ranked.index.tolist(),
        "rank": ranked["rank"].tolist(),
        "name": ranked["name"].tolist(),
        "ward": below(ranked),
        "class": [int(code) for code in codes],
        "colour": [answer.classes.colours[code] for code in codes],
        "pattern": [answer.classes.patterns[code] or "plain" for code in codes],
        "muted": muted.tolist(),
        "count": count,
    }
    rows["mark"] = _coloured(rows["rank"], rows["colour"])
    columns = [
        {**_column("mark", "#", 58, "Rank"), "cellRenderer": "Rank"},
        {"field": "name", "headerName": "Area", "flex": 1, "minWidth": 90, "cellRenderer": "Area"},
        _numbers("count", "Count", max(58, 16 + 9 * max(map(len, count), default=0))),
    ]
    asked = beside(answer.query.measure)
    rows["value"] = texts(ranked[asked.column], asked.form, "–")
    columns.append(_numbers("value", asked.short, 68, asked.name))
    if layer := added(ranked):
        key, about = layer
        rows["label"] = about.write(ranked[key])
        column = _column("label", about.head, about.width, about.name)
        if about.pill:
            rows["tag"] = _coloured(rows["label"], rows["colour"])
            columns.append({**column, "field": "tag", "cellRenderer": "Pill"})
        else:
            columns.append({**column, "type": "rightAligned"})
    elif answer.query.layer == "imd":
        said = f"Decile of deprivation{answer.query.by_domain}, 1 is the most deprived"
        rows["label"] = _number(ranked[answer.query.decile])
        columns.append(_numbers("label", "Decile", 64, said))
    return [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)], columns


def _coloured(words: Sequence[str], colours: Sequence[str]) -> list[str]:
    """Texts with their colours: the grid draws a cell again only where its value has changed."""
    return [f"{word} {colour}" for word, colour in zip(words, colours, strict=True)]


def _numbers(field: str, head: str, width: int, help_text: str = "") -> dict[str, Any]:
    return {**_column(field, head, width, help_text), "type": "rightAligned"}


def _column(field: str, head: str, width: int, help_text: str = "") -> dict[str, Any]:
    return {
        "field": field,
        "headerName": head,
        "headerTooltip": help_text or head,
        "width": width,
        "comparator": {"function": "byNumber"},
    }
