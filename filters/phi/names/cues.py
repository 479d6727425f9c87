"""What gives a name away, as RE2 expressions made of the tables of `cues.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from filters.phi.names.reader import Trust


class Side(StrEnum):
    """Where the name stands."""

    AFTER = "after"
    """It begins with the last letter of the cue's match."""
    BEFORE = "before"
    """It ends with the first group of the cue's match."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One kind of words that give a name away."""

    rule: str
    search: Any
    """Compiled by RE2, for UTF-8 bytes."""
    trust: Trust
    side: Side = Side.AFTER
    comma: bool = False
    """The family name may stand first."""
    family: bool = False
    """A family name suffices that is also an everyday word ("Brown")."""
    lower: bool = False
    """The name may be in lower case, whatever the policy."""
    several: bool = False
    """Further names may follow, set off by commas, semicolons or "and"."""


_B = r"[\t\n\v\f\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
_EDGE = r"(?:^|[^\p{L}\p{N}\-])"
_CAP = r"(?:\p{Lu}|[0158]\p{Ll}{3})[\p{L}\p{M}0158]*(?:['’\-‐‑‒][\p{L}\p{M}]+)*"  # noqa: RUF001
_YEARS = r"(?:years?|yrs?|y\.? ?/?o\b|yo\b|y\.o\.|(?:months?|mos?|weeks?|wks?|days?)[ -]old|ans\b|años|anni\b|Jahre)"
_AGE = (
    rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)(?:[ -]\p{{L}}+)?|\p{{L}}+teen|ten|eleven|twelve)"
    rf"[ -]{{0,2}}{_YEARS}"
)
_PEOPLE = (
    r"(?:male|female|man|woman|patient|pt|girl|boy|lady|gentleman|infant|child|teenager|adolescent|baby|veteran|[MF]|"
    r"adult|retiree|primigravida|multigravida|smoker|teacher|farmer|mother|father)"
)
_QUOTE = r"[\"'“‘(*_]{0,3}"  # noqa: RUF001


