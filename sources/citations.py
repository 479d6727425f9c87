"""Citation numbers taken out of a sentence so that it still reads.

While a paragraph is assembled, each cited number stands between two control characters that XML cannot contain. What
the number leaves behind (empty brackets, a comma before a bracket, a blank before a full stop) goes with it, and
nothing elsewhere. Names and years (`Smith 2004`) are words of the sentence and stay, also where the year alone is
linked.
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
_BLANKS = " \t\r\n\xa0\u2002\u2003\u2005\u2009\u200a\u202f\u3000"
_SEPARATORS = f"{_BLANKS},;"
# Brackets that a citation emptied. Its place is kept as an OPEN until what it left is cleared: nothing elsewhere goes.
_EMPTY = re.compile(
    rf"[(\[](?:[\s,;:{OPEN}]|see|also|and|e\.?g|i\.?e|cf|references?|refs?|reviewed|for|(?:an? +)?(?:reviews?|example)"
    r"|\.)*+[)\]]",
    re.I,
)

_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?"
_YEARS = rf"[\s\[({{]*{_YEAR}(?:[\s,;&{_DASHES}]+{_YEAR})*[\s\])}}.,;]*"
_LINKED_YEARS = re.compile(f"{OPEN}({_YEARS}){CLOSE}")
_LINKED_NUMBER = re.compile(f"{OPEN}(?!{_YEARS}{CLOSE})")
_A_YEAR = re.compile(_YEAR)
_BEFORE_YEAR = f"{_SEPARATORS}&([{{"
_NAMED = frozenset({"al", "colleagues", "coworkers", "co-workers", "others"})


def marked(words: str) -> str:
    """A citation as it should enter the paragraph: between marks if it is numbers, else as it is."""
    return f"{OPEN}{words}{CLOSE}" if words.isdecimal() or _NUMBERS.fullmatch(words) else words


def without_marks(text: str) -> str:
    """`text` without its marked citations and what they leave behind; `text` itself if it has none."""
    if OPEN not in text:
        return text
    if _LINKED_YEARS.search(text):
        text = _with_years(text)
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
        if (last != "" and last in "([,;") or following.lstrip()[:1] in {")", "]"}:
            pieces.append(OPEN)
            debris = True
    pieces.append(text[end:])
    text = "".join(pieces)
    return _cleared(text) if debris else text


def _cleared(text: str) -> str:
    """`text` without the brackets, blanks and commas that citations left where an OPEN stands, nor the OPENs."""
    pieces: list[str] = []
    end = 0
    for found in _EMPTY.finditer(text):
        if OPEN in found.group():
            pieces.append(text[end : found.start()].rstrip())
            end = found.end()
    pieces.append(text[end:])
    first, *following = "".join(pieces).split(OPEN)
    pieces = [first]
    for piece in following:
        before, after = _end(pieces, _SEPARATORS), piece.lstrip(_SEPARATORS)
        if before in {"(", "["} or after[:1] in {")", "]"}:
            _strip(pieces, _SEPARATORS)
            pieces.append(after)
        elif _end(pieces, _BLANKS) in {",", ";"} and (after := piece.lstrip(_BLANKS))[:1] in {",", ";", "."}:
            _strip(pieces, _BLANKS)
            pieces[-1] = pieces[-1][:-1]
            pieces.append(after)
        else:
            pieces.append(piece)
    return "".join(pieces)


def _end(pieces: list[str], ignored: str) -> str:
    """The last character of the joined pieces that is none of `ignored`."""
    return next((bare[-1] for piece in reversed(pieces) if (bare := piece.rstrip(ignored))), "")


def _strip(pieces: list[str], ignored: str) -> None:
    """Take `ignored` off the end of the joined pieces."""
    while pieces and not (bare := pieces[-1].rstrip(ignored)):
        pieces.pop()
    if pieces:
        pieces[-1] = bare


def _with_years(text: str) -> str:
    """`text` without the marks of what looks like years and is none of over 1500 numbered references."""
    numbered = _LINKED_NUMBER.search(text) is not None
    pieces: list[str] = []
    before = ""
    end = 0
    for found in _LINKED_YEARS.finditer(text):
        words = found.group(1)
        before = (before + text[end : found.start()])[-80:]
        dated = _dates_a_work(before + words[: len(words) - len(words.lstrip("[({ "))], numbered)
        pieces += (text[end : found.start()], words if dated else found.group())
        before += pieces[-1]
        end = found.end()
    pieces.append(text[end:])
    return "".join(pieces)


def _dates_a_work(before: str, numbered: bool) -> bool:
    """Whether a year that is linked after `before` is one.

    It is after a name or such a year. After another word it is, unless the paragraph links plain numbers too, or it
    stands as numbers do: alone in square brackets or raised, without a blank.
    """
    bare = before.rstrip(_BEFORE_YEAR)
    parting = before[len(bare) :]
    words = [word for word in bare.split() if word != "and"]
    word = words[-1].lstrip("([") if words else ""
    square = parting.endswith("[")
    if word[:1].isupper() or word.rstrip(".,").lower() in _NAMED:
        return parting != "" and not (square and numbered)
    if _A_YEAR.fullmatch(word) and not parting.endswith(("[", "(")):
        return True
    return parting != "" and not square and not numbered
