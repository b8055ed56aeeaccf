"""Does the protected version hold out against those who ask much, and is it still of use?

What an attack tells (``test_attacks.py`` has some) is at most what the protected version itself says, and
this is compared with the guess of someone who knows the totals of boroughs and the residents of each area,
and nothing else.
"""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from benchmarks.known import guessed
from geo.answer.asked import Asked
from geo.answer.atlas import Atlas
from geo.answer.disclosure import LARGEST_SUPPRESSED
from geo.answer.in_memory import keep
from geo.answer.measures import MEASURES
from geo.ask.query import Query
from geo.ask.viewer import CLEARED_OWNER
from geo.data.guarded import protect
from geo.data.store import CLEARED, Store
from geo.demo.check import check
from geo.tell.area import profile
from geo.tell.assessment import assess
from geo.tell.briefing import briefing

SOURCES = ("ae", "admissions", "ambulance")
OF_20 = {"ae": 18, "admissions": 16, "ambulance": 16}
STARRED = np.arange(1, LARGEST_SUPPRESSED + 1)


def asked(atlas: Atlas, source: str, search: str = "level=lsoa") -> Asked:
    query, notices = Query.parse(f"source={source}&{search}", atlas.catalogue)
    assert not notices
    return atlas.asked(query)


def guess_of(s: Asked) -> float:
    """How often one is right who knows each borough's total and each area's residents, and asks nothing."""
    borough = s.county.levels["borough"].parent if s.query.level == "lsoa" else np.arange(len(s.counts))
    share = s.population / np.bincount(borough, s.population)[borough]
    return guessed(s.counts, share, np.bincount(borough, s.counts)[borough])


def recovered(ours: np.ndarray, true: np.ndarray) -> float:
    """How often the protected count, brought into 1 to 7, is the true one of those that are starred."""
    starred = (true >= 1) & (true <= LARGEST_SUPPRESSED)
    return float((np.clip(ours, 1, LARGEST_SUPPRESSED) == true)[starred].mean())


# ---------------------------------------------------------------- what is opened


def test_no_answer_depends_on_the_true_events(demo_county: Path, tmp_path: Path) -> None:
    """Without them everything answers identically, to the letter of the export."""
    folder = tmp_path / "county"
    shutil.copytree(demo_county, folder)
    shutil.rmtree(folder / CLEARED)
    with_, without = Atlas.open(demo_county), Atlas.open(folder)
    assert with_.version == without.version
    for source in SOURCES:
        pd.testing.assert_frame_equal(with_.snapshot.incidents(source), without.snapshot.incidents(source))
        query = Query.parse(f"source={source}&layer=getis_ord&level=ward", with_.catalogue)[0]
        one, other = with_.answer(query), without.answer(query)
        pd.testing.assert_frame_equal(one.export(), other.export())
        assert (one.headline, one.caveats) == (other.headline, other.caveats)
    assert not any(role.startswith(CLEARED) for role in with_.snapshot.opened())


def test_the_true_events_are_for_their_owner_alone(demo_county: Path) -> None:
    assert (demo_county / CLEARED).stat().st_mode & 0o077 == 0


def test_cleared_shows_true_numbers_and_says_so(true_demo_atlas: Atlas, demo_atlas: Atlas) -> None:
    query = Query.parse("source=ae&level=lsoa", true_demo_atlas.catalogue)[0]
    shown, protected = true_demo_atlas.answer(query), demo_atlas.answer(query)
    assert shown.table["count"].notna().all()
    assert (shown.table["count"] % 5 != 0).any()
    assert shown.banner == "True small numbers, not for sharing"
    assert "plus_minus" not in shown.table
    assert protected.table["count"].isna().any()
    assert true_demo_atlas.version != demo_atlas.version


# ---------------------------------------------------------------- attacks


@pytest.mark.parametrize("source", SOURCES)
def test_the_protected_version_itself_tells_little_more_than_a_guess(
    source: str, demo_atlas: Atlas, true_demo_atlas: Atlas
) -> None:
    """Whatever is asked, by whatever route, is computed from it: so this bounds every attack."""
    for search in ("level=lsoa", "level=lsoa&month=7", "level=ward&month=1", "level=borough&month=2"):
        ours, true = (asked(atlas, source, search) for atlas in (demo_atlas, true_demo_atlas))
        if ((true.counts >= 1) & (true.counts <= LARGEST_SUPPRESSED)).sum() < 30:
            continue
        starred = (ours.counts >= 1) & (ours.counts <= LARGEST_SUPPRESSED)
        right = float((ours.counts == true.counts)[starred].mean())
        assert right <= guess_of(true) + 0.10, search
        assert recovered(ours.counts, true.counts) <= guess_of(true) + 0.10, search


