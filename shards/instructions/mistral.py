"""Mistral's template for instructions, from ids of control tokens: no document can forge one by spelling it.

    <s> [INST] user [/INST] assistant </s> [INST] user [/INST] assistant </s>

Each message is encoded by itself, as mistral-common's instruct tokenizer of version 3 does (and so has the blank that
SentencePiece puts first), and as the chat template of Mistral-7B-Instruct-v0.3 gives. A system message stands before
the first user's, a blank line between, where every reply sees it; for one turn that is where both have it. Learnt is
what the assistant says and the token that ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.errors import AssetError
from shards.instructions.messages import Conversation, Message
from shards.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True)
class Encoded:
    """A conversation as tokens."""

    ids: npt.NDArray[np.int32]
    learnt: npt.NDArray[np.bool_]
    """Whether the loss counts for a token."""


class MistralTemplate:
    """See the module."""

    name: ClassVar[str] = "mistral"
    version: ClassVar[int] = 1
    needed: ClassVar[tuple[str, ...]] = ("<s>", "</s>", "[INST]", "[/INST]")

    def __init__(self, tokenizer: Tokenizer, special: dict[str, int]) -> None:
        """`special`: ids of control tokens by spelling (`shards.special_tokens`).

        Raises:
            AssetError: the tokenizer lacks one of `needed`.
        """
        if missing := [spelled for spelled in self.needed if spelled not in special]:
            raise AssetError(f"{tokenizer.name} has no control token {', '.join(missing)}, which the template needs")
        self.tokens = {spelled: special[spelled] for spelled in self.needed}
        self._tokenizer = tokenizer

    def encode(self, conversations: Sequence[Conversation]) -> list[Encoded]:
        """Each conversation as tokens."""
        said = [_without_system(conversation) for conversation in conversations]
        contents = [message.content for conversation in said for message in conversation]
        texts = self._tokenizer.encode(pa.array(contents, pa.large_string()))
        ids, bounds = texts.values.to_numpy(), texts.offsets.to_numpy().tolist()
        begin, end, ask, asked = (np.array([self.tokens[one]], np.int32) for one in self.needed)
        found, number = [], 0
        for conversation in said:
            parts, learnt = [begin], [False]
            for message in conversation:
                body = ids[bounds[number] : bounds[number + 1]]
                number += 1
                replies = message.role == "assistant"
                parts += [body, end] if replies else [ask, body, asked]
                learnt += [True, True] if replies else [False, False, False]
            lengths = [len(part) for part in parts]
            found.append(Encoded(np.concatenate(parts), np.repeat(np.array(learnt), lengths)))
        return found


def _without_system(conversation: Conversation) -> Conversation:
    if conversation[0].role != "system":
        return conversation
    system, first, *rest = conversation
    return Message("user", f"{system.content}\n\n{first.content}"), *rest


TEMPLATES = {MistralTemplate.name: MistralTemplate}
