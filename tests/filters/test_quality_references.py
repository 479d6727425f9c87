"""Lines of reference lists are told from paragraphs, and sound text in many languages from mojibake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import etree

from filters.quality import QualityAnnotator

KIT = Path(__file__).parents[3] / "shared" / "data" / "kit"
needs_kit = pytest.mark.skipif(not KIT.is_dir(), reason=f"{KIT} is absent: it is not part of the project")


def measured(texts: list[str], signal: str) -> list[float]:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    found: list[float] = QualityAnnotator().measure(batch).column(signal).to_pylist()
    return found


@pytest.mark.parametrize(
    "line",
    [
        "12. Smith J, Jones AB. Statins and stroke. N Engl J Med. 2012;366:123-34.",
        "Smith, J., & Jones, A. B. (2012). Statins and stroke. Journal of Medicine, 12(3), 123\u2013134.",
        "[4] A.B. Jones, Statins, J. Med. 366 (2012) 123-134.",
        "Smith J. Statins. J Med 2012; 366: 123.",
        "Smith J. Statins. 2012. doi:10.1056/NEJMoa1200303",
    ],
)
def test_a_reference_in_any_style(line: str) -> None:
    assert measured([line], "reference_line_share") == [1]


@pytest.mark.parametrize(
    "line",
    [
        "In 2012, 366 patients (mean age 54, CI 1.2-3.4) were followed for 12 months (Smith et al., 2010).",
        "The study ran from 1999 to 2004 in the U.S. and enrolled patients aged 18-65.",
        "Aspirin 81 mg daily, started 2019; CT, MRI at 18:30.",
        "",
    ],
)
def test_a_sentence_is_no_reference(line: str) -> None:
    assert measured([line], "reference_line_share") == [0]


def articles() -> Iterator[etree._ElementTree]:
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)
    for path in sorted((KIT / "pmc_jats").glob("*.nxml"))[:120]:
        yield etree.parse(path, parser)


def reference(cited: etree._Element) -> str | None:
    """A citation as Vancouver style prints it; None where the publisher did not mark it up or it has no pages."""
    parts = {name: cited.findtext(name) or "" for name in ("article-title", "source", "year", "volume", "fpage")}
    names = [f"{n.findtext('surname')} {n.findtext('given-names') or ''}".strip() for n in cited.iter("name")]
    if not all(parts.values()) or not names:
        return None
    return "{}. {article-title}. {source} {year};{volume}:{fpage}.".format(", ".join(names[:6]), **parts)


@needs_kit
def test_references_of_real_articles_are_told_from_their_paragraphs() -> None:
    references, paragraphs = [], []
    for article in articles():
        for tag in ("mixed-citation", "element-citation", "citation"):
            references += [" ".join(line.split()) for c in article.iterfind(f".//{tag}") if (line := reference(c))]
        paragraphs += [" ".join("".join(p.itertext()).split()) for p in article.iterfind(".//body//p")]

    assert len(references) > 1_000
    assert len(paragraphs) > 5_000
    found = sum(measured(references, "reference_line_share"))
    wrong = sum(measured(paragraphs, "reference_line_share"))
    assert found >= 0.95 * len(references)
    assert wrong <= 0.001 * len(paragraphs)


@needs_kit
def test_sound_text_in_thirteen_languages_holds_no_mojibake() -> None:
    texts = []
    for path in sorted((KIT / "tico19_tmx").glob("*.tmx")):
        tree = etree.parse(path, etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False))
        texts += ["".join(segment.itertext()) for segment in tree.iter("seg")]

    assert len(texts) > 40_000
    assert sum(count > 0 for count in measured(texts, "mojibake_word_ratio")) <= 0.0005 * len(texts)


def test_text_read_with_the_wrong_codec_is_counted() -> None:
    sound = "Die Übelkeit des Patienten – „naïve“ Gefäße, fièvre à 39°, ESPAÑA, São, «café», Ísland"  # noqa: RUF001
    wrong = sound.encode().decode("cp1252", "replace")

    assert measured([sound], "mojibake_word_ratio") == [0]
    assert measured([wrong], "mojibake_word_ratio")[0] * len(wrong.split()) >= 10
