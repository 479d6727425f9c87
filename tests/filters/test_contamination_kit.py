"""Contamination that is there by nature: BioASQ's gold snippets in the citations that they were cut from."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from filters.contamination import ContaminationAnnotator, Index, Item, read_items
from tests.filters.contamination_oracle import words
from tests.sources.material import kit_files

VERBATIM = 8
"""Questions of which a snippet stands word for word in the citations, as the kit says."""


@pytest.fixture(scope="module")
def items() -> list[Item]:
    (file,) = kit_files("eval_sets", "bioasq*.json")
    return read_items(file, "bioasq", "bioasq", {})[0]


@pytest.fixture(scope="module")
def citations(items: list[Item]) -> dict[str, str]:
    """PMID -> title and abstract of the citations that share six words with a snippet."""
    from collections import Counter

    from sources.batches import documents_in
    from sources.reader import RawFile
    from sources.registry import make_reader

    marks = {tuple(run) for item in items for run in _runs(str(item.context))}
    found: dict[str, str] = {}
    for file in kit_files("pubmed_xml", "pubmed21*.xml.gz"):
        for batch in documents_in(make_reader("medline", {}), RawFile(str(file)), "pubmed", Counter()):
            columns = (batch.documents[name].to_pylist() for name in ("doc_id", "text"))
            for doc_id, text in zip(*columns, strict=True):
                if any(tuple(run) in marks for run in _runs(text)):
                    found[doc_id] = text
    return found


def _runs(text: str) -> list[list[str]]:
    plain = re.findall(r"[a-z0-9]+", text.lower())
    return [plain[at : at + 6] for at in range(len(plain) - 5)]


def test_every_snippet_that_stands_word_for_word_is_found(items: list[Item], citations: dict[str, str]) -> None:
    plain = {name: " ".join(word.folded for word in words(text)) for name, text in citations.items()}
    verbatim = {
        (item.item_id, name)
        for item in items
        for snippet in str(item.context).split("\n\n")
        for name, text in plain.items()
        if " ".join(word.folded for word in words(snippet)) in text
    }
    assert len({item for item, _ in verbatim}) == VERBATIM
    batch = pa.record_batch({"text": pa.array(citations.values(), pa.large_string())})
    hits = ContaminationAnnotator(Index.build(items)).measure(batch).column("contamination").to_pylist()
    found = {(hit["item"], name) for name, mine in zip(citations, hits, strict=True) for hit in mine}
    assert verbatim <= found
    # Nothing but what was cut from there: no other question, though dozens of citations share words with one.
    assert len(found - verbatim) <= 1
    assert len(citations) > 2 * len(found)
