from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dedup.candidates import star_edges
from dedup.identity import KINDS, identity_keys


def documents(**columns: list[str | None]) -> pa.Table:
    count = len(next(iter(columns.values())))
    none: list[str | None] = [None] * count
    return pa.table({kind: pa.array(columns.get(kind, none), pa.string()) for kind in KINDS})


def edges(table: pa.Table) -> list[tuple[int, int]]:
    keys, row = identity_keys(table)
    a, b = star_edges(keys, np.arange(table.num_rows)[row])
    return sorted(zip(row[a].tolist(), row[b].tolist(), strict=True))


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        ("pmid", ["123", " 123 ", "0123", "PMID: 123", "pmid:123"]),
        ("pmcid", ["PMC123", "pmc123", "123", "PMC0123", "PMC123.2", "PMCID: PMC123"]),
        (
            "doi",
            ["10.1000/aB(1)", "10.1000/AB(1)", "https://doi.org/10.1000/ab(1)", "http://dx.doi.org/10.1000/ab(1)",
             "doi:10.1000/ab(1)", "DOI: 10.1000/ab(1)", "doi.org/10.1000/ab(1)"],
        ),
        ("nct", ["NCT00000123", "nct00000123", " NCT00000123 ", "00000123"]),
        (
            "openalex",
            ["W123", "w123", "https://openalex.org/W123", "http://openalex.org/w123",
             "https://api.openalex.org/works/W123"],
        ),
        ("s2", ["123", "CorpusId:123", "corpusid: 123", "0123"]),
        (
            "setid",
            ["0ab1c2d3-0000-4e5f-8a9b-0123456789ab", "0AB1C2D3-0000-4E5F-8A9B-0123456789AB",
             "{0ab1c2d3-0000-4e5f-8a9b-0123456789ab}"],
        ),
    ],
)  # fmt: skip
def test_spellings_of_one_identifier_are_one_identity(kind: str, spellings: list[str | None]) -> None:
    assert edges(documents(**{kind: spellings})) == [(0, row) for row in range(1, len(spellings))]


@pytest.mark.parametrize(
    "placeholder",
    ["", " ", "0", "n/a", "None", "-", "10.", "PMC", "unknown", "https://doi.org/", "NCT", "NCT00000000", "W", "W0",
     "10.0000/0", "10.1234/xxxx", "10.1000/000",
     "https://openalex.org/", "CorpusId:", "CorpusId:0", "00000000-0000-0000-0000-000000000000",
     "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"],
)  # fmt: skip
def test_placeholders_identify_nothing(placeholder: str) -> None:
    both: list[str | None] = [placeholder, placeholder]
    keys, row = identity_keys(documents(**dict.fromkeys(KINDS, both)))
    assert keys[0].size == keys[1].size == row.size == 0


def test_a_pmid_is_not_the_pmcid_of_the_same_number() -> None:
    assert edges(documents(pmid=["5", None], pmcid=[None, "5"])) == []


def test_kinds_never_share_a_key() -> None:
    five: dict[str, list[str | None]] = {
        kind: [
            {
                "doi": "10.1000/5",
                "nct": "NCT00000005",
                "openalex": "W5",
                "setid": "5" * 8 + "-5555" * 3 + "-" + "5" * 12,
            }.get(kind, "5")
        ]
        for kind in KINDS
    }
    keys, row = identity_keys(documents(**five))
    assert len(set(zip(*(half.tolist() for half in keys), strict=True))) == len(row) == len(KINDS)


def test_any_shared_identifier_is_an_edge() -> None:
    table = documents(pmid=["1", "1", None], doi=[None, "10.1000/x", "10.1000/X"])
    assert edges(table) == [(0, 1), (1, 2)]


def test_batches_chunks_and_slices_are_read_alike() -> None:
    table = documents(pmid=["1", "2", "1"], doi=["10.1000/x", None, "10.1000/x"])
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    whole = identity_keys(table)
    for other in (chunked, table.combine_chunks().to_batches()[0]):
        keys, row = identity_keys(other)
        assert np.array_equal(keys, whole[0])
        assert np.array_equal(row, whole[1])
    assert identity_keys(table.slice(1))[1].tolist() == [0, 1, 1]


def test_no_documents_no_keys() -> None:
    keys, row = identity_keys(documents(pmid=[]))
    assert keys[0].size == row.size == 0
