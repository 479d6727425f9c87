"""Rules: named thresholds over attributes. Attributes measure, rules decide; changing a rule measures nothing anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from corpus.errors import RecipeError
from filters.language import UNKNOWN

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Rule(BaseModel):
    """A document passes if `min <= signal <= max`. A bound that is not given does not bind; NaN never passes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    """The reason that a dropped document is filed under."""
    signal: Text
    """Column of the attributes."""
    min: float | None = Field(None, allow_inf_nan=False)
    max: float | None = Field(None, allow_inf_nan=False)
    doc_types: tuple[Text, ...] | None = Field(None, min_length=1)
    """Document types that the rule is for; None means all."""
    languages: tuple[Text, ...] | None = Field(None, min_length=1)
    """Languages that the rule is for, as the language stage names them; None means all."""
    except_languages: tuple[Text, ...] | None = Field(None, min_length=1)
    """Languages that the rule is not for."""
    cite: Text
    """Where the threshold comes from."""

    @model_validator(mode="after")
    def _bounded(self) -> Rule:
        if self.min is None and self.max is None:
            raise ValueError(f"rule {self.name!r} needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"rule {self.name!r}: min {self.min:g} is above max {self.max:g}, so nothing can pass")
        if self.languages is not None and self.except_languages is not None:
            raise ValueError(f"rule {self.name!r} has languages and except_languages; give one of them")
        return self

    def broken(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which values of the signal (n numbers, in the signal's own dtype) break the lower bound, and which the upper.

        They are compared in the signal's precision: 0.2 stored as float32 does not exceed a maximum of 0.2.
        """
        # "Not within" rather than "outside", so that NaN fails.
        low = np.zeros(len(values), np.bool_) if self.min is None else ~(values >= self.min)
        high = np.zeros(len(values), np.bool_) if self.max is None else ~(values <= self.max)
        return low, high

    def concerns(self, doc_type: str, language: str) -> bool:
        """Whether the rule is asked of documents of this type in this language."""
        return (
            (self.doc_types is None or doc_type in self.doc_types)
            and (self.languages is None or language in self.languages)
            and (self.except_languages is None or language not in self.except_languages)
        )


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the rules say about n documents."""

    rule: npt.NDArray[np.int32]
    """Index of the first rule that failed; -1 for a document that passed all."""
    score: npt.NDArray[np.float64]
    """Value that this rule saw; NaN where nothing failed or the value is missing."""
    threshold: npt.NDArray[np.float64]
    """The bound that the value broke; NaN where nothing failed."""
    rules_failed: pa.ListArray
    """Names of all rules that failed (list<string>) in the order of the rules, the deciding one first."""

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        """Which documents passed every rule."""
        return self.rule < 0


def decide(
    rules: Sequence[Rule],
    signals: pa.Table | pa.RecordBatch,
    doc_types: pa.Array,
    languages: pa.Array | None = None,
) -> Decisions:
    """Apply `rules`, in order, to n documents: `signals` has a row, `doc_types` and `languages` (string) an entry each.

    Without `languages` they are unknown: `und`.

    Raises:
        RecipeError: a rule names an unknown signal or one that is not a number; two rules share a name and documents.
    """
    _check(rules, signals.schema)
    n = signals.num_rows
    languages = pa.array([UNKNOWN] * n, pa.string()) if languages is None else languages
    if (len(doc_types), len(languages)) != (n, n):
        raise ValueError(f"{n} rows of signals but {len(doc_types)} document types and {len(languages)} languages")
    rule = np.full(n, -1, np.int32)
    score = np.full(n, np.nan)
    threshold = np.full(n, np.nan)
    failures = np.zeros((n, len(rules)), np.bool_)
    for index, one in enumerate(rules):
        values = _flat(signals.column(one.signal)).to_numpy(zero_copy_only=False)
        low, high = one.broken(values)
        failed = low | high
        if one.doc_types is not None:
            failed &= _among(doc_types, one.doc_types)
        if one.languages is not None:
            failed &= _among(languages, one.languages)
        if one.except_languages is not None:
            failed &= ~_among(languages, one.except_languages)
        failures[:, index] = failed
        decides = failed & (rule < 0)
        rule[decides] = index
        score[decides] = values[decides]
        threshold[decides] = np.where(low, _number(one.min), _number(one.max))[decides]
    return Decisions(rule, score, threshold, _names_of(failures, [one.name for one in rules]))


def _check(rules: Sequence[Rule], schema: pa.Schema) -> None:
    for one in rules:
        if one.signal not in schema.names:
            raise RecipeError(
                f"rule {one.name!r}: unknown signal {one.signal!r}; known: {', '.join(sorted(schema.names))}"
            )
        kind = schema.field(one.signal).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            raise RecipeError(f"rule {one.name!r}: signal {one.signal!r} is {kind}, not a number")
    for index, one in enumerate(rules):
        for other in rules[:index]:
            if one.name == other.name and _share_documents(one, other):
                raise RecipeError(
                    f"two rules for the same documents are named {one.name!r}; a name is the reason in the ledger, "
                    f"so give each its own"
                )


def _share_documents(one: Rule, other: Rule) -> bool:
    types = one.doc_types is None or other.doc_types is None or bool(set(one.doc_types) & set(other.doc_types))
    return types and _share_languages(one, other) and _share_languages(other, one)


def _share_languages(one: Rule, other: Rule) -> bool:
    """Whether some language of `one` may be one of `other`; languages are without number."""
    if one.languages is None:
        return True
    return any(
        (other.languages is None or language in other.languages)
        and (other.except_languages is None or language not in other.except_languages)
        for language in one.languages
    )


def _among(values: pa.Array, wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = _flat(pc.is_in(values, pa.array(wanted, values.type))).to_numpy(zero_copy_only=False)
    return found


def _flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _number(bound: float | None) -> float:
    return np.nan if bound is None else bound


def _names_of(failures: npt.NDArray[np.bool_], names: list[str]) -> pa.ListArray:
    """A list<string> a row: the names of the columns that are true."""
    ends = np.cumsum(failures.sum(axis=1), dtype=np.int32)
    columns = np.nonzero(failures)[1]
    return pa.ListArray.from_arrays(
        pa.array(np.concatenate([np.zeros(1, np.int32), ends])), pa.array(names, pa.string()).take(pa.array(columns))
    )


@cache
def _presets() -> dict[str, Any]:
    with Path(__file__).with_name("presets.yaml").open(encoding="utf-8") as stream:
        presets: dict[str, Any] = yaml.safe_load(stream)
    return {name: rules for name, rules in presets.items() if not name.startswith("_")}


def preset_names() -> tuple[str, ...]:
    """Names that `load_preset` knows."""
    return tuple(_presets())


def load_preset(name: str, doc_types: Sequence[str] | None = None) -> tuple[Rule, ...]:
    """The rules of a preset in `filters/presets.yaml`, for documents of `doc_types` only (default: for all).

    Presets for different document types may be joined: `(*load_preset("abstract", ["abstract"]), *load_preset(...))`.

    Raises:
        RecipeError: there is no such preset.
    """
    if name not in _presets():
        raise RecipeError(f"unknown preset {name!r}; known: {', '.join(_presets())}")
    kinds = None if doc_types is None else list(doc_types)
    return tuple(Rule.model_validate(rule | {"doc_types": kinds}) for rule in _presets()[name])
