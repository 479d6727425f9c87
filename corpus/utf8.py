"""UTF-8, character by character, for kernels. Needs numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.kernel import kernel


@kernel
def decoded(data: Any, at: int, end: int) -> Any:
    """Code point of the character beyond ASCII at byte `at`, and where the next one starts; never reads past `end`."""
    lead = np.int64(data[at])
    if lead < 0xE0 and at + 2 <= end:
        return (lead & 0x1F) << 6 | (np.int64(data[at + 1]) & 0x3F), at + 2
    if lead < 0xF0 and at + 3 <= end:
        return (lead & 0x0F) << 12 | (np.int64(data[at + 1]) & 0x3F) << 6 | (np.int64(data[at + 2]) & 0x3F), at + 3
    if at + 4 <= end:
        code = (
            (lead & 0x07) << 18
            | (np.int64(data[at + 1]) & 0x3F) << 12
            | (np.int64(data[at + 2]) & 0x3F) << 6
            | (np.int64(data[at + 3]) & 0x3F)
        )
        return min(code, 0x10FFFF), at + 4
    return np.int64(0xFFFD), end
