"""The `hotspots` command: load, check and export data.

``app.py`` adds ``serve``, since the page may know this package but never the reverse.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo.ask.problem import Problem
from geo.cli_output import Form, ending, save

if TYPE_CHECKING:
    from rich.console import Console

    from geo.answer.atlas import Atlas
    from geo.data.receipt import Receipt

SELDOM = 100_000
"""New objects after which a command looks for cycles: modules and tables stay, and looking through them is a
tenth of its start."""
SERVED = 10_000
"""The same for a server, which lives long: it looks a few times an answer, not a hundred times."""

cli = typer.Typer(
    name="hotspots",
    help="Show where and when violence happens in a county, and how sure one can be.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    Path, typer.Option("--data", envvar="HOTSPOTS_DATA", help="Folder that holds the data.", metavar="FOLDER")
]
DATA = Path("data")
AccessFile = Annotated[
    Path | None,
    typer.Option(
        "--access",
        help="The access file, where it is not access.toml in the data folder.",
        envvar="HOTSPOTS_ACCESS",
        metavar="FILE",
    ),
]
EngineUrl = Annotated[
    str,
    typer.Option(
        "--engine",
        envvar="HOTSPOTS_ENGINE",
        help="Who counts: memory, duckdb, postgresql://user@host/database or spark (docs/engines.md).",
        metavar="URL",
    ),
]
ENGINE = "memory"
STOPPED = 130
"""Exit status after Ctrl+C."""
WRITERS: dict[str, Callable[..., bytes]] = {}
"""Form of a file to what writes it of an atlas and a query, where that is made of the page (``app.py``)."""


AsGroup = Annotated[
    str, typer.Option("--as", help="Answer as this group of the access file is answered.", metavar="GROUP")
]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 only when all was done.

    A :class:`~geo.ask.problem.Problem` is printed as one sentence.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a letter shows another
    try:
        cli(args=None if arguments is None else list(arguments), prog_name="hotspots")
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if status == STOPPED:
            print("Stopped; what was begun and not finished changed nothing.", file=sys.stderr)
        return status
    return 0


def console(**how: Any) -> Console:
    """Where text is printed as it stands."""
    from rich.console import Console

    return Console(highlight=False, markup=False, **how)


@contextmanager
def progress_bar(title: str) -> Iterator[Any]:
    """Show a progress bar on a terminal; yields ``report(done, total, what)``."""
    if not sys.stderr.isatty():
        yield lambda done, total, what="": None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=1)

        def report(done: int, total: int, what: str = "") -> None:
            bar.update(task, completed=done, total=max(total, 1), description=what or title)

        yield report


# ---------------------------------------------------------------- load


@cli.command("import")
def import_(  # noqa: PLR0917 - each parameter is an option of the command
    kind: Annotated[
        str,
        typer.Argument(
            help="boundaries, lookup, population, deprivation, places, names, severity, benchmark, "
            "exclusions, definitions, interventions, calendar, schedules, visits, indicators, ethnicity, "
            "classification, workplace, or a kind of event: offences, outcomes, ambulance, ae, admissions, "
            "stop_and_search, or a name of your own with --mapping."
        ),
    ],
    files: Annotated[
        list[Path], typer.Argument(help="CSV files, ZIP archives or folders of them.", metavar="FILE…")
    ],
    data: Data = DATA,
    add: Annotated[
        bool, typer.Option("--add", help="Add to months that are loaded already, instead of replacing them.")
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="TOML file that says what the columns mean (docs/data-formats.md).", metavar="FILE"
        ),
    ] = None,
    period: Annotated[
        str,
        typer.Option(help="With --mapping: year, month or two months (2023-04 to 2024-03) of all its rows."),
    ] = "",
    name: Annotated[str | None, typer.Option(help="Name of the county, shown on the page.")] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            help="Of a national file of small areas keep those of this district, by name or code (repeat for "
            "more)."
        ),
    ] = None,
    layer: Annotated[
        str, typer.Option(help="Layer of a file of boundaries that has several.", metavar="NAME")
    ] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook that has several.", metavar="NAME")] = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would be taken, row by reason, and change nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Import all the same where a mistake is likely.")
    ] = False,
    engine: EngineUrl = ENGINE,
) -> None:
    """Load files of one kind: all of them, or none.

    Small areas (boundaries) come first, then the lookup, then the rest in any order.
    """
    from concurrent.futures import ThreadPoolExecutor
    from importlib import import_module

    from geo.data.read_pieces import begun
    from geo.data.room import keep_room

    keep_room()
    loading = None
    if engine != ENGINE:
        from geo.engines.engine import engine_of

        loading = engine_of(engine).load
    declared = mapping if kind == "indicators" else None
    with begun(files), progress_bar(f"Reading {kind}") as report, ThreadPoolExecutor(1) as beside:
        from geo.data.ingest import import_files
        from geo.data.mapping import read_mapping

        if period and (declared or not mapping):
            raise Problem("--period goes with --mapping, for events of a file without dates: leave it out.")
        source = read_mapping(mapping, kind, period) if mapping and not declared else None
        opens = beside.submit(import_module, "geo.answer.county")  # loaded while the files are read
        beside.submit(import_module, "geo.cli_show")
        receipt = import_files(
            data,
            kind,
            files,
            add=add,
            source=source,
            within=within or (),
            place=name,
            layer=layer,
            sheet=sheet,
            declared=declared,
            explain=explain,
            confirm=lambda receipt: _sure(receipt) or yes,
            opening=lambda version: opens.result().open_new(version),
            loading=loading,
            progress=report,
        )
    from geo.cli_show import show, show_rows

    if explain:
        print("This is what would be taken; nothing was changed.")
    show(receipt)
    if receipt.role and not explain:
        print("A dashboard that serves this folder takes the data up within seconds; its open pages say so.")
        if receipt.remarks:
            print("`hotspots undo` takes the import back.", file=sys.stderr)
    if explain:
        show_rows(receipt)
        _point_out(receipt)
        if receipt.doubts and not yes:
            raise Problem(f"The import would ask about this: {' '.join(receipt.doubts)} --yes says yes.")


def _point_out(receipt: Receipt) -> None:
    """Say what is out of line."""
    for remark in receipt.remarks:
        print(f"Look at this: {remark}", file=sys.stderr)


def _sure(receipt: Receipt) -> bool:
    """Say what is out of line, and ask about what may well be a mistake; no, where nobody can answer."""
    _point_out(receipt)
    if not receipt.doubts:
        return True
    if not sys.stdin.isatty():
        return False
    print("\n" + "\n".join(receipt.doubts))
    print("`hotspots undo` takes an import back.")
    return typer.confirm("Import it all the same?")


@cli.command()
def protect(data: Data = DATA) -> None:
    """Draw the protected versions that sources stored by an earlier version of this program lack."""
    from geo.answer.in_memory import keep
    from geo.data.guarded import protect as draw
    from geo.data.store import Store

    sources = draw(data, keep)
    if not sources:
        print("Every source that is not open has its protected version; nothing was changed.")
        return
    Store(data).tidy()
    print(f"Protected versions drawn of {', '.join(sources)}; the true events are in {data / 'cleared'}.")


@cli.command()
def undo(data: Data = DATA) -> None:
    """Take the last change back, an import or a list of exclusions: the data are as they were before it."""
    from geo.data.receipt import taken_back
    from geo.data.store import Store

    print(taken_back(*Store(data).undo()))


@cli.command()
def fetch(  # noqa: PLR0917 - each parameter is an option of the command
    district: Annotated[
        list[str], typer.Option(help="District of the county, as the ONS names it (repeat for more).")
    ],
    force: Annotated[
        str,
        typer.Option(help="Police force as data.police.uk writes it in file names, such as bedfordshire."),
    ] = "",
    england: Annotated[
        bool,
        typer.Option("--england", help="Also count England's rates, from all forces' files: takes long."),
    ] = False,
    to: Annotated[Path, typer.Option(help="Folder for the files.", metavar="FOLDER")] = Path("downloads"),
    again: Annotated[
        bool, typer.Option("--again", help="Fetch anew what an earlier call has put there.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Download a county's open files: boundaries, residents, deprivation, police data.

    Needs the internet, and is the only command that does. It prints the commands that load the files.
    """
    from geo.data.download import fetch as get

    with progress_bar("Downloading") as report:
        files = get(district, to, force=force, england=england, again=again, progress=report)
    print(f"{len(files)} files are in {to}. Load them, in this order, with:")
    for kind, path in files:
        print(f'  hotspots import {kind} "{path}" --data "{data}"')


