"""What the manifest measures of people in the text: a part of `datacards.measured`, split off for length."""

from __future__ import annotations

from datacards.text import code, counted, number, share
from datacards.views import View

ABOUT_PERSONS = ("note", "dialogue", "case_report")
"""Document types that tell of single patients."""


def identification(view: View) -> str:
    """Whether a person can be identified: what was masked, and what was found of planted identifiers."""
    privacy = view.manifest.privacy
    planted = sum(one.planted for one in privacy.planted)
    covered = sum(one.covered for one in privacy.planted)
    recall = (
        f"Of {counted(planted, 'made identifier')} planted into its own documents, {number(covered)} "
        f"({share(covered, planted)}) were masked to the last letter. "
        if planted
        else ""
    )
    return (
        f"Masked by Safe-Harbor-style screening (ruleset {code(privacy.ruleset)}): "
        f"{counted(view.spans, 'identifier')} of {counted(len(view.phi_kinds), 'kind')}. {recall}Screening finds "
        "patterns, not people: a person may still be recognised from what is told about them, and names of authors "
        "cited in the text may remain."
    )


def confidential(view: View) -> str | None:
    """How many documents are of kinds that tell of single patients."""
    if not view.doc_types:
        return None
    told = {one.label: one.amount.documents for one in view.doc_types if one.label in ABOUT_PERSONS}
    if not told.get("case_report"):
        told |= {one.label: one.amount.documents for one in view.genres if one.label == "case_report"}
    named = ", ".join(f"{code(label)} {number(count)}" for label, count in sorted(told.items()) if count)
    if not named:
        return "No document is of a kind that tells of single patients (notes, dialogues, case reports)."
    return f"Documents of kinds that tell of single patients: {named}. Each is screened by the policy of its kind."


def sensitive(view: View) -> str | None:
    """That all of it is about health, and that kinds of GDPR Art. 9 are not counted."""
    if not view.manifest.totals.documents:
        return None
    told = confidential(view)
    documents = f"{told} " if told else ""
    return (
        f"Health is what it speaks of; whose, is not measured. {documents}Mentions of other special categories (GDPR "
        "Art. 9) are not counted."
    )
