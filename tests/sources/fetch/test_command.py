"""`hc4 fetch`, as people type it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from sources.fetch.lockfile import LOCK
from tests.pipelines.building import command, environment, hc4
from tests.sources.fetch import kit
from tests.sources.fetch import loopback as server_that
from tests.sources.fetch.loopback import Loopback
from tests.sources.fetch.mirroring import lock_of, paths
from tests.sources.material import demo_file

NAME = "pubmed26n0001.xml.gz"
PATH = f"/pubmed/baseline/{NAME}"


def fetch(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["fetch", *map(str, arguments)])


def test_list_names_every_collection_its_size_and_its_terms() -> None:
    done = fetch("--list")

    assert done.exit_code == 0
    for word in ("pubmed", "pmc_oa", "openalex", "clinicaltrials", "dailymed", "openfda", "terms", "size", "https://"):
        assert word in done.output, word


def test_a_collection_is_fetched_and_its_lock_named(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_pubmed(server)

    done = fetch("pubmed", "--base-url", f"{server.url}/pubmed/", "--to", tmp_path / "raw")

    assert done.exit_code == 0, done.output
    assert (tmp_path / "raw" / NAME).read_bytes() == files[NAME]
    assert LOCK in done.output.replace("\n", "")
    assert lock_of(tmp_path / "raw").complete


def test_the_contact_is_told_to_the_server_and_written_nowhere(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.serve_pubmed(server)
    monkeypatch.setenv("HC4_CONTACT", "someone@example.org")

    done = fetch("pubmed", "--base-url", f"{server.url}/pubmed", "--to", tmp_path)

    assert all("mailto:someone@example.org" in request.headers["user-agent"] for request in server.log)
    assert b"someone" not in (tmp_path / LOCK).read_bytes()
    assert "someone" not in done.output


def test_a_file_that_fails_is_named_and_the_command_exits_with_7(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pubmed(server)
    server.next_time(PATH, server_that.status(404))

    done = fetch("pubmed", "--base-url", f"{server.url}/pubmed", "--to", tmp_path)

    assert done.exit_code == 7
    assert f"{NAME}: " in done.output
    assert "HTTP 404" in done.output


def test_a_dry_run_takes_the_listing_only(server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kit.serve_pubmed(server)

    done = fetch("pubmed", "--base-url", f"{server.url}/pubmed", "--dry-run")

    assert done.exit_code == 0, done.output
    assert NAME in done.output
    assert [request.path for request in server.log] == ["/pubmed/baseline/"]
    assert list(tmp_path.iterdir()) == []


def test_verify_exits_with_7_once_a_byte_is_other(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_pubmed(server)
    fetch("pubmed", "--base-url", f"{server.url}/pubmed", "--to", tmp_path)

    whole = fetch("verify", tmp_path)
    (tmp_path / NAME).write_bytes(files[NAME][:-1] + b"\x7f")
    harmed = fetch("verify", tmp_path)

    assert (whole.exit_code, harmed.exit_code) == (0, 7)
    assert "as they were taken" in whole.output.replace("\n", " ")
    assert NAME in harmed.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("pubmet",),
        ("pubmed", "--what", "everything"),
        ("openfda", "--since", "2026-01-01"),
        ("pubmed", "--since", "yesterday"),
        ("pubmed", "--limit", "0"),
    ],
)
def test_a_misuse_exits_with_2_and_asks_nobody(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert fetch(*arguments, "--to", tmp_path / "raw").exit_code == 2
    assert not (tmp_path / "raw").exists()


def test_an_error_of_the_listing_is_one_sentence(server: Loopback, tmp_path: Path) -> None:
    done = hc4(
        "fetch", "pubmed", "--base-url", f"{server.url}/nothing", "--to", tmp_path / "raw",
        home=tmp_path / "home", cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 7
    assert "HTTP 404" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_password_in_a_base_url_reaches_neither_lock_nor_message(tmp_path: Path) -> None:
    raw = tmp_path / "raw"

    done = hc4(
        "fetch", "pubmed", "--base-url", "https://me:hunter2@127.0.0.1/pubmed", "--to", raw,
        home=tmp_path / "home", cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 7
    assert "hunter2" not in done.stdout + done.stderr
    assert not raw.exists()


def test_importing_the_command_opens_no_door_to_the_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, pipelines.cli, sources.fetch.registry; print(*sys.modules)"],
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert {"urllib3", "httpx", "requests", "ssl"} & set(done.stdout.split()) == set()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "workers"), [(signal.SIGKILL, 1), (signal.SIGTERM, 1), (signal.SIGTERM, 2)])
def test_a_fetch_killed_amid_a_file_goes_on_where_it_was(
    server: Loopback, tmp_path: Path, number: signal.Signals, workers: int
) -> None:
    kit.serve_pubmed(server)
    body = demo_file("pubmed20n0014.xml.gz").read_bytes()
    server.serve(PATH, body)
    server.serve(f"{PATH}.md5", hashlib.md5(body).hexdigest().encode())
    server.next_time(PATH, server_that.hold(after=5_000_000))
    raw = tmp_path / "raw"
    typed = command("fetch", "pubmed", "--base-url", f"{server.url}/pubmed", "--to", raw, "--workers", workers)
    part = raw / f"{NAME}.part"

    running = subprocess.Popen(typed, env=environment(tmp_path / "home"), stderr=subprocess.PIPE, cwd=tmp_path)
    assert server.held.wait(30)
    until_it_is_there(part, size=5_000_000)
    running.send_signal(number)
    _, said = running.communicate(timeout=25)  # well below the minute that a silent server is given
    assert running.returncode in (-signal.SIGKILL, 128 + signal.SIGTERM), said
    assert not (raw / NAME).exists()
    done = hc4(*typed[3:], home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (raw / NAME).read_bytes() == body
    assert [request.range for request in server.asked(PATH)] == [None, "bytes=5000000-"]
    assert paths(raw) == [NAME]
    assert lock_of(raw).complete


def until_it_is_there(part: Path, size: int) -> None:
    tick = threading.Event()
    for _ in range(3000):
        if part.is_file() and part.stat().st_size >= size:
            return
        tick.wait(0.01)
    pytest.fail(f"{part} did not reach {size} bytes")


def test_a_recipe_that_names_a_fetched_folder_reads_the_files_and_not_the_lock(
    server: Loopback, tmp_path: Path
) -> None:
    kit.serve_pubmed(server)
    fetch("pubmed", "--base-url", f"{server.url}/pubmed", "--to", tmp_path / "raw")
    (tmp_path / "raw" / "pubmed26n0002.xml.gz.part").write_bytes(os.urandom(8))
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        json.dumps(
            {
                "name": "r",
                "licence_profile": "research",
                "sources": [
                    {"name": "medline", "reader": "medline", "files": ["raw/"], "terms": "LicenseRef-NLM-Terms"}
                ],
            }
        )
    )

    planned = make_plan(load_recipe(recipe), tmp_path)

    assert planned.raw_files == 1
