"""The recipe: everything a person decides about a snapshot, typed, in YAML.

Unknown keys, wrong types and contradictions are errors that name the line. Paths are relative to `root`, which is the
recipe's folder; `asset:NAME` means a pulled asset (see `corpus.assets`), `${NAME:-default}` a variable of the
environment (see `pipelines.locations`).
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import Field, model_validator

from corpus.errors import Hc4Error
from filters.datatrove.annotator import DatatroveFilter, make_filter
from filters.datatrove.formatters import DatatroveFormatter, make_formatter
from filters.licence import LicenceAnnotator
from filters.phi.annotator import PhiAnnotator
from filters.phi.policy import policies_of
from filters.rights import load_profile
from filters.rules import Rule, decide, load_preset
from pipelines.answers import Given, check_questions
from pipelines.evaluations import checks as checks_of_evaluations
from pipelines.locations import resolve_location, resolve_options, resolve_root
from pipelines.sections.deduplication import DedupRecipe
from pipelines.sections.evaluations import WithEvaluations
from pipelines.sections.filtering import (
    BoilerplateRecipe,
    ClassifierRecipe,
    DatatroveRecipe,
    GenreRecipe,
    LanguageRecipe,
    MentionRecipe,
    PhiRecipe,
    QualityRecipe,
)
from pipelines.sections.part import NAME, Location
from pipelines.sections.release import AuditRecipe, CountRecipe, ShardRecipe, SplitRecipe
from pipelines.sections.sources import Limits, ProfileRecipe, RetractionRecipe, SourceRecipe
from pipelines.signals import known_signals
from pipelines.yaml_recipe import Checks, checked
from sources.registry import make_reader


class Recipe(WithEvaluations):
    """A whole recipe. Sources are listed by authority: of two equal documents, the earlier source's survives."""

    name: str = Field(pattern=NAME)
    title: str = ""
    description: str = ""
    seed: int = Field(1, ge=0, lt=2**53)
    licence_profile: str | ProfileRecipe
    """The name of a shipped profile, or one's own."""
    sources: tuple[SourceRecipe, ...] = Field(min_length=1)
    retraction: RetractionRecipe = RetractionRecipe()
    language: LanguageRecipe = LanguageRecipe()
    quality: QualityRecipe = QualityRecipe()
    boilerplate: BoilerplateRecipe = BoilerplateRecipe()
    classifiers: tuple[ClassifierRecipe, ...] = ()
    datatrove: tuple[DatatroveRecipe, ...] = ()
    genres: tuple[GenreRecipe, ...] = ()
    """What a record states comes first; of several that a score allows, the highest."""
    mentions: MentionRecipe | None = MentionRecipe()
    """Null counts nothing."""
    phi: PhiRecipe = PhiRecipe()
    dedup: DedupRecipe = DedupRecipe()
    blocklist: tuple[Location, ...] = ()
    """What must not come back: folders of snapshots that documents were taken out of, and text files with a doc_id a
    line. Documents that they name, and documents of the very words of one that was taken out, are dropped."""
    audit: AuditRecipe = AuditRecipe()
    tokenizer: Location = "asset:mistral-v3.model"
    count_with: tuple[CountRecipe, ...] = ()
    """Other tokenizers: the manifest states how many tokens the released text has by each."""
    split: SplitRecipe = SplitRecipe()
    shards: ShardRecipe = ShardRecipe()
    limits: Limits = Limits()
    engine: Literal["ray", "inline"] = "ray"
    datasheet: Given = Field({})
    """Answers that no machine can give to the datasheet, by section and question (`datacards.questions`), or a YAML
    file of such answers, below the root."""
    release_profile: Literal["draft", "release"] = "draft"
    """`release`: no plan is made while a question waits for a person. `draft`: cards say so."""
    issued: date | None = None
    """Day of issue, for cards that demand a date; without it, the newest day on which a raw file was fetched."""
    url: str | None = Field(None, pattern=r"^https?://[!-~]+$")
    """Where the snapshot is published, if it is."""

    @model_validator(mode="after")
    def _names_make_sense(self) -> Recipe:
        names = [source.name for source in self.sources]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two sources are called {', '.join(repeated)}")
        if "default" in names:
            raise ValueError("no source may be called `default`: it names the whole corpus on the dataset card")
        taken = [*known_signals().names, *(one.name for one in self.classifiers)]
        if repeated := sorted({name for name in taken if taken.count(name) > 1}):
            raise ValueError(f"a classifier has a name of its own; {', '.join(repeated)} is taken")
        steps = [one.name for one in self.datatrove]
        if repeated := sorted({name for name in steps if steps.count(name) > 1}):
            raise ValueError(f"two datatrove filters or formatters are called {repeated[0]}")
        asked = {source for one in self.datatrove for source in one.sources or ()}
        if unknown := sorted(asked - set(names)):
            raise ValueError(f"datatrove names no source {unknown[0]!r}; there are {', '.join(names)}")
        scores = {one.name for one in self.classifiers}
        if unknown := sorted({one.classifier for one in self.genres} - scores):
            raise ValueError(
                f"genres name no classifier {unknown[0]!r}; there are {', '.join(sorted(scores)) or 'none'}"
            )
        counts = [one.name for one in self.count_with]
        if repeated := sorted({name for name in counts if counts.count(name) > 1}):
            raise ValueError(f"count_with names two tokenizers {repeated[0]}")
        if not isinstance(self.datasheet, str):
            check_questions(self.datasheet)
        return self

    @property
    def profile(self) -> str | dict[str, Any]:
        """What `filters.rights.load_profile` takes."""
        own = self.licence_profile
        return own if isinstance(own, str) else own.model_dump(mode="json")

    @property
    def asks_for_splits(self) -> bool:
        """Whether more is asked for than one share of all groups."""
        of_source = any(source.validation_tokens is not None for source in self.sources)
        return of_source or self.split.validation_tokens is not None or self.split.after is not None

    def rules_for(self) -> dict[str, tuple[Rule, ...]]:
        """Rules of each named document type; `*` holds those of every other type."""
        quality, asked = self.quality, self.boilerplate.doc_types
        kinds = {**quality.presets, **{kind: quality.default_preset for kind in asked if kind not in quality.presets}}
        found: dict[str, tuple[Rule, ...]] = {}
        for kind, preset in {**kinds, "*": quality.default_preset}.items():
            learnt = (self.boilerplate.rule,) if kind in asked else ()
            found[kind] = (load_preset(preset) if preset else ()) + learnt + quality.rules
        return found


