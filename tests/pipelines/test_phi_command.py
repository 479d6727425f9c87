"""`hc4 phi evaluate`: figures and places, never a text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import RawFileError, RecipeError
from pipelines.cli import app

SECRETS = ["zebulon@quahog.example.org", "617-555-0199", "Zebulon", "Quahogsen", "Wampanoag"]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A document with three identifiers, of which the policy `literature` looks for two; one with none."""
    text = "Write to Zebulon Quahogsen, zebulon@quahog.example.org, tel. 617-555-0199. Wampanoag is fine."
    spans = [[text.index(value), text.index(value) + len(value), label] for value, label in MARKS.items()]
    rows = [
        {"id": "n1", "text": text, "spans": spans, "origin": "clinic"},
        {"id": "n2", "text": "Ask at tel. 617-555-0199.", "spans": []},
    ]
    path = tmp_path / "small.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


MARKS = {"Zebulon Quahogsen": "NAME", "zebulon@quahog.example.org": "EMAIL", "617-555-0199": "PHONE"}


def test_a_table_of_the_classes_and_of_whole_documents(gold: Path) -> None:
    done = CliRunner().invoke(app, ["phi", "evaluate", str(gold)])

    assert done.exit_code == 0
    assert "small · policy literature · 2 documents, 3 identifiers" in done.output
    for words in ("A names", "D telephone", "F e-mail", "covered", "precision", ".207–1.000"):  # noqa: RUF001 - a range
        assert words in done.output, words
    assert "covered: 0 of 1:" in done.output
    assert "something is found: 1 of 1: 1.00000" in done.output


def test_nothing_of_a_text_is_shown_or_written(gold: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = CliRunner().invoke(app, ["phi", "evaluate", str(gold), "--misses", "9", "--json", str(out)])

    assert done.exit_code == 0
    shown = done.output + out.read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret.lower() in shown.lower()]


def test_errors_are_listed_by_document_offsets_and_rule(gold: Path) -> None:
    done = CliRunner().invoke(app, ["phi", "evaluate", str(gold), "--misses", "1"])

    assert "1 errors" in done.output
    assert "missed" in done.output
    assert "1 more" in done.output
    both = CliRunner().invoke(app, ["phi", "evaluate", str(gold), "--misses", "2"])
    assert "phone-cued" in both.output, "the false span's rule is named"


def test_the_file_for_machines_holds_everything(gold: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert CliRunner().invoke(app, ["phi", "evaluate", str(gold), str(gold), "--json", str(out)]).exit_code == 0

    first, second = json.loads(out.read_text(encoding="utf-8"))
    assert first == second
    assert (first["gold"], first["policy"], first["documents"]) == ("small", "literature", 2)
    assert first["recall"]["covered"] == pytest.approx(
        {"hits": 2, "n": 3, "value": 2 / 3, "low": 0.2077, "high": 0.9385}, abs=1e-4
    )
    assert list(first["recall_by_class"]) == ["A", "D", "F"]
    assert first["recall_by_origin"]["clinic"]["n"] == 3
    assert first["precision"]["hits"] == 2
    assert first["flagged"]["hits"] == 1
    assert first["faults"] == [
        {"document": "n1", "fault": "missed", "kind": "NAME", "start": 9, "end": 26, "rule": ""},
        {"document": "n2", "fault": "false", "kind": "PHONE", "start": 12, "end": 24, "rule": "phone-cued"},
    ]


@pytest.mark.parametrize(("by", "row"), [("label", "EMAIL"), ("origin", "clinic")])
def test_rows_may_be_labels_or_origins(gold: Path, by: str, row: str) -> None:
    done = CliRunner().invoke(app, ["phi", "evaluate", str(gold), "--by", by])
    assert done.exit_code == 0
    assert row in done.output


def test_an_unknown_policy_is_a_usage_error(gold: Path) -> None:
    done = CliRunner().invoke(app, ["phi", "evaluate", str(gold), "--policy", "nonesuch"])
    assert isinstance(done.exception, RecipeError)


def test_damaged_gold_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "a", "text": "Zebulon", "spans": [[0, 99, "NAME"]]}\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["phi", "evaluate", str(path)])
    assert isinstance(done.exception, RawFileError)
    assert "bad.jsonl:1:" in str(done.exception)
    assert "Zebulon" not in str(done.exception)
