"""Which open files does a county need, and where do their publishers keep them?

:func:`fetch` gets, for the districts of a county, the files that ``hotspots import`` takes: boundaries and
lookups from the ONS, residents from Nomis, deprivation from GOV.UK and, for a force, its street files out of
the archive of data.police.uk, of which it reads only that force's part. It runs when it is called for and
never else; nothing in the program needs it.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geo.ask.problem import Problem
from geo.data.store import write_whole
from geo.data.table import AGE_BANDS

_ONS = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"
ADDRESSES = {
    "lookup": f"{_ONS}/LSOA21_WD24_LAD24_EW_LU/FeatureServer/0/query",
    "changes": f"{_ONS}/LSOA11_LSOA21_LAD22_EW_LU_v5/FeatureServer/0/query",
    "small areas": f"{_ONS}/Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5"
    "/FeatureServer/0/query",
    "wards": f"{_ONS}/Wards_May_2024_Boundaries_UK_BGC/FeatureServer/0/query",
    "population": "https://www.nomisweb.co.uk/api/v01/dataset/NM_2014_1.data.csv",
    "deprivation": "https://assets.publishing.service.gov.uk/media/691ded56d140bbbaa59a2a7d/"
    "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv",
    "police": "https://data.police.uk/data/archive/latest.zip",
}
"""Every address that this program can ask for anything."""

BY_HAND = {
    "lookup": "geoportal.statistics.gov.uk",
    "changes": "geoportal.statistics.gov.uk",
    "small areas": "geoportal.statistics.gov.uk",
    "wards": "geoportal.statistics.gov.uk",
    "population": "www.nomisweb.co.uk",
    "deprivation": "www.gov.uk/government/statistics/english-indices-of-deprivation-2025",
    "police": "data.police.uk/data",
}
"""Where a person finds the same."""

TIMEOUT = 60
PAGE = 1000
CODES = 100
"""Areas asked for at a time, so that the address stays short."""
NOMIS_PAGE = 25_000
PART = 1 << 18
"""Bytes asked for at a time of an archive that is read in parts."""

Report = Callable[[int, int, str], None]


def fetch(
    districts: Sequence[str],
    folder: Path,
    *,
    force: str = "",
    progress: Report = lambda done, total, what: None,
) -> list[tuple[str, Path]]:
    """Download what a county's dashboard needs.

    Parameters
    ----------
    districts : sequence of str
        Names of its districts as the ONS writes them, such as "Central Bedfordshire".
    folder : Path
        Where the files go; made when absent. A file of the same name is replaced.
    force : str, optional
        Name of the police force as data.police.uk writes it in file names, such as "bedfordshire"; without
        it no police data are fetched.
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
        rows.extend(_table_rows("lookup", asked))
        for name in districts:
            if name not in {row["LAD24NM"] for row in rows}:
                raise Problem(f"The ONS knows no district “{name}”: write it as on {BY_HAND['lookup']}.")
        return _csv(rows, ("LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"))

    def shapes(what: str, code: str) -> Callable[[], bytes]:
        return lambda: _shapes(what, code, sorted({row[code] for row in rows}))

    steps: list[tuple[str, str, Callable[[], bytes]]] = [
        ("lookup", "lookup-lsoa21-ward24-district24.csv", lookup),
        ("boundaries", "lsoa-2021.geojson", shapes("small areas", "LSOA21CD")),
        ("boundaries", "wards-2024.geojson", shapes("wards", "WD24CD")),
        ("population", "population.csv", lambda: _population(sorted({row["LAD24CD"] for row in rows}))),
        ("deprivation", "deprivation-2025.csv", lambda: _get("deprivation")),
        ("lookup", "lookup-lsoa11-lsoa21.csv", _changes),
    ]
    if force:
        steps.append(("offences", f"street-{force}.zip", lambda: _force_files(force)))
    files = []
    for done, (kind, name, make) in enumerate(steps):
        progress(done, len(steps), name)
        write_whole(folder / name, make())
        files.append((kind, folder / name))
    progress(len(steps), len(steps), "")
    files[0], files[1] = files[1], files[0]  # small areas are imported first
    return files


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---------------------------------------------------------------- asking


