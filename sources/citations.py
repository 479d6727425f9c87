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
_BETWEEN = rf"[\s,;&\u207b{_DASHES}]*(?:(?:and|to|through)\b)?\s*"
_GROUP = f"{_ONE}(?:{_BETWEEN}{_ONE})*"
_UNIT = rf"(?:\[\s*{_GROUP}\s*\]|\(\s*{_GROUP}\s*\)|\u207d\s*{_GROUP}\s*\u207e|{_ONE})"
_CITED = re.compile(f"{_UNIT}(?:{_BETWEEN}{_UNIT})*")
# After these words the number is a noun ("as described in [12]"): without it the sentence breaks off.
_NEED_NOUN = frozenset(
    {"in", "by", "of", "from", "with", "to", "than", "per", "on", "see", "ref", "ref.", "refs", "refs.", "reference",
     "references", "e.g.", "e.g.,", "i.e.", "i.e.,", "cf", "cf."}
)  # fmt: skip
_EMPTY = re.compile(
    r"[(\[](?:[\s,;.:]|see|also|and|e\.?g\.?|i\.?e\.?|cf\.?|refs?\.?|references?|reviewed|for|a|reviews?|example)*"
    r"[)\]]",
    re.I,
)
_BEFORE_CLOSING = re.compile(r"[\s,;]+([)\]])")
_AFTER_OPENING = re.compile(r"([(\[])[\s,;]+")
_DOUBLED = re.compile(r"([,;])\s*(?=[,;.])")


def marked(words: str) -> str:
    """A citation as it should enter the paragraph: between marks if it is numbers, else as it is."""
    return f"{OPEN}{words}{CLOSE}" if words.isdecimal() or _NUMBERS.fullmatch(words) else words


def without_marks(text: str) -> str:
    """`text` without its marked citations and what they leave behind; `text` itself if it has none."""
    if OPEN not in text:
        return text
    pieces: list[str] = []
    end = 0
    debris = False
    for found in _CITED.finditer(text):
        before = text[end : found.start()]
        end = found.end()
        if before[-16:].rstrip(" :[(").rpartition(" ")[2].lstrip("([").lower() in _NEED_NOUN:
            pieces += (before, found.group().replace(OPEN, "").replace(CLOSE, ""))
            continue
        before = before.rstrip()
        pieces.append(before)
        last, following = before[-1:], text[end : end + 2]
        if following[:1].isalnum():
            pieces.append(" ")
        elif last == "." and following[:1] == ".":
            end += 1  # "et al. [12]." had two full stops, one each side.
        debris = debris or (last != "" and last in "([,;") or following.lstrip()[:1] in {")", "]"}
    pieces.append(text[end:])
    text = "".join(pieces)
    if debris:
        text = _BEFORE_CLOSING.sub(r"\1", _AFTER_OPENING.sub(r"\1", _without_empty(text)))
        text = _DOUBLED.sub("", text)
    return text


def _without_empty(text: str) -> str:
    """`text` without brackets that hold nothing, nor the blanks before them."""
    pieces = []
    end = 0
    for found in _EMPTY.finditer(text):
        pieces.append(text[end : found.start()].rstrip())
        end = found.end()
    pieces.append(text[end:])
    return "".join(pieces)
