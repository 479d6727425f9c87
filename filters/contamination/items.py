"""Evaluation items: what a benchmark asks, what it takes for an answer, and what it hands out with the question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from corpus.errors import RecipeError
from filters.contamination import formats


@dataclass(frozen=True, slots=True)
class Item:
    """One record of an evaluation set."""

    set: str
    item_id: str
    """The set's own id, or the file's name without ending and the record's number: `mmlu_anatomy_test:17`."""
    question: str
    answers: tuple[str, ...] = ()
    """Correct answers, each of which would do."""
    choices: tuple[str, ...] = ()
    """All options of a multiple-choice question, in order."""
    context: str | None = None
    """Passages given with the question, parted by empty lines."""


class Refused(NamedTuple):
    """A record that is no item: its number, counted from 1, and a short stable reason. Never its content."""

    record: int
    reason: str


def read_items(path: Path, name: str, format: str, fields: dict[str, str]) -> tuple[list[Item], list[Refused]]:  # noqa: A002
    """The items of one file of evaluation set `name`, and the records that are none.

    Args:
        path: a local file.
        name: what the set is called in sidecars and reports.
        format: a key of `formats.FORMATS`.
        fields: for `jsonl`, `csv`, `json` and `parquet`, which column is which: `question` and, if there are such,
            `id`, `answers`, `choices`, `context`. For `bold`, `wikipedia`: the file with the sentences that the prompts
            begin, from the prompts' folder. For `medmcqa`, `first`: number of the first option, 0 or 1.

    Raises:
        RecipeError: unknown format or field, or the file cannot be read at all.
    """
    if format not in formats.FORMATS:
        raise RecipeError(
            f"evaluation set {name}: unknown format {format}; one of {', '.join(sorted(formats.FORMATS))}"
        )
    unknown = sorted(set(fields) - formats.FORMATS[format].fields)
    if unknown:
        known = ", ".join(sorted(formats.FORMATS[format].fields)) or "none"
        raise RecipeError(f"evaluation set {name}: unknown fields {', '.join(unknown)}; {format} takes {known}")
    if "question" in formats.FORMATS[format].fields and "question" not in fields:
        raise RecipeError(f"evaluation set {name}: its {format} file names no column for question")
    try:
        records = formats.FORMATS[format].read(path, fields)
        return _items(path, name, records)
    except formats.UnreadableError as error:
        raise RecipeError(f"evaluation set {name}: {path} is no {format} file: {error}") from None
    except OSError as error:
        raise RecipeError(f"evaluation set {name}: cannot read {path}: {error.strerror}") from None


def _items(path: Path, name: str, records: Iterable[formats.Record | str]) -> tuple[list[Item], list[Refused]]:
    items: list[Item] = []
    refused: list[Refused] = []
    seen: set[str] = set()
    for number, record in enumerate(records, start=1):
        if isinstance(record, str):
            refused.append(Refused(number, record))
            continue
        item_id = record.id or f"{path.stem}:{number}"
        if not record.question.strip():
            refused.append(Refused(number, "no_question"))
        elif item_id in seen:
            refused.append(Refused(number, "duplicate_id"))
        else:
            seen.add(item_id)
            answers, choices = _filled(record.answers), _filled(record.choices)
            context = "\n\n".join(_filled(record.context)) or None
            items.append(Item(name, item_id, record.question.strip(), answers, choices, context))
    return items, refused


def _filled(texts: Iterable[str]) -> tuple[str, ...]:
    """Without blank ones and repeats."""
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
