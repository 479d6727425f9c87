"""Where a card differs from what the manifest renders to, and what should stand there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SHOWN = 60
"""Characters of a value that are told: a card can be edited into anything."""

_NOTHING = object()


def drift(name: str, found: bytes, rendered: bytes) -> str:
    """One sentence on the first difference between a card as it is (`found`) and as it must be (`rendered`).

    JSON, and each line of JSON Lines, is compared by value, and the place is a JSON pointer (RFC 6901); anything else,
    and JSON that differs in its spelling only, by lines and the words of a line.
    """
    if name.endswith((".json", ".jsonld")) and (told := _in_json(found, rendered)):
        return told
    if name.endswith(".jsonl"):
        pairs = zip(found.split(b"\n"), rendered.split(b"\n"), strict=False)
        number, mine, theirs = next(
            ((n, *pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1]), (0, b"", b"")
        )
        if number and (told := _in_json(mine, theirs)):
            return f"line {number}: {told}"
    return _in_lines(found, rendered)


def _in_json(found: bytes, rendered: bytes) -> str | None:
    try:
        values = json.loads(found), json.loads(rendered)
        place, mine, theirs = next(_differing(*values, ""), ("", _NOTHING, _NOTHING))
    except (ValueError, RecursionError):
        return None
    if mine is theirs is _NOTHING:
        return None
    at = f"{place or 'the whole'} "
    if theirs is _NOTHING:
        return f"{at}is {_value(mine)}, the manifest renders no such thing"
    return f"{at}is {'missing' if mine is _NOTHING else _value(mine)}, the manifest renders {_value(theirs)}"


def _differing(found: Any, rendered: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """(pointer, value as it is, as rendered), in the order of the rendered document."""
    if isinstance(found, dict) and isinstance(rendered, dict):
        for key in [*rendered, *(key for key in found if key not in rendered)]:
            pointer = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from _differing(found.get(key, _NOTHING), rendered.get(key, _NOTHING), pointer)
    elif isinstance(found, list) and isinstance(rendered, list):
        for number in range(max(len(found), len(rendered))):
            mine, theirs = (each[number] if number < len(each) else _NOTHING for each in (found, rendered))
            yield from _differing(mine, theirs, f"{place}/{number}")
    elif found is _NOTHING or rendered is _NOTHING or type(found) is not type(rendered) or found != rendered:
        yield place, found, rendered


def _in_lines(found: bytes, rendered: bytes) -> str:
    mine, theirs = (each.decode(errors="replace").split("\n") for each in (found, rendered))
    for number, (as_is, as_rendered) in enumerate(zip(mine, theirs, strict=False), start=1):
        if as_is != as_rendered:
            stands, belongs = _words(as_is, as_rendered)
            return f"line {number} says {_quoted(stands)}, the manifest {_quoted(belongs)}"
    if len(mine) == len(theirs):  # bytes that are no UTF-8 and look alike
        return "is not what the manifest renders to"
    number = min(len(mine), len(theirs)) + 1
    if len(mine) > len(theirs):
        return f"line {number} says {_quoted(mine[number - 1])}, the manifest has no such line"
    return f"ends before line {number}, which the manifest renders as {_quoted(theirs[number - 1])}"


def _words(found: str, rendered: str) -> tuple[str, str]:
    """The words of two lines from the first that differs to the last."""
    mine, theirs = (re.findall(r"[\w,.:/-]+|\s+|.", line) for line in (found, rendered))
    shorter = min(len(mine), len(theirs))
    start = next((n for n in range(shorter) if mine[n] != theirs[n]), shorter)
    same = next((n for n in range(shorter - start) if mine[-1 - n] != theirs[-1 - n]), shorter - start)
    stands, belongs = ("".join(words[start : len(words) - same]) for words in (mine, theirs))
    # A lone blank or an empty string tells little: the line does.
    return (stands, belongs) if stands.strip() and belongs.strip() else (found, rendered)


def _value(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return _cut(json.dumps(value, ensure_ascii=False))


def _quoted(text: str) -> str:
    return f'"{_cut(text)}"'


def _cut(text: str) -> str:
    plain = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
