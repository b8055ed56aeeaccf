"""What a room is told, the notes of decisions, and the route that keeps them; without a browser."""

import json
import shutil
from datetime import date
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from dash._utils import to_json
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dashboard import create_app, ids, present, view
from dashboard.legend import legend
from geo.answer.atlas import Atlas
from geo.answer.disclosure import LARGEST_SUPPRESSED, ROUNDED_TO
from geo.answer.measures import MEASURES
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import month_number, month_text, written
from geo.cli import run
from geo.stats.peaks import Clumping
from geo.tell.briefing import LISTED, MOST, SINCE_HIGH, briefing, listed_areas
from geo.tell.busiest import busiest
from geo.tell.meeting import LARGEST, LONGEST_TEXT, Meeting, Note, Notes, last_meeting, note, of_area
from tests.support import small_county as small
from tests.support.command import street

AREA, OTHER = small.CODES[0], small.CODES[1]
DAY = date(2024, 2, 6)
SEEN = month_number("2023-09")


def told(atlas: Atlas, search: str, **options):
    return briefing(atlas, Query.parse(search, atlas.catalogue)[0], **options)


def made(area: str = AREA, text: str = "Patrol", day: date = DAY, seen: int = SEEN) -> Note:
    return note(area, "A. Bee", text, day=day, source="offences", seen=seen)


# ---------------------------------------------------------------- the listed areas


def test_six_areas_are_listed_and_those_that_tie_with_the_sixth(small_atlas: Atlas):
    answer = small_atlas.answer(Query())
    top = listed_areas(answer)
    assert LISTED <= len(top) <= MOST
    assert list(top.index) == list(answer.ranked.index[: len(top)])
    assert all(rank == top["rank"].iloc[LISTED - 1] for rank in top["rank"].iloc[LISTED:])
    following = answer.ranked["rank"].iloc[len(top)]
    assert len(top) == MOST or following != top["rank"].iloc[-1]


def test_ties_that_are_left_out_are_counted(small_atlas: Atlas):
    search = "?category=robbery&from=2023-04&to=2023-04"
    answer = small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0])
    found = told(small_atlas, search)
    last = found.spots[-1].rank
    listed = sum(spot.rank == last for spot in found.spots)
    assert len(found.spots) == MOST
    assert found.tied == int((answer.ranked["rank"] == last).sum()) - listed > 0


def test_a_spot_says_what_the_table_says(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="local_moran"))
    for spot in told(small_atlas, "?layer=local_moran").spots:
        row = answer.table.loc[spot.code]
        assert (spot.rank, spot.name, spot.place) == (row["rank"], row["ward"], row["name"])
        assert spot.value == f"{row['count']:,}"
        assert f"{row['rate_per_1000_year']:,.1f} per 1,000 a year" in spot.facts
        assert (spot.found == "hotspot") == (row["cluster"] == "HH")


def test_nothing_is_listed_where_nothing_matches(small_atlas: Atlas):
    search = "?category=robbery&hour=4&day=tue&from=2023-02&to=2023-02&borough=E06000002"
    found = told(small_atlas, search)
    assert (found.spots, found.tied) == ((), 0)


@pytest.mark.parametrize("level", ["lsoa", "ward", "borough"])
@pytest.mark.parametrize("measure", MEASURES)
def test_every_level_and_measure_is_told(small_atlas: Atlas, level: str, measure: str):
    found = told(small_atlas, f"?level={level}&measure={measure}")
    assert found.spots
    assert all(spot.value != "*" and spot.sentence for spot in found.spots)


# ---------------------------------------------------------------- when


def test_a_night_and_its_hours_are_found():
    week = np.full((7, 24), 2.0)
    week[4, 22:] = week[5, :2] = 40
    week[5, 22:] = week[6, :2] = 40
    assert busiest(week, np.ones(7)) == "Friday and Saturday nights, 22:00 to 01:59"


def test_daytime_belongs_to_a_day():
    week = np.full((7, 24), 2.0)
    week[2, 12:16] = 60
    assert busiest(week, np.ones(7)) == "Wednesdays, 12:00 to 15:59"


def test_a_weekday_that_came_more_often_is_not_busier_for_that():
    week = np.full((7, 24), 10.0)
    week[:, 12:16] = 40
    week[2] *= 2
    assert busiest(week, np.ones(7)).startswith("Wednesdays")
    assert busiest(week, np.array([1, 1, 2, 1, 1, 1, 1])) == "12:00 to 15:59"


@given(st.integers(0, 200))
def test_no_time_is_named_where_all_are_alike(events: int):
    assert busiest(np.full((7, 24), events / 10), np.ones(7)) == ""


