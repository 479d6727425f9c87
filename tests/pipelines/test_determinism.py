"""The same input and recipe give the same bytes, whoever computes them, in whatever order, however often killed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.digest import Json
from corpus.storage import WorkFolder
from pipelines.build import Build
from pipelines.engines.inline import InlineEngine
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.conftest import Built, Typed, typed_build
from tests.pipelines.building import CountingEngine, Listener, build
from tests.pipelines.small import SmallCorpus


def sums(folder: Path) -> str:
    """Digests of every file."""
    return (folder / "SHA256SUMS").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_second_build_elsewhere_gives_the_same_bytes(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path
) -> None:
    copied = tmp_path / "another place"
    shutil.copytree(small_corpus.folder, copied)

    build(copied / "small.yaml", tmp_path / "out", tmp_path / "deep" / "work")

    assert sums(tmp_path / "out") == sums(snapshot.folder)


def test_files_in_reverse_order_and_by_folder_or_pattern_give_the_same_bytes(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path
) -> None:
    raw = small_corpus.folder / "raw"
    files = {
        "pmc": [str(path) for path in sorted((raw / "pmc").iterdir(), reverse=True)],
        "articles": [str(raw / "articles")],
        "registry": [str(raw / "registry" / "*.parquet"), str(raw / "registry" / "registry.parquet")],
        "medline": [str(path) for path in sorted((raw / "medline").iterdir(), reverse=True)],
    }
    sources = [source | {"files": files[source["name"]]} for source in small_corpus.recipe["sources"]]
    recipe = small_corpus.write_recipe(tmp_path / "other.yaml", sources=sources)

    build(recipe, tmp_path / "out", tmp_path / "work")

    assert sums(tmp_path / "out") == sums(snapshot.folder)


def test_a_process_of_its_own_gives_the_same_bytes(typed: Typed, snapshot: Built) -> None:
    assert sums(typed.folder) == sums(snapshot.folder)


@pytest.mark.slow
def test_ray_with_two_workers_gives_the_same_bytes(by_ray: Typed, snapshot: Built) -> None:
    assert sums(by_ray.folder) == sums(snapshot.folder)


@pytest.mark.slow
def test_ray_with_one_worker_gives_the_same_bytes(small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path) -> None:
    built = typed_build(small_corpus, tmp_path, "--engine", "ray", "--workers", 1)

    assert sums(built.folder) == sums(snapshot.folder)


def test_a_finished_work_folder_is_used_again_and_nothing_is_done(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path
) -> None:
    engines: list[CountingEngine] = []

    def counting(work: WorkFolder) -> CountingEngine:
        engines.append(CountingEngine(work))
        return engines[-1]

    build(small_corpus.recipe_file, tmp_path / "out", snapshot.work, engine=counting)

    assert not engines[0].executed
    assert sums(tmp_path / "out") == sums(snapshot.folder)


class Killed(BaseException):
    """Stands for the end of the process: nothing in the build may catch it."""


@dataclass(frozen=True)
class BrittleFolder(WorkFolder):
    """A work folder whose process dies when it is about to finish one product too many."""

    patience: int = 1 << 30
    committed: list[tuple[str, str]] = field(default_factory=list)

    def commit(self, stage: str, digest: str, folder: Path, result: Json) -> None:
        """See `WorkFolder.commit`."""
        if len(self.committed) >= self.patience:
            raise Killed
        WorkFolder.commit(self, stage, digest, folder, result)
        self.committed.append((stage, digest))


@dataclass(frozen=True)
class Tiny:
    """Three sources of a few documents, in six files."""

    folder: Path
    sources: list[dict[str, object]]

    def recipe(self, files: dict[str, list[str]], path: Path) -> Path:
        """The recipe with the files of each source in this order."""
        sources = [source | {"files": files[str(source["name"])]} for source in self.sources]
        content = {"name": "tiny", "licence_profile": "research", "sources": sources, "shards": {"tokens": 2000}}
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    def files(self) -> dict[str, list[str]]:
        """Files of each source, in order of name."""
        return {
            str(source["name"]): sorted(str(path) for path in (self.folder / str(source["name"])).iterdir())
            for source in self.sources
        }


@pytest.fixture(scope="module")
def tiny(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp("tiny")
    names = [name for name in small_corpus.planted if name not in ("dense", "german")]
    for number, name in enumerate(names):
        place = folder / "abc"[number % 3]
        place.mkdir(exist_ok=True)
        row = {"id": name, "text": small_corpus.planted[name], "doi": "10.5555/x" if name.startswith("doi") else None}
        with (place / f"{number % 2}.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    columns = {"columns": {"doi": "doi"}, "doc_type": "abstract"}
    sources: list[dict[str, object]] = [
        {"name": name, "reader": "jsonl", "options": columns, "terms": "CC-BY-4.0"} for name in "bca"
    ]
    return Tiny(folder, sources)


@dataclass(frozen=True)
class Undisturbed:
    """What an undisturbed build of the tiny corpus gives."""

    snapshot_id: str
    committed: list[tuple[str, str]]


def brittle_build(recipe: Path, output: Path, folder: BrittleFolder) -> str:
    """One build in a folder that may fail."""
    WorkFolder.create(folder.root)
    with folder.lock():
        folder.discard_unfinished()
        planned = make_plan(load_recipe(recipe), recipe.parent)
        return Build(planned, InlineEngine(folder), folder, Listener()).run(output).snapshot_id


@pytest.fixture(scope="module")
def undisturbed(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    place = tmp_path_factory.mktemp("undisturbed")
    folder = BrittleFolder(place / "work")
    snapshot_id = brittle_build(tiny.recipe(tiny.files(), place / "tiny.yaml"), place / "out", folder)
    return Undisturbed(snapshot_id, folder.committed)


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_order_of_files_and_a_death_at_any_write_give_the_same_id_and_no_work_twice(
    tiny: Tiny, undisturbed: Undisturbed, data: st.DataObject
) -> None:
    files = {name: data.draw(st.permutations(paths)) for name, paths in tiny.files().items()}
    patience = data.draw(st.integers(0, len(undisturbed.committed) - 1))
    with tempfile.TemporaryDirectory() as place:
        recipe = tiny.recipe(files, Path(place) / "tiny.yaml")
        first = BrittleFolder(Path(place) / "work", patience)
        with pytest.raises(Killed):
            brittle_build(recipe, Path(place) / "out", first)
        assert not (Path(place) / "out").exists()
        second = BrittleFolder(Path(place) / "work")

        assert brittle_build(recipe, Path(place) / "out", second) == undisturbed.snapshot_id
        assert Counter(first.committed + second.committed) == Counter(undisturbed.committed)


def test_the_environment_of_the_process_does_not_show_in_the_snapshot(typed: Typed) -> None:
    """Neither host, nor user, nor folders."""
    hidden = {str(typed.folder.parent), str(typed.work), os.uname().nodename, str(Path.home())}
    pages = [path for path in typed.folder.rglob("*") if path.suffix in (".json", ".md", ".html")]

    assert len(pages) >= 4
    for page in pages:
        content = page.read_text(encoding="utf-8")
        assert [len(word) for word in hidden if len(word) > 5 and word in content] == [], page.name
