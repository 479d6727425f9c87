"""A build learns what a source repeats: marked in every document, refused where there is little else, shown masked."""

from __future__ import annotations

import random
from calendar import month_name
from pathlib import Path

import orjson
import polars as pl
import pytest
import yaml

from corpus.storage import WorkFolder
from datacards.render import render
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines import plan
from tests.pipelines.building import CountingEngine, build
from tests.pipelines.small import assets_are_here

pytestmark = pytest.mark.skipif(not assets_are_here(), reason="the pinned models are not on this machine")

TERMS = """patients outcome therapy dose trial placebo weeks cardiac renal hepatic symptoms reduced improved baseline
median mortality infection chronic acute clinical treatment control group follow response adverse events study risk
"""
NOTICE = (
    "© {} The Society for Good Examples. Questions about permissions go to rights{}@example.org in the first place."
)


def own_words(number: int, sentences: int = 8) -> str:
    """Sentences that no other document has."""
    drawn, words = random.Random(number), TERMS.split()
    made = [" ".join(drawn.choices(words, k=14)) for _ in range(sentences)]
    return " ".join(f"The {one} was seen in the {words[number % len(words)]} of number {number}." for one in made)


def written(folder: Path, name: str, texts: list[str]) -> None:
    lines = [orjson.dumps({"id": f"{name}-{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / f"{name}.jsonl").write_bytes(b"\n".join(lines))


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    place = tmp_path / "raw"
    place.mkdir()
    written(place, "articles", [f"{own_words(n)} {NOTICE.format(1990 + n, '')}" for n in range(15)])
    written(place, "notices", [f"The notice stands here. {NOTICE.format(2011, '')} {NOTICE.format(2012, '')}" * 3])
    # A dozen mirrors of one page: they share every sentence, and all of it is content.
    written(place, "mirrors", [f"{own_words(500, 30)} Copy {month_name[n + 1]} of the page." for n in range(12)])
    source = {
        "name": "society",
        "reader": "jsonl",
        "options": {"columns": {"text": "text", "id": "id"}, "doc_type": "abstract"},
        "files": ["raw/*.jsonl"],
        "terms": "CC0-1.0",
    }
    stated = {
        "name": "learnt",
        "licence_profile": "commercial",
        "sources": [source],
        "quality": {"presets": {}, "default_preset": None},  # nothing else objects
        "boilerplate": {"min_documents": 10},
    }
    path = tmp_path / "learnt.yaml"
    path.write_text(yaml.safe_dump(stated))
    return path


def test_what_a_source_repeats_is_marked_refused_and_shown(recipe: Path, tmp_path: Path) -> None:
    build(recipe, tmp_path / "out", tmp_path / "work")
    snapshot = Snapshot.open(tmp_path / "out")
    rows = {row["doc_id"].partition(":")[2]: row for row in snapshot.audit().collect().to_dicts()}

    for number in range(15):
        article = rows[f"articles-{number}"]
        assert article["verdict"] == "keep"
        assert 0.05 < article["boilerplate_share"] < 0.3
        assert article["n_boilerplate_sentences"] == 2
    refused = rows["notices-0"]
    assert (refused["stage"], refused["reason"]) == ("quality", "boilerplate")
    assert refused["score"] == pytest.approx(refused["boilerplate_share"])
    assert refused["threshold"] == 0.5
    assert {rows[f"mirrors-{n}"]["boilerplate_share"] for n in range(12)} == {0.0}
    assert sum(rows[f"mirrors-{n}"]["verdict"] == "keep" for n in range(12)) == 1

    learnt = pl.read_parquet(tmp_path / "out" / "samples" / "boilerplate.parquet").to_dicts()
    assert [(one["source"], one["documents"]) for one in learnt] == [("society", 15)] * 2
    assert sorted(one["sentence"] for one in learnt) == [
        "Questions about permissions go to [EMAIL] in the first place.",
        f"© {learnt_year(learnt)} The Society for Good Examples.",
    ]
    assert verify(tmp_path / "out", render) == []


def learnt_year(learnt: list[dict[str, str]]) -> str:
    return next(one["sentence"][2:6] for one in learnt if one["sentence"].startswith("©"))


def test_a_file_that_teaches_nothing_decides_nothing_again(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_ALONE_BYTES", 1)  # a bundle for each file
    build(recipe, tmp_path / "out", tmp_path / "work")
    written(tmp_path / "raw", "more", [own_words(900)])
    engines: list[CountingEngine] = []

    def counting(work: WorkFolder) -> CountingEngine:
        engines.append(CountingEngine(work))
        return engines[0]

    build(recipe, tmp_path / "out", tmp_path / "work", engine=counting)

    again = [unit.label for unit in engines[0].executed if unit.task == "pipelines.decide:run"]
    assert again == ["society/more.jsonl"]


def test_the_bound_is_the_recipes(recipe: Path, tmp_path: Path) -> None:
    stated = yaml.safe_load(recipe.read_text())
    stated["boilerplate"] |= {"max_share": 1.0}
    recipe.write_text(yaml.safe_dump(stated))
    manifest = build(recipe, tmp_path / "out", tmp_path / "work")
    rows = Snapshot.open(tmp_path / "out").audit().filter(pl.col("boilerplate_share") > 0.5).collect()

    assert rows["doc_id"].to_list() == ["society:notices-0"]
    assert "boilerplate" not in rows["rules_failed"].to_list()[0]
    assert {"name": "boilerplate", "max": 1.0}.items() <= manifest.recipe["rules"]["abstract"][-1].items()
