"""Telephone and fax numbers."""

from __future__ import annotations

from filters.phi.patterns.pattern import BLANK, DASH, JOIN, MARK, Pattern
from filters.phi.validators import telephones as check

_EXTENSION = rf"(?:[{BLANK},;(]{{0,3}}(?i:ext|extn|extension|x)\b?[{BLANK}.:]{{0,3}}\d{{1,6}}\b\)?)?"
_NUMBER = rf"[+(]{{0,2}}[{BLANK}]{{0,2}}\(?\d(?:{MARK}{{0,4}}\d){{6,18}}"
_NUMBERS = (
    rf"{_NUMBER}{_EXTENSION}(?:[{BLANK}]{{0,2}}(?:[/,;&]|\bor\b|\band\b)[{BLANK}]{{0,2}}{_NUMBER}{_EXTENSION}){{0,4}}"
)

# What may stand between "Tel" and the number. Brackets stay out, so that a placeholder ends every cue.
_LEAD = rf"(?:[\t{BLANK}{DASH}.,:;=#/()&*\"']|\b(?i:WORDS)\b)".replace(
    "WORDS",
    "a|and|at|area|by|cell|code|contact|direct|fax|facsimile|for|free|helpline|home|hotline|hours|in|international|"
    "intl|is|"
    "line|lines|local|me|mobile|my|no|nr|nos?|num|numbers?|of|office|on|or|our|phone|support|tele?|telefax|"
    "telephone|the|to|"
    "toll|us|usa|uk|via|voice|was|whatsapp|work|you|your",
)
_PHONE_CUE = (
    r"(?:\b(?i:tel[eé]?|t[eé]l|t[eé]l[eé](?:ph?|f)on[eo]?s?|(?:tel(?:ephone)?|phone)[ ]?[/&+][ ]?fax|tlf|tfno|"
    r"phones?|mobile|"
    r"m[oó]vil|celular|cell(?:ular)? ?(?:phones?|numbers?|no)|gsm|hot-?lines?|help-?lines?|pager|beeper|whatsapp|"
    r"toll[- ]?free|tty|tdd|voicemail)|\b(?:Ph|PH|ph)[.:]|\p{Ll}Phone)"
    rf"{_LEAD}{{0,10}}?"
)
_FAX_CUE = (
    r"(?:\b(?i:e-?fax|(?:tele?)?fax(?:e?s|ed|nummer|num)?|faks|facsimile|t[eé]l[eé]copi(?:e|eur|er|é|a))|\p{Ll}Fax)"
    rf"(?:{_LEAD}|\b(?i:al|au|unter|sul|an)\b){{0,10}}?"
)
# Also a verb, or the smallest unit of life: only grouped numbers count as telephone numbers after these.
_CALL_CUE = (
    r"\b(?i:call(?:ing)?|dial|contact(?: number| no\.?)?|reach(?:ed)?|cell(?:ular)?:|texts?|dial)"
    rf"(?:[{BLANK}:.,(]|\b(?i:us|me|at|on|by|via|is|the|number|phone|toll|free|office|our|my)\b){{1,8}}?"
)

CUED_TELEPHONES = (
    Pattern("phone-cued", "PHONE", _NUMBERS, check.cued_phone, cue=_PHONE_CUE),
    Pattern("fax-cued", "FAX", _NUMBERS, check.cued_phone, cue=_FAX_CUE),
    Pattern(
        "fax-letter",
        "FAX",
        rf"{_NUMBER}",
        check.called_phone,
        cue=rf"\b[PT]:? ?{_NUMBER}[{BLANK}]{{0,4}}[,;/|\n]?[{BLANK}]{{0,4}}F(?::|[{BLANK}]|\.)[{BLANK}]{{0,3}}",
        group="record",
    ),
    Pattern("fax-near", "FAX", r"(?i)\bfax(?:ed|ing|es)?\b", check.near_fax, group="record"),
    Pattern("phone-called", "PHONE", _NUMBERS, check.called_phone, cue=_CALL_CUE),
)

