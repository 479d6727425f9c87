"""Which shards a loader reads: those of the manifest, no others, of one tokenizer."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.digest import sha256_file
from corpus.errors import LoadError, SnapshotError
from shards.loading import Loader, LoaderConfig, PackConfig, open_corpus
from tests.conftest import Built
from tests.shards.loading.making import documents_from, documents_in, write_shards

FIRST = "data/abstracts/train-00000-of-00002.parquet"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Shards with a manifest that names them."""
    write_shards(tmp_path)
    shards = [
        {
            "path": path.relative_to(tmp_path).as_posix(),
            "sha256": sha256_file(path),
            "rows": pq.read_metadata(path).num_rows,
        }
        for path in sorted(tmp_path.glob("data/*/*.parquet"))
    ]
    (tmp_path / "manifest.json").write_text(json.dumps({"shards": shards}))
    return tmp_path


def test_sources_and_shards_come_in_the_order_of_their_names(root: Path) -> None:
    corpus = open_corpus(root, verify=True)

    assert [source.name for source in corpus.sources] == ["abstracts", "articles", "notes"]
    assert [shard.name for shard in corpus.sources[0].shards] == [FIRST, FIRST.replace("00000-of", "00001-of")]
    assert [source.name for source in open_corpus(root, sources=["notes"]).sources] == ["notes"]


def test_with_or_without_a_manifest_it_is_the_same_corpus(root: Path) -> None:
    stated = open_corpus(root)
    (root / "manifest.json").unlink()

    assert open_corpus(root) == stated
    assert open_corpus(root).digest == stated.digest


def test_only_one_split_is_read(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    both = tmp_path_factory.mktemp("both")
    write_shards(both)
    write_shards(both, {"notes": [[5, 5]]}, split="validation")
    corpus = open_corpus(both, split="validation")

    assert [shard.name for shard in corpus.shards] == ["data/notes/validation-00000-of-00001.parquet"]
    assert open_corpus(both).digest == open_corpus(root).digest


def test_shards_that_the_manifest_does_not_name_are_refused(root: Path) -> None:
    shutil.copy(root / FIRST, root / "data" / "abstracts" / "train-00009-of-00002.parquet")

    with pytest.raises(SnapshotError, match="manifest names no data/abstracts/train-00009"):
        open_corpus(root)


def test_an_absent_shard_is_missed(root: Path) -> None:
    (root / FIRST).unlink()

    with pytest.raises(SnapshotError, match=f"folder lacks {FIRST}"):
        open_corpus(root)


def test_another_file_in_the_place_of_a_shard_is_refused(root: Path) -> None:
    shutil.copy(root / FIRST.replace("00000-of", "00001-of"), root / FIRST)
    with pytest.raises(SnapshotError, match="not the file that the manifest names"):
        open_corpus(root)


def test_changed_bytes_are_noticed_when_asked(root: Path) -> None:
    content = bytearray((root / FIRST).read_bytes())
    content[100] ^= 1
    (root / FIRST).write_bytes(content)

    open_corpus(root)
    with pytest.raises(SnapshotError, match="not the file that the manifest names"):
        open_corpus(root, verify=True)


def test_damaged_tokens_are_noticed_while_loading(root: Path) -> None:
    ids = pq.ParquetFile(root / FIRST).metadata.row_group(2).column(3)
    content = bytearray((root / FIRST).read_bytes())
    content[ids.data_page_offset + ids.total_compressed_size - 3] ^= 1
    (root / FIRST).write_bytes(content)

    with pytest.raises(SnapshotError, match=f"{FIRST} cannot be read"):
        list(Loader(open_corpus(root), LoaderConfig(PackConfig(64))))


def test_counts_that_are_not_those_of_the_tokens_are_noticed(tmp_path: Path) -> None:
    write_shards(tmp_path, {"notes": [[5, 6]]})
    path = tmp_path / "data" / "notes" / "train-00000-of-00001.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.set_column(4, "n_tokens", pa.array([5, 7], pa.int32())), path)

    with pytest.raises(SnapshotError, match="n_tokens are not the numbers"):
        next(Loader(open_corpus(tmp_path), LoaderConfig(PackConfig(64))))


def test_token_ids_of_two_tokenizers_are_not_mixed(tmp_path: Path) -> None:
    write_shards(tmp_path / "one", {"notes": [[5, 6]]})
    write_shards(tmp_path / "two", {"news": [[5, 6]]})
    path = tmp_path / "two" / "data" / "news" / "train-00000-of-00001.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.replace_schema_metadata({"hc4.tokenizer_sha256": "1" * 64}), path)

    one, two = open_corpus(tmp_path / "one"), open_corpus(tmp_path / "two")
    with pytest.raises(LoadError, match="2 tokenizers"):
        one.replaying(two)


def test_what_is_not_there_is_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no split 'test'"):
        open_corpus(root, split="test")
    with pytest.raises(LoadError, match="no train shards of news"):
        open_corpus(root, sources=["news", "notes"])
    with pytest.raises(SnapshotError, match="no validation shards"):
        open_corpus(root, split="validation")
    with pytest.raises(SnapshotError, match="no train shards"):
        open_corpus(tmp_path / "nothing")
    (root / "manifest.json").write_text("{")
    with pytest.raises(SnapshotError, match="damaged"):
        open_corpus(root)


def test_nothing_heavy_is_imported_with_it() -> None:
    code = "import sys, shards.loading; sys.exit(bool({'numba', 'torch', 'polars'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("split", ["train", "validation"])
def test_an_epoch_is_what_the_ledger_counts(snapshot: Built, split: str) -> None:
    """Tokens by document = by shard = by source = by manifest = in one epoch, for a snapshot as built."""
    loader = Loader(open_corpus(snapshot.folder, split=split, verify=True), LoaderConfig(PackConfig(512, eos=2)))
    stated = [shard for shard in snapshot.manifest.shards if shard.split == split]
    given = documents_from(loader)
    in_shards = {place: ids for place, ids in documents_in(snapshot.folder).items() if f"/{split}-" in place[0]}

    # Raw Mistral ids below 10 are bytes and controls: none of them occurs but the one that was put in.
    assert given == in_shards
    by_shard = dict.fromkeys((shard.path for shard in stated), 0)
    for (shard, _), ids in given.items():
        by_shard[shard] += len(ids)
    assert by_shard == {shard.path: shard.tokens for shard in stated}
    by_source = {account.source: (account.documents, account.tokens) for account in loader.account}
    for source, counts in by_source.items():
        its = [shard for shard in stated if shard.source == source]
        assert counts == (sum(shard.rows for shard in its), sum(shard.tokens for shard in its))


def test_both_splits_together_are_the_manifests_totals(snapshot: Built) -> None:
    accounts = [
        account
        for split in sorted({shard.split for shard in snapshot.manifest.shards})
        for account in Loader(open_corpus(snapshot.folder, split=split), LoaderConfig(PackConfig(512))).account
    ]

    assert sum(account.tokens for account in accounts) == snapshot.manifest.totals.tokens
    assert sum(account.documents for account in accounts) == snapshot.manifest.totals.documents
    kept = {source.name: source.kept for source in snapshot.manifest.sources}
    released = {share.label: share.amount for share in snapshot.manifest.ledger.released}
    for source in {account.source for account in accounts}:
        tokens = sum(account.tokens for account in accounts if account.source == source)
        assert tokens == released[source].tokens
        assert sum(account.documents for account in accounts if account.source == source) == kept[source].documents
