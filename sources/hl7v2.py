"""HL7 version 2 messages, one after another in a file, framed (MLLP) or not.

Format: https://www.hl7.org/implement/standards/product_brief.cfm?product_id=185 (chapter 2: encoding and escapes)
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.dates import hl7_date
from sources.people import People
from sources.reader import RawFile

_FACTS = ("records", "observations", "identifying_answers", "notes", "known_values", "without_narrative")
_CHUNK = 1 << 16
MAX_MESSAGE_BYTES = 50_000_000
_ENDS = re.compile(rb"[\r\n\x0b\x1c]")
_HEADER = re.compile(rb"MSH[^A-Za-z0-9\s]")
_ENVELOPES = frozenset({b"FHS", b"BHS", b"BTS", b"FTS"})  # of batches and files
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_TEXT_AT = {"OBX": 5, "NTE": 3}
_PROSE = frozenset({"TX", "FT", "ST"})
_IDENTIFYING = re.compile(
    r"\b(?:name|phone|telephone|fax|e-?mail|zip|postal|address|city|town|county|identifier|id|number|ssn|mrn|code)\b",
    re.I,
)
_OF_A_PLACE = re.compile(
    r"\b(?:laborator(?:y|ies)|lab|facility|hospital|clinic|organi[sz]ation|outbreak|agency|city|county|town)\b", re.I
)
_PHRASE = 5
"""Words that make a short answer (ST) more than the filling of a form."""
_NUMBERED_NAME = re.compile(r"^[\w.-]*\d[\w.-]*$")
# Which fields of a segment name somebody: field number to the data type that it is read as.
_PEOPLE: dict[str, dict[int, str]] = {
    "PID": {2: "CX", 3: "CX", 4: "CX", 5: "XPN", 6: "XPN", 7: "TS", 9: "XPN", 11: "XAD", 13: "XTN", 14: "XTN",
            18: "CX", 19: "ST", 20: "ST", 21: "CX", 23: "ST", 40: "XTN"},
    "PD1": {3: "XON", 4: "XCN"},
    "NK1": {2: "XPN", 4: "XAD", 5: "XTN", 6: "XTN", 12: "CX", 13: "XON", 16: "TS", 26: "XPN", 30: "XPN", 31: "XTN",
            32: "XAD", 33: "CX", 37: "ST"},
    "MRG": {1: "CX", 2: "CX", 3: "CX", 4: "CX", 7: "XPN"},
    "PV1": {5: "CX", 7: "XCN", 8: "XCN", 9: "XCN", 17: "XCN", 19: "CX", 50: "CX", 52: "XCN"},
    "GT1": {2: "CX", 3: "XPN", 4: "XPN", 5: "XAD", 6: "XTN", 7: "XTN", 8: "TS", 12: "ST", 16: "XPN", 17: "XAD",
            18: "XTN", 19: "CX"},
    "IN1": {2: "ST", 4: "XON", 5: "XAD", 6: "XPN", 7: "XTN", 8: "ST", 16: "XPN", 18: "TS", 19: "XAD", 36: "ST",
            44: "XAD", 49: "CX"},
    "IN2": {1: "CX", 2: "ST", 6: "ST", 7: "XPN", 8: "ST", 9: "XPN", 61: "CX", 63: "XTN", 64: "XTN"},
    "ORC": {10: "XCN", 11: "XCN", 12: "XCN", 14: "XTN", 19: "XCN", 21: "XON", 22: "XAD", 23: "XTN", 24: "XAD"},
    "OBR": {10: "XCN", 16: "XCN", 17: "XTN", 28: "XCN", 32: "XCN", 33: "XCN", 34: "XCN", 35: "XCN"},
    "TXA": {5: "XCN", 9: "XCN", 10: "XCN", 11: "XCN", 22: "XCN"},
    "OBX": {16: "XCN", 23: "XON", 24: "XAD", 25: "XCN"},
    "ROL": {4: "XCN", 11: "XAD", 12: "XTN"},
}  # fmt: skip


class Hl7v2Reader:
    """One document a message. `offset` is the byte of its MSH.

    The id is a hash of the message: control ids (MSH-10) repeat, and senders build them from patient numbers.
    """

    name: ClassVar[str] = "hl7v2"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("note",)
    section_policy: ClassVar[str] = (
        "Text observations (OBX of type TX, FT or ST) as paragraphs `Name: text`, rows of one observation together, "
        "and comments (NTE), with escape sequences decoded; not coded, numeric and date observations, nor short "
        "answers (ST) that identify somebody by their name (`State Case Identifier`): those are known values. A "
        "message with nothing but short answers of less than five words is a form, not text."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Coded and numeric results, orders and all other segments are not read.",
        "Attached files (ED, RP) are not read.",
        "Letters of a state, one-letter initials and particles are known values only inside the whole address or name, "
        "and numbers of three digits or less are none.",
    )
    states: ClassVar[frozenset[str]] = frozenset({"native_id", "offset", "published", "known_values"})

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Messages in file order. Without text: `no_narrative`, `short_answers_only`.

        Quarantined: `record_too_large`, `bad_message_header` (MSH without its delimiters), `bad_segment` (a line that
        is no segment).

        Raises:
            RawFileError: as `RawFile.stream`, and `no_message` for a file without one.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        record = 0
        with raw.stream() as stream:
            for offset, segments in _messages(stream):
                facts["records"] += 1
                found = _message(segments, record, facts) if segments else "record_too_large"
                if isinstance(found, str):
                    yield Quarantined(record=record, reason=found, offset=offset)
                else:
                    found.offset = offset
                    yield found
                record += 1
        if record == 0:
            raise RawFileError("no_message", "no MSH segment")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank and its byte offset. Framing characters end a line, as both line ends do."""
    held, base = bytearray(), 0  # the line that no end was seen of, and where it starts
    while data := stream.read(_CHUNK):
        start = 0
        for end in _ENDS.finditer(data):
            line = bytes(held) + data[start : end.start()]
            if line:
                yield base, line
            base += len(line) + 1
            held, start = bytearray(), end.end()
        held += data[start:]
        if len(held) > MAX_MESSAGE_BYTES:
            raise RawFileError("record_too_large", f"over {MAX_MESSAGE_BYTES} bytes in one line")
    if held:
        yield base, bytes(held)


