"""What do people see who are not logged in yet? The pages to log in and out, and each person's own.

They work without scripts, and say nothing of the data. Every form is taken from these pages only
(:func:`dashboard.notes.same_origin`), a session begins with a token that nobody had before, and after it one
goes to a question of the page, never to another address.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Response, jsonify, redirect, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from dashboard import shell
from dashboard.door.person import ENVIRON, NoGroup, Person, cookie_name, stamp
from dashboard.door.provider import NoAnswer, Provided, connect
from dashboard.notes import same_origin
from dashboard.replies import plain
from dashboard.security import guard
from geo.access.audit import Audit
from geo.access.file import Access
from geo.access.keeping import PROGRAM, SESSION
from geo.access.people import People, Saved
from geo.access.users import verified
from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.resources import shipped
from geo.ask.words import counted, listed, upper_first
from geo.out.export import ways

if TYPE_CHECKING:
    from geo.ask.catalogue import Catalogue
    from geo.ask.viewer import Viewer

LOG = logging.getLogger(__name__)
TEMPLATES = Path(__file__).resolve().parents[1] / "templates" / "desk"
PATHS = ("/login", "/logout", "/account", "/saved")
"""Beginnings of the addresses that are the desk's own."""
WRONG = "The name or the password is not right. Check both and try again."
ELSEWHERE = "This form is taken from the dashboard’s own page only."
ENDED = "You are not logged in, or your session has ended. Load the page again to log in."
PROGRAMS = "Log in with a token for programs, which your account page makes: as the password, or as a bearer."


@dataclass(frozen=True)
class Desk:
    """What the desk knows.

    Attributes
    ----------
    access : callable
        What the access file says now.
    people : People
    audit : Audit
    catalogue : callable
        What those who may see the same can ask.
    """

    access: Callable[[], Access]
    people: People
    audit: Audit
    catalogue: Callable[[Viewer], Catalogue]


def desk(here: Desk) -> Flask:
    """Build the pages of the desk."""
    app = Flask(
        __name__,
        static_folder=str(shipped("assets")),
        static_url_path=f"/{shell.assets()}",
        template_folder=str(TEMPLATES),
    )
    secret = hmac.new(here.people.key, b"log-in under way", hashlib.sha256).digest()
    access = here.access()
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME=f"{cookie_name(access)}-way",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=access.secure,
    )
    guard(app, access)
    app.context_processor(lambda: {"root": request.script_root, "assets": shell.assets()})
    if access.proxy is None:
        _log_in(app, here)
        if access.provider:
            _provider(app, here)
    _account(app, here)
    _saved(app, here)
    _others(app, here)
    return app


def _asking() -> Person | None:
    found = request.environ.get(ENVIRON)
    return found if isinstance(found, Person) else None


def _wanted() -> str:
    """The question to go to after the log-in, as typed into the address: never another address."""
    return request.values.get("next", "").lstrip("?/\\")[:8_000]


def _in(here: Desk, key: str, name: str, groups: tuple[str, ...], *, of: str = "", to: str) -> Response:
    """Let somebody in: a new session, whatever the browser held before."""
    access = here.access()
    if former := request.cookies.get(cookie_name(access)):
        here.people.dismiss(former)
    lasts = access.hours * 3600
    token = here.people.admit(SESSION, key, name, () if of else groups, stamp=of, lasts=lasts)
    group = access.group_of(groups)
    here.audit.write(here.people.alias(key), group.name if group else "", "logged in")
    response = redirect(f"{request.script_root}/{'?' if to else ''}{to}", 303)
    response.set_cookie(
        cookie_name(access), token, httponly=True, samesite="Lax", secure=access.secure, path="/"
    )
    return response  # type: ignore[return-value]


# ---------------------------------------------------------------- in


