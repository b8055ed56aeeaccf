"""In what form does a schedule of patrols leave? A sealed record, a calendar, a workbook, a table."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from geo.answer.disclosure import stamp
from geo.ask.words import counted, day_name
from geo.out.calendar_file import Entry, write_calendar
from geo.out.file_form import CSV, ICS, JSON, XLSX, FileForm, by_key
from geo.out.tables import A4, HEAD, LINE, plain, safe, write_about
from geo.stats.patrol_record import Record
from geo.tell.patrol.plan import Plan
from geo.tell.patrol.said import EDGE, NOT_PLANNED, at_midnight, tables_of

LETTER = 6.5
"""Room that a letter of a name on its side has in the head of the calendar, points."""
WIDE = 120
"""Letters of the areas of a day that stand in one line of a workbook."""
LEFT = {"align": "left", "indent": 1}
TALLEST = 409
"""Points that a row of a workbook may be high."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Drawn:
    """A plan with the schedule that was drawn of it.

    Attributes
    ----------
    plan : Plan
    record : Record
    made : date
    names : mapping of str to str
        What each area is called, by its code.
    """

    plan: Plan
    record: Record
    made: date

    @property
    def names(self) -> Mapping[str, str]:
        """What each area is called, by its code."""
        return self.plan.table["name"].astype(str).to_dict()

    @property
    def title(self) -> str:
        """ "Patrols of 21 areas from 1 December 2026"."""
        return f"Patrols of {len(self.names)} areas from {day_name(self.plan.wish.first)}"


def write_record(drawn: Drawn) -> bytes:
    """The record with its seal, as JSON."""
    return drawn.record.to_json().encode("utf-8")


def write_csv(drawn: Drawn) -> bytes:
    """One row a patrol: date, weekday, area, name, tier."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["date", "weekday", "area", "name", "tier"])
    for row in _rows(drawn):
        writer.writerow([safe(plain(value)) for value in row])
    return text.getvalue().encode("utf-8")


def _rows(drawn: Drawn) -> list[tuple[str, str, str, str, int]]:
    tiers = drawn.plan.table["tier"].to_dict()
    days = zip(drawn.record.design.dates, drawn.record.patrolled, strict=True)
    return [
        (day.isoformat(), WEEKDAYS[day.weekday()], area, drawn.names[area], tiers[area])
        for day, areas in days
        for area in areas
    ]


# ---------------------------------------------------------------- the calendar


def write_ics(drawn: Drawn) -> bytes:
    """Calendar (RFC 5545): one entry a day that names the areas."""
    wish, entries = drawn.plan.wish, []
    for day, areas in zip(drawn.record.design.dates, drawn.record.patrolled, strict=True):
        names = [f"{drawn.names[area]} ({area})" for area in areas]
        said = f"{wish.visits} × {wish.minutes} minutes each. {', '.join(names)}. {drawn.plan.banner}."
        title = f"{counted(len(areas), 'area', 'areas')} to patrol"
        entries.append(Entry(day, day, title, said, drawn.record.seal[:16]))
    return write_calendar(drawn.title, entries, drawn.made)


# ---------------------------------------------------------------- the workbook


def write_xlsx(drawn: Drawn) -> bytes:
    """Workbook: the days, the patrols, the tables of the plan, and what it rests on. No cell is a formula."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({
            "title": drawn.title, "comments": f"{drawn.plan.banner}. Seal {drawn.record.seal}",
            "author": "Hotspots", "created": datetime.combine(drawn.made, time()),
        })  # fmt: skip
        head = book.add_format({**HEAD, "text_wrap": True})
        on = book.add_format({"bg_color": "#1D70B8", "font_color": "#FFFFFF", "align": "center"})
        off = book.add_format({"align": "center"})
        upright = book.add_format({**HEAD, "text_wrap": True, "rotation": 90, "align": "center"})
        grid = book.add_worksheet("Days")
        dates = drawn.record.design.dates
        grid.write_row(0, 0, ["Date", "Day"], head)
        grid.write_row(0, 2, [f"{name}\n{code}" for code, name in drawn.names.items()], upright)
        longest = max(map(len, [*drawn.names, *drawn.names.values()]))
        grid.set_row(0, min(LETTER * longest + LINE, TALLEST))
        for row, (day, areas) in enumerate(zip(dates, drawn.record.patrolled, strict=True), start=1):
            grid.write_string(row, 0, day_name(day))
            grid.write_string(row, 1, WEEKDAYS[day.weekday()])
            for place, code in enumerate(drawn.names, start=2):
                grid.write_string(
                    row, place, "patrol" if code in areas else "–", on if code in areas else off
                )
        grid.set_column(0, 0, 20)
        grid.set_column(1, 1, 11)
        grid.set_column(2, len(drawn.names) + 1, 7)
        grid.freeze_panes(1, 2)
        grid.repeat_rows(0)
        grid.autofilter(0, 0, len(dates), len(drawn.names) + 1)
        listed = book.add_worksheet("Patrols")
        listed.write_row(0, 0, ["Date", "Day", "Areas patrolled"], head)
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for row, (day, areas) in enumerate(zip(dates, drawn.record.patrolled, strict=True), start=1):
            text = ", ".join(drawn.names[area] for area in areas)
            listed.write_row(row, 0, [day_name(day), WEEKDAYS[day.weekday()], text], wrapped)
            listed.set_row(row, LINE * len(textwrap.wrap(text, WIDE) or [""]))
        listed.set_column(0, 0, 20)
        listed.set_column(1, 1, 11)
        listed.set_column(2, 2, WIDE)
        listed.freeze_panes(1, 0)
        listed.repeat_rows(0)
        for title, (names, lines) in tables_of(drawn.plan).items():
            sheet = book.add_worksheet(title.replace(":", "."))
            for place, (name, *texts) in enumerate(zip(names, *lines, strict=True)):
                values = [_value(text) for text in texts]
                side = {} if all(isinstance(value, int) for value in values) else LEFT
                sheet.write_string(0, place, name, book.add_format({"align": "right", **side, **HEAD}))
                sheet.write_column(1, place, values, book.add_format(side))
                sheet.set_column(place, place, max(map(len, (name, *texts))) + 3)
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
        write_about(book, about_lines(drawn))
        for sheet in book.worksheets():
            sheet.set_landscape()
            sheet.set_paper(A4)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer(f"&L{drawn.plan.banner}&RPage &P of &N")
    return file.getvalue()


