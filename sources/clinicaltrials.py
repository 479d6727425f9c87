"""ClinicalTrials.gov records in any of their forms: legacy XML, the second API's JSON, and `FullStudies` answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.json_stream import objects
from sources.markup import elements
from sources.reader import RawFile
from sources.trials import Study, known_values, story, tells
from sources.trials_json import json_study
from sources.trials_xml import xml_study

_FACTS = ("records", "without_description", "with_people")
_NO_ID = "nct_id or nctId"
_STUDIES = frozenset({b"studies", b"FullStudies"})


class ClinicalTrialsReader:
    """One document a study; its id is the NCT id, its version the day of its last posted update."""

    name: ClassVar[str] = "clinicaltrials"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("trial",)
    section_policy: ClassVar[str] = (
        "Titles, brief summary, detailed description, conditions, keywords, design, arms, interventions, eligibility "
        "and outcome measures, named; contacts, officials and investigators are never in the text but in known_values."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Posted results (participant flow, baseline, outcome data, adverse events) are not read.",
        "Sponsors, sites, countries, dates, oversight, references, links, documents and data sharing are not read.",
        "MeSH terms that the registry derives are not read.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "nct", "title", "url", "published", "known_values"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Studies in file order. `offset` is where a study starts in the decompressed JSON.

        Quarantined: `no_nct_id`, `nested_too_deep`, and for JSON a reason of `json_stream.objects`.

        Raises:
            RawFileError: as `sources.markup.elements` or `json_stream.objects`, and `no_studies`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        with raw.stream() as stream:
            xml = stream.read(1 << 12).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<"
        for record, found in enumerate(_xml(raw) if xml else _json(raw)):
            facts["records"] += 1
            offset, study = found
            if isinstance(study, Quarantined):
                yield study
            elif study is None:
                yield Quarantined(record=record, reason="no_nct_id", detail=_NO_ID, offset=offset)
            else:
                document = _document(study, record, offset)
                facts["without_description"] += document.no_text is not None
                facts["with_people"] += bool(document.known_values)
                yield document
        if facts["records"] == 0:
            raise RawFileError("no_studies", "no study in the file")


def _xml(raw: RawFile) -> Iterator[tuple[None, Study | None]]:
    for element in elements(raw, "clinical_study"):
        yield None, xml_study(element)


def _json(raw: RawFile) -> Iterator[tuple[int, Study | Quarantined | None]]:
    for number, offset, row in objects(raw, _STUDIES):
        study: Study | Quarantined | None
        try:
            study = row if isinstance(row, Quarantined) else json_study(row)
        except RecursionError:
            study = Quarantined(record=number, reason="nested_too_deep", offset=offset)
        yield offset, study


def _document(study: Study, record: int, offset: int | None) -> Document:
    told = tells(study)
    return Document(
        record=record,
        native_id=study.nct,
        text=story(study) if told else "",
        no_text=None if told else "no_description",
        doc_type="trial",
        version=study.last_posted or "",
        offset=offset,
        nct=study.nct,
        title=study.title or study.official_title or None,
        url=study.url,
        known_values=known_values(study),
        published=study.first_posted,
    )
