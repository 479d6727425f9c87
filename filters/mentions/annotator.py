"""The mention stage: documents in, bits out. Which groups of people and which concepts a text names, and how near.

Measured of the text as read: masking may take an age or a name away, and nothing but bits leaves this stage.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from corpus.digest import Json
from corpus.stage import attribute
from filters.mentions.lexicon import Lexicon, lexicon

WINDOW = 50
"""Words: about two sentences of medical prose on each side."""
GROUPS = "groups_named"
CONCEPTS = "concepts_named"


def near_column(concept: str) -> str:
    """Name of the column with the groups near a concept."""
    return f"groups_near_{concept}"


def schema(known: Lexicon) -> pa.Schema:
    """Columns of the stage."""
    groups = ", ".join(f"{1 << place} {name}" for place, name in enumerate(known.groups))
    concepts = ", ".join(f"{1 << place} {name}" for place, name in enumerate(known.concepts))
    return pa.schema(
        [
            attribute(GROUPS, pa.uint32(), f"groups of people named, as bits: {groups}"),
            attribute(CONCEPTS, pa.uint32(), f"concepts named, as bits: {concepts}"),
            *(
                attribute(near_column(name), pa.uint32(), f"groups named within the window of {name}, as bits")
                for name in known.concepts
            ),
        ]
    )


class MentionAnnotator:
    """Measures the columns of `schema` (a `corpus.stage.Annotator`)."""

    name = "mentions"
    version = 1

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._lexicon = lexicon()
        self.schema = schema(self._lexicon)

    @property
    def config(self) -> Json:
        """What the bits depend on besides the text."""
        return {"lexicon": self._lexicon.sha256, "window": self._window}

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Bits of the column `text`, same rows in the same order. The first call compiles."""
        from corpus.kernel import text_buffers
        from filters.mentions.kernel import mentions
        from filters.mentions.words import kinds

        text = documents.column("text")
        groups, concepts = np.zeros(len(text), np.uint32), np.zeros(len(text), np.uint32)
        near = np.zeros((len(text), len(self._lexicon.concepts)), np.uint32)
        mentions(*text_buffers(text), kinds(), tuple(self._lexicon.arrays), self._window, groups, concepts, near)
        columns = [groups, concepts, *(np.ascontiguousarray(near[:, place]) for place in range(near.shape[1]))]
        return pa.record_batch([pa.array(column) for column in columns], schema=self.schema)
