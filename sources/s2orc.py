"""S2ORC full text, one JSON object a line: the releases of 2019 and 2020, doc2json output, and the API's datasets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.citations import marked, without_marks
from sources.headings import about_the_article
from sources.jats_text import told
from sources.json_lines import records, words
from sources.reader import RawFile
from sources.semantic_scholar import facts_of, folded

_FACTS = ("records", "without_body", "without_abstract", "without_licence")
_PARSES = ("grobidparse", "pdfparse", "latexparse", "")
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])[.)]?\s+(?=\S)")
_NOTICE = re.compile(r"See https?://\S+ for more information\.|[\W\d_]*")
_LOOSE = re.compile(r"\s+(?:([.,;:])(?=\s|$|[A-Z])|([)\]]))")
_GLUED = re.compile(r"(?<=[a-z)\]])\.(?=[A-Z][a-z]*\s)")
# "AB, CD, and EF designed the study": who did what, which the parser may leave without a heading.
_CONTRIBUTED = re.compile(
    r"(?:[A-Z][A-Za-z]?[A-Z]{1,2}(?:, and |, |; | and )){2,}[A-Z][A-Za-z]?[A-Z]{0,2} "
    r"(?:were|was|are|conceived|designed|planned|performed|conducted|wrote|drafted|contributed|analy[sz]ed|collected|"
    r"carried|participated|supervised|developed)\b.*\b(?:study|manuscript|data|paper|work|experiments)\b.*",
    re.S,
)
_PLACEHOLDERS = frozenset({"EQUATION", "FORMULA"})

Paragraphs = list[tuple[str, str]]
"""Heading and text."""


class S2orcReader:
    """One document a paper; its id is the corpus id (in S2ORC: `paper_id`)."""

    name: ClassVar[str] = "s2orc"
    version: ClassVar[int] = 5
    doc_types: ClassVar[tuple[str, ...]] = ("full_text", "abstract")
    section_policy: ClassVar[str] = (
        "Title, abstract and body paragraphs under their headings; not authors, references, acknowledgements, "
        "funding, competing interests, contributions or numeric citation marks."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Tables, and captions of figures and tables, are not read: the parser often takes other text for them.",
        "Formulas are as the PDF parser wrote them.",
        "Authors that are only spans of the text (the API's datasets) are not read.",
        "Acknowledgements and the like that the parser gave no heading of their own stay in the text, but for "
        "contributions that open with the authors' initials.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "pmid", "pmcid", "doi", "s2", "title", "authors", "url", "published",
         "journal", "genre", "licence_raw"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Papers in line order. `offset` is the byte at which the line starts in the decompressed file.

        Quarantined: `no_paper_id`, `bad_annotations` (spans that are none of the text's), or a reason of
        `json_lines.rows`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        return records(raw, facts, lambda row, record, offset: _document(folded(row), record, offset, facts))


def _document(row: dict[str, Any], record: int, offset: int, facts: Counter[str]) -> Document | Quarantined:
    paper = facts_of(row)
    if paper is None:
        return Quarantined(record=record, reason="no_paper_id", offset=offset)
    try:
        title, abstract, body = _parsed(row)
    except ValueError:
        return Quarantined(record=record, reason="bad_annotations", offset=offset)
    if not paper.title:
        paper = replace(paper, title=title)
    sections = _blocks(body)
    summary = [text for _, text in abstract]
    facts["without_body"] += not sections
    facts["without_abstract"] += not summary
    facts["without_licence"] += paper.licence is None
    text = told(paper.title, [("", summary)] if summary else [], sections)
    return Document(
        record=record,
        text=text,
        no_text=None if text else "no_body",
        doc_type="abstract" if summary and not sections else "full_text",
        offset=offset,
        **paper.fields(),
    )


def _parsed(row: Mapping[str, Any]) -> tuple[str, Paragraphs, Paragraphs]:
    """Title, abstract and body of whichever form the record has."""
    for key in ("content", "body"):
        annotated = row.get(key)
        if isinstance(annotated, dict) and "annotations" in annotated:
            return _annotated(annotated)
    metadata = row.get("metadata")
    stated = metadata.get("abstract") if isinstance(metadata, dict) else row.get("abstract")
    abstract: Paragraphs = [("", " ".join(stated.split()))] if isinstance(stated, str) and stated.strip() else []
    body: Paragraphs = []
    for name in _PARSES:
        parse = row.get(name) if name else row
        if isinstance(parse, dict):
            abstract = abstract or _listed(parse.get("abstract"))
            body = body or _listed(parse.get("bodytext"))
    return "", abstract, body


def _listed(paragraphs: Any) -> Paragraphs:
    """Paragraph objects with their spans."""
    found: Paragraphs = []
    for paragraph in paragraphs if isinstance(paragraphs, list) else []:
        text = paragraph.get("text") if isinstance(paragraph, dict) else None
        if not isinstance(text, str):
            continue
        cited = _spans(paragraph.get("cite_spans"), len(text))
        formulas = [
            (*_span(span, len(text)), words(span.get("latex")) or words(span.get("raw_str")) or words(span.get("text")))
            for span in paragraph.get("eq_spans") or []
        ]
        heading = words(paragraph.get("section")) or ""
        found.append((" ".join(heading.split()), _sentence(text, 0, cited, formulas)))
    return [(heading, text) for heading, text in found if text]


def _annotated(annotated: Mapping[str, Any]) -> tuple[str, Paragraphs, Paragraphs]:
    """One text, and spans of it that are its title, abstract, headings, paragraphs and citations."""
    text = annotated.get("text")
    if not isinstance(text, str):
        return "", [], []
    notes = annotated.get("annotations")
    kinds = folded(notes, 1) if isinstance(notes, dict) else {}
    cited = _spans(kinds.get("bibref"), len(text))

    def pieces(kind: str) -> list[tuple[int, int, str]]:
        found = []
        for start, end in _spans(kinds.get(kind), len(text)):
            inside = [span for span in cited if start <= span[0] and span[1] <= end]
            found.append((start, end, _sentence(text[start:end], start, inside, [])))
        return found

    title = " ".join(piece for _, _, piece in pieces("title"))
    abstracts = pieces("abstract")
    body: Paragraphs = []
    heading = ""
    for start, _, piece, is_heading in sorted(
        [(*one, True) for one in pieces("sectionheader")] + [(*one, False) for one in pieces("paragraph")]
    ):
        if any(first <= start < last for first, last, _ in abstracts):
            continue
        if is_heading:
            heading = piece
        elif piece:
            body.append((heading, piece))
    return title, [("", piece) for _, _, piece in abstracts if piece], body


def _spans(given: Any, length: int) -> list[tuple[int, int]]:
    """Spans of a list, which some releases give as a JSON string, by start.

    Raises:
        ValueError: a span that is none of a text of `length`.
    """
    if isinstance(given, str):
        given = orjson.loads(given)
    return sorted(_span(span, length) for span in given or [])


def _span(span: Any, length: int) -> tuple[int, int]:
    try:
        start, end = int(span["start"]), int(span["end"])
    except (TypeError, KeyError) as error:
        raise ValueError("no span") from error
    if not 0 <= start <= end <= length:
        raise ValueError("a span outside the text")
    return start, end


def _sentence(text: str, base: int, cited: list[tuple[int, int]], formulas: list[tuple[int, int, str | None]]) -> str:
    """`text` on one line, its numeric citations out, formulas in place of the parser's placeholders."""
    edits = [(start - base, end - base, marked(text[start - base : end - base])) for start, end in cited]
    edits += [(start, end, new) for start, end, new in formulas if new and text[start:end] in _PLACEHOLDERS]
    parts: list[str] = []
    done = 0
    for start, end, new in sorted(edits):
        if start >= done:
            parts += [text[done:start], new]
            done = end
    text = " ".join(without_marks("".join([*parts, text[done:]])).split())
    return _GLUED.sub(". ", _LOOSE.sub(r"\1\2", text)).lstrip(".,;: ")


def _blocks(paragraphs: Paragraphs) -> list[str]:
    """Paragraphs, each run of one heading under it."""
    out: list[str] = []
    current = ""
    for heading, text in paragraphs:
        if about_the_article(_NUMBER.sub("", heading)) or _NOTICE.fullmatch(text) or _CONTRIBUTED.fullmatch(text):
            continue
        if heading != current and heading:
            out.append(heading)
        current = heading
        out.append(text)
    return out
