"""The code that follows a cue, however the two are laid out: "MRN# 123-456", a form, a table, the next line, a phrase.

RE2 finds the cue; from there a short window is read word by word. As long as the words and marks only tie a value to
its cue ("number", "is", ":", a line break), a few digits are enough. Behind other words only what has the shape of a
code counts. The answer is the place of the value, outside the cue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from filters.phi.classes import KINDS
from filters.phi.science import amount_after, cue_before, inside_address, official_before, own_form, sequence_before
from filters.phi.validators.codes import DATE_SHAPE
from filters.phi.validators.neighbours import Range, decimal, digit_count

_WORDS = 24
_TIED = 60
"""Bytes over which a value may be tied to its cue."""
_NEAR = 90
"""Bytes between a cue and a code that nothing ties to it: about ten words."""

_GAP = re.compile(rb"(?:[^0-9A-Za-z\[\xc3]|\xc3(?![\x80-\xbf])|\[(?!(?:%s)\]))*" % "|".join(sorted(KINDS)).encode())
"""Up to the next word; a placeholder ends every cue."""
_ASIDE = re.compile(rb"[ \t]{1,2}\([A-Za-z][A-Za-z .&'-]{0,30}\)")
"""Whose number it is: "MRN (county hospital) 123456"."""
_DIGIT = re.compile(rb"\d")
_CONTINUED = re.compile(rb"-\d{1,2}\b")
"""The cue is a part of a longer word: "ICD-10"."""
_PLACEHOLDER = re.compile(rb"\[(?:%s)\]" % "|".join(sorted(KINDS)).encode())
_WORD = re.compile(rb"(?:[A-Za-z]|\xc3[\x80-\xbf])+")
_BREAK = re.compile(rb"[;]|\.[ \t]+(?=[A-Z])|\n[ \t\r]*\n[ \t\r]*\n")
"""What ends the reach of a cue: a sentence's end, two empty lines."""
_MARK = re.compile(rb"[:#=|\"(>\t\n]|\xe2\x84\x96|\xc2[\xba\xb0]")
_NUMBER = frozenset(
    b"number numbers num no nos nr n id ids identifier identifiers identification code codes ref reference key serial "
    b"nummer num\xc3\xa9ro n\xc3\xbamero numero n\xc3\xbam is was are reads says sn".split()
)
_TIES = _NUMBER | frozenset(
    b"of on file card listed recorded noted as ending starting beginning in with currently now the a an under per new "
    b"old her his my their your our and type value assigned issued verified confirmed to it its that s attached called "
    b"for at by this patient pt primary secondary full first last four digits date record records or del de la du "
    b"current same following here veh\xc3\xadculo vehicle paciente hospital clinic facility given scanned copy "
    b"copied seen enrolled captured stored token hash read".split()
)
_BLANK = rb"(?:[ ]|\xc2\xa0|\xe2\x80[\x80-\x8a\xaf])"
_DASH = rb"(?:-|\xe2\x80[\x90-\x95]|\xe2\x88\x92)"
_VALUE = re.compile(
    rb"(?:\d{4}%(blank)s\d{5}%(blank)s\d|\d{6}%(blank)s\d{4})(?![0-9A-Za-z]|[/.]\d)|"
    rb"[A-Z]{1,4}%(blank)s{1,2}\d[0-9-]{3,}(?:%(blank)s\d{2,7}){0,4}(?:/\d{1,2})?(?![0-9A-Za-z])|"
    rb"[A-Za-z]{1,4}%(blank)s\d{3}(?:%(blank)s{1,2}[0-9A-Z]{3}){1,4}(?![0-9A-Za-z])|"
    rb"[A-Z]{0,3}\d{1,4}(?:(?:%(blank)s{1,2}|%(blank)s?%(dash)s%(blank)s?)\d{2,8}){1,6}[A-Z]?"
    rb"(?![0-9A-Za-z]|(?:[/.]|%(dash)s)[0-9A-Za-z])|"
    rb"[A-Z]{1,2}(?:%(blank)s\d{2,3}){3,4}(?:%(blank)s[A-Z])?(?![0-9A-Za-z])|"
    rb"(?!BP|HR|RR|P |T )[A-Z]{1,3}%(blank)s\d{2,6}(?:%(blank)s\d{3,8}|/\d\d)(?![0-9A-Za-z/]|%(blank)s\d)|"
    rb"[A-Za-z]{1,2}\d{2}%(blank)s{1,2}\d{6,13}(?![0-9A-Za-z])|"
    rb"[0-9A-Za-z]+(?:(?:[/._:]|%(dash)s)[0-9A-Za-z]+){0,8}" % {b"blank": _BLANK, b"dash": _DASH}
)
_JOIN = rb"(?:%s|%s)" % (_BLANK, _DASH)
_PLATES = tuple(
    re.compile(expression % {b"join": _JOIN} + rb"(?![0-9A-Za-z])")
    for expression in (
        rb"[A-HJ-NPR-Za-hj-npr-z0-9]{17}",
        rb"[A-Z]{2}%(join)s[A-Z0-9]{6,8}",
        rb"[A-Z0-9]{2,4}\r?\n[A-Z0-9]{2,5}(?!:)",
        rb"(?:\xc3[\x84\x96\x9c]|[A-Z0-9]){1,4}(?:%(join)s{1,2}(?:[A-Z0-9]){1,5}){0,3}",
        rb"[A-Za-z]{1,3}%(join)s?\d{1,4}%(join)s?[A-Za-z]{0,3}(?:%(join)s\d{3,4})?",
        rb"\d{1,4}%(join)s?[A-Za-z]{2,3}%(join)s?\d{0,4}",
        rb"[A-Za-z]{1,3}%(join)s[A-Za-z]{1,2}%(join)s?\d{1,4}",
        rb"[A-Za-z0-9]{5,8}",
        rb"[A-Za-z0-9]{2,4}%(join)s[A-Za-z0-9]{2,4}",
    )
)
"""Ways in which plates of the US, Europe and India are written; the first that has letters and digits counts."""
_SMALL = frozenset(
    b"set day or up out off so we he she if no yes do did had has be been all one two via vs q pm am".split()
)
"""Words in lower case that are no letters of a plate."""
_LABEL = re.compile(
    rb"(?i)((?:ssn|mrn|dob|npi|dea|vin|nhs|udi|dl|sn|age|sex|tel|fax|ph|cell|zip|nass|nhc|dni)s?)\b(?!-\d)"
)
"""Another cue: the value after it is not this one's."""
_LIST = re.compile(rb"[ \t]*(?:,|/|;|&|\band\b|\bor\b)[ \t]*(?=[0-9A-Z])")
_TIME = re.compile(
    rb"(?i)\d{1,2}:\d\d(?::\d\d)?(?:[ap]m)?$|\d{1,3}/\d{1,3}$|\d+(?:st|nd|rd|th)$|\d{3,4}s$|\d\d?-\d\d?$|"
    rb"(?:19|20)\d\d[-/](?:19|20)?\d\d$|\d{1,4}[-/. ]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    rb"dec)[a-z]*[-/. ]?\d{2,4}$"
)
_LETTERS_APART = re.compile(rb"[A-Za-z]{2,} ")
_RANGE = re.compile(rb"\d{1,4}(?:-|\xe2\x80[\x90-\x95])\d{1,4}$")
_RATE = re.compile(rb"\d+/[A-Za-z]{1,3}\d?$")
_NO_LETTERS = bytes(range(65))
"""Bytes before those of letters."""
_TERMINAL = re.compile(rb"\d\d-\d\d-\d\d$")
_DOSE = re.compile(
    rb"(?i)\d[\d.,/-]*(?:m?c?g|ml|mm|cm|kg|iu|units?|hz|mmhg|/[a-z]{1,3}\d?|y/?o?|yrs?|years?|hrs?|h|min|x|k|lbs?|mmol|"
    rb"meq|am|pm|f|l|d|days?|w|"
    rb"weeks?|mo|months?|pk|mhz|fr|g)$"
)


