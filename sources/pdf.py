"""PDF files with a text layer, one document a file.

pypdfium2 (BSD-3, Apache-2.0; Chrome's engine) reads a page in 2 ms where pypdf takes 30 and cuts words in two, and it
tells where each piece of text stands, which reading order needs.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.pdf_layout import Line, Piece, lines_of, paragraphs, recurring
from sources.plain import Identity, WholeFile
from sources.reader import RawFile

_HEAD = 1024
_MAX_CHARACTERS = 200_000
"""Of a page: what has more is no page."""
_FREE = 1.6
"""Heights that a run goes on over, from one character's left back: a wide space is 0.6."""
_LEANING = 0.3
"""Sine of the angle from which text is turned: labels of axes and of groups of rows."""
_SHIFT = 0.6
_SPACE = 0.038
"""Heights that a word drawn without its space leaves free, beyond what three quarters of the characters of its run do.
In five guidelines none of 330,000 pairs inside words leaves so much, and of 1,000 words so drawn nearly all do."""
_CLOSING = ord("]")
_REFERENCES = re.compile(r"(?:\d+\.?\s+)?(?:references|bibliography|literature cited)\s*:?", re.I)
_APPENDIX = re.compile(r"(?:appendix|appendices|annex|glossary)\b", re.I)
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY


class PdfReader(WholeFile):
    """One document a file."""

    name: ClassVar[str] = "pdf"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "The text layer in reading order: lines become paragraphs, words cut at line ends are whole again, rows of "
        "tables are lines; running heads, page numbers, tables of contents and the list of references are left out."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Pictures and scanned pages are not read.",
        "A cell that reaches over several rows of a table glues these rows into one line.",
        "Text that is turned on its side is not read.",
        "Raised and lowered characters stand on the line.",
        "No licence, language or date is read from the file.",
    )

    stated: ClassVar[frozenset[str]] = frozenset({"title"})

    def __init__(
        self,
        doc_type: str = "guideline",
        licence: str | None = None,
        language: str | None = None,
        id: Identity = "content",  # noqa: A002  the name in recipes
        max_bytes: int = 256 << 20,
        max_pages: int = 5_000,
        max_seconds: int = 600,
    ) -> None:
        """Options as `sources.plain.WholeFile`. `max_pages`, `max_seconds`: longer files are quarantined."""
        super().__init__(doc_type, licence, language, id, max_bytes)
        self._max_pages = max_pages
        self._max_seconds = max_seconds

    @property
    def config(self) -> Json:
        """The options."""
        shared = super().config
        assert isinstance(shared, dict)
        return {**shared, "max_pages": self._max_pages, "max_seconds": self._max_seconds}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The file's document. `no_text`: `image_only` (no text layer). Quarantined: `record_too_large`, `encrypted`,
        `too_many_pages`, `too_slow`.

        Raises:
            RawFileError: `not_pdf`, `corrupt_pdf`, or as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "pages", "pages_without_text", "damaged_pages"), 0))
        facts["records"] += 1
        data = self.content(raw)
        yield data if isinstance(data, Quarantined) else self._document(raw, data, facts)

    def _document(self, raw: RawFile, data: bytes, facts: Counter[str]) -> Document | Quarantined:
        import pypdfium2

        if b"%PDF-" not in data[:_HEAD]:
            raise RawFileError("not_pdf")
        try:
            file = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) in {_PASSWORD, _SECURITY}:
                return Quarantined(record=0, reason="encrypted", offset=0)
            raise RawFileError("corrupt_pdf") from None
        try:
            found = self._pages(file, facts)
            title = " ".join(file.get_metadata_value("Title").replace("_", " ").split())
        finally:
            file.close()
        if isinstance(found, Quarantined):
            return found
        text = "\n\n".join(_without_references(paragraphs(found, recurring(found))))
        document = self.document(raw, text)
        document.title = title or None
        document.no_text = None if text else "image_only"
        return document

    def _pages(self, file: Any, facts: Counter[str]) -> list[list[Line]] | Quarantined:
        import pypdfium2

        if len(file) > self._max_pages:
            return Quarantined(record=0, reason="too_many_pages", detail=f"{len(file)} pages", offset=0)
        pages: list[list[Line]] = []
        started = time.monotonic()
        size = 0
        for number in range(len(file)):
            if time.monotonic() - started > self._max_seconds:
                return Quarantined(record=0, reason="too_slow", detail=f"at page {number}", offset=0)
            try:
                lines = lines_of(_pieces(file[number]))
            except pypdfium2.PdfiumError:
                facts["damaged_pages"] += 1
                continue
            facts["pages"] += 1
            facts["pages_without_text"] += not lines
            pages.append(lines)
            size += sum(len(line.text) for line in lines)
            if size > self.max_bytes:
                return Quarantined(record=0, reason="record_too_large", detail=f"at page {number}", offset=0)
        return pages


