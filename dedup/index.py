"""Which rows of an index of signatures share a key with some texts.

The index may be of any size: its tables are read one after the other and looked up in the keys of the texts, which are
few. Keys that only seem to match are turned away by one bit each, so that a scan costs one look into memory a key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PAIRS = 4_000_000
"""Pairs of a text and a row that are held at once (a pair takes 8 bytes a key that both have)."""

_FEWEST_BITS, _MOST_BITS = 16, 27
_ROOM = 5
"""Bits of the filter for each key, as a power of two: one key in 32 that is not there seems to be."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of one table that share a key with a text, each pair once, by row and then text."""

    text: Positions
    """int64[m]."""
    row: Positions
    """int64[m], in the table."""
    exact: Flags
    """bool[m]: the words are the same, one by one."""
    bands: Positions
    """int64[m]: how many bands are the same; the more, the more similar the two are likely to be."""

    def __len__(self) -> int:
        return self.text.size


class Lookup:
    """Finds the rows of index tables that share a key with one of n texts.

    Args:
        signatures: exact keys and bands of the texts (columns of `dedup.signature.SignatureAnnotator`). Texts without
            words have none, and are found nowhere.
        bands: names of the band columns; the tables must have them too.
    """

    def __init__(self, signatures: pa.RecordBatch | pa.Table, bands: Sequence[str]) -> None:
        self.texts = signatures.num_rows
        self._bands = {name: _Column(_uint64(signatures, name)) for name in bands}
        self._exact = _Column(_uint64(signatures, "exact_hi"))
        self._exact_lo = _uint64(signatures, "exact_lo")

    @property
    def columns(self) -> list[str]:
        """What an index table must have."""
        return ["exact_hi", "exact_lo", *self._bands]

    def find(self, table: pa.RecordBatch | pa.Table) -> Iterator[Candidates]:
        """The rows of `table` (its `columns`, uint64) that share a key with a text, in parts of about `PAIRS` pairs.

        Parts come in the order of their rows, and no row is in two of them.
        """
        if not self.texts:
            return
        exact = self._exact.hits(_uint64(table, "exact_hi"))
        bands = [column.hits(_uint64(table, name)) for name, column in self._bands.items()]
        pairs = np.zeros(table.num_rows, np.int64)
        for hits in (exact, *bands):
            pairs[hits.row] += hits.size  # a row is in each of them once
        block = np.cumsum(pairs) // PAIRS
        rows = np.flatnonzero(pairs)
        lo = _uint64(table, "exact_lo")
        for number in np.unique(block[rows]).tolist():
            first, end = np.searchsorted(block, [number, number + 1]).tolist()
            yield self._part(exact.between(first, end), [hits.between(first, end) for hits in bands], lo)

    def _part(self, exact: _Hits, bands: list[_Hits], lo: Keys) -> Candidates:
        row, text = exact.pairs()
        same = lo[row] == self._exact_lo[text]
        certain = np.sort(row[same] * self.texts + text[same])
        shared = np.concatenate([np.zeros(0, np.int64), *(row * self.texts + text for row, text in _pairs(bands))])
        pair, count = np.unique(shared, return_counts=True)
        # Texts of the same words share every band, so that exact pairs are among the others.
        everything = np.union1d(pair, certain)
        found = np.zeros(everything.size, np.int64)
        found[np.searchsorted(everything, pair)] = count
        rows, texts = np.divmod(everything, self.texts)
        return Candidates(texts, rows, np.isin(everything, certain, assume_unique=True), found)


