"""Compiled kernels, typed.

Import this only where a kernel is defined, and a kernel module only where it is run: numba takes half a second.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import pyarrow as pa

from corpus.assets import home_folder
from corpus.rooms import room_files

F = TypeVar("F", bound=Callable[..., Any])


def _cache_folder() -> Path:
    """Where machine code is kept: a folder for this numba and this code of every kernel.

    numba notices a change in a kernel's own file only, not in that of a kernel it calls: outdated code would run. And
    an installation may be read-only.
    """
    found = hashlib.sha256(numba.__version__.encode())
    for name, path in room_files():
        content = path.read_bytes()
        if b"corpus.kernel" in content or name == "corpus/kernel.py":
            found.update(name.encode() + content)
    return home_folder() / "kernels" / found.hexdigest()[:16]


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]


def kernel(function: F) -> F:
    """Compile `function` to machine code on its first call; releases the GIL; cached on disk."""
    return cast(F, numba.njit(function, nogil=True, cache=True, error_model="numpy"))


def text_buffers(column: pa.Array) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The UTF-8 bytes (uint8) and row offsets (int64, n+1) of a large_string array, without copying.

    Row i is `data[offsets[i]:offsets[i + 1]]`. A sliced array keeps its parent's bytes; offsets still point right.
    """
    if column.type != pa.large_string():
        column = column.cast(pa.large_string())
    _, offsets, data = column.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    return content, starts
