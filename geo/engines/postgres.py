"""How does PostgreSQL count? Over tables that were copied from the data folder, each named after its content.

A version of a folder is its manifest, which names every file by its content; a table of the database has that
name too. So a server that has opened one version never reads another, whatever is loaded beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import local
from typing import Any
from urllib.parse import urlsplit

import ibis
import pandas as pd
import psycopg
from ibis.expr import types as ir
from psycopg.conninfo import conninfo_to_dict
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from geo.answer.counts import Opened
from geo.ask.problem import Problem
from geo.data.store import Snapshot
from geo.engines.copied import copied, counted, named, sql_of
from geo.engines.events import opened
from geo.engines.rows import together

PATIENCE = 30.0
"""Seconds for which a database that has gone is asked again."""
LOST = (psycopg.OperationalError, psycopg.InterfaceError)
READ_ONLY = "-c default_transaction_read_only=on"
MAY_READ = """
SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s
"""


class _Own(psycopg.Connection[Any]):
    """The connection of one thread, which is closed when the thread has ended."""

    def __del__(self, *_: Any) -> None:
        self.close()


class PostgreSQL:
    """Counts by a PostgreSQL server.

    Parameters
    ----------
    url : str
        ``postgresql://user@host/database``, as libpq reads it.

    Raises
    ------
    Problem
        If libpq cannot read it; its own words would tell the password.
    """

    def __init__(self, url: str) -> None:
        try:
            conninfo_to_dict(url)
        except psycopg.Error:
            raise Problem(
                "The address of the engine cannot be read: write it as postgresql://user@host/database, "
                "signs other than letters and digits in a password as %40 and the like."
            ) from None
        self.url = url
        self.lost = 0
        self._mine = local()

    def __reduce__(self) -> tuple[type[PostgreSQL], tuple[str]]:
        return PostgreSQL, (self.url,)  # each process has its own connections

    @property
    def name(self) -> str:
        """What it is called, without a password."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or 'this computer'}{parts.path}"

    # ------------------------------------------------------------ asking

    def open(self, snapshot: Snapshot, source: str, areas: pd.Index, months: Sequence[int]) -> Opened:
        """Open the events of a source of a snapshot, as its viewer may see them."""
        roles = snapshot.deliveries(source)
        there = {role: named(snapshot, role, areas) for role in roles}
        missing = [role for role, (schema, name) in there.items() if not self._holds(schema, name)]
        if missing:
            raise Problem(
                f"The database {self.name} does not hold {missing[0]} of this version of {snapshot.folder}: "
                f'load it with hotspots load --engine URL --data "{snapshot.folder}".'
            )
        tables = [
            ibis.table(counted(snapshot, role, areas).schema(), name, database=schema)
            for role, (schema, name) in there.items()
        ]
        return opened(together(tables), self, snapshot=snapshot, source=source, areas=areas, months=months)

    def run(self, expression: ir.Expr) -> pd.DataFrame:
        """Work an expression out; a server that has gone is asked again."""
        return self._again(lambda one: _frame(one.execute(sql_of(expression))))

    def named(self, table: ir.Table) -> ir.Table:
        """The same table: nothing is written for a question."""
        return table

    def _holds(self, schema: str, name: str) -> bool:
        """Whether a table is there, for who asks."""
        found = self._again(lambda one: one.execute(MAY_READ, (schema, name)).fetchone())
        return bool(found and found[0])

    def _again(self, ask: Callable[[psycopg.Connection], Any]) -> Any:
        """Ask over this thread's connection, and once more over a new one where it was lost."""

        def attempt() -> Any:
            if getattr(self._mine, "one", None) is None:
                self._mine.one = self._connected()
            try:
                return ask(self._mine.one)
            except LOST:
                self.lost += 1
                self._mine.one.close()
                self._mine.one = None
                raise

        patiently = Retrying(
            retry=retry_if_exception_type(LOST),
            wait=wait_exponential(0.05, max=2),
            stop=stop_after_delay(PATIENCE),
            reraise=True,
        )
        try:
            return patiently(attempt)
        except LOST as error:
            raise Problem(
                f"The database {self.name} does not answer ({_first_line(error)}): start it, or count in "
                "this process with --engine memory."
            ) from error

    def _connected(self) -> psycopg.Connection:
        """Connect; who is refused, and not only while the server starts or stops, is told so at once."""
        try:
            return _Own.connect(self.url, autocommit=True, options=READ_ONLY)
        except psycopg.OperationalError as error:
            said = str(error)
            if "FATAL:" not in said or "the database system is" in said:
                raise
            raise Problem(
                f"The database {self.name} refuses ({_first_line(error)}): check the role, its password and "
                "the name of the database."
            ) from error

    def load(self, snapshot: Snapshot, *, tidy: bool = False) -> list[str]:
        """Copy what a version of a folder needs and is not there yet: all of it or, with Problem, nothing."""
        try:
            with psycopg.connect(self.url) as one, one.transaction():
                return copied(one, snapshot, tidy=tidy)
        except psycopg.Error as error:
            raise Problem(
                f"Nothing was loaded into the database {self.name}: {_first_line(error)}. Who loads it "
                "has to be able to connect, and to make schemas."
            ) from error


def _frame(cursor: psycopg.Cursor) -> pd.DataFrame:
    assert cursor.description is not None
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
