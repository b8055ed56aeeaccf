"""Who else is on this computer? A link with a token, without which no other account of it reaches the page.

Loopback is open to every account of a computer. Where data are loaded that are not everybody's, the owner's
own page asks for the token of the link that the command printed, as Jupyter does; the browser then keeps it
as a cookie. It is never written down, and ends with the program.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from dashboard import shell
from dashboard.door.person import token_of
from dashboard.replies import refused_page
from dashboard.security import ALONE, content_policy

KEY = "token"
OPEN = ("/healthz", "/readyz")
SAID = (
    "This page is for who started the dashboard on this computer.",
    "Open the link that the command printed; it ends in ?token=…",
)


class Link:
    """The WSGI application of a page that is for who has its link.

    Parameters
    ----------
    app : WSGI application
    port : int
        That it is served on: browsers do not keep the cookies of two ports apart.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], port: int) -> None:
        self._app, self.token, self._cookie = app, secrets.token_urlsafe(24), f"hotspots-link-{port}"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if request.path in OPEN or request.path.startswith(f"/{shell.assets()}/"):
            return self._app(environ, start)
        if self._is(request.cookies.get(self._cookie, "")):
            return self._app(environ, start)
        if self._is(token_of(request)):
            return self._app(environ, start)
        if self._is(request.args.get(KEY, "")):
            return self._welcome(request)(environ, start)
        return _refused(request)(environ, start)

    def _welcome(self, request: Request) -> Response:
        """Send who came by the link on to the same address without the token, with a cookie."""
        rest = [(key, value) for key, value in request.args.items(multi=True) if key != KEY]
        to = f"{request.script_root}/" + (f"?{urlencode(rest, safe=',:')}" if rest else "")
        response = redirect(to, 303)
        response.set_cookie(self._cookie, self.token, httponly=True, samesite="Lax", path="/")
        response.headers.update(ALONE)
        return response

    def _is(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


def _refused(request: Request) -> Response:
    """Say how to get in: on a page to a browser, else in sentences."""
    if "text/html" not in request.headers.get("Accept", ""):
        response = Response(" ".join(SAID) + "\n", 403, mimetype="text/plain")
        response.headers.update(ALONE)
        return response
    page = refused_page(SAID, 403, request.script_root, back=False)
    page.headers.update(ALONE | {"Content-Security-Policy": content_policy()})
    return page
