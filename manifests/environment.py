"""What a rebuild needs to give the same bytes: code, language, libraries."""

from __future__ import annotations

import platform
from importlib import metadata

from corpus.rooms import code_sha256, libraries
from corpus.unicode import VERSION as UNICODE
from manifests.model import Environment


def environment() -> Environment:
    """The environment of this process, without anything that differs between equal machines."""
    return Environment(
        hc4=metadata.version("hc4"),
        code_sha256=code_sha256(),
        python=platform.python_version(),
        unicode=UNICODE,
        packages=libraries(),
    )
