"""Recall on gold spans, class by class, and nothing flagged where there is nothing.

"Touched" is any overlap, "covered" every alphanumeric character. The gold data lie outside the repository.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from filters.phi.detector import detector

GOLD = Path(__file__).parents[2].parent / "shared" / "data" / "phi_gold"
pytestmark = pytest.mark.skipif(not GOLD.is_dir(), reason="PHI gold data are not on this machine (set HC4_PHI_GOLD)")

ASQ = ["EMAIL_ADDRESS", "PHONE_NUMBER", "SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD_NUMBER", "ACCOUNT_NUMBER"]
ASQ += ["HEALTH_PLAN_BENEFICIARY_NUMBER"]
INSERTED = ["EMAIL", "PHONE", "FAX", "SSN", "IP", "MRN", "HEALTHPLAN", "ACCOUNT", "LICENSE"]


@cache
def measured(name: str) -> tuple[Counter[str], Counter[str], Counter[str], int]:
    """Gold spans, touched and covered by class, and spans found where the gold has none."""
    total: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    false = 0
    for line in (GOLD / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["text"]
        found = detector().find(text.encode())
        gold = [(len(text[:a].encode()), len(text[:b].encode()), a, b, label) for a, b, label in row["spans"]]
        for start, end, first, last, label in gold:
            total[label] += 1
            touched[label] += any(span.start < end and span.end > start for span in found)
            letters = [len(text[:i].encode()) for i in range(first, last) if text[i].isalnum()]
            covered[label] += all(any(span.start <= at < span.end for span in found) for at in letters)
        false += sum(not any(span.start < end and span.end > start for start, end, *_ in gold) for span in found)
    return total, touched, covered, false


@pytest.mark.parametrize("label", ASQ)
def test_recall_on_clinical_queries(label: str) -> None:
    total, touched, covered, _ = measured("asq_phi_dev.jsonl")
    assert touched[label] >= 0.99 * total[label]
    assert covered[label] >= 0.95 * total[label]


@pytest.mark.parametrize("label", INSERTED)
def test_recall_on_notes_with_inserted_identifiers(label: str) -> None:
    total, touched, covered, _ = measured("inserted_identifiers_dev.jsonl")
    assert touched[label] >= 0.99 * total[label]
    assert covered[label] >= 0.99 * total[label]


@pytest.mark.parametrize("name", ["asq_phi_dev.jsonl", "inserted_identifiers_dev.jsonl"])
def test_nothing_else_is_found(name: str) -> None:
    assert measured(name)[3] == 0
