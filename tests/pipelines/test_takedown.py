"""Takedowns: what is named goes, from everywhere; nothing else changes; and both can be proved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from corpus.digest import sha256_file
from corpus.errors import BuildStopped, NotReleased, RecipeError, SnapshotError
from datacards.render import render
from manifests import layout
from manifests.difference import compare
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from manifests.sums import write_sums
from manifests.takedowns import Takedown
from manifests.unchanged import compare_with_parent
from manifests.verify import verify
from pipelines.takedowns.request import Request, load_request
from pipelines.takedowns.takedown import take_down
from shards.fingerprint import fingerprint
from shards.write import ROW, write_shard
from tests.conftest import Built
from tests.pipelines.building import build, hc4_here
from tests.pipelines.small import SmallCorpus


def request(number: int = 1, **named: Any) -> Request:
    stated = {"request_id": f"2026-{number}", "reason": "withdrawn by its authors", "date": "2026-11-27"}
    return Request.model_validate(stated | named)


@cache
def released(folder: Path) -> pl.DataFrame:
    columns = ["doc_id", "source", "title", "text", "stands_for"]
    paths = sorted((folder / layout.DATA).rglob("*.parquet"))
    return pl.concat([pl.read_parquet(path, columns=columns, glob=False) for path in paths])


def words_in(folder: Path) -> str:
    """Everything that tables and pages of a snapshot say, one value a line."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            found += [str(value) for value in pq.read_table(path).to_pylist()]
        else:
            found.append(path.read_text(encoding="utf-8"))
    return "\n".join(found)


def is_proved(new: Path, old: Path) -> bool:
    parent = Snapshot.open(old).manifest
    now = Snapshot.open(new)
    return not compare_with_parent(now, parent).findings and not compare_with_parent(now, parent, old).findings


@pytest.mark.parametrize("places", [[0, 7, 390], [3, 50, 120, 200, 399]])
def test_any_documents_go_from_everywhere_and_nothing_else_changes(
    snapshot: Built, tmp_path: Path, places: list[int]
) -> None:
    before = released(snapshot.folder)
    doc_ids = before["doc_id"].gather(places).to_list()
    new = tmp_path / "new"
    manifest = take_down(snapshot.folder, new, request(doc_id=doc_ids)).manifest
    assert verify(new, render) == []  # digests, counts, pages; and that the ledger closes
    assert is_proved(new, snapshot.folder)
    left = {path: file.sha256 for path, file in files(manifest).items()}
    for path, file in files(snapshot.manifest).items():
        assert sha256_file(snapshot.folder / path) == file.sha256  # the parent is not written into
        if left[path] == file.sha256 and path.startswith("data/"):
            assert (new / path).samefile(snapshot.folder / path)
    gone = before.filter(pl.col("doc_id").is_in(doc_ids))
    said = words_in(new)
    concerned = pl.read_parquet(new / layout.TAKEDOWNS, glob=False)["doc_id"].to_list()
    records = Snapshot.open(snapshot.folder).audit().select("doc_id", "title", text=pl.lit("")).collect()
    rest = pl.concat([before.select("doc_id", "title", "text"), records]).filter(~pl.col("doc_id").is_in(concerned))
    # Letters and editorials share titles.
    others = "\n".join(f"{title}\n{text}" for _, title, text in rest.iter_rows())
    for title, text in gone.select("title", "text").iter_rows():
        for quoted in filter(None, (text[:40].split("\n")[0], title)):
            assert quoted in others or quoted not in said


def files(manifest: Manifest) -> dict[str, Any]:
    return {one.path: one for one in (*manifest.shards, *manifest.files)}


def test_a_source_goes_whole_and_its_shards_stay_empty(snapshot: Built, tmp_path: Path) -> None:
    new = tmp_path / "new"
    take_down(snapshot.folder, new, request(source=["registry"]))
    assert verify(new, render) == []
    assert is_proved(new, snapshot.folder)
    manifest = Snapshot.open(new).manifest
    assert [shard.rows for shard in manifest.shards if shard.source == "registry"] == [
        0 for shard in snapshot.manifest.shards if shard.source == "registry"
    ]
    assert set(released(new)["source"]) == set(released(snapshot.folder)["source"]) - {"registry"}
    takedown = manifest.takedowns[-1]
    stands = pl.read_parquet(snapshot.folder / "data/articles/*.parquet", columns=["other_sources"])
    assert takedown.standing >= stands.filter(pl.col("other_sources").list.contains("registry")).height > 0


