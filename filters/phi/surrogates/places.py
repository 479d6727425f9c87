"""Places below state, hospitals, streets, postal codes: what says which becomes an invented word, the rest stays.

An invented place is a beginning and an ending that together are no town of GeoNames (by any of its names), no surname
or given name of the Census, and no word of the dictionary: the tests hold every pair to these lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Final

from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.folding import cased, latin, plain, touch
from filters.phi.surrogates.vocabulary import in_order, words

_TRIES: Final = 64
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+")
_FOLLOWED: Final = re.compile(r"\.? +([^\W\d_]{2,})")
_GAP: Final = re.compile(r"[\s.'\u2019&-]{1,3}|\s?[-\u2013]\s?")
_CONSONANTS: Final = "BCDFGHJKLMNPQRSTVWXZ"
# Postal codes in letters and digits: of the United Kingdom, Canada and the Netherlands.
_LETTERED: Final = re.compile(
    r"\b(?:[A-Za-z]{1,2}\d[A-Za-z\d]?\s{0,2}\d[A-Za-z]{2}|[A-Za-z]\d[A-Za-z][\s-]?\d[A-Za-z]\d|\d{4}\s?[A-Z]{2})\b"
)
_PREFIXED: Final = re.compile(r"[A-Z]{1,2}[- ]?(?=\d{4,6}$)")
"""A country before its postal code: "E-28015"."""
_MOST_LETTERS: Final = 4
_LONG: Final = 5
"""Digits of a postal code that stands among other words: most countries' have five or six."""
_NO_FIRST, _NO_LETTER = "Q", "IO"
"""Letters of no postal code: Q begins none in the United Kingdom or Canada, I and O stand in no inward code of either;
none of the three is in an Eircode."""


@cache
def invented() -> frozenset[str]:
    """Every invented word, in lower case."""
    endings = in_order("place_ending")
    return frozenset(beginning + ending for beginning in in_order("place_beginning") for ending in endings)


def _place(folder: Folder, folded: str, others: list[str]) -> str:
    """The invented word for `folded`; it touches none of `others`."""
    draws = folder.draws("place", folded)
    for _ in range(_TRIES):
        made = draws.pick(in_order("place_beginning")) + draws.pick(in_order("place_ending"))
        if not any(touch(made, other) for other in others):
            return made
    return ""


def _acronym(folder: Folder, folded: str, length: int) -> str:
    """Capitals, none of which stands where it stood."""
    draws = folder.draws("acronym", folded)
    return "".join(
        draws.pick([each for each in _CONSONANTS if each.lower() != folded[at : at + 1]]) for at in range(length)
    )


class _Layout:
    """How values of one class are taken apart."""

    def __init__(
        self, groups: tuple[str, ...], acronym: int, digits: Callable[[Folder, str, str, int], str], units: bool
    ) -> None:
        self.groups = groups
        self.acronym = acronym
        """Capitals up to this length are an acronym, and become one."""
        self.digits = digits
        self.units = units
        """A letter alone is a part of a building ("5 C")."""

    @cached_property
    def kept(self) -> frozenset[str]:
        """Words that stay."""
        return frozenset(word for group in self.groups for word in words(group))

    def stays(self, word: str, value: str, at: int) -> bool:
        """The word says what kind of place it is, or names a state or a country."""
        lower = word.lower()
        if lower in self.kept:
            if lower not in words("street_tail"):
                return True
            after = _FOLLOWED.match(value, at + len(word))
            return after is None or after[1].lower() in self.kept or after[1].lower() in words("joining")
        if word in words("states"):
            return not value.isupper() or value[:at].rstrip().endswith(",")
        return lower in words("names_of_states") and value[:at].rstrip().endswith(",")


def _zeros(folder: Folder, digits: str, value: str, at: int) -> str:
    """No postal code of any country is 0 throughout; other numbers get other digits."""
    return "0" * len(digits) if _postal(digits, value, at) else _other(folder, digits)


def _house(folder: Folder, digits: str, value: str, at: int) -> str:
    """A house number, a floor, or a postal code."""
    first = not any(each.isalnum() for each in value[:at])
    return "0" * len(digits) if len(digits) >= _LONG and not first else _other(folder, digits)


def _postal(digits: str, value: str, at: int) -> bool:
    return len(digits) >= _LONG or (len(digits) == 4 and value.strip() == digits)


def _other(folder: Folder, digits: str) -> str:
    draws = folder.draws("digits", digits)
    while (made := draws.digits(len(digits))) == digits or (made[0] == "0") != (digits[0] == "0"):
        if digits == "0":
            return "1"
    return made


_GEO: Final = _Layout(("area",), 3, _zeros, units=False)
_HOSPITAL: Final = _Layout(("facility", "area"), 5, _zeros, units=False)
_ADDRESS: Final = _Layout(("street", "area"), 3, _house, units=True)


def _letters_and_digits(folder: Folder, code: str) -> str:
    """A postal code in letters and digits, in letters that no such code has."""
    draws = folder.draws("postcode", plain(code))
    made: list[str] = []
    first = True
    for each in code:
        if each.isdecimal():
            made.append("0" if first else draws.digits(1))
        elif each.isalpha():
            made.append(cased((_NO_FIRST if first else draws.pick(_NO_LETTER)).lower(), each))
        else:
            made.append(each)
        first = first and not each.isalnum()
    return "".join(made)


