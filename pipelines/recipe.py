"""The recipe: everything a person decides about a snapshot, typed, in YAML.

Unknown keys, wrong types and contradictions are errors that name the line. Paths are relative to `root`, which is the
recipe's folder; `asset:NAME` means a pulled asset (see `corpus.assets`), `${NAME:-default}` a variable of the
environment (see `pipelines.locations`).
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from corpus.assets import ASSETS
from corpus.document import Genre
from corpus.errors import Hc4Error
from dedup.ranks import CRITERIA, Criterion
from dedup.signature import MinHashConfig
from filters.datatrove.annotator import DatatroveFilter, make_filter
from filters.datatrove.formatters import DatatroveFormatter, make_formatter
from filters.licence import LicenceAnnotator
from filters.mentions.annotator import WINDOW
from filters.phi.annotator import PhiAnnotator
from filters.phi.policy import BY_TYPE, policies_of
from filters.rights import load_profile
from filters.rules import Rule, decide, load_preset, preset_names
from pipelines.answers import Given, check_questions
from pipelines.locations import ASSET, is_asset, resolve_location, resolve_options, resolve_root
from pipelines.signals import known_signals
from pipelines.yaml_recipe import Checks, checked
from sources.registry import make_reader

_NAME = r"^[a-z][a-z0-9_]{0,62}$"


def _local(value: str) -> str:
    if value.startswith(ASSET) and not is_asset(value):
        raise ValueError(f"no such asset; known: {', '.join(sorted(ASSETS))}")
    return value


Location = Annotated[str, Field(min_length=1), AfterValidator(_local)]


class Part(BaseModel):
    """A section of a recipe: unknown keys are errors, values are final."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TemplateRecipe(Part):
    """From when on words are a template of their source, which many documents fill in and which tells none of them."""

    share: float = Field(0.001, gt=0, le=1)
    """Least share of a source's documents that have a shingle, variants of one text counted once."""
    least: int = Field(10, ge=2)
    """... and least number of them, so that in small sources a few copies are no template."""
    variant: float = Field(0.95, gt=0)
    """Jaccard similarity from which documents are variants of one text; above 1, all are counted."""


