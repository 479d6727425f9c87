from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import shingles
from dedup.shingles import CHUNK, STATE_SLOTS, lookup_tables, next_shingles, shingle_sets, start
from tests.dedup import oracle

# Characters on every side of every border: scripts, widths, folds to ASCII and to several characters, marks alone.
TRICKY = "aAbZzﬁßẞ\u017fKµΣςİ\u0131éÉ\u0301\u200d\u00ad0٣²Ⅷ-'_ \n\t\x00日本\U0001d4b3🧬\U0010ffff\u2028"
TEXTS = st.one_of(st.text(), st.text(alphabet=TRICKY, max_size=60), st.text(alphabet="ab ", max_size=40))


FLAG = int(shingles.FLAG)


def hashes(text: str, k: int = 5) -> set[int]:
    found, _ = shingle_sets(oracle.column([text]), np.array([0]), k)
    return set(found.tolist())


@given(TEXTS, st.integers(1, 6))
def test_a_text_has_as_many_distinct_shingles_as_the_oracle_finds(text: str, k: int) -> None:
    assert len(hashes(text, k)) == len(oracle.shingles(text, k))


@given(TEXTS, TEXTS, st.integers(1, 3))
def test_two_texts_share_as_many_shingles_as_the_oracle_finds(left: str, right: str, k: int) -> None:
    assert len(hashes(left, k) & hashes(right, k)) == len(oracle.shingles(left, k) & oracle.shingles(right, k))


@given(st.lists(TEXTS, max_size=6), st.data())
def test_rows_of_a_sliced_column_keep_their_shingles(texts: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(texts)))
    rows = np.arange(len(texts) - first)
    found, starts = shingle_sets(oracle.column(texts).slice(first), rows, 2)
    for row, text in enumerate(texts[first:]):
        mine = found[starts[row] : starts[row + 1]]
        assert set(mine.tolist()) == hashes(text, 2)
        assert (mine[1:] > mine[:-1]).all()
        assert not (mine & shingles.FLAG).any()


@given(TEXTS, st.integers(1, 4), st.integers(1, 5))
def test_reading_in_pieces_changes_nothing(text: str, k: int, piece: int) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    state, last_words, out = np.zeros(STATE_SLOTS, np.uint64), np.zeros(k, np.uint64), np.zeros(piece, np.uint64)
    start(state)
    position, read = 0, []
    while position < data.size:
        position, written = next_shingles(data, position, data.size, lookup_tables(), state, last_words, out)
        read += out[:written].tolist()
    assert len(read) == max(len(oracle.words(text)) - k + 1, min(1, len(oracle.words(text))))
    assert {shingle & ~FLAG for shingle in read} == hashes(text, k)


def test_case_white_space_and_punctuation_do_not_matter() -> None:
    assert hashes("Aspirin, 75 mg (daily).", 2) == hashes("ASPIRIN 75\n\nmg -- Daily", 2)


@pytest.mark.parametrize(("written", "folded"), [("5\u212a", "5k"), ("\u017ftop", "stop"), ("ΜΣ", "μσ"), ("Ǆ", "ǆ")])
def test_letters_fold_across_scripts_and_widths(written: str, folded: str) -> None:
    assert hashes(written) == hashes(folded)


def test_marks_stay_in_their_word() -> None:
    assert hashes("क्षय रोग", 1) == hashes("क्षय", 1) | hashes("रोग", 1)
    assert len(hashes("क्षय रोग", 1)) == 2


def test_a_short_text_is_one_shingle_and_an_empty_one_is_none() -> None:
    assert len(hashes("two words")) == 1
    assert hashes("") == hashes(" -- \n…") == set()


def test_order_of_words_matters() -> None:
    assert hashes("a b c d e") != hashes("b a c d e")


def test_a_text_longer_than_a_chunk_loses_no_shingle() -> None:
    numbers = [str(number) for number in range(3 * CHUNK + 7)]
    assert len(hashes(" ".join(numbers))) == len(numbers) - 4


def test_similar_words_do_not_collide() -> None:
    # Words that differ in single letters on both sides of the eight letters hashed at a time.
    letters = "abcdefghij"
    long_words = ["".join(p) for p in itertools.product(letters, "xy", ["middle"], letters, letters, "xyz", letters)]
    text = " ".join(long_words)
    assert len(hashes(text, 1)) == len(long_words) == 60_000
