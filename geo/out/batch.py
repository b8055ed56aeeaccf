"""What is made of many counties in one go, and what of it is made already?

A :class:`Job` is one product of one county. What was made of which data and which question is written down
in the county's own ``made.json``, so that a batch that was stopped goes on where it was. To add a product,
write ``f(atlas, query, folder) -> files`` and register it in :data:`PRODUCTS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geo.access.file import find, group_named
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.refusal import search_of
from geo.data.store import Store
from geo.data.writing import write_whole
from geo.engines.engine import MEMORY, engine_of
from geo.tell.exhibits.exhibit import NotPossible

File = tuple[str, bytes]
LEDGER = "made.json"
"""In the folder of a county: product to what it was made of, and its files."""


@dataclass(frozen=True)
class Product:
    """One thing that a batch can make.

    Attributes
    ----------
    label : str
        In the help, "needs assessment".
    make : callable
        Open county, checked query and the name of its folder to (name, content) of each file.
    joined : bool
        Whether its tables, all of one form, are also put one beneath the other in a file for all counties.
    """

    label: str
    make: Callable[[Atlas, Query, str], Iterable[File]]
    joined: bool = False


def _assessment(atlas: Atlas, query: Query, folder: str) -> Iterator[File]:
    from geo.out.export import allow
    from geo.out.report import filename, write
    from geo.tell.assessment import asked, assess

    allow(atlas, "assessment")
    assessment = assess(atlas, asked(atlas, query.to_search()), query.sources)
    yield filename(assessment, "docx"), write(assessment, atlas, "docx")


def _packs(atlas: Atlas, query: Query, folder: str) -> Iterator[File]:
    from geo.out.ward_pack import wards_of, write_packs

    yield write_packs(atlas, query, wards_of(atlas, query))


def _emerging(atlas: Atlas, query: Query, folder: str) -> Iterator[File]:
    from geo.out.export import export, filename

    query = atlas.exactly(query.replace(layer="emerging").to_search())
    yield filename(atlas.answer(query), "csv"), export(atlas, query, "csv")


def _back_test(atlas: Atlas, query: Query, folder: str) -> Iterator[File]:
    from geo.out.export import allow
    from geo.tell.assessment import part_of
    from geo.tell.exhibits import EXHIBITS

    allow(atlas, "csv")
    part, _ = part_of(atlas, query, query.source)
    exhibit = EXHIBITS["back_test"][1](part)
    units = {"Caught": "Caught, %", "Of the best possible": "Share of the best possible"}
    table = exhibit.table.round(2).rename(columns=units)
    for place, (name, text) in enumerate(
        (("Folder", folder), ("County", atlas.place), ("What", exhibit.title))
    ):
        table.insert(place, name, text)
    yield "back-test.csv", table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


PRODUCTS: dict[str, Product] = {
    "assessment": Product("needs assessment (Word)", _assessment),
    "packs": Product("ward packs (PDF)", _packs),
    "emerging": Product("emerging hotspots (CSV)", _emerging),
    "back-test": Product("how hotspots of one year caught the next (CSV)", _back_test, joined=True),
}
"""Name on the command line to what is made."""


@dataclass(frozen=True)
class Job:
    """One product of one county, of one question, for who asks.

    Attributes
    ----------
    data : Path
        Data folder.
    product : str
        Key of :data:`PRODUCTS`.
    into : Path
        Folder for the files of all counties.
    version : str
        Of the data, "" where the folder does not open.
    search : str
        What follows the "?" of an address.
    group : str
        Of the access file, as which to ask; the owner of the folder where empty.
    access : Path or None
        The access file, where it is not the data folder's own.
    engine : str
        Who counts (:func:`geo.engines.engine.engine_of`). It may hold a password, so it is never written; nor
        is it part of the key, since every engine has the same numbers.
    """

    data: Path
    product: str
    into: Path
    version: str = ""
    search: str = ""
    group: str = ""
    access: Path | None = None
    engine: str = field(default=MEMORY, repr=False)

    @property
    def folder(self) -> Path:
        """Where its files go: called as its data folder is."""
        return self.into / self.data.name

    @property
    def key(self) -> str:
        """Fingerprint of all that the files depend on."""
        parts = [self.product, self.version, self.search, self.group, version("hotspots")]
        if self.group and (path := self.access or find(self.data)):
            parts.append(path.read_text(encoding="utf-8"))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its files, or why there are none.

    Attributes
    ----------
    job : Job
    files : tuple of str
        Names in the county's folder.
    before : bool
        Whether an earlier batch had made them of the same data, question and version of the program.
    fault : str
        One sentence; "" where the files are there.
    """

    job: Job
    files: tuple[str, ...] = ()
    before: bool = False
    fault: str = ""


