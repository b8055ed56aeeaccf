"""Sentences over extremes: their grammar, their length, and that their numbers are those of the raw files."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.answer.answer import Answer
from geo.answer.atlas import Atlas
from geo.answer.columns import changes
from geo.answer.gradient import slope_said
from geo.answer.layer_clusters import correction_caveats
from geo.answer.layers import LAYERS
from geo.answer.measures import MEASURES
from geo.ask.choices import LEVELS
from geo.ask.query import Query
from geo.ask.words import MONTH_NAMES, month_number, slug, within
from geo.out.ward_pack import ward_pack
from geo.tell.area import profile
from geo.tell.assessment import Assessment, assess
from geo.tell.briefing import briefing
from geo.tell.exhibits.exhibit import Exhibit
from geo.tell.marking import marking
from tests.support import wide_county as wide
from tests.support.exported import read_pdf
from tests.support.grammar import faults

LONGEST, LONGEST_NOTE = 350, 600
"""Characters of a headline, and of a caveat."""
JANUARY = month_number("2022-01")
KEY = {"lsoa": "LSOA21CD", "ward": "ward", "borough": "lad"}
BOROUGHS = list(dict.fromkeys(wide.BOROUGHS))


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The county of 400 boroughs."""
    atlas = Atlas.open(wide.build(tmp_path_factory.mktemp("wide")))
    RAW["ae"] = _placed(
        atlas.snapshot.incidents("ae").rename(columns={"lsoa": "LSOA21CD", "category": "kind"})
    )
    return atlas


# ---------------------------------------------------------------- by pandas, from the raw files


def _read(rows: pd.DataFrame, code: str, day: str, form: str, kind: str) -> pd.DataFrame:
    dates = pd.to_datetime(rows[day].str[:10], format=form)
    month = dates.dt.year * 12 + dates.dt.month - 1
    return _placed(pd.DataFrame({"LSOA21CD": rows[code], "month": month, "kind": rows[kind]}))


def _placed(events: pd.DataFrame) -> pd.DataFrame:
    wards = [f"E050{pair:05d}" for pair in wide.PAIRS]
    places = pd.DataFrame({"LSOA21CD": wide.CODES, "ward": wards, "lad": wide.BOROUGHS})
    known = events[["LSOA21CD", "month"]].assign(kind=events["kind"].map(slug))
    return known.merge(places, "inner", on="LSOA21CD")


RAW = {
    "offences": _read(wide.offences(), "LSOA Code", "Committed From", "%d/%m/%Y", "Offence Group"),
}
"""By source; of the controlled one the events of its protected version, once the county is made."""
RESIDENTS = 40 * 19 * 2


def raw_counts(answer: Answer, first: int | None = None, last: int | None = None) -> pd.Series:
    """True counts of the areas of the boroughs chosen, on the index of the answer's table."""
    query, events = answer.query, RAW[answer.query.source]
    first, last = (query.first if first is None else first), (query.last if last is None else last)
    if query.category:
        events = events[events["kind"].isin(query.category)]
    events = events[events["month"].between(first or 0, last or 10**9)]
    return events.groupby(KEY[query.level]).size().reindex(answer.table.index[answer.inside], fill_value=0)


def protected(counts: pd.Series | int, source: str) -> pd.Series | float:
    """Counts by the rules of a controlled source: 1 to 7 unknown, others to the nearest 5."""
    if source == "offences":
        return counts
    series = pd.Series(counts).astype(float)
    rounded = 5 * np.floor(series / 5 + 0.5)
    shown = rounded.mask(series.between(1, 7))
    return shown if isinstance(counts, pd.Series) else float(shown.iloc[0])


def number(text: str) -> int:
    """What "14", "all 36", "both", "not one" or "no" says."""
    digits = re.sub(r"\D", "", text)
    if digits:
        return int(digits)
    return {"both": 2, "the one": 1, "not one": 0, "no": 0, "none": 0}[text.lower().strip()]


HOW_MANY = r"(?P<n>[\d,]+(?= of)|[Aa]ll [\d,]+|[Bb]oth|[Nn]ot one|[Nn]o|[Tt]he one)"
HELD = r"(?:holds?|have|has) (?P<held>\d+)% of the (?:offences|attendances)"


