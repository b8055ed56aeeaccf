"""What does the one file hold that is taken along? The map, the list and its sentences, without a server.

:func:`write_html` works out every picture beforehand, each as the page would show it: the question asked,
each of its months, four parts of the day, at each size of area. So all of it has passed the gate of its
source. Shapes, styles and the scripts of the map are in the file; opened from a disk it asks nobody for
anything.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from dashboard import bundle, legend, present, theme
from dashboard.frame import map_frame
from dashboard.markup import markup
from dashboard.routes import places_of
from geo.ask.query import Query
from geo.ask.words import hours_name, month_name, upper_first
from geo.out.provenance import sheet
from geo.tell import insets

if TYPE_CHECKING:
    from geo.answer.atlas import Atlas

START = "take/take.mjs"
STYLES = ("map", "present", "page", "take", "print")
MOST_MONTHS = 24
"""Months that have a picture each, the latest."""
BANDS = (range(6, 12), range(12, 18), range(18, 22), (22, 23, 0, 1, 2, 3, 4, 5))
"""Parts of the day that have a picture each."""
TOLD = 4
"""Facts of an area that its tooltip tells."""

Steps = dict[str, list[tuple[str, str, Query]]]
"""Group of steps to key, name and question of each."""


def write_html(atlas: Atlas, query: Query, link: str = "") -> bytes:
    """Write the file.

    Parameters
    ----------
    atlas : Atlas
    query : Query
        Checked.
    link : str
        Address that shows the same on the page.

    Returns
    -------
    bytes
        HTML, UTF-8.
    """
    query = query.replace(view="present", area="", group=(), chosen="", mark="")
    steps = steps_of(atlas, query)
    pictures = {
        f"{level} {key}": picture(atlas, asked.replace(level=level))
        for level in atlas.catalogue.levels
        for found in steps.values()
        for key, _, asked in found
    }
    places = places_of(atlas)
    taken = {
        "shapes": {level: json.loads(atlas.levels[level].geojson) for level in atlas.catalogue.levels},
        "places": json.loads(places) if places else None,
        "insets": insets.USUAL,
        "label": f"Map of {atlas.place}. The list holds the first areas and their numbers.",
        "pictures": pictures,
    }
    packed = base64.b64encode(gzip.compress(json.dumps(taken, separators=(",", ":")).encode(), mtime=0))
    return _document(atlas, query, steps, packed.decode(), link).encode()


def steps_of(atlas: Atlas, query: Query) -> Steps:
    """The pictures that a file has at each level: the question, its months, parts of the day."""
    source = atlas.catalogue.sources[query.source]
    groups: Steps = {"": [("whole", "All of it", query)]}
    months = source.kept(query.first, query.last, query.month)[-MOST_MONTHS:]
    if len(months) > 1 and query.windows(source)[0] is None:
        asked = ((month, query.replace(first=month, last=month, month=())) for month in months)
        groups["By month"] = [(f"m{month}", month_name(month), one) for month, one in asked]
    if source.has_hours and not query.hour:
        bands = (tuple(sorted(band)) for band in BANDS)
        groups["By hour"] = [(f"h{band[0]}", hours_name(band), query.replace(hour=band)) for band in bands]
    return groups


def picture(atlas: Atlas, query: Query) -> dict[str, Any]:
    """One picture, as ``assets/take/take.mjs`` shows it; decisions of meetings stay at home."""
    material = replace(present.gather(atlas, query), meeting=None, notes=(), trouble="")
    answer = material.answer
    frame = map_frame(atlas, answer, material.source, query.to_search(), whole=True)
    values = frame["values"]
    shown = present.shown(material, lambda **_: "#")
    return {
        "title": answer.description,
        "finding": answer.headline,
        "unit": markup(shown["present-unit.children"]),
        "rows": [markup(present.row(material, spot, "#", chosen=True)) for spot in material.told.spots],
        "more": shown["present-more.children"],
        "when": markup(shown["present-foot.children"]),
        "legend": markup(legend.legend(answer)),
        "frame": frame
        | {"values": {"columns": values["columns"][:TOLD], "rows": [row[:TOLD] for row in values["rows"]]}},
    }


# ---------------------------------------------------------------- the document


def _document(atlas: Atlas, query: Query, steps: Steps, packed: str, link: str) -> str:
    about = sheet(atlas, query, link)
    said = [
        f"{about.source.rstrip('.')}.",
        *about.credits,
        f"Made on {about.made_text}; data {about.version}.",
    ]
    said += [f"See it again: {about.address}"]
    if query.definition:
        said.insert(0, atlas.catalogue.definitions[query.definition].said)
    script = bundle.script(START).replace("</", "<\\/")
    names = {key: escape(upper_first(name)) for key, name in atlas.catalogue.levels.items()}
    levels = "".join(f'<option value="{key}">{name}</option>' for key, name in names.items())
    options = "".join(
        f'<optgroup label="{group}">{found}</optgroup>' if group else found
        for group, each in steps.items()
        for found in ["".join(f'<option value="{key}">{escape(name)}</option>' for key, name, _ in each)]
    )
    levels = levels.replace(f'value="{query.level}"', f'value="{query.level}" selected')
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(about.title)}</title>
<style>{bundle.style(STYLES)}
{theme.stylesheet()}</style>
</head>
<body data-view="present">
<div class="page">
<header class="present-band present-only">
<div class="present-title"><h1 id="present-title">{escape(about.title)}</h1>
<p class="present-finding" id="take-finding"></p></div>
<nav class="take-steps" aria-label="Pictures">
<select id="take-level" aria-label="Areas">{levels}</select>
<button class="present-step" id="take-before" data-key="ArrowLeft" aria-label="Before">◀</button>
<select id="take-step" aria-label="Period or hours">{options}</select>
<button class="present-step" id="take-after" data-key="ArrowRight" aria-label="After">▶</button>
<button class="present-act" data-key="p">Print <kbd>p</kbd></button>
<button class="present-act" data-key="?">Keys <kbd>?</kbd></button>
</nav>
</header>
<main class="main">
<section class="map-area" aria-label="Map">
<div id="map"></div><div class="legend" id="legend"></div>
</section>
<section class="present-side present-only" aria-label="Top areas">
<p class="present-unit" id="present-unit"></p>
<ol class="present-list" id="present-list"></ol>
<p class="present-more" id="present-more"></p>
</section>
</main>
<footer class="present-foot present-only"><span id="take-when"></span>
<span class="take-about">{escape(" ".join(said))}</span></footer>
</div>
{KEYS}
<noscript>This file needs JavaScript to draw its map.</noscript>
<script type="application/octet-stream" id="taken">{packed}</script>
<script type="module">{script}</script>
</body>
</html>
"""


_KEYS = {
    "↑ ↓": "the area before, the next",
    "1 to 9": "that area of the list",
    "0": "no area",
    "← →": "the step before, the next",
    "m": "the whole, by month, by hour",
    "l": "small areas, wards, boroughs",
    "p": "print",
}
KEYS = f"""<dialog class="present-dialog" id="take-keys" aria-labelledby="take-keys-title">
<h2 id="take-keys-title">Keys</h2>
<dl>{"".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in _KEYS.items())}</dl>
<form method="dialog"><button class="button">Close</button></form>
</dialog>"""
