"""What an identifier looks like: named patterns, each with a validator, in groups that policies ask for.

Expressions are RE2 syntax over UTF-8 bytes. RE2 runs in linear time and has no look-around, so an expression finds
candidates and its validator looks at the neighbourhood. Where an expression has a group, the group is the identifier
and the rest is its cue ("MRN: ").

This is Safe-Harbor-style screening (the classes of 45 CFR 164.514(b)(2)(i)), not a compliance statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from filters.phi import validators as check

GROUPS = ("direct", "clinical", "spoken")
"""`direct`: contacts, numbers of persons, web addresses with a user: in every policy, and safe in a paper about genes.
`clinical`: what stands in a patient's record, and may be taken for something else in science.
`spoken`: values in words, as a transcript of speech has them."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which one class of identifier is written."""

    id: str
    """Stable name of the rule, recorded with every span."""
    kind: str
    """Class of identifier; also the placeholder: `EMAIL` becomes `[EMAIL]`."""
    value: str
    """RE2 expression of the identifier itself."""
    validate: check.Validator = check.accept
    """Narrows or rejects a candidate."""
    cue: str | None = None
    """RE2 expression of words that must stand before it, gap included."""
    group: str = "direct"
    """One of `GROUPS`."""

    @property
    def expression(self) -> str:
        """The whole RE2 expression; group 1 is the identifier where there is a cue."""
        return f"{self.cue}({self.value})" if self.cue else self.value


# Blanks and hyphens that typesetters put between digits: no-break, thin and figure spaces, every Unicode dash.
_BLANK = r" \x{a0}\x{2002}-\x{200a}\x{202f}"
_DASH = r"\-\x{ad}\x{2010}-\x{2015}\x{2212}\x{fe63}\x{ff0d}"
_JOIN = rf"[{_BLANK}{_DASH}.]"
_ANY = rf"[{_BLANK}{_DASH}.()/]"

_EXTENSION = rf"(?:[{_BLANK},;(]{{0,3}}(?i:ext|extn|extension|x)\b?[{_BLANK}.:]{{0,3}}\d{{1,6}}\b\)?)?"
_NUMBER = rf"[+(]{{0,2}}[{_BLANK}]{{0,2}}\(?\d(?:{_ANY}{{0,4}}\d){{6,18}}"
_NUMBERS = (
    rf"{_NUMBER}{_EXTENSION}(?:[{_BLANK}]{{0,2}}(?:[/,;&]|\bor\b|\band\b)[{_BLANK}]{{0,2}}{_NUMBER}{_EXTENSION}){{0,4}}"
)

# What may stand between "Tel" and the number. Brackets stay out, so that a placeholder ends every cue.
_LEAD = rf"(?:[\t{_BLANK}{_DASH}.,:;=#/()&*\"']|\b(?i:WORDS)\b)".replace(
    "WORDS",
    "a|and|at|area|by|cell|code|contact|direct|fax|facsimile|for|free|helpline|home|hotline|hours|in|international|intl|is|"
    "line|lines|local|me|mobile|my|no|nr|nos?|num|numbers?|of|office|on|or|our|phone|support|tele?|telefax|telephone|the|to|"
    "toll|us|usa|uk|via|voice|was|whatsapp|work|you|your",
)
_PHONE_CUE = (
    r"(?:\b(?i:tel[eé]?|t[eé]l|t[eé]l[eé](?:ph?|f)on[eo]?s?|tele?fax(?:es)?|tlf|tfno|phones?|fax(?:es)?|faks|facsimile|mobile|"
    r"m[oó]vil|celular|cell(?:ular)? ?(?:phones?|numbers?|no)|gsm|hot-?lines?|help-?lines?|pager|beeper|whatsapp|"
    r"toll[- ]?free|tty|tdd|voicemail)|\b(?:Ph|PH|ph)[.:]|\p{Ll}(?:Phone|Fax))"
    rf"{_LEAD}{{0,10}}?"
)
# Also a verb, or the smallest unit of life: only grouped numbers count as telephone numbers after these.
_CALL_CUE = (
    r"\b(?i:call(?:ing)?|dial|contact(?: number| no\.?)?|reached|cell(?:ular)?:)"
    rf"(?:[{_BLANK}:.,(]|\b(?i:us|me|at|on|by|via|is|the|number|phone|toll|free|office|our|my)\b){{1,8}}?"
)

