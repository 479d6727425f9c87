"""The statement of provenance: what in-toto and SLSA define, said of what the manifest says."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from datacards.provenance import provenance
from manifests.model import Manifest


@pytest.fixture(scope="module")
def statement(manifest: Manifest) -> dict[str, Any]:
    (line,) = provenance(manifest).splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_it_is_what_the_standards_define(statement: dict[str, Any]) -> None:
    pytest.importorskip("in_toto_attestation", reason="the extra `sign` is not installed")
    from google.protobuf.json_format import ParseDict
    from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Message

    Statement.copy_from_pb(ParseDict(statement, Message())).validate()
    parsed = ParseDict(statement["predicate"], Provenance())
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert parsed.build_definition.build_type
    assert parsed.run_details.builder.id


def test_what_was_built_are_the_manifest_and_the_files_it_vouches_for(
    statement: dict[str, Any], manifest: Manifest
) -> None:
    subjects = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}

    assert subjects.pop("manifest.json") == hashlib.sha256(manifest.canonical()).hexdigest()
    assert subjects == {one.path: one.sha256 for one in (*manifest.shards, *manifest.files)}


def test_it_was_built_from_every_raw_file_model_and_the_tokenizer(
    statement: dict[str, Any], manifest: Manifest
) -> None:
    definition = statement["predicate"]["buildDefinition"]
    given = {one["digest"]["sha256"]: one for one in definition["resolvedDependencies"]}

    files = [file for source in manifest.sources for file in source.raw_files]
    assert {file.sha256 for file in files} | {model.sha256 for model in manifest.models} <= given.keys()
    assert manifest.tokenizer.sha256 in given
    fetched = {file.sha256: file.retrieval.url for file in files if file.retrieval and file.retrieval.url}
    assert {sha256: given[sha256].get("uri") for sha256 in fetched} == fetched
    assert definition["externalParameters"] == {"recipe": manifest.recipe}


def test_the_builder_is_named_by_its_code(statement: dict[str, Any], manifest: Manifest) -> None:
    builder = statement["predicate"]["runDetails"]["builder"]

    assert {"sha256": manifest.environment.code_sha256} in [one.get("digest") for one in builder["builderDependencies"]]
    assert builder["version"]["hc4"] == manifest.environment.hc4


def test_equal_manifests_give_equal_bytes_and_no_time(manifest: Manifest) -> None:
    again = Manifest.model_validate_json(manifest.canonical())

    assert provenance(again) == provenance(manifest)
    assert (
        not {"startedOn", "finishedOn", "metadata"} & json.loads(provenance(manifest))["predicate"]["runDetails"].keys()
    )
