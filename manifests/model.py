"""The snapshot manifest, field by field.

`manifest.json` is the canonical JSON (RFC 8785) of `Manifest`. It states what the snapshot holds, where it came from
and where every record went; cards and pages are projections of it and hold no number of their own.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from corpus.digest import canonical, digest
from manifests.amount import Amount, Share
from manifests.contamination import Contamination
from manifests.coverage import ColumnNulls, Coverage
from manifests.deduplicated import Dedup
from manifests.demographics import Demographics
from manifests.estimates import AuditEstimate
from manifests.merkle import Merkle
from manifests.paths import ShardPath, TablePath
from manifests.strict import Strict
from manifests.takedowns import Takedown
from manifests.token_counts import TokenCount

SCHEMA: Literal["hc4/manifest/1"] = "hc4/manifest/1"


class Retrieval(Strict):
    """Where and when a raw file was fetched, and what its publisher said of it then."""

    retrieved: str
    """ISO 8601: a day, or a time in UTC."""
    url: str | None
    published_checksum: str | None
    etag: str | None
    last_modified: str | None


class RawFile(Strict):
    """One file as fetched.

    `facts` are the reader's own counts (`records`, `distinct_pmids`, ...) and, of each formatter, `rewritten_by_NAME`,
    `emptied_by_NAME` and `failed_in_NAME`: documents.
    """

    name: str
    sha256: str
    bytes: int
    records: int
    facts: dict[str, int]
    quarantined: str | None = None
    """Reason code if the whole file could not be read."""
    retrieval: Retrieval | None = None


class ReaderFacts(Strict):
    """Which reader made the documents, and what it leaves out."""

    name: str
    version: int
    doc_types: tuple[str, ...]
    section_policy: str
    known_losses: tuple[str, ...]


class FormatterFacts(Strict):
    """What rewrote the documents of a source as they were read. `facts` of raw files count what it did."""

    name: str
    formatter: str
    """A class of datatrove's, or `module:Class`."""
    options: dict[str, JsonValue]
    code_sha256: str
    """Of the module that holds the class."""


class Source(Strict):
    """One named raw collection: what was read, what was kept, and of what kind it is."""

    name: str
    title: str
    homepage: str | None
    publisher: str | None
    source_terms: str | None
    """SPDX expression that the source's own terms give to documents which state no licence."""
    phi_policy: str
    use: Literal["train", "evaluate"]
    """Nothing is released of a source to evaluate with."""
    reader: ReaderFacts
    formatters: tuple[FormatterFacts, ...] = ()
    """In the order in which they ran."""
    raw_files: tuple[RawFile, ...]
    read: Amount
    kept: Amount
    licences: tuple[Share, ...]
    doc_types: tuple[Share, ...]
    genres: tuple[Share, ...]
    years: tuple[Share, ...]
    """By year of publication, ascending; label `unknown` where the source gives none."""
    languages: tuple[Share, ...]
    length_histogram: tuple[tuple[int, int], ...]
    """(lower bound in tokens, documents): bins double from 1."""
    coverage: Coverage | None = None
    """Of what the released text covers; None in snapshots of a time when it was not counted."""
    nulls: tuple[ColumnNulls, ...] = ()
    """One for each column of the shards that may be null, in their order."""


class LedgerLine(Strict):
    """Where text went: one line a source, stage, verdict and reason. Measured before masking."""

    source: str
    stage: str
    verdict: Literal["drop", "merge", "fail"]
    reason: str
    amount: Amount


class StageBalance(Strict):
    """`entered = left + dropped + merged + failed`, in all four measures, for one source and stage."""

    source: str
    stage: str
    entered: Amount
    dropped: Amount
    merged: Amount
    failed: Amount
    left: Amount


class Ledger(Strict):
    """The whole account, of two texts: as read, up to `curated`, and as `released`.

    `curated - masked - cut = released` by source, in bytes, words and tokens; all count the same documents.
    """

    lines: tuple[LedgerLine, ...]
    stages: tuple[StageBalance, ...]
    masked: tuple[Share, ...]
    """By source: text as read minus text as masked, of the kept documents; documents are those that were changed."""
    cut: tuple[Share, ...] = ()
    """By source: what was cut of repeated paragraphs after that, likewise. Empty where none was asked to be cut."""
    curated: tuple[Share, ...] = ()
    """By source: the kept documents, as read. Empty in snapshots of a time when it was not stated, as `released`."""
    released: tuple[Share, ...] = ()
    """By source: the kept documents, as the shards hold them."""


