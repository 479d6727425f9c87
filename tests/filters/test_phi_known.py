"""What a record's own header states is found again in its text, and nothing of it is left after masking."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.phi.annotator import PhiAnnotator
from filters.phi.detector import detector
from filters.phi.known import known_spans, mask_known
from filters.phi.mask import mask_column


def masked(text: str, *values: str) -> str:
    found = mask_known(text, values)
    assert found is not None
    return found


def test_values_are_found_as_whole_words_in_any_case() -> None:
    assert masked("Ann Lee and ANN LEE; annlee, Annette.", "Ann Lee", "Ann") == (
        "[IDENTIFIER] and [IDENTIFIER]; annlee, Annette."
    )


def test_words_of_a_value_may_stand_on_two_lines() -> None:
    assert masked("lives at 12  Elm\nStreet now", "12 Elm Street") == "lives at [IDENTIFIER] now"


def test_words_of_a_value_may_be_set_apart_by_low_lines() -> None:
    assert masked("notes/Ann_Lee_0012.txt", "Ann Lee") == "notes/[IDENTIFIER]_0012.txt"


def test_the_longest_value_counts() -> None:
    assert masked("seen by Ann Lee, MD", "Ann", "Ann Lee, MD", "Lee") == "seen by [IDENTIFIER]"


def test_values_mean_themselves_not_a_pattern() -> None:
    assert masked("mrn a+b, aab", "a+b") == "mrn [IDENTIFIER], aab"


@pytest.mark.parametrize(("text", "values"), [("Ann", ()), ("", ("Ann",)), (None, ("Ann",)), ("Ann", (" ",))])
def test_without_text_or_values_nothing_changes(text: str | None, values: tuple[str, ...]) -> None:
    assert mask_known(text, values) == text


WORDS = st.text(st.sampled_from("aAbé中 -.\n1ß"), min_size=1, max_size=8)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=12))
def test_no_value_is_left_and_the_rest_is_untouched(values: list[str], pieces: list[str]) -> None:
    text = " ".join(pieces)
    raw = text.encode()
    spans = known_spans(text, values)
    rest, at = [], 0
    for span in spans:
        assert at <= span.start < span.end
        rest.append(raw[at : span.start].decode())  # spans never cut a character
        at = span.end
    rest.append(raw[at:].decode())
    folded = {" ".join(value.split()).casefold() for value in values} - {""}
    for span in spans:
        found = " ".join(raw[span.start : span.end].decode().split())
        assert (
            any(re.fullmatch(re.escape(value), found, re.IGNORECASE) for value in folded) or found.casefold() in folded
        )


def measured(text: str, values: list[str]) -> tuple[str, list[str]]:
    batch = pa.record_batch(
        {"text": pa.array([text], pa.large_string()), "known_values": pa.array([values], pa.list_(pa.string()))}
    )
    found = PhiAnnotator().measure(batch)
    spans = found.column("phi_spans")
    return mask_column(batch.column("text"), spans)[0].as_py(), [span["rule"] for span in spans[0].as_py()]


def test_the_stage_masks_known_values_and_what_patterns_find() -> None:
    text, rules = measured("Ann Lee, ann.lee@example.org, MRN: 0012345 at Nowhere.", ["Ann Lee", "Nowhere"])
    assert text == "[IDENTIFIER], [EMAIL], MRN: [MRN] at [IDENTIFIER]."
    assert rules.count("known_value") == 2
    assert detector().find(text.encode()) == []


def test_a_known_value_inside_what_a_pattern_finds_does_not_break_it() -> None:
    text, _ = measured("Write to lee@example.org soon.", ["Lee"])
    assert "@" not in text


def test_a_record_without_known_values_is_measured_as_ever() -> None:
    assert measured("Call (617) 555-0123.", [])[0] == "Call [PHONE]."
