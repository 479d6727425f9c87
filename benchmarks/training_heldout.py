"""The held-out texts of the training proof: what no arm trains on.

`validation` is the curated snapshot's own: what the recipe likes, by construction. The others were made by others, for
other ends: passages of guidelines (cpgQA), abstracts behind questions (PubMedQA), vignettes with their answers (MedQA).
`french` (FrenchMedMCQA) shows what a recipe that allows English alone takes away.

A text that shares thirteen words in a row with any arm is left out: cpgQA is made of guidelines that the kit holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.documents import Text, texts_of
from benchmarks.training_recipes import KIT_RECIPE
from shards.place import uniform

SETS: Mapping[str, tuple[str, Mapping[str, Any] | None]] = {
    "cpgqa": ("eval_cpgqa", {"text": "CONTEXT"}),
    "pubmedqa": ("eval_pubmedqa", {"text": "CONTEXTS.*", "id": "$key"}),
    "medqa": ("eval_medqa", None),
    "french": ("eval_frenchmedmcqa", None),
}
"""By name, the source of the kit's recipe, and columns in place of the recipe's."""

VALIDATION_SET = "validation"

WORDS = 13
"""In a row, from which a text is not independent: as in the evaluation of GPT-3 (arXiv 2005.14165, appendix C)."""

_LONGEST = 4_000
"""Characters of a document that are scored, so that many documents are."""


class HeldOut(NamedTuple):
    """Texts of one set, and how many were left out."""

    texts: tuple[Text, ...]
    overlapping: int


def evaluation_texts(name: str, kit: Path) -> list[Text]:
    """The texts of one of `SETS`, each once, as the kit's reader reads them."""
    from pipelines.locations import resolve_options
    from pipelines.rawfiles import find_raw_files
    from pipelines.recipe import load_recipe

    source_name, columns = SETS[name]
    source = next(each for each in load_recipe(KIT_RECIPE).sources if each.name == source_name)
    options = resolve_options(source.options, kit)
    if columns is not None:
        options["columns"] = dict(columns)
    files = [Path(raw.path) for raw in find_raw_files(source, kit)]
    once = {each.text: each for each in texts_of(source.reader, files, source.name, options)}
    return list(once.values())


def general_texts(kit: Path) -> list[Text]:
    """Sentences of English Wikipedia about people (BOLD): the general text that models read before their arm."""
    from pipelines.locations import resolve_options
    from pipelines.recipe import load_recipe

    source = next(each for each in load_recipe(KIT_RECIPE).sources if each.name == "bold")
    files = sorted((kit / "bold" / "wikipedia").glob("*.json"))
    return list(texts_of(source.reader, files, source.name, resolve_options(source.options, kit)))


def seen_shingles(tables: Iterable[pa.Table]) -> npt.NDArray[np.uint64]:
    """Hashes of every `WORDS` words in a row in tables of documents, ascending and distinct, uint64[n].

    Args:
        tables: columns `text` and `text_sha256`; a text that several have is read once.
    """
    from dedup.shingles import shingle_sets

    known: set[str] = set()
    parts = []
    for table in tables:
        names = table["text_sha256"].to_pylist()
        fresh = [place for place, name in enumerate(names) if name not in known]
        known.update(names)
        for chunk in table["text"].take(pa.array(fresh, pa.int64())).chunks:
            parts.append(shingle_sets(chunk, np.arange(len(chunk)), WORDS)[0])
    return np.unique(np.concatenate(parts))


def independent(texts: Iterable[Text], seen: npt.NDArray[np.uint64], *, budget: int) -> HeldOut:
    """Beginnings of texts that share no `WORDS` words in a row with what was seen, in a seeded order.

    Args:
        texts: of one set.
        seen: as `seen_shingles` gives them.
        budget: UTF-8 bytes after which no more texts are taken.
    """
    from dedup.shingles import shingle_sets

    ordered = sorted(texts, key=lambda each: (uniform(each.id, salt="training/held-out"), each.id, each.text))
    taken, overlapping = [], 0
    for each in ordered:
        if budget <= 0:
            break
        cut = each.text[:_LONGEST]
        hashes, _ = shingle_sets(pa.array([cut], pa.large_string()), np.zeros(1, np.int64), WORDS)
        if len(seen) and (seen[np.minimum(np.searchsorted(seen, hashes), len(seen) - 1)] == hashes).any():
            overlapping += 1
            continue
        taken.append(Text(each.id, cut))
        budget -= len(cut.encode())
    return HeldOut(tuple(taken), overlapping)
