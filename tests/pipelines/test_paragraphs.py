"""Repeated paragraphs are counted by source, whatever the number of bundles and partitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest

from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from pipelines.engines.inline import InlineEngine
from pipelines.paragraphs import Bundle, RepeatedParagraphs
from tests.conftest import Built
from tests.dedup.oracle import words
from tests.pipelines.dedup_corpus import Corpus, Doc
from tests.pipelines.test_deduplicate import dealt, policy, soup

Counts = dict[str, Counter[str]]


def corpus(seed: int) -> list[Doc]:
    """Documents of several lines each, some of which stand in several of them, and copies of whole documents."""
    random = np.random.default_rng(seed)
    shared = [" ".join(soup(random, int(random.integers(3, 12)))) for _ in range(8)]
    texts = []
    for _ in range(40):
        own = [" ".join(soup(random, int(random.integers(2, 40)))) for _ in range(random.integers(1, 4))]
        lines = [*own, *(shared[n] for n in random.integers(0, len(shared), random.integers(0, 4)))]
        random.shuffle(lines)
        texts.append("\n".join(line.upper() + "." if random.random() < 0.3 else line for line in lines))
    texts += texts[:5]
    sources = [("one", "other")[random.integers(0, 2)] for _ in texts]
    return [
        Doc(f"{source}:{number:02d}", text, source)
        for number, (source, text) in enumerate(zip(sources, texts, strict=True))
    ]


def slow(documents: Iterable[tuple[str, str]], min_words: int) -> Counts:
    """Counts by source, of source and text, the best document first."""
    found: Counts = {}
    said: dict[tuple[str, ...], str] = {}
    for source, text in documents:
        counts = found.setdefault(source, Counter())
        for line in text.split("\n"):
            spoken = tuple(words(line))
            if len(spoken) < min_words:
                continue
            amount = {"": 1, "words": len(spoken), "bytes": len(line.encode())}
            counts.update({name or "paragraphs": value for name, value in amount.items()})
            if spoken in said:
                counts.update({f"repeated_{name}".rstrip("_"): value for name, value in amount.items()})
                counts["elsewhere"] += said[spoken] != source
            said.setdefault(spoken, source)
    return found


def counted(bundles: list[list[Doc]], partitions: int) -> tuple[Counts, set[str]]:
    """Counts by source of paragraphs of at least 4 words, and the documents that were merged."""
    with TemporaryDirectory() as folder:
        given = Corpus(WorkFolder.create(Path(folder) / "work"), bundles, policy())
        with InlineEngine(given.work) as engine:

            def phase(title: str, units: list[Unit]) -> list[dict[str, Result]]:
                results = {id(unit): result for unit, result in engine.map(units)}
                return [results[id(unit)] for unit in units]

            found, _ = given.run(engine, partitions)
            parts = [Bundle(part.source, part.digests, "a bundle") for part in given.parts]
            steps = RepeatedParagraphs(phase, {"made_by": "a test"}, 4, "research", partitions)
            sums = steps.run(parts, found).of_source
        return {name: Counter(counts) for name, counts in sums.items()}, {row[0] for row in given.merges(found)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_all_but_the_first_count_as_repeated_for_any_bundles_and_partitions(seed: int) -> None:
    documents = corpus(seed)
    random = np.random.default_rng(seed)
    # By default a document is the better one by source, then by length, then by its id.
    ranked = sorted(documents, key=lambda doc: (doc.source, -len(doc.text.encode()), doc.doc_id))

    for bundles, partitions in ((1, 1), (3, 7), (2, 64)):
        found, merged = counted(dealt(documents, bundles, random), partitions)

        assert merged
        expected = slow(((doc.source, doc.text) for doc in ranked if doc.doc_id not in merged), 4)
        assert found == expected
        assert expected["other"]["elsewhere"]
        assert expected["one"]["repeated"] > expected["one"]["elsewhere"] == 0


def test_a_build_states_what_its_released_text_repeats(snapshot: Built) -> None:
    shards = [snapshot.folder / shard.path for shard in snapshot.manifest.shards]
    rows = pl.concat(pl.read_parquet(path, columns=["source", "text"], glob=False) for path in shards)
    least = int(snapshot.manifest.dedup.parameters["paragraph_min_words"])

    expected = slow(rows.iter_rows(), least)

    stated = {one.source: one for one in snapshot.manifest.dedup.paragraphs}
    assert list(stated) == [source.name for source in snapshot.manifest.sources]
    for name, one in stated.items():
        mine = expected.get(name, Counter())
        assert (one.paragraphs, one.words, one.bytes) == (mine["paragraphs"], mine["words"], mine["bytes"])
    assert least == 20
    # Which of several is the first does not matter to how many repeat.
    assert sum(one.repeated for one in stated.values()) == sum(mine["repeated"] for mine in expected.values())
    total = sum(mine["repeated_words"] for mine in expected.values())
    assert sum(one.repeated_words for one in stated.values()) == total
