"""The assessment rebuilds the published tables, holds at any slice, and tells no small number of patients."""

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import DAY_NAMES, MONTH_NAMES
from geo.demo.check import DIFFERS, MATCHES, NOT_REPRODUCED, check, counted
from geo.tell.assessment import VIOLENCE, Assessment, asked, assess, part_of
from geo.tell.exhibits import EXHIBITS, PLACE, PUBLISHED, SERVICES
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.exhibits.part import Part
from tests.answers.test_demo_events import (
    ADMISSION_MONTHS,
    CLOCK,
    GRADIENT,
    HIGHER,
    MONTHS,
    RATES,
    TOP_WARDS,
    printed,
)

pytestmark = pytest.mark.long

BOROUGHS = ["Bedford", "Central Bedfordshire", "Luton"]
OF_AREAS = {
    "Areas",
    "Small areas",
    "Months loaded",
    "Months counted",
    "Hotspots",
    "Also hotspots here",
    "Sources",
}
"""Columns that count areas, months or sources, never people."""
SEARCHES = [
    "",
    "?from=2023-03&to=2023-03",
    "?borough=E06900003&from=2023-01&to=2023-02",
    "?hour=9-17&month=7,8",
    "?source=ae&category=sexual-assault",
    "?from=2016-01&to=2016-12",
    "?hour=3&day=tue&from=2023-02&to=2023-02",
]


@pytest.fixture(scope="module")
def rebuilt(true_demo_atlas: Atlas) -> Assessment:
    """The demonstration county over all months, opened cleared."""
    return assess(true_demo_atlas, Query())


@pytest.fixture(scope="module")
def at(demo_atlas: Atlas) -> Callable[[str], Assessment]:
    """Assessment of a query string as it leaves, made once."""
    return cache(lambda search: assess(demo_atlas, Query.parse(search)[0]))


@pytest.fixture(scope="module")
def shown(at: Callable[[str], Assessment]) -> Assessment:
    """The demonstration county over all months as it leaves."""
    return at("")


def table(assessment: Assessment, name: str) -> pd.DataFrame:
    return assessment.exhibits[name].table


# ---------------------------------------------------------------- the published tables


def test_residents_and_fifths_of_deprivation(rebuilt: Assessment) -> None:
    people = table(rebuilt, "place/residents").set_index("Borough")
    assert people["Small areas (LSOA)"].tolist() == [103, 157, 121, 381]
    assert people["Residents"].tolist() == [187_466, 301_501, 226_973, 715_940]
    fifths = table(rebuilt, "place/imd_quintiles").set_index("Borough")
    assert fifths.loc["Luton"].tolist() == [33, 36, 28, 19, 5]
    assert fifths.loc["All"].tolist() == [50, 76, 73, 84, 98]


@pytest.mark.parametrize(("source", "months"), [("offences", MONTHS), ("admissions", ADMISSION_MONTHS)])
def test_all_36_months_by_borough(rebuilt: Assessment, source: str, months: str) -> None:
    found = table(rebuilt, f"{source}/month_by_borough").set_index("Month")
    assert (found[BOROUGHS].T.to_numpy(int) == printed(months).to_numpy()).all()
    assert (found["All"] == found[BOROUGHS].sum(axis=1)).all()


def test_all_42_cells_of_weekday_and_hours(rebuilt: Assessment) -> None:
    found = table(rebuilt, "offences/day_by_hour")
    assert (found[list(DAY_NAMES)].to_numpy(int) == printed(CLOCK).to_numpy()).all()


def test_midnight_is_doubted_and_left_out_of_the_finding(rebuilt: Assessment) -> None:
    exhibit = rebuilt.exhibit("offences", "day_by_hour")
    assert exhibit.chart is not None and exhibit.chart.doubtful == ("00:00 to 03:59",)
    assert any("Midnight stands out" in caveat for caveat in exhibit.caveats)
    assert "00:00" not in exhibit.finding
    beyond = "All offences with a time are counted, those without a place ("
    assert all(
        any(beyond in said for said in rebuilt.exhibit("offences", key).caveats)
        for key in ("day_by_hour", "hours")
    )
    hours = table(rebuilt, "offences/hours").set_index("Hour")
    assert hours["As recorded"].sum() == 92_898
    assert hours.at["00", "Without midnight’s excess"] < hours.at["00", "As recorded"] / 10
    assert (hours.loc["01":, "Without midnight’s excess"] == hours.loc["01":, "As recorded"]).all()
    assert hours["Spread over the range of time"].sum() <= 92_898 + 12, "each event adds at most one"