class LicenceRights(Strict):
    """What one licence permits and asks for in the text as released; None where it is not known."""

    spdx: str
    amount: Amount
    commercial: bool | None
    redistribute: bool | None
    derivatives: bool | None
    share_alike: bool | None
    attribution: bool | None


class Rights(Strict):
    """What may be done with the corpus as a whole, from what may be done with each document."""

    profile: str
    families: tuple[str, ...]
    """Families of licences that the profile lets in."""
    verbatim: tuple[str, ...]
    """Families it lets in only where the text was not changed."""
    by_licence: tuple[LicenceRights, ...]
    """Released text by licence, largest first."""
    floor: dict[str, bool | None]
    """The strictest over all released licences: what every document permits, what any asks for; None if one is not
    known."""
    conflicts: int
    """Records whose statements, or whose work's, name licences with different rights."""
    attributed: int
    """Rows of the attribution file."""


class PhiCount(Strict):
    """Identifiers masked in the released text of one source, by kind. Never values.

    What else is masked, items of evaluation sets, is stated in `contamination.masked`.
    """

    source: str
    kind: str
    spans: int
    documents: int


class PlantedRecall(Strict):
    """What was found of identifiers of one class that were planted into a sample of a source's own documents."""

    source: str
    policy: str
    letter: str
    """Class, by its letter in 45 CFR 164.514(b)(2)(i)."""
    planted: int
    touched: int
    """Any overlap."""
    covered: int
    """Every letter and digit masked."""
    typed: int
    """Touched by a span of the same class."""


class KnownRecall(Strict):
    """Identifiers that the records of a source state themselves and repeat in their text; all of them are replaced."""

    source: str
    stated: int
    touched: int
    """Of these, touched by what the rules find without knowing them."""
    covered: int
    """Of these, covered by it to the last letter."""


class Privacy(Strict):
    """How identifiers were looked for, and how many were masked."""

    ruleset: str
    policies: dict[str, str]
    """By source; documents of some genres have stricter ones, which each row names."""
    replaced: dict[str, str] = Field({})
    """By policy, `placeholder` or `surrogate`."""
    undecided: dict[str, dict[str, JsonValue]] = Field({})
    """By policy, who decided about words that no rule decides: name, versions, digests; `rules` let them stand."""
    key: str | None = None
    """Fingerprint of the key of surrogates and tags."""
    masked: tuple[PhiCount, ...]
    planted_documents: dict[str, int] = Field({})
    """By source, documents of the sample that was given made identifiers."""
    planted: tuple[PlantedRecall, ...] = ()
    known: tuple[KnownRecall, ...] = ()


class TokenizerFacts(Strict):
    """The tokenizer behind every token count, and the proof that the fast path equals the reference."""

    name: str
    sha256: str
    vocabulary: int
    fast_path: str
    oracle: str
    oracle_documents: int
    """Documents of the released shards encoded again by the oracle; all were equal, or the build had stopped."""


class HeldOutOf(Strict):
    """What is held out of a source by the position of near-duplicate groups (`shards.place.position`)."""

    source: str
    threshold: float
    """Groups whose home it is, below which position: the home is the source of the group's least released doc_id."""
    wanted: int | None
    """Tokens, as read, that were to be held out, as the recipe states it and as its bound lets; null: a share was."""


class SplitRule(Strict):
    """Which near-duplicate groups a split has. All rules hold for groups and what is similar to them as one."""

    by: Literal["rest", "position", "date"]
    """`rest`: all that is in no other split."""
    sources: tuple[HeldOutOf, ...] = ()
    """Of `position`, in the order of the recipe."""
    after: str | None = None
    """Of `date`: nothing in the group was published before this year, month or day, and all its dates are known."""
    like_train: int = 0
    """Of `rest`: documents that would be held out, were they not similar to others that cannot be."""
    late: int = 0
    """Of `rest`: documents published after the date that it does not hold out, as their groups have others that were
    not, or may not have been."""