_LETTERED = re.compile(rb"\d{0,2}-?[A-Za-z]{1,4}[-\d]")
_ANY_LETTER = re.compile(rb"[AC-HJ-NP-RT-WYZa-kmnp-wyz]")
"""An "x" may hide a digit; B, I, l, O and S are read for one."""


@dataclass(frozen=True, slots=True)
class Following:
    """A validator: the code after a cue."""

    least: int = 3
    """Digits of a value that a number word or a mark ties to the cue."""
    long: int = 5
    """Digits of one that no more than stands there."""
    marked: bool = False
    """The cue itself says that a number comes ("MRN")."""
    near: bool = False
    """Some words may stand between."""
    plate: bool = False
    """The value may be a vehicle's plate."""
    private: bool = False
    """Numbers of grants, committees, trials and sequences are passed over."""
    dated: bool = False
    """The value may look like a date of two-digit groups, as a terminal digit record number does."""

    def __call__(self, text: bytes, start: int, end: int) -> Range | None:
        """Place of the value after the cue `[start, end)`."""
        limit = min(len(text), end + (_NEAR if self.near else _TIED))
        if _DIGIT.search(text, end, limit + 20) is None or _of_placeholder(text, start, end):
            return None
        if self.near and _CONTINUED.match(text, end):
            return None
        if self.private and (official_before(text, end) or sequence_before(text, end)):
            return None
        if self.marked and (aside := _ASIDE.match(text, end, limit)) is not None:
            end = aside.end()
        marked, tied, at = self.marked or _MARK.search(text[end - 1 : end]) is not None, True, end
        for _ in range(_WORDS):
            gap = _GAP.match(text, at, limit)
            assert gap is not None, "it may be empty"
            if _BREAK.search(gap.group()):
                return None
            marked = marked or (tied and _MARK.search(gap.group()) is not None)
            at = gap.end()
            if at >= limit or text[at : at + 1] == b"[":
                return None
            word = _WORD.match(text, at, at + 40)
            known = word is not None and _pure(text, word.end()) and word.group().lower() in _TIES
            if known and word is not None:
                marked = marked or (tied and word.group().lower() in _NUMBER)
                at = word.end()
                continue
            kept = self._value(text, at, tied, marked)
            if kept is not None:
                return kept
            if not self.near:
                return None
            tied = marked = False
            token = _VALUE.match(text, at, at + 60)
            at = max(token.end() if token else at + 1, word.end() if word else at)
        return None

    def _value(self, text: bytes, at: int, tied: bool, marked: bool) -> Range | None:
        if (label := _LABEL.match(text, at)) is not None and not label.group(1).isdigit():
            return None
        for expression in _PLATES if self.plate and tied else ():
            plate = expression.match(text, at, at + 20)
            if plate is not None and _plate(text, *plate.span()):
                return plate.span()
        found = _VALUE.match(text, at, at + 64)
        if found is None:
            return None
        least = self.least if marked and tied else self.long if tied else max(6, self.long)
        dated = self.dated and tied and marked
        kept = coded(text, *found.span(), least, dated=dated, tied=tied)
        return None if kept is None else _list(text, kept, least)


