"""The formats by name."""

from __future__ import annotations

from corpus.errors import RecipeError
from shards.exports.datasets import Datasets
from shards.exports.datatrove import Datatrove
from shards.exports.format import Format
from shards.exports.litdata import Litdata
from shards.exports.megatron import Megatron
from shards.exports.olmo import Olmo

_KNOWN: tuple[Format, ...] = (Datasets(), Datatrove(), Litdata(), Megatron(), Olmo())
FORMATS: dict[str, Format] = {one.name: one for one in _KNOWN}


def format_named(name: str) -> Format:
    """A format.

    Raises:
        RecipeError: there is none of this name.
    """
    if name not in FORMATS:
        raise RecipeError(f"no format {name!r}; the formats are {', '.join(FORMATS)}")
    return FORMATS[name]
