"""Works are joined in units over partitions on disk: what is learnt is what one look at all documents would teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.digest import digest
from corpus.document import DOCUMENTS
from corpus.runs import spread
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from dedup.identity import KINDS, identity_keys
from dedup.works import containers_in
from filters.licence import LicenceAnnotator
from pipelines.measure import ROWS
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from pipelines.works import CONTAINERS, said_of_works
from pipelines.works.steps import Bundle, Works
from tests.conftest import Built
from tests.pipelines.building import CountingEngine
from tests.pipelines.small import SmallCorpus

TOLD = ("doc_id", "retraction", "notices")
SAID = ("licence_spdx", "licence_kind", "licence_conflict")


@dataclass(frozen=True)
class Doc:
    """What one record says of works."""

    identifiers: dict[str, str] = field(default_factory=dict)
    retraction: str = "none"
    notices: tuple[tuple[str, str, str], ...] = ()
    """state, kind, identifier."""
    licence: str = "CC-BY-4.0"
    conflict: bool = False
    evidence: str = "jats"
    words: int = 0
    """Equal numbers, equal words; 0 for none."""
    outdated: bool = False


class Corpus:
    """Bundles of documents, each with the number of its source, as sidecars in a work folder."""

    def __init__(self, folder: Path, *bundles: tuple[int, Sequence[Doc]]) -> None:
        self.work = WorkFolder.create(folder)
        self.bundles: list[Bundle] = []
        for source, documents in bundles:
            self.add(source, documents)

    def add(self, source: int, documents: Sequence[Doc]) -> None:
        """One more bundle."""
        number = len(self.bundles)
        notices = [
            [dict(zip(("state", "kind", "identifier"), one, strict=True)) for one in doc.notices] for doc in documents
        ]
        told = {
            "doc_id": [f"s{source}:{number}-{row}" for row in range(len(documents))],
            **{kind: [doc.identifiers.get(kind) for doc in documents] for kind in KINDS},
            "retraction": [doc.retraction for doc in documents],
            "notices": notices,
        }
        said = zip(*((doc.licence, doc.evidence, doc.conflict) for doc in documents), strict=True)
        words = np.array([doc.words for doc in documents], np.int64)
        tables = {
            "documents": pa.table([pa.array(own, DOCUMENTS.field(name).type) for name, own in told.items()], [*told]),
            "licence": pa.table(
                [pa.array(own, LicenceAnnotator.schema.field(name).type) for name, own in zip(SAID, said, strict=True)],
                [*SAID],
            ),
            "signature": pa.table({"exact_hi": spread(words), "exact_lo": spread(words * 7)}),
        }
        digests = {}
        for stage, table in tables.items():
            digests[stage] = digest({"stage": stage, "number": number})
            folder = self.work.begin(stage, digests[stage])
            pq.write_table(table, folder / ROWS, row_group_size=3)
            self.work.commit(stage, digests[stage], folder, {})
        self.bundles.append(Bundle(source, digests, [row for row, doc in enumerate(documents) if doc.outdated]))

    def join(self, partitions: int | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What units find: what documents learn, and containers."""
        name, _ = self.run(partitions)
        folder = self.work.product("works", name)
        rows, containers = (pl.read_parquet(folder / file, glob=False) for file in (ROWS, CONTAINERS))
        return rows, containers

    def run(self, partitions: int | None = None) -> tuple[str, list[Unit]]:
        """The digest of `works`, and the units that had to be executed."""
        with CountingEngine(self.work) as engine:

            def phase(_: str, units: list[Unit]) -> list[dict[str, Result]]:
                results = {id(unit): result for unit, result in engine.map(units)}
                return [results[id(unit)] for unit in units]

            name, sliced = Works(phase, self.work, {"made_by": "a test"}, partitions).run(self.bundles)
        assert (sliced.stage, sliced.digest, sliced.file) == ("works", name, ROWS)
        return name, engine.executed

    def asked(self) -> int:
        """Of how many documents the facts were read."""
        found: int = self.work.result("works", self.run()[0])["asked"]
        return found


