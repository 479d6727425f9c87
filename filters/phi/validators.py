"""Is a candidate an identifier, or science that looks like one?

A validator takes the UTF-8 bytes of the document and a candidate `[start, end)`, and returns the identifier's own
`[start, end)`, or None to reject it. It reads neighbours, because RE2 has no look-around.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

Range = tuple[int, int]
Validator = Callable[[bytes, int, int], Range | None]

_CC = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca "
    "cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr "
    "ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm "
    "jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq "
    "mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa "
    "re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn "
    "to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_GENERIC = (
    "com org net edu gov mil int info biz name pro museum aero coop jobs mobi travel cat asia post tel arpa academy "
    "app bio blog care center clinic cloud dental dev doctor email foundation global group health hospital "
    "institute international live med medical network online page pharmacy press research school science site "
    "solutions space store systems team tech technology today university website world xyz berlin paris london nyc "
    "swiss scot wales"
)
TOP_LEVEL = frozenset(_CC.split()) | frozenset(_GENERIC.split())
"""Top-level domains (IANA root zone: every country code, the generic ones seen in medicine)."""
_SPELLED = (
    "com org net edu gov mil int info biz ac uk de fr es nl se dk fi pl cz hu gr ch eu ru cn jp kr tw hk sg au nz "
    "ca br mx ar cl za ir tr il eg sa ae"
)
SPELLED_TOP_LEVEL = frozenset(_SPELLED.split())
"""Those that are no English word: "at each dot is" must not read as an address."""

# ITU-T E.164 country codes, longest first where one begins another.
_COUNTRY = re.compile(
    rb"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|"
    rb"(?:2[1-689]|35|37|38|42|50|59|67|68|69|80|85|87|88|96|97|99)\d"
)
_DIGITS = re.compile(rb"\d+")
_NUMERIC_RUN = re.compile(rb"[\d.]+")
_CALENDAR = re.compile(
    rb"(?:19|20)\d\d\D{1,5}(?:19|20)\d\d(?:\D.*)?|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d",
    re.DOTALL,
)
_SCIENCE_BEFORE = re.compile(
    rb"(?i)(?:\b(?:NCT|ISRCTN|ACTRN|DRKS|ChiCTR|CTRI|UMIN|EudraCT|PROSPERO|CRD|doi|PMID|PMCID|PMC|GenBank|accession|rs|"
    rb"ISBN|ISSN|CAS|OMIM|MIM|HGNC|UniProt|ORCID|grants?|awards?|contracts?|projects?|protocol|IRB|approval|ethics?|"
    rb"catalog(?:ue)?|cat|lot|NDC|patent|model|serial|version|sections?|chapter|EC|E\.C\.|pp?|pages?|vol|volume)\b"
    rb"[\s.:#(]*(?:(?:numbers?|nos?|nr|id|code|committee|and|of|is|was|the)\b[\s.:#(]*){0,3}(?:[A-Z]{1,6}[- /]?){0,2})$"
)
_PHONE_BEFORE = re.compile(rb"(?i)(?:\btel|phone|\bfax|call|contact|mobile|hotline)[^\d\n]{0,24}$")
_IP_BEFORE = re.compile(
    rb"(?i)(?:\bips?\b|\bipv4\b|address(?:es)?|logins?|logged in|log-?in|from host|host(?:name)?|server|://|@)[^\d\n]{0,16}$"
)
_VERSION_BEFORE = re.compile(
    rb"(?i)(?:\bv|\bver|version|release|build|software|section|sect|chapter|table|fig(?:ure)?|appendix|clause|annex|"
    rb"\bEC|E\. ?C\.?|\bKF|lineages?|update|firmware|driver|[a-z]\.|_)[\s.:#(]*$"
)
_NANP = re.compile(rb"(?:\+?1[ .-])?\(?\d{3}\)?[ .-]{1,3}\d{3}[ .-]\d{4}(?= +\d)")
_TOLL_FREE = re.compile(rb"1?8(?:00|33|44|55|66|77|88)\d{7}")
_YEAR_IN_BRACKETS = re.compile(rb"\((?:19|20)\d\d\)")
_SERIAL = re.compile(rb"\d{4}-\d{4}(?:-\d{1,2})?(?![\d-])")
"""ISSN 0019-1035, and a drug's NDC 0071-0155-23."""
_DATE_SHAPE = re.compile(rb"(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}$|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$")


def accept(text: bytes, start: int, end: int) -> Range | None:
    """The cue alone is evidence enough."""
    return start, end


def _digits(value: bytes) -> int:
    return sum(len(run) for run in _DIGITS.findall(value))


