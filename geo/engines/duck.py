"""How does DuckDB count? Over the Parquet files of the data folder, of which it holds nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from threading import Lock
from typing import Any

import duckdb
import ibis
import pandas as pd
from ibis.expr import types as ir

from geo.answer.counts import Opened
from geo.data.store import Snapshot
from geo.engines.events import opened
from geo.engines.rows import AREAS, rows_of, schema_of, together


class DuckDB:
    """Counts by DuckDB, in this process; its tables are views of the files that a version names."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[DuckDB], tuple[()]]:
        return DuckDB, ()  # each process has its own

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(":memory:")

    def open(self, snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> Opened:
        """Open the events of a source of a snapshot, as its viewer may see them."""
        placed = self._areas(areas)
        tables = [
            rows_of(self._stored(snapshot, one), placed, len(areas)) for one in snapshot.deliveries(source)
        ]
        return opened(together(tables), self, snapshot=snapshot, source=source, areas=areas, months=months)

    def load(self, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
        """Nothing is copied: the folder itself is read."""
        return []

    def run(self, expression: ir.Expr) -> pd.DataFrame:
        """Work an expression out."""
        return self._execute(ibis.to_sql(expression, dialect="duckdb")).df()

    def named(self, table: ir.Table) -> ir.Table:
        """The same table under a name, so that a question about it is short: as a view."""
        sql = ibis.to_sql(table, dialect="duckdb")
        name = _name("events", sql)
        self._execute(f"CREATE VIEW IF NOT EXISTS {name} AS {sql}")
        return ibis.table(table.schema(), name)

    def _execute(self, sql: str) -> Any:
        with self._lock:
            cursor = self._database.cursor()
        return cursor.execute(sql)

    def _stored(self, snapshot: Snapshot, role: str) -> ir.Table:
        """The file of a role, under a name that is its content's."""
        path = snapshot.path(role)
        name, quoted = f"stored_{path.stem}", str(path.resolve()).replace("'", "''")
        schema = schema_of(path)
        texts = ", ".join(f'"{c}"::VARCHAR AS "{c}"' for c, kind in schema.items() if kind.is_string())
        columns = f"* REPLACE ({texts})" if texts else "*"
        self._execute(f"CREATE VIEW IF NOT EXISTS {name} AS SELECT {columns} FROM read_parquet('{quoted}')")
        return ibis.table(schema, name)

    def _areas(self, areas: pd.Index) -> ir.Table:
        """Positions of the areas on the map, under a name that is that of the codes."""
        codes = areas.astype(str).tolist()
        name = _name("areas", " ".join(codes))
        table = pd.DataFrame({"code": codes, "at": range(len(codes))})
        with self._lock:
            cursor = self._database.cursor()
            cursor.register("placed", table)
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM placed")
            cursor.unregister("placed")
        return ibis.table(AREAS, name)


def _name(what: str, content: str) -> str:
    """A name that is that of a content."""
    return f"{what}_{sha256(content.encode()).hexdigest()[:32]}"
