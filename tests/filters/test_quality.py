"""The compiled kernel says of any text what the plain reference says, and stays linear."""

# ruff: noqa: RUF001 - other scripts are the point
from __future__ import annotations

import gzip
import random
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus.assets import assets_folder
from corpus.words import count_words
from filters.quality import QualityAnnotator
from tests.filters.quality_oracle import oracle

SCRIPTS = {
    "english": 'A 54-year-old woman (BMI 31.2 kg/m²) had dyspnoea. Was it "cardiac"? It was!\n\n- CRP: 12\n',
    "arabic": "السكري مرض مزمن. هل يمكن علاجه؟ نعم، مع الالتزام بالدواء۔\nالسكري مرض مزمن. هل يمكن علاجه؟",
    "chinese": "糖尿病是一种慢性疾病。它会影响心脏和眼睛！您是否需要胰岛素？请咨询医生。\n\n糖尿病是一种慢性疾病。",
    "hindi": "मधुमेह एक दीर्घकालिक रोग है। क्या इसका इलाज संभव है? हाँ॥ १२३ रोगी थे।",
    "russian": "Пациент А. Б. поступил с болью… Диагноз: ИБС... ИБС... ИБС...\n• аспирин\n• ИАПФ",
    "thai": "โรคเบาหวานเป็นโรคเรื้อรัง ผู้ป่วยต้องกินยา ๑๒ เม็ด ผู้ป่วยต้องกินยา ๑๒ เม็ด",
    "symbols": "𝛼-tau 🧬🧬 {x} #1 #2 \x1c\u2028\u3000 ﬁbrosis ǅ ᪩ Lorem Ipsum LOREM ipsum JavaScript javascript:x",
}

EDGES = [
    "",
    " ",
    "\n",
    "\n" * 50,
    "word",
    "word ",
    "\nword",
    "a b",
    "the the the",
    ". . .",
    "......",
    "...\n…\n....",
    'He said "stop." (Yes.) 1.5 mg e.g. x.',
    "。。a。」b。",
    ").) .) a.\"' b",
    "A b s t r a c t and B c",
    "A 々 b",
    "same line\nsame line\n\nsame line\nsame line\n \t\nsame line",
    "x\r\nx\r\n\r\nx",
    "lorem ipsumlorem ipsum lorem  ipsum",
    "to be or not to be " * 40,
    "the",
    "#" * 9 + "…" * 4,
    "\x00\x1f\x85\xa0é",
]


def check(texts: list[str]) -> None:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    measured = QualityAnnotator().measure(batch)
    assert measured.num_rows == len(texts)
    for text, signals in zip(texts, measured.to_pylist(), strict=True):
        wanted = oracle(text)
        assert list(signals) == list(wanted)
        assert signals == pytest.approx(wanted, rel=1e-6, abs=1e-6), text[:200]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_measured_alike(script: str) -> None:
    check([SCRIPTS[script]])


@pytest.mark.parametrize("text", EDGES, ids=range(len(EDGES)))
def test_edges(text: str) -> None:
    check([text])


def test_documents_do_not_touch_each_other() -> None:
    check([*EDGES, *SCRIPTS.values(), *reversed(EDGES)])


words = st.sampled_from(
    ["the", "to", "be", "of", "a", "b", "-", "p", "0.05", "patients", "with", "糖尿病", "Ünï", "#", "..."]
)
gaps = st.sampled_from([" ", " ", " ", " ", "  ", "\n", "\n\n", "\t", "\u3000", ". ", ".\n", "。", "…\n", '." '])
repetitive = st.lists(st.tuples(words, gaps), max_size=120).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
marked = st.text(alphabet="aA1 .\n!?\"')。」…#{•-jJ\u2028é\t", max_size=80)

listed = st.lists(
    st.sampled_from(
        [
            "Smith J,",
            "J.",
            "AB;",
            "et al.",
            "2012",
            "1899;",
            "2100",
            "12(3)",
            "366:",
            "123-34",
            "123–34",
            "(Suppl):",
            "18:30",
            "10.1056/x",
            "10.12/x",
            "0012:5",
            ")",
            ":",
            ";",
            "-",
            "(",
            "7",
            "45",
            "\n",
            "\t",
            "|",
            "1.5",
            " ",
            " ",
            "糖",
            "٣",
        ]
    ),
    max_size=25,
).map("".join)
broken = st.text(alphabet="ÂÃÎïâ€¿©»°\xa0\x80\x85\x9d\ufffd a’", max_size=20)
asian = st.text(alphabet="糖尿病コーヒー々のผู้ป่วๆກ。「」、a1ʰ ́A-", max_size=40)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=80), repetitive, marked, listed, broken, asian), min_size=1, max_size=5))
@example(["2000:0 A.", "12:30 2000 A.", "24:3 1999 A."])
def test_kernel_equals_oracle(texts: list[str]) -> None:
    check(texts)


def abstracts(limit: int) -> Iterator[str]:
    path = assets_folder() / "demo" / "pubmed21n1298.xml.gz"
    if not path.is_file():
        pytest.skip(f"{path} is absent: run `hc4 assets pull demo`")
    with gzip.open(path) as stream:
        for _, article in etree.iterparse(stream, tag="PubmedArticle"):
            parts = ["".join(part.itertext()) for part in article.iterfind(".//AbstractText")]
            title = article.find(".//ArticleTitle")
            article.clear()
            if parts and title is not None:
                yield "\n\n".join(["".join(title.itertext()), *parts])
                limit -= 1
            if not limit:
                return


def test_real_abstracts() -> None:
    check(list(abstracts(400)))


def test_real_articles() -> None:
    paths = sorted((assets_folder() / "demo").glob("*.nxml"))
    if not paths:
        pytest.skip("no articles: run `hc4 assets pull demo`")
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)
    check(
        ["\n\n".join("".join(p.itertext()) for p in etree.parse(path, parser).iterfind(".//p")) for path in paths[:3]]
    )


def test_a_slice_of_a_batch_is_measured_as_it_stands_alone() -> None:
    texts = list(SCRIPTS.values())
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    annotator = QualityAnnotator()
    assert annotator.measure(batch.slice(2, 3)).to_pylist() == annotator.measure(batch).to_pylist()[2:5]


def test_no_documents_give_no_rows() -> None:
    batch = pa.record_batch({"text": pa.array([], pa.large_string())})
    annotator = QualityAnnotator()
    assert annotator.measure(batch).num_rows == 0
    assert annotator.measure(batch).schema.equals(annotator.schema, check_metadata=True)


@pytest.mark.parametrize(
    "unit",
    ["x", "x ", "x\n", "ab cd\n\n", "{", ".", "。", "\n", "jJ", "lorem ", "\U0001f9ec", "糖", "1 ", "2012;3:4-5 J, "],
    ids=ascii,
)
def test_ten_megabytes_of_anything_finish(unit: str) -> None:
    text = unit * (10_000_000 // len(unit.encode()))
    row = QualityAnnotator().measure(pa.record_batch({"text": pa.array([text], pa.large_string())})).to_pylist()[0]
    assert row["n_bytes"] == len(text.encode())
    assert row["n_words"] == count_words(text)


def test_ten_megabytes_of_different_words_finish() -> None:
    numbers = list(range(1_250_000))
    random.Random(0).shuffle(numbers)
    text = " ".join(f"{number:07d}" for number in numbers)
    row = QualityAnnotator().measure(pa.record_batch({"text": pa.array([text], pa.large_string())})).to_pylist()[0]
    assert row["unique_word_share"] == 1.0
    assert row["duplicate_5_gram_character_share"] == 0.0
