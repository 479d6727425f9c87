"""Languages of a text, slowly: passages as Python strings, each judged by the fastText library itself."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from corpus.unicode import folds
from filters.quality.traits import TERMINAL, traits

BY_LINE, BY_SENTENCE, ANYWHERE = 80, 160, 480
SURE, ANCHORED, CANDIDATES = 0.8, 120, 4


@cache
def _library(path: Path) -> Any:
    import fasttext

    return fasttext.load_model(str(path)).f


def chances(path: Path, text: str) -> dict[str, float]:
    """Every language with its probability, the likeliest first."""
    labels, found = _library(path).multilinePredict([text.replace("\n", " ") + "\n"], -1, 0.0, "strict")
    return dict(zip((label.removeprefix("__label__") for label in labels[0]), found[0], strict=True))


def letters(text: str) -> int:
    return sum(unicodedata.category(character).startswith("L") for character in text)


def passages(text: str) -> list[str]:
    """The text in pieces that end with a line, with a sentence, or anywhere, whichever is long enough first."""
    found, held = [], ""
    for token in re.findall(r"[ \t\n\v\f\r\0]|[^ \t\n\v\f\r\0]+", text):
        held += token
        size = letters(held)
        if token == "\n":
            closed = size >= BY_LINE
        else:
            closed = token.strip(" \t\n\v\f\r\0") != "" and (size >= ANYWHERE or (size >= BY_SENTENCE and _ends(token)))
        if closed:
            found.append(held)
            held = ""
    if held:
        found.append(held)
    if len(found) > 1 and letters(found[-1]) < BY_LINE:
        last = found.pop()
        if _capital(last) != _capital(found[-1]):
            last, found[-1] = _spoken(last), _spoken(found[-1])
        found[-1] += last
    return [_spoken(each) for each in found]


def languages(path: Path, text: str) -> list[tuple[str, float]] | None:
    """Languages and their shares of the letters, the largest first.

    None: the library does not say which candidate is likelier in a passage, because both are below 1e-5.
    """
    parts = passages(text)
    whole = sum(map(letters, parts))
    if not whole:
        return []
    main = next(iter(chances(path, "".join(parts))))
    each = [chances(path, part) for part in parts]
    anchored: dict[str, int] = {}
    for part, given in zip(parts, each, strict=True):
        label, chance = next(iter(given.items()))
        if label != main and given.get(main, 0) < 0.5 and chance >= SURE:
            anchored[label] = anchored.get(label, 0) + letters(part)
    others = sorted((label for label in anchored if anchored[label] >= ANCHORED), key=lambda one: -anchored[one])
    candidates = [main, *others[: CANDIDATES - 1]]
    held = dict.fromkeys(candidates, 0)
    if len(candidates) > 1 and any(not given.keys() & set(candidates) for given in each):
        return None
    for part, given in zip(parts, each, strict=True):
        held[max(candidates, key=lambda one: given.get(one, 0))] += letters(part)
    return sorted(((one, held[one] / whole) for one in candidates if held[one]), key=lambda pair: -pair[1])


def _ends(token: str) -> bool:
    """Whether the last of a token's letters, digits and sentence marks is a sentence mark."""
    for character in reversed(token):
        if traits()[ord(character)] & TERMINAL:
            return True
        if unicodedata.category(character)[0] == "L" or unicodedata.category(character) == "Nd":
            return False
    return False


def _capital(text: str) -> bool:
    return 2 * sum(unicodedata.category(character) in ("Lu", "Lt") for character in text) > letters(text)


def _spoken(text: str) -> str:
    """A passage set in capitals, in lower case."""
    return "".join(chr(folds()[ord(character)]) for character in text) if _capital(text) else text
