from __future__ import annotations

from datacards.duplicates import merged_matrix
from manifests.deduplicated import CrossSource


def crossed(merged: str, survivor: str, method: str, documents: int) -> CrossSource:
    return CrossSource(merged=merged, survivor=survivor, method=method, documents=documents)


def test_the_matrix_adds_methods_up_and_leaves_out_who_merged_nothing() -> None:
    found = merged_matrix(
        [
            crossed("medline", "pmc", "identity", 1200),
            crossed("medline", "pmc", "near", 34),
            crossed("medline", "medline", "exact", 5),
            crossed("labels", "labels@0123456789ab", "near", 7),
        ],
        ["pmc", "medline", "labels", "trials"],
    )
    assert found.columns == ("pmc", "medline", "labels@0123456789ab")
    assert [(name, [cell.documents for cell in cells]) for name, cells in found.rows] == [
        ("medline", [1234, 5, 0]),
        ("labels", [0, 0, 7]),
    ]
    (first, *_), (empty, *_) = (cells for _, cells in found.rows)
    assert (first.told, first.level) == ("identity 1,200, near 34", 4)
    assert (empty.told, empty.level) == ("", 0)


def test_nothing_merged_is_an_empty_matrix() -> None:
    found = merged_matrix([], ["pmc"])
    assert found.columns == found.rows == ()