def postcode(folder: Folder, value: str) -> str | None:
    """A postal code that is nowhere: 0 throughout, or in letters that no code has."""
    value = value.strip()
    if _LETTERED.search(value):
        return _LETTERED.sub(lambda match: _letters_and_digits(folder, match.group()), value)
    start, _, extension = value.partition("-")
    if not any(each.isdecimal() for each in value) or sum(map(str.isalpha, value)) > _MOST_LETTERS:
        return None
    if extension.isdecimal() and len(extension) == 4 and start.isdecimal() and len(start) == 5:
        return f"00000-{_other(folder, extension)}"
    if any(map(str.isalpha, value)) and not _PREFIXED.match(value):
        return _letters_and_digits(folder, value)
    return "".join("0" if each.isdecimal() else each for each in value)


def _replaced(folder: Folder, value: str, layout: _Layout) -> str | None:
    """Words that say which place it is become one invented word for each run of them."""
    if not latin(value):
        return None
    value = _LETTERED.sub(lambda match: _letters_and_digits(folder, match.group()), value) if layout.units else value
    tokens = list(_WORD.finditer(value))
    others = [plain(token.group()) for token in tokens if len(token.group()) >= 3]
    made: list[str] = []
    done = at = changed = 0
    while at < len(tokens):
        token = tokens[at]
        text = token.group()
        made.append(value[done : token.start()])
        done = token.end()
        at += 1
        if text[0].isdecimal():
            new = layout.digits(folder, text, value, token.start())
        elif _silent(text, value, token, layout):
            new = text
        elif layout.units and len(text) == 1:
            new = cased(_acronym(folder, plain(text), 1).lower(), text)
        else:
            at, done = _run(tokens, at, value, layout)
            text = value[token.start() : done]
            folded = " ".join(plain(word) for word in _WORD.findall(text))
            if " " not in folded and len(text) <= layout.acronym and text.isupper():
                new = _acronym(folder, folded, len(text))
            else:
                new = _place(folder, folded, others)
                new = cased(new, text)
        if not new:
            return None
        changed += new != text
        made.append(new)
    made.append(value[done:])
    return "".join(made) if changed else None


def _silent(text: str, value: str, token: re.Match[str], layout: _Layout) -> bool:
    if layout.stays(text, value, token.start()):
        return True
    if not text.islower() or text not in words("joining"):
        return False
    return text in words("preposition") or token.start() > 0 or not value.islower()


def _run(tokens: list[re.Match[str]], at: int, value: str, layout: _Layout) -> tuple[int, int]:
    """Where the run of words that begins before token `at` ends: its next token, and its last character."""
    end = last = at
    stop = tokens[at - 1].end()
    while last < len(tokens) and _GAP.fullmatch(value[tokens[last - 1].end() : tokens[last].start()]):
        text = tokens[last].group()
        if text[0].isdecimal() or layout.stays(text, value, tokens[last].start()) or (layout.units and len(text) == 1):
            break
        last += 1
        if text.lower() not in words("joining"):
            end, stop = last, tokens[last - 1].end()
    return end, stop


def geo(folder: Folder, value: str) -> str | None:
    """A town, a county, a district; also a postal code, or a facility by its words."""
    if _is_postcode(value):
        return postcode(folder, value)
    return _replaced(folder, value, _of_geo(value))


def _is_postcode(value: str) -> bool:
    """A digit, and no more than two letters."""
    return any(map(str.isdecimal, value)) and sum(map(str.isalpha, value)) <= 2


def _of_geo(value: str) -> _Layout:
    heads = words("facility_head")
    return _HOSPITAL if any(word.lower() in heads for word in _WORD.findall(value)) else _GEO


def hospital(folder: Folder, value: str) -> str | None:
    """A facility: "Brown Memorial Hospital" keeps "Memorial Hospital"."""
    return _replaced(folder, value, _HOSPITAL)


def address(folder: Folder, value: str) -> str | None:
    """A street, a house, a box: the layout stays."""
    return _replaced(folder, value, _ADDRESS)


def could_be_place(kind: str, value: str) -> bool:
    """Every word that is not kept is invented, or an acronym; postal codes are of nowhere."""
    if kind == "ZIP" or (kind == "GEO" and _is_postcode(value)):
        return _nowhere(value)
    layout = {"GEO": _of_geo(value), "HOSPITAL": _HOSPITAL, "ADDRESS": _ADDRESS}[kind]
    if layout.units:
        if not all(_nowhere(match.group()) for match in _LETTERED.finditer(value)):
            return False
        value = _LETTERED.sub(" ", value)
    made = False
    for token in _WORD.finditer(value):
        text = token.group()
        if text[0].isdecimal():
            postal = layout.digits in (_zeros,) and _postal(text, value, token.start())
            if layout.digits is _house and len(text) >= _LONG:
                postal = any(each.isalnum() for each in value[: token.start()])
            if postal and text.strip("0"):
                return False
            made = True
        elif plain(text) in invented() or (
            len(text) <= layout.acronym and text.isupper() and set(text) <= set(_CONSONANTS)
        ):
            made = True
        elif layout.units and len(text) == 1:
            made = made or text.upper() in _CONSONANTS
        elif not (text.lower() in layout.kept or _silent(text, value, token, layout)):
            return False
    return made


def _nowhere(value: str) -> bool:
    characters = [each.upper() for each in value if each.isalnum()]
    if any(map(str.isalpha, characters)) and not _PREFIXED.match(value):
        first = characters[0] in (_NO_FIRST, "0")
        return first and all(each in _NO_LETTER for each in characters[1:] if each.isalpha())
    start = value.partition("-")[0] if not value[:1].isalpha() else value
    return bool(characters) and not any(each in "123456789" for each in start)
