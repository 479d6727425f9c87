"""A town where one is expected: how far its name goes, with the state and the postcode behind it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from filters.phi.places import lexicon, phrases

STATE_NAMES: Final = "|".join(
    sorted((re.escape(name) for name in lexicon.STATES.values()), key=lambda name: (-len(name), name))
)

POST: Final = "|".join(sorted(lexicon.STATES))

OLD: Final = "|".join(lexicon.OLD_STATES.split())

ZIP: Final = r"\b\d{5}(?:[-\u2013 ]\d{4})?\b(?![-.,]?\d)"

_STATE: Final = re.compile(
    rf",?[ \t\n]{{1,2}}(?:(?:{POST})\b(?!\.?[a-z\d-])|(?i:{STATE_NAMES})\b|(?:{OLD})\.|(?:N\.[YJCMHD]|S\.[CD]|R\.I|"
    rf"W\.V|D\.C)\.(?:A\.)?)(?![-\w])"
)

_STATE_LOWER: Final = re.compile(rf"(?i),?[ \t\n]{{1,2}}(?:{STATE_NAMES})\b(?![-\w])")

_ZIP: Final = re.compile(
    rf",?[ \t\n]{{1,3}}(?:{ZIP}|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b|[A-Z]\d[A-Z] ?\d[A-Z]\d\b|"
    rf"-? ?\d{{3}} ?\d{{3}}\b)"
)

_STATE_WITHIN: Final = re.compile(rf"[ \t](?:{POST})$")

AREA_NOUN: Final = re.compile(
    r"(?:[- ]{1,3}(?:area|region|suburbs?|metro(?:politan)?(?: area)?|county|parish|township|district|borough|"
    r"vicinity|proper|city limits)\b)+"
)


@lru_cache(1 << 14)
def spared(name: str) -> bool:
    """A country, a state, a people: what may stand."""
    low = " ".join(phrases.tokens(name))
    return low in lexicon.broad() and low not in lexicon.CITY_STATES


@lru_cache(1 << 14)
def known(name: str) -> bool:
    """A listed town."""
    low = " ".join(name.lower().split()).strip(" .,'’")
    return lexicon.people(low) > 0 and low not in ("of", "hospital", "man", "time")


@lru_cache(1 << 14)
def sure(name: str) -> bool:
    """A town by its name alone, behind no more than "in" or "from"."""
    shouted = name.isupper() and len(name) > 5
    if not (phrases.titled(name) or shouted or name.lower() in lexicon.words("nicknames")):
        return False
    low = re.sub(r"['’]s?$", "", " ".join(name.lower().split()).strip(" .,"))
    size = lexicon.people(low)
    person = low in lexicon.surnames()
    if low in lexicon.broad() and low not in lexicon.CITY_STATES:
        return False
    if low in lexicon.common() or low in lexicon.words("generic") or low in lexicon.words("acronyms"):
        return False
    if size:
        return not person or size >= 50_000
    return not person and lexicon.townlike(low) and len(low) > 5


def state(text: str, at: int, *, lower: bool = False) -> int | None:
    """Where a state ends that stands at `at`, behind a comma or a blank."""
    match = (_STATE_LOWER if lower else _STATE).match(text, at)
    return match.end() if match else None


def postcode(text: str, at: int) -> int:
    """Where a postcode ends that stands at `at`; `at` if there is none."""
    match = _ZIP.match(text, at)
    return match.end() if match else at


def read(text: str, at: int, *, strict: bool, cue: bool = False) -> int | None:
    """Where a town ends that begins at `at`, with its state and postcode; None if there is none.

    `strict` asks for a town that is sure by itself or by its state; else a name will do, as behind "lives in".
    """
    stop = phrases.right(text, at, limit=5)
    if stop <= at:
        return None
    name = text[at:stop]
    after_state = state(text, stop)
    # "Boston MA 02115": the state was read as a word of the name.
    inner = _STATE_WITHIN.search(name)
    if inner and after_state is None:
        name, after_state, stop = name[: inner.start()], stop, at + inner.start()
    if phrases.generic(name) or spared(name):
        spelled = name.lower().strip(" .") in lexicon.CITY_STATES
        return _with(text, at, stop, after_state) if spelled and (cue or after_state is not None) else None
    if name.lower() in lexicon.words("acronyms"):
        return None
    comma = text[stop : stop + 1] == ","
    if after_state is not None and plausible(
        name, cue=not strict or (comma and phrases.proper(name)), zipped=postcode(text, after_state) > after_state
    ):
        return _with(text, at, stop, after_state)
    if strict and not sure(name):
        first = _longest(text, at, stop)
        return first if first is not None and first > at else None
    if not strict and not _namelike(name, text, at):
        return None
    return _with(text, at, stop, None)


def _longest(text: str, at: int, stop: int) -> int | None:
    """The longest beginning of several words that is a town: "Boston General" is one and a word."""
    cut = text.rfind(" ", at, stop)
    while cut > at:
        if sure(text[at:cut]):
            after = phrases.tokens(text[cut:stop])
            return None if any(word in lexicon.words("eponym_nouns") for word in after) else cut
        cut = text.rfind(" ", at, cut)
    return None


def plausible(name: str, *, cue: bool, zipped: bool) -> bool:
    """A name before a state's abbreviation is a town, and not a person before a degree: "Smith, MD"."""
    low = name.lower().strip(" .,")
    return cue or zipped or lexicon.people(low) > 0 or lexicon.townlike(low)


