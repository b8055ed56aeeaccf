"""What does the one file hold that is taken along?"""

import base64
import gzip
import json
import re
from pathlib import Path

import app  # noqa: F401 - tells the command how the file is written
from dashboard import create_app
from dashboard.take_along import steps_of, write_html
from geo.answer.atlas import Atlas
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.cli import run


def taken(file: bytes) -> dict:
    """What a file holds, unpacked."""
    packed = re.search(r'id="taken">([^<]+)<', file.decode())
    assert packed is not None
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


def test_it_has_a_picture_of_each_month_and_part_of_the_day_at_each_level(small_atlas: Atlas):
    query = Query(source="offences", layer="getis_ord")
    steps = steps_of(small_atlas, query)
    assert {group: len(found) for group, found in steps.items()} == {"": 1, "By month": 12, "By hour": 4}
    hours = sorted(hour for _, _, one in steps["By hour"] for hour in one.hour)
    assert hours == list(range(24)), "each hour is in one part of the day"


def test_its_pictures_say_what_the_page_says(small_atlas: Atlas):
    query = Query(source="offences", layer="getis_ord", hour=(22, 23), last=month_number("2023-02"))
    file = write_html(small_atlas, query)
    pictures = taken(file)["pictures"]
    assert len(pictures) == 3 * (1 + 2)
    assert pictures["ward whole"]["finding"] == small_atlas.answer(query.replace(level="ward")).headline
    assert len(file) < 2_000_000


def test_its_numbers_have_passed_the_gate(small_atlas: Atlas):
    query = Query(source="ae", hour=(22, 23), last=month_number("2023-01"))
    pictures = taken(write_html(small_atlas, query))["pictures"]
    counts = {row[0] for one in pictures.values() for row in one["frame"]["values"]["rows"]}
    shown = {count.partition(" ")[0] for count in counts}
    assert any(count.startswith("*") for count in shown)
    assert all(count.startswith("*") or int(count.replace(",", "")) % 5 == 0 for count in shown)


def test_it_is_handed_out_and_names_no_other_machine(small_atlas: Atlas):
    answer = create_app(small_atlas).server.test_client().get("/export.html?level=ward&hour=3&to=2023-01")
    assert answer.headers["Content-Disposition"].endswith('.html"')
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)
    assert "run hotspots serve" in answer.text


def test_the_command_writes_it_too(small_county: Path, tmp_path: Path):
    file = tmp_path / "along.html"
    asked = ["--url", "level=ward&hour=3&to=2023-01", "--format", "html"]
    assert run(["export", "--data", str(small_county), *asked, "--output", str(file)]) == 0
    assert set(taken(file.read_bytes())["pictures"]) == {"lsoa whole", "ward whole", "borough whole"}
