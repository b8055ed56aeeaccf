"""Profiles equal the raw files, hold no small number, and ward packs say all of it on two pages."""

import io
import re
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.answer.columns import count_of, rate_of
from geo.ask.choices import LEVELS
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import month_number, month_text
from geo.cli import run
from geo.out.area_charts import draw_kinds
from geo.out.drawing import POINT, TINY, Page, Rect
from geo.out.pane import Pane
from geo.out.ward_pack import ward_pack, wards_of, write_packs
from geo.out.ward_when import BEYOND, _draw_gradient
from geo.out.ward_where import name_places
from geo.tell.area import profile
from tests.support import small_county as small

AREA = {"lsoa": "LSOA21CD", "ward": "ward", "borough": "lad"}
HOME = "https://hotspots.example/"


@pytest.fixture(scope="module")
def raw(small_atlas) -> dict[str, pd.DataFrame]:
    """The raw file, and the events of the protected version, joined to their areas by pandas alone."""
    areas = pd.DataFrame(small.areas().drop(columns="geometry"))
    offences, attendances = small.offences(), small_atlas.snapshot.incidents("ae")
    offences = offences.assign(
        day=pd.to_datetime(offences["Committed From"].str[:10], format="%d/%m/%Y"),
        hour=pd.to_numeric(offences["Committed From"].str[11:13], errors="coerce"),
        kind=offences["Offence Group"],
    )
    attendances = attendances.assign(
        day=attendances["date"], hour=attendances["hour"].astype("float64"), kind=attendances["category"]
    )
    for rows in (offences, attendances):
        rows["month"] = rows["day"].dt.year * 12 + rows["day"].dt.month - 1
        rows["weekday"] = rows["day"].dt.day_of_week
    return {
        "offences": offences.merge(areas, left_on="LSOA Code", right_on="LSOA21CD"),
        "ae": attendances.merge(areas, left_on="lsoa", right_on="LSOA21CD"),
    }


def selections():
    """An area of any level, and filters of time."""
    codes = {
        "lsoa": small.CODES,
        "ward": sorted(small.areas()["ward"].unique()),
        "borough": ["E06000001", "E06000002"],
    }
    area = st.sampled_from([(level, code) for level in LEVELS for code in codes[level]])
    hours = st.lists(st.sampled_from(range(24)), unique=True, max_size=5).map(lambda v: tuple(sorted(v)))
    first = st.none() | st.integers(month_number("2023-01"), month_number("2023-09"))
    return st.builds(
        lambda area, hour, first: {"level": area[0], "area": area[1], "hour": hour, "first": first},
        area,
        hours,
        first,
    )


# ---------------------------------------------------------------- profiles


@settings(max_examples=25)
@given(chosen=selections())
def test_a_profile_equals_a_group_by_of_the_raw_file(small_atlas, raw, chosen):
    told = profile(small_atlas, Query(source="offences", **chosen))
    mine = raw["offences"][raw["offences"][AREA[chosen["level"]]] == chosen["area"]]
    in_hours = mine["hour"].isin(chosen["hour"]) if chosen["hour"] else mine["hour"].isna() | True
    since = mine["month"] >= (chosen["first"] or 0)
    assert told.row["count"] == (in_hours & since).sum()
    by_month = mine["month"][in_hours].value_counts()
    assert told.months.set_index("month")["count"].to_dict() == {
        m: by_month.get(m, 0) for m in told.months["month"]
    }
    assert told.years["count"].tolist() == [in_hours.sum()]
    assert told.years["months"].tolist() == [12]
    timed = mine[since & mine["hour"].notna()]
    assert told.days.tolist() == [(timed["weekday"] == d).sum() for d in range(7)]
    assert told.hours.to_dict() == {h: timed["hour"].between(h, h + 2).sum() for h in range(0, 24, 3)}
    kinds = mine[in_hours & since]["kind"].value_counts()
    assert told.categories.set_index("category")["count"].to_dict() == kinds.to_dict()
    assert told.members["count"].sum() == told.row["count"]
    assert told.sources.loc["offences", "count"] == told.row["count"]


def numbers_of(told):
    """Every count of a profile."""
    for counts in (
        told.months["count"],
        told.years["count"],
        told.categories["count"],
        told.members["count"],
        told.neighbours["count"],
        told.gradient["count"],
        told.days,
        told.hours,
        pd.Series([told.row["count"], told.sources.loc["ae", "count"]]),
        pd.Series(told.week.clock.to_numpy().ravel()),
    ):
        yield from counts


