"""Filters of persons and circumstances: as the raw file has it, in every form, and protected."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard import create_app
from dashboard.view import page
from geo.answer.atlas import Atlas
from geo.answer.unrecorded import unrecorded
from geo.ask.factors import FACTORS, LIST
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.ask.viewer import OTHERS
from geo.data.ingest import import_files
from geo.data.mapping import read_mapping
from geo.data.read_table import read_table
from geo.data.store import Store
from geo.tell.assessment import part_of
from geo.tell.exhibits.persons import factors, kinds, suspects
from tests.support import small_county as small
from tests.support.command import command

WORDS = {
    "Victim Ethnicity": {
        "A1": "asian",
        "Black British": "black",
        "M2": "mixed",
        "IC1": "white",
        "NS": "",
        "": "",
    },
    "Relationship": {
        "Ex-partner": "partner",
        "Son": "family",
        "Friend": "acquaintance",
        "Stranger": "stranger",
        "Carer": "other",
        "Not known": "",
    },
    "Premises Type": {
        "Public house": "licensed",
        "Police station": "police",
        "Railway station": "transport",
        "High Street": "street",
        "Dwelling": "home",
        "Church": "other",
        "": "",
    },
}
"""What the file writes, and what it means."""
KEYWORDS = ["", "Alcohol", "Drugs; Alcohol", "Hate: racial", "Hate: racial; Hate: religious", "Gang or group"]


def offences() -> pd.DataFrame:
    """The small county's offences with what a force records of persons and circumstances."""
    rows = small.offences()
    rng = np.random.default_rng(14)
    for column, words in WORDS.items():
        rows[column] = rng.choice([*words], len(rows))
    for column in ("Firearm", "Online", "Public Place"):
        rows[column] = rng.choice(["Y", "N", ""], len(rows), p=[0.2, 0.6, 0.2])
    rows["Suspect Age"] = np.where(
        rng.random(len(rows)) > 0.3, rng.integers(10, 95, len(rows)).astype(str), ""
    )
    rows["Suspect Sex"] = rng.choice(["M", "F", "U", ""], len(rows))
    rows["Aggravating Factor"] = rng.choice(KEYWORDS, len(rows))
    return rows


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the small county whose offences say who was involved."""
    path = tmp_path_factory.mktemp("factors")
    shutil.copytree(small_county, path / "data")
    offences().to_csv(path / "offences.csv", index=False)
    import_files(path / "data", "offences", [path / "offences.csv"])
    return path / "data"


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    return Atlas.open(folder)


# ---------------------------------------------------------------- against the raw file


def ages(column: str, rows: pd.DataFrame, low: int, high: int) -> pd.Series:
    return pd.to_numeric(rows[column], errors="coerce").between(low, high)


def meant(column: str, rows: pd.DataFrame, values: tuple[str, ...]) -> pd.Series:
    return rows[column].map(WORDS[column]).replace("", "unknown").isin(values)


CHOICES = {
    "victim_sex=female": lambda r: r["Victim Sex"] == "F",
    "victim_sex=male,unknown": lambda r: r["Victim Sex"] != "F",
    "victim_age=10-24": lambda r: ages("Victim Age", r, 10, 24),
    "victim_age=0-17": lambda r: ages("Victim Age", r, 0, 17),
    "victim_age=15,18-24": lambda r: ages("Victim Age", r, 15, 15) | ages("Victim Age", r, 18, 24),
    "victim_age=85%2B,unknown": lambda r: ages("Victim Age", r, 85, 200) | (r["Victim Age"] == ""),
    "suspect_sex=male": lambda r: r["Suspect Sex"] == "M",
    "suspect_sex=unknown": lambda r: r["Suspect Sex"].isin(["U", ""]),
    "suspect_age=0-24": lambda r: ages("Suspect Age", r, 0, 24),
    "suspect_age=16-17,unknown": lambda r: ages("Suspect Age", r, 16, 17) | (r["Suspect Age"] == ""),
    "ethnicity=asian,black": lambda r: meant("Victim Ethnicity", r, ("asian", "black")),
    "ethnicity=unknown": lambda r: meant("Victim Ethnicity", r, ("unknown",)),
    "relationship=partner,family": lambda r: meant("Relationship", r, ("partner", "family")),
    "premises=licensed,street": lambda r: meant("Premises Type", r, ("licensed", "street")),
    "premises=police": lambda r: meant("Premises Type", r, ("police",)),
    "domestic=no": lambda r: r["Domestic Abuse"] == "N",
    "knife=yes": lambda r: r["Knife"] == "Y",
    "firearm=yes,unknown": lambda r: r["Firearm"] != "N",
    "injury=yes": lambda r: r["Injury"] == "Y",
    "alcohol=yes": lambda r: r["Aggravating Factor"].str.contains("Alcohol"),
    "drugs=no": lambda r: ~r["Aggravating Factor"].str.contains("Drugs"),
    "hate=race": lambda r: r["Aggravating Factor"].str.contains("racial"),
    "hate=religion": lambda r: r["Aggravating Factor"].str.contains("religious"),
    "hate=none": lambda r: ~r["Aggravating Factor"].str.contains("Hate"),
    "online=no": lambda r: r["Online"] == "N",
    "public_place=yes": lambda r: r["Public Place"] == "Y",
    "category=robbery": lambda r: r["Offence Group"] == "Robbery",
    "hour=19-6": lambda r: timed(r) & ~hours(r).between(7, 18),
}


def timed(rows: pd.DataFrame) -> pd.Series:
    return rows["Committed From"].str.len() > 10


def hours(rows: pd.DataFrame) -> pd.Series:
    return pd.to_numeric(rows["Committed From"].str[11:13])


def combinations(number: int) -> list[tuple[str, ...]]:
    """One to four filters, each of another parameter."""
    rng = np.random.default_rng(50)
    found: list[tuple[str, ...]] = []
    while len(found) < number:
        some = rng.choice([*CHOICES], rng.integers(1, 5), replace=False)
        if len({one.partition("=")[0] for one in some}) == len(some):
            found.append(tuple(map(str, some)))
    return found


def expected(some: tuple[str, ...]) -> pd.Series:
    rows = offences()
    for one in some:
        rows = rows[CHOICES[one](rows)]
    return rows["LSOA Code"].value_counts().reindex(small.CODES, fill_value=0)


@pytest.mark.parametrize("some", combinations(50), ids="&".join)
def test_any_combination_counts_as_the_raw_file_does(atlas: Atlas, some: tuple[str, ...]) -> None:
    query, notices = Query.parse("?source=offences&" + "&".join(some), atlas.catalogue)
    assert not notices
    assert Query.parse(query.to_search())[0] == query
    counts = atlas.asked(query).counts
    assert counts.tolist() == expected(some).tolist()


def test_every_filter_is_among_the_combinations() -> None:
    asked = {one.partition("=")[0] for some in combinations(50) for one in some}
    assert asked >= {name for name, one in FACTORS.items() if one.sector != "health"}


@pytest.mark.parametrize("some", combinations(3), ids="&".join)
def test_page_programs_command_and_assessment_count_the_same(
    atlas: Atlas, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], some: tuple[str, ...]
) -> None:
    search = "?source=offences&" + "&".join(some)
    total = int(expected(some).sum())
    frame = page(atlas, search)["frame"]["values"]
    shown = [row[frame["columns"].index("Offences")] for row in frame["rows"]]
    assert sum(int(text.replace(",", "")) for text in shown) == total
    client = create_app(atlas).server.test_client()
    assert pd.read_csv(io.BytesIO(client.get(f"/export.csv{search}").data))["count"].sum() == total
    out = tmp_path / "out.csv"
    status, _, complained = command(capsys, "export", "--url", search, "--data", folder, "-o", out)
    assert status == 0, complained
    assert pd.read_csv(out)["count"].sum() == total
    query = atlas.exactly(search)
    part, notes = part_of(atlas, query, "offences")
    violent = (*some, "category=robbery") if "category=robbery" in some else some
    rows = offences()
    rows = rows[rows["LSOA Code"].isin(small.CODES)]
    for one in violent:
        rows = rows[CHOICES[one](rows)]
    if not query.category:
        rows = rows[rows["Offence Group"] == "Violence and sexual offences"]
    assert (part.total, notes) == (len(rows), ())


# ---------------------------------------------------------------- what is not known


def test_what_is_not_recorded_is_counted_in_every_result(atlas: Atlas) -> None:
    rows = offences()
    rows = rows[rows["LSOA Code"].isin(small.CODES) & (rows["Knife"] == "Y")]
    unknown = (rows["Victim Sex"] == "").sum()
    answer = atlas.answer(Query.parse("?source=offences&victim_sex=female&knife=yes", atlas.catalogue)[0])
    said = f"{unknown:,} offences without a record of victim's sex are left out."
    assert said in answer.caveats
    assert "0 offences without a record of knife are left out." in answer.caveats
    assert "female victims, with a knife" in answer.description
    counted = [
        atlas.asked(Query.parse(f"?source=offences&victim_sex={sex}", atlas.catalogue)[0]).counts.sum()
        for sex in ("female", "male", "unknown")
    ]
    assert sum(counted) == rows_on_map()


def rows_on_map() -> int:
    return int(offences()["LSOA Code"].isin(small.CODES).sum())


def test_offences_without_a_code_are_counted_and_can_be_asked_for(small_county: Path, tmp_path: Path) -> None:
    rows = offences()
    rows["Home Office Code"] = np.random.default_rng(3).choice(["8N", "105A", ""], len(rows))
    shutil.copytree(small_county, tmp_path / "data")
    rows.to_csv(tmp_path / "offences.csv", index=False)
    import_files(tmp_path / "data", "offences", [tmp_path / "offences.csv"])
    atlas = Atlas.open(tmp_path / "data")
    unknown = (rows["LSOA Code"].isin(small.CODES) & (rows["Home Office Code"] == "")).sum()
    assert atlas.asked(atlas.exactly("?source=offences&code=unknown")).counts.sum() == unknown
    said = f"{unknown:,} offences without a record of Home Office code are left out."
    assert said in atlas.answer(atlas.exactly("?source=offences&code=8n")).caveats
    with pytest.raises(Refused, match="No offence has the Home Office code “8o”: nearest are 8N and 105A"):
        atlas.exactly("?source=offences&code=8o,8n")
    query, notices = Query.parse("?source=offences&code=8O,8N", atlas.catalogue)
    assert query["code"] == ("8N",)
    assert notices[0].startswith("No offence has the Home Office code “8O”; it was left out. Nearest are ")
    absent = atlas.exactly("?source=offences&code=5E")  # none here, but a definition spells it so
    assert atlas.asked(absent).counts.sum() == 0


def test_ages_by_five_years_do_not_divide_15_to_19(small_county: Path, tmp_path: Path) -> None:
    rows = offences()
    young = ages("Victim Age", rows, 15, 19)
    shutil.copytree(small_county, tmp_path / "data")
    in_part = rows.assign(**{"Victim Age": rows["Victim Age"].mask(young & (rows.index % 2 == 0), "15-19")})
    by_five = rows.assign(**{"Victim Age": rows["Victim Age"].mask(young, "15-19")})
    mine = rows["LSOA Code"].isin(small.CODES)
    for name, some in (("part", in_part), ("five", by_five)):
        some.to_csv(tmp_path / f"{name}.csv", index=False)
        import_files(tmp_path / "data", "offences", [tmp_path / f"{name}.csv"])
        atlas = Atlas.open(tmp_path / "data")
        whole = atlas.asked(atlas.exactly("?source=offences&victim_age=10-19"))
        assert whole.counts.sum() == (mine & ages("Victim Age", rows, 10, 19)).sum()
        if name == "part":
            children = atlas.asked(atlas.exactly("?source=offences&victim_age=0-17"))
            assert children.counts.sum() == (mine & ages("Victim Age", some, 0, 17)).sum()
            unsure = (mine & some["Victim Age"].isin(["", "15-19"])).sum()
            assert unrecorded(children) == {"victim_age": unsure}
        else:
            with pytest.raises(
                Refused, match="0-17 divides 15 to 19, and the files loaded give ages by five"
            ):
                atlas.exactly("?source=offences&victim_age=0-17")
            assert "knife-violence-under-25" not in atlas.catalogue.undefined


def test_marks_say_what_they_do_not_say(atlas: Atlas) -> None:
    answer = atlas.answer(Query.parse("?source=offences&alcohol=yes", atlas.catalogue)[0])
    assert "Alcohol is as marked: offences without the mark count as not so." in answer.caveats


def test_a_source_that_lacks_it_says_so(atlas: Atlas, small_atlas: Atlas) -> None:
    _, notices = Query.parse("?source=offences&ethnicity=asian", small_atlas.catalogue)
    assert notices == ["Victim's ethnicity was left out: the files loaded do not record it."]
    with pytest.raises(Refused, match="cannot be asked for"):
        small_atlas.exactly("?source=offences&ethnicity=asian")
    made = page(small_atlas, "?source=offences&victim_sex=female")
    assert made["strips"]["ethnicity"] == {"values": [], "off": True}
    assert made["strips"]["victim_sex"] == {"values": ["female"], "off": False}
    off = made["shown"]["persons-off.children"]
    assert off.startswith("Victim's ethnicity, suspect's sex")
    assert off.endswith("cannot be chosen: the files loaded do not record it.")
    assert made["shown"]["persons-chosen.children"] == " 1 chosen"
    assert page(atlas, "?source=offences")["shown"]["persons-off.hidden"]


# ---------------------------------------------------------------- protection


@pytest.fixture(scope="module")
def protected(folder: Path) -> Atlas:
    """The same for those who may not see an internal source's true numbers."""
    return Atlas.open(folder, OTHERS)


