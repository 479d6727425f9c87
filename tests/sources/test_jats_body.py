"""JATS, line by line: every heading and paragraph of real bodies stands in the text once and in order.

How the XML is read by hand is told in jats_by_hand.py.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import cache

import pytest

from tests.sources.jats_by_hand import (
    CITED,
    FORMULA,
    META,
    Article,
    Line,
    articles,
    gapped,
    letters,
    spaced,
    stands,
    tidy,
)
from tests.sources.material import kit_files


@pytest.fixture(scope="module")
def every() -> list[Article]:
    return articles()


@pytest.fixture(scope="module")
def chosen(every: list[Article]) -> list[Article]:
    """Thirty articles of `pmc_jats`, and no second choice."""
    pmc = {path.stem for path in kit_files("pmc_jats", "*.nxml")}
    return random.Random(30).sample([one for one in every if one.name in pmc], 30)


@cache
def found_at(one: Article) -> list[tuple[Line, int | None]]:
    """Each line that must stand in the text, and where it first does after the one before it."""
    places: list[tuple[Line, int | None]] = []
    start = 0
    for line in one.body:
        wanted = gapped(line.words)
        place = next((index for index in range(start, len(one.lines)) if stands(wanted, one.lines[index])), None)
        start = start if place is None else place + 1
        places.append((line, place))
    return places


def test_every_heading_and_paragraph_stands_in_the_text_in_order(every: list[Article]) -> None:
    checked: Counter[str] = Counter()
    wrong = []
    for one in every:
        for line, place in found_at(one):
            checked[line.kind] += 1
            if place is None:
                wrong.append(f"{one.name} {line.kind} {line.place}")
    assert not wrong
    assert checked == {"paragraph": 12582, "heading": 5382}


def test_no_heading_or_paragraph_stands_twice(chosen: list[Article]) -> None:
    wrong = []
    for one in chosen:
        stand = Counter(one.lines)
        owed = Counter(one.lines[at] for _, at in found_at(one) if at is not None)
        wrong += [
            f"{one.name} {line.place}"
            for line, at in found_at(one)
            if at is not None and len(one.lines[at]) > 60 and stand[one.lines[at]] != owed[one.lines[at]]
        ]
    assert not wrong


def test_a_section_heading_is_a_block_of_its_own(every: list[Article]) -> None:
    wrong = []
    for one in every:
        blocks = {tidy(block) for block in one.found.text.split("\n\n")}
        sections = [
            line for line in one.body if line.kind == "heading" and re.search(r"sec(\[\d+\])?/title", line.place)
        ]
        for line in sections:
            parts = gapped(line.words)
            if not (parts[0] in blocks if len(parts) == 1 else any(stands(parts, block) for block in blocks)):
                wrong.append(f"{one.name} {line.place}")
    assert not wrong


def test_the_first_and_the_last_sentence_of_the_body_stand_in_the_text(chosen: list[Article]) -> None:
    wrong = []
    for one in chosen:
        prose = [line for line in one.body if line.kind == "paragraph"]
        for line, number in ((prose[0], 0), (prose[-1], -1)) if prose else ():
            sentence = re.split(rf"(?<=[.?!]){CITED}* (?=[A-Z])", spaced(line.words))[number]
            if not any(stands(gapped(f"{FORMULA}{sentence}{FORMULA}"), found) for found in one.lines):
                wrong.append(f"{one.name} {line.place} {number}")
    assert not wrong


def test_what_else_is_in_the_text_stands_in_figures_tables_formulas_abstracts_or_appendices(
    chosen: list[Article],
) -> None:
    """Nothing comes from elsewhere: each further line is made of pieces of those elements."""
    wrong = []
    others = "//fig | //table-wrap | //disp-formula | //app"
    for one in chosen:
        known = {at for _, at in found_at(one)}
        pieces = one.all(f"{META}/title-group | {META}/abstract | /article/floats-group | {others}")
        source = "".join(letters("".join(piece.itertext())) for piece in pieces) + "abstract"
        for at, line in enumerate(one.lines):
            if at not in known and not all(letters(part) in source for part in re.split(r" \| |[.:] |\(", line)):
                wrong.append(f"{one.name} line {at}")
    assert not wrong


def test_the_year_of_a_citation_by_name_and_year_stays(every: list[Article]) -> None:
    """`2014b` too. No article of the kit has so many references that a number could be a year."""
    wrong = []
    checked = 0
    for one in every:
        links = " ".join("".join(link.itertext()) for link in one.all("/article/body//xref[@ref-type='bibr']"))
        owed = Counter(re.findall(r"\b(?:1[89]|20)\d\d[a-z]?\b", links))
        stand = Counter(re.findall(r"\b(?:1[89]|20)\d\d[a-z]?\b", one.found.text))
        checked += sum(owed.values())
        wrong += [f"{one.name} {year}" for year, times in owed.items() if stand[year] < times]
    assert not wrong
    assert checked == 1690
