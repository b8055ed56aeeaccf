"""With whom areas are compared: the whole, a borough, or England by a file of rates that fits."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dash._utils import to_json
from scipy.stats import chi2, poisson

from dashboard import layout, view
from geo.answer.atlas import Atlas
from geo.ask.choices import ENGLAND
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.data.ingest import import_files
from geo.data.read_table import read_table
from geo.data.reference import read_reference, reference_rate
from geo.out.export import export
from geo.stats import intervals, rates
from geo.tell.assessment import part_of
from geo.tell.exhibits.compared import funnel, standardised

WEST, EAST = "E06000001", "E06000002"
RATES = """source,category,from,to,events,population
offences,Robbery,2023-01,2023-06,600,1000000
offences,Robbery,2023-07,2023-12,"900",1000000
offences,Drugs,2023-01,2023-12,3000,1000000
offences,,2023-01,2023-12,70000,1000000
"""


def reference(text: str = RATES) -> pd.DataFrame:
    return read_reference(read_table("rates.csv", text.encode()), ["offences", "ae"])


@pytest.fixture(scope="module")
def england(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The small county with a file of England's rates."""
    folder = tmp_path_factory.mktemp("england")
    shutil.copytree(small_county, folder / "data")
    (folder / "rates.csv").write_text(RATES)
    receipt = import_files(folder / "data", "benchmark", [folder / "rates.csv"])
    assert receipt.rows == 4
    return Atlas.open(folder / "data")


def shown(atlas: Atlas, search: str) -> dict:
    return json.loads(to_json(view.page(atlas, search)))["shown"]


# ---------------------------------------------------------------- the file of rates


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source,category,from,to\n", "needs the columns"),
        (
            RATES.replace("offences,Drugs", "offence,Drugs"),
            "row 4, column “source”: not one of ae and offences",
        ),
        (RATES.replace("2023-07,", "2023-06,"), "row 3, column “from”: a month that another row"),
        (RATES.replace("2023-01,2023-06", "2023-06,2023-01"), "row 2, column “to”: before the month"),
        (
            RATES.replace("600,1000000", "600,0"),
            "row 2, column “population”: not a number of residents above 0",
        ),
        (RATES.replace("3000,", ","), "row 4, column “events”: blank"),
        (RATES.replace("2023-12,3000", "12/2023,3000"), "row 4, column “to”: not a month"),
        ("source,category,from,to,rate_per_1000\nae,,2023-01,2023-02,-1\n", "not a rate of 0 or more"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_row(text: str, said: str):
    with pytest.raises(Problem, match=r"rates\.csv") as caught:
        reference(text)
    assert said in str(caught.value)


def test_a_rate_may_be_given_as_it_is():
    table = reference("source,category,from,to,rate_per_1000\nae,Sharp object,2023-01,2023-02,0.25\n")
    assert table.to_dict("records") == [
        {
            "source": "ae",
            "category": "sharp-object",
            "first": month_number("2023-01"),
            "last": month_number("2023-02"),
            "rate_per_1000": 0.25,
        }
    ]


def test_a_rate_fits_the_same_source_categories_and_months_only():
    year = list(range(month_number("2023-01"), month_number("2024-01")))
    table = reference()

    def found(months: list[int] = year, **asked: object) -> tuple[float, str]:
        return reference_rate(table, Query(source="offences", **asked), months)  # type: ignore[arg-type]

    assert found() == (70.0, "")
    assert found(category=("robbery",)) == (pytest.approx(1.5), "")
    assert found(category=("robbery", "drugs")) == (pytest.approx(4.5), "")
    assert found(year[:6], category=("robbery",)) == (pytest.approx(0.6), "")
    assert np.isnan(found(year[:6])[0]) and "January 2023 to December 2023" in found(year[:6])[1]
    for asked, why in (
        ({"months": year[:5], "category": ("robbery",)}, "other months"),
        ({"months": [*year, year[-1] + 1]}, "other months"),
        ({"months": []}, "other months"),
        ({"category": ("burglary",)}, "burglary"),
        ({"hour": (1,)}, "by month"),
        ({"night": (5,)}, "by month"),
    ):
        rate, said = found(**asked)  # type: ignore[arg-type]
        assert np.isnan(rate) and why in said
    assert "hotspots import benchmark" in reference_rate(pd.DataFrame(), Query(source="offences"), year)[1]
    assert np.isnan(reference_rate(table, Query(source="ae"), year)[0])


# ---------------------------------------------------------------- the map


A_YEAR = 365.25 / 365
"""The data are of 2023, and a rate is of a year of 365.25 days."""


def rate_of(atlas: Atlas, borough: str) -> float:
    """Crude rate of a borough by the raw counts."""
    table = atlas.answer(Query(source="offences")).table
    mine = atlas.levels["lsoa"].frame["lad"] == borough
    return float(table["count"][mine].sum() / table["population"][mine].sum() * 1000 * A_YEAR)


def by_hand(table: pd.DataFrame, value: float) -> list[str]:
    rated = rates.crude_rate(
        table["count"].astype(float), table["population"].astype(float), years=1 / A_YEAR
    )
    return rates.compare_with_benchmark(rated["lower_ci"], rated["upper_ci"], value).tolist()


@pytest.mark.parametrize("borough", [WEST, EAST])
def test_a_borough_is_the_benchmark_of_all_areas(small_atlas: Atlas, borough: str):
    answer = small_atlas.answer(Query(layer="significance", benchmark=borough))
    value = rate_of(small_atlas, borough)
    name = {WEST: "Westshire", EAST: "Eastshire"}[borough]
    assert answer.table["benchmark"].to_numpy() == pytest.approx(value)
    assert answer.table["compared"].tolist() == by_hand(answer.table, value)
    assert f"{value:,.1f} for {name}" in answer.classes.title
    assert f"significantly higher rate than {name} as a whole" in answer.headline
    assert any(f"areas of {name} are part of the benchmark" in caveat for caveat in answer.caveats)
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, answer.query, "csv").decode())))
    assert [float(row["benchmark"]) for row in rows] == pytest.approx([value] * 36)


