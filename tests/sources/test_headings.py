"""Which sections are about an article instead of its science."""

from __future__ import annotations

import pytest

from sources.headings import about_the_article


@pytest.mark.parametrize(
    "heading",
    [
        "Acknowledgements:",
        "Authors\u2019 contributions",
        "Conflict of Interest Statement",
        "CONFLICT OF INTEREST STATEMENT",
        "Role of the funding source",
        "Data sharing statement.",
        "6. Funding",
        "5.2 Competing interests",
    ],
)
def test_thanks_money_interests_and_files_are_about_the_article(heading: str) -> None:
    assert about_the_article(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Funding and remuneration",
        "Conflicts",
        "Availability and packet loss",
        "Ethics",
        "2 Data",
        "1.",
        "",
        "Author Summary",
    ],
)
def test_what_only_sounds_alike_is_not(heading: str) -> None:
    assert not about_the_article(heading)
