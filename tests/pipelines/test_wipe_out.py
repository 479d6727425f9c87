"""Near-dedup that would take a source away stops the build, says why, and leaves pairs to read, masked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.sections.deduplication import DedupRecipe
from pipelines.sections.sources import SourceRecipe
from pipelines.wipe_out import Loss, broken_rule
from tests.pipelines.building import build, hc4
from tests.pipelines.small import SmallCorpus

ADDRESS = "jane.q.doe@example-clinic.org"


def write_recipe(small_corpus: SmallCorpus, place: Path, dedup: dict[str, Any], **fields: Any) -> Path:
    """Forty forms that share an abstract and an address, and differ in a number; beside them a source of its own."""
    text = small_corpus.planted["plain-00"]
    forms = [{"id": str(n), "text": f"{text} Write to {ADDRESS}. Form number {n} of the series."} for n in range(40)]
    others = [{"id": name, "text": small_corpus.planted[name]} for name in ("plain-01", "plain-02", "plain-03")]
    sources = []
    for name, rows, more in (("forms", forms, fields), ("others", others, {})):
        (place / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        sources.append({"name": name, "reader": "jsonl", "files": [f"{name}.jsonl"], "terms": "CC-BY-4.0", **more})
    merging = {"merge_numbered": True, **dedup}
    content = {"name": "forms", "licence_profile": "research", "sources": sources, "dedup": merging}
    (place / "recipe.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return place / "recipe.yaml"


@pytest.mark.slow
def test_the_message_says_source_rule_numbers_survivor_and_how_to_look(
    small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    recipe = write_recipe(small_corpus, tmp_path, {"max_loss_documents": 10})
    done = hc4("build", recipe, "--engine", "inline", home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 4
    (message,) = [line for line in done.stderr.splitlines() if line.startswith("hc4: ")]
    assert "source forms: near-duplicate removal would take 39 of 40 documents (98%)" in message
    assert "above dedup.max_loss_share 50%" in message
    survivor = re.search(r"39 of them would give way to (forms:\d+);", message)
    assert survivor
    assert not (tmp_path / "forms").exists()
    assert ADDRESS not in done.stdout + done.stderr

    pairs = Path(message.rpartition("hc4 dedup review ")[2])
    pairs = pairs if pairs.is_absolute() else tmp_path / pairs
    shown = CliRunner().invoke(app, ["dedup", "review", str(pairs), "--verdicts", str(tmp_path / "v")], input="d\nq\n")
    assert shown.exit_code == 0
    assert f"kept {survivor[1]}" in shown.output
    table = pl.read_parquet(pairs, glob=False)
    assert len(table) == 39
    for column in ("text", "survivor_text"):
        assert table[column].str.contains("[EMAIL]", literal=True).all()
        assert not table[column].str.contains(ADDRESS, literal=True).any()


def test_a_source_may_be_allowed_more_than_the_others(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    recipe = write_recipe(small_corpus, tmp_path, {"max_loss_documents": 10}, max_near_loss=1.0)
    manifest = build(recipe, tmp_path / "out", tmp_path / "work")
    assert [source.kept.documents for source in manifest.sources] == [1, 3]


LOSS = Loss("forms", 39, 40, "forms:1", 39)


@pytest.mark.parametrize(
    ("dedup", "own", "rule"),
    [
        ({}, None, None),  # no more than 100 documents
        ({"max_loss_documents": 39}, None, None),
        ({"max_loss_documents": 38}, None, "dedup.max_loss_share 50%"),
        ({"max_loss_documents": 38, "max_loss_share": 0.98}, None, None),
        ({}, 0.5, "its max_near_loss 50%"),
        ({}, 0.0, "its max_near_loss 0%"),
        ({"max_loss_documents": 0}, 0.975, None),
        ({"max_loss_documents": 0}, 1.0, None),
    ],
)
def test_a_bound_of_its_own_comes_first(dedup: dict[str, Any], own: float | None, rule: str | None) -> None:
    source = SourceRecipe(name="forms", reader="jsonl", files=("a",), max_near_loss=own)
    assert broken_rule(LOSS, DedupRecipe(**dedup), source) == rule
