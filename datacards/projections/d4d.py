"""D4D Core (Bridge2AI, `data_sheets_schema_core`): the datasheet as YAML with the keys of the class `CoreDataset`.

linkml-validate finds no fault in an empty instance, so completeness is asked for here: every key below is there, and
says `NOT STATED` where nobody answers.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from datacards.datasheet import NOT_STATED
from datacards.projections.facts import CARDS, Facts, Json
from datacards.text import web_address

ANSWERS: dict[str, tuple[tuple[str, str], str, bool]] = {
    "purposes": (("motivation", "purpose"), "response", True),
    "creators": (("motivation", "creators"), "description", True),
    "funders": (("motivation", "funding"), "description", True),
    "anomalies": (("composition", "errors"), "anomaly_details", True),
    "known_biases": (("uses", "cautions"), "bias_description", True),
    "confidential_elements": (("composition", "confidential"), "confidentiality_details", True),
    "content_warnings": (("composition", "offensive"), "warnings", True),
    "subpopulations": (("composition", "subpopulations"), "distribution", True),
    "sensitive_elements": (("composition", "sensitive"), "sensitivity_details", True),
    "acquisition_methods": (("collection", "acquisition"), "description", True),
    "collection_mechanisms": (("collection", "mechanisms"), "description", True),
    "collection_timeframes": (("collection", "timeframe"), "description", True),
    "data_collectors": (("collection", "collectors"), "description", True),
    "missing_data_documentation": (("composition", "missing"), "description", True),
    "sampling_strategies": (("collection", "sampling"), "strategies", True),
    "raw_sources": (("preprocessing", "raw_data"), "description", True),
    "preprocessing_strategies": (("preprocessing", "steps"), "description", True),
    "existing_uses": (("uses", "past"), "description", True),
    "use_repository": (("uses", "repository"), "description", True),
    "other_tasks": (("uses", "other"), "description", True),
    "discouraged_uses": (("uses", "out_of_scope"), "description", True),
    "distribution_dates": (("distribution", "date"), "description", True),
    "maintainers": (("maintenance", "maintainer"), "description", True),
    "errata": (("maintenance", "errata"), "description", True),
    "updates": (("maintenance", "updates"), "description", False),
    "retention_limit": (("maintenance", "retention"), "description", False),
    "version_access": (("maintenance", "old_versions"), "description", False),
    "extension_mechanism": (("maintenance", "contributions"), "description", False),
    "ethical_reviews": (("collection", "ethics_review"), "description", True),
    "data_protection_impacts": (("collection", "impact"), "description", True),
    "human_subject_research": (("composition", "people"), "description", False),
    "informed_consent": (("collection", "consent"), "description", True),
    "license_and_use_terms": (("distribution", "licence"), "description", False),
    "ip_restrictions": (("distribution", "third_party_rights"), "description", False),
    "regulatory_restrictions": (("distribution", "regulation"), "description", False),
    "data_governance": (("distribution", "parties"), "description", False),
}
"""Key of CoreDataset -> the question that answers it, the slot its words go to, whether the key holds a list. Every
class of D4D has a `description`; some have a slot of their own for it."""

_MANY = frozenset(
    ("anomaly_details", "confidentiality_details", "warnings", "distribution", "sensitivity_details", "strategies")
)
"""Slots that hold a list of words."""

MEASURED: tuple[str, ...] = (
    *("id", "title", "description", "version", "language", "license", "keywords", "distributions", "instances"),
    *("known_limitations", "raw_data_sources", "cleaning_strategies", "machine_annotation_tools", "is_tabular"),
    *("is_deidentified", "related_datasets"),
)
"""Keys that the manifest fills without a question."""


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/d4d.yaml`."""
    words = yaml.safe_dump(_dataset(facts), sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    return {f"{CARDS}/d4d.yaml": words.encode()}


def _dataset(facts: Facts) -> Json:
    manifest = facts.manifest
    dataset: dict[str, Json] = {
        "id": facts.base,
        "title": facts.title,
        "description": facts.described,
        "version": manifest.snapshot_id,
        "language": ", ".join(facts.languages) or NOT_STATED,
        "license": " AND ".join(facts.licences) or NOT_STATED,
        "keywords": ["health care", "pre-training"],
    }
    if facts.issued:
        dataset["issued"] = facts.time
    if facts.address:
        dataset["page"] = facts.address
    for key, (question, slot, listed) in ANSWERS.items():
        words = facts.answer(*question)
        made = {slot: [words] if slot in _MANY else words}
        dataset[key] = [made] if listed else made
    dataset["instances"] = list(_instances(facts))
    dataset["known_limitations"] = [{"limitation_description": gap} for gap in facts.gaps or [NOT_STATED]]
    dataset["raw_data_sources"] = list(_sources(facts))
    dataset["cleaning_strategies"] = list(_cleaning(facts)) or [{"description": NOT_STATED}]
    dataset["machine_annotation_tools"] = [
        {"name": model.name, "description": f"{model.used_for}; sha256 {model.sha256}"} for model in manifest.models
    ] or [{"description": NOT_STATED}]
    dataset["is_deidentified"] = {
        "method": f"Safe-Harbor-style screening, ruleset {manifest.privacy.ruleset}; no determination was made",
        "identifiers_removed": list(facts.view.phi_kinds) or [NOT_STATED],
        "deidentification_details": [facts.answer("composition", "identification")],
    }
    dataset["is_tabular"] = False
    dataset["related_datasets"] = [
        {
            "target_dataset": f"urn:hc4:snapshot:{one.snapshot_id}",
            "relationship_type": "supplements",
            "description": one.name,
        }
        for one in manifest.dedup.against
    ]
    dataset["distributions"] = [
        {"path": shard.path, "bytes": shard.bytes, "sha256": shard.sha256, "conforms_to": "Apache Parquet"}
        for shard in manifest.shards
    ]
    return dataset


def _instances(facts: Facts) -> Iterator[Json]:
    for one in facts.view.doc_types:
        yield {
            "instance_type": one.label,
            "counts": one.amount.documents,
            "label": False,
            "description": f"{one.amount.words} words, {one.amount.tokens} tokens",
        }
    if not facts.view.doc_types:
        yield {"instance_type": NOT_STATED, "counts": facts.manifest.totals.documents, "label": False}


def _sources(facts: Facts) -> Iterator[Json]:
    for one in facts.view.sources:
        homepage = web_address(one.source.homepage)
        yield {
            "name": one.source.title or one.source.name,
            "description": f"{len(one.source.raw_files)} raw files, {one.raw_bytes} bytes, "
            f"{one.source.read.documents} records, {one.source.kept.documents} kept; publisher "
            f"{one.source.publisher or NOT_STATED}; homepage {homepage or NOT_STATED}",
        }
    if not facts.view.sources:
        yield {"description": NOT_STATED}


def _cleaning(facts: Facts) -> Iterator[Json]:
    for line in facts.manifest.ledger.lines:
        yield {
            "name": f"{line.source}: {line.stage}, {line.reason}",
            "description": f"{line.verdict}: {line.amount.documents} documents, {line.amount.tokens} tokens",
        }


def incomplete(content: bytes) -> list[str]:
    """What keeps a `d4d.yaml` from being complete: keys that are missing, empty, or no key of CoreDataset."""
    found = yaml.safe_load(content)
    if not isinstance(found, dict):
        return ["is no mapping"]
    asked = {*ANSWERS, *MEASURED}
    optional = {"issued", "page"}
    faults = [f"{key} is missing" for key in sorted(asked - set(found))]
    faults += [f"{key} is no key of CoreDataset" for key in sorted(map(str, set(found) - asked - optional))]
    may_be_empty = {"distributions", "related_datasets", "is_tabular"}
    faults += [f"{key} is empty" for key in sorted(asked & set(found) - may_be_empty) if not found[key]]
    return faults