_CODE = Following(4, marked=True)
_SOCIAL = Following(9, 9, near=True)


def lettered_code(text: bytes, start: int, end: int) -> Range | None:
    """The code after a cue, if letters begin it or follow its first two digits: "CT-22-0019384", "22S-1048"."""
    kept = _CODE(text, start, end)
    return kept if kept is not None and _LETTERED.match(text, *kept) else None


def figures_code(text: bytes, start: int, end: int) -> Range | None:
    """The code after a cue, if it has no letters, as a payment card's."""
    kept = _CODE(text, start, end)
    return None if kept is None or _ANY_LETTER.search(text, *kept) else kept


def figures_near(text: bytes, start: int, end: int) -> Range | None:
    """Nine figures without letters some words after a cue: a social security number."""
    kept = _SOCIAL(text, start, end)
    return None if kept is None or _ANY_LETTER.search(text, *kept) else kept


def _of_placeholder(text: bytes, start: int, end: int) -> bool:
    """The cue is a word of a placeholder, as "PLAN" of "[HEALTH_PLAN]"."""
    opened = text.rfind(b"[", max(0, start - 16), start + 1)
    mark = _PLACEHOLDER.match(text, opened) if opened >= 0 else None
    return mark is not None and mark.end() >= end


def _pure(text: bytes, end: int) -> bool:
    """A word that ends here is no part of a code."""
    after = text[end : end + 2]
    return not (after[:1].isdigit() or after[:1] == b"_" or (after[:1] in (b"-", b"/") and after[1:].isdigit()))


