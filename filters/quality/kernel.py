"""One pass over UTF-8 bytes that counts everything the quality signals are made of.

Two steps a document, both compiled. `filters.quality.scan` reads each byte once and leaves behind one hash a word,
line and paragraph; `filters.quality.repetition` then works on these alone.

A word is what lies between white space, or one letter of a script that puts none between words. The published filters
take English words and punctuation marks apart with a tokenizer (datatrove: spaCy); that costs nine tenths of their
time, differs from language to language, and makes `(95% CI 0.3-0.7)` a run of words without letters, which is why web
thresholds drop medical abstracts.

Import this only to run it: it needs numba.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.kernel import kernel
from filters.quality.repetition import repeat
from filters.quality.scan import scan
from filters.quality.scratch import scratch
from filters.quality.tallies import TALLIES
from filters.quality.traits import traits


@kernel
def _count(data: Any, offsets: Any, trait_of: Any, work: Any, tallies: Any) -> None:
    for row in range(len(offsets) - 1):
        scan(data, offsets[row], offsets[row + 1], trait_of, work, tallies[row])
        repeat(work, tallies[row])


def count(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Tallies (dtype `TALLIES`, one record a document) of the UTF-8 documents `data[offsets[i]:offsets[i + 1]]`."""
    tallies = np.zeros(max(len(offsets) - 1, 0), TALLIES)
    if len(tallies):
        _count(data, offsets, traits(), scratch(int(np.diff(offsets).max())), tallies)
    return tallies
