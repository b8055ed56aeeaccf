"""Can what is packed be unpacked here, and is it what it says to be?"""

from __future__ import annotations

import gzip
import io
import zipfile

from geo.ask.problem import Problem

LARGE, SWELLING = 50_000_000, 150
"""Bytes, and times of its packed size, beyond both of which an unpacked file is no table: text packs
to a tenth."""
WRONG = "no table or map does; look at what is in it"
DEFLATE64 = 9
LOCKED = 1
KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


_FOREIGN = {b"7z\xbc\xaf": "7-Zip archive", b"Rar!": "RAR archive", b"\x1f\x8b": "packed archive (tar.gz)"}
_TAR = slice(257, 262)
_DATABASE = b"SQLite format 3"


def check_beginning(name: str, content: bytes | bytearray) -> None:
    """Raise Problem where a file that should be a table is no text or workbook, naming the remedy."""
    kind = next((kind for sign, kind in _FOREIGN.items() if content[: len(sign)] == sign), "")
    if content[_TAR] == b"ustar":
        kind = "packed archive (tar)"
    if kind:
        raise Problem(f"{name} is a {kind}, which is not unpacked here: unpack it, and import the folder.")
    if content[:4] == b"PK\x03\x04" and name.lower().endswith((".csv", ".txt", ".tsv")):
        raise Problem(
            f"{name} is a ZIP archive or a workbook, and no text: let its name end in .zip or .xlsx, as what "
            "it is, and import it again."
        )
    if content[: len(_DATABASE)] == _DATABASE or content[:5] == b"%PDF-":
        raise Problem(
            f"{name} is {'a database or a GeoPackage' if content[:1] == b'S' else 'a PDF'}, and no table: "
            "save the table that is meant as “CSV UTF-8”."
        )


def check_workbook(name: str, content: bytes | bytearray) -> None:
    """Raise Problem where a workbook, which is an archive, unpacks to more than any table."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        return  # its reader says what is wrong with it
    for entry in entries:
        check_packing(name, entry)


def gunzip(name: str, content: bytes) -> bytes:
    """Unpack one file; Problem where it cannot be, or swells beyond what a table does."""
    most = max(LARGE, SWELLING * len(content))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(most + 1)
    except (OSError, EOFError) as error:
        raise Problem(f"{name} cannot be unpacked; download it again.") from error
    if len(unpacked) > most:
        raise Problem(f"{name} unpacks to over {SWELLING} times its size: {WRONG}.")
    return unpacked


def swells(size: int, packed: int) -> bool:
    """Whether a file unpacks to more than tables and shapes ever do.

    >>> swells(400_000_000, 400_000), swells(400_000_000, 40_000_000), swells(1_000_000, 1_000)
    (True, False, False)
    """
    return size > LARGE and size > SWELLING * packed


def check_packing(name: str, entry: zipfile.ZipInfo) -> None:
    """Raise Problem where an archive is packed in a way that cannot be unpacked here, naming the remedy."""
    unpack = "unpack it by a right click, “Extract all”, and import the folder"
    if swells(entry.file_size, entry.compress_size):
        raise Problem(
            f"{name} unpacks to {entry.file_size / 1e6:,.0f} MB, over {SWELLING} times its size: {WRONG}."
        )
    if entry.flag_bits & LOCKED:
        raise Problem(f"{name} is protected by a password: {unpack}.")
    if entry.compress_type == DEFLATE64:
        raise Problem(f"{name} is packed with Deflate64, as Windows packs large files: {unpack}.")
    if entry.compress_type not in KNOWN:
        raise Problem(f"{name} is packed in a way that this program does not know: {unpack}.")
