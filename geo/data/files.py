"""Which files lie in what is given?"""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from geo.ask.problem import Problem
from geo.data.table import Table, read_table

_LAYOUT = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>.+?)-(?P<kind>street|outcomes|stop-and-search)\.csv")


@dataclass(frozen=True)
class Member:
    """A CSV file, on its own or within an archive or folder."""

    file: str
    name: str
    read: Callable[[], bytes]

    @property
    def layout(self) -> re.Match[str] | None:
        """Month, force and kind where the name is one of police.uk's."""
        return _LAYOUT.fullmatch(self.file)


def members_of(path: Path) -> Iterator[Member]:
    if path.is_dir():
        inner = sorted(p for p in path.rglob("*") if p.name.lower().endswith((".csv", ".csv.gz", ".zip")))
        if not inner:
            raise Problem(f"The folder {path} holds no CSV file.")
        for file in inner:
            yield from members_of(file)
    elif path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = sorted(n for n in archive.namelist() if n.lower().endswith(".csv"))
        except zipfile.BadZipFile as error:
            raise Problem(f"{path.name} is not a whole ZIP archive: download it again.") from error
        if not names:
            raise Problem(f"The archive {path.name} holds no CSV file.")
        for name in names:
            yield Member(Path(name).name, f"{path.name}: {name}", partial(_from_zip, path, name))
    else:
        yield Member(path.name, path.name, partial(_content, path))


def _from_zip(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise Problem(f"{path.name}: {name} cannot be unpacked; download the archive again.") from error


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix.lower() != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise Problem(f"{path.name} cannot be unpacked; download it again.") from error


def table_of(path: Path) -> Table:
    members = list(members_of(path))
    if len(members) > 1:
        raise Problem(
            f"{path.name} holds {len(members)} CSV files: unpack it and import the one that is meant."
        )
    return read_table(members[0].name, members[0].read())


def only_one(paths: list[Path], what: str) -> Path:
    if len(paths) != 1:
        raise Problem(f"Give one file of {what}, not {len(paths)}.")
    return paths[0]


def fingerprints(paths: list[Path]) -> list[dict[str, str]]:
    """Name and SHA-256 of each file of a delivery, folders taken apart."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [
        {"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
        if file.is_file()
    ]


def identity(file: dict[str, str]) -> str:
    """What makes a file the same again: its content, and the month in its name (a quiet month has no row)."""
    layout = _LAYOUT.fullmatch(file["name"])
    return f"{layout['month']} {file['sha256']}" if layout else file["sha256"]
