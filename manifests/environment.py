"""What a rebuild needs to give the same bytes: code, language, libraries."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata

from corpus.rooms import room_files
from corpus.unicode import VERSION as UNICODE
from manifests.model import Environment

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
    """sha256 over every file of the rooms: what ran, committed or not."""
    found = hashlib.sha256()
    for name, path in room_files():
        found.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def toolchain() -> dict[str, str]:
    """Versions of the libraries that write the released files."""
    return {name: metadata.version(name) for name in ("polars", "pyarrow")}
