"""A recipe names datatrove's filters, and their drops are in the ledger."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corpus.errors import RecipeError
from datacards.render import render
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.recipe import load_recipe
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

pytest.importorskip("datatrove")


@pytest.mark.slow
def test_drops_of_datatrove_are_in_the_ledger(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    source = small_corpus.recipe["sources"][0]["name"]
    recipe = small_corpus.write_recipe(
        tmp_path / "datatrove.yaml",
        datatrove=[
            {"name": "gopher", "filter": "GopherQualityFilter", "options": {"min_doc_words": 60}},
            {"name": "here", "filter": "RegexFilter", "options": {"regex_exp": "the"}, "sources": [source]},
        ],
    )
    manifest = build(recipe, tmp_path / "out", tmp_path / "work")
    snapshot = Snapshot.open(tmp_path / "out")
    rows = snapshot.audit().filter(pl.col("verdict") != "fail").collect()

    failed = rows["rules_failed"].list.join(" ")
    for name in ("gopher", "here"):
        said = rows[f"datatrove_{name}"] != ""
        assert said.any()
        asked = rows["bytes"] > 0
        assert (failed.str.contains(f"{name}:") == (said & asked)).all()
    assert (rows.filter(pl.col("source") != source)["datatrove_here"] == "").all()
    dropped = rows.filter(pl.col("stage") == "datatrove")
    assert dropped["reason"].str.starts_with("gopher:gopher_").any()
    told = {(one.source, one.stage) for one in manifest.ledger.stages}
    assert any(stage == "datatrove" for _, stage in told)
    assert verify(tmp_path / "out", render) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"name": "x", "filter": "NoFilter"}], "has no filter 'NoFilter'"),
        ([{"name": "x", "filter": "GopherQualityFilter", "options": {"least": 1}}], "has no option 'least'"),
        ([{"name": "x", "filter": "C4QualityFilter", "sources": ["nobody"]}], "datatrove names no source 'nobody'"),
        ([{"name": "x", "filter": "C4QualityFilter"}] * 2, "two datatrove filters or formatters are called x"),
    ],
)
def test_mistakes_name_the_line(
    small_corpus: SmallCorpus, tmp_path: Path, given: list[dict[str, object]], message: str
) -> None:
    path = small_corpus.write_recipe(tmp_path / "x.yaml", datatrove=given)
    with pytest.raises(RecipeError, match=rf"x.yaml:\d+: .*{message}"):
        load_recipe(path)