class SourceRecipe(Part):
    """One named raw collection."""

    name: str = Field(pattern=_NAME)
    title: str = ""
    homepage: str | None = None
    publisher: str | None = None
    reader: str
    options: dict[str, Any] = {}
    """Passed to the reader. Strings that begin with `./` are paths below the root."""
    files: tuple[Location, ...] = Field(min_length=1)
    """Files, globs, folders (every file below) or fsspec URLs."""
    terms: str | None = None
    """SPDX expression that the source's terms give to documents which state no licence of their own."""
    phi_policy: str = BY_TYPE
    """What is looked for: a policy for all documents, or that of each document's type."""
    templates: TemplateRecipe | None = None
    """What is a template of this source, if not what `dedup.templates` says."""
    remove_paragraphs: bool | None = None
    """Whether its documents lose repeated paragraphs, if not what `dedup.paragraphs.remove` says."""
    max_near_loss: float | None = Field(None, ge=0, le=1)
    """Share of its documents that near-dedup may take before the build stops, however few they are; if not stated, what
    `dedup.max_loss_share` and `max_loss_documents` say."""
    use: Literal["train", "evaluate"] = "train"
    """What the collection is for. Documents of a source to `evaluate` with are read, measured and counted, and never
    released."""
    eu_section: Literal["2.1", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6"] | None = None
    """Where the collection belongs in the Commission's template for the summary of training content (AI Act, Art.
    53(1)(d)): public dataset, licensed, other private, crawled, of users, synthetic, other. Nobody can measure that."""
    retrieved: date | None = None
    """When the raw files were fetched, if no lock of `hc4 fetch` lies beside them to say so."""


class ProfileRecipe(Part):
    """A licence profile of one's own; the shipped ones and all families are in `filters/licences.yaml`."""

    name: str = Field(pattern=_NAME)
    statement: str = Field(min_length=1)
    """One sentence for the card: under which kind of licences this is released."""
    allow: tuple[str, ...] = Field(min_length=1)
    """Families of licences let in."""
    verbatim: tuple[str, ...] = ()
    """Families let in only where the text is released as its source gave it: no-derivatives licences."""


class RetractionRecipe(Part):
    """What becomes of works that were retracted, doubted or corrected after publication. All are flagged."""

    drop: tuple[Literal["retracted", "concern", "corrected"], ...] = ("retracted", "concern")
    """`corrected` is not among them: an erratum, mostly of a name or a table, does not make the article untrue."""


class LanguageRecipe(Part):
    """Which languages may stay."""

    model: Location = "asset:lid.176.ftz"
    allow: tuple[str, ...] = ("en",)
    min_score: float = Field(0.5, ge=0, le=1)
    """Calibrated probability that the language is right, from which a document stays: more likely right than wrong."""
    min_allowed_share: float = Field(0.5, gt=0, le=1)
    """Share of a document's letters that must be in allowed languages."""


class QualityRecipe(Part):
    """Rules by document type: a shipped preset for each, and rules of one's own."""

    presets: dict[str, str] = {name: name for name in preset_names()}
    """By document type; unless told otherwise, each has the preset of its name."""
    default_preset: str | None = "other"
    """For document types that `presets` does not name; null applies no preset to them."""
    rules: tuple[Rule, ...] = ()


class BoilerplateRecipe(Part):
    """When a sentence is boilerplate, and when a document is hardly more than that."""

    min_documents: int = Field(10, ge=2)
    """Documents of a source, with other words and most of them their own, that must repeat a sentence."""
    min_share: float = Field(0.0005, ge=0, le=1)
    """... which must be at least so many of the source's documents."""
    max_share: float = Field(0.5, ge=0, le=1)
    """Bytes of a document that may be boilerplate."""
    doc_types: tuple[str, ...] = ("full_text", "abstract", "case_report", "guideline", "textbook", "web", "other")
    """Types that are asked. Questions and answers, notes, dialogues, labels and trials repeat themselves for good
    reasons; the share is measured all the same."""

    @property
    def rule(self) -> Rule:
        """The bound as a rule like any other."""
        cite = f"at least half of a document is its own; sentences repeated in {self.min_documents} documents are not"
        return Rule(name="boilerplate", signal="boilerplate_share", max=self.max_share, cite=f"hc4: {cite}")


class ClassifierRecipe(Part):
    """A classifier that scores every document; rules may name its score."""

    name: str = Field(pattern=_NAME)
    """Column of the score."""
    model: Location
    """Folder written by `hc4 train-classifier`, below the root."""


class DatatroveRecipe(Part):
    """A step of datatrove's: a filter, which judges every document, or a formatter, which rewrites its text.

    Formatters run first, in their order, where documents are read: all that is measured is measured of what they make.
    A filter's drops are in the ledger as `name:reason`.
    """

    name: str = Field(pattern=_NAME)
    filter: str | None = Field(None, min_length=1)
    """A class of `datatrove.pipeline.filters`, or `module:Class` of one's own."""
    formatter: str | None = Field(None, min_length=1)
    """A class of `datatrove.pipeline.formatters`, or `module:Class` of one's own."""
    options: dict[str, JsonValue] = {}
    sources: tuple[str, ...] | None = Field(None, min_length=1)
    """Sources whose documents it is given; all, if none is named."""

    @model_validator(mode="after")
    def _one_of_both(self) -> DatatroveRecipe:
        if (self.filter is None) == (self.formatter is None):
            raise ValueError("name either a `filter` or a `formatter`")
        return self

    def concerns(self, source: str) -> bool:
        """Whether documents of this source are given to it."""
        return self.sources is None or source in self.sources


class CountRecipe(Part):
    """A tokenizer to count the released text with: a count a document, beside each shard."""

    name: str = Field(pattern=_NAME)
    tokenizer: Location
    store: bool = False
    """Whether its token ids are stored there, too."""


class MentionRecipe(Part):
    """What is counted of the groups of people that documents name (`filters.mentions`)."""

    window: int = Field(WINDOW, ge=0, le=10_000)
    """Words between a group and a concept, at most, that are counted as spoken of together."""


class GenreRecipe(Part):
    """A kind of publication that a classifier may give to documents whose records state none."""

    genre: Genre
    classifier: str
    """Name of one of `classifiers`."""
    min_score: float = Field(0.9, ge=0, le=1)


class PhiRecipe(Part):
    """What holds for the screening of every source; what is looked for is its source's `phi_policy`."""

    max_masked_share: float = Field(0.05, ge=0, le=1)
    """Bytes inside identifier spans, as a share of the text's bytes, from which masking is not enough."""
    undecided: str | None = None
    """Who decides about words that no rule decides: `rules` lets them stand; `presidio`, or a plug-in (`module:factory`
    or an entry point of `hc4.phi_deciders`). Unless told otherwise, what each policy says."""
    weights: Location | None = None
    """File or folder that a plug-in reads; for presidio, the folder of another spaCy model."""
    key: Location | None = None
    """File of `hc4 phi key`. With it, policies that ask for surrogates have them, and the account of identifiers has
    tags that only the key's holder can read; without it, there are placeholders and no tags."""


class BucketRecipe(Part):
    """What is compared among documents that share a band."""

    all_pairs_up_to: int = Field(64, ge=2)
    """Documents that are all compared with each other."""
    leaders: int = Field(8, ge=1)
    """Of more, each is compared with so many of the best, and with those alike without their templates."""


class ParagraphRecipe(Part):
    """Paragraphs that stand in several documents, word for word."""

    min_words: int = Field(20, ge=1)
    """Words from which a line of a text is a paragraph that counts: shorter ones are headings and form fields."""
    remove: bool = False
    """Whether all but the first of them are cut from the released text; a source may decide otherwise."""


class DedupRecipe(Part):
    """What counts as the same document, and which copy survives."""

    keep: tuple[Criterion, ...] = CRITERIA
    """Which of two equal documents survives: the first of these that differs decides, then the lesser doc_id. `source`:
    earlier in `sources`; `licence`: the more open; `doc_type`: earlier in `doc_types`; `version`: the newest;
    `length`: the longest. Inside a work (one publication by its identifiers) `doc_type` and `version` come first."""
    signature: MinHashConfig = MinHashConfig()
    templates: TemplateRecipe = TemplateRecipe()
    buckets: BucketRecipe = BucketRecipe()
    paragraphs: ParagraphRecipe = ParagraphRecipe()
    threshold: float = Field(0.8, gt=0, le=1)
    """Verified Jaccard similarity from which a document is merged: of all that the two say, and of what they say
    beside templates."""
    merge_numbered: bool = False
    """Whether documents merge that say the same but for numbers and single letters: `type 1` and `type 2`, `hepatitis
    A` and `B`, 5 mg and 10 mg."""
    contained: float = Field(0.9, gt=0, le=1)
    """Share of the shorter text from which it counts as held by the longer one; it is reported, never merged."""
    split_threshold: float = Field(0.7, gt=0, le=1)
    """Verified Jaccard similarity from which two documents must share a split."""
    against: tuple[Location, ...] = ()
    """Folders of earlier snapshots. What they hold is not released again: it gives way to them. A fuller text, or a
    newer version of a registry's record, is new."""
    doc_types: tuple[str, ...] = ("full_text", "guideline", "textbook", "case_report", "abstract")
    """Best first: full text beats its own abstract. Types that are not listed come last."""
    verdicts: tuple[Location, ...] = ()
    """Files of `hc4 dedup review`. From what people said of pairs in the snapshot's sample, manifest and card state how
    often near-dedup was right."""
    max_loss_share: float = Field(0.5, gt=0, le=1)
    """Share of a source's documents that near-dedup may take before the build stops."""
    max_loss_documents: int = Field(100, ge=0)
    """... which is not asked while it takes no more documents than this."""

    @model_validator(mode="after")
    def _makes_sense(self) -> DedupRecipe:
        if len(set(self.keep)) < len(self.keep):
            raise ValueError("keep names a criterion twice")
        if self.split_threshold > self.threshold:
            raise ValueError("split_threshold must not be above threshold")
        return self


class SplitRecipe(Part):
    """Held-out documents, chosen by duplicate group."""

    validation_share: float = Field(0.03, ge=0, lt=1)


class ShardRecipe(Part):
    """How the released Parquet is cut."""

    tokens: int = Field(25_000_000, ge=1)
    """Tokens a shard, about."""
    row_group_tokens: int = Field(500_000, ge=1)


class Limits(Part):
    """When input is bad enough to stop."""

    failed_share: float = Field(0.01, ge=0, le=1)
    """Share of a source's records that may be quarantined before the build stops."""
    failed_records: int = Field(100, ge=0)
    """... which is not asked while fewer records than this are quarantined."""
    record_bytes: int = Field(50_000_000, ge=1, lt=2**31)
    """Longer texts, and records whose other fields weigh more, are quarantined."""
    raw_record_bytes: int = Field(200_000_000, ge=1, lt=2**31)
    """Longer records are quarantined, or their file is, where it cannot be read on."""
    decompression_ratio: int = Field(500, ge=1)
    """Files and members that unpack to more than so many times their size are refused as bombs."""
    members: int = Field(2_000_000, ge=1)
    """Files in an archive."""
    member_bytes: int = Field(4 << 30, ge=1)
    archive_bytes: int = Field(2 << 40, ge=1)
    """All members of an archive."""
    archive_depth: int = Field(2, ge=1, le=9)
    """How many archives may stand in each other."""

    def of_reading(self) -> dict[str, int]:
        """Fields of `sources.limits.Limits`: what is read depends on them."""
        stated = self.model_dump(exclude={"failed_share", "failed_records"})
        return {"text_bytes": stated.pop("record_bytes"), **stated}


class AuditRecipe(Part):
    """What people said of this snapshot, or of one before it."""

    verdicts: tuple[Location, ...] = ()
    """Files of verdicts on samples, as `hc4 review` writes them: the manifest states what they amount to."""


class Recipe(Part):
    """A whole recipe. Sources are listed by authority: of two equal documents, the earlier source's survives."""

    name: str = Field(pattern=_NAME)
    title: str = ""
    description: str = ""
    root: Location = "."
    """Folder that relative locations start from; relative itself to the recipe's folder."""
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
    datasheet: Given = {}
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
