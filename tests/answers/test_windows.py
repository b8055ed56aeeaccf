"""The last 28 days and the year so far: which days they are, and what was counted on them."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.controls import controls_shown
from geo.answer.atlas import Atlas
from geo.answer.layer_time import period_before
from geo.answer.layers import LAYERS
from geo.answer.variation import Variation, against_chance
from geo.ask.choices import CHANGE
from geo.ask.query import Query
from geo.ask.windows import WINDOWS, Windows, windows
from geo.ask.words import month_number
from geo.cli import run
from geo.tell.assessment import part_of
from geo.tell.briefing import briefing
from geo.tell.exhibits.lately import lately
from tests.support import small_county as small
from tests.support.command import street

MAY = month_number("2024-05")


def loaded(first: int, last: int, **last_days: int) -> dict[int, int]:
    """Months loaded with data to their end, but for those named ``y2024_05``."""
    found = {}
    for month in range(first, last + 1):
        end = date((month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal() - 1
        found[month] = date.fromordinal(end).day
    return found | {month_number(k[1:].replace("_", "-")): v for k, v in last_days.items()}


# ---------------------------------------------------------------- which days


def test_windows_end_on_the_last_day_with_data() -> None:
    found, reason = windows("28-days", loaded(MAY - 20, MAY, y2024_05=12))
    assert reason == ""
    assert found is not None
    assert found.after == (date(2024, 4, 15), date(2024, 5, 12))
    assert found.before == (date(2024, 3, 18), date(2024, 4, 14))


def test_windows_end_in_the_month_asked_for() -> None:
    found, _ = windows("ytd", loaded(MAY - 20, MAY), last=month_number("2024-02"))
    assert found is not None
    assert found.after == (date(2024, 1, 1), date(2024, 2, 29))
    assert found.before == (date(2023, 1, 1), date(2023, 2, 28))
    assert (found.before.days, found.after.days) == (59, 60)


def test_the_year_so_far_of_months_is_of_whole_months() -> None:
    months = dict.fromkeys(range(month_number("2023-12") - 24, month_number("2025-02") + 1), 0)
    found, _ = windows("ytd", months)
    assert found == Windows(
        "ytd", (date(2024, 1, 1), date(2024, 2, 29)), (date(2025, 1, 1), date(2025, 2, 28)), by_month=True
    )


@pytest.mark.parametrize(
    ("kind", "last_days", "reason"),
    [
        ("28-days", {}, "the files loaded give the month only, not the day."),
        ("28-days", {MAY - 1: 0, MAY: 0}, "the files loaded give the month only, not the day."),
        ("28-days", loaded(MAY, MAY), "the 28 days before are not loaded."),
        ("28-days", loaded(MAY - 3, MAY, y2024_04=0), "some of these months come without days."),
        ("ytd", loaded(MAY - 11, MAY), "the same part of the year before is not loaded."),
        ("ytd", {MAY: 0}, "the same part of the year before is not loaded."),
    ],
)
def test_why_days_cannot_be_compared(kind: str, last_days: dict[int, int], reason: str) -> None:
    assert windows(kind, last_days) == (None, reason)


def test_only_the_layer_of_change_compares_periods() -> None:
    assert [key for key, layer in LAYERS.items() if layer.compares == "period"] == [CHANGE]


# ---------------------------------------------------------------- what was counted on them


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The raw police file with its dates and boroughs, by pandas alone."""
    rows = small.offences()
    rows["day"] = pd.to_datetime(rows["Committed From"].str[:10], format="%d/%m/%Y")
    rows["hour"] = pd.to_numeric(rows["Committed From"].str[11:13], errors="coerce")
    areas = pd.DataFrame(small.areas().drop(columns="geometry"))
    return rows.merge(areas, "left", left_on="LSOA Code", right_on="LSOA21CD")


