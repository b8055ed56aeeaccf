"""What is wrong with a sentence that the program made of numbers?"""

import re

_ONE = (
    "small area|area|ward|borough|offence|attendance|event|month|source|resident|category|hotspot|row|check"
)
_MANY = "small areas|areas|wards|boroughs|offences|attendances|events|months|sources|residents|categories"
_MANY += "|hotspots|rows|checks"
_OTHER_THAN_ONE = r"(?<![\d.,])(?:0|[2-9]|[1-9]\d+|\d{1,3}(?:,\d{3})+)"
_OF = rf"of (?:the )?(?:[\d,]+|one)(?: of [\d,]+)? (?:{_MANY})(?: that could be \w+)?"

FAULTS = {
    "begins small": r"^(?!A&E)[^A-Z0-9*“]",
    "does not end": r"[^.]$",
    "no number": r"\b(?:nan|inf|None|NaN|NaT)\b|<NA>|[{}]|[−-]0(?:\.0+)?(?![\d.]*[1-9])(?=\D|$)",
    "spaces or stops": r"  | [.,;:]|\.\.|,,|;;|,\.|\(\)|\( | \)",
    "a doubled word": r"(?i)\b([a-z]{2,}) \1\b",
    "one of many": rf"(?<![\d.,−-])1 (?:more |other )?(?:{_MANY})\b",
    "many of one": rf"{_OTHER_THAN_ONE} (?:more |other )?(?:{_ONE})\b(?! of the)",
    "one among": r"\bamong (?:the one|1)(?![\d,])\b",
    "no comma": r"(?<![\w.,:/#−-])(?!(?:19|20)\d\d\b)\d{4,}(?![\w:/-])",
    "one are of them": r"(?<![\d.,])1 of them (?:are|have|hold|show|stand)\b",
    "one are": rf"\b(?:1|[Nn]ot one|[Tt]he one) {_OF} (?:are|have|hold|show|stand|do|pass)\b",
    "many is": rf"(?<!the ){_OTHER_THAN_ONE} {_OF} (?:is|has|holds|shows|stands|does|passes)\b",
    "no many": r"(?i)\bno (?:small area|ward|borough) (?:are|have|hold|show)\b",
    "nought of": r"(?<![\d.,])0 of (?:the )?[\d,]+ ",
    "they or it": r"\b1 of [\d,]+ [^.;]*; they\b|(?<!the )\b(?:[2-9]|\d\d+) of [\d,]+ [^.;]*; it\b",
}
"""Name of a fault to what gives it away."""


def faults(sentence: str) -> list[str]:
    """Names of the faults of a text of whole sentences."""
    found = [name for name, sign in FAULTS.items() if re.search(sign, sentence)]
    return found + ["a sentence begins small"] * bool(re.search(r"(?<!etc)\. [a-z]", sentence))
