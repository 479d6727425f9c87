"""Every released row by itself: its text against its own numbers, its shard, and what must not be in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.words import count_words
from dedup.identity import KINDS
from filters.phi.mask import mask_text
from filters.phi.policy import policies_of
from filters.phi.spans import EVALUATION_ITEM
from manifests import layout, signed
from manifests.agree import lacking, same_code
from manifests.amount import Amount
from manifests.finding import Finding
from manifests.model import Manifest, Shard
from manifests.removals import PAIRS, SHOWN, read_pairs
from manifests.removed import REMOVED
from manifests.screening import Screening, account_counts, account_of, classes_shown, known_policies
from manifests.snapshot import BROKEN, Snapshot
from shards.fingerprint import Fingerprint
from shards.other_tokens import COUNTED
from shards.write import ROW


def unreadable(snapshot: Snapshot) -> Iterator[Finding]:
    """Tables that cannot be read to their end, or lack a column that verification needs."""
    lacks = lacking(snapshot.manifest)
    columns_of = {kind: tuple(name for name in names if name not in lacks) for kind, names in _COLUMNS.items()}
    shown = [field for field in ROW if field.name not in lacks]
    needed = {shard.path: tuple(field.name for field in shown) for shard in snapshot.manifest.shards}
    needed |= {file.path: columns_of.get(file.kind, ()) for file in snapshot.manifest.files}
    # What no check looks into must not be there: a column more could hold anything.
    exact = {shard.path for shard in snapshot.manifest.shards}
    exact |= {file.path for file in snapshot.manifest.files if file.kind in _EXACT and same_code(snapshot.manifest)}
    for shard in snapshot.manifest.shards:
        if account_of(shard) not in needed:
            yield Finding(account_of(shard), "is missing: the account of a shard's identifiers")
    yield from signed.missing(snapshot)
    for name, columns in needed.items():
        try:
            with pq.ParquetFile(snapshot.folder / name) as file:
                schema = file.schema_arrow
                if missing := [column for column in columns if column not in schema.names]:
                    yield Finding(name, f"has no column {missing[0]}")
                elif name in exact and (more := sorted({*schema.names} - {*columns})):
                    yield Finding(name, f"has a column that there is none of: {more[0]}")
                elif name.startswith(f"{layout.DATA}/"):
                    wrong = [field.name for field in shown if not schema.field(field.name).type.equals(field.type)]
                    yield from (Finding(name, f"column {column} is not of its type") for column in wrong[:1])
                else:
                    for _ in file.iter_batches():
                        pass
        except BROKEN as error:
            yield Finding(name, f"is no readable Parquet file ({type(error).__name__})")


def shards(snapshot: Snapshot) -> Iterator[Finding]:
    """Count what the shards hold; check each document's text and tokens against its own row."""
    manifest = snapshot.manifest
    policies = known_policies(manifest)
    clusters: dict[str, set[str]] = {}
    amounts: dict[tuple[str, str], Amount] = {}
    masked: Counter[tuple[str, str]] = Counter()
    documents: Counter[tuple[str, str]] = Counter()
    for shard in manifest.shards:
        found, last, proof = Amount(), "", Fingerprint()
        try:
            with pq.ParquetFile(snapshot.folder / shard.path) as file:
                screening = Screening(snapshot.folder, shard, policies.get(shard.source), manifest.privacy.replaced)
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group)
                    yield from _rows(shard, rows, screening, last)
                    last = rows["doc_id"][-1].as_py() if len(rows) else last
                    found = found + _amount(rows)
                    proof.add(rows)
                    clusters.setdefault(shard.split, set()).update(rows["cluster_id"].to_pylist())
                yield from _some(account_of(shard), "{} is not in its shard", sorted(screening.unmatched))
                for kind, (spans, where) in account_counts(snapshot.folder / account_of(shard)).items():
                    masked[shard.source, kind] += spans
                    documents[shard.source, kind] += where
                if (found.documents, found.tokens, file.num_row_groups) != (shard.rows, shard.tokens, shard.row_groups):
                    yield Finding(shard.path, "rows, tokens or row groups are not those stated")
                for name in ("logical_sha256", "merkle_root"):
                    if getattr(shard, name) not in (None, getattr(proof, name)):
                        yield Finding(shard.path, f"{name} is not that of its rows")
        except (*BROKEN, TypeError, AttributeError) as error:
            yield Finding(shard.path, f"cannot be read ({type(error).__name__})")
        key = (shard.source, shard.split)
        amounts[key] = amounts.get(key, Amount()) + found
    for source in manifest.sources:
        yield from _equal(f"tokens of source {source.name}", source.kept, _total(amounts, 0, source.name))
        for name in ("licences", "doc_types", "genres", "years", "languages"):
            shares = sum((share.amount for share in getattr(source, name)), Amount())
            yield from _equal(f"{name} of source {source.name}", source.kept, shares)
    for split in manifest.splits:
        yield from _equal(f"split {split.name}", split.amount, _total(amounts, 1, split.name))
    yield from _equal("totals", manifest.totals, sum(amounts.values(), Amount()))
    for label, place, known in (("source", 0, manifest.sources), ("split", 1, manifest.splits)):
        for name in sorted({key[place] for key in amounts} - {one.name for one in known}):
            yield Finding(layout.MANIFEST, f"shards are of {label} {name}, which it does not state")
    stated = {(one.source, one.kind): (one.spans, one.documents) for one in manifest.privacy.masked}
    if manifest.contamination is not None:
        stated |= {(m.source, EVALUATION_ITEM): (m.spans, m.documents) for m in manifest.contamination.masked}
    for name, kind in sorted({*stated, *masked}):
        counted = masked[name, kind], documents[name, kind]
        if stated.get((name, kind), (0, 0)) != counted:
            yield Finding(layout.MANIFEST, f"{kind} masked in {name}: not the numbers that the account gives")
    names = sorted(clusters)
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            if shared := sorted(clusters[one] & clusters[other]):
                yield Finding(layout.DATA, f"duplicate group {shared[0]} lies in both {one} and {other}")


