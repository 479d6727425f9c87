"""Templates: shingles that too many documents of a source have, and what documents say beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.digest import Json
from corpus.runs import read_run, write_run
from corpus.storage import WorkFolder
from pipelines.deduplicate.candidates import in_band
from pipelines.deduplicate.certain import COPIES
from pipelines.deduplicate.pairs import HOT
from pipelines.deduplicate.texts import masked_texts
from pipelines.places import Positions, chosen_rows

SETS = "sets.npz"
TEMPLATES = "templates.npy"
"""Hashes of a source's templates, ascending."""


def sample(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `sample` of one bundle: the shingles of some of its documents.

    Documents are drawn by a hash of their words, a `share` of them; copies of others, word for word, are left out.
    """
    from dedup.shingles import shingle_sets

    rows = _drawn(work, params)
    hashes, sizes = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for _, text in masked_texts(work, params["digests"], rows):
        found, starts = shingle_sets(text, np.arange(len(text)), params["shingle_words"])
        hashes.append(found)
        sizes.append(np.diff(starts))
    np.savez(folders["sample"] / SETS, hashes=np.concatenate(hashes), sizes=np.concatenate(sizes))
    return {"sample": {"documents": rows.size}}


def templates(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `templates` of one source, from the samples of its bundles."""
    from dedup.templates import template_shingles

    stored = [np.load(work.product("sample", digest) / SETS) for digest in params["samples"]]
    hashes, sizes = (np.concatenate([one[name] for one in stored]) for name in ("hashes", "sizes"))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    found = template_shingles(hashes, starts, **params["bound"])
    np.save(folders["templates"] / TEMPLATES, found)
    return {"templates": {"shingles": found.size, "documents": sizes.size}}


def substance(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `substance` of one bundle: band keys without templates (a run `bands`) of its documents that share a band
    with many.
    """
    from dedup.signature import MinHashConfig
    from dedup.sketch import substance_bands

    minhash = MinHashConfig(**params["minhash"])
    rows = np.zeros(0, np.int64)
    for digest in params["bands"]:
        rows = np.union1d(rows, chosen_rows(work.product("bands", digest), HOT, params["number"]))
    keys = [np.zeros((minhash.bands, 0), np.uint64)]
    for _, text in masked_texts(work, params["digests"], rows):
        hashes, starts = flagged_shingles(text, templates_of(work, params["templates"]), minhash.shingle_words)
        keys.append(substance_bands(hashes, starts, minhash.keys(), minhash.bands, minhash.rows))
    of_bands = np.concatenate(keys, axis=1)
    says_something = of_bands[0] != 0
    mine = rows[says_something].astype(np.uint32)
    columns = [in_band(column[says_something], band) for band, column in enumerate(of_bands)]
    run = {"key": np.concatenate(columns), "row": np.tile(mine, len(columns))}
    write_run(folders["substance"], "bands", run)
    return {"substance": {"documents": mine.size}}


def templates_of(work: WorkFolder, digest: str | None) -> npt.NDArray[np.uint64]:
    """The templates of a source; none of one that is not part of this corpus."""
    if digest is None:
        return np.zeros(0, np.uint64)
    found: npt.NDArray[np.uint64] = np.load(work.product("templates", digest) / TEMPLATES)
    return found


def flagged_shingles(
    text: pa.LargeStringArray, templates: npt.NDArray[np.uint64], shingle_words: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Distinct shingles of texts, those flagged that are templates: hashes and starts as `shingle_sets` gives them."""
    from dedup.shingles import shingle_sets
    from dedup.templates import flag

    hashes, starts = shingle_sets(text, np.arange(len(text)), shingle_words)
    return flag(hashes, templates), starts


def _drawn(work: WorkFolder, params: dict[str, Any]) -> Positions:
    """Rows of the sample, ascending: of candidates that repeat no other, word for word."""
    hi, row = read_run(work.product("candidates", params["candidates"]), "exact", ["hi", "row"])
    if params["share"] < 1:
        row = row[hi < np.uint64(params["share"] * 2.0**64)]
    return np.setdiff1d(row, chosen_rows(work.product("joined", params["joined"]), COPIES, params["number"]))
