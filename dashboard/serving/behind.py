"""What of a request does a reverse proxy in front say? Who asks, by which name and scheme, below which path.

It is believed of the proxies that are named, and of nobody else.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from geo.access.file import UNIX
from geo.ask.problem import Problem

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
SAID = ("FOR", "PROTO", "HOST", "PORT", "PREFIX", "BY")


class Behind:
    """A WSGI application behind reverse proxies.

    Parameters
    ----------
    app : WSGI application
    proxies : sequence of str
        Addresses or networks from which they ask; of a Unix socket "unix".

    Raises
    ------
    Problem
        If one is no address.

    Examples
    --------
    >>> told = Behind(lambda environ, start: [environ["wsgi.url_scheme"].encode()], ["10.0.0.0/8"])
    >>> said = {"wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "https"}
    >>> [told(said | {"REMOTE_ADDR": peer}, None) for peer in ("10.1.2.3", "192.168.1.7")]
    [[b'https'], [b'http']]
    """

    def __init__(self, app: Application, proxies: Sequence[str]) -> None:
        self._app, self._unix = app, UNIX in proxies
        self._fixed = ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_prefix=1)
        try:
            self._networks = [ipaddress.ip_network(one, strict=False) for one in proxies if one != UNIX]
        except ValueError as error:
            raise Problem(f"A proxy is named by its address, as in --behind 10.0.0.2: {error}.") from error

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            return self._fixed(environ, start_response)
        for name in SAID:
            environ.pop(f"HTTP_X_FORWARDED_{name}", None)
        return self._app(environ, start_response)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:  # a Unix socket has no addresses
            return self._unix
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)
