"""The index of evaluation items: hashes of their words, in one file that can be shared and mapped into memory.

A *text* is what is looked for: a question, an answer, a choice, a passage; equal texts of several items are one. Words
are 64-bit hashes in a sorted vocabulary, texts are lists of places in it. No text can be read from the file, though who
guesses a text can tell whether it is there: that is what it is for.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from corpus import unicode
from corpus.digest import Json, canonical
from corpus.errors import AssetError, RecipeError
from filters.contamination.items import Item

FORMAT: Final = "hc4/contamination-index/1"

QUESTION: Final = 0
ANSWER: Final = 1
CHOICE: Final = 2
CONTEXT: Final = 3
QUESTION_ANSWER: Final = 4
"""A question that is too short to be looked for, with its answer behind it."""

BIT: Final = 16
"""Weights count sixteenths of a bit."""


@dataclass(frozen=True)
class ContaminationConfig:
    """What counts as a copy. A word weighs as many bits as it is rare: -log2 of the share of documents that use it."""

    max_n: int = 13
    """Words of an answer or a passage that must agree where it stands without its question: the n of GPT-3 (Brown et
    al. 2020, appendix C) and of the Pile. Guidelines share shorter phrases."""
    min_words: int = 3
    """A question of fewer words is looked for with its first short answer behind it."""
    short_text: int = 12
    """Words up to which a text is looked up by every run of `short_seed` words: one edit leaves one whole from 7 on."""
    short_seed: int = 3
    long_seed: int = 5
    """Longer texts are looked up by runs of so many: an edit every eight words leaves seven, that is three of them, of
    which one is always indexed."""
    most_texts: int = 64
    """Texts that may share a run of words before it is no longer looked up, if a text has others: "which of the"."""
    gate_bits: float = 28.0
    """Information that a copy must hold where nothing else speaks for it. Rare words weigh 12 bits: it is two of them
    and a sentence around them. On the kit's 63 MB, one false question is left at 28, eight are at 20."""
    gate_answered: float = 20.0
    """The same of a question with its answer or choices near it, which add what they hold."""
    whole_words: int = 8
    """From here on a question that stands there word for word is a copy; a shorter one is a phrase."""
    gate_whole: float = 16.0
    """The same of such a question: what asks for a true statement, or the likeliest diagnosis, and no more has less."""
    window: int = 128
    """Words before and behind a question in which its answer and choices are looked for: four options and a
    rationale. One found there is worth its bits less log2 of twice the words between, which say where it stands."""
    answer_bits: float = 3.0
    """What an answer near its question must be worth to count: "yes" and "2" stand near everything."""
    gap: int = 4
    """Most words left out, put in or put in the place of others at one point of a copy."""
    drop: int = 6
    """Edits in a row, less words that agree between them, after which a copy has ended (the X-drop of BLAST)."""
    share_short: float = 0.85
    """Share of a question's bits that must be there, in order, at `gate_bits` ..."""
    share_long: float = 0.6
    """... and from `long_bits` on; between, in proportion."""
    long_bits: float = 200.0
    share_answered: float = 0.6
    """The same where the answer is near: two things agree."""
    share_asked: float = 0.7
    """Share of a question's words, whatever they weigh: what states a fact asks nothing."""
    share_passage: float = 0.6
    """The same of an answer or passage by itself."""

    def __post_init__(self) -> None:
        if not 1 <= self.short_seed <= self.long_seed <= self.short_text or self.min_words < 1:
            raise RecipeError("contamination: 1 <= short_seed <= long_seed <= short_text, and min_words from 1 on")
        shares = (self.share_short, self.share_long, self.share_asked, self.share_answered, self.share_passage)
        if not all(0 < share <= 1 for share in shares):
            raise RecipeError("contamination: shares lie above 0, up to 1")
        if self.long_bits <= self.gate_bits:
            raise RecipeError("contamination: long_bits must be above gate_bits")

    def json(self) -> dict[str, Json]:
        """As it is recorded."""
        return asdict(self)


