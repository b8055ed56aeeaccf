"""How does a report look as a web page? One file that needs nothing else."""

from __future__ import annotations

import base64
import html

from geo.answer.atlas import Atlas
from geo.out.drawing import BAR, INK, LINE, MARK, MUTED, SURFACE
from geo.out.report.blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    Picture,
    Words,
    anchor,
    blocks,
    facts,
    rich,
    silent,
)
from geo.tell.assessment import Assessment, Progress

STYLE = f"""
:root {{ color-scheme: light }}
body {{
  max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem; color: {INK}; background: #fff;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif
}}
h1, h2, h3 {{ color: {BAR}; line-height: 1.2 }}
h2 {{ margin-top: 3rem; padding-top: 1rem; border-top: 2px solid {BAR} }}
h3 {{ margin: 2rem 0 .5rem }}
a {{ color: #1d5b8f }}
img {{ max-width: 100%; height: auto }}
figure {{ margin: 1rem 0 }}
figcaption, caption {{ margin: .5rem 0; font-weight: 700; text-align: left }}
.marking {{ display: inline-block; padding: .2rem .6rem; background: {MARK}; color: #000; font-weight: 700 }}
.finding {{ font-weight: 700; font-size: 1.0625rem }}
.note {{ color: {MUTED}; font-size: .875rem; margin: .25rem 0 }}
.scroll {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: .875rem }}
th, td {{ padding: .25rem .6rem; border-bottom: 1px solid {LINE}; text-align: left; vertical-align: top }}
thead th {{ background: {SURFACE}; border-top: 1px solid {INK} }}
.n {{ text-align: right; font-variant-numeric: tabular-nums }}
blockquote {{ margin: .5rem 0 .5rem 1rem }}
dt {{ font-weight: 700 }}
@media print {{ h2 {{ break-before: page }} figure, tr {{ break-inside: avoid }} }}
"""


def write_html(assessment: Assessment, atlas: Atlas, progress: Progress = silent) -> bytes:
    """Write one page of HTML that needs nothing else: headings, captions, header cells, alternative texts."""
    body = list(blocks(assessment, atlas, progress))
    entries = "".join(
        f'<li><a href="#{block.anchor}">{html.escape(block.text)}</a></li>'
        for block in body
        if isinstance(block, Heading) and block.level == 1
    )
    about = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in facts(assessment))
    title = html.escape(assessment.title)
    page = (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><header><p class="marking">{html.escape(assessment.banner.upper())}</p><h1>{title}</h1>'
        f'<dl>{about}</dl></header><nav aria-label="Contents"><h2>Contents</h2><ol>{entries}</ol></nav>'
        f"<main>{''.join(map(_html_block, body))}</main></body></html>"
    )
    return page.encode("utf-8")


def _html_block(block: Block) -> str:
    match block:
        case Heading():
            level = block.level + 1
            return f'<h{level} id="{block.anchor}">{html.escape(block.text)}</h{level}>'
        case Words(style="quote"):
            return f"<blockquote><p>{rich(block.text)}</p></blockquote>"
        case Words():
            return f'<p class="{block.style}">{rich(block.text)}</p>'
        case Bullets():
            items = (
                rich(text) + (f' (<a href="#{anchor(e)}">{e.number}</a>)' if e else "")
                for text, e in block.items
            )
            return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
        case Picture():
            data = base64.b64encode(block.png).decode("ascii")
            alternative = html.escape(block.exhibit.alternative)
            caption = html.escape(f"{block.exhibit.number}. {block.exhibit.title}")
            image = (
                f'<img src="data:image/png;base64,{data}" alt="{alternative}" width="{block.width * 6:.0f}">'
            )
            return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
        case Grid():
            return table_html(block)


def table_html(block: Grid) -> str:
    """A table with its caption and header cells."""
    exhibit = block.exhibit
    texts, kinds = exhibit.texts(), ["n" if number else "" for number in exhibit.numeric()]
    heads = "".join(
        f'<th scope="col" class="{kind}">{html.escape(str(name))}</th>'
        for name, kind in zip(texts, kinds, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{html.escape(value)}</th>'
            if k == 0
            else f'<td class="{kind}">{html.escape(value)}</td>'
            for k, (value, kind) in enumerate(zip(row, kinds, strict=True))
        )
        + "</tr>"
        for row in texts.to_numpy(str).tolist()
    )
    words = block.title if block.of_figure else f"{exhibit.number}. {exhibit.title}"
    return (
        f'<div class="scroll"><table><caption>{html.escape(words)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
