"""A raw file that knows how far it was read, for progress and forecasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from sources.reader import RawFile


@dataclass(frozen=True, slots=True)
class WatchedFile(RawFile):
    """A raw file that remembers its streams."""

    _opened: list[BinaryIO] = field(default_factory=list)

    def open(self) -> BinaryIO:
        """See `RawFile.open`."""
        stream = RawFile.open(self)
        self._opened.append(stream)
        return stream

    def position(self) -> int | None:
        """Stored bytes read so far; None before it was opened or once it is closed."""
        return next((stream.tell() for stream in reversed(self._opened) if not stream.closed), None)
