"""The JSON Schema (2020-12) of `manifest.json`, made of the model that writes it."""

from __future__ import annotations

from functools import cache

from datacards.projections.facts import CARDS, Facts, document
from manifests.model import Manifest

SCHEMA = f"{CARDS}/manifest.schema.json"


def project(_: Facts) -> dict[str, bytes]:
    """`cards/manifest.schema.json`: the same for all snapshots of one code."""
    return {SCHEMA: _schema()}


@cache
def _schema() -> bytes:
    schema = Manifest.model_json_schema()  # as it is read: what has a default may be absent
    stated = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:hc4:manifest:1", **schema}
    return document(stated)
