"""Tokens of the released text by tokenizers other than the snapshot's own."""

from __future__ import annotations

from manifests.strict import Strict


class TokenCount(Strict):
    """Exact numbers of tokens by one tokenizer, without special tokens. The snapshot does not hold the tokens."""

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