def _log_in(app: Flask, here: Desk) -> None:
    def shown(fault: str = "", status: int = 200, name: str = "") -> tuple[str, int]:
        access = here.access()
        page = render_template(
            "login.html",
            fault=fault,
            name=name,
            next=_wanted(),
            users=bool(access.users),
            provider=access.provider,
            out="out" in request.args,
        )
        return page, status

    @app.get("/login")
    def page() -> Any:
        return redirect(f"{request.script_root}/", 303) if _asking() else shown()

    @app.post("/login")
    def check() -> Any:
        if not same_origin(request):
            return shown(ELSEWHERE, 403)
        access = here.access()
        name, password = request.form.get("name", "").strip()[:80], request.form.get("password", "")
        address = request.remote_addr or ""
        wait = here.people.wait(name, address)
        if wait > 0:
            page, status = shown(f"Too many wrong passwords. Try again in {_minutes(wait)}.", 429, name)
            return page, status, {"Retry-After": str(ceil(wait))}
        user = access.users.get(name)
        if not verified(user, password):
            here.people.failed(name, address)
            here.audit.write(here.people.alias(f"users {name}"), "", "failed to log in")
            return shown(WRONG, 422, name)
        here.people.succeeded(name)
        assert user is not None
        return _in(here, f"users {name}", name, user.groups, of=stamp(access, name), to=_wanted())


def _minutes(seconds: float) -> str:
    if seconds <= 60:
        return counted(ceil(seconds), "second", "seconds")
    return counted(ceil(seconds / 60), "minute", "minutes")


def _provider(app: Flask, here: Desk) -> None:
    access = here.access()
    assert access.provider is not None
    provided: Provided = connect(app, access.provider)
    back = f"{access.address}/login/back"

    def refused(why: str) -> tuple[str, int]:
        LOG.warning("A log-in by the provider was not taken: %s", why)
        said = f"Logging in with {provided.label} did not work. Try again, or ask who runs this dashboard."
        return render_template("refused.html", title="You are not logged in", said=[said], again=True), 403

    @app.get("/login/provider")
    def away() -> Any:
        try:
            return provided.away(back, _wanted())
        except NoAnswer as error:
            return refused(str(error))

    @app.get("/login/provider/out")
    def out_there() -> Any:
        try:
            return provided.out(f"{access.address}/login")
        except NoAnswer as error:
            LOG.warning("The provider logs nobody out: %s", error)
            said = [
                f"This dashboard cannot log you out of {provided.label}: do it there, or close the browser."
            ]
            return render_template("refused.html", title="You are still logged in there", said=said), 502

    @app.get("/login/back")
    def returned() -> Any:
        try:
            who = provided.who()
        except NoAnswer as error:
            here.audit.write("", "", "failed to log in")
            return refused(str(error))
        return _in(here, f"oidc {who.subject}", who.name, who.groups, to=who.wanted)


# ---------------------------------------------------------------- one's own page


def _account(app: Flask, here: Desk) -> None:
    def shown(person: Person, token: str = "") -> str:
        access = here.access()
        return render_template(
            "account.html",
            person=person,
            sees=_sees(here, person),
            token=token,
            programs=[_day(ends) for ends in here.people.programs(person.key)],
            logout=access.proxy.logout if access.proxy else "",
            address=access.address,
        )

    @app.get("/account")
    def account() -> Any:
        person = _asking()
        return shown(person) if person else _nobody(here)

    @app.post("/account/<act>")
    def change(act: str) -> Any:
        person = _asking()
        if person is None or person.way == "proxy":
            return _nobody(here)
        if not same_origin(request):
            return plain(ELSEWHERE, 403)
        if act == "token":
            access, groups, of = here.access(), (), ""
            if person.way == "users":
                of = stamp(access, person.name)
            else:
                groups = (person.group.name,)  # type: ignore[assignment]
            token = here.people.admit(PROGRAM, person.key, person.name, groups, stamp=of)
            here.audit.write(here.people.alias(person.key), person.group.name, "made a token for programs")
            return shown(person, token)
        if act == "end":
            here.people.dismiss_programs(person.key)
            return redirect(f"{request.script_root}/account", 303)
        raise NotFound

    @app.post("/logout")
    def out() -> Any:
        if not same_origin(request):
            return plain(ELSEWHERE, 403)
        access = here.access()
        if token := request.cookies.get(cookie_name(access)):
            here.people.dismiss(token)
        if person := _asking():
            here.audit.write(here.people.alias(person.key), person.group.name, "logged out")
        response = redirect(f"{request.script_root}/login?out", 303)
        response.delete_cookie(
            cookie_name(access), httponly=True, samesite="Lax", secure=access.secure, path="/"
        )
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _sees(here: Desk, person: Person) -> dict[str, str]:
    """What somebody may see, in words."""
    viewer = person.group.viewer
    catalogue = here.catalogue(viewer)
    true = [one.label for one in catalogue.sources.values() if one.disclosure in ("cleared", "internal")]
    files = [name for key, name in ways().items() if viewer.takes(key)]
    return {
        "Sources": listed([info.label for info in catalogue.sources.values()]),
        "Areas": upper_first(listed([LEVELS[key] for key in catalogue.levels])),
        "Files": "All" if viewer.exports is None else listed(files) or "None",
        "True small numbers": listed(true) if true else "None",
    }


