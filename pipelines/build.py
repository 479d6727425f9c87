"""The build: from a plan to a published snapshot, step by step.

Each step runs phases, and each phase is a list of units with content addresses. A phase looks only at summaries of the
one before, so a killed build finds its place again by asking which products exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from corpus.storage import WorkFolder
from manifests.model import Manifest
from pipelines.engines.engine import Engine
from pipelines.plan import Plan
from pipelines.publish import publish
from pipelines.stated.finished import Finished
from pipelines.steps import duplicates, evaluation_items, ledger, release, verdicts
from pipelines.steps.phases import Phases, Progress


@dataclass(slots=True)
class Build:
    """One build of one plan."""

    plan: Plan
    engine: Engine
    work: WorkFolder
    progress: Progress
    partitions: int | None = None
    """Ranges of keys in global steps; by default, by the size of the corpus. It changes no byte of the snapshot."""
    phases: Phases = field(init=False)

    def __post_init__(self) -> None:
        self.phases = Phases(self.plan, self.engine, self.work, self.progress, self.partitions)

    def run(self, output: Path) -> Manifest:
        """Build the snapshot and put it at `output`.

        Raises:
            BuildStopped: a guard refused: ledger balance, failures, wipe-out, tokenizer oracle.
            EngineError: a unit failed.
        """
        finished = self.finish()
        self.progress.phase("Publish", 0)
        return publish(finished, output)

    def finish(self) -> Finished:
        """Run every unit; what they leave behind is all that a snapshot is made of. Errors are those of `run`."""
        phases = self.phases
        items = evaluation_items.read_items(phases)
        measured = phases.run("Read and measure", [bundle.unit() for bundle in self.plan.bundles])
        documents = [results["documents"] for results in measured]
        verdicts.check_failures(phases, documents)
        outdated = verdicts.find_outdated(phases, documents)
        works_digest, works = verdicts.resolve_works(phases, outdated)
        learnt = verdicts.learn_boilerplate(phases, documents)
        verdicts.decide(phases, outdated, works)
        resolved = duplicates.deduplicate(phases, works_digest)
        evaluation_items.mask_items(phases)
        duplicates.check_wipe_out(phases, resolved)
        shown = duplicates.draw_removals(phases, resolved)
        paragraphs = duplicates.repeated_paragraphs(phases, resolved)
        concluded = ledger.conclude(phases, resolved, works, learnt)
        recall = ledger.plant_identifiers(phases, concluded)
        held_out = release.hold_out(phases, resolved, concluded)
        counts = release.shard_counts(phases, concluded, held_out)
        assembled = release.assemble(phases, resolved, works, paragraphs.cuts, held_out, counts)
        shards = release.write_shards(phases, assembled, counts)
        return Finished(
            *(self.plan, self.work, phases.digests, documents, learnt, concluded, recall, assembled, shards, resolved),
            phi_key=phases.phi_key[1] if phases.phi_key else None,
            removals=shown,
            paragraphs=paragraphs.of_source,
            held_out=held_out,
            items=items,
        )
