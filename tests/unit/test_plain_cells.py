"""Cells told by separators alone: those that Python's own reader of CSV finds, or none at all."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.data import plain_cells
from geo.data.distinct import hashed, letters_of
from geo.data.plain_cells import Cut, cut

COLUMNS = ["One", "Two", "Three"]
CELL = st.text(st.sampled_from("ab Ŵ\0\t"), max_size=20)


def cut_of(text: str, separator: str = ",", columns: list[str] = COLUMNS) -> Cut | None:
    encoded = text.encode()
    return cut(encoded, encoded.find(b"\n") + 1, len(encoded), separator, columns)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=3, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";"]),
    st.sampled_from([4, 64]),
    st.sampled_from([0, 1_000]),
    st.sampled_from([200, 1 << 20]),
)
def test_the_cells_are_those_of_the_rows(
    rows: list[tuple[str, str, str]], end: str, separator: str, long: int, few: int, block: int
) -> None:
    """In each way to read a column, of many different cells or of few, of short ones or of long ones."""
    text = end.join(separator.join(row) for row in [tuple(COLUMNS), *rows])
    expected = [*csv.reader(io.StringIO(text, newline=""), delimiter=separator)][1:]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LONG": long, "FEW": few, "BLOCK": block}.items():
            patch.setattr(plain_cells, name, value)
        found = cut_of(text, separator)
        assert found is not None
        for k, name in enumerate(COLUMNS):
            column, cells = found[name], [row[k] or None for row in expected]
            positions, texts = column.distinct()
            each = texts.reindex(positions)
            for series in (each, column.text()):
                assert [cell if isinstance(cell, str) else None for cell in series] == cells
            assert (column.hashed() == hashed(column.text())).all()
            for ours, theirs in zip(column.letters_of(3), letters_of(column.text(), 3), strict=True):
                assert (ours == theirs).all()
        some = np.flatnonzero(found["One"].lengths)[::2]
        assert found.of(some)["Two"].each() == [expected[row][1] for row in some]


@pytest.mark.parametrize(
    "rows",
    [
        '1,"2",3',
        "1,2,3\n1,2,33",
        "1,2,3\n1,2\n1,2,3",
        "1,2,3\n1,2,3,4",
        "1,2\n3,4,5,6",
        "1,2,3\n\n1,2,3",
        "1,2,3\r\n1,2,3\n1,2,3",
        "1,2\r,3\n1,2,3",
        "",
    ],
)
def test_a_text_that_may_mean_something_else_is_left_to_a_reader(rows: str) -> None:
    found = cut_of("One,Two,Three\n" + rows)
    assert (found is None) == (rows != "1,2,3\n1,2,33")


def test_a_column_without_a_name_is_passed_over() -> None:
    found = cut_of("One,,Three\n1,2,3\n4,5,\n7,8,9", columns=["One", "\0001", "Three"])
    assert found is not None
    assert found.names == ["One", "Three"]
    assert found["Three"].each() == ["3", "", "9"]


def test_texts_that_share_a_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_cells, "FACTORS", plain_cells.FACTORS * np.uint64(0))
    found = cut_of("One,Two\n" + "\n".join(["a,one of them", "a,two of them"] * 10), columns=["One", "Two"])
    assert found is not None
    positions, texts = found["Two"].distinct()
    assert texts.reindex(positions).tolist() == ["one of them", "two of them"] * 10
