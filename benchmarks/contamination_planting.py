"""Evaluation items planted into real documents, whole or edited in known ways; and what looks like one and is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from filters.contamination import Item, read_items

_WORD = re.compile(r"\S+")
_PUNCTUATION = re.compile(r"[^\w\s]")
_FOLDED = re.compile(r"[^\W_]+")

SETS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("medqa", "medqa", "eval_sets/medqa_us_test.jsonl", {}),
    ("mmlu", "mmlu", "eval_sets/mmlu_anatomy_test.csv", {}),
    ("mmlu", "mmlu", "eval_sets/mmlu_clinical_knowledge_test.csv", {}),
    ("mmlu", "mmlu", "eval_sets/mmlu_medical_genetics_test.csv", {}),
    ("pubmedqa", "pubmedqa", "eval_sets/pubmedqa_l.kit.json", {}),
    ("bioasq", "bioasq", "eval_sets/bioasq_contaminated.kit.json", {}),
    ("cpgqa", "cpgqa", "eval_sets/cpgqa.kit.csv", {}),
    ("frenchmedmcqa", "frenchmedmcqa", "eval_sets/frenchmedmcqa_dev.json", {}),
    ("liveqa", "liveqa", "eval_sets/liveqa_med_2017_test.xml", {}),
    ("bold", "bold", "bold/prompts/gender_prompt.json", {"wikipedia": "../wikipedia/gender_wiki.json"}),
    ("bold", "bold", "bold/prompts/race_prompt.json", {"wikipedia": "../wikipedia/race_wiki.json"}),
)
"""Name, format, file of the kit, fields."""


def kit_items(kit: Path) -> list[Item]:
    """Every item of the kit's evaluation sets."""
    return [item for name, form, file, fields in SETS for item in read_items(kit / file, name, form, fields)[0]]


def folded(text: str) -> list[str]:
    """Words of a text in Python, as good as the kernel's on what is planted here."""
    return _FOLDED.findall(text.casefold())


class Planted(NamedTuple):
    """A document with something in it."""

    text: str
    item: Item
    """What was planted, or what it resembles."""


def as_record(item: Item) -> str:
    """An item as copies of benchmarks show it: the question, its options, the answer."""
    options = [f"{letter}. {choice}" for letter, choice in zip("ABCDEFGHIJ", item.choices, strict=False)]
    return "\n".join([item.question, *options, *(f"Answer: {answer}" for answer in item.answers[:1])])


def as_question(item: Item) -> str:
    """Its question alone."""
    return item.question


FORMS: dict[str, Callable[[Item], str]] = {"record": as_record, "question": as_question}

Edit = Callable[[str, np.random.Generator, Sequence[str]], str]


def _verbatim(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    del generator, vocabulary
    return text


def _case(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    del vocabulary
    return text.upper() if generator.random() < 0.5 else text.title()


def _space(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    """Other white space between words: a wrapped page, a wide column, a no-break space."""
    del vocabulary
    spaces = (" ", "  ", "\n", "\t", "\u00a0", "\r\n    ")
    return "".join(word + spaces[generator.integers(len(spaces))] for word in text.split()).rstrip()


def _punctuation(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    """Every sign of punctuation left out or another in its place, and some added."""
    del vocabulary
    signs = (" ", ",", ";", "\u2014", "\u2019", "*", "...", "|")
    changed = _PUNCTUATION.sub(lambda _: signs[generator.integers(len(signs))], text)
    words = changed.split(" ")
    return " ".join(word + ("" if generator.random() < 0.9 else ",") for word in words)


def _edit(words: list[str], place: int, generator: np.random.Generator, vocabulary: Sequence[str]) -> None:
    """Another word in the place of one, one left out, or one put in."""
    other = vocabulary[generator.integers(len(vocabulary))]
    kind = generator.integers(3)
    if kind == 0:
        words[place] = other
    elif kind == 1:
        words[place] = ""
    else:
        words[place] += " " + other


def _one_word(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    """One edit in the first line: the question."""
    question, *rest = text.split("\n")
    words = question.split()
    _edit(words, int(generator.integers(len(words))), generator, vocabulary)
    return "\n".join([" ".join(word for word in words if word), *rest])


def _every_eighth(text: str, generator: np.random.Generator, vocabulary: Sequence[str]) -> str:
    """An edit every eight words, from one of the first eight on."""
    words = text.split()
    for place in range(int(generator.integers(8)), len(words), 8):
        _edit(words, place, generator, vocabulary)
    return " ".join(word for word in words if word)


EDITS: dict[str, Edit] = {
    "verbatim": _verbatim,
    "case": _case,
    "white space": _space,
    "punctuation": _punctuation,
    "one word": _one_word,
    "every eighth word": _every_eighth,
}


def planted(items: Sequence[Item], form: str, edit: str, documents: Sequence[str], seed: int) -> list[Planted]:
    """Each item in a document of its own, between two of its words, drawn once."""
    generator = np.random.default_rng([seed, list(FORMS).index(form), list(EDITS).index(edit)])
    vocabulary = sorted({word for text in documents[:200] for word in _WORD.findall(text) if word.isalpha()})
    return [
        Planted(put_into(documents, EDITS[edit](FORMS[form](item), generator, vocabulary), generator), item)
        for item in items
    ]


def put_into(documents: Sequence[str], text: str, generator: np.random.Generator) -> str:
    """One of `documents` with `text` in it, at a space drawn at random: in a line, or as a paragraph."""
    host = documents[generator.integers(len(documents))]
    gaps = [found.start() for found in re.finditer(r"\s", host)] or [0]
    at = gaps[generator.integers(len(gaps))]
    around = " " if generator.random() < 0.5 else "\n\n"
    return host[:at] + around + text + around + host[at:]