class Shortlist:
    """The best candidates of each text among all that are added, and how many there were.

    Best are those of the same words, then those that share most bands, then those that were added first.

    Args:
        texts: n.
        most: how many to keep of each text. Memory grows with `texts` times this, and no more.
    """

    def __init__(self, texts: int, most: int) -> None:
        self._texts, self._most = texts, most
        self._held: list[npt.NDArray[np.int64]] = []
        self._count = 0
        self.found: Positions = np.zeros(texts, np.int64)
        """int64[n]: candidates of each text, those not kept included."""

    def add(self, table: int, found: Candidates, first_row: int = 0) -> None:
        """Add candidates of table number `table`; its row 0 is row `first_row` of what the number stands for."""
        if not len(found):
            return
        self.found += np.bincount(found.text, minlength=self._texts)
        where = np.full(len(found), table, np.int64)
        self._held.append(np.stack([found.text, ~found.exact, -found.bands, where, found.row + first_row]))
        self._count += len(found)
        if self._count > max(PAIRS, 2 * self._texts * self._most):
            self._trim()

    def best(self) -> Best:
        """The best candidates, by table, row and text."""
        self._trim()
        text, not_exact, bands, table, row = np.concatenate([np.zeros((5, 0), np.int64), *self._held], axis=1)
        order = np.lexsort((text, row, table))
        return Best(text[order], table[order], row[order], not_exact[order] == 0, -bands[order])

    def _trim(self) -> None:
        if not self._held:
            return
        held = np.concatenate(self._held, axis=1)
        held = held[:, np.lexsort(held[::-1])]
        starts = np.searchsorted(held[0], np.arange(self._texts))
        held = held[:, np.arange(held.shape[1]) - starts[held[0]] < self._most]
        self._held, self._count = [held], held.shape[1]


@dataclass(frozen=True, slots=True)
class Best:
    """Candidates that a `Shortlist` kept, by table, row and text: columns of equal length."""

    text: Positions
    table: Positions
    row: Positions
    exact: Flags
    bands: Positions


@dataclass(frozen=True, slots=True)
class _Hits:
    """For some rows of a column, ascending, the range of a `_Column`'s sorted keys that equal the row's key."""

    row: Positions
    first: Positions
    size: Positions
    order: Positions = field(repr=False)
    """int64: the text of each sorted key."""

    def between(self, first_row: int, end_row: int) -> _Hits:
        start, end = np.searchsorted(self.row, [first_row, end_row])
        return _Hits(self.row[start:end], self.first[start:end], self.size[start:end], self.order)

    def pairs(self) -> tuple[Positions, Positions]:
        """Row and text of each pair."""
        row = np.repeat(self.row, self.size)
        inside = np.arange(row.size) - np.repeat(np.cumsum(self.size) - self.size, self.size)
        return row, self.order[np.repeat(self.first, self.size) + inside]


class _Column:
    """One key of each text, sorted, with a filter before it."""

    def __init__(self, keys: Keys) -> None:
        there = np.flatnonzero(keys)
        self._order = there[np.argsort(keys[there], kind="stable")]
        self._sorted = keys[self._order]
        bits = min(max(int(there.size).bit_length() + _ROOM, _FEWEST_BITS), _MOST_BITS)
        self._shift = np.uint64(64 - bits)
        self._filter = np.zeros(1 << bits, np.bool_)
        self._filter[self._sorted >> self._shift] = True

    def hits(self, column: Keys) -> _Hits:
        """The rows of `column` whose key a text has."""
        perhaps = np.flatnonzero(self._filter[column >> self._shift])
        asked = column[perhaps]
        first = np.searchsorted(self._sorted, asked, side="left")
        size = np.searchsorted(self._sorted, asked, side="right") - first
        there = size > 0
        return _Hits(perhaps[there], first[there], size[there], self._order)


def _pairs(hits: list[_Hits]) -> Iterator[tuple[Positions, Positions]]:
    return (one.pairs() for one in hits)


def _uint64(table: pa.RecordBatch | pa.Table, name: str) -> Keys:
    column: Keys = (
        table.column(name).to_numpy(zero_copy_only=False)
        if isinstance(table, pa.RecordBatch)
        else table.column(name).to_numpy()
    )
    return column