def samples(snapshot: Snapshot) -> Iterator[Finding]:
    """Identifiers in the excerpts and the examples of boilerplate, which were cut and masked."""
    policies = known_policies(snapshot.manifest)
    excerpts = snapshot.samples().select("source", "phi_policy", "doc_id", "excerpt")
    said = "excerpt of {} holds an identifier that is not masked"
    yield from _some(layout.SAMPLES, said, _identified(policies, excerpts))
    if not any(file.kind == "boilerplate" for file in snapshot.manifest.files):
        return  # of a time when none was learnt
    sentences = pl.read_parquet(snapshot.folder / layout.BOILERPLATE, glob=False)
    said = "sentence of {} holds an identifier that is not masked"
    shown = sentences.select("source", "phi_policy", "doc_id", "sentence")
    yield from _some(layout.BOILERPLATE, said, _identified(policies, shown))


def in_pairs(snapshot: Snapshot) -> Iterator[Finding]:
    """Identifiers in either text of a pair that near-dedup merged."""
    policies = known_policies(snapshot.manifest)
    pairs = read_pairs(snapshot)
    said = "text of {} holds an identifier that is not masked"
    for prefix in ("", "survivor_"):
        name = "doc_id" if not prefix else "survivor"
        shown = pairs.select(f"{prefix}source", f"{prefix}phi_policy", name, f"{prefix}text")
        yield from _some(layout.REMOVALS, said, sorted(set(_identified(policies, shown))))


