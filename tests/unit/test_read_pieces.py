"""Long files in pieces: the same rows, numbers and reasons as in one."""

import csv
import io
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ask.problem import Problem
from geo.data import read_pieces
from geo.data.distinct import dealt, hashed, repeats, unpacked
from geo.data.read_pieces import begun, pieces_of
from geo.data.read_table import read_table
from geo.data.table import Table

HEADER = ["Crime ID", "Month", "Place"]


def in_pieces(content: bytes, size: int) -> list[Table]:
    before = read_pieces.LONG, read_pieces.PIECE
    read_pieces.LONG = read_pieces.PIECE = size
    try:
        pieces = pieces_of("file.csv", lambda: io.BytesIO(content), lambda header: list(header) == HEADER)
        return [read() for read in pieces]
    finally:
        read_pieces.LONG, read_pieces.PIECE = before


def together(tables: list[Table]) -> tuple[pd.DataFrame, list[int], dict[int, tuple[str, str]]]:
    every = [pd.DataFrame({c: table.some(c, np.arange(len(table))) for c in table.names}) for table in tables]
    frame = pd.concat([unpacked(frame) for frame in every], ignore_index=True)
    rows = [int(row) for table in tables for row in table.rows]
    aside = {int(t.rows[at]): reason for t in tables for at, reason in (t.aside or {}).items()}
    return frame, rows, aside


CELL = st.text(st.sampled_from(list('ab ,"\n')), max_size=6)
ROW = st.lists(CELL, min_size=3, max_size=3)


@settings(max_examples=40)
@given(
    st.lists(st.one_of(ROW, st.just(["", "", ""]), st.just(["a", "b"]), st.just(["a"] * 4)), min_size=8),
    st.integers(60, 200),
    st.sampled_from(["", "﻿"]),
)
def test_pieces_are_the_whole(rows: list[list[str]], size: int, mark: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *rows, ["last", "row", "here"]])
    content = (mark + text.getvalue()).encode()
    whole = read_table("file.csv", content, lambda header: list(header) == HEADER, lenient=True)
    frame, numbers, aside = together(in_pieces(content, size))
    expected, expected_numbers, expected_aside = together([whole])
    assert numbers == expected_numbers
    assert aside == expected_aside
    pd.testing.assert_frame_equal(frame, expected)


def test_a_long_file_is_several_pieces_and_another_beginning_is_one() -> None:
    lines = "".join(f"c{k},2023-01,E0100{k:04d}\n" for k in range(500))
    content = ("Crime ID,Month,Place\n" + lines).encode()
    assert len(in_pieces(content, 1_000)) > 5
    assert len(in_pieces(b"A title\n" + content, 1_000)) == 1
    assert len(in_pieces(content.decode().encode("utf-16"), 1_000)) == 1


def test_a_file_may_be_begun_before_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_pieces, "LONG", 1_000)
    monkeypatch.setattr(read_pieces, "PIECE", 1_000)
    path = tmp_path / "file.csv"
    path.write_text("Crime ID,Month,Place\n" + "".join(f"c{k},2023-01,E0100{k:04d}\n" for k in range(500)))
    opened = partial(path.open, "rb")
    with begun([path]):
        tables = [read() for read in pieces_of("file.csv", opened, lambda h: list(h) == HEADER, path=path)]
        assert not read_pieces._BEGUN
    again = [read() for read in pieces_of("file.csv", opened, lambda h: list(h) == HEADER)]
    assert len(tables) > 5
    pd.testing.assert_frame_equal(together(tables)[0], together(again)[0])
    with pytest.raises(Problem, match="another kind"), begun([path]):
        raise Problem("another kind")
    assert not read_pieces._BEGUN
    path.write_text("short")
    with begun([path]), begun([tmp_path / "none.csv"]), begun([tmp_path]):
        assert not read_pieces._BEGUN


def test_what_is_not_text_is_named_by_its_row() -> None:
    lines = [f"c{k},2023-01,E0100{k:04d}\n".encode() for k in range(500)]
    lines[400] = b"c400,2023-01,caf\xe9\n"
    with pytest.raises(Problem, match="row 402: this is not UTF-8 text"):
        in_pieces(b"Crime ID,Month,Place\n" + b"".join(lines), 1_000)


@given(st.lists(st.text(max_size=30), min_size=1))
def test_equal_texts_and_only_they_share_a_number(texts: list[str]) -> None:
    numbers = hashed(pd.Series(texts, dtype="str"))
    assert repeats(numbers) == len(texts) - len(set(texts))
    assert pd.Series(numbers).groupby(texts).nunique().eq(1).all()
    assert repeats(np.empty(0, np.uint64)) == 0


@given(st.lists(st.one_of(st.none(), st.sampled_from("abc"))))
def test_packed_text_is_the_text(texts: list[str | None]) -> None:
    column = pd.Series(texts, dtype="str")
    positions, distinct = pd.factorize(column)
    found = unpacked(pd.DataFrame({"text": dealt(positions, pd.Series(distinct, dtype="str"))}))
    pd.testing.assert_series_equal(found["text"], column, check_names=False)