def load_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        RecipeError: every mistake found, each with `file:line`.
    """
    return checked(path, Recipe, lambda recipe: _names(recipe, path.parent))


def _names(recipe: Recipe, folder: Path) -> Checks:
    """Places where the recipe names something of the house, each with what finds it or raises RecipeError."""
    yield ("root",), partial(resolve_root, recipe.root, folder)
    yield ("licence_profile",), partial(load_profile, recipe.profile)
    for number, source in enumerate(recipe.sources):
        yield ("sources", number, "reader"), partial(_reader, recipe, source, folder)
        yield ("sources", number, "phi_policy"), partial(_screening, recipe, source, folder)
        yield ("sources", number, "terms"), partial(LicenceAnnotator, source.terms)
    for number, one in enumerate(recipe.datatrove):
        yield ("datatrove", number), partial(_datatrove, one)
    yield from checks_of_evaluations(recipe, recipe.root, folder)
    presets = recipe.quality.presets | {"default_preset": recipe.quality.default_preset or "other"}
    for kind, preset in presets.items():
        place = ("quality", kind) if kind == "default_preset" else ("quality", "presets", kind)
        yield place, partial(load_preset, preset)
    empty = known_signals([one.name for one in recipe.classifiers]).empty_table()
    yield (
        ("quality", "rules"),
        lambda: [decide(rules, empty, pa.array([], pa.string())) for rules in recipe.rules_for().values()],
    )


def _datatrove(one: DatatroveRecipe) -> None:
    if one.formatter is not None:
        make_formatter(DatatroveFormatter(one.name, one.formatter, one.options))
    else:
        make_filter(DatatroveFilter(one.name, one.filter, one.options))


def _screening(recipe: Recipe, source: SourceRecipe, folder: Path) -> None:
    policies_of(source.phi_policy)
    try:
        doc_types = make_reader(source.reader, resolve_options(source.options, folder)).doc_types
    except Hc4Error:
        return  # which is said of the reader
    PhiAnnotator(source.phi_policy, *undecided_by(recipe, resolve_root(recipe.root, folder)), doc_types)


def undecided_by(recipe: Recipe, root: Path) -> tuple[str | None, Path | None]:
    """Who decides about undecided words, and the weights for it, as `filters.phi.annotator.PhiAnnotator` takes them."""
    weights = recipe.phi.weights
    return recipe.phi.undecided, None if weights is None else Path(resolve_location(weights, root))


def _reader(recipe: Recipe, source: SourceRecipe, folder: Path) -> None:
    make_reader(source.reader, resolve_options(source.options, resolve_root(recipe.root, folder)))
