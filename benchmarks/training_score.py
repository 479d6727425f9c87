"""Loss of a model on held-out texts: nats, tokens and bytes of each, so that any mean can be taken of them.

Each token of a text is predicted once: the first from the token that begins a document, the first of a further window
from the token before it alone. Bits per byte divide by bytes of UTF-8, so that they hold for any vocabulary.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shards.tokenizer import Tokenizer

if TYPE_CHECKING:
    from transformers import MistralForCausalLM

Floats = npt.NDArray[np.float64]

_BATCH_TOKENS = 4096
_DOCUMENT_ID = 0


class Texts(NamedTuple):
    """Held-out texts as token ids."""

    ids: list[list[int]]
    n_bytes: list[int]


@dataclass(frozen=True)
class Score:
    """By text, in the order of the texts."""

    nats: Floats
    tokens: npt.NDArray[np.int64]
    n_bytes: npt.NDArray[np.int64]

    @property
    def nats_per_token(self) -> float:
        """Mean over all tokens."""
        return float(self.nats.sum() / self.tokens.sum())

    @property
    def bits_per_byte(self) -> float:
        """Mean over all bytes."""
        return float(self.nats.sum() / math.log(2) / self.n_bytes.sum())


def write_texts(sets: Mapping[str, Sequence[str]], path: Path, tokenizer: Tokenizer) -> None:
    """Write sets of texts, tokenized, for `load_texts`."""
    found = {}
    for name, texts in sets.items():
        ids = tokenizer.encode(pa.array(list(texts), pa.large_string())).to_pylist()
        found[name] = {"ids": ids, "n_bytes": [len(text.encode()) for text in texts]}
    path.write_text(json.dumps(found), encoding="utf-8")


def load_texts(path: Path) -> dict[str, Texts]:
    """Sets of texts by name."""
    return {name: Texts(each["ids"], each["n_bytes"]) for name, each in json.loads(path.read_text()).items()}


def score(model: MistralForCausalLM, texts: Texts, *, length: int, device: str = "cpu") -> Score:
    """Loss of `model` on each of `texts`, in windows of `length` tokens."""
    import torch

    from benchmarks.training_model import token_losses

    windows = [
        (number, [_DOCUMENT_ID, *ids][start : start + length])
        for number, ids in enumerate(texts.ids)
        for start in range(0, len(ids), length - 1)
    ]
    windows.sort(key=lambda each: (len(each[1]), each[0]))  # so that little is padded
    nats = np.zeros(len(texts.ids))
    size = max(_BATCH_TOKENS // length, 1)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for first in range(0, len(windows), size):
            some = windows[first : first + size]
            longest = len(some[-1][1])
            ids = torch.zeros((len(some), longest), dtype=torch.int64)
            labels = torch.full((len(some), longest), -100, dtype=torch.int64)
            for row, (_, window) in enumerate(some):
                ids[row, : len(window)] = labels[row, : len(window)] = torch.tensor(window)
            positions = torch.arange(longest).expand(len(some), -1)
            losses = token_losses(model, ids.to(device), positions.to(device), labels.to(device)).double().sum(1)
            np.add.at(nats, [number for number, _ in some], losses.cpu().numpy())
    model.train(was_training)
    return Score(nats, np.array([len(ids) for ids in texts.ids]), np.array(texts.n_bytes))
