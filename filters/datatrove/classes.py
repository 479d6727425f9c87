"""Classes of datatrove's and of one's own: found by the name a recipe gives them, made with its options."""

from __future__ import annotations

import hashlib
import inspect
import warnings
from collections.abc import Mapping
from importlib import import_module, metadata
from typing import Any

import orjson

from corpus.errors import RecipeError

_LIBRARIES = ("datatrove", "ftfy", "nltk", "regex", "spacy", "tldextract", "xxhash")

BESIDE = ("doc_id", "doc_type", "published", "language", "journal", "url", "title")
"""Columns of `corpus.document.DOCUMENTS` that a class of datatrove's sees beside the text."""


def find_class(name: str, package: str, base: str, kind: str) -> type[Any]:
    """The class behind `Class`, which stands in `package`, or `module:Class`.

    Args:
        base: what it must be a subclass of: `module:Class`, the module below `package`.
        kind: `filter` or `formatter`, for messages.

    Raises:
        RecipeError: there is none, or it is no such class.
    """
    module, _, attribute = name.rpartition(":")
    base_module, _, base_class = base.partition(":")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of packages that datatrove imports
            found = getattr(import_module(module or package), attribute)
            parent = getattr(import_module(f"{package}.{base_module}"), base_class)
    except ImportError as error:
        raise RecipeError(f"{name} cannot be imported ({error}); `pip install 'hc4[datatrove]'`?") from None
    except AttributeError:
        raise RecipeError(f"{module or package} has no {kind} {attribute!r}") from None
    if not (isinstance(found, type) and issubclass(found, parent)):
        raise RecipeError(f"{name} is no datatrove {kind}")
    return found


def make(name: str, found: type[Any], options: Mapping[str, Any]) -> Any:
    """An instance of the class that a recipe calls `name`.

    Raises:
        RecipeError: the class does not take these options.
    """
    takes = inspect.signature(found).parameters
    if unknown := sorted(set(options) - set(takes)):
        raise RecipeError(f"{name} has no option {unknown[0]!r}; it has {', '.join(takes) or 'none'}")
    try:
        return found(**options)
    except Exception as error:
        raise RecipeError(f"{name} cannot be made with these options: {error}") from error


def document(text: str, beside: Mapping[str, Any]) -> Any:
    """A document as datatrove has it: `beside` is a row of the columns `BESIDE`."""
    from datatrove.data import Document  # type: ignore[import-untyped]

    stated = {key: value for key, value in beside.items() if key != "doc_id" and value is not None}
    return Document(text=text, id=beside["doc_id"], metadata=stated)


def library_versions() -> dict[str, str | None]:
    """Packages whose version may change what a class of datatrove's makes of a text; None if one is not installed."""
    return {name: _version(name) for name in _LIBRARIES}


def installed_libraries() -> dict[str, str]:
    """Versions of those that are installed."""
    return {name: version for name, version in library_versions().items() if version is not None}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def code_sha256(found: type[Any]) -> str:
    """sha256 of the class's source: a class of one's own has no version."""
    try:
        # The whole module: what a class of one's own calls may stand beside it.
        source = inspect.getsource(inspect.getmodule(found) or found)
    except (OSError, TypeError):
        source = orjson.dumps([found.__module__, found.__qualname__]).decode()
    return hashlib.sha256(source.encode()).hexdigest()
