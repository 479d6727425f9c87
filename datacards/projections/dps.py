"""Data Provenance Standards 1.0 (Data & Trust Alliance, OASIS DPS TC): its 22 fields in source, provenance and use.

Fields that nobody answers say `NOT STATED`; `sub-provenance` holds the same three parts of every raw collection, as far
as the manifest knows them.
"""

from __future__ import annotations

from datacards.datasheet import NOT_STATED
from datacards.measured import FLOOR
from datacards.projections.facts import CARDS, Facts, Json, document, period_of, segment, years_of
from datacards.text import web_address
from datacards.views import SourceView

FIELDS = {
    "source": ("about", "id", "issuer", "location", "name", "data-version"),
    "provenance": (
        "source",
        "origin",
        "origin-geography",
        "date",
        "previous-date",
        "generation-period",
        "generation-method",
        "format",
        "sub-provenance",
    ),
    "use": (
        "intended-purpose",
        "classification",
        "consents",
        "privacy-enhancing",
        "processing-included",
        "processing-excluded",
        "storage-allowed",
        "storage-forbidden",
        "license",
        "copyright",
        "patent",
        "trademark",
    ),
}
"""Every field by its group, in the standard's order. (The included and the excluded, the allowed and the forbidden
geographies are one field each of the 22; `sub-provenance` nests, `data-version` belongs to the record.)"""


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/dps.json`."""
    return {f"{CARDS}/dps.json": document(_record(facts))}


def _record(facts: Facts) -> Json:
    manifest = facts.manifest
    publishers = sorted({one.source.publisher for one in facts.view.sources if one.source.publisher})
    return {
        "source": {
            "about": {"content": facts.described, "purpose": facts.answer("motivation", "purpose")},
            "id": facts.base,
            "issuer": facts.answer("motivation", "creators"),
            "location": facts.address or NOT_STATED,
            "name": facts.title,
            "data-version": manifest.snapshot_id,
        },
        "provenance": {
            "source": [f"{facts.base}#raw/{segment(one.source.name)}" for one in facts.view.sources],
            "origin": publishers or NOT_STATED,
            "origin-geography": NOT_STATED,
            "date": facts.issued or NOT_STATED,
            "previous-date": NOT_STATED,
            "generation-period": _period(facts.period),
            "generation-method": ["Secondary data analysis", "Software collection"],
            "format": ["text", "application/vnd.apache.parquet"],
            "sub-provenance": [_source(facts, one) for one in facts.view.sources],
        },
        "use": {
            "intended-purpose": [facts.answer("motivation", "purpose")],
            "classification": [
                {
                    "regulation": "45 CFR 164.514(b)(2)",
                    "evaluated": "screened; no determination was made",
                    "tool": f"hc4 ruleset {manifest.privacy.ruleset}",
                }
            ],
            "consents": facts.answer("collection", "consent"),
            "privacy-enhancing": [_screening(facts, one) for one in facts.view.sources],
            "processing-included": NOT_STATED,
            "processing-excluded": NOT_STATED,
            "storage-allowed": NOT_STATED,
            "storage-forbidden": NOT_STATED,
            "license": {
                "profile": manifest.licence_profile,
                "statement": manifest.licence_statement,
                "licences": [
                    {"spdx": one.spdx, "documents": one.amount.documents, "tokens": one.amount.tokens}
                    | {right: getattr(one, right) for right in FLOOR}
                    for one in manifest.rights.by_licence
                ],
                "floor": dict(sorted(manifest.rights.floor.items())),
            },
            "copyright": facts.answer("distribution", "third_party_rights"),
            "patent": NOT_STATED,
            "trademark": NOT_STATED,
        },
    }


def _source(facts: Facts, one: SourceView) -> Json:
    source = one.source
    days = sorted(file.retrieval.retrieved[:10] for file in source.raw_files if file.retrieval)
    return {
        "id": f"{facts.base}#raw/{segment(source.name)}",
        "name": source.title or source.name,
        "issuer": source.publisher or NOT_STATED,
        "location": web_address(source.homepage) or NOT_STATED,
        "date": days[-1] if days else NOT_STATED,
        "generation-period": _period(period_of(source.coverage, years_of(one))),
        "format": source.reader.name,
        "license": source.source_terms or "as each document states",
        "files": len(source.raw_files),
        "bytes": one.raw_bytes,
    }


def _screening(facts: Facts, one: SourceView) -> Json:
    privacy = facts.manifest.privacy
    planted = [each for each in privacy.planted if each.source == one.source.name]
    return {
        "tool-category": "de-identification",
        "tool-used": f"hc4 ruleset {privacy.ruleset}",
        "parameters": {"source": one.source.name, "policy": one.source.phi_policy},
        "result": {
            "identifiers-replaced": {count.kind: count.spans for count in one.phi},
            "planted": sum(each.planted for each in planted),
            "planted-covered": sum(each.covered for each in planted),
        },
    }


def _period(dates: tuple[str, str] | None) -> Json:
    return {"start": dates[0], "end": dates[1]} if dates else NOT_STATED
