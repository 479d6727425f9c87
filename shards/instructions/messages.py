"""Text to messages. What is no conversation has a reason why not: nothing is guessed, and no word is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sources.messages import HEADS

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Message:
    """What one of the two says; `content` has no white space around it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """No conversation."""

    reason: str
    """Code: `no_question`, `no_answer`, `no_speaker`, `unknown_speaker`, `begins_with_assistant`, `no_reply`,
    `empty_message`, `system_not_first`, `roles_do_not_alternate`."""


Conversation = tuple[Message, ...]

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
# As the reader of dialogues writes a speaker: a word or two, perhaps a number.
_SPEAKER = re.compile(r"([A-Z][a-z]+(?: [a-z]+)?)(?: ?\d)?:(?=\s|$)")
_HEADS = {HEADS[role]: role for role in ROLES}


def question_answer(text: str) -> Conversation | Skipped:
    """The first paragraph is what the user asks, all after it the answer."""
    found = _BLANK_LINE.split(text.strip(), maxsplit=1)
    question, answer = found[0].strip(), "".join(found[1:]).strip()
    if not question:
        return Skipped("no_question")
    if not answer:
        return Skipped("no_answer")
    return Message("user", question), Message("assistant", answer)


def turns(text: str, speakers: Mapping[str, Role], opening: str | None = None) -> Conversation | Skipped:
    """A dialogue of lines `Speaker: words`; a line without a speaker goes on with the turn before it.

    Args:
        speakers: the role of each. Of those with one role the first is the speaker meant; what others say keeps their
            name before it. A number after the name makes no difference.
        opening: what the user says before an assistant that speaks first.
    """
    first = {role: next((name for name, one in speakers.items() if one == role), None) for role in ROLES}
    said: list[tuple[Role, list[str]]] = []
    for line in text.split("\n"):
        found = _SPEAKER.match(line)
        if found is None:
            if line.strip() and not said:
                return Skipped("no_speaker")
            if said:
                said[-1][1].append(line.strip())
            continue
        role = speakers.get(found[1])
        if role is None:
            return Skipped("unknown_speaker")
        words = line[found.end() :].strip() if found[1] == first[role] else line.strip()
        if said and said[-1][0] == role:
            said[-1][1].append(words)
        else:
            said.append((role, [words]))
    conversation = [Message(role, "\n".join(lines).strip()) for role, lines in said]
    if conversation and conversation[0].role == "assistant" and opening is not None:
        conversation.insert(0, Message("user", opening))
    return checked(tuple(conversation))


def stated(text: str) -> Conversation | Skipped:
    """Messages under lines `System:`, `User:` and `Assistant:`, each alone on its line."""
    said: list[tuple[Role, list[str]]] = []
    for line in text.split("\n"):
        role = _HEADS.get(line.strip())
        if role is not None:
            said.append((role, []))
        elif said:
            said[-1][1].append(line)
        elif line.strip():
            return Skipped("no_speaker")
    return checked(tuple(Message(role, "\n".join(lines).strip()) for role, lines in said))


def checked(conversation: Conversation) -> Conversation | Skipped:
    """The conversation, if a template can say it: perhaps a system message, then user and assistant in turn."""
    turn = conversation[1:] if conversation and conversation[0].role == "system" else conversation
    if not any(message.role == "assistant" for message in turn):
        return Skipped("no_reply")
    if any(message.role == "system" for message in turn):
        return Skipped("system_not_first")
    if turn[0].role == "assistant":
        return Skipped("begins_with_assistant")
    if any(message.role != ("user", "assistant")[place % 2] for place, message in enumerate(turn)):
        return Skipped("roles_do_not_alternate")
    if not all(message.content for message in conversation):
        return Skipped("empty_message")
    return conversation
