"""What is printed too small to be read? Sizes of type, as pikepdf and python-pptx find them in a file."""

import io
from collections.abc import Iterator
from math import sqrt

import pikepdf
from pptx import Presentation

from tests.support.tagged import kind

SENTENCE, CELL, LABEL = 8.0, 7.0, 5.9
"""Least sizes, points: of what is read as text, in a table, and on a map or in a chart."""
SHOWS = {"Tj", "TJ", "'", '"'}


def small_print(content: bytes) -> list[str]:
    """Everything in a tagged PDF whose letters are smaller than they may be."""
    with pikepdf.open(io.BytesIO(content)) as book:
        return sorted(
            {
                f"page {number}: {size:.1f} points in {'/'.join(within)}"
                for number, page in enumerate(book.pages, start=1)
                for within, size in _told(book, page)
                if size < _least(within) - 0.05
            }
        )


def _least(within: tuple[str, ...]) -> float:
    if not within or "Figure" in within:
        return LABEL
    return CELL if {"TH", "TD"} & set(within) else SENTENCE


def smallest(content: bytes) -> float:
    """Size of the smallest letters of any PDF, points."""
    with pikepdf.open(io.BytesIO(content)) as book:
        return min(size for page in book.pages for _, size in _pieces(page))


def _told(book: pikepdf.Pdf, page: pikepdf.Page) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every piece of text of a page: the kinds of what it stands in, and its size in points."""
    owners = pikepdf.NumberTree(book.Root.StructTreeRoot.ParentTree)[int(page.StructParents)]
    for mark, size in _pieces(page):
        yield () if mark is None else _kinds(owners[mark]), size


def _pieces(page: pikepdf.Page) -> Iterator[tuple[int | None, float]]:
    """Every piece of text of a page: the number of what it is marked as, and its size in points."""
    scale, font, matrix = 1.0, 0.0, 1.0
    kept: list[float] = []
    open_: list[int | None] = []
    for operands, operator in pikepdf.parse_content_stream(page):
        word = str(operator)
        if word == "q":
            kept.append(scale)
        elif word == "Q":
            scale = kept.pop()
        elif word == "cm":
            scale *= _enlarged(operands)
        elif word == "BT":
            matrix = 1.0
        elif word == "Tm":
            matrix = _enlarged(operands)
        elif word == "Tf":
            font = float(operands[1])
        elif word in ("BMC", "BDC"):
            marked = word == "BDC" and "/MCID" in operands[1]
            open_.append(int(operands[1].MCID) if marked else None)
        elif word == "EMC":
            open_.pop()
        elif word in SHOWS:
            marks = [mark for mark in open_ if mark is not None]
            yield (marks[-1] if marks else None), font * matrix * scale


def _enlarged(matrix: pikepdf.Array) -> float:
    a, b, c, d = (float(part) for part in list(matrix)[:4])
    return sqrt(abs(a * d - b * c))


def _kinds(element: pikepdf.Object) -> tuple[str, ...]:
    """Kinds of an element and of all that it stands in."""
    found = []
    while "/S" in element:
        found.append(kind(element))
        element = element.P
    return tuple(reversed(found))


def smallest_on_slides(content: bytes) -> float:
    """Size of the smallest letters of a presentation, points; what names no size is not small."""
    return min(
        run.font.size.pt
        for slide in Presentation(io.BytesIO(content)).slides
        for paragraph in _paragraphs(slide.shapes)
        for run in paragraph.runs
        if run.font.size is not None
    )


def _paragraphs(shapes) -> Iterator:
    for shape in shapes:
        if shape.has_text_frame:
            yield from shape.text_frame.paragraphs
        elif shape.has_table:
            for row in shape.table.rows:
                yield from (paragraph for cell in row.cells for paragraph in cell.text_frame.paragraphs)
        elif hasattr(shape, "shapes"):
            yield from _paragraphs(shape.shapes)
