"""Train a classifier from labelled sources or folders, judge it on sources it has not seen, write it down.

Everything is decided by a training recipe (YAML), and everything that was measured goes into the folder beside the
model: `classifier.json` for machines, `README.md` and `calibration.svg` for people, `mistakes.jsonl` for the curious.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import Field, model_validator

from corpus.document import Document
from corpus.errors import RecipeError
from datacards.classifier import calibration_picture, model_card
from filters.classifier.annotator import FACTS, MODEL
from filters.classifier.background import background
from filters.classifier.features import Features, line, training_lines
from filters.classifier.training import Hyperparameters, fit, load, probabilities
from filters.phi.policy import policy_of
from pipelines.judging import Example, judged, mistakes
from pipelines.locations import resolve_options, resolve_root
from pipelines.rawfiles import find_raw_files
from pipelines.recipe import Recipe, load_recipe
from pipelines.sections.part import Location, Part
from pipelines.sections.sources import SourceRecipe
from pipelines.yaml_recipe import checked
from sources.limits import Limits
from sources.reader import RawFile
from sources.registry import make_reader
from sources.text import normalised

_LABEL = r"^[a-z][a-z0-9_]{0,40}$"
_AGAIN = 4


class Examples(Part):
    """Texts that have a label: a source of `recipe`, or files and the reader that reads them."""

    label: str = Field(pattern=_LABEL)
    source: str | None = None
    """Name of a source of `recipe`; its reader, options, files and PHI policy hold unless given here."""
    reader: str | None = None
    options: dict[str, Any] | None = None
    files: tuple[Location, ...] | None = Field(None, min_length=1)
    group: str = ""
    """What is left out together when the classifier is judged; by default the source."""
    doc_types: tuple[str, ...] | None = None
    genres: tuple[str, ...] | None = None
    """Kinds of publication that records state; `none` is those that state no kind."""
    except_genres: tuple[str, ...] = ()
    languages: tuple[str, ...] | None = None
    """As the record states it."""
    minimum_characters: int = Field(80, ge=1)
    """Shorter texts are no examples: of nothing, or of anything."""
    limit: int = Field(400, ge=1)
    """Documents taken at most, by a hash of their ids."""

    @model_validator(mode="after")
    def _says_where(self) -> Examples:
        if self.source is None and (self.reader is None or self.files is None or not self.group):
            raise ValueError("examples name a `source` of the recipe, or `reader`, `files` and `group`")
        return self


class FeaturesRecipe(Part):
    """See `filters.classifier.features.Features`."""

    characters: int = Field(1200, ge=50)
    windows: int = Field(8, ge=1)
    lengths: tuple[int, int] = (60, 1200)


class ModelRecipe(Part):
    """See `filters.classifier.training.Hyperparameters`."""

    dimensions: int = Field(16, ge=1, le=300)
    epochs: int = Field(5, ge=1)
    learning_rate: float = Field(0.3, gt=0)
    minimum_count: int = Field(3, ge=1)
    word_ngrams: int = Field(1, ge=1, le=5)
    buckets: int = Field(0, ge=0)


class BackgroundRecipe(Part):
    """See `filters.classifier.background`."""

    label: str = Field(pattern=_LABEL)
    share: float = Field(1.0, gt=0, le=1)
    ratio: float = Field(5.0, gt=1)


class TrainingRecipe(Part):
    """A whole training recipe."""

    name: str = Field(pattern=_LABEL)
    title: str = ""
    description: str = ""
    limits: tuple[str, ...] = ()
    """What the model is not good for, as its authors know; goes into the card."""
    licence: str = "unknown"
    """SPDX expression for the model, as its authors state it."""
    positive: str = Field(pattern=_LABEL)
    """Label whose probability is the score."""
    seed: int = Field(1, ge=0, lt=2**31)
    recipe: Location | None = None
    """The recipe that `source` names a source of; relative to this file."""
    root: Location = "."
    """Folder that files of examples without a source start from."""
    features: FeaturesRecipe = FeaturesRecipe()
    background: BackgroundRecipe | None = None
    """Examples of saying nothing, for one of the other labels; null does without."""
    model: ModelRecipe = ModelRecipe()
    examples: tuple[Examples, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _can_be_judged(self) -> TrainingRecipe:
        labels = {one.label for one in self.examples}
        if self.positive not in labels or len(labels) < 2:
            raise ValueError(f"examples need the label {self.positive!r} and at least one other")
        if self.background is not None and self.background.label not in labels - {self.positive}:
            raise ValueError(f"background.label {self.background.label!r} is no other label of the examples")
        if any(one.source for one in self.examples) and self.recipe is None:
            raise ValueError("examples name sources, so `recipe` must say of which recipe")
        return self


@dataclass(frozen=True, slots=True)
class Taken:
    """What a set of examples gave."""

    label: str
    group: str
    documents: int
    characters: int
    files: int
    files_sha256: str
    """sha256 over the sorted names and digests of the raw files."""


def load_training(path: Path) -> TrainingRecipe:
    """Read and check a training recipe.

    Raises:
        RecipeError: every mistake found, each with `file:line`.
    """
    return checked(path, TrainingRecipe)


def train(path: Path, output: Path, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Train, judge and write the classifier of the training recipe at `path`; what was measured.

    Raises:
        RecipeError: a mistake in the recipe, or examples that give no documents.
    """
    recipe = load_training(path)
    examples, taken = _collect(recipe, path.parent, say)
    features = Features(**recipe.features.model_dump())
    scores = _out_of_group(examples, recipe, features, say)
    measured, calibration = judged(examples, scores, recipe.positive)
    say(f"training on all {len(examples):,} documents")
    model = _fit(examples, recipe, features)
    output.mkdir(parents=True, exist_ok=True)
    (output / MODEL).write_bytes(model)
    facts: dict[str, Any] = {
        "name": recipe.name,
        "title": recipe.title or recipe.name,
        "description": recipe.description,
        "limits": list(recipe.limits),
        "licence": recipe.licence,
        "positive": recipe.positive,
        "labels": sorted({one.label for one in examples}),
        "seed": recipe.seed,
        "features": asdict(features),
        "hyperparameters": recipe.model.model_dump(),
        "background": recipe.background.model_dump() if recipe.background else None,
        "calibration": asdict(calibration),
        "model_sha256": hashlib.sha256(model).hexdigest(),
        "examples": [asdict(one) for one in taken],
        "evaluation": measured,
    }
    (output / FACTS).write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    worst = mistakes(examples, calibration(scores), recipe.positive)
    (output / "mistakes.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in worst))
    (output / "calibration.svg").write_text(calibration_picture(measured["bins"]), encoding="utf-8")
    (output / "README.md").write_text(model_card(facts), encoding="utf-8")
    return facts


def _collect(recipe: TrainingRecipe, folder: Path, say: Callable[[str], None]) -> tuple[list[Example], list[Taken]]:
    known: dict[str, SourceRecipe] = {}
    root = resolve_root(recipe.root, folder)
    known_root = root
    if recipe.recipe is not None:
        place = folder / recipe.recipe
        known_recipe: Recipe = load_recipe(place)
        known = {source.name: source for source in known_recipe.sources}
        known_root = resolve_root(known_recipe.root, place.parent)
    examples: list[Example] = []
    taken: list[Taken] = []
    for one in recipe.examples:
        if one.source is not None and one.source not in known:
            raise RecipeError(f"{recipe.recipe} has no source {one.source!r}; it has {', '.join(known)}")
        own = known.get(one.source or "")
        given = {"name": None if own else "examples", "reader": one.reader, "options": one.options, "files": one.files}
        stated = (own.model_dump() if own else {}) | {key: value for key, value in given.items() if value is not None}
        source = SourceRecipe.model_validate(stated)
        place = known_root if own else root
        found, fact = _documents(one, source, place, recipe.seed)
        if not found:
            raise RecipeError(f"examples of {one.group or one.source} ({one.label}) give no document")
        say(f"{one.label}: {len(found):,} documents of {fact.group}")
        examples += found
        taken.append(fact)
    return examples, taken


def _documents(one: Examples, source: SourceRecipe, root: Path, seed: int) -> tuple[list[Example], Taken]:
    files = find_raw_files(source, root)
    reader = make_reader(source.reader, resolve_options(source.options, root))
    group = one.group or source.name
    found: dict[str, tuple[str, str, str]] = {}
    for file in files:
        for record in _records(reader.read, file.path):
            if len(record.text) < one.minimum_characters or (one.doc_types and record.doc_type not in one.doc_types):
                continue
            kind = record.genre or "none"
            if (one.genres and kind not in one.genres) or kind in one.except_genres:
                continue
            if one.languages and (record.language or "").lower()[:2] not in one.languages:
                continue
            name = f"{group}:{record.native_id or f'{file.name}#{record.record}'}"
            draw = hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogateescape")).hexdigest()
            found[draw] = (name, record.text, policy_of(source.phi_policy, record.doc_type, record.genre))
            if len(found) > 4 * one.limit:  # hold a few, whatever the source's size
                found = dict(sorted(found.items())[: one.limit])
    chosen = [found[draw] for draw in sorted(found)[: one.limit]]
    examples = [Example(name, normalised(text).decode(), one.label, group, policy) for name, text, policy in chosen]
    names = "".join(f"{file.name}\0{file.sha256}\n" for file in sorted(files, key=lambda file: file.name))
    digest = hashlib.sha256(names.encode()).hexdigest()
    return examples, Taken(
        one.label, group, len(examples), sum(len(each.text) for each in examples), len(files), digest
    )


def _records(read: Callable[..., Iterator[Any]], path: str) -> Iterator[Document]:
    from corpus.errors import RawFileError

    try:
        yield from (one for one in read(RawFile(path, limits=Limits()), Counter()) if isinstance(one, Document))
    except RawFileError:  # examples need not be all of a source
        return


def _fit(examples: list[Example], recipe: TrainingRecipe, features: Features) -> bytes:
    """A model of `examples`. Small groups are said up to `_AGAIN` times, and then the label that has fewer lines."""
    by_group: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in examples:
        by_group[one.label, one.group] += training_lines(one.text, one.name, features, recipe.seed)
    largest = max(map(len, by_group.values()))
    by_label: dict[str, list[str]] = defaultdict(list)
    for (label, _), own in sorted(by_group.items()):
        by_label[label] += own * max(1, min(_AGAIN, largest // len(own)))
    if recipe.background is not None:
        others = [line for label, own in sorted(by_label.items()) if label != recipe.positive for line in own]
        by_label[recipe.background.label] += background(
            by_label[recipe.positive],
            others,
            share=recipe.background.share,
            ratio=recipe.background.ratio,
            seed=recipe.seed,
        )
    most = max(map(len, by_label.values()))
    labels: list[str] = []
    lines: list[str] = []
    for label in sorted(by_label):
        own = by_label[label]
        lines += [own[place % len(own)] for place in range(most)]
        labels += [label] * most
    return fit(labels, lines, Hyperparameters(**recipe.model.model_dump()), recipe.seed)


def _out_of_group(
    examples: list[Example], recipe: TrainingRecipe, features: Features, say: Callable[[str], None]
) -> npt.NDArray[np.float64]:
    """For each example, the raw score by a model that saw nothing of its group."""
    import tempfile

    groups = sorted({one.group for one in examples})
    scores = np.zeros(len(examples))
    for group in groups:
        rest = [one for one in examples if one.group != group]
        rows = [row for row, one in enumerate(examples) if one.group == group]
        if len({one.label for one in rest}) < 2:
            raise RecipeError(f"without {group} one label has no examples left, so nothing can be judged")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / MODEL
            path.write_bytes(_fit(rest, recipe, features))
            lines = [line(examples[row].text, features) for row in rows]
            scores[rows] = probabilities(load(path), lines, recipe.positive)
        say(f"left out {group}: mean score {scores[rows].mean():.3f}")
    return scores
