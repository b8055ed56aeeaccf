"""Which open files does a county need, and where do their publishers keep them?

:func:`fetch` gets, for the districts of a county, the files that ``hotspots import`` takes: boundaries and
lookups from the ONS, residents from Nomis, deprivation from GOV.UK and, for a force, its street files out of
the archive of data.police.uk, of which it reads only that force's part. It runs when it is called for and
never else; nothing in the program needs it.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import ssl
import tomllib
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import tenacity
import urllib3
from remotezip import RemoteIOError, RemoteZip, RemoteZipError
from requests.adapters import HTTPAdapter

from geo.ask.ages import AGE_BANDS
from geo.ask.problem import Problem
from geo.data.download_england import count_archive, rates
from geo.data.writing import write_whole

_PUBLISHERS = tomllib.loads(Path(__file__).with_name("publishers.toml").read_text(encoding="utf-8"))
ADDRESSES: dict[str, str] = {what: said["address"] for what, said in _PUBLISHERS.items()}
"""Every address that this program can ask for anything."""
BY_HAND: dict[str, str] = {what: said["by_hand"] for what, said in _PUBLISHERS.items()}
"""Where a person finds the same."""
KINDS: dict[str, str] = {what: said["kind"] for what, said in _PUBLISHERS.items()}
"""As which kind of file it is imported."""

TIMEOUT = 60
PAGE = 1000
CODES = 100
"""Areas asked for at a time, so that the address stays short."""
NOMIS_PAGE = 25_000
TRIES = 5
PAUSE = 1.0
"""Seconds before a publisher that is busy or cut us off is asked again; doubled each time."""
RESIDENTS, RATES = "residents-england.csv", "rates-england.csv"
FETCHED = "fetched.json"
"""What was fetched when and with which SHA-256, beside the files."""

Report = Callable[[int, int, str], None]


def fetch(
    districts: Sequence[str],
    folder: Path,
    *,
    force: str = "",
    england: bool = False,
    again: bool = False,
    progress: Report = lambda done, total, what: None,
) -> list[tuple[str, Path]]:
    """Download what a county's dashboard needs.

    Parameters
    ----------
    districts : sequence of str
        Names of its districts as the ONS writes them, such as "Central Bedfordshire".
    folder : Path
        Where the files go; made when absent. Files that an earlier call fetched for the same districts are
        kept where they are whole, so that a call that was cut off goes on where it stopped.
    force : str, optional
        Name of the police force as data.police.uk writes it in file names, such as "bedfordshire"; without
        it no police data are fetched.
    england : bool
        Count England's rates too, out of all forces' files of the archive: that takes long.
    again : bool
        Fetch what is there already too.
    progress : callable, optional
        Told (files done, files in all, name of the file at work).

    Returns
    -------
    list of (str, Path)
        Kind and file, in the order in which ``hotspots import`` takes them.

    Raises
    ------
    Problem
        If an address cannot be reached or answers something else, or a district is unknown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked = " OR ".join(f"LAD24NM = {_quoted(name)}" for name in districts)
    rows: list[dict[str, Any]] = []

    def lookup() -> bytes:
        found = list(_table_rows("lookup", asked))
        for name in districts:
            if name not in {row["LAD24NM"] for row in found}:
                raise Problem(f"The ONS knows no district “{name}”: write it as on {BY_HAND['lookup']}.")
        return _csv(found, ("LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"))

    def shapes(what: str, code: str) -> Callable[[], bytes]:
        return lambda: _shapes(what, code, sorted({row[code] for row in rows}))

    steps: list[tuple[str, str, Callable[[], bytes]]] = [
        ("lookup", "lookup-lsoa21-ward24-district24.csv", lookup),
        ("small areas", "lsoa-2021.geojson", shapes("small areas", "LSOA21CD")),
        ("wards", "wards-2024.geojson", shapes("wards", "WD24CD")),
        (
            "population",
            "population.csv",
            lambda: _population(sorted({row["LAD24CD"] for row in rows})),
        ),
        ("deprivation", "deprivation-2025.csv", lambda: _get("deprivation").content),
        ("changes", "lookup-lsoa11-lsoa21.csv", _changes),
        ("names", "names-msoa21.csv", lambda: _get("names").content),
        (
            "classification",
            "area-classification.csv",
            lambda: _get("classification").content,
        ),
    ]
    total = len(steps) + bool(force) + england
    files = []
    for done, (what, name, make) in enumerate(steps):
        progress(done, total, name)
        content = _once(folder / name, f"{ADDRESSES[what]} {asked}", make, again)
        if what == "lookup":
            rows.extend(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        files.append((KINDS[what], folder / name))
    if force:
        _force_files(force, folder / f"street-{force}", lambda name: progress(len(steps), total, name))
        files.append((KINDS["police"], folder / f"street-{force}"))
    if england:
        progress(total - 1, total, "residents of England")
        residents = _once(folder / RESIDENTS, f"{ADDRESSES['population']} England", _residents, again)
        people = {
            row["LSOA21CD"]: int(row["population"]) for row in csv.DictReader(io.StringIO(residents.decode()))
        }
        counted = _from_archive(
            lambda archive: count_archive(
                folder, archive.infolist(), archive.read, lambda name: progress(total - 1, total, name)
            )
        )
        columns = ("source", "category", "from", "to", "events", "population")
        write_whole(folder / RATES, _csv(rates(counted, people), columns))
        files.append(("benchmark", folder / RATES))
    progress(total, total, "")
    files[0], files[1] = files[1], files[0]  # small areas are imported first
    return files


def _once(path: Path, question: str, make: Callable[[], bytes], again: bool) -> bytes:
    """Content of a file: as an earlier call with the same question left it, or made now and kept."""
    notes = path.with_name(FETCHED)
    fetched = json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {}
    known = fetched.get(path.name, {})
    if path.is_file() and not again and known.get("question") == question:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == known["sha256"]:
            return content
    content = make()
    write_whole(path, content)
    fetched[path.name] = {
        "question": question,
        "sha256": hashlib.sha256(content).hexdigest(),
        "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_whole(notes, json.dumps(fetched, indent=1, ensure_ascii=False).encode("utf-8"))
    return content


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---------------------------------------------------------------- asking


_trusted = functools.cache(ssl.create_default_context)


class _OfThisComputer(HTTPAdapter):
    """Trusts the certificates that this computer trusts, that of an organisation's own proxy among them."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=_trusted(), **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=_trusted(), **options)


@contextmanager
def _session() -> Iterator[requests.Session]:
    """What asks; at its end every answer is closed, read or not, so that no connection is left open."""
    with ExitStack() as opened:

        def note(answer: requests.Response, **_: Any) -> None:
            opened.callback(answer.close)

        session = opened.enter_context(requests.Session())
        session.headers["User-Agent"] = "hotspots"
        session.hooks["response"] = [note]
        session.mount("https://", _OfThisComputer())
        yield session


_CUT_OFF = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
    EOFError,
    zlib.error,
)


def _patiently(ask: Callable[[], Any]) -> Any:
    """Ask again, each time later, where a fault may be gone the next time."""
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(TRIES),
        wait=_pause,
        retry=tenacity.retry_if_exception(_may_pass),
        reraise=True,
    )(ask)


def _cause(error: BaseException | None) -> BaseException | None:
    """The fault of the connection behind a fault of the archive."""
    return error.__context__ if isinstance(error, RemoteIOError) else error


def _may_pass(error: BaseException) -> bool:
    """Whether it is a line cut off, or a publisher that is busy."""
    cause = _cause(error)
    if isinstance(cause, requests.HTTPError) and cause.response is not None:
        return cause.response.status_code in (429, 500, 502, 503, 504)
    return isinstance(cause, _CUT_OFF)


def _pause(state: tenacity.RetryCallState) -> float:
    """Seconds to wait: as long as the publisher says, else longer each time."""
    cause = _cause(state.outcome.exception()) if state.outcome else None
    answer = cause.response if isinstance(cause, requests.HTTPError) else None
    told = "" if answer is None else answer.headers.get("Retry-After", "")
    return min(float(told), TIMEOUT) if told.isdigit() else PAUSE * 2 ** (state.attempt_number - 1)


def _get(what: str, query: Mapping[str, Any] | None = None) -> requests.Response:
    """Answer of an address, asked for as often as it takes; a Problem with a remedy where there is none."""

    def ask() -> requests.Response:
        with _session() as session:
            answer = session.get(ADDRESSES[what], params=query, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer

    try:
        return _patiently(ask)
    except requests.RequestException as error:
        raise _unreachable(what, error) from error


def _unreachable(what: str, error: BaseException) -> Problem:
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = f"it answered {status}" if status else _deepest(error)
    host = urllib.parse.urlsplit(ADDRESSES[what]).hostname
    return Problem(
        f"The {what} could not be fetched from {host} ({reason}): check the internet connection and the "
        f"proxy, or get it on another computer from {BY_HAND[what]} and load it with "
        f"`hotspots import {KINDS[what]} FILE`."
    )


def _deepest(error: BaseException) -> str:
    """What the system said, beneath what the libraries made of it."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _pages(what: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Features of an ONS service, page by page, in a settled order."""
    offset = 0
    while True:
        page = {"resultOffset": offset, "resultRecordCount": PAGE}
        try:
            answer = _get(what, query | page).json()
            features = answer["features"]
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(
                f"The service of the {what} answered something else than data: try later, or download them "
                f"from {BY_HAND[what]}."
            ) from error
        if not features:
            return
        yield from features
        offset += len(features)


def _table_rows(what: str, where: str) -> list[dict[str, Any]]:
    query = {"where": where, "outFields": "*", "returnGeometry": "false", "f": "json"}
    query["orderByFields"] = "LSOA21CD"
    return [feature["attributes"] for feature in _pages(what, query)]


def _shapes(what: str, code: str, wanted: Sequence[str]) -> bytes:
    """Boundaries of some areas, asked for by their codes: names of districts change, codes stay."""
    features: list[dict[str, Any]] = []
    for start in range(0, len(wanted), CODES):
        some = ", ".join(_quoted(each) for each in wanted[start : start + CODES])
        query = {"where": f"{code} IN ({some})", "outFields": "*", "outSR": 4326, "f": "geojson"}
        features += _pages(what, query | {"orderByFields": code})
    missing = set(wanted).difference(feature["properties"][code] for feature in features)
    if missing:
        raise Problem(
            f"The boundaries of {len(missing):,} of {len(wanted):,} {what} are not at the ONS's service "
            f"({min(missing)}): download them from {BY_HAND[what]}."
        )
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False).encode("utf-8")


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _changes() -> bytes:
    """All of England and Wales, since a file's vintage is told by codes of any place."""
    rows = _table_rows("changes", "1=1")
    return _csv(rows, ("LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "CHGIND"))


def _population(lads: Sequence[str]) -> bytes:
    """Latest mid-year estimate by five-year age band and sex, from single years (C_AGE 101 is age 0)."""
    people: dict[tuple[str, int, str], int] = {}
    for lad in lads:
        asked = {"geography": f"{lad}TYPE151", "gender": "1,2", "c_age": "101...191"}
        for row in _nomis({**asked, "select": "geography_code,gender,c_age,obs_value"}):
            band = min((int(row["C_AGE"]) - 101) // 5, len(AGE_BANDS) - 1)
            key = (row["GEOGRAPHY_CODE"], band, "M" if row["GENDER"] == "1" else "F")
            people[key] = people.get(key, 0) + int(float(row["OBS_VALUE"]))
    if not people:
        raise Problem(
            f"Nomis answered no residents: try later, or download them from {BY_HAND['population']}."
        )
    columns = ("LSOA21CD", "age_band", "sex", "population")
    cells = ((area, AGE_BANDS[band], sex, n) for (area, band, sex), n in sorted(people.items()))
    return _csv([dict(zip(columns, row, strict=True)) for row in cells], columns)


def _residents() -> bytes:
    """Residents of each small area of England, of all ages (C_AGE 200), by the latest estimate."""
    rows = _nomis(
        {"geography": "E92000001TYPE151", "gender": "0", "c_age": "200", "select": "geography_code,obs_value"}
    )
    people = [{"LSOA21CD": row["GEOGRAPHY_CODE"], "population": int(float(row["OBS_VALUE"]))} for row in rows]
    if not people:
        raise Problem(
            f"Nomis answered no residents of England: try later, or count them from {BY_HAND['population']}."
        )
    return _csv(people, ("LSOA21CD", "population"))


def _nomis(query: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Rows of the latest mid-year estimate, page by page."""
    offset = 0
    while True:
        page = {"date": "latest", "measures": "20100", "recordoffset": offset}
        answer = _get("population", {**query, **page})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        yield from rows
        offset += len(rows)
        if len(rows) < NOMIS_PAGE:
            return


# ---------------------------------------------------------------- part of a large archive


def _force_files(force: str, folder: Path, progress: Callable[[str], None]) -> None:
    """The street files of one force out of the large archive, of which nothing else is read.

    A file that is there already, of the size and checksum that the archive gives, is not fetched again.
    """
    folder.mkdir(exist_ok=True)

    def fetch_missing(archive: RemoteZip) -> None:
        entries = [e for e in archive.infolist() if e.filename.endswith(f"-{force}-street.csv")]
        if not entries:
            raise Problem(f"data.police.uk has no force “{force}”: write it as in its files' names.")
        for entry in sorted(entries, key=lambda entry: entry.filename):
            path = folder / Path(entry.filename).name
            if not _is(path, entry.CRC):
                progress(path.name)
                write_whole(path, archive.read(entry))

    _from_archive(fetch_missing)


def _from_archive(take: Callable[[RemoteZip], Any]) -> Any:
    """Take something out of the archive of police data, opened anew after each fault that may pass."""

    def once() -> Any:
        with (
            _session() as session,
            RemoteZip(ADDRESSES["police"], session=session, timeout=TIMEOUT) as archive,
        ):
            return take(archive)

    try:
        return _patiently(once)
    except (RemoteIOError, *_CUT_OFF) as error:
        raise _unreachable("police", _cause(error) or error) from error
    except (RemoteZipError, zipfile.BadZipFile) as error:
        raise Problem(
            f"The archive of police data cannot be read in parts: download it from {BY_HAND['police']}."
        ) from error


def _is(path: Path, checksum: int) -> bool:
    """Whether a file is whole."""
    return path.is_file() and zlib.crc32(path.read_bytes()) == checksum
