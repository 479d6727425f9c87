"""The datatrove stage: documents in, what each of its filters says out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from corpus.digest import Json
from corpus.errors import RecipeError
from corpus.stage import attribute
from filters.datatrove.classes import BESIDE, code_sha256, document, find_class, library_versions, make

PREFIX = "datatrove_"
"""Before a filter's name in the name of its column."""

ERROR = "error"
"""Reason of a document on which a filter raised an exception: it cannot be vouched for."""

_SHIPPED = "datatrove.pipeline.filters"
_REFUSED = {
    "LambdaFilter": "a function cannot be written in a recipe; write a class of your own and name it as module:Class",
    "SamplerFilter": "it draws at random in the order of documents, which is not fixed; draw by a rule instead",
    "LanguageFilter": "it brings a model of its own at first use; the language stage does the same with a pinned one",
    "FastTextClassifierFilter": "it downloads its model; train and name one under `classifiers`",
    "UnigramLogProbFilter": "it downloads its word list when it is made",
    "URLFilter": "it fetches or unpacks lists when it is first used",
    "C4BadWordsFilter": "it downloads its word lists when it is first used",
}


@dataclass(frozen=True, slots=True)
class DatatroveFilter:
    """One filter as the recipe names it."""

    name: str
    """Before its reasons in the ledger."""
    filter: str | None
    """A class of `datatrove.pipeline.filters`, or `module:Class`; None for documents that it does not judge."""
    options: Mapping[str, Any]
    """Arguments of the class."""


def filter_class(name: str) -> type[Any]:
    """The class behind `FineWebQualityFilter` or `module:Class`.

    Raises:
        RecipeError: there is none, it is no filter of datatrove, or it is one that cannot run here, with the reason.
    """
    found = find_class(name, _SHIPPED, "base_filter:BaseFilter", "filter")
    if found.__module__.startswith(f"{_SHIPPED}.") and found.__name__ in _REFUSED:  # by whatever path it was named
        raise RecipeError(f"datatrove's {found.__name__} cannot be a stage: {_REFUSED[found.__name__]}")
    return found


def make_filter(one: DatatroveFilter) -> Any:
    """The filter itself.

    Raises:
        RecipeError: as `filter_class`; or the class does not take these options.
    """
    if one.filter is None:
        raise RecipeError(f"{one.name} names no filter")
    kind = filter_class(one.filter)
    if "exclusion_writer" in one.options:
        raise RecipeError(f"{one.filter}: drops go to the ledger, so there is no exclusion_writer")
    return make(one.filter, kind, one.options)


def schema(names: Sequence[str]) -> pa.Schema:
    """Columns of the stage for filters of these names."""
    words = "why {} drops the document; empty if it does not"
    return pa.schema([attribute(f"{PREFIX}{name}", pa.string(), words.format(name)) for name in names])


class DatatroveAnnotator:
    """What datatrove's filters say of documents (a `corpus.stage.Annotator`): a string column each, empty if kept.

    A filter sees `text`, `id` and what the record states beside it as `metadata`. One that rewrites the text (C4's
    takes lines out) rewrites a copy: here a filter judges, and never changes a document.

    Raises:
        RecipeError: as `make_filter`.
    """

    name = "datatrove"
    version = 1

    def __init__(self, filters: Sequence[DatatroveFilter]) -> None:
        self._filters = [make_filter(one) if one.filter is not None else None for one in filters]
        self.schema = schema([one.name for one in filters])
        self.config: Json = {
            "filters": [[one.name, one.filter, dict(one.options)] for one in filters],
            "libraries": library_versions(),
            "code": [code_sha256(type(made)) for made in self._filters if made is not None],
        }

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Reasons of each row, same rows in the same order; nothing is asked about an empty text."""
        texts = documents.column("text").to_pylist()
        beside = documents.select(list(BESIDE)).to_pylist()
        columns = []
        for made in self._filters:
            reasons = [""] * len(texts)
            rows = [row for row, text in enumerate(texts) if text] if made is not None else []
            size = max(1, made.batch_size) if made is not None else 1
            for start in range(0, len(rows), size):
                some = rows[start : start + size]
                given = partial(_documents, [(texts[row], beside[row]) for row in some])
                for row, reason in zip(some, _judged(made, given), strict=True):
                    reasons[row] = reason
            columns.append(pa.array(reasons, pa.string()))
        return pa.record_batch(columns, schema=self.schema)


def _documents(rows: list[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    return [document(text, beside) for text, beside in rows]


def _judged(made: Any, given: Callable[[], list[Any]]) -> list[str]:
    """Why each document is dropped; an exception concerns only the document that causes it.

    `given` makes the documents anew, for a filter may rewrite them before it fails.
    """
    try:
        return [_reason(result) for result in made.filter_batch(given())]
    except Exception:  # noqa: BLE001 - whatever a filter of somebody else's raises
        found = []
        for document in given():
            try:
                found.append(_reason(made.filter(document)))
            except Exception:  # noqa: BLE001
                found.append(ERROR)
        return found


def _reason(result: Any) -> str:
    kept, reason = result if isinstance(result, tuple) else (result, None)
    return "" if kept else str(reason or "dropped")