def _messages(stream: BinaryIO) -> Iterator[tuple[int, list[bytes]]]:
    """Segments of each message and its byte offset; none for one over MAX_MESSAGE_BYTES. Holds one message."""
    begun: int | None = None
    segments: list[bytes] = []
    size = 0
    for offset, line in _lines(stream):
        if _HEADER.match(line) or line[:3] in _ENVELOPES:
            if begun is not None:
                yield begun, segments if size <= MAX_MESSAGE_BYTES else []
            begun, segments, size = offset if line.startswith(b"MSH") else None, [], 0
        if begun is not None and line.strip():
            size += len(line)
            if size > MAX_MESSAGE_BYTES:
                segments = []
            else:
                segments.append(line)
    if begun is not None:
        yield begun, segments if size <= MAX_MESSAGE_BYTES else []


class _Delimiters:
    """The five characters with which a message separates and escapes."""

    def __init__(self, header: str) -> None:
        self.field, self.component, self.repeat, self.escape, self.part = header[3], *header[4:8].ljust(4, "\x00")
        if self.part in {self.field, "\x00"}:
            self.part = "&"
        own = {"F": self.field, "S": self.component, "R": self.repeat, "E": self.escape, "T": self.part}
        self._own = own
        self._sequence = re.compile(re.escape(self.escape) + r"([^\\\r\n]{0,40}?)" + re.escape(self.escape))

    def text(self, value: str) -> str:
        r"""A value with its escape sequences decoded: `\.br\` ends a line, highlighting (`\H\`) goes."""
        return self._sequence.sub(self._decoded, value) if self.escape in value else value

    def _decoded(self, found: re.Match[str]) -> str:
        code = found.group(1)
        if code in self._own:
            return self._own[code]
        if code.startswith("X") and re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", code):
            return bytes.fromhex(code[1:]).decode("utf-8", "replace")
        if code[:3] in {".br", ".sp", ".ce"}:
            times = code[3:].strip("+ ")
            return "\n" * (int(times) if times.isdecimal() and len(times) < 3 else 1)
        return " " if code[:3] in {".in", ".ti", ".sk"} else ""


def _segments(lines: list[bytes], separator: str) -> list[list[str]] | None:
    """Fields of each segment; None if a line is no segment.

    A line that is none goes on with the text segment before it: senders break the lines of reports.
    """
    segments: list[list[str]] = []
    for line in lines:
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
        if _SEGMENT.fullmatch(text[:3]) and text[3:4] in {"", separator}:
            segments.append(text.split(separator))
        elif segments and (at := _TEXT_AT.get(segments[-1][0], 99)) < len(segments[-1]):
            first, *rest = text.split(separator)
            segments[-1][-1] += "\n" + first
            segments[-1] += rest if len(segments[-1]) > at else []
        else:
            return None
    return segments


