"""The entry: `python app.py` (or `hotspots serve`) serves the dashboard.

The page may know :mod:`geo`, never the reverse: so the command of serving is here, beside the commands of
:mod:`geo.cli`.
"""

from __future__ import annotations

import os

# Each question is answered on one core, so that several readers share the others: over matrices this small,
# threads of the linear algebra only wait for each other. Must be known before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What reading a table took is given back: Arrow's own pool keeps some 50 MB of it in each process.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

import errno
import gc
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

# They add their commands:
from geo import cli, cli_access, cli_batch, cli_engine, cli_exclude, cli_judge, cli_patrol, cli_weekends  # noqa: F401
from geo.ask.problem import Problem
from geo.ask.viewer import CLEARED_OWNER, OTHERS, OWNER, Viewer

if TYPE_CHECKING:
    from dashboard.serving.behind import Application
    from dashboard.serving.editions import Editions
    from geo.access.file import Access
    from geo.answer.atlas import Atlas
    from geo.ask.query import Query

BACKLOG = 1024
CONTAINED = os.environ.get("HOTSPOTS_CONTAINER") == "1"
"""Whether this is a container: its addresses are reached from outside only as far as they are published."""
CONFIRMED = "I have a right to the true small numbers"


def fill(data: Path) -> None:
    """Build the demonstration county in a data folder that is empty."""
    from geo.data.store import Store

    if Store(data).empty:
        print(f"There is no data in {data} yet: building the demonstration county there.", flush=True)
        cli.build_demo(data)


def build(
    data: Path,
    viewer: Viewer,
    access: Access | None = None,
    *,
    link: int | None = None,
    workers: int = 0,
    copied: bool = False,
    engine: str = cli.ENGINE,
    shared: str = "",
) -> tuple[Application, Editions]:
    """Open a data folder and make the web application of its dashboard.

    Parameters
    ----------
    data : path
    viewer : Viewer
        Who reaches the page: it shows no true numbers but those that they may see.
    access : Access, optional
        How people log in; each is then shown what their group may see, whoever ``viewer`` is.
    link : int, optional
        Port of a page that asks for the token of its link where data are loaded that are not everybody's.
    workers : int
        Processes for the questions of the page.
    copied : bool
        Whether processes may be copies of this one, which has begun no thread.
    engine : str
        Who counts (:func:`geo.engines.engine.engine_of`).
    shared : str
        Address of the Redis that servers behind one address share; "" for one alone.

    Returns
    -------
    application : WSGI application
        With what stands in front of the page.
    editions : Editions
        What answers behind it.

    Raises
    ------
    Problem
        If the folder holds data that cannot be read.
    """
    from dashboard.door.link import Link
    from dashboard.serving.editions import Editions, Settings
    from geo.engines.engine import engine_of

    counting = engine_of(engine)
    editions = Editions(
        Settings(data, OTHERS if access else viewer, access, workers, counting, copied=copied, shared=shared)
    )
    atlas = editions.current.atlas
    if access:
        try:
            return _behind_the_door(editions, data, access, shared), editions
        except Problem:
            editions.close(0)
            raise
    private = not atlas.synthetic and any(
        one.disclosure != "open" for one in atlas.catalogue.sources.values()
    )
    return (Link(editions, link) if private and link is not None else editions), editions


def _behind_the_door(editions: Editions, data: Path, access: Access, shared: str = "") -> Application:
    """The dashboard of a data folder for people who log in."""
    from dashboard.door.door import Door, Watched
    from geo.access.people import People
    from geo.access.shared import InRedis
    from geo.out.export import ways

    if unknown := access.unknown(list(editions.current.atlas.sources), list(ways())):
        raise Problem(f"The access file {access.path} cannot be used: " + " ".join(unknown))
    people = People(data, keeping=InRedis(shared) if shared else None)
    return Door(Watched(access.path), editions, people)


def access_of(data: Path, named: Path | None = None) -> Access | None:
    """How people log in to a data folder; None where no log-in is set up.

    Raises
    ------
    Problem
        If the access file cannot be used.
    """
    from geo.access.file import find, read

    path = named or find(data)
    return read(path) if path else None


def listen(host: str, port: int, access: Access | None = None) -> socket.socket:
    """Take a port of this computer, before any time is spent on loading data.

    Raises
    ------
    Problem
        If others could connect and no log-in is set up, or the port is taken.
    """
    from dashboard.security import check_address

    if access or not CONTAINED:
        check_address(host, access)
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


