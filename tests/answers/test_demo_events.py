"""The demonstration's raw files hold the published tables, counted here with plain pandas."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo import demo
from geo.ask.problem import Problem
from geo.ask.viewer import CLEARED_OWNER
from geo.data.store import Store
from geo.demo import build, chance, county, events, tables
from geo.demo.violence import SEXUAL
from tests.support.published import TOP_WARDS

pytestmark = pytest.mark.long

BOROUGHS = ["Bedford", "Central Bedfordshire", "Luton"]
VIOLENCE = "Violence and sexual offences"
ESP2013 = [5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000]
ESP2013 += [4000, 2500, 1500, 1000]

MONTHS = """
    Bedford               2116,1977,2178,2193,2406,2286,2417,2144,2192,2339,2209,2135
    Central_Bedfordshire  2259,2117,2401,2219,2410,2467,2524,2315,2429,2445,2308,2151
    Luton                 3035,2725,3125,2817,3288,3305,3193,3180,3150,3137,2875,2867"""
ADMISSION_MONTHS = """
    Bedford               68,46,65,68,71,77,89,82,70,53,67,66
    Central_Bedfordshire  66,53,63,71,86,71,70,82,88,51,65,69
    Luton                 130,94,116,130,133,129,148,112,150,132,129,123"""
CLOCK = """
    00-03 5914,5815,5922,5708,6117,6842,6959
    04-07 348,335,340,335,346,565,602
    08-11 1343,1305,1320,1318,1265,1203,1075
    12-15 1900,1866,1919,1841,1858,1638,1722
    16-19 1975,1988,1953,1983,1932,1948,1964
    20-23 1462,1458,1471,1422,1835,2113,1673"""
RATES = {  # source: years, Bedford, Central Bedfordshire, Luton, county
    "offences": (5, 3377.0, 2185.5, 3371.7, 2876.4),
    "ae": (5, 199.8, 102.5, 202.7, 161.2),
    "admissions": (10, 55.2, 35.2, 73.0, 53.1),
}
GRADIENT = {"offences": (7962.0, 1314.0), "ae": (451.9, 74.9)}
HIGHER = {"offences": 107, "ae": 96, "admissions": 77}


def printed(table: str) -> pd.DataFrame:
    """A printed table: the first word of a line is its row, underscores are spaces."""
    rows = [line.split() for line in table.strip().splitlines()]
    return pd.DataFrame([list(map(int, cells.split(","))) for _, cells in rows]).set_axis(
        [name.replace("_", " ") for name, _ in rows]
    )


MADE: list[str] = []
"""What was said to be made while :func:`files` was."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return events.write(tmp_path_factory.mktemp("raw"), county.areas(), county.population(), MADE.append)


@pytest.fixture(scope="module")
def areas() -> pd.DataFrame:
    return county.areas()


