"""The normal form of text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.text import normalised, one_line

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_twice_is_once(text: str) -> None:
    once = normalised(text)
    assert normalised(once.decode()) == once


@given(ANY_TEXT)
def test_the_result_is_nfc_without_controls_or_trailing_blanks(text: str) -> None:
    result = normalised(text).decode()
    assert unicodedata.is_normalized("NFC", result)
    assert not [char for char in result if unicodedata.category(char) == "Cc" and char not in "\n\t"]
    assert all(line == line.rstrip() for line in result.split("\n"))
    assert result == result.strip()


@given(ANY_TEXT)
def test_letters_and_numbers_survive(text: str) -> None:
    def kept(given: str) -> str:
        return "".join(char for char in unicodedata.normalize("NFD", given) if char.isalnum())

    assert kept(normalised(text).decode()) == kept(text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x0bb\x0cc\x85d", "a\nb\nc\nd"),
        ("a\x00b\x1fc\x7fd\x9fe", "abcde"),
        ("  a  \t\n\tb \u00a0\n\n", "a\n\tb"),
        ("e\u0301", "\u00e9"),
        ("e\x00\u0301", "\u00e9"),
        ("caf\u00e9\u00a0au lait", "caf\u00e9\u00a0au lait"),
        ("cor\u00adtex z\u200be\u2060r\ufeffo", "cortex zero"),
        ("555\u00ad0144", "555-0144"),
        ("\u0915\u094d\u200d\u0937 \u0645\u06cc\u200c\u062e", "\u0915\u094d\u200d\u0937 \u0645\u06cc\u200c\u062e"),
        ("10\u2076", "10\u2076"),
        ("", ""),
    ],
)
def test_examples(given: str, expected: str) -> None:
    assert normalised(given).decode() == expected


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(UnicodeEncodeError):
        normalised("a\ud800b")


@pytest.mark.parametrize(("given", "expected"), [(" a \n b\t", "a b"), (" \x00 ", None), ("", None)])
def test_a_field_is_one_line_or_absent(given: str, expected: str | None) -> None:
    assert one_line(given) == expected
