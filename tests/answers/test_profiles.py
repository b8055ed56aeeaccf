"""What profiles of persons, places and kinds tell, against the raw file by pandas alone."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import proportion_confint

from dashboard import create_app
from dashboard.facts import ranked_table
from dashboard.view import page
from geo.answer.atlas import Atlas
from geo.answer.unrecorded import unrecorded
from geo.ask.refusal import Refused
from geo.ask.viewer import OTHERS
from geo.data.ingest import import_files
from geo.data.read_table import read_table
from geo.data.sources import SOURCES, reader_for
from geo.data.store import Store
from geo.tell.assessment import part_of
from geo.tell.exhibits import EXHIBITS
from geo.tell.exhibits.exhibit import Exhibit, NotPossible
from geo.tell.exhibits.part import Part
from tests.answers.test_factors import WORDS, ages, hours, offences, timed
from tests.support import small_county as small

NAMES = {"1": "Murder", "8N": "Assault with injury", "105A": "Assault without injury", "19C": "Rape", "": ""}
VIOLENCE = "Violence and sexual offences"
PSEUDONYMS = [f"V{number:03d}" for number in range(90)]


def recorded() -> pd.DataFrame:
    """The small county's offences with codes and names, two years, public order among them."""
    rows = offences()
    rng = np.random.default_rng(6)
    rows["Home Office Code"] = rng.choice([*NAMES], len(rows), p=[0.02, 0.4, 0.4, 0.1, 0.08])
    rows["Offence"] = rows["Home Office Code"].map(NAMES)
    rows["Offence Group"] = rows["Offence Group"].replace("Drugs", "Public order")
    rows["Premises Name"] = rng.choice(["The  Crown", "THE CROWN", "Mrs Smith", ""], len(rows))
    rows["Victim Reference"] = np.where(rows["Victim Age"] == "", "", rng.choice(PSEUDONYMS, len(rows)))
    later = rng.random(len(rows)) < 0.4
    for column in ("Committed From", "Recorded"):
        rows[column] = rows[column].mask(later, rows[column].str.replace("/2023", "/2022"))
    return rows


def here(violent: bool = True) -> pd.DataFrame:
    rows = recorded()
    rows = rows[rows["LSOA Code"].isin(small.CODES)]
    return rows[rows["Offence Group"] == VIOLENCE] if violent else rows


