"""How does a data folder come into PostgreSQL? Copied file by file, in one transaction: whole, or not at all.

Its tables are made before the folder switches to the version that names them. True events of sources that are
not open are in a schema of their own, which only those cleared open.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import ibis
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from ibis.expr import types as ir

from geo.ask.problem import Problem
from geo.data.store import CLEARED, Snapshot
from geo.engines.rows import AREAS, rows_of, schema_of

SCHEMA, TRUE_SCHEMA = "hotspots", "hotspots_cleared"
"""Of the tables that everybody's questions read, and of true events of sources that are not open."""
FORM = "1"
"""Of :func:`geo.engines.rows.rows_of`: another makes other tables of the same files."""
KINDS = {
    "int8": "smallint",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "float32": "real",
    "float64": "double precision",
    "boolean": "boolean",
    "string": "text",
    "timestamp": "timestamp",
}
HELD = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)"


def copied(one: psycopg.Connection, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
    """Copy what a version of a folder needs and is not there yet, within a transaction.

    Each file is compared with its fingerprint first, and its rows are counted where they arrived.

    Parameters
    ----------
    one : Connection
    snapshot : Snapshot
        Whole, as its owner sees it.
    tidy : bool
        Whether to drop what this version does not need.

    Returns
    -------
    list of str
        The roles that were copied.

    Raises
    ------
    Problem
        If a file is not as it was written, or arrived in part.
    """
    areas = snapshot.read("areas/lsoa").index
    protected = snapshot.roles("incidents/")
    true = {role.replace("incidents", CLEARED, 1) for role in protected}
    roles = [*protected, *(role for role in snapshot.roles(f"{CLEARED}/") if role in true)]
    wanted = {role: named(snapshot, role, areas) for role in roles}
    one.execute("SELECT pg_advisory_xact_lock(hashtext('hotspots load'))")
    for schema in (SCHEMA, TRUE_SCHEMA):
        one.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    there = {(str(schema), str(name)) for schema, name in one.execute(HELD, ([SCHEMA, TRUE_SCHEMA],))}
    missing = [role for role, table in wanted.items() if table not in there]
    if fault := next(snapshot.faults(missing), ""):
        raise Problem(f"Nothing was loaded: in the folder {snapshot.folder} the stored table {fault}")
    if missing:
        _copy_areas(one, areas)
    for role in missing:
        _copy(one, snapshot, role, areas)
    for schema, name in sorted(there - set(wanted.values())) if tidy else ():
        one.execute(f'DROP TABLE {schema}."{name}"')
    return missing


def _copy(one: psycopg.Connection, snapshot: Snapshot, role: str, areas: pd.Index) -> None:
    """Copy one file, work out its columns, and count its rows."""
    stored, (schema, name) = _stored(snapshot, role), named(snapshot, role, areas)
    one.execute("DROP TABLE IF EXISTS pg_temp.arriving")
    columns = ", ".join(f'"{c}" {KINDS[type(kind).__name__.lower()]}' for c, kind in stored.schema().items())
    one.execute(f"CREATE TEMP TABLE arriving ({columns}) ON COMMIT DROP")
    with one.cursor().copy("COPY arriving FROM STDIN (FORMAT csv)") as copy:
        for part in _as_csv(snapshot.path(role), stored.schema()):
            copy.write(part)
    one.execute(f'CREATE TABLE {schema}."{name}" AS {sql_of(counted(snapshot, role, areas))}')
    (rows,) = one.execute(f'SELECT count(*) FROM {schema}."{name}"').fetchone() or (0,)
    if rows != snapshot.entry(role)["rows"]:
        raise Problem(f"Nothing was loaded: of {role} {rows:,} rows arrived in the database.")
    one.execute(f'ANALYZE {schema}."{name}"')


def named(snapshot: Snapshot, role: str, areas: pd.Index) -> tuple[str, str]:
    """Schema and name of the table of a role: its content's, on this map."""
    content = snapshot.entry(role)["sha256"]
    whole = sha256(" ".join([FORM, content, *areas.astype(str)]).encode()).hexdigest()
    return TRUE_SCHEMA if role.startswith(CLEARED) else SCHEMA, f"events_{whole[:40]}"


def _stored(snapshot: Snapshot, role: str) -> ir.Table:
    """A file as it arrives."""
    return ibis.table(schema_of(snapshot.path(role)), "arriving")


def counted(snapshot: Snapshot, role: str, areas: pd.Index) -> ir.Table:
    """The same as it is counted."""
    return rows_of(_stored(snapshot, role), ibis.table(AREAS, "placed"), len(areas))


def _copy_areas(one: psycopg.Connection, areas: pd.Index) -> None:
    one.execute("CREATE TEMP TABLE placed (code text, at integer) ON COMMIT DROP")
    with one.cursor().copy("COPY placed FROM STDIN") as copy:
        for at, code in enumerate(areas.astype(str)):
            copy.write_row((code, at))


def _as_csv(path: Path, schema: ibis.Schema) -> Iterator[bytes]:
    """Rows of a file as text, some at a time; what is missing is not quoted."""
    wanted = schema.to_pyarrow()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    for batch in pq.ParquetFile(path).iter_batches():
        sink = pa.BufferOutputStream()
        pa.csv.write_csv(pa.Table.from_batches([batch]).cast(wanted), sink, options)
        yield sink.getvalue().to_pybytes()


def sql_of(expression: ir.Expr) -> str:
    """An expression as PostgreSQL reads it."""
    return str(ibis.to_sql(expression, dialect="postgres"))
