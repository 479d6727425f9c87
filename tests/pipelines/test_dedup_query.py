"""`hc4 dedup query`: what a text duplicates, by which measure, and which of the two survives."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpus.errors import RawFileError, RecipeError, SnapshotError
from pipelines.cli import app
from pipelines.query_records import Record, read_records
from tests.conftest import Built
from tests.dedup import oracle
from tests.pipelines.small import NEW, PLANTED_IDENTIFIERS, Citations, SmallCorpus, changed_in_the_middle
from tests.sources.material import demo_file

ORIGINAL = "articles:plain-01"


def asked(file: Path, snapshot: Path, *options: str) -> list[dict[str, Any]]:
    """Answers of the command, as machines get them."""
    done = CliRunner().invoke(
        app, ["dedup", "query", str(file), "--snapshot", str(snapshot), "--json", *options], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def written(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def released(snapshot: Built) -> dict[str, str]:
    """Released text by doc_id."""
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    rows = pl.concat([pl.read_parquet(path, columns=["doc_id", "text"], glob=False) for path in paths])
    return dict(rows.iter_rows())


def test_a_copy_in_other_case_and_punctuation_is_exact(
    snapshot: Built, released: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "copy.txt"
    file.write_text("¡ " + "\n".join(oracle.words(released[ORIGINAL])) + " !", encoding="utf-8")
    (answer,) = asked(file, snapshot.folder)
    assert answer["record"] == "copy.txt"
    assert answer["survivor"] == ORIGINAL
    assert answer["survivor_snapshot_id"] == snapshot.manifest.snapshot_id
    (match,) = answer["matches"]
    assert (match["doc_id"], match["source"], match["kind"]) == (ORIGINAL, "articles", "exact")
    assert match["similarity"] == match["containment"] == 1.0


def test_an_edited_copy_is_near_with_its_true_similarity(
    snapshot: Built, released: dict[str, str], tmp_path: Path
) -> None:
    text = changed_in_the_middle(released[ORIGINAL], 2)
    (answer,) = asked(written(tmp_path / "near.jsonl", {"id": "mine", "text": text}), snapshot.folder)
    (match,) = answer["matches"]
    assert (answer["record"], match["doc_id"], match["kind"]) == ("mine", ORIGINAL, "near")
    assert match["similarity"] == oracle.jaccard(text, released[ORIGINAL])
    assert match["containment"] == oracle.containment(text, released[ORIGINAL])
    (answer,) = asked(tmp_path / "near.jsonl", snapshot.folder, "--threshold", "0.999")
    assert answer["matches"] == []
    assert answer["candidates"] == answer["compared"] == 1


def test_every_document_of_a_snapshot_finds_itself_and_what_brute_force_finds(
    snapshot: Built, released: dict[str, str], tmp_path: Path
) -> None:
    names = sorted(released)
    pq.write_table(pa.table({"doc_id": names, "text": [released[name] for name in names]}), tmp_path / "all.parquet")
    answers = {answer["record"]: answer for answer in asked(tmp_path / "all.parquet", snapshot.folder)}
    assert sorted(answers) == names
    sets = {name: oracle.shingles(released[name]) for name in names}
    for name in names:
        found = {match["doc_id"]: match["similarity"] for match in answers[name]["matches"]}
        assert found[name] == 1.0
        for other, similarity in found.items():
            both = len(sets[name] & sets[other])
            assert similarity == both / (len(sets[name]) + len(sets[other]) - both) >= 0.8 or other == name


def test_what_is_like_nothing_is_a_duplicate_of_nothing(snapshot: Built, tmp_path: Path) -> None:
    new = Citations(demo_file(NEW)).abstracts(range(7000, 7020), minimum_words=100)[0]
    rows = [{"id": "new", "text": new}, {"id": "none", "text": "-- !"}, {"id": "empty", "text": ""}]
    answers = asked(written(tmp_path / "new.jsonl", *rows), snapshot.folder)
    assert [answer["duplicate"] for answer in answers] == [False] * 3
    assert [answer["has_words"] for answer in answers] == [True, False, False]
    assert all(answer["survivor"] is None for answer in answers)


def test_identifiers_are_replaced_as_they_were_before_release(
    snapshot: Built, small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    file = written(tmp_path / "raw.jsonl", *({"id": n, "text": small_corpus.planted[n]} for n in ("mail", "phone")))
    for answer in asked(file, snapshot.folder, "--phi-policy", "literature"):
        (match,) = answer["matches"]
        assert (match["doc_id"], match["kind"]) == (f"articles:{answer['record']}", "exact")
    for answer in asked(file, snapshot.folder):
        assert all(match["kind"] == "near" for match in answer["matches"])


def test_the_command_shows_no_text_and_no_identifier(
    snapshot: Built, small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    file = written(tmp_path / "raw.jsonl", *({"id": n, "text": small_corpus.planted[n]} for n in ("mail", "plain-02")))
    done = CliRunner().invoke(app, ["dedup", "query", str(file), "--snapshot", str(snapshot.folder)])
    assert done.exit_code == 0
    assert "2 texts: 1 exact and 1 near duplicates, 0 of nothing" in done.output
    assert "articles:plain-02" in done.output
    assert sum(value in done.output for value in PLANTED_IDENTIFIERS) == 0


SURVIVORS: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    ({"source": "nowhere", "licence_spdx": "CC0-1.0", "doc_type": "full_text"}, False),
    ({"source": "pmc"}, True),
    ({"source": "articles", "licence_spdx": "CC0-1.0"}, True),
    ({"source": "articles", "licence_spdx": "CC-BY-NC-4.0"}, False),
    ({"source": "articles", "licence_spdx": "CC-BY-4.0", "doc_type": "full_text"}, True),
    ({"source": "medline", "licence_spdx": "CC0-1.0"}, False),
]
"""What a copy states of itself, and whether it survives a document of source `articles` (CC BY, an abstract)."""


@pytest.mark.parametrize(("stated", "survives"), SURVIVORS, ids=[f"{number}" for number in range(len(SURVIVORS))])
def test_the_keep_policy_says_which_survives(
    snapshot: Built, released: dict[str, str], tmp_path: Path, stated: dict[str, Any], survives: bool
) -> None:
    record = {"id": "copy", "text": released[ORIGINAL], **stated}
    (answer,) = asked(written(tmp_path / "copy.jsonl", record), snapshot.folder)
    assert answer["duplicate"]
    assert (answer["survivor"] is None) == survives


def test_several_snapshots_are_asked_and_the_first_has_most_authority(
    snapshot: Built, typed: Built, released: dict[str, str], tmp_path: Path
) -> None:
    file = written(tmp_path / "copy.jsonl", {"id": "copy", "text": released[ORIGINAL]})
    for first, second in ((snapshot, typed), (typed, snapshot)):
        (answer,) = asked(file, first.folder, "--snapshot", str(second.folder))
        assert {match["snapshot"] for match in answer["matches"]} == {str(first.folder), str(second.folder)}
        done = CliRunner().invoke(
            app, ["dedup", "query", str(file), *(f"--snapshot={one.folder}" for one in (first, second))]
        )
        (row,) = [line for line in done.output.splitlines() if "this" in line]
        assert "exact" in row


def test_the_best_candidates_are_compared_and_how_many_were_not_is_said(
    snapshot: Built, released: dict[str, str], tmp_path: Path
) -> None:
    file = written(tmp_path / "kin.jsonl", {"id": "a", "text": released["articles:kin-a"]})
    (whole,) = asked(file, snapshot.folder, "--threshold", "0")
    (cut,) = asked(file, snapshot.folder, "--threshold", "0", "--candidates", "1")
    assert whole["candidates"] == whole["compared"] == cut["candidates"] >= 2
    assert cut["compared"] == 1
    assert [match["doc_id"] for match in cut["matches"]] == ["articles:kin-a"]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jsonl", b'{"text": "fine"}\n{"text": 1}\n', "a.jsonl:2: no object with a text in 'text'"),
        ("b.jsonl", b'{"text": "fine"}\n{"te', "b.jsonl:2: not a line of JSON"),
        ("c.jsonl", b"[1]\n", "c.jsonl:1: no object with a text in 'text'"),
        ("d.txt", b"caf\xe9", "d.txt, byte 3: not UTF-8"),
        ("e.parquet", b"PAR1PAR1", "e.parquet"),
        ("f.jsonl.gz", gzip.compress(b'{"text": "a"}\n' * 99)[:-12], "f.jsonl.gz"),
        ("g.jsonl", b'{"text": "\\ud800"}\n', "g.jsonl:1"),
    ],
    ids=["no-text", "cut", "no-object", "latin", "parquet", "gzip", "surrogate"],
)
def test_bad_input_is_an_error_that_names_the_place(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RawFileError) as error:
        list(read_records(tmp_path / name))
    assert what in str(error.value)
    assert "fine" not in str(error.value)


def test_records_of_every_form(tmp_path: Path) -> None:
    rows = [{"id": 7, "text": "Cafe\u0301 \r\nau lait", "source": "s", "version": None}, {"body": "x", "text": "y"}]
    lines = "".join(json.dumps(row) + "\n\n" for row in rows).encode()
    (tmp_path / "r.jsonl").write_bytes(lines)
    (tmp_path / "r.jsonl.gz").write_bytes(gzip.compress(lines))
    expected = [Record("7", "Café\nau lait", source="s"), Record("r.jsonl:3", "y")]
    assert [record for part in read_records(tmp_path / "r.jsonl") for record in part] == expected
    zipped = [record._replace(name=record.name.replace("jsonl:", "jsonl.gz:")) for record in expected]
    assert [record for part in read_records(tmp_path / "r.jsonl.gz") for record in part] == zipped
    pq.write_table(pa.table({"body": ["x", "z"], "doc_id": ["a", None]}), tmp_path / "r.parquet")
    parts = read_records(tmp_path / "r.parquet", "body")
    assert [record for part in parts for record in part] == [Record("a", "x"), Record("r.parquet:2", "z")]


def test_batches_change_nothing(
    snapshot: Built, released: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(9)
    rows = [{"id": name, "text": oracle.edited(text, 0.01, draw)} for name, text in sorted(released.items())[:40]]
    file = written(tmp_path / "some.jsonl", *rows)
    together = asked(file, snapshot.folder)
    monkeypatch.setattr("pipelines.query_records.BATCH_BYTES", 1)
    monkeypatch.setattr("pipelines.dedup_query._ROWS_AT_A_TIME", 1)
    assert asked(file, snapshot.folder) == together
    assert sum(answer["duplicate"] for answer in together) > 10


def test_unknown_policies_and_folders_without_an_index_are_errors(
    snapshot: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "a.jsonl", {"text": "some words"})
    with pytest.raises(RecipeError, match="unknown PHI policy"):
        asked(file, snapshot.folder, "--phi-policy", "nonesuch")
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        asked(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["dedup", "query", str(file)])
    assert done.exit_code == 2
    assert CliRunner().invoke(app, ["dedup", "query", "absent.txt"]).exit_code == 2


def test_snapshots_here_are_asked_if_none_is_named(
    snapshot: Built, released: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "a.jsonl", {"text": released[ORIGINAL]})
    for folder in (snapshot.folder, snapshot.folder.parent):
        monkeypatch.chdir(folder)
        done = CliRunner().invoke(app, ["dedup", "query", str(file)])
        assert "1 exact" in done.output
