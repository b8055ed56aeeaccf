"""What does the command print of a delivery, of a folder, and of a check of figures?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from geo.cli_table import print_table

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas
    from geo.data.receipt import Receipt
    from geo.data.store import Snapshot


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
    console = Console(highlight=False, markup=False)
    console.print(f"{receipt.kind}: {names}{more}")
    if lines := receipt.lines():
        print_table(console, ("", ""), lines, numbers=(0,))
    for note in receipt.notes:
        console.print(note)


def show_loaded(snapshot: Snapshot, data: Path) -> None:
    """Print what a folder holds: areas and residents, and each source with its months and gaps."""
    from geo.ask.words import month_text, named
    from geo.data.receipt import month_runs
    from geo.data.reports import without

    made_up = " (synthetic)" if snapshot.synthetic else ""
    print(f"{snapshot.place or 'No place named'}{made_up}, version {snapshot.version}, in {data}")
    objects = snapshot.manifest["objects"]
    for role in ("areas/lsoa", "areas/ward", "areas/borough", "population", "deprivation", "places"):
        state = f"{objects[role]['rows']:,} rows" if snapshot.has(role) else "not loaded"
        print(f"  {role:14} {state}")
    drawn = []
    for source in snapshot.sources():
        months = [month_text(month) for month in snapshot.months(source)]
        rows = sum(objects[r]["rows"] for r in snapshot.roles(f"incidents/{source}/"))
        said = snapshot.manifest["sources"][source]
        drawn += [source] * (said["disclosure"] != "open")
        print(f"  {source:14} {said['label']}: {rows:,} rows, months {month_runs(months)}")
        gaps = [month_text(month) for month in snapshot.gaps(source)]
        if gaps:
            print(f"  {'':14} not loaded, so gaps and not zeros: {month_runs(gaps)}")
        if names := without(snapshot, source):
            print(
                f"  {'':14} not reported on, or not in every month: {named(names, 'district', 'districts')}"
            )
    if drawn:
        print(
            f"Rows of {named(drawn)} are those of the protected version, which is drawn with noise: another "
            "number than the import counted."
        )


def show_check(atlas: Atlas) -> None:
    """Print the published figures beside the rebuilt ones."""
    from geo.demo.check import check as compare
    from geo.demo.check import counted

    rows = compare(atlas)
    console = Console(highlight=False, markup=False)
    for topic in dict.fromkeys(row.topic for row in rows):
        console.print(f"\n{topic}")
        mine = [row for row in rows if row.topic == topic]
        texts = [(row.figure, row.published, row.rebuilt, row.verdict) for row in mine]
        print_table(console, ("Figure", "Published", "Rebuilt", "Verdict"), texts)
        for row in mine:
            if row.why:
                console.print(f"- {row.figure}: {row.why}")
    console.print(f"\n{counted(rows)}")
