"""Who may connect, and what may a page of ours do?

Without a log-in (:mod:`dashboard.door`) it is listened to on this machine only. It answers only to names of
this machine, or to the one that people type (another site cannot reach it through a name that it points
here), and every answer carries headers that let the page load nothing from anywhere else.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from geo.access.file import Access, loopback
from geo.ask.problem import Problem

HOSTS_VARIABLE = "HOTSPOTS_HOSTS"
LARGEST_REQUEST = 256 * 1024
SHIPPED = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")
"""What comes with the program and tells nothing of the data; all else is kept nowhere unless it says so."""

STRICT = "max-age=31536000"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def check_address(host: str, access: Access | None = None) -> None:
    """Refuse to listen where others could connect without a log-in.

    Parameters
    ----------
    host : str
        Name or address to listen on.
    access : Access, optional
        How people log in; without, nobody does.

    Raises
    ------
    Problem
        Unless it is this machine's own loopback address, or people log in by way of an https:// address.

    Examples
    --------
    >>> check_address("127.0.0.1")
    >>> check_address("0.0.0.0")
    Traceback (most recent call last):
    ...
    geo.ask.problem.Problem: Not listening on 0.0.0.0: anyone on the network could read the data, because \
no log-in is set up; use 127.0.0.1, or begin with hotspots user add NAME \
--group GROUP (docs/partnership.md).
    """
    if loopback(host):
        return
    if access is None:
        raise Problem(
            f"Not listening on {host}: anyone on the network could read the data, because no log-in is set "
            "up; use 127.0.0.1, or begin with hotspots user add NAME --group GROUP (docs/partnership.md)."
        )
    if not access.secure:
        raise Problem(
            f"Not listening on {host}: passwords would travel in clear. Write the https:// address that "
            f"people type into {access.path}, and let a proxy with a certificate stand in front."
        )


ALONE = {**HEADERS, "Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
"""Headers of a sentence that no page of ours is around."""


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
    return loopback(name) or name in {one.lower() for one in names}


def content_policy() -> str:
    """Content security policy of every page: own scripts, own data, nothing framed, nothing sent out."""
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'none'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([rule, *allowed]) for rule, allowed in rules.items())


def guard(server: Flask, access: Access | None = None) -> None:
    """Put the headers on every answer, and the limits on every request, of a server.

    Names other than this machine's own, for a proxy in front, come from the environment variable
    ``HOTSPOTS_HOSTS`` as a comma list too.

    Parameters
    ----------
    server : Flask
    access : Access, optional
        How people log in: the name that they ask for is one of its own, and where they come by TLS, their
        browsers are told to remember that.
    """
    hosts = [name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name.strip()]
    hosts += [access.host] if access else []
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    policy = content_policy()

    @server.before_request
    def refuse_strange_names() -> None:
        if not known_name(request.headers.get("Host", ""), hosts):
            raise SecurityError("This is not a name of this dashboard: ask by the address that it prints.")

    @server.after_request
    def secure(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = policy
        if access and access.secure:
            response.headers["Strict-Transport-Security"] = STRICT
        if not request.path.startswith(SHIPPED):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
