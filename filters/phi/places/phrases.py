"""Names of several words: how far one goes to the left and to the right of a place in a text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from filters.phi.places import lexicon

_THE: Final = "The"
_AND: Final = "&"
_TOKEN: Final = re.compile(r"[^\s]+")
_CONNECTORS: Final = lexicon.words("connectors")
_LEFT_CONNECTORS: Final = lexicon.words("left_connectors")
_ABBREVIATIONS: Final = frozenset(
    {"st.", "ste.", "mt.", "ft.", "n.", "s.", "e.", "w.", "sta.", "sto.", "u.", "c.", "m.", "d."}
)
_STARTERS: Final = lexicon.words("starters")
"""Words at which a name that is read to the left has begun."""


@lru_cache(1 << 14)
def capital(token: str) -> bool:
    """A token that has a capital letter in its first two places."""
    bare = token.lstrip("\"'“‘(«[")
    return bare[:1].isupper() or (bare[:1].islower() and bare[1:2].isupper()) or _misread(bare)


def _misread(bare: str) -> bool:
    """A figure that was read for a capital: 0xford, 5toverton."""
    return (
        bare[:1] in "01568"
        and _MISREAD.match(bare) is not None
        and lexicon.common().isdisjoint((bare[1:].lower().strip(".,;:?!"),))
    )


_MISREAD: Final = re.compile(r"[01568][a-zà-ÿ]{4,}")


_POSSESSIVE: Final = re.compile(r"['’]s?$")


@lru_cache(1 << 14)
def bare(token: str) -> str:
    """A token in lower case, without the punctuation around it and without a possessive."""
    stripped = token.strip(".,;:!?\"'“”‘’()[]«»*").lower()
    return _POSSESSIVE.sub("", stripped)


def left(text: str, end: int, *, lower: bool = False, limit: int = 7) -> int:
    """Where the name begins that ends at `end`; `end` itself if there is none.

    With `lower`, words count as parts of a name that English does not know.
    """
    begin = max(0, end - 140)
    window = text[begin:end]
    tokens = list(_TOKEN.finditer(window))
    if begin and tokens and tokens[0].start() == 0:
        del tokens[0]  # cut in two
    start, taken = end, 0
    edge = end
    for match in reversed(tokens[-2 * limit :]):
        token = match.group()
        if (
            taken >= limit
            or (taken == 0 and "\n" in window[match.end() :])
            or "\n\n" in text[begin + match.end() : edge]
        ):
            break
        word = token.lower()
        low = word.strip("\"'“‘(«")
        if "[" in token or "]" in token or any(mark in token for mark in "/=<>|") or (":" in token):
            break
        if token[-1] in '.;:!?)"”»' and low not in _ABBREVIATIONS and not re.fullmatch(r"(?:[a-z]\.)+", low):
            break
        if token[-1] == "," and taken:
            break
        if token[-1] == ",":
            break
        if low in _STARTERS:
            if low == "the" and token == _THE and taken and begin + match.start() > 0:
                previous = text[: begin + match.start()].rstrip(" ")
                if previous and previous[-1].isalpha() and previous[-1].islower():
                    start = begin + match.start()
            break
        named = capital(token) or (lower and named_lower(low))
        edge = begin + match.start()
        if named:
            opened = len(token) - len(token.lstrip("\"'“‘(«"))
            start = edge + opened
            taken += 1
            if opened:
                break
        elif word not in _LEFT_CONNECTORS or not taken:
            break
    return start


def named_lower(word: str) -> bool:
    """A word in lower case that may be part of a name: none of English, or one that hospitals are called by."""
    word = bare(word)
    if word in ("st", "saint", "mount"):
        return True
    return (
        word.isalpha() and len(word) > 2 and (word not in lexicon.common() or word in lexicon.words("hospital_names"))
    )


_EDGE: Final = re.compile(r"[^\w.]+$")
_DISTRICT: Final = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?$|[A-Z]\d[A-Z]$")
_LETTERED: Final = re.compile(r"[A-Z]-[a-z]")
_ARTICLE: Final = re.compile(r"(?:d|l|dell|all|nell|s)['’][A-ZÀ-Ý]")
_OWNED: Final = re.compile(r"(?i)(?:st|saint|children|women|guy|king|queen)")
"""Beginnings of names that a possessive is part of."""


@lru_cache(1 << 14)
def _core(token: str) -> tuple[str, str]:
    """A token without the marks behind it, and that in lower case, the full stop kept."""
    core = _EDGE.sub("", token)
    low = core.lower()
    return core if low in _ABBREVIATIONS else core.rstrip("."), low


def right(text: str, start: int, *, limit: int = 5) -> int:
    """Where the name ends that begins at `start`; `start` itself if no capital stands there."""
    end, taken, edge = start, 0, start
    shout = False
    for match in _TOKEN.finditer(text, start, start + 120):
        token = match.group()
        if "\n" in text[edge : match.start()] or taken >= limit or match.start() - edge > 3:
            break
        edge = match.end()
        core, low = _core(token)
        if not core:
            if token == _AND:
                continue
            break
        if taken and _DISTRICT.match(token):
            break  # a postcode of the United Kingdom or Canada
        if token[0] == "(" or "[" in token or _LETTERED.match(token):
            break
        if capital(token):
            if taken and (low in _STARTERS or low in _LABELS or (shout and _word(low))):
                break
            if taken == 0 and token[0] in "\"'“‘(«":
                break
            shout = core.isupper() and len(core) > 4
            if _OWNED.match(text, start) is None:
                core = _POSSESSIVE.sub("", core)
            end = match.start() + len(core)
            taken += 1
            if len(core) < len(token):
                break
        elif taken == 0 and _ARTICLE.match(token):
            end, taken = match.start() + len(core), 1
        elif not taken or low not in _CONNECTORS or len(core) < len(token) or not _continues(text, match.end(), low):
            break
    return end


_LABELS: Final = lexicon.words("labels")


def _word(low: str) -> bool:
    """A word of English that goes on in capitals behind a name in capitals, and is no part of it."""
    return low in lexicon.common() and low not in lexicon.words("hospital_names") and low not in lexicon.words("heads")


def _continues(text: str, at: int, word: str) -> bool:
    """A connector that also joins other things ("Boston and Mr Smith") goes on only in names that have it so."""
    if word not in ("in", "on", "by", "en", "an", "e", "i", "am", "and", "y", "&"):
        return True
    if word in ("in", "by", "en", "e", "i"):
        return False
    rest = text[at : at + 24]
    if word == "on":
        return (
            re.match(
                r"[ ]{1,3}(?:the Wold|the Hill|Sea\b|T(?:yne|rent|ees|hames|weed)|Avon|Wye|Hudson|Humber|Severn|Dee\b)",
                rest,
            )
            is not None
        )
    return (
        word.lower() not in ("and", "y", "&")
        or re.match(r" (?:Women|Children|Clinic|District|Bute|Surrounding)", rest) is not None
    )


@lru_cache(1 << 14)
def titled(name: str) -> bool:
    """Capitals only begin words, or stand behind a hyphen, an apostrophe, Mc and Mac: no acronym, no gene."""
    pieces = [piece for word in name.split() for piece in re.split(r"[-‐‑–—'’.&]", word) if len(piece) > 1]
    return all(re.sub(r"^(?:Mc|Mac|De|Du|La|Le|Mac|Fitz)(?=[A-Z])", "", piece)[1:].islower() for piece in pieces)


def before(text: str, at: int, count: int) -> list[str]:
    """The last `count` words before `at` in lower case, within one sentence."""
    window = text[max(0, at - 80) : at].lower()
    cut = max(window.rfind(mark) for mark in (". ", ".\n", "; ", ": ", "\n\n"))
    return window[cut + 1 :].replace(",", " ").split()[-count:]


def tokens(name: str) -> list[str]:
    """The words of a name in lower case, bare."""
    return [word for word in (bare(token) for token in name.split()) if word]


@lru_cache(1 << 14)
def proper(name: str) -> bool:
    """Some word of the name is none of English, or one that hospitals are called by."""
    return any(
        (word not in lexicon.common() and word not in lexicon.words("generic") and not word.isdigit())
        or word in lexicon.words("hospital_names")
        for word in tokens(name)
        if word not in _CONNECTORS
    )


@lru_cache(1 << 14)
def generic(name: str) -> bool:
    """Every word is one that makes no name."""
    listed = lexicon.words("generic")
    return all(
        word in listed or word.isdigit() or all(part in listed for part in word.split("-"))
        for token in name.split()
        if token not in _CONNECTORS and (word := bare(token))
    )
