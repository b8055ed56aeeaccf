"""What happens to a file on its way in?

:func:`take` reads one delivery of files of one kind, checks it against what is loaded, and puts it into a
transaction of the store; a file that cannot be taken whole raises Problem and the store stays as it was.
:func:`import_files` is the same with a transaction of its own: what ``hotspots import`` does.

Small areas come first, since every other file is cut down to them or joined to them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from geo.ask.problem import Problem
from geo.data.receipt import Progress, Receipt, no_progress
from geo.data.sources import SOURCES, Source
from geo.data.store import Store, Transaction
from geo.data.take_areas import TABLES
from geo.data.take_events import take_events


def import_files(
    folder: str | Path,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
    place: str | None = None,
    progress: Progress = no_progress,
) -> Receipt:
    """Import one delivery into a data folder: all of it or, with Problem, nothing.

    Parameters
    ----------
    folder : path
        The data folder; made when absent.
    kind, files, add, source, within, progress
        As :func:`take`.
    place : str, optional
        Name of the county, shown on the page.

    Raises
    ------
    Problem
        If the kind is unknown, a file cannot be taken whole, or the folder holds the demonstration county.
    """
    if source is None and kind not in TABLES and kind not in SOURCES:
        raise Problem(
            f"“{kind}” is no kind of file: it is one of {', '.join([*TABLES, *SOURCES])}, "
            "or any name with --mapping."
        )
    with Store(folder).transaction(place=place) as change:
        if change.synthetic:
            raise Problem(
                f"The folder {folder} holds the demonstration county, which is made up: "
                "import real files into another folder, named with --data."
            )
        return take(change, kind, files, add=add, source=source, within=within, progress=progress)


def take(
    change: Transaction,
    kind: str,
    files: Sequence[str | Path],
    *,
    add: bool = False,
    source: Source | None = None,
    within: Sequence[str] = (),
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
        For boundaries of small areas: keep those of these districts only.
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
        receipt = take_events(change, source, paths, add, progress)
    else:
        receipt = TABLES[kind](change, paths, within)
    if receipt.role:
        change.manifest["history"].append(dataclasses.asdict(receipt))
    return receipt
