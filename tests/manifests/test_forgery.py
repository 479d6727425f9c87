"""A forger who gives everything its new digest is found by what the snapshot says elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from manifests.sums import snapshot_files
from manifests.verify import Finding
from tests.manifests.damage import forged, names, rewritten


def test_a_forger_who_changes_nothing_is_not_accused(copy: Path) -> None:
    assert forged(copy, lambda manifest: None) == []


COUNTS = [
    ("totals", "documents"),
    ("totals", "tokens"),
    ("splits", 0, "amount", "words"),
    ("splits", 1, "amount", "bytes"),
    ("sources", 3, "kept", "tokens"),
    ("sources", 3, "read", "documents"),
    ("sources", 3, "read", "tokens"),
    ("sources", 3, "raw_files", 0, "records"),
    ("sources", 3, "licences", 0, "amount", "tokens"),
    ("sources", 3, "doc_types", 0, "amount", "documents"),
    ("sources", 3, "genres", 0, "amount", "documents"),
    ("sources", 3, "years", 5, "amount", "documents"),
    ("sources", 3, "languages", 0, "amount", "words"),
    ("sources", 3, "length_histogram", 0, 1),
    ("ledger", "lines", 0, "amount", "documents"),
    ("ledger", "lines", 3, "amount", "tokens"),
    ("ledger", "stages", 4, "entered", "words"),
    ("ledger", "stages", 4, "left", "bytes"),
    ("ledger", "masked", 1, "amount", "documents"),
    ("ledger", "masked", 1, "amount", "tokens"),
    ("privacy", "masked", 0, "spans"),
    ("shards", 0, "rows"),
    ("shards", 0, "tokens"),
    ("shards", 0, "bytes"),
    ("shards", 0, "row_groups"),
    ("files", 0, "rows"),
    ("files", 0, "bytes"),
    ("dedup", "cluster_sizes", 0, "clusters"),
    ("dedup", "cross_source", 0, "documents"),
    ("sources", 3, "coverage", "lengths", 0, "tokens"),
    ("sources", 3, "nulls", 0, "rows"),
    ("coverage", "journals", "distinct"),
]
"""Counts that the shards and the record tables prove or disprove."""


@pytest.mark.slow
@pytest.mark.parametrize("place", COUNTS, ids=lambda place: ".".join(map(str, place)))
def test_a_forged_count_contradicts_the_data(copy: Path, place: tuple[Any, ...]) -> None:
    def change(manifest: dict[str, Any]) -> None:
        owner: Any = manifest
        for part in place[:-1]:
            owner = owner[part]
        owner[place[-1]] += 1

    assert forged(copy, change)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["years", "licences", "languages", "doc_types"])
def test_an_amount_moved_to_another_label_contradicts_the_data(copy: Path, kind: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        shares = manifest["sources"][3][kind]
        shares[0]["label"] = "1066"

    assert forged(copy, change)


def test_a_dropped_document_moved_to_another_reason_contradicts_the_record_tables(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["ledger"]["lines"][0]["reason"] = "another_reason"

    assert "manifest.json" in names(forged(copy, change))


def test_a_changed_recipe_contradicts_its_digest(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["recipe"]["seed"] += 1

    assert "manifest.json" in names(forged(copy, change))


def shard_of(copy: Path) -> tuple[str, pl.DataFrame]:
    """A shard of a source of abstracts, and its rows."""
    name = next(name for name in snapshot_files(copy) if name.startswith("data/medline/train"))
    return name, pl.read_parquet(copy / name, glob=False)


def first(value: Any, column: str) -> pl.Expr:
    """`column` with `value` in its first row."""
    return pl.when(pl.int_range(pl.len()) == 0).then(value).otherwise(pl.col(column)).alias(column)


SECRET = "Write to jane.q.doe@example-clinic.org or (617) 555-0123."
ROWS = [
    ("doc_id", pl.lit("medline:1"), "doc_ids are not exactly those that the record tables keep"),
    ("split", pl.lit("validation"), "split of some rows is not train"),
    ("source", pl.lit("pmc"), "source of some rows is not medline"),
    ("n_bytes", pl.col("n_bytes") + 1, "n_bytes of medline:"),
    ("n_words", pl.col("n_words") + 1, "n_words of medline:"),
    ("text", pl.lit(SECRET), "holds an identifier that is not masked"),
    ("phi_policy", pl.lit("guideline"), "was screened by a policy that is not its source's"),
    ("phi_policy", pl.lit("guideline"), "phi_policy of some documents is not that of the record tables"),
    ("phi_masked", pl.col("phi_masked") + 1, "phi_masked of medline:"),
    ("licence_spdx", pl.lit("CC-BY-NC-ND-4.0"), "holds documents under CC-BY-NC-ND-4.0: licence_not_allowed"),
    ("licence_spdx", pl.lit("CC0-1.0"), "licence_spdx of some documents is not that of the record tables"),
    ("language", pl.lit("de"), "language of some documents is not that of the record tables"),
    ("raw_file", pl.lit("another.xml.gz"), "raw_file of some documents is not that of the record tables"),
    ("raw_sha256", pl.lit("0" * 64), "raw_sha256, retrieved or reader of some documents is not that of their raw file"),
    ("retrieved", pl.lit("2021-01-01"), "raw_sha256, retrieved or reader of some documents"),
    ("reader", pl.lit("medline 0"), "raw_sha256, retrieved or reader of some documents"),
    ("journal", pl.lit("Another journal"), "journal of some documents is not that of the record tables"),
    ("mesh", pl.lit(["D000001 Another"]), "mesh of some documents is not that of the record tables"),
    ("offset", pl.lit(7), "offset of some documents is not that of the record tables"),
    ("version", pl.lit("another"), "version of some documents is not that of the record tables"),
    ("nulls", pl.lit([], pl.List(pl.String)), "are not the columns that are null"),
    (
        "nulls",
        pl.col("nulls").list.eval(pl.element().str.replace(":.*", ":lost")),
        "nulls give a reason that there is not",
    ),
    (
        "nulls",
        pl.col("nulls").list.eval(pl.element().str.replace(":.*", ":not_stated")),
        "is not in the format of some documents, and in that of others",
    ),
    ("cluster_id", pl.lit("medline:x"), "is not the first of its group"),
    (
        "language_score",
        pl.col("language_score") / 2,
        "language_score of some documents is not that of the record tables",
    ),
    ("date_precision", pl.lit("century"), "is not that of its date"),
    (
        "licence_evidence",
        pl.col("licence_evidence").struct.with_fields(kind=pl.lit("jats")),
        "licence_evidence.kind of some documents is not that of the record tables",
    ),
    ("licence_spdx", pl.lit("CC-BY-4.0"), "documents under CC-BY-4.0 do not state it"),
    ("stands_for", pl.lit(["medline:1"]), "what survivors stand for is not what was merged into them"),
    ("other_ids", pl.lit(["pmid:1"]), "what survivors stand for is not what was merged into them"),
    ("title", pl.lit("Another title"), "does not name, each once, the released documents"),
    (
        "rights",
        pl.col("rights").struct.with_fields(commercial=pl.lit(value=True)),
        "rights of documents under LicenseRef-NLM-Terms are not those of that licence",
    ),
]
"""A column of a shard, what its first row says instead, and what is found."""


@pytest.mark.slow
@pytest.mark.parametrize(("column", "value", "what"), ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_changed_row_is_found_though_every_digest_agrees(copy: Path, column: str, value: Any, what: str) -> None:
    name, rows = shard_of(copy)

    found = rewritten(copy, {name: rows.with_columns(first(value, column))})

    assert any(what in finding.what for finding in found), found


ATTRIBUTIONS = {
    "source": "does not name, each once, the released documents",
    "publisher": "publisher of some documents is not what the snapshot states",
    "homepage": "homepage of some documents is not what the snapshot states",
    "changes": "changes of some documents is not what the snapshot states",
    "licence_url": "licence_url of some documents is not that of their licence",
    "copyright": "copyright of some documents is not that of the record tables",
}


ACCOUNTS = [
    ("start", pl.col("start") - 1, "something else stands"),
    ("end", pl.col("end") + 1, "something else stands"),
    ("end", pl.lit(2_000_000_000), "do not lie in its text"),
    ("kind", pl.lit("NAME"), "something else stands"),
    ("kind", pl.lit("NAME"), "not the numbers that the account gives"),
    ("doc_id", pl.lit("medline:0"), "medline:0 is not in its shard"),
    ("doc_id", pl.lit("medline:0"), "is not the number of its identifiers in the account"),
]
"""A column of the account of identifiers, what its first row says instead, and what is found."""


@pytest.mark.slow
@pytest.mark.parametrize(("column", "value", "what"), ACCOUNTS)
def test_a_changed_account_of_identifiers_is_found(copy: Path, column: str, value: Any, what: str) -> None:
    accounts = [name for name in snapshot_files(copy) if name.startswith("privacy/")]
    name = next(name for name in accounts if pl.read_parquet(copy / name, glob=False).height)
    rows = pl.read_parquet(copy / name, glob=False)

    found = rewritten(copy, {name: rows.with_columns(first(value, column).cast(rows.schema[column]))})

    assert any(what in finding.what for finding in found), found


@pytest.mark.slow
@pytest.mark.parametrize("column", ATTRIBUTIONS)
def test_a_changed_attribution_is_found_though_every_digest_agrees(copy: Path, column: str) -> None:
    name = "ATTRIBUTION.parquet"
    rows = pl.read_parquet(copy / name, glob=False)

    found = rewritten(copy, {name: rows.with_columns(first(pl.lit("https://example.org/"), column))})

    assert [finding.what.startswith(ATTRIBUTIONS[column]) for finding in found] == [True], found


def test_rows_in_another_order_are_found(copy: Path) -> None:
    name, rows = shard_of(copy)

    found = rewritten(copy, {name: rows.reverse()})

    assert Finding(name, "rows are not sorted by doc_id, each once") in found


def test_a_document_released_twice_is_found(copy: Path) -> None:
    name, rows = shard_of(copy)

    found = rewritten(copy, {name: pl.concat([rows[1:2], rows[1:]])})

    assert Finding(name, "rows are not sorted by doc_id, each once") in found
    assert any("doc_ids are not exactly those" in finding.what for finding in found)


def test_an_identifier_in_a_sample_is_found(copy: Path) -> None:
    name = "samples/samples.parquet"
    rows = pl.read_parquet(copy / name, glob=False)

    (finding,) = rewritten(copy, {name: rows.with_columns(first(pl.lit(SECRET), "excerpt"))})

    assert finding.file == name
    assert "holds an identifier that is not masked" in finding.what
    assert "jane" not in finding.what


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", pl.lit("another_reason")),
        ("record", pl.lit(99)),
        ("raw_file", pl.lit("x")),
        ("source", pl.lit("pmc")),
    ],
    ids=["reason", "record", "raw_file", "source"],
)
def test_a_quarantine_unlike_the_record_tables_is_found(copy: Path, column: str, value: pl.Expr) -> None:
    name = "ledger/quarantine.parquet"
    rows = pl.read_parquet(copy / name, glob=False)

    (finding,) = rewritten(copy, {name: rows.with_columns(first(value, column))})

    assert finding == Finding(name, "does not agree with the failed records of the record tables")


def test_a_disputed_licence_that_was_kept_is_found(copy: Path) -> None:
    name = next(name for name in snapshot_files(copy) if name.startswith("audit/articles/"))
    rows = pl.read_parquet(copy / name, glob=False)

    found = rewritten(copy, {name: rows.with_columns(licence_conflict=pl.col("verdict") == "keep")})

    assert [finding.file for finding in found] == ["audit", "manifest.json"]
    assert "disputed" in found[0].what
    assert "rights.conflicts" in found[1].what


REPEATED: list[tuple[tuple[Any, ...], Any]] = [
    (("licence_profile",), "permissive"),
    (("licence_profile",), "nonesuch"),
    (("licence_statement",), "Do as you like."),
    (("rights", "profile"), "commercial"),
    (("rights", "families"), ["public-domain"]),
    (("rights", "floor", "commercial"), True),
    (("rights", "conflicts"), 99),
    (("rights", "attributed"), 1),
    (("rights", "by_licence"), []),
    (("title",), "Another title"),
    (("description",), "Another description"),
    (("sources", 3, "source_terms"), "CC0-1.0"),
    (("sources", 3, "phi_policy"), "nonesuch"),
    (("sources", 3, "publisher"), "Somebody"),
    (("sources", 3, "raw_files", 0, "name"), "another.xml.gz"),
    (("sources", 3, "raw_files", 0, "sha256"), "0" * 64),
    (("dedup", "parameters", "threshold"), 0.9),
    (("dedup", "parameters", "bands"), 20),
    (("privacy", "policies", "medline"), "another"),
    (("tokenizer", "sha256"), "0" * 64),
    (("models", 0, "sha256"), "0" * 64),
    (("recipe", "sources"), []),
    (("recipe", "dedup"), None),
    (("sources",), []),
    (("shards", 0, "source"), "elsewhere"),
]
"""Fields of the manifest that something else in the snapshot, or this code, states too."""


@pytest.mark.slow
@pytest.mark.parametrize(("place", "value"), REPEATED, ids=lambda part: str(part)[:60])
def test_a_field_that_says_something_else_than_the_recipe_is_found(
    copy: Path, place: tuple[Any, ...], value: Any
) -> None:
    def change(manifest: dict[str, Any]) -> None:
        owner: Any = manifest
        for part in place[:-1]:
            owner = owner[part]
        assert owner[place[-1]] != value
        owner[place[-1]] = value

    assert "manifest.json" in names(forged(copy, change))
