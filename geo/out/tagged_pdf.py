"""How does a drawn page become a PDF that a screen reader can read?

Tagged PDF (PDF/UA-1, ISO 14289-1): what belongs to a part of the page's structure is marked with its number,
all else as an artefact, and the tree of the parts is laid beside them, with the language and the title.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from geo.out.letters import bare_font
from geo.out.structure import Part

LANGUAGE = "en-GB"


@cache
def _marking() -> type:
    """The class that draws; matplotlib is loaded when something is printed."""
    from matplotlib.backends.backend_pdf import PdfFile, RendererPdf, Verbatim

    class Marking(RendererPdf):
        """Draws a figure, marking what belongs to a part; everything else is an artefact.

        Parameters
        ----------
        file : PdfFile
        size : tuple of float
            Width and height, inches.
        parts : mapping of str to Part
            By the ``gid`` of what is drawn.
        """

        def __init__(self, file: PdfFile, size: tuple[float, float], parts: Mapping[str, Part]) -> None:
            super().__init__(file, 72, size[1], size[0])
            self.parts, self.marks = parts, 0
            self._open: list[Part | None] = []
            self._part: Part | None = None
            self._write("/Artifact BMC")

        def _write(self, operators: str) -> None:
            self.file.output(Verbatim(operators.encode("ascii")))

        def open_group(self, s: str, gid: str | None = None) -> None:
            """Begin what an artist draws."""
            part = self.parts.get(gid or "") if self._part is None else None
            self._open.append(part)
            if part is not None:
                self._part = part
                self._write(f"EMC /{part.kind} <</MCID {self.marks}>> BDC")
                part.marks.append(self.marks)
                self.marks += 1

        def close_group(self, s: str) -> None:
            """End what an artist draws."""
            if self._open.pop() is not None:
                self._part = None
                self._write("EMC /Artifact BMC")

        def draw_text(self, gc: Any, *args: Any, **kwargs: Any) -> None:
            """Draw a text, and note the link that it may be."""
            super().draw_text(gc, *args, **kwargs)
            if gc.get_url() is not None and self._part is not None:
                self._part.links.append(len(self.file._annotations[-1][1]) - 1)

        def finish(self) -> None:
            """End the page."""
            self.finalize()
            self._write("EMC")
            self.file.endStream()

    return Marking


@cache
def _lean() -> type:
    """The class of the file; its fonts are cut down from copies that have no table for laying out text.

    By then text is laid out, and reading these tables took a fifth to a third of the time of a file.
    """
    from matplotlib.backends.backend_pdf import PdfFile

    class Lean(PdfFile):
        """A file whose fonts are letters alone."""

        def embedTTF(self, filename: Any, *used: Any) -> Any:
            """Embed what is used of a font."""
            bare, tracker = bare_font(filename), self._character_tracker
            for known in (tracker.used, tracker.glyph_maps):
                known[bare] = known[filename]
            return super().embedTTF(bare, *used)

    return Lean


def write(pages: Sequence[tuple[Any, Part, Sequence[tuple[Any, Part]]]], facts: Mapping[str, Any]) -> bytes:
    """Write pages as one tagged PDF.

    Parameters
    ----------
    pages : sequence of (matplotlib Figure, Part, sequence of (Artist, Part))
        What is drawn, the structure of it, and which artists belong to which part.
    facts : mapping
        "Title", "Subject", "Keywords", "Creator" and "CreationDate" of the file.
    """
    file, marking = io.BytesIO(), _marking()
    drawn = _lean()(file, metadata=dict(facts))
    for figure, _, belonging in pages:
        figure.dpi = 72
        width, height = map(float, figure.get_size_inches())
        parts = {}
        for number, (artist, part) in enumerate(belonging):
            parts[f"part-{number}"] = part
            artist.set_gid(f"part-{number}")
        drawn.newPage(width, height)
        renderer = marking(drawn, (width, height), parts)
        figure.draw(renderer)
        renderer.finish()
        for artist, _part in belonging:
            artist.set_gid(None)
    drawn.finalize()
    return _with_tree(file.getvalue(), [root for _, root, _ in pages], str(facts["Title"]))


def _with_tree(content: bytes, roots: Sequence[Part], title: str) -> bytes:
    """A PDF whose content is marked, with the tree of its parts: a section for each page."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name, String

    with pikepdf.open(io.BytesIO(content)) as book:
        tree = book.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        top = book.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree, K=Array()))
        tree.K = top
        by_mark = Array()
        number = len(roots)  # of the next link; pages have the first numbers

        def element(part: Part, above: Any, page: Any, owners: dict[int, Any]) -> Any:
            nonlocal number
            made = book.make_indirect(
                Dictionary(Type=Name.StructElem, S=Name(f"/{part.kind}"), P=above, Pg=page.obj)
            )
            if part.alternative:
                made.Alt = String(part.alternative)
            if part.scope:
                made.A = Dictionary(O=Name.Table, Scope=Name(f"/{part.scope}"))
            kids = Array(part.marks)
            owners.update(dict.fromkeys(part.marks, made))
            for at in part.links:
                note = book.make_indirect(page.Annots[at])
                page.Annots[at] = note
                note.StructParent, note.Contents = number, note.A.URI
                by_mark.append(number)
                by_mark.append(made)
                number += 1
                kids.append(Dictionary(Type=Name.OBJR, Obj=note, Pg=page.obj))
            for inner in part.in_order:
                kids.append(element(inner, made, page, owners))
            made.K = kids
            return made

        for at, (page, root) in enumerate(zip(book.pages, roots, strict=True)):
            owners: dict[int, Any] = {}
            top.K.append(element(root, top, page, owners))
            page.StructParents, page.Tabs = at, Name.S
            of_page = Array([owners[mark] for mark in range(len(owners))])
            by_mark.insert(2 * at, at)
            by_mark.insert(2 * at + 1, book.make_indirect(of_page))
        tree.ParentTree = book.make_indirect(Dictionary(Nums=by_mark))
        tree.ParentTreeNextKey = number
        book.Root.StructTreeRoot = tree
        book.Root.MarkInfo = Dictionary(Marked=True)
        book.Root.Lang = String(LANGUAGE)
        book.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        with book.open_metadata(set_pikepdf_as_editor=False) as told:
            told.load_from_docinfo(book.docinfo)
            told["dc:title"] = title
            told["dc:language"] = {LANGUAGE}
            told["pdfuaid:part"] = "1"
        file = io.BytesIO()
        book.save(file, min_version="1.7", deterministic_id=True)
        return file.getvalue()
