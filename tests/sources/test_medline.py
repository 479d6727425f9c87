"""MEDLINE: the two real files, and one record at a time."""

from __future__ import annotations

import gzip
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from corpus.document import Deletion, Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.medline import MedlineReader
from sources.reader import RawFile
from tests.sources.material import demo_file, records

ISSUE, ISSUED = "<Journal><JournalIssue><PubDate>", "</PubDate></JournalIssue></Journal>"
RETRACTED = "<PublicationType>Retracted Publication</PublicationType>"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January '
    '2019//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd"><PubmedArticleSet>'
)


def citation(article: str, *, citation: str = "", data: str = "", pmid: str = "1") -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>{article}</Article>{citation}'
        f"</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def read(tmp_path: Path, inside: str) -> list[Record]:
    path = tmp_path / "pubmed21n0001.xml.gz"
    path.write_bytes(gzip.compress(f"{HEAD}{inside}</PubmedArticleSet>".encode()))
    return records(MedlineReader(), path)[0]


def document(tmp_path: Path, article: str, **more: str) -> Document:
    (found,) = read(tmp_path, citation(article, **more))
    assert isinstance(found, Document)
    return found


@cache
def real(name: str) -> tuple[list[Record], Counter[str]]:
    return records(MedlineReader(), demo_file(name))


UPDATE_FACTS = {
    "records": 20788,
    "distinct_pmids": 20783,
    "repeated_versions": 5,
    "delete_citation_blocks": 1,
    "delete_citation_pmids": 20,
    "abstract_elements": 18446,
    "empty_abstracts": 1,
    "only_other_abstract": 0,
    "copyright_information": 13299,
    "not_english": 268,
    "retracted_publications": 4,
    "notices_without_id": 0,
}
BASELINE_FACTS = {
    "records": 30000,
    "distinct_pmids": 30000,
    "repeated_versions": 0,
    "delete_citation_blocks": 0,
    "delete_citation_pmids": 0,
    "abstract_elements": 14832,
    "empty_abstracts": 0,
    "only_other_abstract": 39,
    "copyright_information": 0,
    "not_english": 7710,
    "retracted_publications": 2,
    "notices_without_id": 0,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "facts"), [("pubmed21n1298.xml.gz", UPDATE_FACTS), ("pubmed20n0014.xml.gz", BASELINE_FACTS)]
)
def test_the_facts_of_a_real_file(name: str, facts: dict[str, int]) -> None:
    found, counted = real(name)
    assert counted == facts
    documents = [record for record in found if isinstance(record, Document)]
    deletions = [record for record in found if isinstance(record, Deletion)]
    assert [record.record for record in documents] == list(range(facts["records"]))
    assert len(deletions) == facts["delete_citation_pmids"]
    assert len(found) == len(documents) + len(deletions)
    reasons = Counter(record.no_text for record in documents)
    read_abstracts = facts["abstract_elements"] - facts["empty_abstracts"] + facts["only_other_abstract"]
    assert reasons[None] == read_abstracts
    assert reasons["empty_abstract"] == facts["empty_abstracts"]
    assert reasons["no_abstract"] == facts["records"] - read_abstracts - facts["empty_abstracts"]
    assert all(bool(record.text) == (record.no_text is None) for record in documents)


@pytest.mark.parametrize(
    ("name", "facts"), [("pubmed21n1298.xml.gz", UPDATE_FACTS), ("pubmed20n0014.xml.gz", BASELINE_FACTS)]
)
def test_counting_tags_in_the_bytes_gives_the_same_facts(name: str, facts: dict[str, int]) -> None:
    data = gzip.decompress(demo_file(name).read_bytes())
    tags = {
        "records": b"<PubmedArticle>",
        "abstract_elements": b"<Abstract>",
        "copyright_information": b"<CopyrightInformation>",
        "delete_citation_blocks": b"<DeleteCitation>",
        "retracted_publications": b">Retracted Publication<",
    }
    assert {fact: data.count(tag) for fact, tag in tags.items()} == {fact: facts[fact] for fact in tags}


def test_text_is_title_then_abstract(tmp_path: Path) -> None:
    found = document(
        tmp_path, "<ArticleTitle>A title.</ArticleTitle><Abstract><AbstractText>An abstract.</AbstractText></Abstract>"
    )
    assert found.text == "A title.\n\nAn abstract."
    assert (found.native_id, found.pmid, found.doc_type, found.retraction) == ("1", "1", "abstract", "none")


