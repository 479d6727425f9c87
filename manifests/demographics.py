"""Who is spoken about: documents that name a group, a concept, or both, by the stage at which they left.

Additive integers only. What enters a stage is the sum of all that leaves at it or later; whatever is said about shares
and associations follows from these counts (`manifests.association`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import model_validator

from corpus.verdict import Stage, Verdict
from filters.mentions.annotator import CONCEPTS, GROUPS, near_column
from filters.mentions.lexicon import Lexicon
from manifests.strict import Strict

KEPT = "kept"
"""Beside the names of stages, where documents end that none of them refuses."""
ORDER = (*(stage.value for stage in Stage if stage is not Stage.RELEASE), KEPT)
"""Where documents end, in the order of the ledger."""

Counts = npt.NDArray[np.int64]


class Dimension(Strict):
    """One way in which people are told apart, and its groups."""

    name: str
    groups: tuple[str, ...]


class Mentioned(Strict):
    """Documents of one source that end at one stage. All but `other_languages` are in a language of the lexicon."""

    source: str
    stage: str
    """The stage that refused or merged them, or `kept`."""
    documents: int
    other_languages: int
    """Documents in languages that the lexicon does not speak, or in none: nothing else counts them."""
    no_group: int
    """... that name no group at all."""
    unnamed: tuple[int, ...]
    """By dimension: ... that name none of its groups."""
    groups: tuple[int, ...]
    """By group: ... that name it."""
    concepts: tuple[int, ...]
    """By concept: ... that name it."""
    both: tuple[tuple[int, ...], ...]
    """By concept, then group: ... that name both, anywhere."""
    near: tuple[tuple[int, ...], ...]
    """By concept, then group: ... that name both within the window."""


class Demographics(Strict):
    """What was looked for, and how many documents name it."""

    lexicon: str
    lexicon_sha256: str
    languages: tuple[str, ...]
    window: int
    """Words between the beginnings of two mentions, at most."""
    dimensions: tuple[Dimension, ...]
    concepts: tuple[str, ...]
    left: tuple[Mentioned, ...]
    """By source and stage, in the order of the ledger; without the stages at which no document ends."""

    @model_validator(mode="after")
    def _has_its_shape(self) -> Demographics:
        groups, concepts = len(self.groups), len(self.concepts)
        for one in self.left:
            tables = (one.both, one.near)
            if (
                (len(one.groups), len(one.concepts), len(one.unnamed)) != (groups, concepts, len(self.dimensions))
                or any(len(table) != concepts or any(len(row) != groups for row in table) for table in tables)
                or one.stage not in ORDER
            ):
                raise ValueError(f"counts of {one.source}, {one.stage} are not of this lexicon's groups and concepts")
        return self

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group, in the order of all counts."""
        return tuple(group for dimension in self.dimensions for group in dimension.groups)

    @property
    def places(self) -> tuple[range, ...]:
        """By dimension, the places of its groups."""
        found, start = [], 0
        for dimension in self.dimensions:
            found.append(range(start, start + len(dimension.groups)))
            start += len(dimension.groups)
        return tuple(found)


class Tally:
    """Counts of some documents, as arrays that add up: fields of `Mentioned`."""

    FIELDS = ("documents", "other_languages", "no_group", "unnamed", "groups", "concepts", "both", "near")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values: dict[str, Counts] = {name: np.asarray(values[name], np.int64) for name in self.FIELDS}

    def __add__(self, other: Tally) -> Tally:
        return Tally({name: self.values[name] + other.values[name] for name in self.FIELDS})

    def plain(self) -> dict[str, Any]:
        """As plain JSON."""
        return {name: value.tolist() for name, value in self.values.items()}

    def __getattr__(self, name: str) -> Counts:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


def columns_of(concepts: Iterable[str]) -> list[str]:
    """The columns of a record table that `tallies` reads, beside `verdict`, `stage` and `language`."""
    return [GROUPS, CONCEPTS, *map(near_column, concepts)]