class Split(Strict):
    """A named part of the corpus; near-duplicate groups never straddle two."""

    name: str
    amount: Amount
    rule: SplitRule | None = Field(None, exclude_if=lambda rule: rule is None)
    """Not stated where the recipe asks for one share of all groups, and nothing like them had to stay in train."""


class Shard(Strict):
    """One Parquet file of the corpus."""

    path: ShardPath
    source: str
    split: str
    sha256: str
    bytes: int
    rows: int
    tokens: int
    row_groups: int
    logical_sha256: str | None = None
    """Over its documents and tokens, in order: the same whatever wrote the file (`shards.fingerprint`)."""
    merkle_root: str | None = None
    """Hex root of the tree over its documents (`shards.fingerprint`). None in older snapshots, as is the digest."""


class File(Strict):
    """Any other file of the snapshot that the manifest vouches for."""

    path: TablePath
    kind: str
    sha256: str
    bytes: int
    rows: int


class Model(Strict):
    """A model file that decided something."""

    name: str
    sha256: str
    licence: str | None
    used_for: str


class Environment(Strict):
    """What a rebuild needs to give the same bytes."""

    hc4: str
    code_sha256: str
    python: str
    unicode: str
    packages: dict[str, str]


class Gap(Strict):
    """Something a reader may expect and this snapshot does not state."""

    what: str
    why: str


class Manifest(Strict):
    """Everything a snapshot states about itself."""

    manifest_schema: Literal["hc4/manifest/1"] = SCHEMA
    snapshot_id: str
    name: str
    title: str
    description: str
    licence_profile: str
    licence_statement: str
    recipe: dict[str, JsonValue]
    """The recipe as understood: defaults filled in, local paths replaced by names and digests."""
    recipe_sha256: str
    totals: Amount
    splits: tuple[Split, ...]
    sources: tuple[Source, ...]
    coverage: Coverage | None = None
    """Over all sources."""
    ledger: Ledger
    rights: Rights
    privacy: Privacy
    dedup: Dedup
    audit: AuditEstimate | None = None
    """How often it decided rightly, by people's verdicts on its samples; null if the recipe names none."""
    demographics: Demographics | None = None
    """None if the recipe asks for none."""
    contamination: Contamination | None = None
    """None if the recipe names no evaluation sets."""
    tokenizer: TokenizerFacts
    token_counts: tuple[TokenCount, ...] = ()
    """Tokens by other tokenizers, which the recipe asks for in `count_with`."""
    models: tuple[Model, ...]
    shards: tuple[Shard, ...]
    merkle: Merkle | None = None
    """None in snapshots older than it."""
    files: tuple[File, ...]
    environment: Environment
    gaps: tuple[Gap, ...]
    parent: str | None = None
    """Id of the snapshot that documents were taken out of; None as long as this is as it was built.

    Counts of released text are of what is left. What was read, and all else about the build (its environment, what
    deduplication compared and merged, the recall of planted identifiers, pairs that people read), is as the parent
    states it."""
    takedowns: tuple[Takedown, ...] = ()
    """The earliest first; `parent` is that of the last."""

    def identified(self) -> Self:
        """This manifest with its `snapshot_id`: the sha256 of its canonical JSON without that field.

        It is read back from its own bytes, so that whoever reads `manifest.json` holds the same values (canonical JSON
        writes 50.0 as 50).
        """
        whole = type(self).model_validate_json(canonical(self.model_dump(mode="json")))
        named = whole.model_copy(update={"snapshot_id": whole.computed_id()})
        return type(self).model_validate_json(named.canonical())

    @model_validator(mode="after")
    def _has_each_path_once(self) -> Self:
        paths = [*(shard.path for shard in self.shards), *(file.path for file in self.files)]
        if len(set(paths)) != len(paths):
            raise ValueError("lists a path twice")
        return self

    def computed_id(self) -> str:
        """The id that the other fields give."""
        return digest(self.model_dump(mode="json", exclude={"snapshot_id"}, exclude_unset=True))

    def canonical(self) -> bytes:
        """The bytes of `manifest.json`. What an older one does not state is not added: it keeps its id."""
        return canonical(self.model_dump(mode="json", exclude_unset=True))