@cache
def cues(policy: Literal["cued", "all"], lower: bool) -> tuple[Cue, ...]:
    """The cues for a policy; `lower`: names may be in lower case."""
    import re2

    options = re2.Options()
    options.max_mem = 256 << 20
    options.log_errors = False  # an error message would quote the text
    table = yaml.load((files(__package__) / "cues.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    letter = r"\p{L}" if lower else rf"(?:(?:{'|'.join(PARTICLES)})\s){{0,3}}(?:\p{{Lu}}|[0158]\p{{Ll}}{{3}})"
    word = r"[\p{L}][\p{L}\p{M}'’\-]*" if lower else _CAP  # noqa: RUF001

    def made(rule: str, expression: str, trust: Trust, **how: Any) -> Cue:
        return Cue(rule, re2.compile(_expression(expression), options), trust, **how)

    titles = [*_words(table["titles"])]
    upper = [title.upper() for title in _words({"en": table["titles"]["en"][:14]})]
    small = "|".join(title.lower() for title in table["titles"]["en"][:12])
    exact = "|".join([*titles, *upper])
    before = rf"{_QUOTE}{letter}"
    found = [
        made("name-title", rf"{_EDGE}(?:{exact})(?:\s?\.?\s{{1,3}}|\.){before}", Trust.TITLE),
        made("name-title", rf"{_EDGE}(?:{small})(?:\s?\.?\s{{1,3}}|\.){_QUOTE}[\p{{L}}01358]", Trust.TITLE, lower=True),
        made(
            "name-calling",
            rf"(?i:{_EDGE}(?:{_any(table['callings'])}))(?:,\s|\s{{1,2}}){before}",
            Trust.CUE,
            family=True,
        ),
        made(
            "name-label",
            rf"(?i:{_EDGE}(?:{_any(table['labels'])}))(?:\(s\)|\s?\([^()\n]{{1,24}}\))?[ \t*_]{{0,3}}"
            rf"(?:[:=|]|\t| [\-–—] )[ \t*_]{{0,6}}\n?\s{{0,4}}{_QUOTE}[\p{{L}}01358]",  # noqa: RUF001
            Trust.CUE,
            lower=True,
            comma=True,
            family=True,
            several=True,
        ),
        made(
            "name-field",
            rf"(?im:^[ \t]*(?:patient |full )?name[ \t]*)\n[ \t]*{before}",
            Trust.CUE,
            comma=True,
            family=True,
        ),
        made("name-named", rf"(?i:{_EDGE}(?:{_any(table['named'])}))[\s,:]{{1,3}}{before}", Trust.CUE, comma=True),
        made(
            "name-kin",
            rf"(?i:{_EDGE}(?:{_any(table['kin'])}))(?:\s?[,(:]\s?|\s[\-–]\s|\s{{1,2}}){before}",
            Trust.CUE,
            comma=True,
        ),
        made(
            "name-patient",
            rf"(?i:{_EDGE}(?:{_any(table['patient'])}))(?:\s?[,(]\s?|\s{{1,2}}){before}",
            Trust.CUE,
            comma=True,
        ),
        made(
            "name-greeting",
            rf"(?i:{_EDGE}(?:{_any(table['greetings'])}))(?:\s?,)?\s{{1,2}}(?:there\s)?{before}",
            Trust.CUE,
        ),
        made(
            "name-closing",
            rf"(?i:{_EDGE}(?:{_any(table['closings'])}))[ \t]?(?:[,!.]\s{{0,6}}|\n\s{{0,6}})[\-–—]?{before}",
            Trust.CUE,
        ),
        made(
            "name-age",
            rf"({word}\.?)(?:\s?,\s?|\s?\(|\s(?i:is|was|,)\s)(?i:(?:is |was |an? |aged? |age |our |this |the |who is |which is )*"
            rf"(?:[\p{{L}}\-]+ ){{0,4}}{_AGE})",
            Trust.CUE,
            side=Side.BEFORE,
        ),
        made(
            "name-credential",
            rf"({word}\.?)(?:,[ \t]?\n?[ \t]?(?:{'|'.join(table['credentials'] + table['credentials_weak'])})|"
            rf"[ \t](?:{'|'.join(table['credentials'])}))(?:[^\p{{L}}\p{{N}}]|$)",
            Trust.CUE,
            side=Side.BEFORE,
            family=True,
        ),
        made(
            "name-record",
            rf"({word}\.?)\s?[,.(|\-–]?\s{{0,4}}(?i:date\s+of\s+birth|d\.?o\.?b\b|born\s+(?:on|\d)|mrn?\b ?#?|medical\s+record|med\s+rec|ssn\b|"  # noqa: RUF001
            r"geb\.|geboren am|née? le|nato il|nata il|nacid[oa] el|(?:chart|hospital|patient|unit|record|case|file|account|acct|op|ip|emr|"
            r"nhs|nhi|health card|policy|member)(?: file)? (?:no\b|num|id\b|nr\b|#))",
            Trust.CUE,
            side=Side.BEFORE,
        ),
        made("name-here", r"[,.!\-]\s([\p{L}'’\-]+)\s(?i:here)\b", Trust.CUE, side=Side.BEFORE, lower=True),  # noqa: RUF001
        made(
            "name-initials",
            rf"{_EDGE}(?:(?i:patient|pt|case|initials|paciente|patiente?|patientin|paziente)|Mr|Mrs|Ms|Miss|mr|mrs|ms)[\s.,:(]{{1,3}}"
            r"(\p{Lu}\.?[\s\-]?\p{Lu}\.?(?:[ \-]?\p{Lu}\.)?|\p{Ll}\. ?\p{Ll}\.)(?:\s?[),]|\s(?i:was|is|had|has|who|presented|underwent|received|gave|did|died|"
            r"fue|presentó|était|a été|wurde|è stato|è stata)\b)",
            Trust.TITLE,
            side=Side.BEFORE,
        ),
    ]
    if not lower:
        found += [
            made(
                "name-kin",
                rf"(?i:{_EDGE}(?:my|his|her|your|our|their|pt's|patient's))\s(?:{_any({'en': table['kin']['en']})})(?:\s?[,(]\s?|\s){_QUOTE}\p{{Ll}}",
                Trust.CUE,
                lower=True,
            ),
            made(
                "name-greeting",
                rf"(?i:{_EDGE}(?:{_any(table['greetings'])}))(?:\s?,)?\s{{1,2}}\p{{Ll}}",
                Trust.CUE,
                lower=True,
            ),
        ]
    if policy == "all":
        found += [
            made("name-title", rf"{_EDGE}M\.\s{{1,2}}{before}", Trust.CUE),
            made(
                "name-dealing",
                rf"(?i:{_EDGE}(?:{_any(table['dealings'])}))\s{{1,2}}(?:(?:wife|husband|mother|father|son|daughter|sister|brother)[ ,(]{{1,3}})?{before}",
                Trust.CUE,
                comma=True,
                several=True,
            ),
            made(
                "name-doing",
                rf"(?i:{_EDGE}(?:{_any(table['doings'])}))\s{{1,2}}{before}",
                Trust.WEAK,
                comma=True,
                several=True,
            ),
            made(
                "name-apposition",
                rf"(?i:{_YEARS}(?:[ -]old)?(?:[\s-]+[\p{{L}}\p{{N}}/'\-]+){{0,14}}?|\d{{1,3}} ?{_PEOPLE}\b|{_EDGE}{_PEOPLE}),?\s?[,(]\s?{before}",
                Trust.WEAK,
            ),
            made(
                "name-says",
                rf"({word}\.?)\s?,?\s{{1,2}}(?i:{'|'.join(table['says'])})(?:[^\p{{L}}]|$)",
                Trust.CUE,
                side=Side.BEFORE,
            ),
            made(
                "name-verb",
                rf"({word}\.?)\)?\s?,?\s{{1,2}}(?i:{'|'.join(table['verbs'])})\b",
                Trust.WEAK,
                side=Side.BEFORE,
            ),
        ]
    return tuple(found)


@cache
def runs() -> Any:
    """Words with capitals, side by side or with a comma or particles between them. Compiled by RE2, for UTF-8 bytes."""
    import re2

    options = re2.Options()
    options.log_errors = False
    word = r"\p{Lu}[\p{L}\p{M}]*(?:['’\-][\p{L}\p{M}]+)*\.?"  # noqa: RUF001
    between = rf"(?:,?\s{{1,2}}|,)?(?:(?i:{'|'.join(PARTICLES)}) ){{0,3}}"
    return re2.compile(_expression(rf"{word}(?:{between}{word})+"), options)


def _words(table: dict[str, list[str]]) -> list[str]:
    return [str(word) for words in table.values() for word in words]


def _expression(pattern: str) -> bytes:
    """The expression with every blank of Unicode for `\\s`, which RE2 takes for the blanks of ASCII."""
    return re.sub(r"\\s", lambda _: _B, pattern.replace(r"[\s", _B[:-1])).encode()


def _any(table: dict[str, list[str]]) -> str:
    """An alternative of all phrases, the longest first; a blank in them is any blank."""
    phrases = sorted(set(_words(table)), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.sub(r" ", r"\\s{1,2}", phrase) for phrase in phrases)


PARTICLES = (
    "de",
    "da",
    "di",
    "do",
    "du",
    "del",
    "della",
    "dos",
    "das",
    "des",
    "la",
    "las",
    "los",
    "le",
    "van",
    "von",
    "der",
    "den",
    "ter",
    "ten",
    "zu",
    "zum",
    "bin",
    "ibn",
    "bint",
    "al",
    "el",
    "y",
)
"""Words in lower case with which a family name may begin."""
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "mister",
        "dr",
        "drs",
        "prof",
        "professor",
        "doctor",
        "sr",
        "sra",
        "srta",
        "dra",
        "don",
        "doña",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "herr",
        "frau",
        "sig",
        "dott",
        "nurse",
    ]
)
"""Titles in lower case, to be read over where several stand together."""