@cli.command()
def demo(
    data: Data = DATA,
    drugs: Annotated[
        bool, typer.Option("--drugs", help="With deaths by drugs and alcohol, and treatment by ward.")
    ] = False,
) -> None:
    """Build the synthetic demonstration county."""
    build_demo(data, further=drugs)
    print(f"The demonstration county is in {data}. Look at it with: hotspots serve --data {data}")


def build_demo(data: Path, *, further: bool = False) -> None:
    """Build the demonstration county in a folder, with a progress bar."""
    from geo.demo import build

    with progress_bar("Building the demonstration county") as report:
        build(data, report, further=further)


# ---------------------------------------------------------------- look


@cli.command()
def check(
    data: Data = DATA,
    tidy: Annotated[
        bool,
        typer.Option("--tidy", help="Also delete what later imports replaced (stop the dashboard first)."),
    ] = False,
    access: AccessFile = None,
) -> None:
    """Verify every stored table against its fingerprint, and how people log in; list what is loaded."""
    from geo.access.file import find, read
    from geo.cli_show import show_loaded
    from geo.data.store import Store
    from geo.out.export import ways

    snapshot = Store(data).in_force()
    stored = [role for role in snapshot.roles() if role in snapshot.opened() or snapshot.path(role).is_file()]
    with progress_bar("Verifying") as report:
        faults = list(snapshot.faults(stored, report))
    show_loaded(snapshot, data)
    if faults:
        raise Problem(
            f"{len(faults)} of {len(snapshot.roles())} stored tables are damaged: {' '.join(faults)} "
            "Restore the folder from a backup, or import the files into a new one."
        )
    print(f"All {len(snapshot.roles())} stored tables are as they were written.")
    if path := access or find(data):
        found = read(path)
        if unknown := found.unknown([*snapshot.sources(), *snapshot.tables], list(ways())):
            raise Problem(f"The access file {path} cannot be used: " + " ".join(unknown))
        print(f"The access file {path} is sound: people log in at {found.address}.")
    if tidy:
        print(f"{Store(data).tidy():,} files of earlier versions deleted.")


