"""Parquet tables, their columns mapped by name."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.columns import Columns
from sources.reader import RawFile

_ROWS = 1024  # Rows decoded at a time: memory is bounded by rows, not by the file.
_STEP_BYTES = 4 << 20
_BOMB_FLOOR = 64 << 20
_BAD = object()


class ParquetReader:
    """One document a row."""

    name: ClassVar[str] = "parquet"
    version: ClassVar[int] = 3
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The mapped text columns as they stand."
    known_losses: ClassVar[tuple[str, ...]] = ("Columns that are not mapped are not read.",)

    def __init__(self, columns: Mapping[str, str | Sequence[str]] | None = None, doc_type: str = "other") -> None:
        """`columns`: field to column (see `sources.columns.Columns`).

        Raises:
            ValueError: `columns` maps an unknown field, or `doc_type` is no word.
        """
        self._columns = Columns(columns, doc_type)

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields."""
        return self._columns.states

    @property
    def config(self) -> Json:
        """The mapping."""
        return {"mapping": self._columns.config}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in row order. Bad rows are quarantined: `invalid_unicode`, or a reason of `Columns.document`.

        A time that Python cannot say (year 20000, an unknown time zone) is absent, counted as `impossible_dates`.

        Raises:
            RawFileError: `not_parquet`, `corrupt_parquet`, `decompression_bomb`, `missing_column` (a mapped column is
                not in the file), or any of `RawFile.open`.
        """
        facts.update(dict.fromkeys(("records", "without_id"), 0))
        with raw.open() as stream:
            if stream.read(4) != b"PAR1":
                raise RawFileError("not_parquet")
            stream.seek(0)
            try:
                wanted = self._wanted(schema := pq.ParquetFile(stream).schema_arrow)
                # A thousand rows may share one value of megabytes: it stays one until its rows are read.
                shared = [name for name in wanted if _is_text(schema.field(name).type)]
                stored = stream.seek(0, io.SEEK_END)
                file = pq.ParquetFile(stream, read_dictionary=shared)
                record = given = 0
                for batch in file.iter_batches(batch_size=_ROWS, columns=wanted):
                    for row in _rows(batch, facts):
                        given += sum(len(value) for value in row.values() if isinstance(value, str)) if row else 0
                        if given > max(_BOMB_FLOOR, raw.limits.decompression_ratio * stored):
                            raise RawFileError("decompression_bomb", f"over {given} characters from {stored} bytes")
                        facts["records"] += 1
                        found = self._record(row, record)
                        if isinstance(found, Document):
                            facts["without_id"] += found.native_id is None
                        yield found
                        record += 1
            except (pa.ArrowException, OSError) as error:
                # Arrow's message may quote values.
                raise RawFileError("corrupt_parquet", type(error).__name__) from None

    def _record(self, row: dict[str, Any] | None, record: int) -> Document | Quarantined:
        if row is None:
            return Quarantined(record=record, reason="invalid_unicode")
        return self._columns.document(row, record, None)

    def _wanted(self, schema: pa.Schema) -> list[str]:
        """Top-level columns to read. A mapped column that is absent is an error; the default `id` may be."""
        wanted = []
        for column in self._columns.all:
            name = column if column in schema.names else column.partition(".")[0]
            if name in schema.names:
                wanted.append(name)
            elif column in self._columns.needed:
                raise RawFileError("missing_column", column)
        return list(dict.fromkeys(wanted))


def _rows(batch: pa.RecordBatch, facts: Counter[str]) -> Iterator[dict[str, Any] | None]:
    """Rows as dictionaries; None for one whose bytes are no UTF-8 (Parquet does not check)."""
    for start, step in _steps(batch):
        columns = [_values(column, facts) for column in batch.slice(start, step).columns]
        for values in zip(*columns, strict=True):
            yield None if _BAD in values else dict(zip(batch.schema.names, values, strict=True))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _steps(batch: pa.RecordBatch) -> Iterator[tuple[int, int]]:
    """Stretches of rows, each of about `_STEP_BYTES` of text at the most."""
    longest = 1
    for column in batch.columns:
        if isinstance(column, pa.DictionaryArray) and len(column.dictionary):
            longest = max(longest, pc.max(pc.binary_length(column.dictionary)).as_py() or 1)
    step = max(1, min(_ROWS, _STEP_BYTES // longest))
    for start in range(0, len(batch), step):
        yield start, step


_IMPOSSIBLE = (ValueError, OverflowError, KeyError)
"""What Arrow raises for a value beyond Python's calendar, or of no known time zone (`KeyError` where pytz is there)."""


def _values(column: pa.Array, facts: Counter[str]) -> list[Any]:
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    try:
        return list(column.to_pylist())
    except _IMPOSSIBLE:
        return [_value(scalar, facts) for scalar in column]


def _value(scalar: pa.Scalar, facts: Counter[str]) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _BAD
    except _IMPOSSIBLE:
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(field, facts) for name, field in scalar.items()}
        facts["impossible_dates"] += 1
        return None
