"""How does a needs assessment leave as a document?

:func:`write` turns an :class:`~geo.tell.assessment.Assessment` into Word, PDF or a web page
(:data:`REPORTS`). What stands in it is laid down once, as a sequence of blocks
(:mod:`geo.out.report.blocks`), and each form only says how a block looks: so they cannot differ. The appendix
on methods quotes ``docs/methods``.
"""

from __future__ import annotations

from geo.answer.atlas import Atlas
from geo.answer.disclosure import stamp
from geo.ask.problem import Problem
from geo.ask.words import slug
from geo.out.file_form import DOCX, HTML, PDF, FileForm, by_key
from geo.out.report.blocks import silent
from geo.out.report.pdf import write_pdf
from geo.out.report.web import write_html
from geo.out.report.word import write_docx
from geo.tell.assessment import Assessment, Progress

REPORTS = by_key(
    FileForm("docx", "Word", DOCX, write_docx),
    FileForm("pdf", "PDF", PDF, write_pdf),
    FileForm("html", "Web page", HTML, write_html),
)
"""Every form of document, in the order of the buttons."""


def write(assessment: Assessment, atlas: Atlas, form: str, progress: Progress = silent) -> bytes:
    """Write an assessment as a document.

    Parameters
    ----------
    assessment : Assessment
    atlas : Atlas
        The one that was assessed.
    form : str
        Key of :data:`REPORTS`.
    progress : callable, optional
        Told (figures drawn, figures in all, title of the one at work).

    Returns
    -------
    bytes
        The whole file.

    Raises
    ------
    Problem
        If there is no such form.
    """
    return REPORTS[form_of(form)].write(assessment, atlas, progress)


def form_of(ending: str) -> str:
    """Key of the form that an ending of a file stands for.

    Raises
    ------
    Problem
        If there is no such form.

    Examples
    --------
    >>> form_of(".PDF")
    'pdf'
    """
    form = ending.lower().lstrip(".")
    if form not in REPORTS:
        endings = ", ".join(f".{key}" for key in REPORTS)
        raise Problem(f"It cannot be written as “{ending}”: name a file ending in one of {endings}.")
    return form


def filename(assessment: Assessment, form: str) -> str:
    """Name of the file: what it is, and its ending."""
    return f"{stamp(assessment.banner)}{slug(assessment.title)[:80]}-{assessment.made.isoformat()}.{form}"