def jobs(
    folders: Sequence[Path],
    products: Sequence[str],
    into: Path,
    *,
    search: str = "",
    group: str = "",
    access: Path | None = None,
    engine: str = MEMORY,
) -> list[Job | Outcome]:
    """List what is to be made, and what needs no making: it is there, or its folder does not open.

    Parameters
    ----------
    folders : sequence of Path
        Data folders, one a county.
    products : sequence of str
        Keys of :data:`PRODUCTS`.
    into, search, group, access, engine
        As of a :class:`Job`.

    Returns
    -------
    list of Job or Outcome
        County by county.

    Raises
    ------
    Problem
        If a product is not known, or two folders are called alike.
    """
    if unknown := [product for product in products if product not in PRODUCTS]:
        raise Problem(f"Nothing called “{unknown[0]}” can be made: choose of {', '.join(PRODUCTS)}.")
    paths = list(dict.fromkeys(path.resolve() for path in folders))
    names = [path.name for path in paths]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Problem(
            f"Two of the folders are called “{twice[0]}”: make each in a batch of its own (--to), or name "
            "them after their counties."
        )
    found: list[Job | Outcome] = []
    for folder in paths:
        data_version, fault = "", ""
        try:
            data_version = Store(folder).in_force().version
            if group:
                group_named(folder, group, access)
        except Problem as problem:
            fault = str(problem)
        for product in dict.fromkeys(products):
            job = Job(folder, product, into, data_version, search, group, access, engine)
            found.append(Outcome(job, fault=fault) if fault else _before(job) or job)
    return found


def made(job: Job) -> Outcome:
    """Make what a job asks for and write its files, each whole or not at all.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Outcome
        Never an error: what went wrong is its fault, so that one county stops no other.
    """
    try:
        atlas = _atlas(job.data, job.version, job.group, job.access, job.engine)
        files = list(PRODUCTS[job.product].make(atlas, atlas.exactly(search_of(job.search)), job.data.name))
        job.folder.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            write_whole(job.folder / name, content)
    except Problem as problem:
        return Outcome(job, fault=str(problem))
    except NotPossible as reason:
        return Outcome(job, fault=f"cannot be made: {reason}")
    except Exception as error:  # whatever it is, the other counties go on
        return Outcome(job, fault=f"{type(error).__name__}: {error}")
    return Outcome(job, tuple(name for name, _ in files))


def record(outcome: Outcome) -> None:
    """Write down in the county's folder that a product is made; one process does, which began the batch."""
    if outcome.fault or outcome.before:
        return
    job = outcome.job
    entry = {job.product: {"key": job.key, "files": list(outcome.files)}}
    write_whole(
        job.folder / LEDGER, json.dumps(_ledger(job.folder) | entry, indent=1, sort_keys=True).encode()
    )


def _before(job: Job) -> Outcome | None:
    """What an earlier batch has made of the very same, where all of it is still there."""
    entry = _ledger(job.folder).get(job.product, {})
    if entry.get("key") == job.key and all((job.folder / name).is_file() for name in entry["files"]):
        return Outcome(job, tuple(entry["files"]), before=True)
    return None


@lru_cache(maxsize=1)
def _atlas(folder: Path, data_version: str, group: str, access: Path | None, engine: str) -> Atlas:
    """A county open, kept for its next product."""
    atlas = Atlas.open(folder, engine=engine_of(engine))
    if atlas.version != data_version:
        raise Problem(f"The data in {folder} were changed meanwhile: begin the batch again.")
    return atlas.seen_by(group_named(folder, group, access).viewer) if group else atlas


def _ledger(folder: Path) -> dict[str, Any]:
    """What is written down as made in the folder of a county."""
    try:
        found = json.loads((folder / LEDGER).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def joined(product: str, outcomes: Sequence[Outcome]) -> bytes:
    """All counties' tables of a product one beneath the other, under one heading.

    Parameters
    ----------
    product : str
        Of those whose tables are joined.
    outcomes : sequence of Outcome
        Those of other products, and without files, are passed over.

    Returns
    -------
    bytes
        CSV as each county's is; b"" where there is none.
    """
    tables = [
        (one.job.folder / name).read_bytes()
        for one in sorted(outcomes, key=lambda one: one.job.data.name)
        if one.job.product == product
        for name in one.files
    ]
    return b"".join(table if not k else table.partition(b"\r\n")[2] for k, table in enumerate(tables))
