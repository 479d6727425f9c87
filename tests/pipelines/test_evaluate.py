"""Held-out documents for evaluators: what is exported, what the harness makes of it, and what answers amount to."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner

from corpus.errors import AssetError, BuildStopped, RecipeError
from manifests.evaluation import EvaluationExport
from manifests.snapshot import Snapshot
from pipelines.cli import app
from pipelines.evaluation.export import Asked, export, read_export
from pipelines.evaluation.perplexity import LocalModel
from pipelines.evaluation.screened import NOT_SCREENED, Screened, facts_of
from tests.conftest import Built
from tests.pipelines.building import ROOT, command, environment
from tests.shards.evaluation import tiny_model

MISSING = [
    name for name in ("torch", "transformers", "lm_eval", "accelerate") if importlib.util.find_spec(name) is None
]
needs_train = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not installed: extra `train`")


@pytest.fixture(scope="module")
def made(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation") / "export"
    export(Snapshot.open(snapshot.folder), folder, Asked(per_stratum=3, seed=2, tokens=(1, 100_000)))
    return folder


def held_out(snapshot: Built) -> pl.DataFrame:
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards if shard.split != "train"]
    columns = ["doc_id", "source", "licence_spdx", "text", "text_sha256", "n_tokens", "split"]
    return pl.concat(pl.read_parquet(path, columns=columns, glob=False) for path in paths)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_tasks_hold_every_held_out_document_once_and_no_other(snapshot: Built, made: Path) -> None:
    expected = held_out(snapshot)
    tasks = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (made / "lm_eval").glob("*.yaml")}
    sources = sorted(set(expected["source"]))

    assert sorted(tasks) == sorted(
        ["hc4_small_validation", "hc4_small_validation_all", *(f"hc4_small_validation_{name}" for name in sources)]
    )
    for name in sources:
        content = tasks[f"hc4_small_validation_{name}"]
        (path,) = content["dataset_kwargs"]["data_files"]["validation"]
        rows = pl.read_parquet(made / path, glob=False)
        assert (
            rows.sort("doc_id")
            .select("doc_id", "text")
            .equals(expected.filter(pl.col("source") == name).sort("doc_id").select("doc_id", "text"))
        )
        assert content["metadata"]["snapshot_id"] == snapshot.manifest.snapshot_id
        assert content["metadata"]["version"] == snapshot.manifest.snapshot_id[:12]
        assert content["metadata"]["documents"] == len(rows)
    group = tasks["hc4_small_validation"]
    assert sorted(group["task"]) == [f"hc4_small_validation_{name}" for name in sources]
    assert len(tasks["hc4_small_validation_all"]["dataset_kwargs"]["data_files"]["validation"]) == len(sources)


def test_source_documents_are_released_held_out_text(snapshot: Built, made: Path) -> None:
    expected = {row["doc_id"]: row for row in held_out(snapshot).iter_rows(named=True)}
    rows = lines(made / "cef_sources.jsonl")

    assert len({row["doc_id"] for row in rows}) == len(rows) > 3
    for row in rows:
        theirs = expected[row["doc_id"]]
        assert row == {
            "doc_id": theirs["doc_id"],
            "source": theirs["source"],
            "licence": theirs["licence_spdx"],
            "sha256": hashlib.sha256(row["text"].encode()).hexdigest(),
            "text": theirs["text"],
            "n_tokens": theirs["n_tokens"],
            "split": theirs["split"],
            "snapshot_id": snapshot.manifest.snapshot_id,
            "decontaminated": NOT_SCREENED,
        }


def test_each_source_and_length_has_its_share(snapshot: Built, made: Path) -> None:
    stated = read_export(made)
    rows = lines(made / "cef_sources.jsonl")

    assert sum(one.documents for one in stated.strata) == len(held_out(snapshot))
    for one in stated.strata:
        inside = [row for row in rows if row["source"] == one.source]
        inside = [row for row in inside if one.tokens_from <= row["n_tokens"] < 2 * one.tokens_from]
        assert len(inside) == one.exported == min(3, one.documents)


def test_the_statement_names_every_file_and_split_with_its_digest(snapshot: Built, made: Path) -> None:
    stated = read_export(made)
    schema = json.loads((made / "evaluation.schema.json").read_bytes())
    present = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}

    assert present == {file.path for file in stated.files} | {"evaluation.json", "evaluation.schema.json"}
    for file in stated.files:
        content = (made / file.path).read_bytes()
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (stated.snapshot_id, stated.tokenizer_sha256) == (
        snapshot.manifest.snapshot_id,
        snapshot.manifest.tokenizer.sha256,
    )
    shards = {shard.path: shard.sha256 for shard in snapshot.manifest.shards if shard.split == "validation"}
    assert {file.path: file.sha256 for file in stated.splits[0].files} == shards
    assert stated.screening is None
    assert schema == EvaluationExport.model_json_schema()


def test_the_same_snapshot_gives_the_same_bytes_and_another_seed_another_draw(snapshot: Built, tmp_path: Path) -> None:
    opened = Snapshot.open(snapshot.folder)
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    export(opened, first, Asked(per_stratum=1, tokens=(1, 100_000)))
    export(opened, again, Asked(per_stratum=1, tokens=(1, 100_000)))
    export(opened, again, Asked(per_stratum=1, tokens=(1, 100_000)))  # over an export: replaced
    export(opened, other, Asked(per_stratum=1, seed=9, tokens=(1, 100_000)))

    for path in first.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(first)).read_bytes(), path
    drawn = [[row["doc_id"] for row in lines(folder / "cef_sources.jsonl")] for folder in (first, other)]
    assert drawn[0] != drawn[1]


def test_a_folder_that_holds_something_else_is_left_alone(snapshot: Built, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(BuildStopped, match="not an evaluation export"):
        export(Snapshot.open(snapshot.folder), tmp_path, Asked())
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_snapshot_that_holds_nothing_out_is_told_so(snapshot: Built, tmp_path: Path) -> None:
    opened = Snapshot.open(snapshot.folder)
    train = tuple(shard for shard in opened.manifest.shards if shard.split == "train")
    nothing = Snapshot(opened.folder, opened.manifest.model_copy(update={"shards": train}))

    with pytest.raises(RecipeError, match="no held-out split"):
        export(nothing, tmp_path / "out", Asked())


def test_what_a_document_was_screened_for_follows_from_the_manifest() -> None:
    files = [{"name": "medqa.jsonl", "sha256": "ab", "bytes": 1}]
    facts = facts_of({"index_sha256": "cd", "screened": ["pmc"], "sets": [{"name": "medqa", "files": files}]})
    screened = Screened(facts, frozenset({"pmc"}), frozenset({"pmc:2"}))

    assert [(one.name, one.file, one.sha256) for one in facts.benchmarks] == [("medqa", "medqa.jsonl", "ab")]
    asked = [("pmc", "pmc:1"), ("pmc", "pmc:2"), ("bold", "bold:1")]
    assert [screened.decontaminated(*one) for one in asked] == [True, False, NOT_SCREENED]


@needs_train
@pytest.mark.slow
def test_the_harness_offline_gives_our_bits_per_byte(snapshot: Built, made: Path, tmp_path: Path) -> None:
    texts = held_out(snapshot)["text"].to_list()
    (tmp_path / "texts.txt").write_text("\n".join(" ".join(text.split()) for text in texts), encoding="utf-8")
    model = tmp_path / "model"
    caches = {name: str(tmp_path / "cache") for name in ("HF_HOME", "HF_DATASETS_CACHE", "XDG_CACHE_HOME")}
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    around = environment(tmp_path / "home") | caches | offline | {"OMP_NUM_THREADS": "1"}
    around["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    make = [sys.executable, "-m", "tests.shards.evaluation.tiny_model", str(model), str(tmp_path / "texts.txt")]
    built = subprocess.run(make, env=around, cwd=ROOT, capture_output=True, text=True, check=False)
    if "ImportError" in built.stderr or "ModuleNotFoundError" in built.stderr:
        pytest.skip(f"transformers cannot be imported here: {built.stderr.strip().splitlines()[-1]}")
    assert built.returncode == 0, built.stderr[-3000:]
    arguments = {"--model": "hf", "--model_args": f"pretrained={model}", "--device": "cpu", "--batch_size": "1"}
    asked = {"--tasks": "hc4_small_validation", "--include_path": "lm_eval"}
    written = {"--output_path": tmp_path / "results.json"}
    options = [part for pair in (arguments | asked | written).items() for part in pair]

    run(sys.executable, "-m", "lm_eval", "run", *options, env=around, cwd=made)
    ours = json.loads(run(*command("evaluate", "perplexity", made, model, "--json"), env=around, cwd=tmp_path))

    (results,) = tmp_path.glob("results*.json")
    theirs = json.loads(results.read_text(encoding="utf-8"))["results"]
    assert ours["snapshot_id"] == snapshot.manifest.snapshot_id
    assert ours["max_length"] == tiny_model.LENGTH
    by_source = [one for one in ours["tasks"] if not one["task"].endswith("_all")]
    assert len(by_source) >= 2
    for one in by_source:
        for metric in ("bits_per_byte", "byte_perplexity", "word_perplexity"):
            assert one[metric] == pytest.approx(theirs[one["task"]][f"{metric},none"], rel=1e-6, abs=1e-6), one["task"]
        assert one["tokens"] > 2 * one["documents"] * tiny_model.LENGTH  # the windows do roll
    sources = [one["bits_per_byte"] for one in by_source]
    group = theirs["hc4_small_validation"]["bits_per_byte,none"]
    assert group == pytest.approx(sum(sources) / len(sources), abs=1e-6)


def run(*parts: object, env: dict[str, str], cwd: Path) -> str:
    done = subprocess.run([*map(str, parts)], env=env, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_missing_model_is_an_asset_error(tmp_path: Path) -> None:
    with pytest.raises(AssetError):
        LocalModel.load(tmp_path / "nowhere")


def record(doc_id: str, **changes: Any) -> dict[str, Any]:
    asked = {"question": "Is it?", "expected": "YES", "answer": "YES"}
    whole = {"doc_id": doc_id, "system": "s", "generated": "Short.", "document_questions": [asked]}
    return whole | {"generated_questions": [asked | {"answer": "IDK"}]} | changes


def test_records_are_scored_or_refused_with_a_reason_and_none_is_lost(made: Path, tmp_path: Path) -> None:
    known = lines(made / "cef_sources.jsonl")
    first, second = known[0], known[1]
    bad = {
        "not_json": "{",
        "not_an_object": "[1]",
        "missing:document_questions": json.dumps({"doc_id": first["doc_id"], "generated_questions": []}),
        "bad:generated_questions": json.dumps(record(first["doc_id"], generated_questions=[{"answer": "yes"}])),
        "unknown_field": json.dumps(record(first["doc_id"], colour="red")),
        "unknown_document": json.dumps(record("pmc:nowhere")),
        "another_text": json.dumps(record(second["doc_id"], sha256="0" * 64)),
        "repeated": json.dumps(record(first["doc_id"])),
        "generated_twice": json.dumps(record(second["doc_id"], generated_words=3)),
        "no_questions": json.dumps(record(second["doc_id"], document_questions=[], generated_questions=[])),
    }
    good = [record(first["doc_id"], sha256=first["sha256"]), record(second["doc_id"], system="other")]
    given = tmp_path / "answers.jsonl"
    given.write_text("\n".join([*map(json.dumps, good), "", *bad.values()]), encoding="utf-8")

    arguments = ["evaluate", "cross-examine", str(given), str(made / "cef_sources.jsonl"), "--json"]
    done = CliRunner().invoke(app, [*arguments, "--refused", str(tmp_path / "refused.jsonl")])

    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["records"] == len(good) + len(bad) == found["scored"] + sum(found["refused"].values())
    assert found["refused"] == dict.fromkeys(sorted(bad), 1)
    assert [one["reason"] for one in lines(tmp_path / "refused.jsonl")] == list(bad)
    assert [one["line"] for one in lines(tmp_path / "refused.jsonl")] == list(range(4, 4 + len(bad)))
    one = found["systems"]["s"]["pooled"]
    assert (one["coverage"], one["conformity"], one["consistency_idk"]) == (100, 100, 0)
    words = len(first["text"].split())
    assert one["conciseness"] == pytest.approx(100 * (words - 1) / words)
