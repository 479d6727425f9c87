"""What reviewers said so far: files of verdicts beside the snapshot, read again when somebody else adds to them."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from manifests.audited import SampleVerdict
from manifests.precision import Judgement
from manifests.verdicts import append_line, read_lines

Said = TypeVar("Said", SampleVerdict, Judgement)


@dataclass(slots=True)
class Notes(Generic[Said]):
    """One file of verdicts."""

    path: Path
    kind: type[Said]
    _lines: list[Said] = field(default_factory=list)
    _seen: tuple[int, int] = (-1, -1)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lines(self) -> list[Said]:
        """All of its lines, in order; none if there is no file yet."""
        with self._lock:
            try:
                state = self.path.stat()
            except FileNotFoundError:
                return []
            if (state.st_size, state.st_mtime_ns) != self._seen:
                self._lines = read_lines(self.path, self.kind)
                self._seen = (state.st_size, state.st_mtime_ns)
            return self._lines

    def add(self, said: Said) -> None:
        """Add a line; it is on disk when this returns."""
        append_line(self.path, said)

    def of(self, reviewer: str) -> dict[str, str]:
        """What one reviewer said last, by digest."""
        return {_named(one): one.verdict for one in self.lines() if one.reviewer == reviewer}

    def by_others(self, digest: str, reviewer: str) -> dict[str, str]:
        """What the others said last of one sample or pair, by reviewer."""
        found: dict[str, str] = defaultdict(str)
        for one in self.lines():
            if _named(one) == digest and one.reviewer != reviewer:
                found[one.reviewer] = one.verdict
        return dict(found)


def _named(said: SampleVerdict | Judgement) -> str:
    return said.sample if isinstance(said, SampleVerdict) else said.pair
