"""Boilerplate: sentences cut and hashed as an obvious oracle does, and learnt only from documents with words of their
own."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
import regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from corpus.unicode import unspaced
from filters.boilerplate import SentenceAnnotator, learning
from filters.boilerplate.annotator import LEAST_WORDS, sentences
from filters.quality.traits import CLOSING, TERMINAL, traits

WIDE = "\u3002\uff01\uff0e\uff1f\uff61"
PIECES = st.sampled_from(
    [
        "All rights reserved by the publisher. ",
        "© 2019 Elsevier Ltd. ",
        "1899 words of five here 2100 2020x. ",
        "Dr. ",
        "3.5 mg of it were given twice?! ",
        "\u201cHe is well today, and happy.\u201d ",
        "a b c d e",
        "\n",
        "  ",
        "...",
        "\u7248\u6743\u6240\u6709\uff0c\u4e0d\u5f97\u8f6c\u8f7d\u3002",
        "\u3053\u308c\u306f\u30da\u30f3\u3067\u3059\uff01\u300d",
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a ",
        "e\u0301tude mene\u0301e a\u0300 la clinique de Lyon. ",
        "\u0391\u0392\u0393\u0394 \u03b1\u03b2\u03b3\u03b4 \u03a9 \u03c2 \u03a3 five. ",
        "\u00a0",
        ") ",
        "\u0662\u0660\u0662\u0660 \u0643\u0644\u0645\u0627\u062a \u0641\u064a \u0647\u0630\u0647\u061f ",
        "a.b c.d e.f g.h i.j k. ",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.lists(st.sampled_from(["a", "1", "9", "2", "0", ".", "!", " ", "\n", ")", "。", "丁", "\u0301", "É"])).map(
        "".join
    ),
)


def words_of(sentence: str) -> list[str]:
    """Words, one after the other; each letter of a script without blanks is one."""
    alone = unspaced()
    found = []
    for run in regex.findall(r"[\p{L}\p{M}\p{N}]+", sentence):
        word = ""
        for character in run:
            if alone[ord(character)]:
                found += [word] if word else []
                found.append(character)
                word = ""
            else:
                word += character
        found += [word] if word else []
    return found


def key(word: str) -> str:
    if regex.fullmatch("(?:19|20)[0-9][0-9]", word):
        return "any year"
    return "".join(c.casefold() if len(c.casefold()) == 1 else c for c in word)


@cache
def characters(flag: int) -> frozenset[str]:
    return frozenset(map(chr, np.flatnonzero(traits() & flag).tolist()))


def cut(text: str) -> list[str]:
    """Sentences, white space around them left out."""
    marks, closes = characters(TERMINAL), characters(CLOSING)
    found = []
    for line in text.split("\n"):
        rest = ""
        ended = wide = False
        for character in line:
            stop = character.isspace() if not wide else character not in marks | closes
            if ended and stop:
                found.append(rest)
                rest, ended, wide = "", False, False
            rest += character
            if character in marks:
                ended, wide = True, character in WIDE
            elif character not in closes:
                ended = wide = False
        found.append(rest)
    return [regex.sub(r"^\s+|\s+$", "", one) for one in found]


def expected(text: str) -> list[tuple[list[str], str]]:
    """Words and text of each sentence that is long enough."""
    return [
        ([key(word) for word in words_of(one)], one)
        for one in cut(text)
        if sum(bool(regex.search(r"\p{L}", word)) for word in words_of(one)) >= LEAST_WORDS
    ]


def found(texts: list[str]) -> list[list[tuple[int, str]]]:
    """Hash and text of each sentence of each text."""
    rows = sentences(pa.array(texts, pa.large_string()))
    return [
        [
            (int(rows.hashes[n]), data[rows.starts[n] : rows.ends[n]].decode())
            for n in range(rows.lists[row], rows.lists[row + 1])
        ]
        for row, data in enumerate(map(str.encode, texts))
    ]


@settings(max_examples=400)
@given(st.lists(TEXTS, max_size=4))
@example(["", "\n\n", "one two three four five"])
def test_sentences_are_those_of_the_oracle(texts: list[str]) -> None:
    # `regex` may know a newer Unicode than Python does.
    assume(all(unicodedata.category(character) != "Cn" for text in texts for character in text))
    told = found(texts)
    assert [[text for _, text in own] for own in told] == [[text for _, text in expected(text)] for text in texts]
    by_words = defaultdict(set)
    by_hash = defaultdict(set)
    for own, text in zip(told, texts, strict=True):
        for (value, _), (words, _) in zip(own, expected(text), strict=True):
            by_words[tuple(words)].add(value)
            by_hash[value].add(tuple(words))
    assert all(len(values) == 1 for values in (*by_words.values(), *by_hash.values()))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("© 2019 Elsevier Ltd, all rights reserved here.", "© 2021 elsevier ltd all rights reserved HERE", True),
        ("In 1850 all of them were well.", "In 1851 all of them were well.", False),
        ("Blood pressure at rest was 120 mmHg then.", "Blood pressure at rest was 135 mmHg then.", False),
        ("The man is well again today.", "The woman is well again today.", False),
    ],
)
def test_a_year_is_any_year_and_a_finding_is_its_own(one: str, other: str, same: bool) -> None:
    ((first,), (second,)) = found([one, other])
    assert (first[0] == second[0]) is same


@pytest.mark.parametrize(
    ("piece", "times"), [("word ", 2_000_000), ("w", 10_000_000), ("a b c d e.\n", 900_000), ("\u7248", 3_000_000)]
)
def test_ten_million_bytes_are_cut_too(piece: str, times: int) -> None:
    text = piece * times
    (own,) = found([text])
    assert sum(len(sentence) for _, sentence in own) <= len(text)


def test_the_stage_gives_a_row_for_every_document() -> None:
    texts = pa.array(["", "All of this is one sentence. And this is the other one!", "No."], pa.large_string())
    measured = SentenceAnnotator().measure(pa.record_batch({"text": texts}))
    assert measured.schema == SentenceAnnotator.schema
    assert [[one["end"] - one["start"] for one in row] for row in measured["sentences"].to_pylist()] == [
        [],
        [28, 26],
        [],
    ]
    assert SentenceAnnotator().measure(pa.record_batch({"text": texts[:0]})).num_rows == 0


def test_documents_of_the_same_words_are_one_witness() -> None:
    seen = pl.LazyFrame(
        {"document": [1, 1, 2, 3, 3, 3], "hash": [7, 7, 7, 8, 8, 7]}, schema_overrides={"hash": pl.UInt64}
    )
    assert learning.recurring(seen, 2).collect().rows() == [(7, 3)]
    assert learning.recurring(seen, 4).collect().rows() == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=60), st.integers(1, 4))
def test_what_recurs_is_counted_by_document(seen: list[tuple[int, int]], least: int) -> None:
    frame = pl.LazyFrame(seen, schema={"document": pl.UInt64, "hash": pl.UInt64}, orient="row")
    counted = Counter(value for _, value in set(seen))
    assert learning.recurring(frame, least).collect().rows() == sorted(
        (value, n) for value, n in counted.items() if n >= least
    )


def test_shares_are_bytes_of_the_text() -> None:
    own = pl.DataFrame(
        {"row": [0, 0, 2], "hash": [1, 2, 1], "bytes": [30, 10, 50]},
        schema_overrides={"row": pl.UInt32, "hash": pl.UInt64},
    )
    told = learning.shares(own, pl.Series([100, 0, 50]), pl.Series([1], dtype=pl.UInt64))
    assert told.rows() == [(0.3, 1), (0.0, 0), (1.0, 1)]


def test_how_often_is_often_depends_on_the_source() -> None:
    assert [learning.least(n, 10, 0.0005) for n in (0, 100, 20_000, 20_001, 36_000_000)] == [10, 10, 10, 11, 18_000]