def coded(text: bytes, start: int, end: int, least: int, *, dated: bool = False, tied: bool = True) -> Range | None:
    """The part of `[start, end)` that is a code of `least` digits; a letter among them stands for one, and one for two.

    No date, time, dose, decimal or amount, and nothing that a registry gave.
    """
    value = text[start:end]
    while value[-1:] in b".-/:_" and value:
        value = value[:-1]
    end = start + len(value)
    if b" " in value and not _grouped(value):
        value = value[: value.index(b" ")]
        end = start + len(value)
    digits = digit_count(value)
    letters = len(value.translate(None, _NO_LETTERS))
    marks = letters or (b"-" in value and tied)
    shaped = digits >= least or (least > 3 and marks and digits >= least - 1)
    if not shaped or (letters > digits + 6 and digits < 4) or own_form(value):
        return None
    if (
        (DATE_SHAPE.match(value) and not (dated and _TERMINAL.match(value)))
        or _TIME.match(value)
        or (digits < 6 and _DOSE.match(value))
        or decimal(value)
    ):
        return None
    if _RATE.match(value):
        return None
    if _RANGE.match(value) and (not tied or (digits < 7 and b"-" not in value)):
        return None
    if b"," in text[end : end + 1] and re.match(rb",\d{3}", text[end : end + 4]) and digits <= 3:
        return None  # "12,345"
    if (digits < 8 and letters == 0 and amount_after(text, end)) or text[end : end + 1] == b"%":
        return None
    if b" " in value and cue_before(text, text.index(b" ", start) + 1):
        return None
    return None if cue_before(text, start) or inside_address(text, start) else (start, end)


def _grouped(value: bytes) -> bool:
    """Groups of digits that belong together: not a number and then another of two digits, as "12345 50"."""
    groups = re.split(rb" ?- ?| ", value)
    return len(groups) > 2 or len(groups[0]) <= 4 or not groups[0].isdigit() or len(groups[1]) > 3


def _list(text: bytes, first: Range, least: int) -> Range:
    """`first`, and the codes of a like shape listed after it."""
    start, end = first
    for _ in range(30):
        mark = _LIST.match(text, end, end + 12)
        found = _VALUE.match(text, mark.end(), mark.end() + 64) if mark else None
        following = coded(text, *found.span(), max(4, least)) if found else None
        if following is None or following[1] - following[0] > 2 * (first[1] - first[0]):
            break
        if _LETTERS_APART.match(text, *following) and not _LETTERS_APART.match(text, *first):  # its own cue
            break
        end = following[1]
    return start, end


def _plate(text: bytes, start: int, end: int) -> bool:
    """Four to nine letters and digits, both among them; digits alone only from five on."""
    value = re.sub(rb"[^0-9A-Za-z]", b"", text[start:end])
    digits = digit_count(value)
    if not (4 <= len(value) <= 11 or len(value) == 17) or digits < 1 or (digits == len(value) and digits < 5):
        return False
    if any(
        word.islower() and (word in _TIES or word in _SMALL) for word in re.split(rb"[^A-Za-z0-9]+", text[start:end])
    ):
        return False
    return not (DATE_SHAPE.match(value) or own_form(text[start:end]) or _DOSE.match(value) or amount_after(text, end))
