"""The chart by deprivation: rates, slope and shares, each against its own computation, and the gate."""

import json

import numpy as np
import pandas as pd
import pytest
from dash._utils import to_json
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import blocks, view
from dashboard.link import PLAIN
from geo.answer.atlas import Atlas
from geo.answer.disclosure import Gate
from geo.answer.gradient import Gradient, gradient, shares_said, slope_said
from geo.ask.query import Query
from geo.ask.words import listed
from geo.stats import deprivation, rates
from geo.tell.assessment import part_of
from geo.tell.exhibits.compared import fifths
from geo.tell.exhibits.compared import gradient as by_tenth
from geo.tell.marking import marking


def shown(atlas: Atlas, search: str) -> dict:
    return json.loads(to_json(view.page(atlas, search)))["shown"]


def made(disclosure: str, counts: np.ndarray, decile: np.ndarray | None = None) -> Gradient:
    n = len(counts)
    return gradient(
        decile=np.arange(n) % 10 + 1.0 if decile is None else decile,
        counts=counts,
        population=np.full(n, 1500.0),
        gate=Gate(disclosure),
        years=1.0,
    )


# ---------------------------------------------------------------- the rates


def test_crude_rates_are_those_of_the_areas_pooled(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="offences"))
    table = answer.table
    for ours, groups in ((answer.gradient.tenths, 10), (answer.gradient.fifths, 5)):
        of = table["imd_decile"] if groups == 10 else deprivation.quintile(table["imd_decile"])
        pooled = deprivation.gradient(
            table["count"].astype(int), table["population"], of, groups=groups, years=365 / 365.25
        )
        for name, other in (
            ("rate_per_1000_year", "value"),
            ("lower_ci", "lower_ci"),
            ("upper_ci", "upper_ci"),
        ):
            np.testing.assert_allclose(ours[name], pooled[other])
        assert ours["areas"].tolist() == pooled["areas"].tolist()
    assert answer.gradient.by("quintile").equals(answer.gradient.fifths)


def test_standardised_rates_are_those_of_the_areas_pooled(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="offences", measure="dsr", borough=("E06000001",)))
    slice_ = small_atlas.asked(answer.query)
    events, people = (frame[answer.inside] for frame in slice_.ages())
    fifth = deprivation.quintile(answer.table["imd_decile"][answer.inside])
    pooled = deprivation.gradient(events, people, fifth, groups=5, years=slice_.years)
    np.testing.assert_allclose(answer.gradient.fifths["dsr_per_100k"], pooled["value"])
    np.testing.assert_allclose(answer.gradient.fifths["upper_ci"], pooled["upper_ci"])
    assert answer.gradient.by_age and answer.gradient.per == "100,000 residents a year"


@pytest.mark.parametrize("measure", ["count", "dsr"])
def test_the_slope_is_that_of_the_tenths(small_atlas: Atlas, measure: str):
    found = small_atlas.answer(Query(source="offences", measure=measure)).gradient
    table = found.tenths.rename(columns={found.column: "value"})
    assert table["value"].notna().all()
    expected = deprivation.slope_index(table, repetitions=2_000)
    for name in ("sii", "rii", "groups"):
        assert found.slope[name] == pytest.approx(expected[name], nan_ok=True)
    assert (
        found.slope["sii_lower"] < expected["sii_lower"] and expected["sii_upper"] < found.slope["sii_upper"]
    )
    rate, (most, least) = table["value"], table.index[[0, -1]]
    assert found.slope["ratio"] == pytest.approx(rate[most] / rate[least])


def test_the_shares_are_those_of_the_areas(small_atlas: Atlas):
    answer = small_atlas.answer(Query(source="offences"))
    table = answer.table
    for last in (1, 2, 3):
        mine = table["imd_decile"] <= last
        share = answer.gradient.shares.loc[f"{last * 10}%"]
        assert share["share"] == pytest.approx(table["count"][mine].sum() / table["count"].sum())
        people = table["population"][mine].sum() / table["population"].sum()
        assert share["population_share"] == pytest.approx(people)


# ---------------------------------------------------------------- the gate


@settings(max_examples=40)
@given(st.lists(st.integers(0, 12), min_size=10, max_size=30))
def test_nothing_of_a_controlled_source_tells_more_than_its_protected_counts(numbers: list[int]):
    counts = np.array(numbers)
    found = made("controlled", counts)
    for table, groups in ((found.tenths, 10), (found.fifths, 5)):
        of = np.arange(len(counts)) % 10 // (10 // groups)
        true = np.bincount(of, counts, groups)[: len(table)]
        hidden = (true >= 1) & (true <= 7)
        assert table["count"].isna().tolist() == hidden.tolist()
        assert table.loc[hidden, [found.column, "lower_ci", "upper_ci"]].isna().all(axis=None)
        back = (table[found.column] * table["population"] / 1000).dropna()
        np.testing.assert_allclose(back, table.loc[back.index, "count"].astype(float))
    # The slope is a function of what is shown, so any other county that shows the same has the same.
    protected = found.tenths["count"].astype(float)
    table = rates.crude_rate(protected.fillna(4).to_numpy(), found.tenths["population"], hide_below=0)
    table["population"] = found.tenths["population"].to_numpy()
    if not np.isnan(found.slope["sii"]):
        assert found.slope["sii"] == pytest.approx(deprivation.slope_index(table, repetitions=10)["sii"])
    for events in found.shares["events"].dropna():
        assert events == 0 or (events % 5 == 0 and events >= 10)


