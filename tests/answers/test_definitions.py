"""Saved definitions: the shipped ones and a county's own, chosen everywhere, never by half."""

from __future__ import annotations

import io
import shutil
from html import escape
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard import create_app
from dashboard.take_along import write_html
from dashboard.view import page
from geo.answer.atlas import Atlas
from geo.answer.unrecorded import unrecorded
from geo.ask.problem import Problem
from geo.ask.query import Query
from geo.ask.refusal import Refused
from geo.data.definitions import read_definitions, shipped_definitions
from geo.data.ingest import import_files
from geo.out.briefing_sheet import foot
from geo.out.export import export
from geo.tell.assessment import assess, part_of
from geo.tell.exhibits.persons import defined
from tests.answers.test_factors import hours, offences, timed
from tests.support import small_county as small

OURS = """
[young-knives]
label = "Knives and the young"
words = "Violence with a knife against people under 20, or robbery at night."
publisher = "Squareshire Partnership"
version = "March 2024"
source = "offences"
any = ["category=violence-and-sexual-offences&knife=yes&victim_age=0-19", "category=robbery&hour=19-6"]
"""


@pytest.fixture(scope="module")
def atlas(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The small county whose offences say who was involved, with a definition of its own."""
    path = tmp_path_factory.mktemp("definitions")
    shutil.copytree(small_county, path / "data")
    offences().to_csv(path / "offences.csv", index=False)
    import_files(path / "data", "offences", [path / "offences.csv"])
    (path / "ours.toml").write_text(OURS)
    import_files(path / "data", "definitions", [path / "ours.toml"])
    return Atlas.open(path / "data")


def expected() -> pd.DataFrame:
    rows = offences()
    young = pd.to_numeric(rows["Victim Age"]).between(0, 19) & (rows["Knife"] == "Y")
    violent = rows["Offence Group"] == "Violence and sexual offences"
    night = timed(rows) & ~hours(rows).between(7, 18) & (rows["Offence Group"] == "Robbery")
    return rows[((young & violent) | night) & rows["LSOA Code"].isin(small.CODES)]


def test_it_keeps_what_any_of_its_filters_keeps(atlas: Atlas) -> None:
    query = atlas.exactly("?source=offences&definition=young-knives")
    counts = expected()["LSOA Code"].value_counts().reindex(small.CODES, fill_value=0)
    assert atlas.asked(query).counts.tolist() == counts.tolist()
    women = atlas.exactly("?source=offences&definition=young-knives&victim_sex=female&category=robbery")
    rows = expected()
    rows = rows[(rows["Victim Sex"] == "F") & (rows["Offence Group"] == "Robbery")]
    assert atlas.asked(women).counts.sum() == len(rows)
    assert Query.parse(women.to_search())[0] == women


def test_what_may_fit_it_too_is_counted(atlas: Atlas) -> None:
    rows = offences()
    rows = rows[rows["LSOA Code"].isin(small.CODES)]
    age, violent = pd.to_numeric(rows["Victim Age"]), rows["Offence Group"] == "Violence and sexual offences"
    perhaps = violent & (rows["Knife"] == "Y") & age.isna()
    perhaps |= (rows["Offence Group"] == "Robbery") & ~timed(rows)
    asked = atlas.asked(atlas.exactly("?source=offences&definition=young-knives"))
    assert unrecorded(asked) == {"definition": perhaps.sum()}
    said = f"{perhaps.sum():,} offences may fit it too: too little is recorded of them to tell."
    assert said in atlas.answer(asked.query).caveats
    none = atlas.answer(atlas.exactly("?source=offences&definition=young-knives&category=drugs")).caveats
    assert not any("may fit it too" in caveat for caveat in none)
    both = atlas.asked(asked.query.replace(category=("robbery",), victim_sex=(0,)))
    women = rows[perhaps & ~violent & (rows["Victim Sex"] == "F")]
    unknown = expected()[lambda r: (r["Offence Group"] == "Robbery") & (r["Victim Sex"] == "")]
    assert unrecorded(both) == {"victim_sex": len(unknown), "definition": len(women)}


def test_page_programs_and_assessment_count_the_same_and_say_what_it_is(atlas: Atlas) -> None:
    search = "?source=offences&definition=young-knives"
    said = atlas.definitions["young-knives"].said
    total = len(expected())
    made = page(atlas, search)
    assert made["noun"] == "offences"
    assert made["shown"]["description.children"].startswith("Knives and the young in Squareshire")
    assert made["shown"]["note-definition.children"] == said
    assert made["shown"]["filter-definition.value"] == "young-knives"
    assert "Squareshire Partnership, March 2024" in said
    query = atlas.exactly(search)
    assert atlas.answer(query).totals.shown == total
    assert said in atlas.answer(query).caveats
    client = create_app(atlas).server.test_client()
    assert pd.read_csv(io.BytesIO(client.get(f"/export.csv{search}").data))["count"].sum() == total
    assert said in export(atlas, query, "json").decode()
    enum = client.get("/openapi.json").get_json()["components"]["parameters"]["definition"]["schema"]["enum"]
    assert {"young-knives", "vawg"} <= set(enum)
    assert part_of(atlas, query, "offences")[0].total == total
    assert said in assess(atlas, query, ["offences"]).caveats


def test_an_assessment_counts_by_every_definition_that_can_be_told(atlas: Atlas) -> None:
    part, _ = part_of(atlas, atlas.exactly("?source=offences&from=2023-03&to=2023-10"), "offences")
    exhibit = defined(part)
    rows = expected()
    month = pd.to_numeric(rows["Committed From"].str[3:5])
    ours = exhibit.table.set_index("Definition").loc["Knives and the young"]
    assert ours["2023"] == ours["All"] == month.between(3, 10).sum()
    assert "Violence against women and girls" not in set(exhibit.table["Definition"])
    assert atlas.definitions["young-knives"].said in exhibit.caveats


def test_nothing_is_counted_by_half_of_a_definition(atlas: Atlas, small_atlas: Atlas) -> None:
    options = page(atlas, "?source=offences")["shown"]["filter-definition.data"]
    off = {one["value"]: one["said"] for one in options if one.get("disabled")}
    assert off["vawg"] == "Not here: Police offences have no category “public-order”."
    assert "young-knives" not in off
    options = page(small_atlas, "?source=offences")["shown"]["filter-definition.data"]
    why = {one["value"]: one["said"] for one in options}["vawg-online"]
    assert why == "Not here: Online: the files loaded do not record it."
    query, notices = Query.parse("?source=offences&definition=vawg", atlas.catalogue)
    assert query.definition == ""
    assert "have no category “public-order”" in notices[0]
    with pytest.raises(Refused, match="it is of police offences"):
        atlas.exactly("?source=ae&definition=young-knives")
    with pytest.raises(Refused, match="There is no saved definition “mine”"):
        small_atlas.exactly("?source=offences&definition=mine")


def test_every_shipped_definition_can_be_asked() -> None:
    for one in shipped_definitions().values():
        assert one.words.endswith(".")
        for search in one.any:
            assert not Query.parse(search)[1]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('publisher = "Squareshire Partnership"\n', ""), "must give “publisher” as text"),
        (("knife=yes", "knife=perhaps"), "asks what cannot be asked"),
        (("category=robbery&hour=19-6", "layer=local_moran"), "asks by “layer”"),
        (("category=robbery&hour=19-6", ""), "keeps everything"),
        (("[young-knives]", "[Young Knives]"), "not well-formed TOML"),
    ],
)
def test_a_definition_that_cannot_be_one_is_refused(
    tmp_path: Path, change: tuple[str, str], why: str
) -> None:
    (tmp_path / "ours.toml").write_text(OURS.replace(*change))
    with pytest.raises(Problem, match=why):
        read_definitions(tmp_path / "ours.toml")


def test_a_briefing_sheet_says_what_the_definition_is(atlas: Atlas) -> None:
    answer = atlas.answer(atlas.exactly("?source=offences&definition=young-knives"))
    spot = SimpleNamespace(told=SimpleNamespace(row={"unreliable": False}))
    here = SimpleNamespace(
        answer=answer, title="", source="", credits=(), made_text="", version="", address=""
    )
    assert atlas.definitions["young-knives"].said in foot(spot, here)


def test_the_file_to_take_along_says_what_the_definition_is(atlas: Atlas) -> None:
    written = write_html(atlas, atlas.exactly("?source=offences&definition=young-knives&level=borough"))
    assert escape(atlas.definitions["young-knives"].said) in written.decode()


def test_a_share_of_a_definition_is_of_all_events_and_says_so(atlas: Atlas) -> None:
    answer = atlas.answer(atlas.exactly("?source=offences&layer=proportion&definition=young-knives"))
    assert "% of all offences" in answer.headline
    assert not any("for which it is recorded" in said for said in (answer.headline, *answer.caveats))
    females = "?source=offences&layer=proportion&definition=young-knives&victim_sex=female"
    assert "for which it is recorded" in atlas.answer(atlas.exactly(females)).headline
