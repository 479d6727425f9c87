"""A few documents of each source and length: the same ones whoever draws them, in whatever order they are met."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from shards.place import uniform

Stratum = tuple[str, int]
"""A source, and a length in tokens as the power of two below it (`length_of`)."""


def length_of(n_tokens: int) -> int:
    """2^k of the 2^k <= n < 2^(k + 1) tokens; 0 for none."""
    return 1 << (n_tokens.bit_length() - 1) if n_tokens > 0 else 0


@dataclass(slots=True)
class Strata:
    """Draws the documents of each stratum with the smallest hashes. Holds names of those drawn, no others."""

    per_stratum: int
    seed: int
    _drawn: dict[Stratum, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    _met: dict[Stratum, int] = field(default_factory=lambda: defaultdict(int))

    def offer(self, source: str, n_tokens: int, doc_id: str) -> None:
        """Meet a document."""
        stratum = (source, length_of(n_tokens))
        self._met[stratum] += 1
        drawn = self._drawn[stratum]
        # The heap's first is its largest draw.
        one = (-uniform(doc_id, salt=f"strata/{self.seed}"), doc_id)
        if len(drawn) < self.per_stratum:
            heapq.heappush(drawn, one)
        else:
            heapq.heappushpop(drawn, one)

    def drawn(self) -> Iterator[tuple[Stratum, int, list[str]]]:
        """Each stratum in order, how many documents it has, and those drawn, sorted."""
        for stratum in sorted(self._met):
            yield stratum, self._met[stratum], sorted(doc_id for _, doc_id in self._drawn[stratum])