def _digit_before(text: bytes, start: int) -> bool:
    """A digit, or a digit and a decimal or range mark, stands directly before `start`: inside a longer number."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isdigit() or (before[-1:] in b".,-/:" and before[:1].isdigit() and len(before) == 2)


def _digit_after(text: bytes, end: int) -> bool:
    after = text[end : end + 2]
    return after[:1].isdigit() or (after[:1] in (b".", b",", b"-", b"/", b":") and after[1:].isdigit())


def _alphanumeric(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_" or byte > b"\x7f"


def _inside_address(text: bytes, start: int) -> bool:
    """The candidate stands inside a DOI or a web address."""
    token = max(text.rfind(mark, max(0, start - 300), start) for mark in (b" ", b"\n", b"\t", b"(", b"<")) + 1
    head = text[token:start].lower()
    return b"://" in head or b"www." in head or b"doi" in head or re.search(rb"\b10\.\d{4,}/", head) is not None


def _scientific(text: bytes, start: int) -> bool:
    """A registry, grant or reference cue stands directly before, and no telephone cue."""
    before = text[max(0, start - 60) : start]
    return _SCIENCE_BEFORE.search(before) is not None and _PHONE_BEFORE.search(before) is None


def _decimal(value: bytes) -> bool:
    """Some part is a decimal ("0.967", ".83"): one point, few digits. Telephone groups have none or several points."""
    return any(
        run.rstrip(b".").count(b".") == 1 and _digits(run) < (4 if run[:1] == b"." else 7)
        for run in _NUMERIC_RUN.findall(value)
    )


def _balanced(text: bytes, start: int, end: int) -> Range:
    """Drop brackets that the candidate opens or closes alone, and take in one that closes directly after."""
    value = text[start:end]
    if value[:1] == b"(" and b")" not in value:
        if text[end : end + 1] == b")":
            return start, end + 1
        start += 1
    elif value[-1:] == b")" and b"(" not in value:
        end -= 1
    return start, end


# E-mail ----------------------------------------------------------------------------------------------------------

_WIDE_AT, _WIDE_POINT = "\N{FULLWIDTH COMMERCIAL AT}".encode(), "\N{FULLWIDTH FULL STOP}".encode()


def email(text: bytes, start: int, end: int) -> Range | None:
    """RFC 5322 dot-atom or brace group, with a domain whose last label can be a top-level domain.

    Core-shell materials ("Fe3O4@C.The") are rejected: their last label is no known domain and not lower case. A
    sentence glued to an address ("host.com.The") is left outside it.
    """
    value = text[start:end]
    at = max(value.rfind(b"@"), value.rfind(_WIDE_AT))
    while value[:1] and value[:1] in b".'`*/=?!#$%&|~^-" and start < end:
        start, value, at = start + 1, value[1:], at - 1
    if at <= 0:
        return None
    spaced = b" " in value[: at + 3]
    labels = value[at:].replace(_WIDE_POINT, b".").split(b".")
    while len(labels) > 1:
        last = labels[-1].decode(errors="replace")
        if not last.islower() and (glued := re.match(r"([a-z]{2,6})(?=[A-Z])", last)) and glued.group(1) in TOP_LEVEL:
            end -= len(last.encode()) - len(glued.group(1))  # "host.edu.auBackground": a heading was run on
            last = glued.group(1)
            labels[-1] = last.encode()
        known = last.lower() in TOP_LEVEL
        if known and (last.islower() or last.isupper() or len(labels) > 2 or not _material(value[:at], labels)):
            break
        if not known and not spaced and last.isalpha() and last.islower() and 2 <= len(last) <= 24:
            if len(labels) > 2 and labels[-2].decode(errors="replace").lower() in TOP_LEVEL:
                end -= len(labels.pop()) + 1
                continue
            break
        end -= len(labels.pop()) + 1
    if len(labels) < 2:
        return None
    if spaced and labels[-1].decode(errors="replace") not in TOP_LEVEL:
        return None
    return start, end


def _material(local: bytes, labels: list[bytes]) -> bool:
    """ "Fe3O4@SiO2.In": a capital in the host, and the "domain" begins a sentence."""
    return any(byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" for byte in labels[0]) and labels[-1][:1].isupper()


def spelled_email(text: bytes, start: int, end: int) -> Range | None:
    """ "name (at) host dot edu": the last label is a top-level domain that is no English word."""
    last = re.split(rb"(?i)[\s.\[\](){}<>]+|\bdot\b", text[start:end])[-1]
    known = last.decode(errors="replace").lower() in SPELLED_TOP_LEVEL
    return (start, end) if known and (last.islower() or last.isupper()) else None


# Telephone -------------------------------------------------------------------------------------------------------


def cued_phone(text: bytes, start: int, end: int) -> Range | None:
    """Seven digits or more after "Tel.", "fax" and the like; no calendar, decimal, or percentage."""
    while text[start : start + 1] in (b" ", b"\t", b"\xc2", b"\xa0"):
        start += 1
    value = text[start:end]
    if _CALENDAR.fullmatch(value.strip(b" ().")) or _decimal(value) or text[end : end + 2].lstrip()[:1] == b"%":
        return None
    if text[end : end + 1].isalpha() and not _grouped(value) and b"+" not in value:
        return None
    if _YEAR_IN_BRACKETS.search(value):  # "Cell: 131 (2007) 861-872"
        return None
    if (whole := _NANP.match(value)) and _digits(value[whole.end() :]) < 7:  # "call 617-555-0123 24 hours a day"
        end = start + whole.end()
    return _balanced(text, start, end)


def called_phone(text: bytes, start: int, end: int) -> Range | None:
    """As `cued_phone`, in at least two groups: "call", "cell" and "reached" are ordinary words too."""
    kept = cued_phone(text, start, end)
    if kept is None:
        return None
    value = text[kept[0] : kept[1]]
    if _TOLL_FREE.fullmatch(value):
        return kept
    return kept if _grouped(value) and value.count(b"(") == value.count(b")") else None


def _grouped(value: bytes) -> bool:
    groups = _DIGITS.findall(value)
    return len(groups) >= 2 and sum(map(len, groups)) >= 7 and b"," not in value


def international_phone(text: bytes, start: int, end: int) -> Range | None:
    """`+` or `00`, an E.164 country code, 8 to 15 digits in all; not a charge, an exponent or a signed difference."""
    value = text[start:end]
    before = text[max(0, start - 1) : start]
    if _alphanumeric(before) and value[:2] != b"00" and _PHONE_BEFORE.search(text[max(0, start - 20) : start]) is None:
        return None
    if before in (b"=", b"*", b"/", b"^") or _digit_before(text, start):
        return None
    body = value.lstrip(b"(+ \xc2\xa0")
    digits = b"".join(_DIGITS.findall(body))
    if body[:2] == b"00":
        digits = digits[2:]
        if len(digits) < 10 or _SERIAL.match(body) or _scientific(text, start):
            return None
    if _COUNTRY.match(digits) is None or len(digits) < 8 or _decimal(value):
        return None
    if body.isdigit() and len(digits) < 10 and _PHONE_BEFORE.search(text[max(0, start - 30) : start]) is None:
        return None
    if _digit_after(text, end) and len(digits) > 15:
        return None
    if b"\xc2\xb1" in text[end : end + 4] or _inside_address(text, start):
        return None
    return _balanced(text, start, end)


def national_phone(text: bytes, start: int, end: int) -> Range | None:
    """An area code in brackets and a grouped number; not inside a longer number or after a registry's name."""
    if (
        _digit_before(text, start)
        or _digit_after(text, end)
        or _scientific(text, start)
        or _inside_address(text, start)
    ):
        return None
    return start, end


