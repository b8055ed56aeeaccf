"""In what frame does the page stand?"""

from __future__ import annotations

from dashboard import ids, present, routes, theme
from geo.answer.atlas import Atlas
from geo.ask.choices import LEVELS
from geo.ask.resources import shipped

SKIPS = {ids.HEADLINE: "finding", ids.MAP: "map", ids.TABLE: "ranked table", "filters": "filters"}
INDEX = f"""<!DOCTYPE html>
<html lang="en-GB">
  <head>
    {{%metas%}}
    <title>{{%title%}}</title>
    {{%favicon%}}
    <script src="/assets/theme.js"></script>
    {{%css%}}
    <style>{theme.stylesheet()}</style>
    {{%early%}}
  </head>
  <body data-state="waiting">
    <nav class="skips" aria-label="Skip links">
      {"".join(f'<a class="skip" href="#{target}">Skip to {name}</a>' for target, name in SKIPS.items())}
    </nav>
    {{%app_entry%}}
    {present.DIALOGS}
    {{%config%}}
    {{%scripts%}}
    {{%renderer%}}
    <noscript>
      This page needs JavaScript. Its numbers are also in <a href="/export.csv">a table</a>.
    </noscript>
  </body>
</html>"""


SKELETON = """
<div class="page skeleton">
  <header class="bar"><span class="bar-name">Hotspots</span></header>
  <div class="filters"></div>
  <main class="main">
    <div class="finding"><p class="skeleton-note">Loading the map and its numbers…</p></div>
    <div class="map-area"></div><div class="findings"></div><div class="months-area"></div>
  </main>
</div>"""


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


def index(atlas: Atlas) -> str:
    """Frame of the page, in which the browser is told at once of what only scripts would ask for later."""
    modules = [f"/assets/map/{path.name}" for path in sorted(shipped("assets/map").glob("*.mjs"))]
    early = [
        f'<link rel="modulepreload" href="{it}">' for it in (f"{routes.VENDOR}maplibre-gl.mjs", *modules)
    ]
    early += [
        f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{address}">'
        for address in (routes.geometry_address(atlas, level) for level in LEVELS)
    ]
    return INDEX.replace("{%early%}", "\n    ".join(early))
