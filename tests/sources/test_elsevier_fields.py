"""Elsevier, field by field: what the reader tells of the 56 articles of `elsevier_oa`, against plain XPath."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from lxml import etree

from corpus.document import Document
from sources.elsevier import ElsevierReader
from tests.sources.material import kit_files, records

Pairs = list[tuple[Document, Any]]
SPACES = {
    "ja": "http://www.elsevier.com/xml/ja/dtd",
    "ce": "http://www.elsevier.com/xml/common/dtd",
    "mml": "http://www.w3.org/1998/Math/MathML",
    "xocs": "http://www.elsevier.com/xml/xocs/dtd",
}
ABOUT_THE_ARTICLE = re.compile(
    r"acknowledge?ments?|(?:author )?contributions?|(?:conflicts? of|competing) interests?(?: statement)?|funding.*|"
    r"disclosures?|role of the funding source|supplement(?:ary|al) .*|supporting information|appendix .*supplement.*",
    re.I,
)


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """Each document beside the root of its file."""
    found: Pairs = []
    for path in kit_files("elsevier_oa", "*.norm-xml"):
        ((document,), _) = records(ElsevierReader(), path)
        assert isinstance(document, Document)
        found.append((document, etree.parse(path, etree.XMLParser(remove_comments=True)).getroot()))
    return found


def one(root: Any, path: str) -> str | None:
    return " ".join(str(root.xpath(f"string({path})", namespaces=SPACES)).split()) or None


def letters(words: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", words).lower())


def words_of(element: Any) -> str:
    """Letters of an element but for footnotes, formulas and anchors."""
    silent = "ancestor::ce:footnote or ancestor::ce:cross-ref[starts-with(@refid, 'fn')] or ancestor::ce:formula"
    return letters("".join(element.xpath(f".//text()[not({silent})]", namespaces=SPACES)))


def disagreeing(pairs: Pairs, field: str, path: str) -> list[str]:
    return [str(found.native_id) for found, root in pairs if getattr(found, field) != one(root, path)]


def test_ids_journal_licence_language_and_copyright_are_those_of_the_envelope(pairs: Pairs) -> None:
    assert len(pairs) == 56
    assert not disagreeing(pairs, "native_id", "//xocs:meta/xocs:pii-unformatted")
    assert not [found.native_id for found, root in pairs if found.doi != str(one(root, "//xocs:meta/xocs:doi")).lower()]
    assert not disagreeing(pairs, "journal", "//xocs:meta/xocs:srctitle")
    assert not disagreeing(pairs, "licence_raw", "//xocs:meta/xocs:open-access/xocs:oa-user-license")
    assert not disagreeing(pairs, "copyright", "//xocs:meta/xocs:copyright-line")
    assert not disagreeing(pairs, "language", "//ja:article/@xml:lang | //ja:simple-article/@xml:lang")


def test_the_date_is_the_first_day_or_month_on_the_cover(pairs: Pairs) -> None:
    wrong = []
    for found, root in pairs:
        digits = one(root, "//xocs:meta/xocs:cover-date-orig/xocs:start-date") or one(root, "//xocs:cover-date-year")
        wanted = "-".join(part for part in (str(digits)[:4], str(digits)[4:6], str(digits)[6:8]) if part)
        wrong += [found.native_id] if found.published != wanted else []
    assert not wrong


def test_the_title_is_the_field_and_the_first_line(pairs: Pairs) -> None:
    wrong = []
    for found, root in pairs:
        titles = root.xpath("//ja:head/ce:title | //ja:head/ce:subtitle", namespaces=SPACES)
        wanted = "".join(words_of(title) for title in titles)
        if not letters(found.title or "") == letters(found.text.split("\n")[0]) == wanted:
            wrong.append(found.native_id)
    assert not wrong


def test_every_section_heading_is_a_block_in_order(pairs: Pairs) -> None:
    wrong, checked = [], 0
    for found, root in pairs:
        blocks = [letters(block) for block in found.text.split("\n\n")]
        start = 0
        for heading in root.xpath(
            "//ja:body/ce:sections//ce:section/ce:section-title[not(.//mml:math)]", namespaces=SPACES
        ):
            wanted = words_of(heading)
            about = [
                title
                for title in heading.xpath("ancestor::ce:section/ce:section-title", namespaces=SPACES)
                if ABOUT_THE_ARTICLE.fullmatch(" ".join("".join(title.itertext()).split()).rstrip("."))
            ]
            if about:
                continue
            checked += 1
            if wanted not in blocks[start:]:
                wrong.append(f"{found.native_id} {root.getroottree().getpath(heading)}")
            else:
                start = blocks.index(wanted, start) + 1
    assert not wrong
    assert checked == 927


def test_paragraphs_without_citations_or_formulas_stand_in_order_and_as_often_as_in_the_article(pairs: Pairs) -> None:
    wrong, checked = [], 0
    plain = "not(.//*[not(self::ce:italic or self::ce:bold or self::ce:inf or self::ce:sup)])"
    path = f"//ja:body/ce:sections//ce:section/ce:para[{plain}]"
    for found, root in pairs:
        wanted = []
        for paragraph in root.xpath(path, namespaces=SPACES):
            title = " ".join(str(paragraph.xpath("string(../ce:section-title)", namespaces=SPACES)).split())
            if len(words_of(paragraph)) >= 40 and not ABOUT_THE_ARTICLE.fullmatch(title.rstrip(".")):
                wanted.append(words_of(paragraph))
        checked += len(wanted)
        if [block for block in map(letters, found.text.split("\n\n")) if block in set(wanted)] != wanted:
            wrong.append(found.native_id)
    assert not wrong
    assert checked == 373


def test_no_author_affiliation_keyword_highlight_thanks_or_reference_is_in_the_text(pairs: Pairs) -> None:
    wrong = []
    paths = (
        "//ce:affiliation/ce:textfn | //ce:correspondence/ce:text | //ce:e-address | //ce:acknowledgment//ce:para | "
        "//ce:abstract[@class='author-highlights']//ce:para | //ce:author-group | //ce:bib-reference"
    )
    for found, root in pairs:
        text = letters(found.text)
        own = "//ja:body/ce:sections//text() | //ce:abstract[@class='author']//text()"
        body = letters("".join(root.xpath(own, namespaces=SPACES)))
        for element in root.xpath(paths, namespaces=SPACES):
            wanted = letters("".join(element.itertext()))
            if len(wanted) > 15 and wanted in text and wanted not in body:
                wrong.append(f"{found.native_id} {root.getroottree().getpath(element)}")
    assert not wrong
