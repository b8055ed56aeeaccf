"""What is printed over something else? Places of the lines of a page, as the drawing board holds them."""

from itertools import combinations

from geo.out.drawing import POINT, Page, Rect, text_width


def overprinted(page: Page) -> list[str]:
    """Pairs of lines that lie over each other; of maps and charts nothing is asked, whose names may touch."""
    lines = [
        (text.get_text(), _place(text), text.get_fontsize())
        for text, part in page.belonging
        if hasattr(text, "get_text") and part.kind != "Figure" and text.get_text().strip()
    ]
    return [f"{one} / {two}" for (one, a, _), (two, b, _) in combinations(lines, 2) if a.meets(b)]


def _place(text) -> Rect:
    """Room of the letters of a line, a little less than they take."""
    (x, y), size = text.get_position(), text.get_fontsize()
    width = text_width(text.get_text().strip(), size, text.get_fontproperties().get_weight() == "bold")
    left = {"left": x, "center": x - width / 2, "right": x - width}[text.get_ha()]
    return Rect(left + 0.1, y - 0.7 * size * POINT, left + width - 0.1, y)
