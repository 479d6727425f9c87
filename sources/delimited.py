"""CSV and its kin (tabs, semicolons, bars), plain or compressed: one document a row, its columns mapped by name."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.columns import Columns
from sources.encoding import encoding_of
from sources.lines import lines
from sources.reader import RawFile

_HEAD = 1 << 20
_AGAIN = 1 << 16
"""Bytes of a broken row that are read again; more would let each line of a hostile file be read a thousand times."""
_DELIMITERS = ",\t;|"


class CsvReader:
    """One document a row. `offset` is the byte at which the row starts in the decompressed file."""

    name: ClassVar[str] = "csv"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The mapped text columns as they stand."
    known_losses: ClassVar[tuple[str, ...]] = (
        "Columns that are not mapped are not read.",
        "Files in UTF-16 are refused.",
    )

    def __init__(
        self,
        columns: Mapping[str, str | Sequence[str]] | None = None,
        doc_type: str = "other",
        delimiter: str | None = None,
        max_row_bytes: int = 64 << 20,
        header: Sequence[str] | None = None,
    ) -> None:
        """`columns`: field to column of the header (see `sources.columns.Columns`). `delimiter`: one character; if not
        given, the one of comma, tab, semicolon and bar by which the header has the mapped columns. `max_row_bytes`:
        longer rows are skipped. `header`: names of the columns of files that have no header; they are delimited by
        commas unless `delimiter` says else.

        Raises:
            ValueError: `columns` maps an unknown field or a column that `header` lacks, or `delimiter` is not one
                character.
        """
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            raise ValueError(f"delimiter: {delimiter!r} is not one character between fields")
        self._columns = Columns(columns, doc_type)
        if header is not None and (missing := sorted(set(self._columns.needed).difference(header))):
            raise ValueError(f"header: no column {', '.join(missing)}")
        self._names = None if header is None else list(header)
        self._delimiter = delimiter
        self._max_row_bytes = max_row_bytes

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields, and where a row starts."""
        return self._columns.states | {"offset"}

    @property
    def config(self) -> Json:
        """The mapping, the delimiter and the limit."""
        return {
            "mapping": self._columns.config,
            "delimiter": self._delimiter,
            "max_row_bytes": self._max_row_bytes,
            "header": self._names,
        }

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in row order; blank lines are none. Bad rows are quarantined: `row_too_long`,
        `wrong_number_of_fields`, `malformed_csv` (each perhaps a quote that was never closed: reading goes on at the
        next line), `invalid_unicode`, or a reason of `Columns.document`.

        Raises:
            RawFileError: `missing_column` (a mapped column is not in the header), `malformed_csv` (the header is none),
                `unsupported_encoding` (UTF-16 or no text), `header_too_long`, or as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "without_id", "windows1252"), 0))
        with raw.stream() as stream:
            head = stream.peek(_HEAD) if hasattr(stream, "peek") else b""
            codec = encoding_of(head, whole=False)
            if codec not in {"utf-8", "utf-8-sig", "cp1252"}:
                raise RawFileError("unsupported_encoding")
            facts["windows1252"] = int(codec == "cp1252")
            rows = Rows(stream, "cp1252" if codec == "cp1252" else "utf-8", self._max_row_bytes)
            if self._names is None:
                header, delimiter = self._header(rows.first_line())
            else:
                header, delimiter = self._names, self._delimiter or ","
            for record, (fields, offset) in enumerate(rows.parsed(delimiter, len(header))):
                facts["records"] += 1
                found = self._record(header, fields, record, offset)
                if isinstance(found, Document):
                    facts["without_id"] += found.native_id is None
                yield found

    def _header(self, line: str) -> tuple[list[str], str]:
        """Column names, and the delimiter by which the header has all that are mapped (of several, most columns)."""
        wanted = set(self._columns.needed)
        try:
            tried = [(next(csv.reader([line], delimiter=one)), one) for one in self._delimiter or _DELIMITERS]
        except csv.Error:  # a carriage return inside a line of the header
            raise RawFileError("malformed_csv", "header") from None
        fitting = [(names, one) for names, one in tried if wanted.issubset(names)]
        if not fitting:
            names = max((names for names, _ in tried), key=len)
            raise RawFileError("missing_column", ", ".join(sorted(wanted.difference(names))))
        return max(fitting, key=lambda pair: len(pair[0]))

    def _record(self, header: list[str], fields: list[str] | str, record: int, offset: int) -> Document | Quarantined:
        if isinstance(fields, str):
            return Quarantined(record=record, reason=fields, offset=offset)
        if any("\udc80" <= character <= "\udcff" for field in fields if not field.isascii() for character in field):
            return Quarantined(record=record, reason="invalid_unicode", offset=offset)
        row: dict[str, str | int] = dict(zip(header, fields, strict=True))
        version = self._columns.mapping.get("version")
        if version is not None and len(number := fields[header.index(version)]) <= 20 and number.isdecimal():
            row[version] = int(number)  # so that 9 comes before 10
        return self._columns.document(row, record, offset)


