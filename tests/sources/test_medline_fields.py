"""MEDLINE, field by field: what the reader tells of all records of two real files, against plain XPath.

Text is read by hand:

- Markup goes, its characters stay. A sign in a superscript has no blank before its number (`kg<sup>- 1</sup>`);
  superscripts of digits and signs are compared undone (NFKC).
- MathML is a gap that holds anything; formulas are compared in test_medline.py.
- A title in brackets is a translation, which may say so (`[... (author's transl)].`): its brackets and that are no
  words of it.
- `&lt;` and its like that are left after parsing were escaped twice.
- That an abstract was truncated, has a video or picture or is PsycInfo's are no words of it.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from typing import Any, NamedTuple

import pytest
from lxml import etree

from corpus.document import Deletion, Document
from sources.medline import MedlineReader
from tests.sources.material import kit_files, records

Pairs = list[tuple[Document, Any]]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FORMULA = "\ue000"


class Files(NamedTuple):
    pairs: Pairs
    deleted: list[str]
    """PMIDs of the reader's deletions."""
    to_delete: list[str]
    """PMIDs that the files delete."""


@pytest.fixture(scope="module")
def files() -> Files:
    found = Files([], [], [])
    for path in kit_files("pubmed_xml", "*.xml.gz"):
        read = records(MedlineReader(), path)[0]
        with gzip.open(path) as stream:
            tree = etree.parse(stream, etree.XMLParser(load_dtd=False, remove_comments=True))
        documents = [record for record in read if isinstance(record, Document)]
        found.pairs.extend(zip(documents, tree.xpath("/PubmedArticleSet/PubmedArticle"), strict=True))
        found.deleted.extend(record.native_id for record in read if isinstance(record, Deletion))
        found.to_delete.extend(tree.xpath("//DeleteCitation/PMID/text()"))
    return found


@pytest.fixture(scope="module")
def pairs(files: Files) -> Pairs:
    """Each document beside its element."""
    return files.pairs


def one(element: Any, path: str) -> str | None:
    return " ".join(str(element.xpath(f"string({path})")).split()) or None


def plain(words: str) -> str:
    signs = unicodedata.normalize("NFKC", words).translate({0x2212: "-", 0x2013: "-", 0x2010: "-"})
    return " ".join(signs.split())


def characters(element: Any) -> str:
    inside = "".join((FORMULA if "}" in child.tag else characters(child)) + (child.tail or "") for child in element)
    words = (element.text or "") + inside
    return re.sub(r"([-+\u2212\u2013])\s+(?=\d)", r"\1", words) if element.tag == "sup" else words


NO_WORDS = (
    r"\s*\(ABSTRACT TRUNCATED( AT \d+ WORDS)?\)",
    r"\s*\(PsycInfo Database Record \(c\) 20\d\d APA, all rights reserved\)\.?$",
    r"\s*See Video Abstract at http\S+$",
    r"(?<=\.)\s*(VIDEO ABSTRACT|Video [Aa]bstract|GRAPHICAL ABSTRACT: http\S+)\.?$",
)


def abstract_words(part: Any) -> str:
    words = " ".join(characters(part).split())
    for notice in NO_WORDS:
        words = re.sub(notice, "", words)
    for escape, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        words = words.replace(escape, sign)
    return words


def title_words(title: Any) -> str:
    words = " ".join(characters(title).split())
    if words == "[Not Available].":
        return ""
    in_brackets = re.fullmatch(r"\[(.*)\](\.?)", words)
    if in_brackets is None:
        return words
    return re.sub(r" [(\[]author's transl\)?$", "", in_brackets[1]) + in_brackets[2]


def is_(words: str, found: str) -> bool:
    words, found = plain(words), plain(found)
    if FORMULA not in words:
        return words == found
    return re.fullmatch(re.escape(words).replace(FORMULA, ".*?"), found) is not None


def disagreeing(pairs: Pairs, field: str, wanted: Any) -> list[str]:
    return [str(found.pmid) for found, element in pairs if getattr(found, field) != wanted(element)]


def test_there_is_a_document_for_each_record_and_a_deletion_for_each_pmid_deleted(files: Files) -> None:
    assert len(files.pairs) == 11_845
    assert files.deleted == files.to_delete


