"""`hc4 dedup review` and `precision`, with a reviewer who types from a pipe."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from manifests.precision import read_judgements
from manifests.removals import pair_digest, read_pairs, reading_order
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.cli import app
from tests.conftest import Built

Ask = Callable[..., Result]


@pytest.fixture
def folder(snapshot: Built, tmp_path: Path) -> Path:
    """A copy of the small snapshot, beside which files may lie."""
    return Path(shutil.copytree(snapshot.folder, tmp_path / "small"))


@pytest.fixture
def ask(folder: Path) -> Ask:
    def run(command: str, *options: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["dedup", command, str(folder), *options], input=typed)

    return run


def ordered(folder: Path) -> list[dict[str, object]]:
    return reading_order(read_pairs(Snapshot.open(folder))).to_dicts()


def test_a_verdict_is_a_line_beside_the_snapshot(folder: Path, ask: Ask) -> None:
    done = ask("review", "--reviewer", "ann", typed="c\nq\n")
    assert done.exit_code == 0
    pair = ordered(folder)[0]
    (line,) = (folder.parent / "small.reviews.jsonl").read_text(encoding="utf-8").splitlines()
    expected = {"pair": pair_digest(pair), "doc_id": pair["doc_id"], "survivor": pair["survivor"]}
    assert json.loads(line) == {**expected, "verdict": "copy", "reviewer": "ann"}


def test_both_texts_are_shown_and_what_differs_is_marked(folder: Path, ask: Ask) -> None:
    shown = ask("review", "--source", "articles", typed="q\n").output
    assert "kept articles:near-a" in shown
    assert "removed articles:near-b" in shown
    assert "⟦zyxword0 zyxword1⟧" in " ".join(shown.split())
    assert "words the same" in shown
    assert "Jaccard 0.9" in shown


def test_the_whole_text_is_shown_if_asked(folder: Path, ask: Ask) -> None:
    (pair,) = [one for one in ordered(folder) if one["source"] == "articles"]
    last = str(pair["text"]).split()[-1]
    assert ask("review", "--source", "articles", typed="f\nq\n").output.count(last) > ask(
        "review", "--source", "articles", typed="q\n"
    ).output.count(last)


def test_a_review_goes_on_where_it_was(folder: Path, ask: Ask) -> None:
    count = len(ordered(folder))
    assert count >= 2
    ask("review", "--reviewer", "ann", typed="d\nq\n")
    ask("review", "--reviewer", "ann", typed="what?\ns\n" + "c\n" * (count - 2))
    said = read_judgements(folder.parent / "small.reviews.jsonl")
    assert [one.verdict for one in said] == ["distinct", *["copy"] * (count - 2)]
    skipped = ask("review", "--reviewer", "ann", typed="u\n")
    assert f"2 of {count}" in skipped.output
    assert len(read_judgements(folder.parent / "small.reviews.jsonl")) == count
    assert f"1 of {count}" in ask("review", "--reviewer", "bob").output


def test_the_end_of_the_input_is_the_end_of_the_review(folder: Path, ask: Ask) -> None:
    assert ask("review", typed="").exit_code == 0
    assert not (folder.parent / "small.reviews.jsonl").exists()


def test_a_line_that_a_kill_cut_off_is_replaced(folder: Path, ask: Ask) -> None:
    ask("review", "--reviewer", "ann", typed="c\nq\n")
    path = folder.parent / "small.reviews.jsonl"
    path.write_bytes(path.read_bytes() + b'{"pair": "ab')
    ask("review", "--reviewer", "ann", typed="d\nq\n")
    assert [one.verdict for one in read_judgements(path)] == ["copy", "distinct"]


@pytest.mark.parametrize("option", ["--verdicts", "--html"])
def test_nothing_is_written_into_a_snapshot(folder: Path, ask: Ask, option: str) -> None:
    done = ask("review", option, str(folder / "samples" / "mine"), typed="c\n")
    assert "where nothing may be added" in str(done.exception)
    assert not (folder / "samples" / "mine").exists()


def test_a_review_leaves_the_snapshot_whole(folder: Path, ask: Ask) -> None:
    from datacards.render import render

    ask("review", "--reviewer", "ann", typed="c\nd\n")
    assert verify(folder, render) == []


def test_precision_is_told_by_source_and_over_all(folder: Path, ask: Ask) -> None:
    count = len(ordered(folder))
    for reviewer, said in (("ann", "c\n" * count), ("bob", "d\n" + "c\n" * (count - 1))):
        ask("review", "--reviewer", reviewer, typed=said)
    found = json.loads(ask("precision", "--json").output)
    assert found["total"]["removals"] == count
    assert (found["total"]["copies"], found["total"]["unsure"]) == (count - 1, 1)
    assert found["total"]["precision"] == 1
    assert (found["agreement"][0]["pairs"], found["agreement"][0]["agreed"]) == (count, count - 1)
    shown = ask("precision").output
    assert "all sources" in shown
    assert f"ann and bob agree on {count - 1} of {count} pairs" in shown
    assert ask("review", "--summary").output == shown


def test_verdicts_of_several_files_count_together(folder: Path, ask: Ask, tmp_path: Path) -> None:
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path, reviewer in zip(files, ("ann", "bob"), strict=True):
        ask("review", "--verdicts", str(path), "--reviewer", reviewer, typed="c\nq\n")
    both = [option for path in files for option in ("--verdicts", str(path))]
    assert json.loads(ask("precision", *both, "--json").output)["reviewers"] == 2


def test_a_source_of_which_nothing_was_removed_is_an_error_that_says_which_were(ask: Ask) -> None:
    done = ask("review", "--source", "pmc", typed="q\n")
    assert "nothing was removed from a source 'pmc'; there are " in str(done.exception)


def test_all_pairs_are_written_as_a_page(folder: Path, ask: Ask, tmp_path: Path) -> None:
    done = ask("review", "--html", str(tmp_path / "page.html"))
    count = len(ordered(folder))
    assert f"{count} pairs" in done.output
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<article ") == count


def test_a_snapshot_without_a_sample_is_told_to_be_built_again(folder: Path, ask: Ask) -> None:
    (folder / "samples" / "removals.parquet").unlink()
    assert "build it again" in str(ask("review").exception)


def test_a_file_that_is_no_sample_is_refused(folder: Path) -> None:
    done = CliRunner().invoke(app, ["dedup", "review", str(folder / "samples" / "samples.parquet")])
    assert "is no sample of removals" in str(done.exception)
    assert len(pl.read_parquet(folder / "samples" / "samples.parquet", glob=False)) > 0