def claims(answer: Answer) -> Iterator[tuple[str, float, float]]:
    """What the headline says, what was said, and what it is by the raw files and the table."""
    said, source = answer.headline, answer.query.source
    counts, table = raw_counts(answer), answer.table[answer.inside]
    shown, total = protected(counts, source), protected(int(counts.sum()), source)
    if found := re.search(r"the most \w+: ([\d,]+)(?: ± \d+)?( each)?(?:,( together)? ([\d.]+)% of)?", said):
        best = shown == shown.max()
        yield "the most", float(found[1].replace(",", "")), float(shown.max())
        yield "ties", bool(found[2]), best.sum() > 1
        if found[4]:
            held = protected(int(counts[best].sum()), source)
            yield "share of those that have the most", float(found[4]), round(100 * held / total, 1)
    classes = {
        "hotspots? of": table.get("hot_hours", 0) > 0
        if answer.query.layer == "hot_hours"
        else table.get("cluster", pd.Series("", table.index)) == "HH",
        "significantly": table.get("compared", pd.Series("", table.index)) == "higher",
        "among the most deprived 20%": table["imd_decile"] <= 2,
        "in the top third": (table.get("measure_class", 0) == 3) & (table.get("deprivation_class", 0) == 3),
    }
    for words, areas in classes.items():
        found = re.match(rf"{HOW_MANY}[^;.]*?(?:is|are|has|have)[^;.]*?{words}", said)
        if found:
            those = pd.Series(areas, table.index).fillna(False).astype(bool)
            yield words, number(found["n"]), int(those.sum())
            if held := re.search(HELD, said):
                some = protected(int(counts[those].sum()), source)
                yield f"held, {words}", float(held["held"]), float(f"{100 * some / total:.0f}")
            if people := re.search(r"(\d+)% of the residents", said):
                yield "residents", float(people[1]), float(f"{100 * those.mean():.0f}")
    found = re.search(r"In all ([\d,]+) against ([\d,]+)", said)
    month = re.search(rf"(?:than in|against) ({'|'.join(MONTH_NAMES)}) (\d{{4}})\b", said)
    if found and month:
        before = int(month[2]) * 12 + MONTH_NAMES.index(month[1])
        for at, events in ((1, counts), (2, raw_counts(answer, before, before))):
            yield "in all", float(found[at].replace(",", "")), protected(int(events.sum()), source)


# ---------------------------------------------------------------- whatever is asked

kinds = [("offences", ()), *(("offences", (slug(kind),)) for kind in wide._where())]
kinds += [("ae", ()), ("ae", ("sharp-object",)), ("ae", ("fire",))]
chosen = st.fixed_dictionaries(
    {
        "what": st.sampled_from(kinds),
        "level": st.sampled_from(list(LEVELS)),
        "layer": st.sampled_from(list(LAYERS)),
        "measure": st.just("count") | st.sampled_from(list(MEASURES)),
        "borough": st.sampled_from(
            [(), (BOROUGHS[0],), tuple(BOROUGHS[:2]), tuple(BOROUGHS[3:9]), tuple(BOROUGHS[:-1])]
        ),
        "months": st.sampled_from([(None, None), (JANUARY + 14, JANUARY + 14), (JANUARY + 12, JANUARY + 23)]),
        "fdr": st.booleans(),
        "benchmark": st.sampled_from(["", BOROUGHS[7]]),
    }
)


def answer_of(atlas: Atlas, chosen: dict) -> Answer:
    chosen = dict(chosen)
    (source, category), (first, last) = chosen.pop("what"), chosen.pop("months")
    return atlas.answer(Query(source=source, category=category, first=first, last=last, **chosen))


@settings(max_examples=120)
@given(chosen=chosen)
def test_every_sentence_of_an_answer_is_english_and_every_number_of_a_headline_true(atlas, chosen):
    answer = answer_of(atlas, chosen)
    if answer.query.measure == "count":
        numbers_are_true(answer)
    for said in (answer.headline, f"{answer.description}."):
        assert not faults(said) and len(said) <= LONGEST, (faults(said), len(said), said)
        assert len(set(re.findall(r"Wyfold \d+", said))) <= 6, said
    week = filter(None, (answer.week.when, answer.week.untimed))
    for said in (*answer.caveats, *answer.method, *answer.notices, *week):
        assert not faults(said) and len(said) <= LONGEST_NOTE, (faults(said), said)
    assert len(answer.classes.title) <= LONGEST and not re.search(r"nan|inf\b|-0\.0", answer.classes.title)


