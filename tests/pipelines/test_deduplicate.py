"""Deduplication in units over partitions: what is found depends on the documents alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.storage import WorkFolder
from dedup.candidates import band_pairs, star_edges, unique_pairs
from dedup.resolve import Certain, Method, resolve_near
from dedup.signature import SignatureAnnotator
from dedup.verify import jaccard
from pipelines.build import Build
from pipelines.engines.inline import InlineEngine
from pipelines.engines.ray import RayEngine
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from pipelines.sections.deduplication import DedupRecipe
from tests.conftest import Built
from tests.dedup import oracle
from tests.pipelines.building import Listener
from tests.pipelines.dedup_corpus import Corpus, Doc
from tests.pipelines.small import SmallCorpus

WORDS = [f"{a}{b}" for a in ("car", "neu", "hem", "der", "oto") for b in ("dio", "ral", "ic", "oma", "itis", "al")]


def soup(random: np.random.Generator, words: int) -> list[str]:
    return [WORDS[n] for n in random.integers(0, len(WORDS), words)]


def corpus(seed: int) -> list[Doc]:
    """Texts, their copies and edits, forms that are filled in, and works by identifier, in two sources."""
    random = np.random.default_rng(seed)
    texts = [soup(random, int(random.integers(20, 120))) for _ in range(12)]
    form = soup(random, 60)
    texts += [[*form, *soup(random, 12)] for _ in range(25)]
    for _ in range(30):
        one = list(texts[random.integers(0, len(texts))])
        for _ in range(random.integers(0, 4)):
            one[random.integers(0, len(one))] = WORDS[random.integers(0, len(WORDS))]
        texts.append(one)
    texts += [["heart"], [], []]
    found = []
    for number, words in enumerate(texts):
        source = ("one", "other")[random.integers(0, 2)]
        work = ((("pmid", str(random.integers(1, 50))),), ())[random.integers(0, 2)]
        kind = ("abstract", "full_text")[random.integers(0, 2)]
        found.append(Doc(f"{source}:{number}", " ".join(words), source, work, kind))
    return found


def dealt(documents: Sequence[Doc], bundles: int, random: np.random.Generator) -> list[list[Doc]]:
    """The documents in bundles of one source each, in any order."""
    found = []
    for source in sorted({doc.source for doc in documents}):
        mine = [doc for doc in documents if doc.source == source]
        random.shuffle(mine)  # type: ignore[arg-type]
        found += [mine[number::bundles] for number in range(bundles)]
    return found


def policy(**changes: Any) -> DedupRecipe:
    small = {"templates": {"share": 0.1, "least": 8}, "buckets": {"all_pairs_up_to": 4, "leaders": 2}}
    return DedupRecipe.model_validate(small | changes)


def outcome(folder: Path, bundles: list[list[Doc]], partitions: int, engine: Any = InlineEngine) -> tuple[Any, Any]:
    found = Corpus(WorkFolder.create(folder), bundles, policy())
    with engine(found.work) as running:
        result, _ = found.run(running, partitions)
    return found.merges(result), found.groups(result)


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 999), st.integers(1, 5), st.sampled_from([2, 7, 64]))
def test_neither_partitions_nor_bundles_nor_order_change_what_merges(seed: int, bundles: int, partitions: int) -> None:
    documents, random = corpus(seed), np.random.default_rng(seed)
    with TemporaryDirectory() as name:
        expected = outcome(Path(name, "one"), dealt(documents, 1, random), 1)
        assert expected == outcome(Path(name, "other"), dealt(documents, bundles, random), partitions)
    assert expected[0]


@pytest.mark.slow
def test_ray_finds_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    documents = corpus(1)
    here = outcome(tmp_path / "here", dealt(documents, 2, np.random.default_rng(1)), 1)
    there = outcome(
        tmp_path / "there", dealt(documents, 3, np.random.default_rng(2)), 7, lambda work: RayEngine(work, workers=2)
    )
    assert here == there
    assert {row[3] for row in here[0]} == {"identity", "exact", "near"}


@pytest.mark.parametrize("partitions", [7, pytest.param(64, marks=pytest.mark.slow)])
def test_a_snapshot_has_the_same_bytes_for_any_number_of_partitions(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path, partitions: int
) -> None:
    recipe = small_corpus.write_recipe(tmp_path / "small.yaml")
    planned = make_plan(load_recipe(recipe), recipe.parent)
    work = WorkFolder.create(tmp_path / "work")
    Build(planned, InlineEngine(work), work, Listener(), partitions).run(tmp_path / "out")
    sums = [(folder / "SHA256SUMS").read_text(encoding="utf-8") for folder in (tmp_path / "out", snapshot.folder)]
    assert sums[0] == sums[1]


@pytest.mark.parametrize("seed", range(3))
def test_partitions_find_what_arrays_in_memory_find(seed: int, tmp_path: Path) -> None:
    """Without templates and large buckets, against the functions of `dedup` called one after the other."""
    documents = [Doc(doc.doc_id, doc.text, doc.source) for doc in corpus(seed)]
    plain = policy(templates={"share": 1, "least": 1000}, buckets={"all_pairs_up_to": 1000})
    found = Corpus(WorkFolder.create(tmp_path), dealt(documents, 2, np.random.default_rng(seed)), plain)
    result, _ = found.run(InlineEngine(found.work), 3)

    best_first = sorted(documents, key=lambda doc: (doc.source, -len(doc.text.encode()), doc.doc_id))
    text = oracle.column([doc.text for doc in best_first])
    signed = SignatureAnnotator(plain.signature).measure(pa.record_batch({"text": text}))
    rank = np.arange(len(best_first))
    exact = star_edges((signed.column("exact_hi").to_numpy(), signed.column("exact_lo").to_numpy()), rank)
    bands = [band_pairs(signed.column(b).to_numpy(), rank, 1000) for b in plain.signature.band_names()]
    nothing = np.zeros(0, np.int64)
    expected = resolve_near(
        rank,
        Certain.of((nothing, nothing), exact),
        unique_pairs(bands),
        lambda a, b: jaccard(text, a, b)[0],
        threshold=plain.threshold,
        split_threshold=plain.split_threshold,
    )
    names = [doc.doc_id for doc in best_first]
    assert [(row[0], row[1], row[3], row[4]) for row in found.merges(result)] == sorted(
        (
            names[row],
            names[expected.survivor[row]],
            Method(int(expected.method[row])).name.lower(),
            None if np.isnan(expected.similarity[row]) else float(expected.similarity[row]),
        )
        for row in np.flatnonzero(expected.method)
    )
    assert {row[3] for row in found.merges(result)} == {"exact", "near"}


def test_forms_that_are_filled_in_stay_and_their_copies_go(tmp_path: Path) -> None:
    """In one bucket with all other forms, the only two that say the same are found."""
    random = np.random.default_rng(5)
    form = soup(random, 1200)
    said = [soup(random, 80) for _ in range(60)]
    edited = [*said[17]]
    edited[20] = "changed"
    texts = [[*form, *words] for words in (*said, edited)]
    documents = [Doc(f"one:{number:02}", " ".join(words)) for number, words in enumerate(texts)]
    found = Corpus(WorkFolder.create(tmp_path), [documents[::2], documents[1::2]], policy())
    result, units = found.run(InlineEngine(found.work), 3)

    ((doc_id, survivor, same_as, method, similarity, substance, containment),) = found.merges(result)
    assert {doc_id, survivor} == {"one:17", "one:60"}
    assert (same_as, method) == (survivor, "near")
    assert similarity == oracle.jaccard(*(" ".join(texts[number]) for number in (17, 60)))
    no = oracle.template([" ".join(words) for words in texts], 0.1, 8)
    assert substance == oracle.substance(*(" ".join(texts[number]) for number in (17, 60)), no, no)
    assert 0.8 <= substance < similarity < containment < 1
    assert result.templates > 50
    assert any(unit.task.endswith(":substance") for unit in units)


@pytest.mark.parametrize("merge", [False, True])
def test_texts_that_differ_in_numbers_alone_stay_unless_told_otherwise(merge: bool, tmp_path: Path) -> None:
    words = soup(np.random.default_rng(9), 200)
    texts = [" ".join([*words, "type", number, *words[:50]]) for number in ("1", "2", "2")]
    documents = [Doc(f"one:{number}", text) for number, text in enumerate([*texts, texts[2].replace("type 2", "kind")])]
    found = Corpus(WorkFolder.create(tmp_path), [documents], policy(merge_numbered=merge))
    result, _ = found.run(InlineEngine(found.work))
    told = {row[0]: (row[1], row[3]) for row in found.merges(result)}
    exact = {"one:2": ("one:1", "exact")}
    near = {"one:3": ("one:0", "near")}
    assert told == (near | {"one:1": ("one:0", "near"), "one:2": ("one:0", "exact")} if merge else near | exact)
    assert result.numbered == (0 if merge else 1)
    assert len({cluster for _, cluster in found.groups(result)}) == 1  # and never in two splits
