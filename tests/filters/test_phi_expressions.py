"""Expressions over documents: the forms that RE2 reads fast find, or miss, what the expressions themselves do."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.phi import dates, places
from filters.phi.expressions import Expression, narrowed, options, western, widened
from filters.phi.folding import BREAKS, CHARACTERS
from filters.phi.names.cues import cues, runs
from filters.phi.names.reader import Reader
from filters.phi.patterns import GROUPS, patterns
from filters.phi.policy import load_policy
from filters.phi.prefilter import Prefilter
from filters.phi.text import flat

_PIECES = (
    "Mr. Élodie Müller",
    "john",
    "Smith",
    "MRN",
    "account number",
    "tel",
    "fax",
    ":",
    "#",
    " is ",
    "no.",
    "12",
    "345-6789",
    "(555) 010-0199",
    "03/04/2019",
    "March",
    "5th",
    "Boston",
    ", MA ",
    "02115",
    "St. Mary\u2019s Hospital",
    "lives in",
    "10 Rue d\u2019Évry",
    "jane@example.org",
    "https://example.org/u/x",
    "seen by",
    "Dr",
    "\u2013",
    "\u2212",
    "≥",
    "\n",
    "\t",
    " ",
    "\u00a0",
    "\u2009",
    "é",
    "Å",
    "ß",
    "ŕ",
    "\u017f",
    "½",
    "²",
    "92-year-old",
    "born",
    "1970",
    "passport",
    "X1234567",
    "_",
    "[NAME]",
)
_OTHERS = ("мар", "Σ", "中", "\uff41", "\u0301", "\u200b", "\u2116", "٣", "ﬁ", "Ḃ", "K", "ⅻ", "ₐ")
_WESTERN_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
_TEXTS = st.lists(st.sampled_from(_PIECES + _OTHERS), max_size=12).map("".join)


@cache
def _expressions() -> tuple[str, ...]:
    """Every expression that some policy searches for."""
    found = [pattern.expression for pattern in patterns(GROUPS)]
    found += [rule.expression for rules in (CHARACTERS, BREAKS) for rule in rules]
    for name in ("notes", "dialogue", "case_report"):
        policy = load_policy(name)
        found += [cue.search.expression for cue in cues("all", policy.letters == "any")]
        for finder in (dates.finder(policy), places.finder(policy)):
            if finder is not None:
                found += [search.expression for search in finder._scanner.searches]
    return tuple(dict.fromkeys((*found, runs().expression)))


@cache
def _whole(expression: str) -> re2._Regexp:
    return re2.compile(expression.encode(), options())


@cache
def _compiled(expression: str) -> Expression:
    return Expression(expression)


@settings(max_examples=60, deadline=None)
@given(_WESTERN_TEXTS)
def test_the_western_form_finds_the_same_in_western_texts(text: str) -> None:
    raw = text.encode()
    assert western(raw)
    for expression in _expressions():
        found = _compiled(expression).ranges(raw, plain=True)
        assert found == [match.span() for match in _whole(expression).finditer(raw)], expression


@settings(max_examples=60, deadline=None)
@given(_TEXTS)
def test_what_occurs_in_a_text_is_among_the_hits(text: str) -> None:
    raw = text.encode()
    hits = _prefilter().hits(raw)
    assert hits == sorted(set(hits))
    occurring = {place for place, one in enumerate(_expressions()) if _whole(one).search(raw) is not None}
    assert occurring <= set(hits)


@cache
def _prefilter() -> Prefilter:
    return Prefilter(_expressions())


@pytest.mark.parametrize("case", ["", "(?i)"])
@pytest.mark.parametrize("name", ["L", "Lu", "Ll", "M", "N"])
def test_classes_hold_the_same_western_characters(name: str, case: str) -> None:
    characters = [chr(code) for code in range(0x3000) if western(chr(code).encode())]
    for written in (rf"\p{{{name}}}", rf"[x\p{{{name}}}]", rf"[^x\p{{{name}}}]"):
        exact, narrow, wide = (
            re2.compile(form.encode(), options())
            for form in (case + written, narrowed(case + written), widened(case + written))
        )
        for character in characters:
            raw = character.encode()
            assert (exact.fullmatch(raw) is None) == (narrow.fullmatch(raw) is None), (written, raw)
            assert exact.fullmatch(raw) is None or wide.fullmatch(raw) is not None, (written, raw)


def test_western_texts_have_no_other_letters() -> None:
    for code in [*range(0x3000), 0xFB01, 0xFF21, 0x1F600]:
        character = chr(code)
        expected = code < 0x240 or (
            (0x2000 <= code < 0x2040 or 0x2180 <= code < 0x21C0 or 0x2200 <= code < 0x2280)
            and not 0x2180 <= code < 0x218C
        )
        assert western(f"a{character}b".encode()) == expected, hex(code)
        if expected and code >= 0x240:
            assert unicodedata.category(character)[0] not in "LMN", hex(code)


def test_a_class_that_nobody_has_put_into_ranges_is_an_error() -> None:
    with pytest.raises(KeyError):
        widened(r"\p{Greek}")
    with pytest.raises(KeyError):
        narrowed(r"\p{Greek}")


def test_brackets_and_escapes_are_read_as_re2_reads_them() -> None:
    assert widened(r"[^\[\]\p{L}]\p{N}") == r"[^\[\]A-Za-z][0-9\x{80}-\x{10ffff}]"
    assert widened(r"\\[[\p{Ll}]\[") == r"\\[[a-z\x{80}-\x{10ffff}]\["


def test_empty_matches_are_found_once_each() -> None:
    for text in (b"", b"baab", b"a"):
        expected = [match.span() for match in re2.finditer(b"a*", text)]
        assert _compiled("a*").ranges(text, plain=True) == expected


_LAYOUT = ("a" * 39, "b", ".", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2009", "\u00e9", "Date:", "(x")
_BLANKS = re.compile(rb"\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\t")
_WRAP = re.compile(rb"(?<=[^\n]{40}[^\n.:;!?|])\r?\n(?=[A-Za-z0-9(\xc3])(?![A-Z][A-Za-z ]{1,24}:)")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_LAYOUT)).map("".join))
def test_a_flat_text_is_what_reading_each_break_gives(text: str) -> None:
    raw = text.encode()
    expected = _WRAP.sub(lambda match: b" " * len(match.group()), raw)
    assert flat(raw) == _BLANKS.sub(lambda match: b" " * len(match.group()), expected)


@given(st.text(alphabet="ab's\u2019-\u2013\u2026\u00b7 \n\u00a0.,\u201c\u201dé", max_size=30))
def test_words_of_a_text(text: str) -> None:
    marks = '!"#$%&()*+,./:;<=>?@[\\]^_`{|}~\u201c\u201d\u2018\u2026\u2014\u2013\u2022\u00b7\n\t\r'
    plain = "".join(" " if character in marks else character for character in text)
    for ending in ("'s ", "\u2019s ", "- "):
        plain = plain.replace(ending, " ")
    assert Reader(text, lower=False).words == frozenset(plain.split())
