"""Apply spans: identifiers become placeholders such as `[EMAIL]`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from corpus.errors import Hc4Error
from filters.phi.detector import detector
from filters.phi.spans import Span, masked_bytes
from filters.phi.undecided import RULES

WITHHELD = "[WITHHELD]"
"""What stands for a text that could not be screened."""


def mask_text(value: str, policy: str = "literature", undecided: str | None = RULES) -> str:
    """`value` with every identifier that `policy` finds replaced by `[CLASS]`; `undecided` as `detector` takes it.

    Idempotent where the rules alone decide: a model reads placeholders as it likes. What cannot be screened is
    withheld.
    """
    raw = value.encode(errors="replace")
    try:
        spans = detector(policy, undecided).find(raw)
    except Hc4Error:
        raise
    except Exception:  # noqa: BLE001 - whatever it was, the text is unscreened
        return WITHHELD
    return masked_bytes(raw, spans)[0].decode() if spans else value


def mask_distinct(values: pa.Array | pa.ChunkedArray, policy: str = "literature") -> pa.Array:
    """A column of short strings that repeat (journals, copyright statements), each distinct one masked once."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = whole.dictionary_encode()
    masked = [mask_text(value, policy) for value in encoded.dictionary.to_pylist()]
    return pa.array(masked, pa.string()).take(encoded.indices)


def mask_column(text: pa.LargeStringArray, spans: pa.ListArray) -> pa.LargeStringArray:
    """`text` (large_string) with the spans (`filters.phi.spans.SPANS`) of each row replaced by `[CLASS]`.

    Rows without spans are copied in runs; a column without any is returned as it is.
    """
    counts = np.diff(spans.offsets.to_numpy())
    touched = np.flatnonzero(counts)
    if not touched.size:
        return text
    pieces: list[pa.LargeStringArray] = []
    done = 0
    masked = [_row(text[int(row)].as_py(), spans[int(row)].as_py()) for row in touched]
    for row, value in zip(touched.tolist(), masked, strict=True):
        pieces += [text.slice(done, row - done), pa.array([value], pa.large_string())]
        done = row + 1
    pieces.append(text.slice(done))
    return pa.concat_arrays(pieces)


def _row(value: str, spans: list[dict[str, int | str]]) -> str:
    return masked_bytes(value.encode(), [Span(**span) for span in spans])[0].decode()  # type: ignore[arg-type]
