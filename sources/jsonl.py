"""JSON lines, plain or compressed: one object a line, its fields mapped by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Record
from sources.columns import Columns
from sources.json_lines import records
from sources.reader import RawFile


class JsonlReader:
    """One document a line. `offset` is the byte at which the line starts in the decompressed file."""

    name: ClassVar[str] = "jsonl"
    version: ClassVar[int] = 3
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The mapped text fields as they stand."
    known_losses: ClassVar[tuple[str, ...]] = ("Fields that are not mapped are not read.",)

    def __init__(
        self,
        columns: Mapping[str, str | Sequence[str]] | None = None,
        doc_type: str = "other",
        max_line_bytes: int | None = None,
    ) -> None:
        """`columns`: field to column (see `sources.columns.Columns`). `max_line_bytes`: longer lines are skipped, in
        place of the recipe's `limits.raw_record_bytes`.

        Raises:
            ValueError: `columns` maps an unknown field, `doc_type` is no word, or `max_line_bytes` no positive number.
        """
        stated = max_line_bytes is not None
        if stated and (not isinstance(max_line_bytes, int) or isinstance(max_line_bytes, bool) or max_line_bytes < 1):
            raise ValueError("max_line_bytes must be a whole number of at least 1")
        self._columns = Columns(columns, doc_type)
        self._max_line_bytes = max_line_bytes

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields, and where a line starts."""
        return self._columns.states | {"offset"}

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
        for found in records(raw, facts, self._columns.document, self._max_line_bytes):
            if isinstance(found, Document):
                facts["without_id"] += found.native_id is None
            yield found
