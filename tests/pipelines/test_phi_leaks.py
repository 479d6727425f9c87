"""A thousand documents with planted identifiers: no value leaves the work folder but in a text that screening missed.

Values are looked for in every file of the snapshot, in what the command prints, and in errors; also when a stage is
made to break on the document. Assertions compare counts, never values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ahocorasick_rs
import pyarrow as pa
import pytest
import yaml
from typer.testing import CliRunner

from filters.boilerplate import SentenceAnnotator
from filters.phi.classes import SafeHarbor
from filters.phi.detector import Detector
from filters.phi.mask import mask_text
from filters.phi.planting import Planted, planted
from filters.phi.spans import Span
from pipelines.cli import app
from tests.pipelines.building import hc4
from tests.pipelines.small import assets_are_here
from tests.pipelines.test_privacy import released

DOCUMENTS = 1000
_LEAST = 6
"""Characters of a value that is looked for: shorter ones stand in any file."""
TEXT = (
    "HISTORY OF PRESENT ILLNESS\n\nThe patient was seen for follow-up of study visit {number}. The cough "
    "that began some weeks ago is better, and there is no fever. Appetite is good and the weight is stable since "
    "the last visit.\n\n"
    "MEDICATIONS\n\nLisinopril 10 mg daily, metformin 500 mg twice a day, and aspirin as needed for headache.\n\n"
    "ASSESSMENT AND PLAN\n\nHypertension, well controlled; diabetes, improving with diet item {number}. We will check "
    "the laboratory values again and see the patient in three months, or sooner if the cough comes back.\n"
)


@dataclass(frozen=True, repr=False)
class Corpus:
    folder: Path
    recipe: Path
    documents: list[Planted]
    values: list[str]
    """Planted values, white space squeezed, that stand in no document as it was before."""
    missed: frozenset[str]
    """Of these, values that the rules leave in a text."""


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    if not assets_are_here():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    folder = tmp_path_factory.mktemp("leaks")
    texts = [(f"note-{number:04}", TEXT.format(number=number)) for number in range(DOCUMENTS)]
    before = squeezed(" ".join(text for _, text in texts)).lower()
    documents = list(planted(texts, 7, per_document=3))
    with (folder / "notes.jsonl").open("w", encoding="utf-8") as stream:
        for each in documents:
            stream.write(json.dumps({"id": each.id, "text": each.text, "licence": "CC0-1.0"}) + "\n")
    source = {
        "name": "notes",
        "reader": "jsonl",
        "options": {"doc_type": "note"},
        "files": ["notes.jsonl"],
        "terms": "CC0-1.0",
    }
    recipe = {
        "name": "leaks",
        "root": str(folder),
        "licence_profile": "commercial",
        "sources": [source],
        "phi": {"max_masked_share": 1.0, "undecided": "rules"},
        "dedup": {"threshold": 1.0, "split_threshold": 1.0, "max_loss_share": 1.0},
        "limits": {"failed_share": 1.0},
        "engine": "inline",
    }
    (folder / "leaks.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    values = {squeezed(each.text[span.start : span.end]) for each in documents for span in each.spans}
    values = {value for value in values if len(value) >= _LEAST and value.lower() not in before}
    masked = ((each.id, mask_text(each.text, "notes")) for each in documents)
    missed = {value for found in leaks(sorted(values), masked).values() for value in found}
    return Corpus(folder, folder / "leaks.yaml", documents, sorted(values), frozenset(missed))


def leaks(values: Sequence[str], texts: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    """By name of a text, the values that stand in it as whole words."""
    search = ahocorasick_rs.AhoCorasick(values)
    found: dict[str, set[str]] = {}
    for name, text in texts:
        plain = squeezed(text)
        for index, start, end in search.find_matches_as_indexes(plain, overlapping=True):
            if not plain[start - 1 : start].isalnum() and not plain[end : end + 1].isalnum():
                found.setdefault(name, set()).add(values[index])
    return found


def in_text(name: str) -> bool:
    """A file that holds texts."""
    return name.startswith(("data/", "samples/", "report/samples/"))


def check(corpus: Corpus, snapshot: Path, printed: str) -> None:
    found = leaks(corpus.values, iter([*released(snapshot), ("printed", printed)]))
    elsewhere = sorted(name for name in found if not in_text(name))
    assert elsewhere == []
    unexplained = len({value for name in found for value in found[name]} - corpus.missed)
    assert unexplained == 0


def test_the_planted_values_can_be_seen(corpus: Corpus) -> None:
    found = leaks(corpus.values, ((each.id, each.text) for each in corpus.documents))
    planted_values, seen = len(corpus.values), len({value for values in found.values() for value in values})
    assert planted_values > 2 * DOCUMENTS
    assert seen > 0.99 * planted_values


def test_screening_misses_few(corpus: Corpus) -> None:
    missed, planted_values = len(corpus.missed), len(corpus.values)
    assert missed < 0.05 * planted_values


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["inline", pytest.param("ray", marks=pytest.mark.slow)])
def test_no_planted_value_is_anywhere_but_in_text_that_screening_missed(
    corpus: Corpus, tmp_path: Path, engine: str
) -> None:
    snapshot = tmp_path / "snapshot"
    printed = ""
    for command in (
        ("build", corpus.recipe, "--output", snapshot, "--work", tmp_path / "work", "--engine", engine),
        ("verify", snapshot),
        ("explain", "notes:note-0001", snapshot),
    ):
        done = hc4(*command, home=tmp_path / "home", cwd=tmp_path)
        assert done.returncode == 0
        printed += done.stdout + done.stderr
    check(corpus, snapshot, printed)
    privacy = json.loads((snapshot / "manifest.json").read_text())["privacy"]
    planted_again = {each["letter"]: each for each in privacy["planted"]}
    assert sorted(planted_again) == [each.value for each in SafeHarbor]
    assert all(each["covered"] <= each["touched"] <= each["planted"] for each in planted_again.values())
    assert 100 < privacy["planted_documents"]["notes"] < 400


def broken_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Detector.find_many

    def find_many(self: Detector, texts: Sequence[bytes], known: Sequence[Sequence[Span]] = ()) -> list[list[Span]]:
        for text in texts:
            if b"study visit 7" in text:
                raise ValueError(text.decode())
        return whole(self, texts, known)

    monkeypatch.setattr(Detector, "find_many", find_many)


@pytest.mark.slow
def test_what_breaks_the_detector_is_not_released(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_detector(monkeypatch)
    place = tmp_path / "snapshot"
    done = CliRunner().invoke(
        app, ["build", str(corpus.recipe), "--output", str(place), "--work", str(tmp_path / "work")]
    )
    assert done.exit_code == 0
    ledger = json.loads((place / "manifest.json").read_text())["ledger"]["lines"]
    assert sum(line["amount"]["documents"] for line in ledger if line["reason"] == "phi_failed") == 111
    check(corpus, place, done.output)


def broken_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SentenceAnnotator.measure

    def measure(self: SentenceAnnotator, documents: pa.RecordBatch) -> pa.RecordBatch:
        if len(documents) > 1:
            raise ValueError(documents.column("text").to_pylist())
        return whole(self, documents)

    monkeypatch.setattr(SentenceAnnotator, "measure", measure)


@pytest.mark.parametrize("breaking", [broken_stage])
def test_an_error_in_a_stage_says_where_and_repeats_nothing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaking: Callable[[pytest.MonkeyPatch], Any]
) -> None:
    breaking(monkeypatch)
    arguments = ["build", str(corpus.recipe), "--output", str(tmp_path / "snapshot"), "--work", str(tmp_path / "work")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code != 0
    assert not (tmp_path / "snapshot").exists()
    said = done.output + str(done.exception)
    assert ("ValueError at test_phi_leaks.py" in said) is True
    assert len(leaks(corpus.values, iter([("said", said)]))) == 0
