"""Proofs that a snapshot releases a document: small files that are checked without the snapshot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import orjson
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpus.digest import canonical, digest
from corpus.errors import NotReleased, SnapshotError
from corpus.merkle import inclusion_path, root_by_path, tree_root
from manifests import layout
from manifests.agree import same_code
from manifests.explain import explain, fate
from manifests.finding import Finding
from manifests.merkle import Merkle, shard_leaf
from manifests.model import Manifest
from manifests.places import find_document, read_row
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.strict import Strict, first_fault
from shards.fingerprint import document_leaf

_HASH = re.compile(r"[0-9a-f]{64}").fullmatch

_ORIGIN = ("source", "raw_file", "raw_sha256", "member", "record", "offset", "licence_spdx")


class Inclusion(Strict):
    """The way from a leaf to the root of its tree."""

    index: int
    """Number of the leaf, from 0."""
    size: int
    """Leaves of the tree. The root does not prove it; the manifest states it."""
    path: tuple[str, ...]
    """Hex hashes of siblings, the lowest first."""

    @classmethod
    def of(cls, leaves: Sequence[bytes], index: int) -> Self:
        """That of one leaf hash among all of them."""
        return cls(index=index, size=len(leaves), path=tuple(step.hex() for step in inclusion_path(leaves, index)))


class Origin(Strict):
    """What the shard's row says of where the document comes from. The trees do not cover it; the manifest lists the raw
    file with its sha256."""

    source: str
    raw_file: str
    raw_sha256: str
    member: str | None
    record: int
    offset: int | None
    licence_spdx: str


class Proof(Strict):
    """That a document with this text is among those of a snapshot."""

    proof_schema: Literal["hc4/proof/1"] = "hc4/proof/1"
    snapshot_id: str
    root: str
    """`merkle.root` of the snapshot's manifest."""
    doc_id: str
    text_sha256: str
    shard: str
    row: Inclusion
    """Of the document among the rows of the shard; its leaf is `shards.fingerprint.document_leaf`."""
    shards: Inclusion
    """Of the shard among those of the snapshot, ordered by path; its leaf is `manifests.merkle.shard_leaf`."""
    origin: Origin


def prove(snapshot: Snapshot, doc_id: str) -> Proof:
    """The proof for a released document. Two columns of one shard are read.

    Raises:
        NotReleased: the snapshot read the document and did not release it.
        SnapshotError: the snapshot knows no such document, is damaged, or is older than proofs.
    """
    manifest = snapshot.manifest
    if manifest.merkle is None:
        raise SnapshotError(f"{snapshot.folder} states no Merkle root: it was built before there was one; build again")
    place = find_document(snapshot, doc_id)
    if place is None:
        fates = "; ".join(
            f"record {story.record['record']} of {story.record['raw_file']} was {fate(story.record)}"
            for story in explain(snapshot, doc_id)
        )
        raise NotReleased(f"{doc_id} is not in this snapshot: {fates}")
    try:
        rows = pq.read_table(snapshot.folder / place.shard.path, columns=["doc_id", "text_sha256"])
    except BROKEN as error:
        raise unreadable(place.shard.path, error) from None
    leaves = [document_leaf(*row) for row in zip(*(column.to_pylist() for column in rows.columns), strict=True)]
    if tree_root(leaves).hex() != place.shard.merkle_root:
        raise SnapshotError(f"{place.shard.path} does not have the root that the manifest states: run `hc4 verify`")
    shards = sorted(manifest.shards, key=lambda shard: shard.path)
    roots = [shard_leaf(shard.path, shard.merkle_root or "") for shard in shards]
    return Proof(
        snapshot_id=manifest.snapshot_id,
        root=manifest.merkle.root,
        doc_id=doc_id,
        text_sha256=rows["text_sha256"][place.row].as_py(),
        shard=place.shard.path,
        row=Inclusion.of(leaves, place.row),
        shards=Inclusion.of(roots, shards.index(place.shard)),
        origin=Origin(**read_row(snapshot, place, _ORIGIN)),
    )


