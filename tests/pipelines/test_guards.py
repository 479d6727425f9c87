"""What a build refuses to touch, and what it notices about its input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus.digest import sha256_file
from corpus.errors import BuildStopped
from corpus.storage import WorkFolder
from manifests.snapshot import Snapshot
from pipelines.build import Build
from pipelines.engines.inline import InlineEngine
from pipelines.plan import Plan, make_plan
from pipelines.publish import check_output
from pipelines.recipe import load_recipe

RECIPE = """
name: notes
licence_profile: commercial
sources:
  - {name: notes, reader: jsonl, files: [FILES], options: {columns: {text: text, id: id}}, terms: CC0-1.0}
"""


class Silent:
    """A progress that nobody watches."""

    def phase(self, title: str, units: int) -> None: ...
    def done(self, unit: object, results: object) -> None: ...
    def say(self, message: str) -> None: ...


def planned(folder: Path, files: str = '"raw/"') -> Plan:
    recipe = folder / "notes.yaml"
    recipe.write_text(RECIPE.replace("FILES", files), encoding="utf-8")
    return make_plan(load_recipe(recipe), recipe.parent)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with one raw file of one document, in a folder whose name is a pattern."""
    folder = tmp_path / "my [data]" / "raw"
    folder.mkdir(parents=True)
    text = " ".join(f"The patient of bed {n} slept well and had no pain in the morning." for n in range(30))
    (folder / "a.jsonl").write_text(json.dumps({"id": "1", "text": text}) + "\n", encoding="utf-8")
    return folder


def build(plan: Plan, folder: Path) -> Path:
    work = WorkFolder.create(folder / "work")
    Build(plan, InlineEngine(work), work, Silent()).run(folder / "out")
    return folder / "out"


def test_a_folder_of_someone_else_is_not_replaced(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "manifest.json").write_text('{"name": "my web app"}', encoding="utf-8")
    (site / "thesis.txt").write_text("x", encoding="utf-8")

    with pytest.raises(BuildStopped, match="not a snapshot"):
        check_output(site)


def test_a_snapshot_with_a_foreign_file_is_not_replaced(raw: Path) -> None:
    out = build(planned(raw.parent), raw.parent)
    check_output(out)
    (out / "notes.txt").write_text("x", encoding="utf-8")

    with pytest.raises(BuildStopped, match=r"notes\.txt"):
        check_output(out)


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    check_output(tmp_path)


def test_a_folder_of_someone_else_is_no_work_folder(tmp_path: Path) -> None:
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress" / "week1.md").write_text("x", encoding="utf-8")
    mode = tmp_path.stat().st_mode

    with pytest.raises(BuildStopped, match="not a work folder"):
        WorkFolder.create(tmp_path)

    assert (tmp_path / "progress" / "week1.md").is_file()
    assert tmp_path.stat().st_mode == mode


def test_what_a_killed_publish_left_is_restored_and_replaced(raw: Path) -> None:
    plan = planned(raw.parent)
    out = build(plan, raw.parent)
    before = sha256_file(out / "manifest.json")
    out.rename(out.with_name(".out.replaced"))
    out.with_name(".out.publishing").mkdir()

    build(plan, raw.parent)

    assert sha256_file(out / "manifest.json") == before
    assert sorted(path.name for path in raw.parent.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("change", [lambda path: path.write_text("{}\n"), Path.unlink], ids=["changed", "gone"])
def test_a_raw_file_that_is_not_the_planned_one_stops_the_build(raw: Path, change: object) -> None:
    plan = planned(raw.parent)
    content = (raw / "a.jsonl").read_bytes()
    change(raw / "a.jsonl")  # type: ignore[operator]

    with pytest.raises(BuildStopped, match=r"a\.jsonl"):
        build(plan, raw.parent)

    (raw / "a.jsonl").write_bytes(content)
    (source,) = Snapshot.open(build(plan, raw.parent)).manifest.sources
    assert source.read.documents == 1


@pytest.mark.parametrize("files", ['"raw/", "raw/sub/*"', '"raw/sub/*", "raw/"', '"raw/**/*.jsonl", "raw/sub/b.jsonl"'])
def test_overlapping_locations_name_a_file_once(raw: Path, files: str) -> None:
    (raw / "sub").mkdir()
    (raw / "a.jsonl").rename(raw / "sub" / "b.jsonl")

    (bundle,) = planned(raw.parent, files).bundles

    assert [file.name for file in bundle.files] == ["sub/b.jsonl"]
