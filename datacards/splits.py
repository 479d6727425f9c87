"""What a split is, in words: the rule by which it was made."""

from __future__ import annotations

from datacards.text import counted, number, plain
from datacards.views import recipe_part
from manifests.model import HeldOutOf, Manifest, Split
from shards.place import TRAIN, VALIDATION, VALIDATION_TIME


def rule_in_words(manifest: Manifest, split: Split) -> str:
    """One sentence, or a few: plain text."""
    if split.rule is None:
        share = recipe_part(manifest.recipe, "split", "validation_share")
        if not isinstance(share, int | float):
            return "not stated"
        if split.name == VALIDATION:
            return f"near-duplicate groups whose hash lies in the first {_percent(share)}"
        return "all other documents" if split.name == TRAIN else "not stated"
    rule = split.rule
    if rule.by == "date":
        return (
            f"near-duplicate groups of which nothing was published before {rule.after}, as far as every date is known"
            if rule.after
            else "as an earlier snapshot released what is like it"
        )
    if rule.by == "position":
        return f"near-duplicate groups with the lowest hashes: {_of_sources(rule.sources)}"
    told = ["all other documents"]
    if rule.like_train:
        told.append(
            f"{counted(rule.like_train, 'document')} would be held out, but {_are(rule.like_train)} like others that "
            "are not"
        )
    if rule.late:
        told.append(
            f"{counted(rule.late, 'document')} published after the date of {VALIDATION_TIME} {_are(rule.late)} in "
            "groups with earlier or undated ones"
        )
    return "; ".join(told)


def _of_sources(sources: tuple[HeldOutOf, ...]) -> str:
    """By source, unless all have the same."""
    told = {one.source: _bound(one) for one in sources}
    if len(set(told.values())) == 1:
        return next(iter(told.values())) + " of each source"
    return ", ".join(f"{source} {bound}" for source, bound in told.items())


def _bound(one: HeldOutOf) -> str:
    if one.wanted is None:
        return _percent(one.threshold)
    return f"about {number(one.wanted)} tokens"


def _percent(share: float) -> str:
    return f"{plain(round(100 * share, 6))} %"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
