"""Only what changed is computed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.storage import WorkFolder
from corpus.unit import Unit
from pipelines import plan
from pipelines.plan import RawInput, bundle_files
from tests.pipelines.building import CountingEngine, build
from tests.pipelines.small import SmallCorpus

MEASURING = "pipelines.measure:run"


class Workshop:
    """One work folder, and a recipe that changes."""

    def __init__(self, folder: Path, texts: list[str]) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.raw.mkdir()
        for number in range(3):
            self.write(f"{number}.jsonl", texts[4 * number : 4 * number + 4])

    def write(self, name: str, texts: list[str]) -> None:
        lines = [json.dumps({"id": f"{name}-{number}", "text": text}) for number, text in enumerate(texts)]
        (self.raw / name).write_text("\n".join(lines), encoding="utf-8")

    def build(self, **changes: Any) -> tuple[str, list[Unit]]:
        """Build; the id and the units that had to be executed."""
        source = {"name": "notes", "reader": "jsonl", "files": [str(self.raw)], "terms": "CC-BY-4.0"}
        source["options"] = {"doc_type": "abstract"}
        recipe = self.folder / "recipe.yaml"
        content = {"name": "notes", "licence_profile": "research", "sources": [source]} | changes
        recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
        engines: list[CountingEngine] = []

        def counting(work: WorkFolder) -> CountingEngine:
            engines.append(CountingEngine(work))
            return engines[-1]

        manifest = build(recipe, self.folder / "out", self.folder / "work", engine=counting)
        return manifest.snapshot_id, engines[0].executed


@pytest.fixture
def workshop(small_corpus: SmallCorpus, tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, [text for name, text in small_corpus.planted.items() if name.startswith("plain")])


def test_a_changed_rule_measures_nothing_again(workshop: Workshop) -> None:
    first, executed = workshop.build()
    assert MEASURING in {unit.task for unit in executed}

    rule = {"name": "enough_words", "signal": "n_words", "min": 60, "cite": "a test"}
    second, executed = workshop.build(quality={"rules": [rule]})

    assert first != second
    assert MEASURING not in {unit.task for unit in executed}
    assert "pipelines.decide:run" in {unit.task for unit in executed}


def test_a_changed_similarity_threshold_looks_for_no_candidates_again(workshop: Workshop) -> None:
    workshop.build()

    _, executed = workshop.build(dedup={"threshold": 0.9})

    assert not {unit.task for unit in executed} & {
        MEASURING,
        "pipelines.deduplicate.pairs:bands",
        "pipelines.decide:run",
    }
    assert "pipelines.deduplicate.survivors:resolve" in {unit.task for unit in executed}


def test_a_changed_licence_profile_measures_nothing_again(workshop: Workshop) -> None:
    workshop.build()

    _, executed = workshop.build(licence_profile="commercial")

    assert MEASURING not in {unit.task for unit in executed}


def test_a_changed_signature_leaves_every_other_sidecar(workshop: Workshop) -> None:
    workshop.build()
    kept = {"documents", "licence", "language", "quality", "phi", "tokens"}
    before = products(workshop, kept)

    _, executed = workshop.build(dedup={"signature": {"bands": 10}})

    assert products(workshop, kept) == before
    assert [unit.task for unit in executed].count(MEASURING) == 1


def test_one_more_raw_file_measures_only_its_own_bundle(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_ALONE_BYTES", 1)  # so that files of a few kilobytes travel alone, as large ones do
    workshop.build()
    workshop.write("3.jsonl", ["Aspirin lowers fever in most patients."])

    _, executed = workshop.build()

    measured = [unit for unit in executed if unit.task == MEASURING]
    assert [unit.label for unit in measured] == ["notes/3.jsonl"]


def test_a_removed_file_brings_the_old_snapshot_back_without_measuring(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_ALONE_BYTES", 1)
    first, _ = workshop.build()
    workshop.write("3.jsonl", ["Aspirin lowers fever in most patients."])
    workshop.build()
    (workshop.raw / "3.jsonl").unlink()

    again, executed = workshop.build()

    assert again == first
    assert not executed


def products(workshop: Workshop, stages: set[str]) -> dict[Path, int]:
    """Finished products of some stages, and when they were written."""
    return {
        path: path.stat().st_mtime_ns
        for stage in stages
        for path in (workshop.folder / "work/units" / stage).glob("*/*")
    }


def raw_input(number: int, size: int) -> RawInput:
    return RawInput(name=f"file-{number:05d}.nxml", sha256=f"{number:064x}", bytes=size, path=f"/raw/{number}")


def test_a_new_small_file_changes_one_bundle_of_many() -> None:
    files = [raw_input(number, 1 << 20) for number in range(1000)]

    before, after = bundle_files(files), bundle_files([*files, raw_input(1000, 1 << 20)])

    assert len(set(after) - set(before)) == 1
    assert len(before) == len(after) == 32


def test_bundles_do_not_depend_on_the_order_of_files() -> None:
    files = [raw_input(number, size << 18) for number, size in enumerate([1, 90, 3, 500, 7, 2, 64] * 30)]

    assert bundle_files(files) == bundle_files(files[::-1])


def test_a_large_file_travels_alone() -> None:
    files = [raw_input(0, 1), raw_input(1, 40 << 20), raw_input(2, 1)]

    assert sorted(len(bundle) for bundle in bundle_files(files)) == [1, 2]
