"""What looks like an evaluation item and is none, made of real items by rule."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import log2

import numpy as np

from benchmarks.contamination_planting import Planted, as_record, folded, put_into
from filters.contamination import Item

_SAME = 0.7
"""Share of the distinct words of the shorter of two items, question and answer, that the other must have to ask the
same: sets ask one fact from both ends."""
_TEMPLATE = 0.3
"""Share of its information from which the rarest words of a question are its subject, and the rest a template."""
_LONG = 6
"""Words from which a question is more than its subject."""
_SENTENCE = re.compile(r"(?<=[.?!:])\s+")


def halves(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Every second item of each set, and the others but those that ask what one of the first asks.

    The others share stems, openings and subjects with the first: they are what an exam looks like that is not this one.
    """
    by_set: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_set[item.set].append(item)
    first = [item for mine in by_set.values() for item in mine[::2]]
    known = {name: [_facts(item) for item in mine[::2]] for name, mine in by_set.items()}
    others = [item for name, mine in by_set.items() for item in mine[1::2] if not _asked_by(_facts(item), known[name])]
    return first, others


def _facts(item: Item) -> set[str]:
    return set(folded(" ".join([item.question, *item.answers[:1]])))


def _asked_by(words: set[str], known: list[set[str]]) -> bool:
    return any(len(words & other) >= _SAME * min(len(words), len(other)) for other in known)


def other_items(others: Sequence[Item], documents: Sequence[str], generator: np.random.Generator) -> Iterator[Planted]:
    """The other half, whole records."""
    yield from (Planted(put_into(documents, as_record(item), generator), item) for item in others)


def other_subjects(
    first: Sequence[Item], documents: Sequence[str], generator: np.random.Generator
) -> Iterator[Planted]:
    """Questions whose subject is another item's, answered by words of a document: "What are the symptoms of [...]?"

    The subject is the rarest word and the next to it, where they hold 0.3 of the information of a question of six words
    or more; counts are of questions of the same set.
    """
    by_set: dict[str, list[Item]] = defaultdict(list)
    for item in first:
        by_set[item.set].append(item)
    for mine in by_set.values():
        uses = Counter(word for item in mine for word in set(folded(item.question)))
        bits = {word: log2(len(mine) / count) for word, count in uses.items()}
        templates = [(item, *_subject(item, bits)) for item in mine if len(item.question.split()) >= _LONG]
        fit = [(item, at) for item, at, share in templates if share >= _TEMPLATE]
        for item, at in fit:
            other, there = fit[generator.integers(len(fit))]
            words, theirs = item.question.split(), other.question.split()
            if folded(" ".join(words[at : at + 2])) != folded(" ".join(theirs[there : there + 2])):
                words[at : at + 2] = theirs[there : there + 2]
                answer = " ".join(documents[generator.integers(len(documents))].split()[:10])
                made = replace(item, question=" ".join(words), answers=(answer,), choices=())
                yield Planted(put_into(documents, as_record(made), generator), item)


def _subject(item: Item, bits: dict[str, float]) -> tuple[int, float]:
    """Where the rarest two words in a row stand, and what share of the question's information they hold."""
    weights = [sum(bits[word] for word in folded(part)) for part in item.question.split()]
    pairs = [sum(weights[at : at + 2]) for at in range(len(weights))] or [0.0]
    at = int(np.argmax(pairs))
    return at, pairs[at] / (sum(weights) or 1)


def stems(first: Sequence[Item], documents: Sequence[str], generator: np.random.Generator) -> Iterator[Planted]:
    """The opening of one vignette, a real document's beginning, and the last sentence of another vignette."""
    vignettes = [item for item in first if len(_SENTENCE.split(item.question)) >= 3]
    for item in vignettes:
        other = vignettes[generator.integers(len(vignettes))]
        opening = " ".join(item.question.split()[:12])
        stem = _SENTENCE.split(other.question)[-1]
        host = documents[generator.integers(len(documents))]
        yield Planted(f"{opening} {host[:400]} {stem}\n{host[400:]}", item)


def chimeras(first: Sequence[Item], documents: Sequence[str], generator: np.random.Generator) -> Iterator[Planted]:
    """The question of no item with the choices of one: what is copied is a list of terms."""
    with_choices = [item for item in first if len(item.choices) > 2]
    for item in with_choices:
        other = documents[generator.integers(len(documents))]
        made = replace(item, question=" ".join(other.split()[:15]) + "?")
        yield Planted(put_into(documents, as_record(made), generator), item)


Maker = Callable[[Sequence[Item], Sequence[str], np.random.Generator], Iterator[Planted]]

NEGATIVES: dict[str, Maker] = {
    "subject of another item, same template": other_subjects,
    "opening and stem of vignettes": stems,
    "choices of an item, another question": chimeras,
}
