"""Clinical documents (HL7 C-CDA, CDA release 2), one a file, and extracts that hold only sections of one.

Format: https://hl7.org/cda/us/ccda/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.attachments import attached, media_type
from sources.dates import hl7_date
from sources.markup import Element, root
from sources.narrative import line, narrative
from sources.people import People
from sources.reader import RawFile

_FACTS = ("records", "sections", "extracts", "attachments", "without_narrative", "known_values")
# Roles and organisations whose `id` numbers a person, a provider or a visit; entries of the body have ids of acts.
_NUMBERED = frozenset(
    {"patientRole", "patient", "guardian", "assignedAuthor", "assignedEntity", "associatedEntity", "relatedEntity",
     "relatedSubject", "subject", "intendedRecipient", "participantRole", "scopingEntity", "encompassingEncounter",
     "healthCareFacility", "assignedPerson", "representedOrganization", "providerOrganization", "wholeOrganization",
     "representedCustodianOrganization", "receivedOrganization", "scopingOrganization", "serviceProviderOrganization",
     "asOrganizationPartOf", "associatedPerson", "relatedPerson", "identifiedPerson", "specimenRole"}
)  # fmt: skip
# Names of things: drugs, their makers, and substances to which somebody is allergic.
_THINGS = frozenset({"qualifier", "manufacturedMaterial", "manufacturedLabeledDrug", "manufacturerOrganization"})
_MATTER = frozenset({"MMAT", "MAT", "DEV"})
# What an extract of a document may consist of besides sections: participants, acts and entries, roles.
_PARTS = frozenset(
    {"recordTarget", "author", "dataEnterer", "informant", "custodian", "informationRecipient", "authenticator",
     "legalAuthenticator", "participant", "performer", "inFulfillmentOf", "documentationOf", "relatedDocument",
     "authorization", "componentOf", "component", "consumable", "product", "subject", "specimen", "entry",
     "entryRelationship", "reference", "precondition", "referenceRange", "act", "encounter", "observation",
     "observationMedia", "organizer", "procedure", "regionOfInterest", "substanceAdministration", "supply", "criterion",
     "serviceEvent", "encompassingEncounter", "externalAct", "externalDocument", "externalObservation",
     "externalProcedure", "manufacturedProduct", "participantRole", "patientRole", "assignedAuthor", "assignedEntity",
     "relatedSubject", "relatedEntity", "associatedEntity", "signatureText"}
)  # fmt: skip


class CcdaReader:
    """One document a `ClinicalDocument`; its id is the document's `root^extension^code`.

    The code of the document's type is part of it because senders number documents of a visit alike.
    """

    name: ClassVar[str] = "ccda"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("note",)
    section_policy: ClassVar[str] = (
        "Title, then the human-readable narrative of every section with its heading, tables and lists; a body that is "
        "an attached plain text or HTML file is that text; header and coded entries give no text."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Coded entries are not read: what a narrative leaves to them is lost.",
        "Bodies that are PDF, RTF, Word or picture files, or that stand elsewhere, are not read.",
        "A revision of a document is a document of its own.",
        "Letters of a state, one-letter initials and particles are known values only inside the whole address or name, "
        "and numbers of three digits or less are none.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "title", "published", "language", "known_values"})

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The document of the file. Without text: `no_narrative`, `no_section` (an extract of a header or of entries),
        `attachment_not_text`, `attachment_elsewhere`.

        Quarantined: `nested_too_deep`, `attachment_not_base64`, `attachment_not_text`, `attachment_unreadable`.

        Raises:
            RawFileError: as `sources.markup.root`, and `no_clinical_document` for XML that is no part of one.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        record = root(raw)
        if record.tag != "ClinicalDocument":
            facts["extracts"] += 1
            if record.tag != "section" and record.find(".//section") is None:
                if record.tag not in _PARTS:
                    raise RawFileError("no_clinical_document", "neither `ClinicalDocument` nor a part of one")
                facts["records"] += 1
                facts["without_narrative"] += 1
                yield Document(record=0, native_id=None, text="", no_text="no_section", doc_type="note")
                return
        facts["records"] += 1
        try:
            yield _document(record, facts)
        except RecursionError:
            yield Quarantined(record=0, reason="nested_too_deep")
        except ValueError as error:
            yield Quarantined(record=0, reason=str(error))


def _document(record: Element, facts: Counter[str]) -> Document:
    whole = record.tag == "ClinicalDocument"
    content: list[str] = []
    for section in _outermost(record):
        _section(section, content, facts)
    no_text = None if content else "no_narrative"
    body = record.find("component/nonXMLBody/text")
    if body is not None:
        facts["attachments"] += 1
        text, no_text = _attachment(body)
        content = [text] if text else []
    facts["without_narrative"] += not content
    values = _people(record)
    facts["known_values"] += len(values)
    title = line(record.find("title")) if whole else ""
    published = record.find("effectiveTime") if whole else None
    language = record.find("languageCode") if whole else None
    return Document(
        record=0,
        native_id=_id(record) if whole else None,
        text="\n\n".join([title, *content] if title else content) if content else "",
        no_text=no_text,
        doc_type="note",
        title=title or None,
        published=hl7_date(published.get("value")) if published is not None else None,
        language=language.get("code") if language is not None else None,
        known_values=values,
    )


def _id(record: Element) -> str | None:
    number, code = record.find("id"), record.find("code")
    parts = [] if number is None else [number.get("root"), number.get("extension")]
    if code is not None and any(parts):
        parts.append(code.get("code"))
    return "^".join(part for part in parts if part) or None


def _outermost(element: Element) -> Iterator[Element]:
    """Sections that stand in no other section."""
    if element.tag == "section":
        yield element
        return
    for child in element.iterchildren("*"):
        yield from _outermost(child)


def _section(section: Element, content: list[str], facts: Counter[str]) -> None:
    facts["sections"] += 1
    own = [block for text in section.iterchildren("text") for block in narrative(text)]
    for child in section.iterfind("component/section"):
        _section(child, own, facts)
    if own:
        heading = line(section.find("title"))
        content += [heading, *own] if heading else own


def _attachment(body: Element) -> tuple[str, str | None]:
    """Text of a body that is a file, and why there is none."""
    if body.find("reference") is not None:
        return "", "attachment_elsewhere"
    if body.get("representation") == "B64":
        text = attached(body.get("mediaType"), "".join(body.itertext()))
    elif media_type(body.get("mediaType")) in {"", "text/plain"}:
        text = "".join(body.itertext())
    else:
        text = "\n\n".join(narrative(body)) if media_type(body.get("mediaType")) == "text/html" else None
    if text is None:
        return "", "attachment_not_text"
    return text.strip(), None if text.strip() else "no_narrative"


def _people(record: Element) -> tuple[str, ...]:
    """Names, numbers, addresses, phones and birth dates of everybody whom the structured fields name."""
    people = People()
    for element in record.iter("name", "id", "addr", "telecom", "birthTime", "deceasedTime"):
        parent = element.getparent()
        above = parent.tag if parent is not None else ""
        match element.tag:
            case "name" if above not in _THINGS and parent is not None and parent.get("classCode") not in _MATTER:
                _name(element, above, people)
            case "id" if above in _NUMBERED:
                people.add(element.get("extension"))
            case "addr":
                _address(element, people)
            case "telecom":
                people.telecom(element.get("value"))
            case "birthTime" | "deceasedTime":
                people.birth(element.get("value"))
    return people.values


def _name(element: Element, above: str, people: People) -> None:
    family = " ".join(_texts(element, "family"))
    given = _texts(element, "given")
    if given or family:
        people.name(given, family, " ".join(" ".join(element.itertext()).split()))
    elif above.endswith("Organization") or above in {"playingEntity", "place", "location", "scopingEntity"}:
        people.add("".join(element.itertext()))
    else:
        people.phrase("".join(element.itertext()))


def _address(element: Element, people: People) -> None:
    def one(tag: str) -> str | None:
        return next(iter(_texts(element, tag)), None)

    lines = [*_texts(element, "streetAddressLine"), *_texts(element, "additionalLocator")]
    people.address(lines, one("city"), one("state"), one("postalCode"), element.text if len(element) == 0 else None)


def _texts(element: Element, tag: str) -> list[str]:
    return [text for child in element.iterchildren(tag) if (text := " ".join("".join(child.itertext()).split()))]
