"""What becomes of identifiers in released text, and the account of it that goes with a snapshot.

The account holds no identifier: where something stands in the released text, of which class it is and which rule found
it, and, where there is a key, a tag by which whoever holds the key can ask after one value. Without the key, or once
it is destroyed, a tag says nothing: telephone and security numbers are few enough to try them all against a plain hash.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from filters.phi.policy import load_policy
from filters.phi.spans import EVALUATION_ITEM, Mark, Span, masked_bytes, placeholder
from filters.phi.surrogates import Key, Surrogates

RELEASED_SPAN = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("tag", pa.string()),
    ]
)
"""What stands for one identifier: byte offsets into the released text, half-open; its class; the rule that found it;
the keyed tag of its value (16 hexadecimal digits, null without a key)."""

Told = int | str | None

RELEASED_SPANS = pa.list_(pa.field("item", RELEASED_SPAN, nullable=False))


def items_in(spans: pa.ListArray) -> npt.NDArray[np.int64]:
    """int64[n]: how many of the spans of each row (`SPANS`, `RELEASED_SPANS`) are items of evaluation sets."""
    items = pc.equal(spans.flatten().field("kind"), EVALUATION_ITEM)
    rows = pc.list_parent_indices(spans).filter(items).to_numpy()
    return np.bincount(rows, minlength=len(spans)).astype(np.int64)


class Release:
    """Replaces identifiers as each document's policy asks, with `key` for surrogates and tags; None: placeholders."""

    def __init__(self, key: Key | None) -> None:
        self._key = key
        self._surrogates = Surrogates(key) if key else None

    def mark(self, policy: str, doc_id: str, originals: list[tuple[str, str]]) -> Mark:
        """What stands for the identifiers of a document, of which `originals` are all (class and value).

        Items of evaluation sets have no surrogates: whoever reads the text shall see that something is gone.
        """
        if self._surrogates is None or load_policy(policy).replace == "placeholder":
            return placeholder
        document = self._surrogates.document(doc_id, [one for one in originals if one[0] != EVALUATION_ITEM])
        return lambda kind, value: (
            placeholder(kind) if kind == EVALUATION_ITEM else document.replace(kind, value.decode()).encode()
        )

    def text(self, doc_id: str, policy: str, text: bytes, spans: list[Span]) -> tuple[bytes, list[dict[str, Told]]]:
        """The released text of a document, and its spans as `RELEASED_SPAN` has them."""
        originals = [(span.kind, text[span.start : span.end].decode()) for span in spans]
        released, places = masked_bytes(text, spans, self.mark(policy, doc_id, originals))
        told: list[dict[str, Told]] = [
            {"start": start, "end": end, "kind": span.kind, "rule": span.rule, "tag": self._tag(doc_id, text, span)}
            for span, (start, end) in zip(spans, places, strict=True)
        ]
        return released, told

    def _tag(self, doc_id: str, text: bytes, span: Span) -> str | None:
        if self._key is None or span.kind == EVALUATION_ITEM:
            return None
        return self._key.tag(doc_id, text[span.start : span.end])

    def column(
        self, text: pa.LargeStringArray, spans: pa.ListArray, doc_ids: Iterable[str], policies: Iterable[str]
    ) -> tuple[pa.LargeStringArray, pa.ListArray]:
        """Released `text` (large_string) and its spans (`RELEASED_SPANS`), from the spans that were found (`SPANS`).

        Rows without spans are copied in runs; a column without any is returned as it is.
        """
        touched = np.flatnonzero(np.diff(spans.offsets.to_numpy())).tolist()
        told: list[list[dict[str, Told]]] = [[] for _ in range(len(text))]
        pieces: list[pa.LargeStringArray] = []
        done = 0
        names, rules = list(doc_ids), list(policies)
        for row in touched:
            found = [Span(**span) for span in spans[row].as_py()]
            value, told[row] = self.text(names[row], rules[row], text[row].as_py().encode(), found)
            pieces += [text.slice(done, row - done), pa.array([value.decode()], pa.large_string())]
            done = row + 1
        released = pa.concat_arrays([*pieces, text.slice(done)]) if touched else text
        return released, pa.array(told, RELEASED_SPANS)
