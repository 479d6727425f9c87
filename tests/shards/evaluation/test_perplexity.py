"""Windows of a document, and its likelihood, against slow references."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shards.evaluation.perplexity import Score, score, windows

TOKENS = st.lists(st.integers(3, 9), max_size=60)


@given(TOKENS, st.integers(1, 20))
def test_every_token_is_predicted_once_from_what_stands_before_it(tokens: list[int], length: int) -> None:
    whole = [0, *tokens]
    at = 0
    for inputs, targets in windows(tokens, 0, length):
        assert 1 <= len(targets) <= len(inputs) <= length
        end = at + len(targets)
        assert targets == tokens[at:end]
        assert inputs == whole[end - len(inputs) : end]
        # As much context as fits.
        assert len(inputs) == min(length, end)
        at = end
    assert at == len(tokens)


@given(TOKENS, st.integers(1, 20))
def test_windows_are_those_of_the_harness(tokens: list[int], length: int) -> None:
    pytest.importorskip("lm_eval", reason="lm-evaluation-harness is in the extra `train`")
    from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

    theirs = []
    for pair in get_rolling_token_windows(tokens, prefix_token=0, max_seq_len=length, context_len=1):
        context, continuation = make_disjoint_window(pair)
        theirs.append(((context + continuation)[:-1], continuation))

    assert list(windows(tokens, 0, length)) == theirs


class Counting:
    """A model whose next token depends on the last two: easy to compute by hand. It counts its calls."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.calls = 0

    def parameters(self) -> Any:
        return iter([self.torch.zeros(1)])

    def __call__(self, ids: Any) -> Any:
        self.calls += 1
        before = self.torch.cat([self.torch.zeros_like(ids[:, :1]), ids[:, :-1]], dim=1)
        logits = self.torch.stack([((ids * 3 + before * 5 + k * 7) % 11).float() for k in range(12)], dim=-1)
        return SimpleNamespace(logits=logits)


def by_hand(tokens: list[int], prefix: int, length: int) -> float:
    total = 0.0
    for inputs, targets in windows(tokens, prefix, length):
        for place, target in enumerate(targets, len(inputs) - len(targets)):
            before = inputs[place - 1] if place else 0
            logits = [(inputs[place] * 3 + before * 5 + k * 7) % 11 for k in range(12)]
            total += logits[target] - math.log(sum(math.exp(one) for one in logits))
    return total


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_scores_are_those_computed_by_hand_whatever_the_batch(batch: int) -> None:
    torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
    texts = ["3 4 5 6 7 8 9 3 4 5 6", "", "9", "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5", "é é", "7 3"]

    def encode(text: str) -> list[int]:
        return [3 + (ord(one[0]) + len(one)) % 7 for one in text.split()]

    model = Counting(torch)
    found = list(score(model, encode, iter(texts), prefix=1, length=5, batch=batch))

    assert len(found) == len(texts)
    for text, one in zip(texts, found, strict=True):
        assert one.log_likelihood == pytest.approx(by_hand(encode(text), 1, 5), abs=1e-4)
        assert (one.tokens, one.bytes) == (len(encode(text)), len(text.encode()))
    assert model.calls <= math.ceil(11 / batch) + 5


def test_bits_per_byte_is_of_all_bytes_together() -> None:
    one = Score(log_likelihood=-10 * math.log(2), documents=1, tokens=3, bytes=5, words=2)
    other = Score(log_likelihood=-20 * math.log(2), documents=1, tokens=9, bytes=15, words=3)
    both = one + other

    assert both.bits_per_byte == pytest.approx(30 / 20)
    assert both.byte_perplexity == pytest.approx(2**1.5)
    assert both.word_perplexity == pytest.approx(2 ** (30 / 5))
    assert Score().bits_per_byte is None
    assert Score(log_likelihood=-1e6, bytes=1, words=1).word_perplexity == math.inf
