"""In what form do graded weekends leave? A table and a calendar."""

from __future__ import annotations

from datetime import date, timedelta

from geo.answer.disclosure import stamp
from geo.ask.words import upper_first
from geo.out.calendar_file import Entry, write_calendar
from geo.out.file_form import CSV, ICS, FileForm, by_key
from geo.out.report.blocks import table_csv
from geo.stats.weekends import GRADES
from geo.tell.exhibits.weekends import DAYS, Weekends


def write_csv(found: Weekends, made: date) -> bytes:
    """One row a weekend."""
    return table_csv(found.coming)


def write_ics(found: Weekends, made: date) -> bytes:
    """Calendar (RFC 5545): one entry a weekend, with its grade and interval."""
    entries = []
    for friday, row in found.table.iterrows():
        grade = GRADES[int(row["grade"])]
        on = f" On: {row['on']}." if row["on"] else ""
        text = (
            f"{found.description}. Expected {row['expected']:,.0f} ({row['lower']:,.0f} to "
            f"{row['upper']:,.0f}); chance of quieter {row['quieter']:.0%}, of busier "
            f"{row['busier']:.0%}.{on} "
            f"{found.did.finding} {found.banner}."
        )
        last = friday + timedelta(days=DAYS - 1)
        entries.append(Entry(friday, last, f"{upper_first(grade)} weekend", text, "weekend"))
    return write_calendar(f"Weekends: {found.description}", entries, made)


def filename(found: Weekends, key: str) -> str:
    """Name of the file: what it is, and from when."""
    return f"{stamp(found.banner)}weekends-from-{found.table.index[0]}.{key}"


FILES = by_key(
    FileForm("csv", "Weekends (CSV)", CSV, write_csv),
    FileForm("ics", "Weekends (calendar)", ICS, write_ics),
)
"""Every form, in the order of the buttons."""
