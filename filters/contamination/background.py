"""How common a word is in medical writing at large, whatever the evaluation sets: shipped counts of documents.

`background.yaml` counts, of the 33,000 titles and abstracts of the demonstration data (public MEDLINE citations), those
that use a word, for words that two in a thousand use. Of a word that is not in it no more is known than that it is
rarer. Abstracts ask no questions and tell no consumer anything, so words that do are listed beside it by hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml

LEAST_SHARE = 0.002
"""Share of documents that use a word, from which it is listed."""
ASKED_SHARE = 0.05
"""Share taken for the words listed by hand: that of "patient" and "years" in abstracts."""


UNLISTED_SHARE = 2.0**-12
"""Share taken for every word that is not listed: few words of exam questions that are not are so common."""


@cache
def background() -> dict[int, float]:
    """Share of documents that use a word, by its hash (`filters.contamination.cutting`), for the words listed."""
    from filters.contamination.cutting import words_of

    loaded = yaml.load((files(__package__) / "background.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    documents: int = loaded["documents"]
    parts = loaded["words"].split()
    listed = dict(zip(parts[::2], (int(times) / documents for times in parts[1::2]), strict=True))
    for word in loaded["asked"].split():
        listed[word] = max(listed.get(word, 0.0), ASKED_SHARE)
    return {int(found[0]): share for found, share in zip(words_of(list(listed)), listed.values(), strict=True)}


def counted(texts: Iterable[str]) -> tuple[int, list[tuple[str, int]]]:
    """Documents, and how many use each word that `LEAST_SHARE` of them use: most common first, then by the alphabet.

    This made the file. Words are ASCII, as the kernel would cut them.
    """
    found: Counter[str] = Counter()
    documents = 0
    for text in texts:
        documents += 1
        found.update(set(re.findall(r"[a-z0-9]+", text.casefold())))
    listed = [(word, times) for word, times in found.items() if times >= LEAST_SHARE * documents]
    return documents, sorted(listed, key=lambda pair: (-pair[1], pair[0]))
