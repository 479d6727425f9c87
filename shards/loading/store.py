"""Where tokens come from: what a loader asks of shards or of a cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from shards.loading.batch import Ids, Numbers
from shards.loading.blocks import Block
from shards.loading.config import PackConfig
from shards.loading.corpus import Corpus


class Pieces(NamedTuple):
    """What lies in some sequences; see `Batch`."""

    offsets: Numbers
    lengths: Ids
    documents: Numbers
    starts: Ids


class Store(Protocol):
    """A corpus, packed one way."""

    corpus: Corpus
    pack: PackConfig
    blocks: tuple[tuple[Block, ...], ...]
    """By source, in order."""

    def prepare(self, shuffle_blocks: int | None) -> None:
        """Expect such an order; raise a `LoadError` if its sequences could only be read one by one."""

    def read(self, source: npt.NDArray[np.int32], number: Numbers, ids: Ids, pad: int) -> Pieces:
        """Lay out sequences, each given by its source and its number there, in `ids` (int32[sequences, length])."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one epoch of a source comes to."""

    source: str
    documents: int
    tokens: int
    """As the shards count them."""
    specials: int
    """Put around documents."""
    padding: int
    sequences: int
    split: int
    """Documents in more than one sequence."""
    cut_to_fill: int
    """Of these, such that would fit into one."""

    @property
    def fill(self) -> float:
        """Share of the sequences' places that hold a token."""
        held = self.tokens + self.specials
        return held / (held + self.padding) if self.sequences else 1.0


def accounts(corpus: Corpus, pack: PackConfig, blocks: Sequence[Sequence[Block]]) -> tuple[Account, ...]:
    """By source, in order."""
    found = []
    for source, its in zip(corpus.sources, blocks, strict=True):
        tokens, specials, sequences = (
            sum(getattr(block, name) for block in its) for name in ("tokens", "specials", "sequences")
        )
        padding = sequences * pack.length - tokens - specials
        documents, split, cut = (
            sum(getattr(block, name) for block in its) for name in ("documents", "split", "cut_to_fill")
        )
        found.append(Account(source.name, documents, tokens, specials, padding, sequences, split, cut))
    return tuple(found)
