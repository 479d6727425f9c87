"""Sources: what is read, under which licences, and when input is bad enough to stop."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from filters.phi.policy import BY_TYPE
from pipelines.sections.deduplication import TemplateRecipe
from pipelines.sections.part import NAME, Location, Part, not_asked


class SourceRecipe(Part):
    """One named raw collection."""

    name: str = Field(pattern=NAME)
    title: str = ""
    homepage: str | None = None
    publisher: str | None = None
    reader: str
    options: dict[str, Any] = Field({})
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
    validation_tokens: int | None = Field(None, ge=0, exclude_if=not_asked)
    """Tokens to hold out, about, if not what `split` says."""
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

    name: str = Field(pattern=NAME)
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
