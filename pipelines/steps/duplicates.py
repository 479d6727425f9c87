"""Duplicates: which documents give way, whether that is too many, and which paragraphs repeat."""

from __future__ import annotations

import itertools

from corpus.errors import WipeOut
from pipelines import removals, wipe_out
from pipelines.deduplicate.earlier import file_of
from pipelines.deduplicate.steps import Deduplication, Found, Part
from pipelines.measure import ROWS
from pipelines.paragraphs import Bundle as ParagraphBundle
from pipelines.paragraphs import Counted, RepeatedParagraphs
from pipelines.steps.phases import MADE_BY, Phases


def deduplicate(phases: Phases, works_digest: str) -> Found:
    """Which documents of this corpus give way to others of it, or of earlier snapshots."""
    priority = phases.priority
    parts = [
        Part(bundle.source.name, priority[bundle.source.name], own, bundle.source.templates)
        for bundle, own in zip(phases.plan.bundles, phases.digests, strict=True)
    ]
    places = itertools.count(len(priority))
    for snapshot, earlier in enumerate(phases.plan.earlier):
        sources = {source.name: next(places) for source in earlier.snapshot.manifest.sources}
        for file in earlier.files:
            held = {"earlier": file_of(earlier, file)}
            parts.append(Part(file.source, sources[file.source], held, snapshot=snapshot))
    policy = phases.plan.recipe.dedup
    return Deduplication(phases.run, phases.work, MADE_BY, policy, phases.partitions).run(parts, works_digest)


def draw_removals(phases: Phases, found: Found, only: str | None = None) -> dict[str, str]:
    """By source, the digest of the pairs to read of what near-dedup removed; of all sources, or of `only` one."""
    sources = [bundle.source.name for bundle in phases.plan.bundles]
    review = removals.Review(phases.run, phases.digests, sources, MADE_BY)
    return review.run(found.merges, phases.plan.recipe.seed, only)


def check_wipe_out(phases: Phases, found: Found) -> None:
    """Raises WipeOut: near-dedup takes more of a source than the recipe allows. Pairs to read are drawn first."""
    recipe, refused = phases.plan.recipe, []
    stated = {source.name: source for source in recipe.sources}
    for loss in wipe_out.losses(
        phases.work.product("merges", found.merges) / ROWS, phases.of_source(), found.of_bundle
    ):
        if rule := wipe_out.broken_rule(loss, recipe.dedup, stated[loss.source]):
            pairs = draw_removals(phases, found, only=loss.source).get(loss.source)
            shown = phases.work.product("removals", pairs) / ROWS if pairs else None
            refused.append(wipe_out.told(loss, rule, shown))
    if refused:
        raise WipeOut("\n".join(refused))


def repeated_paragraphs(phases: Phases, found: Found) -> Counted:
    """By source, how many paragraphs of its kept documents repeat another one; and which of them are cut."""
    asked = phases.plan.recipe.dedup.paragraphs
    bundles = []
    for bundle, own in zip(phases.plan.bundles, phases.digests, strict=True):
        remove = bundle.source.remove_paragraphs
        remove = asked.remove if remove is None else remove
        bundles.append(ParagraphBundle(bundle.source.name, own, bundle.label, remove))
    profile = phases.plan.recipe.profile
    return RepeatedParagraphs(phases.run, MADE_BY, asked.min_words, profile, phases.partitions).run(bundles, found)
