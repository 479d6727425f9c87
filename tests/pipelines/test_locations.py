"""Where a recipe's files lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.assets import assets_folder
from corpus.errors import RecipeError
from pipelines.locations import expand, resolve_location, resolve_options, resolve_root
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.pipelines.small import assets_are_here


def test_a_variable_of_the_environment_stands_for_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HC4_RAW", "/raw")
    assert expand("${HC4_RAW}/pmc/*.nxml") == "/raw/pmc/*.nxml"
    assert expand("${HC4_RAW:-elsewhere}") == "/raw"


def test_a_default_stands_where_the_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HC4_RAW", raising=False)
    assert expand("${HC4_RAW:-../raw}/a") == "../raw/a"
    with pytest.raises(RecipeError, match="sets no HC4_RAW"):
        expand("${HC4_RAW}/a")


def test_relative_locations_start_from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HC4_RAW", "/raw")
    root = resolve_root("${HC4_RAW}", Path("recipes"))
    assert resolve_location("pmc/*.nxml", root) == "/raw/pmc/*.nxml"
    assert resolve_location("/other/file", root) == "/other/file"
    assert resolve_location("s3://bucket/key", root) == "s3://bucket/key"
    assert resolve_location("asset:demo/*.nxml", root) == str(assets_folder() / "demo/*.nxml")
    assert resolve_root("raw", Path("recipes")) == Path("recipes/raw")


def test_paths_among_a_readers_options_start_from_the_root_too() -> None:
    options = {"books": "./openstax", "columns": {"text": "./body"}, "name": "a/b"}
    assert resolve_options(options, Path("/raw")) == {**options, "books": "/raw/openstax"}


@pytest.mark.skipif(not assets_are_here(), reason="no models on this machine: `hc4 assets pull models`")
def test_a_recipe_names_its_root_once(tmp_path: Path) -> None:
    (tmp_path / "raw" / "notes").mkdir(parents=True)
    (tmp_path / "raw" / "notes" / "one.txt").write_text("A note.")
    recipe = tmp_path / "notes.yaml"
    sources = "[{{name: notes, reader: text, files: [notes]}}]"
    content = f"name: notes\nlicence_profile: research\nroot: {{root}}\nsources: {sources}\n"
    recipe.write_text(content.format(root="raw"))
    plan = make_plan(load_recipe(recipe), tmp_path)
    assert [file.name for bundle in plan.bundles for file in bundle.files] == ["one.txt"]
    recipe.write_text(content.format(root="${HC4_NOT_SET}"))
    with pytest.raises(RecipeError, match=r"notes\.yaml:3: `root`: the environment sets no HC4_NOT_SET"):
        load_recipe(recipe)
