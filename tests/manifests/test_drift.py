"""What verification says of a card that differs: which line or value, and what should stand there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.drift import drift

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_line_of_a_page_is_named_with_both_words() -> None:
    rendered = b"# Card\n\n33,221 documents and 7 words\n"
    assert drift("README.md", rendered.replace(b"33,221", b"33,212"), rendered) == (
        'line 3 says "33,212", the manifest "33,221"'
    )


def test_words_are_told_from_the_first_that_differs_to_the_last() -> None:
    assert drift("a.md", b"one 2 three 4 five", b"one 3 three 5 five") == (
        'line 1 says "2 three 4", the manifest "3 three 5"'
    )


def test_a_word_that_is_gone_tells_its_line() -> None:
    assert drift("a.md", b"is medical advice", b"is no medical advice") == (
        'line 1 says "is medical advice", the manifest "is no medical advice"'
    )


def test_a_line_too_many_and_a_line_too_few() -> None:
    assert drift("a.md", b"a\nb\nc", b"a\nb") == 'line 3 says "c", the manifest has no such line'
    assert drift("a.md", b"a", b"a\nb") == 'ends before line 2, which the manifest renders as "b"'


@pytest.mark.parametrize(
    ("found", "rendered", "told"),
    [
        ({"a": [1, {"b/c": 2}]}, {"a": [1, {"b/c": 3}]}, "/a/1/b~1c is 2, the manifest renders 3"),
        ({"a": 1}, {"a": True}, "/a is 1, the manifest renders true"),
        ({"a": 1}, {"a": 1, "b": "x"}, '/b is missing, the manifest renders "x"'),
        ({"a": 1, "b": [1]}, {"a": 1}, "/b is a list of 1, the manifest renders no such thing"),
        ([1], [1, 2], "/1 is missing, the manifest renders 2"),
        (1, {}, "the whole is 1, the manifest renders an object of 0"),
    ],
)
def test_a_value_of_json_is_named_by_its_pointer(found: object, rendered: object, told: str) -> None:
    assert drift("croissant.json", json.dumps(found).encode(), json.dumps(rendered).encode()) == told


def test_a_line_of_json_lines_is_named_with_its_pointer() -> None:
    rendered = b'{"a": 1}\n{"a": 2}\n'
    assert drift("e.jsonl", rendered.replace(b"2", b"3"), rendered) == "line 2: /a is 3, the manifest renders 2"


def test_what_is_no_json_is_compared_by_lines() -> None:
    assert drift("c.json", b"\xff{", b"{}") == 'line 1 says "\N{REPLACEMENT CHARACTER}{", the manifest "{}"'
    assert drift("c.json", b"[" * 100_000, b"[]").startswith("line 1 says")


def test_json_that_is_spelt_otherwise_is_told_by_its_line() -> None:
    assert drift("c.json", b'{ "a": 1}', b'{"a": 1}') == """line 1 says "{ "a": 1}", the manifest "{"a": 1}\""""


def test_of_a_long_or_unprintable_text_little_is_shown() -> None:
    told = drift("a.md", b"\x1b[31m" + b"x" * 10_000, b"y")
    assert "\x1b" not in told
    assert len(told) < 120


@given(VALUES, VALUES)
def test_different_values_always_have_a_place(mine: object, theirs: object) -> None:
    found, rendered = json.dumps(mine).encode(), json.dumps(theirs).encode()
    if found != rendered and mine != theirs:
        assert "the manifest renders" in drift("a.json", found, rendered)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_have_an_answer(found: bytes, rendered: bytes) -> None:
    for name in ("a.md", "a.json", "a.jsonl"):
        assert drift(name, found, rendered)
