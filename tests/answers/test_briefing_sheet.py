"""A briefing sheet says of one hotspot what an officer needs, on A5 and on a phone, as the gate lets it."""

import io
import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pypdf
import pytest

from geo.answer.columns import count_of
from geo.ask.problem import Withheld
from geo.ask.query import Query
from geo.ask.viewer import Viewer
from geo.ask.words import month_number
from geo.cli import run
from geo.out.briefing_sheet import PAPERS, decisions, height_of, write_sheets
from geo.out.drawing import drawing
from geo.out.export import WAYS
from geo.out.provenance import sheet
from geo.tell.hotspot import hotspot, hotspots_of, places_in
from geo.tell.meeting import Notes, note
from tests.support.exported import read_pdf, squeezed
from tests.support.overprint import overprinted
from tests.support.small_print import small_print
from tests.support.tagged import faults, structure

HOME = "https://hotspots.example/"
MILLIMETRES = 72 / 25.4


def decided(area: str, text: str = "Foot patrol on Fridays from 21:00", team: str = ""):
    day = date(2026, 11, 3)
    return note(area, "Ann Walker", text, day=day, source="offences", seen=24276, team=team)


@pytest.fixture(scope="module")
def asked(small_atlas) -> dict[str, Query]:
    """A hotspot of open data and one of a controlled source."""
    found = {}
    for source in ("offences", "ae"):
        query = Query(source=source, layer="local_moran")
        found[source] = query.replace(area=hotspots_of(small_atlas, query)[0])
    return found


@pytest.fixture(scope="module")
def sheets(small_atlas, asked) -> dict[tuple[str, str], bytes]:
    return {
        (source, paper): write_sheets(
            small_atlas,
            query,
            paper,
            home=HOME,
            notes=[decided(query.area), decided("E09999999", "Elsewhere")],
        )[1]
        for source, query in asked.items()
        for paper in PAPERS
    }


@pytest.mark.parametrize("source", ["offences", "ae"])
def test_nothing_on_a_sheet_is_printed_over_another(small_atlas, asked, source):
    """The visits lay under the notes, where a protected source has many."""
    spot = hotspot(small_atlas, asked[source], asked[source].area, [decided(asked[source].area)])
    here = sheet(small_atlas, asked[source].replace(area=""))
    notes = tuple(f"* ± {note}" for note in here.answer.caveats)
    many = replace(here, answer=replace(here.answer, caveats=notes))
    with drawing():
        for paper in PAPERS.values():
            for one in (here, many):
                page = paper.draw(spot, one)
                assert overprinted(page) == []
                lines = [text.get_position()[1] for text, _ in page.belonging if hasattr(text, "get_text")]
                assert max(lines) < page.height - 3


def test_a_sheet_of_an_area_that_the_boroughs_chosen_leave_out_is_of_the_whole(small_atlas, asked):
    """Its map was all ground, and its title named another borough."""
    areas, query = small_atlas.levels["lsoa"].frame, asked["offences"]
    other = areas["lad"][areas["lad"] != areas["lad"][query.area]].iloc[0]
    _, content = write_sheets(small_atlas, query.replace(borough=(other,)), "phone", home=HOME)
    assert squeezed(f"All police offences in {small_atlas.place}") in squeezed(read_pdf(content))


def test_a_sheet_is_one_page_that_can_be_read_aloud(sheets):
    for (source, paper), content in sheets.items():
        [page] = pypdf.PdfReader(io.BytesIO(content)).pages
        width, height = (float(side) / MILLIMETRES for side in page.mediabox[2:])
        if paper == "briefing":
            assert (width, height) == pytest.approx((148, 210), abs=0.2)
        else:
            assert width == pytest.approx(84, abs=0.2) and 150 < height < 330
        assert faults(content) == [] == small_print(content), (source, paper)
        kinds = structure(content)
        assert kinds.count("H1") == 1 and kinds.count("Figure") >= 3
        assert kinds.count("Table") == (paper == "briefing"), "visits are written on paper"


def test_a_sheet_says_where_when_what_why_since_when_and_what_was_decided(small_atlas, asked, sheets):
    for (source, paper), content in sheets.items():
        text, spot = squeezed(read_pdf(content)), hotspot(small_atlas, asked[source], asked[source].area)
        of = f"Why here {spot.told.answer.description}. {spot.told.headline}"
        said = [spot.name, spot.where, of, *spot.why, spot.told.answer.banner.upper()]
        said += ["3 November 2026: Foot patrol on Fridays from 21:00 (Ann Walker)", "Write down every visit"]
        said += [spot.told.code, small_atlas.catalogue.source(asked[source]).label]
        for words in said:
            assert squeezed(words) in text, (source, paper, words)
        assert "Elsewhere" not in text
        assert squeezed(f"{HOME}?source={source}") in text.replace("level=lsoa&", "")
        for kind, row in zip(spot.told.categories["category"], spot.told.categories.iloc, strict=True):
            assert squeezed(f"{kind}{count_of(row)}") in text


