"""Cards for machines: each is read back by its readers' own library, and says what the manifest says."""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from datacards.projections import PROJECTIONS, projections
from datacards.projections.facts import Facts
from datacards.render import render
from datacards.validators import CHECKS, Checked, check_cards
from datacards.views import view
from manifests.model import Manifest
from tests.conftest import Built
from tests.datacards.reading import with_hostile_strings, without_anything

NEEDED = ("mlcroissant", "spdx_python_model", "prov", "openlineage.client", "jsonschema")


@pytest.fixture(scope="module", autouse=True)
def _validators() -> None:
    for name in NEEDED:
        pytest.importorskip(name, reason="validators of cards: pip install '.[cards]'")


def written(manifest: Manifest, folder: Path) -> Path:
    """Manifest and cards of a snapshot that has no shards on disk."""
    for name, content in {"manifest.json": manifest.canonical(), **render(manifest)}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def faulty(folder: Path, *but: str) -> list[Checked]:
    return [one for one in check_cards(folder) if (one.faults or one.missing) and one.file not in but]


def card(manifest: Manifest, name: str) -> Any:
    return json.loads(projections(view(manifest))[name])


def test_every_card_of_a_build_is_read_by_its_readers_library(snapshot: Built) -> None:
    assert faulty(snapshot.folder) == []


def test_croissant_gives_back_the_rows_of_the_shards(snapshot: Built) -> None:
    from mlcroissant import Dataset

    with warnings.catch_warnings():  # of mlcroissant's own dependencies
        warnings.simplefilter("ignore")
        rows = list(Dataset(jsonld=snapshot.folder / "croissant.json").records("documents"))
    paths = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    ours = [row for path in paths for row in pq.read_table(path).to_pylist()]
    assert len(rows) == snapshot.manifest.totals.documents
    theirs = {row["documents/doc_id"].decode(): row for row in rows}
    for row in ours:
        other = theirs[row["doc_id"]]
        assert other["documents/text"].decode() == row["text"]
        assert list(other["documents/input_ids"]) == row["input_ids"]
        assert other["documents/rights"]["documents/rights/redistribute"] == row["rights"]["redistribute"]
        assert {name.removeprefix("documents/") for name in other} == set(row)


def test_prov_is_json_ld_to_others_too(snapshot: Built) -> None:
    from prov.serializers.provjsonld import load_vendored_context
    from rdflib import RDF, Graph, Namespace

    content = json.loads((snapshot.folder / "cards" / "prov.jsonld").read_bytes())
    content["@context"] = [load_vendored_context(), content["@context"][0]]  # as its address gives it
    with warnings.catch_warnings():  # rdflib's own, of itself
        warnings.simplefilter("ignore")
        found = Graph().parse(data=json.dumps(content), format="json-ld")
    kinds = Namespace("http://www.w3.org/ns/prov#")
    for kind in ("Entity", "Activity", "Agent"):
        ours = {one["@id"].partition(":")[2] for one in content["@graph"] if one["@type"] == kind}
        theirs = {str(subject).partition("#")[2] for subject in found.subjects(RDF.type, kinds[kind])}
        assert theirs == ours
        assert ours


def test_hostile_strings_break_no_card(manifest: Manifest, tmp_path: Path) -> None:
    spoiled = with_hostile_strings(manifest).identified()
    assert faulty(written(spoiled, tmp_path), "README.md") == []


def test_a_snapshot_that_released_nothing_has_whole_cards(manifest: Manifest, tmp_path: Path) -> None:
    empty = without_anything(manifest).identified()
    assert faulty(written(empty, tmp_path)) == []
    assert card(empty, "croissant.json")["license"]


BROKEN: dict[str, tuple[Callable[[Any], None], str]] = {
    "croissant.json": (lambda it: it["recordSet"][-1]["field"][0]["source"]["fileSet"].update({"@id": "no"}), "no"),
    "cards/spdx.json": (lambda it: named(it, "corpus").update(dataset_datasetType=["song"]), "song"),
    "cards/prov.jsonld": (lambda it: it["@graph"].pop(0), "hc4 is not in the document"),
    "cards/dps.json": (lambda it: it["use"].pop("patent"), "use.patent is missing"),
    "cards/eu_training_content_fragment.json": (lambda it: it["sections"].pop("2.3"), "section 2.3 is missing"),
    "cards/tripod_llm.json": (lambda it: it.update(dates={}), "dates is empty"),
    "cards/hti1_training_data.json": (lambda it: it["fed"].pop("4.i"), "attribute 4.i is missing"),
    "manifest.json": (lambda it: it["totals"].update(tokens="many"), "$.totals.tokens: type"),
}


