"""Tables of indicators: read as published, refused in one sentence, protected where they are not open."""

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geo.ask.problem import Problem
from geo.data.indicator_declared import declarations, declared, read_declaration, recogniser
from geo.data.indicators import Here, as_protected, read_indicators
from geo.data.periods import Span, span_of
from geo.data.read_table import read_table
from geo.stats.intervals import poisson_interval, wilson

HERE = Here(
    {
        "E06000001": ("borough", "Westshire"),
        "E06000002": ("borough", "Eastshire"),
        "E05000001": ("ward", "Old Town"),
    },
    "Squareshire",
)
FINGERTIPS = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,Category Type,"
    "Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Lower CI 99.8 limit,"
    "Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,Compared to England value or percentiles,"
    "Compared to Regions (statistical) value or percentiles,Time period Sortable,New data,Compared to goal,"
    "Time period range"
)


def fingertips_row(area="E06000001", name="Westshire", period="2022/23", value="12.5", **more: str) -> str:
    cells = dict.fromkeys(FINGERTIPS.split(","), "")
    cells |= {"Indicator ID": "92488", "Indicator Name": "Violence", "Area Code": area, "Area Name": name}
    cells |= {"Sex": "Persons", "Age": "All ages", "Time period": period, "Value": value}
    cells |= {key.replace("_", " "): text for key, text in more.items()}
    return ",".join(cells.values())


def read(text: str, mapping: str | Path | None = None, **more: str) -> tuple[pd.DataFrame, list[str]]:
    table = read_table("table.csv", text.encode())
    said = declared(None if mapping is None else Path(mapping), table.name, list(table.frame))
    found = read_indicators(table, replace(said, **more), HERE)
    return found if said.disclosure == "open" else as_protected(found), table.notes


def own(*rows: str, head: str = "indicator,area,period,value") -> str:
    return "\n".join([head, *rows])


def test_fingertips_is_read_as_it_is_published():
    england = fingertips_row("E92000001", "England", value="10")
    found, notes = read(
        "\n".join(
            [
                FINGERTIPS,
                england,
                england,  # once for each kind of area asked for
                fingertips_row(
                    Compared_to_England_value_or_percentiles="Worse", Count="25", Denominator="200000"
                ),
                fingertips_row(Category="Most deprived decile", value="31"),
                fingertips_row("E07000999", "Elsewhere"),
            ]
        )
    )
    assert found["area_name"].tolist() == ["England", "Westshire"]
    assert found["level"].tolist() == ["england", "borough"]
    assert found["better"].tolist() == ["lower", "lower"], "worse above England's value"
    assert found["disclosure"].eq("open").all() and "Open Government Licence" in found["publisher"].iloc[0]
    assert [note.partition(": ")[2] for note in notes] == [
        "1 rows of other places passed over.",
        "1 rows of parts of the people passed over.",
        "1 rows that stand above already passed over.",
    ]


def test_the_frame_of_its_package_saved_as_csv_is_the_same_table():
    row = fingertips_row()
    plain = "\n".join([FINGERTIPS, row])
    saved = f",index,{FINGERTIPS}\n0,0,{row}"  # filtered by areas, with reset_index(), and to_csv()
    pd.testing.assert_frame_equal(read(saved)[0], read(plain)[0])


@pytest.mark.parametrize("mark", ["*", "c", "[c]", "-", "..", "Suppressed"])
def test_what_is_suppressed_stays_so_and_is_never_0(mark: str):
    found, _ = read(own(f"Entrants,Westshire,2023,{mark},{mark}", head="indicator,area,period,value,count"))
    assert found["status"].tolist() == ["suppressed"]
    assert found[["value", "lower", "upper", "count"]].isna().all(axis=None)


def test_a_blank_with_a_note_is_suppressed_and_without_one_not_given():
    note = "Value suppressed for disclosure control due to small count"
    rows = [fingertips_row(value="", Value_note=note), fingertips_row("E06000002", "Eastshire", value="")]
    found, _ = read("\n".join([FINGERTIPS, *rows]))
    assert found["status"].tolist() == ["suppressed", "not given"]
    assert found["value"].isna().all()


