"""Fetching open data, from a server of this computer that speaks like the publishers' ones."""

import functools
import gc
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import tenacity

from geo.answer.atlas import Atlas
from geo.ask.problem import Problem
from geo.cli import run
from geo.data import download
from geo.data.download import ADDRESSES, BY_HAND, fetch
from geo.data.store import Store
from tests.support import small_county as small

SQUARES = small.areas()
LOOKUP = [
    {
        "LSOA21CD": row.LSOA21CD,
        "LSOA21NM": f"Westshire {position:03d}A" if row.lad == "E06000001" else f"Eastshire {position:03d}A",
        "WD24CD": row.ward,
        "WD24NM": f"Ward {row.ward[5:7]}",
        "LAD24CD": row.lad,
        "LAD24NM": "Westshire" if row.lad == "E06000001" else "Eastshire",
    }
    for position, row in enumerate(SQUARES.itertuples())
]
MONTHS = ("2023-01", "2023-02")


def police_archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for month in MONTHS:
            for force in ("square", "elsewhere"):
                rows = f"Crime ID,Month,LSOA code,Crime type\na,{month},{small.CODES[0]},Drugs\n"
                archive.writestr(f"{month}/{month}-{force}-street.csv", rows)
                archive.writestr(f"{month}/{month}-{force}-outcomes.csv", "x" * 300_000)
    return content.getvalue()


