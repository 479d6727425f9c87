"""What a run asks of its shards: how documents are packed, and how sequences are mixed and ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite

from corpus.digest import Json, digest
from corpus.errors import LoadError

VERSION = 1
"""Of order and packing: another one gives other sequences for the same settings."""

_LONGEST = 1 << 18
_SEEDS = 1 << 63


@dataclass(frozen=True, slots=True)
class PackConfig:
    """How documents become sequences. Sequences of one `PackConfig` are the same in every run."""

    length: int
    """Tokens of a sequence."""
    bos: int | None = None
    """Token id put before each document; None puts none. Shards hold no special tokens."""
    eos: int | None = None
    """Token id put after each document, likewise."""
    split_below: int | None = None
    """Documents of so many tokens or fewer (with `bos` and `eos`) are never split. None: `length`, so that only those
    are split that fit into no sequence. Smaller values fill sequences of sources that have few short documents."""
    block_tokens: int = 1 << 22
    """Documents are packed together in blocks: row groups of one shard that follow each other, until they have so many
    tokens. A block is what is held in memory; after a takedown other shards' sequences stay as they were."""

    def __post_init__(self) -> None:
        _check(1 <= self.length <= _LONGEST, f"length is 1 to {_LONGEST} tokens, not {self.length}")
        _check(self.bos is None or 0 <= self.bos < 1 << 31, f"bos is a token id, not {self.bos}")
        _check(self.eos is None or 0 <= self.eos < 1 << 31, f"eos is a token id, not {self.eos}")
        _check(self.split_below is None or self.split_below >= 0, "split_below is a number of tokens")
        _check(self.block_tokens >= 1, "block_tokens is a number of tokens")

    @property
    def specials(self) -> int:
        """Tokens put around each document."""
        return (self.bos is not None) + (self.eos is not None)

    @property
    def digest(self) -> str:
        """Hex digest of all settings."""
        return digest({"version": VERSION} | asdict(self))


@dataclass(frozen=True, slots=True)
class LoaderConfig:
    """A whole run. Equal settings over equal shards give equal sequences in the same order."""

    pack: PackConfig
    seed: int = 0
    """Of all orders: within sources, within windows."""
    weights: Mapping[str, float] | None = None
    """Share of each source in the sequences, relative to each other; sources that are not named get none. None: every
    sequence comes as often as `epochs` says."""
    temperature: float | None = None
    """Instead of `weights`: shares of tokens to the power of 1 / temperature."""
    epochs: float | Mapping[str, float] = 1.0
    """How often each source comes, or by source (1 where it is not named); with `weights` or `temperature` how often
    at most."""
    sequences: int | None = None
    """Length of a run mixed by `weights` or `temperature`. None: as long as `epochs` allow."""
    window: int = 1024
    """Sequences in which the mixture is exact; their order in it is drawn by `seed`."""
    shuffle_blocks: int | None = None
    """How many packing blocks of a source are shuffled together, drawn by `seed` anew each epoch. None: all, a global
    shuffle. A few make reading of large Parquet shards sequential."""
    replay_share: float = 0.0
    """Share of the run's sequences that come from the replayed corpus, in proportion to its sources' sequences."""
    replay_epochs: float = 1.0
    """How often at most the replayed corpus comes."""
    pad: int = 0
    """Token id where a sequence has no document left. Labels are -100 there."""
    mask_starts: bool = False
    """Whether labels are -100 at the first token of each piece, too, which is predicted from another document."""

    def __post_init__(self) -> None:
        _check(0 <= self.seed < _SEEDS, f"seed is 0 to 2^63 - 1, not {self.seed}")
        _check(self.window >= 1, "window is a number of sequences")
        _check(self.weights is None or self.temperature is None, "give weights or a temperature, not both")
        _check(
            self.sequences is None or (self.mixed and self.sequences >= 1),
            "sequences is at least 1, and given with weights or a temperature; else epochs say how long a run is",
        )
        _check(self.temperature is None or _positive(self.temperature), "temperature is above 0")
        epochs = self.epochs.values() if isinstance(self.epochs, Mapping) else [self.epochs]
        _check(all(isfinite(each) and each >= 0 for each in epochs), "epochs are not negative")
        weights = [] if self.weights is None else list(self.weights.values())
        _check(all(isfinite(each) and each >= 0 for each in weights), "weights are not negative")
        _check(self.weights is None or any(weights), "at least one weight is above 0")
        _check(self.shuffle_blocks is None or self.shuffle_blocks >= 1, "shuffle_blocks is at least 1")
        _check(0 <= self.replay_share < 1, "replay_share is at least 0 and below 1")
        _check(_positive(self.replay_epochs), "replay_epochs is above 0")
        _check(0 <= self.pad < 1 << 31, f"pad is a token id, not {self.pad}")

    @property
    def mixed(self) -> bool:
        """Whether shares of sources are asked for, not numbers of epochs."""
        return self.weights is not None or self.temperature is not None

    def epochs_of(self, source: str) -> float:
        """How often a source comes, at most."""
        return self.epochs.get(source, 1.0) if isinstance(self.epochs, Mapping) else self.epochs

    @property
    def digest(self) -> str:
        """Hex digest of all settings."""
        by_source = isinstance(self.epochs, Mapping)
        facts: dict[str, Json] = {
            "pack": self.pack.digest,
            "seed": str(self.seed),
            "weights": None
            if self.weights is None
            else {name: repr(float(each)) for name, each in self.weights.items()},
            "temperature": None if self.temperature is None else repr(float(self.temperature)),
            "epochs": {name: repr(float(each)) for name, each in self.epochs.items()}  # type: ignore[union-attr]
            if by_source
            else repr(float(self.epochs)),  # type: ignore[arg-type]
            "sequences": self.sequences,
            "window": self.window,
            "shuffle_blocks": self.shuffle_blocks,
            "replay": [repr(float(self.replay_share)), repr(float(self.replay_epochs))],
            "pad": self.pad,
            "mask_starts": self.mask_starts,
        }
        return digest(facts)


def _check(right: bool, message: str) -> None:
    if not right:
        raise LoadError(message)


def _positive(number: float) -> bool:
    return isfinite(number) and number > 0
