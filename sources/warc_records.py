"""Records of web archives through warcio, with what it lacks: an end to endless headers, and going on after damage."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader
from warcio.statusandheaders import StatusAndHeadersParserException

from corpus.errors import RawFileError

logging.getLogger("warcio.recordloader").disabled = True  # It would tell addresses of pages.
_PIECE = 1 << 16
_MAX_HEADERS = 4 << 20
_START = re.compile(rb"WARC/\d|[A-Za-z][\w+.-]*:\S.*\s\d{12,18}\s.*\d\s*$", re.S)
"""How a record starts: WARC's version, or ARC's line of address, host, time, type and length."""


def archive_records(stream: BinaryIO) -> Iterator[tuple[Any, int]]:
    """Each record and its offset in `stream`; None for bytes that are no record. Read one before asking for the next.

    Raises:
        RawFileError: `not_a_web_archive`, `record_too_large` (4 MB of headers without an end).
    """
    guard = _Guard(stream)
    archive = _Archive(guard)
    first = True
    while True:
        at = archive.offset
        try:
            with guard.headers():
                record = next(archive)
        except StopIteration:
            if first:
                raise RawFileError("not_a_web_archive", "no record") from None
            return
        except (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, AttributeError, TypeError) as error:
            # AttributeError, TypeError: warcio's, of records that lack the headers it asks for.
            if first:
                raise RawFileError("not_a_web_archive") from error
            yield None, at
            if not archive.resume():
                return
            continue
        first = False
        if not isinstance(
            record.raw_stream, LimitReader
        ):  # It states no length: it would go on to the end of the file.
            yield None, archive.offset
            if not archive.resume():
                return
            continue
        yield record if record.rec_type else None, archive.offset
        archive.read_to_end()
        if archive.lost is not None:
            yield None, archive.lost
            archive.lost = None


def content_of(record: Any, limit: int) -> bytes | str:
    """The body, transfer and content encoding undone; or why there is none: `malformed_http`, `record_too_large`,
    `truncated_record`."""
    from brotli import error as brotli_error

    kept = bytearray()
    try:
        stream = record.content_stream()
        while len(kept) <= limit and (data := stream.read(_PIECE)):
            kept += data
    except (ArchiveLoadFailed, ValueError, AttributeError, zlib.error, EOFError, brotli_error):
        # AttributeError: warcio's, which asks brotli for what only zlib has.
        return "malformed_http"
    if len(kept) > limit:
        return "record_too_large"
    while record.raw_stream.read(_PIECE):
        pass
    return "truncated_record" if record.raw_stream.limit > 0 else bytes(kept)


class _Archive(ArchiveIterator):  # type: ignore[misc]
    def __init__(self, guard: _Guard) -> None:
        super().__init__(guard, arc2warc=True)
        self.lost: int | None = None
        """Where bytes began that belong to no record; None if there were none since it was set so."""

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        """Go to the next line that starts a record. warcio's own prints the line after a record that is not blank, and
        drops it, though ARC records may follow each other without one."""
        size = 0
        while line := self.reader.readline(_PIECE):
            if _START.match(line):
                return line, size
            if line.strip(b"\0\r\n \t") and self.lost is None:
                self.lost = self.fh.tell() - self.reader.rem_length() - len(line)
            size += len(line)
        return None, size

    def resume(self) -> bool:
        """After damage: go to the next record; False if there is none."""
        line, _ = self._consume_blanklines()
        self.lost = None
        if line is None:
            return False
        self.offset = self.fh.tell() - self.reader.rem_length() - len(line)
        self.record, self.member_info, self.next_line = None, None, line
        self.the_iter = self._iterate_records()
        return True


class _Guard(io.RawIOBase):
    """A stream that tells how far it was read, and ends headers that go on for too long."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0
        self._end: int | None = None

    @contextmanager
    def headers(self) -> Iterator[None]:
        """What is read meanwhile are headers."""
        self._end = self._at + _MAX_HEADERS
        try:
            yield
        finally:
            self._end = None

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        if self._end is not None and self._at > self._end:
            raise RawFileError("record_too_large", f"headers without an end before byte {self._at}")
        return data
