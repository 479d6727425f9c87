"""Samples by stratum, ready to be shown: what was drawn by lot, and what lies on both sides of the bound."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from datacards.report.paths import sample_page
from datacards.views import SourceView, View, recipe_part

MOST_STRATA = 40
"""Strata of a source that have a page: those that most documents fell into. The desk shows all of them."""
NEEDED = (
    *("source", "doc_id", "doc_type", "verdict", "stage", "reason", "words", "tokens", "score", "threshold"),
    *("survivor", "similarity", "borders", "turn", "excerpt"),
)
"""Columns; snapshots of a time when there were fewer have no pages of samples."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One document as reviewers see it."""

    doc_id: str
    doc_type: str
    words: int
    tokens: int
    decided: tuple[str, ...]
    """What was measured, and what the rule asks for."""
    survivor: str | None
    text: str | None
    """Masked; None where the licence, or the source, forbids to show it."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """What one source lost (or kept) at one stage for one reason."""

    source: str
    verdict: str
    stage: str
    reason: str
    size: int
    """Documents that it has, of which the samples are some."""
    by_lot: tuple[Sample, ...]
    out: tuple[Sample, ...]
    """Those that broke the bound by least, the nearest first."""
    inside: tuple[Sample, ...]
    """Kept documents that met the bound of this rule by least."""

    @property
    def page(self) -> str:
        """Its page, below the snapshot."""
        return sample_page(self.source, self.verdict, self.stage, self.reason)

    @property
    def command(self) -> str:
        """What lists them in a terminal."""
        kept = "--kept" if self.verdict == "keep" else f"--reason {shlex.quote(self.reason)}"
        return f"hc4 inspect --source {shlex.quote(self.source)} {kept}"


def stratum_pages(one: SourceView) -> dict[tuple[str, str, str], str]:
    """By verdict, stage and reason, the page of each stratum of a source that has one."""
    lost = [(line.verdict, line.stage, line.reason) for line in one.losses[:MOST_STRATA]]
    kept = [("keep", "release", "kept")] if one.source.kept.documents else []
    return {key: sample_page(one.source.name, *key) for key in [*kept, *lost]}


def strata(view: View, samples: pl.DataFrame) -> Iterator[tuple[SourceView, Stratum]]:
    """All strata that have a page, a source at a time."""
    of_source = samples.partition_by("source", as_dict=True)
    for one in view.sources:
        mine = of_source.get((one.source.name,), samples.clear())
        sizes: dict[tuple[str, str, str], int] = {
            (line.verdict, line.stage, line.reason): line.amount.documents for line in one.losses
        }
        narrow = mine.filter(pl.col("borders").is_not_null()).partition_by("borders", as_dict=True)
        drawn = mine.filter(pl.col("borders").is_null()).partition_by("verdict", "stage", "reason", as_dict=True)
        tell = Teller(view)
        for key in stratum_pages(one):
            rows = drawn.get(key, mine.clear())
            # On the page of what was kept stand the narrow passes of rules that dropped nothing.
            of_rules = {rule for verdict, _, rule in sizes if verdict == "drop"}
            rules = [key[2]] if key[0] != "keep" else sorted(str(rule) for (rule,) in narrow if rule not in of_rules)
            passes = [narrow[rule,] for rule in rules if (rule,) in narrow]
            distance = (pl.col("score") - pl.col("threshold")).abs()
            near = rows.filter(distance.is_not_null()).sort(distance, "doc_id").head(_NEAREST)
            yield (
                one,
                Stratum(
                    one.source.name,
                    *key,
                    size=sizes.get(key, one.source.kept.documents),
                    by_lot=tell.all(rows.filter(pl.col("turn").is_not_null())),
                    out=tell.all(near),
                    inside=tell.all(pl.concat([mine.clear(), *passes]).sort("borders", distance, "doc_id")),
                ),
            )


_NEAREST = 10
_MEASURED = {
    "language_not_allowed": "share in allowed languages",
    "mixed_languages": "share in allowed languages",
    "language_uncertain": "score of the language",
    "phi_density": "share masked as identifiers",
}
"""What the bounds that are no quality rules are compared with, by the reason they give."""


class Teller:
    """Says of samples what decided about them, by the rules that the manifest states."""

    def __init__(self, view: View) -> None:
        rules: Any = recipe_part(view.manifest.recipe, "rules")
        self._rules: Mapping[str, list[dict[str, Any]]] = rules if isinstance(rules, dict) else {}

    def all(self, rows: pl.DataFrame) -> tuple[Sample, ...]:
        """In their order."""
        return tuple(self.one(row) for row in rows.iter_rows(named=True))

    def one(self, row: Mapping[str, Any]) -> Sample:
        """A row of the table of samples."""
        return Sample(
            doc_id=row["doc_id"],
            doc_type=row["doc_type"] or "",
            words=row["words"],
            tokens=row["tokens"],
            decided=tuple(self._decided(row)),
            survivor=row["survivor"],
            text=row["excerpt"],
        )

    def _decided(self, row: Mapping[str, Any]) -> Iterator[str]:
        rule = row["borders"] or row["reason"]
        if row["score"] is not None and row["threshold"] is not None:
            signal = self.signal(row["doc_type"], rule) or _MEASURED.get(rule)
            way = "below" if row["score"] < row["threshold"] else "above"
            way = "at" if row["score"] == row["threshold"] else way
            yield f"{signal or rule} {row['score']:.4g}, {way} the bound of {row['threshold']:.4g}"
        if row["borders"]:
            yield f"passed {rule} narrowly"
        if row["similarity"] is not None:
            yield f"Jaccard {row['similarity']:.3f}"

    def signal(self, doc_type: str | None, rule: str) -> str | None:
        """What a rule measures; None if the manifest states no rule of that name."""
        for stated in self._rules.get(doc_type or "", self._rules.get("*", [])):
            if stated.get("name") == rule:
                return str(stated.get("signal"))
        return None
