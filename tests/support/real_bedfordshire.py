"""The commands of docs/real-bedfordshire.md, with the files of this machine in place of the reader's."""

import re
import shlex
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "real-bedfordshire.md"

FILES = {
    "LSOA_2021.geojson": "boundaries/LSOA_2021_bedfordshire.geojson",
    "Wards_2024.gpkg": "boundaries/Wards_2024_bedfordshire.gpkg",
    "LSOA21_WD24_LAD24.csv": "lookups/LSOA21_WD24_LAD24_EW.csv",
    "LSOA11_LSOA21_LAD22.csv": "lookups/LSOA11_LSOA21_LAD22_EW.csv",
    "Census2021_age.csv.gz": "population/Census2021_age6_LSOA21_EW.csv.gz",
    "IoD2025_File_7.csv.gz": "imd/IoD2025_File_7_subset_england.csv.gz",
    "street-2018-10_2019-02.zip": "police/bedfordshire-street-2018-10_2019-02.zip",
    "street-2021-05_2024-04.zip": "police/bedfordshire-street-2021-05_2024-04.zip",
    "street-2025.zip": "police/bedfordshire-street-2025.zip",
    "stop-and-search-2021-05_2024-04.zip": "police/bedfordshire-stop-and-search-2021-05_2024-04.zip",
}
"""Name in the document to place below the folder of real data."""
AREAS = 5
"""How many of its commands load areas, residents and deprivation, before any lookup of other years."""


def commands(folder: Path) -> list[list[str]]:
    """Arguments of each documented command but the last, which serves."""
    block = re.search(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    lines = [shlex.split(line) for line in block[1].splitlines()]
    assert lines[-1] == ["hotspots", "serve"]
    return [
        [str(folder / FILES[word]) if word in FILES else word for word in words] for _, *words in lines[:-1]
    ]
