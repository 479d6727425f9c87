"""From raw files to all that runs of the training proof read: snapshots, arms, vocabulary, held-out texts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.documents import Text
from benchmarks.training_arms import ARMS, Snapshots, write_arm
from benchmarks.training_heldout import (
    SETS,
    VALIDATION_SET,
    HeldOut,
    evaluation_texts,
    general_texts,
    independent,
    seen_shingles,
)
from benchmarks.training_noise import as_rows
from benchmarks.training_recipes import build_variant, variants
from benchmarks.training_score import write_texts
from benchmarks.training_vocabulary import learn_vocabulary
from shards.loading import open_corpus

GENERAL = "general"
"""Name of the arm that models read before all others."""
HELD_OUT = "held_out.json"
WATCH = "watch.json"
VOCABULARY = "vocabulary.json"

_VOCABULARY_BYTES = 1_500_000
_SET_BYTES = 60_000
_WATCH_BYTES = 6_000
_FACTS = "prepared.json"


def prepare(folder: Path, kit: Path) -> dict[str, Any]:
    """Make below `folder` what is not there; return what it is made of: by arm, and by set of held-out texts."""
    if (folder / _FACTS).is_file():
        return json.loads((folder / _FACTS).read_text())  # type: ignore[no-any-return]
    folder.mkdir(parents=True, exist_ok=True)
    built = {name: build_variant(name, folder, folder / "work", kit) for name in variants()}
    snapshots = Snapshots(built)
    arms = {arm: snapshots.rows(arm) for arm in ARMS}
    arms[GENERAL] = _as_documents(general_texts(kit), arms["curated"])
    sample = {arm: _pairs(rows) for arm, rows in arms.items()}
    tokenizer = learn_vocabulary(sample, folder / VOCABULARY, bytes_each=_VOCABULARY_BYTES)
    facts: dict[str, Any] = {"arms": {}, "vocabulary_sha256": tokenizer.sha256}
    for arm, rows in arms.items():
        place = folder / "arms" / arm
        shutil.rmtree(place, ignore_errors=True)
        account = write_arm(rows, place, tokenizer)
        sums = {key: sum(each[key] for each in account.values()) for key in ("documents", "tokens", "bytes")}
        facts["arms"][arm] = {**sums, "corpus": open_corpus(place).digest, "sources": account}
    seen = seen_shingles(arms.values())
    validation = [Text(*pair) for pair in _pairs(snapshots.validation())]
    sets = {VALIDATION_SET: validation} | {name: evaluation_texts(name, kit) for name in SETS}
    found = {name: independent(texts, seen, budget=_SET_BYTES) for name, texts in sets.items()}
    write_texts({name: [each.text for each in one.texts] for name, one in found.items()}, folder / HELD_OUT)
    facts["held_out"] = {name: _facts(one) for name, one in found.items()}
    write_texts({"watch": _watched(found)}, folder / WATCH)
    (folder / _FACTS).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    return facts


def _pairs(rows: pa.Table) -> Iterator[tuple[str, str]]:
    yield from zip(rows["doc_id"].to_pylist(), rows["text"].to_pylist(), strict=True)


def _as_documents(texts: list[Text], like: pa.Table) -> pa.Table:
    return as_rows(like, GENERAL, [each.text for each in texts])


def _facts(one: HeldOut) -> dict[str, int]:
    size = sum(len(each.text.encode()) for each in one.texts)
    return {"documents": len(one.texts), "bytes": size, "overlapping": one.overlapping}


def _watched(found: dict[str, HeldOut]) -> list[str]:
    """Some texts of each English set, whose loss is drawn as a curve."""
    texts = []
    for name in (VALIDATION_SET, "cpgqa", "pubmedqa", "medqa"):
        size = 0
        for each in found[name].texts:
            if size > _WATCH_BYTES:
                break
            texts.append(each.text)
            size += len(each.text.encode())
    return texts