ASKED = Query(source="offences", layer="change", compare="28-days", level="ward")


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({}, "2023-12-31"),
        ({"last": month_number("2023-05"), "first": month_number("2023-05")}, "2023-05-31"),
        ({"category": ("drugs",), "hour": (22, 23, 0, 1), "borough": ("E06000001",)}, "2023-12-31"),
        ({"day": (4, 5), "level": "borough"}, "2023-12-31"),
    ],
)
def test_both_windows_equal_a_group_by_of_the_raw_file(small_atlas, raw, changes, until):
    answer = small_atlas.answer(ASKED.replace(**changes))
    assert answer.query.compare == "28-days"
    keep = raw[raw["LSOA21CD"].notna()]
    if "category" in changes:
        keep = keep[(keep["Offence Group"] == "Drugs") & keep["hour"].isin(changes["hour"])]
        keep = keep[keep["lad"] == "E06000001"]
    if "day" in changes:
        keep = keep[keep["day"].dt.day_of_week.isin([4, 5])]
    level = {"ward": "ward", "borough": "lad"}[answer.query.level]
    ago = (pd.Timestamp(until) - keep["day"]).dt.days
    after, before = (keep[ago.between(*days)][level].value_counts() for days in ((0, 27), (28, 55)))
    table = answer.table[answer.inside]
    assert table["count"].to_dict() == {code: int(after.get(code, 0)) for code in table.index}
    assert table["count_before"].to_dict() == {code: int(before.get(code, 0)) for code in table.index}
    judged = table["change_ratio"].notna() & (table["count_before"] > 0)
    np.testing.assert_allclose(
        table["change_ratio"][judged], (table["count"] / table["count_before"])[judged]
    )
    assert judged.any() == (len(table) > 2)  # of two areas it cannot be told how much they vary
    assert answer.totals.shown == len(keep[ago.between(0, 27)])


def test_the_page_says_which_days(small_atlas: Atlas):
    answer = small_atlas.answer(ASKED.replace(last=month_number("2023-06"), month=(3,)))
    days = "28 days to 30 June 2023 against the 28 days before"
    assert answer.description == f"All police offences in Squareshire, {days}"
    assert answer.classes.title == f"Offences: {days}"
    assert "the 28 days before" in answer.headline
    assert any("end on 30 June 2023, the last with data" in caveat for caveat in answer.caveats)
    assert any("months of the year is not used" in caveat for caveat in answer.caveats)
    assert answer.clock.to_numpy().sum() == answer.totals.shown - answer.totals.untimed


def test_a_link_keeps_the_comparison_and_not_the_days(small_atlas: Atlas):
    query, notices = Query.parse("?layer=change&compare=28-days&to=2023-06", small_atlas.catalogue)
    assert not notices
    windowed = query.windowed(small_atlas.catalogue.sources["offences"])
    assert windowed.window == (date(2023, 6, 3), date(2023, 6, 30))
    assert query.to_search() == "?source=offences&to=2023-06&layer=change&compare=28-days"
    assert "window" not in windowed.to_search()


def test_what_cannot_be_compared_is_said_and_left_out(small_atlas: Atlas):
    query, notices = Query.parse("?layer=change&compare=ytd", small_atlas.catalogue)
    assert query.compare == ""
    assert notices == [f"{WINDOWS['ytd']} cannot be shown: the same part of the year before is not loaded."]


# ---------------------------------------------------------------- behind the gate


def test_small_numbers_of_both_windows_are_protected(small_atlas: Atlas):
    query = Query(source="ae", layer="change", compare="28-days", level="ward")
    answer = small_atlas.answer(query)
    info = small_atlas.catalogue.sources["ae"]
    compared, _ = query.windows(info)
    assert compared is not None
    columns = {"count": compared.after, "count_before": compared.before}
    hidden = np.zeros(len(answer.table), bool)
    for column, days in columns.items():
        true = small_atlas.asked(query.replace(compare="").within(days)).counts
        small_numbers = (true >= 1) & (true <= 7)
        assert small_numbers.any()
        shown = answer.table[column]
        assert shown[small_numbers].isna().all()
        assert (shown.dropna() % 5 == 0).all()
        hidden |= small_numbers
    statistics = answer.table[[c for c in answer.table if c.startswith("change_")]]
    assert statistics[hidden].isna().all(axis=None)


