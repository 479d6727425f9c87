"""Which sequence of which source comes at which step: computed for any step, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

from corpus.errors import LoadError
from shards.loading.config import LoaderConfig
from shards.mixture import Mixture, largest_remainder, tempered, within_limits
from shards.permutation import key_of, keys_of, permuted

Numbers = npt.NDArray[np.int64]
Found = tuple[npt.NDArray[np.int32], Numbers, Numbers]


def totals(
    config: LoaderConfig,
    sources: Sequence[str],
    sequences: Sequence[int],
    tokens: Sequence[int],
    replayed: Sequence[bool],
) -> tuple[int, ...]:
    """How many sequences of each source a run has. Given of each: its sequences and tokens, and if it is replayed.

    Raises:
        LoadError: the settings name a source that there is not, or ask for more than the epochs allow.
    """
    own = [name for name, other in zip(sources, replayed, strict=True) if not other]
    named = {*(config.weights or ()), *(config.epochs if not isinstance(config.epochs, int | float) else ())}
    if unknown := sorted(named - set(own)):
        raise LoadError(f"no source {', '.join(unknown)}; there are {', '.join(own)}")
    have = dict(zip(sources, sequences, strict=True))
    limits = {name: floor(Fraction(config.epochs_of(name)) * have[name]) for name in own}
    others = [name for name in sources if name not in limits]
    if bool(others) != (config.replay_share > 0):
        raise LoadError("replay_share and a corpus to replay go together")
    share = Fraction(str(config.replay_share))
    limits |= {name: floor(Fraction(config.replay_epochs) * have[name]) for name in others}
    if config.mixed:
        found = _mixed(config, limits, own, others, share, dict(zip(sources, tokens, strict=True)), have)
    else:
        found = {name: limits[name] for name in own}
        if others:
            asked = round(sum(found.values()) * share / (1 - share))
            found |= _of_others(asked, limits, others, have)
    if not any(found.values()):
        raise LoadError("the run has no sequences: its sources hold no tokens, or its epochs are 0")
    return tuple(found[name] for name in sources)


def _mixed(
    config: LoaderConfig,
    limits: dict[str, int],
    own: list[str],
    others: list[str],
    share: Fraction,
    tokens: dict[str, int],
    have: dict[str, int],
) -> dict[str, int]:
    if config.weights is not None:
        weights = {name: Fraction(str(config.weights.get(name, 0))) for name in own}
    else:
        weights = tempered({name: tokens[name] for name in own}, config.temperature or 1.0)
    whole = sum(weights.values(), Fraction())
    shares = {name: (1 - share) * weight / whole for name, weight in weights.items()} if whole else weights
    replayed = sum(have[name] for name in others)
    shares |= {name: share * have[name] / replayed for name in others if replayed}
    if not any(shares.values()):
        raise LoadError("no source with a weight holds a token")
    return dict.fromkeys(limits, 0) | within_limits(shares, limits, config.sequences)


def _of_others(asked: int, limits: dict[str, int], others: list[str], have: dict[str, int]) -> dict[str, int]:
    divided = largest_remainder(asked, [have[name] for name in others])
    found = dict(zip(others, divided, strict=True))
    for name, count in found.items():
        if count > limits[name]:
            raise LoadError(
                f"replay_share asks for {count} sequences of {name}, of which replay_epochs allow {limits[name]}"
            )
    return found


class Order:
    """The order of a run."""

    def __init__(
        self, config: LoaderConfig, names: Sequence[str], blocks: Sequence[Numbers], run: Sequence[int]
    ) -> None:
        """`blocks`: for each source the number of sequences in each of its packing blocks. `run`: `totals`."""
        self.mixture = Mixture(tuple(run), config.window)
        self._together = config.shuffle_blocks
        self._ends = [np.cumsum(each) for each in blocks]
        self._size = np.array([ends[-1] if ends.size else 0 for ends in self._ends], np.int64)
        self._keys = np.array([key_of("source", config.seed, name) for name in names], np.uint64)
        self._window_key = key_of("window", config.seed)
        self._shuffled: dict[int, tuple[int, Numbers, Numbers]] = {}

    def __len__(self) -> int:
        return self.mixture.count

    def at(self, indices: Numbers) -> Found:
        """Source, number of the sequence in its source, and epoch of that source (from 0) at some steps of the run."""
        window, slot = np.divmod(indices, self.mixture.window)
        windows, at = np.unique(window, return_inverse=True)
        before = self.mixture.before(windows)
        ends = np.cumsum(self.mixture.quotas(windows), axis=1)
        rank = permuted(slot, ends[at, -1], keys_of(self._window_key, window))
        source = (rank[:, None] >= ends[at]).sum(axis=1)
        first = np.where(source > 0, ends[at, source - 1], 0)
        epoch, place = np.divmod(before[at, source] + rank - first, self._size[source])
        return source.astype(np.int32), self._numbers(source, place, epoch), epoch

    def _numbers(self, source: Numbers, place: Numbers, epoch: Numbers) -> Numbers:
        with np.errstate(over="ignore"):
            keys = keys_of(0, self._keys[source] + epoch.astype(np.uint64))
        if self._together is None:
            return permuted(place, self._size[source], keys)
        found = np.empty_like(place)
        for each, turn in {*zip(source.tolist(), epoch.tolist(), strict=True)}:
            of = np.flatnonzero((source == each) & (epoch == turn))
            found[of] = self._within_blocks(each, int(keys[of[0]]), place[of])
        return found

    def _within_blocks(self, source: int, key: int, place: Numbers) -> Numbers:
        if source not in self._shuffled or self._shuffled[source][0] != key:
            self._shuffled[source] = (key, *self._shuffle_blocks(source, key))
        _, order, ends = self._shuffled[source]
        together = self._together or len(order)
        last = np.append(ends[together - 1 :: together], ends[-1:])  # where each group of blocks ends
        group = np.searchsorted(last, place, side="right")
        start = np.where(group > 0, last[group - 1], 0)
        moved = start + permuted(place - start, last[group] - start, keys_of(key, group + 1))
        slot = np.searchsorted(ends, moved, side="right")
        block = order[slot]
        first = self._ends[source][block] - (ends[slot] - np.where(slot > 0, ends[slot - 1], 0))
        return first + moved - np.where(slot > 0, ends[slot - 1], 0)

    def _shuffle_blocks(self, source: int, key: int) -> tuple[Numbers, Numbers]:
        """The blocks of a source in the order of one epoch, and how many sequences they have had by each one's end."""
        count = len(self._ends[source])
        order = permuted(np.arange(count), count, keys_of(key, 0))
        sizes = np.diff(self._ends[source], prepend=0)
        return order, np.cumsum(sizes[order])