class _TooLongError(Exception):
    """A row is over the limit."""


class Rows:
    """Rows of a stream: lines go to Python's parser one at a time, and are counted on the way.

    A quote that is never closed takes the lines after it into its row. So a row of several lines that does not hold
    is given up for its first line alone, and the others are read again.
    """

    def __init__(self, stream: BinaryIO, codec: str, limit: int) -> None:
        self._lines = lines(stream, limit)
        self._codec = codec
        self._limit = limit
        self._again: deque[tuple[bytes | None, int]] = deque()  # lines to be read before those of the stream
        self._row: list[tuple[bytes | None, int]] | None = []  # lines of the row that is being read, while they are few
        self._size = self._later = 0  # of that row, and of its lines after the first
        self._at = 0  # where the next line starts
        # The module's limit is the process's: it only ever rises, and rows are bounded here.
        csv.field_size_limit(max(csv.field_size_limit(), limit + 1))

    def first_line(self) -> str:
        """The first line that is not blank, without a byte order mark.

        Raises:
            RawFileError: `header_too_long`.
        """
        try:
            for line in self._decoded():
                self._size = 0
                if words := line.removeprefix("\ufeff").strip("\r\n"):
                    return words
        except _TooLongError:
            raise RawFileError("header_too_long", f"over {self._limit} bytes") from None
        return ""

    def parsed(self, delimiter: str, width: int) -> Iterator[tuple[list[str] | str, int]]:
        """Fields of each row, or the reason why it has none, and where it starts. Blank lines are no rows.

        `width`: how many fields a row has; others are `wrong_number_of_fields`.
        """
        rows = None
        while True:
            start, self._row, self._size, self._later = self._at, [], 0, 0
            rows = rows or csv.reader(self._decoded(), delimiter=delimiter, strict=True)
            reason = "wrong_number_of_fields"
            try:
                fields = next(rows)
            except StopIteration:
                return
            except _TooLongError:
                reason, rows, fields = "row_too_long", None, []
            except csv.Error:
                # Quotes inside a field of one line do no harm.
                reason, rows, fields = "malformed_csv", None, self._sloppy(delimiter)
            else:
                if not fields:
                    continue
            if len(fields) == width:
                yield fields, start
                continue
            if self._row and len(self._row) > 1:
                first, *others = self._row
                self._again.extendleft(reversed(others))
                self._at = start + first[1]
                rows = None
            yield reason, start

    def _sloppy(self, delimiter: str) -> list[str]:
        if not self._row or len(self._row) != 1 or self._row[0][0] is None:
            return []
        try:
            return next(csv.reader([self._text(self._row[0][0])], delimiter=delimiter, strict=False), [])
        except csv.Error:
            return []

    def _decoded(self) -> Iterator[str]:
        while True:
            found = self._again.popleft() if self._again else next(self._lines, None)
            if found is None:
                return
            line, length = found
            self._at += length
            self._size += length
            if self._row is not None:
                self._row.append(found)
                self._later += length if len(self._row) > 1 else 0
                if self._later > _AGAIN:
                    self._row = None
            if line is None or self._size > self._limit:
                raise _TooLongError
            text = self._text(line)
            yield text.removeprefix("\ufeff") if self._at == length else text

    def _text(self, line: bytes) -> str:
        # What is no UTF-8 is told of the row, not of the file.
        return line.decode(self._codec, "surrogateescape" if self._codec == "utf-8" else "replace")