def north_american_phone(text: bytes, start: int, end: int) -> Range | None:
    """3-3-4 digits. Joined by points or blanks, the area code must be one (NANP: 2 to 9 first)."""
    if _alphanumeric(text[max(0, start - 1) : start]) or _digit_after(text, end):
        return None
    if text[max(0, start - 1) : start] in (b".", b"-", b"/", b",", b"#", b":") and _digit_before(text, start):
        return None
    value = text[start:end]
    groups = _DIGITS.findall(value)
    area = groups[1] if groups[0] == b"1" else groups[0]
    if b"-" not in value and area[:1] in b"01":
        return None
    blank = b" " in value and b"-" not in value
    if blank and (text[max(0, start - 2) : start - 1].isdigit() or text[end + 1 : end + 2].isdigit()):
        return None
    if (
        text[max(0, start - 1) : start] in (b".", b"=", b"<", b">", b"~")
        or text[max(0, start - 3) : start] == b"\xe2\x88\x92"
    ):
        return None
    if _scientific(text, start) or _inside_address(text, start):
        return None
    return start, end


def trunk_phone(text: bytes, start: int, end: int) -> Range | None:
    """National form with trunk 0: 10 or 11 digits ("020 7946 0958", "(0161) 496 0000")."""
    value = text[start:end]
    if not 9 <= _digits(value.split(b"x")[0].split(b"e")[0]) <= 12:
        return None
    if _alphanumeric(text[max(0, start - 1) : start]) or text[max(0, start - 2) : start - 1].isdigit():
        return None
    if _digit_before(text, start) or _digit_after(text, end) or text[end + 1 : end + 2].isdigit():
        return None
    if text[max(0, start - 1) : start] in (b".", b"=", b"<", b">") or _scientific(text, start):
        return None
    return None if _inside_address(text, start) else (start, end)


