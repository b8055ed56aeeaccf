"""What does the command print of a delivery?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from geo.data.receipt import Receipt


def show_rows(receipt: Receipt) -> None:
    """Print which rows would be taken as what, and which would be set aside, by reason."""
    from geo.data.receipt import ROWS_NAMED

    console = Console(highlight=False, markup=False)
    for reason, rows in receipt.rows_of.items():
        if rows.number:
            console.print(f"{rows.number:,} {reason}: {_row_numbers(*rows)}")
    by_reason: dict[str, list[tuple[str, int]]] = {}
    for one in receipt.aside:
        where = f"“{one.column}”: " if one.column else ""
        by_reason.setdefault(f"set aside, {where}{one.why}", []).append((one.file, one.row))
    for reason, named in by_reason.items():
        console.print(f"{len(named):,} {reason}: {_row_numbers(len(named), named[:ROWS_NAMED])}")


def _row_numbers(number: int, first: list[tuple[str, int]]) -> str:
    """Numbers of the first rows, file by file."""
    shown: dict[str, list[str]] = {}
    for file, row in first:
        shown.setdefault(file, []).append(f"{row:,}")
    more = f" and {number - len(first):,} more" if number > len(first) else ""
    return "; ".join(f"{file}, row {', '.join(numbers)}" for file, numbers in shown.items()) + more


def show(receipt: Receipt) -> None:
    """Print what became of a delivery."""
    names = ", ".join(file["name"] for file in receipt.files[:3])
    more = f" and {len(receipt.files) - 3} more" if len(receipt.files) > 3 else ""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, words in receipt.lines():
        table.add_row(number, words)
    console = Console(highlight=False, markup=False)
    console.print(f"{receipt.kind}: {names}{more}")
    console.print(table)
    for note in receipt.notes:
        console.print(note)
