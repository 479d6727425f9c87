"""Citation numbers leave no trace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.citations import CLOSE, OPEN, marked, without_marks


def cited(text: str) -> str:
    """`<12>` stands for a citation."""
    parts = text.replace(">", "<").split("<")
    return without_marks("".join(marked(part) if index % 2 else part for index, part in enumerate(parts)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("It grows [<1>].", "It grows."),
        ("It grows <[1]>.", "It grows."),
        ("It grows.<1> Then", "It grows. Then"),
        ("It grows<1>,<2> and", "It grows and"),
        ("It grows [<1>-<3>, <7>], often", "It grows, often"),
        ("It grows [<1>],[<2>], and [<3>].", "It grows."),
        ("It grows (<1>)fast", "It grows fast"),
        ("It grows (see <1>).", "It grows (see 1)."),
        ("It grows (p < 0.05; [<1>]).".replace("p < ", "p = "), "It grows (p = 0.05)."),
        ("It grows ([<1>]; table 2).", "It grows (table 2)."),
        ("by Smith et al. [<1>].", "by Smith et al."),
        ("by Smith et al. [<1>], who", "by Smith et al., who"),
        ("as described in [<1>] and", "as described in [1] and"),
        ("It grows (<Smith 2004>).", "It grows (Smith 2004)."),
        ("It grows\u207d<1>\u207e and", "It grows and"),
        ("It grows\u207d<1>\u207b<3>,<7>\u207e. So", "It grows. So"),
        ("values of 3 (n = 4) stay", "values of 3 (n = 4) stay"),
    ],
)
def test_examples(written: str, read: str) -> None:
    assert cited(written) == read


@given(st.lists(st.sampled_from(["word", " ", "[", "]", "(", ")", ",", ".", "<1>", "<2-4>", "see", "in"])))
def test_no_mark_is_left_and_no_word_is_lost(parts: list[str]) -> None:
    text = cited("".join(parts))
    assert OPEN not in text
    assert CLOSE not in text
    assert text.count("word") == parts.count("word")