def test_a_margin_is_an_interval_and_a_count_of_a_total_gives_one():
    head = "indicator,area,period,value,margin,count,denominator,unit"
    rows = ["Safe,Westshire,2023,61.0%,3.8,,,%", "Asked,Eastshire,2023,40,,40,100,%"]
    rows += ["Rate,Westshire,2023,20,,4,20000,per 100000"]
    found, _ = read(own(*rows, head=head))
    limits = found[["lower", "upper"]].to_numpy()
    assert limits[0] == pytest.approx([57.2, 64.8])
    assert limits[1] == pytest.approx(100 * wilson([40], [100])[["lower_ci", "upper_ci"]].to_numpy()[0])
    assert limits[2] == pytest.approx([float(limit) * 5 for limit in poisson_interval(4.0)])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Entrants,Westshire,2023,many", "row 2, column “value”: not a number, nor a mark"),
        ("Entrants,Westshire,some day,5", "column “period”: not a period written like 2023, 2022/23"),
        ("Entrants,,2023,5", "column “area”: blank, where the code or the name"),
        (",Westshire,2023,5", "column “indicator”: blank"),
        ("Entrants,Nowhere,2023,5", "no row is of an area of Squareshire"),
        ("Entrants,Westshire,2023,5\nEntrants,Westshire,2023,6", "stand above already with another value"),
    ],
)
def test_each_fault_is_one_sentence(row: str, fault: str):
    with pytest.raises(Problem, match=fault) as told:
        read(own(row))
    assert str(told.value).count(". ") == 0 and "import" in str(told.value)


def test_a_word_for_what_is_better_that_is_none_is_refused():
    with pytest.raises(Problem, match="column “better”: not lower, higher or blank"):
        read(own("Entrants,Westshire,2023,5,bigger", head="indicator,area,period,value,better"))


def test_a_value_outside_its_interval_is_refused():
    head = "indicator,area,period,value,lower,upper"
    with pytest.raises(Problem, match="outside its own interval"):
        read(own("Entrants,Westshire,2023,5,6,9", head=head))


def test_an_unknown_header_says_what_to_do():
    with pytest.raises(Problem, match="--mapping"):
        read("a,b\n1,2")


TREATMENT = "Substance,Local authority,Financial year,In treatment,Estimated need"


def test_a_table_that_is_not_open_is_protected_before_it_is_stored():
    rows = [
        "Alcohol,Westshire,2022-23,5,40",
        "Alcohol,Eastshire,2022-23,48,200",
        "Alcohol,Old Town,2022-23,0,30",
    ]
    found, _ = read(own(*rows, head=TREATMENT), "treatment_need")
    by = found.set_index("area_name")
    assert (
        by.loc["Westshire", "status"] == "suppressed" and by.loc["Westshire", ["value", "count"]].isna().all()
    )
    assert by.loc["Eastshire", "count"] == 50 and by.loc["Eastshire", "value"] == 25
    assert by.loc["Old Town", ["count", "value"]].tolist() == [0, 0]
    expected = 100 * wilson([50], [200])[["lower_ci", "upper_ci"]].to_numpy()[0]
    assert by.loc["Eastshire", ["lower", "upper"]].to_numpy(float) == pytest.approx(expected), (
        "of the rounded count"
    )


def test_nothing_of_a_protected_table_depends_on_the_true_count():
    """48 and 52 are both 50: the two tables are stored alike."""
    one, other = (
        read(own(f"Alcohol,Westshire,2022-23,{n},200", head=TREATMENT), "treatment_need")[0] for n in (48, 52)
    )
    pd.testing.assert_frame_equal(one, other)


VIEWIT = "ReportingPeriod,Area,sex,age_group,drug_group,intreatment_allintx,newpresentation_newtx"
OUTCOMES = "Financial_Year,YJS,PCC,England_Wales,Caution_or_sentence_tier,Sex,Number_Cautioned_Sentenced"
CHILDREN = "Financial_Year,YJS,England_Wales,Age,Number_Children"
"""Headers of the publishers' own files, cut short."""


