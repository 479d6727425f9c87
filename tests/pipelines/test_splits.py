"""What is held out: by tokens of a source and by date, and nothing like it in train."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from benchmarks.straddle import compare
from corpus.assets import asset_path
from datacards.render import render
from manifests import splits
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.recipe import load_recipe
from shards.place import TRAIN, VALIDATION, VALIDATION_TIME, position
from tests.conftest import Built
from tests.pipelines.building import build
from tests.pipelines.small import Citations, SmallCorpus, changed_in_the_middle

AFTER = "2021-06"
SPLIT = {"validation_tokens": 4000, "validation_most": 0.3, "after": AFTER}


@pytest.fixture(scope="module")
def texts(small_corpus: SmallCorpus) -> list[str]:
    citations = Citations(asset_path("demo/pubmed21n1298.xml.gz"))
    return list(dict.fromkeys(citations.abstracts(range(700), minimum_words=120)))[:200]


class Corpus:
    """Two sources: `papers` with dates, kin and revisions, `pages` that fill in a form."""

    def __init__(self, folder: Path, texts: list[str]) -> None:
        self.folder = folder
        self.papers: dict[str, dict[str, Any]] = {}
        for number, text in enumerate(texts[:150]):
            published = [f"20{10 + number % 9}", "2021-03-02", "2021", "2021-06", "2022-01-15", None][number % 6]
            self.papers[f"p{number:03d}"] = {"text": text, "published": published}
        for number in range(0, 40, 2):  # kin too unlike to merge, too like to be parted: Jaccard 0.70 to 0.79
            text = texts[number]
            words = round((len(text.split()) / (4.0 + 0.2 * (number % 5)) - 8) / 1.75)
            later = "2022-05" if number % 4 else None
            self.papers[f"q{number:03d}"] = {"text": changed_in_the_middle(text, words), "published": later}
        form = " ".join(texts[150].split()[:110])
        self.pages = {
            f"f{number:02d}": {"text": f"{form} {' '.join(texts[151 + number].split()[:10])}"} for number in range(30)
        } | {f"g{number:02d}": {"text": text} for number, text in enumerate(texts[151:200])}
        self.write()

    def write(self) -> None:
        for name, rows in {"papers": self.papers, "pages": self.pages}.items():
            lines = [json.dumps({"id": key, **row}) for key, row in rows.items()]
            (self.folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def recipe(self, split: dict[str, Any], pages: dict[str, Any] | None = None) -> Path:
        columns = {"id": "id", "text": "text"}
        options = {"doc_type": "abstract", "columns": {**columns, "published": "published"}}
        common = {"reader": "jsonl", "terms": "CC-BY-4.0"}
        papers = {"name": "papers", "files": [str(self.folder / "papers.jsonl")], "options": options, **common}
        forms = {"name": "pages", "files": [str(self.folder / "pages.jsonl")], **common, **(pages or {})}
        forms["options"] = {"doc_type": "abstract", "columns": columns}
        content = {
            "name": "splits",
            "licence_profile": "research",
            "sources": [papers, forms],
            "split": split,
            "seed": 5,
            "dedup": {"templates": {"least": 5, "share": 0.05}, "max_loss_share": 1.0},
        }
        path = self.folder / "recipe.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    def build(self, split: dict[str, Any], name: str = "out", pages: dict[str, Any] | None = None) -> Snapshot:
        build(self.recipe(split, pages), self.folder / name, self.folder / "work")
        return Snapshot.open(self.folder / name)


@pytest.fixture(scope="module")
def corpus(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(tmp_path_factory.mktemp("splits"), texts)


@pytest.fixture(scope="module")
def made(corpus: Corpus) -> Snapshot:
    return corpus.build(SPLIT)


@pytest.fixture(scope="module")
def rows(made: Snapshot) -> pl.DataFrame:
    return released(made)


def released(snapshot: Snapshot) -> pl.DataFrame:
    columns = ["doc_id", "source", "split", "cluster_id", "published", "n_tokens", "stands_for"]
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    return pl.concat(pl.read_parquet(path, columns=columns, glob=False) for path in paths).sort("doc_id")


def test_no_two_documents_of_jaccard_seven_tenths_stand_in_two_splits(made: Snapshot) -> None:
    found = compare(made, 0.7)

    assert found.straddling == 0
    assert found.held_out > 20
    assert found.compared > 100


def test_pages_of_one_form_would_straddle_by_their_groups_alone(corpus: Corpus, made: Snapshot) -> None:
    found = released(made)
    forms = found.filter(pl.col("doc_id").str.starts_with("pages:f"))

    assert forms["cluster_id"].n_unique() > 5  # they are alike in their form only, and so in no group
    assert forms["split"].unique().to_list() == [TRAIN]
    assert made.manifest.splits[0].rule is not None
    assert made.manifest.splits[0].rule.like_train > 0


def test_what_is_held_out_by_date_is_new_as_a_whole_group(rows: pl.DataFrame) -> None:
    late = rows.filter(pl.col("split") == VALIDATION_TIME)

    assert len(late) > 20
    assert (late["published"] >= AFTER).all()
    for group in rows.filter(pl.col("cluster_id").is_in(late["cluster_id"].to_list())).partition_by("cluster_id"):
        assert group["split"].n_unique() == 1
    # A year alone may be before June, and no date may be anything.
    assert not set(late["published"]) & {"2021", None}


def test_a_late_revision_of_an_earlier_text_stays_with_it(made: Snapshot, rows: pl.DataFrame) -> None:
    revised = rows.filter(pl.col("doc_id").str.starts_with("papers:q") & (pl.col("published") == "2022-05"))
    kin = rows.with_columns(pl.col("doc_id").str.replace("papers:p", "papers:q").alias("kin"))
    first = {row["kin"]: row for row in kin.iter_rows(named=True) if row["doc_id"].startswith("papers:p")}
    rule = made.manifest.splits[0].rule

    assert any((first[row["doc_id"]]["published"] or "") < AFTER for row in revised.iter_rows(named=True))
    for row in revised.iter_rows(named=True):
        assert row["split"] == first[row["doc_id"]]["split"]
        assert row["split"] != VALIDATION_TIME or first[row["doc_id"]]["published"] >= AFTER
    assert rule is not None
    assert rule.late > 0


def test_each_source_has_about_the_tokens_that_are_asked_for(made: Snapshot, rows: pl.DataFrame) -> None:
    held = rows.filter(pl.col("split") == VALIDATION).group_by("source").agg(pl.col("n_tokens").sum())
    sums = dict(held.iter_rows())
    rule = splits.rule_of(made.manifest, VALIDATION)

    assert rule is not None
    wanted = {one.source: one.wanted for one in rule.sources}
    assert wanted == {"papers": 4000, "pages": 4000}
    for source, count in wanted.items():
        assert abs(sums[source] - (count or 0)) < 800, source


def test_held_out_groups_are_those_of_the_lowest_hashes(made: Snapshot, rows: pl.DataFrame) -> None:
    bounds = splits.thresholds(made.manifest)
    assert bounds is not None
    held = rows.filter(pl.col("split") == VALIDATION)
    below = [position(c, seed=5) < bounds[s] for c, s in held.select("cluster_id", "source").iter_rows()]

    assert all(below)


def test_verification_agrees_and_notices_another_threshold(made: Snapshot) -> None:
    assert verify(made.folder, render) == []

    manifest = made.manifest
    named = {one.name: one for one in manifest.splits}
    rule = named[VALIDATION].rule
    assert rule is not None
    lower = tuple(one.model_copy(update={"threshold": one.threshold / 2}) for one in rule.sources)
    changed = named[VALIDATION].model_copy(update={"rule": rule.model_copy(update={"sources": lower})})
    forged = manifest.model_copy(update={"splits": (named[TRAIN], changed, named[VALIDATION_TIME])})

    (finding,) = splits.findings(replace(made, manifest=forged))
    assert "above the threshold" in finding.what


def test_another_date_in_the_recipe_is_noticed(made: Snapshot) -> None:
    recipe: dict[str, Any] = {**made.manifest.recipe, "split": {**made.manifest.recipe["split"], "after": "2022"}}  # type: ignore[dict-item]
    forged = replace(made, manifest=made.manifest.model_copy(update={"recipe": recipe}))

    assert [finding.what for finding in splits.with_recipe(forged.manifest)]
    assert "was not published after 2022" in " ".join(finding.what for finding in splits.findings(forged))


def test_the_card_tells_each_rule(made: Snapshot) -> None:
    card = (made.folder / "README.md").read_text(encoding="utf-8")
    report = (made.folder / "report" / "index.html").read_text(encoding="utf-8")

    for page in (card, report):
        assert "nothing was published before 2021-06" in page.replace("\\", "")
        assert "about 4,000 tokens of each source" in page


def test_one_share_of_all_groups_states_no_rule_and_asks_for_nothing_new(snapshot: Built) -> None:
    manifest = snapshot.manifest

    assert manifest.recipe["split"] == {"validation_share": 0.2}
    assert "validation_tokens" not in manifest.recipe["sources"][0]  # type: ignore[index, operator]
    assert [one.name for one in manifest.splits] == [TRAIN, VALIDATION]
    assert b'"rule"' not in (snapshot.folder / "manifest.json").read_bytes()
    assert "whose hash lies in the first 20 %" in (snapshot.folder / "README.md").read_text(encoding="utf-8")
    assert compare(Snapshot.open(snapshot.folder), 0.7).straddling == 0


def test_a_source_may_ask_for_its_own_number(corpus: Corpus) -> None:
    snapshot = corpus.build({"validation_share": 0.1}, "own", {"validation_tokens": 0})
    found = released(snapshot)

    assert found.filter(pl.col("source") == "pages")["split"].unique().to_list() == [TRAIN]
    assert VALIDATION in found.filter(pl.col("source") == "papers")["split"]


def test_the_same_input_gives_the_same_snapshot_in_another_work_folder(corpus: Corpus, made: Snapshot) -> None:
    again = build(corpus.recipe(SPLIT), corpus.folder / "again", corpus.folder / "elsewhere")

    assert again.snapshot_id == made.manifest.snapshot_id


def test_what_an_earlier_snapshot_released_keeps_its_split_by_any_rule(
    corpus: Corpus, made: Snapshot, rows: pl.DataFrame
) -> None:
    alone = rows.filter(pl.col("doc_id").is_between(pl.lit("papers:p040"), pl.lit("papers:p999"))).sort("doc_id")
    several = alone.group_by("split", maintain_order=True).head(6)
    kin = {}
    for name in several["doc_id"]:
        text = made.released_texts("papers", [name])[name]
        words = max(1, round((len(text.split()) / 4.6 - 8) / 1.75))
        kin[name.replace(":", "-")] = changed_in_the_middle(text, words)  # Jaccard about 0.78
    lines = [json.dumps({"id": name, "text": text}) for name, text in kin.items()]
    (corpus.folder / "later.jsonl").write_text("\n".join(lines), encoding="utf-8")
    options = {"doc_type": "abstract", "columns": {"id": "id", "text": "text"}}
    source = {"name": "later", "reader": "jsonl", "files": [str(corpus.folder / "later.jsonl")]}
    content = {
        "name": "later",
        "licence_profile": "research",
        "sources": [source | {"terms": "CC-BY-4.0", "options": options}],
        "split": {"validation_share": 0},
        "seed": 77,
        "dedup": {"against": [str(made.folder)], "max_loss_share": 1.0},
    }
    path = corpus.folder / "later.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    build(path, corpus.folder / "later", corpus.folder / "work")

    later = Snapshot.open(corpus.folder / "later")
    found = {row["doc_id"].removeprefix("later:"): row for row in released(later).iter_rows(named=True)}
    met = set()
    for row in several.iter_rows(named=True):
        mine = found.get(row["doc_id"].replace(":", "-"))
        if mine is not None and mine["cluster_id"] == row["cluster_id"]:
            assert mine["split"] == row["split"]
            met.add(row["split"])
    assert met == {TRAIN, VALIDATION, VALIDATION_TIME}
    assert verify(later.folder, render) == []


@pytest.mark.parametrize(
    ("split", "what"),
    [
        ({"after": "June 2021"}, "split.after"),
        ({"after": "2021-13"}, "split.after"),
        ({"validation_tokens": -1}, "split.validation_tokens"),
        ({"validation_tokens": 5, "validation_share": 0.1}, "not both"),
    ],
)
def test_a_wrong_split_names_its_line(corpus: Corpus, split: dict[str, Any], what: str) -> None:
    with pytest.raises(Exception, match=what):
        load_recipe(corpus.recipe(split))


@pytest.mark.parametrize("written", ["2021", "2021-06", "2021-06-15", "'2021-06-15'"])
def test_dates_are_read_as_yaml_writes_them(corpus: Corpus, written: str) -> None:
    path = corpus.recipe({"after": "2020"})
    path.write_text(path.read_text(encoding="utf-8").replace("after: '2020'", f"after: {written}"), encoding="utf-8")

    assert load_recipe(path).split.after == written.strip("'")
