"""What a rebuild needs to give the same bytes: code, language, libraries."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from corpus.unicode import VERSION as UNICODE
from manifests.model import Environment

ROOMS = ("corpus", "sources", "filters", "dedup", "shards", "manifests", "datacards", "pipelines")

LIBRARIES = (
    "fasttext-community",
    "gigatoken",
    "google-re2",
    "license-expression",
    "lxml",
    "numba",
    "numpy",
    "orjson",
    "polars",
    "pyarrow",
    "sentencepiece",
    "tokenizers",
    "zstandard",
)
"""Libraries whose version can change the bytes of a snapshot. The engine is not among them."""


def environment() -> Environment:
    """The environment of this process, without anything that differs between equal machines."""
    return Environment(
        hc4=metadata.version("hc4"),
        code_sha256=code_sha256(),
        python=platform.python_version(),
        unicode=UNICODE,
        packages={name: metadata.version(name) for name in LIBRARIES},
    )


@cache
def code_sha256() -> str:
    """sha256 over every file of the eight rooms: what ran, committed or not."""
    found = hashlib.sha256()
    for room in ROOMS:
        for name, file in sorted(_files(resources.files(room), room)):
            found.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def toolchain() -> dict[str, str]:
    """Versions of the libraries that write the released files."""
    return {name: metadata.version(name) for name in ("polars", "pyarrow")}


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            found += [] if entry.name == "__pycache__" else _files(entry, name)
        elif entry.name.endswith((".py", ".yaml", ".j2", ".css")):
            found.append((name, entry))
    return found