def test_ids_are_those_of_the_record(pairs: Pairs) -> None:
    def doi(element: Any) -> str | None:
        listed = one(element, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
        stated = listed or one(element, "MedlineCitation/Article/ELocationID[@EIdType='doi'][not(@ValidYN='N')]")
        return stated.lower() if stated else None

    def pmcid(element: Any) -> str | None:
        """Without the version that a few have: `PMC8095192.2`."""
        stated = one(element, "PubmedData/ArticleIdList/ArticleId[@IdType='pmc']")
        return stated.partition(".")[0] if stated else None

    assert not disagreeing(pairs, "native_id", lambda element: one(element, "MedlineCitation/PMID"))
    assert not disagreeing(pairs, "pmid", lambda element: one(element, "MedlineCitation/PMID"))
    assert not disagreeing(pairs, "pmcid", pmcid)
    assert not disagreeing(pairs, "doi", doi)


def test_journal_language_and_copyright_are_stated(pairs: Pairs) -> None:
    article = "MedlineCitation/Article"
    assert not disagreeing(pairs, "journal", lambda element: one(element, f"{article}/Journal/Title"))
    assert not disagreeing(pairs, "language", lambda element: one(element, f"{article}/Language[1]"))
    assert not disagreeing(pairs, "copyright", lambda element: one(element, f"{article}/Abstract/CopyrightInformation"))


def test_the_date_is_that_of_the_article_else_of_the_issue(pairs: Pairs) -> None:
    def date(element: Any) -> str | None:
        for path in ("MedlineCitation/Article/ArticleDate[1]", "MedlineCitation/Article/Journal/JournalIssue/PubDate"):
            if words := one(element, f"{path}/MedlineDate"):
                return words[:4] if words[:4].isdigit() else re.findall(r"\d{4}", words)[0]
            if year := one(element, f"{path}/Year"):
                month, day = one(element, f"{path}/Month"), one(element, f"{path}/Day")
                if month in MONTHS:
                    month = f"{MONTHS.index(month) + 1:02d}"
                return "-".join(part for part in (year, month, day) if part)
        return None

    assert not disagreeing(pairs, "published", date)


def test_retraction_is_of_the_record_and_not_of_another_that_it_names(pairs: Pairs) -> None:
    def state(element: Any) -> str:
        types = set(element.xpath("MedlineCitation//PublicationType/text()"))
        notes = set(element.xpath("MedlineCitation//CommentsCorrections/@RefType"))
        if "Retracted Publication" in types or "RetractionIn" in notes:
            return "retracted"
        return "concern" if "ExpressionOfConcernIn" in notes else "corrected" if "ErratumIn" in notes else "none"

    assert not disagreeing(pairs, "retraction", state)
    notices = [
        found for found, element in pairs if element.xpath("boolean(.//CommentsCorrections/@RefType[.='RetractionOf'])")
    ]
    assert [found.retraction for found in notices] == ["none"] * 4


def test_the_text_is_the_title_and_each_part_of_the_abstract_under_its_label(pairs: Pairs) -> None:
    wrong = []
    for found, element in pairs:
        article = element.find("MedlineCitation/Article")
        abstract = article.find("Abstract")
        if abstract is None:
            others = element.xpath("MedlineCitation/OtherAbstract[@Language='eng'] | MedlineCitation/OtherAbstract")
            abstract = others[0] if others else etree.Element("Abstract")
        parts = []
        for part in abstract.iterchildren("AbstractText"):
            words = abstract_words(part)
            label = (part.get("Label") or "").strip().rstrip(":")
            parts += [f"{label}: {words}" if label not in {"", "UNLABELLED"} else words] if words else []
        title = title_words(article.find("ArticleTitle"))
        wanted = [title, *parts] if title else parts
        if not is_(title, found.title or ""):
            wrong.append(f"{found.pmid} title")
        if not is_("\n".join(wanted) if parts else "", found.text):
            wrong.append(found.pmid)
    assert not wrong


def test_no_affiliation_or_reference_is_in_the_text(pairs: Pairs) -> None:
    wrong = []
    for found, element in pairs:
        own = " ".join(element.xpath("MedlineCitation/Article/ArticleTitle//text() | .//AbstractText//text()"))
        for words in element.xpath(".//Affiliation/text() | .//ReferenceList//Citation/text()"):
            if len(words) > 20 and words in found.text and words not in own:
                wrong.append(found.pmid)
    assert not wrong


def test_subjects_are_the_descriptors_of_mesh_with_their_ids_each_once(pairs: Pairs) -> None:
    def descriptors(element: Any) -> tuple[str, ...]:
        found = element.xpath("MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName")
        return tuple(dict.fromkeys(f"{one.get('UI')} {' '.join(one.text.split())}" for one in found))

    assert not disagreeing(pairs, "mesh", descriptors)
    assert sum(bool(found.mesh) for found, _ in pairs) == 6_035