def listen_at(path: Path) -> socket.socket:
    """Take a Unix socket that only this account can connect to.

    Raises
    ------
    Problem
        If this system has none, or the path is taken or cannot be written.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise Problem("This system has no Unix sockets: leave out --socket, and serve on a port.")
    taken = socket.socket(socket.AF_UNIX)
    try:
        if path.is_socket() and taken.connect_ex(str(path)) != 0:
            path.unlink()  # left by a program that ended without tidying up
        before = os.umask(0o177)
        try:
            taken.bind(str(path))
        finally:
            os.umask(before)
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        raise Problem(
            f"Cannot listen at {path} ({error.strerror or error}): stop the program that uses it, or name "
            "another path with --socket."
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


def take_along(atlas: Atlas, query: Query, link: str = "") -> bytes:
    """Write the one file to take along, for ``hotspots export --format html``."""
    from dashboard.take_along import write_html

    return write_html(atlas, query, link)


cli.WRITERS["html"] = take_along


@cli.cli.command()
def serve(  # noqa: PLR0917 - each parameter is an option of the command
    data: cli.Data = cli.DATA,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this computer's own need a log-in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8050,
    workers: Annotated[
        int,
        typer.Option(
            help="Processes that answer the questions of the page, for several readers: one for each core.",
            min=0,
            max=64,
        ),
    ] = 0,
    cleared: Annotated[
        bool,
        typer.Option("--cleared", help="Show the true small numbers of controlled sources; asks to confirm."),
    ] = False,
    access: cli.AccessFile = None,
    engine: cli.EngineUrl = cli.ENGINE,
    shared: Annotated[
        str,
        typer.Option(
            help="Address of a Redis, where several servers stand behind one address: rediss://:password@host.",
            envvar="HOTSPOTS_SHARED",
            metavar="URL",
        ),
    ] = "",
    unix: Annotated[
        Path | None,
        typer.Option("--socket", help="Unix socket to listen at, for this account alone.", metavar="PATH"),
    ] = None,
    no_token: Annotated[
        bool,
        typer.Option(
            "--no-token", help="Let every account of this computer reach the page without its link."
        ),
    ] = False,
    behind: Annotated[
        list[str] | None,
        typer.Option(
            help="Address or network of a reverse proxy that is believed who asks, and how (repeat for more)."
        ),
    ] = None,
    log: Annotated[
        bool, typer.Option("--log", help="Log every request, a JSON object a line, not only what is wrong.")
    ] = False,
) -> None:
    """Serve the dashboard: to this computer, or to those who log in."""
    from dashboard.serving.behind import Behind
    from dashboard.serving.seen import log_lines
    from dashboard.serving.start import start
    from geo.data.room import share_room

    gc.set_threshold(cli.SERVED)
    people = access_of(data, access)
    if cleared and people:
        raise Problem(
            f"Who sees true small numbers is written in {people.path}, group by group: leave out --cleared."
        )
    if cleared:
        confirm()
    with listen_at(unix) if unix else listen(host, port, people) as taken:
        on = 0 if unix else taken.getsockname()[1]
        link = None if no_token or unix or CONTAINED else on
        viewer = CLEARED_OWNER if cleared else OTHERS if CONTAINED else OWNER
        log_lines(requests=log)
        share_room()
        fill(data)
        application, editions = build(
            data,
            viewer,
            people,
            link=link,
            workers=workers,
            copied=engine == cli.ENGINE,  # a connection to a database has no copy
            engine=engine,
            shared=shared,
        )
        shown = f"[{host.strip('[]')}]" if ":" in host else host
        address = f"at {unix}" if unix else f"on http://{shown}:{on}"
        if token := getattr(application, "token", ""):
            address += f"/?token={token}"
        where = "Open that address in a browser." if not unix else "Reach it by a tunnel or a proxy."
        where = f"People log in at {people.address}." if people else where
        print(
            f"The dashboard is {address}\n{where} Stop with Ctrl+C. "
            "To load your own data see: hotspots import --help",
            flush=True,
        )
        try:
            start(Behind(application, behind or ()), editions, taken)
        finally:
            if unix:
                unix.unlink(missing_ok=True)


def main() -> None:
    """Run the ``hotspots`` command."""
    gc.set_threshold(cli.SELDOM)
    status = cli.run()
    gc.freeze()  # what is left ends with the process: it is not looked through
    sys.exit(status)


if __name__ == "__main__":
    sys.exit(cli.run(["serve", *sys.argv[1:]]))
