"""What a document's shares of languages say about whether it may stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_PART = 0.1
"""Share of its letters from which a document is partly in an allowed language, and not just in another one."""


def allowed_share(languages: pa.Array, allow: Sequence[str]) -> npt.NDArray[np.float64]:
    """Share of each document's letters that is in one of the languages `allow`; of the column `languages`."""
    counts = pc.fill_null(pc.list_value_length(languages), 0).to_numpy(zero_copy_only=False)
    each = pc.list_flatten(languages)
    inside = pc.is_in(each.field("language"), pa.array(allow, pa.string())).to_numpy(zero_copy_only=False)
    shares = np.where(inside, each.field("share").to_numpy(zero_copy_only=False), 0).astype(float)
    rows = np.repeat(np.arange(len(counts)), counts)
    found: npt.NDArray[np.float64] = np.bincount(rows, shares, len(counts)).astype(np.float64)
    return found


def not_allowed(shares: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.bool_]:
    """Documents in other languages altogether; `shares` as of `allowed_share`, `least` is what a document needs."""
    return shares < min(_PART, least)


def mixed(shares: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.bool_]:
    """Documents that are partly in allowed languages, and too little of them is."""
    return (shares < least) & ~not_allowed(shares, least)
