"""What a rebuild needs to give the same bytes: code, language, libraries."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata

from corpus.rooms import code_sha256, libraries
from corpus.unicode import VERSION as UNICODE
from manifests.model import Environment


def environment(also: Mapping[str, str] | None = None) -> Environment:
    """The environment of this process, without anything that differs between equal machines.

    `also` gives versions of libraries that only some snapshots depend on.
    """
    return Environment(
        hc4=metadata.version("hc4"),
        code_sha256=code_sha256(),
        python=platform.python_version(),
        unicode=UNICODE,
        packages=libraries() | dict(also or {}),
    )
