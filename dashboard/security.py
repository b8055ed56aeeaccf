"""Who may connect, and what may a page of ours do?

The dashboard has no log-in of its own yet, so it listens on this machine only, answers only to names of
this machine (another site cannot reach it through a name that it points here), and every answer carries
headers that let the page load nothing from anywhere else.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Collection
from urllib.parse import urlsplit

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import SecurityError

from geo.ask.problem import Problem

HOSTS_VARIABLE = "HOTSPOTS_HOSTS"
LARGEST_REQUEST = 256 * 1024
SHIPPED = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")
"""What comes with the program and tells nothing of the data; all else is kept nowhere unless it says so."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def check_address(host: str) -> None:
    """Refuse to listen where others could connect without a log-in.

    Parameters
    ----------
    host : str
        Name or address to listen on.

    Raises
    ------
    Problem
        Unless it is this machine's own loopback address.

    Examples
    --------
    >>> check_address("127.0.0.1")
    >>> check_address("0.0.0.0")
    Traceback (most recent call last):
    ...
    geo.ask.problem.Problem: Not listening on 0.0.0.0: anyone on the network could read the data, because \
this dashboard has no log-in yet; use 127.0.0.1, or put a proxy that asks for one in front of it.
    """
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Problem(
            f"Not listening on {host}: anyone on the network could read the data, because this dashboard "
            "has no log-in yet; use 127.0.0.1, or put a proxy that asks for one in front of it."
        )


def known_name(host: str, names: Collection[str] = ()) -> bool:
    """Whether a request asks for this machine, by a ``Host`` that another site cannot give its own name.

    Examples
    --------
    >>> [known_name(host) for host in ("localhost:8050", "127.8.9.1", "[::1]:8050")]
    [True, True, True]
    >>> known_name("evil.example"), known_name("hotspots.force.example:80", ["hotspots.force.example"])
    (False, True)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in {one.lower() for one in names}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def content_policy() -> str:
    """Content security policy of every page: own scripts, own data, nothing framed, nothing sent out."""
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([rule, *allowed]) for rule, allowed in rules.items())


def register(app: Dash) -> None:
    """Put the headers on every answer, and the limits on every request, of an app.

    Names other than this machine's own, for a proxy in front, come from the environment variable
    ``HOTSPOTS_HOSTS`` as a comma list.
    """
    hosts = [name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name.strip()]
    app.server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    policy = content_policy()

    @app.server.before_request
    def refuse_strange_names() -> None:
        if not known_name(request.headers.get("Host", ""), hosts):
            raise SecurityError("This is not a name of this dashboard: ask by the address that it prints.")

    @app.server.after_request
    def secure(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = policy
        if request.path != "/" and not request.path.startswith(SHIPPED):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
