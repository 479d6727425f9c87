"""Two texts side by side: nothing is lost, nothing that differs is unmarked, nothing that is shown is folded."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacards.differences import Run, Stretch, compare

WORDS = st.lists(st.sampled_from(["a", "b", "c", "the", "of", "fever", "no", "12", "mg.", "é"]), max_size=120)
SPACES = st.sampled_from([" ", "  ", "\n", "\n\n", "\t"])


def joined(stretches: Iterable[Stretch], side: str) -> str:
    return "".join(run.text for stretch in stretches for run in getattr(stretch, side))


def same(stretches: Iterable[Stretch], side: str) -> list[str]:
    """Words of a side that are not marked."""
    return [w for s in stretches for run in getattr(s, side) if not run.differs for w in run.text.split()]


def marked(runs: Iterable[Run]) -> list[str]:
    return [run.words for run in runs if run.differs]


def longest_common(one: list[str], other: list[str]) -> int:
    """Words of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = row[:]
        for j, theirs in enumerate(other, 1):
            row[j] = before[j - 1] + 1 if word == theirs else max(before[j], row[j - 1])
    return row[-1]


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text and an edit of it."""
    words = draw(WORDS)
    others = list(words)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(others)))
        others[at : at + draw(st.integers(0, 5))] = draw(WORDS)[:6]
    space = draw(SPACES)
    return draw(SPACES).join(words) + draw(st.sampled_from(["", "\n"])), space.join(others)


@given(edited())
def test_joined_stretches_are_the_two_texts(texts: tuple[str, str]) -> None:
    found = compare(*texts)
    assert (joined(found, "left"), joined(found, "right")) == texts


@given(edited())
def test_what_is_not_marked_is_the_same_on_both_sides(texts: tuple[str, str]) -> None:
    found = compare(*texts)
    assert same(found, "left") == same(found, "right")
    assert len(same(found, "left")) <= longest_common(texts[0].split(), texts[1].split())


@given(edited())
def test_a_fold_holds_only_what_is_the_same_and_counts_it(texts: tuple[str, str]) -> None:
    for stretch in compare(*texts):
        if stretch.folded:
            (left,), (right,) = stretch.left, stretch.right
            assert left.text.split() == right.text.split()
            assert stretch.folded == len(left.text.split()) >= 10


@given(WORDS)
def test_a_text_and_itself_do_not_differ(words: list[str]) -> None:
    text = " ".join(words)
    assert not any(run.differs for stretch in compare(text, text) for run in stretch.left + stretch.right)


def test_one_changed_word_is_marked_with_words_around_it() -> None:
    before, after = " ".join(f"b{n}" for n in range(50)), " ".join(f"a{n}" for n in range(50))
    first, middle, last = compare(f"{before} right {after}", f"{before} left {after}")
    assert (first.folded, last.folded) == (36, 36)
    assert (marked(middle.left), marked(middle.right)) == (["right"], ["left"])
    assert middle.left[0].text.split()[-1] == "b49"


def test_a_word_that_moved_is_marked_where_it_was_and_where_it_is() -> None:
    text = " ".join(f"w{n}" for n in range(30))
    found = compare(f"moved {text}", f"{text} moved")
    assert [w for stretch in found for w in marked(stretch.left)] == ["moved"]
    assert [w for stretch in found for w in marked(stretch.right)] == ["moved"]


@pytest.mark.parametrize(("cut", "expected"), [(False, ["and more"]), (True, [])])
def test_what_lies_beyond_the_end_of_a_cut_text_is_no_difference(cut: bool, expected: list[str]) -> None:
    found = compare("one two three", "one two three and more", left_cut=cut)
    assert [w for stretch in found for w in marked(stretch.right)] == expected


def test_stretches_too_long_to_be_compared_differ_as_a_whole() -> None:
    left, right = "a b " * 1500, "b a a " * 1500
    found = compare(left, right)
    assert joined(found, "left") == left
    assert joined(found, "right") == right
    assert same(found, "left") == same(found, "right")
