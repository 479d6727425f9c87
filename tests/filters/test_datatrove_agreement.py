"""hc4's rules and datatrove's filters, at the same thresholds: they part only where a definition says so.

`benchmarks.definitions` computes datatrove's numbers with hc4's definitions as switches. If it is right at both ends,
on any text, then an explanation of a difference is the reason for it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.documents import Text, every_kind, kit_folder
from corpus.assets import GROUPS, assets_folder

pytest.importorskip("datatrove")
pytest.importorskip("spacy")

from benchmarks import agreement
from benchmarks.definitions import FILTERS, OF_SPLITTERS, SWITCHES, WHOLE_C4, checks, verdict

PLAIN = ("the", "of", "with", "patient", "fever", "was", "treated")
WORDS = (
    *PLAIN * 12,
    *("#", "#1", "...", "wait...", "…", "•", "-", "*", "▪", "(", ")", "95%", "3.4", "end.", "end?", 'end."', "(end.)"),
    *("é", "λόγος", "漢字。漢字", "{", "javascript", "cookie policy", "[1]", "[2].", "a.b.c", "a!b"),
    *("x" * 30, "x" * 1001, "\u00a0", "\u2028"),
)
"""Everything that some filter looks at."""
LINE_ENDS = ("\n", "\n", "\n", "\n\n", "\n \n", " \n", "\x0c", "\r\n", "\n\t\n\n")

texts = (
    st.lists(st.tuples(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(LINE_ENDS)), max_size=12)
    .map(lambda lines: "".join(" ".join(words) + end for words, end in lines))
    .flatmap(lambda text: st.integers(1, 8).map(lambda times: text * times))
    .filter(lambda text: bool(text.strip()))
)


@given(st.lists(texts, min_size=1, max_size=5))
def test_with_no_definition_of_hc4_the_numbers_are_those_of_datatrove(some: list[str]) -> None:
    given_words = agreement.white_space()
    said = agreement.datatrove_reasons(some, given_words)
    for name in FILTERS:
        assert [verdict(checks(name, text, frozenset(), given_words)) for text in some] == said[name]


@given(st.lists(texts, min_size=1, max_size=5))
def test_with_all_of_them_they_are_the_signals_of_hc4(some: list[str]) -> None:
    given_words = agreement.white_space()
    said = agreement.hc4_reasons(some)
    for name, switches in FILTERS.items():
        assert [verdict(checks(name, text, frozenset(switches), given_words)) for text in some] == said[name]


@pytest.fixture(scope="module")
def documents() -> tuple[Text, ...]:
    """Five thousand: of every source of the kit where it is at hand, else abstracts."""
    if not all((assets_folder() / name).is_file() for name in GROUPS["demo"]):
        pytest.skip("no demonstration data on this machine: `hc4 assets pull demo`")
    return every_kind(agreement.DOCUMENTS)


@pytest.mark.slow
def test_on_the_same_words_only_definitions_of_lines_and_punctuation_part_them(documents: tuple[Text, ...]) -> None:
    assert len(documents) == agreement.DOCUMENTS
    found = agreement.compare(documents, agreement.white_space())
    for one in found.values():
        assert one.both_keep > one.both_drop
        assert one.both_drop or kit_folder() is None  # FineWeb's rules drop no abstract
        for each in one.differences:
            assert each.because is not None, each
            assert not OF_SPLITTERS & set(each.because), each
    assert found["GopherQuality"].same > 0.999
    assert found["GopherRepetition"].same == 1
    assert found["FineWebQuality"].same == 1
    assert found[WHOLE_C4].same == 1
    # C4's filter as it comes removes lines; hc4 never rewrites a text.
    assert found["C4Quality"].same > 0.94


@pytest.mark.slow
def test_with_its_own_words_every_difference_is_explained(documents: tuple[Text, ...]) -> None:
    found = agreement.compare(documents[::10])
    for one in found.values():
        for each in one.differences:
            assert each.because is not None, each
            assert set(each.because) <= SWITCHES.keys()
    # A threshold on words with letters, where every punctuation mark is a word without: why hc4 cuts at white space.
    quality = found["GopherQuality"]
    assert quality.only_datatrove > 10 * quality.only_hc4
    assert sum(each.because == ("marks",) for each in quality.differences) > len(quality.differences) / 2