@contextmanager
def _answer(what: str, query: Mapping[str, Any] | None = None, span: str = "") -> Iterator[Any]:
    """Answer of an address, or of a span of its bytes; a Problem with a remedy where there is none."""
    address = ADDRESSES[what] + (f"?{urllib.parse.urlencode(query)}" if query else "")
    headers = {"User-Agent": "hotspots"} | ({"Range": f"bytes={span}"} if span else {})
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=headers), timeout=TIMEOUT
        ) as answer:
            yield answer
            return
    except urllib.error.HTTPError as error:
        reason = f"it answered {error.code}"
        error.close()
    except (OSError, http.client.HTTPException) as error:  # no network, no such name, cut off
        reason = str(getattr(error, "reason", error)) or type(error).__name__
    host = urllib.parse.urlsplit(address).hostname
    raise Problem(
        f"The {what} could not be fetched from {host} ({reason}): check the internet connection and the "
        f"proxy, or get it on another computer from {BY_HAND[what]} and load it with `hotspots import`."
    )


def _get(what: str, query: Mapping[str, Any] | None = None) -> bytes:
    with _answer(what, query) as answer:
        return bytes(answer.read())


def _pages(what: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Features of an ONS service, page by page, in a settled order."""
    offset = 0
    while True:
        page = {"resultOffset": offset, "resultRecordCount": PAGE}
        try:
            answer = json.loads(_get(what, query | page))
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
            f"The boundaries of {len(missing)} of {len(wanted)} {what} are not at the ONS's service "
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
        offset = 0
        while True:
            answer = _get(
                "population",
                {
                    "geography": f"{lad}TYPE151",
                    "date": "latest",
                    "gender": "1,2",
                    "c_age": "101...191",
                    "measures": "20100",
                    "select": "geography_code,gender,c_age,obs_value",
                    "recordoffset": offset,
                },
            )
            rows = list(csv.DictReader(io.StringIO(answer.decode("utf-8-sig"))))
            for row in rows:
                band = min((int(row["C_AGE"]) - 101) // 5, len(AGE_BANDS) - 1)
                key = (row["GEOGRAPHY_CODE"], band, "M" if row["GENDER"] == "1" else "F")
                people[key] = people.get(key, 0) + int(float(row["OBS_VALUE"]))
            offset += len(rows)
            if len(rows) < NOMIS_PAGE:
                break
    if not people:
        raise Problem(
            f"Nomis answered no residents: try later, or download them from {BY_HAND['population']}."
        )
    columns = ("LSOA21CD", "age_band", "sex", "population")
    cells = ((area, AGE_BANDS[band], sex, n) for (area, band, sex), n in sorted(people.items()))
    return _csv([dict(zip(columns, row, strict=True)) for row in cells], columns)


# ---------------------------------------------------------------- part of a large archive


class _Remote(io.RawIOBase):
    """A file at an address, read by parts (HTTP ranges), so that an archive need not come whole."""

    def __init__(self, what: str) -> None:
        self._what, self._place = what, 0
        with _answer(what, span="0-0") as answer:
            extent = re.fullmatch(r"bytes 0-0/(\d+)", answer.headers.get("Content-Range") or "")
        if extent is None:
            raise Problem(
                f"The archive of {what} data cannot be read in parts: download it from {BY_HAND[what]}."
            )
        self._size = int(extent[1])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._place)
        if wanted <= 0:
            return 0
        span = f"{self._place}-{self._place + wanted - 1}"
        with _answer(self._what, span=span) as answer:
            part = answer.read(wanted)
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)


def _force_files(force: str) -> bytes:
    """The street files of one force, as a small archive in the layout of the large one."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BufferedReader(_Remote("police"), PART)) as archive,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as small,
    ):
        names = [name for name in archive.namelist() if name.endswith(f"-{force}-street.csv")]
        if not names:
            raise Problem(f"data.police.uk has no force “{force}”: write it as in the names of its files.")
        for name in sorted(names):
            small.writestr(name, archive.read(name))
    return kept.getvalue()
