"""The language stage: documents in, languages and their shares out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus import unicode
from corpus.digest import Json, sha256_file
from corpus.errors import AssetError
from corpus.stage import attribute
from filters.language.calibration import ENGLISH, OTHER, calibrated

if TYPE_CHECKING:
    from filters.fasttext_model import Model

UNKNOWN = "und"
"""ISO 639-2 code of an undetermined language: there was no text to judge."""

LANGUAGES = pa.list_(
    pa.field(
        "item",
        pa.struct([pa.field("language", pa.string(), nullable=False), pa.field("share", pa.float32(), nullable=False)]),
        nullable=False,
    )
)
"""Languages of a document with their shares of its letters, the largest first."""

_PASSAGE_LETTERS = (80, 160, 480)
"""Letters from which a passage ends with its line, with a sentence, and anywhere. Below 80 the model is often wrong;
what is shorter is read together with its neighbours."""

_SURE = 0.8
_ANCHORED = 120
"""A language beside the main one needs passages of so many letters in which the model gives it at least `_SURE`: single
table rows, lists of names and Latin terms do not reach that."""


class Judged(NamedTuple):
    """Languages of n documents, as `filters.language.kernel.judge` gives them."""

    labels: npt.NDArray[np.int32]
    """(n, languages of a document): most letters first; -1 where there are no more."""
    letters: npt.NDArray[np.int64]
    """(n, languages of a document): letters of the passages in each."""
    chances: npt.NDArray[np.float64]
    """What the model gives the first language on all passages that are in it."""
    total_letters: npt.NDArray[np.int64]


@cache
def _model(path: Path) -> Model:
    from filters.fasttext_model import load

    return load(path)


class LanguageAnnotator:
    """Languages of documents, by a fastText model.

    Args:
        model: lid.176.ftz, or another fastText model whose labels are language codes.
        sampled_bytes: texts up to this length are read whole, longer ones in passages that are spread evenly over them
            and have about this length together.

    Raises:
        AssetError: no file at `model`.
    """

    name = "language"
    version = 4

    def __init__(self, model: Path, sampled_bytes: int = 8_192) -> None:
        if not model.is_file():
            raise AssetError(f"no language model at {model}; run `hc4 assets pull lid.176.ftz`")
        self._path = model
        self._sampled = sampled_bytes
        self.config: Json = {
            "model": sha256_file(model),
            "passage_letters": list(_PASSAGE_LETTERS),
            "sampled_bytes": sampled_bytes,
            "sure": _SURE,
            "anchored": _ANCHORED,
            "calibration": [list(ENGLISH), list(OTHER)],
            "unicode": unicode.VERSION,
        }

    schema = pa.schema(
        [
            attribute("language", pa.string(), "language of most letters: ISO 639 code as the model writes it, or und"),
            attribute("language_score", pa.float32(), "calibrated probability that this is its language", "0 to 1"),
            attribute("language_share", pa.float32(), "share of the letters that are in this language", "0 to 1"),
            attribute("languages", LANGUAGES, "all languages found, and their shares of the letters"),
        ]
    )

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Languages of each row of column `text`; a text without letters is `und`, with score and shares 0."""
        if not documents.num_rows:
            return pa.RecordBatch.from_pylist([], schema=self.schema)
        labels, letters, chances, total = self.judged(documents.column("text"))
        names = np.array([*self.names, UNKNOWN], object)  # label -1 is the last one
        english = names[labels[:, 0]] == "en"
        scores = np.where(labels[:, 0] >= 0, calibrated(chances, letters[:, 0], english), 0)
        shares = (letters / np.maximum(total, 1)[:, None]).astype(np.float32)
        present = labels >= 0
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(present.sum(axis=1))])
        each = pa.StructArray.from_arrays(
            [pa.array(names[labels[present]], pa.string()), pa.array(shares[present])],
            fields=list(LANGUAGES.value_type),
        )
        columns = [
            pa.array(names[labels[:, 0]], pa.string()),
            pa.array(scores.astype(np.float32)),
            pa.array(shares[:, 0]),
            pa.ListArray.from_arrays(pa.array(ends, pa.int32()), each, type=LANGUAGES),
        ]
        return pa.record_batch(columns, schema=self.schema)

    @property
    def names(self) -> tuple[str, ...]:
        """Languages that the model knows, in the order of its labels."""
        return _model(self._path).labels

    def judged(self, text: pa.Array) -> Judged:
        """Languages of each text (large_string) in letters and in the model's own terms."""
        from corpus.kernel import text_buffers
        from filters.language.kernel import CANDIDATES, judge

        model = _model(self._path)
        rows = len(text)
        found = Judged(
            np.empty((rows, CANDIDATES), np.int32),
            np.empty((rows, CANDIDATES), np.int64),
            np.empty(rows),
            np.empty(rows, np.int64),
        )
        judge(
            *text_buffers(text),
            model.network,
            model.memory,
            unicode.folds(),
            np.array(_PASSAGE_LETTERS, np.int64),
            self._sampled,
            _SURE,
            _ANCHORED,
            *found,
        )
        return found
