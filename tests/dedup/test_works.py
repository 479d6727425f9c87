"""Works: documents that share identifiers, and which of them is best."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.identity import KINDS, identity_keys, work_order
from dedup.works import containers_in, edges_of_works, handed_down, sound, works, works_named


def table(*rows: dict[str, str]) -> pa.Table:
    return pa.table({kind: pa.array([row.get(kind) for row in rows], pa.string()) for kind in KINDS})


IDENTIFIERS = st.dictionaries(st.sampled_from(["pmid", "pmcid", "doi"]), st.integers(1, 6), max_size=2)


@given(st.lists(IDENTIFIERS, max_size=25))
def test_a_work_is_what_shared_identifiers_connect(rows: list[dict[str, int]]) -> None:
    spelled = [{kind: f"10.1000/{n}" if kind == "doi" else str(n) for kind, n in row.items()} for row in rows]
    keys, places = identity_keys(table(*spelled))
    found = works(keys, places, len(rows)).tolist()
    # The oracle: hand labels along shared identifiers until nothing changes.
    label = list(range(len(rows)))
    for _ in rows:
        for a, one in enumerate(rows):
            for b, other in enumerate(rows):
                if one.items() & other.items():
                    label[a] = label[b] = min(label[a], label[b])
    assert found == label


def test_an_identifier_names_the_work_that_has_it_however_it_is_spelled() -> None:
    documents = table({"pmid": "1"}, {"doi": "10.1000/ABC", "pmcid": "PMC5"}, {"pmcid": "5"}, {})
    keys, rows = identity_keys(documents)
    work = works(keys, rows, 4)
    asked = [("doi", "https://doi.org/10.1000/abc"), ("pmcid", "PMC0005"), ("pmid", "1"), ("pmid", "2"), ("doi", "n/a")]
    assert works_named(asked, keys, rows, work).tolist() == [1, 1, 0, -1, -1]
    assert works_named([], keys, rows, work).tolist() == []


def joined(documents: list[tuple[str, str, dict[str, str]]], kept: int | None = None) -> list[tuple[int, int]]:
    """Edges among documents of (source, language, identifiers), the first the best ranked; of the first `kept`, if
    rules dropped the others.
    """
    everyone = sorted({source for source, *_ in documents})
    number = np.array([everyone.index(source) for source, *_ in documents])
    keys, rows = identity_keys(table(*(identifiers for *_, identifiers in documents)))
    containers = containers_in(keys, number[rows])
    documents = documents[:kept]
    sources, languages, identifiers = zip(*documents, strict=True)
    keys, rows = identity_keys(table(*identifiers))
    source = np.array([everyone.index(one) for one in sources])
    language = np.array([sorted(set(languages)).index(one) for one in languages], np.uint64)
    edges = edges_of_works(keys, rows, source=source[rows], language=language[rows], containers=containers)
    kept_edges = sound(edges, source)
    return sorted(zip(*(ends[kept_edges].tolist() for ends in edges), strict=True))


def test_documents_of_different_sources_that_share_an_identifier_are_one() -> None:
    assert joined([("pmc", "en", {"doi": "10.1000/a"}), ("medline", "en", {"doi": "10.1000/A"})]) == [(0, 1)]


def test_what_several_documents_of_a_source_carry_names_none_of_them() -> None:
    case = {"doi": "10.1000/article"}
    assert joined([("cases", "en", case), ("cases", "en", case)]) == []
    others = [("pmc", "en", case), ("cases", "en", case), ("cases", "en", case), ("medline", "en", case)]
    assert joined(others) == [(0, 3)]


def test_what_holds_a_document_holds_it_still_when_its_siblings_were_dropped() -> None:
    book = {"doi": "10.1000/book"}
    chapters = [("one", "en", book), ("other", "en", book), ("one", "en", book), ("other", "en", book)]
    assert joined(chapters, kept=2) == []


def test_a_third_document_does_not_join_two_of_one_source() -> None:
    bridge = {"pmid": "1", "doi": "10.1000/a"}
    assert joined([("pmc", "en", {"pmid": "1"}), ("s2", "en", bridge), ("pmc", "en", {"doi": "10.1000/a"})]) == []


def test_a_translation_is_another_text() -> None:
    one = {"doi": "10.1000/a"}
    rows = [("pmc", "en", one), ("e3c", "fr", one), ("medline", "en", one), ("openalex", "fr", one)]
    assert joined(rows) == [(0, 2), (1, 3)]


def test_without_identifiers_nothing_is_joined() -> None:
    assert joined([("pmc", "en", {}), ("medline", "en", {})]) == []


@pytest.mark.parametrize(
    ("documents", "first"),
    [
        ([(0, None, 1), (1, None, 0)], 0),  # full text before a better-ranked abstract
        ([(0, "0001", 0), (0, "0002", 1)], 1),  # the newest of versions that one registry numbers
        ([(0, None, 1), (0, None, 0)], 1),  # else the better rank
    ],
)
def test_of_one_work_full_text_is_kept_then_the_newest_then_the_better_ranked(
    documents: list[tuple[int, str | None, int]], first: int
) -> None:
    kinds, versions, rank = zip(*documents, strict=True)
    order = work_order(doc_type_priority=kinds, version=pa.array(versions, pa.string()), rank=np.array(rank))
    assert order[first] == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=20), st.randoms(use_true_random=False))
def test_ranks_are_handed_down_inside_a_work_only(rows: list[tuple[int, int]], random) -> None:
    count = len(rows)
    rank = np.array(random.sample(range(count), count), np.int64)
    order = np.array(random.sample(range(count), count), np.int64)
    names = [name for name, _ in rows]
    work = np.array([names.index(name) for name in names], np.int64)
    dealt = handed_down(rank, order, work)
    for one in set(work.tolist()):
        mine = work == one
        assert sorted(dealt[mine]) == sorted(rank[mine])
        assert np.array_equal(np.argsort(dealt[mine]), np.argsort(order[mine]))