class Index:
    """Evaluation items, ready to be looked for. The same items in any order give the same bytes.

    Attributes:
        config: what it was built with.
        sets: names of the evaluation sets, sorted.
        sha256: of the file's bytes.
    """

    def __init__(self, buffer: pa.Buffer, name: str = "index") -> None:
        try:
            batch = pa.ipc.open_file(buffer).get_batch(0)
            header = orjson.loads(batch.schema.metadata[b"hc4"])
        except (pa.ArrowInvalid, KeyError, TypeError, ValueError):
            raise AssetError(f"{name} is no index of evaluation items") from None
        if header["format"] != FORMAT or header["unicode"] != unicode.VERSION:
            raise AssetError(
                f"{name} was made by another version of hc4 or of Unicode ({header['format']}, {header['unicode']}): "
                "build it again"
            )
        self._buffer = buffer
        self.config: Final = ContaminationConfig(**header["config"])
        self.sets: Final[tuple[str, ...]] = tuple(header["sets"])
        columns = {field.name: batch.column(place).values for place, field in enumerate(batch.schema)}
        self.item_ids: Final[pa.Array] = columns.pop("item_ids")
        arrays = {key: column.to_numpy(zero_copy_only=True) for key, column in columns.items()}
        self.item_sets: npt.NDArray[np.uint16] = arrays["item_sets"]
        """By item, place in `sets`."""
        self.vocabulary: npt.NDArray[np.uint64] = arrays["vocabulary"]
        self.weights: npt.NDArray[np.uint8] = arrays["weights"]
        """By word, its weight in sixteenths of a bit."""
        self.words: npt.NDArray[Any] = arrays["words"]
        """Words of text t, as places in `vocabulary`: `words[text_firsts[t]:text_firsts[t + 1]]`."""
        self.text_firsts: npt.NDArray[np.uint32] = arrays["text_firsts"]
        self.slot_texts: npt.NDArray[np.uint32] = arrays["slot_texts"]
        """Texts of item i: `slot_texts[item_firsts[i]:item_firsts[i + 1]]`."""
        self.slot_parts: npt.NDArray[np.uint8] = arrays["slot_parts"]
        """What each is to the item: QUESTION, ANSWER, CHOICE, CONTEXT."""
        self.item_firsts: npt.NDArray[np.uint32] = arrays["item_firsts"]

    def __len__(self) -> int:
        return len(self.item_ids)

    @cached_property
    def sha256(self) -> str:
        """Lower-case hex."""
        return hashlib.sha256(self._buffer).hexdigest()

    @property
    def nbytes(self) -> int:
        """Size of the file."""
        return int(self._buffer.size)

    @classmethod
    def build(cls, items: Iterable[Item], config: ContaminationConfig | None = None) -> Index:
        """The index of `items`.

        Raises:
            RecipeError: two items that differ have the same set and id, or there is none at all.
        """
        from filters.contamination.building import arrays_of

        config = config or ContaminationConfig()
        named: dict[tuple[str, str], Item] = {}
        for item in items:
            other = named.setdefault((item.set, item.item_id), item)
            if other != item:
                raise RecipeError(f"evaluation set {item.set}: two different items have the id {item.item_id}")
        if not named:
            raise RecipeError("no evaluation items to look for")
        ordered = [named[key] for key in sorted(named)]
        sets = sorted({item.set for item in ordered})
        columns: dict[str, pa.Array] = {
            "item_sets": pa.array(np.array([sets.index(item.set) for item in ordered], np.uint16)),
            "item_ids": pa.array([item.item_id for item in ordered], pa.string()),
            **{name: pa.array(values) for name, values in arrays_of(ordered, config).items()},
        }
        header: Json = {"format": FORMAT, "unicode": unicode.VERSION, "config": config.json(), "sets": sets}
        schema = pa.schema(
            [pa.field(name, pa.large_list(values.type)) for name, values in columns.items()],
            metadata={b"hc4": canonical(header)},
        )
        rows = [pa.LargeListArray.from_arrays(pa.array([0, len(one)], pa.int64()), one) for one in columns.values()]
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.record_batch(rows, schema=schema))
        return cls(sink.getvalue())

    def save(self, path: Path) -> None:
        """Write the file, all of it or nothing."""
        handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(self._buffer)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: Path) -> Index:
        """The index in a file, mapped into memory.

        Raises:
            AssetError: it is not there, or is no such index.
        """
        try:
            with pa.memory_map(str(path)) as mapped:
                return cls(mapped.read_buffer(), str(path))
        except OSError as error:
            raise AssetError(f"cannot read {path}: {error.strerror or 'no index of evaluation items'}") from None
