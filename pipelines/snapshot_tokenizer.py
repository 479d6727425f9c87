"""The tokenizers whose tokens a snapshot stores, and their files on this machine: a snapshot holds none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpus.assets import ASSETS, assets_folder
from corpus.digest import sha256_file
from corpus.errors import AssetError, RecipeError
from manifests.model import Manifest, Shard
from manifests.token_counts import TokenCount


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Tokens of all documents by one tokenizer."""

    file: str
    """Name of the tokenizer's file."""
    sha256: str
    vocabulary: int
    other: TokenCount | None
    """What the manifest says of it, if it is not the snapshot's own."""

    def beside(self, shard: str) -> str | None:
        """The file beside a shard that holds the ids, below the snapshot; None if the shard itself does."""
        return None if self.other is None else self.other.beside(shard)

    def count(self, shard: Shard) -> int:
        """How many there are of the documents of a shard."""
        return shard.tokens if self.other is None else self.other.by_shard[shard.path]


def stored_tokens(manifest: Manifest, name: str | None = None) -> StoredTokens:
    """Those by the snapshot's tokenizer, or by another one of the recipe's `count_with`.

    Raises:
        RecipeError: the snapshot does not store them.
    """
    if name is None:
        own = manifest.tokenizer
        return StoredTokens(own.name, own.sha256, own.vocabulary, None)
    stored = {one.name: one for one in manifest.token_counts if one.stored}
    if name not in stored:
        others = f"those by {', '.join(stored)}" if stored else "none by others"
        raise RecipeError(f"the snapshot stores no tokens by {name!r}; it has its own, and {others}")
    found = stored[name]
    return StoredTokens(found.file, found.sha256, found.vocabulary, found)


def tokenizer_file(tokens: StoredTokens, given: Path | None = None) -> Path | None:
    """The file given, or the pulled asset of that name; None if there is none.

    Raises:
        AssetError: the file given is absent, or another tokenizer.
    """
    place = given or (assets_folder() / tokens.file if tokens.file in ASSETS else None)
    if place is None or not place.is_file():
        if given is not None:
            raise AssetError(f"no tokenizer at {given}")
        return None
    found = sha256_file(place)
    if found == tokens.sha256:
        return place
    if given is None:
        return None
    raise AssetError(f"{given} is not the snapshot's tokenizer: its sha256 is {found}, not {tokens.sha256}")