# Numbers ---------------------------------------------------------------------------------------------------------


def social_security(text: bytes, start: int, end: int) -> Range | None:
    """SSA rules since 2011: area not 000, 666 or 9xx, group not 00, serial not 0000."""
    area, group, serial = _DIGITS.findall(text[start:end])
    if area in (b"000", b"666") or area[:1] == b"9" or group == b"00" or serial == b"0000":
        return None
    if _alphanumeric(text[max(0, start - 1) : start]) or _digit_before(text, start) or _digit_after(text, end):
        return None
    if text[max(0, start - 1) : start] in (b"-", b"/") and _alphanumeric(text[max(0, start - 2) : start - 1]):
        return None  # the end of a longer code: "RES-156-25-0022"
    return None if _scientific(text, start) or _inside_address(text, start) else (start, end)


def ip4(text: bytes, start: int, end: int) -> Range | None:
    """Four octets; not a version, section, enzyme (EC) or lineage number, nor decimals run together by a table."""
    before = text[max(0, start - 1) : start]
    if before in (b".", b"-", b"_", b"+") or _alphanumeric(before) or _digit_after(text, end):
        return None
    if _alphanumeric(text[end : end + 1]):
        return None
    parts = text[start:end].split(b".")
    octets = [int(part) for part in parts]
    if max(octets) > 255 or any(len(part) > 1 and part[:1] == b"0" for part in parts):
        return None
    window = text[max(0, start - 40) : start]
    if _IP_BEFORE.search(window) is not None:
        return start, end
    # An enzyme number has class 1 to 7 and small subclasses; below 60 throughout it may be any dotted number.
    enzyme = octets[0] <= 7 and octets[1] <= 30 and octets[2] <= 99
    if enzyme or max(octets) < 60 or octets[0] == 0 or _VERSION_BEFORE.search(window) is not None:
        return None
    return start, end


def ip6(text: bytes, start: int, end: int) -> Range | None:
    """What `ipaddress` accepts, with a group of three or more digits: a 1:1:1 ratio has none."""
    value = text[start:end]
    if _alphanumeric(text[max(0, start - 1) : start]) or text[max(0, start - 1) : start] == b":":
        return None
    if _alphanumeric(text[end : end + 1]) or text[end : end + 1] == b":":
        return None
    if not any(len(group) >= 3 for group in value.split(b":")) or not _DIGITS.search(value):
        return None
    try:
        ipaddress.IPv6Address(value.decode())
    except ValueError:
        return None
    return start, end


def url(text: bytes, start: int, end: int) -> Range | None:
    """Without the punctuation of the sentence around it."""
    while end > start and text[end - 1 : end] in (b".", b",", b";", b")", b"]", b"'"):
        end -= 1
    return start, end


def _code(text: bytes, start: int, end: int, run: int) -> Range | None:
    value = text[start:end].rstrip(b"./-")
    end = start + len(value)
    joined = re.sub(rb"[-/.]", b"", value)
    longest = max((len(digits) for digits in _DIGITS.findall(joined)), default=0)
    if longest < run or _DATE_SHAPE.match(value) or text[end : end + 1] == b"%" or _decimal(value):
        return None
    if re.match(rb"(?i)(?:NCT|ISRCTN|PMC|PMID|CRD|GSE)\d|10\.\d{4}|doi", value):
        return None
    return start, end


def long_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with four digits in a row (hyphens not counted); "MRN (MRE11-RAD50-NBS1)" is a protein complex."""
    return _code(text, start, end, 4)


def longer_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with five digits in a row: "patient no. 12" and "hospital no. 2015" are not one."""
    return _code(text, start, end, 5)


def plan_code(text: bytes, start: int, end: int) -> Range | None:
    """A code with five digits in a row, or a Medicare beneficiary identifier."""
    value = text[start:end].replace(b"-", b"")
    if len(value) == 11 and value[:1].isdigit() and value[3:4].isdigit() and value[-2:].isdigit():
        return start, end
    return longer_code(text, start, end)


def dea(text: bytes, start: int, end: int) -> Range | None:
    """DEA registration: the seventh digit is the last digit of (d1+d3+d5) + 2(d2+d4+d6)."""
    digits = [byte - 48 for byte in text[end - 7 : end]]
    total = digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])
    return (start, end) if total % 10 == digits[6] else None
