"""Which files lie in what is given?"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

from geo.ask.problem import Problem
from geo.data.packing import check_packing, gunzip
from geo.data.read_table import Recognise, read_table
from geo.data.table import Table

_LAYOUT = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>.+?)-(?P<kind>street|outcomes|stop-and-search)\.csv")
TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet")
"""Endings of the files that are taken out of an archive or a folder; also with ``.gz`` behind them."""
_HIDDEN = re.compile(r"(^|/)(__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What systems and programs leave beside the files that were meant."""


@dataclass(frozen=True)
class Member:
    """A file with a table, on its own or within an archive or folder."""

    file: str
    name: str
    open: Callable[[], BufferedIOBase]
    path: Path | None = None
    """Where it is, on its own."""

    def read(self) -> bytes:
        """All of it."""
        with self.open() as file:
            return file.read()

    @property
    def layout(self) -> re.Match[str] | None:
        """Month, force and kind where the name is one of police.uk's."""
        return _LAYOUT.fullmatch(self.file)


def layout_of(name: str) -> re.Match[str] | None:
    """Month, force and kind in the name of a file of police.uk; None where it is none."""
    return _LAYOUT.fullmatch(name.rpartition("/")[2])


def members_of(path: Path) -> Iterator[Member]:
    """The tables of a file, an archive or a folder, archives within them among them."""
    if path.is_dir():
        inside = [p for p in path.rglob("*") if p.is_file() and not hidden(p.relative_to(path).as_posix())]
        inner = sorted(p for p in inside if is_table(p.name) or p.suffix.lower() == ".zip")
        if not inner:
            raise Problem(
                f"The folder {path} holds no table ({', '.join(TABLES)}, or a ZIP archive of these)."
            )
        for file in inner:
            yield from members_of(file)
    elif path.suffix.lower() == ".zip":
        yield from _members_of_zip(path.name, lambda: path.open("rb"))
    else:
        yield Member(path.name, path.name, partial(_opened, path.name, lambda: path.open("rb")), path)


def is_table(name: str) -> bool:
    """Whether a file's ending is that of a table."""
    return name.lower().removesuffix(".gz").endswith(TABLES)


def hidden(name: str) -> bool:
    """Whether a system left the file, so that nobody meant it."""
    return bool(_HIDDEN.search(name))


def _members_of_zip(name: str, opened: Callable[[], BufferedIOBase]) -> Iterator[Member]:
    try:
        with opened() as file, zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not hidden(entry.filename)]
    except zipfile.BadZipFile as error:
        raise Problem(f"{name} is not a whole ZIP archive: download it again.") from error
    wanted = [e for e in entries if is_table(e.filename) or e.filename.lower().endswith(".zip")]
    if not wanted:
        raise Problem(f"The archive {name} holds no table ({', '.join(TABLES)}).")
    for entry in sorted(wanted, key=lambda entry: entry.filename):
        inner = f"{name}: {entry.filename}"
        content = partial(_from_zip, name, opened, entry.filename)
        if entry.filename.lower().endswith(".zip"):
            yield from _members_of_zip(inner, partial(_in_memory, content))
        else:
            unpacked = partial(_opened, inner, partial(_in_memory, content))
            yield Member(PurePosixPath(entry.filename).name, inner, unpacked)


def _in_memory(content: Callable[[], bytes]) -> BufferedIOBase:
    return io.BytesIO(content())


def _from_zip(name: str, opened: Callable[[], BufferedIOBase], member: str) -> bytes:
    with opened() as file, zipfile.ZipFile(file) as archive:
        entry = archive.getinfo(member)
        check_packing(name, entry)
        try:
            return archive.read(entry)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise Problem(f"{name}: {member} cannot be unpacked; download the archive again.") from error


def _opened(name: str, opened: Callable[[], BufferedIOBase]) -> BufferedIOBase:
    if not name.lower().endswith(".gz"):
        return opened()
    with opened() as file:
        return io.BytesIO(gunzip(name, file.read()))


def table_of(path: Path, recognise: Recognise = lambda header: False, sheet: str = "") -> Table:
    """The one table of a file or an archive; Problem where it has no rows, since it would replace others."""
    members = list(members_of(path))
    if len(members) > 1:
        raise Problem(
            f"{path.name} holds {len(members)} files with tables: unpack it and import the one that is meant."
        )
    return read_table(members[0].name, members[0].read(), recognise, sheet=sheet).with_rows()


def only_one(paths: list[Path], what: str) -> Path:
    if len(paths) != 1:
        raise Problem(f"Give one file of {what}, not {len(paths)}.")
    return paths[0]


def fingerprints(paths: list[Path]) -> list[dict[str, str]]:
    """Name and SHA-256 of each file of a delivery, folders taken apart."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [{"name": file.name, "sha256": sha256_of(file)} for file in files if file.is_file()]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file on disk."""
    with path.open("rb") as file:
        return digest(file)


def digest(file: BufferedIOBase) -> str:
    """SHA-256 of a file, read in parts."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def identity(file: dict[str, str]) -> str:
    """What makes a file the same again: its content, and the month in its name (a quiet month has no row)."""
    layout = _LAYOUT.fullmatch(file["name"])
    return f"{layout['month']} {file['sha256']}" if layout else file["sha256"]
