"""Who is spoken about, for people: tables of a page and of the card, and `report/demographics.json` with all of it.

Nothing is counted here: counts are the manifest's, and estimates and tests follow from them (`manifests.association`).
Cells of one to ten documents are not shown, nor what is derived from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, SupportsInt

import numpy as np

from corpus.digest import Json, canonical
from datacards.text import NONE, share
from manifests.association import DRAWS, LEVEL, PRIOR, Associations, Estimate, Reals, associations, changes
from manifests.association import p_values as tested
from manifests.association import q_values as corrected
from manifests.demographics import KEPT, Demographics, Tally, ends, entered

SMALL: Final = 11
"""Least count of a cell that is shown, but for zero: the rule of the US Centers for Medicare and Medicaid Services."""
SHOWN: Final = 20
"""Associations and changes that a page lists; `report/demographics.json` has all."""
_FEW: Final = f"<{SMALL}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One group beside one concept."""

    shown: str
    """Documents that name both within the window, of 1,000 that name the group."""
    sign: str
    """`more`, `less` or nothing: what the test says, compared with the other groups of the dimension."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group in the kept documents."""

    dimension: str
    name: str
    documents: str
    share: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source: in how many of its kept documents nobody is named."""

    name: str
    documents: int
    other_languages: int
    silent: str
    """Share that names no group at all."""
    unnamed: tuple[str, ...]
    """By dimension, share that names none of its groups."""
    found: int
    """Associations that its own test finds."""


@dataclass(frozen=True, slots=True)
class Line:
    """One association, or its change."""

    group: str
    concept: str
    log_odds: str
    interval: str
    npmi: str = ""
    rate: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage, and the associations that it moved: those whose interval of change leaves zero out."""

    stage: str
    ended: int
    left: int
    moved: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Everything the pages say."""

    stated: Demographics
    documents: int
    other_languages: int
    silent: str
    groups: tuple[GroupRow, ...]
    sources: tuple[SourceRow, ...]
    tests: int
    found: int
    """Associations with q at or below `LEVEL`, small cells among them."""
    lines: tuple[Line, ...]
    """The strongest of them that may be shown."""
    stages: tuple[StageRow, ...]


class _Measured:
    """Estimates and tests of the kept documents, and how each stage changed them."""

    def __init__(self, stated: Demographics) -> None:
        self.stated = stated
        self.sources = {name: ends(stated, name) for name in dict.fromkeys(one.source for one in stated.left)}
        self.ends = ends(stated)
        self.kept = self.ends.get(KEPT)
        places = stated.places
        kept = {name: found[KEPT] for name, found in self.sources.items() if KEPT in found}
        self.of = {name: associations(tally, places) for name, tally in kept.items()}
        self.p = {name: tested([tally], places) for name, tally in kept.items()}
        # One family of tests: every source, group and concept. The corpus as a whole is another.
        q = corrected(np.stack(list(self.p.values()))) if kept else np.zeros((0, 0, 0))
        self.q = dict(zip(self.p, q, strict=True))
        self.whole = associations(self.kept, places) if self.kept is not None else None
        self.whole_p = tested(list(kept.values()), places) if kept else np.zeros((0, 0))
        self.whole_q = corrected(self.whole_p)
        self.stages = [
            (stage, ended, left, changes(ended, left, places))
            for stage, ended, left in entered(self.ends)
            if ended.documents and left is not None
        ]


@lru_cache(maxsize=4)
def _measured(stated: Demographics) -> _Measured:
    return _Measured(stated)


@lru_cache(maxsize=4)
def spoken(stated: Demographics) -> Spoken | None:
    """The tables; None if nothing was kept that they could speak of."""
    found = _measured(stated)
    kept, whole = found.kept, found.whole
    if kept is None or whole is None or not kept.documents:
        return None
    q, odds = found.whole_q, whole.log_odds.value
    hits = [(c, g) for c, g in np.argwhere(q <= LEVEL) if _showable(kept, c, g)]
    hits.sort(key=lambda at: (-abs(whole.z[at]), at))
    documents = int(kept.documents)
    return Spoken(
        stated=stated,
        documents=documents,
        other_languages=int(kept.other_languages),
        silent=_share(kept.no_group, documents),
        groups=tuple(
            GroupRow(
                dimension=dimension.name,
                name=stated.groups[group],
                documents=_count(int(kept.groups[group])),
                share=_share(kept.groups[group], documents),
                cells=tuple(_cell(kept, q, odds, concept, group) for concept in range(len(stated.concepts))),
            )
            for dimension, places in zip(stated.dimensions, stated.places, strict=True)
            for group in places
        ),
        sources=tuple(_source(name, ends_[KEPT], found) for name, ends_ in found.sources.items() if KEPT in ends_),
        tests=int((~np.isnan(q)).sum()),
        found=int((q <= LEVEL).sum()),
        lines=tuple(
            Line(
                group=stated.groups[g],
                concept=stated.concepts[c],
                log_odds=_signed(odds[c, g]),
                interval=_interval(whole.log_odds, c, g),
                npmi=_signed(whole.npmi.value[c, g]),
                rate=f"{whole.rate.value[c, g]:.2f}",
                q=_chance(q[c, g]),
            )
            for c, g in hits[:SHOWN]
        ),
        stages=tuple(_stage(stated, stage, ended, left, moved) for stage, ended, left, moved in found.stages),
    )


def demographics_json(stated: Demographics, snapshot_id: str) -> bytes:
    """All estimates as canonical JSON; null is what may not be shown, or of which nothing can be said."""
    found = _measured(stated)
    names = stated.model_dump(mode="json", exclude={"left"})
    content: dict[str, Json] = {
        "snapshot_id": snapshot_id,
        **names,
        "method": {"small_cell": SMALL, "prior_documents": PRIOR, "bootstrap_draws": DRAWS, "level": LEVEL},
        "whole": None
        if found.kept is None or found.whole is None
        else _table(stated, found.kept, found.whole, found.whole_p, found.whole_q),
        "sources": {
            name: _table(stated, found.sources[name][KEPT], one, found.p[name], found.q[name])
            for name, one in found.of.items()
        },
        "stages": [
            {
                "stage": stage,
                "ended": int(ended.documents),
                "left": int(left.documents),
                "log_odds_change": _pairs(
                    stated, left, lambda c, g, m=moved, b=ended + left: _ends(m, c, g) if _showable(b, c, g) else None
                ),
            }
            for stage, ended, left, moved in found.stages
        ],
        "rates_by_source_and_stage": {name: _by_stage(stated, ends_) for name, ends_ in found.sources.items()},
    }
    return canonical(content)


def _table(stated: Demographics, kept: Tally, one: Associations, p: Reals, q: Reals) -> Json:
    def pair(c: int, g: int) -> Json:
        return {
            "documents": int(kept.near[c, g]),
            "per_1000_documents": _ends(one.rate, c, g),
            "npmi": _ends(one.npmi, c, g),
            "log_odds": _ends(one.log_odds, c, g),
            "z": _number(one.z[c, g]),
            "p": _number(p[c, g], 8),
            "q": _number(q[c, g], 8),
        }

    return {
        "documents": int(kept.documents),
        "other_languages": int(kept.other_languages),
        "no_group": _shown(kept.no_group),
        "unnamed": {d.name: _shown(n) for d, n in zip(stated.dimensions, kept.unnamed, strict=True)},
        "groups": {name: _shown(n) for name, n in zip(stated.groups, kept.groups, strict=True)},
        "concepts": {name: _shown(n) for name, n in zip(stated.concepts, kept.concepts, strict=True)},
        "pairs": _pairs(stated, kept, pair),
    }


def _by_stage(stated: Demographics, found: dict[str, Tally]) -> Json:
    """Documents and co-mentions of 1,000 of what entered the first stage and of what each stage left."""
    steps = list(entered(found))
    parts = [("read", steps[0][1] + steps[0][2] if steps[0][2] is not None else steps[0][1])] if steps else []
    parts += [(f"after {stage}", left) for stage, _, left in steps if left is not None]
    parts = parts or [(KEPT, tally) for tally in found.values()]
    return [
        {
            "of": what,
            "documents": int(tally.documents),
            "per_1000_documents": _pairs(
                stated,
                tally,
                lambda c, g, t=tally: _number(1000 * t.near[c, g] / t.documents) if t.documents else None,
            ),
        }
        for what, tally in parts
    ]


def _pairs(stated: Demographics, tally: Tally, value: Callable[..., Json]) -> Json:
    """By concept and group; null in small cells."""
    return {
        concept: {group: value(c, g) if _showable(tally, c, g) else None for g, group in enumerate(stated.groups)}
        for c, concept in enumerate(stated.concepts)
    }


def _source(name: str, kept: Tally, found: _Measured) -> SourceRow:
    documents = int(kept.documents)
    return SourceRow(
        name=name,
        documents=documents,
        other_languages=int(kept.other_languages),
        silent=_share(kept.no_group, documents),
        unnamed=tuple(_share(count, documents) for count in kept.unnamed),
        found=int((found.q[name] <= LEVEL).sum()),
    )


def _stage(stated: Demographics, stage: str, ended: Tally, left: Tally, moved: Estimate) -> StageRow:
    with np.errstate(invalid="ignore"):
        beyond = np.argwhere((moved.low > 0) | (moved.high < 0))
    before = ended + left
    hits = [(c, g) for c, g in beyond if before.near[c, g] >= SMALL and _showable(left, c, g)]
    hits.sort(key=lambda at: (-abs(moved.value[at]), at))
    lines = tuple(
        Line(stated.groups[g], stated.concepts[c], _signed(moved.value[c, g]), _interval(moved, c, g))
        for c, g in hits[:SHOWN]
    )
    return StageRow(stage=stage, ended=int(ended.documents), left=int(left.documents), moved=len(hits), lines=lines)


def _cell(kept: Tally, q: Reals, odds: Reals, concept: int, group: int) -> Cell:
    near, named = int(kept.near[concept, group]), int(kept.groups[group])
    if not named:
        return Cell(NONE, "")
    if not _showable(kept, concept, group):
        return Cell(_FEW, "")
    sign = ("more" if odds[concept, group] > 0 else "less") if q[concept, group] <= LEVEL else ""
    return Cell(f"{1000 * near / named:.1f}" if near else "0", sign)


def _showable(tally: Tally, concept: int, group: int) -> bool:
    return not (_small(tally.near[concept, group]) or _small(tally.groups[group]) or _small(tally.concepts[concept]))


def _small(count: SupportsInt) -> bool:
    return 0 < int(count) < SMALL


def _shown(count: SupportsInt) -> int | None:
    return None if _small(count) else int(count)


def _share(count: SupportsInt, documents: int) -> str:
    return _FEW if _small(count) else share(int(count), documents)


def _count(count: int) -> str:
    return _FEW if _small(count) else f"{count:,}"


def _ends(estimate: Estimate, concept: int, group: int) -> Json:
    return [_number(part[concept, group]) for part in estimate]


def _number(value: float, digits: int = 4) -> float | None:
    return None if math.isnan(value) else round(float(value), digits)


def _signed(value: float) -> str:
    if math.isnan(value):
        return NONE
    # What is not zero does not look like it.
    digits = f"{value:+.2f}" if abs(value) >= 0.005 or value == 0 else f"{value:+.4f}"
    return digits.replace("-", "\N{MINUS SIGN}")


def _interval(estimate: Estimate, concept: int, group: int) -> str:
    if math.isnan(estimate.low[concept, group]):
        return NONE
    return f"{_signed(estimate.low[concept, group])} to {_signed(estimate.high[concept, group])}"


def _chance(q: float) -> str:
    return "<0.001" if q < 0.001 else f"{q:.3f}"
