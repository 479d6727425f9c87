"""Real abstracts and articles: no address or telephone number is left, and next to nothing else is taken.

The leak checks are written apart from the detector: another author's crude expressions.
"""

from __future__ import annotations

import gzip
import re
from functools import cache

import pyarrow as pa
import pytest
from lxml import etree

from corpus.assets import ASSETS, assets_folder
from filters.phi.annotator import PhiAnnotator
from filters.phi.mask import mask_column

DEMO = {name: assets_folder() / name for name in ASSETS if name.startswith("demo/")}
pytestmark = pytest.mark.skipif(
    not all(path.is_file() for path in DEMO.values()), reason="demo assets are not pulled (`hc4 assets pull demo`)"
)

LEAKS = [
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|int|info|[a-z]{2})\b", re.I),
    re.compile(r"(?<![\d.])\(?\d{3}\)?[ .\u2013-]{1,2}\d{3}[ .\u2013-]\d{4}(?![\d.])"),
    re.compile(r"(?:tel|telephone|phone|fax|mobile)s?\b\W{0,4}\(?\+?\d[\d ().\u2013-]{6,}\d", re.I),
    re.compile(r"(?<![\w)*])\+\d{1,3}[ -]\(?\d{2,}\)?[ -]\d[\d -]{5,}"),
]


@cache
def texts() -> list[str]:
    found = []
    for name in ("demo/pubmed21n1298.xml.gz", "demo/pubmed20n0014.xml.gz"):
        with gzip.open(DEMO[name]) as stream:
            for _, article in etree.iterparse(stream, tag="Article"):
                parts = [article.find("ArticleTitle"), article.find("Abstract")]
                found.append("\n".join(" ".join(part.itertext()) for part in parts if part is not None))
                article.clear()
                if len(found) % 10_000 == 0:
                    break
    for name, path in DEMO.items():
        if name.endswith(".nxml"):
            parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
            found.append(
                "\n".join(" ".join(p.itertext()) for p in etree.parse(path, parser).iter("p", "corresp", "aff"))
            )
    return found


@cache
def masked() -> tuple[list[str], pa.RecordBatch]:
    batch = pa.record_batch([pa.array(texts(), pa.large_string())], names=["text"])
    spans = PhiAnnotator().measure(batch)
    return mask_column(batch.column("text"), spans.column("phi_spans")).to_pylist(), spans


@pytest.mark.slow
@pytest.mark.parametrize("leak", LEAKS, ids=["email", "telephone", "cued", "international"])
def test_no_identifier_is_left(leak: re.Pattern[str]) -> None:
    before = sum(len(leak.findall(text)) for text in texts())
    left = sum(len(leak.findall(text)) for text in masked()[0])
    assert left == 0, f"{left} of {before} are left"


def test_next_to_nothing_else_is_masked() -> None:
    words = sum(len(text.split()) for text in texts())
    rows = masked()[1].column("phi_spans").to_pylist()
    other = [
        len(text.encode()[span["start"] : span["end"]].split())
        for text, spans in zip(texts(), rows, strict=True)
        for span in spans
        if span["kind"] not in {"EMAIL", "PHONE", "URL"}
    ]
    assert sum(other) <= 0.0005 * words


def test_a_second_pass_finds_nothing() -> None:
    again = PhiAnnotator().measure(pa.record_batch([pa.array(masked()[0], pa.large_string())], names=["text"]))
    assert sum(again.column("phi_count").to_pylist()) == 0