def _day(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y}"


# ---------------------------------------------------------------- what is kept


def _saved(app: Flask, here: Desk) -> None:
    def given() -> Saved:
        sent = request.get_json(silent=True)
        if not isinstance(sent, dict) or not all(
            isinstance(sent.get(k), str) for k in ("kind", "name", "search")
        ):
            raise Problem("What is saved is a JSON object of kind, name and search.")
        return Saved(sent["kind"], sent["name"], sent["search"], sent.get("team") is True, "")

    @app.get("/saved")
    def kept() -> Any:
        person = _asking()
        if person is None:
            return _nobody(here)
        found = here.people.saved(person.key, person.group.name)
        return jsonify(team=person.group.label, saved=[vars(one) for one in found])

    @app.route("/saved", methods=["POST", "DELETE"])
    def keep() -> Any:
        person = _asking()
        if person is None:
            return _nobody(here)
        if not same_origin(request):
            return plain(ELSEWHERE, 403)
        request.max_content_length = 32 * 1024
        one = given()
        if request.method == "DELETE":
            here.people.forget(person.key, person.group.name, one)
        else:
            here.people.save(person.key, person.group.name, replace(one, by=person.name))
        return kept()

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return plain(str(problem), 422)


# ---------------------------------------------------------------- everything else


def _others(app: Flask, here: Desk) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return plain("alive")

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> Any:
        if isinstance(error, NotFound):
            return _nobody(here)
        return plain(error.description or "", error.code or 500)


def _nobody(here: Desk) -> Any:
    """Answer who is not logged in, or has no group here: with the way to the log-in, or a sentence."""
    found, reads = request.environ.get(ENVIRON), "text/html" in request.headers.get("Accept", "")
    if isinstance(found, NoGroup):
        said = [
            f"{found} is known here, but is in no group that may see anything.",
            "Ask who runs this dashboard.",
        ]
    elif here.access().proxy:
        said = ["This dashboard is reached by way of your organisation’s log-in only."]
    elif reads and request.method == "GET":
        asked = request.query_string.decode("utf-8", "replace") if request.path == "/" else ""
        response = redirect(f"{request.script_root}/login", 303)
        if asked:
            response.location += f"?next={quote(asked, safe='')}"
        return response
    else:
        program = "Sec-Fetch-Mode" not in request.headers
        response = plain(PROGRAMS if program else ENDED, 401)
        if program:  # a browser would ask for a password by itself
            response.headers["WWW-Authenticate"] = 'Basic realm="Hotspots", charset="UTF-8"'
        return response
    if reads:
        out = isinstance(found, NoGroup) and here.access().proxy is None
        return render_template("refused.html", title="You cannot see this", said=said, out=out), 403
    return plain(" ".join(said), 403)