def test_labelled_parts_become_paragraphs(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        '<Abstract><AbstractText Label="AIMS">One.</AbstractText><AbstractText Label="UNLABELLED">Two.</AbstractText>'
        '<AbstractText Label="RESULTS:"/><AbstractText Label="END:">Three.</AbstractText></Abstract>',
    )
    assert found.text == "AIMS: One.\n\nTwo.\n\nEND: Three."


def test_inline_markup_is_flattened_without_gluing(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "<Abstract><AbstractText>The <i>E. coli</i> <b>strain</b> took CO<sub>2</sub>, Ca<sup>2+</sup> and\n  "
        "10<sup>-6</sup> m on the 19<sup>th</sup>; p&lt;.05<!-- no --> of <i>n</i>&nbsp;= 3&unknown;."
        '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn>'
        "</mml:msup><mml:mo>=</mml:mo><mml:mfrac><mml:mi>a</mml:mi><mml:mrow><mml:mi>b</mml:mi><mml:mo>+</mml:mo>"
        "<mml:mn>1</mml:mn></mml:mrow></mml:mfrac></mml:math></AbstractText></Abstract>",
    )
    assert found.text == ("The E. coli strain took CO2, Ca²⁺ and 10⁻⁶ m on the 19th; p<.05 of n = 3.x^2 = a/(b + 1)")


def test_editorial_notes_are_not_text(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "<ArticleTitle>[Not Available].</ArticleTitle><Abstract><AbstractText>It stops here.(ABSTRACT TRUNCATED AT 250 "
        "WORDS)</AbstractText></Abstract>",
    )
    assert found.text == "It stops here."


@pytest.mark.parametrize(
    ("article", "more", "reason"),
    [
        ("<ArticleTitle>Only a title.</ArticleTitle>", "", "no_abstract"),
        (
            "<ArticleTitle>A title.</ArticleTitle><Abstract><AbstractText> </AbstractText></Abstract>",
            "",
            "empty_abstract",
        ),
        (
            "<Abstract><AbstractText/><CopyrightInformation>Mine.</CopyrightInformation></Abstract>",
            "<OtherAbstract><AbstractText>Not used.</AbstractText></OtherAbstract>",
            "empty_abstract",
        ),
    ],
)
def test_without_an_abstract_there_is_no_text(tmp_path: Path, article: str, more: str, reason: str) -> None:
    found = document(tmp_path, article, citation=more)
    assert (found.text, found.no_text) == ("", reason)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("[On tea].", "On tea."),
        ("[On tea (author's transl)].", "On tea."),
        ("[On tea [author's transl)].", "On tea."),
        ("[On tea (author's transl.", "On tea"),
        ("[3H]-tea and [14C]-milk.", "[3H]-tea and [14C]-milk."),
        ("[3H]-tea and [milk].", "[3H]-tea and [milk]."),
        ("[Tea [green]].", "Tea [green]."),
    ],
)
def test_a_translated_title_is_without_its_brackets(tmp_path: Path, stated: str, read: str) -> None:
    found = document(
        tmp_path, f"<ArticleTitle>{stated}</ArticleTitle><Abstract><AbstractText>Hot.</AbstractText></Abstract>"
    )
    assert (found.title, found.text) == (read, f"{read}\n\nHot.")


@pytest.mark.parametrize(
    "note",
    [
        "(PsycInfo Database Record (c) 2021 APA, all rights reserved).",
        "See Video Abstract at http://links.example.com/A/B1.",
        "VIDEO ABSTRACT.",
        "GRAPHICAL ABSTRACT: http://example.com/content/1.large.jpg.",
    ],
)
def test_what_databases_and_publishers_add_is_not_text(tmp_path: Path, note: str) -> None:
    said = "The graphical abstract was drawn (p &amp;lt; 1)."
    found = document(tmp_path, f"<Abstract><AbstractText>{said} {note}</AbstractText></Abstract>")
    assert found.text == "The graphical abstract was drawn (p < 1)."


