"""From a question to a plan, a schedule and its files; on the page too."""

import io
import json
import re
import zipfile
from dataclasses import fields, replace
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
import typer

from dashboard import create_app
from geo.answer.daily import by_day, last_year, needs_days
from geo.ask.problem import Problem
from geo.ask.refusal import Refused
from geo.ask.viewer import Viewer
from geo.cli import run
from geo.cli_patrol import OF_A_DRAW, OPTIONS, patrol
from geo.out.duty_sheets import write_sheets
from geo.out.patrol_files import FILES, Drawn, about_lines, filename
from geo.out.patrol_map import plan_sheet, write_svg
from geo.out.patrol_papers import PAPERS
from geo.stats.patrol_record import Record
from geo.tell.patrol.plan import plan
from geo.tell.patrol.ranking import RANKINGS
from geo.tell.patrol.said import shift_tables
from geo.tell.patrol.wish import Wish
from tests.support.tagged import faults

VIOLENCE = "level=lsoa&source=offences&category=violence-and-sexual-offences"
WISH = Wish(date(2026, 12, 1), areas=9, a_day=3, days=28, tiers=3)


@pytest.fixture(scope="module")
def client(small_atlas):
    return create_app(small_atlas).server.test_client()


@pytest.fixture(scope="module")
def planned(small_atlas):
    return plan(small_atlas, small_atlas.exactly(VIOLENCE), WISH)


@pytest.fixture(scope="module")
def drawn(small_atlas, planned):
    return Drawn(planned, planned.record(small_atlas.version), date(2026, 11, 29))


