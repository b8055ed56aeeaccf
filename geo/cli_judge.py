"""The commands that judge the program itself: how often it is wrong, and how fast it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from geo import cli
from geo.ask.problem import Problem


@cli.cli.command()
def calibrate(
    url: Annotated[
        str, typer.Option(help="Address from the page: its source, categories, level and correction hold.")
    ] = "",
    maps: Annotated[int, typer.Option(min=20, help="Maps drawn of each world.")] = 200,
    events: Annotated[
        float | None, typer.Option(min=0.1, help="Events an area in a year, fewer than there are.")
    ] = None,
    engine: cli.EngineUrl = cli.ENGINE,
    data: cli.Data = cli.DATA,
) -> None:
    """Count how often each verdict is given where nothing has happened, on this county's own map.

    Prints a Markdown table. docs/methods/calibration.md says what each world is.
    """
    from geo.ask.refusal import search_of
    from geo.tell.calibration import table_of, to_try, tried

    atlas = cli.opened(data, engine=engine)
    query = atlas.exactly(search_of(url))
    pairs = to_try(atlas, query)
    found = {}
    with cli.progress_bar("Maps on which nothing happens") as report:
        for one in tried(atlas, query, pairs, maps=maps, per_area=events):
            found[one.layer, one.world] = one
            report(len(found), len(pairs), one.layer)
    print(table_of([found[key, world.key] for key, world in pairs]))


@cli.cli.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Measure less of each.")] = False,
    other: Annotated[
        Path | None,
        typer.Option(help="Another checkout, to measure beside this one in the same runs.", metavar="FOLDER"),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="File for what was measured.", metavar="FILE")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="One part, as england or page (repeat for more); else all.",
            metavar="PART",
        ),
    ] = None,
) -> None:
    """Measure how fast it is, with a description of the machine (in a checkout of the source)."""
    folder = Path(__file__).resolve().parents[1] / "benchmarks"
    script = folder / "all.py"
    if not script.is_file():
        raise Problem(
            "The benchmarks are in the source, not in the installed program: run this in a checkout."
        )
    parts = sorted(path.stem.removeprefix("bench_") for path in folder.glob("bench_*.py"))
    if unknown := [part for part in only or () if part not in parts]:
        raise Problem(f"There is no benchmark {unknown[0]}: choose of {', '.join(parts)}.")
    arguments = [*(["--quick"] if quick else []), *(word for part in only or () for word in ("--only", part))]
    for name, path in (("--other", other), ("--json", json)):
        arguments += [name, os.fspath(path.resolve())] if path else []
    run = subprocess.run([sys.executable, os.fspath(script), *arguments], check=False)
    raise typer.Exit(run.returncode)