def test_another_abstract_stands_in_english_first(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "<ArticleTitle>T.</ArticleTitle>",
        citation='<OtherAbstract Language="spa"><AbstractText>Uno.</AbstractText></OtherAbstract>'
        '<OtherAbstract Language="eng"><AbstractText>One.</AbstractText></OtherAbstract>',
    )
    assert (found.text, found.no_text) == ("T.\n\nOne.", None)


def test_ids_are_the_records_own_and_not_those_of_its_references(tmp_path: Path) -> None:
    data = (
        '<ArticleIdList><ArticleId IdType="doi">10.1000/ABC</ArticleId><ArticleId IdType="pmc">PMC77</ArticleId>'
        "</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId "
        'IdType="doi">10.9999/no</ArticleId><ArticleId IdType="pmc">PMC99</ArticleId></ArticleIdList></Reference>'
        "</ReferenceList>"
    )
    found = document(tmp_path, "", data=data)
    assert (found.doi, found.pmcid) == ("10.1000/abc", "PMC77")


def test_a_doi_may_stand_as_electronic_location(tmp_path: Path) -> None:
    location = '<ELocationID EIdType="pii">S1</ELocationID><ELocationID EIdType="doi">10.1000/Abc</ELocationID>'
    assert document(tmp_path, location).doi == "10.1000/abc"


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (
            "<Journal><JournalIssue><PubDate><Year>2000</Year><Month>Feb</Month></PubDate></JournalIssue></Journal>",
            "2000-02",
        ),
        (f"{ISSUE}<MedlineDate>1998 Dec-1999 Jan</MedlineDate>{ISSUED}", "1998"),
        (
            "<Journal><JournalIssue><PubDate><Year>2001</Year></PubDate></JournalIssue></Journal>"
            "<ArticleDate><Year>2000</Year><Month>12</Month><Day>03</Day></ArticleDate>",
            "2000-12-03",
        ),
        ("", None),
    ],
)
def test_dates(tmp_path: Path, article: str, expected: str | None) -> None:
    assert document(tmp_path, article).published == expected


@pytest.mark.parametrize(
    ("article", "corrections", "expected"),
    [
        (f"<PublicationTypeList>{RETRACTED}</PublicationTypeList>", ["ErratumIn"], "retracted"),
        ("", ["ErratumIn", "ExpressionOfConcernIn"], "concern"),
        ("", ["CommentIn", "ErratumIn"], "corrected"),
        ("", ["RetractionOf", "ErratumFor"], "none"),
    ],
)
def test_retractions(tmp_path: Path, article: str, corrections: list[str], expected: str) -> None:
    notes = "".join(
        f'<CommentsCorrections RefType="{kind}"><PMID>9</PMID></CommentsCorrections>' for kind in corrections
    )
    found = document(tmp_path, article, citation=f"<CommentsCorrectionsList>{notes}</CommentsCorrectionsList>")
    assert found.retraction == expected


def test_journal_language_and_copyright(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        "<Journal><Title>Annals</Title></Journal><Language>fre</Language><Language>eng</Language><Abstract>"
        "<AbstractText>A.</AbstractText><CopyrightInformation>© 2021 B.</CopyrightInformation></Abstract>",
    )
    assert (found.journal, found.language, found.copyright) == ("Annals", "fre", "© 2021 B.")
    assert found.licence_raw is None
    assert found.text == "A."


def test_later_records_and_files_sort_as_newer_and_a_deletion_ends_its_file(tmp_path: Path) -> None:
    first, second, deletion = read(
        tmp_path, citation("") + citation("") + "<DeleteCitation><PMID>1</PMID></DeleteCitation>"
    )
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert isinstance(deletion, Deletion)
    assert deletion.native_id == "1"
    assert first.version < second.version < deletion.version < "pubmed21n0002:000000000"


def test_records_that_are_no_article_are_quarantined(tmp_path: Path) -> None:
    found = read(tmp_path, citation("", pmid="") + "<PubmedBookArticle/>" + citation("", pmid="2"))
    reasons = [record.reason for record in found if isinstance(record, Quarantined)]
    assert reasons == ["no_pmid", "book_article"]
    assert [record.record for record in found if isinstance(record, Document)] == [2]


