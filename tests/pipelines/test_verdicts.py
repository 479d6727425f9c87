"""People's verdicts named in a recipe: stated in manifest and cards, without names, and proved by `verify`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpus.digest import sha256_file
from corpus.errors import RecipeError
from datacards.render import render
from manifests.audited import SampleVerdict, sample_digest
from manifests.model import Manifest
from manifests.precision import Judgement
from manifests.removals import pair_digest, read_pairs
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.conftest import Built
from tests.manifests.damage import forged
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus


@pytest.fixture(scope="module")
def judged(small_corpus: SmallCorpus, snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small corpus built again with what two people said of its removals: copies, but one is disputed; and of
    its samples: all right, but one."""
    place = tmp_path_factory.mktemp("judged")
    pairs = read_pairs(Snapshot.open(snapshot.folder)).to_dicts()
    files = []
    for reviewer in ("Ann Example", "Bob Example"):
        lines = []
        for number, pair in enumerate(pairs):
            said = "distinct" if (number, reviewer) == (0, "Bob Example") else "copy"
            ids = {"doc_id": pair["doc_id"], "survivor": pair["survivor"]}
            one = Judgement.model_validate({"pair": pair_digest(pair), **ids, "verdict": said, "reviewer": reviewer})
            lines.append(one.model_dump_json() + "\n")
        files.append(place / f"{reviewer[:3]}.jsonl")
        files[-1].write_text("".join(lines), encoding="utf-8")
    samples = read_samples(snapshot).filter(pl.col("excerpt").is_not_null() & pl.col("turn").is_not_null())
    lines = []
    for number, sample in enumerate(samples.iter_rows(named=True)):
        ids = {name: sample[name] for name in ("source", "doc_id", "stage", "reason")}
        word = "right" if number else "wrong"
        said_of = SampleVerdict.model_validate(
            {"sample": sample_digest(sample), **ids, "verdict": word, "reviewer": "Ann Example"}
        )
        lines.append(said_of.model_dump_json() + "\n")
    (place / "samples.verdicts").write_text("".join(lines), encoding="utf-8")
    recipe = small_corpus.write_recipe(
        place / "recipe.yaml",
        dedup={"verdicts": list(map(str, files))},
        audit={"verdicts": [str(place / "samples.verdicts")]},
    )
    manifest = build(recipe, place / "out", snapshot.work)
    return Built(place / "out", snapshot.work, manifest)


def read_samples(built: Built) -> pl.DataFrame:
    return Snapshot.open(built.folder).samples()


def test_the_manifest_states_what_readers_said_of_samples(judged: Built, snapshot: Built) -> None:
    assert snapshot.manifest.audit is None
    audit = judged.manifest.audit
    assert audit is not None
    read = read_samples(judged).filter(pl.col("excerpt").is_not_null() & pl.col("turn").is_not_null())
    assert sum(one.right + one.wrong for one in audit.strata) == len(read)
    assert audit.removed.wrong + audit.kept.wrong == 1
    assert (audit.reviewers, audit.stale, audit.elsewhere) == (1, 0, 0)
    page = (judged.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "Verdicts of readers" in page
    recipe: Any = judged.manifest.recipe
    assert recipe["audit"]["verdicts"] == [sha256_file(judged.folder.parent / "samples.verdicts")]


def more_right(manifest: dict[str, Any]) -> None:
    manifest["audit"]["removed"]["right"] += 1


def surer(manifest: dict[str, Any]) -> None:
    manifest["audit"]["kept"]["low"] = 0.999


@pytest.mark.parametrize("change", [more_right, surer])
def test_a_forged_audit_is_found(judged: Built, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    folder = Path(shutil.copytree(judged.folder, tmp_path / "copy"))
    assert any("audit does not follow" in finding.what for finding in forged(folder, change))


def test_the_manifest_states_the_estimate(judged: Built, snapshot: Built) -> None:
    assert snapshot.manifest.dedup.removals is None
    stated = judged.manifest.dedup.removals
    assert stated is not None
    count = len(read_pairs(Snapshot.open(snapshot.folder)))
    assert (stated.total.read, stated.total.copies, stated.total.unsure) == (count, count - 1, 1)
    assert stated.total.precision == 1
    assert verify(judged.folder, render) == []


def test_texts_are_those_of_the_build_without_verdicts(judged: Built, snapshot: Built) -> None:
    assert judged.manifest.shards == snapshot.manifest.shards


def test_the_recipe_names_the_files_by_digest_and_nobody_by_name(judged: Built) -> None:
    recipe: Any = judged.manifest.recipe
    files = sorted(judged.folder.parent.glob("*.jsonl"))
    assert recipe["dedup"]["verdicts"] == [sha256_file(path) for path in files]
    assert b"Example" not in (judged.folder / "manifest.json").read_bytes()
    stated = judged.manifest.dedup.removals
    assert stated is not None
    assert [one.reviewers for one in stated.agreement] == [("reviewer 1", "reviewer 2")]


def test_card_and_page_tell_it(judged: Built) -> None:
    card = (judged.folder / "README.md").read_text(encoding="utf-8")
    assert re.search(r"People read \d+ of \d+ near-duplicate removals", card)
    assert "Removals that were right" in (judged.folder / "report" / "index.html").read_text(encoding="utf-8")


def more_copies(manifest: dict[str, Any]) -> None:
    manifest["dedup"]["removals"]["total"]["copies"] += 1


def more_read(manifest: dict[str, Any]) -> None:
    manifest["dedup"]["removals"]["strata"][0]["copies"] += 500


def fewer_wrong(manifest: dict[str, Any]) -> None:
    manifest["dedup"]["removals"]["total"]["high"] = 0.5


@pytest.mark.parametrize("change", [more_copies, more_read, fewer_wrong])
def test_a_forged_estimate_is_found(judged: Built, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    folder = Path(shutil.copytree(judged.folder, tmp_path / "copy"))
    assert any("dedup.removals does not follow" in finding.what for finding in forged(folder, change))


def test_a_file_that_is_not_there_stops_the_plan(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    recipe = small_corpus.write_recipe(tmp_path / "recipe.yaml", dedup={"verdicts": [str(tmp_path / "absent.jsonl")]})
    with pytest.raises(RecipeError, match="no file of verdicts"):
        make_plan(load_recipe(recipe), recipe.parent)


def test_an_estimate_survives_the_manifest(judged: Built) -> None:
    assert Manifest.model_validate_json(judged.manifest.canonical()) == judged.manifest