def test_a_time_that_was_filtered_is_told_of_the_whole_week(small_atlas: Atlas):
    plain, filtered = (told(small_atlas, search).when for search in ("", "?hour=3"))
    assert filtered == (f"whole week: {plain}" if plain else "")


# ---------------------------------------------------------------- what changed


def test_change_is_that_of_the_change_layer(small_atlas: Atlas):
    found = told(small_atlas, "?from=2023-07&to=2023-12")
    query = Query(layer="change", first=month_number("2023-07"), last=month_number("2023-12"))
    table = small_atlas.answer(small_atlas.catalogue.check(query)[0]).table
    for spot in found.spots:
        row = table.loc[spot.code]
        assert (
            spot.change.numbers == f"{row['count']:,} against {row['count_before']:,} in January to June 2023"
        )
        assert bool(spot.change.trend) == (row["change"] in ("up", "down"))
        limits = [written(row[name] - 1, "{:+.0%}") for name in ("change_lower_ci", "change_upper_ci")]
        assert not spot.change.trend or f"({limits[0]} to {limits[1]})" in spot.change.words


def test_a_change_of_the_last_year_says_so_where_the_map_has_no_earlier_period(demo_atlas: Atlas):
    query, _ = Query.parse("source=ambulance&layer=change", demo_atlas.catalogue)
    told = briefing(demo_atlas, query)
    assert "No earlier period" in demo_atlas.answer(query).headline
    words = [spot.change.words for spot in told.spots if spot.change.numbers]
    assert words and all(said.endswith(" in the last 12 months") for said in words)


def test_areas_that_are_listed_for_being_high_say_so_beside_their_change(small_atlas: Atlas):
    def unit(search: str) -> list:
        query = small_atlas.catalogue.check(Query.parse(search)[0])[0]
        found = present.shown(present.gather(small_atlas, query), lambda **_: "?")
        return found[f"{ids.PRESENT_UNIT}.children"]

    assert unit("?from=2023-07")[-1] == SINCE_HIGH
    assert SINCE_HIGH not in unit("")


def test_no_day_or_hour_is_named_where_weeks_vary_as_much():
    week = np.ones((7, 24)) * 4
    week[5] += 1
    clumped = Clumping(6.0, 300.0)
    assert busiest(week * 20, np.ones(7)) == "Friday and Saturday nights"
    assert busiest(week * 20, np.ones(7), clumped=(clumped, clumped)) == ""
    assert busiest(week * 20, np.ones(7), clumped=(None, None)) == ""


def test_nothing_is_compared_where_nothing_earlier_is_loaded(small_atlas: Atlas):
    found = told(small_atlas, "")
    assert not found.change.words
    assert not any(spot.change.words for spot in found.spots)


def test_what_came_after_the_last_meeting_is_compared(small_atlas: Atlas):
    found = told(small_atlas, "", seen=SEEN)
    assert found.months_since == "October to December 2023"
    assert all(" against " in spot.since.numbers for spot in found.spots)
    assert told(small_atlas, "", seen=month_number("2023-12")).months_since == ""
    assert told(small_atlas, "?to=2023-10", seen=SEEN).months_since == ""


def test_small_numbers_of_a_controlled_source_are_never_told(small_atlas: Atlas):
    for search in ("?source=ae", "?source=ae&from=2023-10", "?source=ae&measure=rate&from=2023-07"):
        found = told(small_atlas, search, seen=SEEN)
        for spot in found.spots:
            numbers = [
                n
                for change in (spot.change, spot.since)
                for n in change.numbers.split(" in ")[0].split(" against ")
            ]
            for text in filter(None, numbers):
                count = int(text.partition(" ± ")[0].replace(",", ""))
                assert count % ROUNDED_TO == 0
                assert count == 0 or count > LARGEST_SUPPRESSED


# ---------------------------------------------------------------- steps through time


@given(
    months=st.sets(st.integers(0, 80), min_size=1).map(sorted),
    ends=st.tuples(st.integers(0, 80), st.integers(0, 80)).map(sorted),
)
def test_a_step_keeps_its_length_and_lands_on_loaded_months(months: list[int], ends: list[int]):
    first, last = max(ends[0], months[0]), min(ends[1], months[-1])
    if first > last:
        return
    found = present.periods(Query(first=first, last=last), months)
    whole = (first, last) == (months[0], months[-1])
    for key, period in found.items():
        if period is None:
            continue
        assert months[0] <= period[0] <= period[1] <= months[-1]
        if key != "other" and not whole:
            assert period[1] - period[0] == last - first
            assert set(months) & set(range(period[0], period[1] + 1))


