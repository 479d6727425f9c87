"""A sample stands for the whole text."""

from __future__ import annotations

from filters.classifier.sample import sample


def test_a_short_text_is_its_own_sample() -> None:
    assert sample("short text", 400) == "short text"


def test_a_sample_is_bounded_whole_words_from_start_to_end() -> None:
    words = [f"word{number}" for number in range(5_000)]
    drawn = sample(" ".join(words), 400).split()
    assert len(" ".join(drawn)) <= 400
    assert set(drawn) <= set(words)
    assert drawn[0] == words[0]
    assert drawn[-1] == words[-1]


def test_a_text_without_blanks_is_sampled_too() -> None:
    assert 300 <= len(sample("x" * 100_000, 400)) <= 408