def test_a_sheet_of_a_controlled_source_tells_what_the_gate_lets_out(small_atlas, asked, sheets):
    spot = hotspot(small_atlas, asked["ae"], asked["ae"].area)
    for paper in PAPERS:
        text = re.sub(r"\s+", " ", read_pdf(sheets["ae", paper]))
        assert "±" in spot.told.headline and "Counts of 1 to 7 are shown as *" in text
        assert "in 95 of 100 cases" in text
        assert not re.search(r"(?<![\d±] )\b[1-7] attendances", text)


def test_the_same_question_gives_the_same_sheet(small_atlas, asked, sheets):
    query = asked["offences"]
    again = write_sheets(small_atlas, query, "briefing", home=HOME, notes=[decided(query.area)])
    assert again[1] == sheets["offences", "briefing"]
    assert re.fullmatch(r"[a-z0-9-]+-a5\.pdf", again[0]) and asked["offences"].area.lower() in again[0]


def test_each_hotspot_has_a_page(small_atlas):
    query, steps = Query(source="offences", layer="local_moran"), []
    answer, codes = small_atlas.answer(query), hotspots_of(small_atlas, query)
    hot = answer.table.index[answer.table["cluster"].isin(["HH", "HL", "alone"])]
    assert codes and set(codes) <= set(hot)
    _, content = write_sheets(small_atlas, query, "phone", lambda *step: steps.append(step), notes=())
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    assert len(pages) == len(codes) == len(steps) - 1
    for page, code in zip(pages, codes, strict=True):
        assert code in page.extract_text()
    plain = hotspots_of(small_atlas, Query(source="offences"))
    assert plain[0] == small_atlas.answer(Query(source="offences")).table["count"].idxmax()


def test_since_when_looks_at_earlier_periods(demo_atlas, small_atlas):
    query = Query(source="offences", layer="local_moran", first=month_number("2023-01"))
    code = hotspots_of(demo_atlas, query)[0]
    then = {year: query.replace(first=12 * year, last=12 * year + 11) for year in (2022, 2021, 2020, 2019)}
    found = {year: demo_atlas.answer(asked).table.loc[code, "cluster"] for year, asked in then.items()}
    hot = [year for year, cluster in found.items() if cluster == "HH"]
    [since] = [
        line for line in hotspot(demo_atlas, query, code).why if "stood out" in line or "stand out" in line
    ]
    assert [int(year) for year in re.findall(r"20\d\d", since.partition("; not in")[0])] == hot
    plain = Query(source="offences", layer="local_moran")
    said = hotspot(small_atlas, plain, hotspots_of(small_atlas, plain)[0]).why
    assert "No earlier period is loaded to compare it with." in said


def test_places_in_an_area_are_named_nearest_first(small_atlas):
    level = small_atlas.levels["lsoa"]
    x, y = level.anchors[0]
    far = x + 50_000
    places = pd.DataFrame(
        {"name": ["Far", "Town", "Lane"], "x": [far, x, x], "y": [y, y, y], "rank": [1, 1, 6]}
    )
    assert places_in(level, 0, places) == ["Lane", "Town"]
    assert places_in(level, 0, None) == []


def test_long_decisions_are_cut_to_their_room(small_atlas, asked):
    area = asked["offences"].area
    notes = [decided(area, "older"), decided(area, "word " * 119 + "end")]
    spot = hotspot(small_atlas, asked["offences"], area, notes)
    [cut, *_] = said = decisions(spot, 61.0, 24.0)
    assert cut.endswith("… (Ann Walker)") and height_of(said, 61.0) <= 24.0
    assert decisions(hotspot(small_atlas, asked["offences"], area), 61.0, 24.0) == [
        "Nothing is noted for this area."
    ]


def test_a_group_sees_the_decisions_of_its_own_team_only(small_atlas, asked, monkeypatch):
    area = asked["offences"].area
    kept = (decided(area, "Ours", "officers"), decided(area, "Theirs", "leads"))
    monkeypatch.setattr(Notes, "read", lambda _: kept)
    officers = small_atlas.seen_by(Viewer(team="officers"))
    text = read_pdf(write_sheets(officers, asked["offences"], "phone")[1])
    assert "Ours" in text and "Theirs" not in text
    none = small_atlas.seen_by(Viewer(exports={"csv"}))
    with pytest.raises(Withheld, match="may not take away “briefing”"):
        write_sheets(none, asked["offences"], "briefing")


def test_the_command_and_the_menu_have_it(small_county, tmp_path, asked):
    path = tmp_path / "sheet.pdf"
    link = f"{HOME}?source=ae&layer=local_moran&area={asked['ae'].area}"
    assert (
        run(["export", "--data", str(small_county), "--format", "briefing", "--url", link, "-o", str(path)])
        == 0
    )
    assert len(pypdf.PdfReader(path).pages) == 1
    assert set(PAPERS) == {key for key, way in WAYS.items() if "Briefing sheet" in way.label}
