"""JSON files that are one value: records are found by a path, their fields mapped by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Record
from corpus.errors import RawFileError
from sources.columns import Columns, walked
from sources.json_lines import json_damage
from sources.reader import RawFile

_BOM = b"\xef\xbb\xbf"


class JsonReader:
    """One document a record: `*` for an array at the top, `data.*` for one under a key, `*.*` for one inside another.

    A record that is an object has its members as columns, any other is the column `$value`; `$key` is what stands for
    the path's `*`: keys of objects and numbers of elements, with `/` between them.
    """

    name: ClassVar[str] = "json"
    version: ClassVar[int] = 1
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The mapped text fields as they stand."
    known_losses: ClassVar[tuple[str, ...]] = (
        "Fields that are not mapped are not read.",
        "A file is read at once, so that one over `max_bytes` is refused: JSON lines have no such limit.",
    )

    def __init__(
        self,
        records: str = "*",
        columns: Mapping[str, str | Sequence[str]] | None = None,
        doc_type: str = "other",
        max_bytes: int = 256 << 20,
    ) -> None:
        """`records`: path of keys and `*`, a dot between them; empty for a file that is one record. `columns`: field
        to column (see `sources.columns.Columns`).

        Raises:
            ValueError: `records` is no such path, `columns` maps an unknown field, or `doc_type` is no word.
        """
        if not isinstance(records, str) or (records and not all(records.split("."))):
            raise ValueError("records must be keys and `*` with dots between them")
        self._path = records.split(".") if records else []
        self._columns = Columns(columns, doc_type)
        self._max_bytes = max_bytes

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields."""
        return self._columns.states

    @property
    def config(self) -> Json:
        """The path, the mapping and the limit."""
        return {"records": list(self._path), "mapping": self._columns.config, "max_bytes": self._max_bytes}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in file order; bad ones are quarantined for a reason of `Columns.document`.

        Raises:
            RawFileError: `not_json`, `invalid_unicode`, `record_too_large`, `no_records` (the path leads nowhere), or
                as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "without_id"), 0))
        with raw.stream() as stream:
            data = stream.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            raise RawFileError("record_too_large", f"over {self._max_bytes} bytes")
        try:
            whole = orjson.loads(data.removeprefix(_BOM))
        except orjson.JSONDecodeError:
            raise RawFileError(json_damage(data)) from None
        del data
        number = 0
        for number, (keys, value) in enumerate(walked(whole, self._path), 1):
            row = dict(value) if isinstance(value, dict) else {"$value": value}
            row["$key"] = "/".join(keys)
            facts["records"] += 1
            found = self._columns.document(row, number - 1, None)
            if isinstance(found, Document):
                facts["without_id"] += found.native_id is None
            yield found
        if number == 0 and not self._is_empty(whole):
            raise RawFileError("no_records", ".".join(self._path))

    def _is_empty(self, whole: object) -> bool:
        """Whether what the path names is there, and holds nothing."""
        stop = self._path.index("*") if "*" in self._path else len(self._path)
        found = [value for _, value in walked(whole, self._path[:stop])]
        return bool(found) and found[0] in ([], {})
