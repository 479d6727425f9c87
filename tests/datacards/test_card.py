"""The dataset card: readable by the hub, honest about licences, and made of the manifest's numbers."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import DatasetCard

from datacards.columns import COLUMNS
from datacards.frontmatter import size_category
from datacards.render import render
from datacards.text import number, share
from manifests.model import Manifest
from shards.write import ROW
from tests.datacards.reading import (
    HOSTILE,
    cells,
    markdown_page,
    numbers_of,
    whole_numbers,
    with_hostile_strings,
    without_anything,
)


@pytest.fixture(scope="module")
def card(manifest: Manifest) -> str:
    return render(manifest)["README.md"].decode()


def test_the_hub_reads_the_front_matter(card: str, manifest: Manifest) -> None:
    data = DatasetCard(card).data
    assert data.pretty_name == manifest.title
    assert data.language == ["en", "es"]
    assert data.size_categories == ["10K<n<100K"]
    assert data.task_categories == ["text-generation"]


def test_front_matter_is_plain_yaml(card: str) -> None:
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["configs"][0]["config_name"] == "default"


def test_each_configuration_names_shards_that_exist_and_together_they_name_all(card: str, manifest: Manifest) -> None:
    found: dict[str, set[str]] = {}
    for config in DatasetCard(card).data.to_dict()["configs"]:
        for files in config["data_files"]:
            matched = {shard.path for shard in manifest.shards if fnmatch(shard.path, files["path"])}
            assert matched
            assert {shard.split for shard in manifest.shards if shard.path in matched} == {files["split"]}
            found.setdefault(config["config_name"], set()).update(matched)
    everything = {shard.path for shard in manifest.shards}
    assert found.pop("default") == everything
    assert set.union(*found.values()) == everything
    assert set(found) == {shard.source for shard in manifest.shards}


def test_a_source_without_a_split_does_not_name_it(card: str) -> None:
    configs = {config["config_name"]: config["data_files"] for config in DatasetCard(card).data.to_dict()["configs"]}
    assert [files["split"] for files in configs["who_guidelines"]] == ["train"]
    assert "court_reports" not in configs


def test_repeated_paragraphs_are_told_by_source(card: str) -> None:
    assert "| `plos` | 61,007 | 1,913 | 97 | 2.0% |" in card


@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_datasets_loads_the_snapshot_by_its_card(card: str, manifest: Manifest, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "README.md").write_text(card)
    for shard in manifest.shards:
        path = tmp_path / "snapshot" / shard.path
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"doc_id": [shard.path], "source": [shard.source]}), path)

    def load(config: str | None, split: str) -> list[dict[str, str]]:
        folder, cache = str(tmp_path / "snapshot"), str(tmp_path / "cache")
        return list(datasets.load_dataset(folder, config, split=split, cache_dir=cache, streaming=True))

    trained = {shard.path for shard in manifest.shards if shard.split == "train"}
    assert {row["doc_id"] for row in load(None, "train")} == trained
    assert [row["source"] for row in load("plos", "validation")] == ["plos"]


def test_a_research_snapshot_warns_before_anything_else(card: str, manifest: Manifest) -> None:
    page = markdown_page(card.encode())
    warning = page.xpath("string(.//h1/following-sibling::*[1][self::blockquote])")
    assert "not open licences" in warning
    assert "Do not redistribute this snapshot as openly licensed" in warning
    assert DatasetCard(card).data.license == "other"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("CC-BY-4.0", "CC0-1.0"), ["cc-by-4.0", "cc0-1.0"]),
        (("CC0-1.0", "CC0-1.0"), "cc0-1.0"),
        (("CC-BY-4.0", "LicenseRef-USGov-PD"), "other"),
    ],
)
def test_an_open_snapshot_names_licences_that_the_hub_knows(
    manifest: Manifest, labels: tuple[str, str], expected: str | list[str]
) -> None:
    plos = manifest.sources[0]
    relabelled = tuple(
        share.model_copy(update={"label": label}) for share, label in zip(plos.licences, labels, strict=True)
    )
    opened = manifest.model_copy(
        update={"licence_profile": "open", "sources": (plos.model_copy(update={"licences": relabelled}),)}
    )
    card = render(opened)["README.md"].decode()
    assert DatasetCard(card).data.license == expected
    assert "not open licences" not in card


def test_every_whole_number_in_a_table_stands_in_the_manifest(card: str, manifest: Manifest) -> None:
    shown = whole_numbers(cells(markdown_page(card.encode())))
    assert len(shown) > 60
    assert shown <= numbers_of(manifest)


def test_the_columns_described_are_those_of_a_shard() -> None:
    kinds = {"large_string": "string", "list<element: int32>": "list<int32>", "list<item: int32>": "list<int32>"}
    kinds |= {"list<element: string>": "list<string>", "list<item: string>": "list<string>"}
    written = [(f.name, kinds.get(str(f.type), str(f.type)).partition("struct<")[0] or "struct") for f in ROW]
    assert [(column.name, column.kind) for column in COLUMNS] == written


def test_the_source_table_gives_amounts_and_share(card: str, manifest: Manifest) -> None:
    rows = markdown_page(card.encode()).xpath("(.//table)[1]/tbody/tr")
    for row, source in zip(rows, manifest.sources, strict=False):
        kept = source.kept
        assert cells(row, "./td")[1:5] == [
            number(kept.documents),
            number(kept.words),
            number(kept.tokens),
            share(kept.tokens, manifest.totals.tokens),
        ]


def test_screening_is_not_called_compliance(manifest: Manifest) -> None:
    pages = render(manifest)
    assert all(
        b"Safe-Harbor-style screening" in pages[name] for name in ("README.md", "DATASHEET.md", "cards/spdx.json")
    )
    for page in pages.values():
        assert b"compliant" not in page.lower()
        assert b"hipaa" not in page.lower()


def test_hostile_strings_stay_text(manifest: Manifest) -> None:
    plain, spoiled = (markdown_page(render(each)["README.md"]) for each in (manifest, with_hostile_strings(manifest)))
    assert not spoiled.xpath(".//script | .//img | .//*[@onerror]")
    assert all(link.startswith(("DATASHEET", "report", "https://")) for link in spoiled.xpath(".//a/@href"))
    for path in (".//table", ".//tr", ".//td", ".//h1", ".//h2", ".//h3"):
        assert len(spoiled.xpath(path)) == len(plain.xpath(path))
    assert " ".join(HOSTILE.split()) in " ".join(spoiled.xpath("string(.//h1)").split())


def test_a_hostile_title_does_not_leave_the_front_matter(manifest: Manifest) -> None:
    card = DatasetCard(render(with_hostile_strings(manifest))["README.md"].decode())
    assert card.data.pretty_name == f"{manifest.title}{' '.join(HOSTILE.split())}"
    assert card.data.language is None


def test_an_empty_snapshot_renders(manifest: Manifest) -> None:
    card = render(without_anything(manifest))["README.md"].decode()
    assert DatasetCard(card).data.size_categories == ["n<1K"]
    assert "configs" not in DatasetCard(card).data.to_dict()
    assert "0 documents, 0 words and 0 tokens" in card


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (1_000_000, "1M<n<10M"),
        (999_999_999_999, "100B<n<1T"),
        (10**12, "n>1T"),
    ],
)
def test_size_categories_are_the_hubs(documents: int, expected: str) -> None:
    assert size_category(documents) == expected
