"""TRIPOD-LLM (Nature Medicine, 2025): the five answers about training data that a corpus gives to a study's report."""

from __future__ import annotations

from datacards.datasheet import NOT_STATED
from datacards.projections.facts import CARDS, Facts, Json, document, period_of, years_of


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/tripod_llm.json`."""
    return {f"{CARDS}/tripod_llm.json": document(_answers(facts))}


def _answers(facts: Facts) -> Json:
    manifest = facts.manifest
    read, kept = facts.view.read, manifest.totals
    dates, covered = facts.period, manifest.coverage
    return {
        "guideline": "TRIPOD-LLM",
        "about": "Items on data only; those on the model, its evaluation and the study are the study's to answer.",
        "snapshot": manifest.snapshot_id,
        "sources_and_rationale": {
            "rationale": facts.answer("motivation", "purpose"),
            "sources": [
                {
                    "name": one.source.name,
                    "title": one.source.title,
                    "publisher": one.source.publisher or NOT_STATED,
                    "documents": one.source.kept.documents,
                    "tokens": one.source.kept.tokens,
                }
                for one in facts.view.sources
            ],
        },
        "distribution": {
            "documents": kept.documents,
            "tokens": kept.tokens,
            "languages": {one.label: one.amount.documents for one in facts.view.languages},
            "document_types": {one.label: one.amount.documents for one in facts.view.doc_types},
            "countries": NOT_STATED,
            "length_in_tokens": {f"percentile_{one.percent}": one.tokens for one in covered.lengths} if covered else {},
        },
        "dates": {
            "oldest_text": dates[0] if dates else NOT_STATED,
            "newest_text": dates[1] if dates else NOT_STATED,
            "documents_without_a_year": facts.view.undated,
            "by_source": {
                one.source.name: list(period_of(one.source.coverage, years_of(one)) or (NOT_STATED,))
                for one in facts.view.sources
            },
            "retrieved": list(facts.retrieved or (NOT_STATED,)),
        },
        "preprocessing_and_quality": {
            "steps": facts.answer("preprocessing", "steps"),
            "errors": facts.answer("composition", "errors"),
            "records_read": read.documents,
            "documents_kept": kept.documents,
            "left_out": [
                {
                    "source": line.source,
                    "stage": line.stage,
                    "verdict": line.verdict,
                    "reason": line.reason,
                    "documents": line.amount.documents,
                    "tokens": line.amount.tokens,
                }
                for line in manifest.ledger.lines
            ],
        },
        "missing_and_imbalanced": {
            "missing": facts.answer("composition", "missing"),
            "imbalance": facts.answer("uses", "cautions"),
            "null_rows_by_column": facts.nulls,
            "groups": facts.answer("composition", "subpopulations"),
        },
    }
