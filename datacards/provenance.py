"""How a snapshot was built, for tools of the supply chain: SLSA provenance v1 in an in-toto statement v1.

One line of JSON, a projection of the manifest: what was built (files by sha256), by what (code by sha256), from what
(raw files, models, the tokenizer, earlier snapshots), by which recipe. It holds no time, so that the same build says
the same. The statement is not signed by itself; `snapshot.sig` signs it with everything else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from corpus.digest import Json, canonical
from manifests import layout
from manifests.model import Manifest

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILDER = "pkg:generic/hc4"
"""Whoever ran `hc4 build` on a machine of their own: no build service vouches for it."""
BUILD = "pkg:generic/hc4#build/v1"
"""Type of build: a recipe in, a snapshot out."""

_HEX = re.compile(r"[0-9a-f]{64}")


def provenance(manifest: Manifest) -> bytes:
    """The line, in canonical JSON."""
    environment = manifest.environment
    statement: dict[str, Json] = {
        "_type": STATEMENT,
        "subject": list(_subjects(manifest)),
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD,
                "externalParameters": {"recipe": manifest.recipe},
                "internalParameters": {
                    "recipe_sha256": manifest.recipe_sha256,
                    "phi_ruleset": manifest.privacy.ruleset,
                    "unicode": environment.unicode,
                },
                "resolvedDependencies": list(_dependencies(manifest)),
            },
            "runDetails": {
                "builder": {
                    "id": BUILDER,
                    "version": {"hc4": environment.hc4, "python": environment.python},
                    "builderDependencies": [
                        {"name": "code of hc4", "digest": {"sha256": environment.code_sha256}},
                        *(
                            {"name": name, "uri": f"pkg:pypi/{name}@{version}"}
                            for name, version in sorted(environment.packages.items())
                        ),
                    ],
                }
            },
        },
    }
    return canonical(statement) + b"\n"


def _subjects(manifest: Manifest) -> Iterator[dict[str, Json]]:
    """What was built. The pages and this statement follow from the manifest."""
    yield _file(layout.MANIFEST, hashlib.sha256(manifest.canonical()).hexdigest())
    yield from (_file(shard.path, shard.sha256) for shard in manifest.shards)
    yield from (_file(file.path, file.sha256) for file in manifest.files)


def _dependencies(manifest: Manifest) -> Iterator[dict[str, Json]]:
    """What it was built from."""
    for source in manifest.sources:
        for file in source.raw_files:
            found = _file(f"{source.name}/{file.name}", file.sha256)
            if file.retrieval is not None and file.retrieval.url:
                found["uri"] = file.retrieval.url
            yield found
        for formatter in source.formatters:
            yield _file(f"{source.name}: formatter {formatter.formatter}", formatter.code_sha256)
    yield _file(manifest.tokenizer.name, manifest.tokenizer.sha256)
    yield from (_file(model.name, model.sha256) for model in manifest.models)
    for policy, decider in sorted(manifest.privacy.undecided.items()):
        for what, value in sorted(_digests(decider)):
            yield _file(f"PHI policy {policy}: {what}", value)
    for earlier in manifest.dedup.against:
        yield _file(f"snapshot {earlier.name}", earlier.snapshot_id)


def _file(name: str, sha256: str) -> dict[str, Json]:
    return {"name": name, "digest": {"sha256": sha256}}


def _digests(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What of a decider's state names a file by its sha256."""
    for name, value in state.items():
        if isinstance(value, str) and _HEX.fullmatch(value):
            yield name, value
