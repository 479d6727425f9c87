"""Conversations in JSON lines, each a list of messages with a role: one document, its roles on lines of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from sources.columns import Columns
from sources.json_lines import at, records
from sources.reader import RawFile

HEADS = {"system": "System:", "user": "User:", "assistant": "Assistant:"}
"""The line above a message, by its role."""

_TEXT = "$text"
_LOWER = frozenset(head.casefold() for head in HEADS.values())


class MessagesReader:
    """One document a line. `offset` is the byte at which the line starts in the decompressed file."""

    name: ClassVar[str] = "messages"
    version: ClassVar[int] = 1
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "Every message under a line `System:`, `User:` or `Assistant:`, a blank line between them, so that "
        "`hc4 instruct` finds them again."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Fields that are not mapped are not read, and of a message its role and content alone.",
        "White space around a message.",
    )

    def __init__(
        self,
        messages: str = "messages",
        role: str = "role",
        content: str = "content",
        columns: Mapping[str, str] | None = None,
        doc_type: str = "dialogue",
    ) -> None:
        """`messages`, `role`, `content`: fields of these names. `columns`: other fields, as readers of tables map them
        (`sources.columns.Columns`). The type is that of dialogues, so that they are screened alike.

        Raises:
            ValueError: `columns` maps an unknown field or the text, or `doc_type` is no word.
        """
        if "text" in (columns or {}):
            raise ValueError("columns: the text is that of the messages")
        self._messages, self._role, self._content = messages, role, content
        self._columns = Columns({**(columns or {}), "text": _TEXT}, doc_type)

    @property
    def states(self) -> frozenset[str]:
        """The mapped fields, and where a line starts."""
        return self._columns.states | {"offset"}

    @property
    def config(self) -> Json:
        """The fields."""
        return {
            "messages": self._messages, "role": self._role, "content": self._content, "mapping": self._columns.config,
        }  # fmt: skip

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records in line order. Quarantined: as JSON lines are, `no_messages`, `bad_message` (it has no role or no
        text), `unknown_role`, `message_reads_as_role` (one of its lines is what stands above a message, in any case).

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "without_id", "messages"), 0))
        for found in records(raw, facts, lambda row, record, offset: self._document(row, record, offset, facts)):
            if isinstance(found, Document):
                facts["without_id"] += found.native_id is None
            yield found

    def _document(self, row: dict[str, Any], record: int, offset: int, facts: Counter[str]) -> Record:
        given = at(row, self._messages)
        if not isinstance(given, list) or not given:
            return Quarantined(record=record, reason="no_messages", detail=self._messages, offset=offset)
        parts = []
        for number, message in enumerate(given):
            said = self._said(message)
            if said in ("bad_message", "unknown_role", "message_reads_as_role"):
                return Quarantined(record=record, reason=said, detail=f"message {number}", offset=offset)
            parts.append(said)
        facts["messages"] += len(parts)
        return self._columns.document({**row, _TEXT: "\n\n".join(parts)}, record, offset)

    def _said(self, message: Any) -> str:
        """A message with its head, or why it has none."""
        role = message.get(self._role) if isinstance(message, Mapping) else None
        content = message.get(self._content) if isinstance(message, Mapping) else None
        if not isinstance(role, str) or not isinstance(content, str) or not content.strip():
            return "bad_message"
        if role not in HEADS:
            return "unknown_role"
        if any(line.strip().casefold() in _LOWER for line in content.splitlines()):
            return "message_reads_as_role"
        return f"{HEADS[role]}\n{content.strip()}"
