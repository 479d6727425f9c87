"""Formatters that the recipe names, on documents as they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from filters.datatrove.formatters import DatatroveFormatter, Formatters
from sources.batches import Batch
from sources.text import normalised


def load_formatters(given: Sequence[Sequence[Any]], text_bytes: int) -> Formatters:
    """Formatters by (name, class, options), in the order in which they run.

    Raises:
        RecipeError: one cannot be made.
    """
    return Formatters([DatatroveFormatter(*one) for one in given], normalised, text_bytes)


def formatted(batches: Iterator[Batch], formatters: Formatters, facts: Counter[str]) -> Iterator[Batch]:
    """Batches of one raw file with the texts that the formatters make; `facts` of that file count what they did."""
    for batch in batches:
        yield replace(batch, documents=formatters.apply(batch.documents, facts))