@settings(max_examples=25)
@given(chosen=selections())
def test_no_small_number_of_a_controlled_source_is_in_a_profile(small_atlas, raw, chosen):
    told = profile(small_atlas, Query(source="ae", **chosen))
    numbers = list(numbers_of(told))
    assert any(pd.isna(number) for number in numbers)
    for number in numbers:
        assert pd.isna(number) or number == 0 or (number >= 10 and number % 5 == 0)
    # Rates and limits are divided from the protected counts, so they hide what these hide.
    for table, answer in ((told.members, told.small_areas), (told.neighbours, told.answer)):
        hidden = table[table["count"].isna()]
        assert hidden["rate_per_1000_year"].isna().all()
        drawn = pd.Series(answer.codes, answer.table.index)[hidden.index]
        shared = hidden[["rank"]].assign(drawn=drawn).drop_duplicates()
        assert shared["drawn"].is_unique, "the suppressed counts of a class share a rank"
        assert table["local_i"].isna().all() if "local_i" in table else True
    days = (
        pd.Timestamp("2024-01-01") - pd.Timestamp(month_text(chosen["first"] or month_number("2023-01")))
    ).days
    shown = told.gradient.dropna(subset=["count"])
    np.testing.assert_allclose(
        shown["rate_per_1000_year"].dropna(),
        (shown["count"] / shown["population"] * 1000 * 365.25 / days).astype(float)[
            shown["rate_per_1000_year"].notna()
        ],
    )
    mine = raw["ae"][raw["ae"][AREA[chosen["level"]]] == chosen["area"]].dropna(subset=["hour"])
    true = mine["weekday"][mine["month"] >= (chosen["first"] or 0)].value_counts()
    for day, number in told.days.items():
        n = true.get(day, 0)
        assert (number is pd.NA) == (1 <= n <= 7)
        assert number is pd.NA or abs(number - n) <= 2
    assert not re.search(r"(?<!± )\b[1-7] attendances", told.headline)


def test_a_profile_tells_rank_hotspots_and_neighbours(small_atlas):
    told = profile(small_atlas, Query(source="offences", level="ward", area="E05000001", layer="imd"))
    assert told.name == "Ward 00"
    hot = (told.small_areas.table.loc[told.members.index, "cluster"] == "HH").sum()
    count, rate = told.row["count"], told.row["rate_per_1000_year"]
    assert told.headline == (
        f"Ward 00 has {count:,} offences, {rate:,.1f} per 1,000 residents a year: rank 1 of 9 wards "
        "by count. "
        f"{hot} of its 4 small areas are hotspots."
    )
    assert sorted(told.neighbours["name"]) == ["Ward 01", "Ward 10", "Ward 11"]
    cold = told.small_areas.table.loc[told.members.index, "cluster"] != "HH"
    order = list(zip(cold, -told.members["count"].astype(int), strict=True))
    assert order == sorted(order), "hotspots first, then the count"
    assert told.sources.loc["ae", "period"] == "2023"
    assert told.sources.loc["offences", "rank"] == "1"


def test_a_source_that_cannot_answer_a_filter_says_so(small_atlas):
    query = Query(source="offences", level="ward", area="E05000001", category=("robbery",))
    told = profile(small_atlas, query)
    # The categories of one source mean nothing to another.
    everybody = small_atlas.answer(Query(source="ae", level="ward")).table.loc["E05000001", "count"]
    assert told.sources.loc["ae", "count"] == everybody
    assert told.sources.loc["offences", "count"] == told.row["count"]
    assert told.categories["category"].tolist() == ["Robbery"]


def test_an_area_outside_the_boroughs_chosen_is_told_against_all(small_atlas):
    told = profile(
        small_atlas, Query(source="offences", level="ward", area="E05000001", borough=("E06000002",))
    )
    assert told.answer.query.borough == ()
    assert told.row["rank"] == "1"


def test_a_profile_needs_an_area(small_atlas):
    with pytest.raises(Problem, match="Choose one of the wards"):
        profile(small_atlas, Query(level="ward"))
    with pytest.raises(Problem, match="“E09999999” is not one of the wards"):
        profile(small_atlas, Query(level="ward", area="E09999999"))


# ---------------------------------------------------------------- which wards


def test_wards_are_found_by_code_and_by_name(small_atlas):
    query = Query(source="offences")
    everything = wards_of(small_atlas, query)
    assert len(everything) == 9
    assert wards_of(small_atlas, query, ["ward 11", "E05000001", "WARD 11 "]) == ["E05001101", "E05000001"]
    assert wards_of(small_atlas, query.replace(borough=("E06000002",))) == [
        code for code in everything if code[6] == "2"
    ]
    assert wards_of(small_atlas, query.replace(level="ward", area="E05001101")) == ["E05001101"]
    with pytest.raises(Problem, match="Squareshire has no ward “Ward 1”: perhaps Ward"):
        wards_of(small_atlas, query, ["Ward 1"])


# ---------------------------------------------------------------- the pages


