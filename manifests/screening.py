"""What stands for identifiers in released text, against the account of it, and what screening still finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from corpus.errors import RecipeError
from filters.phi.detector import detector
from filters.phi.policy import policies_of, policy_of
from filters.phi.spans import EVALUATION_ITEM, Span, masked_bytes, placeholder
from filters.phi.surrogates import could_be_surrogate
from filters.phi.undecided import RULES
from manifests import layout
from manifests.model import Manifest, Shard
from manifests.snapshot import Snapshot


def account_of(shard: Shard) -> str:
    """Where the account of a shard's identifiers lies."""
    return layout.PRIVACY + shard.path.removeprefix(layout.DATA)


def known_policies(manifest: Manifest) -> dict[str, str]:
    """PHI policy of each source, where this code has it."""
    found = {}
    for source in manifest.sources:
        try:
            policies_of(source.phi_policy)
        except RecipeError:
            continue
        found[source.name] = source.phi_policy
    return found


def account_counts(path: Path) -> dict[str, tuple[int, int]]:
    """By class of identifier, how many the account of a shard has, and in how many documents."""
    sums = [pl.len().alias("spans"), pl.col("doc_id").n_unique().alias("documents")]
    table = pl.scan_parquet(path, glob=False).group_by(pl.col("kind").cast(pl.String)).agg(sums).collect()
    return {kind: (spans, documents) for kind, spans, documents in table.iter_rows()}


def items_masked(snapshot: Snapshot) -> pl.LazyFrame:
    """`doc_id` of released documents, and `items_masked`: in how many places evaluation items are masked there."""
    paths = [snapshot.folder / account_of(shard) for shard in snapshot.manifest.shards]
    rows = (
        pl.scan_parquet(paths, glob=False) if paths else pl.LazyFrame(schema={"doc_id": pl.String, "kind": pl.String})
    )
    mine = rows.filter(pl.col("kind").cast(pl.String) == EVALUATION_ITEM)
    return mine.group_by(pl.col("doc_id").cast(pl.String)).agg(pl.len().cast(pl.Int64).alias("items_masked"))


class Screening:
    """Checks the documents of one shard."""

    def __init__(self, folder: Path, shard: Shard, policy: str | None, replaced: dict[str, str]) -> None:
        """`policy` is that of the shard's source, None if this code does not know it; `replaced` says by policy
        whether placeholders or surrogates stand for identifiers."""
        self._policy, self._replaced = policy, replaced
        table = pl.read_parquet(folder / account_of(shard), glob=False)
        self._spans: dict[str, list[Span]] = {}
        for doc_id, start, end, kind, rule in table.select("doc_id", "start", "end", "kind", "rule").iter_rows():
            self._spans.setdefault(doc_id, []).append(Span(start, end, kind, rule))
        self.unmatched = set(self._spans)

    def faults(self, doc_id: str, text: bytes, policy: str, kind: tuple[str, str | None], count: int) -> Iterator[str]:
        """What is wrong with a document of a `kind` (type, genre), as a sentence with `{}` for its id."""
        spans = self._spans.get(doc_id, [])
        self.unmatched.discard(doc_id)
        if len(spans) != count:
            yield "phi_masked of {} is not the number of its identifiers in the account"
        edges = [edge for span in spans for edge in (span.start, span.end)]
        if (
            edges != sorted(edges)
            or any(edge > len(text) for edge in edges[-1:])
            or any(s.start >= s.end for s in spans)
        ):
            yield "identifiers of {} do not lie in its text"
            return
        if self._policy is None:
            return
        # A genre that a classifier gave was not known yet when the document was screened.
        if policy not in (policy_of(self._policy, *kind), policy_of(self._policy, kind[0])):
            yield "text of {} was screened by a policy that is not its source's"
            return
        surrogates = self._replaced.get(policy) == "surrogate"
        if not all(_stands_for(span.kind, text[span.start : span.end], surrogates) for span in spans):
            yield "where the account of {} says that an identifier was replaced, something else stands"
        plain = masked_bytes(text, spans)[0] if surrogates else text
        if shows(policy, plain):
            yield "text of {} holds an identifier that is not masked"


def shows(policy: str, text: bytes | str) -> bool:
    """Whether the rules of a policy find an identifier."""
    return bool(classes_shown(policy, text))


def classes_shown(policy: str, text: bytes | str) -> set[str]:
    """Classes of the identifiers that the rules of a policy find."""
    return {span.kind for span in detector(policy, RULES).find(text.encode() if isinstance(text, str) else text)}


def _stands_for(kind: str, value: bytes, surrogates: bool) -> bool:
    """Whether this is what stands for an identifier of the kind."""
    if value == placeholder(kind) or (kind == "DATE" and placeholder(kind, value) == value):
        return True
    return surrogates and could_be_surrogate(kind, value.decode(errors="replace"))