def _pieces(page: Any) -> list[Piece]:
    """Runs of characters inside a page that stand close to each other on a line.

    Which spaces a run has is the engine's judgement; a run ends where more than a space is left free, for what was
    drawn at another time (a link, a raised number) may stand there.
    """
    from pypdfium2.raw import FPDFText_GetCharAngle, FPDFText_GetUnicode

    width, height = page.get_size()
    text = page.get_textpage()
    found: list[Piece] = []
    run: list[str] = []
    gaps: list[float] = []  # in heights, before each character
    box = last = (0.0, 0.0, 0.0, 0.0)

    def end(box: tuple[float, float, float, float]) -> None:
        words = _spaced(run, gaps).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if words.strip() and box[2] > 0 and box[0] < width and box[3] > 0 and box[1] < height:
            found.append(Piece(*box, words, len(found)))
        run.clear()
        gaps.clear()

    try:
        for index in range(min(text.count_chars(), _MAX_CHARACTERS)):
            code = FPDFText_GetUnicode(text, index)
            if code in {10, 13}:
                end(box)
                continue
            if code == 32 or not code:
                if run:
                    run.append(" ")
                    gaps.append(0)
                continue
            if abs(math.sin(FPDFText_GetCharAngle(text, index))) > _LEANING:
                continue
            left, bottom, right, top = text.get_charbox(index, loose=True)
            if code == _CLOSING and "".join(run[-4:]).rstrip().endswith("["):
                del run[-1:], gaps[-1:]  # a number drawn later, as a link, stands between the brackets
                end(box)
            if run and (
                abs(bottom - box[1]) > _SHIFT * (top - bottom)
                or not 0 <= left - box[2] + top - bottom <= _FREE * (top - bottom)
            ):
                end(box)
            gaps.append((left - last[2]) / max(top - bottom, 1.0) if run else 0)
            if run:
                box = (min(box[0], left), min(box[1], bottom), max(box[2], right), max(box[3], top))
            else:
                box = (left, bottom, right, top)
            last = (left, bottom, right, top)
            run.append(chr(code))
        end(box)
        return found
    finally:
        text.close()
        page.close()


def _spaced(run: list[str], gaps: list[float]) -> str:
    """The characters of a run, with a space where more is left free between two letters than elsewhere in the run."""
    usual = max(0.0, sorted(gaps)[len(gaps) * 3 // 4]) if gaps else 0.0
    if all(gap <= usual + _SPACE for gap in gaps):
        return "".join(run)
    parts: list[str] = []
    for number, (character, gap) in enumerate(zip(run, gaps, strict=True)):
        if gap > usual + _SPACE and character.isalnum() and (run[number - 1].isalnum() or run[number - 1] in ",;:)]"):
            parts.append(" ")
        parts.append(character)
    return "".join(parts)


def _without_references(blocks: list[str]) -> list[str]:
    """All but the list of references: from its heading, in the second half, to an appendix or the end."""
    kept: list[str] = []
    dropping = False
    for number, block in enumerate(blocks):
        if number > len(blocks) / 2 and _REFERENCES.fullmatch(block):
            dropping = True
        elif dropping and _APPENDIX.match(block):
            dropping = False
        if not dropping:
            kept.append(block)
    return kept
