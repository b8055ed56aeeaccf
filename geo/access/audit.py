"""Who asked and took away what, and when? A log whose lines are chained, so that a cut shows.

The log is the data folder's ``people/audit/000001.jsonl`` and on, a JSON object a line. A line holds no
personal data: people are called by an alias that only the folder's key can make of their name, and of a
question only what the program itself understands of it is written. Each line carries a keyed hash of itself
and of the line before; ``HEAD`` holds the last one, so that lines missing at the end show too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from filelock import FileLock, Timeout

from geo.ask.problem import Problem

FOLDER, HEAD = "audit", "HEAD"
LARGEST = 8_000_000
"""Bytes of a file of the log; then the next begins."""
KEPT = 50
"""Files kept; the oldest go."""
LONGEST = 64_000
"""Bytes of a line, at most."""
PATIENCE = 10.0
"""Seconds that a line waits for those of other processes."""
START = "0" * 64


@dataclass(frozen=True)
class Checked:
    """What a look through the log has found.

    Attributes
    ----------
    files, lines : int
    first, last : int
        Numbers of the first and the last line.
    seal : str
        Chain of the last line: note it elsewhere, and nobody can put an older log in this one's place.
    faults : tuple of str
        A sentence each; none where every line is as it was written and none is missing.
    """

    files: int
    lines: int
    first: int
    last: int
    seal: str
    faults: tuple[str, ...]


class Audit:
    """The audit log of a data folder.

    Parameters
    ----------
    folder : path
        Folder of its people.
    key : bytes
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder, self._key, self._mine = folder / FOLDER, key, Lock()

    def write(self, who: str, group: str, did: str, what: str = "", status: int = 0) -> None:
        """Add a line.

        Parameters
        ----------
        who : str
            Alias of a person.
        group, did, what : str
            Their group, what they did ("export csv"), and the question.
        status : int
            HTTP status of the answer.

        Raises
        ------
        Problem
            If the line cannot be written; then nothing may be handed out.
        """
        said: dict[str, Any] = {"who": who, "group": group, "did": did, "what": what, "status": status}
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._mine, FileLock(self.folder / "LOCK", timeout=PATIENCE, poll_interval=0.002):
                self._append(said)
        except (OSError, Timeout, ValueError, KeyError) as error:
            raise Problem(
                "The audit log cannot be written, so nothing is handed out: ask who runs this dashboard."
            ) from error

    def check(self, mark: str = "") -> Checked:
        """Look through the whole log.

        Parameters
        ----------
        mark : str
            Number and chain of a line noted before, "1234:9f3c…": it must still be there.

        Raises
        ------
        Problem
            If there is no log, or the mark is none.
        """
        files = self._files()
        if not files:
            raise Problem(f"There is no audit log in {self.folder}: a server with a log-in writes one.")
        faults: list[str] = []
        head = self._head(faults)
        before, expected = head["before"], head["first"]
        first, lines, number, chain = expected, 0, expected - 1, before
        seen: dict[int, str] = {}
        for path, at, text in _lines(files):
            lines += 1
            where = f"{path.name}, line {at}"
            try:
                said = json.loads(text)
                number, chain = int(said["n"]), str(said.pop("chain"))
            except (ValueError, KeyError, TypeError, AttributeError):
                faults.append(f"{where} cannot be read.")
                expected, before = expected + 1, ""
                continue
            if number != expected:
                faults.append(
                    f"{where} is number {number:,}, and {expected:,} was to follow: lines are missing."
                )
            elif before and chain != self._chain(before, said):
                faults.append(
                    f"{where} (number {number:,}) is not as it was written, or the line before is not."
                )
            seen[number] = chain
            expected, before = number + 1, chain
        if number < head["n"]:
            faults.append(
                f"the log ends with number {number:,}, but {head['n']:,} were written: its end is missing."
            )
        elif seen.get(head["n"]) != head["chain"]:
            faults.append(f"number {head['n']:,} is not the line that HEAD holds.")
        if mark:
            noted, _, sealed = mark.partition(":")
            if not noted.isdigit() or not sealed:
                raise Problem(
                    "A mark is a number and a seal, as hotspots audit verify prints them: 1234:9f3c…"
                )
            if int(noted) >= first and not seen.get(int(noted), "").startswith(sealed):
                faults.append(
                    f"number {int(noted):,} is not the line that was noted: another log is in its place."
                )
        return Checked(len(files), lines, first, number, chain, tuple(faults))

    def lines(self, whom: Collection[str] = ()) -> Iterator[dict[str, Any]]:
        """The lines, oldest first; those of some aliases where any are named."""
        for _, _, text in _lines(self._files()):
            try:
                said = json.loads(text)
            except ValueError:
                continue
            if not whom or said.get("who") in whom:
                yield said

    # ------------------------------------------------------------ the files

    def _append(self, said: dict[str, Any]) -> None:
        files, head = self._files(), self._head([])
        path = files[-1] if files else self.folder / _named(1)
        if path.is_file() and (last := _last(path)) and last["n"] > head["n"]:
            head |= {"n": last["n"], "chain": last["chain"]}  # written, and then the computer stopped
        if path.is_file() and path.stat().st_size > LARGEST:
            path = self.folder / _named(int(path.stem) + 1)
            for old in files[: max(0, len(files) + 1 - KEPT)]:
                gone = _last(old)
                head |= {"first": gone["n"] + 1, "before": gone["chain"]}
                old.unlink()
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = {"n": head["n"] + 1, "at": at, **said}
        chain = self._chain(head["chain"], line)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "chain": chain}, ensure_ascii=False) + "\n")
        path.chmod(0o600)
        head |= {"n": line["n"], "chain": chain}
        head["seal"] = self._sealed(head)
        beside = self.folder / f".{HEAD}"
        beside.write_text(json.dumps(head), encoding="utf-8")
        os.replace(beside, self.folder / HEAD)

    def _head(self, faults: list[str]) -> dict[str, Any]:
        path = self.folder / HEAD
        if not path.is_file():
            if self._files():
                faults.append("HEAD, which holds the last line, is missing.")
            return {"n": 0, "chain": START, "first": 1, "before": START}
        head: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not hmac.compare_digest(str(head.get("seal", "")), self._sealed(head)):
            faults.append("HEAD, which holds the last line, is not as it was written.")
        return head

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("[0-9]*.jsonl"))

    def _chain(self, before: str, line: dict[str, Any]) -> str:
        text = json.dumps(line, ensure_ascii=False, sort_keys=True)
        return hmac.new(self._key, f"{before}\n{text}".encode(), hashlib.sha256).hexdigest()

    def _sealed(self, head: dict[str, Any]) -> str:
        return self._chain("head", {key: head[key] for key in ("n", "chain", "first", "before")})


def _named(number: int) -> str:
    return f"{number:06d}.jsonl"


def _last(path: Path) -> dict[str, Any]:
    """The last line of a file of the log."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LONGEST))
        lines = file.read().splitlines()
    return dict(json.loads(lines[-1])) if lines else {}


def _lines(files: list[Path]) -> Iterator[tuple[Path, int, str]]:
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            for at, text in enumerate(file, start=1):
                yield path, at, text