# ---------------------------------------------------------------- for a room, and for a report


def test_a_room_is_told_of_the_last_28_days(small_atlas: Atlas):
    told = briefing(small_atlas, Query(source="offences", level="ward"))
    assert told.until == "31 December 2023"
    answer = small_atlas.answer(ASKED)
    for spot in told.spots:
        row = answer.table.loc[spot.code]
        assert spot.lately.numbers == f"{row['count']} against {row['count_before']} in the 28 days before"
    now = briefing(small_atlas, ASKED)
    assert [spot.change for spot in now.spots] == [spot.lately for spot in now.spots]
    assert now.change.numbers.endswith(" in the 28 days before")


def test_the_exhibit_of_the_last_days(small_atlas: Atlas):
    part, _ = part_of(small_atlas, Query(category=("robbery",)), "offences")
    exhibit = lately(part)
    whole = exhibit.table.iloc[0]
    assert whole["Place"] == "All of Squareshire"
    assert whole["Count"] == exhibit.table["Count"].iloc[1:].sum()
    assert whole["Count"] == small_atlas.answer(ASKED.replace(category=("robbery",))).totals.shown
    assert any("Year to date" in caveat for caveat in exhibit.caveats)
    assert sum("vary" in caveat and "chance" in caveat for caveat in exhibit.caveats) <= 1
    assert any("at several places and stretches of days" in caveat for caveat in exhibit.caveats)


def test_how_much_counts_vary_is_said_once_of_several_comparisons():
    twice = [Variation(None, None, 1.0, 0, (), chance) for chance in ((1.8, 1.2), (1.7, np.nan))]
    assert against_chance(twice) == (
        "From month to month, counts of one area vary 1.7 to 1.8 times as much as chance alone would make "
        "them, those of some areas more, all together 1.2 times; the test allows for it.",
    )
    assert against_chance([Variation(None, None, 1.0, 0, ())]) == ()


def test_what_is_advised_is_on_offer_and_can_be_compared(small_areas: Path, tmp_path: Path):
    """A year of which two months are loaded: the same two of an earlier year are offered and named."""
    data = tmp_path / "data"
    shutil.copytree(small_areas, data)
    months = ["2021-01", "2021-02", "2024-01", "2024-02"]
    files = [
        street(tmp_path, month, *(f"{month}-{k},{code},Robbery" for k, code in enumerate(small.CODES)))
        for month in months
    ]
    assert run(["import", "offences", *map(str, files), "--data", str(data)]) == 0
    atlas = Atlas.open(data)
    year = Query.parse("?layer=change&from=2024-01&to=2024-12", atlas.catalogue)[0]

    def offered(query: Query) -> dict[str, str]:
        shown = controls_shown(
            atlas, query, atlas.catalogue.sources["offences"], {"source": "", "from": "", "to": ""}
        )
        return {
            one["value"]: one["label"]
            for one in shown["filter-compare.data"]
            if not one.get("disabled") and one["value"] != "usual"
        }

    assert offered(year) == {"2021-01..2021-02": "Against January to February 2021"}
    assert atlas.answer(year).headline == (
        "The period before is not wholly loaded: compare with January to February 2021 or choose a shorter "
        "period."
    )
    for changes, words in (
        ({"compare": "2021-01..2021-02"}, "January to February 2021"),
        ({"first": month_number("2024-02")}, "January 2024"),
    ):
        assert period_before(atlas.asked(year.replace(**changes))).words == words
    alone = year.replace(first=month_number("2021-01"), last=month_number("2021-01"))
    assert not offered(alone)
    assert atlas.answer(alone).headline == "No earlier period is loaded to compare with."
    longer = alone.replace(last=month_number("2021-02"))
    assert atlas.answer(longer).headline == (
        "No earlier period of this length is loaded: choose a shorter period."
    )
