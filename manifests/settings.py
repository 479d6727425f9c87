"""The thresholds by which a snapshot was decided, and other ones in their place.

A threshold is called as the recipe calls it: `language.min_score`, `language.allow`, `phi.max_masked_share`,
`dedup.threshold`, or the name of a quality rule and its bound: `few_alphabetic_words.min` (of all document types that
have such a rule) or `abstract/few_alphabetic_words.min` (of one). `evaluations.medqa` is what becomes of copies of the
items of a set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import ValidationError

from corpus.errors import RecipeError
from corpus.verdict import Verdict
from filters.language.shares import allowed_share, mixed, not_allowed
from filters.rules import Rule
from manifests.item_settings import PREFIX, ItemsSetting, item_settings
from manifests.model import Manifest

Mask = npt.NDArray[np.bool_]
_NOT_ALLOWED, _MIXED = "language_not_allowed", "mixed_languages"
EVERY_OTHER = "*"
"""Document types that the recipe gives no rules of their own."""


class Setting(Protocol):
    """One threshold that is not as it was."""

    @property
    def label(self) -> str:
        """What changes, for people: `abstract/too_few_words.min`."""

    @property
    def before(self) -> str:
        """As it was."""

    @property
    def after(self) -> str:
        """As it would be."""

    @property
    def reason(self) -> str:
        """What a document that it refuses is filed under."""

    def concerned(self, part: pl.DataFrame) -> Mask:
        """Rows of the record table that are asked."""

    def refuses(self, part: pl.DataFrame) -> Mask:
        """Rows that would be refused."""

    def values(self, part: pl.DataFrame) -> npt.NDArray[np.float64] | None:
        """What is compared; None if that is not a number."""

    def bounds(self) -> list[float]:
        """What it would be compared with."""

    def by(self, threshold: float, values: npt.NDArray[np.float64]) -> Mask:
        """Rows for which this bound, not the other one, says yes or no."""

    def signals(self) -> set[str]:
        """Columns needed."""


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """A quality rule of one document type (`*`: of all that have no rules of their own) with other bounds, or none."""

    doc_type: str
    named: frozenset[str]
    """Document types with rules of their own."""
    old: Rule | None
    new: Rule | None

    @property
    def rule(self) -> Rule:
        """Either of the two."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def label(self) -> str:
        return f"{self.doc_type}/{self.rule.name}"

    @property
    def before(self) -> str:
        return _told(self.old)

    @property
    def after(self) -> str:
        return _told(self.new)

    @property
    def reason(self) -> str:
        return self.rule.name

    def concerned(self, part: pl.DataFrame) -> Mask:
        kinds, languages = part["doc_type"], part["language"]
        own = ~kinds.is_in(list(self.named)) if self.doc_type == EVERY_OTHER else kinds == self.doc_type
        rule = self.rule
        if rule.doc_types is not None:
            own &= kinds.is_in(list(rule.doc_types))
        if rule.languages is not None:
            own &= languages.is_in(list(rule.languages))
        if rule.except_languages is not None:
            own &= ~languages.is_in(list(rule.except_languages))
        return own.fill_null(value=False).to_numpy()

    def refuses(self, part: pl.DataFrame) -> Mask:
        if self.new is None:
            return np.zeros(len(part), bool)
        low, high = self.new.broken(part[self.new.signal].to_numpy())
        return low | high

    def values(self, part: pl.DataFrame) -> npt.NDArray[np.float64] | None:
        return part[self.rule.signal].cast(pl.Float64).to_numpy()

    def bounds(self) -> list[float]:
        return [] if self.new is None else [bound for bound in (self.new.min, self.new.max) if bound is not None]

    def by(self, threshold: float, values: npt.NDArray[np.float64]) -> Mask:
        if self.new is None or self.new.min is None or self.new.max is None:
            return np.ones(len(values), bool)
        return values <= self.new.max if threshold == self.new.min else values >= self.new.min

    def signals(self) -> set[str]:
        return {self.rule.signal}


@dataclass(frozen=True, slots=True)
class NumberSetting:
    """`language.min_score` or `phi.max_masked_share`."""

    label: str
    reason: str
    old: float
    new: float

    @property
    def before(self) -> str:
        return f"{self.old:g}"

    @property
    def after(self) -> str:
        return f"{self.new:g}"

    def concerned(self, part: pl.DataFrame) -> Mask:
        return np.ones(len(part), bool)

    def refuses(self, part: pl.DataFrame) -> Mask:
        values = self.values(part)
        return values > self.new if self.label == "phi.max_masked_share" else values < self.new

    def values(self, part: pl.DataFrame) -> npt.NDArray[np.float64]:
        if self.label == "phi.max_masked_share":
            share = part["phi_chars"] / part["bytes"].clip(lower_bound=1)
            return share.fill_null(0.0).to_numpy().astype(float)
        return part["language_score"].cast(pl.Float64).fill_null(0.0).to_numpy()

    def bounds(self) -> list[float]:
        return [self.new]

    def by(self, threshold: float, values: npt.NDArray[np.float64]) -> Mask:
        return np.full(len(values), threshold == self.new)

    def signals(self) -> set[str]:
        return {"phi_chars"} if self.label == "phi.max_masked_share" else {"language_score"}