def read_proof(path: Path) -> Proof:
    """A proof from its file.

    Raises:
        SnapshotError: it is none.
    """
    try:
        return Proof.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise SnapshotError(f"{path} is no proof: {first_fault(error)}") from None


def faults(
    proof: Proof, root: str | None = None, manifest: bytes | None = None, text: bytes | None = None
) -> list[str]:
    """What is wrong with a proof; empty if nothing is.

    Args:
        root: the root to trust.
        manifest: the `manifest.json` to trust, as bytes: its root, its id and its list of raw files.
        text: what should be the document's text, as UTF-8.
    """
    found = []
    if not all(map(_HASH, (proof.root, proof.text_sha256, *proof.row.path, *proof.shards.path))):
        found.append("a hash in the proof is not 64 hex digits, in lower case")
    if _root_of(proof) != proof.root:
        found.append("the path does not lead from the document to the root that the proof states")
    if root is not None and root != proof.root:
        found.append(f"the proof is about root {proof.root}, not {root}")
    if manifest is not None:
        found += _disagreements(proof, manifest)
    if text is not None and hashlib.sha256(text).hexdigest() != proof.text_sha256:
        found.append(f"the text is not that of {proof.doc_id}: its sha256 is {hashlib.sha256(text).hexdigest()}")
    return found


def contradictions(manifest: Manifest) -> Iterator[Finding]:
    """Roots that the manifest should state and does not, or that do not follow from each other."""
    stated = [shard.merkle_root and shard.logical_sha256 for shard in manifest.shards]
    if manifest.merkle is None and not any(stated):
        if same_code(manifest):
            yield Finding(layout.MANIFEST, "states no Merkle root")
    elif not all(stated):
        yield Finding(layout.MANIFEST, "some shards have no logical_sha256 or merkle_root")
    elif manifest.merkle != Merkle.over(manifest.shards):
        yield Finding(layout.MANIFEST, "merkle is not that of the roots of its shards")


def _root_of(proof: Proof) -> str | None:
    """The root to which the two paths lead."""
    shard = _climb(document_leaf(proof.doc_id, proof.text_sha256), proof.row)
    whole = shard and _climb(shard_leaf(proof.shard, shard.hex()), proof.shards)
    return whole.hex() if whole else None


def _climb(leaf: bytes, way: Inclusion) -> bytes | None:
    try:
        return root_by_path(leaf, way.index, way.size, [bytes.fromhex(step) for step in way.path])
    except ValueError:
        return None


def _disagreements(proof: Proof, content: bytes) -> Iterator[str]:
    """What a manifest says otherwise. It is read as plain JSON, so that one of another version serves, too."""
    try:
        manifest: dict[str, Any] = orjson.loads(content)
        named = manifest.pop("snapshot_id")
        root = manifest["merkle"]["root"]
        shards = {shard["path"]: shard for shard in manifest["shards"]}
        files = [file for one in manifest["sources"] if one["name"] == proof.origin.source for file in one["raw_files"]]
        listed = [(file["name"], file["sha256"]) for file in files]
        held = {path: shard.get("rows") for path, shard in shards.items()}
        right = digest(manifest) == named
        # What is written in two ways, or twice, may read otherwise elsewhere.
        plain = canonical(manifest | {"snapshot_id": named}) == content
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        yield "the manifest is none, or states no Merkle root"
        return
    if not right:
        yield "the manifest is damaged: its content does not hash to its snapshot_id"
    if not plain:
        yield "the manifest is not canonical JSON"
    if (named, root) != (proof.snapshot_id, proof.root):
        yield f"the manifest is of snapshot {named} with root {root}; the proof is of {proof.snapshot_id}"
        return
    if (held.get(proof.shard), len(held)) != (proof.row.size, proof.shards.size):
        yield "the proof counts other rows or shards than the manifest"
    origin = (proof.origin.raw_file, proof.origin.raw_sha256)
    if origin not in listed:
        yield f"the manifest lists no raw file {origin[0]} with that sha256 for source {proof.origin.source}"