def test_treatment_numbers_are_those_of_everybody():
    rows = ["2022/23,Westshire,F,Total,Opiate,75,50", "2022/23,Westshire,Total,18-29,Opiate,30,20"]
    rows += ["2022/23,Westshire,Total,Total,Opiate,250,170", "2022/23,Barnet,Total,Total,Opiate,775,420"]
    rows += ["2022/23,Westshire,Total,Total,Total,NULL,NULL"]
    found, notes = read(own(*rows, head=VIEWIT))
    assert found["indicator"].tolist() == [
        "Adults in drug and alcohol treatment: Opiate",
        "Adults in drug and alcohol treatment: Total",
    ]
    assert found["value"].iloc[0] == 250 and found["status"].tolist() == ["", "not given"]
    assert notes[0].endswith("2 rows passed over that are not of sex: Total, age_group: Total.")


def test_rows_that_are_parts_of_a_count_are_added_up():
    rows = ["2022-23,Westshire,Squareshire,England,Custody,Boys,9"]
    rows += ["2022-23,Westshire,Squareshire,England,Custody,Girls,3"]
    rows += ["2022-23,Westshire,Squareshire,England,Community,Boys,40"]
    rows += ["2021-22,Westshire,Squareshire,England,Custody,Boys,*"]
    rows += ["2021-22,Westshire,Squareshire,England,Custody,Girls,2"]
    found, _ = read(own(*rows, head=OUTCOMES))
    tier = found["indicator"].str.removeprefix("Cautions and sentences of children: ")
    assert list(zip(tier, found["period"], found["count"].fillna(-1), found["status"], strict=True)) == [
        ("Custody", "2022-23", 12, ""),
        ("Community", "2022-23", 40, ""),
        ("Custody", "2021-22", -1, "suppressed"),
    ]
    rows = ["2022-23,Westshire,England,10-14,4", "2022-23,Westshire,England,15-17,11"]
    found, _ = read(own(*rows, head=CHILDREN))
    assert (found["indicator"].item(), found["value"].item()) == ("Children cautioned or sentenced", 15)


@pytest.mark.parametrize("more", ['sums = "yes"', "sums = true"])
def test_values_are_not_added_up(tmp_path: Path, more: str):
    path = tmp_path / "mine.toml"
    columns = '[columns]\narea = "a"\nperiod = "p"\nvalue = "v"\ncount = "c"\nindicator = "i"'
    path.write_text(f'label = "A"\ndisclosure = "open"\n{more}\n{columns}')
    with pytest.raises(Problem, match="adds up rows"):
        read_declaration(path)


def test_a_county_of_another_name_is_declared(tmp_path: Path):
    row = own("Lines,E23000026,2023,12")
    with pytest.raises(Problem, match="county ="):
        read(row)
    path = tmp_path / "lines.toml"
    path.write_text(
        'label = "Lines"\ndisclosure = "open"\ncounty = "E23000026"\n'
        '[columns]\nindicator = "indicator"\narea = "area"\nperiod = "period"\nvalue = "value"\n'
    )
    found, _ = read(row, path)
    assert found[["level", "area_name"]].to_numpy().tolist() == [["county", "Squareshire"]]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('label = "A"', r"must give \[columns\]"),
        ('label = "A"\ncolour = "red"\n[columns]', "unknown key “colour”"),
        (
            'label = "A"\n[columns]\narea = "a"\nperiod = "p"\nvalue = "v"\nindicator = "i"',
            "must name the column “count”",
        ),
        (
            'label = "A"\ndisclosure = "open"\n[columns]\nperiod = "p"\nvalue = "v"\nindicator = "i"',
            "lacks “area”",
        ),
        (
            'label = "A"\nindicator = "B"\nacross = "rate"\n[columns]\narea = "a"',
            "is across periods: give “across” as value or count",
        ),
        ("label = ", "not well-formed TOML"),
    ],
)
def test_a_declaration_that_lacks_something_says_what(tmp_path: Path, said: str, fault: str):
    path = tmp_path / "mine.toml"
    path.write_text(said)
    with pytest.raises(Problem, match=fault):
        read_declaration(path)


