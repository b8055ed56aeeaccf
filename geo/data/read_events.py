"""Which events are in a delivery? Its files are read in pieces, several at a time, and kept packed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from geo.ask.problem import Problem
from geo.ask.words import month_number, month_text
from geo.data import coverage, reports
from geo.data.distinct import dealt, hashed_rows, mapped, repeats, unknown
from geo.data.files import Member, digest, members_of
from geo.data.read_pieces import pieces_of
from geo.data.readers import Reader, together
from geo.data.receipt import Aside, Progress, events_in_words, month_runs
from geo.data.sources import Source, reader_for
from geo.data.table import Table, fault, summed

AT_ONCE = 2
"""Pieces that are read at the same time."""


@dataclass
class Part:
    """The events of one file, or of one file within an archive."""

    name: str
    events: pd.DataFrame
    rows: np.ndarray
    """Number of the row of each event."""
    read: int
    """Rows of the file."""
    months: list[int]
    grain: str
    references: np.ndarray
    """A number for each reference (:func:`geo.data.distinct.hashed`)."""
    identical: int
    aside: list[Aside]
    named: bool
    """Whether its name is one of police.uk's."""
    forces: list[str]
    """Who reports in it, by its name or row by row; none where it does not say."""
    notes: list[str]
    vintages: set[str] = field(default_factory=set)


@dataclass
class _Piece:
    """What was read of one piece of a file."""

    member: Member
    name: str
    reader: Reader
    events: pd.DataFrame
    rows: np.ndarray
    read: int
    references: np.ndarray
    unreferenced: np.ndarray
    """Numbers of the whole rows that have no reference."""
    aside: list[Aside]
    notes: list[str]


def read_events(
    source: Source, paths: list[Path], sheet: str, progress: Progress
) -> tuple[Reader, list[Part]]:
    """Read the events of a delivery.

    Raises
    ------
    Problem
        If a file is none of the source's, is given twice, is of another format than the others, or more rows
        make no sense than the source allows.
    """
    wanted = _wanted(source, paths)
    parts: list[Part] = []
    readers: dict[Reader, str] = {}
    pieces: list[_Piece] = []

    def work() -> Iterator[Callable[[], _Piece]]:
        for done, member in enumerate(_once_each(wanted)):
            progress(done, len(wanted), member.name)
            for table in pieces_of(
                member.name,
                member.open,
                partial(_row_by_row, source),
                path=member.path,
                sheet=sheet,
                encoding=source.encoding,
            ):
                yield partial(_read_piece, source, member, table)

    for piece in _in_turn(work()):
        readers.setdefault(piece.reader, piece.member.name)
        if pieces and piece.member is not pieces[0].member:
            parts.append(_whole(pieces))
            pieces = []
        pieces.append(piece)
    parts.append(_whole(pieces))
    progress(len(wanted), len(wanted), "")
    if len(readers) > 1:
        first, second = list(readers.items())[:2]
        raise Problem(
            f"{first[1]} is a {first[0].name} and {second[1]} a {second[0].name}: import each on its own."
        )
    aside = [one for part in parts for one in part.aside]
    if len(aside) > source.set_aside * sum(part.read for part in parts):
        raise fault(aside[0].file, aside[0].row, len(aside) - 1, aside[0].column, aside[0].why)
    for part in parts:
        _leave_out_the_odd_dates(part)
    return next(iter(readers)), parts


def _wanted(source: Source, paths: list[Path]) -> list[Member]:
    """The files of a delivery that may hold events of a source."""
    members = [member for path in paths for member in members_of(path)]
    kinds = {reader.archive for reader in source.readers if reader.archive}
    wanted = [m for m in members if (layout := m.layout) is None or layout["kind"] in kinds]
    if not wanted:
        raise Problem(
            f"{paths[0].name} holds no file of {source.label.lower()}: "
            f"look for names that end in {' or '.join(f'-{kind}.csv' for kind in sorted(kinds)) or '.csv'}."
        )
    return wanted


def _once_each(members: list[Member]) -> Iterator[Member]:
    """Files one by one; Problem where one stands twice."""
    seen: dict[str, str] = {}
    for member in members:
        key = member.file
        if not member.layout and len(members) > 1:
            with member.open() as file:
                key = digest(file)
        if key in seen:
            raise Problem(
                f"{seen[key]} and {member.name} are the same file: give it once. If they only cover the same "
                "month, import one after the other; the later then replaces the month."
            )
        seen[key] = member.name
        yield member