def test_formulas_without_end_are_quarantined(tmp_path: Path) -> None:
    deep = f"{'<mml:mrow>' * 235}x{'</mml:mrow>' * 235}"
    math = f'<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{deep}</mml:math>'
    title = f"<ArticleTitle>{math}</ArticleTitle>"
    first, second = read(tmp_path, citation(title) + citation("<ArticleTitle>Flat</ArticleTitle>", pmid="2"))
    assert isinstance(first, Document) or (isinstance(first, Quarantined) and first.reason == "nested_too_deep")
    assert isinstance(second, Document)


def test_a_record_reads_the_same_with_its_authors_and_headings_in_the_way(tmp_path: Path) -> None:
    """Nothing is taken out of a file that declares entities."""
    name = "pubmed21n1298.xml.gz"
    with gzip.open(demo_file(name)) as stream:
        data = stream.read(12_000_000)
    data = data[: data.rindex(b"</PubmedArticle>")] + b"</PubmedArticle></PubmedArticleSet>"
    head, doctype, rest = data.partition(b"<!DOCTYPE")
    assert doctype
    found = []
    for variant in (data, head + doctype + rest.replace(b">", b" [<!ENTITY none ''>]>", 1)):
        path = tmp_path / name
        path.write_bytes(gzip.compress(variant, 1))
        found.append(records(MedlineReader(), path))
    for one in (*found[0][0], *found[1][0]):
        if not isinstance(one, Deletion):
            one.offset = None  # is not known where nothing is taken out
    assert found[0] == found[1]
    assert found[0][1]["records"] > 500


def test_a_file_that_breaks_off_in_what_is_not_read_gives_no_record_twice(tmp_path: Path) -> None:
    path = tmp_path / "pubmed21n0001.xml"
    good = "".join(citation(f"<ArticleTitle>{'Words ' * 100}</ArticleTitle>", pmid=str(n)) for n in range(1, 10_000))
    path.write_text(f"{HEAD}{good}<PubmedArticle><MedlineCitation><Article><AuthorList><Author>")
    facts: Counter[str] = Counter()
    pmids = []
    with pytest.raises(RawFileError) as caught:  # noqa: PT012  how far it comes is the point
        for found in MedlineReader().read(RawFile(str(path)), facts):
            assert isinstance(found, Document)
            pmids.append(found.pmid)
    assert caught.value.reason == "malformed_xml"
    assert pmids == [str(n) for n in range(1, 10_000)]
    assert facts["records"] == 9_999


def test_the_offset_of_a_record_is_where_its_element_starts(tmp_path: Path) -> None:
    name = "pubmed21n1298.xml.gz"
    with gzip.open(demo_file(name)) as stream:
        data = stream.read(8_000_000)
    data = data[: data.rindex(b"</PubmedArticle>")] + b"</PubmedArticle><PubmedBookArticle/></PubmedArticleSet>"
    path = tmp_path / name
    path.write_bytes(gzip.compress(data, 1))
    *found, book = records(MedlineReader(), path)[0]
    assert isinstance(book, Quarantined)
    assert data[book.offset :].startswith(b"<PubmedBookArticle/>")
    for one in found:
        assert isinstance(one, Document)
        assert one.offset is not None
        record = data[one.offset :].partition(b"</PubmedArticle>")[0]
        assert record.startswith(b"<PubmedArticle>")
        assert f">{one.pmid}</PMID>".encode() in record[:200]


def test_versions_are_counted_whatever_their_number(tmp_path: Path) -> None:
    path = tmp_path / "pubmed21n0001.xml.gz"
    pmids = ["7", "8", "7", "99999999", "99999999", "123456789012", "123456789012", "123456789013"]
    inside = "".join(citation("", pmid=pmid) for pmid in pmids)
    path.write_bytes(gzip.compress(f"{HEAD}{inside}</PubmedArticleSet>".encode()))
    _, facts = records(MedlineReader(), path)
    assert (facts["distinct_pmids"], facts["repeated_versions"]) == (5, 3)


def test_a_cut_real_file_raises_after_the_records_before_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "pubmed21n1298.xml.gz"
    with demo_file("pubmed21n1298.xml.gz").open("rb") as stream:
        path.write_bytes(stream.read(3_000_000))
    reader = MedlineReader().read(RawFile(str(path)), Counter())
    assert isinstance(next(reader), Document)
    with pytest.raises(RawFileError) as caught:
        list(reader)
    assert caught.value.reason == "truncated_gzip"