def test_without_the_right_only_the_protected_events_answer(folder: Path, protected: Atlas) -> None:
    stored = Store(folder).open(OTHERS).incidents("offences")
    left_out = {one.column for one in FACTORS.values() if not one.drawn}
    assert not left_out & set(stored.columns)
    query = Query.parse("?source=offences&victim_sex=female&victim_age=10-24", protected.catalogue)[0]
    bands = ["10-14", "15-19", "20-24"]
    mine = stored[(stored["sex"] == "F") & stored["age_band"].isin(bands)]
    counts = mine["lsoa"].value_counts().reindex(small.CODES, fill_value=0)
    assert protected.asked(query).counts.tolist() == counts.tolist()
    assert any("tell boroughs apart, not the small areas" in said for said in protected.answer(query).caveats)
    with pytest.raises(Refused, match="its protected version gives ages by five years"):
        protected.exactly("?source=offences&victim_age=0-17")


@pytest.mark.parametrize(
    "name", [name for name, one in FACTORS.items() if not one.drawn and one.column != LIST]
)
def test_what_the_protected_version_lacks_is_refused(protected: Atlas, name: str) -> None:
    if name in ("alcohol", "drugs", "hate"):  # keywords are of few values here, so their table has noise
        assert name in protected.catalogue.sources["offences"].factors
        return
    value = "0-24" if name.endswith("age") else next(iter(FACTORS[name].values))
    with pytest.raises(Refused, match="not in the protected version"):
        protected.exactly(f"?source=offences&{name}={value}")


