"""Where tokens stand in their text, by the reference tokenizers."""

from __future__ import annotations

from pathlib import Path

import pytest
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.assets import assets_folder
from shards.tokenizer import HuggingFaceOracle, Oracle, SentencePieceOracle

texts = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.fixture(scope="module")
def sentencepiece() -> SentencePieceOracle:
    path = assets_folder() / "mistral-v3.model"
    if not path.is_file():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    return SentencePieceOracle(path)


@pytest.fixture(scope="module")
def hugging_face(tmp_path_factory: pytest.TempPathFactory) -> HuggingFaceOracle:
    """Byte-level BPE, trained on a line: most of its tokens are single bytes."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=280, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(["the rate of the late state"] * 3, trainer)
    path: Path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    made.save(str(path))
    return HuggingFaceOracle(path)


def check(oracle: Oracle, text: str) -> None:
    """Places run through the text without a gap; a token of several has nothing else between its neighbours."""
    places = oracle.places(text)
    assert len(places) == len(oracle.encode([text])[0])
    reached = 0
    for start, end in places:
        assert 0 <= start <= end <= len(text)
        assert start <= reached  # no gap
        assert start >= reached - 1  # back by one character at most: that of the bytes before
        reached = max(reached, end)
    assert reached == len(text)


@given(texts)
@example("Café \U0001d6fc-synuclein  doses\n\tof 5 µg — \U0001f600")
@example(" x")
def test_sentencepieces_places_run_through_the_text(sentencepiece: SentencePieceOracle, text: str) -> None:
    check(sentencepiece, text)


@given(texts)
@example("Café \U0001d6fc-synuclein  doses\n\tof 5 µg — \U0001f600")
def test_byte_level_places_run_through_the_text(hugging_face: HuggingFaceOracle, text: str) -> None:
    check(hugging_face, text)


def test_a_token_has_the_characters_that_it_spells(sentencepiece: SentencePieceOracle) -> None:
    text = "Blood pressure of 120/80 in naïve \U0001d6fc cells"
    shown = [text[start:end] for start, end in sentencepiece.places(text)]

    assert shown[:4] == ["Blood", " pressure", " of", " "]
    assert shown.count("\U0001d6fc") == 4  # four bytes, each of which is that character
    assert "ï" in shown


def test_a_blank_that_the_tokenizer_adds_is_nowhere(sentencepiece: SentencePieceOracle) -> None:
    assert sentencepiece.places("中")[0] == (0, 0)
