"""What a reader yields, and the Arrow schema it becomes.

A raw file gives a stream of records. Each is a `Document`, a `Quarantined` (could not be read), or a `Deletion`
(the source withdraws a document). Nothing else may leave a reader, and nothing may leave it silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Retraction = Literal["none", "retracted", "concern", "corrected"]
"""What became of a published work: withdrawn, doubted by its publisher, or corrected afterwards."""

Genre = Literal[
    "retraction",
    "erratum",
    "guideline",
    "meta_analysis",
    "systematic_review",
    "protocol",
    "randomized_trial",
    "clinical_trial",
    "case_report",
    "observational_study",
    "review",
    "editorial",
    "comment",
    "letter",
    "news",
    "book_review",
    "biography",
    "history",
    "congress",
    "methods",
    "research",
]
"""Kinds of publication (`sources.genre`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a record says of *another* work: a retraction notice names the article it retracts."""

    state: Retraction
    kind: str
    """Kind of the identifier: `pmid`, `pmcid`, `doi`."""
    identifier: str


@dataclass(slots=True, kw_only=True)
class Document:
    """One document as its source states it. Absent facts are None, never a sentinel."""

    record: int
    """Index of the record in its raw file, from 0."""
    native_id: str | None
    """The source's own stable id; None makes the id a hash of the file and the record's place in it."""
    text: str
    """Text to learn from; empty only together with `no_text`."""
    no_text: str | None = None
    """Why there is no text, as a reason code (`no_abstract`); the document is dropped and counted at the read stage."""
    doc_type: str = "other"
    """Form of the text, by which rules are chosen: `abstract`, `full_text`, `case_report`, `guideline`, `note`, ..."""
    genre: Genre | None = None
    """Kind of publication, if a structured field of the record states it: the abstract of a `randomized_trial`."""
    genre_evidence: str | None = None
    """Where it was stated: kind, colon, place (`medline:PublicationType`)."""
    version: str = ""
    """Orders versions of one native id: the greatest string (by code point) is the newest."""
    offset: int | None = None
    """Byte offset of the record in the decompressed raw file, where the format has one."""
    pmid: str | None = None
    pmcid: str | None = None
    doi: str | None = None
    nct: str | None = None
    """ClinicalTrials.gov id: `NCT` and eight digits."""
    openalex: str | None = None
    """OpenAlex work id: `W` and digits."""
    s2: str | None = None
    """Semantic Scholar corpus id: digits."""
    setid: str | None = None
    """Structured product label set id: a UUID in lower case."""
    title: str | None = None
    """Title as found; it also stands in `text` where the format gives it to the reader of the document."""
    authors: tuple[str, ...] = ()
    """Whom a licence that asks for attribution wants named, in the source's order. They go into the attribution file,
    never into `text`."""
    url: str | None = None
    """Where a person finds the record, as the source states it."""
    member: str | None = None
    """Path of the record's file inside the raw file, where that is an archive."""
    known_values: tuple[str, ...] = ()
    """Identifiers of people that the record's own structured fields state (names, record numbers, phones, addresses):
    looked for in the text by the PHI stage. They never leave the work folder."""
    published: str | None = None
    """ISO 8601 at the source's own precision: `2021`, `2021-03` or `2021-03-09`."""
    journal: str | None = None
    mesh: tuple[str, ...] = ()
    """Descriptors of MeSH that the record states, in its order: unique id, blank, name (`D006801 Humans`), or the name
    alone where no id is stated. The id is what stays when NLM renames a descriptor, the name is what people read."""
    language: str | None = None
    """Language the source declares, as it writes it (`eng`)."""
    retraction: Retraction = "none"
    """As the record itself states it; other records may say more (`notices`)."""
    notices: tuple[Notice, ...] = ()
    licence_raw: str | None = None
    """Licence statement as found: a URL if the source gives one, else its words."""
    licence_evidence: str | None = None
    """Where the statement stood: kind, colon, place (`jats:permissions/license/@href`)."""
    copyright: str | None = None
    """Copyright statement as found."""


@dataclass(slots=True, kw_only=True)
class Quarantined:
    """A record (or, with `record=None`, the whole file) that could not be read. Never quotes content."""

    record: int | None
    reason: str
    detail: str = ""
    offset: int | None = None


@dataclass(slots=True, kw_only=True)
class Deletion:
    """The source withdraws every version of `native_id` up to and including `version`."""

    native_id: str
    version: str


Record = Document | Quarantined | Deletion

_ID = pa.string()

NOTICE = pa.struct(
    [
        pa.field("state", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("identifier", pa.string(), nullable=False),
    ]
)

DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", _ID, nullable=False),
        pa.field("record", pa.int64(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("no_text", pa.string()),
        pa.field("doc_type", pa.string(), nullable=False),
        pa.field("genre", pa.string()),
        pa.field("genre_evidence", pa.string()),
        pa.field("version", pa.string(), nullable=False),
        pa.field("offset", pa.int64()),
        pa.field("pmid", _ID),
        pa.field("pmcid", _ID),
        pa.field("doi", _ID),
        pa.field("nct", _ID),
        pa.field("openalex", _ID),
        pa.field("s2", _ID),
        pa.field("setid", _ID),
        pa.field("title", pa.string()),
        pa.field("authors", pa.list_(pa.string()), nullable=False),
        pa.field("url", pa.string()),
        pa.field("member", pa.string()),
        pa.field("known_values", pa.list_(pa.string()), nullable=False),
        pa.field("published", pa.string()),
        pa.field("journal", pa.string()),
        pa.field("mesh", pa.list_(pa.string())),
        pa.field("language", pa.string()),
        pa.field("retraction", pa.string(), nullable=False),
        pa.field("notices", pa.list_(NOTICE), nullable=False),
        pa.field("licence_raw", pa.string()),
        pa.field("licence_evidence", pa.string()),
        pa.field("copyright", pa.string()),
        pa.field("refused", pa.list_(pa.string()), nullable=False),
    ]
)
"""Documents of one raw file, in record order. Strings are UTF-8 NFC; `text` has 64-bit offsets. `refused` names what
the record stated and was not taken, with the reason: `published:impossible_date`, `native_id:unsafe_id`."""

QUARANTINE = pa.schema(
    [
        pa.field("record", pa.int64()),
        pa.field("offset", pa.int64()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)

DELETIONS = pa.schema([pa.field("doc_id", _ID, nullable=False), pa.field("version", pa.string(), nullable=False)])