def test_from_the_whole_period_a_step_leads_to_its_last_year():
    found = present.periods(Query(), range(60))
    assert found == {"earlier": (48, 59), "later": None, "other": (59, 59)}
    assert present.periods(Query(first=59, last=59), range(60))["other"] == (48, 59)


# ---------------------------------------------------------------- the page


def shown(atlas: Atlas, search: str) -> dict:
    return json.loads(to_json(view.page(atlas, search)))["shown"]


def test_present_mode_sets_the_same_properties_on_and_off(small_atlas: Atlas):
    assert set(shown(small_atlas, "")) == set(shown(small_atlas, "?view=present"))


def test_only_a_room_is_told(small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(present, "briefing", lambda *args, **options: pytest.fail("told without a room"))
    assert shown(small_atlas, "")[f"{ids.PRESENT_LIST}.children"] is None


def test_the_chosen_area_shows_what_was_decided(small_atlas: Atlas):
    query = Query(source="offences", area=AREA, view="present")
    material = present.Material(
        small_atlas.answer(query),
        small_atlas.catalogue.sources["offences"],
        briefing(small_atlas, query, seen=SEEN),
        Meeting(DAY, SEEN),
        (made(text="Lights mended"), made(OTHER, text="Elsewhere")),
        "",
    )
    page = json.dumps(json.loads(to_json(present.shown(material, lambda **changes: "?"))), ensure_ascii=False)
    assert "Lights mended (A. Bee)" in page
    assert "Decided 6\u00a0Feb\u00a02024" in page
    assert "Oct to Dec 2023: no clear change, " in page
    assert "Elsewhere" not in page


# ---------------------------------------------------------------- notes


def test_notes_are_read_as_they_were_kept(tmp_path: Path):
    notes = Notes(tmp_path)
    kept = [made(text="Zwölf “Streifen”\nund Licht"), made(OTHER, day=date(2024, 3, 5))]
    for one in kept:
        notes.add(one)
    assert Notes(tmp_path).read() == tuple(kept)
    assert len((tmp_path / "notes.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_notes_made_at_once_are_all_kept(tmp_path: Path):
    notes = Notes(tmp_path)
    threads = [Thread(target=notes.add, args=(made(text=f"Number {i}"),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.text for one in notes.read()} == {f"Number {i}" for i in range(8)}


@given(st.text(), st.text())
def test_whatever_is_typed_is_one_line_of_the_file_or_refused(tmp_path_factory, author: str, text: str):
    folder = tmp_path_factory.mktemp("typed")
    try:
        typed = note(AREA, author, text, day=DAY, source="offences", seen=SEEN)
    except Problem:
        return
    Notes(folder).add(typed)
    assert Notes(folder).read() == (typed,)


@pytest.mark.parametrize(
    ("author", "text", "said"),
    [("", "Patrol", "Who decided is missing"), ("Ann", " \n", "The decision is missing"),
     ("Ann", "x" * (LONGEST_TEXT + 1), "at most 600")],
)  # fmt: skip
def test_a_note_without_words_or_with_too_many_is_refused(author: str, text: str, said: str):
    with pytest.raises(Problem, match=said):
        note(AREA, author, text, day=DAY, source="offences", seen=SEEN)


def test_a_full_file_is_left_as_it_was(tmp_path: Path):
    full = b" " * (LARGEST - 1) + b"\n"
    (tmp_path / "notes.jsonl").write_bytes(full)
    with pytest.raises(Problem, match="are full"):
        Notes(tmp_path).add(made())
    assert (tmp_path / "notes.jsonl").read_bytes() == full


def test_a_line_that_is_no_note_is_named_and_the_meeting_goes_on(
    small_atlas: Atlas, tmp_path: Path, monkeypatch
):
    notes = Notes(tmp_path)
    notes.add(made())
    with notes.path.open("a", encoding="utf-8") as file:
        file.write("scribble\n")
    with pytest.raises(Problem, match=r"Line 2 of .*mend or delete"):
        notes.read()
    monkeypatch.setattr(present, "Notes", lambda folder: notes)
    material = present.gather(small_atlas, Query(source="offences", view="present"))
    assert "Line 2" in present.shown(material, lambda **changes: "?")[f"{ids.PRESENT_MORE}.children"]
    assert material.told.spots


def test_the_last_meeting_is_before_today_and_of_the_source():
    notes = [made(day=date(2024, 1, 9), seen=SEEN - 2), made(), made(day=date(2024, 2, 7))]
    assert last_meeting(notes, "offences", date(2024, 2, 7)) == Meeting(DAY, SEEN)
    assert last_meeting(notes, "ae", date(2024, 2, 7)) is None
    assert last_meeting([], "offences", DAY) is None


def test_the_newest_note_of_an_area_comes_first():
    notes = [made(text="first"), made(text="second"), made(text="old", day=date(2023, 1, 1)), made(OTHER)]
    assert [one.text for one in of_area(notes, AREA)] == ["second", "first", "old"]


# ---------------------------------------------------------------- the route


@pytest.fixture
def client(small_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for module in ("notes", "present"):
        monkeypatch.setattr(f"dashboard.{module}.Notes", lambda folder: Notes(tmp_path))
    return create_app(small_atlas).server.test_client()


GOOD = {"area": AREA, "source": "offences", "author": "A. Bee", "text": "Patrol"}
OWN = {"Sec-Fetch-Site": "same-origin"}


def test_a_note_of_the_page_is_kept_with_the_date_and_what_was_loaded(client: FlaskClient, tmp_path: Path):
    assert client.post("/notes", json=GOOD, headers=OWN).status_code == 201
    [kept] = Notes(tmp_path).read()
    assert (kept.area, kept.text, kept.date) == (AREA, "Patrol", date.today().isoformat())
    assert kept.seen == month_text(month_number("2023-12"))


def test_the_meeting_is_told_a_note_as_soon_as_it_is_kept(client: FlaskClient):
    meeting = f"/answer?view=present&area={AREA}"
    assert "Patrol" not in client.get(meeting).text
    client.post("/notes", json=GOOD, headers=OWN)
    assert "Patrol" in client.get(meeting).text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_a_note_of_another_site_is_refused(client: FlaskClient, tmp_path: Path, headers: dict[str, str]):
    assert client.post("/notes", json=GOOD, headers=headers).status_code == 403
    assert not (tmp_path / "notes.jsonl").exists()


def test_an_older_browser_says_where_it_comes_from_by_its_origin(client: FlaskClient):
    assert client.post("/notes", json=GOOD, headers={"Origin": "http://localhost"}).status_code == 201


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": json.dumps(GOOD)}, 415),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[" * 5_000, "content_type": "application/json"}, 400),
        ({"json": [GOOD]}, 422),
        ({"json": GOOD | {"text": 5}}, 422),
        ({"json": GOOD | {"area": "E99999999"}}, 422),
        ({"json": GOOD | {"source": "rumour"}}, 422),
        ({"json": GOOD | {"author": ""}}, 422),
        ({"json": GOOD | {"text": "x" * 20_000}}, 413),
    ],
)
def test_anything_but_a_note_is_refused(client: FlaskClient, tmp_path: Path, sent: dict, status: int):
    assert client.post("/notes", headers=OWN, **sent).status_code == status
    assert not (tmp_path / "notes.jsonl").exists()


def test_notes_cannot_be_fetched(client: FlaskClient):
    client.post("/notes", json=GOOD, headers=OWN)
    assert "Patrol" not in client.get("/notes").text + client.get("/notes.jsonl").text


# ---------------------------------------------------------------- months that are not loaded


def test_what_is_loaded_of_a_period_is_compared_and_the_rest_is_said(small_areas: Path, tmp_path: Path):
    """Two months of 2023 stood beside the whole of 2022, and nothing said that ten were not loaded."""
    data = tmp_path / "data"
    shutil.copytree(small_areas, data)
    many = {"2022-01": 40, "2022-02": 30, "2022-03": 20, "2023-01": 50, "2023-02": 60, "2024-01": 10}
    files = [
        street(tmp_path, month, *(f"{month}-{k},{AREA},Robbery" for k in range(number)))
        for month, number in many.items()
    ]
    assert run(["import", "offences", *map(str, files), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    whole = told(atlas, "?from=2023-01&to=2023-12")
    assert whole.change.numbers == "110 against 70 in January to February 2022"
    query = Query.parse("?from=2023-01&to=2023-12&view=present", atlas.catalogue)[0]
    foot = to_json(present.shown(present.gather(atlas, query, DAY), lambda **_: "?"))
    assert "Not loaded, and so not counted: March to December 2023" in foot
    over_a_gap = told(atlas, "?from=2022-03&to=2023-02").change
    assert not over_a_gap.words and not over_a_gap.numbers


# ---------------------------------------------------------------- what is outlined


def test_the_line_around_a_set_is_named(small_atlas: Atlas):
    """A room saw a white line, and nowhere what it was."""
    query = Query(view="present")
    assert "in the set" not in to_json(legend(small_atlas.answer(query)))
    said = to_json(legend(small_atlas.answer(query.replace(group=(AREA, OTHER)))))
    assert "2 small areas in the set" in said
