"""Bad input is quarantined with a reason and counted; nothing else is lost; above a limit the build stops."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from corpus.errors import TooManyFailures, WipeOut
from datacards.render import render
from manifests.model import Manifest
from manifests.verify import verify
from tests.pipelines.building import build, hc4
from tests.pipelines.small import NEW, SmallCorpus

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><article><body><p>&j;</p></body></article>"
)
FAILURES = {
    ("medline", "cut.xml.gz"): "truncated_gzip",
    ("medline", "empty.xml.gz"): "empty_file",
    ("medline", "flipped.xml.gz"): "corrupt_gzip",
    ("articles", "bomb.nxml"): "xml_over_limits",
    ("articles", "broken.nxml"): "malformed_xml",
    ("articles", "empty.nxml"): "empty_file",
    ("articles", "page.nxml"): "no_article",
    ("notes", "bad.jsonl"): "not_json",
    ("notes", "empty.jsonl.zst"): "empty_file",
    ("notes", "hollow.jsonl.zst"): "empty_file",
}
"""Every damaged file, and why it, or its one bad record, cannot be read."""


def write_damaged(corpus: SmallCorpus, folder: Path) -> Path:
    """Raw files of every kind of damage beside good ones, and a recipe for them."""
    medline, articles, notes = (folder / name for name in ("medline", "articles", "notes"))
    for place in (medline, articles, notes):
        place.mkdir()
    whole = (corpus.folder / "raw" / "medline" / NEW).read_bytes()
    (medline / NEW).write_bytes(whole)
    (medline / "cut.xml.gz").write_bytes(whole[: len(whole) // 2])
    (medline / "empty.xml.gz").write_bytes(b"")
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 0xFF
    (medline / "flipped.xml.gz").write_bytes(flipped)
    for path in (corpus.folder / "raw" / "pmc").iterdir():
        (articles / path.name).write_bytes(path.read_bytes())
    (articles / "bomb.nxml").write_bytes(BOMB)
    (articles / "broken.nxml").write_bytes(b"<article><front></article>")
    (articles / "empty.nxml").write_bytes(b"")
    (articles / "page.nxml").write_bytes(b"<html><body>not found</body></html>")
    good = [json.dumps({"id": name, "text": text}) for name, text in corpus.planted.items() if name.startswith("plain")]
    (notes / "good.jsonl.gz").write_bytes(gzip.compress("\n".join(good[:6]).encode(), mtime=0))
    (notes / "bad.jsonl").write_text("\n".join([good[6], '{"id": "cut off', *good[7:9]]), encoding="utf-8")
    (notes / "empty.jsonl.zst").write_bytes(b"")
    (notes / "hollow.jsonl.zst").write_bytes(bytes.fromhex("28b52ffd2000010000"))  # a zstd frame with nothing inside
    sources = [
        {"name": "articles", "reader": "jats", "files": ["articles"]},
        {
            "name": "notes",
            "reader": "jsonl",
            "files": ["notes"],
            "options": {"doc_type": "abstract"},
            "terms": "CC-BY-4.0",
        },
        {"name": "medline", "reader": "medline", "files": ["medline"], "terms": "LicenseRef-NLM-Terms"},
    ]
    recipe = folder / "damaged.yaml"
    recipe.write_text(
        yaml.safe_dump({"name": "damaged", "licence_profile": "research", "sources": sources}), encoding="utf-8"
    )
    return recipe


@pytest.fixture(scope="module")
def recipe(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_damaged(small_corpus, tmp_path_factory.mktemp("damaged"))


@pytest.fixture(scope="module")
def manifest(recipe: Path) -> Manifest:
    return build(recipe, recipe.parent / "out", recipe.parent / "work")


@pytest.fixture(scope="module")
def quarantine(recipe: Path, manifest: Manifest) -> pl.DataFrame:
    return pl.read_parquet(recipe.parent / "out" / "ledger" / "quarantine.parquet")


def test_every_damaged_file_is_named_with_its_reason(quarantine: pl.DataFrame) -> None:
    found = {
        (source, file): reason for source, file, reason in quarantine.select("source", "raw_file", "reason").rows()
    }

    assert found == FAILURES
    assert len(quarantine) == len(FAILURES)


def test_the_manifest_says_which_files_were_not_read(manifest: Manifest) -> None:
    unread = {
        (source.name, file.name): file.quarantined
        for source in manifest.sources
        for file in source.raw_files
        if file.quarantined
    }

    assert unread == {place: reason for place, reason in FAILURES.items() if reason != "not_json"}


def test_every_damaged_file_is_one_failed_record_of_the_ledger(manifest: Manifest) -> None:
    failed = {
        (line.source, line.reason): line.amount.documents for line in manifest.ledger.lines if line.verdict == "fail"
    }

    assert sum(failed.values()) == len(FAILURES)
    assert failed["notes", "empty_file"] == 2


def test_nothing_of_a_damaged_file_is_kept_and_nothing_else_is_lost(
    manifest: Manifest, small_corpus: SmallCorpus
) -> None:
    sources = {source.name: source for source in manifest.sources}
    (whole,) = (file for file in sources["medline"].raw_files if file.records)

    assert whole.name == NEW
    assert sources["medline"].read.documents == whole.records + 3
    assert sources["notes"].kept.documents == 9
    assert sources["articles"].kept.documents == 1


def test_a_snapshot_with_failures_is_whole(recipe: Path, manifest: Manifest) -> None:
    assert verify(recipe.parent / "out", render) == []


@pytest.mark.slow
def test_status_names_what_was_quarantined(recipe: Path, manifest: Manifest, tmp_path: Path) -> None:
    done = hc4("status", recipe, "--work", recipe.parent / "work", home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert {file for _, file in FAILURES if file not in done.stdout} == set()
    assert {reason for reason in FAILURES.values() if reason not in done.stdout} == set()


def with_changes(recipe: Path, name: str, **changes: object) -> Path:
    content = yaml.safe_load(recipe.read_text(encoding="utf-8")) | changes
    changed = recipe.with_name(name)
    changed.write_text(yaml.safe_dump(content), encoding="utf-8")
    return changed


def test_too_many_failures_stop_the_build(recipe: Path, manifest: Manifest) -> None:
    strict = with_changes(recipe, "strict.yaml", limits={"failed_records": 2, "failed_share": 0.05})

    with pytest.raises(TooManyFailures, match="source articles: 4 of 6 records"):
        build(strict, recipe.parent / "strict", recipe.parent / "work")
    assert not (recipe.parent / "strict").exists()


def test_a_share_of_failures_below_the_limit_does_not_stop_the_build(recipe: Path, manifest: Manifest) -> None:
    lenient = with_changes(recipe, "lenient.yaml", limits={"failed_records": 0, "failed_share": 0.9})

    assert build(lenient, recipe.parent / "lenient", recipe.parent / "work").totals == manifest.totals


def test_a_source_of_nothing_but_damage_gives_an_empty_source(tmp_path: Path, small_corpus: SmallCorpus) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "one.nxml").write_bytes(b"")
    (tmp_path / "raw" / "two.nxml").write_bytes(b"<article>")
    content = {
        "name": "nothing",
        "licence_profile": "research",
        "sources": [{"name": "articles", "reader": "jats", "files": ["raw"]}],
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    manifest = build(tmp_path / "recipe.yaml", tmp_path / "out", tmp_path / "work")

    assert manifest.totals.documents == 0
    assert manifest.sources[0].read.documents == 2
    assert verify(tmp_path / "out", render) == []


def test_near_dedup_that_takes_too_much_of_a_source_stops_the_build(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    template = small_corpus.planted["plain-00"]
    lines = [json.dumps({"id": str(n), "text": f"{template} Form number {n} of the series."}) for n in range(40)]
    (tmp_path / "forms.jsonl").write_text("\n".join(lines), encoding="utf-8")
    source = {"name": "forms", "reader": "jsonl", "files": ["forms.jsonl"], "terms": "CC-BY-4.0"}
    dedup = {"max_loss_documents": 10, "merge_numbered": True}
    content = {"name": "forms", "licence_profile": "research", "sources": [source], "dedup": dedup}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(WipeOut, match="source forms: near-duplicate removal would take 39 of 40 documents"):
        build(tmp_path / "recipe.yaml", tmp_path / "out", tmp_path / "work")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_refused_build_ends_with_exit_code_4_and_one_message(
    recipe: Path, manifest: Manifest, tmp_path: Path
) -> None:
    strict = with_changes(recipe, "stricter.yaml", limits={"failed_records": 0, "failed_share": 0.0})

    done = hc4(
        "build", strict, "--engine", "inline", "--work", recipe.parent / "work", home=tmp_path / "home", cwd=tmp_path
    )

    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert "could not be read" in done.stderr
