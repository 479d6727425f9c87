"""`hc4 verify` notices every damaged byte and every changed number, and names where."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.tables import write_frame
from datacards.render import render
from manifests.model import Manifest
from manifests.sums import snapshot_files, write_sums
from manifests.verify import Finding, notes, verify
from shards.write import ROW
from tests.conftest import Built
from tests.pipelines.building import hc4

SUMS = "SHA256SUMS"
PAGES = ["DATASHEET.md", "README.md"]


@pytest.fixture(scope="module")
def copy(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to damage; whoever damages it repairs it."""
    place = tmp_path_factory.mktemp("copy") / "snapshot"
    shutil.copytree(snapshot.folder, place)
    return place


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """The file with other content, for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def names(findings: list[Finding]) -> set[str]:
    return {finding.file for finding in findings}


def test_a_fresh_snapshot_is_whole(snapshot: Built) -> None:
    assert verify(snapshot.folder, render) == []


def test_a_moved_snapshot_is_whole(copy: Path) -> None:
    assert verify(copy, render) == []


def test_one_changed_byte_of_any_file_is_found_and_only_that_file_is_blamed(copy: Path) -> None:
    files = [*snapshot_files(copy), SUMS]
    assert len(files) > 15
    draw = random.Random(20)
    for name in files:
        content = bytearray((copy / name).read_bytes())
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        with changed(copy / name, bytes(content)):
            findings = verify(copy, render)
        assert name in names(findings), name
        # SHA256SUMS vouches for every file, and every page is rendered from the manifest.
        implied = {SUMS, *render(Manifest.model_validate_json((copy / "manifest.json").read_bytes()))}
        assert names(findings) <= ({name, *implied} if name == "manifest.json" else {name, SUMS}), name
    assert verify(copy, render) == []


def test_the_sums_blame_the_same_file(copy: Path) -> None:
    name = "README.md"
    with changed(copy / name, (copy / name).read_bytes() + b"\n"):
        (finding,) = [finding for finding in verify(copy, render) if finding.file == SUMS]
    assert finding.what == f"does not agree with {name}"


def test_every_missing_file_is_named(copy: Path) -> None:
    for name in [*snapshot_files(copy), SUMS]:
        hidden = copy.parent / "hidden"
        (copy / name).rename(hidden)
        findings = verify(copy, render)
        hidden.rename(copy / name)
        assert name in names(findings), name
        assert names(findings) <= {name, SUMS}, name


def test_an_extra_file_is_named(copy: Path) -> None:
    extra = copy / "data" / "medline" / "train-00009-of-00009.parquet"
    extra.write_bytes(b"PAR1")
    findings = verify(copy, render)
    extra.unlink()

    assert Finding("data/medline/train-00009-of-00009.parquet", "is not part of the snapshot") in findings


@pytest.mark.parametrize("page", PAGES)
def test_one_edited_number_of_a_page_is_found_even_if_the_sums_agree(copy: Path, snapshot: Built, page: str) -> None:
    content = (copy / page).read_text(encoding="utf-8")
    number = f"{snapshot.manifest.totals.documents:,}"
    assert number in content
    with changed(copy / page, content.replace(number, f"{snapshot.manifest.totals.documents + 1:,}").encode()):
        write_sums(copy)
        findings = verify(copy, render)
    write_sums(copy)

    assert findings == [Finding(page, "is not what the manifest renders to")]


def forged(copy: Path, change: Callable[[dict[str, Any]], None]) -> list[Finding]:
    """What is found after a forger changed the manifest, gave it its new id, and rendered every page from it."""
    before = {name: (copy / name).read_bytes() for name in [*snapshot_files(copy), SUMS]}
    content = json.loads(before["manifest.json"])
    change(content)
    manifest = Manifest.model_validate(content).identified()
    try:
        (copy / "manifest.json").write_bytes(manifest.canonical())
        for name, page in render(manifest).items():
            (copy / name).write_bytes(page)
        write_sums(copy)
        return verify(copy, render)
    finally:
        for name, page in before.items():
            (copy / name).write_bytes(page)


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
]
"""Counts that the shards and the record tables prove or disprove."""


@pytest.mark.parametrize("place", COUNTS, ids=lambda place: ".".join(map(str, place)))
def test_a_forged_count_contradicts_the_data(copy: Path, place: tuple[Any, ...]) -> None:
    def change(manifest: dict[str, Any]) -> None:
        owner: Any = manifest
        for part in place[:-1]:
            owner = owner[part]
        owner[place[-1]] += 1

    assert forged(copy, change)


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


def rewritten(copy: Path, tables: dict[str, pl.DataFrame | bytes]) -> list[Finding]:
    """What is found after a forger wrote other tables, or other bytes, and gave everything its new digest and size."""
    before = {name: (copy / name).read_bytes() for name in tables}

    def change(manifest: dict[str, Any]) -> None:
        for name in tables:
            (entry,) = [file for file in manifest["shards"] + manifest["files"] if file["path"] == name]
            content = (copy / name).read_bytes()
            entry["sha256"], entry["bytes"] = hashlib.sha256(content).hexdigest(), len(content)

    try:
        for name, table in tables.items():
            if isinstance(table, bytes):
                (copy / name).write_bytes(table)
            elif name.startswith("data/"):
                pq.write_table(table.to_arrow().select(ROW.names).cast(ROW), copy / name, row_group_size=table.height)
            else:
                write_frame(table, copy / name)
        return forged(copy, change)
    finally:
        for name, content in before.items():
            (copy / name).write_bytes(content)


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
    ("licence_spdx", pl.lit("CC-BY-NC-ND-4.0"), "holds documents under CC-BY-NC-ND-4.0: licence_not_allowed"),
    ("licence_spdx", pl.lit("CC0-1.0"), "licence_spdx of some documents is not that of the record tables"),
    ("language", pl.lit("de"), "language of some documents is not that of the record tables"),
    ("raw_file", pl.lit("another.xml.gz"), "raw_file of some documents is not that of the record tables"),
    ("raw_sha256", pl.lit("0" * 64), "raw_sha256, retrieved or reader of some documents is not that of their raw file"),
    ("retrieved", pl.lit("2021-01-01"), "raw_sha256, retrieved or reader of some documents"),
    ("reader", pl.lit("medline 0"), "raw_sha256, retrieved or reader of some documents"),
    ("journal", pl.lit("Another journal"), "journal of some documents is not that of the record tables"),
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
    ("stands_for", pl.lit(["medline:1"]), "stands_for or other_ids are not those of the documents that were merged"),
    ("other_ids", pl.lit(["pmid:1"]), "stands_for or other_ids are not those of the documents that were merged"),
    ("title", pl.lit("Another title"), "does not name, each once, the released documents"),
    (
        "rights",
        pl.col("rights").struct.with_fields(commercial=pl.lit(value=True)),
        "rights of documents under LicenseRef-NLM-Terms are not those of that licence",
    ),
]
"""A column of a shard, what its first row says instead, and what is found."""


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


def test_a_number_that_json_cannot_carry_is_found(copy: Path) -> None:
    content = json.loads((copy / "manifest.json").read_bytes())
    content["totals"]["tokens"] = 2**60
    with changed(copy / "manifest.json", json.dumps(content).encode()):
        findings = verify(copy, render)

    assert any("has no canonical form" in finding.what for finding in findings)


@pytest.mark.parametrize("kind", ["data/medline/train", "audit/medline/", "ledger/ledger", "ledger/quar", "samples/"])
def test_a_table_that_is_none_is_named(copy: Path, kind: str) -> None:
    name = next(name for name in snapshot_files(copy) if name.startswith(kind))
    lacking = pq.read_table(copy / name)
    sink = pa.BufferOutputStream()
    pq.write_table(lacking.drop_columns(["source"]), sink)

    assert rewritten(copy, {name: b"no Parquet"}) == [Finding(name, "is no readable Parquet file (ArrowInvalid)")]
    assert rewritten(copy, {name: sink.getvalue().to_pybytes()}) == [Finding(name, "has no column source")]


def test_what_is_no_plain_file_is_named_and_never_opened(copy: Path) -> None:
    made = [copy / "data" / name for name in ("link", "pipe", "empty", "folder-link")]
    made[0].symlink_to(copy / "README.md")
    os.mkfifo(made[1])
    made[2].mkdir()
    made[3].symlink_to(copy / "audit", target_is_directory=True)
    try:
        findings = verify(copy, render)
    finally:
        for path in made:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

    assert findings == [
        Finding(f"data/{name}", "is not part of the snapshot") for name in ("empty", "folder-link", "link", "pipe")
    ]


def test_a_manifest_that_is_a_pipe_is_no_manifest(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")

    (finding,) = verify(tmp_path, render)

    assert "is not a snapshot" in finding.what


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_named(copy: Path) -> None:
    path = copy / "ledger" / "ledger.parquet"
    path.chmod(0)
    try:
        findings = verify(copy, render)
    finally:
        path.chmod(0o644)

    assert Finding("ledger/ledger.parquet", "cannot be read: Permission denied") in findings


def test_brackets_in_the_path_are_no_pattern(snapshot: Built, tmp_path: Path) -> None:
    place = tmp_path / "a[1]*" / "snapshot"
    shutil.copytree(snapshot.folder, place)

    assert verify(place, render) == []


def test_cards_that_other_code_made_are_said_to_be_unchecked(copy: Path, snapshot: Built) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["environment"]["code_sha256"] = "0" * 64

    other = snapshot.manifest.environment.model_copy(update={"code_sha256": "0" * 64})

    assert forged(copy, change) == []
    assert notes(snapshot.manifest) == []
    assert notes(snapshot.manifest.model_copy(update={"environment": other})) == [
        "cards not checked byte by byte: built by other code"
    ]


def test_a_file_with_markup_in_its_name_is_named_as_it_is(copy: Path, tmp_path: Path) -> None:
    evil = copy / "data" / "[bold]evil"
    evil.write_bytes(b"")
    done = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)
    evil.unlink()

    assert done.returncode == 6
    assert "data/[bold]evil: is not part of the snapshot" in done.stderr


def test_a_folder_that_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    (finding,) = verify(tmp_path, render)

    assert "is not a snapshot" in finding.what


def test_the_command_agrees(copy: Path, tmp_path: Path) -> None:
    whole = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)
    shard = next(name for name in snapshot_files(copy) if name.startswith("data/"))
    content = bytearray((copy / shard).read_bytes())
    content[len(content) // 2] ^= 1
    with changed(copy / shard, bytes(content)):
        damaged = hc4("verify", copy, home=tmp_path / "home", cwd=tmp_path)

    assert (whole.returncode, damaged.returncode) == (0, 6)
    assert "the ledger closes" in whole.stdout
    assert f"✗ {shard}" in damaged.stderr
