"""JSON lines, plain or compressed: one object a line, its fields mapped by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import BinaryIO, ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.columns import Columns
from sources.reader import RawFile

_BOM = b"\xef\xbb\xbf"
_SKIP = 1 << 20


class JsonlReader:
    """One document a line. `offset` is the byte at which the line starts in the decompressed file."""

    name: ClassVar[str] = "jsonl"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The mapped text field as it stands."
    known_losses: ClassVar[tuple[str, ...]] = ("Fields that are not mapped are not read.",)

    def __init__(
        self,
        columns: Mapping[str, str] | None = None,
        doc_type: str = "other",
        max_line_bytes: int = 256 << 20,
    ) -> None:
        """`columns`: field to column (see `sources.columns.FIELDS`). `max_line_bytes`: longer lines are skipped.

        Raises:
            ValueError: `columns` maps an unknown field, `doc_type` is no word, or `max_line_bytes` no positive number.
        """
        if not isinstance(max_line_bytes, int) or isinstance(max_line_bytes, bool) or max_line_bytes < 1:
            raise ValueError("max_line_bytes must be a whole number of at least 1")
        self._columns = Columns(columns, doc_type)
        self._max_line_bytes = max_line_bytes

    @property
    def config(self) -> Json:
        """The mapping and the limit."""
        return {"mapping": self._columns.config, "max_line_bytes": self._max_line_bytes}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in line order; blank lines are none. Bad lines are quarantined: `not_json`, `invalid_unicode`,
        `not_an_object`, `line_too_long`, or a reason of `Columns.document`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "without_id"), 0))
        with raw.stream() as stream:
            offset = record = 0
            for line, length in _lines(stream, self._max_line_bytes):
                start, offset = offset, offset + length
                bare = line.removeprefix(_BOM) if line is not None and start == 0 else line
                if bare is not None and not bare.strip():
                    continue
                facts["records"] += 1
                found = self._record(bare, record, start)
                if isinstance(found, Document):
                    facts["without_id"] += found.native_id is None
                yield found
                record += 1

    def _record(self, line: bytes | None, record: int, offset: int) -> Document | Quarantined:
        if line is None:
            detail = f"over {self._max_line_bytes} bytes"
            return Quarantined(record=record, reason="line_too_long", detail=detail, offset=offset)
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            return Quarantined(record=record, reason="not_json" if _is_utf8(line) else "invalid_unicode", offset=offset)
        if not isinstance(row, dict):
            return Quarantined(record=record, reason="not_an_object", offset=offset)
        return self._columns.document(row, record, offset)


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[bytes | None, int]]:
    """Each line (None if longer than `limit`) and its length with the line end, holding at most one line."""
    while line := stream.readline(limit + 1):
        length = len(line)
        if length <= limit or line.endswith(b"\n"):
            yield line, length
            continue
        del line
        while rest := stream.readline(_SKIP):
            length += len(rest)
            if rest.endswith(b"\n"):
                break
        yield None, length


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
