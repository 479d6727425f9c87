"""Tokens of the released text by tokenizers other than the snapshot's own."""

from __future__ import annotations

from pydantic import Field

from manifests import layout
from manifests.strict import Strict


class TokenCount(Strict):
    """Exact numbers of tokens by one tokenizer, without special tokens."""

    name: str
    file: str
    """Name of the tokenizer's file."""
    sha256: str
    vocabulary: int
    fast_path: str
    oracle: str
    oracle_documents: int
    """Released documents counted again by the reference implementation; all were equal, or the build had stopped."""
    tokens: int
    """Of all sources."""
    by_source: dict[str, int]
    by_shard: dict[str, int] = Field({})
    """By path of the shard; beside each, `tokens/NAME/` has a count for each of its documents. Empty in snapshots of a
    time when neither was there."""
    stored: bool = False
    """Whether the ids stand there, too."""

    def beside(self, shard: str) -> str:
        """Where the tokens of the documents of a shard lie."""
        return f"{layout.TOKENS}/{self.name}{shard.removeprefix(layout.DATA)}"
