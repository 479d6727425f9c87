"""FHIR R4 (and DSTU2) records: bundles in JSON and XML, NDJSON bulk exports.

Format: https://hl7.org/fhir/R4/
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.attachments import attached, html_blocks, media_type
from sources.dates import iso_date
from sources.fhir_resources import (
    PEOPLE,
    Resource,
    gather,
    key_of,
    mapping,
    named,
    references,
    resources,
    sequence,
    text_of,
)
from sources.people import People
from sources.reader import RawFile

_FACTS = (
    "records",
    "people",
    "notes",
    "narratives",
    "summaries",
    "damaged",
    "without_patient",
    "people_not_found",
    "known_values",
)
_ATTACHMENTS = {"DocumentReference": "content", "DiagnosticReport": "presentedForm"}
_CACHE = -65536  # KiB of the private database that stay in memory
_TABLES = """
    create table people (key text, owner text, found text);
    create table pages (number integer primary key, grp text, kind text, patient text, page text);
    create table visits (key text primary key, own text, page text);
    begin;
"""
_INDEXES = """
    create index people_by_key on people (key);
    create index people_by_owner on people (owner);
    update pages set grp = (select own from visits where key = grp) where grp in (select key from visits);
    create index pages_by_group on pages (grp, patient);
"""


class FhirReader:
    """One document a note, and one summary an encounter (or a patient) for narrative that is no note.

    Notes are `DocumentReference`, `Composition`, and `DiagnosticReport` with a presented form. Narrative and
    annotations of all other resources about a patient are put together by encounter in file order, and those that
    name no encounter by patient. Resources rest in a private database that SQLite deletes (beyond 64 MiB in an unnamed
    temporary file), so that memory does not grow with the file and a patient may stand after the notes.
    """

    name: ClassVar[str] = "fhir"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("note",)
    section_policy: ClassVar[str] = (
        "Notes: the attached plain text or HTML, or a composition's title and sections; else narrative (`text.div`) "
        "and annotations put together by encounter, or by patient; narrative of people, organisations and places gives "
        "no text."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Coded content without narrative (observations, medications, claims) is not read.",
        "Attachments that are PDF, RTF or pictures, or that stand elsewhere, are not read; of several forms of a note "
        "the first plain text is.",
        "Letters of a state, one-letter initials and particles are known values only inside the whole address or name, "
        "and numbers of three digits or less are none.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "title", "published", "language", "known_values"}
    )  # fmt: skip

    def __init__(self, people: Sequence[str] = ()) -> None:
        """`people`: files next to the one read that hold its patients and practitioners (`Patient.ndjson`)."""
        self._people = tuple(people)

    @property
    def config(self) -> Json:
        """The files of people."""
        return {"people": list(self._people)}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Notes in file order, then summaries. Without text: `attachment_not_text`, `attachment_elsewhere`,
        `no_narrative` (a note without text, or a file of records that have none), `entered_in_error`.

        Quarantined: `bad_resource`, `attachment_not_base64`, `attachment_not_text`, and `no_patient` (the patient is
        in no file that was read: known values would be missing).

        Raises:
            RawFileError: as `sources.fhir_resources.resources`, and `no_resource` for a file without one.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        with closing(sqlite3.connect("", isolation_level=None)) as store:
            store.execute(f"pragma cache_size = {_CACHE}")
            store.execute("pragma journal_mode = off")
            store.executescript(_TABLES)
            folder = raw.path.rpartition("/")[0]
            for name in self._people:
                for url, resource in resources(RawFile(f"{folder}/{name}" if folder else name)):
                    if resource is None:
                        raise RawFileError("bad_people_file", name)
                    _keep_person(store, url, resource, facts)
            for url, resource in resources(raw):
                facts["records"] += 1
                try:
                    _keep(store, url, resource, facts)
                except (RecursionError, ValueError):
                    # JSON may be deeper than Python can follow, narrative deeper than it can be read.
                    _keep(store, "", None, facts)
            if not facts["records"]:
                raise RawFileError("no_resource")
            store.executescript(_INDEXES)
            empty = True
            for found in _documents(store, facts):
                empty = False
                yield found
            if empty and facts["records"] > facts["people"]:
                yield Document(record=0, native_id=None, text="", no_text="no_narrative", doc_type="note")


def _keep(store: sqlite3.Connection, url: str, resource: Resource | None, facts: Counter[str]) -> None:
    """File a resource as a person, a visit, a note or narrative."""
    page: dict[str, Any]
    if resource is None:
        facts["damaged"] += 1
        _file(store, "", "damaged", "", {})
        return
    kind = resource["resourceType"]
    if kind in PEOPLE:
        _keep_person(store, url, resource, facts)
        return
    own = f"{kind}/{text_of(resource.get('id'))}"
    page = {"id": own, "refs": sorted(set(references(resource))), "named": _named_in(resource)}
    patient = key_of(text_of(mapping(resource.get("subject") or resource.get("patient")).get("reference")))
    if kind == "Encounter":
        page["date"] = _date(text_of(mapping(resource.get("period")).get("start")))
        for key in {own, url} - {""}:
            store.execute("insert or replace into visits values (?, ?, ?)", (key, own, orjson.dumps(page)))
    wrong = text_of(resource.get("status")) == "entered-in-error"
    if kind in {"Composition", "DocumentReference"} or (kind == "DiagnosticReport" and resource.get("presentedForm")):
        facts["notes"] += 1
        page |= _note(kind, resource) if not wrong else {"text": "", "why": "entered_in_error"}
        _file(store, "", kind, patient, page)
        return
    blocks = html_blocks(text_of(mapping(resource.get("text")).get("div")))
    blocks += [text for one in sequence(resource.get("note")) if (text := text_of(mapping(one).get("text")).strip())]
    if conclusion := text_of(resource.get("conclusion")).strip():
        blocks.append(conclusion)
    if blocks and not wrong:
        facts["narratives"] += 1
        visit = mapping(resource.get("encounter") or resource.get("context")).get("reference")
        page["text"] = "\n\n".join(blocks)
        group = own if kind == "Encounter" else key_of(visit) if isinstance(visit, str) else f"patient {patient}"
        _file(store, group, kind, patient, page)


def _file(store: sqlite3.Connection, group: str, kind: str, patient: str, page: dict[str, Any]) -> None:
    store.execute(
        "insert into pages (grp, kind, patient, page) values (?, ?, ?, ?)", (group, kind, patient, orjson.dumps(page))
    )


def _keep_person(store: sqlite3.Connection, url: str, resource: Resource, facts: Counter[str]) -> None:
    kind = resource["resourceType"]
    if kind not in PEOPLE:
        return
    facts["people"] += 1
    people = People()
    gather(resource, people)
    people.add(text_of(resource.get("id")))
    own = f"{kind}/{text_of(resource.get('id'))}"
    owner = text_of(mapping(resource.get("patient") or resource.get("beneficiary")).get("reference"))
    for key in {own, url} - {""}:
        store.execute("insert into people values (?, ?, ?)", (key, key_of(owner), orjson.dumps(people.values)))


def _named_in(resource: Resource) -> list[str]:
    """Known values that a resource itself states: names in references, people contained, a visit's numbers."""
    people = People()
    named(resource, people)
    for one in sequence(resource.get("contained")):
        if mapping(one).get("resourceType") in PEOPLE:
            gather(one, people)
    if resource["resourceType"] == "Encounter":
        gather({"identifier": resource.get("identifier")}, people)
    return list(people.values)


