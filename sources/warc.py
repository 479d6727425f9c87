"""Web archives (WARC, ARC, WET; plain or compressed): one document a captured page.

warcio reads both WARC and ARC (fastwarc reads no ARC). It is given decompressed bytes, so that files compressed as one
stream are read too and a truncated or hostile compression is found by us.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, cast

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.encoding import is_mojibake
from sources.html import html_text
from sources.ids import checked_doc_type
from sources.reader import RawFile
from sources.webpage import page_of

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_CAPTURES = frozenset({"response", "resource", "conversion", "revisit"})
_FACTS = ("records", "pages", "not_html", "http_errors", "http_redirects", "revisits", "other_records")


class WarcReader:
    """One document a capture. `offset` is the byte at which the record starts in the decompressed file."""

    name: ClassVar[str] = "warc"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "Of a captured page the element it marks as its main content, else what resiliparse takes for that; headings "
        "on their own lines, lists and tables as lines. The text of WET records as it stands."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Captures that are no HTML (PDF, plain text, pictures) are not read.",
        "Requests, metadata (WAT) and records about the crawl are counted, not read.",
        "What a script would fill into a page is not there.",
        "Fact boxes, citation marks and lists of references of wiki pages are left out.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "version", "offset", "title", "url", "published", "language", "licence_raw"}
    )  # fmt: skip

    def __init__(self, doc_type: str = "other", max_record_bytes: int = 16 << 20) -> None:
        """`max_record_bytes`: pages that are longer, when decoded, are quarantined."""
        self._doc_type = checked_doc_type(doc_type)
        self._max_record_bytes = max_record_bytes

    @property
    def config(self) -> Json:
        """The options."""
        return {"doc_type": self._doc_type, "max_record_bytes": self._max_record_bytes}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in file order; a page is known by its address, and its versions are ordered by capture time.

        Captures without text say why: `not_html`, `http_error`, `http_redirect`, `revisit` (same as an earlier one),
        `no_main_content`. Quarantined: `malformed_record` (reading goes on at the next record that starts a line),
        `truncated_record`, `record_too_large`, `malformed_http`, or a reason of `sources.html.html_text` or
        `sources.webpage.page_of`.

        Raises:
            RawFileError: `not_a_web_archive`, `record_too_large` (headers without an end), or as `RawFile.stream`.
        """
        from sources.warc_records import archive_records

        facts.update(dict.fromkeys(_FACTS, 0))
        record = 0
        with raw.stream() as stream:
            # ARC records have no ids: warcio makes up new ones each time.
            ids = cast(io.BufferedReader, stream).peek(5).startswith(b"WARC/")
            for entry, offset in archive_records(stream):
                found = self._found(entry, record, offset, ids, facts)
                if found is not None:
                    facts["records"] += 1
                    record += 1
                    yield found

    def _found(self, entry: Any, record: int, offset: int, ids: bool, facts: Counter[str]) -> Record | None:
        from sources.warc_records import content_of

        if entry is None:
            return Quarantined(record=record, reason="malformed_record", offset=offset)
        if entry.rec_type not in _CAPTURES:
            facts["other_records"] += 1
            return None
        content = content_of(entry, self._max_record_bytes)
        capture = self._capture(entry, record, offset, ids)
        if content == "truncated_record":
            return Quarantined(record=record, reason=content, offset=offset)
        if (reason := _without_text(entry, facts)) is not None:
            # Known by its own capture: the page that was there before is not replaced by what says that it is gone.
            capture.native_id = f"{capture.url}#{capture.version}"
            capture.no_text = reason
            return capture
        if isinstance(content, str):
            return Quarantined(record=record, reason=content, offset=offset)
        facts["pages"] += 1
        return _filled(capture, entry, content)

    def _capture(self, entry: Any, record: int, offset: int, ids: bool) -> Document:
        header = entry.rec_headers.get_header
        url = header("WARC-Target-URI")
        identity = header("WARC-Record-ID") or "" if ids else ""
        return Document(
            record=record,
            native_id=url,
            text="",
            doc_type=self._doc_type,
            version=f"{header('WARC-Date') or ''}:{identity}",
            offset=offset,
            url=url,
            language=header("WARC-Identified-Content-Language"),
        )


def _filled(capture: Document, entry: Any, content: bytes) -> Record:
    kind, charset = _kind(entry)
    text = html_text(content, charset, capture.record, capture.offset)
    if isinstance(text, Quarantined):
        return text
    if kind not in _HTML:  # WET
        if is_mojibake(text):
            return Quarantined(record=capture.record, reason="mojibake", offset=capture.offset)
        capture.text = text
        return capture
    page = page_of(text, wild=True, record=capture.record, offset=capture.offset)
    if isinstance(page, Quarantined):
        return page
    capture.text, capture.title, capture.published = page.text, page.title, page.published
    capture.language = page.language or capture.language
    capture.licence_raw, capture.licence_evidence = page.licence, page.evidence
    capture.no_text = None if page.text else "no_main_content"
    return capture


def _without_text(entry: Any, facts: Counter[str]) -> str | None:
    if entry.rec_type == "revisit":
        facts["revisits"] += 1
        return "revisit"
    status = entry.http_headers.get_statuscode() if entry.http_headers else "200"
    if status[:1] == "3":
        facts["http_redirects"] += 1
        return "http_redirect"
    if status != "200":
        facts["http_errors"] += 1
        return "http_error"
    if _kind(entry)[0] not in _HTML and entry.rec_type != "conversion":
        facts["not_html"] += 1
        return "not_html"
    return None


def _kind(entry: Any) -> tuple[str, str | None]:
    """Media type and charset of a capture."""
    stated = entry.http_headers.get_header("Content-Type") if entry.http_headers else entry.content_type
    kind, _, rest = (stated or "").partition(";")
    _, _, charset = rest.lower().partition("charset=")
    return kind.strip().lower(), charset.split(";")[0].strip(" \"'") or None
