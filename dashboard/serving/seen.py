"""What is seen of a server from outside? Figures for Prometheus, and a line of its log for each request.

Neither holds anything about who asked. Each request has a reference, which its answer carries
(``X-Request-ID``), the sentence about a fault tells, and every line of the log that is written on its behalf
repeats.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pythonjsonlogger.json import JsonFormatter

from dashboard.openapi import Operation, described
from dashboard.replies import REFERENCE, reference

if TYPE_CHECKING:
    from dashboard.serving.editions import Editions

LOG = logging.getLogger("hotspots.requests")
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Seconds at which the histogram of answers counts."""


class Figures:
    """Figures of one server, through all editions."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.answers = Counter(
            "hotspots_answers", "Requests answered.", ("route", "status", "told"), registry=self.registry
        )
        self.seconds = Histogram(
            "hotspots_answer_seconds",
            "Time to an answer.",
            ("route", "told"),
            buckets=BOUNDS,
            registry=self.registry,
        )
        self.going = Gauge("hotspots_requests_going", "Requests being answered.", registry=self.registry)
        self.taken_up = Counter("hotspots_versions_taken_up", "Imports taken up.", registry=self.registry)
        self.refused = Counter(
            "hotspots_versions_refused", "Imports that could not be opened.", registry=self.registry
        )

    def follow(self, editions: Editions) -> None:
        """Tell of the edition in force too."""
        self.registry.register(_OfEdition(editions))


class _OfEdition:
    def __init__(self, editions: Editions) -> None:
        self._editions = editions

    def collect(self) -> Iterator[Metric]:
        edition = self._editions.current
        version = GaugeMetricFamily("hotspots_version", "Version of the data in force.", labels=["version"])
        version.add_metric([edition.atlas.version], 1)
        yield version
        hands = edition.hands
        waiting = GaugeMetricFamily("hotspots_waiting", "Tasks that no process has taken.", labels=["pool"])
        alive = GaugeMetricFamily("hotspots_processes", "Processes that work answers out.", labels=["pool"])
        lost = GaugeMetricFamily("hotspots_processes_lost", "Processes that died at work.", labels=["pool"])
        for name, pool in (("questions", hands.light), ("long", hands.long)):
            if pool is not None:
                waiting.add_metric([name], pool.waiting)
                alive.add_metric([name], len(pool.pids))
                lost.add_metric([name], pool.lost)
        yield from (waiting, alive, lost)
        yield GaugeMetricFamily("hotspots_jobs", "Followers of long pieces of work.", len(hands.jobs))
        yield GaugeMetricFamily("hotspots_kept_answers", "Answers kept as they were sent.", len(hands.kept))
        yield GaugeMetricFamily("hotspots_kept_bytes", "Bytes that they take.", hands.kept.bytes)


def register(server: Flask, figures: Figures) -> None:
    """Count and log the requests of a server, and add its route ``/metrics``."""

    @server.get("/metrics")
    @described(Operation("Figures for Prometheus", "About", {"text/plain": {}}, question=False))
    def metrics() -> Response:
        return Response(generate_latest(figures.registry), content_type=CONTENT_TYPE_LATEST)

    def begin() -> None:
        request.environ.pop(REFERENCE, None)  # it is ours to give
        g.began = perf_counter()
        figures.going.inc()

    server.before_request_funcs.setdefault(None, []).insert(0, begin)

    @server.after_request
    def end(response: Response) -> Response:
        seconds = perf_counter() - g.began
        told = g.get("told", "here")
        route = request.url_rule.rule if request.url_rule else "none"
        figures.answers.labels(route, response.status_code, told).inc()
        figures.seconds.labels(route, told).observe(seconds)
        response.headers["X-Request-ID"] = reference()
        LOG.info(
            "answered",
            extra={
                "method": request.method,
                "path": request.path,
                "query": request.query_string.decode("utf-8", "replace"),
                "status": response.status_code,
                "bytes": response.content_length,
                "milliseconds": round(1000 * seconds, 1),
                "told": told,
            },
        )
        return response

    @server.teardown_request
    def over(_: BaseException | None) -> None:
        if "began" in g:
            figures.going.dec()


# ---------------------------------------------------------------- the log


class Lines(JsonFormatter):
    """One JSON object a line."""

    def add_fields(self, line: dict[str, Any], record: logging.LogRecord, given: dict[str, Any]) -> None:
        super().add_fields(line, record, given)
        if has_request_context():
            line["reference"] = reference()


def log_lines(*, requests: bool) -> None:
    """Log to the standard error stream, a JSON object a line.

    Parameters
    ----------
    requests : bool
        Whether each request is a line; without, only what is wrong.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Lines(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOG.setLevel(logging.INFO if requests else logging.WARNING)
