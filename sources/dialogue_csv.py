"""Clinical dialogues and the notes written from them, one encounter a row of a CSV file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.delimited import Rows
from sources.people import People
from sources.reader import RawFile

_FACTS = ("records", "dialogues", "notes", "known_values", "rows_without_metadata")
_ROW = 64 << 20
_ROLES = "doctor|physician|clinician|nurse|patient|guest|caregiver|parent|family|interpreter"
_LABEL = re.compile(rf"\[((?:{_ROLES})(?:_[a-z]+)?\d?)\][ \t]*", re.I)
# `Guest_family_1:` at the start of a line, or after a sentence where turns share one.
_NAMED = re.compile(
    rf"(?:^|(?<=[.?!:\"\u201d\u2026)-])[ \t]+)((?:{_ROLES})(?:_?[a-z]+)?(?:_?\d)?)[ \t]*:(?!\d)", re.I | re.M
)
_SPEAKER = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?(?: ?\d)?:")
_SILENT = re.compile(rf"(?:{_ROLES})(?: [a-z]+)?(?: ?\d)?:", re.I)
# Text that a tokeniser took apart (Penn Treebank): `do n't`, `gon na`, and stops that stand alone.
_CONTRACTED = re.compile(
    r"(?<=\w)[ ](?=n['\u2019]t\b)|(?<=\b(?:gon|wan)) (?=na\b)|(?<=\bgot) (?=ta\b)|(?<=\b(?:gim|lem)) (?=me\b)"
)
_APART = re.compile(r"(?<=\S) +(?=[.,?!;:%](?:\s|$))", re.M)
_LEAST_APART = 5
_TURN = re.compile(r"\r\n?|\n")
# MTS-Dialog's codes, in the words of its README.
_HEADERS = {
    "FAM/SOCHX": "Family history/social history",
    "GENHX": "History of present illness",
    "PASTMEDICALHX": "Past medical history",
    "CC": "Chief complaint",
    "PASTSURGICAL": "Past surgical history",
    "ALLERGY": "Allergy",
    "ROS": "Review of systems",
    "MEDICATIONS": "Medications",
    "ASSESSMENT": "Assessment",
    "EXAM": "Exam",
    "DIAGNOSIS": "Diagnosis",
    "DISPOSITION": "Disposition",
    "PLAN": "Plan",
    "EDCOURSE": "Emergency department course",
    "IMMUNIZATIONS": "Immunizations",
    "IMAGING": "Imaging",
    "GYNHX": "Gynecologic history",
    "PROCEDURES": "Procedures",
    "OTHER_HISTORY": "Other history",
    "LABS": "Labs",
}
_SUFFIX = re.compile(r"\.csv(\.gz|\.zst)?$", re.I)


class DialogueCsvReader:
    """Two documents a row, `ID/dialogue` and `ID/note`. Records are numbered by document, not by row."""

    name: ClassVar[str] = "dialogue_csv"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("dialogue", "note")
    section_policy: ClassVar[str] = (
        "The dialogue, a turn a line as `Doctor: words`, contractions and stops that a tokeniser took apart together "
        "again, and the note as it stands, each a document of its own; a note's section header stands above it where "
        "a column gives it."
    )
    known_losses: ClassVar[tuple[str, ...]] = ("Columns that are not named are not read.",)

    def __init__(
        self,
        id: str = "encounter_id",  # noqa: A002  the field's name in recipes
        dialogue: str = "dialogue",
        note: str = "note",
        section: str | None = None,
        dataset: str | None = None,
        prefix: str = "",
        metadata: str | None = None,
        names: Sequence[str] = ("doctor_name", "patient_firstname", "patient_familyname"),
    ) -> None:
        """Columns by name; an empty `dialogue` or `note` means that there is none.

        `section`: column of the note's section header. `dataset`: column put before the id, for files in which ids
        repeat; `prefix` does so with fixed words. `metadata`: file next to the CSV whose rows have the same
        id column, `{stem}` standing for its name without suffix; its columns `names` become known values.

        Raises:
            ValueError: neither dialogue nor note has a column.
        """
        if not (dialogue or note):
            raise ValueError("dialogue and note: at least one must name a column")
        self._id, self._dialogue, self._note = id, dialogue, note
        self._section, self._dataset, self._prefix = section, dataset, prefix
        self._metadata, self._names = metadata, tuple(names)

    @property
    def states(self) -> frozenset[str]:
        """Known values are in the metadata file."""
        return frozenset({"native_id", *(["known_values"] if self._metadata else [])})

    @property
    def config(self) -> Json:
        """The columns and the metadata file."""
        return {
            "id": self._id, "dialogue": self._dialogue, "note": self._note, "section": self._section,
            "dataset": self._dataset, "prefix": self._prefix, "metadata": self._metadata, "names": list(self._names),
        }  # fmt: skip

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Documents in row order. Without text: `empty_text`.

        Quarantined: `wrong_number_of_cells` and `malformed_csv` (perhaps a quote that was never closed),
        `row_too_long`, `no_encounter_id`, `invalid_unicode` (the row has bytes that are not UTF-8), `no_metadata` (the
        row is not in the metadata file: its known values would be missing).

        Raises:
            RawFileError: as `RawFile.stream`; `missing_column`, `no_header`, `header_too_long`, and `corrupt_metadata`
            for a metadata file with such a row.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        known = self._known(raw) if self._metadata else None
        wanted = [one for one in (self._id, self._dialogue, self._note, self._section, self._dataset) if one]
        prefix = _named(self._prefix, raw)
        record = 0
        for row in _rows(raw, wanted):
            facts["records"] += 1
            reason = row if isinstance(row, str) else self._reason(row, known, facts)
            if reason or isinstance(row, str):
                yield Quarantined(record=record, reason=reason or "")
                record += 1
                continue
            for document in self._documents(row, record, self._key(row, prefix), known or {}, facts):
                yield document
                record += 1

    def _key(self, row: dict[str, str], prefix: str = "") -> str:
        parts = (prefix, row[self._dataset] if self._dataset else "", row[self._id])
        return ":".join(tidy for part in parts if (tidy := "_".join(part.split())))

    def _reason(self, row: dict[str, str], known: dict[str, tuple[str, ...]] | None, facts: Counter[str]) -> str | None:
        if not row[self._id].strip():
            return "no_encounter_id"
        if any("\udc80" <= sign <= "\udcff" for value in row.values() if not value.isascii() for sign in value):
            return "invalid_unicode"
        if known is not None and self._key(row) not in known:
            facts["rows_without_metadata"] += 1
            return "no_metadata"
        return None

    def _documents(
        self, row: dict[str, str], record: int, key: str, known: dict[str, tuple[str, ...]], facts: Counter[str]
    ) -> Iterator[Document]:
        values = known.get(self._key(row), ())
        facts["known_values"] += len(values)
        texts = []
        if self._dialogue:
            facts["dialogues"] += 1
            texts.append(("dialogue", turns(row[self._dialogue])))
        if self._note:
            facts["notes"] += 1
            note = row[self._note].strip()
            header = _header(row[self._section]) if self._section else ""
            texts.append(("note", f"{header}\n\n{note}" if header and note else note))
        for number, (kind, text) in enumerate(texts, record):
            yield Document(
                record=number,
                native_id=f"{key}/{kind}",
                text=text,
                no_text=None if text else "empty_text",
                doc_type=kind,
                known_values=values,
            )

    def _known(self, raw: RawFile) -> dict[str, tuple[str, ...]]:
        """Known values by encounter. A metadata file has a short row for each encounter of the CSV beside it."""
        folder = raw.path.rpartition("/")[0]
        name = _named(self._metadata or "", raw)
        beside = RawFile(f"{folder}/{name}" if folder else name)
        known = {}
        wanted = [self._id, *self._names, *([self._dataset] if self._dataset else [])]
        for row in _rows(beside, wanted):
            if isinstance(row, str):
                raise RawFileError("corrupt_metadata", row)
            people = People()
            for column in self._names:
                people.phrase(row[column])
            people.add(" ".join(row[column].strip() for column in self._names if "doctor" not in column))
            known[self._key(row)] = people.values
        return known


def _named(pattern: str, raw: RawFile) -> str:
    return pattern.replace("{stem}", _SUFFIX.sub("", raw.name))


def _header(code: str) -> str:
    return _HEADERS.get(code.strip().upper(), code.strip())


def turns(text: str) -> str:
    """A dialogue, one turn a line: `[doctor] hi` and `Guest_family_1: hi` become `Doctor: hi` and `Guest family 1: hi`,
    also where turns share a line."""
    lines: list[str] = []
    for line in _TURN.split(_NAMED.sub(_labelled, _LABEL.sub(_labelled, _whole(text)))):
        words = " ".join(line.split())
        if not words:
            continue
        if lines and _SILENT.fullmatch(lines[-1]):  # What follows is said by this speaker, or nobody says anything.
            speaker = lines.pop()
            words = words if _SPEAKER.match(words) else f"{speaker} {words}"
        lines.append(words)
    if lines and _SILENT.fullmatch(lines[-1]):
        lines.pop()
    return "\n".join(lines)


def _whole(text: str) -> str:
    """Words and stops together again where a tokeniser took them apart."""
    text = _CONTRACTED.sub("", text)
    return _APART.sub("", text) if len(_APART.findall(text)) >= _LEAST_APART else text


def _labelled(found: re.Match[str]) -> str:
    return f"\n{found.group(1).strip().replace('_', ' ').capitalize()}: "


def _rows(raw: RawFile, wanted: Sequence[str]) -> Iterator[dict[str, str] | str]:
    """Rows as strings by column, or the reason why one is unreadable; holds one row."""
    with raw.stream() as stream:
        rows = Rows(stream, "utf-8", _ROW)
        header = next(csv.reader([rows.first_line()]), [])
        if not any(header):
            raise RawFileError("no_header")
        for column in wanted:
            if column not in header:
                raise RawFileError("missing_column", column)
        for cells, _ in rows.parsed(",", len(header)):
            if isinstance(cells, str):
                yield "wrong_number_of_cells" if cells == "wrong_number_of_fields" else cells
            else:
                yield dict(zip(header, cells, strict=True))
