"""Filters: what is measured of documents, and which of them may stay."""

from __future__ import annotations

from pydantic import Field, JsonValue, model_validator

from corpus.document import Genre
from filters.mentions.annotator import WINDOW
from filters.rules import Rule, preset_names
from pipelines.sections.part import NAME, Location, Part


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

    presets: dict[str, str] = Field({name: name for name in preset_names()})
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

    name: str = Field(pattern=NAME)
    """Column of the score."""
    model: Location
    """Folder written by `hc4 train-classifier`, below the root."""


class DatatroveRecipe(Part):
    """A step of datatrove's: a filter, which judges every document, or a formatter, which rewrites its text.

    Formatters run first, in their order, where documents are read: all that is measured is measured of what they make.
    A filter's drops are in the ledger as `name:reason`.
    """

    name: str = Field(pattern=NAME)
    filter: str | None = Field(None, min_length=1)
    """A class of `datatrove.pipeline.filters`, or `module:Class` of one's own."""
    formatter: str | None = Field(None, min_length=1)
    """A class of `datatrove.pipeline.formatters`, or `module:Class` of one's own."""
    options: dict[str, JsonValue] = Field({})
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
