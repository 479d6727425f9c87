"""An earlier snapshot as another corpus meets it: comparable or refused, its keys, the text that was signed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from corpus.errors import SnapshotError
from datacards.render import render
from dedup.signature import MinHashConfig, SignatureAnnotator
from filters.phi.surrogates import Key
from manifests.earlier import Earlier, IndexFile, index_tables, released_rows
from manifests.snapshot import Snapshot
from manifests.verify import verify
from tests.conftest import Built
from tests.manifests.damage import changed
from tests.pipelines.building import build
from tests.pipelines.small import assets_are_here

NOTES = [
    "Mr. Peter Hanlon was seen on {day} March 2019 at the clinic for a cough that began some weeks ago.",
    "His wife Anna Hanlon can be reached at (617) 555-0123 or hanlon.family@example.org in the evening.",
    "Lungs are clear and there is no fever. We will see him again in three months, or sooner if he feels worse.",
]


def rows_of(file: IndexFile, rows: list[int], replaced: dict[str, str], *columns: str) -> pa.Table:
    return released_rows(file.shard, file.account, replaced, np.array(rows, np.int64), columns)


@pytest.fixture(scope="module")
def earlier(snapshot: Built) -> Earlier:
    return Earlier.open(snapshot.folder)


def test_an_index_names_files_that_are_there_by_their_digests(earlier: Earlier, snapshot: Built) -> None:
    sums = {f.path: f.sha256 for f in snapshot.manifest.files} | {s.path: s.sha256 for s in snapshot.manifest.shards}
    assert len(earlier.files) == len(snapshot.manifest.shards) > 3
    assert [file.index for file in earlier.files] == sorted(file.index for file in earlier.files)
    for file in earlier.files:
        assert sums[file.index.relative_to(snapshot.folder).as_posix()] == file.index_sha256
        assert sums[file.shard.relative_to(snapshot.folder).as_posix()] == file.shard_sha256
        assert file.account.is_file()
        assert pq.read_metadata(file.index).num_rows == pq.read_metadata(file.shard).num_rows == file.rows


def test_keys_come_row_group_by_row_group_with_the_number_of_their_first_row(earlier: Earlier, tmp_path: Path) -> None:
    file = max(earlier.files, key=lambda file: file.rows)
    whole = pq.read_table(file.index)
    pq.write_table(whole, tmp_path / "cut.parquet", row_group_size=7)
    columns = ["doc_id", "exact_lo", "band_01"]
    parts = list(index_tables(tmp_path / "cut.parquet", columns))
    assert [first for first, _ in parts] == list(range(0, file.rows, 7))
    assert pa.concat_tables([table for _, table in parts]).equals(
        whole.select(columns).replace_schema_metadata(None).cast(parts[0][1].schema)
    )


def test_rows_of_a_shard_come_as_they_were_asked_for(earlier: Earlier) -> None:
    file = max(earlier.files, key=lambda file: pq.read_metadata(file.shard).num_row_groups)
    assert pq.read_metadata(file.shard).num_row_groups > 1
    whole = pq.read_table(file.shard, columns=["text", "doc_id", "n_bytes"])
    rows = [0, 1, file.rows // 2, file.rows - 1]
    found = rows_of(file, rows, earlier.snapshot.manifest.privacy.replaced, "doc_id", "n_bytes")
    assert found.column_names == ["text", "doc_id", "n_bytes"]
    assert found.to_pylist() == whole.take(pa.array(rows)).to_pylist()
    assert rows_of(file, [], {}, "doc_id").num_rows == 0


def test_a_row_that_is_not_there_is_damage(earlier: Earlier) -> None:
    file = earlier.files[0]
    with pytest.raises(SnapshotError, match=f"has {file.rows} rows, its index speaks of row {file.rows}"):
        rows_of(file, [0, file.rows], {})


def test_tables_that_are_none_are_damage(earlier: Earlier, tmp_path: Path) -> None:
    file = earlier.files[0]
    (tmp_path / "index.parquet").write_bytes(file.index.read_bytes()[:-9])
    with pytest.raises(SnapshotError, match="cannot be read"):
        list(index_tables(tmp_path / "index.parquet", ["doc_id"]))
    with pytest.raises(SnapshotError, match="cannot be read"):
        list(index_tables(file.index, ["band_99"]))
    with pytest.raises(SnapshotError, match="cannot be read"):
        released_rows(tmp_path / "index.parquet", file.account, {}, np.array([0]))


def manifest_with(change: Callable[[dict[str, Any]], None], folder: Path) -> bytes:
    content = json.loads((folder / "manifest.json").read_bytes())
    change(content)
    return json.dumps(content).encode()


REFUSED: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (lambda m: m["dedup"].update(signatures=None), "has no signature index: it was built before snapshots had one"),
    (lambda m: m["dedup"]["signatures"].update(algorithm="x"), "cannot be compared with: their algorithm is x"),
    (lambda m: m["dedup"]["signatures"].update(algorithm_version=0), "cannot be compared with: their version is 0"),
    (lambda m: m["dedup"]["signatures"].update(unicode="1.0"), "cannot be compared with: their Unicode is 1.0"),
    (lambda m: m["dedup"]["signatures"].update(minhash={"bands": 1000}), "their shape is none that this code knows"),
]


@pytest.mark.parametrize(("change", "what"), REFUSED, ids=[f"{number}" for number in range(len(REFUSED))])
def test_what_cannot_be_compared_is_refused(copy: Path, change: Callable[[dict[str, Any]], None], what: str) -> None:
    with (
        changed(copy / "manifest.json", manifest_with(change, copy)),
        pytest.raises(SnapshotError, match=what),
    ):
        Earlier.open(copy)


def test_another_shape_is_refused_where_one_is_asked_for(snapshot: Built) -> None:
    shape = Earlier.open(snapshot.folder).minhash
    assert Earlier.open(snapshot.folder, shape).minhash == shape
    for field in ("bands", "rows", "seed", "shingle_words"):
        other = shape.model_copy(update={field: getattr(shape, field) + 1})
        with pytest.raises(SnapshotError, match="are asked for"):
            Earlier.open(snapshot.folder, other)


def test_an_index_that_the_manifest_does_not_know_is_damage(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["files"] = [file for file in manifest["files"] if file["kind"] != "signatures"]

    with (
        changed(copy / "manifest.json", manifest_with(change, copy)),
        pytest.raises(SnapshotError, match="its manifest knows no signatures/"),
    ):
        _ = Earlier.open(copy).files


@pytest.fixture(scope="module")
def surrogates(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Snapshot]:
    """Snapshots of the same notes, released with surrogates (True) and with placeholders (False)."""
    if not assets_are_here():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    folder = tmp_path_factory.mktemp("surrogates")
    Key.create(folder / "key")
    texts = [
        "\n".join(NOTES).format(day=12),
        "\n".join(NOTES[1:]),
        NOTES[2] * 3,
        " ".join([NOTES[0].format(day=28)] * 2),
    ]
    rows = [{"id": f"n{number}", "text": text, "licence": "CC0-1.0"} for number, text in enumerate(texts)]
    (folder / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    source = {"name": "notes", "reader": "jsonl", "files": ["notes.jsonl"], "terms": "CC0-1.0"}
    source |= {"options": {"doc_type": "note"}, "phi_policy": "notes"}
    recipe = {
        "name": "surrogates",
        "root": str(folder),
        "licence_profile": "commercial",
        "sources": [source],
        "phi": {"undecided": "rules", "max_masked_share": 1.0},
        "quality": {"default_preset": None, "presets": {}},
        "engine": "inline",
    }
    found = {}
    for keyed in (True, False):
        path = folder / f"{keyed}.yaml"
        phi = recipe["phi"] | ({"key": str(folder / "key")} if keyed else {})
        path.write_text(yaml.safe_dump(recipe | {"phi": phi}), encoding="utf-8")
        build(path, folder / str(keyed), folder / "work")
        found[keyed] = Snapshot.open(folder / str(keyed))
    return found


def texts_by_id(snapshot: Snapshot, replaced: dict[str, str]) -> dict[str, str]:
    tables = [rows_of(file, list(range(file.rows)), replaced, "doc_id") for file in Earlier.open(snapshot.folder).files]
    return {row["doc_id"]: row["text"] for table in tables for row in table.to_pylist()}


def test_placeholders_are_put_back_where_surrogates_stand(surrogates: dict[bool, Snapshot]) -> None:
    keyed, plain = surrogates[True], surrogates[False]
    replaced = keyed.manifest.privacy.replaced
    assert replaced["notes"] == "surrogate"
    restored, released = texts_by_id(keyed, replaced), texts_by_id(keyed, {})
    expected = texts_by_id(plain, plain.manifest.privacy.replaced)
    assert set(restored) == set(expected)
    assert any("[EMAIL]" in text for text in expected.values())
    dated = {name for name, text in expected.items() if "2019" in text}
    assert 0 < len(dated) < len(expected)
    assert {name for name in expected if restored[name] != released[name]} >= {"notes:n0", "notes:n1"}
    for name in set(expected) - dated:
        assert restored[name] == expected[name]
    for name in dated:  # a day moved by some weeks: its year stands, the same one or its neighbour
        years = [restored[name].replace(year, "2019") for year in ("2018", "2020")]
        assert expected[name] in (restored[name], *years)


def test_surrogates_change_no_signature(surrogates: dict[bool, Snapshot]) -> None:
    indexes = []
    for snapshot in surrogates.values():
        tables = [pq.read_table(file.index) for file in Earlier.open(snapshot.folder).files]
        indexes.append(pa.concat_tables(tables).sort_by("doc_id"))
    assert indexes[0].equals(indexes[1])
    assert len(indexes[0]) > 2


def test_both_verify(surrogates: dict[bool, Snapshot]) -> None:
    for snapshot in surrogates.values():
        assert verify(snapshot.folder, render) == []


def test_a_forged_signature_is_found_under_surrogates_too(surrogates: dict[bool, Snapshot], tmp_path: Path) -> None:
    from tests.manifests.damage import rewritten
    from tests.manifests.test_signed import as_bytes, with_first

    copy = tmp_path / "copy"
    shutil.copytree(surrogates[True].folder, copy)
    index = next(
        file.index for file in Earlier.open(copy).files if "notes:n1" in pq.read_table(file.index)["doc_id"].to_pylist()
    )
    name = index.relative_to(copy).as_posix()
    table = pq.read_table(index)
    row = table["doc_id"].to_pylist().index("notes:n1")
    table = pa.concat_tables([table.slice(row, 1), table.slice(0, row), table.slice(row + 1)])
    forged = with_first(table, "band_00", 7).sort_by("doc_id")
    (finding,) = rewritten(copy, {name: as_bytes(forged)})
    assert finding.what == "signature of notes:n1 is not that of its text"


def test_what_is_signed_is_the_text_with_placeholders(surrogates: dict[bool, Snapshot]) -> None:
    plain = surrogates[False]
    texts = texts_by_id(plain, plain.manifest.privacy.replaced)
    made = SignatureAnnotator(MinHashConfig()).measure(
        pa.record_batch({"text": pa.array(texts.values(), pa.large_string())})
    )
    by_id = dict(zip(texts, made.column("exact_hi").to_pylist(), strict=True))
    for file in Earlier.open(plain.folder).files:
        for row in pq.read_table(file.index, columns=["doc_id", "exact_hi"]).to_pylist():
            assert by_id[row["doc_id"]] == row["exact_hi"]