def test_few_events_are_compared_by_their_exact_limits(small_atlas: Atlas):
    """None where twenty are expected is lower; the rate of so few is not shown all the same."""
    march = month_number("2023-03")
    answer = small_atlas.answer(Query(layer="significance", first=march, last=march))
    table = answer.table[answer.table["count"] < 3]
    expected = table["benchmark"] * table["population"] * 31 / 365.25 / 1000
    lower = poisson.cdf(table["count"].astype(int), expected) <= 0.025
    assert lower.any() and not lower.all()
    assert table["compared"].tolist() == np.where(lower, "lower", "similar").tolist()
    assert table["rate_per_1000_year"].isna().all() and "nodata" not in answer.classes.keys


def test_a_suppressed_count_is_lower_only_where_seven_would_be(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="ae", layer="significance"))
    table = answer.table[answer.table["count"].isna()]
    per = table["population"] * 365 / 365.25 / 1000
    assert len(table) and set(table["compared"]) <= {"lower", "not compared"}
    most = intervals.exact_poisson([7])[1][0]
    assert (table["compared"] == "lower").tolist() == (most / per < table["benchmark"]).tolist()


@pytest.mark.parametrize("measure", ["rate", "ratio"])
def test_what_chance_alone_sets_apart_is_a_number_of_draws(small_atlas: Atlas, measure: str):
    """Counts are drawn at the benchmark's rate and set against exact limits."""
    answer = small_atlas.answer(Query(measure=measure, layer="significance"))
    [said] = [caveat for caveat in answer.caveats if "by chance alone" in caveat]
    rng, table = np.random.default_rng(1), answer.table
    by_rate = table["benchmark"] * table["population"] * 365 / 365.25 / 1000
    expected = (by_rate if measure == "rate" else table["age_expected"]).to_numpy(float)
    drawn = rng.poisson(expected, (4000, len(table)))
    low = np.where(drawn > 0, chi2.ppf(0.025, 2 * np.maximum(drawn, 1)) / 2, 0)
    high = chi2.ppf(0.975, 2 * drawn + 2) / 2
    number = ((high < expected) | (low > expected)).sum(axis=1).mean()
    told = 0.5 if "less than one" in said else float(re.search(r"about ([\d,]+)", said)[1])
    assert told == pytest.approx(number, abs=0.6)