def tallies(
    rows: pl.DataFrame, dimensions: Sequence[Sequence[str]], concepts: Sequence[str], languages: Sequence[str]
) -> dict[str, Tally]:
    """By stage (or `KEPT`), what the documents that end there name.

    `rows` has `verdict`, `stage`, `language` and `columns_of(concepts)`; records that are no documents have null there
    and are counted nowhere.
    """
    rows = rows.filter(pl.col(GROUPS).is_not_null())
    end = pl.when(pl.col("verdict") == Verdict.KEEP.value).then(pl.lit(KEPT)).otherwise("stage").alias("end")
    return {
        str(stage): _tally(part, dimensions, concepts, languages)
        for (stage,), part in rows.with_columns(end).partition_by("end", as_dict=True).items()
    }


def _tally(
    rows: pl.DataFrame, dimensions: Sequence[Sequence[str]], concepts: Sequence[str], languages: Sequence[str]
) -> Tally:
    spoken = rows.filter(pl.col("language").is_in(list(languages)))
    count = sum(map(len, dimensions))
    named = spoken[GROUPS].to_numpy()
    groups = _bits(named, count)
    of = _bits(spoken[CONCEPTS].to_numpy(), len(concepts))
    near = [_bits(spoken[near_column(name)].to_numpy(), count).sum(axis=0) for name in concepts]
    unnamed, start = [], 0
    for dimension in dimensions:
        mask = np.uint32(((1 << len(dimension)) - 1) << start)
        unnamed.append(int((named & mask == 0).sum()))
        start += len(dimension)
    return Tally(
        {
            "documents": len(spoken),
            "other_languages": len(rows) - len(spoken),
            "no_group": int((named == 0).sum()),
            "unnamed": unnamed,
            "groups": groups.sum(axis=0),
            "concepts": of.sum(axis=0),
            "both": of.T.astype(np.float64) @ groups.astype(np.float64),  # exact below 2^53, and a matrix product
            "near": near,
        }
    )


def _bits(values: npt.NDArray[np.uint32], count: int) -> npt.NDArray[np.int64]:
    """One column a bit."""
    return ((values[:, None] >> np.arange(count, dtype=np.uint32)) & np.uint32(1)).astype(np.int64)


def summed(parts: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """The same over several bundles."""
    found: dict[str, Tally] = {}
    for part in parts:
        for stage, tally in part.items():
            found[stage] = found[stage] + tally if stage in found else tally
    return found


def demographics(known: Lexicon, window: int, by_source: Mapping[str, Mapping[str, Tally]]) -> Demographics:
    """The statement, from what each source's documents name; sources in the order given."""
    return Demographics(
        lexicon=known.id,
        lexicon_sha256=known.sha256,
        languages=known.languages,
        window=window,
        dimensions=tuple(Dimension(name=name, groups=groups) for name, groups in known.dimensions.items()),
        concepts=known.concepts,
        left=lines(by_source),
    )


def lines(by_source: Mapping[str, Mapping[str, Tally]]) -> tuple[Mentioned, ...]:
    """The counts by source and stage, in the order of the ledger."""
    return tuple(
        Mentioned(source=source, stage=stage, **found[stage].plain())
        for source, found in by_source.items()
        for stage in ORDER
        if stage in found
    )


def ends(stated: Demographics, source: str | None = None) -> dict[str, Tally]:
    """By stage, what ends there, of one source or of all."""
    return summed({one.stage: Tally(one.model_dump())} for one in stated.left if source in (None, one.source))


def entered(found: Mapping[str, Tally]) -> Iterator[tuple[str, Tally, Tally | None]]:
    """Every stage at which a document ends, with what ends there and what goes on, first to last; `kept` is not one."""
    stages = [stage for stage in ORDER if stage in found and stage != KEPT]
    for place, stage in enumerate(stages):
        later = [found[name] for name in (*stages[place + 1 :], KEPT) if name in found]
        after = later[0] if later else None
        for one in later[1:]:
            assert after is not None
            after = after + one
        yield stage, found[stage], after