def test_wards_of_the_top_fifth(rebuilt: Assessment) -> None:
    found = table(rebuilt, "offences/top_quintile")
    assert int(found["Small areas"].sum()) == 76
    for borough, wards in TOP_WARDS.items():
        wanted = {w.rpartition(" ")[0]: int(w.rpartition(" ")[2]) for w in wards.split(", ")}
        mine = found[found["Borough"] == borough]
        assert dict(zip(mine["Ward"], mine["Small areas"], strict=True)) == wanted
    assert round(found["Count"].sum() / 91_334, 2) == 0.46


@pytest.mark.parametrize("source", list(RATES))
def test_standardised_rates_within_one_per_cent(rebuilt: Assessment, source: str) -> None:
    exhibit = rebuilt.exhibit(source, "dsr")
    found = exhibit.table.set_index("Borough")["Rate a year per 100,000"]
    wanted = RATES[source][1:]
    assert found.to_numpy() == pytest.approx(np.array(wanted), rel=0.01)
    higher = int(re.search(r"(\d+) of 381 small areas are significantly higher", exhibit.finding)[1])
    assert any("further ones of the same person" in caveat for caveat in exhibit.caveats)
    # the published number takes every event as one person's only one
    assert 0.75 * HIGHER[source] < higher <= HIGHER[source]
    assert (
        exhibit.table["Against the whole"].tolist()[:3]
        == {
            "offences": ["higher", "lower", "higher"],
            "ae": ["higher", "lower", "higher"],
            "admissions": ["similar", "lower", "higher"],
        }[source]
    )


@pytest.mark.parametrize("source", list(GRADIENT))
def test_gradient_within_one_per_cent(rebuilt: Assessment, source: str) -> None:
    rate = table(rebuilt, f"{source}/gradient").iloc[[0, 9]]["Rate a year per 100,000, age-standardised"]
    assert rate.to_numpy() == pytest.approx(np.array(GRADIENT[source]), rel=0.01)


def test_top_ten_of_the_ambulance_has_seventeen_areas(true_demo_atlas: Atlas) -> None:
    query = Query(first=2023 * 12, last=2023 * 12 + 11)
    found = assess(true_demo_atlas, query, ["ambulance"]).exhibit("ambulance", "top_areas")
    assert (len(found.table), int(found.table["Count"].sum())) == (17, 453)
    tied = found.table[found.table["Rank"] == "10="]
    assert tied["Count"].tolist() == [8] * 8
    assert "8 of them share the last place with 8 each" in found.finding


def test_attendances_and_admissions(rebuilt: Assessment) -> None:
    totals = table(rebuilt, "ae/totals").set_index("Place")["Count"]
    assert totals[BOROUGHS].tolist() == [1504, 1418, 2694]
    assert "27.4% arrived by ambulance" in rebuilt.exhibit("ae", "attributes").finding
    share = table(rebuilt, "ae/most_deprived").set_index("Most deprived")["Share"]
    assert round(share["40%"], 1) == 58.2
    assert table(rebuilt, "admissions/totals").set_index("Place")["Count"][BOROUGHS].tolist() == [
        822,
        835,
        1526,
    ]
    assert rebuilt.exhibit("admissions", "by_weekday").finding.startswith("Sunday has the most")
    assert "63.0% were admitted through A&E" in rebuilt.exhibit("admissions", "attributes").finding


def test_crimes_with_and_without_a_place(demo_atlas: Atlas) -> None:
    categories = demo_atlas.catalogue.sources["offences"].categories
    everything = assess(demo_atlas, Query(category=tuple(categories)), ["offences"])
    found = table(everything, "offences/totals").set_index("Place")["Count"]
    assert found[BOROUGHS].tolist() == [85_166, 100_748, 112_298]
    assert found["Outside the map"] + found["Without a place"] == 15_285
    assert everything.title.startswith("Needs assessment of 14 categories of police offences")


def test_drug_offences_beside_violence(shown: Assessment) -> None:
    row = table(shown, "offences/categories_compared").set_index("Category").loc["Drugs"]
    assert round(row["Luton share"]) == 50
    assert round(row["Its share"]) == 6
    assert row["Also hotspots here"] >= 1


