"""RE2 expressions of dates and their parts; every letter may be of either case."""

from __future__ import annotations

from typing import Final

from filters.phi.dates import calendars

BLANK: Final = r"[ \t\x{a0}\x{202f}]"
DASH: Final = r"[\-\x{2010}-\x{2015}\x{2212}]"
_GAP: Final = r"[ \t\n\x{a0}\x{202f}]"

MONTH: Final = (
    r"\b(?:" + "|".join(sorted(calendars.MONTHS, key=lambda name: (-len(name), name))) + r")\b\.?"
)  # fmt: skip
WEEKDAY: Final = rf"(?:\b(?:{calendars.WEEKDAYS})\b[.,]{{0,2}}{_GAP}{{1,2}}(?:(?:the|el|le|den|dem){_GAP})?)?"
_DAY: Final = r"\b(?:3[01]|[12]\d|0?[1-9])(?:(?:st|nd|rd|th|er)\b|[ºª°]|\b)"
_JOINS: Final = rf"(?:{BLANK}?{DASH}{BLANK}?|{_GAP}(?:to|and|&|or|through|thru|bis|und|al?|au|y|et|e){_GAP})"
DAYS: Final = rf"{_DAY}(?:{_JOINS}{_DAY}){{0,3}}"
YEAR: Final = r"(?:(?:1[89]|20)\d\d\b|(?:[1lI][89]|[2Z][0Oo])[\dOolISB]{2}\b|['’]\d\d\b|\b\d\d\b)"
LONG_YEAR: Final = r"(?:\b(?:1[89]|20)\d\d\b|['’]\d\d\b)"
_ZONE: Final = (
    rf"(?:{BLANK}?(?:Z|UTC|GMT|[ECMP][SD]T|CES?T|hrs?|hours|h|Uhr)\b|{BLANK}?[+\-]\d\d:?\d\d\b)?"
)  # fmt: skip
TIME: Final = (
    rf"(?:(?:T|{BLANK}?[,;@]?{BLANK}{{0,2}}(?:(?:at|um|a las|à){BLANK})?)"
    rf"(?:\d{{1,2}}(?::\d\d){{1,2}}(?:[.,]\d{{1,9}})?(?:{BLANK}?[ap]\.?m\b\.?)?|\d{{1,2}}{BLANK}?[ap]\.?m\b\.?|"
    rf"\d{{6}}\b)"
    rf"{_ZONE})?"
)
"""A time of day that stands with its date."""

_OF: Final = (
    rf"(?:,?{_GAP}{{1,3}}(?:of|de|del|di|in|the year){_GAP}{{1,3}}|"
    rf"[ \t\n\x{{a0}},.\-/\x{{2010}}-\x{{2015}}\x{{2212}}]{{0,4}})"
)
MONTH_FIRST: Final = (
    rf"(?i){WEEKDAY}({MONTH})[ \t\n\x{{a0}},.\-/\x{{2010}}-\x{{2015}}\x{{2212}}]{{0,4}}(?:the{_GAP})?"
    rf"({DAYS})(?:{_OF}({YEAR}))?{TIME}"
)
DAY_FIRST: Final = (
    rf"(?i){WEEKDAY}({DAYS})(?:{_GAP}{{1,3}}(?:day{_GAP})?(?:of|de|di){_GAP}{{1,3}}|"
    rf"[ \t\n\x{{a0}}.\-/\x{{2010}}-\x{{2015}}\x{{2212}}]{{0,4}})"
    rf"({MONTH})(?:{_OF}({YEAR}))?{TIME}"
)
YEAR_FIRST: Final = rf"(?i)({LONG_YEAR})[ \-/.,]{{1,2}}({MONTH})(?:[ \-/.]{{1,2}}({_DAY}))?{TIME}"
MONTH_YEAR: Final = (
    rf"(?i)(?:{MONTH}{BLANK}?(?:{DASH}|/|\bto\b|\bthrough\b|\band\b|\bor\b|\buntil\b){BLANK}?)?({MONTH})"
    rf"(?:,?{_GAP}(?:of|de|del|in){_GAP}(?:the year{_GAP})?|[ \t\n,.\-/]{{1,3}}|['’]{{0}})({LONG_YEAR})"
)

