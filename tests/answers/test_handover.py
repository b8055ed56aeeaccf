"""The rules that the browser is handed are those that the server follows."""

import json
import random
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import Client

from dashboard import create_app, handover
from dashboard.assess import asking
from dashboard.routes_pieces import _of_layer
from dashboard.serving.behind import Behind
from geo.answer.atlas import Atlas
from geo.ask.parameters import write_hours
from geo.ask.query import PARAMETERS, SCREEN, Query
from geo.ask.resources import shipped
from tests.support.small_county import CODES

ADDRESS = Path(__file__).resolve().parents[2] / "assets" / "page" / "address.mjs"


def test_every_name_handed_over_is_a_parameter(small_atlas: Atlas) -> None:
    handed = handover.handed(small_atlas)
    rules, reads = handed["address"], handed["reads"]
    named = {*rules["clears"], *rules["stays"], *rules["cycles"]}
    named |= {name for names in (*rules["clears"].values(), *reads.values()) for name in names}
    named |= {other for other, _ in rules["stays"].values()}
    assert named <= PARAMETERS.keys()
    assert rules["screen"].keys() == SCREEN.keys()


@pytest.mark.parametrize(("piece", "part"), [("evidence", _of_layer), ("assessment", asking)])
def test_a_piece_is_asked_for_anew_when_what_it_depends_on_changes(small_atlas, piece, part) -> None:
    reads = handover.handed(small_atlas)["reads"][piece]
    catalogue = small_atlas.catalogue
    plain = catalogue.check(Query())[0]
    others = {"hour": (3,), "borough": ("E06000001",), "category": ("robbery",), "level": "ward"}
    others |= {"mark": "decile:1", "area": CODES[0], "palette": "greys"}
    others |= {"layer": "local_moran", "view": "compare"}
    for name, value in others.items():
        changed = catalogue.check(plain.replace(**{name: value}))[0]
        assert (part(changed) != part(plain)) == (name in reads), name


def test_no_text_in_what_is_handed_over_can_end_its_element(small_atlas: Atlas, monkeypatch) -> None:
    monkeypatch.setattr(handover, "handed", lambda atlas: {"label": "</script><script>"})
    block = handover.block(small_atlas)
    assert block.count("</script>") == 1
    assert json.loads(block[block.index("{") : block.rindex("}") + 1]) == {"label": "</script><script>"}


def test_the_browser_writes_hours_as_the_server_does() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on the path")
    pick = random.Random(7)
    chosen = [sorted(pick.sample(range(24), pick.randint(1, 23))) for _ in range(200)]
    runs = [(first, length) for first in range(24) for length in (1, 2, 9, 23)]
    chosen += [sorted((first + i) % 24 for i in range(length)) for first, length in runs]
    script = (
        f"import {{ writeCycle }} from {json.dumps(ADDRESS.as_uri())};"
        f"console.log(JSON.stringify({json.dumps(chosen)}.map((hours) => writeCycle(hours, 24))));"
    )
    command = [node, "--input-type=module", "--eval", script]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(written) == [write_hours(hours) for hours in chosen]


def test_no_address_of_the_page_begins_at_the_root(small_atlas: Atlas) -> None:
    """So it works below any path that a proxy gives it."""
    client = create_app(small_atlas).server.test_client()
    routes = {rule.rule.split("/")[1].partition(".")[0] for rule in client.application.url_map.iter_rules()}
    absolute = re.compile(rf"""["'`(=]/(?:assets|{"|".join(re.escape(one) for one in routes if one)})\b""")
    sent = {
        path: client.get(path).get_data(as_text=True).replace(r"\u002f", "/")
        for path in (
            "/?level=ward",
            "/_dash-layout",
            "/answer?view=compare",
            "/answer?view=present",
            "/piece/evidence",
        )
    }
    sent |= {path.name: path.read_text(encoding="utf-8") for path in shipped("assets").rglob("*.mjs")}
    found = {path: absolute.findall(text) for path, text in sent.items()}
    assert not {path: these for path, these in found.items() if these}


def test_links_name_the_path_that_a_proxy_gives_the_page(small_atlas: Atlas) -> None:
    page = Behind(create_app(small_atlas).server, ["10.0.0.5"])
    said = {"X-Forwarded-Prefix": "/hotspots", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}
    links = []
    for peer in ("10.0.0.5", "10.0.0.6"):
        answer = Client(page).get(
            "/export.json?level=ward", headers=said, environ_overrides={"REMOTE_ADDR": peer}
        )
        links += re.findall(r'"(https?://localhost/[^"]*)\?', answer.text)
    assert links == ["https://localhost/hotspots/", "http://localhost/"]


def test_dash_asks_for_its_own_parts_from_where_the_page_is(small_atlas: Atlas) -> None:
    assert (
        '"requests_pathname_prefix":"./"'
        in create_app(small_atlas).server.test_client().get("/?level=ward").text
    )


@pytest.mark.parametrize(
    ("search", "asked"),
    [
        ("?level=lsoa", "answer"),
        ("?layer=measure&theme=dark", "answer?layer=measure"),
        ("?level=lsoa&theme=nonsense", "answer?level=lsoa&theme=nonsense"),
        ('?category="><script>&layer=measure', 'answer?category="><script>&layer=measure'),
        ("?null=permutation", None),
    ],
)
def test_the_browser_asks_before_any_script_has_run(small_atlas: Atlas, search: str, asked: str | None):
    """What only the screen heeds is no question; a long one is asked by who can say how far it is."""
    page = create_app(small_atlas).server.test_client().get(f"/{search}").text
    ahead = [unescape(href) for href in re.findall(r'rel="preload"[^>]* href="(answer[^"]*)"', page)]
    assert ahead == ([] if asked is None else [asked])
    assert "<script>&" not in page