def _note(kind: str, resource: Resource) -> dict[str, Any]:
    """Text, or the reason why there is none, and the facts of a note."""
    label = mapping(resource.get("type") or resource.get("code"))
    title = text_of(resource.get("title")) or text_of(label.get("text"))
    title = title or text_of(mapping(label.get("coding")).get("display"))
    dates = (text_of(resource.get(name)) for name in ("date", "effectiveDateTime", "indexed", "created", "issued"))
    found: dict[str, Any] = {
        "title": title,
        "date": _date(next((date for date in dates if date), "")),
        "language": text_of(resource.get("language")),
        "version": text_of(mapping(resource.get("meta")).get("lastUpdated")),
        "why": None,
    }
    if kind == "Composition":
        blocks = _sections(sequence(resource.get("section")))
        blocks = blocks or html_blocks(text_of(mapping(resource.get("text")).get("div")))
        text_title = [title] if title and blocks else []
        return found | {"text": "\n\n".join(text_title + blocks), "why": None if blocks else "no_narrative"}
    forms = [mapping(one) for one in sequence(resource.get(_ATTACHMENTS[kind]))]
    forms = [mapping(one.get("attachment")) if kind == "DocumentReference" else one for one in forms]
    forms.sort(key=lambda form: media_type(text_of(form.get("contentType"))) != "text/plain")
    why = "no_narrative"
    for form in forms:
        data = text_of(form.get("data"))
        if not data:
            why = "attachment_elsewhere" if form.get("url") else why
            continue
        try:
            text = attached(text_of(form.get("contentType")), data)
        except ValueError as error:
            return found | {"text": "", "damage": str(error)}
        if text is not None and text.strip():
            return found | {"text": text}
        why = "attachment_not_text" if text is None else why
    return found | {"text": "", "why": why}


