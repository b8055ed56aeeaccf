"""How wide are the columns of a table in a report, and how large its letters?"""

import pandas as pd
import pytest

from geo.out.drawing import wrap
from geo.out.report.blocks import CELL, ROOM, SMALL, column_widths, letters
from geo.tell.exhibits.exhibit import Exhibit


def test_columns_fit_between_the_margins() -> None:
    long = pd.DataFrame({"Name of the place": ["A fairly long name of an area " * 9] * 2, "Count": [1, 2]})
    exhibit = Exhibit("k", "T", "", long.astype({"Count": "Int64"}))
    widths = column_widths(exhibit)
    assert sum(widths) == pytest.approx(ROOM)
    short = Exhibit("k", "T", "", pd.DataFrame({"A": ["x"], "B": pd.array([12], "Int64")}))
    assert sum(column_widths(short)) < 20


def test_no_cell_has_more_lines_than_the_table_needs() -> None:
    """A long name beside several short texts is given their room, since they have lines to spare."""
    name = (
        "Hospital admissions for violence, including sexual violence, directly standardised rate per 100,000"
    )
    words = "↓ Decreasing and getting better (published)"
    columns = {"Indicator": [name], **{head: [words] for head in ("Trend", "England", "Neighbours")}}
    exhibit = Exhibit("k", "T", "", pd.DataFrame(columns))
    widths = column_widths(exhibit)
    lines = [
        len(wrap(text, width - CELL, SMALL))
        for text, width in zip(exhibit.texts().iloc[0], widths, strict=True)
    ]
    assert sum(widths) == pytest.approx(ROOM) and max(lines) == 3
    assert len(wrap(name, ROOM / 4 - CELL, SMALL)) == 5, "at one width for all"


def test_a_few_long_cells_do_not_break_the_names_of_all_rows() -> None:
    """Rows that have the long text have more lines, and the others one."""
    said = ["count, as a rate, whatever the weights, whatever the period, left out in turn"] * 5
    columns = {
        "Small area": ["Central Bedfordshire 017B"] * 22,
        "Borough": ["Central Bedfordshire"] * 22,
        "Checks passed": ["3 of 5"] * 22,
        "Not": [*said, *["whatever the weights"] * 17],
    }
    exhibit = Exhibit("k", "T", "", pd.DataFrame(columns))
    widths = column_widths(exhibit, room=135)
    lines = [
        max(len(wrap(text, width - CELL, SMALL)) for text, width in zip(row, widths, strict=True))
        for row in exhibit.texts().itertuples(index=False)
    ]
    assert sum(widths) == pytest.approx(135) and set(lines[5:]) == {1}


def test_heads_of_a_wide_table_break_before_its_letters_shrink() -> None:
    ages = ("under 15", "15 to 24", "25 and over")
    suspects = [f"Suspect {sex} {age}" for sex in ("female", "male") for age in ages]
    names = ["Victim", *suspects, "Suspect not recorded", "All"]
    frame = pd.DataFrame([["Female 25 and over"] + [13_404] * 8], columns=names)
    wide = Exhibit("wide", "Wide", "", frame)
    assert letters(wide, column_widths(wide)) == pytest.approx(SMALL)