def _message(lines: list[bytes], record: int, facts: Counter[str]) -> Document | str:
    """The document of a message, or why it is none."""
    header = lines[0].decode("utf-8", "replace")
    if len(header) < 8 or len(set(header[3:8])) < 5:
        return "bad_message_header"
    marks = _Delimiters(header)
    people = People()
    paragraphs: list[tuple[str, list[str]]] = []
    prose = False
    segments = _segments(lines, marks.field)
    if segments is None:
        return "bad_segment"
    for fields in segments:
        name = fields[0]
        for number, kind in _PEOPLE.get(name, {}).items():
            if number < len(fields) and fields[number]:
                _known(fields[number], kind, marks, people)
        if name == "OBX" and len(fields) > 5 and fields[2] in _PROSE:
            answer = _observation(fields, marks, paragraphs, people, facts)
            prose = prose or (bool(answer) and (fields[2] != "ST" or len(answer.split()) >= _PHRASE))
        elif name == "NTE" and len(fields) > 3 and (words := _prose(fields[3], marks)):
            facts["notes"] += 1
            prose = True
            paragraphs.append(("", [words]))
    facts["known_values"] += len(people.values)
    fields = segments[0]
    content = [f"{label}: " * bool(label) + "\n".join(words) for label, words in paragraphs]
    no_text = None if prose else "short_answers_only" if content else "no_narrative"
    content = content if prose else []
    facts["without_narrative"] += not content
    return Document(
        record=record,
        native_id=hashlib.sha256(b"\r".join(lines)).hexdigest()[:32],
        text="\n\n".join(content),
        no_text=no_text,
        doc_type="note",
        published=hl7_date(fields[6]) if len(fields) > 6 else None,
        known_values=people.values,
    )


def _observation(
    fields: list[str],
    marks: _Delimiters,
    paragraphs: list[tuple[str, list[str]]],
    people: People,
    facts: Counter[str],
) -> str:
    """Append a text observation and return its words, if it becomes text; one that goes on under the same name joins
    the paragraph before it."""
    words = _prose(fields[5], marks)
    if not words:
        return ""
    names = fields[3].split(marks.component)
    label = next((name for at in (1, 4, 0) if at < len(names) and (name := _prose(names[at], marks))), "")
    if fields[2] == "ST" and _IDENTIFYING.search(label):
        facts["identifying_answers"] += 1
        for answer in words.split("\n"):
            named = "name" in label.casefold() and not _OF_A_PLACE.search(label)
            (people.phrase if named else people.add)(answer)
        return ""
    facts["observations"] += 1
    if _NUMBERED_NAME.match(label):
        label = ""
    # Reports come a line a row; short answers under one name are separate findings.
    if paragraphs and paragraphs[-1][0] == label and fields[2] != "ST":
        paragraphs[-1][1].append(words)
    else:
        paragraphs.append((label, [words]))
    return words


def _prose(value: str, marks: _Delimiters) -> str:
    """Text of a field: repetitions are lines."""
    lines = [marks.text(one) for one in value.split(marks.repeat)]
    return "\n".join(line.rstrip() for line in lines if line.strip() and line.strip() != '""').strip()


def _known(field: str, kind: str, marks: _Delimiters, people: People) -> None:
    """Add what a field of a data type states about a person or organisation (HL7 v2.5.1 chapter 2A)."""
    for one in field.split(marks.repeat):
        parts = [marks.text(part.split(marks.part)[0]).strip() for part in one.split(marks.component)]
        parts += [""] * (12 - len(parts))
        match kind:
            case "XPN":
                people.name([parts[1], *parts[2].split()], parts[0])
            case "XCN":
                people.add(parts[0])
                people.name([parts[2], *parts[3].split()], parts[1])
            case "XAD":
                people.address(parts[0:2], parts[2], parts[3], parts[4])
            case "XTN":
                people.telecom(parts[0])
                people.telecom(parts[3])
                if parts[6]:
                    people.add(parts[6], f"{parts[5]}{parts[6]}", f"{parts[5]}-{parts[6]}", f"({parts[5]}) {parts[6]}")
            case "XON" | "CX" | "ST":
                people.add(parts[0])
            case _:
                people.birth(parts[0])
