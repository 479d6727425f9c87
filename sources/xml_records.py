"""XML files of records: an element a record, its fields mapped by paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Record
from corpus.errors import RawFileError
from sources.columns import Columns
from sources.markup import Element, elements, local_names
from sources.reader import RawFile


class XmlReader:
    """One document an element of a name, wherever it stands. Names are local: namespaces and prefixes do not count."""

    name: ClassVar[str] = "xml"
    version: ClassVar[int] = 1
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "The words of the mapped elements, each a paragraph on one line, in the order in which they are mapped."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Elements and attributes that are not mapped are not read.",
        "Line ends and the structure inside a mapped element are not kept.",
    )

    def __init__(
        self,
        record: str = "record",
        columns: Mapping[str, str | Sequence[str]] | None = None,
        doc_type: str = "other",
    ) -> None:
        """`record`: name of the element that is a record. `columns`: field to path inside it, `Answers/Answer` for
        elements (`*` stands for any name), `@id` or `Answers/@id` for attributes, `.` for the record itself (see
        `sources.columns.Columns`). All elements at a path of text or authors count, of other fields the first.

        Raises:
            ValueError: `record` is no name, `columns` maps an unknown field or no path, or `doc_type` is no word.
        """
        if not isinstance(record, str) or not record.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise ValueError("record must be the name of an element")
        self._record = record
        self._columns = Columns(columns, doc_type)
        for path in self._columns.all:
            if path.startswith("/") or "[" in path or "{" in path:
                raise ValueError(f"columns: {path!r} is no path of names inside a record")

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields."""
        return self._columns.states

    @property
    def config(self) -> Json:
        """The element and the mapping."""
        return {"record": self._record, "mapping": self._columns.config}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in file order; bad ones are quarantined for a reason of `Columns.document`.

        Raises:
            RawFileError: as `sources.markup.elements`, and `no_records` for a file without such an element.
        """
        facts.update(dict.fromkeys(("records", "without_id"), 0))
        for number, element in enumerate(elements(raw, f"{{*}}{self._record}")):
            local_names(element)
            facts["records"] += 1
            found = self._columns.document(self._row(element), number, None)
            if isinstance(found, Document):
                facts["without_id"] += found.native_id is None
            yield found
        if not facts["records"]:
            raise RawFileError("no_records", self._record)

    def _row(self, element: Element) -> dict[str, str | list[str]]:
        row: dict[str, str | list[str]] = {}
        for path in self._columns.all:
            values = _values(element, path)
            if values:
                if path in self._columns.text:
                    row[path] = "\n\n".join(values)
                else:
                    row[path] = values if path == self._columns.mapping.get("authors") else values[0]
        return row


def _values(element: Element, path: str) -> list[str]:
    """Words of every element, or every attribute, at a path, but those that are empty."""
    names, _, attribute = path.rpartition("@")
    found = element.findall(names.rstrip("/") or ".") if attribute and "@" in path else element.findall(path)
    words = [one.get(attribute) or "" if "@" in path else "".join(one.itertext()) for one in found]
    return [tidy for one in words if (tidy := " ".join(one.split()))]