def test_every_declaration_that_comes_with_the_program_is_sound():
    assert set(declarations()) >= {
        "fingertips",
        "published",
        "published_by_year",
        "youth_entrants",
        "youth_justice",
        "treatment_need",
        "perceptions",
    }


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2021 - 23", Span(2021 * 12, 36)),
        ("2021/22 - 23/24", Span(2021 * 12 + 3, 36)),
        ("2023/24 Q4", Span(2024 * 12, 3)),
        ("2023 Q1", Span(2023 * 12, 3)),
        ("April 2023", Span(2023 * 12 + 3, 1)),
        ("2022/24", None),
    ],
)
def test_periods_are_read_as_they_are_written(text: str, span: Span | None):
    assert span_of(text) == span


# ---------------------------------------------------------------- a column for each year

YEARS = ["year ending December 2021", "Year ending December 2022 [note 1]", "Year ending December 2023 (p)"]
ENTRANTS = pd.DataFrame(
    {
        "Region": ["England", "East", "East", "East"],
        "YJS": ["England", "Westshire", "Elsewhere", "Eastshire"],
        **dict(zip(YEARS, ([9_000, 51, 80, "*"], [8_600, 48, 77, 9], [8_200, 40, 75, 12]), strict=True)),
        "Change 2021 to 2023": ["-9%", "-22%", "-6%", ""],
    }
)


def workbook() -> bytes:
    """A publication as it is laid out: a cover, then the table beneath its title."""
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        pd.DataFrame({"Cover": ["Youth justice statistics"], "Contact": ["a@b"]}).to_excel(
            book, sheet_name="Cover"
        )
        ENTRANTS.to_excel(book, sheet_name="FTE", startrow=3, index=False)
        book.sheets["FTE"].write(0, 0, "Table 2.1: first time entrants by youth justice service")
        book.sheets["FTE"].write(9, 0, "1. Figures of 2022 were revised.")
    return file.getvalue()


def test_a_table_with_a_column_for_each_year_is_read_as_rows_of_area_and_year():
    path = Path("youth_entrants")
    table = read_table("entrants.xlsx", workbook(), recogniser(path))
    found = read_indicators(table, declared(path, table.name, list(table.frame)), HERE)
    mine = ENTRANTS[ENTRANTS["YJS"] != "Elsewhere"].melt("YJS", YEARS)  # as pandas lengthens it
    plain = mine["variable"].str.extract(r"(\d{4})")[0]
    told = found.assign(year=found["period"].str[-4:]).set_index(["area_name", "year"])
    for area, year, value in zip(mine["YJS"], plain, mine["value"], strict=True):
        row = told.loc[(area, year)]
        assert row["status"] == ("suppressed" if value == "*" else "")
        assert value == "*" or row["count"] == row["value"] == value
        assert (row["first"], row["months"]) == (int(year) * 12, 12)
    assert len(told) == len(mine) and set(found["better"]) == {"lower"}
    assert any("3 columns are periods" in note for note in table.notes)


def test_a_plain_table_with_a_column_for_each_year_is_known_by_its_header():
    head = "indicator,area,unit,2021/22,2022/23"
    found, _ = read(own("Safe,Westshire,%,61,64", "Safe,Eastshire,%,,58", head=head))
    assert found[["area_name", "period", "value"]].fillna(-1).to_numpy().tolist() == [
        ["Westshire", "2021/22", 61], ["Westshire", "2022/23", 64],
        ["Eastshire", "2021/22", -1], ["Eastshire", "2022/23", 58],
    ]  # fmt: skip
    with pytest.raises(Problem, match=r"row 3, column “2021/22 to 2022/23”: not a number"):
        read(own("Safe,Westshire,%,61,64", "Safe,Eastshire,%,many,58", head=head))


def test_services_and_years_do_not_tell_what_is_counted():
    head = "YJS,2022,2023"
    with pytest.raises(Problem, match="--mapping"):
        read(own("Westshire,5,6", head=head))
    assert len(read(own("Westshire,15,16", head=head), "youth_entrants")[0]) == 2
    with pytest.raises(Problem, match="it lacks columns for periods, such as “2022”"):
        read(own("Westshire,5", head="YJS,Number"), "youth_entrants")


def test_a_table_across_years_that_is_not_open_is_protected(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text('label = "A"\nindicator = "Seen"\nacross = "count"\n[columns]\narea = "Area"')
    found, _ = read(own("Westshire,5,23", head="Area,2022,2023"), path)
    assert found["status"].tolist() == ["suppressed", ""] and found["count"].iloc[1] == 25
