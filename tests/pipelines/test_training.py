"""A classifier is trained from folders, judged on what was left out, and scores a build."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.errors import AssetError, RecipeError
from datacards.render import render
from filters.classifier import load_classifier
from manifests.explain import explain
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.recipe import load_recipe
from pipelines.training import load_training, train
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

WORLDS = {
    "medical": ("patient", "disease", "blood", "heart", "lung", "therapy", "dose", "symptom", "diagnosis", "nurse"),
    "other": ("king", "parliament", "galaxy", "theorem", "football", "market", "engine", "river", "poem", "war"),
}
COMMON = ("the", "of", "and", "in", "a", "was", "is", "for", "with", "that", "on", "as", "by")


def write_worlds(folder: Path) -> Path:
    """Two labels of three groups each, of sentences with a few telling words; a training recipe beside them."""
    chance = random.Random(11)
    examples = []
    for label, telling in WORLDS.items():
        for group in range(3):
            place = folder / label / f"group{group}"
            place.mkdir(parents=True)
            for number in range(40):
                text = " ".join(
                    chance.choice(telling) if chance.random() < 0.3 else chance.choice(COMMON) for _ in range(60)
                )
                (place / f"{number:03d}.txt").write_text(f"{text}. jane.doe{number}@example.org\n", encoding="utf-8")
            files = [f"{label}/group{group}/*.txt"]
            examples.append({"label": label, "group": f"{label}{group}", "reader": "text", "files": files})
    recipe: dict[str, Any] = {
        "name": "relevance",
        "positive": "medical",
        "licence": "CC0-1.0",
        "limits": ["It is a toy."],
        "background": {"label": "other"},
        "model": {"dimensions": 4, "epochs": 5, "minimum_count": 1},
        "examples": examples,
    }
    path = folder / "training.yaml"
    path.write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_worlds(tmp_path_factory.mktemp("worlds"))


@pytest.fixture(scope="module")
def trained(worlds: Path) -> Path:
    train(worlds, worlds.parent / "model")
    return worlds.parent / "model"


def test_groups_left_out_are_told_apart(trained: Path) -> None:
    facts = json.loads((trained / "classifier.json").read_text())
    assert facts["evaluation"]["auc"] > 0.99
    assert len(facts["evaluation"]["groups"]) == 6
    assert facts["evaluation"]["calibration_error"] < 0.1
    assert sum(one["documents"] for one in facts["examples"]) == 240


def test_training_twice_gives_equal_bytes(worlds: Path, trained: Path, tmp_path: Path) -> None:
    train(worlds, tmp_path)
    for path in sorted(trained.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_card_says_what_was_measured_and_mistakes_hide_identifiers(trained: Path) -> None:
    facts = json.loads((trained / "classifier.json").read_text())
    card = (trained / "README.md").read_text()
    assert f"{facts['evaluation']['auc']:.4f}" in card
    assert facts["model_sha256"] in card
    assert "It is a toy" in card
    assert yaml.safe_load(card.split("---")[1])["library_name"] == "fasttext"
    mistakes = (trained / "mistakes.jsonl").read_text()
    assert "[EMAIL]" in mistakes
    assert "@example.org" not in mistakes


def with_classifier(small_corpus: SmallCorpus, folder: Path, trained: Path, bound: float) -> Path:
    rule = {"name": "not_medical", "signal": "relevance", "min": bound, "cite": "here"}
    return small_corpus.write_recipe(
        folder / "scored.yaml",
        classifiers=[{"name": "relevance", "model": str(trained)}],
        quality={"rules": [rule]},
    )


def test_a_build_scores_every_document_and_rules_may_ask(
    small_corpus: SmallCorpus, trained: Path, tmp_path: Path
) -> None:
    manifest = build(with_classifier(small_corpus, tmp_path, trained, 0.9), tmp_path / "out", tmp_path / "work")
    snapshot = Snapshot.open(tmp_path / "out")
    rows = snapshot.audit().filter(pl.col("bytes") > 0).collect()

    assert rows["relevance"].null_count() == 0
    assert ((rows["relevance"] >= 0) & (rows["relevance"] <= 1)).all()
    asked = rows["rules_failed"].list.contains("not_medical")
    assert (asked == (rows["relevance"] < 0.9)).all()
    assert asked.any()
    facts = json.loads((trained / "classifier.json").read_text())
    assert (facts["model_sha256"], "signal relevance") in {(one.sha256, one.used_for) for one in manifest.models}
    dropped = rows.filter(pl.col("reason") == "not_medical")["doc_id"][0]
    (told,) = [one for one in explain(snapshot, dropped)[0].rules if one.name == "not_medical"]
    assert told.value is not None
    assert told.value < 0.9
    assert not told.passed
    assert verify(tmp_path / "out", render) == []


def test_a_classifier_tells_the_kind_of_publication_where_the_record_does_not(
    small_corpus: SmallCorpus, trained: Path, tmp_path: Path
) -> None:
    recipe = small_corpus.write_recipe(
        tmp_path / "scored.yaml",
        classifiers=[{"name": "relevance", "model": str(trained)}],
        genres=[{"genre": "case_report", "classifier": "relevance", "min_score": 0.6}],
    )
    manifest = build(recipe, tmp_path / "out", tmp_path / "work")
    rows = Snapshot.open(tmp_path / "out").audit().filter(pl.col("bytes") > 0).collect()

    told = rows["genre_evidence"].str.starts_with("classifier:").fill_null(value=False)
    assert told.any()
    assert (rows.filter(told)["genre"] == "case_report").all()
    assert (rows.filter(told)["relevance"] >= 0.6).all()
    assert (rows.filter(pl.col("genre").is_null())["relevance"] < 0.6).all()
    assert rows["genre_evidence"].str.starts_with("medline:").fill_null(value=False).any()
    model = json.loads((trained / "classifier.json").read_text())["model_sha256"]
    assert set(rows.filter(told)["genre_evidence"]) == {f"classifier:{model[:16]}"}
    assert any(share.label == "case_report" for source in manifest.sources for share in source.genres)
    assert verify(tmp_path / "out", render) == []


def test_genres_name_a_classifier_that_is_there(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    path = small_corpus.write_recipe(tmp_path / "x.yaml", genres=[{"genre": "review", "classifier": "absent"}])
    with pytest.raises(RecipeError, match="genres name no classifier 'absent'"):
        load_recipe(path)


def test_a_model_that_is_not_the_one_described_is_refused(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.bin").write_bytes(b"another")
    with pytest.raises(AssetError, match="train it again"):
        load_classifier("relevance", tmp_path)
    with pytest.raises(AssetError, match="hc4 train-classifier"):
        load_classifier("relevance", tmp_path / "absent")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positive": "absent"}, "examples need the label 'absent'"),
        ({"unknown": 1}, r"training.yaml:\d+: `unknown`: unknown key"),
        ({"background": {"label": "medical"}}, "is no other label"),
        ({"model": {"epochs": 0}}, r"`model.epochs`"),
        ({"examples": [{"label": "medical"}, {"label": "other", "source": "x"}]}, "examples name a `source`"),
    ],
)
def test_mistakes_in_the_recipe_name_the_line(
    worlds: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    content = yaml.safe_load(worlds.read_text()) | change
    path = tmp_path / "training.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        load_training(path)


def test_a_classifier_may_not_take_the_name_of_a_signal(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    path = small_corpus.write_recipe(tmp_path / "x.yaml", classifiers=[{"name": "n_words", "model": "./m"}])
    with pytest.raises(RecipeError, match="n_words is taken"):
        load_recipe(path)


@pytest.mark.parametrize("name", ["relevance", "value", "case_report"])
def test_shipped_training_recipes_can_be_read(name: str) -> None:
    recipe = load_training(Path(__file__).parents[2] / "pipelines" / "classifiers" / f"{name}.yaml")
    assert recipe.limits