def numbers_are_true(answer):
    """Hold the numbers of a headline of counts against the raw files."""
    total = protected(int(raw_counts(answer).sum()), answer.query.source)
    told = "*" if np.isnan(total) else f"{total:,.0f}"
    assert any(re.match(rf"{re.escape(told)} \w", caveat) for caveat in answer.caveats), answer.caveats
    for what, said, is_ in claims(answer):
        assert said == is_, (what, answer.headline)


# ---------------------------------------------------------------- the extremes one by one


@pytest.mark.parametrize(
    ("asked", "headline"),
    [
        (
            {"category": ("robbery",)},
            "Wyfold 017A (Ward 016) has the most offences: 1, all of those shown.",
        ),
        (
            {"category": ("drugs",)},
            "Wyfold 100A (Ward 100) and Wyfold 600A (Ward 600) have the most offences: 1 each, together "
            "all of those shown.",
        ),
        (
            {"category": ("theft-from-the-person",)},
            "5 of 800 small areas have the most offences: 2 each, together all of those shown.",
        ),
        (
            {"category": ("bicycle-theft",)},
            "All 800 small areas have the most offences: 1 each, together all of those shown.",
        ),
        (
            {"category": ("bicycle-theft",), "layer": "getis_ord"},
            "Not one of 800 small areas can be judged for hotspots of bicycle theft: values are alike or "
            "missing, or there are no neighbours.",
        ),
        (
            {
                "category": ("bicycle-theft",),
                "layer": "getis_ord",
                "level": "borough",
                "borough": BOROUGHS[:1],
            },
            "No borough can be judged for hotspots of bicycle theft: values are alike or missing, or there "
            "are no neighbours.",
        ),
        (
            {"category": ("possession-of-weapons",), "layer": "significance", "level": "borough"}
            | {"borough": BOROUGHS[:1]},
            "The one borough shown is itself what it would be compared with.",
        ),
        (
            {"source": "ae", "category": ("sharp-object",), "first": JANUARY + 14, "last": JANUARY + 14},
            "Too few attendances match these filters for an area to be shown.",
        ),
    ],
)
def test_the_extremes_are_said_in_so_many_words(atlas, asked, headline):
    asked = {"source": "offences", **asked, "borough": tuple(asked.get("borough", ()))}
    assert atlas.answer(Query(**asked)).headline.startswith(headline)


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        ((-0.0001, -0.0004, 0.0004), "changes by 0.000 (0.000 to 0.000) per"),
        ((0.02, -0.01, 0.05), "changes by 0.020 (−0.010 to 0.050) per"),
        ((-1.0, -4.0, 2.0), "changes by −1.0 (−4.0 to 2.0) per"),
        ((12_345.6, -1.0, 30_000.0), "changes by 12,346 (−1 to 30,000) per"),
    ],
)
def test_nought_has_no_sign_and_small_slopes_have_figures(slope, said):
    index = dict(zip(("sii", "sii_lower", "sii_upper"), slope, strict=True))
    assert said in slope_said(pd.Series({**index, "fit_p": 0.5}), "1,000 residents a year")


def test_a_change_from_nothing_is_no_infinity():
    assert changes(pd.Series([np.inf, 1.12, 0.88, np.nan])) == ["from none", "+12%", "−12%", ""]
    assert within(np.inf, 2.0, np.inf) == "– (2.0 or more)"
    times = pd.DataFrame({"Ward": ["A", "B"], "Times": [np.inf, -0.001]})
    assert Exhibit("k", "T", "", times).texts()["Times"].tolist() == ["–", "0.0"]


def test_a_crowd_in_many_boroughs_names_three(atlas):
    answer = atlas.answer(Query(source="offences", category=("anti-social-behaviour",), layer="getis_ord"))
    hot = answer.table["cluster"] == "HH"
    named = answer.table["borough"][hot].value_counts()
    assert len(named) > 20
    listed = ", ".join(f"{name} ({count})" for name, count in named.iloc[:3].items())
    assert (
        f"hotspots of anti-social behaviour, in {listed} and {len(named) - 3} other boroughs"
        in answer.headline
    )
    assert len(answer.headline) <= LONGEST
    where = atlas.answer(Query(source="offences", borough=tuple(BOROUGHS[:-1]))).description
    assert "and 396 other boroughs" in where and len(where) <= LONGEST


