"""Deduplication: what counts as the same document, and which copy survives."""

from __future__ import annotations

from pydantic import Field, model_validator

from dedup.ranks import CRITERIA, Criterion
from dedup.signature import MinHashConfig
from pipelines.sections.part import Location, Part


class TemplateRecipe(Part):
    """From when on words are a template of their source, which many documents fill in and which tells none of them."""

    share: float = Field(0.001, gt=0, le=1)
    """Least share of a source's documents that have a shingle, variants of one text counted once."""
    least: int = Field(10, ge=2)
    """... and least number of them, so that in small sources a few copies are no template."""
    variant: float = Field(0.95, gt=0)
    """Jaccard similarity from which documents are variants of one text; above 1, all are counted."""


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
