"""HTI-1, 45 CFR 170.315(b)(11)(iv)(B): what a corpus can feed of the 31 source attributes of a predictive DSI.

The duty is that of whoever supplies the intervention, not of a corpus, and HTI-5 (proposed 2025-12-29) would take it
away; no final rule was found. So this is an export on offer, and says which attributes it leaves to others.
"""

from __future__ import annotations

from datacards.datasheet import NOT_STATED
from datacards.projections.facts import CARDS, Facts, Json, document

GROUPS = {
    "details and output": 4,
    "purpose": 4,
    "cautioned out-of-scope use": 2,
    "development details and input features": 4,
    "process to ensure fairness in development": 2,
    "external validation process": 4,
    "quantitative measures of performance": 5,
    "ongoing maintenance of the intervention": 4,
    "update and continued validation or fairness schedule": 2,
}
"""The nine groups of attributes, and how many each has: 31."""


FED = ("3.ii", "4.i", "4.iii", "4.iv", "5.ii", "9")
"""Attributes that a corpus has something to say of."""


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/hti1_training_data.json`."""
    return {f"{CARDS}/hti1_training_data.json": document(_attributes(facts))}


def _attributes(facts: Facts) -> Json:
    manifest = facts.manifest
    fed: dict[str, Json] = {
        "3.ii": {
            "attribute": "known risks, inappropriate settings, inappropriate uses, or known limitations",
            "value": [facts.answer("uses", "out_of_scope"), *(facts.gaps or [NOT_STATED])],
        },
        "4.i": {
            "attribute": "exclusion and inclusion criteria that influenced the training data set",
            "value": {
                "steps": facts.answer("preprocessing", "steps"),
                "excluded": [
                    {
                        "source": line.source,
                        "criterion": f"{line.stage}: {line.reason}",
                        "verdict": line.verdict,
                        "documents": line.amount.documents,
                    }
                    for line in manifest.ledger.lines
                ],
                "included": {one.source.name: one.source.kept.documents for one in facts.view.sources},
            },
        },
        "4.iii": {
            "attribute": "demographic representativeness of the training data",
            "value": facts.answer("composition", "subpopulations"),
        },
        "4.iv": {
            "attribute": "relevance of training data to intended deployed setting (in part)",
            "value": {
                "purpose": facts.answer("motivation", "purpose"),
                "document_types": {one.label: one.amount.documents for one in facts.view.doc_types},
                "languages": {one.label: one.amount.documents for one in facts.view.languages},
                "years": list(facts.years or (NOT_STATED,)),
            },
        },
        "5.ii": {
            "attribute": "approaches to manage, reduce, or eliminate bias (in part)",
            "value": facts.answer("uses", "cautions"),
        },
        "9": {
            "attribute": "schedule of updates (in part)",
            "value": facts.answer("maintenance", "updates"),
        },
    }
    return {
        "rule": "45 CFR 170.315(b)(11)(iv)(B)",
        "status": "optional: HTI-5, proposed on 2025-12-29, would remove the requirement; no final rule was found",
        "snapshot": manifest.snapshot_id,
        "attributes": sum(GROUPS.values()),
        "groups": GROUPS,
        "fed": fed,
        "left_to_others": "all other attributes: they speak of the intervention, not of a corpus",
    }
