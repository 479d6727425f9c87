"""`hc4 pack`: what it says of a snapshot, and what it writes."""

from __future__ import annotations

from pathlib import Path

from corpus.errors import LoadError
from shards.loading import Loader, LoaderConfig, PackConfig, open_cache, open_corpus
from tests.pipelines.building import hc4_here
from tests.shards.loading.making import documents_from, documents_in, write_shards


def test_it_writes_what_the_loader_maps(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "shards")
    done = hc4_here("pack", root, "--length", 64, "--eos", 2, "--output", tmp_path / "packed")
    (folder,) = [path for path in (tmp_path / "packed").iterdir() if path.is_dir()]

    assert done.exit_code == 0, done.output
    assert folder.name in "".join(done.output.split())
    loader = Loader(open_cache(folder, verify=True), LoaderConfig(PackConfig(64, eos=2)))
    assert loader.corpus.digest == open_corpus(root).digest
    assert documents_from(loader) == documents_in(root)


def test_without_an_output_it_counts(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "shards", {"notes": [[40, 50, 100]], "news": [[64, 0]]})
    done = hc4_here("pack", root, "--length", 64)
    lines = {line.split()[1]: line.split() for line in done.output.splitlines() if len(line.split()) > 8}

    assert done.exit_code == 0, done.output
    # documents, tokens, specials, sequences, fill, cut because too long, cut to fill
    assert lines["notes"][3::2] == ["3", "190", "0", "4", "74.22%", "1", "0"]
    assert lines["all"][3::2] == ["5", "254", "0", "5", "79.38%", "1", "0"]
    assert [path.name for path in tmp_path.iterdir()] == ["shards"]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    root = write_shards(tmp_path / "shards")

    assert isinstance(hc4_here("pack", root, "--source", "news").exception, LoadError)
    assert isinstance(hc4_here("pack", root, "--length", 1 << 20).exception, LoadError)