def named(graph: Any, name: str) -> Any:
    return next(one for one in graph["@graph"] if one.get("spdxId", "").endswith(f"#{name}"))


@pytest.fixture(scope="module")
def cards(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(manifest, tmp_path_factory.mktemp("cards"))


def told_of(folder: Path, name: str, content: bytes) -> str:
    """What the validator of one card says of other content."""
    before = (folder / name).read_bytes()
    (check,) = [check for check in CHECKS if check[0] == name]
    try:
        (folder / name).write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("datacards.validators.CHECKS", (check,))
            (one,) = check_cards(folder)
    finally:
        (folder / name).write_bytes(before)
    assert not one.missing
    return "\n".join(one.faults)


@pytest.mark.parametrize("name", BROKEN)
def test_a_validator_finds_what_is_wrong_in_its_card(cards: Path, name: str) -> None:
    change, told = BROKEN[name]
    content = json.loads((cards / name).read_bytes())
    change(content)
    assert told in told_of(cards, name, json.dumps(content).encode())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("eventTime",), "noon"),
        (("run", "runId"), "7"),
        (("run", "facets", "processing_engine", "colour"), "red"),
        (
            ("outputs", 0, "facets", "columnLineage", "fields", "text", "inputFields", 0, "transformations", 0, "mask"),
            True,
        ),
        (("mood",), "good"),
    ],
)
def test_an_event_that_the_client_does_not_know_is_found(cards: Path, place: tuple[Any, ...], value: object) -> None:
    first, *rest = (cards / "cards/openlineage.jsonl").read_bytes().splitlines()
    event = json.loads(first)
    inner = event
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert told_of(cards, "cards/openlineage.jsonl", b"\n".join([json.dumps(event).encode(), *rest]))


def test_d4d_is_checked_for_completeness(cards: Path) -> None:
    content = yaml.safe_load((cards / "cards/d4d.yaml").read_bytes())
    del content["purposes"]
    content |= {"errata": [], "colour": "red"}
    told = told_of(cards, "cards/d4d.yaml", yaml.safe_dump(content).encode())
    assert told.splitlines() == ["purposes is missing", "colour is no key of CoreDataset", "errata is empty"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cards/spdx.json", b'{"@graph": [{"type": "Song"}]}', "Song is no type of SPDX\nholds no SpdxDocument"),
        ("cards/prov.jsonld", b'{"@context": [], "@graph": []}', "states nothing"),
        ("cards/openlineage.jsonl", b"", "holds no event"),
    ],
)
def test_a_card_that_says_nothing_is_faulty(cards: Path, name: str, content: bytes, told: str) -> None:
    assert told_of(cards, name, content) == told


def test_a_pattern_of_the_card_that_finds_no_file_is_told(cards: Path) -> None:
    assert "matches no file" in told_of(cards, "README.md", (cards / "README.md").read_bytes())


