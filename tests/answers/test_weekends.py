"""Graded weekends: counted as the events are, from a calendar that is read or refused, on page and in "
"files."""

import io
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import icalendar
import numpy as np
import pandas as pd
import pytest

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.cli import run
from geo.data.calendar import bank_holidays, read_calendar
from geo.data.read_table import read_table
from geo.stats import weekends as law
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits import weekends as told
from geo.tell.exhibits.exhibit import NotPossible
from geo.tell.exhibits.part import Part

VIOLENCE = "level=lsoa&source=offences&category=violence-and-sexual-offences&hour=19-4"
CALENDAR = """name,start,end,kind
Autumn term,04/09/2023,20/10/2023,term
Autumn term after half-term,30/10/2023,21/12/2023,term
River festival,2023-09-16,2023-09-17,
Payday,2023-10-26,,payday
"""


@pytest.fixture(scope="module")
def found(demo_atlas):
    return told.weekends(demo_atlas, demo_atlas.exactly(VIOLENCE))


def test_weekends_are_counted_as_the_events_are(demo_atlas) -> None:
    asked = demo_atlas.asked(demo_atlas.exactly(VIOLENCE).replace(level="borough"))
    fridays, counts = told._history(asked)
    events = demo_atlas.snapshot.incidents("offences")
    mine = events[
        (events["category"] == "Violence and sexual offences")
        & events["hour"].isin([19, 20, 21, 22, 23, 0, 1, 2, 3, 4])
        & ~events["lsoa"].isin(["outside"])
        & events["lsoa"].notna()
    ]
    of = mine.groupby(mine["date"].dt.date).size()
    for friday, count in list(zip(fridays, counts, strict=True))[::20]:
        assert friday.weekday() == 4
        assert count == sum(of.get(friday + timedelta(days=k), 0) for k in range(3))


def test_grades_and_what_they_did_are_said_alike_everywhere(demo_atlas, found) -> None:
    assert len(found.table) == 13 and found.table.index[0] == date(2024, 1, 5)
    busier = found.coming.table["Grade"] == "busier"
    assert (found.table["busier"].to_numpy()[busier] > 0.5).all()
    assert found.did.finding in found.coming.finding
    did = found.did.table
    hits = sum(did[f"Were {grade}"].iloc[k] for k, grade in enumerate(law.GRADES))
    assert f"Of 104 weekends that are over, {hits / 104:.0%} were as" in found.did.finding
    outside = ((found.missed.table["Count"] < found.missed.table["Lower"]) | (
        found.missed.table["Count"] > found.missed.table["Upper"]
    )).sum()  # fmt: skip
    assert f"{1 - outside / 104:.0%} lay within" in found.did.finding


def test_the_intervals_cover_about_95_in_100_weekends_of_the_demonstration(demo_atlas) -> None:
    """Each of two years, over unlike kinds of offence; the counts of one year move together."""
    within = []
    for category in ("", "&category=violence-and-sexual-offences", "&category=robbery"):
        asked = demo_atlas.asked(demo_atlas.exactly(f"level=borough&source=offences{category}"))
        fridays, counts = told._history(asked)
        within.append(law.looked_back(counts, told._calendar(demo_atlas, fridays)[0])["covered"].mean())
    assert 0.91 < sum(within) / 3 < 0.99


def test_paydays_change_nothing_where_counts_are_even_and_the_page_says_why_here_they_seem_to(
    demo_atlas, found
) -> None:
    fridays, counts = told._history(demo_atlas.asked(demo_atlas.exactly("level=borough&source=offences")))
    calendar = told._calendar(demo_atlas, fridays)[0]
    even = np.random.default_rng(2).poisson(counts.mean(), len(counts))
    flat = law.changed_by(even, calendar, [told.PAYDAY]).loc[told.PAYDAY]
    assert flat["lower"] < 1 < flat["upper"] and 0.95 < flat["ratio"] < 1.05
    dealt = law.changed_by(counts, calendar, [told.PAYDAY]).loc[told.PAYDAY]
    assert dealt["upper"] < 1
    said = " ".join(found.coming.caveats)
    assert "Payday −" in said and "deal the events of a month over its weekdays alike" in said


