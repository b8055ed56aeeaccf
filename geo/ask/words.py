"""How are months, hours, lists, numbers and their nouns said?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from math import isfinite

from geo.ask.windows import Windows

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AREAS = {
    "lsoa": ("small area", "small areas"),
    "ward": ("ward", "wards"),
    "borough": ("borough", "boroughs"),
}
"""What one area of each level is called, and several."""
MONTH_NAMES = "January February March April May June July August September October November December".split()


def month_number(text: str) -> int:
    """Months since year 0 of ``YYYY-MM`` (``year * 12 + month - 1``).

    Raises
    ------
    ValueError
        If the text is not a month of the years 1900 to 2199.

    Examples
    --------
    >>> month_number("2025-03") - month_number("2024-12")
    3
    """
    match = re.fullmatch(r"(19\d\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])", text)
    if not match:
        raise ValueError(f"“{text}” is not a month written as YYYY-MM")
    return int(match[1]) * 12 + int(match[2]) - 1


def month_text(number: int) -> str:
    """``YYYY-MM`` of a month number; the inverse of :func:`month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_name(number: int) -> str:
    """Month in words, "March 2025"."""
    return f"{MONTH_NAMES[number % 12]} {number // 12}"


def day_name(day: date) -> str:
    """Day in words, "3 March 2025"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def period_name(first: int, last: int) -> str:
    """Period in words, as short as it stays clear.

    Examples
    --------
    >>> period_name(month_number("2025-01"), month_number("2025-12"))
    '2025'
    >>> period_name(month_number("2025-05"), month_number("2025-07"))
    'May to July 2025'
    >>> period_name(month_number("2024-11"), month_number("2025-02"))
    'November 2024 to February 2025'
    """
    if first == last:
        return month_name(first)
    whole_years = first % 12 == 0 and last % 12 == 11
    if whole_years:
        return str(first // 12) if first // 12 == last // 12 else f"{first // 12} to {last // 12}"
    if first // 12 == last // 12:
        return f"{MONTH_NAMES[first % 12]} to {month_name(last)}"
    return f"{month_name(first)} to {month_name(last)}"


def month_runs(months: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted month numbers as unbroken runs (first, last).

    Examples
    --------
    >>> month_runs([5, 6, 7, 9])
    [(5, 7), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for month in months:
        if runs and month == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], month)
        else:
            runs.append((month, month))
    return runs


def read_period(text: str) -> tuple[int, int]:
    """First and last month number of ``YYYY-MM..YYYY-MM``.

    Raises
    ------
    ValueError
        If the text is not a period.

    Examples
    --------
    >>> read_period("2024-12..2025-01") == (month_number("2024-12"), month_number("2025-01"))
    True
    """
    first, dots, last = text.partition("..")
    period = month_number(first), month_number(last)
    if not dots or period[0] > period[1]:
        raise ValueError(f"“{text}” is not a period written as YYYY-MM..YYYY-MM")
    return period


def write_period(first: int, last: int) -> str:
    """``YYYY-MM..YYYY-MM``; the inverse of :func:`read_period`."""
    return f"{month_text(first)}..{month_text(last)}"


def listed(words: Sequence[str]) -> str:
    """Words joined as a person would: "a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


MOST_NAMED = 3
"""Places that a sentence names; the others are counted."""


def named(words: Sequence[str], one: str = "", many: str = "", *, most: int = MOST_NAMED) -> str:
    """Words joined up to a number, and how many there are besides.

    Parameters
    ----------
    words : sequence of str
    one, many : str, optional
        What one of them is called, and several.
    most : int

    Examples
    --------
    >>> named(["Bedford", "Luton"]), named(["a", "b", "c", "d"], "ward", "wards")
    ('Bedford and Luton', 'a, b, c and 1 other ward')
    >>> named(["a", "b", "c", "d", "e"])
    'a, b, c and 2 others'
    """
    rest = len(words) - most
    if rest <= 0:
        return listed(words)
    others = f"other {agree(rest, one, many)}" if one else agree(rest, "other", "others")
    return listed([*words[:most], f"{rest:,} {others}"])


def agree(number: int | str, one: str, many: str) -> str:
    """The word that goes with a number, or with its text: "ward" with 1, "wards" with any other.

    The text of a suppressed number takes the plural, so that the word does not tell it.
    """
    return one if str(number) == "1" else many


def a(noun: str) -> str:
    """A noun with its article.

    >>> a("overlay"), a("borough code")
    ('an overlay', 'a borough code')
    """
    return f"{'an' if noun[:1].lower() in tuple('aeiou') else 'a'} {noun}"


def verb(number: int | str, one: str, many: str) -> str:
    """The verb that goes with a part of many: "has" with "1 of 79 wards" and with "not one of 79"."""
    return one if str(number) in ("0", "1") else many


def counted(number: int | str, one: str, many: str) -> str:
    """A number, or a text that holds one, with its noun.

    Examples
    --------
    >>> counted(1, "ward", "wards"), counted(0, "ward", "wards"), counted("*", "search", "searches")
    ('1 ward', '0 wards', '* searches')
    """
    text = number if isinstance(number, str) else f"{number:,}"
    return f"{text} {agree(text, one, many)}"


def two_or_more(of: int) -> str:
    """Name two or more of some sources.

    >>> two_or_more(2), two_or_more(4)
    ('both sources', 'two or more of 4 sources')
    """
    return "both sources" if of == 2 else f"two or more of {counted(of, 'source', 'sources')}"


def written(value: float, form: str = "{:,.1f}", missing: str = "–") -> str:
    """A number as people read it: no nought with a sign, a true minus, and words where there is none.

    Examples
    --------
    >>> written(-0.04), written(-1234.5), written(float("inf")), written(0.256, "{:.0%}")
    ('0.0', '−1,234.5', '–', '26%')
    """
    if not isfinite(value):
        return missing
    text = form.format(value)
    if text.startswith("-"):
        return f"−{text[1:]}" if re.search("[1-9]", text) else text[1:]
    return text


def percent(share: float) -> str:
    """A share of which there is some, never rounded to nought; nor to all where it is less.

    Examples
    --------
    >>> percent(0.256), percent(0.0002), percent(0), percent(0.9998), percent(1)
    ('25.6%', 'under 0.1%', '0.0%', 'over 99.9%', '100%')
    """
    if 0 < share < 0.0005:
        return "under 0.1%"
    if share > 0.9995:
        return "100%" if share >= 1 else "over 99.9%"
    return f"{share:.1%}"


def fine_enough(*numbers: float) -> str:
    """The form of numbers said together: decimals where the largest is small, none where it is large.

    Examples
    --------
    >>> [written(number, fine_enough(number)) for number in (4949.3, 12.34, 0.4567, -0.0123)]
    ['4,949', '12.3', '0.46', '−0.012']
    """
    return f"{{:,.{decimals(*numbers)}f}}"


def decimals(*numbers: float) -> int:
    """Decimals of numbers said together.

    Examples
    --------
    >>> decimals(4949.3), decimals(12.34, 0.4567), decimals(-0.0123)
    (0, 1, 3)
    """
    largest = max(abs(number) for number in numbers)
    return 0 if largest >= 1000 else 1 if largest >= 1 else 2 if largest >= 0.1 else 3


def within(value: float, low: float, high: float, form: str = "{:,.1f}") -> str:
    """A number and the limits that it lies within.

    Examples
    --------
    >>> within(3.0, 1.5, 6.0), within(2.0, 1.0, float("inf"))
    ('3.0 (1.5 to 6.0)', '2.0 (1.0 or more)')
    """
    return f"{written(value, form)} ({between(low, high, form)})"


def between(low: float, high: float, form: str = "{:,.1f}") -> str:
    """Limits in words, "1.5 to 6.0", "1.5 or more"."""
    return f"{written(low, form)} {f'to {written(high, form)}' if isfinite(high) else 'or more'}"


def signed_changes(ratio: float, low: float, high: float) -> tuple[str, str, str]:
    """A change and its limits with their signs, so fine that no limit is written as 0% that is not.

    Examples
    --------
    >>> signed_changes(1.12, 1.05, 1.2), signed_changes(0.98, 0.963, 0.996)
    (('+12%', '+5%', '+20%'), ('−2.0%', '−3.7%', '−0.4%'))
    """
    digits = int(min(abs(low - 1), abs(high - 1)) < 0.005)
    change, lower, upper = (written(each - 1, f"{{:+.{digits}%}}") for each in (ratio, low, high))
    return change, lower, upper


def changed_by(ratio: float, low: float, high: float) -> str:
    """Size of a change without its sign, and its limits.

    Examples
    --------
    >>> changed_by(1.12, 1.05, 1.2), changed_by(0.98, 0.963, 0.996)
    ('12% (+5% to +20%)', '2.0% (−3.7% to −0.4%)')
    """
    change, lower, upper = signed_changes(ratio, low, high)
    return f"{change.lstrip('+−')} ({lower} to {upper})"


def upper_first(text: str) -> str:
    """Begin a sentence: raise the first letter only, so that names keep their capitals."""
    return text[:1].upper() + text[1:]


UNSEEN = "[\\x00-\\x1f\\x7f-\\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
"""What cannot be seen in a text, or breaks or turns its line."""


def one_line(text: str) -> str:
    """Text on one line, without what cannot be seen.

    Examples
    --------
    >>> one_line(" North\\nward\\0 ")
    'North ward'
    """
    return " ".join(re.sub(UNSEEN, " ", text.replace("\0", "")).split())


def slug(label: str) -> str:
    """Name of a category in a URL.

    Examples
    --------
    >>> slug("Violence and sexual offences")
    'violence-and-sexual-offences'
    """
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def one_span(hours: Sequence[int]) -> tuple[int, int] | None:
    """First and last hour where the hours are one unbroken run around the clock."""
    chosen = set(hours)
    starts = [h for h in hours if (h - 1) % 24 not in chosen]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(chosen) - 1) % 24


def hours_name(hours: Sequence[int]) -> str:
    """Hours in words, "19:00 to 06:59"."""
    span = one_span(hours)
    if span is not None:
        return f"{span[0]:02d}:00 to {span[1]:02d}:59"
    return "the hours " + listed([f"{h:02d}" for h in hours])


def clock_runs(week: Sequence[bool], most: int) -> list[str]:
    """Stretches of hours of a week in words, the longest first, and how many hours more there are.

    Parameters
    ----------
    week : sequence of bool, length 168
        From Monday 00:00; the week goes round, so that a stretch may pass from Sunday into Monday.
    most : int
        Stretches named.

    Examples
    --------
    >>> hours = [False] * 168
    >>> hours[4 * 24 + 22 : 5 * 24 + 3] = [True] * 5
    >>> hours[0] = hours[167] = True
    >>> clock_runs(hours, 1), clock_runs(hours, 2)
    (['Fri 22:00 to Sat 03:00', '2 hours more'], ['Fri 22:00 to Sat 03:00', 'Sun 23:00 to Mon 01:00'])
    """
    size = len(week)
    if all(week):
        return ["every hour of the week"]
    runs = []
    for start in (at for at in range(size) if week[at] and not week[at - 1]):
        length = next(step for step in range(size) if not week[(start + step) % size])
        runs.append((length, start))
    runs.sort(key=lambda run: (-run[0], run[1]))
    said = [f"{_moment(start)} to {_until(start, start + length)}" for length, start in runs[:most]]
    left = sum(length for length, _ in runs[most:])
    return [*said, *([f"{left} {agree(left, 'hour', 'hours')} more"] if left else [])]


def _moment(hour: int) -> str:
    """An hour of the week, "Fri 22:00"."""
    day, hour = divmod(hour % (24 * len(DAYS)), 24)
    return f"{DAYS[day].capitalize()} {hour:02d}:00"


def _until(start: int, end: int) -> str:
    """The end of a stretch of hours, with its day where that is another."""
    return _moment(end)[4:] if end // 24 == start // 24 else _moment(end)


def windows_name(compared: Windows) -> str:
    """Both windows in words, "28 days to 31 December 2023 against the 28 days before"."""
    return f"{after_name(compared)} against {before_name(compared)}"


def after_name(compared: Windows) -> str:
    """The later window in words, "28 days to 31 December 2023"."""
    after = compared.after
    if compared.kind == "28-days":
        return f"28 days to {day_name(after.stop)}"
    if compared.by_month:
        return period_name(after.months[0], after.months[-1])
    return f"1 January to {day_name(after.stop)}"


def before_name(compared: Windows) -> str:
    """The window compared with in words, "the same days of 2022"."""
    if compared.kind == "28-days":
        return "the 28 days before"
    return f"the same {'months' if compared.by_month else 'days'} of {compared.before.stop.year}"


def lower_first(text: str) -> str:
    """Lower the first letter unless the word is an abbreviation such as A&E."""
    return text if text[1:2].isupper() or text[1:2] == "&" else text[:1].lower() + text[1:]


def leading(leaders: Sequence[str], noun: str, value: str) -> str:
    """Say who has the most, without a full stop: "July has the most offences: 8,134"."""
    have, each = agree(len(leaders), "has", "have"), agree(len(leaders), "", " each")
    return upper_first(f"{named(leaders)} {have} the most {noun}: {value}{each}")
