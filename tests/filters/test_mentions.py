"""Mentions of groups: the pass equals its oracle, and words that only look like people name nobody."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.mentions import MentionAnnotator, lexicon
from filters.mentions.annotator import CONCEPTS, GROUPS, near_column
from tests.filters.mentions_oracle import bits

_TERMS = sorted({word for _, _, phrase in lexicon().terms() for word in phrase})
_BESIDE = sorted(set().union(*lexicon().sets.values()))
WORDS = st.one_of(
    st.sampled_from(_TERMS),
    st.sampled_from(_TERMS).map(str.title),
    st.sampled_from(_TERMS).map(str.upper),
    st.sampled_from(_BESIDE),
    st.integers(0, 999).map(str),
    st.sampled_from(["x", "Müller", "µg", "māori", "MĀORI", "\uff41", "丁", "é", "65yo", "0123", "²", "½"]),
)
GAPS = st.sampled_from(
    [" "] * 8
    + ["-", "/", "'", ", ", ". ", ".", "; ", "\n", " (", ") ", " < ", "≤", "\u2013", "\u2011", "\u2014", "\u00a0"]
    + ["\u00b1", "+", " >= ", "\u2c00", "...", ".)", " . ", ": ", "_", "", "\x00"]
)
TEXTS = st.one_of(
    st.lists(st.tuples(WORDS, GAPS), max_size=40).map(lambda pairs: "".join(w + g for w, g in pairs)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)


def measured(*texts: str, window: int = 50) -> list[dict[str, int]]:
    batch = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"])
    return MentionAnnotator(window).measure(batch).to_pylist()


def groups(text: str) -> set[str]:
    named = measured(text)[0][GROUPS]
    return {name for place, name in enumerate(lexicon().groups) if named >> place & 1}


def concepts(text: str) -> set[str]:
    named = measured(text)[0][CONCEPTS]
    return {name for place, name in enumerate(lexicon().concepts) if named >> place & 1}


@settings(max_examples=600)
@given(st.lists(TEXTS, max_size=4), st.integers(0, 60))
def test_the_pass_finds_what_the_oracle_finds(texts: list[str], window: int) -> None:
    for text, found in zip(texts, measured(*texts, window=window), strict=True):
        named, of, near = bits(text, window)

        assert (found[GROUPS], found[CONCEPTS]) == (named, of)
        assert [found[near_column(name)] for name in lexicon().concepts] == near