@pytest.fixture(scope="module")
def folder(small_county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profiles")
    shutil.copytree(small_county, path / "data")
    recorded().to_csv(path / "offences.csv", index=False)
    import_files(path / "data", "offences", [path / "offences.csv"])
    towns = "name,easting,northing,rank\nNorthtown,500500,230500,1\nFar,505500,235500,2\n"
    (path / "places.csv").write_text(towns)
    (path / "night.toml").write_text(
        '[night-time-economy]\nlabel = "Night"\nwords = "Nights."\npublisher = "We"\nversion = "1"\n'
        'source = "offences"\nany = ["hour=19-6&premises=licensed,street,home,other,transport,unknown"]\n'
    )
    import_files(path / "data", "places", [path / "places.csv"])
    import_files(path / "data", "definitions", [path / "night.toml"])
    return path / "data"


@pytest.fixture(scope="module")
def part(folder: Path) -> Part:
    atlas = Atlas.open(folder)
    return part_of(atlas, atlas.exactly("?source=offences"), "offences")[0]


def made(part: Part, key: str) -> Exhibit:
    return EXHIBITS[key][1](part)


def test_categories_of_each_year(part: Part) -> None:
    rows = here(violent=False)
    expected = pd.crosstab(rows["Offence Group"], rows["Committed From"].str[6:10])
    table = made(part, "categories_by_year").table.set_index("Category")
    assert table[["2022", "2023"]].astype(int).to_dict() == expected.to_dict()
    share = 100 * expected / expected.sum()
    np.testing.assert_allclose(table["Share 2023"], share["2023"].reindex(table.index))


def test_offences_by_their_names(part: Part) -> None:
    expected = here()["Offence"].replace("", np.nan).value_counts()
    table = made(part, "subtypes").table
    assert dict(zip(table["Offence"], table["Count"], strict=True)) == expected.to_dict()
    assert table["Together"].iloc[-1] == pytest.approx(100 * expected.sum() / len(here()))


def test_the_gravest_with_what_is_beside_them(part: Part) -> None:
    rows = here(violent=False)
    murders = rows[rows["Home Office Code"] == "1"]
    one = made(part, "rare").table.set_index("Offence").loc["Homicide"]
    assert one["Count"] == len(murders)
    assert one["With a knife"] == (murders["Knife"] == "Y").sum()
    assert one["Suspect under 25"] == ages("Suspect Age", murders, 0, 24).sum()
    assert one["From"] < one["A year"] < one["To"]


def test_groups_beside_residents_are_bounded_by_those_not_known(part: Part) -> None:
    rows = here()
    young, unknown = ages("Victim Age", rows, 15, 24).sum(), (rows["Victim Age"] == "").sum()
    table = made(part, "represented").table.set_index("Group")
    one = table.loc["15 to 24"]
    assert (one["Count"], one["Not known"]) == (young, unknown)
    assert one["Share of those known"] == pytest.approx(100 * young / (len(rows) - unknown))
    people = one["Share of residents"] / 100
    low = proportion_confint(young, len(rows), method="wilson")[0]
    high = proportion_confint(young + unknown, len(rows), method="wilson")[1]
    np.testing.assert_allclose([one["At least"], one["At most"]], [low / people, high / people])
    assert table.loc[["Female", "Male"], "Share of residents"].sum() == pytest.approx(100)
    young = replace(part, query=part.query.replace(victim_age=(4, 5), knife=(0,)))
    of_knives = made(young, "represented").table.set_index("Group")  # a group is set beside the others
    assert (
        of_knives.loc["25 to 34", "Count"]
        == (ages("Victim Age", rows, 25, 34) & (rows["Knife"] == "Y")).sum()
    )


def test_boroughs_by_over_representation(part: Part, folder: Path) -> None:
    table = made(part, "represented_areas").table
    assert table["At least"].is_monotonic_decreasing and table["At least"].gt(1).all()
    rows, lookup = here(), Store(folder).open().read("lookup")
    assert sorted(table["Borough"]) == ["Eastshire", "Westshire"] and set(table["Group"]) == {"Asian"}
    for one in table.to_dict("records"):
        mine = rows[rows["LSOA Code"].isin(lookup.index[lookup["borough"] == one["Borough"]])]
        group = mine["Victim Ethnicity"].map(WORDS["Victim Ethnicity"])
        asian, unknown = (group == "asian").sum(), (group == "").sum()
        assert (one["Count"], one["Not known"]) == (asian, unknown)
        people = part.atlas.surroundings.ethnic_groups(part.boroughs[one["Borough"]])
        share = people["Asian"] / people.sum()
        assert one["Times its share"] == pytest.approx(asian / (len(mine) - unknown) / share)
        low = proportion_confint(asian, len(mine), method="wilson")[0]
        high = proportion_confint(asian + unknown, len(mine), method="wilson")[1]
        assert (one["At least"], one["At most"]) == pytest.approx((low / share, high / share))


def test_victims_and_suspects_add_up(part: Part) -> None:
    rows = here()
    table = made(part, "victims").table.set_index(["Ethnicity", "Age"])
    asian = rows["Victim Ethnicity"].map(WORDS["Victim Ethnicity"]) == "asian"
    expected = (asian & ages("Victim Age", rows, 18, 24) & (rows["Victim Sex"] == "F")).sum()
    assert table.loc[("Asian", "18 to 24"), "Female"] == expected
    assert table["All"].sum() == len(rows)
    table = made(part, "pairs").table.set_index("Victim")
    both = ages("Victim Age", rows, 0, 17) & (rows["Victim Sex"] == "F")
    both &= ages("Suspect Age", rows, 25, 200) & (rows["Suspect Sex"] == "M")
    assert table.loc["Female under 18", "By male 25 and over"] == both.sum()
    assert table.loc["All", "All"] == len(rows) == table["All"].iloc[:-1].sum()


def test_premises_with_their_share_and_what_is_not_known(part: Part) -> None:
    rows = here()
    kind = rows["Premises Type"].map(WORDS["Premises Type"])
    exhibit = made(part, "premises")
    table = exhibit.table.set_index("Premises")
    assert table.loc["Licensed premises", "Count"] == (kind == "licensed").sum()
    share = 100 * (kind == "licensed").sum() / (kind != "").sum()
    assert table.loc["Licensed premises", "Share of those known"] == pytest.approx(share)
    assert exhibit.caveats[0].startswith(f"{(kind == '').sum():,} offences are left out")


def test_places_by_name_and_none_of_a_home(part: Part) -> None:
    rows = here()
    kind = rows["Premises Type"].map(WORDS["Premises Type"])
    named = rows[(rows["Premises Name"] != "") & ~kind.isin(["", "home"])]
    name = named["Premises Name"].str.split().str.join(" ").str.casefold()
    expected = named.groupby([name, "LSOA Code"]).size().sort_values(ascending=False)
    exhibit = made(part, "named_places")
    table = exhibit.table
    assert table["Count"].tolist()[:15] == expected.tolist()[:15]
    assert table["Count"].iloc[-1] == expected.iloc[14], "those that tie with the last are listed"
    first = expected.index[0]
    crown = next(n for n in named["Premises Name"] if n.split() == table["Place"].iloc[0].split())
    assert crown.casefold().split() == first[0].split() or expected.iloc[0] == expected.iloc[1]
    share = 100 * expected.iloc[0] / len(rows)
    assert table["Share of all"].iloc[0] == pytest.approx(share)
    assert table["From"].iloc[0] < share < table["To"].iloc[0]
    tied = table["Count"].eq(table["Count"].iloc[-1])
    last = f"{(expected > expected.iloc[14]).sum() + 1}{'=' if tied.sum() > 1 else ''}"
    assert table["Rank"][tied].eq(last).all()
    assert exhibit.caveats[0].startswith(
        f"{len(rows) - len(named):,} offences are at no premises with a name"
    )


def test_names_of_homes_and_pseudonyms_are_not_stored(folder: Path) -> None:
    rows = recorded()
    home = rows["Premises Type"].map(WORDS["Premises Type"]).isin(["", "home"])
    stored = Store(folder).open().events("offences")
    assert stored["premises_name"].notna().sum() == ((rows["Premises Name"] != "") & ~home).sum()
    assert sorted(stored["person"].unique()) == [*range(len(PSEUDONYMS) + 1)]
    for file in folder.rglob("*.parquet"):
        assert b"V042" not in file.read_bytes()
    rows["Premises Type"] = np.where(rows["Premises Name"] == "Mrs Smith", "Dwelling", "Public house")
    table = read_table("f.csv", rows.to_csv(index=False).encode())
    parsed = reader_for(SOURCES["offences"], table).parse(table)
    assert set(parsed["premises_name"].cat.categories) == {"The Crown", "THE CROWN"}
    without = read_table("f.csv", rows.drop(columns="Premises Type").to_csv(index=False).encode())
    assert reader_for(SOURCES["offences"], without).parse(without)["premises_name"].isna().all()
    assert "no column says their kind" in without.notes[-1]


def test_the_largest_place_of_a_town_at_night(part: Part) -> None:
    rows = here(violent=False)
    near = [small.CODES[at] for at in (0, 1, 6)]
    rows = rows[rows["LSOA Code"].isin(near) & timed(rows) & (rows["Premises Type"] != "Police station")]
    rows = rows[~hours(rows).between(7, 18)]
    kind = rows["Premises Type"].map(WORDS["Premises Type"])
    named = rows[(rows["Premises Name"] != "") & ~kind.isin(["", "home"])]
    sizes = named.groupby(
        [named["Premises Name"].str.split().str.join(" ").str.casefold(), "LSOA Code"]
    ).size()
    one = made(part, "towns_at_night").table.set_index("Town").loc["Northtown"]
    assert one["% of it"] == pytest.approx(100 * sizes.max() / len(rows))


def test_sexual_offences_by_borough_sex_age_and_relationship(part: Part) -> None:
    rows = here(violent=False)
    rape = rows[rows["Home Office Code"] == "19C"]
    table = made(part, "serious_sexual").table.set_index(["Where", "Of", "Value"])
    assert table.loc[("All", "Victim’s sex", "Female"), "Count"] == (rape["Victim Sex"] == "F").sum()
    assert table.loc[("All", "Victim’s age", "Under 18"), "Count"] == ages("Victim Age", rape, 0, 17).sum()
    partner = rape["Relationship"] == "Ex-partner"
    known = ~rape["Relationship"].isin(["", "Not known"])
    one = table.loc[("All", "Relationship", "Partner or ex-partner")]
    assert (one["Count"], one["Share"]) == (partner.sum(), pytest.approx(100 * partner.sum() / known.sum()))


def test_violence_against_women_by_victim_kind_and_space(part: Part) -> None:
    rows = here(violent=False)
    women = rows[(rows["Victim Sex"] == "F") & ages("Victim Age", rows, 10, 200)]
    table = made(part, "women").table.set_index(["Of", "Value"])
    assert table.loc[("Victims", "Women and girls"), "Count"] == len(women)
    assert table.loc[("Victims", "Men and boys"), "Count"] == (rows["Victim Sex"] == "M").sum()
    assert table.xs("Victims")["Count"].sum() == len(rows)
    injured = women["Home Office Code"] == "8N"
    assert table.loc[("Kind", "Violence with injury"), "Count"] == injured.sum()
    online = women[women["Online"] == "Y"]
    assert table.loc[("Space", "Online"), "Count"] == len(online)
    assert table.loc[("Space", "Online: domestic"), "Count"] == (online["Domestic Abuse"] == "Y").sum()
    public = women[(women["Online"] != "Y") & (women["Public Place"] == "Y")]
    assert table.loc[("Space", "Public"), "Count"] == len(public)


def test_measures_and_the_profile_have_the_raw_files_number_everywhere(part: Part) -> None:
    """On the page, from the interface for programs and in the assessment."""
    rows = here(violent=False)
    hers = (rows["Victim Sex"] == "F") & ages("Victim Age", rows, 10, 200)
    online, young = rows["Online"] == "Y", ages("Victim Age", rows, 0, 24)
    violent = rows["Offence Group"].isin([VIOLENCE, "Robbery"])
    client = create_app(part.atlas).server.test_client()
    for key, kept in {
        "vawg": hers,
        "vawg-online": hers & online,
        "vawg-public": hers & ~online & (rows["Public Place"] == "Y"),
        "vawg-private": hers & ~online & (rows["Public Place"] == "N"),
        "knife-violence-under-25": violent & young & (rows["Knife"] == "Y"),
        "non-domestic-homicide": (rows["Home Office Code"] == "1") & (rows["Domestic Abuse"] != "Y"),
    }.items():
        search, total = f"?source=offences&level=borough&definition={key}", int(kept.sum())
        answer = part.atlas.answer(part.atlas.exactly(search))
        assert sum(map(int, ranked_table(answer)[0]["count"])) == total > 0, key
        assert pd.read_csv(io.BytesIO(client.get(f"/export.csv{search}").data))["count"].sum() == total
        assert part_of(part.atlas, answer.query, "offences")[0].total == total


def test_town_centres_at_night_a_weekend(part: Part) -> None:
    table = made(part, "towns_at_night").table
    one = table.set_index("Town").loc["Northtown"]
    rows = here(violent=False)
    near = [small.CODES[at] for at in (0, 1, 6)]  # within a kilometre of the middle of the first square
    rows = rows[rows["LSOA Code"].isin(near) & timed(rows) & (rows["Premises Type"] != "Police station")]
    rows = rows[~hours(rows).between(7, 18)]
    assert (one["Small areas"], one["Count"]) == (3, len(rows))
    moment = pd.to_datetime(rows["Committed From"], format="%d/%m/%Y %H:%M")
    night = (moment - pd.Timedelta(hours=12)).dt.day_of_week
    weekend = night.isin([4, 5]).sum()
    assert one["Friday and Saturday nights"] == weekend
    assert one["A weekend"] == pytest.approx(weekend / 104.5, rel=0.01)
    assert one["% domestic"] == pytest.approx(100 * (rows["Domestic Abuse"] == "Y").mean())
    assert one["% with injury"] == pytest.approx(100 * (rows["Home Office Code"] == "8N").mean())
    assert one["% without injury"] == pytest.approx(100 * (rows["Home Office Code"] == "105A").mean())


def test_the_protected_version_tells_no_pairs(folder: Path) -> None:
    atlas = Atlas.open(folder, OTHERS)
    part = part_of(atlas, atlas.exactly("?source=offences"), "offences")[0]
    pairs = ("categories_by_year", "subtypes", "rare", "victims", "pairs", "premises", "serious_sexual")
    for key in (*pairs, "named_places", "repeat_persons"):
        with pytest.raises(NotPossible):
            made(part, key)
    with pytest.raises(NotPossible, match=r"^Home Office code: it is not in the protected version"):
        made(part, "serious_sexual")
    assert not {"premises_name", "person", "person_key"} & set(atlas.snapshot.events("offences"))
    shown = made(part, "represented").table["Count"].dropna()
    assert (shown % 5 == 0).all()


def test_ways_to_arrive_and_wards_by_deprivation(demo_atlas: Atlas, true_demo_atlas: Atlas) -> None:
    part = part_of(true_demo_atlas, true_demo_atlas.exactly("?source=ae"), "ae")[0]
    events = true_demo_atlas.snapshot.incidents("ae")
    events = events[events["lsoa"].isin(part.lsoa.frame.index)]
    table = made(part, "arrivals").table.set_index("Hours")
    late = events["hour"].between(20, 23)
    assert table.loc["20:00 to 23:59", "Ambulance"] == (late & (events["arrival_mode"] == "Ambulance")).sum()
    four = pd.crosstab(events["hour"].dropna() // 4, events["arrival_mode"] == "Ambulance")
    assert chi2_contingency(four).pvalue > 0.05
    assert made(part, "arrivals").finding.endswith("groups of hours do not differ beyond chance.")
    shown = part_of(demo_atlas, demo_atlas.exactly("?source=ae"), "ae")[0]
    with pytest.raises(NotPossible, match="go by borough alone"):
        made(shown, "arrivals")
    table = made(part, "wards_by_deprivation").table
    assert table["Residents"].sum() == part.lsoa.frame["population"].sum()
    assert table["Count"].sum() == part.total


# ---------------------------------------------------------------- the three measures and the profile


def _young(rows: pd.DataFrame) -> pd.Series:
    return ages("Victim Age", rows, 0, 24)


def _women(rows: pd.DataFrame) -> pd.Series:
    return (rows["Victim Sex"] == "F") & ages("Victim Age", rows, 10, 200)


def _seen(rows: pd.DataFrame, public: str) -> pd.Series:
    return _women(rows) & (rows["Online"] != "Y") & (rows["Public Place"] == public)


DEFINED = {
    "knife-violence-under-25": lambda r: (
        (r["Knife"] == "Y") & _young(r) & r["Offence Group"].isin([VIOLENCE, "Robbery"])
    ),
    "non-domestic-homicide": lambda r: (r["Home Office Code"] == "1") & (r["Domestic Abuse"] != "Y"),
    "vawg": _women,
    "vawg-online": lambda r: _women(r) & (r["Online"] == "Y"),
    "vawg-public": lambda r: _seen(r, "Y"),
    "vawg-private": lambda r: _seen(r, "N"),
}
"""Definitions, and what pandas keeps of the raw file."""


def test_measures_and_profile_are_the_same_on_page_programs_and_assessment(folder: Path) -> None:
    atlas = Atlas.open(folder)
    client = create_app(atlas).server.test_client()
    table = made(part_of(atlas, atlas.exactly("?source=offences"), "offences")[0], "defined").table
    rows = here(violent=False)
    for key, keeps in DEFINED.items():
        total, search = int(keeps(rows).sum()), f"?source=offences&definition={key}"
        frame = page(atlas, search)["frame"]["values"]
        shown = [row[frame["columns"].index("Offences")] for row in frame["rows"]]
        assert sum(int(text.replace(",", "")) for text in shown) == total, key
        assert pd.read_csv(io.BytesIO(client.get(f"/export.csv{search}").data))["count"].sum() == total
        assert part_of(atlas, atlas.exactly(search), "offences")[0].total == total
        label = atlas.definitions[key].label
        assert table.set_index("Definition").loc[label, "All"] == total


def test_sharp_object_admissions_under_25(true_demo_atlas: Atlas) -> None:
    search = "?source=admissions&definition=sharp-object-admissions-under-25"
    counts = true_demo_atlas.asked(true_demo_atlas.exactly(search)).counts
    events = true_demo_atlas.snapshot.incidents("admissions")
    young = events["age_band"].isin(["0-4", "5-9", "10-14", "15", "16-17", "18-19", "20-24"])
    mine = events[young & (events["category"] == "Assault with a sharp object")]
    expected = mine["lsoa"].value_counts().reindex(true_demo_atlas.levels["lsoa"].frame.index, fill_value=0)
    assert counts.tolist() == expected.tolist()
    assert counts.sum() > 50


def test_diagnoses_in_any_position(true_demo_atlas: Atlas, demo_atlas: Atlas) -> None:
    part = part_of(true_demo_atlas, true_demo_atlas.exactly("?source=admissions"), "admissions")[0]
    table = made(part, "diagnoses").table.set_index("Diagnosis")
    events = true_demo_atlas.snapshot.incidents("admissions")
    held = events["diagnosis"].astype(object).fillna("").str.split(";")
    for label, value in (("Mental health", "mental"), ("Drugs", "substance"), ("Alcohol", "alcohol")):
        assert table.loc[label, "Count"] == held.map(lambda has, value=value: value in has).sum()
    assert table["Share"].round().tolist()[:3] == [50, 40, 20]
    with pytest.raises(Refused, match="not in the protected version"):
        demo_atlas.exactly("?source=admissions&diagnosis=alcohol")


def test_an_incident_has_no_code_that_could_be_missing(demo_atlas: Atlas) -> None:
    assert "anti-social-behaviour" in demo_atlas.sources["offences"].info.nouns
    for search in ("definition=serious-violence", "code=8N"):
        counted = unrecorded(demo_atlas.asked(demo_atlas.exactly(f"?source=offences&{search}")))
        assert list(counted.values()) == [0]


def test_ethnic_groups_beside_residents(demo_atlas: Atlas) -> None:
    part = part_of(demo_atlas, demo_atlas.exactly("?source=offences"), "offences")[0]
    events = demo_atlas.snapshot.incidents("offences")
    events = events[(events["category"] == VIOLENCE) & events["lsoa"].isin(part.lsoa.frame.index)]
    recorded = events["ethnicity"].value_counts(normalize=True)
    residents = demo_atlas.surroundings.ethnic_groups(part.inside)
    share = residents["Asian"] / residents.sum()
    one = made(part, "represented").table.set_index("Group").loc["Asian"]
    assert one["Share of those known"] == pytest.approx(100 * recorded["asian"])
    assert one["Times its share"] == pytest.approx(recorded["asian"] / share)
    assert one["At least"] < one["Times its share"] < one["At most"]
