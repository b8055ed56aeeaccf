"""The entry: `python app.py` (or `hotspots serve`) serves the dashboard, `gunicorn app:server` imports it.

The page may know :mod:`geo`, never the reverse: so the command of serving is here, beside the commands of
:mod:`geo.cli`.
"""

from __future__ import annotations

import os

# Each question is answered on one core, so that several readers share the others: over matrices this small,
# threads of the linear algebra only wait for each other. Must be known before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import errno
import logging
import socket
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo import cli
from geo.ask.problem import Problem
from geo.ask.viewer import CLEARED_OWNER, OTHERS, OWNER, Viewer
from geo.data.store import Store

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
BACKLOG = 256


CONFIRMED = "I have a right to the true small numbers"


def build(data: Path, viewer: Viewer) -> Flask:
    """Open a data folder and make the web application of its dashboard.

    An empty folder gets the demonstration county first.

    Parameters
    ----------
    data : path
    viewer : Viewer
        Who reaches the page: it shows no true numbers but those that they may see.

    Raises
    ------
    Problem
        If the folder holds data that cannot be read.
    """
    from dashboard import create_app
    from geo.answer.atlas import Atlas

    if Store(data).empty:
        print(f"There is no data in {data} yet: building the demonstration county there.", flush=True)
        cli.build_demo(data)
    snapshot, damage = Store(data).open_or_former(viewer)
    if damage:
        print(damage, file=sys.stderr, flush=True)
    return create_app(Atlas(snapshot)).server


def listen(host: str, port: int) -> socket.socket:
    """Take a port of this computer, before any time is spent on loading data.

    Raises
    ------
    Problem
        If the address is not this computer's own, or the port is taken.
    """
    from dashboard.security import check_address

    check_address(host)
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name == "posix":  # elsewhere this would share the port with whoever has it
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host.strip("[]"), port))
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            raise Problem(
                f"Port {port} is in use: stop the program that uses it, or serve on another, "
                f"for example with --port {port + 10}."
            ) from error
        raise Problem(
            f"Cannot listen on {host}, port {port} ({error.strerror}): try another --port, from 1024 up."
        ) from error
    return taken


def confirm() -> None:
    """Have a sentence typed before true small numbers are shown.

    Raises
    ------
    Problem
        If another is typed.
    """
    print(
        "The page will show true small numbers of people's use of services. Nobody without a right to them "
        "may see it, and nothing made with it may be shared."
    )
    if typer.prompt(f"To go on, type: {CONFIRMED}\n", default="", show_default=False).strip() != CONFIRMED:
        raise Problem(
            "That is not the sentence, so nothing is shown: type it as it stands, or leave out --cleared."
        )


@cli.cli.command()
def serve(
    data: cli.Data = cli.DATA,
    host: Annotated[
        str, typer.Option(help="Address to listen on; only this computer's own is allowed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8050,
    cleared: Annotated[
        bool,
        typer.Option("--cleared", help="Show the true small numbers of controlled sources; asks to confirm."),
    ] = False,
) -> None:
    """Serve the dashboard to this computer."""
    from waitress.server import create_server

    if cleared:
        confirm()
    with listen(host, port) as taken:
        application = build(data, CLEARED_OWNER if cleared else OWNER)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        server = create_server(application, sockets=[taken], threads=THREADS, ident=None)
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        print(
            f"The dashboard is on http://{shown}:{taken.getsockname()[1]}\n"
            "Open that address in a browser. Stop with Ctrl+C. "
            "To load your own data see: hotspots import --help",
            flush=True,
        )
        server.run()


@cache
def _server() -> Flask:
    try:
        return build(Path(os.environ.get("HOTSPOTS_DATA", cli.DATA)), OTHERS)
    except Problem as problem:
        sys.exit(str(problem))


def __getattr__(name: str) -> Any:
    """Make ``app.server`` when it is first asked for: importing this module opens nothing."""
    if name == "server":
        return _server()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Run the ``hotspots`` command."""
    sys.exit(cli.run())


if __name__ == "__main__":
    sys.exit(cli.run(["serve", *sys.argv[1:]]))