_PART: Final = rf"{BLANK}{{0,3}}[/.\-\x{{2010}}-\x{{2015}}\x{{2212}}]{BLANK}{{0,3}}"
_THREE: Final = rf"\d{{1,4}}{_PART}\d{{1,2}}{_PART}\d{{2,4}}"
_RANGE: Final = rf"{BLANK}?(?:{DASH}|\bto\b|\bthrough\b|\bthru\b|\band\b){BLANK}?"
NUMERIC: Final = rf"(?i)(?:\d{{1,2}}/\d{{1,2}}{_RANGE})?({_THREE}){TIME}(?:{_RANGE}({_THREE}){TIME})?"
READ: Final = (
    r"\b[\dOolISB]{1,2}([/.\-])[\dOolISB]{1,2}[/.\-](?:[12lI][\dOolISB]{3}|[\dOolISB]{2})\b|"
    r"\b[12lI][\dOolISB]{3}-[\dOolISB]{2}-[\dOolISB]{2}\b"
)
"""A date of numbers in which letters stand for figures, as optical character recognition reads them."""
JOINED: Final = (
    r"(?i)\b(\d{1,2})(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)((?:19|20)\d\d|\d\d)\b|"
    r"\b(\d{1,2})[/.\- ](?-i:(I{1,3}|I?V|VI{1,3}|I?X|XI{1,2}))[/.\- ]((?:19|20)\d\d)\b"
)
"""05Jul2018; 2/IX/2020."""
MONTH_SLASH_YEAR: Final = r"\d{1,2} ?[/.\-] ?(?:19|20)\d\d\b|\b(?:19|20)\d\d[\-/](?:0[1-9]|1[0-2])\b"
STAMP: Final = (
    r"\b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T?\d{4}(?:\d\d)?(?:\.\d+)?)?(?:[+\-]\d{4}|Z)?\b"
)
ISO_WEEK: Final = (
    rf"\b(?:19|20)\d\d-?W(?:0[1-9]|[1-4]\d|5[0-3])(?:-?[1-7])?\b|\b(?:KW|"
    rf"CW){BLANK}?\d{{1,2}}{BLANK}?[/ ]{BLANK}?(?:19|20)\d\d\b"
)

BIRTH: Final = (
    r"(?i)(?:\bd\.?o\.?b\b\.?|\bbirth ?da(?:te|y)\b|\bdate of birth\b|\bborn\b(?: on)?|\bf(?:echa|"
    r"\.)? (?:de )?nac(?:imiento|\.)?|"
    r"\bdate de naissance\b|\bn[ée]e?(?:\(e\))? le\b|\bgeb(?:urtsdatum|oren(?: am)?|\.)|\bdata di nascita\b|"
    r"\bnat[oa] il\b|\bddn\b)"
)
_LEAD: Final = r"[ \t:=.,()\-#]{0,4}(?:(?:is|was|el)[ \t:]{1,2})?"
DATED: Final = (
    r"(?i)(?:\b(?:date|day|dos|doa|dod|dated|dx|diagnosed|admit(?:ted)?|admission|discharged?|visit|service|collected|received|"
    r"reported|"
    r"signed|fecha|datum|data)\b)"
)
AFTER_BIRTH: Final = rf"{BIRTH}{_LEAD}(\d{{1,2}}[ /.\-]{{1,3}}\d{{1,2}}(?:[ /.\-]{{1,3}}\d{{2,4}})?|\d{{6}}|\d{{8}})\b"
STAMP_CUED: Final = rf"(?:{DATED}[ \t:=.\-|#()]{{1,4}}|\|)({STAMP})"

PARTIAL_CUE: Final = (
    r"(?i)\b(?:on|since|until|till|by|from|through|thru|before|after|around|dated?|as of|starting|started|beginning|"
    r"began|between|"
    r"ending|due|scheduled(?: for)?|seen|admit(?:ted)?|adm|discharged?|d/c(?:'?d)?|presented|visited|visit|"
    r"follow[- ]?up|f/u|"
    r"appt|appointment|last|next|week of|collected|received|drawn|performed|done|dob|dos|born|el|am|vom|seit|"
    r"bis|le|il|del|"
    r"lbm|lmp|placed|is|surgery date is|ct|mri|cxr|x-?ray|ekg|ecg|echo|labs?|cultures?|biopsy|surgery|colonoscopy|"
    r"note(?: of)?|ultrasound|imaging|w/c|wk of|tmrw|tomorrow|today|tonight|yesterday|y['’]?day|rec['’]?d|ordered|"
    r"changed|"
    r"implanted|inserted|return(?:s|ed|ing)?|rtc|recheck(?:ed)?|extubated|intubated|removed|neg(?:ative)?|"
    r"bit(?:ten)?|fell|injured|occurred|onset|transfer(?:red)?|expired|died|paged|called|thru|re-?eval|appts?|"
    rf"(?:{calendars.ENGLISH_WEEKDAYS})\.?|from your|w/ you|to)\b"
)
_TWO: Final = r"\d{1,2}/\d{1,2}\b"
PARTIAL: Final = (
    rf"{PARTIAL_CUE}[ \t\n:(,~@\-]{{1,3}}(?:(?:the|head|chest|abdomen|brain|spine|evening|morning|night)[ \t]{{1,2}})?"
    rf"({_TWO}(?:{BLANK}?(?:{DASH}|,|&|;|\bto\b|\band\b|\bthrough\b|\bor\b){BLANK}?{_TWO}){{0,4}}|\d\d-\d\d\b|"
    rf"\d{{1,2}}\.\d{{1,2}}\.)"
)
PAIR: Final = rf"\b{_TWO}(?:{BLANK}?{DASH}{BLANK}?{_TWO})?"
"""A day and a month with nothing that says so: one of the two numbers, or a second pair, can tell."""
DAY_SAID: Final = (
    r"(?i)\b(?:on|before|until|till|by|since) (?:the )?(\d{1,2}(?:st|nd|rd|th))(?:[ ]?[?.,;)\n]|$)|"
    r"\b(\d{1,2}(?:st|nd|rd|th)) (?:inst|ult|prox)\b|"
    r"\b(?:on|before|until|till|by|since) the (\d{1,2}(?:st|nd|rd|th)) (?:and|in|because|to|if)\b"
)
_NAMES: Final = "|".join(sorted(calendars.ENGLISH, key=lambda name: (-len(name), name)))
SHORT: Final = (
    r"\b(?i:until|till|since|in|last|next|early|late|mid)[ \-]((?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)"
)
"""Until Sept."""
WEEKDAY_DAY: Final = (
    rf"(?i)\b((?:{calendars.ENGLISH_WEEKDAYS})\.?,?[ ](?:the[ ])?(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th))\b"
)
"""Thurs 14th, Saturday the 6th."""
SEASON: Final = (
    r"(?i)\b((?:spring|summer|autumn|fall|winter|q[1-4]|[1-4]q|(?:first|second|third|fourth|1st|2nd|3rd|4th) quarter)"
    r",?[ ](?:19|20)\d\d)\b"
)
"""Spring 2001, Q3 2014."""
WEEK_OF: Final = (
    r"(?i)\b((?:(?:1st|2nd|3rd|4th|last|first|second|third|fourth)[ ](?:wk|week))"
    rf"[ ]of[ ](?:{_NAMES}))\b"
)
"""First week of August."""
DAY_ALONE: Final = (
    r"(?i)\b(?:on|since|until|till|by|from|of|through|before|after) the (\d{1,2}(?:st|nd|rd|th)|"
    rf"{calendars.ORDINAL_DAY})(?:[.,;)\n]|[ ](?:he|she|they|i|we|it|pt|patient|"
    r"the|at|when|with|for|after|before|due)\b|$)"
)
LINE: Final = rf"(?m)(?:^[ \t*•\-]{{0,4}}|[.;] )({_TWO})[ \t]{{0,2}}(?::|-[ \t])"
TIMED: Final = rf"(?i)\b({_TWO}(?:[ ,]{{1,2}}(?:at |@ ?)?\d{{1,2}}:\d\d(?:{BLANK}?[ap]m)?))\b"