@pytest.mark.parametrize("asked", [{"source": "ae"}, {"measure": "dsr"}])
def test_where_limits_are_not_of_a_poisson_count_no_number_is_told(small_atlas: Atlas, asked: dict):
    answer = small_atlas.answer(Query(layer="significance", **asked))
    assert any("map: some would differ at 95% by chance alone" in said for said in answer.caveats)


def test_the_funnel_has_a_wider_one_that_allows_for_how_areas_differ(small_atlas: Atlas):
    exhibit = funnel(part_of(small_atlas, Query(), "offences")[0])
    limits = exhibit.chart.limits
    assert (limits["upper_wide"] > limits["upper_95"]).all()
    assert "Allowing for how much areas differ anyway" in exhibit.finding
    assert any("judged by itself" in said for said in small_atlas.answer(Query(layer="significance")).caveats)


def test_the_whole_stays_the_usual_benchmark(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="significance"))
    total = answer.table["count"].sum() / answer.table["population"].sum() * 1000 * A_YEAR
    assert answer.table["benchmark"].iloc[0] == pytest.approx(total)
    assert "than Squareshire as a whole" in answer.headline
    assert not any("benchmark" in caveat for caveat in answer.caveats)


def test_a_borough_that_is_not_shown_has_no_areas_of_its_own_to_name(small_atlas: Atlas):
    answer = small_atlas.answer(Query(layer="significance", borough=(WEST,), benchmark=EAST))
    assert "Eastshire" in answer.headline
    assert not any("part of the benchmark" in caveat for caveat in answer.caveats)


def test_standardised_rates_are_compared_with_the_borough_on_any_layer(small_atlas: Atlas):
    answer = small_atlas.answer(Query(measure="dsr", benchmark=EAST))
    events, people = small_atlas.asked(answer.query).ages()
    mine = (small_atlas.levels["lsoa"].frame["lad"] == EAST).to_numpy()
    value = rates.dsr(*(f[mine].sum().to_frame().T for f in (events, people)), years=1 / A_YEAR)[
        "value"
    ].iloc[0]
    assert answer.table["benchmark"].to_numpy() == pytest.approx(value)
    both = small_atlas.answer(Query(measure="dsr", layer="significance", benchmark=EAST))
    assert "age-standardised" in both.classes.title and "Eastshire" in both.classes.title
    assert both.table["compared"].tolist() == answer.table["compared"].tolist()


def test_the_benchmark_of_a_controlled_source_is_its_protected_rate(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="ae", layer="significance", benchmark=EAST))
    borough = small_atlas.answer(Query(source="ae", level="borough")).table.loc[EAST]
    assert borough["count"] % 5 == 0
    assert answer.table["benchmark"].iloc[0] == pytest.approx(borough["rate_per_1000_year"])


def test_too_few_events_for_a_benchmark_compare_nothing(small_atlas: Atlas):
    asked = Query(source="ae", layer="significance", benchmark=EAST, hour=(3,))
    east = small_atlas.levels["lsoa"].frame["lad"] == EAST
    assert 1 <= small_atlas.asked(asked).counts[east].sum() <= 7
    answer = small_atlas.answer(asked)
    assert answer.headline == "Too few attendances in Eastshire for a rate to compare with."
    assert set(answer.table["compared"]) == {"not compared"}


def test_a_benchmark_that_is_not_here_is_said(small_atlas: Atlas):
    query, notices = Query.parse("?layer=significance&benchmark=E09000001", small_atlas.catalogue)
    assert query.benchmark == "" and "no borough “E09000001”" in notices[0]
    query, notices = Query.parse("?layer=significance&benchmark=england", small_atlas.catalogue)
    assert query.benchmark == "" and "No rates of England are loaded" in notices[0]


