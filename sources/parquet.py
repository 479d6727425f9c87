"""Parquet tables, their columns mapped by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.columns import Columns
from sources.reader import RawFile

_ROWS = 1024  # Rows decoded at a time: memory is bounded by rows, not by the file.
_BAD = object()


class ParquetReader:
    """One document a row."""

    name: ClassVar[str] = "parquet"
    version: ClassVar[int] = 2
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
            RawFileError: `not_parquet`, `corrupt_parquet`, `missing_column` (a mapped column is not in the file), or
                any of `RawFile.open`.
        """
        facts.update(dict.fromkeys(("records", "without_id"), 0))
        with raw.open() as stream:
            if stream.read(4) != b"PAR1":
                raise RawFileError("not_parquet")
            stream.seek(0)
            try:
                file = pq.ParquetFile(stream)
                wanted = self._wanted(file.schema_arrow)
                record = 0
                for batch in file.iter_batches(batch_size=_ROWS, columns=wanted):
                    for row in _rows(batch, facts):
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
    columns = [_values(column, facts) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield None if _BAD in values else dict(zip(batch.schema.names, values, strict=True))


def _values(column: pa.Array, facts: Counter[str]) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(scalar, facts) for scalar in column]


def _value(scalar: pa.Scalar, facts: Counter[str]) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _BAD
    except (ValueError, OverflowError):
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(field, facts) for name, field in scalar.items()}
        facts["impossible_dates"] += 1
        return None
