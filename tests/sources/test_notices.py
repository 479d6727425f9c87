"""What an article says of another one that it retracts, doubts or corrects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus.document import Document, Notice
from sources.registry import make_reader
from tests.sources.material import kit_files, records

JATS = """<article article-type="{kind}" xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="doi">10.1000/own</article-id>{link}</article-meta></front>
<body><p>Words.</p></body></article>"""
MEDLINE = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T</ArticleTitle>
</Article><CommentsCorrectionsList>{}</CommentsCorrectionsList></MedlineCitation></PubmedArticle></PubmedArticleSet>"""


def one(reader: str, folder: Path, xml: str) -> tuple[Document, Counter[str]]:
    path = folder / "file.xml"
    path.write_text(xml)
    (found,), facts = records(make_reader(reader), path)
    assert isinstance(found, Document)
    return found, facts


def link(kind: str, address: str, type_: str = "doi") -> str:
    return f"<related-article related-article-type='{kind}' ext-link-type='{type_}' xlink:href='{address}'/>"


@pytest.mark.parametrize(
    ("kind", "related", "state"),
    [
        ("retraction", "retracted-article", "retracted"),
        ("correction", "corrected-article", "corrected"),
        ("expression-of-concern", "object-of-concern", "concern"),
        ("partial-retraction", "partial-retraction", "concern"),
        ("editorial", "retracted-article", "retracted"),
    ],
)
def test_a_notice_in_jats_names_its_article(tmp_path: Path, kind: str, related: str, state: str) -> None:
    found, _ = one("jats", tmp_path, JATS.format(kind=kind, link=link(related, "10.1000/Other")))
    assert [(notice.state, notice.kind, notice.identifier) for notice in found.notices] == [
        (state, "doi", "10.1000/other")
    ]
    assert found.retraction == "none"


@pytest.mark.parametrize(
    ("kind", "related"),
    [
        ("research-article", "companion"),
        ("article-commentary", "commentary-article"),
        ("reply", "letter"),
        ("research-article", "partial-retraction"),
        ("research-article", "retraction-forward"),
        ("research-article", "correction-forward"),
        ("research-article", "republished-article"),
        ("retracted-article", "retracted-article"),
    ],
)
def test_other_links_of_jats_are_no_notices(tmp_path: Path, kind: str, related: str) -> None:
    assert one("jats", tmp_path, JATS.format(kind=kind, link=link(related, "10.1000/other")))[0].notices == ()


@pytest.mark.parametrize(
    ("type_", "address", "named"),
    [
        ("uri", "info:doi/10.1000/Other", ("doi", "10.1000/other")),
        ("uri", "https://doi.org/10.1000/other", ("doi", "10.1000/other")),
        ("pmc", "PMC7", ("pmcid", "PMC7")),
        ("pmcid", "7", ("pmcid", "PMC7")),
        ("pubmed", "123", ("pmid", "123")),
        ("pmid", "0123", ("pmid", "123")),
        ("uri", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7/", ("pmcid", "PMC7")),
        ("uri", "https://pubmed.ncbi.nlm.nih.gov/123/", ("pmid", "123")),
        ("doi", "10.1000/own", None),
        ("uri", "https://example.org/retracted", None),
        ("pubmed", "?", None),
    ],
)
def test_a_notice_names_by_any_identifier(
    tmp_path: Path, type_: str, address: str, named: tuple[str, str] | None
) -> None:
    xml = JATS.format(kind="retraction", link=link("retracted-article", address, type_))
    assert one("jats", tmp_path, xml)[0].notices == ((Notice("retracted", *named),) if named else ())


def test_a_notice_names_by_an_id_inside_the_link(tmp_path: Path) -> None:
    inside = "<related-article related-article-type='retracted-article'><pub-id pub-id-type='pmid'>123</pub-id>"
    found, _ = one("jats", tmp_path, JATS.format(kind="retraction", link=f"{inside}</related-article>"))
    assert found.notices == (Notice("retracted", "pmid", "123"),)


def test_the_notices_of_the_kit_are_three_corrections_and_no_companion() -> None:
    found = {}
    for path in kit_files("pmc_jats", "*.nxml") + kit_files("plos_jats", "*.xml"):
        (document,), _ = records(make_reader("jats"), path)
        if isinstance(document, Document) and document.notices:
            found[path.stem] = document.notices
    assert found == {
        "PMC5082912": (Notice("corrected", "doi", "10.1371/journal.pone.0134459"),),
        "journal.pone.0097541": (Notice("corrected", "doi", "10.1371/journal.pone.0086816"),),
        "journal.pone.0108198": (Notice("corrected", "doi", "10.1371/journal.pone.0103411"),),
    }


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("RetractionOf", "retracted"),
        ("RetractedandRepublishedFrom", "retracted"),
        ("PartialRetractionOf", "concern"),
        ("ExpressionOfConcernFor", "concern"),
        ("ErratumFor", "corrected"),
        ("CorrectedandRepublishedFrom", "corrected"),
        ("CommentOn", None),
        ("UpdateOf", None),
        ("RepublishedFrom", None),
        ("RetractionIn", None),
        ("ErratumIn", None),
    ],
)
def test_a_notice_in_medline_names_its_article(tmp_path: Path, kind: str, state: str | None) -> None:
    correction = (
        f"<CommentsCorrections RefType='{kind}'><RefSource>J. 2020</RefSource><PMID>7</PMID></CommentsCorrections>"
    )
    found, _ = one("medline", tmp_path, MEDLINE.format(correction))
    assert [(notice.state, notice.kind, notice.identifier) for notice in found.notices] == (
        [(state, "pmid", "7")] if state else []
    )


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("RetractionIn", "retracted"),
        ("RetractedandRepublishedIn", "retracted"),
        ("PartialRetractionIn", "concern"),
        ("CorrectedandRepublishedIn", "corrected"),
        ("RetractionOf", "none"),
        ("ErratumFor", "none"),
    ],
)
def test_the_direction_of_a_link_tells_whose_state_it_is(tmp_path: Path, kind: str, state: str) -> None:
    correction = f"<CommentsCorrections RefType='{kind}'><PMID>7</PMID></CommentsCorrections>"
    assert one("medline", tmp_path, MEDLINE.format(correction))[0].retraction == state


def test_a_notice_without_a_pmid_names_by_doi_or_is_counted(tmp_path: Path) -> None:
    sources = ("J. 2020;1:2. doi: 10.1000/Other.", "J. 2020;1:3")
    links = [
        f"<CommentsCorrections RefType='RetractionOf'><RefSource>{words}</RefSource></CommentsCorrections>"
        for words in sources
    ]
    found, facts = one("medline", tmp_path, MEDLINE.format("".join(links)))
    assert found.notices == (Notice("retracted", "doi", "10.1000/other"),)
    assert facts["notices_without_id"] == 1


def test_every_notice_of_the_medline_files_of_the_kit_is_read() -> None:
    states: Counter[str] = Counter()
    without = 0
    for path in kit_files("pubmed_xml", "*.xml.gz"):
        found, facts = records(make_reader("medline"), path)
        without += facts["notices_without_id"]
        states.update(notice.state for one in found if isinstance(one, Document) for notice in one.notices)
    assert states + Counter(unnamed=without) == Counter(retracted=7, corrected=92)