# ---------------------------------------------------------------- a file of one's own


def test_a_mapping_names_the_columns_and_the_words(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        'disclosure = "open"\n[columns]\ndate = "Date"\ncategory = "Type"\narea = "LSOA"\n'
        'premises = "Where"\n'
        'suspect_age = "Suspect"\nknife = "Blade"\ncode = "HO"\nfactors = "Marks"\n'
        '[premises]\n"Blue Room" = "licensed"\n'
    )
    (tmp_path / "ours.csv").write_text(
        "Date,Type,LSOA,Where,Suspect,Blade,HO,Marks\n"
        "01/02/2023,Assault,E01035001,blue room,17,Y,8N,Alcohol\n"
        "01/02/2023,Assault,E01035001,Dwelling,,,5D,\n"
    )
    source = read_mapping(tmp_path / "ours.toml", "offences")
    events = source.readers[0].parse(read_table("ours.csv", (tmp_path / "ours.csv").read_bytes()))
    assert events["premises"].astype("str").tolist() == ["licensed", "home"]
    assert events["suspect_age_band"].astype(object).fillna("").tolist() == ["16-17", ""]
    assert events["knife"].astype(object).fillna("").tolist() == [True, ""]
    assert events["offence_code"].astype("str").tolist() == ["8N", "5D"]
    assert events[LIST].astype(object).fillna("").tolist() == ["Alcohol", ""]


