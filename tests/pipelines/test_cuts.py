"""What is cut of repeated paragraphs, against plain Python, for any bundles and partitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.unit import Result, Unit
from filters.phi.spans import Span, masked_bytes
from manifests.screening import shows
from pipelines.cuts import Document, lines_to_cut
from pipelines.engines.inline import InlineEngine
from pipelines.paragraphs import Bundle, RepeatedParagraphs
from pipelines.slices import slice_rows
from tests.dedup.oracle import words
from tests.pipelines.dedup_corpus import Corpus, Doc
from tests.pipelines.test_deduplicate import dealt, policy, soup

LEAST = 4
REMOVING = {"one": False, "other": True, "third": True}
PROFILE: dict[str, Json] = {
    "name": "own",
    "statement": "Of a test.",
    "allow": ["attribution"],
    "verbatim": ["no-derivatives"],
}
Cuts = dict[str, list[int]]


def corpus(seed: int) -> list[Doc]:
    """Documents that share lines; some are nothing but shared lines, some may not be changed, some name somebody."""
    random = np.random.default_rng(seed)
    shared = [" ".join(soup(random, int(random.integers(3, 12)))) for _ in range(9)]
    shared[0] = "written by NAME for the one patient"
    found = []
    for number in range(60):
        own = [" ".join(soup(random, int(random.integers(2, 40)))) for _ in range(random.integers(0, 3))]
        lines = [*own, *(shared[n] for n in random.integers(0, len(shared), random.integers(1, 5)))]
        random.shuffle(lines)
        text = ("\n" if number % 2 else "\n\n").join(lines)
        spans = []
        while (at := text.find("NAME")) >= 0:
            name = ("Ann Lee", "Bob\nRoe")[random.integers(0, 2)]
            text = text.replace("NAME", name, 1)
            spans.append(Span(at, at + len(name), "NAME", "a rule"))
        source = (*REMOVING,)[random.integers(0, 3)]
        licence = ("CC-BY-4.0", "CC-BY-4.0", "CC-BY-ND-4.0")[random.integers(0, 3)]
        found.append(Doc(f"{source}:{number:02d}", text, source, licence=licence, spans=tuple(spans)))
    return found + [replace(doc, doc_id=f"{doc.source}:copy{n}") for n, doc in enumerate(found[:5])]


def masked(doc: Doc) -> str:
    return masked_bytes(doc.text.encode(), list(doc.spans))[0].decode()


def slow(documents: Iterable[Doc]) -> tuple[Cuts, dict[str, Counter[str]]]:
    """Lines cut of each document, and counts by source; the best document comes first."""
    cuts: Cuts = {}
    sums: dict[str, Counter[str]] = {}
    said: dict[tuple[str, ...], str] = {}
    for doc in documents:
        lines = [(number, tuple(words(line)), line) for number, line in enumerate(masked(doc).split("\n"))]
        paragraphs = [one for one in lines if len(one[1]) >= LEAST]
        repeated = []
        for number, spoken, _ in paragraphs:
            if spoken in said:
                repeated.append((number, said[spoken] != doc.source))
            said.setdefault(spoken, doc.source)
        cut = [number for number, _ in repeated]
        if len(cut) == len(paragraphs):
            cut = cut[1:]
        if not REMOVING[doc.source] or doc.licence != "CC-BY-4.0":
            cut = []
        if cut:
            cuts[doc.doc_id] = cut
        counts = sums.setdefault(doc.source, Counter())
        again = {number for number, _ in repeated}
        for number, spoken, line in paragraphs:
            amounts = {"": 1, "_words": len(spoken), "_bytes": len(line.encode())}
            for ending, amount in amounts.items():
                if number in cut:
                    counts[f"cut{ending}"] += amount
                else:
                    counts[ending[1:] or "paragraphs"] += amount
                    counts[f"repeated{ending}"] += amount * (number in again)
        counts["elsewhere"] += sum(other for number, other in repeated if number not in cut)
    return cuts, sums


def run(bundles: list[list[Doc]], partitions: int) -> tuple[Cuts, dict[str, Counter[str]], set[str]]:
    """Lines cut of each document, counts by source, merged documents."""
    with TemporaryDirectory() as folder:
        given = Corpus(WorkFolder.create(Path(folder) / "work"), bundles, policy())
        with InlineEngine(given.work) as engine:

            def phase(title: str, units: list[Unit]) -> list[dict[str, Result]]:
                results = {id(unit): result for unit, result in engine.map(units)}
                return [results[id(unit)] for unit in units]

            found, _ = given.run(engine, partitions)
            parts = [Bundle(part.source, part.digests, "a bundle", REMOVING[part.source]) for part in given.parts]
            counted = RepeatedParagraphs(phase, {"made_by": "a test"}, LEAST, PROFILE, partitions).run(parts, found)
        cuts: Cuts = {}
        for bundle, where in zip([bundle for bundle in bundles if bundle], counted.cuts, strict=True):
            for row, line in slice_rows(given.work, where):
                cuts.setdefault(bundle[row].doc_id, []).append(line)
        sums = {name: Counter(counts) for name, counts in counted.of_source.items()}
        return cuts, sums, {row[0] for row in given.merges(found)}


@pytest.mark.slow
def test_all_but_the_first_are_cut_where_source_and_licence_let_them() -> None:
    documents = corpus(1)
    random = np.random.default_rng(1)
    ranked = sorted(documents, key=lambda doc: (doc.source, -len(doc.text.encode()), doc.doc_id))

    for bundles, partitions in ((1, 1), (3, 7), (2, 64)):
        cuts, sums, merged = run(dealt(documents, bundles, random), partitions)

        expected, counts = slow(doc for doc in ranked if doc.doc_id not in merged)
        assert cuts == expected
        assert sums == counts
    assert len(merged) >= 5
    assert {name.partition(":")[0] for name in cuts} == {"other", "third"}
    assert any(doc.spans and doc.doc_id in cuts for doc in documents)
    assert sums["other"]["repeated"]
    assert sums["one"]["repeated"]


LONG = b"The dose was raised to forty milligrams a day"


def cut(lines: list[bytes], repeated: list[int], paragraphs: int) -> list[int]:
    return lines_to_cut(Document(0, b"\n".join(lines), [], "literature"), repeated, paragraphs)


def test_of_a_document_of_nothing_but_repeats_the_first_paragraph_stays() -> None:
    assert cut([b"Dosage", LONG, LONG, LONG], [1, 2, 3], 3) == [2, 3]
    assert cut([LONG], [0], 1) == []
    assert cut([LONG, b"Also", LONG], [2], 2) == [2]


def test_a_paragraph_without_which_an_identifier_would_show_stays() -> None:
    """Two lines that say nothing alone are an identifier one after the other."""
    lines = [b"Patient telephone: (617)", LONG, b"555-0123", LONG, LONG]
    assert not shows("literature", b"\n".join(lines))
    assert shows("literature", b"\n".join([lines[0], lines[2]]))

    assert cut(lines, [1, 3, 4], 4) == [3, 4]
    # It is the only one that is left, and there need be no other.
    assert cut(lines, [1, 3, 4], 3) == [3, 4]
