"""What is known of each area, in words and numbers that a person reads?

Tooltips, the panel of an area, the ranked table and the present list all take their text from here, so that
the same number reads the same everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.answer.columns import DAYS_COVERED, DECILES, RATE, Column, counts_of, intervals, placed, rated, texts
from geo.answer.counts import YEAR
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
    listed = {one.label: one.write(table[one.name]) for one in answer.listed}
    found = listed or _counted(answer, table, source)
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
    found["Rank"] = placed(table["rank"])
    for domain in dict.fromkeys(("imd", answer.query.domain)):
        one = DECILES[domain]
        if one.name in table:
            found[answer.deciles.said(one.label)] = texts(table[one.name], "{:.0f}")
    return found


def _counted(answer: Answer, table: pd.DataFrame, source: SourceInfo) -> dict[str, list[str]]:
    """Say how many events some areas have, at what rate, and the measure."""
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
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Rows and column definitions of the ranked table.

    Parameters
    ----------
    answer : Answer
    marked : ndarray of bool, optional
        Areas of ``answer.table`` that come first; the others are muted.

    Returns
    -------
    rows : dict
        A list for each of ``code, rank, name, ward, class, count, value`` and, where the layer adds one,
        ``label``, or for each column that it lists instead of events, of at most :data:`TABLE_ROWS` areas by
        their rank; ``looks``, the colour, pattern and level lines of each class; ``lit``, how many rows, the
        first, are not muted.
    columns : list of dict
        ``field`` of a row, ``kind`` of cell (rank, area, number or pill), ``head``, ``hint``, ``width``.
    """
    order = answer.order
    if marked is not None:
        order = order[np.argsort(~marked[order], kind="stable")]
    order = order[:TABLE_ROWS]
    ranked, classes = answer.table.iloc[order], answer.classes
    count = counts_of(ranked)
    rows: dict[str, Any] = {
        "looks": [
            [colour, pattern or ("lines" if lines else "plain"), lines]
            for colour, pattern, lines in zip(classes.colours, classes.patterns, classes.lines, strict=True)
        ],
        "lit": len(order) if marked is None else int(marked[order].sum()),
        "code": ranked.index.tolist(),
        "rank": placed(ranked["rank"]),
        "name": ranked["name"].tolist(),
        "ward": below(ranked),
        "class": answer.codes[order].tolist(),
        "count": count,
    }
    asked = beside(answer.query.measure)
    rows["value"] = asked.written(ranked, "–", brief=True)
    columns = [
        _column("rank", "rank", "#", max(50, 22 + 8 * max(map(len, rows["rank"]), default=0)), "Rank"),
        {"field": "name", "kind": "area", "head": "Area", "hint": "Area", "width": "minmax(76px, 1fr)"},
    ]
    if said := answer.listed:
        rows |= {one.name: one.write(ranked[one.name]) for one in said}
        heads = (_column(one.name, "number", one.heading, one.pixels, one.hint or one.label) for one in said)
        return rows, [*columns, *heads]
    columns += [
        _column("count", "number", "Count", max(50, 12 + 8 * max(map(len, count), default=0))),
        _column("value", "number", asked.column.heading, 58, asked.column.hint or asked.column.label),
    ]
    if one := added(answer):
        rows["label"] = one.write(ranked[one.name])
        kind = "pill" if one.pill else "number"
        columns.append(_column("label", kind, one.heading, one.pixels, one.hint or one.label))
    return rows, columns


def _column(field: str, kind: str, head: str, width: int, hint: str = "") -> dict[str, str]:
    return {"field": field, "kind": kind, "head": head, "hint": hint or head, "width": f"{width}px"}
