"""Areas beside matched controls: the published formula on counts that can be added up by hand."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest

from dashboard import create_app
from geo.answer.atlas import Atlas
from geo.answer.daily import by_day
from geo.ask.problem import Problem
from geo.data.patrols import trials_registered
from geo.out.report import write
from geo.tell.patrol.before_after import compare
from geo.tell.patrol.register import ALREADY, rating_compared, write_comparison
from tests.support.small_print import small_print
from tests.support.tagged import faults

VIOLENCE = "level=lsoa&source=offences&category=violence-and-sexual-offences"
FIRST, LAST = date(2023, 6, 1), date(2023, 8, 31)


@pytest.fixture(scope="module")
def found(demo_atlas):
    query = demo_atlas.exactly(VIOLENCE)
    counts = demo_atlas.answer(query).table["count"].astype(float)
    codes = list(counts.nlargest(4).index)
    return codes, compare(demo_atlas, query, codes, FIRST, LAST).told


def test_the_counts_are_those_of_the_days_and_of_the_same_weekdays_a_year_before(demo_atlas, found) -> None:
    codes, told = found
    asked = demo_atlas.asked(demo_atlas.exactly(VIOLENCE))
    mine = asked.frame.index.isin(codes)
    days = [FIRST + timedelta(days=k) for k in range(92)]
    table = told.exhibit("compared", "wdd").table
    assert table["Number"].tolist()[:2] == [4, 4]
    assert table["After"].iloc[0] == by_day(asked, days)[mine].sum()
    assert table["Before"].iloc[0] == by_day(asked, [day - timedelta(days=364) for day in days])[mine].sum()


def test_the_difference_and_its_error_are_those_of_the_table(found) -> None:
    exhibit = found[1].exhibit("compared", "wdd")
    change = exhibit.table["Change"].astype(int).to_numpy()
    error = np.sqrt(exhibit.table[["Before", "After"]].astype(int).to_numpy().sum())
    wdd = change[0] - change[1] + change[2] - change[3]
    assert (
        f"difference {'−' if wdd < 0 else ''}{abs(wdd):,}, standard error {error:,.1f}" in exhibit.caveats[0]
    )
    assert exhibit.finding.startswith(f"{abs(wdd):,} {'fewer' if wdd < 0 else 'more'}")


def test_controls_touch_no_area_and_serve_once(demo_atlas, found) -> None:
    codes, told = found
    controls = told.exhibit("compared", "controls").table["Control"]
    level = demo_atlas.levels["lsoa"]
    names = dict(zip(level.frame["name"], level.frame.index, strict=True))
    lists, index = level.neighbours, level.frame.index
    near = {
        index[k] for code in codes for k in lists.indices[slice(*lists.indptr[index.get_loc(code) :][:2])]
    }
    assert controls.is_unique and not {names[name] for name in controls} & (near | set(codes))


def test_regression_to_the_mean_is_warned_of_with_its_size(demo_atlas) -> None:
    """The four areas that were highest in few days are chosen by luck in part."""
    query = demo_atlas.exactly(f"{VIOLENCE}&hour=2-3")
    asked = demo_atlas.asked(query)
    days = [FIRST + timedelta(days=k - 364) for k in range(30)]
    high = asked.frame.index[np.argsort(-by_day(asked, days).sum(1), kind="stable")[:4]]
    told = compare(demo_atlas, query, high, FIRST, FIRST + timedelta(days=29)).told
    assert any("would have gone by themselves" in one for one in told.exhibit("compared", "wdd").caveats)


def test_a_fall_of_less_than_one_event_is_not_called_none(demo_atlas, found, monkeypatch) -> None:
    small = SimpleNamespace(chosen=6.0, expected=5.6, share=0.067)
    monkeypatch.setattr("geo.tell.patrol.before_after.regression_to_the_mean", lambda *_: small)
    told = compare(demo_atlas, demo_atlas.exactly(VIOLENCE), found[0], FIRST, FIRST + timedelta(days=29)).told
    said = next(one for one in told.exhibit("compared", "wdd").caveats if one.startswith("Regression"))
    assert "less than 1 of their 6 offences (7%) would have gone" in said


def test_the_report_says_that_nothing_was_left_to_chance(demo_atlas, found) -> None:
    page = write(found[1], demo_atlas, "html").decode()
    assert "Nothing was left to chance" in page and "hotspots patrol compare" in page


def test_the_page_compares_as_the_command_does(demo_atlas, found) -> None:
    codes, told = found
    client = create_app(demo_atlas).server.test_client()
    address = f"/patrol/compare?places={'+'.join(codes)}&began={FIRST}&ended={LAST}&{VIOLENCE}"
    page = client.get(address)
    assert page.status_code == 200
    for exhibit in told.exhibits.values():
        assert exhibit.finding in unescape(page.text)
    report = client.get(f"{address}&as=pdf").data
    assert faults(report) == [] == small_print(report)
    wrong = client.get(f"/patrol/compare?places=E0&began=soon&ended={LAST}&{VIOLENCE}")
    assert wrong.status_code == 422 and "Its first day: give a date" in wrong.text
    assert "Near repeats" in client.get(f"/patrol/compare?{VIOLENCE}").text


def test_a_comparison_stands_in_the_register_once_and_is_never_rated_as_what_was_drawn_by_lot(
    demo_atlas, small_county, tmp_path
) -> None:
    """Of the four areas, in a folder of another county so that the demonstration's stays as it is."""
    query = demo_atlas.exactly(VIOLENCE)
    codes = list(demo_atlas.answer(query).table["count"].astype(float).nlargest(4).index)
    found = compare(demo_atlas, query, codes, FIRST, LAST)
    folder = shutil.copytree(small_county, tmp_path / "data")
    with pytest.raises(Problem, match="What was done is missing"):
        write_comparison(folder, found, " ")
    said = write_comparison(folder, found, "Street lighting")
    row = trials_registered(Atlas.open(folder).snapshot).iloc[0]
    assert said.startswith(f"Registered as “{row['rating']}”") and row["what"] == "Street lighting"
    assert (row["from"].date(), row["to"].date()) == (FIRST, LAST)
    assert (
        found.told.exhibit("compared", "wdd").finding in row["result"]
        and "June to August 2023" in row["result"]
    )
    assert write_comparison(folder, found, "Once more") == ALREADY
    fewer = replace(found, difference=found.difference._replace(wdd=-50.0, p=0.01), alike=True)
    assert rating_compared(fewer) == "promising"
    assert rating_compared(replace(fewer, alike=False)) == "inconclusive"
    assert rating_compared(replace(fewer, difference=fewer.difference._replace(wdd=50.0))) == "harmful"
    client = create_app(demo_atlas).server.test_client()
    address = f"/patrol/compare?places={'+'.join(codes)}&began={FIRST}&ended={LAST}&{VIOLENCE}"
    assert 'name="what"' in client.get(address).text
    address = address.replace("compare?", "compared?")
    assert client.post(address, data={"what": "x"}).status_code == 403
    blank = client.post(address, data={"what": ""}, headers={"Sec-Fetch-Site": "same-origin"})
    large = client.post(
        "/patrol/repeats-of-file",
        data=b"x" * 9_000_000,
        content_type="multipart/form-data; boundary=x",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert large.status_code == 422 and "The files are larger than 8 MB." in large.text
    assert blank.status_code == 422 and "What was done is missing" in blank.text


def test_what_cannot_be_compared_is_refused(demo_atlas, small_atlas) -> None:
    query = demo_atlas.exactly(VIOLENCE)
    for codes, first, last in ((["E0"], FIRST, LAST), ([], FIRST, LAST), (["E01900364"], LAST, FIRST)):
        with pytest.raises(Problem):
            compare(demo_atlas, query, codes, first, last)
    with pytest.raises(Problem, match="twelve months before"):
        compare(small_atlas, small_atlas.exactly("level=lsoa"), ["E01035001"], FIRST, LAST)
