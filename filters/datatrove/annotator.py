"""The datatrove stage: documents in, what each of its filters says out."""

from __future__ import annotations

import hashlib
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module, metadata
from typing import Any

import orjson
import pyarrow as pa

from corpus.digest import Json
from corpus.errors import RecipeError
from corpus.stage import attribute

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
_LIBRARIES = ("datatrove", "nltk", "regex", "spacy", "tldextract", "xxhash")
"""Packages whose version may change what a filter says."""


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
    module, _, attribute_name = name.rpartition(":")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of packages that datatrove imports
            found = getattr(import_module(module or _SHIPPED), attribute_name)
            base = import_module(f"{_SHIPPED}.base_filter").BaseFilter
    except ImportError as error:
        raise RecipeError(f"{name} cannot be imported ({error}); `pip install 'hc4[datatrove]'`?") from None
    except AttributeError:
        raise RecipeError(f"{module or _SHIPPED} has no filter {attribute_name!r}") from None
    if not (isinstance(found, type) and issubclass(found, base)):
        raise RecipeError(f"{name} is no datatrove filter")
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
    takes = inspect.signature(kind).parameters
    if unknown := sorted(set(one.options) - set(takes)):
        raise RecipeError(f"{one.filter} has no option {unknown[0]!r}; it has {', '.join(takes)}")
    if "exclusion_writer" in one.options:
        raise RecipeError(f"{one.filter}: drops go to the ledger, so there is no exclusion_writer")
    try:
        return kind(**one.options)
    except Exception as error:
        raise RecipeError(f"{one.filter} cannot be made with these options: {error}") from error


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
            "libraries": {name: _version(name) for name in _LIBRARIES},
            "code": [_code(type(made)) for made in self._filters if made is not None],
        }

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Reasons of each row, same rows in the same order; nothing is asked about an empty text."""
        from datatrove.data import Document  # type: ignore[import-untyped]

        texts = documents.column("text").to_pylist()
        beside = documents.select(_BESIDE).to_pylist()
        columns = []
        for made in self._filters:
            reasons = [""] * len(texts)
            rows = [row for row, text in enumerate(texts) if text] if made is not None else []
            size = max(1, made.batch_size) if made is not None else 1
            for start in range(0, len(rows), size):
                some = rows[start : start + size]
                given = partial(_documents, Document, [(texts[row], beside[row]) for row in some])
                for row, reason in zip(some, _judged(made, given), strict=True):
                    reasons[row] = reason
            columns.append(pa.array(reasons, pa.string()))
        return pa.record_batch(columns, schema=self.schema)


_BESIDE = ["doc_id", "doc_type", "published", "language", "journal", "url", "title"]


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "doc_id" and value is not None}


def _documents(kind: Any, rows: list[tuple[str, Mapping[str, Any]]]) -> list[Any]:
    return [kind(text=text, id=beside["doc_id"], metadata=_metadata(beside)) for text, beside in rows]


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


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _code(kind: type[Any]) -> str:
    """sha256 of the class's source: a class of one's own has no version."""
    try:
        # The whole module: what a class of one's own calls may stand beside it.
        source = inspect.getsource(inspect.getmodule(kind) or kind)
    except (OSError, TypeError):
        source = orjson.dumps([kind.__module__, kind.__qualname__]).decode()
    return hashlib.sha256(source.encode()).hexdigest()
