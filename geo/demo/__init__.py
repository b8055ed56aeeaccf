"""What can be shown without any real data? A synthetic county, imported like a real one."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from geo.answer.in_memory import keep
from geo.ask.problem import Problem
from geo.data.ingest import take
from geo.data.mapping import read_mapping
from geo.data.receipt import Progress, no_progress
from geo.data.store import Store
from geo.demo import county, drugs, events, tables

PLACE = "Bedfordshire"


def build(folder: str | Path, progress: Progress = no_progress, *, further: bool = False) -> None:
    """Fill a data folder with the demonstration county.

    Its raw files go through the same import as anyone's files; the folder is marked as synthetic, so every
    page and export says so. A folder that holds the demonstration already gets it anew.

    Parameters
    ----------
    folder : path
        The data folder; made when absent.
    progress : callable, optional
        Told (steps done, steps in all, the step at work).
    further : bool
        Whether deaths by drugs and alcohol, and episodes of treatment, are among it (:mod:`geo.demo.drugs`).

    Raises
    ------
    Problem
        If the folder holds real data, or cannot be written.
    """
    store = Store(folder)
    if not store.empty and not store.open().synthetic:
        raise Problem(
            f"The folder {folder} holds real data, which the demonstration county does not replace: "
            "build it in another folder, named with --data."
        )
    steps = 2 * len(events.KEYS) + len(county.paths()) + len(tables.INDICATORS) + len(tables.KINDS)
    steps += further * len(drugs.TABLES)
    done = itertools.count()

    def step(name: str) -> None:
        progress(next(done), steps, name)

    with (
        tempfile.TemporaryDirectory(prefix="hotspots-demo-") as raw,
        store.transaction(place=PLACE, synthetic=True) as change,
    ):
        areas, people = county.areas(), county.population()
        files = county.paths() | tables.place(Path(raw), areas, people)
        files |= events.write(Path(raw), areas, people, lambda key: step(f"making {key}"))
        for role in change.roles():
            change.remove(role)
        change.manifest["history"].clear()
        for kind, file in files.items():
            step(f"importing {kind}")
            take(change, kind, [file])
        for declared, file in tables.indicators(Path(raw), areas, people):
            step(f"importing {file.stem}")
            take(change, "indicators", [file], declared=Path(declared))
        for key, file in drugs.write(Path(raw), areas, people).items() if further else ():
            step(f"importing {key}")
            take(change, key, [file], source=read_mapping(Path(key), key))
        keep(change)
    progress(steps, steps, "")