def test_a_standardised_slope_of_patients_leaves_out_what_is_hidden(small_atlas: Atlas):
    found = small_atlas.answer(Query(source="ae", measure="dsr")).gradient
    hidden = found.tenths["dsr_per_100k"].isna()
    assert hidden.any() and not hidden.all()
    table = found.tenths[~hidden].rename(columns={"dsr_per_100k": "value"})
    assert found.slope["sii"] == pytest.approx(deprivation.slope_index(table)["sii"])
    assert found.slope["groups"] == (~hidden).sum()


@pytest.mark.parametrize(
    ("counts", "decile"),
    [
        (np.zeros(10, int), None),
        (np.full(10, 5), np.full(10, np.nan)),
        (np.array([50]), np.array([3.0])),
        (np.zeros(0, int), np.zeros(0)),
    ],
)
@pytest.mark.parametrize("disclosure", ["open", "controlled"])
def test_empty_and_single_slices_have_no_slope(
    disclosure: str, counts: np.ndarray, decile: np.ndarray | None
):
    found = made(disclosure, counts, decile)
    assert np.isnan(found.slope["sii"]) and slope_said(found.slope, found.per) == ""
    assert isinstance(shares_said(found.shares, "offences"), str)


# ---------------------------------------------------------------- what is said and shown


def test_the_slope_is_said_with_its_direction():
    up = pd.Series(
        {"sii": 14.0, "sii_lower": 13.2, "sii_upper": 14.9, "rii": 7.7, "rii_lower": 6.5, "rii_upper": 9.0}
        | {
            "fit": 9.0,
            "fit_p": 0.34,
            "groups": 10,
            "most": 1,
            "least": 10,
            "most_rate": 18,
            "least_rate": 4.0,
        }
        | {"ratio": 4.5, "ratio_lower": 4.0, "ratio_upper": 5.0, "p": 0.001}
    )
    assert slope_said(up, "1,000 residents") == (
        "At the most deprived end the rate is 14.0 (13.2 to 14.9) per 1,000 residents higher than at the "
        "least (slope index of inequality), 7.7 times as high (6.5 to 9.0; relative index)."
    )
    down = pd.Series({**up, "sii": -3.0, "sii_lower": -4.0, "sii_upper": -2.0, "rii_upper": np.nan})
    assert "3.0 (2.0 to 4.0) per 1,000 residents lower" in slope_said(down, "1,000 residents")
    large = pd.Series({**up, "sii": 4949.04, "sii_lower": 4878.4, "sii_upper": 5013.6})
    assert "4,949 (4,878 to 5,014)" in slope_said(large, "100,000 residents a year")
    flat = pd.Series({**up, "sii": -1.0, "sii_lower": -4.0, "sii_upper": 2.0})
    assert "neither clearly rises nor falls" in slope_said(flat, "1,000 residents")
    assert "−1.0 (−4.0 to 2.0)" in slope_said(flat, "1,000 residents")
    as_dealt = slope_said(pd.Series({**up, "p": 0.08}), "1,000 residents")
    assert "neither clearly rises nor falls" in as_dealt and "give as much in 8% of cases" in as_dealt
    few = slope_said(pd.Series({**up, "sii_lower": np.nan, "sii_upper": np.nan}), "1,000 residents")
    assert (
        few.startswith("Between the ends of the scale of deprivation the rate differs by 14.0 per 1,000")
        and "cannot be told" in few
    )
    endless = pd.Series({**up, "rii_upper": np.inf})
    assert "relative index" not in slope_said(endless, "1,000 residents")


def test_where_the_rates_lie_on_no_line_the_ends_come_first():
    """“18.3 times as high” was once said of rates of 450 and 74.5, which a line took for 292 and 16."""
    bent = pd.Series(
        {"sii": 276.4, "sii_lower": 259.4, "sii_upper": 291.9, "rii": 18.3, "rii_lower": 13, "rii_upper": 28}
        | {"fit": 274.2, "fit_p": 1e-54, "groups": 10, "most": 1, "least": 10, "most_rate": 450}
        | {"least_rate": 74.5, "ratio": 6.04, "ratio_lower": 5.2, "ratio_upper": 7.0, "p": 1e-9}
    )
    assert slope_said(bent, "100,000 residents a year") == (
        "In the most deprived tenth of England the rate is 450.0 per 100,000 residents a year, 6.0 times "
        "(5.2 to 7.0) that in the least deprived tenth, 74.5. The rates lie on no straight line (chi-square "
        "274 on 8), but a line would put the ends 276.4 (259.4 to 291.9) per 100,000 residents a year apart "
        "(slope index of inequality)."
    )
    elsewhere = pd.Series({**bent, "most": 3, "least": 9})
    said = slope_said(elsewhere, "1,000 residents")
    assert said.startswith("In tenth 3 of England the rate") and "that in tenth 9 of England" in said
    hidden = pd.Series({**bent, "ratio": np.nan, "ratio_lower": np.nan, "ratio_upper": np.nan})
    assert slope_said(hidden, "1,000 residents").startswith("The rates lie on no straight line")