def _namelike(name: str, text: str, at: int) -> bool:
    low = name.lower().strip(" .,")
    if low in lexicon.words("acronyms") or re.search(r"\d\d|\b\d\b", name) or len(name) < 3:
        return lexicon.people(low) > 0 and len(name) > 1
    if name.split(maxsplit=1)[0].rstrip(".") in ("Dr", "Mr", "Mrs", "Ms", "Miss", "Prof", "Drs"):
        return False
    if not phrases.titled(name) and not name.isupper() and not known(name):
        return False
    shouted = text[max(0, at - 4) : at].strip().isupper()  # the words before are in capitals too
    if name.isupper() and len(name) < 6 and not (shouted and len(name) > 3):
        return known(name) and name in ("NYC", "LA", "SF", "NOLA")
    if name.isupper():  # a text in capitals: every word looks like a name
        return known(name) or lexicon.townlike(low) or (" " not in name and low not in lexicon.common())
    words = phrases.tokens(name)
    return any(word not in lexicon.words("generic") for word in words)


def _with(text: str, at: int, stop: int, after_state: int | None) -> int:
    end = after_state if after_state is not None else stop
    zipped = postcode(text, end)
    if zipped > end:
        return zipped
    if after_state is None:
        area = AREA_NOUN.match(text, end)
        return area.end() if area else end
    return end


def follows_eponym(text: str, end: int) -> bool:
    if re.match(r"['’]s\b", text[end:]):
        return True
    following = re.match(r"[ \t]?-?[ \t]?([A-Za-z-]+)", text[end : end + 30])
    return following is not None and following[1].lower() in lexicon.words("eponym_nouns")


_MAKER_BEFORE: Final = re.compile(r"\([^()\n]{2,80}, ?$")
_MAKER_AFTER: Final = re.compile(r"(?:,[ ]?[A-Z]{2})?,[ \n]{1,2}([A-Z][\w. ]{1,24}?)[ ]?[);]")


def maker(text: str, start: int, end: int) -> bool:
    """The town of who made a device, as papers have it: (Vendor Inc., San Diego, CA, USA)."""
    country = _MAKER_AFTER.match(text, end)
    return (
        country is not None
        and country[1].lower() in lexicon.broad()
        and _MAKER_BEFORE.search(text[max(0, start - 90) : start]) is not None
    )
