"""The ranked table of a page, row by row."""

from typing import Any


def rows_of(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows, as the browser puts them together (``assets/table/rows.mjs``)."""
    sent = dict(shown["table.rows"])
    looks, lit = sent.pop("looks"), sent.pop("lit")
    rows = [dict(zip(sent, row, strict=True)) for row in zip(*sent.values(), strict=True)]
    for place, row in enumerate(rows):
        row["colour"], row["pattern"], row["lines"] = looks[row["class"]]
        row["muted"] = place >= lit
    return rows