def test_the_assessment_says_the_ends_as_its_table_shows_them(demo_atlas: Atlas):
    part, _ = part_of(demo_atlas, Query(), "ae")
    found, rate = fifths(part).finding, by_tenth(part).table.filter(like="Rate").iloc[:, 0]
    most, least = rate.iloc[0], rate.iloc[-1]
    assert f"the rate is {most:,.1f} per" in found and f"least deprived tenth, {least:,.1f}." in found
    assert f"{most / least:.1f} times" in found and "no straight line" in found


def test_rates_of_few_events_are_said_to_be_unreliable(small_atlas: Atlas):
    """On the page and in the assessment; the counts are those of the table."""
    last = small_atlas.sources["offences"].info.months[-1]
    query = Query(source="offences", category=("robbery",), first=last - 8, last=last)
    table = small_atlas.answer(query).gradient.tenths
    few = [n for n, row in table.iterrows() if 3 <= row["count"] < 20]
    assert few and len(few) < len(table)
    said = f"fewer than 20 events: tenth{'s' * (len(few) > 1)} {listed([str(n) for n in few])}."
    assert said in shown(small_atlas, query.to_search())["gradient-said.children"]
    part, _ = part_of(small_atlas, query, "offences")
    assessed = by_tenth(part)  # age-standardised, of ten events or more
    rated = assessed.table[assessed.table.filter(like="Rate").iloc[:, 0].notna()]
    weak = rated["Count"] < 20
    numbers = [text.split()[0] for text in rated["Decile"][weak]]
    assert assessed.caveats == (f"Unreliable, of fewer than 20 events: deciles {listed(numbers)}.",)
    assert assessed.finding.count("(unreliable)") == weak.iloc[[0, -1]].sum() > 0


def test_the_page_draws_tenths_or_fifths(small_atlas: Atlas):
    tenths, fifths = shown(small_atlas, ""), shown(small_atlas, "?groups=quintile")
    assert tenths["gradient.figure"]["data"][0]["x"] == list(range(1, 11))
    assert fifths["gradient.figure"]["data"][0]["x"] == list(range(1, 6))
    assert "Tenths of England" in tenths["gradient-note.children"][0]
    assert "Fifths of England" in fifths["gradient-note.children"][0]
    assert tenths["gradient-note.children"][1]["props"]["href"] == "?groups=quintile"
    assert fifths["gradient-note.children"][1]["props"]["href"] == PLAIN
    assert "slope index of inequality" in tenths["gradient-said.children"]
    assert "30% of areas most deprived" in tenths["gradient-said.children"]


def test_the_page_follows_the_measure(small_atlas: Atlas):
    state = shown(small_atlas, "?measure=dsr")
    assert state["gradient-title.children"] == "Age-standardised rate, by deprivation"
    assert "per 100,000 residents a year" in state["gradient.figure"]["data"][0]["text"][0]
    assert state["gradient.figure"]["data"][0]["error_y"]["array"][0] > 0
    assert shown(small_atlas, "?measure=rate")["gradient-title.children"].startswith("Per 1,000 residents")


def test_the_copy_has_rates_slope_and_shares(small_atlas: Atlas):
    found = small_atlas.answer(Query(source="offences")).gradient
    rated, slope, shares = blocks.gradient_table(found, "quintile").split("\n\n")
    assert rated.splitlines()[0].split("\t")[:4] == ["quintile", "areas", "population", "count"]
    assert len(rated.splitlines()) == 6
    assert float(slope.splitlines()[1].split("\t")[0]) == pytest.approx(found.slope["sii"], abs=0.001)
    assert [line.split("\t")[0] for line in shares.splitlines()[1:]] == ["10%", "20%", "30%"]


def test_fifths_are_marked_as_tenths_are(small_atlas: Atlas):
    def found(search: str) -> tuple[pd.Series, np.ndarray]:
        answer = small_atlas.answer(Query.parse(search, small_atlas.catalogue)[0])
        one, notices = marking(small_atlas, answer)
        assert one is not None and not notices
        return one.by_group, one.areas

    by_fifth, areas = found("?groups=quintile&mark=quintile:1")
    assert by_fifth.tolist() == [1, 0, 0, 0, 0]
    assert areas.tolist() == found("?mark=decile:1,2")[1].tolist()
    by_fifth, _ = found("?groups=quintile&mark=decile:1")
    table = small_atlas.answer(Query()).gradient.tenths["count"]
    assert by_fifth.iloc[0] == pytest.approx(table[1] / (table[1] + table[2]))
    buttons = shown(small_atlas, "?groups=quintile&mark=quintile:1")["gradient-deciles.children"]
    assert [button["props"]["data-mark"] for button in buttons] == [f"quintile:{i}" for i in range(1, 6)]
    assert [button["props"]["aria-pressed"] for button in buttons] == ["true", *["false"] * 4]