# ---------------------------------------------------------------- the assessment


def test_factors_are_counted_once_and_several_times(atlas: Atlas) -> None:
    part, _ = part_of(atlas, atlas.exactly("?source=offences"), "offences")
    table = factors(part).table.set_index("Factor")
    rows = offences()
    rows = rows[
        rows["LSOA Code"].isin(small.CODES) & (rows["Offence Group"] == "Violence and sexual offences")
    ]
    marks = rows["Aggravating Factor"].str
    expected = {
        "Knife": rows["Knife"] == "Y",
        "Firearm": rows["Firearm"] == "Y",
        "Alcohol": marks.contains("Alcohol"),
        "Hate: religion": marks.contains("religious"),
        "Gang or group": marks.contains("Gang"),
    }
    assert {name: table.loc[name, "Count"] for name in expected} == {k: v.sum() for k, v in expected.items()}
    assert table.loc["Firearm", "Not recorded"] == (rows["Firearm"] == "").sum()
    yes = (rows[["Knife", "Domestic Abuse", "Injury", "Firearm", "Online", "Public Place"]] == "Y").any(
        axis=1
    )
    assert (
        table.loc["Any of them, each event once", "Count"] == (yes | (rows["Aggravating Factor"] != "")).sum()
    )


def test_suspects_and_kinds_state_what_is_not_recorded(atlas: Atlas) -> None:
    part, _ = part_of(atlas, atlas.exactly("?source=offences"), "offences")
    rows = offences()
    rows = rows[
        rows["LSOA Code"].isin(small.CODES) & (rows["Offence Group"] == "Violence and sexual offences")
    ]
    table = suspects(part).table.set_index("Age")
    assert table.loc["Not recorded", "All"] == (rows["Suspect Age"] == "").sum()
    assert (
        table.loc["10 to 17", "Male"]
        == (ages("Suspect Age", rows, 10, 17) & (rows["Suspect Sex"] == "M")).sum()
    )
    recorded = kinds(part).table.set_index(["Recorded", "Value"])
    assert recorded.loc[("Premises", "Home"), "Count"] == (rows["Premises Type"] == "Dwelling").sum()
    assert recorded.loc[("Relationship", "Not known"), "Count"] == (rows["Relationship"] == "Not known").sum()


