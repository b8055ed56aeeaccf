"""Rates and changes are by the days that a period has, and rates of few events say that they are."""

import csv
import io
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dashboard.facts import facts, ranked_table
from geo.answer.atlas import Atlas
from geo.answer.layer_time import period_before
from geo.answer.variation import variation
from geo.ask.query import Query
from geo.ask.words import month_number
from geo.out.export import export
from geo.stats import rates
from geo.stats.change import compare_periods
from geo.stats.clock import nights_of, weekdays_of_months
from geo.tell.assessment import part_of
from geo.tell.exhibits.when import nights
from tests.support import small_county as small

JANUARY, FEBRUARY = month_number("2023-01"), month_number("2023-02")


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The raw file of offences with its months, by pandas alone."""
    rows = small.offences()
    day = pd.to_datetime(rows["Committed From"].str[:10], format="%d/%m/%Y")
    return rows.assign(month=day.dt.year * 12 + day.dt.month - 1)


def counted(raw: pd.DataFrame, month: int, **only: str) -> pd.Series:
    """Offences by small area in a month, from the raw file."""
    kept = raw[raw["month"] == month]
    for column, value in only.items():
        kept = kept[kept[column] == value]
    return kept["LSOA Code"].value_counts().reindex(small.CODES, fill_value=0)


# ---------------------------------------------------------------- rates a year


@pytest.mark.parametrize(("month", "days"), [(JANUARY, 31), (FEBRUARY, 28)])
def test_a_rate_is_of_a_year_by_the_days_of_the_period(small_atlas: Atlas, raw, month: int, days: int):
    answer = small_atlas.answer(Query(source="offences", measure="rate", first=month, last=month))
    count = counted(raw, month)
    by_hand = count / answer.table["population"].astype(float) * 1000 / days * 365.25
    np.testing.assert_allclose(answer.table["rate_per_1000_year"], by_hand.where(count >= 3))
    assert answer.days == days and "a year" in answer.classes.title
    assert any(f"pace of the {days} days" in said for said in answer.caveats)
    told = facts(answer, answer.table, small_atlas.sources["offences"].info)
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, answer.query, "csv").decode())))
    for row, n, rate, own in zip(
        rows, count, told["Per 1,000 residents a year"], told[f"Per 1,000 in these {days} days"], strict=True
    ):
        people = float(row["population"])
        if n < 3:
            assert row["rate_per_1000_year"] == rate == own == ""
        else:
            assert float(row["rate_per_1000_year"]) == pytest.approx(n / people * 1000 / days * 365.25)
            assert rate.startswith(f"{n / people * 1000 / days * 365.25:,.1f}")
            assert own == f"{n / people * 1000:,.1f}"


def test_classes_of_rates_stay_when_months_are_stepped_through(small_atlas: Atlas):
    edges = {
        small_atlas.answer(Query(measure="rate", first=month, last=month)).classes.edges
        for month in (JANUARY, FEBRUARY, FEBRUARY + 1)
    }
    assert len(edges) == 1


# ---------------------------------------------------------------- change per day


def test_february_against_january_is_per_day():
    """All that the public file of Bedfordshire has in its small areas: 8% more a day in fewer days."""
    table = compare_periods(pd.Series([4396]), pd.Series([4287]), exposure=(31.0, 28.0)).iloc[0]
    assert f"{table['ratio'] - 1:+.1%}" == "+8.0%"
    test = stats.poisson_means_test(4287, 28, 4396, 31)
    assert table["p"] == pytest.approx(test.pvalue, rel=1e-6) == pytest.approx(0.00036, abs=5e-6)
    assert table["change"] == "up"


def enumerated(then: int, now: int, later: float) -> float:
    """The E-test of 31 days and others by adding up every pair of counts that is as far apart."""
    x, y = np.arange(150.0)[:, None], np.arange(150.0)
    rate = (then + now) / (31 + later)
    chance = stats.poisson.pmf(x, 31 * rate) * stats.poisson.pmf(y, later * rate)

    def apart(x, y):
        spread = np.sqrt(x / 31**2 + y / later**2)
        return np.abs(x / 31 - y / later) / np.where(spread > 0, spread, np.inf)

    return min(1.0, chance[apart(x, y) >= apart(float(then), float(now)) - 1e-9].sum())


def test_the_layer_compares_days_and_says_so(small_atlas: Atlas, raw):
    answer = small_atlas.answer(
        Query(source="offences", layer="change", first=FEBRUARY, last=FEBRUARY, compare="2023-01..2023-01")
    )
    then, now = (counted(raw, m) for m in (JANUARY, FEBRUARY))
    some = (then + now) > 0
    ratio = answer.table["change_ratio"][some & (then > 0)]
    np.testing.assert_allclose(ratio, (now / 28 / (then / 31))[ratio.index])
    all_areas = now.sum() / then.sum()  # other months of the year: each area against the change of all
    alone = np.array([enumerated(then[code], now[code], 31 * all_areas) for code in answer.table.index[some]])
    told = answer.table["change_p"][some].to_numpy()
    clear = alone < 0.9  # where both have a deviate
    factor = (stats.norm.isf(alone[clear] / 2) / stats.t.isf(told[clear] / 2, 200)) ** 2
    assert factor.min() > 0.95
    assert factor.max() < 3
    assert any("different times of the year" in caveat for caveat in answer.caveats)
    whole = now.sum() / 28 / (then.sum() / 31) - 1
    assert f"(per day: {whole:+.0%}" in answer.headline
    assert "a month" not in answer.headline


def test_an_area_is_no_surer_than_all_of_them(demo_atlas: Atlas):
    """What all areas have in common is in the change of one that holds most of them."""
    asked = Query(source="offences", layer="change", level="borough", first=JANUARY, last=JANUARY + 11)
    for query in (asked, asked.replace(level="ward"), asked.replace(level="lsoa")):
        s = demo_atlas.asked(query)
        earlier = period_before(s)
        varied = variation(s, earlier.slice, earlier.lengths)
        share = (s.counts + earlier.slice.counts) / (s.counts + earlier.slice.counts).sum()
        assert (varied.areas.factor >= 1 + (varied.whole.typical - 1) * share - 1e-9).all()


def test_the_same_month_of_other_years_is_no_other_season(demo_atlas: Atlas):
    answer = demo_atlas.answer(
        Query(source="offences", layer="change", month=(2,), first=JANUARY, last=JANUARY + 11)
    )
    assert "in February 2022" in answer.headline or "against February 2022" in answer.headline
    assert not any("times of the year" in caveat for caveat in answer.caveats)


# ---------------------------------------------------------------- nights


def test_nights_are_counted_by_the_calendar():
    for first, days in ((date(2021, 5, 1), 31), (date(2024, 2, 1), 29), (date(2023, 1, 5), 10)):
        hours = pd.date_range(pd.Timestamp(first), periods=days * 24, freq="h")
        weekdays = np.bincount(hours[::24].day_of_week, minlength=7)
        for kept in (range(24), (*range(19, 24), *range(7)), (22, 23, 0, 1)):
            chosen = hours[hours.hour.isin(kept)]
            night = (chosen - pd.Timedelta("12h")).day_of_week
            by_hand = np.bincount(night, minlength=7) / len(kept)
            np.testing.assert_allclose(nights_of(weekdays, kept), by_hand)


def test_the_busiest_night_is_by_how_often_it_comes(small_atlas: Atlas):
    part, _ = part_of(small_atlas, Query(first=JANUARY, last=JANUARY), "offences")
    exhibit = nights(part)
    column = exhibit.table.columns[-1]
    number = nights_of(weekdays_of_months([JANUARY]), (*range(19, 24), *range(7)))
    assert len(set(number)) > 1
    each = exhibit.table[column].to_numpy(float) / number
    best = exhibit.table["Night"][int(np.argmax(each))]
    said = f"No night stands out: {best} has the most, {each.max():,.1f} a night, and most others"
    assert exhibit.finding.startswith(said)


# ---------------------------------------------------------------- few events


def test_rates_of_few_events_are_marked_wherever_they_are_shown(small_atlas: Atlas, raw):
    query = Query(source="offences", measure="rate", first=JANUARY, last=JANUARY)
    answer = small_atlas.answer(query)
    count = counted(raw, JANUARY)
    assert (count < 20).any() and (count >= 20).any()
    assert (answer.table["unreliable"] == (count < 20)).all()
    rows = list(csv.DictReader(io.StringIO(export(small_atlas, query, "csv").decode())))
    assert [row["unreliable"] for row in rows] == [str(n < 20) for n in count]
    told = facts(answer, answer.table, small_atlas.sources["offences"].info)
    for n, text in zip(count, told["Per 1,000 residents a year"], strict=True):
        assert text.endswith("(unreliable: fewer than 20 events)") == (3 <= n < 20)
    rows = ranked_table(answer)[0]
    cells = dict(zip(rows["code"], rows["value"], strict=True))
    for code, n in count.items():
        assert cells[code].endswith("†") == (3 <= n < 20)
    weak = int(((count >= 3) & (count < 20)).sum())
    assert any(said.startswith(f"The rate is unreliable in {weak} of") for said in answer.caveats)


def test_areas_of_no_more_than_two_events_have_a_class_of_their_own(small_atlas: Atlas):
    query = Query(source="offences", measure="rate", category=("robbery",), first=JANUARY, last=JANUARY)
    answer = small_atlas.answer(query)
    few = (answer.table["count"] < 3).to_numpy()
    assert few.any()
    place = answer.classes.labels.index("Fewer than 3 events")
    assert answer.classes.patterns[place] == "nodata"
    assert ((answer.codes == place) == few).all()
    assert (answer.table["rank"][few] == "").all()


def test_the_highest_rate_is_a_reliable_one_or_said_not_to_be(small_atlas: Atlas):
    month = small_atlas.answer(Query(source="offences", measure="rate", first=JANUARY, last=JANUARY))
    sure = month.table[month.table["count"] >= 20]
    best = sure.loc[sure["rate_per_1000_year"].idxmax()]
    assert month.headline.startswith(f"{best['name']} ({best['ward']}) has the highest rate")
    robbery = Query(source="offences", measure="rate", category=("robbery",), first=JANUARY, last=JANUARY)
    found = small_atlas.answer(robbery)
    assert (found.table["count"] < 20).all() and found.table["rate_per_1000_year"].notna().any()
    assert found.headline.endswith("Every rate shown is unreliable: it rests on fewer than 20 events.")


def test_one_rule_marks_and_hides():
    table = rates.crude_rate([0, 2, 3, 19, 20], [1000] * 5)
    assert table["value"].isna().tolist() == [True, True, False, False, False]
    assert rates.unreliable(table["count"]).tolist() == table["unreliable"].tolist() == [True] * 4 + [False]
