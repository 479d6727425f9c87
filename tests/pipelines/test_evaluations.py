"""Evaluation sets in a recipe: what is wrong is said with its line; what they depend on names their index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import RecipeError
from corpus.storage import WorkFolder
from corpus.unit import execute
from manifests.contamination import LEAKS
from pipelines.evaluations import INDEX, STAGE, Evaluations, checks, find_evaluations
from pipelines.sections.evaluations import SetsFile
from pipelines.yaml_recipe import checked

GOOD = """evaluations:
  - name: quiz
    files: [quiz.jsonl]
    format: jsonl
    fields: {id: id, question: q, answers: a}
    policy: drop
"""
ROWS = (
    {"id": "1", "q": "Which enzyme is deficient in alkaptonuria, the first inborn error described?", "a": "HGD"},
    {"id": "2", "q": "Which vitamin is missing where corneas dry up and children cannot see at dusk?", "a": "A"},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "quiz.jsonl", ROWS)
    return tmp_path


def write(path: Path, rows: Any) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def found(folder: Path, text: str = GOOD) -> Evaluations:
    path = folder / "sets.yaml"
    path.write_text(text, encoding="utf-8")
    recipe = checked(path, SetsFile, lambda stated: checks(stated, stated.root, folder))
    evaluations = find_evaluations(recipe, folder)
    assert evaluations is not None
    return evaluations


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("format: jsonl", "format: jsonlines"),
            r"sets\.yaml:4: `evaluations\.0\.format`: no such format; there are bioasq",
        ),
        (("question: q", "query: q"), r"sets\.yaml:4: `evaluations\.0\.format`: no field 'query'; jsonl takes answers"),
        (
            ("quiz.jsonl", "quizzes.jsonl"),
            r"sets\.yaml:3: `evaluations\.0\.files`: evaluation set quiz: 'quizzes\.jsonl'",
        ),
        (("policy: drop", "policy: delete"), r"sets\.yaml:6: `evaluations\.0\.policy"),
        (("policy: drop", "policy: {questions: drop}"), r"sets\.yaml:6: `evaluations\.0\.policy"),
        (("    policy: drop\n", ""), r"`evaluations\.0\.policy`: Field required"),
        (("name: quiz", "name: Quiz"), r"sets\.yaml:2: `evaluations\.0\.name`"),
        (("evaluations:", "contamination: {min_score: 2}\nevaluations:"), r"sets\.yaml:1: `contamination\.min_score`"),
        (
            ("evaluations:", "contamination: {matching: {n: 8}}\nevaluations:"),
            r"sets\.yaml:1: .*no parameter 'n'; there are",
        ),
        (("id: id, question: q", "id: id, question: x"), r"no item in its files \(2 fields_missing\)"),
    ],
)
def test_a_mistake_is_named(folder: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        found(folder, GOOD.replace(*change, 1))


def test_two_sets_of_one_name_are_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match="two evaluation sets are called quiz"):
        found(folder, GOOD + GOOD.removeprefix("evaluations:\n"))


def test_one_word_speaks_of_what_gives_an_item_away(folder: Path) -> None:
    assert found(folder).policy["actions"] == {"quiz": dict.fromkeys(sorted(LEAKS), "drop")}
    own = GOOD.replace("policy: drop", "policy: {context: mask, question: report}")
    assert found(folder, own).policy["actions"] == {"quiz": {"context": "mask"}}


def test_what_items_depend_on_names_the_index_and_nothing_else_does(folder: Path) -> None:
    before = found(folder)
    for same in ("policy: mask", "policy: report", "title: A quiz\n    policy: drop"):
        assert found(folder, GOOD.replace("policy: drop", same)).digest == before.digest
    for other in (("answers: a}", "choices: a}"), ("name: quiz", "name: other")):
        assert found(folder, GOOD.replace(*other)).digest != before.digest
    assert found(folder, "contamination: {matching: {window: 64}}\n" + GOOD).digest != before.digest
    write(folder / "quiz.jsonl", ROWS[:1])
    assert found(folder).digest != before.digest
    assert found(folder).sidecar("d" * 64) != before.sidecar("d" * 64)


def test_a_file_that_a_format_reads_beside_is_part_of_what_it_depends_on(folder: Path) -> None:
    prompts = {"group": {"person": ["Anthony Quinn, who was born in Chihuahua, painted "]}}
    (folder / "prompts.json").write_text(json.dumps(prompts), encoding="utf-8")
    wiki = {"group": {"person": ["Anthony Quinn, who was born in Chihuahua, painted and acted."]}}
    (folder / "wiki.json").write_text(json.dumps(wiki), encoding="utf-8")
    text = GOOD.replace("jsonl]", "json]").replace("quiz.json", "prompts.json").replace("jsonl", "bold")
    text = text.replace("{id: id, question: q, answers: a}", "{wikipedia: wiki.json}")
    before = found(folder, text)
    (one,) = before.sets
    assert [file.name for file in (*one.files, *one.beside)] == ["prompts.json", "wiki.json"]
    wiki["group"]["person"][0] += " He died."
    (folder / "wiki.json").write_text(json.dumps(wiki), encoding="utf-8")
    assert found(folder, text).digest != before.digest


def test_the_index_is_the_same_whatever_the_order_of_files(folder: Path) -> None:
    for number, row in enumerate(ROWS):
        write(folder / f"part-{number}.jsonl", [row])
    write(folder / "part-2.jsonl", [{"id": "3"}, {"id": "4", "q": " ", "a": "x"}])
    work = WorkFolder.create(folder / "work")
    indices = []
    for files in ("part-0.jsonl, part-1.jsonl, part-2.jsonl", "part-2.jsonl, part-1.jsonl, part-0.jsonl"):
        evaluations = found(folder, GOOD.replace("quiz.jsonl", files))
        unit = evaluations.unit()
        summary = execute(unit, work)[STAGE]
        assert summary["sets"] == {"quiz": {"items": 2, "refused": {"fields_missing": 1, "no_question": 1}}}
        assert [(one.items, one.refused) for one in evaluations.sets] == [(2, 2)]
        indices.append((work.product(STAGE, unit.products[STAGE]) / INDEX).read_bytes())
    assert indices[0] == indices[1]
    assert b"alkaptonuria" not in indices[0]