def removals(snapshot: Snapshot) -> Iterator[Finding]:
    """Identifiers in either text of a pair, and survivors whose text is not the one released."""
    yield from in_pairs(snapshot)
    pairs = read_pairs(snapshot)
    placeholders = {name for name, how in snapshot.manifest.privacy.replaced.items() if how == "placeholder"}
    wrong = []
    for (source,), mine in pairs.partition_by("survivor_source", as_dict=True).items():
        names = mine["survivor"].unique().to_list()
        released = snapshot.released_texts(source, names)
        shorter = _shortened(snapshot, source, names)
        columns = mine.select("survivor", "survivor_phi_policy", "survivor_text", "survivor_cut")
        for survivor, policy, text, cut in columns.unique(maintain_order=True).iter_rows():
            whole = released.get(survivor)
            if whole is None:
                wrong.append(survivor)
            elif policy in placeholders:
                lost = shorter.get(survivor)
                same = _begins(whole, policy, text, cut) if lost is None else _lacks(whole, text, cut, lost)
                if not same:
                    wrong.append(survivor)
    yield from _some(layout.REMOVALS, "text of survivor {} is not the one released", sorted(wrong))


def _begins(whole: str, policy: str, text: str, cut: bool) -> bool:
    """Whether `text` is what is shown of a released text: its beginning, screened again where that was cut."""
    beginning = whole[:SHOWN]
    return cut == (len(whole) > SHOWN) and (text == beginning or text == mask_text(beginning, policy))


def _shortened(snapshot: Snapshot, source: str, doc_ids: list[str]) -> dict[str, int]:
    """How many paragraphs were cut from those `doc_ids` of a source that lost some."""
    rows = pl.scan_parquet(snapshot.shards(source), glob=False).filter(pl.col("paragraphs_cut") > 0)
    return dict(rows.filter(pl.col("doc_id").is_in(doc_ids)).select("doc_id", "paragraphs_cut").collect().iter_rows())


def _lacks(whole: str, text: str, cut: bool, paragraphs: int) -> bool:
    """Whether `text`, shown as it was compared, is the beginning of a released text that lacks so many paragraphs."""
    shown, left = ([line for line in one.split("\n") if line.strip()] for one in (text, whole))
    missing = 0
    for line in shown[:-1] if cut else shown:
        if left[:1] == [line]:
            left = left[1:]
        else:
            missing += 1
    return missing <= paragraphs and (cut or not left)


def _identified(policies: dict[str, str], texts: pl.DataFrame) -> list[str]:
    """Documents whose text (source, policy, doc_id, text) shows an identifier, as `id (classes)`, or has a policy that
    its source does not have."""
    shown: list[str] = []
    for source, policy, doc_id, text in texts.iter_rows():
        asked = policies.get(source)
        if text is None or asked is None:
            continue
        if policy not in policies_of(asked):
            shown.append(f"{doc_id} (policy {policy})")
        elif found := classes_shown(policy, text):
            shown.append(f"{doc_id} ({', '.join(sorted(found))})")
    return shown


def policies_unknown(manifest: Manifest) -> Iterator[Finding]:
    """PHI policies that this code cannot look for."""
    known = known_policies(manifest)
    for source in manifest.sources:
        if source.name not in known:
            what = f"PHI policy {source.phi_policy!r} of source {source.name} is not known to this code"
            yield Finding(layout.MANIFEST, what)


