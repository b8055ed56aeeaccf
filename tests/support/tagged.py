"""What keeps a PDF from being read aloud? The rules of PDF/UA-1 that a program can check, read by pikepdf."""

import io
from collections.abc import Iterator

import pikepdf

PAINTS = {
    *("f", "F", "f*", "B", "B*", "b", "b*", "S", "s"),
    *("Tj", "TJ", "'", '"'), *("Do", "sh", "INLINE IMAGE"),
}  # fmt: skip
"""Operators that put something on the page."""


def elements(tree: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Elements of the structure, as they are read."""
    kids = tree.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def kind(element: pikepdf.Object) -> str:
    return str(element.S)[1:]


def structure(content: bytes) -> list[str]:
    """Kinds of the elements, as they are read."""
    with pikepdf.open(io.BytesIO(content)) as book:
        return [kind(element) for element in elements(book.Root.StructTreeRoot)]


def faults(content: bytes) -> list[str]:
    """Everything in a PDF that a screen reader stumbles over; none in a good one."""
    with pikepdf.open(io.BytesIO(content)) as book:
        return [*_of_document(book), *_of_tree(book), *_of_pages(book), *_of_fonts(book)]


def _of_document(book: pikepdf.Pdf) -> Iterator[str]:
    root = book.Root
    if str(root.get("/Lang", "")) != "en-GB":
        yield "no language"
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not marked as tagged"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "title not displayed"
    with book.open_metadata() as told:
        if not told.get("dc:title") or told.get("pdfuaid:part") != "1":
            yield "no title, or no claim of PDF/UA"
    if "/StructTreeRoot" not in root:
        yield "no structure"


def _of_tree(book: pikepdf.Pdf) -> Iterator[str]:
    level = 0
    for element in elements(book.Root.get("/StructTreeRoot", pikepdf.Dictionary())):
        name = kind(element)
        if name == "Figure" and not str(element.get("/Alt", "")).strip():
            yield "figure without alternative text"
        if name == "TH" and not any("/Scope" in one for one in _attributes(element)):
            yield "header cell without scope"
        if name == "Table":
            rows = [row for row in elements(element) if kind(row) == "TR"]
            widths = {sum(kind(cell) in ("TH", "TD") for cell in elements(row)) for row in rows}
            if len(widths) != 1 or not any(kind(cell) == "TH" for cell in elements(rows[0])):
                yield f"table with rows of {widths} cells, or without a head"
        if len(name) == 2 and name[0] == "H" and name[1].isdigit():
            if int(name[1]) > level + 1:
                yield f"{name} after H{level}"
            level = int(name[1])


def _attributes(element: pikepdf.Object) -> list[pikepdf.Object]:
    given = element.get("/A", pikepdf.Array())
    return list(given) if isinstance(given, pikepdf.Array) else [given]


def _of_pages(book: pikepdf.Pdf) -> Iterator[str]:
    parents = (
        pikepdf.NumberTree(book.Root.StructTreeRoot.ParentTree) if "/StructTreeRoot" in book.Root else {}
    )
    for number, page in enumerate(book.pages, start=1):
        if str(page.get("/Tabs", "")) != "/S" and "/Annots" in page and len(page.Annots):
            yield f"page {number}: no tab order"
        owners = parents[int(page.StructParents)] if "/StructParents" in page else []
        open_, bare, marks = [], 0, set()
        for operands, operator in pikepdf.parse_content_stream(page):
            word = str(operator)
            if word in ("BMC", "BDC"):
                open_.append(str(operands[0]))
                if word == "BDC" and "/MCID" in operands[1]:
                    marks.add(int(operands[1].MCID))
            elif word == "EMC":
                open_.pop()
            elif word in PAINTS and not open_:
                bare += 1
        if open_ or bare:
            yield f"page {number}: {bare} things neither tagged nor artefacts, {len(open_)} left open"
        if marks != set(range(len(owners))):
            yield f"page {number}: marks without an element"
        for note in page.get("/Annots", []):
            if str(note.Subtype) == "/Link" and ("/Contents" not in note or "/StructParent" not in note):
                yield f"page {number}: link without words, or outside the structure"


def _of_fonts(book: pikepdf.Pdf) -> Iterator[str]:
    for page in book.pages:
        for name, font in page.get("/Resources", {}).get("/Font", {}).items():
            inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys()):
                yield f"font {name} is not embedded"
            if "/ToUnicode" not in font:
                yield f"font {name} does not say which letters it has"
