"""What a released row says of itself beside its text: where it came from, what may be done with it, whom to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from filters.phi.known import mask_known
from filters.phi.mask import mask_distinct
from filters.phi.release import items_in
from filters.rights import licence_address, rights
from manifests.origin import NULLABLE
from shards.write import RIGHTS

ATTRIBUTED = "attribution.parquet"

ATTRIBUTION = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("publisher", pa.string()),
        pa.field("homepage", pa.string()),
        pa.field("title", pa.string()),
        pa.field("authors", pa.list_(pa.string()), nullable=False),
        pa.field("copyright", pa.string()),
        pa.field("doi", pa.string()),
        pa.field("url", pa.string()),
        pa.field("licence_spdx", pa.string(), nullable=False),
        pa.field("licence_url", pa.string()),
        pa.field("changes", pa.string(), nullable=False),
    ]
)
"""Whom a released document's licence wants named, and how the text was changed. Only documents whose licence asks for
it, or may ask for it. `publisher` and `homepage` are those of the source, as the recipe states them."""


_PRECISION = {4: "year", 7: "month", 10: "day"}


_MASKED = ("title", "journal", "url", "member", "licence_raw")
"""Free words that a record states beside its text: publishers put e-mail addresses into them."""
_RECORD_S_OWN = ("title", "journal", "url", "member")
"""Of those, what may name the person that a record is about: files of a patient are called by name."""


CREDITS = "literature"
"""PHI policy of what names authors and holders of rights on purpose."""


def masked_words(documents: pa.Table, policies: pa.ChunkedArray) -> dict[str, pa.Array]:
    """`title`, `journal`, `url`, `member` and `licence_raw`, identifiers masked; known values in all but the last.

    Each document's own words are masked by the policy (`policies`) that it was screened by.
    """
    words = {name: mask_distinct(documents[name], CREDITS) for name in _MASKED}
    for policy in pc.unique(policies).to_pylist():
        mine = pc.equal(policies, policy).combine_chunks()
        if policy != CREDITS:
            for name in _RECORD_S_OWN:
                words[name] = pc.replace_with_mask(words[name], mine, mask_distinct(words[name].filter(mine), policy))
    if pc.any(pc.greater(pc.list_value_length(documents["known_values"]), 0)).as_py():
        known = documents["known_values"].to_pylist()
        for name in _RECORD_S_OWN:
            masked = [mask_known(word, own) for word, own in zip(words[name].to_pylist(), known, strict=True)]
            words[name] = pa.array(masked, pa.string())
    return words


def masked_headings(documents: pa.Table) -> pa.Array:
    """`mesh` (list<string>, null where nothing is stated), identifiers masked: a file may hold anything in any field.

    By the policy of literature alone: headings are a vocabulary's words, and eponyms stand among them.
    """
    headings = documents["mesh"].combine_chunks()
    return pa.ListArray.from_arrays(
        _from_zero(headings), mask_distinct(headings.flatten(), CREDITS), mask=headings.is_null()
    )


def provenance(documents: pa.Table, params: Mapping[str, Any]) -> dict[str, Any]:
    """`raw_sha256`, `reader`, `retrieved`, `date_precision`, and `version` (null where the source has none).

    `params["files"]` gives [sha256, retrieved] of each raw file by name.
    """
    names = documents["raw_file"].combine_chunks().dictionary_encode()
    facts = [params["files"][name] for name in names.dictionary.to_pylist()]
    dates = documents["published"].to_pylist()
    version = documents["version"]
    return {
        "raw_sha256": pa.array([sha256 for sha256, _ in facts], pa.string()).take(names.indices),
        "retrieved": pa.array([retrieved for _, retrieved in facts], pa.string()).take(names.indices),
        "reader": pa.array([params["reader"]] * len(documents), pa.string()),
        "date_precision": pa.array([_PRECISION[len(date)] if date else None for date in dates], pa.string()),
        "version": pc.if_else(pc.equal(version, ""), pa.scalar(None, pa.string()), version),
    }


def released_rights(licence: pa.Table, modified: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """`licence_spdx`, `licence_evidence` and `rights` of each row; a `modified` text has the rights of a derivative."""
    spdx = licence["licence_spdx"].combine_chunks()
    cases = list(zip(spdx.to_pylist(), modified.tolist(), strict=True))
    known = {(name, cut): asdict(rights(name, modified=cut)) for name, cut in set(cases)}
    found = [known[case] for case in cases]
    evidence = [licence[name].combine_chunks() for name in ("licence_kind", "licence_place")]
    return {
        "licence_spdx": spdx,
        "licence_evidence": pa.StructArray.from_arrays(evidence, ["kind", "place"]),
        "rights": pa.array(found, RIGHTS),
    }


def null_reasons(columns: Mapping[str, Any], refused: pa.ChunkedArray, states: set[str]) -> pa.Array:
    """`column:reason` for every null of a row.

    `not_in_format` (the reader's format has no such field), `not_stated` (it has, and this record leaves it out), the
    reason for which what the record states was refused, `not_an_archive`, `no_fetch_record`.
    """
    frame = pl.DataFrame({name: pl.Series(columns[name]) for name in NULLABLE} | {"refused": pl.Series(refused)})
    reasons = []
    for name in NULLABLE:
        usual = {"member": "not_an_archive", "retrieved": "no_fetch_record"}.get(name)
        reason = usual or ("not_stated" if name in states else "not_in_format")
        word = (
            pl.col("refused")
            .list.eval(pl.element().filter(pl.element().str.starts_with(f"{name}:")))
            .list.first()
            .fill_null(f"{name}:{reason}")
        )
        reasons.append(pl.when(pl.col(name).is_null()).then(word).alias(name))
    return frame.select(pl.concat_list(reasons).list.drop_nulls()).to_series().to_arrow()


def attributions(rows: pa.Table, documents: pa.Table, params: Mapping[str, Any]) -> pa.Table:
    """What `ATTRIBUTION` says of the rows whose licence asks to name somebody, or does not say that it does not."""
    owed = np.array([row["attribution"] is not False for row in rows["rights"].to_pylist()], bool)
    rows, documents = rows.filter(pa.array(owed)), documents.filter(pa.array(owed))
    authors = documents["authors"].combine_chunks()
    names = mask_distinct(authors.flatten(), CREDITS)
    spdx = rows["licence_spdx"].to_pylist()
    addresses = [licence_address(name, raw) for name, raw in zip(spdx, rows["licence_raw"].to_pylist(), strict=True)]
    items = items_in(rows["phi_spans"].combine_chunks())
    identifiers = rows["phi_masked"].to_numpy() - items
    changed = zip(identifiers.tolist(), items.tolist(), rows["paragraphs_cut"].to_pylist(), strict=True)
    formatted = "".join(f"; formatted by {name}" for name in params["formatters"])
    columns = {
        **{name: pa.array([params[name]] * len(rows), pa.string()) for name in ("publisher", "homepage")},
        **{name: rows[name] for name in ("doc_id", "source", "title", "doi", "url", "licence_spdx")},
        "authors": pa.ListArray.from_arrays(_from_zero(authors), names),
        "copyright": mask_distinct(documents["copyright"], CREDITS),
        "licence_url": pa.array(addresses, pa.string()),
        "changes": [
            f"text extracted{formatted}"
            + (f"; {masked} identifiers masked" if masked else "")
            + (f"; {words} items of evaluation sets masked" if words else "")
            + (f"; {cut} repeated paragraphs left out" if cut else "")
            for masked, words, cut in changed
        ],
    }
    return pa.table(columns).select(ATTRIBUTION.names).cast(ATTRIBUTION)


def _from_zero(lists: pa.ListArray) -> pa.Array:
    """Offsets into the flattened values."""
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    return pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