_LOCAL = r"[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.\x{2019}-]"
_DOMAIN = r"[\p{L}\p{N}_-]+(?:[.\x{ff0e}][\p{L}\p{N}_-]+)+"
_AT = rf"[{_BLANK}]{{0,2}}[@\x{{ff20}}][{_BLANK}]{{0,2}}"
_DOT = r"(?: ?[\[({<] ?dot ?[\])}>] ?| dot |\.)"

# "number", "no.", "ID", "#" and the punctuation that leads to the value.
_NO = r"(?:[ \t]{0,2}(?:numbers?|num|nos?|nr|n°|№|ids?|identifiers?|code)\b\.?|[ \t]{0,2}#)"
_TO = r"(?:[ \t]{0,2}(?:(?:is|was)\b|[:#=(.\x{2013}-])){0,3}[ \t]{0,3}#?"
_CODE = r"[\p{L}\d]+(?:[-/.][\p{L}\d]+){0,4}"

PATTERNS = (
    Pattern("email", "EMAIL", rf"{_LOCAL}+{_AT}{_DOMAIN}", check.email),
    Pattern("email-group", "EMAIL", rf"\{{[^{{}}@\n]{{1,200}}\}}{_AT}{_DOMAIN}", check.email),
    Pattern("email-quoted", "EMAIL", rf"\"[^\"@\n]{{1,64}}\"{_AT}{_DOMAIN}", check.email),
    Pattern(
        "email-underscores",
        "EMAIL",
        r"(?i)[\p{L}\p{N}.+-]+(?:_[\p{L}\p{N}.+-]+)*_at_[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*"
        r"\.(?:com|org|net|edu|gov|(?:ac|co|edu|gov|org)\.[a-z]{2})\b",
    ),
    Pattern("email-literal", "EMAIL", rf"{_LOCAL}+@\[[0-9A-Fa-f:.]+\]"),
    Pattern(
        "email-cued",
        "EMAIL",
        rf"{_LOCAL}+{_AT}[\p{{L}}\p{{N}}._-]*[\p{{L}}\p{{N}}]",
        cue=rf"(?i:\be-?mails?\b(?: address(?:es)?)?)[{_BLANK}]{{0,2}}[:.=][{_BLANK}]{{0,2}}",
    ),
    Pattern(
        "email-spelled",
        "EMAIL",
        rf"(?i)[\p{{L}}\p{{N}}._+-]+ ?[\[({{<] ?at ?[\])}}>] ?[\p{{L}}\p{{N}}_-]+(?:{_DOT}[\p{{L}}\p{{N}}_-]+)+",
        check.spelled_email,
    ),
    Pattern(
        "email-words",
        "EMAIL",
        r"(?i)[\p{L}\p{N}._+-]+ at [\p{L}\p{N}_-]+(?: dot [\p{L}\p{N}_-]+)+",
        check.spelled_email,
    ),
    Pattern("phone-cued", "PHONE", _NUMBERS, check.cued_phone, cue=_PHONE_CUE),
    Pattern("phone-called", "PHONE", _NUMBERS, check.called_phone, cue=_CALL_CUE),
    Pattern("phone-international", "PHONE", rf"\(?\+{_NUMBER}{_EXTENSION}", check.international_phone),
    Pattern(
        "phone-international-00",
        "PHONE",
        rf"\b00[1-9]\d{{0,2}}(?:{_ANY}{{1,3}}\d{{1,10}}){{1,6}}{_EXTENSION}",
        check.international_phone,
    ),
    Pattern(
        "phone-area-in-brackets",
        "PHONE",
        rf"(?:\+?\b1{_JOIN}{{0,2}})?\(\d{{3}}\){_JOIN}{{0,3}}\d{{3}}{_JOIN}{{1,3}}\d{{4}}\b{_EXTENSION}",
        check.national_phone,
    ),
    Pattern(
        "phone-north-america",
        "PHONE",
        rf"(?:\b1{_JOIN})?\b\d{{3}}(?:[{_DASH}/]\d{{3}}[{_DASH}]|\.\d{{3}}\.|[{_BLANK}]\d{{3}}[{_BLANK}{_DASH}]|"
        rf"[{_DASH}]\d{{3}}[{_BLANK}])\d{{4}}\b{_EXTENSION}",
        check.north_american_phone,
    ),
    Pattern(
        "phone-trunk-zero",
        "PHONE",
        rf"(?:\(0\d{{1,4}}\)[{_BLANK}{_DASH}]{{0,3}}|\b0\d{{2,4}}[{_BLANK}])\d{{3,4}}[{_BLANK}{_DASH}]?\d{{3,4}}\b{_EXTENSION}",
        check.trunk_phone,
    ),
    Pattern("ssn", "SSN", rf"\b\d{{3}}[{_DASH}]\d{{2}}[{_DASH}]\d{{4}}\b", check.social_security),
    Pattern(
        "ssn-cued",
        "SSN",
        rf"\d{{3}}[\n{_JOIN[1:]}{{0,3}}\d{{2}}[\n{_JOIN[1:]}{{0,3}}\d{{4}}\b",
        cue=rf"(?i:\b(?:ssns?|ss ?#|soc(?:ial|\.)? sec(?:urity|\.)?{_NO}?))"
        r"[^\p{L}\d\n\[\]]{0,6}(?:(?:is|was)[^\p{L}\d\n\[\]]{1,4})?",
    ),
    Pattern("ip4", "IP", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", check.ip4),
    Pattern("ip6", "IP", r"(?i)(?:[0-9a-f]{1,4})?(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?", check.ip6),
    Pattern("url-user", "URL", r"(?i)\b(?:https?|ftps?|sftp|ssh)://[^\s/@<>\"]{1,100}@[^\s<>\"]+", check.url),
    Pattern(
        "url-token",
        "URL",
        r"(?i)\b(?:https?|ftp)://[^\s<>\"]{1,500}?[?&;](?:user(?:name|_?id)?|login|e-?mail|(?:access_?|auth_?)?token|"
        r"session_?(?:id)?|jsessionid|pass(?:word|wd)?|pwd|api_?key|patient(?:_?id)?|mrn|ssn)=[^\s<>\"&]+[^\s<>\"]*",
        check.url,
    ),
    Pattern(
        "mrn",
        "MRN",
        _CODE,
        check.long_code,
        cue=rf"(?:\bE?MR(?:{_NO}|:)|\bMRNs?|\bMR ?#|"
        rf"(?i:\b(?:med(?:ical|\.)?|hospital|chart|unit)[ -]rec(?:ords?|\.)?(?:{_NO}|[:#])|\brecord ?#)){_TO}",
    ),
    Pattern(
        "mrn-patient",
        "MRN",
        _CODE,
        check.longer_code,
        cue=rf"(?i:\b(?:patient|pt|hospital|hosp|chart|subject|admission|encounter|nhs)'?s?{_NO}){_TO}",
    ),
    Pattern("mrn-case", "MRN", _CODE, check.longer_code, cue=r"(?i:\bcase ?#[: ]{0,2})"),
    Pattern(
        "health-plan",
        "HEALTH_PLAN",
        _CODE,
        check.plan_code,
        cue=r"(?i:\b(?:insurance|insur|insured|health[ -]?plan|health policy|policy|member|subscriber|beneficiary|"
        rf"medicare|medicaid|hicn|mbi|hmo|ppo)(?:[ -](?:plan|policy|card|claim|member|group))?{_NO}){_TO}",
    ),
    Pattern(
        "health-plan-code",
        "HEALTH_PLAN",
        r"#\d{6,}|#?[A-Z]{2,4}-?\d{5,}",
        cue=r"(?i:\b(?:insurance|insur|health[ -]?plan|policy|hmo|ppo)(?: (?:plan|policy|includes|with))*)"
        r"(?:[ \t]{0,2}(?:(?:is|was)\b|[:=(])){0,2}[ \t]{0,2}",
    ),
    Pattern("health-plan-hmo", "HEALTH_PLAN", r"\b(?:HMO|PPO)-\d{5,}\b"),
    Pattern(
        "health-plan-mbi",
        "HEALTH_PLAN",
        r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-[AC-HJKMNP-RT-Y]{2}\d{2}\b",
    ),
    Pattern("account", "ACCOUNT", _CODE, check.longer_code, cue=rf"(?i:\b(?:account|acct\.?|acc\.)(?:ing)?{_NO}){_TO}"),
    Pattern(
        "licence-number",
        "LICENCE",
        _CODE,
        check.longer_code,
        cue=rf"(?i:\b(?:dea|npi|licen[cs]e|(?:medical|nursing|birth|death) certificate){_NO}){_TO}",
    ),
    Pattern("licence-dea", "LICENCE", r"[A-Z][A-Z9]\d{7}\b", check.dea, cue=r"\bDEA\b[ :#(]{1,3}"),
)


@cache
def patterns(groups: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Patterns of `groups`, in the order of their declaration.

    Raises:
        ValueError: no such group.
    """
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise ValueError(f"no group of patterns: {', '.join(unknown)}; known: {', '.join(GROUPS)}")
    return tuple(pattern for pattern in PATTERNS if pattern.group in groups)
