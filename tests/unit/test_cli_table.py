"""Tables of the command line: as wide as the terminal, no word broken."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from geo.cli_table import print_table

TRACKED = (
    ["Area", "Days planned", "Days visited", "Minutes delivered", "Visited unplanned", "Missed"],
    [
        ["Central Bedfordshire 029B", "20", "16", "240", "0", "12/9, 4/10"],
        ["Luton 021B", "19", "14", "", "0", ""],
    ],
)


def printed(width: int, head: list[str], rows: list[list[str]], numbers: tuple[int, ...] = ()) -> list[str]:
    text = io.StringIO()
    print_table(Console(file=text, width=width, highlight=False, markup=False), head, rows, numbers=numbers)
    return text.getvalue().splitlines()


def test_what_does_not_fit_in_columns_stands_row_by_row() -> None:
    wide = printed(80, *TRACKED)
    assert wide[0].split() == ["Days", "Days", "Minutes", "Visited"]
    assert len(wide[0]) <= 80 and any("Bedfordshire" in line for line in wide)
    assert printed(40, *TRACKED) == [
        "Central Bedfordshire 029B",
        "  Days planned: 20",
        "  Days visited: 16",
        "  Minutes delivered: 240",
        "  Visited unplanned: 0",
        "  Missed: 12/9, 4/10",
        "Luton 021B",
        "  Days planned: 19",
        "  Days visited: 14",
        "  Visited unplanned: 0",
    ]


def test_numbers_end_at_their_right_and_blank_headings_are_no_line() -> None:
    found = printed(80, ["", ""], [["1,200", "rows read"], ["7", "outside"]], (0,))
    assert [line.rstrip() for line in found] == ["1,200  rows read", "    7  outside"]


WORDS = st.lists(st.text("abcß–", min_size=1, max_size=19), max_size=4).map(" ".join)


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=2, max_size=4)
    )
)
def test_no_word_is_broken_and_no_line_is_too_long(table: list[list[str]]) -> None:
    head, *rows = table
    lines = printed(60, head, rows)
    assert all(len(line) <= 60 for line in lines)
    said = " ".join(lines).replace(": ", " ").split()
    assert not {word for row in rows for cell in row for word in cell.split()} - set(said)
