"""A question reads, writes and says itself."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.answer.measures import MEASURES
from geo.ask.catalogue import Catalogue
from geo.ask.choices import BREAKS, PALETTES
from geo.ask.describe import describe
from geo.ask.parameters import LARGEST_GROUP, read_hours, write_codes
from geo.ask.query import Query
from geo.ask.source_info import SourceInfo
from geo.ask.words import month_number, month_text, period_name

OFFENCES = SourceInfo(
    key="offences",
    label="Police offences",
    noun="offences",
    categories={"robbery": "Robbery", "violence-and-sexual-offences": "Violence and sexual offences"},
    months=tuple(range(month_number("2023-01"), month_number("2024-01"))),
    has_hours=True,
    has_days=True,
    no_hours_reason="",
    place="occurrence",
    disclosure="open",
    measures=("count", "rate"),
    no_measure_reasons={"dsr": "this source has no ages."},
)
STREET = SourceInfo(
    key="street",
    label="Street crime",
    noun="offences",
    categories={"robbery": "Robbery"},
    months=(month_number("2023-01"), month_number("2023-04")),
    has_hours=False,
    has_days=False,
    no_hours_reason="data.police.uk gives the month only.",
    place="occurrence",
    disclosure="open",
    measures=("count",),
)
CATALOGUE = Catalogue(
    place="Bedfordshire",
    sources={"offences": OFFENCES, "street": STREET},
    boroughs={"E06000055": "Bedford", "E06000032": "Luton", "E06000056": "Central Bedfordshire"},
    layers={"measure": "Count", "local_moran": "Local Moran's I"},
    measures={key: one.label for key, one in MEASURES.items()},
    areas={"lsoa": {"E01000001"}, "ward": set(), "borough": set()},
    has_deprivation=False,
)


def subsets(values):
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values) - 1).map(
        lambda v: tuple(sorted(v))
    )


months = st.integers(month_number("2019-01"), month_number("2025-12"))
queries = st.builds(
    Query,
    level=st.sampled_from(["lsoa", "ward", "borough"]),
    source=st.sampled_from(["", "offences", "ambulance"]),
    category=subsets(["robbery", "drugs", "other-theft"]),
    month=subsets(list(range(1, 13))),
    hour=subsets(list(range(24))),
    day=subsets(list(range(7))),
    night=subsets(list(range(7))),
    borough=subsets(["E06000055", "E06000032"]),
    measure=st.sampled_from(list(MEASURES)),
    layer=st.sampled_from(["measure", "getis_ord"]),
    fdr=st.booleans(),
    null=st.sampled_from(["exact", "permutation"]),
    area=st.sampled_from(["", "E01000001"]),
    view=st.sampled_from(["explore", "present"]),
    group=subsets(["E01000001", "E01000002", "E01000003"]),
    compare=st.sampled_from(["", "ambulance", "2023-01..2023-12"]),
    layout=st.sampled_from(["map", "tiles"]),
    legend=st.sampled_from(["own", "common"]),
    breaks=st.sampled_from(list(BREAKS)),
    palette=st.sampled_from(list(PALETTES)),
    mark=st.sampled_from(["", "decile:1,10", "class:HH", "class:New-hotspot,HH-"]),
    edges=st.sets(st.integers(1, 10**6).map(lambda n: n / 100), max_size=8).map(lambda s: tuple(sorted(s))),
)


@given(queries, months, months)
def test_a_query_survives_its_own_url(query, one, other):
    query = query.replace(first=min(one, other), last=max(one, other))
    assert Query.parse(query.to_search()) == (query, [])


@given(st.text(max_size=200))
def test_reading_never_fails(text):
    query, _ = Query.parse(text, CATALOGUE)
    assert query.source == "offences"


@given(months)
def test_months_round_trip(month):
    assert month_number(month_text(month)) == month


@pytest.mark.parametrize(
    ("text", "hours"),
    [("19-6", {19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6}), ("7", {7}), ("5,3,5", {3, 5}), ("0-23", set())],
)
def test_hours_wrap_midnight_and_all_means_no_filter(text, hours):
    assert read_hours(text) == (tuple(sorted(hours)), [])


def test_nonsense_is_said_and_the_rest_still_works():
    query, notices = Query.parse("?hour=25,7&borough=Luton,E06000032&level=county&day=mon,xmas", CATALOGUE)
    assert (query.hour, query.borough, query.level, query.day) == ((7,), ("E06000032",), "lsoa", (0,))
    assert len(notices) == 4
    assert any("25" in n for n in notices)
    assert any("xmas" in n for n in notices)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("?mark=decile:0", "“0” is not a decile"),
        ("?overlay=x", "“x” is not an overlay that"),
        ("?layout=x", "“x” is not a layout that"),
        ("?mark=decile:", None),
        ("?mark=postcode:LU1", "marks no areas"),
        ("?mark=decile:1", "Deprivation is not loaded"),
        ("?mark=class:<b>", "“<b>” is not a class"),
        ("?breaks=own&edges=10,ten", "“ten” is not a bound"),
        ("?breaks=own&edges=20,10", "go up"),
        ("?breaks=own&edges=10,10", "go up"),
        ("?breaks=own&edges=0,10", "above zero"),
        ("?breaks=own&edges=1,2,3,4,5,6,7,8,9", "1 to 8 bounds"),
        ("?breaks=own&edges=-5", "“-5” is not a bound"),
        ("?breaks=own&edges=1e9", "“1e9” is not a bound"),
        ("?edges=10,20", "where the classes are “own”"),
    ],
)
def test_marks_and_bounds_that_make_no_sense_are_said_and_left_out(search, said):
    query, notices = Query.parse(search, CATALOGUE)
    assert (query.mark, query.edges) == ("", ())
    assert (said is None) == (not notices)
    assert said is None or said in notices[0]


def test_hours_are_left_out_with_the_reason_where_a_source_has_none():
    query, notices = Query.parse("?source=street&hour=1&day=mon", CATALOGUE)
    assert query.hour == query.day == ()
    assert any("data.police.uk gives the month only." in n for n in notices)


def test_a_measure_that_cannot_be_computed_gives_the_reason():
    query, notices = Query.parse("?measure=dsr", CATALOGUE)
    assert query.measure == "rate"
    assert notices == ["Age-standardised rate cannot be shown: this source has no ages."]


def test_all_boroughs_chosen_is_no_filter():
    query, _ = Query.parse("?borough=E06000055,E06000032,E06000056", CATALOGUE)
    assert query.borough == ()


def test_a_period_the_wrong_way_round_is_turned():
    query, notices = Query.parse("?from=2023-09&to=2023-02")
    assert (query.first, query.last) == (month_number("2023-02"), month_number("2023-09"))
    assert len(notices) == 1


def test_it_says_itself():
    query, _ = Query.parse(
        "?category=robbery&borough=E06000032&from=2023-05&to=2023-07&night=fri,sat&hour=22-1", CATALOGUE
    )
    assert describe(query, CATALOGUE) == (
        "Robbery in Luton, May to July 2023, nights of Friday into Saturday and Saturday into Sunday, "
        "22:00 to 01:59"
    )
    assert describe(Query.parse("", CATALOGUE)[0], CATALOGUE) == "All police offences in Bedfordshire, 2023"


def test_gaps_are_the_months_between_that_were_not_loaded():
    assert STREET.gaps == (month_number("2023-02"), month_number("2023-03"))


def test_periods_in_words():
    assert period_name(month_number("2019-01"), month_number("2023-12")) == "2019 to 2023"
    assert period_name(month_number("2019-02"), month_number("2019-02")) == "February 2019"


@pytest.mark.parametrize(
    ("compare", "changes"),
    [
        ("street", {"source": "street", "category": ()}),
        ("local_moran", {"layer": "local_moran"}),
        ("2023-02..2023-03", {"first": month_number("2023-02"), "last": month_number("2023-03")}),
    ],
)
def test_what_to_compare_with_is_a_source_a_layer_or_a_period(compare, changes):
    query, notices = Query.parse(f"?category=robbery&hour=3&compare={compare}", CATALOGUE)
    assert notices == []
    assert CATALOGUE.other(query) == query.replace(compare="", **changes)


@pytest.mark.parametrize("compare", ["fire", "2019-01..2019-12", "2023-03..2023-02", "2023-03"])
def test_what_cannot_be_compared_with_is_said(compare):
    query, notices = Query.parse(f"?compare={compare}", CATALOGUE)
    assert query.compare == ""
    assert compare in notices[0]
    assert CATALOGUE.other(query) is None


def test_a_set_keeps_the_areas_of_its_level_and_is_not_too_long():
    query, notices = Query.parse("?set=E01000001,E01000009", CATALOGUE)
    assert query.group == ("E01000001",)
    assert notices == ["1 of the set of areas is not among the small areas (LSOA) of this map."]
    many = [f"E01{i:06d}" for i in range(LARGEST_GROUP + 10)]
    wide = replace(CATALOGUE, areas={"lsoa": set(many)})
    query, notices = Query.parse("?set=" + write_codes(many), wide)
    assert query.group == tuple(many[:LARGEST_GROUP])
    assert len(notices) == 1