def _value(text: str) -> int | str:
    """A cell of a table: a number where it is a whole one."""
    plain_text = text.replace(",", "")
    return int(plain_text) if plain_text.isascii() and plain_text.isdigit() else text


def about_lines(drawn: Drawn) -> list[tuple[str, str]]:
    """What a schedule rests on: names and texts."""
    return [
        ("What", drawn.title),
        ("Chosen by", drawn.plan.description),
        *(("" if k else "Plan", sentence) for k, sentence in enumerate(drawn.plan.sentences)),
        *([("Night", said)] if (said := at_midnight(drawn.plan)) else []),
        ("Marking", drawn.plan.banner),
        ("Data version", drawn.record.version),
        ("Seed", f"{drawn.record.design.seed}"),
        ("Seal (SHA-256)", drawn.record.seal),
        (
            "Marks",
            f"{EDGE} shares the last place with areas not drawn; {NOT_PLANNED.strip()} is not in the plan.",
        ),
        (
            "Keep",
            "The record (JSON) with this seal: the evaluation reads it, and refuses one that was changed.",
        ),
    ]


def filename(drawn: Drawn, key: str) -> str:
    """Name of the file: what it is, from when, and the beginning of its seal."""
    ending = f"schedule.{key}" if key in FILES else {"sheets.pdf": "duty-sheets.pdf"}.get(key, key)
    return f"{stamp(drawn.plan.banner)}patrols-{drawn.plan.wish.first}-{drawn.record.seal[:8]}-{ending}"


FILES = by_key(
    FileForm("json", "Sealed record (JSON)", JSON, write_record),
    FileForm("ics", "Calendar (ICS)", ICS, write_ics),
    FileForm("xlsx", "Workbook (Excel)", XLSX, write_xlsx),
    FileForm("csv", "Table (CSV)", CSV, write_csv),
)
"""Every form, in the order of the buttons."""
