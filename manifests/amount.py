"""How much text: the four measures in which everything is counted."""

from __future__ import annotations

from manifests.strict import Strict


class Amount(Strict):
    """How much text: documents, UTF-8 bytes, white-space words, tokens of the snapshot's tokenizer."""

    documents: int = 0
    bytes: int = 0
    words: int = 0
    tokens: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            documents=self.documents + other.documents,
            bytes=self.bytes + other.bytes,
            words=self.words + other.words,
            tokens=self.tokens + other.tokens,
        )

    def __sub__(self, other: Amount) -> Amount:
        return Amount(
            documents=self.documents - other.documents,
            bytes=self.bytes - other.bytes,
            words=self.words - other.words,
            tokens=self.tokens - other.tokens,
        )


class Share(Strict):
    """How much of the kept text carries one label (a licence, a document type, a year, a language)."""

    label: str
    amount: Amount