def test_whoever_names_a_merged_copy_takes_what_stands_for_it(snapshot: Built, tmp_path: Path) -> None:
    before = released(snapshot.folder)
    survivor = before.filter(pl.col("stands_for").list.contains("registry:r01"))["doc_id"].item()
    done = take_down(snapshot.folder, tmp_path / "new", request(doi=["https://doi.org/10.5555/HC4.SAME"]))
    assert set(before["doc_id"]) - set(released(tmp_path / "new")["doc_id"]) == {survivor}
    takedown = done.manifest.takedowns[-1]
    assert (takedown.removed.documents, takedown.unreleased, takedown.copies_not_back) == (1, 1, 1)
    assert any("registry:r01 was merged into" in line for line in done.told)
    moves = compare(Snapshot.open(snapshot.folder), Snapshot.open(tmp_path / "new")).moves
    assert [(one.before, one.after, one.documents) for one in moves] == [("kept", f"takedown: {takedown.reason}", 1)]


def test_a_takedown_of_a_takedown_keeps_the_earlier_one(snapshot: Built, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    one = take_down(snapshot.folder, first, request(1, doc_id=["articles:plain-01", "medline:34088389"])).manifest
    two = take_down(first, second, request(2, doc_id=["articles:plain-02", "articles:near-a"])).manifest
    assert [takedown.request_id for takedown in two.takedowns] == ["2026-1", "2026-2"]
    assert (one.parent, two.parent) == (snapshot.manifest.snapshot_id, one.snapshot_id)
    assert verify(second, render) == []  # undoes both, the later one first, and finds both roots
    assert is_proved(second, first)
    assert not is_proved(second, snapshot.folder)
    with pytest.raises(NotReleased, match="before"):
        take_down(second, tmp_path / "third", request(3, doc_id=["articles:plain-01"]))
    with pytest.raises(RecipeError, match="another id"):
        take_down(second, tmp_path / "third", request(2, doc_id=["articles:plain-03"]))


def test_what_names_nothing_is_refused(snapshot: Built, tmp_path: Path) -> None:
    new = tmp_path / "new"
    mixed = request(doc_id=["articles:plain-01", "articles:no-such"])
    with pytest.raises(NotReleased, match="doc_id articles:no-such"):
        take_down(snapshot.folder, new, mixed)
    with pytest.raises(BuildStopped, match="itself"):
        take_down(snapshot.folder, snapshot.folder, request(doc_id=["articles:plain-01"]))
    assert not new.exists()
    assert take_down(snapshot.folder, new, mixed, partial=True).unknown == ("doc_id articles:no-such",)


def test_a_request_is_checked_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    path.write_text("request_id: a\nreason: b\npmid: ['12', none]\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="'none' is no pmid"):
        load_request(path)
    path.write_text("request_id: a\nreason: b\npmids: ['12']\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"request\.yaml:3.*pmids"):
        load_request(path)


@pytest.fixture(scope="module")
def taken(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents were taken out of it, each of another shard."""
    new = tmp_path_factory.mktemp("taken") / "snapshot"
    take_down(snapshot.folder, new, request(doc_id=["articles:plain-01", "medline:34088389"]))
    return new


def forged(taken: Path, place: Path, change: Callable[[pa.Table], pa.Table], takedown: dict[str, Any]) -> Path:
    """A copy in which the shard of articles:plain-01 has other rows, and the manifest speaks of those."""
    shutil.copytree(taken, place)
    content = orjson.loads((place / layout.MANIFEST).read_bytes())
    table = pl.read_parquet(place / layout.TAKEDOWNS, glob=False)
    name = table.filter(pl.col("doc_id") == "articles:plain-01")["shard"].item()
    (shard,) = [one for one in content["shards"] if one["path"] == name]
    rows = change(pq.read_table(place / name))
    (place / name).unlink()
    write_shard(place / name, rows.select(ROW.names), row_group_tokens=10_000, metadata={})
    proved = fingerprint(rows)
    shard |= {"rows": len(rows), "sha256": sha256_file(place / name), "bytes": (place / name).stat().st_size}
    shard |= {"logical_sha256": proved.logical_sha256, "merkle_root": proved.merkle_root}
    content["takedowns"][-1] |= takedown
    (place / layout.MANIFEST).write_bytes(Manifest.model_validate(content).identified().canonical())
    write_sums(place)
    return place


def test_one_row_more_that_is_gone_is_found(snapshot: Built, taken: Path, tmp_path: Path) -> None:
    fewer = forged(taken, tmp_path / "forged", lambda rows: rows.slice(1), {})
    found = compare_with_parent(Snapshot.open(fewer), snapshot.manifest)
    assert {finding.file for finding in found.findings} < set(found.rewritten)
    assert all(finding.file.startswith("data/articles/") for finding in found.findings)
    assert found.findings


def test_one_value_that_was_changed_is_found(snapshot: Built, taken: Path, tmp_path: Path) -> None:
    def retitled(rows: pa.Table) -> pa.Table:
        titles = pa.array(["Another title", *rows["title"].to_pylist()[1:]], pa.string())
        return rows.set_column(rows.schema.get_field_index("title"), rows.schema.field("title"), titles)

    other = Snapshot.open(forged(taken, tmp_path / "forged", retitled, {}))
    assert compare_with_parent(other, snapshot.manifest).findings == ()  # no root covers titles
    (finding,) = compare_with_parent(other, snapshot.manifest, snapshot.folder).findings
    assert finding.file.startswith("data/articles/")
    assert finding.what.startswith("title of some documents that stay")


def test_a_file_that_nothing_was_asked_about_must_be_the_parents(snapshot: Built, taken: Path, tmp_path: Path) -> None:
    place = tmp_path / "forged"
    shutil.copytree(taken, place)
    content = orjson.loads((place / layout.MANIFEST).read_bytes())
    (file,) = [one for one in content["files"] if one["path"] == layout.QUARANTINE]
    rows = pq.read_table(place / layout.QUARANTINE)
    (place / layout.QUARANTINE).unlink()
    pq.write_table(rows.slice(1), place / layout.QUARANTINE)
    file["sha256"] = sha256_file(place / layout.QUARANTINE)
    (place / layout.MANIFEST).write_bytes(Manifest.model_validate(content).identified().canonical())
    found = compare_with_parent(Snapshot.open(place), snapshot.manifest).findings
    assert [finding.file for finding in found] == [layout.QUARANTINE]


def test_verification_finds_what_a_takedown_does_not_state(taken: Path, tmp_path: Path) -> None:
    place = tmp_path / "forged"
    shutil.copytree(taken, place)
    content = orjson.loads((place / layout.MANIFEST).read_bytes())
    content["takedowns"][-1] |= {"copies_not_back": 99, "parent_root": "0" * 64}
    manifest = Manifest.model_validate(content).identified()
    (place / layout.MANIFEST).write_bytes(manifest.canonical())
    for name, page in render(manifest, Snapshot(place, manifest).samples()).items():
        (place / name).write_bytes(page)
    write_sums(place)
    said = " ".join(finding.what for finding in verify(place, render))
    assert "copies had given way" in said
    assert "the root is not that of its parent" in said


def test_cards_tell_of_it(taken: Path) -> None:
    takedown: Takedown = Snapshot.open(taken).manifest.takedowns[-1]
    for page in ("README.md", "DATASHEET.md", "report/index.html"):
        assert takedown.request_id in (taken / page).read_text(encoding="utf-8")


def test_the_command_takes_down_and_proves(snapshot: Built, tmp_path: Path) -> None:
    asked = tmp_path / "request.yaml"
    asked.write_text(yaml.safe_dump({"request_id": "1", "reason": "why", "doc_id": ["articles:plain-01"]}))
    new = tmp_path / "new"
    printed = hc4_here("takedown", snapshot.folder, "--output", new, "--request", asked)
    assert printed.exit_code == 0, printed.output
    assert "1 document put back" in printed.output.replace("\n", " ")
    assert hc4_here("takedown", "--check", new, "--parent", snapshot.folder / layout.MANIFEST).exit_code == 0
    assert hc4_here("takedown", "--check", new, "--parent", new).exit_code == 6
    with pytest.raises(SnapshotError, match="states no takedown"):
        compare_with_parent(Snapshot.open(snapshot.folder), snapshot.manifest)


def test_a_build_with_a_blocklist_does_not_bring_them_back(
    small_corpus: SmallCorpus, snapshot: Built, taken: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    shutil.copytree(snapshot.work, work)
    (tmp_path / "more.txt").write_text("articles:plain-02  # asked for by mail\n", encoding="utf-8")
    recipe = small_corpus.write_recipe(tmp_path / "small.yaml", blocklist=[str(taken), "more.txt"])
    build(recipe, tmp_path / "again", work)
    blocked = {"articles:plain-01", "articles:plain-02", "medline:34088389"}
    assert not blocked & set(released(tmp_path / "again")["doc_id"])
    audit = Snapshot.open(tmp_path / "again").audit().filter(pl.col("stage") == "takedown").collect()
    assert blocked <= set(audit["doc_id"])
    assert audit["title"].null_count() == len(audit)
    copies = set(audit["doc_id"]) - blocked  # those of the very words of one
    merged = Snapshot.open(taken).audit().filter(pl.col("survivor") == "medline:34088389").collect()
    assert copies == set(merged["doc_id"])
    assert verify(tmp_path / "again", render) == []


@pytest.mark.slow
def test_all_of_it_can_go_and_what_a_kill_left_behind_does_not_matter(snapshot: Built, tmp_path: Path) -> None:
    new = tmp_path / "new"
    unfinished = tmp_path / ".new.publishing"
    (unfinished / "data").mkdir(parents=True)
    shard = snapshot.manifest.shards[0]
    # As a takedown that was killed leaves it: files that are the parent's own.
    (unfinished / "README.md").hardlink_to(snapshot.folder / "README.md")
    (unfinished / "data" / "left.parquet").hardlink_to(snapshot.folder / shard.path)

    manifest = take_down(snapshot.folder, new, request(source=[one.name for one in snapshot.manifest.sources])).manifest

    assert manifest.totals.documents == 0
    assert not unfinished.exists()
    assert verify(new, render) == verify(snapshot.folder, render) == []
    assert is_proved(new, snapshot.folder)
