"""What the manifest states of deduplication, field by field."""

from __future__ import annotations

from manifests.estimates import RemovalEstimate
from manifests.strict import Strict


class ClusterSize(Strict):
    """Clusters of one size: a survivor and the documents merged into it."""

    size: int
    clusters: int


class CrossSource(Strict):
    """Documents of `merged` that gave way to a document of `survivor`, by method."""

    merged: str
    survivor: str
    method: str
    documents: int


class EarlierSnapshot(Strict):
    """A snapshot that this one was deduplicated against."""

    snapshot_id: str
    name: str
    documents: int
    """What it holds."""
    merged: int
    """Documents that gave way to one of it."""


class SourceTemplates(Strict):
    """Templates of a source: shingles that so many of its documents have that they tell none from another."""

    source: str
    documents: int
    """Documents that were looked at."""
    shingles: int


class SignatureFacts(Strict):
    """What the signatures of the index are (`dedup.signature`): none of another algorithm, version, Unicode or shape
    may be compared with them."""

    algorithm: str
    algorithm_version: int
    unicode: str
    """Version of the character database that says what a word is."""
    minhash: dict[str, int]
    """Shape and seed (`dedup.signature.MinHashConfig`)."""


class DistinctShingles(Strict):
    """How far released text repeats itself: its word shingles (`dedup.shingles`)."""

    source: str | None
    """None: the whole corpus, in which sources share shingles."""
    shingles: int
    """Repeats included."""
    distinct: int
    """An estimate (`dedup.interop.distinct`); its standard error is 0.81 %."""


class RepeatedParagraphs(Strict):
    """Paragraphs of released documents (`dedup.paragraphs`) that say word for word what another one says before them:
    in a document that was the better one to keep, or earlier in their own. All but the last three count what is left
    in the released text."""

    source: str
    paragraphs: int
    words: int
    bytes: int
    repeated: int
    repeated_words: int
    repeated_bytes: int
    elsewhere: int
    """Of those repeated, how many stand first in another source."""
    cut: int = 0
    """Repeated ones that were removed."""
    cut_words: int = 0
    cut_bytes: int = 0


class Dedup(Strict):
    """What was merged and how sure that is."""

    algorithm: str
    parameters: dict[str, int | float]
    keep: tuple[str, ...]
    """By what it is decided which of two documents survives; the first that differs decides, then the lesser doc_id."""
    against: tuple[EarlierSnapshot, ...] = ()
    """Earlier snapshots, which together with this one are the corpus."""
    candidate_pairs: int
    verified_pairs: int
    """Candidate pairs whose true Jaccard reached the threshold, both of all they say and of what counts."""
    template_pairs: int
    """... and those alike only in what is a template of their source: they stay."""
    numbered_pairs: int
    """... and those that say the same but for numbers and single letters (`type 1`, `hepatitis B`, `5 mg`): they stay,
    unless the recipe says `dedup.merge_numbered`."""
    contained_pairs: int
    """Candidate pairs too different to merge of which the longer text holds most of the shorter one: they stay too."""
    templates: tuple[SourceTemplates, ...]
    cluster_sizes: tuple[ClusterSize, ...]
    cross_source: tuple[CrossSource, ...]
    signatures: SignatureFacts | None = None
    """None in snapshots of a time when they held no index of signatures."""
    distinct_shingles: tuple[DistinctShingles, ...] = ()
    """By source, in the order of the recipe, and of all."""
    removals: RemovalEstimate | None = None
    """How often near-dedup was right, by people's verdicts on a sample; null if the recipe names none."""
    paragraphs: tuple[RepeatedParagraphs, ...] = ()
    """By source, in the order of the recipe. Empty in snapshots of a time when they were not counted."""