class Publisher(BaseHTTPRequestHandler):
    """ONS services page by page, Nomis page by page, GOV.UK whole, data.police.uk by ranges."""

    asked: list[str]
    sent = 0
    faults: dict[str, Any]
    passing: dict[str, list[Any]]

    def do_GET(self) -> None:
        path, query = (
            urlsplit(self.path).path,
            {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()},
        )
        self.asked.append(path)
        passing = self.passing.get(path)
        fault = passing.pop(0) if passing else self.faults.get(path)
        if fault == "cut":
            self.send_response(206 if self.headers["Range"] else 200)
            self.send_header("Content-Range", "bytes 0-999999/1000000")
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"the first few")
        elif isinstance(fault, int):
            self.send_response(fault)
            self.send_header("Content-Length", "0")
            self.send_header("Retry-After", "0")
            self.end_headers()
        elif fault is not None:
            self.answer(fault)
        elif path == "/archive":
            self.answer_part(police_archive())
        else:
            self.answer(getattr(self, path[1:].replace("-", "_"))(query))

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        type(self).sent += len(content)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer_part(self, content: bytes) -> None:
        if tail := re.fullmatch(r"bytes=-(\d+)", self.headers["Range"]):
            first, last = max(len(content) - int(tail[1]), 0), len(content) - 1
        else:
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        part = content[first : last + 1]
        self.answer(part, 206, Content_Range=f"bytes {first}-{first + len(part) - 1}/{len(content)}")

    def page(self, rows: list[Any], query: dict[str, str]) -> list[Any]:
        start = int(query["resultOffset"])
        return rows[start : start + min(int(query["resultRecordCount"]), 17)]  # a service may give fewer

    def lookup(self, query: dict[str, str]) -> bytes:
        names = re.findall(r"LAD24NM = '(.*?)'", query["where"])
        rows = [row for row in LOOKUP if row["LAD24NM"] in names]
        return json.dumps({"features": [{"attributes": row} for row in self.page(rows, query)]}).encode()

    def changes(self, query: dict[str, str]) -> bytes:
        rows = [
            {"LSOA11CD": c, "LSOA11NM": "", "LSOA21CD": c, "LSOA21NM": "", "CHGIND": "U"} for c in small.CODES
        ]
        return json.dumps({"features": [{"attributes": row} for row in self.page(rows, query)]}).encode()

    def shapes(self, frame: Any, query: dict[str, str]) -> bytes:
        code, codes = query["where"].split(" IN ")
        wanted = frame[frame[code].isin(re.findall(r"'(.*?)'", codes))]
        collection = json.loads(wanted.to_crs(4326).to_json())
        return json.dumps(collection | {"features": self.page(collection["features"], query)}).encode()

    def small_areas(self, query: dict[str, str]) -> bytes:
        frame = SQUARES[["LSOA21CD", "geometry"]].assign(LSOA21NM=[row["LSOA21NM"] for row in LOOKUP])
        return self.shapes(frame, query)

    def wards(self, query: dict[str, str]) -> bytes:
        frame = (
            SQUARES[["ward", "geometry"]].dissolve("ward").reset_index().rename(columns={"ward": "WD24CD"})
        )
        return self.shapes(frame.assign(WD24NM="Ward"), query)

    def population(self, query: dict[str, str]) -> bytes:
        lad = query["geography"].removesuffix("TYPE151")
        if lad == "E92000001":
            start = int(query["recordoffset"])
            rows = [f"{code},{1000 + k}" for k, code in enumerate(small.CODES)]
            return "\n".join(
                ["GEOGRAPHY_CODE,OBS_VALUE", *rows[start : start + download.NOMIS_PAGE]]
            ).encode()
        codes = [row["LSOA21CD"] for row in LOOKUP if row["LAD24CD"] == lad]
        rows = [f"{code},{sex},{age},2" for code in codes for sex in (1, 2) for age in range(101, 192)]
        start = int(query["recordoffset"])
        page = rows[start : start + download.NOMIS_PAGE]
        return "\n".join(['"GEOGRAPHY_CODE","GENDER","C_AGE","OBS_VALUE"', *page]).encode()

    def deprivation(self, query: dict[str, str]) -> bytes:
        header = "LSOA code (2021),Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived)"
        return "\n".join([header, *(f"{code},{i % 10 + 1}" for i, code in enumerate(small.CODES))]).encode()

    def names(self, query: dict[str, str]) -> bytes:
        rows = ["msoa21cd,msoa21nm,msoa21hclnm", "E02000001,Westshire 001,Old Town", "E02000002,Far 001,Far"]
        return "\n".join(rows).encode("utf-8-sig")

    def classification(self, query: dict[str, str]) -> bytes:
        """As its authors publish it: of the whole United Kingdom."""
        rows = [
            f"{code},{('1a2', '4b3')[i % 2]},{('1a', '4b')[i % 2]},{(1, 4)[i % 2]}"
            for i, code in enumerate(small.CODES)
        ]
        return "\n".join(
            ["geography_code,Subgroup,Group,Supergroup", "S01006506,3a1,3a,3", "N21000001,2b1,2b,2", *rows]
        ).encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Publisher]]:
    """A running server; ``asked`` lists the paths, ``faults`` maps a path to a status or a wrong answer,
    and ``passing`` to the faults of the first answers only."""
    handler = type("Running", (Publisher,), {"asked": [], "faults": {}, "passing": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    root = f"http://127.0.0.1:{server.server_port}"
    addresses = {what: f"{root}/{what.replace(' ', '-')}" for what in ADDRESSES} | {
        "police": f"{root}/archive"
    }
    for what, address in addresses.items():
        monkeypatch.setitem(ADDRESSES, what, address)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setattr(download, "CODES", 10)
    monkeypatch.setattr(download, "NOMIS_PAGE", 3000)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_fetched_can_be_imported_as_it_is(
    publisher: type[Publisher], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["fetch", "--district", "Westshire", "--force", "square", "--to", str(tmp_path / "files")]
    assert run([*arguments, "--data", str(tmp_path / "data")]) == 0
    commands = [line.split() for line in capsys.readouterr().out.splitlines() if "hotspots import" in line]
    assert len(commands) == 9
    for _, *command in commands:
        assert run([word.strip('"') for word in command]) == 0, command
    snapshot = Store(tmp_path / "data").open()
    codes = [row["LSOA21CD"] for row in LOOKUP if row["LAD24NM"] == "Westshire"]
    assert snapshot.read("areas/lsoa").index.tolist() == codes
    assert snapshot.read("areas/ward").index.nunique() == 6
    assert snapshot.place == "Westshire"
    people = snapshot.read("population")
    assert people["population"].sum() == len(codes) * 2 * 91 * 2
    assert people.groupby("age_band")["population"].sum()["90+"] == len(codes) * 2 * 2
    assert snapshot.read("deprivation")["imd_decile"].between(1, 10).all()
    assert len(snapshot.incidents("offences")) == len(MONTHS)
    assert len(snapshot.read("vintage")) == len(small.CODES)
    classes = snapshot.read("classification").set_index("lsoa")["subgroup"]
    assert classes.to_dict() == {code: ("1a2", "4b3")[small.CODES.index(code) % 2] for code in codes}
    frame = Atlas(snapshot).levels["lsoa"].frame
    assert frame.loc[frame["known"] == "Old Town", "name"].tolist() == ["Westshire 001A"]


def test_of_the_large_archive_only_the_forces_part_comes(publisher: type[Publisher], tmp_path: Path) -> None:
    fetch(["Westshire"], tmp_path)
    before = publisher.sent
    assert "/archive" not in publisher.asked, "without a force no police data are fetched"
    fetch(["Westshire"], tmp_path, force="square")
    assert publisher.sent - before < before + len(police_archive()) / 2
    files = sorted(path.name for path in (tmp_path / "street-square").iterdir())
    assert files == [f"{month}-square-street.csv" for month in MONTHS]


@pytest.mark.parametrize("faults", [[503], [429, "cut"], ["cut", "cut", 502, "cut"]])
def test_a_fault_that_passes_is_waited_for(
    publisher: type[Publisher], tmp_path: Path, faults: list[Any]
) -> None:
    """Of every publisher: each path has all of the faults, one answer after the other."""
    paths = ("/lookup", "/wards", "/population", "/deprivation", "/archive")
    publisher.passing.update({path: list(faults) for path in paths})
    assert len(fetch(["Westshire"], tmp_path, force="square")) == 9
    assert not any(publisher.passing.values())


def test_the_pause_is_what_the_publisher_says_or_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", waits.append)
    answers = iter([503, 503, 429])

    def ask() -> str:
        status = next(answers, None)
        if status is None:
            return "data"
        answer = requests.Response()
        answer.status_code = status
        answer.headers["Retry-After"] = "7" if status == 429 else "in a while"
        raise requests.HTTPError(response=answer)

    assert download._patiently(ask) == "data"
    assert waits == [1, 2, 7]


def test_a_call_that_was_cut_off_goes_on_where_it_stopped(publisher: type[Publisher], tmp_path: Path) -> None:
    publisher.faults["/deprivation"] = 404
    with pytest.raises(Problem, match="deprivation"):
        fetch(["Westshire"], tmp_path, force="square")
    publisher.faults.clear()
    publisher.asked.clear()
    (tmp_path / "street-square").mkdir()
    (tmp_path / "street-square" / f"{MONTHS[0]}-square-street.csv").write_text("cut off in the mid")
    files = fetch(["Westshire"], tmp_path, force="square")
    assert {"/lookup", "/small-areas", "/wards", "/population"}.isdisjoint(publisher.asked)
    assert {"/deprivation", "/changes", "/archive"} <= {*publisher.asked}
    assert all(path.exists() for _, path in files)
    assert MONTHS[0] in (tmp_path / "street-square" / f"{MONTHS[0]}-square-street.csv").read_text()

    publisher.asked.clear()
    fetch(["Westshire"], tmp_path, force="square")
    assert {*publisher.asked} == {"/archive"}, "only the list of its months is looked at"
    (tmp_path / "population.csv").write_text("changed by hand")
    fetch(["Westshire"], tmp_path)
    assert "/population" in publisher.asked
    publisher.asked.clear()
    fetch(["Westshire", "Eastshire"], tmp_path)
    assert "/lookup" in publisher.asked, "other districts are another question"
    publisher.asked.clear()
    fetch(["Westshire", "Eastshire"], tmp_path, again=True)
    assert "/lookup" in publisher.asked


@pytest.mark.parametrize(
    ("path", "fault", "message"),
    [
        (
            "/lookup",
            404,
            r"The lookup could not be fetched from 127.0.0.1 \(it answered 404\).*geoportal.*"
            "`hotspots import lookup FILE`",
        ),
        ("/lookup", b"<html>sign in</html>", "service of the lookup answered something else than data"),
        ("/lookup", b'{"error": {"code": 400}}', "service of the lookup answered something else than data"),
        ("/lookup", b'{"features": []}', "knows no district “Westshire”"),
        ("/wards", b'{"features": []}', "boundaries of 6 of 6 wards are not at the ONS's service"),
        ("/population", b"GEOGRAPHY_CODE,GENDER,C_AGE,OBS_VALUE\n", "Nomis answered no residents"),
        (
            "/deprivation",
            503,
            r"deprivation could not be fetched .*it answered 503.*www.gov.uk.*"
            "`hotspots import deprivation FILE`",
        ),
        ("/archive", 403, "police could not be fetched.*`hotspots import offences FILE`"),
        ("/archive", b"whole", "cannot be read in parts"),
    ],
)
def test_a_fault_is_told_with_a_remedy(
    publisher: type[Publisher], tmp_path: Path, path: str, fault: int | bytes, message: str
) -> None:
    publisher.faults[path] = fault
    with pytest.raises(Problem, match=message):
        fetch(["Westshire"], tmp_path, force="square")


@pytest.mark.parametrize("fault", [403, b"whole", "cut"])
def test_a_fault_leaves_no_connection_open(publisher: type[Publisher], tmp_path: Path, fault: Any) -> None:
    """Which the collector of garbage would tell, as a warning."""
    publisher.faults["/archive"] = fault
    with pytest.raises(Problem):
        download._from_archive(lambda archive: archive.infolist())
    gc.collect()


def national_archive(corrected: str = "") -> bytes:
    """Two forces in two months, of which one gives next to nothing in the second; and the railway's."""
    west, east = small.CODES[0], small.CODES[1]
    given = {
        ("2023-01", "west"): [(west, "Drugs")] * 40
        + [(west, "Robbery")] * 20
        + [("W01000001", "Drugs"), ("", "Drugs")],
        ("2023-01", "east"): [(east, "Drugs")] * 30 + [(west, "Drugs")],
        ("2023-02", "west"): [(west, "Drugs")] * 50,
        ("2023-02", "east"): [],
        ("2023-01", "btp"): [(east, "Drugs")] * 99,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for (month, force), rows in given.items():
            lines = "".join(f"a,{month},{code},{kind}\n" for code, kind in rows)
            archive.writestr(
                f"{month}/{month}-{force}-street.csv",
                f"Crime ID,Month,LSOA code,Crime type\n{lines}{corrected}",
            )
    return content.getvalue()


def test_englands_rates_are_counted_from_every_forces_files(
    publisher: type[Publisher], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "police_archive", national_archive)
    publisher.passing["/archive"] = [503, "cut"]
    files = fetch(["Westshire"], tmp_path, england=True)
    kind, path = files[-1]
    assert kind == "benchmark"
    both, west = 1000 + 1001, 1000
    assert path.read_text().splitlines() == [
        "source,category,from,to,events,population",
        f"offences,,2023-01,2023-01,91,{both}",
        f"offences,Drugs,2023-01,2023-01,71,{both}",
        f"offences,Robbery,2023-01,2023-01,20,{both}",
        f"offences,,2023-02,2023-02,50,{west}",
        f"offences,Drugs,2023-02,2023-02,50,{west}",
    ], "who gave nothing in a month is left out of it with their residents; the railway's police always are"
    publisher.asked.clear()
    fetch(["Westshire"], tmp_path, england=True)
    assert publisher.asked == ["/archive"], "only the archive's list is looked at"
    monkeypatch.setitem(
        globals(), "police_archive", lambda: national_archive(f"b,2023-01,{small.CODES[0]},Drugs\n")
    )
    fetch(["Westshire"], tmp_path, england=True)
    assert f"offences,Drugs,2023-01,2023-01,73,{both}" in path.read_text(), "counted anew where corrected"
    data = tmp_path / "data"
    for kind, file in [*files[:2], files[-1]]:
        assert run(["import", kind, str(file), "--data", str(data)]) == 0
    assert len(Store(data).open().read("benchmark")) == 5


def test_an_unknown_force_is_told(publisher: type[Publisher], tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no force “narnia”"):
        fetch(["Westshire"], tmp_path, force="narnia")
    assert not list((tmp_path / "street-narnia").iterdir())


def test_without_a_network_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ADDRESSES, "lookup", "http://127.0.0.1:9/")
    monkeypatch.setattr(tenacity.nap.time, "sleep", lambda _: None)
    with pytest.raises(Problem, match=r"could not be fetched from 127.0.0.1 \(.*refused.*check the internet"):
        fetch(["Westshire"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_address_is_encrypted_and_has_a_way_by_hand() -> None:
    assert ADDRESSES.keys() == BY_HAND.keys()
    assert all(address.startswith("https://") for address in ADDRESSES.values())
