"""Drug labels as openFDA's bulk files hold them: `{"meta": ..., "results": [label, ...]}`.

Fields: https://open.fda.gov/apis/drug/label/searchable-fields/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.dates import hl7_date
from sources.ids import setid_in, version_in
from sources.json_array import BAD, LARGE, members
from sources.labels import without_imprint
from sources.reader import RawFile

_FACTS = ("records", "sections", "without_sections")
# In the order of 21 CFR 201.56 and .57, over-the-counter labels (201.66) and older formats beside what they match.
_SECTIONS = (
    "boxed_warning", "indications_and_usage", "purpose", "dosage_and_administration", "dosage_forms_and_strengths",
    "contraindications", "warnings_and_cautions", "warnings", "do_not_use", "ask_doctor", "ask_doctor_or_pharmacist",
    "when_using", "stop_use", "keep_out_of_reach_of_children", "precautions", "general_precautions",
    "user_safety_warnings",
    "adverse_reactions", "drug_interactions", "drug_and_or_laboratory_test_interactions", "laboratory_tests",
    "use_in_specific_populations", "pregnancy", "teratogenic_effects", "nonteratogenic_effects", "labor_and_delivery",
    "nursing_mothers", "pregnancy_or_breast_feeding", "pediatric_use", "geriatric_use", "drug_abuse_and_dependence",
    "controlled_substance", "abuse", "dependence", "overdosage", "description", "active_ingredient",
    "inactive_ingredient",
    "clinical_pharmacology", "mechanism_of_action", "pharmacodynamics", "pharmacokinetics", "pharmacogenomics",
    "microbiology",
    "nonclinical_toxicology", "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
    "animal_pharmacology_and_or_toxicology", "clinical_studies", "how_supplied", "storage_and_handling",
    "information_for_patients", "instructions_for_use", "patient_medication_information", "spl_medguide",
    "spl_patient_package_insert", "other_safety_information", "information_for_owners_or_caregivers", "questions",
    "health_claim", "safe_handling_warning",
)  # fmt: skip
# No prose, or none about the drug; every other field that is a list of strings is a section.
_DROPPED = frozenset(
    {"package_label_principal_display_panel", "recent_major_changes", "references", "spl_product_data_elements",
     "spl_indexing_data_elements", "route"}
)  # fmt: skip
_LAST = "spl_unclassified_section"
_HEADINGS = {
    "spl_medguide": "Medication guide",
    "spl_patient_package_insert": "Patient information",
    "spl_unclassified_section": "",
    "abuse": "Drug abuse",
    "dependence": "Drug dependence",
}
_WORD = re.compile(r"\w+")


class OpenFdaReader:
    """One document a label; its id is the set id, as in `spl`."""

    name: ClassVar[str] = "openfda"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("label",)
    section_policy: ClassVar[str] = (
        "Brand and generic name, then the label's sections in the order of 21 CFR 201.56 under their headings, those "
        "of other kinds after them; a section that stands word for word in one before it is written once; not package "
        "labels, recent changes, references, product data, tables as HTML or openFDA's annotations."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "openFDA gives a section as one string: paragraphs, lists and table cells run together.",
        "Tables are read only as the words that openFDA leaves of them in their section.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "version", "setid", "title", "published"})

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Labels in file order. Without text: `no_sections`. Quarantined: `not_json`, `not_an_object`,
        `record_too_large`, `no_setid`.

        Raises:
            RawFileError: as `sources.json_array.members`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        for record, row in enumerate(members(raw, "results")):
            facts["records"] += 1
            if not isinstance(row, dict):
                reason = "not_json" if row is BAD else "record_too_large" if row is LARGE else "not_an_object"
                yield Quarantined(record=record, reason=reason)
            else:
                yield _document(row, record, facts) or Quarantined(record=record, reason="no_setid")


def _document(row: Mapping[str, Any], record: int, facts: Counter[str]) -> Document | None:
    setid = setid_in(_string(row.get("set_id")))
    if setid is None:
        return None
    content: list[str] = []
    seen: list[str] = []
    for field in _fields(row):
        blocks = [block for text in _strings(row.get(field)) if (block := " ".join(text.split()))]
        blocks = [block for block in without_imprint(blocks) if not any(block in one for one in seen)]
        if not blocks:
            continue
        facts["sections"] += 1
        seen += blocks
        heading = _HEADINGS.get(field, field.replace("_", " ").capitalize())
        content += [heading, *blocks] if heading and not _headed(blocks[0], heading) else blocks
    facts["without_sections"] += not content
    title = _title(row)
    return Document(
        record=record,
        native_id=setid,
        text="\n\n".join([title, *content] if title else content) if content else "",
        no_text=None if content else "no_sections",
        doc_type="label",
        version=version_in(_string(row.get("version"))),
        setid=setid,
        title=title or None,
        published=hl7_date(_string(row.get("effective_time"))),
    )


def _fields(row: Mapping[str, Any]) -> list[str]:
    """Fields that are sections, in the order of the document."""
    other = [
        field
        for field, value in row.items()
        if isinstance(value, list) and field not in _SECTIONS and field not in _DROPPED | {_LAST}
    ]
    return [*_SECTIONS, *(field for field in other if not field.endswith("_table")), _LAST]


def _title(row: Mapping[str, Any]) -> str:
    """`Brand (generic)` of openFDA's annotation: labels come without their own title."""
    named = row.get("openfda")
    named = named if isinstance(named, dict) else {}
    brand, generic = (", ".join(_strings(named.get(key))) for key in ("brand_name", "generic_name"))
    return f"{brand} ({generic})" if brand and generic and brand.casefold() != generic.casefold() else brand or generic


def _headed(block: str, heading: str) -> bool:
    """Whether a section's text opens with its own heading, numbered or not."""
    words = _WORD.findall(block[: len(heading) + 16].casefold().replace("&", "and"))
    numbered = block[:1].isdecimal()
    while words and words[0].isdecimal():
        del words[0]
    own = heading.casefold().split()
    return words[:1] == own[:1] if numbered else words[: len(own)] == own


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _string(value: Any) -> str | None:
    return next(iter(_strings(value)), str(value) if isinstance(value, int) else None)