def test_every_file_says_the_same_weekends(demo_atlas, found) -> None:
    client = create_app(demo_atlas).server.test_client()
    table = pd.read_csv(io.BytesIO(client.get(f"/weekends.csv?{VIOLENCE}").data))
    assert table["Grade"].tolist() == found.coming.table["Grade"].tolist()
    calendar = icalendar.Calendar.from_ical(client.get(f"/weekends.ics?{VIOLENCE}").data)
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == list(found.table.index)
    assert [str(event["summary"]).split()[0].lower() for event in events] == table["Grade"].tolist()
    page = client.get(f"/patrol/weekends?{VIOLENCE}")
    assert page.status_code == 200
    for words in (found.coming.table["Weekend"].iloc[-1], "Weekends that were missed", "more often than by"):
        assert words in page.text
    assert client.get(f"/weekends.doc?{VIOLENCE}").status_code == 404


def test_what_cannot_be_graded_says_why(small_atlas, demo_atlas) -> None:
    with pytest.raises(Problem, match="52 weekends or more"):
        told.weekends(small_atlas, small_atlas.exactly("level=lsoa&source=offences&to=2023-06"))
    controlled = demo_atlas.exactly("level=lsoa&source=ae")
    with pytest.raises(Problem, match="protected"):
        told.weekends(demo_atlas, controlled)
    page = (
        create_app(small_atlas)
        .server.test_client()
        .get("/patrol/weekends?level=lsoa&source=offences&to=2023-06")
    )
    assert page.status_code == 422 and "52 weekends or more" in page.text
    half = small_atlas.exactly("level=lsoa&source=offences&to=2023-06")
    with pytest.raises(NotPossible, match="52 weekends or more"):
        EXHIBITS["weekends"][1](Part(small_atlas, half, small_atlas.sources["offences"].gate))


# ---------------------------------------------------------------- the calendar


def test_the_calendar_is_imported_and_says_what_is_on(small_county: Path, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "calendar.csv"
    shutil.copytree(small_county, data)
    file.write_text(CALENDAR, encoding="utf-8")
    assert run(["import", "calendar", str(file), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    fridays = [date(2023, 9, 1) + timedelta(days=7 * k) for k in range(18)]
    table, on, notes = told._calendar(atlas, fridays)
    by_day = dict(zip(fridays, on, strict=True))
    assert by_day[date(2023, 9, 15)] == "River festival"
    assert by_day[date(2023, 10, 27)] == "Payday, School holiday"
    assert by_day[date(2023, 12, 22)] == "Christmas or New Year, School holiday"
    assert table["School holiday"].loc[date(2023, 9, 8)] == 0
    assert table["School holiday"].loc[date(2023, 10, 20)] == pytest.approx(2 / 3)
    assert "Local event" in table and not any("terms" in note for note in notes)
    far = told._calendar(atlas, [day + timedelta(days=728) for day in fridays])
    assert "School holiday" not in far[0] and any("left out: they are loaded from" in note for note in far[2])


def test_a_calendar_is_of_days_to_come() -> None:
    ahead = date.today() + timedelta(days=300)
    entry = f"name,start,end,kind\nSummer term,{ahead},{ahead + timedelta(days=60)},term\n"
    assert read_calendar(read_table("calendar.csv", entry.encode()))["start"].dt.date.tolist() == [ahead]
    late = f"name,start\nSummer term,{date.today() + timedelta(days=3650)}\n"
    with pytest.raises(Problem, match="more than 5 years in the future"):
        read_calendar(read_table("calendar.csv", late.encode()))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("what,start\na,01/06/2024", "column “name” is missing"),
        ("name,start\n,01/06/2024", "name of an entry is needed"),
        ("name,start,kind\na,01/06/2024,party", "not one of term, payday and event"),
        ("name,start,end\na,01/06/2024,01/05/2024", "before the day on which it starts"),
        ("name,start\na,01/06/2024\na,01/06/2024", "stands above already"),
        ("name,start\na,soon", "not a date"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(rows: str, fault: str) -> None:
    with pytest.raises(Problem, match=fault):
        read_calendar(read_table("calendar.csv", rows.encode()))


def test_bank_holidays_are_those_of_the_nation() -> None:
    english, scottish = (bank_holidays([2023], code) for code in ("E01", "S01"))
    assert {date(2023, 4, 10), date(2023, 8, 28), date(2023, 5, 8)} <= set(english)
    assert (
        date(2023, 1, 2) in english and date(2023, 11, 30) in scottish and date(2023, 11, 30) not in english
    )


def test_a_period_ends_the_history(demo_atlas) -> None:
    query = replace(demo_atlas.exactly(f"{VIOLENCE}&to=2022-06"))
    assert told.weekends(demo_atlas, query, 4).table.index[0] == date(2022, 7, 1)
