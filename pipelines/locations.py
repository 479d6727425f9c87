"""Where a recipe's files lie: paths below its root, URLs, pulled assets, and variables of the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus.assets import ASSETS, assets_folder
from corpus.errors import RecipeError

ASSET = "asset:"
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def expand(location: str) -> str:
    """`location` with `${NAME}` and `${NAME:-default}` replaced by variables of the environment.

    Raises:
        RecipeError: a variable is not set and has no default.
    """

    def value(found: re.Match[str]) -> str:
        name, default = found.groups()
        if (given := os.environ.get(name) or default) is None:
            raise RecipeError(f"the environment sets no {name}, and {location!r} gives no default (${{{name}:-...}})")
        return given

    return _VARIABLE.sub(value, location)


def is_asset(location: str) -> bool:
    """Whether it names assets, those of a glob included; a name without a glob must be one that is known."""
    return location.startswith(ASSET) and ("*" in location or location.removeprefix(ASSET) in ASSETS)


def resolve_location(location: str, root: Path) -> str:
    """A location of the recipe as a local path or URL; globs stay globs."""
    location = expand(location)
    if location.startswith(ASSET):
        return str(assets_folder() / location.removeprefix(ASSET))
    if "://" in location:
        return location
    return str(root / location)


def resolve_root(root: str, recipe_folder: Path) -> Path:
    """The folder that the recipe's relative paths start from."""
    return Path(resolve_location(root, recipe_folder))


def resolve_options(options: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """A reader's options; strings that begin with `./` are paths below the root."""
    return {
        key: resolve_location(value[2:], root) if isinstance(value, str) and value.startswith("./") else value
        for key, value in options.items()
    }
