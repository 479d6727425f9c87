"""What verification says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the snapshot states: which file, and what."""

    file: str
    what: str
