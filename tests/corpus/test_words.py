"""A word in Python is a word in the kernel."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import unicode
from corpus.words import count_words, words
from tests.filters.quality_oracle import kind_of, words_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("  two words\n", ["two", "words"]),
        ("糖尿病是病。它会", ["糖", "尿", "病", "是", "病。", "它", "会"]),
        ("COVID-19感染者", ["COVID-19", "感", "染", "者"]),
        ("第3型", ["第", "3", "型"]),
        ("「糖」と", ["「糖」", "と"]),
        ("コーヒー", ["コー", "ヒー"]),
        ("กินยา ๑๒", ["กิ", "น", "ย", "า", "๑๒"]),
        ("한국어 단어", ["한국어", "단어"]),
        ("। ॥", ["।", "॥"]),
        ("", []),
    ],
)
def test_words_of_scripts_with_and_without_blanks(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("糖々ー。ก็า1a ʰ「")), max_size=60))
def test_words_are_those_of_the_plain_definition(text: str) -> None:
    assert words(text) == words_of(text)
    assert count_words(text) == len(words_of(text))
    assert "".join(words(text)) == "".join(text.split())


def test_every_code_point_is_of_its_kind() -> None:
    alone, starters = unicode.unspaced(), unicode.starters()
    for code in range(sys.maxunicode + 1):
        kind = "unspaced" if alone[code] else "other" if starters[code] else "sign"
        assert kind == kind_of(chr(code)), hex(code)


def test_letters_that_are_words_are_letters() -> None:
    alone = unicode.unspaced()
    assert alone[ord("糖")]
    assert alone[ord("ก")]
    assert not alone[ord("ー")]
    assert not alone[ord("한")]
    assert not (alone & unicode.starters()).any()
    assert (unicode.classes()[alone] & unicode.LETTER).all()
