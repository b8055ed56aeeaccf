"""The command that copies a data folder into the database that is to count it."""

from __future__ import annotations

from typing import Annotated

import typer

from geo import cli


@cli.cli.command()
def load(
    engine: cli.EngineUrl,
    data: cli.Data = cli.DATA,
    tidy: Annotated[
        bool,
        typer.Option("--tidy", help="Also drop what earlier versions needed (of one folder a database)."),
    ] = False,
) -> None:
    """Copy a data folder into the database that is to count: all of it, or nothing."""
    from geo.ask.viewer import CLEARED_OWNER
    from geo.data.store import Store
    from geo.engines.engine import engine_of

    snapshot = Store(data).open(CLEARED_OWNER)
    copied = engine_of(engine).load(snapshot, tidy=tidy)
    print(f"{len(copied)} tables copied; version {snapshot.version} of {data} can be counted there.")
