"""Special tokens of a tokenizer file by how they are spelled, and the one that ends a text.

Ids come from the vocabulary, never from encoding the spelling: a document that spells `</s>` has plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from corpus.errors import AssetError

_ENDS = ("</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<|end▁of▁sentence|>")
"""How published `tokenizer.json` files spell the end of a text: such a file does not say which token it is."""

_CONFIG = "tokenizer_config.json"
"""Beside a `tokenizer.json` it says so, as `eos_token`."""


@dataclass(frozen=True, slots=True)
class SpecialToken:
    """A token that stands for no text."""

    spelled: str
    id: int


def special_tokens(path: Path) -> dict[str, int]:
    """Ids of control tokens (SentencePiece) or added special tokens (Hugging Face) by spelling.

    Raises:
        AssetError: the file is no tokenizer.
    """
    if path.suffix == ".json":
        return {token["content"]: int(token["id"]) for token in _added(path) if token.get("special")}
    model = _sentencepiece(path)
    return {model.id_to_piece(i): i for i in range(model.vocab_size()) if model.is_control(i)}


def end_of_text(path: Path) -> SpecialToken | None:
    """The token that ends a text: what the SentencePiece model says, or `tokenizer_config.json` beside a
    `tokenizer.json`, or the only one there that is spelled like one; None where none of these tells.

    Raises:
        AssetError: the file is no tokenizer.
    """
    if path.suffix != ".json":
        model = _sentencepiece(path)
        number = int(model.eos_id())
        return SpecialToken(model.id_to_piece(number), number) if number >= 0 else None
    known = special_tokens(path)
    stated = _stated_end(path.with_name(_CONFIG))
    found = [stated] if stated in known else [spelled for spelled in _ENDS if spelled in known]
    return SpecialToken(found[0], known[found[0]]) if len(found) == 1 else None


def _sentencepiece(path: Path) -> Any:
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise AssetError(f"{path} is not a SentencePiece model: {type(error).__name__}") from None


def _added(path: Path) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(path.read_bytes()).get("added_tokens", [])
    except (OSError, ValueError, AttributeError) as error:
        raise AssetError(f"{path} is not a tokenizer.json: {type(error).__name__}") from None
    return [token for token in found if isinstance(token, dict)]


def _stated_end(path: Path) -> str | None:
    try:
        stated = orjson.loads(path.read_bytes()).get("eos_token")
    except (OSError, ValueError, AttributeError):
        return None
    return stated.get("content") if isinstance(stated, dict) else stated
