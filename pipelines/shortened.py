"""Released text without the paragraphs that are cut (`pipelines.cuts`), and all that depends on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.signature import SignatureAnnotator
from filters.phi.lines import without_lines
from filters.phi.release import RELEASED_SPANS, Release
from filters.phi.spans import Span, masked_bytes


class Released(NamedTuple):
    """Columns of equal length."""

    text: pa.LargeStringArray
    spans: pa.ListArray
    """What stands for identifiers in it (`filters.phi.release.RELEASED_SPANS`)."""
    signature: pa.Table
    """Columns of `dedup.signature.SignatureAnnotator`."""


def shortened(
    whole: Released,
    read: pa.Table,
    lines: Sequence[Collection[int]],
    unsigned: npt.NDArray[np.bool_],
    release: Release,
    annotator: SignatureAnnotator,
) -> Released:
    """`whole` with the texts that lose `lines` made again, and what is `unsigned` signed.

    Args:
        whole: n documents as they would be released without any cut.
        read: the same documents: `text` as read, `phi_spans` (`filters.phi.spans.SPANS`), `doc_id`, `phi_policy`.
        lines: n times the numbers of lines of the masked text.
        unsigned: bool[n]: documents whose signature is of another text; they are signed again, whether or not they
            lose lines.
        release: says what becomes of identifiers.
        annotator: signs masked texts.
    """
    short = np.flatnonzero(np.array([bool(one) for one in lines], np.bool_) | unsigned)
    if not short.size:
        return whole
    texts, accounts, masked = [], [], []
    for row, document in zip(short.tolist(), read.take(pa.array(short)).to_pylist(), strict=True):
        spans = [Span(**span) for span in document["phi_spans"]]
        text, left = without_lines(document["text"].encode(), spans, lines[row])
        released, told = release.text(document["doc_id"], document["phi_policy"], text, left)
        texts.append(released.decode())
        accounts.append(told)
        masked.append(masked_bytes(text, left)[0].decode())
    signed = annotator.measure(pa.record_batch({"text": pa.array(masked, pa.large_string())}))
    # Rows that are made again stand behind all others, and are taken from there.
    order = np.arange(len(whole.text))
    order[short] = len(whole.text) + np.arange(short.size)
    tables = [whole.signature, pa.Table.from_batches([signed]).cast(whole.signature.schema)]
    return Released(
        _taken(whole.text, pa.array(texts, pa.large_string()), order),
        _taken(whole.spans, pa.array(accounts, RELEASED_SPANS), order),
        pa.concat_tables(tables).take(pa.array(order)).combine_chunks(),
    )


def _taken(whole: pa.Array, made: pa.Array, order: npt.NDArray[np.int64]) -> pa.Array:
    return pa.concat_arrays([whole, made]).take(pa.array(order))
