"""Paragraphs: the same words are the same paragraph, and the first of several keeps its place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.paragraphs import paragraphs, repeated
from tests.dedup.oracle import words

TEXT = st.lists(st.text(alphabet=st.sampled_from("aBé漢,. \n\t²́😀İß") | st.characters(codec="utf-8")), max_size=6)


def slow(texts: list[str], min_words: int) -> list[tuple[tuple[str, ...], int, int, int, int]]:
    """Words, row, line, number of words and bytes of every paragraph."""
    return [
        (tuple(words(line)), row, number, len(words(line)), len(line.encode()))
        for row, text in enumerate(texts)
        for number, line in enumerate(text.split("\n"))
        if len(words(line)) >= min_words
    ]


@given(TEXT, st.integers(1, 3))
def test_every_line_of_enough_words_is_a_paragraph(texts: list[str], min_words: int) -> None:
    found = paragraphs(pa.array(texts, pa.large_string()), min_words)
    expected = slow(texts, min_words)

    assert list(zip(*(column.tolist() for column in found[2:]), strict=True)) == [one[1:] for one in expected]
    for hashes in (found.key, found.check):
        named = set(zip(hashes.tolist(), (one[0] for one in expected), strict=True))
        assert len(named) == len({key for key, _ in named}) == len({said for _, said in named})
    assert not {*found.key.tolist()} & {*found.check.tolist()}


def test_case_punctuation_and_space_do_not_matter() -> None:
    found = paragraphs(pa.array(["The dose: 5 mg.\nthe  DOSE (5) mg", "The dose 5 mg!"], pa.large_string()), 4)

    assert np.unique(found.key).size == np.unique(found.check).size == 1
    assert found.row.tolist() == [0, 0, 1]


def test_words_are_told_apart_from_where_they_are_divided() -> None:
    texts = ["ab c", "a bc", "abc", "c ab", "a b c", "abcdefgh i", "abcdefghi", "abcdefg hi"]

    found = paragraphs(pa.array(texts, pa.large_string()), 1)

    assert np.unique(found.key).size == np.unique(found.check).size == len(texts)


def test_a_slice_of_a_column_is_read_by_its_own_rows() -> None:
    whole = pa.array(["one two", "three four\nfive six", "seven eight"], pa.large_string())

    part = paragraphs(whole.slice(1, 1), 2)

    assert part.row.tolist() == [0, 0]
    assert part.key.tolist() == paragraphs(whole, 2).key[1:3].tolist()


def test_no_text_has_no_paragraph() -> None:
    assert paragraphs(pa.array([], pa.large_string()), 1).key.size == 0
    no_hash = np.zeros(0, np.uint64)
    assert repeated(no_hash, no_hash, np.zeros(0, np.int64), np.zeros(0, np.uint32)).which.size == 0


FOUND = st.tuples(st.tuples(st.integers(0, 2), st.integers(0, 1)), st.integers(0, 4), st.integers(0, 9))


@given(st.lists(FOUND, unique_by=lambda one: one[1:]))
def test_all_but_the_first_of_the_best_document_repeat(found: list[tuple[tuple[int, int], int, int]]) -> None:
    """Paragraphs are the same where both hashes agree."""
    key, check = (np.array([one[0][half] for one in found], np.uint64) for half in range(2))
    number, line = (np.array([one[part] for one in found], np.int64) for part in (1, 2))

    again = repeated(key, check, number, line.astype(np.uint32))

    best = {one[0]: min(other[1:] for other in found if other[0] == one[0]) for one in found}
    assert again.which.tolist() == [place for place, one in enumerate(found) if one[1:] != best[one[0]]]
    assert [found[place][1:] for place in again.first] == [best[found[place][0]] for place in again.which]
