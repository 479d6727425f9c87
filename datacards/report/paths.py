"""Where the pages of the report lie, whatever the names of sources and reasons hold."""

from __future__ import annotations

import hashlib
import posixpath
import re

INDEX = "report/index.html"
SOURCES = "report/sources"
SAMPLES = "report/samples"

_LONGEST = 60
"""Characters of a name that a path shows."""


def slug(name: str) -> str:
    """`name` if it is of lower-case letters, digits, `_` and `-`; else what is left of it, and a digest of it all."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower())[:_LONGEST].strip("-")
    return plain if plain and plain == name else f"{plain or 'x'}.{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def source_page(source: str) -> str:
    """The page of a source, below the snapshot."""
    return f"{SOURCES}/{slug(source)}.html"


def sample_page(source: str, verdict: str, stage: str, reason: str) -> str:
    """The page of the samples of one stratum, below the snapshot."""
    name = f"{stage}-{reason}" if verdict == "keep" else f"{stage}-{verdict}-{reason}"
    return f"{SAMPLES}/{slug(source)}/{slug(name)}.html"


def relative(place: str, page: str) -> str:
    """How `page` links to `place`, both below the snapshot; a fragment stays one."""
    return place if place.startswith("#") else posixpath.relpath(place, posixpath.dirname(page))