def at_once(work: WorkFolder, bundles: Sequence[Bundle]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The oracle: what documents learn, and containers, from all documents in memory."""
    parts = []
    for number, bundle in enumerate(bundles):
        columns = {"documents": [*TOLD, *KINDS], "licence": [*SAID], "signature": ["exact_hi", "exact_lo"]}
        sides = [
            pl.read_parquet(work.product(stage, bundle.digests[stage]) / ROWS, columns=names, glob=False)
            for stage, names in columns.items()
        ]
        frame = pl.concat(sides, how="horizontal").with_columns(
            row=pl.int_range(pl.len(), dtype=pl.Int64),
            bundle=pl.lit(number, pl.Int64),
            licence_stated=~pl.col("licence_kind").is_in(["source_terms", "none"]),
        )
        parts.append(frame.filter(~pl.col("row").is_in(bundle.outdated)))
    everything = pl.concat(parts)
    keys, rows = identity_keys(everything.select(KINDS).to_arrow())
    source = np.array([bundle.source for bundle in bundles])[everything["bundle"].to_numpy()]
    return said_of_works(everything, (keys, rows)), containers_in(keys, source[rows])


NAMED = st.tuples(st.sampled_from(["pmid", "doi"]), st.integers(1, 6)).map(
    lambda one: (one[0], f"10.1000/{one[1]}" if one[0] == "doi" else str(one[1]))
)
STATES = st.sampled_from(["none", "none", "none", "corrected", "concern", "retracted"])
LICENCES = st.sampled_from(
    [
        ("CC-BY-4.0", "jats"),
        ("CC-BY-3.0", "openalex"),
        ("CC-BY-NC-4.0", "jats"),
        ("CC0-1.0", "source_terms"),
        ("LicenseRef-NLM-Terms", "source_terms"),
        ("NOASSERTION", "none"),
        ("NOASSERTION", "stated"),
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> Doc:
    licence, evidence = draw(LICENCES)
    return Doc(
        dict(draw(st.lists(NAMED, max_size=2))),
        draw(STATES),
        tuple((draw(STATES), *named) for named in draw(st.sampled_from([0, 0, 0, 1, 2]).flatmap(_namings))),
        licence,
        draw(st.sampled_from([False] * 5 + [True])),
        evidence,
        draw(st.integers(0, 8)),
        draw(st.sampled_from([False] * 5 + [True])),
    )


def _namings(count: int) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(NAMED, min_size=count, max_size=count)


BUNDLES = st.lists(st.tuples(st.integers(0, 2), st.lists(documents(), min_size=1, max_size=8)), min_size=1, max_size=4)


@pytest.mark.slow
@settings(max_examples=30)
@given(BUNDLES)
def test_units_find_what_one_look_at_all_documents_finds(bundles: list[tuple[int, list[Doc]]]) -> None:
    with TemporaryDirectory() as name:
        corpus = Corpus(Path(name, "work"), *bundles)
        rows, containers = at_once(corpus.work, corpus.bundles)
        for partitions in (1, 3, 16):
            found = corpus.join(partitions)
            assert (found[0].rows(), found[1].rows()) == (rows.rows(), containers.rows())
            assert (found[0].columns, found[1].columns) == (rows.columns, containers.columns)


def test_units_find_in_real_records_what_one_look_at_all_of_them_finds(
    small_corpus: SmallCorpus, snapshot: Built, tmp_path: Path
) -> None:
    recipe = small_corpus.write_recipe(tmp_path / "small.yaml")
    planned = make_plan(load_recipe(recipe), recipe.parent)
    corpus = Corpus(tmp_path / "work")
    sources = [source.name for source in planned.recipe.sources]
    measured = WorkFolder(snapshot.work)
    for bundle in planned.bundles:
        digests = {stage: bundle.digests[stage] for stage in ("documents", "licence", "signature")}
        for stage, name in digests.items():
            copytree(measured.product(stage, name), corpus.work.product(stage, name))
        rows = measured.result("documents", digests["documents"])["rows"]
        corpus.bundles.append(Bundle(sources.index(bundle.source.name), digests, list(range(3, rows, 50))))
    medline = next(bundle for bundle in planned.bundles if bundle.source.name == "medline")
    folder = corpus.work.product("documents", medline.digests["documents"])
    pmids = pl.read_parquet(folder / ROWS, columns=["pmid"], glob=False)["pmid"].drop_nulls().to_list()
    corpus.add(9, [Doc({"pmid": pmid}, "concern", licence="CC-BY-NC-4.0") for pmid in pmids[::20]])
    corpus.add(9, [Doc({"pmid": pmid}, notices=(("retracted", "pmid", pmid),)) for pmid in pmids[::30]])
    rows, containers = at_once(corpus.work, corpus.bundles)
    assert rows.select(pl.col("retraction", "licence_spdx").is_not_null().any()).rows() == [(True, True)]
    assert len(containers) > 0
    for partitions in (1, 5):
        found = corpus.join(partitions)
        assert (found[0].rows(), found[1].rows()) == (rows.rows(), containers.rows())


def test_documents_that_can_learn_nothing_are_not_looked_at(tmp_path: Path) -> None:
    terms = Doc({"pmid": "1"}, licence="LicenseRef-NLM-Terms", evidence="source_terms", words=1)
    agree = [Doc({"pmid": "1", "doi": "10.1000/a"}, words=1), Doc({"doi": "10.1000/a"}, licence="CC-BY-3.0", words=2)]
    alone = [Doc({"pmid": "2"}, "retracted", words=3), Doc(notices=(("retracted", "pmid", "99"),))]
    corpus = Corpus(tmp_path / "work", (0, [terms, *alone]), (1, agree))
    assert corpus.asked() == 0
    corpus.add(2, [Doc({"doi": "10.1000/A"}, "corrected"), Doc(words=2)])
    assert corpus.asked() == 5  # the work, and the copy of its words


def test_what_an_outdated_version_says_does_not_count(tmp_path: Path) -> None:
    old = Doc({"pmid": "1"}, "retracted", (("retracted", "pmid", "2"),), words=1, outdated=True)
    corpus = Corpus(tmp_path / "work", (0, [old, Doc({"pmid": "1"}), Doc({"pmid": "2"}), Doc(words=1)]))
    found, containers = corpus.join()
    assert (len(found), len(containers)) == (0, 0)


@pytest.mark.parametrize("change", ["a bundle more", "an outdated row more"])
def test_only_the_bundle_that_changed_is_indexed_again(tmp_path: Path, change: str) -> None:
    corpus = Corpus(tmp_path / "work", (0, [Doc({"pmid": "1"})]), (1, [Doc({"pmid": "1"}, "retracted")]))
    corpus.run(3)
    if change == "a bundle more":
        corpus.add(2, [Doc({"pmid": "3"})])
    else:
        corpus.bundles[1] = Bundle(1, corpus.bundles[1].digests, [0])
    _, executed = corpus.run(3)
    steps = [step for unit in executed for step in unit.products]
    assert steps == ["named", *["shared"] * 3, "works"]
    assert corpus.run(3)[1] == []
