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
        ("It is so (for a review, <1>) and (reviews: [<2>]) (a) old", "It is so and (a) old"),
        ("(a) it grows (p = 0.05; <1>), [a] it", "(a) it grows (p = 0.05), [a] it"),
        ("It grows,<1>, and ,, (;) it", "It grows, and ,, (;) it"),
        ("values of 3 (n = 4) stay", "values of 3 (n = 4) stay"),
    ],
)
def test_examples(written: str, read: str) -> None:
    assert cited(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "by Smith (<2004>) and",
        "It grows (Smith et al., <2004a>; Jones <2005>, <2006b>, and <2007>).",
        "It grows (see Smith\u2019s <2004>, <2005>).",
        "It grows (World Health Organization, [<2004>]).",
        "as colleagues <(2004)> say",
        "It grows (Smith, 2004, <2006>).",
        "in the declaration (<2013>) and",
        "the <1998-2011> surveys",
    ],
)
def test_years_that_are_linked_stay(written: str) -> None:
    assert cited(written) == written.replace("<", "").replace(">", "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("It grows [<1503>].", "It grows."),
        ("It grows.<1503> Then", "It grows. Then"),
        ("It grows [<1498>, <1503>, <1600>] in DNA [<1601>].", "It grows in DNA."),
        ("It grows (<1503>) or (<12>) not.", "It grows or not."),
        ("Smith et al. [<1503>] and Jones [<3>]", "Smith et al. and Jones"),
        ("Smith et al. (<2003>) and [<1503>]", "Smith et al. (2003) and"),
        ("It grows [<2150>].", "It grows."),
    ],
)
def test_a_number_of_an_article_with_over_1500_references_is_no_year(written: str, read: str) -> None:
    assert cited(written) == read


@given(
    st.lists(st.sampled_from(["word", " ", "[", "]", "(", ")", ",", ".", "<1>", "<2-4>", "<2004>", "see", "(a)", "in"]))
)
def test_no_mark_is_left_and_no_word_is_lost(parts: list[str]) -> None:
    text = cited("".join(parts))
    assert OPEN not in text
    assert CLOSE not in text
    assert text.count("word") == parts.count("word")
    assert text.count("(a)") >= parts.count("(a)")