# ---------------------------------------------------------------- England


def test_england_is_the_benchmark_where_its_rate_fits(england: Atlas):
    answer = england.answer(Query(layer="significance", benchmark=ENGLAND))
    assert answer.table["benchmark"].iloc[0] == pytest.approx(70 * A_YEAR)
    assert answer.table["compared"].tolist() == by_hand(answer.table, 70 * A_YEAR)
    assert "than England as a whole" in answer.headline and "70.0 for England" in answer.classes.title


def test_where_it_does_not_fit_the_whole_is_compared_with_and_the_page_says_why(england: Atlas):
    answer = england.answer(Query(layer="significance", benchmark=ENGLAND, hour=(1,)))
    assert "than Squareshire as a whole" in answer.headline
    assert any("not with England: rates of England are by month" in caveat for caveat in answer.caveats)
    state = shown(england, "?layer=significance&hour=1")
    assert "England cannot be chosen: rates of England are by month" in state["note-benchmark.children"]
    assert not state["note-benchmark.hidden"]
    state = shown(england, "?layer=significance&measure=dsr")
    assert "only crude rates of England can be loaded" in state["note-benchmark.children"]
    answer = england.answer(Query(layer="significance", benchmark=ENGLAND, measure="ratio"))
    assert any("not with England: only crude rates" in caveat for caveat in answer.caveats)
    assert shown(england, "?layer=significance")["note-benchmark.hidden"]


def test_without_rates_england_is_named_but_cannot_be_chosen(small_atlas: Atlas, england: Atlas):
    def last_option(atlas: Atlas) -> dict:
        controls = layout.page(atlas)._traverse_ids()
        return {control.id: control for control in controls}["filter-benchmark"].data[-1]

    assert last_option(england) == {"value": ENGLAND, "label": "Against England"}
    assert last_option(small_atlas)["disabled"] and "no rates loaded" in last_option(small_atlas)["label"]
    state = shown(small_atlas, "?layer=significance")
    assert state["note-benchmark.hidden"]
    assert "hotspots import benchmark FILE" in state["about-layer.children"]


# ---------------------------------------------------------------- the page and the assessment


def test_the_control_is_there_where_it_is_heeded(small_atlas: Atlas):
    assert shown(small_atlas, "")["row-benchmark.hidden"]
    assert not shown(small_atlas, "?layer=significance")["row-benchmark.hidden"]
    assert not shown(small_atlas, "?measure=dsr")["row-benchmark.hidden"]
    assert shown(small_atlas, f"?layer=significance&benchmark={EAST}")["filter-benchmark.value"] == EAST
    assert shown(small_atlas, "")["filter-benchmark.value"] == "whole"


def test_the_assessment_compares_with_the_same(small_atlas: Atlas, england: Atlas):
    part, _ = part_of(small_atlas, Query(benchmark=EAST), "offences")
    exhibit = funnel(part)
    answer = small_atlas.answer(part.query.replace(layer="significance", measure="rate"))
    assert exhibit.chart and exhibit.chart.benchmark == answer.table["benchmark"].iloc[0]
    assert exhibit.chart.limits is not None
    assert exhibit.chart.limits["benchmark"].iloc[0] == exhibit.chart.benchmark
    assert exhibit.title.endswith("against Eastshire") and "Against Eastshire" in exhibit.table
    by_age = standardised(part)
    assert "Against Eastshire" in by_age.table and "than Eastshire" in by_age.finding
    whole = standardised(part_of(small_atlas, Query(), "offences")[0])
    assert "Against the whole" in whole.table and whole.table["Against the whole"].iloc[-1] == ""
    year, _ = part_of(england, Query(benchmark=ENGLAND, category=("robbery",)), "offences")
    found = funnel(year)
    assert found.chart and found.chart.benchmark == pytest.approx(1.5 * A_YEAR)