@dataclass(frozen=True, slots=True)
class LanguagesSetting:
    """`language.allow` or `language.min_allowed_share`, as far as it concerns one of the two reasons they give."""

    label: str
    reason: str
    before: str
    after: str
    allow: tuple[str, ...]
    least: float

    def concerned(self, part: pl.DataFrame) -> Mask:
        return np.ones(len(part), bool)

    def refuses(self, part: pl.DataFrame) -> Mask:
        return (mixed if self.reason == _MIXED else not_allowed)(self.values(part), self.least)

    def values(self, part: pl.DataFrame) -> npt.NDArray[np.float64]:
        return allowed_share(part["languages"].to_arrow(), self.allow)

    def bounds(self) -> list[float]:
        return [self.least] if self.label == "language.min_allowed_share" else []

    def by(self, threshold: float, values: npt.NDArray[np.float64]) -> Mask:
        return np.full(len(values), threshold == self.least)

    def signals(self) -> set[str]:
        return {"languages"}


@dataclass(slots=True)
class Settings:
    """What a snapshot was decided by, and what to ask instead."""

    manifest: Manifest
    dedup_threshold: float | None = None
    _others: list[Any] = field(default_factory=list)
    _items: list[ItemsSetting] = field(default_factory=list)
    _rules: dict[tuple[str, str], Rule | None] = field(default_factory=dict)
    """By (document type, rule), the rule as it would be; None for no rule."""
    _allow: tuple[str, ...] | None = None
    _least: float | None = None
    _by_type: dict[str, list[Rule]] = field(init=False)
    """The rules as they were, by document type."""

    def __post_init__(self) -> None:
        stated: dict[str, list[Any]] = self._recipe["rules"]
        self._by_type = {doc_type: [Rule.model_validate(rule) for rule in rules] for doc_type, rules in stated.items()}

    def change(self, name: str, value: str) -> None:
        """Put `value` (a number, or `none`; languages separated by commas) in the place of the threshold `name`.

        Raises:
            RecipeError: there is no such threshold, or it cannot have that value.
        """
        if name == "language.allow":
            self._allow = tuple(one.strip() for one in value.split(",") if one.strip())
        elif name == "language.min_allowed_share":
            self._least = _number(name, value)
        elif name in _NUMBERS:
            section, key = name.split(".")
            self._others.append(NumberSetting(name, _NUMBERS[name], self._recipe[section][key], _number(name, value)))
        elif name == "dedup.threshold":
            self._set_dedup(_number(name, value))
        elif name.startswith(PREFIX):
            self._items += item_settings(self.manifest, name, value)
        else:
            self._set_rule(name, value)

    def drop_rule(self, name: str) -> None:
        """Ask no more what the rule `name` (or `doc_type/name`) asks."""
        for key in self._called(name):
            self._rules[key] = None

    def add_rule(self, stated: str) -> None:
        """Ask one rule more of all documents: `signal>=bound` or `signal<=bound`.

        Raises:
            RecipeError: it is not of that form, or there is a rule of its name.
        """
        found = _STATED.fullmatch(stated.strip())
        if found is None:
            raise RecipeError(f"a rule is signal>=number or signal<=number, not {stated!r}")
        signal, sign, bound = found.groups()
        number = _number(signal, bound)
        name = f"{signal}{sign}{bound}"
        rule = Rule(name=name, signal=signal, cite="asked", **{"min" if sign == ">=" else "max": number})
        for doc_type in self._by_type:
            if any(own.name == rule.name for own in self._by_type[doc_type]):
                raise RecipeError(f"there is a rule {rule.name!r} for {doc_type}; change it with --set")
            self._rules[doc_type, rule.name] = rule

    def changed(self) -> tuple[Setting, ...]:
        """All that is not as it was, in the order in which the build asks."""
        named = frozenset(self._by_type) - {EVERY_OTHER}
        rules = []
        for (doc_type, name), new in self._rules.items():
            old = self._old(doc_type, name)
            if new != old:
                rules.append(RuleSetting(doc_type, named, old, new))
        order = {name: place for place, name in enumerate(self.names())}
        rules.sort(key=lambda one: order.get(f"{one.label}", len(order)))
        language = [one for one in self._others if one.label.startswith("language") and one.before != one.after]
        language = [*self._languages(), *language]  # languages are asked before their score
        phi = [one for one in self._others if one.label.startswith("phi") and one.before != one.after]
        return (*language, *rules, *phi, *self._items)

    def told(self) -> list[tuple[str, str, str]]:
        """What changes: its name, as it was, as it would be."""
        found = list(dict.fromkeys((one.label, one.before, one.after) for one in self.changed()))
        if self.dedup_threshold is not None:
            found.append(("dedup.threshold", f"{self._recipe['dedup']['threshold']:g}", f"{self.dedup_threshold:g}"))
        return found

    def signals(self) -> set[str]:
        """Columns of the record tables that the changes need."""
        return {name for one in self.changed() for name in one.signals()}

    def split_up(self, part: pl.DataFrame) -> Mask:
        """Merged rows that a higher `dedup.threshold` would no longer merge."""
        if self.dedup_threshold is None:
            return np.zeros(len(part), bool)
        similarity = part.select(pl.min_horizontal("similarity", "substance")).to_series()
        near = (part["verdict"] == Verdict.MERGE.value) & (similarity < self.dedup_threshold)
        return near.fill_null(value=False).to_numpy()

    def names(self) -> list[str]:
        """Quality rules, as `doc_type/name`, in the order in which they are asked."""
        return [f"{doc_type}/{rule.name}" for doc_type, rules in self._by_type.items() for rule in rules]

    @property
    def _recipe(self) -> dict[str, Any]:
        return self.manifest.recipe

    def _languages(self) -> list[LanguagesSetting]:
        """What changes for documents in other languages, and for those of several; one setting a reason."""
        stated = self._recipe["language"]
        old, least = tuple(stated["allow"]), stated["min_allowed_share"]
        allow = old if self._allow is None else self._allow
        new = least if self._least is None else self._least
        told = [
            ("language.allow", ",".join(old), ",".join(allow)),
            ("language.min_allowed_share", f"{least:g}", f"{new:g}"),
        ]
        changed = [one for one in told if one[1] != one[2]]
        return [
            LanguagesSetting(label, reason, before, after, allow, new)
            for reason, (label, before, after) in zip(
                (_NOT_ALLOWED, _MIXED), (changed[:1] + changed[-1:]), strict=False
            )
        ]

    def _old(self, doc_type: str, name: str) -> Rule | None:
        return next((rule for rule in self._by_type[doc_type] if rule.name == name), None)

    def _called(self, name: str) -> list[tuple[str, str]]:
        """The rules meant by `rule` or `doc_type/rule`."""
        wanted, _, rule = name.rpartition("/")
        found = [
            (doc_type, own.name)
            for doc_type, rules in self._by_type.items()
            for own in rules
            if own.name == rule and wanted in ("", doc_type)
        ]
        if not found:
            raise RecipeError(f"no threshold {name!r}; there are {', '.join(self._known(wanted))}")
        return list(dict.fromkeys(found))

    def _known(self, doc_type: str) -> Iterable[str]:
        types = [doc_type] if doc_type in self._by_type else list(self._by_type)
        rules = dict.fromkeys(rule.name for one in types for rule in self._by_type[one])
        return [
            *_NUMBERS,
            "language.allow",
            "language.min_allowed_share",
            "dedup.threshold",
            *(f"{name}.min/.max" for name in rules),
        ]

    def _set_rule(self, name: str, value: str) -> None:
        rule_name, _, bound = name.rpartition(".")
        if bound not in ("min", "max"):
            raise RecipeError(f"no threshold {name!r}; there are {', '.join(self._known(''))}")
        number = None if value == "none" else _number(name, value)
        for key in self._called(rule_name):
            rule = self._rules.get(key, self._old(*key))
            if rule is None:
                raise RecipeError(f"{rule_name} is dropped and changed at once")
            try:
                self._rules[key] = Rule.model_validate(rule.model_dump() | {bound: number})
            except ValidationError as error:
                raise RecipeError(
                    f"{key[0]}/{key[1]}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
                ) from None

    def _set_dedup(self, value: float) -> None:
        built = self._recipe["dedup"]["threshold"]
        if value < built:
            raise RecipeError(
                f"dedup.threshold was {built:g}; pairs less similar than that are not in the snapshot, so a lower one "
                "needs a build"
            )
        self.dedup_threshold = value


_STATED = re.compile(r"(\w+)\s*(>=|<=)\s*(\S+)")
_NUMBERS = {"language.min_score": "language_uncertain", "phi.max_masked_share": "phi_density"}


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise RecipeError(f"{name} is a number, not {value!r}") from None


def _told(rule: Rule | None) -> str:
    if rule is None:
        return "no rule"
    bounds = [f"{sign} {bound:g}" for sign, bound in (("≥", rule.min), ("≤", rule.max)) if bound is not None]
    return f"{rule.signal} {', '.join(bounds)}"