def test_a_validator_that_is_absent_is_named_and_no_fault(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("datacards.validators.metadata.version", absent)
    assert all(one.missing and not one.faults for one in check_cards(cards))


NOT_SHOWN = (
    "audit/*",
    "coverage/*",
    "dedup/*",
    "demographics/*",
    "files/*",
    "ledger/*/bytes",
    "ledger/*/words",
    "ledger/curated/*",
    "ledger/cut/*",
    "ledger/released/*",
    "ledger/masked/*/tokens",
    "ledger/stages/*/dropped/tokens",
    "ledger/stages/*/failed/tokens",
    "ledger/stages/*/merged/tokens",
    "merkle/*",
    "privacy/masked/*/documents",
    "rights/by_licence/*/bytes",
    "rights/by_licence/*/words",
    "shards/*/row_groups",
    "sources/*/amount/bytes",
    "sources/*/coverage/*",
    "sources/*/nulls/*",
    "sources/*/amount/words",
    "sources/*/genres/*",
    "sources/*/length_histogram/*",
    "sources/*/licences/*/documents",
    "sources/*/raw_files/*/facts/*",
    "sources/*/raw_files/*/records",
    "sources/*/years/*/tokens",
    "token_counts/*",
    "tokenizer/*",
)
"""Numbers that cards for people tell, and cards for machines need not."""


def numbers(
    value: Any, path: tuple[Any, ...] = (), kind: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(kind of number, where one of it stands)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*path, key), (*kind, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from numbers(inner, (*path, number), (*kind, "*"))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield "/".join(kind), path


def test_every_number_is_in_a_card_or_declared_as_not_shown(manifest: Manifest) -> None:
    content = manifest.model_dump(mode="json")
    facts = Facts(view(manifest))
    before = [(project, project(facts)) for project in PROJECTIONS]
    silent = []
    for kind, path in dict(numbers(content)).items():
        if any(fnmatchcase(kind, known) for known in NOT_SHOWN):
            continue
        changed = copy.deepcopy(content)
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] += 1_000_003
        other = Facts(view(Manifest.model_validate(changed)))
        if all(project(other) == cards for project, cards in before):
            silent.append(kind)
    assert silent == []


def test_all_cards_tell_the_same_figures(manifest: Manifest) -> None:
    made = projections(view(manifest))
    totals = manifest.totals
    files = {(shard.path, shard.sha256) for shard in manifest.shards}

    croissant = json.loads(made["croissant.json"])
    assert {(one["name"], one["sha256"]) for one in croissant["distribution"] if "sha256" in one} == files
    told = {one["name"]: one["value"] for one in croissant["recordSet"][-1]["annotation"]}
    assert (told["documents of the corpus"], told["tokens of the corpus"]) == (totals.documents, totals.tokens)
    assert [told[f"tokens of split {one.name}"] for one in manifest.splits] == [
        one.amount.tokens for one in manifest.splits
    ]

    spdx = json.loads(made["cards/spdx.json"])
    assert named(spdx, "corpus")["dataset_datasetSize"] == totals.bytes
    hashed = {
        (one["name"], one["verifiedUsing"][0]["hashValue"]) for one in spdx["@graph"] if one["type"] == "software_File"
    }
    assert hashed == files

    events = [json.loads(line) for line in made["cards/openlineage.jsonl"].splitlines()]
    for event, source in zip(events, manifest.sources, strict=False):
        (read,), (released,) = event["inputs"], event["outputs"]
        mine = [shard for shard in manifest.shards if shard.source == source.name]
        assert read["inputFacets"]["inputStatistics"]["rowCount"] == source.read.documents
        assert released["facets"]["dataQualityMetrics"]["rowCount"] == source.kept.documents
        assert released["facets"]["dataQualityMetrics"]["columnMetrics"]["n_tokens"]["sum"] == source.kept.tokens
        assert released["outputFacets"]["outputStatistics"]["size"] == sum(shard.bytes for shard in mine)
        text = released["facets"]["columnLineage"]["fields"]["text"]["inputFields"][0]["transformations"]
        assert [step["masking"] for step in text] == [True]
    assert len(events) == len(manifest.sources) + 1

    d4d = yaml.safe_load(made["cards/d4d.yaml"])
    assert {(one["path"], one["sha256"]) for one in d4d["distributions"]} == files
    assert sum(one["counts"] for one in d4d["instances"]) == totals.documents
    assert json.loads(made["cards/tripod_llm.json"])["distribution"]["tokens"] == totals.tokens
    criteria = json.loads(made["cards/hti1_training_data.json"])["fed"]["4.i"]["value"]
    assert len(criteria["excluded"]) == len(manifest.ledger.lines)
    licences = json.loads(made["cards/dps.json"])["use"]["license"]["licences"]
    assert [one["tokens"] for one in licences] == [one.amount.tokens for one in manifest.rights.by_licence]


def test_nothing_depends_on_the_order_of_keys_or_on_a_clock(manifest: Manifest) -> None:
    again = Manifest.model_validate_json(manifest.canonical())
    assert projections(view(again)) == projections(view(manifest))
    assert Facts(view(manifest)).time == "1970-01-01T00:00:00Z"


def test_edited_cards_are_found_and_named(snapshot: Built, tmp_path: Path) -> None:
    from manifests.verify import verify

    folder = tmp_path / "snapshot"
    shutil.copytree(snapshot.folder, folder)
    tokens = str(snapshot.manifest.totals.tokens)
    name = "croissant.json"
    content = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(content.replace(f'"value": {tokens}', f'"value": {int(tokens) + 1}'), encoding="utf-8")
    (told,) = [one.what for one in verify(folder, render) if one.file == name]
    assert told.startswith("/recordSet/1/annotation/")
    assert told.endswith(f"/value is {int(tokens) + 1}, the manifest renders {tokens}")


def test_domains_are_a_table_that_no_spreadsheet_runs() -> None:
    from datacards.projections.facts import table

    content = table(("domain", "tokens"), [("=1+1", 2), ('a"b\nc', -3)])
    assert list(csv.reader(io.StringIO(content.decode(), newline=""))) == [
        ["domain", "tokens"],
        ["'=1+1", "2"],
        ['a"b\nc', "'-3"],
    ]
