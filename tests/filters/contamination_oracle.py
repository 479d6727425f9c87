"""What the contamination kernel does, slowly and plainly."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from corpus import unicode


class Word(NamedTuple):
    """A folded word and the UTF-8 bytes it stands at."""

    folded: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a text, character by character."""
    found: list[Word] = []
    open_word: list[str] = []
    start = end = at = 0

    def close() -> None:
        if open_word:
            found.append(Word("".join(open_word), start, end))
            open_word.clear()

    for character in text:
        after = at + len(character.encode())
        category = unicodedata.category(character)
        if category[0] == "M" or category == "Cf":
            if open_word:
                end = after
        elif category[0] in "LN" and unicode.unspaced()[ord(character)]:
            close()
            found.append(Word(chr(unicode.folds()[ord(character)]), at, after))
        elif category[0] in "LN":
            if not open_word:
                start = at
            open_word.append(_folded(character))
            end = after
        else:
            close()
        at = after
    close()
    return found


@cache
def _folded(character: str) -> str:
    plain = [part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part)[0] in "LN"]
    if character.isascii() or not unicodedata.decomposition(character) or not 0 < len(plain) <= 3:
        plain = [character]
    return "".join(chr(unicode.folds()[ord(part)]) for part in plain)


def occurrences(text: str, item: str) -> list[tuple[int, int]]:
    """Bytes at which the words of `item` stand in `text`, all of them and nothing between: every place is tried."""
    there, wanted = words(text), [word.folded for word in words(item)]
    return [
        (there[at].start, there[at + len(wanted) - 1].end)
        for at in range(len(there) - len(wanted) + 1)
        if [word.folded for word in there[at : at + len(wanted)]] == wanted
    ]


def common(left: Sequence[str], right: Sequence[str]) -> int:
    """Most words that two lists have in the same order (longest common subsequence)."""
    row = [0] * (len(right) + 1)
    for one in left:
        previous = row[:]
        for place, other in enumerate(right, start=1):
            row[place] = previous[place - 1] + 1 if one == other else max(previous[place], row[place - 1])
    return row[-1]
