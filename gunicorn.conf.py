"""How does gunicorn serve the dashboard? Read by ``gunicorn app:server`` when it is started in this folder.

It listens on this machine only, like ``python app.py``, and refuses any other address until the dashboard
has a log-in. In the container (``HOTSPOTS_CONTAINER=1``, set by the Dockerfile) it listens on every address
of the container, because what may reach those is decided outside: see docs/deploy.md.
"""

import os
import sys
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported; see app.py

from geo.problem import Problem

from dashboard.security import check_address

IN_CONTAINER = os.environ.get("HOTSPOTS_CONTAINER") == "1"

bind = "0.0.0.0:8050" if IN_CONTAINER else "127.0.0.1:8050"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # the data are opened once, and shared by the workers
timeout = 120
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Refuse an address (``--bind``) that others could reach; a Unix socket is as private as its folder."""
    for address in () if IN_CONTAINER else server.cfg.address:
        if isinstance(address, tuple):
            try:
                check_address(address[0])
            except Problem as problem:
                sys.exit(str(problem))
