"""Bits per byte of a causal language model on whole documents, with lm-evaluation-harness's context rule.

A document's tokens are predicted once each, in windows that do not overlap: the first is led by a prefix token, each
later one by the tokens before it, as many as fit, at least one. The last window is filled up to the model's length with
tokens that are context only. Bits per byte are free of the tokenizer, so models with other vocabularies can be compared
(Gao et al. 2020, "The Pile", section 3.1: -log2 likelihood over UTF-8 bytes).

torch is imported where it is used: it is in the extra `train`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Encode = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Score:
    """How likely texts are. Sums of documents' scores are scores."""

    log_likelihood: float = 0.0
    """Natural logarithm."""
    documents: int = 0
    tokens: int = 0
    """As the model counts them."""
    bytes: int = 0
    """UTF-8."""
    words: int = 0
    """Pieces between white space, as the harness counts them: one more where a text begins or ends with it."""

    def __add__(self, other: Score) -> Score:
        return Score(
            self.log_likelihood + other.log_likelihood,
            self.documents + other.documents,
            self.tokens + other.tokens,
            self.bytes + other.bytes,
            self.words + other.words,
        )

    @property
    def bits_per_byte(self) -> float | None:
        """None without text."""
        return -self.log_likelihood / self.bytes / math.log(2) if self.bytes else None

    @property
    def byte_perplexity(self) -> float | None:
        """e to the mean negative log-likelihood of a byte."""
        return math.exp(-self.log_likelihood / self.bytes) if self.bytes else None

    @property
    def word_perplexity(self) -> float | None:
        """The same of a word; infinite beyond what a float can hold."""
        if not self.words:
            return None
        exponent = -self.log_likelihood / self.words
        return math.exp(exponent) if exponent < 700 else math.inf


def windows(tokens: Sequence[int], prefix: int, length: int) -> Iterator[tuple[list[int], list[int]]]:
    """The windows of a document: at most `length` tokens of input, and those that the last of them must predict.

    Every token is predicted once, in order. A document without tokens has none.
    """
    whole = [prefix, *tokens]
    for start in range(0, len(tokens), length):
        end = min(start + length, len(tokens))
        yield whole[max(0, end - length) : end] if start else whole[:end], list(tokens[start:end])


def score(
    model: Any, encode: Encode, texts: Iterable[str], *, prefix: int, length: int, batch: int = 1
) -> Iterator[Score]:
    """The score of each text, in order. Holds the logits of a batch, and texts until their windows are scored.

    Args:
        model: called with int64[b, n] token ids, on its own device; gives an object with `logits` float[b, n, v].
        encode: token ids of a text, as the model wants them.
        texts: documents.
        prefix: the token that leads a document.
        length: tokens that the model takes.
        batch: windows of one length at a time.
    """
    held: dict[int, list[tuple[int, list[int], list[int]]]] = defaultdict(list)
    sums: dict[int, float] = {}
    facts: list[tuple[int, int, int]] = []
    waiting: dict[int, int] = {}
    given = 0
    for number, text in enumerate(texts):
        tokens = encode(text)
        facts.append((len(tokens), len(text.encode()), len(re.split(r"\s+", text))))
        sums[number], waiting[number] = 0.0, 0
        for inputs, targets in windows(tokens, prefix, length):
            waiting[number] += 1
            mine = held[len(inputs)]
            mine.append((number, inputs, targets))
            if len(mine) >= batch:
                _settle(model, held.pop(len(inputs)), sums, waiting)
        while given in sums and not waiting[given]:
            yield _scored(sums.pop(given), facts[given])
            given += 1
    for size in sorted(held):
        for start in range(0, len(held[size]), batch):
            _settle(model, held[size][start : start + batch], sums, waiting)
    while given in sums:
        yield _scored(sums.pop(given), facts[given])
        given += 1


def _scored(log_likelihood: float, facts: tuple[int, int, int]) -> Score:
    tokens, size, words = facts
    return Score(log_likelihood, 1, tokens, size, words)


def _settle(
    model: Any, windows_: list[tuple[int, list[int], list[int]]], sums: dict[int, float], waiting: dict[int, int]
) -> None:
    for number, found in zip((one[0] for one in windows_), _log_likelihoods(model, windows_), strict=True):
        sums[number] += found
        waiting[number] -= 1


def _log_likelihoods(model: Any, windows_: list[tuple[int, list[int], list[int]]]) -> list[float]:
    """Of windows with equally long inputs."""
    import torch

    device = next(model.parameters()).device
    found = []
    with torch.inference_mode():
        logits = model(torch.tensor([inputs for _, inputs, _ in windows_], dtype=torch.int64, device=device)).logits
        for row, (_, _, targets) in zip(logits, windows_, strict=True):
            likely = torch.log_softmax(row[-len(targets) :].float(), dim=-1)
            wanted = torch.tensor(targets, dtype=torch.int64, device=device)
            found.append(float(likely.gather(1, wanted[:, None]).double().sum()))
    return found