def test_hotspots_that_several_categories_have_in_common(
    demo_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said "6 each are also hotspots of A, B and C" of six areas that all three share."""
    part = part_of(demo_atlas, Query(category=("robbery",)), "offences")[0]
    monkeypatch.setattr(Part, "hot", lambda self, counts: np.arange(len(counts)) < 6)
    finding = EXHIBITS["categories_compared"][1](part).finding
    assert finding.startswith("Of 6 hotspots of these offences all 6 are also hotspots of each of ")


@pytest.mark.parametrize("source", ["offences", "ambulance"])
def test_months_that_differ_are_not_said_to_be_alike(source: str, demo_atlas: Atlas) -> None:
    """Robberies of one year, 27 to 76 a month: which is the busiest cannot be told, that they differ can."""
    counts = np.array([46, 27, 33, 46, 65, 56, 76, 76, 64, 72, 69, 60])
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    part = part_of(demo_atlas, Query(source=source), source)[0]

    def said(counts: np.ndarray) -> str:
        return part.most(MONTH_NAMES, counts, (counts[None], days[None]), called="month", per="a day")

    assert said(np.full(12, 50)).startswith("No month stands out")
    if part.gate.controlled:
        assert said(counts).startswith("No month stands out")  # noise makes a protected version's differ too
        return
    assert said(counts) == (
        "Months differ by more than chance alone makes, but too little is loaded to tell how much they vary "
        "by themselves, and so which is the busiest: July and August have the most, 2.5 a day each."
    )
    years = np.stack([counts] * 3), np.stack([days] * 3)
    alike = part.most(MONTH_NAMES, 3 * counts, years, called="month", per="a day")
    assert alike == (
        "Months differ by more than chance, but which is the busiest cannot be told: July and August have "
        "the most, 2.5 a day each, and most others cannot be told apart from them."
    )


def test_check_page_finds_no_difference_and_says_why_not(true_demo_atlas: Atlas) -> None:
    rows = check(true_demo_atlas)
    assert not [row for row in rows if row.verdict == DIFFERS]
    assert sum(row.verdict == MATCHES for row in rows) >= 70
    why = {row.figure: row.why for row in rows if row.verdict == NOT_REPRODUCED}
    assert all(why.values())
    assert "91,334" in why["Violence and sexual offences"]
    assert "not known" in why["Violence between midnight and 4am"]
    assert "chance" in why["95% limits of the rates"]
    assert f"{len(rows)} published figures" in counted(rows)


def test_check_notices_a_difference(true_demo_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    from geo.demo import published

    monkeypatch.setattr(published, "AE", (1504, 1418, 2695))
    differing = [row.figure for row in check(true_demo_atlas) if row.verdict == DIFFERS]
    assert differing == ["By borough", "All of them"]


def test_only_a_synthetic_county_is_checked(small_atlas: Atlas) -> None:
    with pytest.raises(Problem, match="demonstration county only"):
        check(small_atlas)


# ---------------------------------------------------------------- what may be told


def unsafe(assessment: Assessment, atlas: Atlas) -> list[tuple[str, str, list[int]]]:
    """Counts of people in controlled sections that the rules do not let out."""
    found = []
    for section in assessment.sections:
        if section.key not in atlas.sources or not atlas.sources[section.key].gate.controlled:
            continue
        for exhibit in section.exhibits:
            for name, column in exhibit.table.items():
                if str(column.dtype) == "Int64" and name not in OF_AREAS:
                    bad = [int(v) for v in column.dropna() if 0 < v < 10 or v % 5]
                    if bad:
                        found.append((exhibit.key, str(name), bad))
    return found


@pytest.mark.parametrize("search", SEARCHES)
def test_no_small_number_of_a_controlled_source(at: Callable, demo_atlas: Atlas, search: str) -> None:
    assert not unsafe(at(search), demo_atlas)


def test_the_test_above_would_see_one(rebuilt: Assessment, demo_atlas: Atlas) -> None:
    assert len(unsafe(rebuilt, demo_atlas)) > 20


def test_no_finding_of_a_controlled_source_holds_a_small_count(at: Callable, demo_atlas: Atlas) -> None:
    for search in SEARCHES:
        for section in at(search).sections[2:-2]:
            noun = demo_atlas.catalogue.sources[section.key].noun
            for text in (exhibit.finding for exhibit in section.exhibits):
                assert not re.search(rf"(?<![\d,.])[1-7] {noun}\b", text), text
                assert not re.search(rf"ha(s|ve) the most {noun}: [1-7](?![\d,]|\.\d)", text), text


def test_equal_protected_counts_are_not_put_in_order(small_atlas: Atlas) -> None:
    """An order by true counts would tell which of two rounded counts is the larger."""
    found = table(assess(small_atlas, Query(), ["ae"]), "ae/top_areas")
    for _, tied in found.groupby("Count"):
        assert len(set(tied["Rank"])) == 1


# ---------------------------------------------------------------- any slice


@pytest.mark.parametrize("search", SEARCHES)
def test_holds_at_any_slice(at: Callable, search: str) -> None:
    assessment = at(search)
    for name, exhibit in assessment.exhibits.items():
        assert not re.search(r"\bnan\b|<NA>|\bNone\b|\binf\b", exhibit.finding), name
        assert len(exhibit.table), name
        assert exhibit.title and not exhibit.title.endswith("."), name
        assert exhibit.texts().shape == exhibit.table.shape
    for section in assessment.sections:
        assert all(reason.endswith(".") for _, reason in section.missing), section.missing


@pytest.mark.parametrize("search", ["", "?from=2023-03&to=2023-03", "?borough=E06000001&hour=3"])
def test_holds_on_a_small_county_without_a_lookup_of_deprivation(small_atlas: Atlas, search: str) -> None:
    assessment = assess(small_atlas, Query.parse(search)[0])
    named = {"place", "offences", "ae", "together", "indicators"}
    assert {section.key for section in assessment.sections} == named
    assert not unsafe(assessment, small_atlas)


def test_nothing_is_lost_in_silence(at: Callable) -> None:
    """Each exhibit of each section is there, or its name is listed with a reason."""
    assessment = at("?borough=E06900003&from=2023-01&to=2023-02")
    makers = {"place": PLACE, "indicators": PUBLISHED, "together": SERVICES}
    for section in assessment.sections:
        if section.missing and section.missing[0][0].startswith("All "):
            assert not section.exhibits
            continue
        wanted = {name for name, _ in makers.get(section.key, EXHIBITS).values()}
        assert {e.name for e in section.exhibits} | {name for name, _ in section.missing} == wanted


def test_a_source_without_the_period_says_which_months_it_has(at: Callable) -> None:
    ae = at("?from=2023-03&to=2023-03").sections[3]
    [(_, reason)] = ae.missing
    assert ae.key == "ae" and not ae.exhibits
    assert "loaded are April 2016 to March 2021" in reason


def test_filters_that_a_source_cannot_take_are_noted(demo_atlas: Atlas) -> None:
    assessment = assess(demo_atlas, Query(hour=(22, 23)), ["offences", "admissions"])
    offences, admissions = assessment.sections[1:3]
    assert not offences.notes and "22:00 to 23:59" in offences.title
    assert any(note.startswith("Hours and nights were left out") for note in admissions.notes)


def test_categories_hold_for_their_own_source(at: Callable) -> None:
    _, offences, _, ae, *_ = at("?source=ae&category=sexual-assault").sections
    assert offences.title.startswith("Violence and sexual offences")
    assert "sexual assault" in ae.title
    assert not offences.notes


def test_one_borough_has_no_column_for_the_others(demo_atlas: Atlas) -> None:
    assessment = assess(demo_atlas, Query(borough=("E06900003",)), ["offences"])
    assert list(table(assessment, "offences/month_by_borough")) == ["Month", "All"]
    totals = table(assessment, "offences/totals").set_index("Place")["Count"]
    assert totals["Luton"] + totals["In other boroughs"] == 91_334
    assert any("boroughs chosen" in caveat for caveat in assessment.caveats)


# ---------------------------------------------------------------- how it is put together


def test_exhibits_are_numbered_in_order(shown: Assessment) -> None:
    for kind, has_chart in (("Table", False), ("Figure", True)):
        numbers = [e.number for e in shown.exhibits.values() if (e.chart is not None) == has_chart]
        assert numbers == [f"{kind} {n}" for n in range(1, len(numbers) + 1)]


def test_charts_name_columns_that_are_there(shown: Assessment) -> None:
    for name, exhibit in shown.exhibits.items():
        chart = exhibit.chart
        if chart is None or chart.form == "map":
            continue
        columns = set(exhibit.table if chart.data is None else chart.data)
        assert {chart.x, *chart.y, *(chart.interval or ())} <= columns, name


def test_findings_open_their_section(shown: Assessment) -> None:
    police = shown.sections[1]
    assert police.findings[0].startswith("91,334 offences in Bedfordshire")
    assert set(police.findings) <= {exhibit.finding for exhibit in police.exhibits}


def test_several_services(shown: Assessment) -> None:
    found = table(shown, "together/agreement")
    assert found["Sources"].is_monotonic_decreasing and found["Sources"].min() >= 2
    assert shown.exhibit("together", "services").finding.startswith("The 4 sources have no month in common")
    assert (table(shown, "together/overlooked")["Police"] != "hot").all()


def test_progress_counts_every_exhibit(small_atlas: Atlas) -> None:
    told: list[tuple[int, int, str]] = []
    assess(small_atlas, Query(), ["offences"], progress=lambda *step: told.append(step))
    total = len(PLACE) + len(EXHIBITS) + len(PUBLISHED)
    assert [done for done, _, _ in told] == list(range(total + 1))
    assert {whole for _, whole, _ in told} == {total}


def test_an_unknown_source_is_refused(small_atlas: Atlas) -> None:
    with pytest.raises(Problem, match="“nhs” is not loaded: choose from offences and ae"):
        assess(small_atlas, Query(), ["nhs"])


def test_texts_say_what_is_suppressed_and_what_is_missing() -> None:
    columns = {"A": pd.array([1234, None], "Int64"), "B": [np.nan, 2.25], "C": ["x", None]}
    exhibit = Exhibit("k", "T", "", pd.DataFrame(columns), {"B": "{:.2f}"})
    assert exhibit.texts().to_numpy().tolist() == [["1,234", "–", "x"], ["*", "2.25", ""]]
    assert exhibit.numeric() == [True, True, False]


# ---------------------------------------------------------------- what is asked


def test_boroughs_by_name_or_code_and_months(demo_atlas: Atlas) -> None:
    query = asked(demo_atlas, "http://host/?hour=22-1", first="2023-01", boroughs=["luton", "E06900001"])
    assert query == Query(hour=(0, 1, 22, 23), first=2023 * 12, borough=("E06900003", "E06900001"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"boroughs": ["Leeds"]}, "no borough “Leeds”"),
        ({"first": "2023-13"}, "not a month"),
        ({"first": "2023-02", "last": "2023-01"}, "ends before it begins"),
        ({"url": "?colour=red"}, "“colour”"),
    ],
)
def test_what_cannot_be_asked_is_refused(demo_atlas: Atlas, given: dict, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        asked(demo_atlas, **given)
    assert str(refused.value).count("Leeds") <= 1, "it is said once"


def test_the_map_of_hotspots_says_how_many_the_page_counts_by_its_statistic(
    demo_atlas: Atlas, shown: Assessment
) -> None:
    for source in demo_atlas.sources:
        map_ = shown.exhibit(source, "hotspot_map")
        page = demo_atlas.answer(map_.chart.query.replace(layer="getis_ord"))
        number = dict(zip(page.classes.keys, page.classes.counts, strict=True))["HH"]
        own = dict(zip(map_.table["Class"], map_.table["Areas"], strict=True))["High, among high"]
        assert (f"finds {number:,}:" in map_.finding) == (number != own)


def test_violence_is_assessed_unless_another_category_is_named(demo_atlas: Atlas, shown: Assessment) -> None:
    named, default = (part_of(demo_atlas, Query(category=c), "offences")[0] for c in ((VIOLENCE,), ()))
    assert named.query == default.query
    assert shown.title == (
        "Needs assessment of violence, ambulance call-outs, A&E attendances and hospital admissions: "
        "Bedfordshire"
    )
    alone = assess(demo_atlas, Query(source="ae"), ["ae"])
    assert alone.title == "Needs assessment of A&E attendances: Bedfordshire"


def test_a_country_of_boroughs_does_not_fill_the_report(
    small_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.tell.exhibits.exhibit.MOST_ROWS", 1)
    monkeypatch.setattr("geo.tell.exhibits.part.MOST_ROWS", 1)
    monkeypatch.setattr("geo.tell.exhibits.part.MANY_BOROUGHS", 1)
    monkeypatch.setattr("geo.tell.exhibits.compared.MOST_AREAS", 10)
    assessment = assess(small_atlas, Query(), ["offences"])
    assert all(len(exhibit.table) == 1 for exhibit in assessment.exhibits.values())
    cut = assessment.exhibit("offences", "by_category")
    assert cut.caveats[-1] == "2 more rows are not listed."
    assert table(assessment, "offences/totals")["Place"].tolist() == ["All of Squareshire"]
    assert table(assessment, "offences/dsr")["Borough"].tolist() == ["All of Squareshire"]
    assert list(table(assessment, "offences/month_by_borough")) == ["Month", "All"]
    assert assessment.exhibit("offences", "funnel").title.endswith("wards against the whole")