@pytest.fixture(scope="module")
def packs(small_atlas) -> dict[str, tuple[str, pypdf.PdfReader]]:
    """Packs of the crowded ward for each source."""
    made = {}
    for source in ("offences", "ae"):
        query = Query(source=source, layer="quintile", overlay="imd")
        [(name, content)] = ward_pack(small_atlas, query, ["E05000001"], home=HOME)
        made[source] = (name, pypdf.PdfReader(io.BytesIO(content)))
    return made


@pytest.mark.parametrize("source", ["offences", "ae"])
def test_a_pack_is_two_pages_of_a4_with_fonts_and_links(packs, source):
    name, reader = packs[source]
    assert name == "ward-00-e05000001.pdf"
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert [float(side) for side in page.mediabox[2:]] == pytest.approx((595.28, 841.89), abs=1)
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert "/FontFile2" in inner["/FontDescriptor"].get_object()
        [link] = {note.get_object()["/A"]["/URI"] for note in page["/Annots"]}
        assert link.startswith(HOME + "?level=ward&source=" + source)
        assert link.endswith("area=E05000001")
    assert reader.metadata.title.startswith("Ward 00: ")


@pytest.mark.parametrize("source", ["offences", "ae"])
def test_a_pack_says_what_a_profile_says(packs, small_atlas, source):
    told = profile(small_atlas, Query(source=source, level="ward", area="E05000001", layer="quintile"))
    first, second = (re.sub(r"\s+", "", page.extract_text()) for page in packs[source][1].pages)
    said = [told.headline, told.answer.description, told.answer.banner.upper(), "Ward 11", "N"]
    of_wards = told.answer.deciles.caveats  # a pack gives the deciles of small areas only
    of_wards += tuple(text for text in told.answer.caveats if "one ward within ±" in text)
    said += [*told.members["name"], *(text for text in told.answer.caveats if text not in of_wards)]
    assert ("onesmallareawithin±" in first) == (source == "ae")
    for text in said:
        assert re.sub(r"\s+", "", text) in first, text
    for text in ("Against areas as deprived", *told.sources["label"], *told.categories["category"], "2023"):
        assert re.sub(r"\s+", "", text) in second, text
    assert ("1to7" in first) == (source == "ae")


def test_the_table_of_a_pack_has_protected_numbers(packs, small_atlas):
    told = profile(small_atlas, Query(source="ae", level="ward", area="E05000001", layer="quintile"))
    lines = packs["ae"][1].pages[0].extract_text()
    for _, row in told.members.iterrows():
        count, rate = count_of(row), rate_of(row)
        assert re.search(rf"{row['name']}\s*{re.escape(count)}\s*{rate}\s*{row['rank']}", lines)


def test_rates_of_few_events_are_marked_beside_the_neighbours_too(small_atlas):
    """Of open data nothing is suppressed: a rate of fewer than three events is not shown, and has no star."""
    month = small_atlas.sources["offences"].info.months[-1]
    query = Query(source="offences", category=("robbery",), first=month, last=month)
    told = profile(small_atlas, query.replace(level="ward", area="E05000001"))
    beside = told.neighbours
    rates = beside["rate_per_1000_year"].dropna()
    assert 0 < len(rates) < len(beside) and beside["unreliable"][rates.index].all()
    [(_, content)] = ward_pack(small_atlas, query, ["E05000001"])
    first, second = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    for rate in rates:
        assert f"{rate:,.10g}†" in second or f"{rate:,.1f}†" in second
    assert second.count("*") == told.sources["count"].isna().sum()
    assert "† unreliable: fewer than 20 events." in re.sub(r"\s+", " ", first)


def test_page_two_says_what_it_draws(packs, small_atlas):
    every = re.sub(r"\s+", " ", packs["offences"][1].pages[1].extract_text())
    told = profile(small_atlas, Query(source="offences", level="ward", area="E05000001", layer="quintile"))
    kinds = told.categories.sort_values("count", ascending=False)
    drawn = [
        every.index(f"{kind} {count:,}")
        for kind, count in zip(kinds["category"], kinds["count"], strict=True)
    ]
    assert drawn == sorted(drawn), "most frequent first"
    assert "When, and of which kinds" in every and "The week shows" in every
    month = small_atlas.sources["offences"].info.months[-1]
    query = Query(source="offences", category=("robbery",), first=month)
    [(_, content)] = ward_pack(small_atlas, query, ["E05000001"])
    one = re.sub(r"\s+", " ", pypdf.PdfReader(io.BytesIO(content)).pages[1].extract_text())
    assert "When, and beside its neighbours" in one and "kinds" not in one


def test_kinds_that_have_no_room_are_counted():
    page, many = (
        Page(100, 100),
        pd.DataFrame({"category": list("abcdefgh"), "count": pd.array(range(8), "Int64")}),
    )
    told = SimpleNamespace(categories=many)
    draw_kinds(page, told, SimpleNamespace(noun="offences"), Rect(0, 0, 90, 80), most=5)
    texts = [text.get_text() for text in page.top.texts]
    assert [text for text in texts if text in many["category"].tolist()] == list("hgfed")
    assert "3 more kinds are not drawn" in texts