# ---------------------------------------------------------------- what leaves: assessments and packs


def _told(assessment: Assessment) -> Iterator[tuple[str, str]]:
    yield "title", f"{assessment.title}."
    for caveat in assessment.caveats:
        yield "caveats", caveat
    for section in assessment.sections:
        for name, why in section.missing:
            yield f"{section.key}, {name}", f"{name}: {why}"
        for exhibit in section.exhibits:
            for said in filter(None, (exhibit.finding, *exhibit.caveats)):
                yield f"{section.key}/{exhibit.key}", said
            yield f"{section.key}/{exhibit.key}", f"{exhibit.title}."


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"category": ("robbery",)},
        {"category": ("bicycle-theft",), "borough": (BOROUGHS[0],)},
        {"category": ("shoplifting",), "borough": tuple(BOROUGHS[:3])},
        {"category": ("anti-social-behaviour",), "borough": tuple(BOROUGHS[:-1])},
        {"source": "ae", "category": ("fire",), "sources": ("ae",)},
    ],
)
def test_every_sentence_of_an_assessment_is_english(atlas, asked):
    assessment = assess(atlas, Query(**asked), asked.get("sources", ()))
    for where, said in _told(assessment):
        assert not faults(said), (where, faults(said), said)
        assert len(said) <= LONGEST_NOTE, (where, len(said), said)
    for key, exhibit in assessment.exhibits.items():
        cells = exhibit.texts().astype(str).to_numpy().ravel()
        assert not [cell for cell in cells if re.search(r"\b(?:nan|inf|None)\b|<NA>|[-−]0\.?0*%?$", cell)], (
            key
        )


def test_a_list_that_is_cut_says_so(atlas):
    assessment = assess(atlas, Query(category=("anti-social-behaviour",)), ["offences"])
    found = assessment.exhibit("offences", "ladder")
    flagged = int(re.match(r"(\d+) of 800", found.finding)[1])
    assert flagged > len(found.table)
    assert f"{flagged - len(found.table):,} more rows are not listed." in found.caveats


@settings(max_examples=25)
@given(
    ward=st.sampled_from([f"E050{pair:05d}" for pair in wide.PAIRS]),
    what=st.sampled_from(kinds),
    layer=st.sampled_from(list(LAYERS)),
    mark=st.sampled_from(["", "decile:1", "quintile:1,2", "class:HH"]),
)
def test_every_sentence_of_an_area_a_marking_and_a_briefing_is_english(atlas, ward, what, layer, mark):
    source, category = what
    query = Query(source=source, category=category, level="ward", area=ward, layer=layer, mark=mark)
    told = profile(atlas, query)
    said = [told.headline, *filter(None, told.sources["note"])]
    marked, _ = marking(atlas, told.answer)
    said += [marked.said] if marked else []
    heard = briefing(atlas, query)
    said += [f"{spot.sentence}." for spot in heard.spots if spot.sentence]
    for sentence in said:
        assert not faults(sentence) and len(sentence) <= LONGEST, (faults(sentence), sentence)
    counts = RAW[source][RAW[source]["kind"].isin(category or RAW[source]["kind"])]
    count = protected(int((counts["ward"] == ward).sum()), source)
    has = "so few" if np.isnan(count) else f"{count:,.0f} "
    assert f"{told.name} has {has}" in told.headline


def test_a_ward_pack_of_an_extreme_is_english(atlas, tmp_path: Path):
    for ward, category in (("E05000000", "possession-of-weapons"), ("E05000100", "drugs")):
        query = Query(source="offences", category=(category,), layer="local_moran")
        [(_, content)] = ward_pack(atlas, query, [ward])
        text = re.sub(r"\s+", " ", read_pdf(content))
        assert not re.search(r"\b(?:nan|inf|None)\b|<NA>|[−-]0\.0\b", text)
        assert not re.search(r"(?<![\d,.])1 (?:offences|small areas|wards|attendances)\b", text), text


@pytest.mark.parametrize(("fdr", "by_chance"), [(True, None), (False, 1305.2), (False, None)])
def test_numbers_of_a_country_have_commas(fdr: bool, by_chance: float | None) -> None:
    country = SimpleNamespace(query=Query(fdr=fdr), judged=lambda number: f"{number:,} small areas")
    (said,) = correction_caveats(country, 4_675, 33_755, by_chance)
    assert not faults(said), said
