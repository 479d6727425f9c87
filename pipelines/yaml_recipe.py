"""A recipe's YAML as a typed object. Unknown keys, wrong types and contradictions are errors that name the line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from corpus.errors import RecipeError

R = TypeVar("R", bound=BaseModel)
Checks = Iterator[tuple[tuple[int | str, ...], Callable[[], object]]]
"""Places in a recipe, each with what finds what it names or raises RecipeError."""


def checked(path: Path, kind: type[R], names: Callable[[R], Checks] = lambda _: iter(())) -> R:
    """A YAML file as a `kind`, with everything that it names checked.

    Raises:
        RecipeError: every mistake found, each with `file:line`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot read recipe {path}: {error}") from None
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: not YAML: {error}") from None
    except RecursionError:
        raise RecipeError(f"{path}: an alias refers to itself") from None
    if not isinstance(content, dict):
        needed = ", ".join(f"`{name}`" for name, field in kind.model_fields.items() if field.is_required())
        raise RecipeError(f"{path}:1: a recipe is a mapping with at least {needed}")
    if repeated := list(_repeated_keys(tree)):
        raise RecipeError("\n".join(f"{path}:{line}: key `{key}` is given twice" for key, line in repeated))
    try:
        recipe = kind.model_validate(content)
    except ValidationError as error:
        problems = [f"{path}:{_line(tree, p['loc'])}: {_place(p['loc'])}{_words(p)}" for p in error.errors()]
        raise RecipeError("\n".join(problems)) from None
    problems = []
    for place, check in names(recipe):
        try:
            check()
        except RecipeError as error:
            problems.append(f"{path}:{_line(tree, place)}: {_place(place)}{error}")
    if problems:
        raise RecipeError("\n".join(problems))
    return recipe


def _words(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown key"
    return str(problem["msg"]).removeprefix("Value error, ")


def _place(location: tuple[int | str, ...]) -> str:
    return f"`{'.'.join(str(part) for part in location)}`: " if location else ""


def _line(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Line (from 1) of the deepest part of `location` that stands in the file."""
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue  # a key that is missing, or the tag of a union, which stands in no file
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
