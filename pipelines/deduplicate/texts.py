"""Texts of some rows of a bundle, as they will be released: identifiers are placeholders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.storage import WorkFolder
from pipelines.deduplicate.earlier import released_texts
from pipelines.measure import ROWS

if TYPE_CHECKING:
    from pipelines.places import Positions


def masked_texts(
    work: WorkFolder, digests: dict[str, Any], rows: Positions
) -> Iterator[tuple[npt.NDArray[np.int64], pa.LargeStringArray]]:
    """Positions in `rows` (ascending) and their texts, a row group of the bundle at a time; others are not read.

    `digests` has `documents` and `phi` of a bundle, or `earlier`, a shard of an earlier snapshot.
    """
    from filters.phi.mask import mask_column

    if "earlier" in digests:
        yield from released_texts(digests["earlier"], rows)
        return

    for positions, text, phi in screened_texts(work, digests, rows, ["phi_spans"]):
        yield positions, mask_column(text, phi["phi_spans"].combine_chunks())


def screened_texts(
    work: WorkFolder, digests: dict[str, Any], rows: Positions, columns: list[str]
) -> Iterator[tuple[npt.NDArray[np.int64], pa.LargeStringArray, pa.Table]]:
    """Positions in `rows` (ascending), their texts as read, and `columns` of what screening found in them, likewise."""
    documents = pq.ParquetFile(work.product("documents", digests["documents"]) / ROWS)
    screened = pq.ParquetFile(work.product("phi", digests["phi"]) / ROWS)
    with documents, screened:
        start = 0
        for group in range(documents.num_row_groups):
            end = start + documents.metadata.row_group(group).num_rows
            first, last = np.searchsorted(rows, [start, end]).tolist()
            if first < last:
                chosen = pa.array(rows[first:last] - start)
                text = documents.read_row_group(group, columns=["text"])["text"].combine_chunks()
                phi = screened.read_row_group(group, columns=columns).combine_chunks()
                yield np.arange(first, last), text.take(chosen), phi.take(chosen)
            start = end
