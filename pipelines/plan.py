"""From a recipe to bundles of raw files, each with the digests of everything that will be measured about it.

Small raw files travel together so that millions of them do not become millions of units. A file's bundle depends on its
name and on the number of bundles, a power of two: a new file changes only the bundle it falls in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpus.digest import Json, digest
from corpus.document import DOCUMENTS
from corpus.errors import RecipeError
from corpus.rooms import toolchain
from corpus.unit import Unit
from filters.datatrove.formatters import Formatters
from manifests.audited import SampleVerdict, read_verdicts
from manifests.earlier import Earlier
from manifests.precision import Judgement, read_judgements
from pipelines.answers import Answers, answers_of, waiting
from pipelines.blocklist import Blocklist
from pipelines.evaluations import Evaluations, find_evaluations
from pipelines.formatting import load_formatters
from pipelines.locations import resolve_location, resolve_options, resolve_root
from pipelines.measure import annotators
from pipelines.rawfiles import RawInput, find_raw_files
from pipelines.recipe import Recipe, undecided_by
from pipelines.sections.sources import SourceRecipe
from shards.tokenizer import load_tokenizer
from sources.reader import Reader
from sources.registry import is_verbatim, make_reader

_BUNDLE_BYTES = 32 * 2**20
_ALONE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """Raw files of one source that are read by one unit."""

    source: SourceRecipe
    files: tuple[RawInput, ...]
    digests: dict[str, str]
    """Stage name to digest: `documents` and every sidecar."""
    params: dict[str, Any]

    @property
    def weight(self) -> int:
        """Raw bytes."""
        return sum(file.bytes for file in self.files)

    @property
    def label(self) -> str:
        """For progress and error messages."""
        first = self.files[0].name
        return f"{self.source.name}/{first}" + (f" and {len(self.files) - 1} more" if len(self.files) > 1 else "")

    @property
    def verbatim(self) -> bool:
        """Whether each text is as it stands in its raw file, unless something in it is masked."""
        return is_verbatim(self.source.reader, self.source.options) and not self.params["formatters"]

    def unit(self) -> Unit:
        """The unit that reads and measures this bundle."""
        return Unit(
            task="pipelines.measure:run",
            products=self.digests,
            params=self.params,
            weight=self.weight,
            label=self.label,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build will do, checked and content-addressed."""

    recipe: Recipe
    folder: Path
    """Root of the recipe's relative paths."""
    bundles: tuple[Bundle, ...]
    readers: dict[str, Reader]
    stages: dict[str, dict[str, dict[str, Any]]]
    """By source, the parameters of each annotator."""
    formatters: dict[str, Formatters]
    """By source, what rewrites its documents as they are read."""
    earlier: tuple[Earlier, ...] = ()
    """Snapshots that the corpus is deduplicated against."""
    answers: Answers = field(default_factory=dict)
    """What people answer to the datasheet, by section and question."""
    judgements: tuple[Judgement, ...] = ()
    """What people said of pairs that near-dedup merged, a file of `dedup.verdicts` after the other."""
    blocklists: tuple[Blocklist, ...] = ()
    """What must not come back."""
    said: tuple[SampleVerdict, ...] = ()
    """What people said of samples, a file of `audit.verdicts` after the other."""
    evaluations: Evaluations | None = None
    """Evaluation sets that documents are screened for."""

    @property
    def tokenizers(self) -> list[tuple[str, str]]:
        """Name and place of each tokenizer to count with."""
        return [(one.name, resolve_location(one.tokenizer, self.folder)) for one in self.recipe.count_with]

    @property
    def raw_bytes(self) -> int:
        """Raw bytes of all sources."""
        return sum(bundle.weight for bundle in self.bundles)

    @property
    def raw_files(self) -> int:
        """Raw files of all sources."""
        return sum(len(bundle.files) for bundle in self.bundles)


