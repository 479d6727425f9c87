"""Texts of some documents of a bundle as people may see them: identifiers masked, cut after so many characters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.storage import WorkFolder
from pipelines.measure import ROWS


class Excerpt(NamedTuple):
    """The masked beginning of a text."""

    text: str
    policy: str
    """PHI policy that the document was screened by."""
    cut: bool
    """Whether the text goes on."""


def excerpts(work: WorkFolder, digests: dict[str, str], rows: npt.ArrayLike, characters: int) -> dict[int, Excerpt]:
    """By row, the first `characters` of the texts in `rows` (any order), with placeholders for identifiers.

    `digests` names the bundle's `documents` and `phi`. A row group is read only if a row lies in it. What was cut is
    screened again: what was clear from the rest need not be from this.
    """
    from filters.phi.mask import mask_column, mask_text

    wanted = np.unique(np.asarray(rows, np.int64))
    found: dict[int, Excerpt] = {}
    documents = pq.ParquetFile(work.product("documents", digests["documents"]) / ROWS)
    phi = pq.ParquetFile(work.product("phi", digests["phi"]) / ROWS)
    with documents, phi:
        start = 0
        for group in range(documents.num_row_groups):
            end = start + documents.metadata.row_group(group).num_rows
            mine = wanted[(wanted >= start) & (wanted < end)]
            if len(mine):
                take = pa.array(mine - start)
                text = documents.read_row_group(group, columns=["text"]).column(0).combine_chunks().take(take)
                screened = phi.read_row_group(group, columns=["phi_spans", "phi_policy"]).take(take).combine_chunks()
                masked = mask_column(text, screened["phi_spans"].combine_chunks())
                longer = pc.greater(pc.utf8_length(masked), characters).to_pylist()
                shown = pc.utf8_slice_codeunits(masked, 0, characters).to_pylist()
                policies = screened["phi_policy"].to_pylist()
                for row, value, policy, cut in zip(mine.tolist(), shown, policies, longer, strict=True):
                    found[row] = Excerpt(mask_text(value, policy), policy, cut)
            start = end
    return found
