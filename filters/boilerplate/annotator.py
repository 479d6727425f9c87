"""The sentence stage: documents in, hashes of their sentences out. What recurs is learnt from these alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus import unicode
from corpus.digest import Json
from corpus.stage import attribute

LEAST_WORDS = 5
"""Words with a letter from which a sentence is looked at: headings and greetings recur and are no boilerplate."""

SENTENCE = pa.struct(
    [
        pa.field("hash", pa.uint64(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
    ]
)
"""One sentence: the hash of its words, and its place, in bytes of its text."""

SENTENCES = pa.list_(pa.field("item", SENTENCE, nullable=False))


class Sentences(NamedTuple):
    """Sentences of n texts; those of text i are `[lists[i], lists[i + 1])` of the other columns."""

    lists: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def sentences(text: pa.Array) -> Sentences:
    """Sentences (as `filters.boilerplate.kernel` cuts them) of `LEAST_WORDS` or more words of each row of `text`."""
    from corpus.kernel import text_buffers
    from filters.boilerplate import kernel

    data, offsets = text_buffers(text)
    most = kernel.room(int(offsets[-1] - offsets[0]), len(text), LEAST_WORDS)
    hashes, starts, ends = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    lists = np.empty(len(text) + 1, np.int64)
    kernel.sentences(data, offsets, kernel.tables(), LEAST_WORDS, hashes, starts, ends, lists)
    count = lists[-1]
    return Sentences(lists, hashes[:count], starts[:count], ends[:count])


class SentenceAnnotator:
    """The sentences of each document, as hashes with their places (a `corpus.stage.Annotator`)."""

    name = "sentences"
    version = 1
    schema = pa.schema([attribute("sentences", SENTENCES, "sentences of five words or more")])

    @property
    def config(self) -> Json:
        """What the hashes depend on besides the text."""
        return {"least_words": LEAST_WORDS, "unicode": unicode.VERSION}

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Sentences of the column `text`, same rows in the same order. The first call compiles."""
        if not documents.num_rows:
            return pa.RecordBatch.from_pylist([], schema=self.schema)
        found = sentences(documents.column("text"))
        values = pa.StructArray.from_arrays(
            [pa.array(found.hashes), pa.array(found.starts, pa.int32()), pa.array(found.ends, pa.int32())],
            fields=list(SENTENCE),
        )
        lists = pa.array(found.lists, pa.int32())
        return pa.record_batch([pa.ListArray.from_arrays(lists, values, type=SENTENCES)], schema=self.schema)