def make_plan(recipe: Recipe, recipe_folder: Path) -> Plan:
    """Find and hash the raw files; load every reader, model and tokenizer once, so that mistakes show now.

    Raises:
        RecipeError: a location matches nothing, two files share a name, a snapshot to release leaves questions open.
        AssetError: a model is absent.
        SnapshotError: an earlier snapshot cannot be compared with.
    """
    # Measured by every stage before anything starts, so that a model that is no model shows now.
    row = {"doc_id": "", "record": 0, "text": "a", "doc_type": "other", "version": "", "retraction": "none"}
    one_word = pa.RecordBatch.from_pylist([row], schema=DOCUMENTS)
    for other in recipe.count_with:
        load_tokenizer(Path(resolve_location(other.tokenizer, resolve_root(recipe.root, recipe_folder))))
    bundles: list[Bundle] = []
    readers: dict[str, Reader] = {}
    stages: dict[str, dict[str, dict[str, Any]]] = {}
    formatters: dict[str, Formatters] = {}
    root = resolve_root(recipe.root, recipe_folder)
    answers = answers_of(recipe.datasheet, root)
    if recipe.release_profile == "release" and (open_ones := waiting(recipe.description, answers)):
        raise RecipeError(
            f"release_profile is `release`, and nobody answers {', '.join(open_ones)}; answer them in `datasheet`, or "
            "build with `release_profile: draft`"
        )
    evaluations = find_evaluations(recipe, root)
    for source in sorted(recipe.sources, key=lambda source: source.name):
        options = resolve_options(source.options, root)
        reader = readers[source.name] = make_reader(source.reader, options)
        settings = stages[source.name] = _stages(recipe, source, root, reader.doc_types)
        stages_of_source = annotators(settings)
        for stage in stages_of_source:
            stage.measure(one_word)
        configs: dict[str, dict[str, Json]] = {
            a.name: {"version": a.version, "config": a.config, "made_by": toolchain(type(a).__module__.split(".")[0])}
            for a in stages_of_source
        }
        rewriting = [
            [one.name, one.formatter, one.options]
            for one in recipe.datatrove
            if one.formatter is not None and one.concerns(source.name)
        ]
        formatters[source.name] = load_formatters(rewriting, recipe.limits.record_bytes)
        rewritten: dict[str, Json] = {}
        if rewriting:
            rewritten["formatters"] = {"made_by": toolchain("filters"), "config": formatters[source.name].config}
        for files in bundle_files(find_raw_files(source, root)):
            documents = digest(
                {
                    "stage": "documents",
                    "made_by": toolchain("sources"),
                    "source": source.name,
                    "reader": [reader.name, reader.version, reader.config],
                    "files": [[file.name, file.sha256] for file in files],
                    "limits": recipe.limits.of_reading(),
                    **rewritten,
                }
            )
            digests = {"documents": documents} | {
                name: digest({"stage": name, "documents": documents, **config}) for name, config in configs.items()
            }
            # An evaluation set is not screened for its own items.
            screened = evaluations if source.use == "train" else None
            if screened is not None:
                digests["contamination"] = screened.sidecar(documents)
            # Signatures are made of text with placeholders for identifiers.
            digests["signature"] = digest({"stage": "signature", "phi": digests["phi"], **configs["signature"]})
            params = {
                "source": source.name,
                "reader": source.reader,
                "options": options,
                "files": [{"path": f.path, "name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in files],
                "limits": recipe.limits.of_reading(),
                "formatters": rewriting,
                "stages": settings | ({"contamination": screened.params} if screened is not None else {}),
                "documents": documents,
                "screened": digests["phi"],
            }
            bundles.append(Bundle(source, files, digests, params))
    earlier = [Earlier.open(Path(resolve_location(one, root)), recipe.dedup.signature) for one in recipe.dedup.against]
    places = [Path(resolve_location(one, root)) for one in recipe.dedup.verdicts]
    judgements = tuple(one for place in places for one in read_judgements(place))
    said = tuple(one for place in recipe.audit.verdicts for one in read_verdicts(Path(resolve_location(place, root))))
    blocklists = tuple(Blocklist.open(Path(resolve_location(one, root))) for one in recipe.blocklist)
    known = (readers, stages, formatters, tuple(earlier), answers, judgements)
    return Plan(recipe, root, tuple(bundles), *known, blocklists=blocklists, said=said, evaluations=evaluations)


def bundle_files(files: Sequence[RawInput]) -> list[tuple[RawInput, ...]]:
    """Group files, whatever order they come in: large ones alone, small ones by a hash of their name."""
    ordered = sorted(files)
    small = [file for file in ordered if file.bytes < _ALONE_BYTES]
    count = 1
    while count * _BUNDLE_BYTES < sum(file.bytes for file in small):
        count *= 2
    groups: dict[int, list[RawInput]] = {}
    for file in small:
        bucket = int.from_bytes(hashlib.sha256(file.name.encode()).digest()[:8]) * count >> 64
        groups.setdefault(bucket, []).append(file)
    return [(file,) for file in ordered if file.bytes >= _ALONE_BYTES] + [tuple(g) for _, g in sorted(groups.items())]


def _stages(recipe: Recipe, source: SourceRecipe, folder: Path, doc_types: Sequence[str]) -> dict[str, dict[str, Any]]:
    undecided, weights = undecided_by(recipe, folder)
    optional: dict[str, dict[str, Any]] = {}
    if recipe.classifiers:
        models = [[one.name, resolve_location(one.model, folder)] for one in recipe.classifiers]
        optional["classifier"] = {"models": models}
    filters = [  # a column each in every source's tables, so that they can be read as one
        [one.name, one.filter if one.concerns(source.name) else None, one.options]
        for one in recipe.datatrove
        if one.filter is not None
    ]
    if filters:
        optional["datatrove"] = {"filters": filters}
    if recipe.mentions is not None:
        optional["mentions"] = {"window": recipe.mentions.window}
    return {
        "licence": {"terms": source.terms},
        "language": {"model": resolve_location(recipe.language.model, folder)},
        "quality": {},
        "sentences": {},
        **optional,
        "phi": {
            "policy": source.phi_policy,
            "undecided": undecided,
            "weights": None if weights is None else str(weights),
            "doc_types": list(doc_types),
        },
        "signature": recipe.dedup.signature.model_dump(mode="json"),
        "tokens": {"model": resolve_location(recipe.tokenizer, folder)},
    }
