"""Where does it live? A versioned data folder: objects named by their content, a manifest, one pointer.

Layout of a data folder::

    objects/<sha256>.parquet   frames, never changed once written; .arrow: arrays, which are mapped
    cleared/<sha256>.parquet   the true events of sources that are not open, for their owner alone
    versions/000007.json       a manifest: which object plays which role, and how each was imported
    CURRENT                    the name of the manifest in force and its seal; switched last, in one step

A writer adds objects and a manifest beside those in force and then switches ``CURRENT``; a crash at any
moment leaves the former version whole, and a reader that opened it goes on reading it. Tables are read
in full and closed at once; arrays are mapped, but not on Windows, where nothing stays open.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from geo.ask.problem import Problem, Withheld
from geo.ask.viewer import OWNER, Viewer
from geo.ask.words import month_number, one_line
from geo.data import writing
from geo.data.arrays import ENDING, PACKED, Arrays, from_arrow, is_packed, to_arrow
from geo.data.distinct import all_packed, unpacked
from geo.data.files import sha256_of
from geo.data.missing import Damaged, damaged, missing, nothing_in, unreadable
from geo.data.parquet import from_bytes, packed_from, to_bytes
from geo.data.readers import known_again, spellings, together
from geo.data.seen import seen
from geo.data.writing import only_writer, seal_of, write_whole

FORMAT = 1
CLEARED = "cleared"
"""Beginning of the roles that only those with a right to true small numbers open, and their folder."""
CLEARED_PACKED = f"{CLEARED}.{PACKED}"
"""Beginning of the roles of true events as they are counted."""
TABLES = "indicators."
"""Beginning of what a table of indicators is called where it matters who sees its true numbers."""
SECRET = "SECRET"
"""The key in that folder from which the noise of protected versions is drawn."""
_EMPTY: dict[str, Any] = {"format": FORMAT, "place": "", "synthetic": False}
_EMPTY |= {"objects": {}, "batches": {}, "sources": {}, "history": []}


class Store:
    """A data folder.

    Parameters
    ----------
    folder : path
        The data folder; it need not exist before the first transaction.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    @property
    def empty(self) -> bool:
        """Whether nothing has been stored here yet."""
        return not (self.folder / "CURRENT").is_file()

    @property
    def pointer(self) -> str:
        """What says which version is in force: it is another after every import."""
        return (self.folder / "CURRENT").read_text("utf-8", "replace")

    def open(self, viewer: Viewer = OWNER) -> Snapshot:
        """Open the version in force for reading.

        Parameters
        ----------
        viewer : Viewer
            For whom: of each source whose true numbers they may not see, the protected version is read.

        Returns
        -------
        Snapshot
            It stays readable, and the same, whatever is imported afterwards.

        Raises
        ------
        Problem
            If the folder holds no data.
        Damaged
            If anything that is opened is not as it was written.
        """
        snapshot = self.in_force(viewer)
        self._refuse_damaged(snapshot)
        return snapshot

    def open_or_former(self, viewer: Viewer = OWNER) -> tuple[Snapshot, str]:
        """Open the version in force; where it is damaged, the latest one before it that is whole.

        Returns
        -------
        snapshot : Snapshot
        damage : str
            A sentence that says so; "" where the version in force is whole.

        Raises
        ------
        Problem
            As :meth:`open`, where no version is whole.
        """
        try:
            return self.open(viewer), ""
        except Damaged as damage:
            for name in sorted(
                (path.name for path in (self.folder / "versions").glob("*.json")), reverse=True
            ):
                with contextlib.suppress(Damaged):
                    snapshot = self._snapshot(self._read(name), viewer)
                    self._refuse_damaged(snapshot)
                    return snapshot, f"{damage} Until then the version of {snapshot.created} is shown."
            raise

    def in_force(self, viewer: Viewer = OWNER) -> Snapshot:
        """Return the version in force, its tables not verified."""
        if self.empty:
            raise nothing_in(self.folder)
        return self._snapshot(self._manifest(), viewer)

    def _snapshot(self, manifest: dict[str, Any], viewer: Viewer) -> Snapshot:
        return Snapshot(self.folder, manifest, whole=manifest).seen_by(self._here(manifest, viewer))

    def _here(self, manifest: dict[str, Any], viewer: Viewer) -> Viewer:
        """Take a viewer for one of the others where the folder is a copy without any true events."""
        hidden = any(role.startswith(CLEARED) for role in manifest["objects"])
        copied = hidden and not any((self.folder / CLEARED).glob("*.parquet"))
        return replace(viewer, owner=False) if copied else viewer

    def _refuse_damaged(self, snapshot: Snapshot) -> None:
        if fault := next(snapshot.faults(), ""):
            raise damaged(self.folder, fault)

    @contextlib.contextmanager
    def transaction(
        self, *, place: str | None = None, synthetic: bool | None = None
    ) -> Iterator[Transaction]:
        """Write a new version; it comes into force at the end of the ``with`` block, or not at all.

        Parameters
        ----------
        place : str, optional
            Name of the county; unchanged when absent.
        synthetic : bool, optional
            Whether the data are made up; unchanged when absent.

        Raises
        ------
        Problem
            If another import is writing to the folder, or the disk does not take the files.
        """
        writing.make_folders(self.folder, "objects", "versions")
        with only_writer(self.folder):
            former = copy.deepcopy(_EMPTY) if self.empty else self._manifest()
            manifest = copy.deepcopy(former)
            if place is not None:
                manifest["place"] = one_line(place)
            manifest["former"] = former["former"] = "" if self.empty else self._current()[0]
            if synthetic is not None:
                manifest["synthetic"] = synthetic
            change = Transaction(self.folder, manifest, self._here(manifest, OWNER))
            try:
                with change.meanwhile:
                    yield change
                if manifest != former:
                    self._switch_to(manifest)
            except BaseException as error:
                in_force = {} if self.empty else self._manifest()["objects"]
                writing.take_back(change.written, {entry["sha256"] for entry in in_force.values()})
                if isinstance(error, OSError):
                    raise writing.not_written(self.folder, error) from error
                raise

    def tidy(self) -> int:
        """Delete every version but the one in force, and whatever a crash left; return the files deleted.

        Data that an import replaced stay in the folder until then, for readers that opened them before.

        Raises
        ------
        Problem
            If an import is writing to the folder.
        """
        with only_writer(self.folder):
            snapshot = self.open()
            kept = {self.folder / "versions" / self._current()[0], *map(snapshot.path, snapshot.roles())}
            parts = [self.folder / part for part in ("objects", "versions", CLEARED)]
            files = [path for part in parts if part.is_dir() for path in part.iterdir()]
            former = [path for path in files if path not in kept and path.name != SECRET]
            for path in former:
                path.unlink()
            return len(former)

    def _manifest(self) -> dict[str, Any]:
        return self._read(*self._current())

    def _read(self, name: str, seal: str = "") -> dict[str, Any]:
        """Read a manifest and take off its seal, which those of earlier versions of this program lack."""
        try:
            manifest = json.loads((self.folder / "versions" / name).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise Problem(
                    f"The data folder {self.folder} was written by another version of this program (format "
                    f"{manifest['format']}, this one reads {FORMAT}): import the files into a new folder."
                )
            sealed = manifest.pop("seal", "")
            whole = all(type(manifest[key]) is type(usual) for key, usual in _EMPTY.items())
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            whole = False
        if not whole or {seal, sealed} - {"", seal_of(manifest)}:
            raise unreadable(self.folder, name)
        return dict(manifest)

    def undo(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Put the version before the last change in force again; return the one taken back, and that one.

        The data stay in the folder until :meth:`tidy`.

        Raises
        ------
        Problem
            If there is no version before, or it was tidied away.
        """
        if self.empty:
            raise Problem(f"There is no data in the folder {self.folder}, so nothing to take back.")
        with only_writer(self.folder):
            last = self._manifest()
            former = last.get("former", "")
            if not former or not (self.folder / "versions" / former).is_file():
                raise Problem(
                    f"The folder {self.folder} holds no version before this one (`hotspots check --tidy` "
                    "deletes them): import the files again into a new folder."
                )
            before = self._read(former)
            self._refuse_damaged(self._snapshot(before, OWNER))
            self._point_at(former, before)
        return last, before

    def _current(self) -> tuple[str, str]:
        """Name of the manifest in force, and its seal where it is known."""
        name, _, seal = self.pointer.strip().partition(" ")
        return name, seal

    def _point_at(self, name: str, manifest: dict[str, Any]) -> None:
        write_whole(self.folder / "CURRENT", f"{name} {seal_of(manifest)}\n".encode())

    def _switch_to(self, manifest: dict[str, Any]) -> None:
        names = [path.stem for path in (self.folder / "versions").glob("*.json")]
        sequence = max((int(name) for name in names if name.isdigit()), default=0) + 1
        manifest["created"] = datetime.now(UTC).isoformat(timespec="seconds")
        name = f"{sequence:06d}.json"
        manifest = json.loads(json.dumps(manifest))  # as it will be read
        text = json.dumps({**manifest, "seal": seal_of(manifest)}, indent=1, ensure_ascii=False)
        write_whole(self.folder / "versions" / name, text.encode("utf-8"))
        self._point_at(name, manifest)


@dataclass(frozen=True)
class Snapshot:
    """One version of a data folder, for reading.

    Attributes
    ----------
    folder : Path
    manifest : dict
        ``place``, ``synthetic``, ``objects`` (role -> sha256, bytes, rows, derived), ``batches`` (incident
        role -> source, grain, months, files), ``sources`` (key -> description), ``history`` (one entry an
        import); as the viewer may see it (:mod:`geo.data.seen`).
    viewer : Viewer
        For whom it is read.
    whole : dict
        The manifest as it was written: for :meth:`seen_by` alone.
    """

    folder: Path
    manifest: dict[str, Any]
    viewer: Viewer = OWNER
    whole: dict[str, Any] = field(default_factory=dict, repr=False)

    def seen_by(self, viewer: Viewer) -> Snapshot:
        """The same version for somebody else."""
        other = replace(self, viewer=viewer)
        return replace(other, manifest=seen(self.whole or self.manifest, other.sees))

    @property
    def version(self) -> str:
        """Hash of the data that are opened, without dates: the same data give the same version."""
        facts = {key: self.manifest[key] for key in ("place", "synthetic", "batches", "sources")}
        opened = [role for role in self.opened() if not is_packed(role)]
        facts["objects"] = {role: self.entry(role) for role in opened}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def created(self) -> str:
        """Day on which it was imported, YYYY-MM-DD."""
        return str(self.manifest.get("created", ""))[:10]

    @property
    def place(self) -> str:
        """Name of the county."""
        return str(self.manifest["place"])

    @property
    def synthetic(self) -> bool:
        """Whether the data are made up."""
        return bool(self.manifest["synthetic"])

    def roles(self, prefix: str = "") -> list[str]:
        """Return the roles that begin with ``prefix``, sorted."""
        return sorted(role for role in self.manifest["objects"] if role.startswith(prefix))

    def opened(self) -> list[str]:
        """Return the roles that a reader opens: no true events without the right to them."""
        objects = self.manifest["objects"]
        return [role for role in objects if not role.startswith(CLEARED) or self.sees(role.split("/")[1])]

    def sees(self, source: str) -> bool:
        """Whether the true numbers of a source, or of a table of indicators, are read, not the protected."""
        said = self.manifest["sources"].get(source, {})
        return self.viewer.sees(source, said.get("disclosure", self.tables.get(source, "controlled")))

    @property
    def tables(self) -> dict[str, str]:
        """Tables of indicators that are not open, by :data:`TABLES` and their names: the class of each."""
        return dict(self.manifest.get("tables", {}))

    def has(self, role: str) -> bool:
        """Whether a table plays this role."""
        return role in self.manifest["objects"]

    def entry(self, role: str) -> dict[str, Any]:
        """Return what is written down of a role."""
        return dict(self.manifest["objects"][role])

    def path(self, role: str) -> Path:
        """Return the file of a role."""
        if not self.has(role):
            raise missing(self.folder, role)
        return self._file(role, self.entry(role)["sha256"])

    def _file(self, role: str, sha256: str) -> Path:
        ending = ENDING if is_packed(role) else ".parquet"
        return self.folder / (CLEARED if role.startswith(CLEARED) else "objects") / f"{sha256}{ending}"

    def read(self, role: str) -> Any:
        """Return what plays a role: a GeoDataFrame (EPSG:27700) for ``areas/…``, Arrays, else a DataFrame."""
        if role.startswith(CLEARED) and not (isinstance(self, Transaction) or self.sees(role.split("/")[1])):
            raise Withheld(f"{role} holds true events, which are not for who asks.")
        path = self.path(role)
        return from_arrow(path) if path.suffix == ENDING else from_bytes(path.read_bytes())

    def columns(self, role: str, names: list[str]) -> pd.DataFrame:
        """Return some columns of a table, without its shapes."""
        return pd.read_parquet(self.path(role), columns=names)

    def sources(self) -> list[str]:
        """Return the keys of the sources that have events here, in the order of their first import."""
        return list(dict.fromkeys(entry["source"] for entry in self.manifest["batches"].values()))

    def months(self, source: str) -> list[int]:
        """Return the months loaded for a source (``year * 12 + month - 1``), sorted; others are gaps."""
        batches = self.manifest["batches"].values()
        return sorted(
            {month_number(m) for entry in batches if entry["source"] == source for m in entry["months"]}
        )

    def gaps(self, source: str) -> list[int]:
        """Return the months between the first and the last one loaded that were not loaded."""
        months = self.months(source)
        return sorted(set(range(min(months, default=0), max(months, default=0))).difference(months))

    def incidents(self, source: str) -> pd.DataFrame:
        """Return all events of a source that the viewer may see, one row each, in the order of import.

        ``lsoa`` is a code of ``areas/lsoa``, ``"outside"`` for a place elsewhere, or missing where the file
        gives no place.
        """
        return unpacked(self.events(source))

    def deliveries(self, source: str) -> list[str]:
        """Return the roles of the events of a source that the viewer may see, in the order of import."""
        roles = [role for role, entry in self.manifest["batches"].items() if entry["source"] == source]
        true = {role: role.replace("incidents", CLEARED, 1) for role in roles}
        return [true[role] if self.sees(source) and self.has(true[role]) else role for role in roles]

    def events(self, source: str) -> pd.DataFrame:
        """Return the same as :meth:`incidents`, with text packed (:mod:`geo.data.distinct`)."""
        events = known_again(together([self._delivery(role) for role in self.deliveries(source)]))
        events["category"], _ = spellings(events["category"])
        return events.assign(date=events["date"].dt.as_unit("s"))  # parquet knows no seconds

    def _delivery(self, role: str) -> pd.DataFrame:
        return packed_from(self.path(role))

    def faults(
        self,
        roles: Sequence[str] | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Iterator[str]:
        """Compare tables, those that are opened, with their SHA-256: one sentence a fault, as it is found."""
        roles = self.opened() if roles is None else roles
        for done, role in enumerate(roles, start=1):
            path = self.path(role)
            if not path.is_file():
                yield f"{role} is missing ({path.name})."
            elif sha256_of(path) != path.stem:
                yield f"{role} was changed or damaged since it was written ({path.name})."
            progress(done, len(roles))


@dataclass(frozen=True)
class Transaction(Snapshot):
    """A version being written: reads what is stored and what was put so far."""

    written: list[Path] = field(default_factory=list)
    put_just_now: dict[str, pd.DataFrame] = field(default_factory=dict)
    """Events, by their roles: they are used up by who packs them first."""
    meanwhile: writing.Meanwhile = field(default_factory=writing.Meanwhile)

    def entry(self, role: str) -> dict[str, Any]:
        """Return what is written down of a role, once its table is written."""
        self.meanwhile.wait(role)
        return super().entry(role)

    def _delivery(self, role: str) -> pd.DataFrame:
        frame = self.put_just_now.pop(role, None)
        return super()._delivery(role) if frame is None else frame

    def put(self, role: str, frame: pd.DataFrame | Arrays, *, derived: bool | str = False) -> None:
        """Store a table under a role, in place of the one that played it.

        Events that were packed are no more of a source whose events are put, or removed.

        Parameters
        ----------
        role : str
            Such as ``areas/lsoa``, ``population`` or ``incidents/offences/<batch>``.
        frame : DataFrame, GeoDataFrame or Arrays
            A named index is kept.
        derived : bool or str
            Whether it was made from other stored tables, so that it may be made anew; or from what.
        """
        entry = self._write(role, frame) | {"derived": derived}
        if entry != self.manifest["objects"].get(role):
            self._leave_out(role)
            self.manifest["objects"][role] = entry

    def put_events(self, role: str, events: pd.DataFrame) -> None:
        """Store events, as :meth:`put`, while others go on: they are written by the end of the version."""
        self._leave_out(role)
        entry = self.manifest["objects"][role] = {"derived": False}
        self.put_just_now[role] = all_packed(events)
        self.meanwhile.begin(role, lambda: entry.update(self._write(role, events)))

    def _write(self, role: str, frame: pd.DataFrame | Arrays) -> dict[str, Any]:
        content = to_arrow(frame) if isinstance(frame, Arrays) else to_bytes(frame)
        path = self._file(role, sha256 := hashlib.sha256(content).hexdigest())
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            write_whole(path, content)
            self.written.append(path)
        return {"sha256": sha256, "bytes": len(content), "rows": len(frame)}

    def leave(self, name: str, content: bytes) -> str:
        """Write a file for people beside the stored tables; return its name."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)
        self.written.append(path)
        return name

    def given(self, role: str) -> bool:
        """Whether a role is played by a table that came from a file, not by one made from others."""
        return self.has(role) and not self.manifest["objects"][role]["derived"]

    def remove(self, role: str) -> None:
        """Leave a role out of the new version."""
        self._leave_out(role)
        self.manifest["batches"].pop(role, None)

    def _leave_out(self, role: str) -> None:
        kind, _, source = role.partition("/")
        packed = [f"{one}{source.split('/')[0]}" for one in (PACKED, CLEARED_PACKED)]
        for one in (role, *(packed if kind in {"incidents", CLEARED} else ())):
            self.manifest["objects"].pop(one, None)
            self.put_just_now.pop(one, None)
