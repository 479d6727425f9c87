"""What a set of instructions states about itself: `instruct.json`, canonical JSON (RFC 8785) of `Instructions`.

Its account balances: documents and tokens of the snapshot = used + skipped, by source, split, rule and reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from corpus.digest import canonical
from corpus.errors import LedgerImbalance
from manifests.exported import ExportedFile, LicenceTokens
from manifests.strict import Strict, read_statement

INSTRUCT = "instruct.json"


class InstructionLine(Strict):
    """Where documents of a shard went. Tokens are those of the snapshot."""

    rule: str | None
    reason: str | None
    """Why they were skipped; null if they were used."""
    documents: int
    tokens: int


class InstructionPart(Strict):
    """A shard's instructions."""

    shard: str
    shard_sha256: str
    source: str
    split: str
    files: tuple[ExportedFile, ...]
    """The account, and the instructions if there are any."""
    conversations: int
    tokens: int
    """Of `input_ids`, with the template's."""
    loss_tokens: int
    licences: tuple[LicenceTokens, ...]
    """Conversations and their tokens by licence."""
    lines: tuple[InstructionLine, ...]


class Total(Strict):
    """Documents and their tokens in the snapshot."""

    documents: int
    tokens: int


class Instructions(Strict):
    """A whole set of instructions."""

    instruct_schema: Literal["hc4/instruct/1"] = "hc4/instruct/1"
    snapshot_id: str
    name: str
    mapping: dict[str, JsonValue]
    """As understood, defaults filled in."""
    mapping_sha256: str
    template: str
    template_version: int
    template_tokens: dict[str, int]
    """Ids of control tokens that the template writes."""
    tokenizer: str
    tokenizer_sha256: str
    parts: tuple[InstructionPart, ...]
    read: Total
    used: Total
    skipped: dict[str, Total]
    """By reason."""
    conversations: int
    tokens: int
    loss_tokens: int

    def canonical(self) -> bytes:
        """The bytes of `instruct.json`."""
        return canonical(self.model_dump(mode="json"))

    def balanced(self) -> Instructions:
        """This, if its account closes.

        Raises:
            LedgerImbalance: read is not used and skipped, or these are not the sums over the parts.
        """
        lines = [line for part in self.parts for line in part.lines]
        for name in ("documents", "tokens"):
            read, used = getattr(self.read, name), getattr(self.used, name)
            skipped = sum(getattr(total, name) for total in self.skipped.values())
            stated = sum(getattr(line, name) for line in lines)
            if not read == used + skipped == stated:
                raise LedgerImbalance(
                    f"instructions: {read} {name} read, {used} used, {skipped} skipped, {stated} told"
                )
        return self


def read_instructions(folder: Path) -> Instructions:
    """The statement of a set of instructions.

    Raises:
        SnapshotError: the folder has none, or it is damaged.
    """
    return read_statement(folder / INSTRUCT, Instructions, "set of instructions")
