"""How does a table fit a terminal? No word is broken; where it cannot fit, rows stand one below another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
"""Spaces between two columns."""


def print_table(
    console: Console,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
) -> None:
    """Print a table as wide as the terminal at most.

    Parameters
    ----------
    console : Console
    head : sequence of str
        Headings; none of them where all are blank.
    rows : iterable of sequence of str
    numbers : sequence of int
        Columns that end at their right.
    """
    from rich.padding import Padding
    from rich.table import Table

    rows = list(rows)
    widths = fitting([head, *rows], console.width)
    if widths is None:
        for first, *others in rows:
            console.print(first)
            for name, text in zip(head[1:], others, strict=True):
                if text:
                    console.print(Padding(f"{name}: {text}" if name else text, (0, 0, 0, GAP), expand=False))
        return
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=any(head))
    for at, (name, width) in enumerate(zip(head, widths, strict=True)):
        table.add_column(name, width=width, overflow="fold", justify="right" if at in numbers else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def fitting(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Return the width of each column, so that all fit and no word is broken; None where that cannot be.

    What room there is beyond the longest words goes to the columns that lack it, by how much they lack.

    >>> fitting([["Area", "Name"], ["1", "Central Bedfordshire 029B"]], 40)
    [4, 25]
    >>> fitting([["Area", "Name"], ["1", "Central Bedfordshire 029B"]], 22)
    [4, 16]
    >>> fitting([["Area", "Name"], ["1", "Central Bedfordshire 029B"]], 16)
    """
    from rich.cells import cell_len

    columns = list(zip(*rows, strict=True))
    words = [max((cell_len(w) for text in one for w in text.split()), default=1) for one in columns]
    whole = [max(cell_len(line) for text in one for line in (text.splitlines() or [""])) for one in columns]
    left = room - sum(words) - GAP * (len(columns) - 1)
    if left < 0:
        return None
    lacks = [max(all_ - word, 0) for all_, word in zip(whole, words, strict=True)]
    shared = min(1.0, left / max(sum(lacks), 1))
    return [word + int(lack * shared) for word, lack in zip(words, lacks, strict=True)]