# ---------------------------------------------------------------- the share


def test_a_share_is_of_those_recorded_with_wilsons_limits(atlas: Atlas) -> None:
    from statsmodels.stats.proportion import proportion_confint

    query = atlas.exactly("?source=offences&layer=proportion&firearm=yes&category=drugs&level=borough")
    answer = atlas.answer(query)
    rows = offences()
    rows = rows[
        rows["LSOA Code"].isin(small.CODES) & (rows["Offence Group"] == "Drugs") & (rows["Firearm"] != "")
    ]
    lad = dict(zip(small.CODES, small.areas()["lad"], strict=True))
    by_borough = rows.groupby(rows["LSOA Code"].map(lad))["Firearm"].agg(lambda v: (v == "Y").sum())
    of = rows["LSOA Code"].map(lad).value_counts().sort_index()
    low, high = proportion_confint(by_borough, of, method="wilson")
    table = answer.table.sort_index()
    assert table["share_of"].tolist() == of.tolist()
    np.testing.assert_allclose(table["share_percent"], 100 * by_borough / of)
    np.testing.assert_allclose(table[["share_lower", "share_upper"]], 100 * np.column_stack([low, high]))
    assert f"{by_borough.sum() / of.sum():.1%} of the offences" in answer.headline


def test_areas_rank_by_their_share(atlas: Atlas) -> None:
    answer = atlas.answer(atlas.exactly("?source=offences&layer=proportion&knife=yes"))
    ranked = answer.ranked["share_percent"]
    assert ranked.dropna().is_monotonic_decreasing
    assert ranked.isna().to_numpy().nonzero()[0].min(initial=len(ranked)) == ranked.notna().sum()
    top = answer.table["share_percent"].idxmax()
    assert answer.table.loc[top, "rank"].startswith("1")
    assert answer.table.loc[top, "count"] < answer.table["count"].max()  # not the one with most


def test_a_share_of_nothing_chosen_says_what_to_choose(atlas: Atlas) -> None:
    answer = atlas.answer(atlas.exactly("?source=offences&layer=proportion"))
    assert answer.headline.startswith("Choose persons or circumstances, or a saved definition")
    assert answer.table["share_percent"].isna().all()
