"""The signature index says what the released text says, and nothing else passes."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dedup.signature import MinHashConfig, SignatureAnnotator
from manifests.earlier import Earlier
from manifests.model import Manifest
from manifests.sums import snapshot_files
from manifests.verify import Finding, notes
from tests.conftest import Built
from tests.manifests.damage import forged, names, rewritten

Change = Callable[[dict[str, Any]], None]


def an_index(copy: Path) -> tuple[str, pa.Table]:
    name = next(name for name in snapshot_files(copy) if name.startswith("signatures/medline/train"))
    return name, pq.read_table(copy / name)


def as_bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def with_first(table: pa.Table, column: str, value: Any) -> pa.Table:
    """The table with `value` in the first row of `column`."""
    field = table.schema.field(column)
    values = pa.chunked_array([pa.array([value], field.type), *table[column].slice(1).chunks])
    return table.set_column(table.schema.get_field_index(column), field, values)


def test_there_is_an_index_beside_every_shard_with_its_rows_in_its_order(snapshot: Built) -> None:
    for shard in snapshot.manifest.shards:
        index = pq.read_table(snapshot.folder / shard.path.replace("data/", "signatures/", 1))
        rows = pq.read_table(snapshot.folder / shard.path, columns=["doc_id", "text"])
        assert index["doc_id"].equals(rows["doc_id"])
        made = SignatureAnnotator().measure(pa.record_batch({"text": rows["text"].combine_chunks()}))
        assert index.drop_columns("doc_id").equals(pa.Table.from_batches([made]))


def test_no_text_and_nothing_but_keys_is_in_an_index(snapshot: Built) -> None:
    for file in Earlier.open(snapshot.folder).files:
        schema = pq.read_schema(file.index)
        kinds = dict(zip(schema.names, schema.types, strict=True))
        assert kinds.pop("doc_id") == pa.string()
        assert kinds.pop("n_shingles") == pa.int32()
        assert set(kinds.values()) == {pa.uint64()}


SHAPE = MinHashConfig()
LAST = SHAPE.band_names()[-1]
KEYS = ["exact_hi", "exact_lo", "n_shingles", "band_00", LAST]


@pytest.mark.parametrize("column", KEYS)
def test_a_changed_key_is_found_and_its_document_named(copy: Path, column: str) -> None:
    name, table = an_index(copy)
    doc_id, value = table["doc_id"][0].as_py(), table[column][0].as_py()

    found = rewritten(copy, {name: as_bytes(with_first(table, column, value + 1))})

    assert Finding(name, f"signature of {doc_id} is not that of its text") in found
    assert names(found) <= {name, "manifest.json"}


def test_how_many_signatures_are_wrong_is_said(copy: Path) -> None:
    name, table = an_index(copy)
    column = table.schema.get_field_index("band_03")
    wrong = table.set_column(column, table.schema.field(column), pc.bit_wise_not(table["band_03"]))

    (finding,) = rewritten(copy, {name: as_bytes(wrong)})

    assert finding.what.endswith(f"(and {len(table) - 1:,} more documents)")


def test_rows_in_another_order_are_found(copy: Path) -> None:
    name, table = an_index(copy)
    found = rewritten(copy, {name: as_bytes(table.take(pa.array(range(len(table) - 1, -1, -1))))})
    assert Finding(name, "doc_ids are not those of its shard, row by row") in found


def test_a_row_less_is_found(copy: Path) -> None:
    name, table = an_index(copy)
    found = rewritten(copy, {name: as_bytes(table.slice(1))})
    assert Finding(name, "has not as many rows as its shard") in found


def test_an_index_of_another_shape_is_found(copy: Path) -> None:
    name, table = an_index(copy)
    found = rewritten(copy, {name: as_bytes(table.drop_columns(LAST))})
    assert Finding(name, f"has not the columns of {SHAPE.bands} bands") in found


def test_an_index_that_says_nothing_of_itself_is_found(copy: Path) -> None:
    name, table = an_index(copy)
    found = rewritten(copy, {name: as_bytes(table.replace_schema_metadata(None))})
    assert found == [Finding(name, "does not say of itself what the manifest says of signatures")]


def test_a_manifest_without_an_index_of_a_shard_is_found(copy: Path) -> None:
    name, _ = an_index(copy)

    def change(manifest: dict[str, Any]) -> None:
        manifest["files"] = [file for file in manifest["files"] if file["path"] != name]

    assert Finding(name, "is missing: the signature index of a shard") in forged(copy, change)


def test_an_index_of_no_shard_is_found(copy: Path) -> None:
    name, table = an_index(copy)
    other = "signatures/medline/train-00007-of-00008.parquet"
    (copy / other).write_bytes((copy / name).read_bytes())

    def change(manifest: dict[str, Any]) -> None:
        entry = next(file for file in manifest["files"] if file["path"] == name)
        manifest["files"].append({**entry, "path": other})

    found = forged(copy, change)
    (copy / other).unlink()
    assert Finding(other, "is the signature index of no shard") in found
    assert len(table)


def stated(**fields: Any) -> Change:
    def change(manifest: dict[str, Any]) -> None:
        manifest["dedup"]["signatures"] |= fields

    return change


STATEMENTS: list[tuple[Change, str]] = [
    (stated(minhash=SHAPE.model_copy(update={"bands": 3}).model_dump()), "shape of signatures is not that of the"),
    (stated(minhash={"bands": 0}), "their shape is none that this code knows"),
    (stated(algorithm="another"), "their algorithm is another, that of this code is fast-similarity-sketch"),
    (stated(algorithm_version=99), "their version is 99, that of this code is"),
    (stated(unicode="9.0.0"), "their Unicode is 9.0.0, that of this code is"),
    (lambda manifest: manifest["dedup"].update(signatures=None), "does not say what the signatures of its index are"),
    (lambda manifest: manifest["dedup"]["distinct_shingles"][3].update(distinct=7), "distinct_shingles are not those"),
    (lambda manifest: manifest["dedup"]["distinct_shingles"][4].update(shingles=7), "distinct_shingles are not those"),
    (lambda manifest: manifest["dedup"].update(distinct_shingles=[]), "distinct_shingles are not those"),
]
"""What a forger states about signatures, and what is found."""


@pytest.mark.slow
@pytest.mark.parametrize(("change", "what"), STATEMENTS, ids=[f"{number}" for number in range(len(STATEMENTS))])
def test_a_forged_statement_about_signatures_is_found(copy: Path, change: Change, what: str) -> None:
    found = forged(copy, change)
    assert any(finding.file == "manifest.json" and what in finding.what for finding in found), found


def test_signatures_of_another_version_are_left_alone_and_that_is_noted(snapshot: Built) -> None:
    content = snapshot.manifest.model_dump()
    content["dedup"]["signatures"]["algorithm_version"] = 0
    (note,) = notes(Manifest.model_validate(content))
    assert note.startswith("signatures not made again: their version is 0")


def test_distinct_shingles_add_up(snapshot: Built) -> None:
    *sources, whole = snapshot.manifest.dedup.distinct_shingles
    assert [one.source for one in sources] == [source.name for source in snapshot.manifest.sources]
    assert whole.source is None
    assert whole.shingles == sum(one.shingles for one in sources)
    assert 0.9 * sum(one.distinct for one in sources) < whole.distinct <= 1.02 * whole.shingles
