"""Which repeated paragraphs are cut from which documents.

A document of a source that asks for it loses every paragraph that stands in a better document, or earlier in its own,
word for word. What stays all the same:

- every paragraph of a document whose licence lets no changed text be passed on;
- one paragraph of a document that has no others: its first own one, if nothing else would be left;
- a paragraph without which something in the text would look like an identifier: what the rules take a word for may
  depend on the lines around it, and no identifier is made by cutting.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.digest import Json
from corpus.runs import gather, read_run
from corpus.storage import WorkFolder
from filters.phi.lines import without_lines
from filters.phi.spans import Span, masked_bytes
from filters.rights import load_profile
from manifests.screening import shows
from pipelines.deduplicate.texts import screened_texts
from pipelines.measure import ROWS
from pipelines.places import place, range_of, row_of
from pipelines.slices import BUNDLE, write_sliced

RUN = "paragraphs"
"""Run of a bundle's paragraphs: key, check, row, line, words, bytes."""
REPEATS = "repeats"
"""Run of repeated paragraphs by the place of their document: place, line, and whether they stand first in another
source (elsewhere)."""

_LINE = (1 << 32) - 1


class Document(NamedTuple):
    """One document as read."""

    row: int
    text: bytes
    spans: list[Span]
    policy: str


def cuts(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `cuts` of one bundle: row and line of each paragraph to cut, as a slice of that bundle."""
    bundle, digests = params["bundle"], params["digests"]
    products = [work.product("repeated", one) for one in params["repeated"]]
    _, (places, line, elsewhere) = gather(products, REPEATS, ("place", "line", "elsewhere"), range_of(bundle))
    path = work.product("licence", digests["licence"]) / ROWS
    licences = pl.read_parquet(path, columns=["licence_spdx"], glob=False)["licence_spdx"]
    row = row_of(places)
    wanted = _changeable(licences, params["profile"])[row]
    repeated = np.sort(place(row[wanted], line[wanted]))
    names = ("key", "row", "line", "words", "bytes")
    _, own_row, own_line, words, size = read_run(work.product("paragraphs", digests["paragraphs"]), RUN, names)
    paragraphs = np.bincount(own_row, minlength=len(licences))
    cut = [
        [document.row << 32 | line for line in lines_to_cut(document, found, int(paragraphs[document.row]))]
        for document, found in _with_lines(work, digests, repeated)
    ]
    chosen = np.array([one for lines in cut for one in lines], np.int64)
    frame = pl.DataFrame({"row": chosen >> 32, "line": chosen & _LINE}).select(
        pl.lit(bundle, pl.Int64).alias(BUNDLE), "row", "line"
    )
    gone = np.isin(place(own_row, own_line), chosen)
    return {
        "cuts": {
            "slices": dict(write_sliced(frame, folders["cuts"] / ROWS)),
            "cut": chosen.size,
            "cut_words": int(words[gone].sum(dtype=np.int64)),
            "cut_bytes": int(size[gone].sum(dtype=np.int64)),
            "cut_elsewhere": int(elsewhere[np.isin(place(row, line), chosen)].sum()),
        }
    }


def _changeable(licences: pl.Series, profile: Any) -> npt.NDArray[np.bool_]:
    """Which rows may be changed by their licence."""
    lets_in = load_profile(profile)
    known = {name: lets_in.changeable(name) for name in licences.unique().to_list()}
    return np.array([known[name] for name in licences.to_list()], np.bool_)


def _with_lines(
    work: WorkFolder, digests: dict[str, str], repeated: npt.NDArray[np.int64]
) -> Iterator[tuple[Document, list[int]]]:
    """Documents of the bundle, unmasked, and their lines among `repeated` (row << 32 | line, ascending).

    Those without any are left out; a row group is read only if one of them lies in it.
    """
    rows, starts = np.unique(repeated >> 32, return_index=True)
    lines = np.split(repeated & _LINE, starts[1:])
    for numbers, texts, phi in screened_texts(work, digests, rows, ["phi_spans", "phi_policy"]):
        columns = (texts.to_pylist(), phi["phi_spans"].to_pylist(), phi["phi_policy"].to_pylist())
        for number, text, found, policy in zip(numbers.tolist(), *columns, strict=True):
            spans = [Span(**span) for span in found]
            yield Document(int(rows[number]), text.encode(), spans, policy), lines[number].tolist()


def lines_to_cut(document: Document, repeated: list[int], paragraphs: int) -> list[int]:
    """Those of `repeated` (lines, ascending) that are cut from a document of so many `paragraphs`; ascending.

    As many as can be: without any other one, the text would have no paragraph, or show an identifier.
    """
    most = paragraphs - 1
    chosen = _joined(document, set(), repeated[max(0, len(repeated) - most) :])
    settled = False
    while not settled:
        settled = True
        for line in reversed(repeated):
            if line not in chosen and len(chosen) < most and _clean(document, chosen | {line}):
                chosen.add(line)
                settled = False
    return sorted(chosen)


def _joined(document: Document, chosen: set[int], more: list[int]) -> set[int]:
    """`chosen` and as many of `more` as can be cut with them: nearly always all, at one reading."""
    if not more or _clean(document, chosen | {*more}):
        return chosen | {*more}
    if len(more) == 1:
        return chosen
    half = len(more) // 2
    return _joined(document, _joined(document, chosen, more[half:]), more[:half])


def _clean(document: Document, lines: set[int]) -> bool:
    """Whether nothing looks like an identifier in the masked text without these lines."""
    return not shows(document.policy, masked_bytes(*without_lines(document.text, document.spans, lines))[0])
