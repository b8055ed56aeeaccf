"""Sources change, not crime: places and times that go missing, incidents that are no offences."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportions_ztest

from dashboard import ids
from dashboard.markup import markup
from dashboard.view import page
from geo.answer.atlas import Atlas
from geo.answer.disclosure import Gate
from geo.answer.recording import shift
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.data.ingest import import_files
from geo.stats.change import proportions_differ
from geo.tell import beside
from geo.tell.area_set import group
from geo.tell.assessment import assess
from geo.tell.briefing import briefing
from tests.support import small_county as small
from tests.support.manifest import rewritten

YEARS = ("2021", "2022", "2023")
LOST = {"2021": 0.02, "2022": 0.25, "2023": 0.26}
"""Share without a place; what happens stays the same."""


def street(folder: Path) -> Path:
    """Three years of 12,000 events in the same places, of which some have none; a third are ASB."""
    rng = np.random.default_rng(4)
    rows = []
    for year in YEARS:
        places = rng.choice(small.CODES, 12_000)
        rows.append(
            pd.DataFrame(
                {
                    "Crime ID": [f"{year}{k}" for k in range(len(places))],
                    "Month": [f"{year}-{1 + k % 12:02d}" for k in range(len(places))],
                    "LSOA code": np.where(rng.random(len(places)) < LOST[year], "", places),
                    "Crime type": np.where(np.arange(len(places)) % 3, "Robbery", "Anti-social behaviour"),
                }
            )
        )
    path = folder / "street.csv"
    pd.concat(rows).to_csv(path, index=False)
    return path


def extract(folder: Path) -> Path:
    """Two years of dated events, of which a tenth and then half have no time."""
    parts = []
    for year, lost in (("2022", 0.1), ("2023", 0.5)):
        rows = small.offences(seed=int(year), n=4_000)
        rng = np.random.default_rng(int(year))
        moment = pd.Timestamp(f"{year}-01-01") + pd.to_timedelta(rng.integers(0, 365 * 24, len(rows)), "h")
        untimed = rng.random(len(rows)) < lost
        rows["Committed From"] = np.where(
            untimed, moment.strftime("%d/%m/%Y"), moment.strftime("%d/%m/%Y %H:%M")
        )
        parts.append(rows)
    path = folder / "extract.csv"
    pd.concat(parts).to_csv(path, index=False)
    return path


def county(folder: Path, small_areas: Path, path: Path) -> Atlas:
    shutil.copytree(small_areas, folder / "data")
    import_files(folder / "data", "offences", [path], opening=Atlas)
    return Atlas.open(folder / "data")


@pytest.fixture(scope="module")
def placed(small_areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("placed")
    return county(folder, small_areas, street(folder))


@pytest.fixture(scope="module")
def timed(small_areas: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    folder = tmp_path_factory.mktemp("timed")
    return county(folder, small_areas, extract(folder))


def of(year: str) -> dict[str, int]:
    return {"first": month_number(f"{year}-01"), "last": month_number(f"{year}-12")}


# ---------------------------------------------------------------- places that go missing


@pytest.mark.parametrize("numbers", [(30, 1000, 50, 1000), (3, 40, 9, 45), (240, 12_000, 3000, 12_000)])
def test_two_proportions_are_compared_as_statsmodels_does(numbers: tuple[int, int, int, int]) -> None:
    some, whole, others, whole_others = numbers
    expected = proportions_ztest([some, others], [whole, whole_others])[1]
    assert proportions_differ(*numbers) == pytest.approx(expected, rel=1e-9)


def test_a_share_without_a_place_that_moves_is_said_first_and_no_area_judged(placed: Atlas) -> None:
    rows = pd.read_csv(placed.snapshot.folder.parent / "street.csv")
    year = rows["Month"].str[:4]
    lost = rows["LSOA code"].isna().groupby(year).mean()
    answer = placed.answer(Query(layer="change", **of("2022")))
    assert answer.headline.startswith(
        f"{lost['2022']:.1%} of the offences and incidents have no place, against {lost['2021']:.1%} in 2021"
    )
    alone = (1 - lost["2022"]) / (1 - lost["2021"]) - 1
    assert f"{alone:+.0%}".replace("-", "−") in answer.headline
    keys = np.array(answer.classes.keys)[answer.codes]
    assert set(keys) == {"not compared"}
    assert set(answer.table["change"]) == {"not compared"}
    assert answer.table[["change_ratio", "change_p", "change_q"]].isna().all().all()
    before = rows[year == "2021"].groupby("LSOA code").size().reindex(small.CODES)
    assert answer.table["count_before"].tolist() == before.tolist()


def test_where_the_share_stays_areas_are_judged(placed: Atlas) -> None:
    answer = placed.answer(Query(layer="change", **of("2023")))
    assert "have no place, against" not in answer.headline
    assert answer.table["change_p"].notna().all()


def test_a_share_that_chance_may_have_moved_is_no_shift(placed: Atlas) -> None:
    rows = pd.read_csv(placed.snapshot.folder.parent / "street.csv")
    table = rows["LSOA code"].isna().groupby(rows["Month"]).agg(["sum", "size"])
    for months in (("2022-03", "2022-02"), ("2022-03", "2021-03")):
        (some, whole), (others, whole_others) = (table.loc[month] for month in months)
        p = proportions_ztest([some, others], [whole, whole_others])[1]
        now, then = (placed.asked(Query(first=month_number(m), last=month_number(m))) for m in months)
        assert (shift(now, then, "then") != "") == (p <= 0.05)


def test_a_meeting_has_no_arrows(placed: Atlas) -> None:
    told = briefing(placed, Query(**of("2022")))
    assert told.change.trend == "" and "have no place" in told.change.numbers
    assert {spot.change.words for spot in told.spots} == {"not compared: recording changed"}
    assert {spot.change.trend for spot in told.spots} == {""}
    assert briefing(placed, Query(**of("2023"))).change.words != "not compared: recording changed"


def test_a_set_of_areas_is_not_held_against_the_rest(placed: Atlas) -> None:
    told = group(placed, Query(group=tuple(small.CODES[:4]), **of("2022")))
    assert told is not None and told.trend is None and "have no place" in told.note
    alike = group(placed, Query(group=tuple(small.CODES[:4]), **of("2023")))
    assert alike is not None and alike.trend is not None
    assert "have no place" not in alike.note


def test_the_assessment_says_so_in_place_of_wards_that_changed(placed: Atlas) -> None:
    told = assess(placed, Query(category=("robbery",), **of("2022")))
    (section,) = [s for s in told.sections if s.key == "offences"]
    assert "changed" not in [exhibit.key for exhibit in section.exhibits]
    assert any("have no place" in why for _, why in section.missing)


def test_two_maps_side_by_side_give_no_percentage(placed: Atlas) -> None:
    for year, other, given in (("2022", "2021-01..2021-12", False), ("2023", "2022-01..2022-12", True)):
        both = beside.pair(placed, placed.answer(Query(view="compare", compare=other, **of(year))))
        assert both is not None
        assert ("%" in beside.finding(*both, placed.catalogue)) == given


# ---------------------------------------------------------------- times that go missing


def test_a_share_without_a_time_that_moves_matters_to_a_filter_of_hours_only(timed: Atlas) -> None:
    plain = timed.answer(Query(layer="change", **of("2023")))
    assert "have no known time" not in plain.headline
    rows = pd.read_csv(timed.snapshot.folder.parent / "extract.csv", dtype=str)
    here = rows[rows["LSOA Code"].isin(small.CODES)]
    untimed = (here["Committed From"].str.len() == 10).groupby(here["Committed From"].str[6:10]).mean()
    late = timed.answer(Query(layer="change", hour=(20, 21, 22, 23), **of("2023")))
    assert late.headline.startswith(
        f"{untimed['2023']:.1%} of the offences have no known time, against {untimed['2022']:.1%} in 2022"
    )
    assert set(late.table["change"]) == {"not compared"}


# ---------------------------------------------------------------- incidents are no offences


def test_a_few_without_a_place_are_no_share_of_nought(placed: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "share", lambda *_: 0.0003)
    said = " ".join(placed.answer(Query(month=(5,))).caveats)
    assert "(under 0.1% of all) are not on the map." in said and "0.0%" not in said


@pytest.mark.parametrize(
    ("category", "noun"),
    [
        ((), "offences and incidents"),
        (("robbery",), "offences"),
        (("anti-social-behaviour",), "incidents"),
        (("anti-social-behaviour", "robbery"), "offences and incidents"),
    ],
)
def test_incidents_of_anti_social_behaviour_are_not_called_offences(
    placed: Atlas, category: tuple[str, ...], noun: str
) -> None:
    answer = placed.answer(Query(category=category))
    assert f" the most {noun}: " in answer.headline
    assert f" {noun} on the map." in answer.caveats[0]
    rows = pd.read_csv(placed.snapshot.folder.parent / "street.csv")
    apart = int((rows["LSOA code"].notna() & (rows["Crime type"] == "Anti-social behaviour")).sum())
    said = f"{apart:,} of them are incidents of anti-social behaviour, which are not offences."
    assert (said in answer.caveats) == (noun == "offences and incidents")


def test_one_incident_is_said_of_as_one(small_areas: Path, tmp_path: Path) -> None:
    rows = [
        f"a{k},2023-01,{small.CODES[0]},{kind}" for k, kind in enumerate(["Robbery", "Anti-social behaviour"])
    ]
    (tmp_path / "street.csv").write_text("\n".join(["Crime ID,Month,LSOA code,Crime type", *rows]))
    said = county(tmp_path, small_areas, tmp_path / "street.csv").answer(Query()).caveats
    assert "1 of them is an incident of anti-social behaviour, which is not an offence." in said


def test_midnight_is_doubted_where_it_is_asked_for(demo_atlas: Atlas) -> None:
    for hours, doubted in (((), True), ((23, 0), True), ((3,), False)):
        said = " ".join(demo_atlas.answer(Query(source="offences", hour=hours)).caveats)
        assert ("in the hour from midnight" in said) == doubted, hours


def test_a_part_of_everything_is_not_said_of_offences_where_incidents_are_among_it(placed: Atlas) -> None:
    query = Query(category=("robbery",))
    cut = assess(placed, query, ["offences"]).exhibit("offences", "by_category")
    everything = int(placed.answer(query.replace(category=())).table["count"].sum())
    assert cut.finding.endswith(f"% of {everything:,} offences and incidents.")
    assert cut.title.startswith("Police offences and incidents by category, ")
    others = assess(placed, query, ["offences"]).exhibit("offences", "categories_compared")
    assert others.title.startswith("Other categories of police incidents beside these, ")


def test_a_folder_from_before_has_the_nouns_of_its_source(placed: Atlas, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    shutil.copytree(placed.snapshot.folder, folder)
    with rewritten(folder) as manifest:
        del manifest["sources"]["offences"]["nouns"]
    assert " offences and incidents on the map." in Atlas.open(folder).answer(Query()).caveats[0]


# ---------------------------------------------------------------- other points


@pytest.mark.parametrize(
    ("year", "level", "said"),
    [("2022", "lsoa", True), ("2023", "lsoa", True), ("2022", "ward", False), ("2021", "lsoa", False)],
)
def test_the_points_of_police_uk_changed_in_2022(placed: Atlas, year: str, level: str, said: bool) -> None:
    answer = placed.answer(Query(layer="change", level=level, **of(year)))
    places = "From July 2022 on the publisher places"
    assert any(places in told for told in (answer.headline, *answer.caveats)) == said
    judged = set(answer.classes.keys) & {"up", "down"}
    assert (places in answer.headline) == (said and bool(judged))  # where a verdict is given, beside it
    drawn = page(placed, answer.query.to_search())["shown"][f"{ids.HEADLINE}.children"]
    assert ("warned" in markup(drawn)) == bool(answer.warning)  # and not as large as the verdict
    assert answer.headline in re.sub("<[^>]+>", "", markup(drawn))


def test_a_pattern_across_that_date_says_so(placed: Atlas) -> None:
    across = placed.answer(Query(layer="emerging", **of("2022")))
    after = placed.answer(Query(layer="emerging", **of("2023")))
    assert [any("From July 2022" in c for c in a.caveats) for a in (across, after)] == [True, False]


def test_exhibits_that_set_year_against_year_say_so(placed: Atlas) -> None:
    told = assess(placed, Query(category=("robbery",)))
    (section,) = [s for s in told.sections if s.key == "offences"]
    (stability,) = [exhibit for exhibit in section.exhibits if exhibit.key == "stability"]
    assert any("From July 2022" in caveat for caveat in stability.caveats)
    across = group(placed, Query(group=tuple(small.CODES[:4]), **of("2023")))
    assert across is not None and across.note.startswith("From July 2022")


def test_dated_extracts_of_a_force_have_no_such_points(timed: Atlas) -> None:
    assert timed.catalogue.sources["offences"].moved == ()


def test_many_categories_are_named_for_what_is_among_them(demo_atlas: Atlas) -> None:
    some = ("robbery", "drugs", "burglary")
    for more, said in (
        ("anti-social-behaviour", "police offences and incidents"),
        ("shoplifting", "police offences"),
    ):
        description = demo_atlas.answer(Query(source="offences", category=(*some, more))).description
        assert description.startswith(f"4 categories of {said} in ")