# ---------------------------------------------------------------- take away


@cli.command()
def export(  # noqa: PLR0917 - each parameter is an option of the command
    url: Annotated[
        str, typer.Option(help="Address from the page, or what follows its “?”: level=ward&month=7.")
    ] = "",
    form: Annotated[
        str, typer.Option("--format", help="Ending of the file: csv, pdf, html…; a wrong one names them all.")
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write, - for standard output; named after what it shows if absent.",
        ),
    ] = None,
    pack: Annotated[bool, typer.Option("--pack", help="Ward packs instead: two pages of A4 a ward.")] = False,
    ward: Annotated[
        list[str] | None, typer.Option(help="Ward to pack, by name or code (repeat for more); else all.")
    ] = None,
    group: AsGroup = "",
    access: AccessFile = None,
    engine: EngineUrl = ENGINE,
    data: Data = DATA,
) -> None:
    """Write what the page shows at an address to a file, whole or not at all."""
    from geo.ask.refusal import search_of
    from geo.out import briefing_sheet, indicator_files
    from geo.out import export as out

    atlas = opened(data, group, access, engine)
    if form in indicator_files.FORMS:
        out.allow(atlas, form)
        save(output or Path(indicator_files.filename(atlas, form)), indicator_files.write(atlas, form))
        return
    query = atlas.exactly(search_of(url))
    home = url.partition("?")[0].rstrip("/") if url.startswith("http") else ""
    if pack or ward:
        from geo.out.ward_pack import wards_of, write_packs

        with progress_bar("Ward packs") as report:
            name, content = write_packs(atlas, query, wards_of(atlas, query, ward or ()), report, home)
    elif form in briefing_sheet.PAPERS:
        with progress_bar("Briefing sheets") as report:
            name, content = briefing_sheet.write_sheets(atlas, query, form, report, home=home)
    else:
        link = f"{home}/{query.to_search()}" if home else ""
        if form in WRITERS:
            out.allow(atlas, form)
            content = WRITERS[form](atlas, query, link)
        else:
            content = out.export(atlas, query, form, link)
        name = out.filename(atlas.answer(query), form)
    save(output or Path(name), content)


def opened(data: Path, group: str = "", access: Path | None = None, engine: str = ENGINE) -> Atlas:
    """Open a data folder: for its owner, or as a group of the access file sees it."""
    from geo.access.file import group_named
    from geo.answer.atlas import Atlas
    from geo.engines.engine import engine_of

    atlas = Atlas.open(data, engine=engine_of(engine))
    return atlas.seen_by(group_named(data, group, access).viewer) if group else atlas


@cli.command()
def assess(  # noqa: PLR0917 - each parameter is an option of the command
    first: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.", metavar="MONTH")] = "",
    last: Annotated[str, typer.Option("--to", help="Last month, YYYY-MM.", metavar="MONTH")] = "",
    borough: Annotated[
        list[str] | None, typer.Option(help="Borough by name or code (repeat for more); else all.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Source by its key, such as offences (repeat for more); else all."),
    ] = None,
    url: Annotated[str, typer.Option(help="Address from the page: its filters hold too.")] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write: .docx, .pdf, .html, - for standard output; else named by what it holds.",
        ),
    ] = None,
    form: Form = "",
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare published with rebuilt figures (demonstration county only)."),
    ] = False,
    group: AsGroup = "",
    access: AccessFile = None,
    engine: EngineUrl = ENGINE,
    data: Data = DATA,
) -> None:
    """Rebuild a needs assessment: every table, figure and finding, as one document."""
    from geo.answer.atlas import Atlas
    from geo.ask.viewer import CLEARED_OWNER
    from geo.out.export import allow
    from geo.out.report import filename, form_of, write
    from geo.tell.assessment import asked
    from geo.tell.assessment import assess as rebuild

    if check:
        from geo.cli_show import show_check

        show_check(Atlas.open(data, CLEARED_OWNER))
        return
    atlas = opened(data, group, access, engine)
    allow(atlas, "assessment")
    form = form_of(ending(output, form, "docx"))
    query = asked(atlas, url, first=first, last=last, boroughs=borough or ())
    with progress_bar("Counting") as report:
        assessment = rebuild(atlas, query, source or query.sources, progress=report)
    with progress_bar("Drawing") as report:
        content = write(assessment, atlas, form, report)
    save(output or Path(filename(assessment, form)), content)
