"""Plain text files, one document a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Literal

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.encoding import decoded
from sources.ids import checked_doc_type
from sources.reader import RawFile

MAX_BYTES = 64 << 20
_ENCODINGS = {"utf-8": "utf8", "utf-8-sig": "utf8", "cp1252": "windows1252"}

Identity = Literal["content", "name"]


class WholeFile:
    """Options and first steps that readers of one document a file share."""

    stated: ClassVar[frozenset[str]] = frozenset()
    """Fields that files of the format state themselves."""

    def __init__(
        self,
        doc_type: str = "other",
        licence: str | None = None,
        language: str | None = None,
        id: Identity = "content",  # noqa: A002  the name in recipes
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`licence`, `language`: of files that do not state their own. `id`: documents are known by a hash of their
        text or by file name, in an archive by path (then a file of the same name elsewhere is another version).
        `max_bytes`: longer files are quarantined.

        Raises:
            ValueError: `id` is neither.
        """
        if id not in {"content", "name"}:
            raise ValueError(f"id: {id!r} is neither content nor name")
        self.doc_type = checked_doc_type(doc_type)
        self.licence = licence
        self.language = language
        self.identity = id
        self.max_bytes = max_bytes

    @property
    def states(self) -> frozenset[str]:
        """What files of the format state, and what the options give."""
        given = {"native_id": self.identity == "name", "language": self.language, "licence_raw": self.licence}
        return self.stated | {"offset"} | {name for name, value in given.items() if value}

    @property
    def config(self) -> Json:
        """The options."""
        return {
            "doc_type": self.doc_type,
            "licence": self.licence,
            "language": self.language,
            "id": self.identity,
            "max_bytes": self.max_bytes,
        }

    def content(self, raw: RawFile) -> bytes | Quarantined:
        """All bytes of the file, decompressed; quarantined as `record_too_large`."""
        with raw.stream() as stream:
            data = stream.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            return Quarantined(record=0, reason="record_too_large", detail=f"over {self.max_bytes} bytes", offset=0)
        return data

    def text(self, raw: RawFile, facts: Counter[str]) -> str | Quarantined:
        """The file as text, its encoding counted; quarantined as `content` or `sources.encoding.decoded`."""
        facts.update(dict.fromkeys(("records", "utf8", "utf16", "windows1252"), 0))
        facts["records"] += 1
        data = self.content(raw)
        found = data if isinstance(data, Quarantined) else decoded(data)
        if isinstance(found, Quarantined):
            return found
        text, codec = found
        facts[_ENCODINGS.get(codec, "utf16")] += 1
        return text

    def document(self, raw: RawFile, text: str, licence: str | None = None, evidence: str | None = None) -> Document:
        """A document of this file; `licence` as the file states it comes before the option."""
        return Document(
            record=0,
            offset=0,
            native_id=raw.label if self.identity == "name" else None,
            text=text,
            doc_type=self.doc_type,
            language=self.language,
            licence_raw=licence or self.licence,
            licence_evidence=evidence if licence else "recipe:options.licence" if self.licence else None,
        )


class TextReader(WholeFile):
    """One document a file, its encoding found from its bytes."""

    name: ClassVar[str] = "text"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = "The file as it stands."
    known_losses: ClassVar[tuple[str, ...]] = (
        "Encodings other than UTF-8, UTF-16 and Windows-1252 are not told apart from Windows-1252.",
    )

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The file's document; quarantined as `record_too_large`, `binary`, `unknown_encoding`, `invalid_unicode` or
        `mojibake`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        text = self.text(raw, facts)
        yield text if isinstance(text, Quarantined) else self.document(raw, text)
