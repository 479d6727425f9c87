"""Loss of a model on held-out texts: nats, tokens and bytes of each, so that any mean can be taken of them.

Bits per byte divide by bytes of UTF-8, so that they hold for any vocabulary; they are those of
`shards.evaluation.perplexity`, and so lm-evaluation-harness's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from transformers import MistralForCausalLM

    from shards.tokenizer import Tokenizer

_BATCH = 16


@dataclass(frozen=True)
class Score:
    """By text, in the order of the texts."""

    nats: npt.NDArray[np.float64]
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


def write_texts(sets: Mapping[str, Sequence[str]], path: Path) -> None:
    """Write sets of texts for `load_texts`."""
    path.write_text(json.dumps(sets, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def load_texts(path: Path) -> dict[str, list[str]]:
    """Sets of texts by name."""
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def score(model: MistralForCausalLM, texts: Sequence[str], tokenizer: Tokenizer, *, length: int) -> Score:
    """Loss of `model`, which takes `length` tokens, on each of `texts`. A document is led by token 0."""
    from shards.evaluation.perplexity import score as scored

    was_training = model.training
    model.eval()
    encode = partial(_encode, tokenizer)
    found = list(scored(model, encode, texts, prefix=0, length=length, batch=_BATCH))
    model.train(was_training)
    return Score(
        np.array([-each.log_likelihood for each in found]),
        np.array([each.tokens for each in found], np.int64),
        np.array([each.bytes for each in found], np.int64),
    )


def _encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.oracle.encode([text])[0]