def test_a_small_area_stands_at_its_rate_or_above_the_scale_with_it():
    """A rate of 1,324 stood at the 1,000 that the scale ended with."""
    page, place = Page(100, 100), Rect(0, 0, 100, 100)
    deciles = pd.DataFrame(
        {name: [100.0] * 10 for name in ("rate_per_1000_year", "lower_ci", "upper_ci")}, range(1, 11)
    )
    own = pd.DataFrame({"imd_decile": [2, 9], "rate_per_1000_year": [50.0, 1324.0]})
    _draw_gradient(page, deciles, own, np.array([1, 2]), place)
    found = {text.get_text(): text.get_position()[1] for text in page.top.texts}
    floor = place.bottom - 4.2
    scale = next(y for y in found.values() if abs(y - 0.8 - floor) < 1e-9), found["100"]
    badge = TINY * POINT * 0.365
    assert found["1"] - badge == pytest.approx(np.mean(scale) - 0.8, abs=0.01), "half way up"
    assert found["2"] < scale[1] - 2 and "1,324" in found
    page = Page(100, 100)
    _draw_gradient(page, deciles, own.head(1), np.array([1]), place)
    top = min(text.get_position()[1] for text in page.top.texts)
    assert top == pytest.approx(scale[1] - BEYOND), "no room is left above"


def test_places_are_named_on_the_map_of_a_pack(small_atlas):
    page = Page(100, 100)
    pane = Pane(page, Rect(0, 0, 100, 100), (0.0, 0.0, 1000.0, 1000.0))
    places = pd.DataFrame(
        {
            "name": ["High Street", "Far", "Town"],
            "x": [500.0, 9000, 510],
            "y": [500.0, 0, 505],
            "rank": [3, 1, 1],
        }
    )
    name_places(pane, places, [])
    named = [text.get_text() for text in page.top.texts if not text.get_path_effects()]
    assert named == ["Town", "High Street"]


def test_too_few_to_show_by_the_hour_are_added_up(packs):
    assert "By weekday" in packs["ae"][1].pages[1].extract_text()
    assert "Weekday and hour" in packs["offences"][1].pages[1].extract_text()


def test_packs_of_several_wards_are_one_archive_made_with_progress(small_atlas):
    steps = []
    query = Query(source="offences", borough=("E06000001",))
    wards = ["E05000001", "E05002201"]  # the second is in another borough than the filter's
    name, content = write_packs(small_atlas, query, wards, lambda *step: steps.append(step))
    assert name == "squareshire-ward-packs.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["ward-00-e05000001.pdf", "ward-22-e05002201.pdf"]
        for member in archive.namelist():
            assert len(pypdf.PdfReader(io.BytesIO(archive.read(member))).pages) == 2
    assert steps == [(0, 2, "Ward 00"), (1, 2, "Ward 22"), (2, 2, "")]
    name, content = write_packs(small_atlas, query, wards[:1])
    assert (name, content[:5]) == ("ward-00-e05000001.pdf", b"%PDF-")


def test_a_ward_without_any_events_has_a_pack(small_atlas):
    query = Query(source="offences", category=("robbery",), hour=(3,), day=(0,), first=24276, last=24276)
    told = profile(small_atlas, query.replace(level="ward", area="E05002201"))
    assert told.row["count"] == 0
    [(_, content)] = ward_pack(small_atlas, query, ["E05002201"])
    first, second = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "Ward 22 has 0 offences" in first
    assert "Not one of its 4 small areas is a hotspot" in re.sub(r"\s+", " ", first)
    assert "Month by month" in second


# ---------------------------------------------------------------- the command


def test_the_command_writes_packs_whole_or_not_at_all(small_county, tmp_path, capsys):
    asked = ["export", "--data", str(small_county), "--pack", "--url", f"{HOME}?source=ae"]
    path = tmp_path / "pack.pdf"
    assert run([*asked, "--ward", "ward 00", "-o", str(path)]) == 0
    assert len(pypdf.PdfReader(path).pages) == 2
    assert f"{HOME}?level=ward&source=ae&area=E05000001" in pypdf.PdfReader(path).metadata["/Keywords"]
    capsys.readouterr()
    assert run([*asked, "--ward", "Nowhere", "-o", str(tmp_path / "other.pdf")]) == 1
    assert "Squareshire has no ward “Nowhere”" in capsys.readouterr().err
    assert run([*asked, "--ward", "ward 00", "-o", str(tmp_path / "missing" / "pack.pdf")]) == 1
    assert [p.name for p in tmp_path.rglob("*")] == ["pack.pdf"]