def _sections(stated: list[Any]) -> list[str]:
    blocks: list[str] = []
    for section in map(mapping, stated):
        own = html_blocks(text_of(mapping(section.get("text")).get("div")))
        own += _sections(sequence(section.get("section")))
        title = " ".join(text_of(section.get("title")).split())
        blocks += [title, *own] if own and title else own
    return blocks


def _date(value: str) -> str | None:
    return iso_date(*value[:10].split("-")[:3])


def _documents(store: sqlite3.Connection, facts: Counter[str]) -> Iterator[Record]:
    (patients,) = store.execute("select count(distinct found) from people where key like 'Patient/%'").fetchone()
    record = 0
    for kind, patient, page in store.execute("select kind, patient, page from pages where grp = '' order by number"):
        yield _document(store, record, kind, patient, [orjson.loads(page)], patients == 1, facts)
        record += 1
    groups = "select grp, patient from pages where grp != '' group by grp, patient order by min(number)"
    inside = "select kind, page from pages where grp = ? and patient = ? order by number"
    for group, patient in store.execute(groups):
        rows = store.execute(inside, (group, patient))
        pages = [{"kind": kind, **orjson.loads(page)} for kind, page in rows]
        facts["summaries"] += 1
        yield _document(store, record, group, patient, pages, patients == 1, facts)
        record += 1


def _document(
    store: sqlite3.Connection,
    record: int,
    kind: str,
    patient: str,
    pages: list[dict[str, Any]],
    alone: bool,
    facts: Counter[str],
) -> Record:
    """The document of a note's page, or of the pages of a summary. `alone`: the file is about one patient."""
    first = pages[0]
    if kind == "damaged":
        return Quarantined(record=record, reason="bad_resource")
    if first.get("damage"):
        return Quarantined(record=record, reason=first["damage"])
    if not list(store.execute("select 1 from people where key = ? limit 1", (patient,))):
        facts["without_patient"] += 1
        return Quarantined(record=record, reason="no_patient")
    visits = {kind, *(key for page in pages for key in page["refs"] if key.startswith(("Encounter/", "urn:")))}
    linked = [*pages]
    for key in sorted(visits):
        linked += [orjson.loads(page) for (page,) in store.execute("select page from visits where key = ?", (key,))]
    people = People()
    for key in [patient, *sorted({key for page in linked for key in page["refs"]})]:
        found = list(store.execute("select found from people where key = ? or owner = ?", (key, key)))
        facts["people_not_found"] += not found and key.partition("/")[0] in PEOPLE
        for (values,) in found:
            people.add(*orjson.loads(values))
    if alone:
        for (values,) in store.execute("select distinct found from people"):
            people.add(*orjson.loads(values))
    for page in linked:
        people.add(*page["named"])
    facts["known_values"] += len(people.values)
    summary = "kind" in first
    text = _summary(pages) if summary else first["text"]
    native_id = first["id"] if not summary else None if kind.startswith("patient ") else kind
    return Document(
        record=record,
        native_id=None if native_id is not None and native_id.endswith("/") else native_id,
        text=text,
        no_text=first.get("why"),
        doc_type="note",
        version=first.get("version") or "",
        title=first.get("title") or None,
        published=(linked[len(pages)] if summary and len(linked) > len(pages) else first).get("date"),
        language=first.get("language") or None,
        known_values=people.values,
    )


def _summary(pages: list[dict[str, Any]]) -> str:
    """Narratives of one line and one kind stand on lines, all others apart."""
    text = ""
    for before, page in zip([None, *pages], pages, strict=False):
        near = before is not None and before["kind"] == page["kind"] and "\n" not in before["text"] + page["text"]
        text += ("\n" if near else "\n\n" if text else "") + page["text"]
    return text
