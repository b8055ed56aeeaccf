"""What is known of each area, in words and numbers that a person reads?

Tooltips, the panel of an area, the ranked table and the present list all take their text from here, so that
the same number reads the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.answer.columns import DAYS_COVERED, DECILES, RATE, Column, counts_of, intervals, rated, texts
from geo.answer.cube import YEAR
from geo.answer.disclosure import SUPPRESSED
from geo.answer.layers import LAYERS, about
from geo.answer.measures import beside
from geo.ask.source_info import SourceInfo

if TYPE_CHECKING:
    from geo.answer.answer import Answer

TABLE_ROWS = 1000
"""Rows of the ranked table; an export has them all."""


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
        source.noun.capitalize(): counts_of(table, f"{SUPPRESSED} (1 to 7)"),
        RATE.label: rated(table[RATE.name], table["unreliable"], "{:,.1f}"),
    }
    if 0 < answer.days < YEAR:
        found[f"Per 1,000 in these {answer.days} days"] = texts(
            table[RATE.name] * (answer.days / YEAR), "{:,.1f}"
        )
    if DAYS_COVERED.name in table:
        of = f" of {answer.days:,}"
        found["Days reported on"] = [text + of for text in texts(table[DAYS_COVERED.name], "{:,.0f}")]
    asked = beside(answer.query.measure)
    if asked.key != "rate":
        found[asked.column.label] = asked.written(table, asked.missing)
    if asked.limits:
        found["95% interval"] = intervals(table["lower_ci"], table["upper_ci"], asked.form)
    if (one := added(answer)) and not one.always:
        labels = dict(zip(answer.classes.keys, answer.classes.labels, strict=True)) if one.of_class else {}
        found[one.label] = (
            [labels.get(key, "Not defined") for key in table[one.name].tolist()]
            if one.of_class
            else one.write(table[one.name])
        )
    for one in LAYERS[answer.query.layer].columns:
        if one.told and one.name in table:
            found[one.label] = one.write(table[one.name])
    found["Rank"] = table["rank"].tolist()
    for domain in dict.fromkeys(("imd", answer.query.domain)):
        one = DECILES[domain]
        if one.name in table:
            found[answer.deciles.said(one.label)] = texts(table[one.name], "{:.0f}")
    return found


def added(answer: Answer) -> Column | None:
    """The column that tells of an area what the map tells of all; None where that is the measure."""
    return next((one for one in about(answer.query) if one.name in answer.table), None)


def below(table: pd.DataFrame) -> list[str]:
    """Small line under an area's name: what people call it, else its ward, or its borough."""
    columns = (table[column].tolist() for column in ("name", "known", "ward", "borough"))
    return [
        known or (ward if ward and ward != name else borough if borough != name else "")
        for name, known, ward, borough in zip(*columns, strict=True)
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
    order = answer.order
    if marked is not None:
        order = order[np.argsort(~marked[order], kind="stable")]
    order = order[:TABLE_ROWS]
    muted = np.zeros(len(order), bool) if marked is None else ~marked[order]
    ranked, codes = answer.table.iloc[order], answer.codes[order].tolist()
    count = counts_of(ranked)
    rows: dict[str, Sequence[Any]] = {
        "code": ranked.index.tolist(),
        "rank": ranked["rank"].tolist(),
        "name": ranked["name"].tolist(),
        "ward": below(ranked),
        "class": codes,
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
    rows["value"] = asked.written(ranked, "–", brief=True)
    columns.append(_numbers("value", asked.column.heading, 68, asked.column.hint or asked.column.label))
    if one := added(answer):
        rows["label"] = one.write(ranked[one.name])
        column = _column("label", one.heading, one.pixels, one.hint or one.label)
        if one.pill:
            rows["tag"] = _coloured(rows["label"], rows["colour"])
            by_class = {"comparator": {"function": "byClass"}}
            columns.append({**column, **by_class, "field": "tag", "cellRenderer": "Pill"})
        else:
            columns.append({**column, "type": "rightAligned"})
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
