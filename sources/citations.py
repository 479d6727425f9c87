"""Citation numbers taken out of a sentence so that it still reads.

While a paragraph is assembled, each cited number stands between two control characters that XML cannot contain. What
the number leaves behind (empty brackets, a comma before a bracket, a blank before a full stop) goes with it. Names
and years (`Smith 2004`) are words of the sentence and stay.
"""

from __future__ import annotations

import re

OPEN, CLOSE = "\x01", "\x02"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212-"

_NUMBERS = re.compile(rf"[\s\[({{]*[\d\s,;&*\u2020\u2021.{_DASHES}]+[a-z]?[\s\])}}.,;]*")

_ONE = f"{OPEN}[^{CLOSE}]*{CLOSE}"
_BETWEEN = rf"[\s,;.&{_DASHES}]*(?:(?:and|to|through)\b)?\s*"
_GROUP = f"{_ONE}(?:{_BETWEEN}{_ONE})*"
_CITED = re.compile(rf"(\s*)(?:\[\s*{_GROUP}\s*\]|\(\s*{_GROUP}\s*\)|{_GROUP})(?=(\w)?)")
# After these words the number is a noun ("as described in [12]"): without it the sentence breaks off.
_NEEDS_NOUN = re.compile(
    r"(?:^|[\s(\[])(?:in|by|of|from|with|to|than|per|on|see|studies|study|refs?\.?|references?|trials?)[\s:]*[\[(]?$",
    re.I,
)
_EMPTY = re.compile(
    r"\s*[(\[](?:[\s,;.:]|see|also|and|e\.?g\.?|i\.?e\.?|cf\.?|refs?\.?|references?|reviewed|for|a|reviews?|example)*[)\]]",
    re.I,
)
_BEFORE_CLOSING = re.compile(r"[\s,;]+([)\]])")
_AFTER_OPENING = re.compile(r"([(\[])[\s,;]+")
_DOUBLED = re.compile(r"([,;])\s*(?=[,;.])")


def marked(words: str) -> str:
    """A citation as it should enter the paragraph: between marks if it is numbers, else as it is."""
    return f"{OPEN}{words}{CLOSE}" if _NUMBERS.fullmatch(words) else words


def without_marks(text: str) -> str:
    """`text` without its marked citations and what they leave behind; `text` itself if it has none."""
    if OPEN not in text:
        return text
    pieces: list[str] = []
    end = 0
    for found in _CITED.finditer(text):
        before = text[end : found.start()]
        pieces.append(before)
        end = found.end()
        if _NEEDS_NOUN.search(before[-16:] if len(before) > 16 else before):
            pieces.append(found.group().replace(OPEN, "").replace(CLOSE, ""))
        elif found.group(2) and not found.group(1):
            pieces.append(" ")
    pieces.append(text[end:])
    text = "".join(pieces)
    text = _BEFORE_CLOSING.sub(r"\1", _AFTER_OPENING.sub(r"\1", _EMPTY.sub("", text)))
    return _DOUBLED.sub("", text)
