"""Text to token ids: a fast path, and the reference implementation that it must equal.

A tokenizer is a local file, named by its sha256: a SentencePiece `.model` (also Mistral's `.model.v3`) or a Hugging
Face `tokenizer.json`. No special tokens are added; text that spells one (`<s>`, `[INST]`) stays plain text, so
that no document can forge a control token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json, sha256_file
from corpus.errors import AssetError
from corpus.stage import attribute

INPUT_IDS = pa.list_(pa.int32())
"""Type of a column of token ids."""


SPACE = "\u2581"
"""What SentencePiece writes for a blank."""


class Oracle(Protocol):
    """The reference implementation of a tokenizer."""

    library: str
    vocabulary: int
    special: tuple[str, ...]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of plain text, special tokens neither added nor recognised."""

    def places(self, text: str) -> list[tuple[int, int]]:
        """Characters `[start, end)` that each token stands for, in order.

        A token that is only a part of a character has the whole character; one that stands for nothing in the text (a
        blank that the tokenizer puts before it) has none.
        """


class SentencePieceOracle:
    """google/sentencepiece on a `.model` file."""

    library = "sentencepiece"

    def __init__(self, path: Path) -> None:
        import sentencepiece

        try:
            self._model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise AssetError(f"{path} is not a SentencePiece model: {type(error).__name__}") from None
        model = self._model
        self.vocabulary = int(model.vocab_size())
        self.special = tuple(
            model.id_to_piece(i) for i in range(self.vocabulary) if model.is_control(i) or model.is_unknown(i)
        )

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Oracle.encode`."""
        encoded: list[list[int]] = self._model.encode(list(texts))
        return encoded

    def places(self, text: str) -> list[tuple[int, int]]:
        """See `Oracle.places`."""
        starts = character_starts(text)  # the library counts bytes
        found = []
        for piece in self._model.encode(text, return_type="proto").pieces:
            start = int(np.searchsorted(starts, piece.begin, side="right")) - 1
            # Of a character in several byte tokens all but the last have no width.
            width = piece.end > piece.begin or piece.piece != SPACE
            end = int(np.searchsorted(starts, max(piece.end, piece.begin + width), side="left"))
            found.append((start, min(end, len(text))))
        return found


class HuggingFaceOracle:
    """huggingface/tokenizers on a `tokenizer.json`."""

    library = "tokenizers"

    def __init__(self, path: Path) -> None:
        import tokenizers

        try:
            self._model = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 - the library raises bare Exception
            raise AssetError(f"{path} is not a tokenizer.json: {type(error).__name__}") from None
        self._model.encode_special_tokens = True
        self._model.no_truncation()
        self.vocabulary = int(self._model.get_vocab_size(with_added_tokens=True))
        self.special = tuple(token.content for token in self._model.get_added_tokens_decoder().values())

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """See `Oracle.encode`."""
        return [encoding.ids for encoding in self._model.encode_batch(list(texts), add_special_tokens=False)]

    def places(self, text: str) -> list[tuple[int, int]]:
        """See `Oracle.places`."""
        return [(int(start), int(end)) for start, end in self._model.encode(text, add_special_tokens=False).offsets]


def character_starts(text: str) -> npt.NDArray[np.int64]:
    """The byte of UTF-8 at which each character begins, int64[n + 1] with the end."""
    encoded = np.frombuffer(text.encode(), np.uint8)
    return np.append(np.flatnonzero((encoded & 0xC0) != 0x80), len(encoded))


class Tokenizer:
    """A tokenizer file with its fast path (gigatoken) and its oracle."""

    fast_path = "gigatoken"

    def __init__(self, path: Path) -> None:
        import gigatoken

        if not path.is_file():
            raise AssetError(f"no tokenizer at {path}")
        self.name = path.name
        self.sha256 = sha256_file(path)
        hugging_face = path.suffix == ".json"
        self.oracle: Oracle = HuggingFaceOracle(path) if hugging_face else SentencePieceOracle(path)
        self._fast = gigatoken.Tokenizer(path) if hugging_face else gigatoken.Tokenizer.from_sentencepiece(path)
        self._special = "|".join(re.escape(token) for token in self.oracle.special if token)

    def encode(self, text: pa.LargeStringArray) -> pa.ListArray:
        """Token ids of each text, type `INPUT_IDS`. One call holds at most 2^31 tokens.

        The fast path reads the spelling of a special token as that token; texts that contain one go to the oracle.
        """
        encoded = self._fast.encode_batch(text.to_pylist(), parallel=False).layout
        offsets = np.asarray(encoded.offsets.data)
        ids = np.asarray(encoded.content.data)[offsets[0] : offsets[-1]].astype(np.int32)
        column = _lists(offsets - offsets[0], ids)
        if not self._special:
            return column
        spelled = np.flatnonzero(pc.match_substring_regex(text, self._special).to_numpy(zero_copy_only=False))
        if not len(spelled):
            return column
        plain = self.oracle.encode([text[int(i)].as_py() for i in spelled])
        rows = {int(row): np.asarray(ids, np.int32) for row, ids in zip(spelled, plain, strict=True)}
        parts = [rows.get(i, ids[offsets[i] - offsets[0] : offsets[i + 1] - offsets[0]]) for i in range(len(text))]
        lengths = np.fromiter((len(part) for part in parts), np.int64, len(parts))
        return _lists(np.concatenate([[0], np.cumsum(lengths)]), np.concatenate(parts))


def _lists(offsets: npt.NDArray[np.int64], ids: npt.NDArray[np.int32]) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(ids), type=INPUT_IDS)


@cache
def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer at `path`, loaded once a process."""
    return Tokenizer(path)


class TokenAnnotator:
    """Counts the tokens of each document as read, so that the ledger knows what every drop costs."""

    name = "tokens"
    version = 1
    schema = pa.schema([attribute("n_tokens", pa.int32(), "Tokens of the text as read, before masking", "tokens")])

    def __init__(self, path: Path) -> None:
        self._tokenizer = load_tokenizer(path)

    @property
    def config(self) -> Json:
        """The tokenizer's file and its fast path."""
        return {"sha256": self._tokenizer.sha256, "fast_path": self._tokenizer.fast_path}

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Token counts of `documents`."""
        counts = pc.list_value_length(self._tokenizer.encode(documents.column("text")))
        return pa.record_batch([counts.cast(pa.int32())], schema=self.schema)
