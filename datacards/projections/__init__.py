"""Projections of a manifest into the formats that other people's tools read, one file a format.

Each has `project`: facts of a manifest in, bytes by relative path out. They are written from their specifications and
need no library of theirs; `datacards.validators` reads them back with those libraries.
"""

from __future__ import annotations

from collections.abc import Callable

from datacards.projections import croissant, d4d, dps, eu, hti1, openlineage, prov, schema, spdx, tripod
from datacards.projections.facts import Facts
from datacards.views import View

PROJECTIONS: tuple[Callable[[Facts], dict[str, bytes]], ...] = tuple(
    module.project for module in (croissant, spdx, prov, openlineage, d4d, eu, dps, tripod, hti1, schema)
)


def projections(view: View) -> dict[str, bytes]:
    """Relative path -> bytes of every projection. Equal manifests give equal bytes."""
    facts = Facts(view)
    return {path: content for project in PROJECTIONS for path, content in project(facts).items()}
