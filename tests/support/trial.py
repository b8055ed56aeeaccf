"""The trial of a partnership without containers: each service's own command, with its mounts as folders.

A path of a container is the folder or file that is mounted there, a name of the network is an address of this
machine, and what an image brings (Caddy, the dashboard) is what is installed here.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

import app

TRIAL = Path(__file__).resolve().parents[2] / "deploy"
CADDY = "caddy run --config /etc/caddy/Caddyfile --adapter caddyfile".split()
"""What Caddy's image runs."""
HOME = "/data"
"""Where Caddy's image keeps what it makes, and the dashboard's image its data."""


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def composed(*files: str) -> dict[str, Any]:
    """What compose makes of files laid over one another: mappings are joined, of the rest the last counts."""
    made: dict[str, Any] = {}
    for file in files:
        made = _laid(made, yaml.safe_load((TRIAL / file).read_text(encoding="utf-8")))
    return made


def _laid(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _laid(below.get(key), value) for key, value in above.items()}


class Trial:
    """The services of compose files, as programs of this machine.

    Parameters
    ----------
    folder : path
        For volumes and changed files.
    changes : mapping of str to str
        Texts of its files and commands to what stands for them here.
    files : str
        The compose files, each laid over those before.
    """

    def __init__(self, folder: Path, changes: Mapping[str, str], *files: str) -> None:
        self._folder, self._changes = folder, changes
        self.services: dict[str, Any] = composed("compose.yaml", *files)["services"]
        self._running: list[subprocess.Popen[str]] = []

    def mounts(self, service: str) -> dict[str, Path]:
        """Path in a service's container to what is mounted there."""
        found = {}
        for volume in self.services[service].get("volumes", ()):
            source, path, *_ = volume.split(":")
            here = self._folder / source.lstrip("./")
            if source.startswith("./") and not here.exists():
                here.write_text(self._here((TRIAL / source).read_text()))
            elif not source.startswith("./"):
                here.mkdir(exist_ok=True)
            found[path.rstrip("/")] = here
        return found

    def command(self, service: str) -> list[str]:
        """The command of a service, with the paths and names of this machine."""
        said, mounts = self.services[service].get("command", CADDY), self.mounts(service)
        for path, here in mounts.items():
            said = [re.sub(rf"(?<![\w./-]){path}(?![\w.-])", str(here), word) for word in said]
        return [self._here(word) for word in said]

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service, with the paths of this machine."""
        mounts, said = self.mounts(service), self.services[service].get("environment", {})
        home = str(mounts.get(HOME, self._folder))
        own = {key: self._here(value) for key, value in said.items()}
        for path, here in mounts.items():
            own = {key: value.replace(f"{path}/", f"{here}/") for key, value in own.items()}
        return os.environ | {"XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "HOTSPOTS_DATA": home} | own

    def run(self, service: str) -> None:
        """Run a service that ends."""
        subprocess.run(self.command(service), env=self.environment(service), check=True, timeout=60)

    def asks(self, service: str) -> list[str]:
        """What the shell of a service has ``hotspots`` do: each time is told, and succeeds."""
        program = self._folder / "bin" / "hotspots"
        program.parent.mkdir(exist_ok=True)
        program.write_text('#!/bin/sh\necho "$@"\n')
        program.chmod(0o755)
        environment = self.environment(service)
        environment["PATH"] = f"{program.parent}:{environment['PATH']}"
        told = subprocess.run(
            self.command(service), env=environment, check=True, timeout=60, stdout=subprocess.PIPE, text=True
        )
        return told.stdout.splitlines()

    def start(self, service: str, more: tuple[str, ...] = ()) -> str:
        """Begin a service that goes on; the line with which the dashboard says that it is there."""
        words = self.command(service)
        if words[0] == "hotspots":
            words = [sys.executable, app.__file__, *words[2:], *more]
        with (self._folder / f"{service}.log").open("w") as log:
            begun = subprocess.Popen(
                words,
                env=self.environment(service),
                cwd=self._folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._running.append(begun)
        assert begun.stdout is not None
        return begun.stdout.readline() if more else ""

    def stop(self) -> None:
        """Stop all that goes on, the last one first."""
        for one in reversed(self._running):
            one.send_signal(signal.SIGINT)
            one.wait(60)
            assert one.stdout is not None
            one.stdout.close()

    def _here(self, text: str) -> str:
        for name, here in self._changes.items():
            text = text.replace(name, here)
        return text


def caddy_is_here() -> bool:
    """Whether Caddy is installed."""
    return shutil.which("caddy") is not None
