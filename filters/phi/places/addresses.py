"""Which matches of a street are an address, and the flat, town and postcode that go with it."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases, streets, towns

_UNITS: Final = re.compile((streets.UNIT + "{1,3}").replace("[ ]?", "[ ]{0,3}").replace("[ ](", "[ ]{1,3}("))

_RARE_CUE: Final = re.compile(
    r"(?i)(?:(?:home )?visit(?: to| at)?|went to|addr(?:ess)?:?|our place at|up at|address(?: is|:)?|lives at|"
    r"living at|resid\w+ at|located at|home(?: is)? at|home:|at|mail(?:ed)? to|deliver\w* to|moved to|"
    r"sent to)[ \t\n]{0,3}$"
)

_MEASURE: Final = re.compile(
    r"(?i)\d+[ ]{1,3}(?:mg|mcg|ml|cc|kg|mm|cm|units?|tabs?|iu|day|days|week|weeks|month|months|year|"
    r"years|yo|hours?|hrs?|min|french|gauge|ga)\b"
)

_NEXT_LABEL: Final = re.compile(
    r"(?i)[ \t]{2,}\S|[;,.]?[ \t]+(?:phone|tel|fax|e-?mail|dob|mrn|ssn|date|name|sex|age|cell|mobile|insurance|"
    r"account|attending|provider|n[uú]mero|tfno|episodio|f\.)\b[^,\n]{0,24}:|\.[ \t]+(?=[A-Z][a-z]+ [a-z])|\.$|"
    r"[.;][ \t]*$|\.[ \t]+(?:The|She|He|They|Her|His|Patient|Pt|No|We|I)\b"
)


def street(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A street with its number, its flat, town, state and postcode."""
    own = text[start:end]
    if _MEASURE.match(own) or re.match(
        r"(?i)\d+ (?:Patients?|Days?|Weeks?|Months?|Years?|Point|Item|Minute|Step|Lead|View)\b", own
    ):
        return None
    if start and (text[start - 1] in "/.-#$" or text[start - 1].isalnum()):
        return None
    if (
        re.search(r"(?i)\b(?:dr|st|ct|pl|cir)$", own)
        and re.match(r"\.? [A-Z][a-z]+", text[end : end + 20])
        and not re.match(r"\.? (?:Apt|Suite|Ste|Unit|Floor|Fl)\b", text[end : end + 12])
        and re.search(r"(?i)\bdr$", own)
    ):
        return None  # "seen 3 Times By Dr. Smith"
    return start, rest(text, end)


def lower(text: str, start: int, end: int) -> tuple[int, int] | None:
    """123 maple street, all in lower case: some word of the name or a cue must say that it is one."""
    words = phrases.tokens(text[start:end])
    if _MEASURE.match(text[start:end]) or any(
        word
        in (
            "mg",
            "ml",
            "times",
            "days",
            "per",
            "the",
            "a",
            "by",
            "to",
            "of",
            "in",
            "and",
            "with",
            "year",
            "years",
            "patients",
        )
        for word in words[1:-1]
    ):
        return None
    unknown = any(word not in lexicon.common() and word.isalpha() for word in words[1:-1])
    short = words[-1] in ("st", "dr", "ct", "way", "place", "court", "close", "circle", "cir", "trail", "layout")
    if (short or not unknown) and not _RARE_CUE.search(text[max(0, start - 24) : start]):
        return None
    return start, rest(text, end)


def german(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Hauptstraße 5; not "Spring 12" nor "During 7"."""
    words = phrases.tokens(re.split(r"[ ]\d", text[start:end])[0])
    if all(word in lexicon.common() for word in words) or re.match(
        r"[ ]?(?:%|mg|ml|cm|mm|[A-Za-z]{1,2}\d|(?:patients|years|days|weeks|months|cases|of)\b)|[.,]\d",
        text[end : end + 10],
    ):
        return None
    full = rest(text, end)
    if (
        re.match(r"(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Beim)[ ]", text[start:end])
        and full == end
        and not _RARE_CUE.search(text[max(0, start - 24) : start])
    ):
        return None
    return start, full


def italian(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Via Roma 1; in lower case, "via", "largo" and the like are also other words, and need the comma or more."""
    full = rest(text, end)
    own = text[start:end]
    if own[0].islower() and full == end and not re.search(r",[ ]?(?:n|\d)|[ ]n\.", own):
        return None
    if re.search(r"[A-Z]\d|\d[A-Z]|[A-Z]{2}", own.split(",")[0]) and own[0].islower():
        return None
    return (start, full) if re.match(r"(?i)via[ ](?:the|an?|CT|MRI)\b", own) is None else None


def rare(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A street whose suffix is also something else: a cue, a flat or a town must say so."""
    kept = street(text, start, end)
    if kept is None:
        return None
    return kept if kept[1] > end or _RARE_CUE.search(text[max(0, start - 24) : start]) else None


def rest(text: str, end: int) -> int:
    """Where the address ends once flat, town, state and postcode behind the street are read."""
    unit = _UNITS.match(text, end)
    if unit:
        end = unit.end()
    town = re.match(
        r"(?:,|[ ]?[-–]|[ ]{1,3}(?:in|à|en))?[ \t\n]{1,3}(?=[A-Z\u00c0-\u00dd])|,(?=[A-Z])", text[end : end + 8]
    )
    foreign = re.match(
        r"(?:,|[ ]?[-–])?[ \t\n]{1,3}(?:[A-Z]{1,2}-)?\d{4,5}[ ](?=[A-Z\u00c0-\u00dd])", text[end : end + 16]
    )
    if foreign:
        stop = phrases.right(text, end + foreign.end(), limit=4)
        if stop > end + foreign.end():
            return stop
    if town:
        at = end + town.end()
        with_town = towns.read(text, at, strict=not town.group().startswith(","), cue=True)
        if with_town is not None:
            return towns.postcode(text, with_town)
        state = towns.state(text, end)
        if state is not None:
            return towns.postcode(text, state)
    return towns.postcode(text, end)


def labelled(text: str, start: int, end: int) -> tuple[int, int] | None:
    """What stands behind "Address:", up to the next label, sentence or line."""
    own = text[start:end]
    stop = _NEXT_LABEL.search(own)
    if stop:
        own = own[: stop.start()]
    own = own.rstrip(" \t,.;")
    if (not re.search(r"\d", own) and not re.match(r"[A-Z\u00c0-\u00dd]", own)) or re.search(
        r"@|https?:|www\.|^\d{1,3}(?:\.\d{1,3}){3}", own
    ):
        return None
    if phrases.generic(own):
        return None
    return start, start + len(own)