@pytest.fixture(scope="module")
def residents(areas: pd.DataFrame) -> pd.DataFrame:
    """People by small area and five-year band."""
    table = county.population().pivot_table("population", "lsoa11cd", "age_band", aggfunc="sum")
    return table[[*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+"]].loc[areas.index]


def located(frame: pd.DataFrame, code: str, areas: pd.DataFrame) -> pd.DataFrame:
    return frame.join(areas[["borough", "ward", "imd_decile"]], on=code)


@pytest.fixture(scope="module")
def offences(files: dict[str, Path], areas: pd.DataFrame) -> pd.DataFrame:
    frame = pd.read_csv(files["offences"], dtype=str)
    start = frame["Committed From"]
    frame["start"] = pd.to_datetime(start.str[:10], format="%d/%m/%Y")
    frame["hour"] = pd.to_numeric(start.str[11:13].replace("", np.nan))
    return located(frame, "LSOA Code", areas)


@pytest.fixture(scope="module")
def violence(offences: pd.DataFrame) -> pd.DataFrame:
    return offences[offences["Offence Group"] == VIOLENCE]


@pytest.fixture(scope="module")
def ambulance(files: dict[str, Path], areas: pd.DataFrame) -> pd.DataFrame:
    frame = pd.read_csv(files["ambulance"], dtype=str)
    frame["start"] = pd.to_datetime(frame["Call Connected"], format="%d/%m/%Y %H:%M:%S")
    return located(frame, "LSOA Code", areas)


@pytest.fixture(scope="module")
def emergency(files: dict[str, Path], areas: pd.DataFrame) -> pd.DataFrame:
    frame = pd.read_csv(files["ae"], dtype=str)
    frame["start"] = pd.to_datetime(frame["Arrival_Date"], format="%d/%m/%Y")
    return located(frame, "LSOA_Of_Residence", areas)


@pytest.fixture(scope="module")
def admitted(files: dict[str, Path], areas: pd.DataFrame) -> pd.DataFrame:
    frame = pd.read_csv(files["admissions"], dtype=str)
    frame["start"] = pd.to_datetime(frame["ADMIDATE"], format="%d/%m/%Y")
    return located(frame, "LSOA11", areas)


@pytest.fixture(scope="module")
def by_age(violence, emergency, admitted, areas) -> dict[str, pd.DataFrame]:
    """Events of known age by small area and band, for each source with published rates."""
    columns = {
        "offences": (violence, "LSOA Code", "Victim Age"),
        "ae": (emergency, "LSOA_Of_Residence", "Age_At_Arrival"),
        "admissions": (admitted, "LSOA11", "STARTAGE"),
    }
    tables = {}
    for key, (frame, code, age) in columns.items():
        band = (pd.to_numeric(frame[age]) // 5).clip(upper=18)
        counts = pd.crosstab(frame[code], band)
        tables[key] = counts.reindex(index=areas.index, columns=range(19), fill_value=0)
    return tables


def standardised(counts: np.ndarray, people: np.ndarray, years: float) -> float:
    """Directly standardised rate a year per 100,000."""
    return float(sum(w * x / n for w, x, n in zip(ESP2013, counts, people, strict=True)) / years)


def lower_limit(counts: np.ndarray, people: np.ndarray, years: float) -> float:
    """Dobson's lower 95% limit of the same; 0 under ten events."""
    events_ = counts.sum()
    if events_ < 10:
        return 0.0
    weights = np.array(ESP2013) / people / years
    byar = events_ * (1 - 1 / (9 * events_) - 1.959964 / (3 * events_**0.5)) ** 3
    return float(weights @ counts + (weights**2 @ counts / events_) ** 0.5 * (byar - events_))


# ---------------------------------------------------------------- all sources


def test_every_reader_takes_its_file_whole(files, demo_county):
    """The files that the county was built of are the very same, as is held below."""
    snapshot = Store(demo_county).open(CLEARED_OWNER)
    for key, path in files.items():
        frame = snapshot.incidents(key)
        assert len(frame) == path.read_bytes().count(b"\n") - 1
        assert frame["month"].notna().all()


def test_a_build_says_how_far_it_is(files, tmp_path, monkeypatch):
    steps, taken = [], []

    def write(folder, areas, population, progress):
        for key in MADE:
            progress(key)
        return files

    monkeypatch.setattr(events, "write", write)
    monkeypatch.setattr(demo, "take", lambda change, kind, paths, **more: taken.append(kind))
    build(tmp_path, lambda done, total, name: steps.append((done, total)))
    published = ["indicators"] * len(tables.INDICATORS)
    assert taken == [*county.paths(), *tables.KINDS, *files, *published]
    assert steps == [(done, steps[0][1]) for done in range(len(steps))]
    assert steps[-1][0] == steps[-1][1] == len(MADE) + len(taken)


def test_a_build_imports_the_very_same_files_and_says_that_they_are_made_up(files, demo_county):
    snapshot = Store(demo_county).open(CLEARED_OWNER)
    assert snapshot.synthetic
    assert snapshot.place == "Bedfordshire"
    digests = {entry["kind"]: entry["files"][0]["sha256"] for entry in snapshot.manifest["history"]}
    for key, path in files.items():
        assert digests[key] == hashlib.sha256(path.read_bytes()).hexdigest(), key
    assert {"boundaries", "lookup", "population", "deprivation", "places"} < digests.keys()
    assert len(snapshot.incidents("offences")) == 313_497


def test_a_build_leaves_real_data_alone(tmp_path):
    with Store(tmp_path).transaction(place="Kent"):
        pass
    with pytest.raises(Problem, match="holds real data"):
        build(tmp_path)
    assert Store(tmp_path).open().place == "Kent"


@pytest.mark.parametrize("source", RATES)
def test_rates_stand_within_one_per_cent_of_the_published_ones(source, by_age, residents, areas):
    years, *boroughs, whole = RATES[source]
    counts = by_age[source]
    for borough, published in zip(BOROUGHS, boroughs, strict=True):
        here = areas["borough"] == borough
        rate = standardised(counts[here].sum().to_numpy(), residents[here].sum().to_numpy(), years)
        assert rate == pytest.approx(published, rel=0.01), borough
    rate = standardised(counts.sum().to_numpy(), residents.sum().to_numpy(), years)
    assert rate == pytest.approx(whole, rel=0.01)


def test_the_rate_is_the_published_one_also_when_unknown_ages_are_shared_out(violence, by_age, residents):
    known = by_age["offences"].to_numpy().sum()
    every = violence["borough"].notna().sum()
    assert 0.002 < 1 - known / every < 0.006, "a few victims have no age"
    rate = standardised(by_age["offences"].sum().to_numpy(), residents.sum().to_numpy(), 5) * every / known
    assert rate == pytest.approx(2876.4, rel=0.01)


@pytest.mark.parametrize("source", GRADIENT)
def test_deprivation_gradient(source, by_age, residents, areas):
    for decile, published in zip((1, 10), GRADIENT[source], strict=True):
        here = areas["imd_decile"] == decile
        rate = standardised(
            by_age[source][here].sum().to_numpy(), residents[here].sum().to_numpy(), RATES[source][0]
        )
        assert rate == pytest.approx(published, rel=0.01), decile


@pytest.mark.parametrize("source", HIGHER)
def test_areas_significantly_above_the_county(source, by_age, residents):
    years = RATES[source][0]
    counts, people = by_age[source].to_numpy(), residents.to_numpy()
    whole = standardised(counts.sum(axis=0), people.sum(axis=0), years)
    limits = np.array([lower_limit(x, n, years) for x, n in zip(counts, people, strict=True)])
    assert (limits > whole).sum() == HIGHER[source]
    published = RATES[source][-1]
    assert (limits > published).sum() == HIGHER[source], (
        "the printed and the computed rate agree on each area"
    )


# ---------------------------------------------------------------- police offences


def test_crimes_by_borough(offences):
    assert len(offences) == 313_497
    assert offences["borough"].value_counts().to_dict() == {
        "Bedford": 85_166,
        "Central Bedfordshire": 100_748,
        "Luton": 112_298,
    }
    elsewhere = offences[offences["borough"].isna()]
    assert len(elsewhere) == 15_285
    blank = elsewhere["LSOA Code"].isna()
    assert blank.any() and not blank.all(), "some without a place, some in another county"
    assert offences["Offence Group"].nunique() == 14
    assert offences["start"].dt.year.value_counts().index.isin(range(2019, 2024)).all()
    assert offences["start"].dt.to_period("M").nunique() == 60
    assert offences["Crime Reference"].is_unique


def test_violence_by_month_and_borough(violence):
    table = pd.crosstab(violence["borough"], violence["start"].dt.month)
    assert (table.to_numpy() == printed(MONTHS).loc[table.index].to_numpy()).all()
    assert table.to_numpy().sum() == 91_334, "not the 89,775 of the text, which the months contradict"


def test_violence_by_weekday_and_hour(violence):
    assert violence["hour"].notna().all()
    table = pd.crosstab(violence["hour"] // 4, violence["start"].dt.day_of_week)
    assert (table.to_numpy() == printed(CLOCK).to_numpy()).all()
    assert len(violence) == 92_898, "not the 92,896 printed beside the hour groups, which they contradict"


def test_top_quintile_by_ward(violence, areas):
    counts = violence.groupby("LSOA Code").size().reindex(areas.index, fill_value=0).sort_values()
    top = counts.index[-76:]
    assert counts.iloc[-76] - counts.iloc[-77] >= 10, "nothing hangs on the 76th area"
    wards = areas.loc[top].groupby(["borough", "ward"]).size()
    for borough, listed in TOP_WARDS.items():
        expected = {ward: int(n) for ward, n in (item.rsplit(" ", 1) for item in listed.split(", "))}
        assert wards[borough].to_dict() == expected
    assert counts[top].sum() / counts.sum() == pytest.approx(0.46, abs=0.002)


def test_default_midnights_stand_out_and_the_rest_of_the_night_does_not(violence):
    at = violence["Committed From"].str[11:]
    assert 37_000 < (at == "00:00").sum() < 40_000
    assert (violence["hour"] == 0).sum() > 20 * (violence["hour"] == 23).sum() / 2
    genuine = violence[at != "00:00"]
    late = genuine["hour"].between(0, 3)
    weekend = genuine["start"].dt.day_of_week >= 5
    assert (late & weekend).sum() > 0.4 * late.sum(), "the genuine nights are those of the weekend"


def test_no_event_falls_into_the_hour_that_clocks_skip(offences, ambulance, emergency):
    for frame, hour in (
        (offences, offences["hour"]),
        (ambulance, ambulance["start"].dt.hour),
        (emergency, pd.to_numeric(emergency["Arrival_Time"].str[:2])),
    ):
        day = frame["start"].dt
        last_sunday_of_march = (day.month == 3) & (day.day_of_week == 6) & (day.day > 24)
        assert last_sunday_of_march.any()
        assert not (last_sunday_of_march & (hour == 1)).any()


def test_some_offences_are_ranges_and_some_have_no_hour(offences):
    end = pd.to_datetime(offences["Committed To"], format="%d/%m/%Y %H:%M")
    start = pd.to_datetime(
        offences["Committed From"].where(offences["hour"].notna()), format="%d/%m/%Y %H:%M"
    )
    assert (end >= start)[end.notna()].all()
    assert 0.2 < end.notna().mean() < 0.5
    untimed = offences["hour"].isna()
    assert 0.01 < untimed.mean() < 0.08
    assert not (untimed & (offences["Offence Group"] == VIOLENCE)).any()


def test_night_time_economy_of_the_town_centres(offences, areas):
    window = offences[offences["start"].between("2021-05-01", "2022-10-31")]
    night = window[(window["hour"] >= 19) | (window["hour"] < 7)]
    asb = night["Offence Group"] == "Anti-social behaviour"
    published = {
        "Luton": (2112, 625),
        "Bedford": (1488, 381),
        "Dunstable": (482, 140),
        "Leighton Buzzard": (272, 117),
    }
    economy = ("Violence and sexual offences", "Criminal damage and arson", "Public order", "Drugs")
    of_night = night["Offence Group"].isin((*economy, "Possession of weapons"))
    of_night &= ~night["Premises Type"].isin(["Police station", "Prison"])
    codes = chance.town_centre_codes(areas)
    assert codes.keys() == published.keys()
    for town, counts in published.items():
        here = night["LSOA Code"].isin(codes[town])
        assert ((here & of_night).sum(), (here & asb).sum()) == counts, town
    # the evening belongs to its own weekday, the small hours to the one before
    centre = night[night["LSOA Code"].isin([code for town in codes.values() for code in town])]
    begins = (centre["start"].dt.day_of_week - (centre["hour"] < 12)) % 7
    assert begins.value_counts().index[:2].tolist() == [5, 4], (
        "Saturday into Sunday, then Friday into Saturday"
    )


def test_drugs(offences, areas):
    drugs = offences[(offences["Offence Group"] == "Drugs") & offences["borough"].notna()]
    assert (drugs["borough"] == "Luton").mean() == pytest.approx(0.5, abs=0.005)
    counts = drugs.groupby("LSOA Code").size().reindex(areas.index, fill_value=0)
    assert counts.max() / counts.sum() == pytest.approx(0.06, abs=0.001)
    assert counts.idxmax() in chance.town_centre_codes(areas)["Luton"]
    violent = offences[offences["Offence Group"] == VIOLENCE].groupby("LSOA Code").size()
    both = set(counts.nlargest(38).index) & set(violent.reindex(areas.index).nlargest(38).index)
    assert len(both) >= 19, "half of the drug hotspots are hotspots of violence"


# ---------------------------------------------------------------- health services


def test_ambulance_calls(ambulance, areas):
    assert ambulance["borough"].notna().all()
    year = ambulance["start"].dt.year
    assert year.value_counts().to_dict() == {2022: 703, 2023: 804}
    for _, calls in ambulance.groupby(year):
        assert round(100 * (calls["Patient Sex"] == "M").mean()) == 63
        assert sorted(calls["start"].dt.month.value_counts().index[:3]) == [4, 7, 9]
    counts = ambulance[year == 2023].groupby("LSOA Code").size().reindex(areas.index, fill_value=0)
    assert (counts > 8).sum() == 9
    assert (counts == 8).sum() == 8
    top = counts[counts.rank(ascending=False, method="min") <= 10]
    assert len(top) == 17
    assert top.sum() == 453
    assert round(100 * top.sum() / 804) == 56


def test_emergency_attendances(emergency):
    assert emergency["borough"].value_counts().to_dict() == {
        "Luton": 2694,
        "Bedford": 1504,
        "Central Bedfordshire": 1418,
    }
    assert emergency["start"].min() >= pd.Timestamp(2016, 4, 1)
    assert emergency["start"].max() < pd.Timestamp(2021, 4, 1)
    assert emergency["start"].dt.to_period("M").nunique() == 60
    assert round(100 * (emergency["Arrival_Mode"] == "Ambulance").mean(), 1) == 27.4
    assert round(100 * (emergency["imd_decile"] <= 4).mean(), 1) == 58.2


def test_hospital_admissions(admitted):
    table = pd.crosstab(admitted["borough"], admitted["start"].dt.month)
    assert (table.to_numpy() == printed(ADMISSION_MONTHS).loc[table.index].to_numpy()).all()
    assert table.sum(axis=1).to_dict() == {"Bedford": 822, "Central Bedfordshire": 835, "Luton": 1526}
    assert admitted["start"].min() >= pd.Timestamp(2011, 4, 1)
    assert admitted["start"].max() < pd.Timestamp(2021, 4, 1)
    assert admitted["start"].dt.day_of_week.value_counts().idxmax() == 6
    assert round(100 * (admitted["ADMIMETH"] == "21").mean()) == 63


def test_eastcotts_has_double_the_rate_of_similarly_deprived_wards(emergency, admitted, areas, residents):
    wards = areas.assign(people=residents.sum(axis=1)).groupby("ward")
    decile, people = wards["imd_decile"].mean(), wards["people"].sum()
    alike = decile.index[(decile - decile["Eastcotts"]).abs() <= 1].drop("Eastcotts")
    assert len(alike) >= 5
    for frame in (emergency, admitted):
        counts = frame.groupby("ward").size().reindex(decile.index, fill_value=0)
        others = counts[alike].sum() / people[alike].sum()
        assert 1.7 < counts["Eastcotts"] / people["Eastcotts"] / others < 2.6


def test_some_areas_are_hot_for_health_services_but_not_for_the_police(violence, emergency, areas, residents):
    people = residents.sum(axis=1)
    police = violence.groupby("LSOA Code").size().reindex(areas.index, fill_value=0) / people
    health = emergency.groupby("LSOA_Of_Residence").size().reindex(areas.index, fill_value=0) / people
    hot = health.rank(pct=True) > 0.8
    assert 5 <= (hot & (police.rank(pct=True) < 0.6)).sum() <= 30
    assert police.corr(health, method="spearman") > 0.4, "yet on the whole they agree"


def test_persons_and_circumstances_as_published(files):
    rows = pd.read_csv(files["offences"], dtype=str, keep_default_na=False)
    violent = rows[rows["Offence Group"] == "Violence and sexual offences"]
    marked = violent["Aggravating Factor"].str
    known = violent[violent["Suspect Sex"] != ""]
    shares = {
        "domestic abuse": (violent["Domestic Abuse"] == "Y", 0.35, 2),
        "knife": (violent["Knife"] == "Y", 0.022, 3),
        "firearm": (violent["Firearm"] == "Y", 0.002, 3),
        "online": (violent["Online"] == "Y", 0.06, 2),
        "alcohol": (marked.contains("Alcohol"), 0.08, 2),
        "hate": (marked.contains("Hate"), 0.029, 3),
        "racial": (marked.contains("Hate: racial"), 0.021, 3),
        "religious": (marked.contains("Hate: religious"), 0.002, 3),
        "no suspect": (violent["Suspect Sex"] == "", 0.30, 2),
        "male suspects": (known["Suspect Sex"] == "M", 0.75, 2),
        "suspects under 25": (known["Suspect Age"].astype(int) < 25, 0.17, 2),
    }
    found = {name: round(mask.mean(), digits) for name, (mask, _, digits) in shares.items()}
    assert found == {name: share for name, (_, share, _) in shares.items()}


def test_largest_places_at_night_and_repeat_victims_as_published(offences, areas):
    night = offences[offences["start"].between("2021-05-01", "2022-10-31")]
    night = night[(night["hour"] >= 19) | (night["hour"] < 7)]
    kinds = (VIOLENCE, "Criminal damage and arson", "Public order", "Drugs", "Possession of weapons")
    night = night[night["Offence Group"].isin(kinds)]
    shares = {}
    for town, codes in chance.town_centre_codes(areas).items():
        here = night[night["LSOA Code"].isin(codes)]
        first, second = here["Premises Name"].value_counts().iloc[:2]
        assert first > second
        shares[town] = round(first / len(here), 2)
    assert shares == {"Luton": 0.05, "Bedford": 0.05, "Dunstable": 0.04, "Leighton Buzzard": 0.09}
    sexual = offences["Home Office Code"].isin(SEXUAL) & offences["borough"].notna()
    sexual &= offences["start"].between("2019-09-01", "2022-08-31")
    events_of = offences["Victim Reference"][sexual].value_counts()
    assert round(events_of[events_of > 1].sum() / sexual.sum(), 2) == 0.33
    assert set(events_of) == {1, 2, 3}
    pairs = offences[["Victim Reference", "Victim Sex"]].dropna().drop_duplicates()
    assert pairs["Victim Reference"].is_unique, "a victim is of one sex"
    homes = offences["Premises Type"].isin(["Dwelling", "Flat"])
    assert offences["Premises Name"][homes].isna().all()


def test_violence_against_women_and_girls_by_space(files):
    rows = pd.read_csv(files["offences"], dtype=str, keep_default_na=False)
    kinds = ("Violence and sexual offences", "Public order", "Robbery")
    women = rows[rows["Offence Group"].isin(kinds) & (rows["Victim Sex"] == "F")]
    women = women[pd.to_numeric(women["Victim Age"]) >= 10]
    online, school = women["Online"] == "Y", women["Premises Type"].str.contains("school|College")
    public = (women["Public Place"] == "Y") & ~online & ~school
    private = (women["Public Place"] == "N") & ~online & ~school
    shares = [round(mask.mean(), 3) for mask in (public, private, online, school)]
    assert shares == [0.391, 0.528, 0.057, 0.012]
    assert round((women["Domestic Abuse"][public] == "Y").mean(), 3) == 0.205
