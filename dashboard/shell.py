"""What does the browser get first? The frame of the page, and word of all that it will ask for.

Our own files have an address that holds a digest of them all, so that a browser may keep them for ever. The
page asks for one script and one style sheet (:mod:`dashboard.bundle`).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from dash import Dash
from flask import Response

from dashboard import bundle, handover, ids, present, routes, theme
from dashboard.openapi import LONG_QUESTION
from geo.ask.resources import shipped

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

START = "start.mjs"
NEEDLESS = ("/dash/dcc/", "/dash/dash_table/", "/polyfill@")
"""Scripts that Dash loads with every page: of components that this one lacks, and for old browsers."""
OF_DASH = ("_dash-layout", "_dash-dependencies")
"""What Dash asks for before it draws the page."""
STYLES = ("tools", "panel", "dialogs", "assess", "dark", "map", "present", "page", "print")
"""Style sheets in the order in which they overrule each other."""

SKIPS = {ids.HEADLINE: "finding", ids.MAP: "map", "table-box": "ranked table"}

INDEX = f"""<!DOCTYPE html>
<html lang="en-GB">
  <head>
    {{%metas%}}
    <title>{{%title%}}</title>
    <link rel="icon" href="{{%assets%}}/favicon.ico">
    <script src="{{%assets%}}/theme/early.js"></script>
    {{%css%}}
    {{%early%}}
    <style>{theme.stylesheet()}</style>
  </head>
  <body data-state="waiting">
    <nav class="skips" aria-label="Skip links">
      {"".join(f'<a class="skip" href="#{target}">Skip to {name}</a>' for target, name in SKIPS.items())}
    </nav>
    {{%app_entry%}}
    {present.DIALOGS}
    {{%config%}}
    {{%handed%}}
    {{%renderer%}}
    {{%scripts%}}
    <noscript>
      This page needs JavaScript. Its numbers are also in <a href="export.csv">a table</a>.
    </noscript>
  </body>
</html>"""

SKELETON = """
<div id="early" class="page skeleton" inert>
  <header class="bar"><span class="bar-name">Hotspots</span></header>
  <div class="filters"></div>
  <div class="main">
    <div class="finding">
      <p class="description" data-early="description.children"></p>
      <p class="skeleton-title" data-early="headline.children">Loading the map and its numbers…</p>
    </div>
    <div class="map-area">
      <div id="early-map"></div>
      <div class="toolbar">
        <span class="find tool"></span><span class="tool">Select <kbd>a</kbd></span>
        <span class="tool">Tiles <kbd>t</kbd></span>
      </div>
      <div class="legend" data-early="legend.children"></div>
    </div>
    <div class="findings"></div><div class="months-area"></div>
  </div>
</div>"""
"""What stands where the page will be until Dash has drawn that; ``assets/page/early.mjs`` fills it."""

THEME = {
    "primaryColor": "action",
    "primaryShade": {"light": 6, "dark": 3},
    "colors": {
        "action": "#eaf2f9 #d3e3f1 #a6c7e2 #7ab8ea #4b8fc4 #2c74a8 #1d5b8f #174973 #123a5b #0d2a42".split(),
        "dark": "#e6edf2 #c6d0d8 #a9b6c1 #7d8d99 #465866 #2c3b47 #1c2935 #131d26 #0e161d #0a131b".split(),
    },
    "black": "#17222b",
    "fontFamily": "var(--font)",
    "fontSizes": {"xs": "12px", "sm": "14px", "md": "14px", "lg": "17px", "xl": "21px"},
    "defaultRadius": 4,
    "cursorType": "pointer",
    "respectReducedMotion": True,
}


@lru_cache(maxsize=1)
def assets() -> str:
    """Path of our own files on the server; it changes when any of them does.

    Examples
    --------
    >>> assets().startswith("assets/")
    True
    """
    folder = shipped("assets")
    digest = hashlib.sha256()
    for name in sorted(_names(folder)):
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes())
    return f"assets/{digest.hexdigest()[:12]}"


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def index(atlas: Atlas) -> str:
    """Frame of the page of an atlas, for Dash to fill."""
    early = [f'<link rel="modulepreload" href="{assets()}/{bundle.SCRIPT}">']
    early.append(f'<link rel="stylesheet" href="{assets()}/{bundle.STYLE}">')
    drawn = routes.map_config(atlas)
    ours = (*drawn["geometry"].values(), *drawn["names"].values(), drawn["places"])
    early += [fetched(address) for address in (*ours, *OF_DASH) if address]
    filled = INDEX.replace("{%early%}", "\n    ".join(early)).replace("{%handed%}", handover.block(atlas))
    return filled.replace("{%assets%}", assets())


def fetched(address: str) -> str:
    """Let the browser fetch before any script has run what one of ours will ask for."""
    return f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{escape(address)}">'


def asked_ahead(atlas: Atlas, search: str) -> str:
    """Let the browser ask the question of its address before any script has run, unless it is a long one.

    How far a long one is, and a way to stop it, come only to who asks in so many words.
    """
    name, value = LONG_QUESTION
    long = value in parse_qs(search).get(name, ())
    return "" if long else fetched(f"answer{handover.question(atlas, search)}")


def register(app: Dash) -> None:
    """Add the one script and the one style sheet to an app."""
    script, style = bundle.script(START), bundle.style(STYLES)

    @app.server.get(f"/{assets()}/{bundle.SCRIPT}")
    def one_script() -> Response:
        return Response(script, mimetype="text/javascript")

    @app.server.get(f"/{assets()}/{bundle.STYLE}")
    def one_style() -> Response:
        return Response(style, mimetype="text/css")


def needed(scripts: str) -> str:
    """Keep, of the scripts that Dash names one a line, those that the page has a use for."""
    return "\n".join(line for line in scripts.splitlines() if not any(name in line for name in NEEDLESS))


def relative(text: str) -> str:
    """Write the addresses that Dash gives its own files without the path of the page, which it cannot know.

    Examples
    --------
    >>> relative('<script src="/_dash-component-suites/dash/deps/react.js"></script>')
    '<script src="_dash-component-suites/dash/deps/react.js"></script>'
    """
    own = text.replace('"/_dash-component-suites/', '"_dash-component-suites/')
    return own.replace(r'"requests_pathname_prefix":"\u002f"', '"requests_pathname_prefix":"./"')


def entry() -> str:
    """Write the script that starts the page before Dash's own are there, and then Dash's renderer."""
    return f'<script id="_dash-renderer" type="module" async src="{assets()}/{bundle.SCRIPT}"></script>'
