"""Gold sets: texts in which people, or those who made the text, have marked every identifier.

Three forms are read, told apart by the path: lines of JSON (`.jsonl`), presidio-research's list (`.json`), and a
folder of brat's pairs (`.txt` and `.ann`; https://brat.nlplab.org/standoff.html). Offsets are characters. An error
names the file and the line or record, and quotes nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from corpus.errors import RawFileError
from filters.phi.classes import LABELS, kind_of

UNSTATED = "unstated"


class GoldSpan(NamedTuple):
    """Characters `[start, end)` of a text, marked as `label`."""

    start: int
    end: int
    label: str
    """As the set's authors named it."""
    kind: str | None
    """Our kind of span; None if the Safe Harbor rule lets it stand (`filters.phi.classes`)."""


class GoldDocument(NamedTuple):
    """A text and all that is marked in it."""

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    origin: str = UNSTATED
    """Slice of the set that it belongs to, if the set tells: field `origin` or `kind` of a line."""


class GoldSet(NamedTuple):
    """What one path holds."""

    name: str
    """The file's or folder's name, without its ending."""
    documents: tuple[GoldDocument, ...]


def read_gold(path: Path) -> GoldSet:
    """The gold set at `path`, in the order of the file, or of the names in a folder.

    Raises:
        RawFileError: not one of the three forms, or some span is not of its text.
    """
    if path.is_dir():
        documents = _brat(path)
    elif path.suffix == ".jsonl":
        documents = _lines(path)
    elif path.suffix == ".json":
        documents = _presidio(path)
    else:
        raise RawFileError("unknown_gold", f"{path}: give a .jsonl file, a .json file or a folder of .txt and .ann")
    found = tuple(documents)
    if not found:
        raise RawFileError("empty_gold", f"{path}: no document")
    return GoldSet(path.stem, found)


def _lines(path: Path) -> Iterator[GoldDocument]:
    """One object a line: `id`, `text`, `spans` as [start, end, label]; `origin` or `kind` if there is one."""
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        row = _json(line, place)
        if not isinstance(row, dict) or not isinstance(row.get("spans"), list):
            _malformed(place, "no object with the fields id, text and spans")
        marked = row["spans"]
        if not all(isinstance(span, list) and len(span) == 3 for span in marked):
            _malformed(place, "a span is [start, end, label]")
        origin = row.get("origin", row.get("kind", UNSTATED))
        yield _document(place, row.get("id"), row.get("text"), marked, str(origin))


def _presidio(path: Path) -> Iterator[GoldDocument]:
    """A list of objects: `full_text`, and `spans` with `entity_type`, `start_position`, `end_position`."""
    rows = _json(_read(path), str(path))
    if not isinstance(rows, list):
        _malformed(str(path), "no list of documents")
    for number, row in enumerate(rows, 1):
        place = f"{path}: record {number}"
        try:
            marked = [[span["start_position"], span["end_position"], span["entity_type"]] for span in row["spans"]]
            text = row["full_text"]
        except (KeyError, TypeError):
            _malformed(place, "no object with full_text and spans")
        yield _document(place, str(number), text, marked, UNSTATED)


def _brat(folder: Path) -> Iterator[GoldDocument]:
    """Text-bound annotations of every `.ann`; those of several pieces count as several spans."""
    annotations = sorted(folder.glob("*.ann"))
    if alone := {file.stem for file in folder.glob("*.txt")} - {file.stem for file in annotations}:
        raise RawFileError("malformed_gold", f"{folder}: {len(alone)} .txt without .ann")
    for file in annotations:
        text = _read(file.with_suffix(".txt"))
        marked: list[list[Any]] = []
        for number, line in enumerate(_read(file).split("\n"), 1):
            if line.startswith("T"):
                marked += _text_bound(f"{file}:{number}", line.rstrip("\r"), text)
        yield _document(str(file), file.stem, text, marked, UNSTATED)


def _text_bound(place: str, line: str, text: str) -> Iterable[list[Any]]:
    """`T1<tab>LABEL 0 4;8 12<tab>what it says there`."""
    columns = line.split("\t")
    if len(columns) != 3:
        _malformed(place, "a text-bound annotation has three columns")
    label, _, pieces = columns[1].partition(" ")
    try:
        offsets = [(int(start), int(end)) for start, end in (piece.split() for piece in pieces.split(";"))]
    except ValueError:
        _malformed(place, "no offsets after the label")
    quoted = " ".join(text[start:end] for start, end in offsets)
    if quoted.split() != columns[2].split():
        _malformed(place, "its offsets do not lead to the text that it repeats")
    return [[start, end, label] for start, end in offsets]


def _document(place: str, name: object, text: object, marked: list[list[Any]], origin: str) -> GoldDocument:
    if not isinstance(name, str | int) or not isinstance(text, str):
        _malformed(place, "id or text is missing")
    spans: list[GoldSpan] = []
    for number, (start, end, label) in enumerate(marked, 1):
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            _malformed(place, f"span {number} does not lie in its text of {len(text)} characters")
        if label not in LABELS:
            _malformed(place, f"span {number} has a label that is not one of {', '.join(LABELS)}")
        spans.append(GoldSpan(start, end, label, kind_of(label, text[start:end])))
    return GoldDocument(str(name), text, tuple(sorted(spans)), origin)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise RawFileError("malformed_gold", f"{path}: not UTF-8") from None


def _json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        _malformed(place, "not JSON")


def _malformed(place: str, what: str) -> NoReturn:
    raise RawFileError("malformed_gold", f"{place}: {what}") from None