def test_the_areas_are_the_first_of_the_ranking(small_atlas, planned) -> None:
    table = small_atlas.answer(small_atlas.exactly(VIOLENCE)).table
    most = table["count"].astype(float).nlargest(9)
    assert list(planned.table.index) == list(most.index)
    assert planned.table["tier"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert (planned.table["count"] == most.astype(int)).all()


def test_what_it_covers_is_said(small_atlas, planned) -> None:
    asked = small_atlas.asked(small_atlas.exactly(VIOLENCE))
    mine = asked.frame.index.isin(planned.table.index)
    share = asked.counts[mine].sum() / asked.counts.sum()
    land = asked.level.shapes.geometry.area
    assert f"hold {share:.1%} of the" in planned.sentences[0]
    assert f"{land[mine].sum() / land.sum():.1%} of the land" in planned.sentences[0]
    assert any(sentence.startswith("Regression to the mean") for sentence in planned.sentences)


def test_the_lists_of_day_and_night_are_the_first_at_these_hours(small_atlas, planned, client) -> None:
    events = small_atlas.snapshot.incidents("offences")
    mine = events[(events["category"] == "Violence and sexual offences") & events["lsoa"].notna()]
    mine = mine[~mine["lsoa"].isin(["outside"]) & mine["hour"].notna()]
    by_day = mine["hour"].between(7, 18)
    for (name, table), kept in zip(planned.shifts.items(), (by_day, ~by_day), strict=True):
        counts = mine[kept]["lsoa"].value_counts()
        assert (table["count"] == counts[table.index]).all(), name
        assert table["count"].min() == counts.iloc[8] and len(table) == (counts >= counts.iloc[8]).sum()
        assert (table["planned"] == table.index.isin(planned.table.index)).all()
    page = client.get(f"/patrol?{VIOLENCE}&areas=9&a_day=3&days=28").text
    assert "By day and by night" in page and "19:00 to 06:59" in page
    assert (
        "By day and by night" not in client.get(f"/patrol?{VIOLENCE}&hour=19-4&areas=9&a_day=3&days=28").text
    )


def test_nights_are_listed_without_the_times_that_were_not_known(demo_atlas) -> None:
    """Default midnights made up two thirds of the busiest night, and nothing said so."""
    asked = demo_atlas.asked(demo_atlas.exactly(VIOLENCE))
    midnight = asked.week().midnight
    found = plan(demo_atlas, asked.query, WISH)
    night = found.shifts["19:00 to 06:59"]
    recorded, at_0 = (
        pd.Series(asked.ask(hour=hours).counts, asked.frame.index)[night.index]
        for hours in ((*range(19, 24), *range(7)), (0,))
    )
    assert (night["count"] == np.rint(recorded - (1 - midnight.kept) * at_0)).all()
    assert (night["count"] < recorded).all()
    day, by_night = shift_tables(found).values()
    assert (day[0][-1], by_night[0][-1]) == ("Count", "Without midnight’s excess")
    said = f"of {midnight.recorded:,.0f} recorded at 00:00 to 00:59 some {midnight.excess:,.0f} are more"
    page = create_app(demo_atlas).server.test_client().get(f"/patrol?{VIOLENCE}&areas=9&a_day=3&days=28")
    assert said in page.text
    drawn = Drawn(found, found.record(demo_atlas.version), date(2026, 11, 29))
    assert said in dict(about_lines(drawn))["Night"]


def test_every_ranking_orders_or_says_why_not(small_atlas) -> None:
    asked = small_atlas.asked(small_atlas.exactly(VIOLENCE))
    for key, ranking in RANKINGS.items():
        values = ranking.values(asked)
        assert len(values) == len(asked.frame) and np.isfinite(values).any(), key


def test_no_ranking_goes_past_the_gate(small_atlas) -> None:
    asked = small_atlas.asked(small_atlas.exactly("level=lsoa&source=ae"))
    assert asked.gate.controlled
    with pytest.raises(Problem, match="true numbers"):
        RANKINGS["harm"].values(asked)
    counts = RANKINGS["count"].values(asked)
    assert set(counts[~np.isnan(counts)]) <= {0.0, 4.0, *range(10, 10_000, 5)}
    with pytest.raises(Problem, match="protected"):
        needs_days(asked)


def test_the_back_test_ranks_one_year_and_measures_the_next(small_atlas) -> None:
    query = small_atlas.exactly(VIOLENCE)
    [said] = [
        one for one in plan(small_atlas, query, WISH).sentences if "later year" in one or "Back-test" in one
    ]
    months = set(small_atlas.asked(query).months)
    last = max(months)
    if not months.issuperset(range(last - 23, last + 1)):
        assert "two years" in said
        return
    then, now = (
        small_atlas.asked(query.replace(first=a, last=b)).counts
        for a, b in ((last - 23, last - 12), (last - 11, last))
    )
    caught = now[np.argsort(-then, kind="stable")[:9]].sum() / now.sum()
    assert f"caught {caught:.0%} of the" in said


def test_ties_are_drawn_by_lot_and_said(small_atlas) -> None:
    query = small_atlas.exactly(VIOLENCE)
    one, other = (plan(small_atlas, query, replace(WISH, by="agreement", seed=seed)) for seed in (1, 2))
    assert any("drawn by lot" in sentence for sentence in one.sentences)
    assert set(one.table.index) != set(other.table.index)
    sure = ~one.table["at_edge"]
    assert set(one.table.index[sure]) <= set(other.table.index)


def test_days_of_the_areas_add_up_to_their_months(small_atlas) -> None:
    asked = small_atlas.asked(small_atlas.exactly(f"{VIOLENCE}&from=2023-01&to=2023-12"))
    days = last_year(asked)
    assert days[0] == date(2023, 1, 1) and days[-1] == date(2023, 12, 31)
    daily = by_day(asked, days)
    month = np.array([day.month for day in days])
    monthly = asked.monthly().to_numpy()
    undated = asked.counts.sum() - daily.sum()
    assert 0 <= undated < 0.01 * asked.counts.sum()
    if not undated:
        assert (np.stack([daily[:, month == k].sum(1) for k in range(1, 13)], 1) == monthly).all()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(Refused, match="nothing to compare"):
        Wish.parse({"areas": "5", "a_day": "5"}, date(2026, 12, 1))
    for said in ({"by": "luck"}, {"days": "3"}, {"first": "1/12/2026"}, {"blackout": "Christmas"}):
        with pytest.raises(Refused):
            Wish.parse(said, date(2026, 12, 1))
    for said in ({"first": "0001-01-01"}, {"first": "9999-12-31"}):
        with pytest.raises(Refused, match="of a year from 2000 to 2099"):
            Wish.parse(said, date(2026, 12, 1))
    for day in ("2026-11-30", "2027-03-01"):
        with pytest.raises(Refused, match=f"“{day}” is not within the plan, .* 2026-12-01 to 2027-02-28"):
            Wish.parse({"blackout": f"2026-12-25 {day}"}, date(2026, 12, 1))
    assert Wish.parse(WISH.to_pairs(), date(2020, 1, 1)) == WISH


def test_a_code_to_leave_out_that_is_none_is_refused(client) -> None:
    page, file = (client.get(f"/{at}?{VIOLENCE}&without=x") for at in ("patrol", "patrol.csv"))
    assert (page.status_code, file.status_code) == (422, 422)
    assert all("“X” is no code of a small area here" in one.text for one in (page, file))


def test_too_few_areas_are_refused(small_atlas) -> None:
    with pytest.raises(Problem, match="plan fewer areas"):
        plan(small_atlas, small_atlas.exactly("level=borough&source=offences"), WISH)


# ---------------------------------------------------------------- files


def test_every_file_says_the_same_days(drawn) -> None:
    record = Record.from_json(FILES["json"].write(drawn).decode())
    assert record == drawn.record
    table = pd.read_csv(io.BytesIO(FILES["csv"].write(drawn)))
    assert len(table) == 3 * 28
    by_day = table.groupby("date")["area"].agg(tuple)
    assert [tuple(areas) for areas in by_day] == list(record.patrolled)
    book = pd.read_excel(io.BytesIO(FILES["xlsx"].write(drawn)), sheet_name=None, engine="openpyxl")
    by_name = table.groupby("date")["name"].agg(", ".join)
    assert book["Patrols"]["Areas patrolled"].tolist() == by_name.tolist()
    assert (book["Days"].iloc[:, 2:] == "patrol").sum().sum() == 84
    assert record.seal in book["About"].astype(str).to_numpy()


def test_the_workbook_prints_a_line_a_day_as_wide_as_a_page_under_its_heads(drawn) -> None:
    book = openpyxl.load_workbook(io.BytesIO(FILES["xlsx"].write(drawn)))
    assert {sheet.title: sheet.max_row for sheet in book}["Patrols"] == 28 + 1
    for sheet in book:
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows or sheet.title == "About"
    assert book["Days"].auto_filter.ref.endswith(f"{28 + 1}")


def test_names_at_the_head_of_the_calendar_have_room(drawn) -> None:
    """They stand upright, each letter with half its height at least: columns are as wide as "patrol"."""
    days = openpyxl.load_workbook(io.BytesIO(FILES["xlsx"].write(drawn)))["Days"]
    heads = [cell for cell in days[1] if cell.column > 2]
    assert [cell.value.split("\n")[1] for cell in heads] == list(drawn.names)
    assert {cell.alignment.textRotation for cell in heads} == {90}
    longest = max(len(line) for cell in heads for line in cell.value.split("\n"))
    assert days.row_dimensions[1].height >= longest * heads[0].font.sz / 2


@pytest.mark.parametrize(("command", "more"), [("plan", set()), ("draw", {*OF_A_DRAW, "output"})])
def test_a_command_has_an_option_for_each_part_of_a_wish_with_its_usual_value(command, more) -> None:
    mine = typer.main.get_command(patrol).commands[command].params
    options = {option.name: option.default for option in mine}
    assert set(options) == {*OPTIONS, *more, "url", "group", "access", "data"}
    usual = Wish(date(2026, 12, 1))
    for name in {*OPTIONS, *OF_A_DRAW} & set(options) - {"first"}:
        assert (options[name] or ()) == getattr(usual, name)
    assert {field.name for field in fields(Wish)} == {*OPTIONS, *OF_A_DRAW}


def test_drawing_makes_its_folder(small_county, tmp_path, capsys) -> None:
    said = [
        "patrol",
        "draw",
        "--url",
        "level=lsoa&source=offences",
        "--areas",
        "9",
        "--a-day",
        "3",
        "--days",
        "28",
    ]
    folder, file = tmp_path / "not" / "there", tmp_path / "file"
    file.touch()
    assert run([*said, "--data", str(small_county), "-o", str(folder)]) == 0
    assert len(list(folder.iterdir())) == len(FILES) + len(PAPERS)
    assert run([*said, "--data", str(small_county), "-o", str(file)]) == 1
    assert f"{file} is a file" in " ".join(capsys.readouterr().err.split())


def test_the_calendar_is_one_that_programs_read(drawn) -> None:
    text = FILES["ics"].write(drawn).decode()
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = text.replace("\r\n ", "").split("\r\n")
    assert (whole[0], whole[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == 28
    assert len({line for line in whole if line.startswith("UID:")}) == 28
    first = next(line for line in whole if line.startswith("DESCRIPTION:"))
    assert all(area in first for area in drawn.record.patrolled[0])


def test_a_duty_sheet_is_a_page(small_atlas, drawn) -> None:
    area = drawn.plan.table.index[0]
    content = write_sheets(small_atlas, drawn, [area])
    assert faults(content) == [], "it can be read aloud"
    [page] = pypdf.PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text().split())
    assert drawn.names[area] in text and "Days to patrol" in text and drawn.record.seal[:16] in text
    days = drawn.record.schedule[0].sum()
    assert f"{days} days" in text


def test_its_map_colours_and_numbers_the_areas_of_each_tier(small_atlas, drawn) -> None:
    laid, tiers = plan_sheet(small_atlas, drawn), drawn.plan.table["tier"]
    classes = pd.Series(laid.classes, laid.answer.table.index)
    assert (classes[tiers.index] == "Tier " + tiers.astype(str)).all()
    assert (classes.drop(tiers.index) == "Other small areas").all()
    assert {entry.label: entry.count for entry in laid.legend} == classes.value_counts().to_dict()
    assert list(laid.top["rank"]) == list(drawn.plan.table["rank"])
    said = {
        text.decode() for text in re.findall(rb"<text[^>]*>([^<]+)</text>", write_svg(small_atlas, drawn))
    }
    assert {*laid.top["rank"], "Tier 1 (3)", drawn.plan.banner.upper()} <= said


def test_sheets_made_together_say_what_one_alone_says(small_atlas, drawn) -> None:
    areas = list(drawn.plan.table.index[:2])
    both = pypdf.PdfReader(io.BytesIO(write_sheets(small_atlas, drawn, areas))).pages
    [alone] = pypdf.PdfReader(io.BytesIO(write_sheets(small_atlas, drawn, areas[1:]))).pages
    assert both[1].extract_text() == alone.extract_text()


# ---------------------------------------------------------------- the page


def test_the_page_plans_and_hands_out_what_it_shows(client, drawn) -> None:
    address = f"first=2026-12-01&areas=9&a_day=3&days=28&tiers=3&{VIOLENCE}"
    page = client.get(f"/patrol?{address}")
    assert page.status_code == 200
    for words in (*drawn.names.values(), drawn.record.seal[:16], "in four of five trials"):
        assert words in page.text
    record = client.get(f"/patrol.json?{address}")
    assert record.text == drawn.record.to_json()
    assert filename(drawn, "json") in record.headers["Content-Disposition"]
    sheet = client.get(f"/patrol.xlsx?{address}")
    assert zipfile.is_zipfile(io.BytesIO(sheet.data))
    assert client.get(f"/patrol.doc?{address}").status_code == 404


def test_the_plan_is_presented_without_its_form(client, drawn) -> None:
    address = f"first=2026-12-01&areas=9&a_day=3&days=28&tiers=3&{VIOLENCE}"
    whole, wall = (client.get(f"/patrol?{address}{more}").text for more in ("", "&present=on"))
    assert "present=on" in whole and "<form" in whole
    assert "<form" not in wall and "Back to the plan" in wall
    assert all(name in wall for name in drawn.names.values())


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(client) -> None:
    page = client.get(f"/patrol?areas=4&a_day=9&{VIOLENCE}")
    assert page.status_code == 422
    assert "There is a problem" in page.text and 'value="9"' in page.text
    assert "Areas patrolled a day" in page.text
    assert json.loads(client.get("/openapi.json").text)["paths"]["/patrol"]


def test_a_group_without_it_gets_no_page_and_no_file(small_atlas) -> None:
    others = create_app(small_atlas.seen_by(Viewer(exports=frozenset({"csv"})))).server.test_client()
    for address in (f"/patrol?{VIOLENCE}", f"/patrol.json?{VIOLENCE}", "/patrol/result"):
        assert others.get(address).status_code == 403
