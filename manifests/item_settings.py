"""An evaluation set whose items no longer cost a document its place (`manifests.settings`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.errors import RecipeError
from manifests.model import Manifest

PREFIX = "evaluations."


@dataclass(frozen=True, slots=True)
class ItemsSetting:
    """Copies of one part of a set's items are counted, and no document is dropped for them."""

    label: str
    """`evaluations.medqa`."""
    reason: str
    """`medqa:question`."""

    before = "drop"
    after = "report"

    def concerned(self, part: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Every row."""
        return np.ones(len(part), bool)

    def refuses(self, part: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """None."""
        return np.zeros(len(part), bool)

    def values(self, part: pl.DataFrame) -> None:
        """Nothing is compared."""
        del part

    def bounds(self) -> list[float]:
        """None."""
        return []

    def by(self, threshold: float, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """None."""
        del threshold
        return np.zeros(len(values), bool)

    def signals(self) -> set[str]:
        """None: record tables hold the reasons."""
        return set()


def item_settings(manifest: Manifest, name: str, value: str) -> Iterator[ItemsSetting]:
    """What `evaluations.SET=report` changes: one setting a part that documents are dropped for.

    Raises:
        RecipeError: the snapshot was not screened for the set, or another policy is asked for, which needs a build.
    """
    stated = manifest.contamination
    sets = {one.name: one for one in stated.sets} if stated is not None else {}
    wanted = name.removeprefix(PREFIX)
    if wanted not in sets:
        raise RecipeError(f"no evaluation set {wanted!r}; there are {', '.join(sets) or 'none'}")
    if value != "report":
        raise RecipeError(f"{name} can be asked as report; what masks or drops more needs a build")
    for part, action in sets[wanted].policy.items():
        if action == "drop":
            yield ItemsSetting(name, f"{wanted}:{part}")
