"""Answers that only people can give: where they stand, when a build stops for them, and what the cards then say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from corpus.errors import RecipeError, SnapshotError
from datacards.datasheet import unanswered
from datacards.render import render
from manifests.verify import verify
from pipelines.answers import answers_of
from pipelines.cli import app
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.conftest import Built
from tests.manifests.damage import changed
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

SIGNED = {"value": "A group of two.", "by": "A. Reviewer", "date": "2026-11-27"}
SOURCE = {"name": "articles", "reader": "jsonl", "files": ["there-is-none.jsonl"]}


def every_answer() -> dict[str, dict[str, Any]]:
    """An answer to each question that waits for a person."""
    answers: dict[str, dict[str, Any]] = {}
    for place in unanswered({}):
        section, question = place.split(".")
        answers.setdefault(section, {})[question] = SIGNED if question == "creators" else "Nobody asked before."
    return answers


def recipe_file(folder: Path, **content: Any) -> Path:
    path = folder / "recipe.yaml"
    base = {"name": "small", "licence_profile": "research", "sources": [SOURCE]}
    path.write_text(yaml.safe_dump(base | content, sort_keys=False), encoding="utf-8")
    return path


def test_answers_stand_in_the_recipe_or_in_a_file_of_their_own(tmp_path: Path) -> None:
    answers = {"motivation": {"creators": SIGNED, "funding": "Grant 7."}}
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    for given in (answers, "./answers.yaml"):
        recipe = load_recipe(recipe_file(tmp_path, datasheet=given))
        assert answers_of(recipe.datasheet, tmp_path) == answers


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("motivation:\n  creators: {value: a, by: b}\n", ":2: "),
        ("motivation:\n  purpose: a\n  colour: red\n", ":3: `motivation.colour`: datasheet.motivation has no question"),
        ("mood:\n  purpose: a\n", "datasheet has no section 'mood'"),
        ("motivation:\n  creators: {value: '  ', by: b, date: 2026-01-01}\n", "at least 1 character"),
        ("motivation:\n  creators: {value: a, by: b, date: soon}\n", "date"),
        ("- a\n", "mapping"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "answers.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"answers\.yaml") as caught:
        answers_of("answers.yaml", tmp_path)
    assert told in str(caught.value)


def test_an_unknown_question_in_the_recipe_is_a_mistake_of_the_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no question 'colour'"):
        load_recipe(recipe_file(tmp_path, datasheet={"motivation": {"colour": "red"}}))


def test_a_release_stops_before_anything_is_read(tmp_path: Path) -> None:
    recipe = load_recipe(
        recipe_file(tmp_path, release_profile="release", datasheet={"motivation": {"creators": "We."}})
    )
    with pytest.raises(RecipeError, match=r"nobody answers motivation\.purpose, motivation\.funding, "):
        make_plan(recipe, tmp_path)


def test_a_release_whose_questions_are_answered_goes_on(tmp_path: Path) -> None:
    recipe = load_recipe(recipe_file(tmp_path, release_profile="release", datasheet=every_answer()))
    with pytest.raises(RecipeError, match=r"there-is-none\.jsonl"):
        make_plan(recipe, tmp_path)


def test_the_description_answers_what_it_is_for(tmp_path: Path) -> None:
    answers = every_answer()
    del answers["motivation"]["purpose"]
    stated = {"release_profile": "release", "datasheet": answers, "description": "To show what answers are."}
    with pytest.raises(RecipeError, match=r"there-is-none\.jsonl"):
        make_plan(load_recipe(recipe_file(tmp_path, **stated)), tmp_path)


def test_a_draft_lists_what_nobody_answered_among_its_gaps(snapshot: Built) -> None:
    (gap,) = [gap for gap in snapshot.manifest.gaps if "only a person can give" in gap.what]
    assert gap.what.startswith(f"{len(unanswered({}))} answers")
    assert "maintenance.contact" in gap.why
    assert "maintenance.contact" in (snapshot.folder / "DATASHEET.md").read_text(encoding="utf-8")


def test_a_plan_says_which_questions_wait(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["plan", str(small_corpus.recipe_file), "--no-sample", "--work", str(tmp_path)])
    assert done.exit_code == 0
    assert (
        f"draft: {len(unanswered({}))} questions of the datasheet wait for a person (motivation.purpose,"
        in " ".join(done.output.split())
    )


def test_a_released_snapshot_holds_its_answers_and_its_date(
    snapshot: Built, small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(every_answer()), encoding="utf-8")
    work = tmp_path / "work"
    shutil.copytree(snapshot.work, work)
    stated = {"release_profile": "release", "issued": "2026-12-01", "url": "https://example.org/corpus"}
    recipe = small_corpus.write_recipe(
        tmp_path / "recipe.yaml", datasheet=str(tmp_path / "answers.yaml"), engine="inline", **stated
    )
    manifest = build(recipe, tmp_path / "out", work)

    assert manifest.recipe["datasheet"] == every_answer()
    assert not [gap for gap in manifest.gaps if "only a person" in gap.what or "date of issue" in gap.what]
    assert verify(tmp_path / "out", render) == []
    croissant = (tmp_path / "out" / "croissant.json").read_text(encoding="utf-8")
    assert '"datePublished": "2026-12-01"' in croissant
    assert '"url": "https://example.org/corpus"' in croissant


def test_the_command_says_who_read_each_card(snapshot: Built) -> None:
    pytest.importorskip("mlcroissant", reason="validators of cards: pip install '.[cards]'")
    done = CliRunner().invoke(app, ["cards", str(snapshot.folder)])
    assert done.exit_code == 0
    assert "✓ croissant.json" in done.output
    assert "✗" not in done.output


def test_the_command_ends_with_an_error_that_names_the_faulty_card(snapshot: Built) -> None:
    pytest.importorskip("spdx_python_model", reason="validators of cards: pip install '.[cards]'")
    with changed(snapshot.folder / "cards" / "spdx.json", b'{"@graph": [{"type": "Song"}]}'):
        done = CliRunner().invoke(app, ["cards", str(snapshot.folder)])
    assert isinstance(done.exception, SnapshotError)
    assert str(done.exception) == "cards/spdx.json cannot be read as its readers would read it"
    assert "✗ cards/spdx.json" in done.output
