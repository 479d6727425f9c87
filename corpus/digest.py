"""Digests: one way to name bytes, values and work."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import rfc8785

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> bytes:
    """RFC 8785 canonical JSON of `value`: equal values give equal bytes."""
    return rfc8785.dumps(value)


def digest(value: Json) -> str:
    """Lower-case hex sha256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def sha256_stream(stream: io.BufferedIOBase | io.RawIOBase) -> str:
    """Lower-case hex sha256 of what is left to read in `stream`, in constant memory."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_file(path: Path) -> str:
    """Lower-case hex sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return sha256_stream(stream)