def _in_turn(work: Iterator[Callable[[], _Piece]]) -> Iterator[_Piece]:
    """Do some work, a few pieces at the same time; the outcomes in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[Future[_Piece]] = deque()
        for one in work:
            waiting.append(pool.submit(one))
            if len(waiting) > AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _row_by_row(source: Source, header: list[str]) -> bool:
    return any(reader.row_by_row(header) for reader in source.readers)


def _read_piece(source: Source, member: Member, read: Callable[[], Table]) -> _Piece:
    table = read()
    reader = reader_for(source, table)
    events = reader.parse(table)
    layout = member.layout
    if layout:
        reporter = pd.Series([layout["force"]], dtype="str")
        events["reporter"] = dealt(np.zeros(len(events), np.int8), reporter).set_axis(events.index)
    elif "reporter" not in events:
        events["reporter"] = unknown(len(events)).set_axis(events.index)
    else:
        names = mapped(events["reporter"], lambda names: names.map(reports.force_key, na_action="ignore"))
        events["reporter"] = names.set_axis(events.index)
    if layout and reader.grain == "month":
        month = month_number(layout["month"])
        table.refuse(events["month"] != month, "Month", "another month than the file's name says")
    if table.aside:
        events = events[~events.index.isin(list(table.aside))]
    return _Piece(
        member,
        table.name,
        reader,
        events.reset_index(drop=True),
        table.rows[events.index].astype(np.int32),
        len(table),
        *_references(table, reader),
        [
            Aside(table.name, int(table.rows[at]), column, why)
            for at, (column, why) in sorted((table.aside or {}).items())
        ],
        table.notes,
    )


def _references(table: Table, reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the references of a table, and of its whole rows that have none."""
    without = np.ones(len(table), dtype=bool)
    given = np.zeros(len(table), np.uint64)
    if reader.reference:
        without, given = table.blank(reader.reference), table.hashed(reader.reference)
    if not without.any():
        return given, np.empty(0, np.uint64)
    rows = np.flatnonzero(without)
    return given[~without], hashed_rows([table.some(column, rows) for column in table.names])


def _whole(pieces: list[_Piece]) -> Part:
    """A file from its pieces."""
    name, reader, layout = pieces[0].name, pieces[0].reader, pieces[0].member.layout
    events = together([piece.events for piece in pieces])
    rows = np.concatenate([piece.rows for piece in pieces])
    grain, notes = str(reader.grain), summed(n for piece in pieces for n in piece.notes)
    if grain != "month" and not layout and (only := coverage.only_day(events)):
        grain = "month"
        events["date"] = pd.Series(pd.NaT, index=events.index, dtype="datetime64[s]")
        events["hour"] = pd.Series(pd.NA, index=events.index, dtype="Int8")
        notes.append(
            f"{name}: every date is the {only} of a month, so the dates only say the month; weekdays, "
            "days and hours are not known."
        )
    if layout:
        month = month_number(layout["month"])
        events["month"] = np.int32(month)  # the publisher files an event of the first minutes with the night
        months = [month]
    else:
        months = reader.covered([*coverage.by_month(events["month"].to_numpy())])
    return Part(
        name,
        events,
        rows,
        sum(piece.read for piece in pieces),
        months,
        grain,
        np.concatenate([piece.references for piece in pieces]),
        repeats(np.concatenate([piece.unreferenced for piece in pieces])),
        [one for piece in pieces for one in piece.aside],
        bool(layout),
        [layout["force"]] if layout else sorted(events["reporter"].dropna().unique()),
        notes,
    )


def _leave_out_the_odd_dates(part: Part) -> None:
    """A few dates of long before the rest do not make all the months between them loaded ones."""
    if part.named or part.grain == "month" or not len(part.events):
        return
    months = part.events["month"].to_numpy()
    first, last = coverage.bulk(months)
    odd = (months < first) | (months > last)
    if odd.any():
        said = month_runs([month_text(month) for month in sorted(set(map(int, months[odd])))])
        why = f"a date long before the others, which begin in {month_text(first)}"
        part.aside += [Aside(part.name, int(row), "", why) for row in part.rows[odd]]
        part.notes.append(
            f"{part.name}: {events_in_words(int(odd.sum()))} of {said}, long before the others (from "
            f"{month_text(first)}), set aside, so that the months between do not count as loaded."
        )
        part.events, part.rows = part.events[~odd].reset_index(drop=True), part.rows[~odd]
    part.months = list(range(first, last + 1))
