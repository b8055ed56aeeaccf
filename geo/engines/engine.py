"""Which engine counts, and how is it reached?

:func:`engine_of` reads what ``--engine`` names. No library of a database is imported unless one is chosen.
"""

from __future__ import annotations

from geo.answer.counts import Engine
from geo.answer.in_memory import IN_MEMORY
from geo.ask.problem import Problem

MEMORY = "memory"
KNOWN = "memory, duckdb, postgresql://… or spark"


def engine_of(url: str) -> Engine:
    """The engine that an address names.

    Parameters
    ----------
    url : str
        ``memory``; ``duckdb``, over the files of the data folder; ``postgresql://user@host/database``;
        ``spark``, or the ``spark://host:port`` of a cluster.

    Raises
    ------
    Problem
        If there is none of that name, or what it needs is not installed.
    """
    kind = url.partition(":")[0].lower()
    try:
        if kind == MEMORY:
            return IN_MEMORY
        if kind == "duckdb":
            from geo.engines.duck import DuckDB

            return DuckDB()
        if kind in ("postgresql", "postgres"):
            from geo.engines.postgres import PostgreSQL

            return PostgreSQL(url)
        if kind == "spark":
            from geo.engines.spark import Spark

            return Spark(url)
    except ModuleNotFoundError as error:
        raise Problem(
            f"The engine {kind} needs the package {error.name}, which is not installed: install what engines "
            'need with pip install "hotspots[engines]", or "hotspots[spark]" for Spark.'
        ) from error
    raise Problem(f"There is no engine “{kind}”: it is one of {KNOWN}.")
