"""The rooms of the program and which way its imports run, read off the source itself."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path for folder in ("geo", "dashboard", "hotspots") for path in (ROOT / folder).rglob("*.py")
)

ROOMS = (
    "ask",
    "stats",
    "data",
    "access",
    "answer",
    "engines",
    "tell",
    "out",
    "demo",
    "cli_table",
    "cli_show",
    "cli_output",
    "cli",
    "cli_access",
    "cli_batch",
    "cli_engine",
    "cli_exclude",
    "cli_judge",
    "cli_patrol",
    "cli_weekends",
)
"""The rooms of ``geo/``: each may import itself and the rooms named before it."""
RANK = {name: rank for rank, name in enumerate(ROOMS)}

IO_MODULES = {"csv", "glob", "http", "io", "os", "pathlib", "pickle", "requests", "shutil", "socket"}
IO_MODULES |= {"sqlite3", "subprocess", "tempfile", "urllib", "zipfile"}
IO_CALLS = {"open", "print", "input", "read_csv", "read_parquet", "read_file", "read_text", "read_bytes"}
IO_CALLS |= {"write_text", "write_bytes", "to_csv", "to_parquet", "to_file"}
SLOW_TO_IMPORT = {"esda", "geopandas", "libpysal", "matplotlib", "statsmodels"}
BEYOND = {"app", "hotspots"}
"""What even the page does not import."""
STATE = {"DataFrame", "GeoDataFrame", "read_csv", "read_parquet", "read_file", "Dash", "create_app"}


def dotted(path: Path) -> str:
    """Name of a file as a module, ``geo.demo.county``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: not in functions, not for the type checker only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from at_import(node)


def imports(nodes: Iterator[ast.AST]) -> set[str]:
    """Dotted names that the nodes import; ``from geo import rates`` counts as ``geo.stats.rates``."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"import from the root, not relatively: {ast.unparse(node)}"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def called(nodes: Iterator[ast.AST]) -> set[str]:
    """Last names of what the nodes call."""
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return {
        f.attr if isinstance(f, ast.Attribute) else f.id
        for f in calls
        if isinstance(f, ast.Attribute | ast.Name)
    }


@cache
def tree_of(path: Path) -> ast.Module:
    """Syntax tree of a source file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every source file: its dotted name and its syntax tree."""
    return ((dotted(path), tree_of(path)) for path in SOURCES)


def room(name: str) -> str:
    """Part of a dotted name that the order speaks of: ``geo.demo.county`` is in ``demo``."""
    return name.split(".")[1]


def wrong_imports(name: str, tree: ast.Module) -> str:
    """Say what is wrong with the imports of a file, if anything is."""
    used = imports(ast.walk(tree))
    outside = {"dash", "plotly", "dashboard", "app", "flask", "hotspots"} & {n.split(".")[0] for n in used}
    if name.startswith("dashboard"):
        return f"must know nothing of {outside & BEYOND}" if outside & BEYOND else ""
    if outside:
        return f"computes; it must know nothing of {outside}"
    if name in ("geo", "hotspots"):
        return ""
    if room(name) not in RANK:
        return "say in ROOMS where it stands"
    theirs = {n for n in used if n.startswith("geo.")}
    if later := {n for n in theirs if RANK[room(n)] > RANK[room(name)]}:
        return f"comes before {later}"
    others = {n for n in theirs if room(n) != "stats"} - {"geo.ask.problem.Problem"}
    return f"computes with arrays alone, not with {others}" if room(name) == "stats" and others else ""


def test_imports_run_one_way() -> None:
    wrong = {name: wrong_imports(name, tree) for name, tree in modules()}
    assert len(wrong) > 300
    assert not {name: why for name, why in wrong.items() if why}


def test_no_circle_of_imports() -> None:
    graph: dict[str, set[str]] = {}
    for path in SOURCES:
        used = imports(ast.walk(tree_of(path)))
        if dotted(path).startswith("geo."):
            graph[dotted(path)] = {n for n in used if n.startswith("geo.")}
    for name, used in graph.items():  # "geo.stats.rates.dsr" is a name in "geo.stats.rates"
        graph[name] = {n if n in graph else n.rpartition(".")[0] for n in used}
    for name, used in graph.items():
        used.discard(name)
    while leaves := {name for name, used in graph.items() if not used & graph.keys()}:
        graph = {name: used for name, used in graph.items() if name not in leaves}
    assert not graph, f"these import each other in a circle: {sorted(graph)}"


def test_statistics_do_no_io() -> None:
    for name, tree in modules():
        if name.startswith("geo.stats."):
            assert not {n.split(".")[0] for n in imports(ast.walk(tree))} & IO_MODULES, name
            assert not called(ast.walk(tree)) & IO_CALLS, name


def test_slow_libraries_wait_until_they_are_used() -> None:
    for name, tree in modules():
        slow = {n.split(".")[0] for n in imports(at_import(tree))} & SLOW_TO_IMPORT
        if name.startswith("dashboard"):
            slow -= {"geopandas"}  # the map that it serves is open before the first request
        assert not slow, f"{name} imports {slow} at its head; import inside the function that needs it"


def test_modules_hold_no_data_and_no_app() -> None:
    for name, tree in modules():
        made = called(at_import(tree)) & STATE
        assert not made, f"{name} makes {made} while it is imported; make it in a function"
