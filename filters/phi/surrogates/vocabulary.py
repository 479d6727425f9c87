"""Words that stay where they stand in a value: `vocabulary.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _read() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load((files(__package__) / "vocabulary.yaml").read_text(encoding="utf-8"))
    return found


@cache
def words(group: str) -> frozenset[str]:
    """The words of one group."""
    return frozenset(_read()[group].split())


@cache
def in_order(group: str) -> tuple[str, ...]:
    """The words of one group, in the order of the file."""
    return tuple(_read()[group].split())


@cache
def calendar(what: str) -> tuple[dict[str, tuple[tuple[str, str, int], ...]], dict[tuple[str, str], tuple[str, ...]]]:
    """Names of `months` or `days`: what each may be (language, form, number from 0), and all of a language and form."""
    read: dict[str, list[tuple[str, str, int]]] = {}
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    for language, forms in _read()[what].items():
        for form, spelt in forms.items():
            names[language, form] = tuple(each.split("/")[0] for each in spelt)
            for number, each in enumerate(spelt):
                for spelling in each.split("/"):
                    read.setdefault(spelling, []).append((language, form, number))
    return {name: tuple(found) for name, found in read.items()}, names