TELEPHONES = (
    Pattern("phone-international", "PHONE", rf"\(?\+{_NUMBER}{_EXTENSION}", check.international_phone),
    Pattern(
        "phone-international-00",
        "PHONE",
        rf"\b00[1-9]\d{{0,2}}(?:{MARK}{{1,3}}\d{{1,10}}){{1,6}}{_EXTENSION}",
        check.international_phone,
    ),
    Pattern(
        "phone-area-in-brackets",
        "PHONE",
        rf"(?:\+?\b1{JOIN}{{0,2}})?\(\d{{3}}\){JOIN}{{0,3}}\d{{3}}{JOIN}{{1,3}}\d{{4}}(?:[xX]\d{{1,6}}\b|"
        rf"\b{_EXTENSION})",
        check.national_phone,
    ),
    Pattern(
        "phone-north-america",
        "PHONE",
        rf"(?:\b1{JOIN})?\b\d{{3}}(?:[{DASH}/]\d{{3}}[{DASH}]|\.\d{{3}}\.|[{BLANK}]\d{{3}}[{BLANK}{DASH}]|"
        rf"[{DASH}]\d{{3}}[{BLANK}])\d{{4}}(?:[xX]\d{{1,6}}\b|\b{_EXTENSION})",
        check.north_american_phone,
    ),
    Pattern(
        "phone-trunk-zero",
        "PHONE",
        rf"(?:\(0\d{{1,4}}\)[{BLANK}{DASH}]{{0,3}}|"
        rf"\b0\d{{2,4}}[{BLANK}])\d{{3,4}}[{BLANK}{DASH}]?\d{{3,4}}\b{_EXTENSION}",
        check.trunk_phone,
    ),
    # One trunk zero and four pairs, as in France.
    Pattern("phone-pairs", "PHONE", rf"\b0[1-9](?:[{BLANK}]\d\d){{4}}\b", check.trunk_phone),
    Pattern("phone-pairs-marked", "PHONE", rf"\b0[1-9](?:(?:\.\d\d){{4}}|(?:[{DASH}]\d\d){{4}})\b", check.trunk_phone),
    Pattern(
        "phone-trunk-loose",
        "PHONE",
        rf"(?:\(0\d{{1,4}}\)|"
        rf"\b0\d{{1,4}})[{BLANK}]{{0,2}}[/{BLANK}{DASH}.][{BLANK}]{{0,2}}\d{{2,8}}(?:[{BLANK}{DASH}.]{{1,2}}\d{{2,5}}){{0,3}}\b{_EXTENSION}",
        check.loose_phone,
        group="record",
    ),
    Pattern(
        "phone-labelled",
        "PHONE",
        rf"{_NUMBER}{_EXTENSION}[{BLANK}]{{0,2}}[-(\[]?(?i:office|home|cell|mobile|work|fax|tel|phone|mob|direct|"
        rf"day|evening)\b",
        check.labelled_phone,
        group="record",
    ),
    Pattern("phone-mobile", "PHONE", r"\b0[1-9]\d{8,9}\b", check.loose_phone, group="record"),
    Pattern(
        "phone-nine",
        "PHONE",
        rf"\b[6-9]\d\d(?:{JOIN}\d{{3}}{JOIN}\d{{3}}|(?:{JOIN}\d\d){{3}})\b|\b9\d{JOIN}\d{{3}}{JOIN}\d\d{JOIN}\d\d\b|"
        rf"\b[6-9]\d{{8}}\b",
        check.loose_phone,
        group="record",
    ),
    Pattern(
        "phone-ten",
        "PHONE",
        rf"(?:\b1[{BLANK}{DASH}.]?)?\b[2-9]\d\d[{BLANK}{DASH}.)/]{{0,3}}\d{{3}}[{BLANK}{DASH}.]{{0,3}}\d{{4}}(?:[xX]\d{{1,6}}\b|\b{_EXTENSION})",
        check.loose_phone,
        group="record",
    ),
)

_PHONE_WORDS = (
    r"(?i)\b(?:tele?|t[eé]l|tlf|tel[eé]fono|t[eé]l[eé]phone|telefon\w*|phones?|ph|mobile|cell|call(?:ed|ing|s)?|"
    r"ring|rang|dial(?:ed)?|"
    r"text(?:ed)?|reach(?:ed)?|contact(?:ed|s)?|call ?back|cb|numbers?|line|hotline|pager|beeper|voice ?mail|msg|"
    r"message|"
    r"emergency contact|nok|next of kin|answer(?:s|ing|ed)?|office|recapito|llame|appeler|anrufen|whatsapp|sms)\b"
)

NEAR_TELEPHONES = (
    Pattern(
        "phone-short",
        "PHONE",
        r"\d{3,7}\b",
        check.short,
        cue=r"(?i:\b(?:pagers?|beeper|bleep|ext(?:n|ension)?\.?|voip|ascom|spectra ?link)"
        r"[ \t]{0,2}(?:(?:no|number)\b\.?|#|is|:|\.)?[ \t:#]{0,3})",
        group="record",
    ),
    Pattern("phone-inner", "PHONE", r"\b[x#*]\d-\d{4}\b|\bx ?\d{4,5}\b", group="record"),
    Pattern("phone-near", "PHONE", _PHONE_WORDS, check.near_phone, group="record"),
)
"""The number stands some words after its cue."""
