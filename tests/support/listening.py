"""An application at an address of its own, in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """Says nothing of a request.

    A page that a test left open goes on asking. What is logged of it came among the lines that another test
    reads, or to a stream that belonged to a test which is over.
    """

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(app: Callable[..., Any]) -> Iterator[str]:
    """Serve an application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # how soon it ends
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
