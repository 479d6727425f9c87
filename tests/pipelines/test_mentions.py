"""A build counts who is spoken about, by source and stage; or not, if its recipe asks for nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.errors import RecipeError
from filters.mentions.annotator import GROUPS
from manifests.demographics import KEPT, Demographics
from manifests.snapshot import Snapshot
from pipelines.recipe import load_recipe
from tests.pipelines.building import build
from tests.pipelines.small import assets_are_here

pytestmark = pytest.mark.skipif(not assets_are_here(), reason="no models on this machine: `hc4 assets pull models`")

FILLER = (
    "The patients were asked about their symptoms at every visit, and the answers were written down by a nurse who did "
    "not know which of the two treatments had been given to them; {} In the second year of the study the same "
    "questions were asked again by letter, and most of those who had taken part in the beginning answered them. "
)
TEXTS = {
    "a": FILLER.format("of the women in the first ward, most were given morphine after the operation."),
    "b": FILLER.format("a 70-year-old man was given a statin because of what was found in his blood.")
    + "It went well.",
    "c": FILLER.format("nothing else was recorded of the persons who came to the hospital in that winter.")
    + "All went.",
    "short": "Women took morphine.",
}


def built(folder: Path, **changes: Any) -> tuple[Demographics | None, Path]:
    folder.mkdir()
    lines = [json.dumps({"id": name, "text": text, "license": "CC BY 4.0"}) for name, text in TEXTS.items()]
    (folder / "raw.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = {"columns": {"licence": "license"}, "doc_type": "abstract"}
    source = {"name": "notes", "reader": "jsonl", "files": ["raw.jsonl"], "options": options}
    recipe = {"name": "tiny", "licence_profile": "commercial", "engine": "inline", "sources": [source], **changes}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    manifest = build(folder / "recipe.yaml", folder / "snapshot", folder / "work")
    return manifest.demographics, folder / "snapshot"


def test_counts_are_those_of_the_texts_by_stage(tmp_path: Path) -> None:
    stated, snapshot = built(tmp_path / "with")
    assert stated is not None
    kept, short = ({one.stage: one for one in stated.left}[stage] for stage in (KEPT, "quality"))
    group, concept = stated.groups.index, stated.concepts.index

    assert (kept.documents, kept.no_group, short.documents) == (3, 1, 1)
    assert (kept.groups[group("female")], kept.groups[group("older_adult")]) == (1, 1)
    assert kept.near[concept("opioid")][group("female")] == short.near[concept("opioid")][group("female")] == 1
    assert kept.near[concept("opioid")][group("male")] == 0
    assert (snapshot / "report" / "demographics.json").is_file()


def test_a_narrow_window_finds_fewer_pairs_and_no_other_groups(tmp_path: Path) -> None:
    wide, _ = built(tmp_path / "wide")
    narrow, _ = built(tmp_path / "narrow", mentions={"window": 3})
    assert wide is not None
    assert narrow is not None

    assert [one.groups for one in wide.left] == [one.groups for one in narrow.left]
    assert sum(map(sum, narrow.left[-1].near)) < sum(map(sum, wide.left[-1].near))


def test_a_recipe_that_asks_for_none_has_none(tmp_path: Path) -> None:
    stated, folder = built(tmp_path / "without", mentions=None)
    audit = Snapshot.open(folder).audit()

    assert stated is None
    assert GROUPS not in audit.collect_schema().names()
    assert not (folder / "report" / "demographics.json").exists()


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "name: tiny\nlicence_profile: commercial\nmentions: {windows: 3}\n"
        "sources: [{name: a, reader: jsonl, files: [a.jsonl]}]\n",
        encoding="utf-8",
    )

    with pytest.raises(RecipeError, match=r"recipe.yaml:3.*windows"):
        load_recipe(tmp_path / "recipe.yaml")