_COLUMNS: dict[str, tuple[str, ...]] = {
    "tokens": tuple(COUNTED.names),
    "audit": (
        *("source", "raw_file", "record", "doc_id", "verdict", "stage", "reason", "survivor"),
        *("survivor_snapshot", "bytes", "words"),
        *(
            "tokens",
            "doc_type",
            "genre",
            "published",
            *KINDS,
            "retraction",
            "title",
            "journal",
            "mesh",
            "url",
            "member",
            "version",
            "offset",
            "licence_raw",
            "licence_spdx",
            "licence_kind",
        ),
        *("licence_place", "licence_conflict", "copyright", "language", "language_score", "phi_policy", "phi_count"),
    ),
    "ledger": ("source", "raw_file", "stage", "verdict", "reason", "documents", "bytes", "words", "tokens"),
    "quarantine": ("source", "raw_file", "record", "reason"),
    "samples": ("source", "phi_policy", "doc_id", "excerpt"),
    "boilerplate": ("source", "hash", "documents", "doc_id", "phi_policy", "sentence"),
    "removals": tuple(PAIRS.names),
    "privacy": ("doc_id", "start", "end", "kind", "rule", "tag"),
    signed.KIND: ("doc_id", "exact_hi", "exact_lo", "n_shingles"),
    "takedowns": tuple(REMOVED.names),
    "attribution": (
        *("doc_id", "source", "publisher", "homepage", "title", "authors", "copyright", "doi", "url", "licence_spdx"),
        *("licence_url", "changes"),
    ),
}
"""What each kind of table must have for the checks to be made."""

_EXACT = ("ledger", "boilerplate", "removals", "privacy", "takedowns", "attribution")
"""Kinds that have these columns and no others. Record tables and samples have what the recipe measures, too."""


def _rows(shard: Shard, rows: pa.Table, screening: Screening, last: str) -> Iterator[Finding]:
    if not pc.list_value_length(rows["input_ids"]).cast(pa.int32()).equals(rows["n_tokens"]):
        yield Finding(shard.path, "n_tokens is not the length of input_ids")
    for name in ("source", "split"):
        if pc.unique(rows[name]).to_pylist() not in ([], [getattr(shard, name)]):
            yield Finding(shard.path, f"{name} of some rows is not {getattr(shard, name)}")
    doc_ids = rows["doc_id"].to_pylist()
    if any(after.encode() <= before.encode() for before, after in zip([last, *doc_ids], doc_ids, strict=False)):
        yield Finding(shard.path, "rows are not sorted by doc_id, each once")
    wrong: dict[str, list[str]] = {}
    names = ("text", "text_sha256", "n_bytes", "n_words", "phi_policy", "doc_type", "genre", "phi_masked")
    columns = (rows[name].to_pylist() for name in names)
    for doc_id, text, sha256, n_bytes, n_words, policy, *kind, count in zip(doc_ids, *columns, strict=True):
        raw = text.encode()
        for what in screening.faults(doc_id, raw, policy, (kind[0], kind[1]), count):
            wrong.setdefault(what, []).append(doc_id)
        for what, differs in (
            ("text of {} is not that of its text_sha256", hashlib.sha256(raw).hexdigest() != sha256),
            ("n_bytes of {} is not the length of its text", len(raw) != n_bytes),
            ("n_words of {} is not the number of words in its text", count_words(text) != n_words),
        ):
            if differs:
                wrong.setdefault(what, []).append(doc_id)
    for what, documents in wrong.items():
        yield from _some(shard.path, what, documents)


def _some(file: str, what: str, doc_ids: list[str]) -> Iterator[Finding]:
    """One finding for the documents of a file with the same fault: the first is named."""
    if doc_ids:
        more = f" (and {len(doc_ids) - 1:,} more documents)" if len(doc_ids) > 1 else ""
        yield Finding(file, what.format(doc_ids[0]) + more)


def _amount(rows: pa.Table) -> Amount:
    def total(name: str) -> int:
        return int(pc.sum(rows[name]).as_py() or 0)

    return Amount(documents=len(rows), bytes=total("n_bytes"), words=total("n_words"), tokens=total("n_tokens"))


def _total(amounts: dict[tuple[str, str], Amount], place: int, name: str) -> Amount:
    return sum((amount for key, amount in amounts.items() if key[place] == name), Amount())


def _equal(what: str, stated: Amount, found: Amount) -> Iterator[Finding]:
    if stated != found:
        yield Finding(layout.MANIFEST, f"{what}: states {stated}, the shards hold {found}")