ALONE: Final = (
    r"(?i)\b(?:in|since|until|till|of|last|next|early|late|mid|during|by|from|through|before|after|around|between|past|"
    rf"about|this|month of)[ \t\n\-]{{1,2}}((?:{_NAMES})\b(?:{BLANK}?(?:{DASH}|\bto\b|\band\b|\bor\b|"
    rf"\bthrough\b){BLANK}?(?:{_NAMES})\b)?)"
)
HOLIDAY: Final = (
    r"(?i)\b(?:on|since|at|around|before|after|over|last|for|by|until|this|past|during|the day after|"
    r"day of)[ \t\n]{1,2}"
    r"((?:christmas(?: (?:eve|day|morning))?|xmas|thanksgiving(?: day)?|new year['’]?s(?: (?:eve|day))?|"
    r"easter(?: sunday| monday)?|"
    r"halloween|independence day|labou?r day|memorial day|veterans day|valentine['’]?s day|mother['’]?s day|"
    r"father['’]?s day|"
    r"martin luther king day|mlk day|presidents['’]? day|columbus day|boxing day|good friday|canada day|bastille day|"
    r"ash wednesday|palm sunday|hanukkah|yom kippur|rosh hashanah|passover|diwali|eid(?: al-\w+)?|juneteenth|"
    r"st\.? patrick['’]?s day)(?:,?[ \t](?:of[ \t])?(?:19|20)\d\d)?)\b"
)

_SAID_MONTH: Final = rf"(?:{_NAMES})"
_YEAR_SAID: Final = rf"(?:(?:,? (?:of |in )?){calendars.YEAR_WORDS}|,? (?:19|20)\d\d|,? of {calendars.TWO_DIGITS})?\b"
SAID_DAY_FIRST: Final = (
    rf"(?i)\b((?:{calendars.ORDINAL_DAY})(?: day)?,?(?: of)? {_SAID_MONTH}\b{_YEAR_SAID})"
)  # fmt: skip
SAID_MONTH_FIRST: Final = (
    rf"(?i)\b({_SAID_MONTH}(?: the)? (?:{calendars.ORDINAL_DAY}|{calendars.CARDINAL_DAY})\b{_YEAR_SAID}|"
    rf"{_SAID_MONTH} \d{{1,2}}(?:st|nd|rd|th)? {calendars.YEAR_WORDS}\b|"
    rf"{_SAID_MONTH}(?: of| in)?,? {calendars.YEAR_WORDS}\b|{_SAID_MONTH} of {calendars.TWO_DIGITS}\b)"
)
SAID_BIRTH: Final = (
    rf"{BIRTH}(?:,? (?:is|was|it's|on|the|uh|um|that's|that would be|yes|sure|"
    rf"yeah))*[,:.]? ((?:{calendars.NUMBER_WORD}|{calendars.ORDINAL_DAY})(?:[ ,-]{{1,2}}(?:{calendars.NUMBER_WORD}|"
    rf"{calendars.ORDINAL_DAY})){{2,7}})\b"
)
