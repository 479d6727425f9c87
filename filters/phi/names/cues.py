"""What gives a name away: expressions in which `<word>` stands for a list of `cues.yaml` or one of `_FRAGMENTS`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from filters.phi.expressions import Expression
from filters.phi.names.parts import Trust


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
    expression: str
    """RE2 syntax, with `<word>` for lists and fragments; `\\s` is any blank of Unicode."""
    trust: Trust = Trust.CUE
    side: Side = Side.AFTER
    comma: bool = False
    """The family name may stand first."""
    family: bool = False
    """A family name suffices that is also an everyday word ("Brown")."""
    small: bool = False
    """The name may be in lower case, whatever the policy."""
    several: bool = False
    """Further names may follow, set off by commas, semicolons or "and"."""
    where: Literal["always", "all", "written"] = "always"
    """`all`: only where names are looked for that no title or label gives away; `written`: only where names have
    capitals."""
    search: Any = field(default=None, compare=False)
    """The `Expression`, compiled."""


_CUES = (
    Cue("name-title", r"<edge>(?:<titles>)(?:\s?\.?\s{1,3}|\.)(?:<of>\.?\s){0,2}<name>", Trust.TITLE),
    Cue("name-title", r"<edge>(?:<small titles>)(?:\s?\.?\s{1,3}|\.)<quote><any>", Trust.TITLE, small=True),
    Cue("name-title", r"<edge>M\.\s{1,2}<name>", where="all"),
    Cue("name-calling", r"(?i:<edge>(?:<callings>))(?:,\s|\s{1,2})<name>", family=True, several=True),
    Cue(
        "name-label",
        r"(?i:<edge>(?:<labels>|[\p{L}\-]{2,14}[ ](?:phys|md|provider|rn|nurse)))"
        r"(?:\(s\)|\s?\([^()\n]{1,24}\))?[ \t*_]{0,3}(?:[:=|]|\t| <dash> |[ \t]?\.{2,60})"
        r"[ \t*_]{0,6}\n?\s{0,4}"
        r"<quote><any>",
        comma=True,
        family=True,
        small=True,
        several=True,
    ),
    Cue("name-field", r"(?i:<edge>(?:<name fields>))\s{0,2}[:=]\s{0,4}<name>", Trust.TITLE, comma=True),
    Cue("name-field", r"(?im:^[ \t]*(?:patient |full )?name[ \t]*)\n[ \t]*<name>", comma=True, family=True),
    Cue("name-named", r"(?i:<edge>(?:<named>))[\s,:]{1,3}<name>", comma=True),
    Cue(
        "name-kin",
        r"(?i:<edge>(?:<kin>)(?:\sof\s\d{1,2}\syears)?)(?:\s?[,(:]\s?|\s<dash>\s|\sis\s|\s{1,2})<name>",
        comma=True,
        several=True,
    ),
    Cue(
        "name-kin",
        r"(?i:<edge>(?:<possessives>))\s(?:<english kin>)(?:\s?[,(]\s?|\s)<quote>\p{Ll}",
        small=True,
        where="written",
    ),
    Cue("name-patient", r"(?i:<edge>(?:<patient>))(?:\s?[,(]\s?|\s{1,2})<name>", comma=True),
    Cue("name-initials", r"<edge>(?i:<patient>|case|initials)[\s.,:(]{1,3}(<initials>)<is>", Trust.TITLE, Side.BEFORE),
    Cue("name-initials", r"<edge>(?:Mr|Mrs|Ms|Miss|mr|mrs|ms)[\s.]{1,3}(<initials>)<is>", Trust.TITLE, Side.BEFORE),
    Cue(
        "name-initials",
        r"<edge>((?:\p{Lu}\.[ \-]?){2,3}),?\s(?:(?:is|was)\s)?(?:an?\s|aged?\s)?<age>",
        Trust.TITLE,
        Side.BEFORE,
    ),
    Cue("name-greeting", r"(?i:<edge>(?:<greetings>))(?:\s?,)?\s{1,2}(?:there\s)?<name>"),
    Cue("name-greeting", r"(?i:<edge>(?:<greetings>))(?:\s?,)?\s{1,2}\p{Ll}", small=True, where="written"),
    Cue("name-closing", r"(?i:<edge>(?:<closings>))[ \t]?(?:[,!.]\s{0,6}|\n\s{0,6})<dash>?<name>"),
    Cue("name-closing", r"[.!?]\s{1,2}<dash>{1,3}\s?<name>"),
    Cue(
        "name-bed",
        r"(?i:<edge>(?:bed|bay|cubicle|chair|side\sroom)\s?#?\d{1,3}[a-d]?)\s?(?:[:,.]|<dash>)?\s{1,2}<name>",
        where="all",
    ),
    Cue("name-bed", r"(<word>\.?)\s?<dash>\s(?i:bed|bay|room|side\sroom)<end>", side=Side.BEFORE, where="all"),
    Cue(
        "name-sex",
        r"<edge>\d{1,3}[\s\-]?(?i:y/?o\s?|y\.o\.\s?|yrs?\s(?:old\s)?|year[\s\-]old\s)?[\s/]?"
        r"(?:[MF]|[WBHA][MF]|male|female),?\s<name>",
        Trust.WEAK,
        where="all",
    ),
    Cue("name-officer", r"<edge>(?:PC|DC|PS|WPC|Ofc|Officer|Deputy|Tpr)\.?\s#?\d{2,5},?\s<name>", family=True),
    Cue(
        "name-military",
        r"<edge>(?:SSgt|MSgt|TSgt|GySgt|LCpl|Pfc|PFC|SFC|SSG|SGM|SPC|CPO|PO[123]|CW[2-5]|LTC|LTJG|LCDR|CAPT|COL|Col|Adm|RADM)"
        r"\.?\s<name>",
        family=True,
    ),
    Cue(
        "name-initials",
        r"\n[ \t]*\n[ \t]*(\p{Lu}{2,3})[/:]\p{Ll}{2,3}[ \t]*(?:\n|$)",
        Trust.TITLE,
        Side.BEFORE,
        where="all",
    ),
    Cue(
        "name-line",
        r"(?m:^[ \t]*)((?:\p{Lu}\.\s?){1,2}<word>)(?:[ ]{2,}|\t|[ ]?\n|$)",
        Trust.CUE,
        Side.BEFORE,
        family=True,
        where="all",
    ),
    Cue(
        "name-kin", r"(<word>\.?)\s?\((?i:(?:<possessives>)\s)?(?i:<english kin>)\s?[,)]", side=Side.BEFORE, family=True
    ),
    Cue(
        "name-called",
        r"(<word>\.?)\s?,?\s?\((?i:née|nee|born|aka|a\.k\.a\.|formerly|maiden(?: name)?|goes by|known as|"
        r"likes to be called|nicknamed|(?:english|preferred|chosen|birth|legal|former|married) name)\b",
        side=Side.BEFORE,
        family=True,
    ),
    Cue("name-relation", r"<edge>[SDWHC]/[Oo]\.?\s<name>", Trust.WEAK, family=True, where="all"),
    Cue(
        "name-consulted",
        r"(?i:<edge>(?:consult(?:ed|ant)?|f/u|cardiologist|nurse|on[ -]call|service|called|notified|"
        r"provider|attending|surgeon|interpreter|driver|caregiver|sitter))\s?\(<name>",
        family=True,
        where="all",
    ),
    Cue(
        "name-specialty",
        r"<edge>(?i:ortho|cards|nephro|neuro|pulm|onc|heme/?onc|uro|psych|anesth(?:esia)?|surg|ent|"
        r"pre-?op clearance|clearance|on[ -]call|oncall|covering|preceptor)[ \t]?:[ \t]{1,3}<name>",
        Trust.WEAK,
        family=True,
        where="all",
    ),
    Cue("name-closing", r"(?i:<edge>(?:thx|ty|thanks|thank you|cheers|rgds|regards))[,.!]?[ \t]<name>", Trust.WEAK),
    Cue("name-closing", r"[\p{L}\p{N})][ \t\n]<dash>{1,2}[ ]?(<word>)\.?\s*$", side=Side.BEFORE),
    Cue("name-by", r"<edge>(?i:by)\s<name>", Trust.WEAK, where="all"),
    Cue(
        "name-age",
        r"(<word>\.?),\s\d{1,2}(?:\s?[MFmf])?,\s",
        Trust.WEAK,
        side=Side.BEFORE,
        where="all",
    ),
    Cue(
        "name-credential",
        r"<edge>((?:\p{Lu}\.\s?){1,2}<word>)[ ](?:<credentials weak>)<end>",
        side=Side.BEFORE,
        family=True,
        where="all",
    ),
    Cue(
        "name-record",
        r"<edge>(<word>\s<word>),\s\d{1,2}[\-./]\d{1,2}[\-./](?:19|20)\d\d",
        Trust.WEAK,
        side=Side.BEFORE,
        where="all",
    ),
    Cue("name-record", r"(<word>\.?)\s?[/|]\s?(?:\d{6,}|\d{1,2}[\-./][\p{L}\d]{2,3}[\-./]\d{2,4})", side=Side.BEFORE),
    Cue("name-here", r"[,.!\-]\s([\p{L}'\x{2019}\-]+)\s(?i:here)\b", side=Side.BEFORE, small=True),
    Cue(
        "name-age",
        r"(<word>\.?)(?:\s?,\s?|\s?\(|\s(?i:is|was|,)\s)"
        r"(?i:(?:(?:is|was|an?|aged?|our|this|the|who is|which is) )*(?:[\p{L}\-]+ ){0,4}<age>)",
        side=Side.BEFORE,
    ),
    Cue(
        "name-credential",
        r"(<word>\.?)(?:,[ \t]?\n?[ \t]?(?:<credentials>|<credentials weak>)|[ \t](?:<credentials>))<end>",
        side=Side.BEFORE,
        family=True,
    ),
    Cue("name-record", r"(<word>\.?)\s?(?:[,.(|]|<dash>)?\s{0,4}(?i:<records>)", side=Side.BEFORE),
    Cue(
        "name-dealing",
        r"(?i:<edge>(?:<dealings>))\s{1,2}(?:(?:<english kin>)[ ,(]{1,3})?<name>",
        comma=True,
        several=True,
        where="all",
    ),
    Cue("name-doing", r"(?i:<edge>(?:<doings>))\s{1,2}<name>", Trust.WEAK, comma=True, several=True, where="all"),
    Cue(
        "name-apposition",
        r"(?i:<years>(?:[\s\-]+[\p{L}\p{N}/'\-]+){0,14}?|\d{1,3} ?(?:<people>)\b|"
        r"<edge>(?:<people>)),?\s?[,(]\s?<name>",
        Trust.WEAK,
        where="all",
    ),
    Cue("name-says", r"(<word>\.?)\s?,?\s{1,2}(?i:<says>)<end>", side=Side.BEFORE, where="all"),
    Cue("name-verb", r"(<word>\.?)\)?\s?,?\s{1,2}(?i:<verbs>)\b", Trust.WEAK, side=Side.BEFORE, where="all"),
)

_BLANKS = r"\t\n\v\f\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_FRAGMENTS = {
    "edge": r"(?:^|[^\p{L}\p{N}\-])",
    "end": r"(?:[^\p{L}\p{N}]|$)",
    "of": r"(?:med|dent|vet|rer|nat|phil|univ|habil|h\.c)",  # of what somebody is a doctor
    "dash": r"[\-\x{2010}-\x{2015}]",
    "quote": r"[\"'\x{201c}\x{2018}(*_]{0,3}",
    # A digit that a scanner takes for a letter may be one.
    "any": r"[\p{L}01358]",
    "capital": r"(?:\p{Lu}|[0158]\p{Ll}{3})",
    "word": r"<capital>[\p{L}\p{M}0158]*(?:['\x{2019}\-\x{2010}-\x{2012}][\p{L}\p{M}]+)*",
    "name": r"<quote>(?:(?:<particles>)\s){0,3}<capital>",
    "years": (
        r"(?:(?:years?|yrs?)(?:[ -]old\b|[ -]of[ -]age|[ -](?:<people>)\b|[,.;)])|y\.? ?/?o\b|yo\b|y\.o\.|"
        r"<short>[ -]old|ans\b|años|anni\b|Jahre)"
    ),
    "short": r"(?:months?|mos?|weeks?|wks?|days?)",
    "age": r"(?:\d{1,3}|(?:<tens>)(?:[ -]\p{L}+)?|\p{L}+teen|ten|eleven|twelve)[ -]{0,2}<years>",
    "tens": "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred",
    "initials": r"\p{Lu}\.?[\s\-]?\p{Lu}\.?(?:[ \-]?\p{Lu}\.)?|\p{Ll}\. ?\p{Ll}\.",
    "is": r"(?:\s?[),]|\s(?i:<being>)\b)",
}
_SPOKEN = {"word": r"\p{L}[\p{L}\p{M}'\x{2019}\-]*", "name": r"<quote>\p{L}"}
"""Instead of these where names may be in lower case."""
_PLAIN = 12
"""Of the English titles, those that are also written in lower case: the first."""


@cache
def cues(names: Literal["cued", "all"], lower: bool) -> tuple[Cue, ...]:
    """The cues of a policy, compiled; `lower`: names may be in lower case."""
    fragments = {**_lists(), **_FRAGMENTS, **(_SPOKEN if lower else {})}
    skipped = {where for where, kept in (("all", names == "all"), ("written", not lower)) if not kept}
    return tuple(
        replace(cue, search=Expression(_compiled(cue.expression, fragments)))
        for cue in _CUES
        if cue.where not in skipped
    )


@cache
def runs() -> Expression:
    """Words with capitals, side by side or with a comma or particles between them."""
    word = r"\p{Lu}[\p{L}\p{M}]*(?:['\x{2019}\-][\p{L}\p{M}]+)*\.?"
    between = r"(?:,?\s{1,2}|,)?(?:(?i:<particles>) ){0,3}"
    return Expression(_compiled(f"{word}(?:{between}{word})+", _lists()))


@cache
def listed(name: str) -> frozenset[str]:
    """The words of one list of `cues.yaml`."""
    held = _table()[name]
    return frozenset(held if isinstance(held, list) else [word for words in held.values() for word in words])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.load((files(__package__) / "cues.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return table


@cache
def titles() -> frozenset[str]:
    """Titles and callings of one word, in lower case: to be read over where several stand together."""
    return listed("further_titles") | {word.lower() for word in listed("callings") if " " not in word}


def _lists() -> dict[str, str]:
    """An alternative of the phrases of each list, the longest first; a blank in them is any blank."""
    table = _table()
    lists = {name.replace("_", " "): listed(name) for name in table}
    plain = table["titles"]["en"][:_PLAIN]
    lists["titles"] |= {title.upper() for title in lists["titles"] if len(title) > 2} | {"MR", "MS", "DR", "SR"}
    lists["small titles"] = frozenset(title.lower() for title in plain) | {"mme", "mlle", "sra", "srta", "dra", "dott"}
    lists["english kin"] = frozenset(table["kin"]["en"])
    return {
        name: "|".join(sorted(words, key=lambda word: (-len(word), word))).replace(" ", r"\s{1,2}")
        for name, words in lists.items()
    }


def _compiled(expression: str, fragments: dict[str, str]) -> str:
    while (whole := re.sub(r"<([a-z ]+)>", lambda match: fragments[match[1]], expression)) != expression:
        expression = whole
    inside = expression.replace(r"[\s", "[" + _BLANKS)
    return inside.replace(r"\s", f"[{_BLANKS}]")
