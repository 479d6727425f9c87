"""The `hc4` command, as people type it."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.storage import WorkFolder
from pipelines.cli import app
from tests.conftest import Built, Typed
from tests.pipelines.building import ROOT, command, environment, hc4
from tests.pipelines.small import SmallCorpus

HEAVY = {"numba", "ray", "fasttext", "presidio_analyzer", "spacy", "datasets", "torch", "datatrove", "duckdb", "pandas"}
HEAVY |= {"mlcroissant", "rdflib", "spdx_python_model", "prov", "openlineage", "jsonschema"}
ROOMS = ("corpus", "sources", "filters", "dedup", "shards", "manifests", "datacards", "pipelines")


def test_help_names_every_command_and_exit_code(tmp_path: Path) -> None:
    done = hc4("--help", home=tmp_path / "home", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    for word in (
        "plan",
        "build",
        "status",
        "verify",
        "explain",
        "inspect",
        "whatif",
        "sources",
        "assets",
        "fetch",
        "phi",
        "cards",
        "prove",
        "sign",
        "trace",
        "takedown",
        "export",
        "instruct",
        "pack",
        "contamination",
        "Exit codes",
    ):
        assert word in done.stdout, word


@pytest.mark.parametrize(
    "name",
    [
        *("plan", "build", "status", "verify", "explain", "inspect", "whatif", "sources", "assets", "fetch", "phi"),
        *("cards", "prove", "sign", "trace", "takedown", "export", "pack", "instruct", "contamination"),
    ],
)
def test_every_command_has_help(name: str) -> None:
    done = CliRunner().invoke(app, [name, "--help"])

    assert done.exit_code == 0
    assert f"hc4 {name}" in done.output


def imported(tmp_path: Path, statement: str) -> set[str]:
    """Top-level packages that a statement imports, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", statement],
        env=environment(tmp_path / "home"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_importing_every_room_is_light(tmp_path: Path) -> None:
    assert imported(tmp_path, f"import {', '.join(ROOMS)}") & (HEAVY | {"pyarrow", "polars", "lxml"}) == set()


def test_importing_the_command_is_light(tmp_path: Path) -> None:
    assert imported(tmp_path, "import pipelines.cli") & (HEAVY | {"pyarrow", "polars", "lxml"}) == set()


@pytest.mark.parametrize(
    "module", ["pipelines.build", "pipelines.plan", "pipelines.recipe", "manifests.verify", "datacards.render"]
)
def test_modules_defer_what_is_heavy(tmp_path: Path, module: str) -> None:
    assert imported(tmp_path, f"import {module}") & HEAVY == set()


def test_plan_builds_nothing_and_forecasts(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    done = hc4("plan", small_corpus.recipe_file, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    for word in ("pmc", "articles", "registry", "medline", "forecast", "tokens"):
        assert word in done.stdout, word
    assert not (tmp_path / ".hc4").exists()
    assert not (tmp_path / "small").exists()


def test_a_build_says_where_to_look(typed: Typed) -> None:
    assert typed.manifest.snapshot_id in typed.printed
    for name in ("manifest.json", "README.md", "DATASHEET.md", "report/index.html"):
        assert name in typed.printed
        assert (typed.folder / name).is_file()


def test_a_build_leaves_nothing_beside_the_snapshot(typed: Typed) -> None:
    left = {path.name for path in typed.folder.parent.iterdir()}

    assert left == {"typed", ".hc4", "home"}


def test_inspect_shows_samples_of_a_reason(snapshot: Built, tmp_path: Path) -> None:
    done = hc4("inspect", snapshot.folder, "--reason", "too_few_words", home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "articles:short" in done.stdout


def test_a_build_records_what_it_was_started_from(typed: Typed) -> None:
    record = json.loads((typed.work / "builds" / f"{typed.manifest.snapshot_id}.json").read_bytes())

    assert record["recipe_sha256"] == typed.manifest.recipe_sha256
    assert record["code_sha256"] == typed.manifest.environment.code_sha256


@pytest.mark.slow
def test_status_of_a_finished_build_says_measured(typed: Typed, small_corpus: SmallCorpus, tmp_path: Path) -> None:
    done = hc4("status", small_corpus.recipe_file, "--work", typed.work, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("measured") == 4
    assert "waiting" not in done.stdout


@pytest.mark.slow
def test_a_second_build_in_one_work_folder_is_refused(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    work = WorkFolder.create(tmp_path / "work").root
    with (work / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = hc4(
            "build",
            small_corpus.recipe_file,
            "--engine",
            "inline",
            "--work",
            work,
            home=tmp_path / "home",
            cwd=tmp_path,
        )

    assert done.returncode == 4
    assert "another build is using" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
def test_a_stopped_build_says_how_to_go_on(
    small_corpus: SmallCorpus, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    arguments = ("build", small_corpus.recipe_file, "--engine", "inline", "--work", tmp_path / "work")
    with subprocess.Popen(
        command(*arguments), cwd=tmp_path, env=environment(tmp_path / "home"), stderr=subprocess.PIPE, text=True
    ) as running:
        while not (tmp_path / "work" / "units").is_dir() and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(number)
        _, said = running.communicate()

    assert running.returncode == code, said
    assert "stopped; run the same command to go on where it was" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_an_output_that_is_something_else_is_refused_before_anything_is_read(
    small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all I have", encoding="utf-8")
    done = hc4("build", small_corpus.recipe_file, "--output", "mine", home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 4
    assert "is not a snapshot" in done.stderr
    assert not (tmp_path / ".hc4").exists()


@pytest.mark.slow
def test_an_error_of_the_system_is_one_message_with_the_path(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    work = tmp_path / "file" / "work"
    done = hc4("build", small_corpus.recipe_file, "--work", work, home=tmp_path / "home", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, f"hc4: Not a directory: {work}\n")


@pytest.mark.parametrize("doc_id", ["s:[/red]x", "[bold]x", "medline:[/red]"])
def test_markup_in_an_id_is_said_as_it_is(snapshot: Built, tmp_path: Path, doc_id: str) -> None:
    done = hc4("explain", doc_id, snapshot.folder, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 6
    assert doc_id in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_engine_is_refused(small_corpus: SmallCorpus, tmp_path: Path) -> None:
    done = hc4("build", small_corpus.recipe_file, "--engine", "spark", home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 2
    assert "spark" in done.stderr


def test_a_folder_that_is_no_snapshot_ends_with_exit_code_6(tmp_path: Path) -> None:
    done = hc4("verify", tmp_path, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 6
    assert "is not a snapshot" in done.stderr


def test_models_that_are_absent_end_with_exit_code_3_and_the_command_that_brings_them(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text(json.dumps({"text": "Aspirin lowers fever."}), encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(
        "name: notes\nlicence_profile: research\nsources: [{name: notes, reader: jsonl, files: [notes.jsonl]}]\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "build", "recipe.yaml", "--engine", "inline"],
        cwd=tmp_path,
        env=environment(tmp_path / "home") | {"HC4_HOME": str(tmp_path / "nothing"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "hc4 assets pull" in done.stderr
    assert "Traceback" not in done.stderr
