"""A later snapshot against an earlier one: what is released already is not released again, and its holder is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.errors import SnapshotError
from corpus.storage import WorkFolder
from datacards.render import render
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.dedup import oracle
from tests.pipelines.building import CountingEngine, build, hc4
from tests.pipelines.small import SmallCorpus


class Library:
    """Two collections of texts, and a recipe for each."""

    def __init__(self, folder: Path, texts: list[str]) -> None:
        self.folder = folder
        self.texts = texts
        edited = texts[2].split(" ")
        edited[len(edited) // 2] = "altogether"
        self.edited = " ".join(edited)
        self.write("first", {f"a{number}": text for number, text in enumerate(texts[:6])})
        self.write(
            "second",
            {
                "a0": texts[0],  # the same document again
                "b1": texts[1].replace(", ", " ; "),  # its words under another id
                "b2": self.edited,
                "b3": texts[6],
                "b4": texts[6],
            },
        )

    def write(self, name: str, texts: dict[str, str]) -> None:
        (self.folder / name).mkdir()
        lines = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
        (self.folder / name / "raw.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def recipe(self, name: str, **dedup: Any) -> Path:
        source = {"name": "notes", "reader": "jsonl", "files": [str(self.folder / name)], "terms": "CC-BY-4.0"}
        source["options"] = {"doc_type": "abstract", "columns": {"id": "id", "text": "text"}}
        recipe = self.folder / f"{name}.yaml"
        content = {"name": name, "licence_profile": "research", "sources": [source], "dedup": dedup}
        recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
        return recipe

    def build(self, name: str, **dedup: Any) -> tuple[Snapshot, list[str]]:
        """Build; the snapshot and the tasks that were executed."""
        engines: list[CountingEngine] = []

        def counting(work: WorkFolder) -> CountingEngine:
            engines.append(CountingEngine(work))
            return engines[-1]

        out = self.folder / f"{name}-snapshot"
        build(self.recipe(name, **dedup), out, self.folder / "work", engine=counting)
        return Snapshot.open(out), [unit.task for unit in engines[0].executed]


@pytest.fixture(scope="module")
def library(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Library:
    texts = [text for name, text in small_corpus.planted.items() if name.startswith("plain")]
    return Library(tmp_path_factory.mktemp("library"), texts[:7])


@pytest.fixture(scope="module")
def both(library: Library) -> tuple[Snapshot, Snapshot, list[str]]:
    first, _ = library.build("first")
    second, tasks = library.build("second", against=[str(first.folder)])
    return first, second, tasks


def test_what_an_earlier_snapshot_holds_gives_way_to_it(
    library: Library, both: tuple[Snapshot, Snapshot, list[str]]
) -> None:
    first, second, _ = both
    rows = second.audit().select("doc_id", "verdict", "stage", "survivor", "survivor_snapshot", "similarity")
    found = {row["doc_id"]: row for row in rows.collect().to_dicts()}
    there = first.manifest.snapshot_id
    told = {name: (row["stage"], row["survivor"], row["survivor_snapshot"]) for name, row in found.items()}
    assert told == {
        "notes:a0": ("identity", "notes:a0", there),
        "notes:b1": ("exact", "notes:a1", there),
        "notes:b2": ("near", "notes:a2", there),
        "notes:b3": ("release", None, None),
        "notes:b4": ("exact", "notes:b3", None),
    }
    assert found["notes:b2"]["similarity"] == oracle.jaccard(library.edited, library.texts[2]) < 1


def test_only_what_is_new_is_measured(both: tuple[Snapshot, Snapshot, list[str]]) -> None:
    _, _, tasks = both
    assert tasks.count("pipelines.measure:run") == 1  # one new raw file
    assert tasks.count("pipelines.deduplicate.candidates:candidates") == 1
    assert tasks.count("pipelines.deduplicate.earlier:candidates") == 1  # the index of one shard


def test_the_manifest_names_the_earlier_snapshot_and_all_of_it_is_verified(
    both: tuple[Snapshot, Snapshot, list[str]],
) -> None:
    first, second, _ = both
    (one,) = second.manifest.dedup.against
    assert (one.snapshot_id, one.name) == (first.manifest.snapshot_id, "first")
    assert (one.documents, one.merged) == (6, 3)
    assert list(verify(second.folder, render)) == []
    (released,) = pl.read_parquet(second.folder / second.manifest.shards[0].path).to_dicts()
    assert (released["doc_id"], released["stands_for"]) == ("notes:b3", ["notes:b4"])


def test_explain_says_which_snapshot_holds_the_survivor(
    both: tuple[Snapshot, Snapshot, list[str]], tmp_path: Path
) -> None:
    first, second, _ = both
    told = hc4("explain", "notes:b2", second.folder, home=tmp_path / "home", cwd=tmp_path)
    assert told.returncode == 0
    assert f"into notes:a2 of the earlier snapshot {first.manifest.snapshot_id[:12]}" in told.stdout


def test_signatures_of_another_shape_are_refused(library: Library, both: tuple[Snapshot, Snapshot, list[str]]) -> None:
    recipe = library.recipe("second", against=[str(both[0].folder)], signature={"bands": 8})
    with pytest.raises(SnapshotError, match="16 bands of 6 rows"):
        make_plan(load_recipe(recipe), recipe.parent)
