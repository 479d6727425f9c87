"""A build into which hostile files of many formats are thrown gives what it gives without them, and names them."""

from __future__ import annotations

import html
import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from datacards.render import render
from manifests.model import Manifest
from manifests.verify import verify
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus
from tests.sources.hostile_attacks import SECRET, all_attacks
from tests.sources.hostile_formats import entities
from tests.sources.hostile_forms import FORMS

READERS = ("jsonl", "csv", "html", "cnxml", "openfda", "warc")
FAMILIES = (
    "nothing", "truncated", "bomb", "characters", "broken xml", "broken json", "broken csv", "hostile warc", "entities",
    "wrong format",
)  # fmt: skip
SMALL = 1 << 20


def write(corpus: SmallCorpus, folder: Path, hostile: bool) -> Path:
    """Good files of six readers, hostile ones beside them if asked for, and their recipe."""
    texts = [text for name, text in corpus.planted.items() if name.startswith("plain")]
    sources = []
    for number, name in enumerate(READERS):
        form, place = FORMS[name], folder / name
        place.mkdir(parents=True)
        text = html.escape(texts[number], quote=False)
        written = json.dumps(text)[1:-1] if form.kind == "json" else text.replace('"', "'")
        (place / "good").write_bytes(form.file([form.record(900 + number, written.encode())]))
        attacks = [*all_attacks(form), *entities(form, str(folder), "http://127.0.0.1:9")] if hostile else []
        for count, attack in enumerate(one for one in attacks if one.name.partition(":")[0] in FAMILIES):
            if len(attack.data) < SMALL:
                (place / f"hostile-{count:03d}").write_bytes(attack.data)
        sources.append({"name": name, "reader": form.reader, "files": [name], "terms": "CC-BY-4.0"})
    limits = {"failed_share": 1.0, "failed_records": 0, "decompression_ratio": 100}
    recipe = folder / "recipe.yaml"
    content = {"name": "hostile", "licence_profile": "research", "sources": sources, "limits": limits}
    recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
    return recipe


def released(folder: Path) -> dict[str, str]:
    return dict(pl.read_parquet(f"{folder}/data/**/*.parquet").select("doc_id", "text").rows())


@pytest.fixture(scope="module")
def clean(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    build(write(small_corpus, folder, hostile=False), folder / "out", folder / "work")
    return folder / "out"


@pytest.fixture(scope="module")
def attacked(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("attacked")
    return folder, build(write(small_corpus, folder, hostile=True), folder / "out", folder / "work")


def test_good_documents_are_released_as_without_the_hostile_ones(clean: Path, attacked: tuple[Path, Manifest]) -> None:
    good = released(clean)

    assert len(good) == len(READERS)
    assert {doc_id: text for doc_id, text in released(attacked[0] / "out").items() if doc_id in good} == good


def test_the_snapshot_is_whole_and_its_ledger_closes(attacked: tuple[Path, Manifest]) -> None:
    assert verify(attacked[0] / "out", render) == []


def test_every_hostile_file_is_accounted_for(attacked: tuple[Path, Manifest]) -> None:
    folder, manifest = attacked
    for source in manifest.sources:
        listed = {file.name for file in source.raw_files}
        assert listed == {path.name for path in (folder / source.name).iterdir()}
        assert all(file.records or file.quarantined for file in source.raw_files)


def test_no_reason_quotes_what_a_file_held(attacked: tuple[Path, Manifest]) -> None:
    quarantine = pl.read_parquet(attacked[0] / "out" / "ledger" / "quarantine.parquet")

    assert len(quarantine) > 100
    assert not any(SECRET in str(value) for row in quarantine.rows() for value in row)
    assert "reader_failed" not in quarantine["reason"].to_list()
