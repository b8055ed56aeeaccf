"""What happens to a file on its way in?

:func:`take` reads one delivery of files of one kind, checks it against what is loaded, and puts it into a
transaction of the store; a file that cannot be taken whole raises Problem and the store stays as it was.
:func:`import_files` is the same with a transaction of its own: what ``hotspots import`` does.

Small areas come first, since every other file is cut down to them or joined to them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from geo.ask.problem import Problem
from geo.data.receipt import Progress, Receipt, no_progress
from geo.data.sources import SOURCES, Source
from geo.data.store import Snapshot, Store, Transaction
from geo.data.take_areas import TABLES, Choice
from geo.data.take_events import take_events

OF_NO_COUNTY = frozenset({"calendar", "schedules", "visits"})
"""Kinds of file that the demonstration takes too: plans and what is on, no numbers of a real county."""


def import_files(
    folder: str | Path,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
    place: str | None = None,
    layer: str = "",
    sheet: str = "",
    declared: Path | None = None,
    explain: bool = False,
    confirm: Callable[[Receipt], bool] = lambda receipt: True,
    opening: Callable[[Snapshot], object] | None = None,
    loading: Callable[[Snapshot], object] | None = None,
    progress: Progress = no_progress,
) -> Receipt:
    """Import one delivery into a data folder: all of it or, with Problem, nothing.

    Parameters
    ----------
    folder : path
        The data folder; made when absent.
    kind, files, add, source, within, layer, sheet, declared, progress
        As :func:`take`.
    place : str, optional
        Name of the county, shown on the page.
    explain : bool
        Change nothing; the receipt says what would be taken.
    confirm : callable, optional
        Asked before the new version comes into force where the receipt has doubts or remarks; false leaves
        all as it was.
    opening : callable, optional
        Opens the new version as its reader will; where it fails, the folder stays as it was.
    loading : callable, optional
        Takes the new version elsewhere too, last of all; where it fails, the folder stays as it was.

    Raises
    ------
    Problem
        If the kind is unknown, a file cannot be taken whole, the folder holds the demonstration county, a
        doubt is not confirmed, or the folder could not be opened afterwards.
    """
    if source is None and kind not in TABLES and kind not in SOURCES:
        raise Problem(
            f"“{kind}” is no kind of file: it is one of {', '.join([*TABLES, *SOURCES])}, "
            "or any name with --mapping."
        )
    rehearsed: list[Receipt] = []
    with contextlib.suppress(_Rehearsal), Store(folder).transaction(place=place) as change:
        if change.synthetic and kind not in OF_NO_COUNTY:
            raise Problem(
                f"The folder {folder} holds the demonstration county, which is made up: "
                "import real files into another folder, named with --data."
            )
        receipt = take(
            change,
            kind,
            files,
            add=add,
            source=source,
            within=within,
            layer=layer,
            sheet=sheet,
            declared=declared,
            progress=progress,
        )
        rehearsed.append(receipt)
        if opening is not None and change.sources():
            _open(change, opening)
        if explain:
            raise _Rehearsal
        if (receipt.doubts or receipt.remarks) and not confirm(receipt):
            raise Problem(
                f"Nothing was changed. {' '.join(receipt.doubts)} Give --yes to import it all the same."
            )
        if loading is not None:
            loading(change)
    return rehearsed[0]


class _Rehearsal(Exception):
    """Ends a transaction whose outcome was only to be seen."""


def _open(change: Transaction, opening: Callable[[Snapshot], object]) -> None:
    """Open a version that is not yet in force; where that fails, say so and let it never come into force."""
    try:
        opening(change)
    except Problem as problem:
        raise Problem(
            f"The data could not be opened with this file, so nothing was changed: {problem}"
        ) from problem
    except OSError:
        raise  # the folder does not take what is kept for its readers, or cannot be read
    except Exception as error:
        raise Problem(
            "The data could not be opened with this file, so nothing was changed: tell whoever looks after "
            f"this program ({type(error).__name__}: {error})."
        ) from error


def take(
    change: Transaction,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
    layer: str = "",
    sheet: str = "",
    declared: Path | None = None,
    progress: Progress = no_progress,
) -> Receipt:
    """Take one delivery into a transaction.

    Parameters
    ----------
    change : Transaction
    kind : str
        ``boundaries``, ``lookup``, ``population``, ``deprivation``, ``places`` or the key of a source.
    files : sequence of path
        CSV (also ``.gz``), ZIP archives or folders of CSV; for boundaries what GDAL reads.
    add : bool
        Add events to months that are loaded already, instead of replacing these months.
    source : Source, optional
        A source described by a mapping, in place of the one registered under ``kind``.
    within : sequence of str
        For boundaries of small areas: keep those of these districts, by name or code, only.
    layer, sheet : str
        For a file of several layers of boundaries, or a workbook of several sheets: the one that is meant.
    declared : Path, optional
        For a table of indicators: what its columns mean, a TOML file or the name of a known one.
    progress : callable, optional

    Returns
    -------
    Receipt

    Raises
    ------
    Problem
        If a file cannot be taken whole.
    """
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.exists():
            raise Problem(f"There is no file {path}: check the name.")
    source = source or SOURCES.get(kind)
    if source is not None:
        receipt = take_events(change, source, paths, add=add, sheet=sheet, progress=progress)
    else:
        receipt = TABLES[kind](change, paths, Choice(tuple(within), layer, sheet, declared))
    if receipt.role:
        change.manifest["history"].append(receipt.kept())
    return receipt