def test_two_benchmarks_subtracted_tell_nobodys_age(demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    """The ages of a borough-hour's few people, which two age-standardised rates give together."""
    matches = {"ours": [], "true": []}
    for hour in range(24):
        truth = asked(true_demo_atlas, "ae", f"level=borough&hour={hour}&month=1").ages()[0].to_numpy()
        for name, atlas in (("ours", demo_atlas), ("true", true_demo_atlas)):
            found = asked(atlas, "ae", f"level=borough&hour={hour}&month=1").ages()[0].to_numpy()
            few = (truth.sum(axis=1) >= 1) & (truth.sum(axis=1) <= LARGEST_SUPPRESSED)
            matches[name] += (found == truth).all(axis=1)[few].tolist()
    assert np.mean(matches["true"]) == 1
    assert np.mean(matches["ours"]) < 0.05


def test_two_imports_are_one_and_a_changed_one_is_drawn_anew(demo_county: Path, tmp_path: Path) -> None:
    """The same events give the same version, so there is no averaging; one event less changes all of it."""
    true = Store(demo_county).open(CLEARED_OWNER)
    held = Store(demo_county).open().incidents("ambulance")
    folder = tmp_path / "county"
    shutil.copytree(demo_county, folder)
    store = Store(folder)
    with store.transaction() as change:
        role = next(r for r in change.manifest["batches"] if "ambulance" in r)
        for one in (true.incidents("ambulance").iloc[::-1], true.incidents("ambulance").iloc[1:]):
            del change.manifest["objects"][f"{CLEARED}/{role.removeprefix('incidents/')}"]
            change.put(role, one.reset_index(drop=True))
            change.manifest["batches"][role]["disclosure"] = "controlled"
            break
    assert protect(folder) == ["ambulance"]
    pd.testing.assert_frame_equal(store.open().incidents("ambulance"), held)
    with store.transaction() as change:
        del change.manifest["objects"][f"{CLEARED}/{role.removeprefix('incidents/')}"]
        change.put(role, true.incidents("ambulance").iloc[1:].reset_index(drop=True))
    assert protect(folder, keep) == ["ambulance"]
    assert {"packed/ambulance", "cleared.packed/ambulance"} <= set(store.open().roles())
    moved = store.open().incidents("ambulance")["lsoa"].value_counts()
    differ = moved.sub(held["lsoa"].value_counts(), fill_value=0) != 0
    assert differ.sum() > 100, "one event less cannot be told from the areas that change"


# ---------------------------------------------------------------- of use


@pytest.mark.parametrize("source", SOURCES)
def test_what_it_is_for_is_still_there(source: str, demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    ours, true = (asked(atlas, source) for atlas in (demo_atlas, true_demo_atlas))
    most = [set(np.argsort(-s.counts, kind="stable")[:n]) for s, n in ((true, 20), (ours, 25))]
    assert len(most[0] & most[1]) >= OF_20[source]

    query = Query.parse(f"source={source}&level=lsoa&layer=getis_ord", demo_atlas.catalogue)[0]
    answers = [atlas.answer(query) for atlas in (demo_atlas, true_demo_atlas)]
    hot = [set(answer.table.index[answer.table["cluster"] == "HH"]) for answer in answers]
    assert len(hot[0] & hot[1]) >= 0.7 * len(hot[0] | hot[1])

    rate = [answer.gradient.tenths["rate_per_1000_year"].iloc[[0, -1]] for answer in answers]
    assert (rate[0] / rate[1] - 1).abs().max() < 0.10

    monthly = [asked(atlas, source, "level=borough").monthly() for atlas in (demo_atlas, true_demo_atlas)]
    yearly = [m.T.groupby(m.columns // 12).sum() for m in monthly]
    assert (yearly[0] - yearly[1]).abs().to_numpy().max() <= 5


@pytest.mark.parametrize("search", ["", "&month=7", "&category=assault", "&hour=22,23,0,1,2"])
def test_plus_minus_covers_the_true_counts(search: str, demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    near = []
    for source in SOURCES:
        for level in ("lsoa", "ward", "borough"):
            query, notices = Query.parse(f"source={source}&level={level}{search}", demo_atlas.catalogue)
            if not notices:
                ours, true = demo_atlas.asked(query), true_demo_atlas.asked(query)
                near.append(np.abs(ours.counts - true.counts) <= norm.ppf(0.975) * np.sqrt(ours.noise))
    assert np.concatenate(near).mean() > 0.93
    assert min(one.mean() for one in near if len(one) > 9) > 0.88


def test_every_table_export_and_note_carries_its_plus_minus(demo_atlas: Atlas) -> None:
    answer = demo_atlas.answer(Query.parse("source=ae&level=ward", demo_atlas.catalogue)[0])
    told = answer.export()
    assert list(told)[2:4] == ["count", "plus_minus"]
    assert (told["plus_minus"].isna() == (told["count"] == "*")).all()
    assert any("within ±" in caveat for caveat in answer.caveats)
    assert "plus_minus" not in demo_atlas.answer(Query(source="offences")).table


@pytest.mark.parametrize(
    "search", ["source=ambulance&level=ward&hour=18-5", "source=ae", "source=ae&level=ward"]
)
def test_the_note_holds_for_every_count_shown(search: str, demo_atlas: Atlas) -> None:
    """It gave the middle one's ± of all areas, those suppressed too, beside counts of five times as much."""
    query = Query.parse(search, demo_atlas.catalogue)[0]
    answer = demo_atlas.answer(query)
    shown = answer.table.loc[answer.inside, "plus_minus"].dropna()
    ends = " to ".join(dict.fromkeys(f"± {end}" for end in (shown.min(), shown.max())))
    assert any(f"of one {demo_atlas.asked(query).area} within {ends}, " in c for c in answer.caveats)


@pytest.mark.parametrize(
    "search", ["source=admissions", "source=ambulance&hour=22", "source=ae&level=borough"]
)
def test_the_most_is_told_apart_from_the_next_or_that_is_said(search: str, demo_atlas: Atlas) -> None:
    """A finding named the area with "the most: 45 ± 6" beside one with 40 ± 6."""
    query = Query.parse(search, demo_atlas.catalogue)[0]
    s, answer = demo_atlas.asked(query), demo_atlas.answer(query)
    first, far = int(np.nanargmax(s.shown)), norm.ppf(0.975)
    ahead = s.shown[first] - np.nan_to_num(s.shown, nan=LARGEST_SUPPRESSED)
    close = (ahead > 0) & (ahead <= np.ceil(far * np.sqrt(s.noise + s.noise[first] + 4)))
    [second, *_] = (*answer.table["name"][close], "")
    others = second if close.sum() == 1 else f"{close.sum():,} others"
    tied = (ahead == 0).sum() > 1
    said = f"; {others}( \\(.*\\))? cannot be told apart from {'them' if tied else 'it'}[.]$"
    assert bool(re.search(said, answer.headline)) == close.any(), answer.headline
    assert ("told apart" in answer.headline) == close.any() == (query.level != "borough")


@pytest.mark.parametrize(
    ("search", "some"),
    [
        ("source=admissions&level=ward&measure=rate", True),
        ("source=admissions&level=ward&measure=ratio", True),
        ("source=ae&level=ward&measure=rate", True),
        ("source=ambulance&level=ward&measure=rate", False),
    ],
)
def test_so_is_the_highest_rate(search: str, *, some: bool, demo_atlas: Atlas) -> None:
    """Noise of a count moves its rate by as many events; a finding named the highest without a doubt."""
    query = Query.parse(search, demo_atlas.catalogue)[0]
    s, answer = demo_atlas.asked(query), demo_atlas.answer(query)
    values = answer.table[MEASURES[query.measure].column.name].to_numpy(float, na_value=np.nan)
    values = np.where(answer.table["unreliable"], np.nan, values)
    first, far = int(np.nanargmax(values)), norm.ppf(0.975)
    moved = (s.noise + 2) * (values / s.shown) ** 2
    close = values[first] - values <= far * np.sqrt(moved + moved[first])
    assert ("cannot be told apart" in answer.headline) == (close.sum() > 1) == some, answer.headline


def test_every_number_that_is_told_carries_its_plus_minus(demo_atlas: Atlas) -> None:
    """The finding, present mode's list and its changes, the panel in every source, each table of a report."""
    query = Query.parse("source=ae&level=ward&from=2019-04", demo_atlas.catalogue)[0]
    assert " ± " in demo_atlas.answer(query).headline
    told = briefing(demo_atlas, query)
    for spot in told.spots:
        assert " ± " in spot.value
        assert not spot.change.numbers or spot.change.numbers.count(" ± ") == 2
    assert told.change.numbers.count(" ± ") == 2
    ranked = briefing(demo_atlas, query.replace(measure="rate"))
    assert all(" ± " in spot.facts[0] for spot in ranked.spots)
    area = profile(demo_atlas, query.replace(area=told.spots[0].code))
    assert " ± " in area.headline
    with_noise = area.sources["plus_minus"].notna()
    assert with_noise.to_dict() == {"offences": False} | dict.fromkeys(SOURCES, True)
    report = assess(demo_atlas, Query(), ["ae"])
    for name, exhibit in report.exhibits.items():
        counted = any(pd.api.types.is_integer_dtype(kind) for kind in exhibit.table.dtypes)
        expected = counted and not name.startswith("place/")
        assert any(" ± " in caveat for caveat in exhibit.caveats) == expected, name


def test_limits_carry_the_noise(demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    """A rate's interval from protected counts is wider than that of as many true ones."""
    search = "source=ae&level=ward&layer=significance&measure=dsr"
    for name in ("layer=significance", "measure=dsr"):
        query = Query.parse(f"source=ae&level=ward&{name}", demo_atlas.catalogue)[0]
        ours, true = (atlas.answer(query).table for atlas in (demo_atlas, true_demo_atlas))
        widths = [(t["upper_ci"] - t["lower_ci"]).median() for t in (ours, true)]
        assert widths[0] > 1.05 * widths[1], search


def test_published_figures_are_rebuilt_from_the_true_numbers(true_demo_atlas: Atlas) -> None:
    verdicts = [row.verdict for row in check(true_demo_atlas)]
    assert (verdicts.count("matches"), verdicts.count("differs")) == (117, 0)
