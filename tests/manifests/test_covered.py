"""Verification counts coverage, nulls and both ledgers again, and names what was edited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpus.tables import write_frame
from manifests import covered
from manifests.amount import Amount
from manifests.finding import Finding
from manifests.labels import LISTED
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from tests.conftest import Built
from tests.manifests.damage import changed, forged, rewritten

COVERAGE = [
    ("journals", "distinct"),
    ("journals", "top", 0, "amount", "tokens"),
    ("journals", "rest", "documents"),
    ("journals", "not_stated", "words"),
    ("domains", "distinct"),
    ("domains", "not_stated", "bytes"),
    ("mesh", "distinct"),
    ("mesh", "top", 0, "amount", "documents"),
    ("mesh", "not_stated", "tokens"),
    ("publishers", "not_stated", "tokens"),
    ("retractions", 0, "read"),
    ("retractions", 0, "released", "documents"),
    ("lengths", 2, "tokens"),
]
"""Numbers of a coverage that a forger may raise by one."""

MEDLINE = "coverage of source medline is not that of its shards and records"
ALL = "coverage is not that of the shards and records"


def edited(snapshot: Built, place: tuple[Any, ...], change: Callable[[Any], Any]) -> list[Finding]:
    """What is found with another value at one place of the manifest."""
    content = snapshot.manifest.model_dump(mode="json")
    owner: Any = content
    for part in place[:-1]:
        owner = owner[part]
    owner[place[-1]] = change(owner[place[-1]])
    return list(covered.findings(Snapshot(snapshot.folder, Manifest.model_validate(content))))


def raised(value: int) -> int:
    return value + 1


def test_an_honest_manifest_is_not_accused(snapshot: Built) -> None:
    assert list(covered.findings(Snapshot.open(snapshot.folder))) == []


@pytest.mark.parametrize("place", COVERAGE, ids=lambda place: ".".join(map(str, place)))
def test_an_edited_number_is_found_in_a_source_and_in_the_whole(snapshot: Built, place: tuple[Any, ...]) -> None:
    assert edited(snapshot, ("sources", 3, "coverage", *place), raised) == [Finding("manifest.json", MEDLINE)]
    assert edited(snapshot, ("coverage", *place), raised) == [Finding("manifest.json", ALL)]


@pytest.mark.parametrize("place", [("oldest",), ("newest",), ("journals", "top", 0, "label")])
def test_an_edited_word_is_found(snapshot: Built, place: tuple[Any, ...]) -> None:
    assert edited(snapshot, ("sources", 3, "coverage", *place), lambda _: "1066") == [Finding("manifest.json", MEDLINE)]


def test_coverage_that_was_taken_out_is_missed(snapshot: Built) -> None:
    assert edited(snapshot, ("coverage",), lambda _: None) == [Finding("manifest.json", ALL)]


@pytest.mark.parametrize("change", [lambda nulls: nulls[1:], lambda nulls: [{**nulls[0], "rows": 7}, *nulls[1:]]])
def test_edited_nulls_are_found(snapshot: Built, change: Callable[[Any], Any]) -> None:
    found = edited(snapshot, ("sources", 3, "nulls"), change)

    assert found == [Finding("manifest.json", "nulls of source medline are not those of its shards")]


@pytest.mark.parametrize("kind", LISTED)
def test_a_label_added_to_a_list_is_found(copy: Path, kind: str) -> None:
    name = LISTED[kind]
    table = pl.read_parquet(copy / name, glob=False)
    row = {"source": "pmc", kind: "x", **dict.fromkeys(["documents", "bytes", "words", "tokens"], 1)}

    with changed(copy / name, (copy / name).read_bytes()):
        write_frame(pl.concat([table, pl.DataFrame(row, schema=table.schema)]), copy / name)
        found = list(covered.findings(Snapshot.open(copy)))

    assert found == [Finding(name, "is not what the shards hold")]


def test_an_edited_list_is_found_though_its_digest_agrees(copy: Path) -> None:
    name = LISTED["journal"]
    table = pl.read_parquet(copy / name, glob=False)

    assert rewritten(copy, {name: table.with_columns(pl.col("tokens") + 1)}) == [
        Finding(name, "is not what the shards hold")
    ]


def test_a_list_that_the_manifest_leaves_out_is_missed(snapshot: Built) -> None:
    found = edited(snapshot, ("files",), lambda files: [one for one in files if one["kind"] != "coverage"])

    assert found == [
        Finding(name, "is missing: the list of every label that coverage counts") for name in LISTED.values()
    ]


def test_both_ledgers_are_stated_and_masking_is_their_difference(snapshot: Built) -> None:
    ledger, sources = snapshot.manifest.ledger, snapshot.manifest.sources
    read = (Snapshot.open(snapshot.folder).audit().filter(pl.col("verdict") == "keep")).collect()

    for curated, masked, released, source in zip(ledger.curated, ledger.masked, ledger.released, sources, strict=True):
        mine = read.filter(pl.col("source") == source.name)
        sums = {name: int(mine[name].sum()) for name in ("bytes", "words", "tokens")}
        assert curated.amount == Amount(documents=len(mine), **sums)
        assert released.amount == source.kept
        assert curated.amount - masked.amount.model_copy(update={"documents": 0}) == released.amount


@pytest.mark.parametrize("account", ["curated", "released"])
def test_an_edited_ledger_is_found(copy: Path, account: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["ledger"][account][3]["amount"]["tokens"] += 1

    assert Finding("manifest.json", "the ledger is not the sum of the record tables") in forged(copy, change)
