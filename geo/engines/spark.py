"""How does Spark count? Over the files of the folder, on this computer or on a cluster that sees them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from hashlib import sha256
from threading import Lock
from typing import Any

import ibis
import pandas as pd
from ibis.expr import types as ir
from pyspark.sql import SparkSession

from geo.answer.counts import Opened
from geo.data.store import Snapshot
from geo.engines.events import opened
from geo.engines.rows import AREAS, rows_of, schema_of, together

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # that its tables of pandas are for pandas 2: none is made
    BACKEND = ibis.pyspark
"""Loading it makes known the options by which Ibis writes SQL for Spark."""
LOCAL = "local[*]"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",  # events have no zone
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.ansi.enabled": "false",
}


class Spark:
    """Counts by Spark; its tables are views of the files that a version names.

    Parameters
    ----------
    url : str
        ``spark``, which begins one on this computer, or the ``spark://host:port`` of a cluster.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = Lock()
        self._session: SparkSession | None = None

    def __reduce__(self) -> tuple[type[Spark], tuple[str]]:
        return Spark, (self.url,)  # each process has its own session

    @property
    def session(self) -> SparkSession:
        """The session of this process."""
        with self._lock:
            if self._session is None:
                master = self.url if self.url.startswith("spark://") else LOCAL
                begin: Any = SparkSession.builder
                begin = begin.master(master).appName("hotspots")
                for key, value in SETTINGS.items():
                    begin = begin.config(key, value)
                self._session = begin.getOrCreate()
                self._session.sparkContext.setLogLevel("ERROR")
            return self._session

    def open(self, snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> Opened:
        """Open the events of a source of a snapshot, as its viewer may see them."""
        placed = self._areas(areas)
        roles = snapshot.deliveries(source)
        tables = [rows_of(self._stored(snapshot, one), placed, len(areas)) for one in roles]
        return opened(together(tables), self, snapshot=snapshot, source=source, areas=areas, months=months)

    def load(self, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
        """Nothing is copied: the folder itself is read."""
        return []

    def run(self, expression: ir.Expr) -> pd.DataFrame:
        """Work an expression out."""
        found = self.session.sql(ibis.to_sql(expression, dialect="pyspark"))
        return pd.DataFrame([tuple(row) for row in found.collect()], columns=found.columns)

    def named(self, table: ir.Table) -> ir.Table:
        """The same table under a name, so that a question about it is short: as a view."""
        sql = ibis.to_sql(table, dialect="pyspark")
        name = f"events_{sha256(sql.encode()).hexdigest()[:32]}"
        self.session.sql(sql).createOrReplaceTempView(name)
        return ibis.table(table.schema(), name)

    def _stored(self, snapshot: Snapshot, role: str) -> ir.Table:
        """The file of a role, under a name that is its content's."""
        path = snapshot.path(role)
        schema, name = schema_of(path), f"stored_{path.stem}"
        found = self.session.read.parquet(path.resolve().as_uri())
        for column, kind in schema.items():
            if kind.is_string():
                found = found.withColumn(column, found[column].cast("string"))
        found.createOrReplaceTempView(name)
        return ibis.table(schema, name)

    def _areas(self, areas: pd.Index) -> ir.Table:
        """Positions of the areas on the map, under a name that is that of the codes."""
        codes = areas.astype(str).tolist()
        name = f"areas_{sha256(' '.join(codes).encode()).hexdigest()[:32]}"
        rows = [(code, at) for at, code in enumerate(codes)]
        self.session.createDataFrame(rows, "code string, at int").createOrReplaceTempView(name)
        return ibis.table(AREAS, name)
