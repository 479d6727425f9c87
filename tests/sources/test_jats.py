"""JATS: real articles against plain XPath, and one element at a time."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.jats import JatsReader
from tests.sources.material import KIT, demo_file, kit_files, records

HEAD = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd">'
SPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def article(body: str = "", meta: str = "", back: str = "", attributes: str = "") -> str:
    inside = f"<body>{body}</body>" if body else ""
    return (
        f"<article {SPACES} {attributes}><front><article-meta>{meta}</article-meta></front>{inside}"
        f"<back>{back}</back></article>"
    )


def document(tmp_path: Path, xml: str) -> Document:
    path = tmp_path / "a.nxml"
    path.write_text(HEAD + xml)
    ((found,), _) = records(JatsReader(), path)
    assert isinstance(found, Document)
    return found


def text(tmp_path: Path, body: str) -> str:
    return document(tmp_path, article(body)).text


# Real articles, compared with independent XPath.


def letters(words: str) -> str:
    """What two ways of flattening must agree on: letters and digits, superscripts undone."""
    return "".join(char for char in unicodedata.normalize("NFKC", words) if char.isalnum()).lower()


def string(tree: etree._ElementTree, path: str) -> str:
    return " ".join(str(tree.xpath(f"string({path})")).split())


def kit_sample() -> list[Path]:
    files = sorted((KIT / "pmc_jats").glob("*.nxml")) + sorted((KIT / "plos_jats").glob("*.xml"))
    return random.Random(20).sample(files, 30) if files else []


UNREAD = {
    "acknowledgements",
    "authorcontributions",
    "authorscontributions",
    "competinginterests",
    "conflictofinterest",
    "funding",
    "prepublicationhistory",
}


def plain_sentences(tree: etree._ElementTree) -> list[str]:
    """Sentences of body paragraphs without markup but italics, of sections that are read."""
    paragraphs = tree.xpath(
        "//body/sec[title and not(@sec-type='supplementary-material')]/p[not(*[not(self::italic)])]"
    )
    read = [p for p in paragraphs if letters("".join(p.getparent().find("title").itertext())) not in UNREAD]
    sentences = [part for p in read for part in re.split(r"(?<=[.])\s+", "".join(p.itertext()))]
    return [sentence for sentence in sentences if len(sentence) > 40]


@pytest.mark.parametrize("path", kit_sample(), ids=lambda path: path.stem)
def test_a_real_article_agrees_with_xpath(path: Path) -> None:
    ((found,), _) = records(JatsReader(), path)
    assert isinstance(found, Document)
    tree = etree.parse(path, etree.XMLParser(load_dtd=False, remove_comments=True, remove_pis=True))
    meta = "/article/front/article-meta"

    title = "".join(tree.xpath(f"{meta}/title-group/article-title//text()[not(ancestor::xref)]"))
    assert letters(found.text).startswith(letters(title))
    pmc = string(tree, f"{meta}/article-id[@pub-id-type='pmc']").removeprefix("PMC")
    assert found.pmcid == (f"PMC{pmc}" if pmc else None)
    assert found.pmid == (string(tree, f"{meta}/article-id[@pub-id-type='pmid']") or None)
    assert found.doi == (string(tree, f"{meta}/article-id[@pub-id-type='doi']").lower() or None)
    assert found.native_id == (found.pmcid or found.doi)
    assert found.journal == string(tree, "//journal-meta//journal-title")
    assert found.published is not None
    assert found.published[:4] in tree.xpath(f"{meta}/pub-date/year/text()")
    href = tree.xpath("string(//permissions/license/@*[local-name()='href'])")
    assert found.licence_raw is not None
    assert found.licence_raw.startswith(href)
    assert (
        href
        or letters(string(tree, "//permissions/license"))[:80] in letters(found.licence_raw)
        or (found.licence_raw in etree.tostring(tree.find(".//permissions"), encoding="unicode"))
    )

    everything = letters(found.text)
    if sentences := plain_sentences(tree):
        assert letters(sentences[0]) in everything
        assert letters(sentences[-1]) in everything
    for reference in tree.xpath("//ref-list//article-title")[:20]:
        words = letters("".join(reference.itertext()))
        cited_in_body = words in letters(string(tree, "//body")) + letters(string(tree, meta))
        assert len(words) < 40 or cited_in_body or words not in everything
    for address in tree.xpath("//author-notes//email/text() | //contrib-group//email/text()"):
        assert address.strip() not in found.text
    for affiliation in tree.xpath(f"{meta}//aff"):
        words = letters("".join(affiliation.itertext()))
        assert len(words) < 40 or words not in everything
    assert "\x01" not in found.text
    assert "\n\n\n" not in found.text


LICENCES = {
    "CC-BY-NC-3.0": "by-nc/3.0",
    "CC-BY-NC-4.0": "by-nc/4.0",
    "CC-BY-NC-ND-3.0": "by-nc-nd/3.0",
    "CC-BY-NC-ND-4.0": "by-nc-nd/4.0",
    "CC-BY-NC-SA-3.0": "by-nc-sa/3.0",
    "CC-BY-ND-4.0": "by-nd/4.0",
    "CC-BY-SA-4.0": "by-sa/4.0",
    "NC?": "commercial",
    "copyright-only": "None",
    "none": "None",
}


def test_restricted_licences_of_real_articles_are_seen() -> None:
    rows = [line.split("\t") for line in (KIT / "INDEX.tsv").read_text().splitlines()] if KIT.is_dir() else []
    expected = {Path(row[0]).name: LICENCES[row[6]] for row in rows if row[6] in LICENCES}
    wrong = {}
    for path in kit_files("licence_test/jats", "*.nxml"):
        ((found,), _) = records(JatsReader(), path)
        assert isinstance(found, Document)
        if path.name in expected and expected[path.name] not in str(found.licence_raw):
            wrong[path.name] = found.licence_raw
    assert not wrong


def test_a_licence_whose_words_contradict_its_address_gives_both() -> None:
    kit_files("pmc_jats", "*.nxml")
    for name in ("PMC3652643", "PMC4083640"):
        ((found,), _) = records(JatsReader(), KIT / "pmc_jats" / f"{name}.nxml")
        assert isinstance(found, Document)
        assert re.match(
            r"http://creativecommons.org/licenses/by/\d.0/ \| This is.*non-commercial", str(found.licence_raw)
        )


def test_the_nine_demonstration_articles_have_text_and_an_id() -> None:
    names = ["1471-2180-11-174", "1472-6831-8-11", "6605965a", "ehp-116-1694", "mds526"]
    names += ["pntd.0002065", "pone.0000217", "pone.0046493"]
    for name in names:
        ((found,), facts) = records(JatsReader(), demo_file(f"{name}.nxml"))
        assert isinstance(found, Document)
        assert len(found.text) > 10_000
        assert found.native_id
        assert facts["records"] == 1
        assert facts["without_body"] == 0


# One element at a time.


def test_headings_paragraphs_and_lists(tmp_path: Path) -> None:
    body = (
        "<p>Before.</p><sec><label>1</label><title>Methods</title><p>We <italic>did</italic>\n  this:<list><list-item>"
        "<p>one</p></list-item><list-item><p>two</p></list-item></list>and that.</p><sec><title>Empty</title></sec>"
        "</sec>"
    )
    assert text(tmp_path, body) == "Before.\n\nMethods\n\nWe did this:\n\n- one\n- two\n\nand that."


def test_cells_that_span_keep_all_others_in_their_columns(tmp_path: Path) -> None:
    rows = (
        '<tr><th rowspan="2">Who</th><th colspan="2">Sex</th></tr><tr><th>f</th><th>m</th></tr>'
        '<tr><td colspan="3">All</td></tr><tr><td>A</td><td/><td>1</td></tr>'
    )
    body = f"<table-wrap><table>{rows}</table></table-wrap>"
    assert text(tmp_path, body) == "Who | Sex\n | f | m\nAll\nA |  | 1"


def test_an_abstract_is_told_without_signposts_and_highlights(tmp_path: Path) -> None:
    meta = (
        "<title-group><article-title>A title</article-title></title-group>"
        "<abstract><p><bold>Abstract</bold></p><p>It is so.</p>"
        "<p>Please see later in the article for the Editors' Summary</p></abstract>"
        '<abstract abstract-type="author-highlights"><p>So.</p></abstract>'
    )
    found = document(tmp_path, article("<p>Body.</p>", meta))
    assert found.text == "A title\n\nAbstract\n\nIt is so.\n\nBody."
    assert found.title == "A title"


def test_a_superscript_is_raised_whatever_blank_parts_its_sign(tmp_path: Path) -> None:
    body = "<p>5 m s<sup>\u2212\u20091</sup>, 10<sup>-\u00a06</sup> and a<sup>1 2</sup></p>"
    assert text(tmp_path, body) == "5 m s\u207b\u00b9, 10\u207b\u2076 and a\u00b9 \u00b2"


def test_small_capitals_are_capitals(tmp_path: Path) -> None:
    body = "<p><sc>l</sc>-dopa in phase <sc>ii</sc>, by <sc>Smith</sc></p>"
    assert text(tmp_path, body) == "L-dopa in phase II, by Smith"


def test_an_aside_to_a_supplementary_file_is_left_out(tmp_path: Path) -> None:
    said = "<p>It is so [see Additional file 1], often (see additional files 2 and 3: Table S1).</p>"
    assert text(tmp_path, said) == "It is so, often."


def test_a_table_is_its_caption_and_a_line_a_row(tmp_path: Path) -> None:
    body = (
        '<p>See <xref ref-type="table" rid="t">Table 1</xref>.<table-wrap id="t"><label>Table 1.</label><caption><p>'
        "Patients</p></caption><table><thead><tr><th>Group</th><th>Age<break/>(years)</th></tr></thead><tbody><tr><td><bold>A</bold></td>"
        '<td>50<xref ref-type="table-fn" rid="f"><sup>a</sup></xref></td></tr><tr><td><hr/></td></tr><tr><td/>'
        "<td>7</td></tr></tbody></table><table-wrap-foot><fn><label>a</label><p>Median.</p></fn></table-wrap-foot></table-wrap>"
        " Then.</p>"
    )
    assert text(tmp_path, body) == (
        "See Table 1. Then.\n\nTable 1. Patients.\nGroup | Age (years)\nA | 50ᵃ\n | 7\nᵃ Median."
    )


def test_a_figure_is_its_caption(tmp_path: Path) -> None:
    body = "<p>A.</p><fig><label>Figure 1</label><caption><title>Flow</title><p>Of all.</p></caption><graphic/></fig>"
    assert text(tmp_path, body) == "A.\n\nFigure 1. Flow. Of all."


def test_formulas_are_tex_if_there_is_tex_else_text(tmp_path: Path) -> None:
    body = (
        "<p>With <inline-formula><alternatives><tex-math>\\documentclass{minimal}\\begin{document}$$a^2$$"
        "\\end{document}</tex-math><mml:math><mml:mi>b</mml:mi></mml:math></alternatives></inline-formula> and "
        "<disp-formula><label>(1)</label><mml:math><mml:msub><mml:mi>x</mml:mi><mml:mi>i</mml:mi></mml:msub><mml:mo>≤</mml:mo>"
        "<mml:mn>3</mml:mn></mml:math></disp-formula> done.</p>"
    )
    assert text(tmp_path, body) == "With a^2 and x_i ≤ 3 (1) done."


def test_citation_numbers_go_and_names_stay(tmp_path: Path) -> None:
    body = (
        '<p>It is [<xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref>] so.<sup>'
        '<xref ref-type="bibr">3</xref></sup> But '
        '<xref ref-type="bibr">Smith (2004)</xref> and <xref ref-type="fig">Fig. 2</xref> stay.</p>'
    )
    assert text(tmp_path, body) == "It is so. But Smith (2004) and Fig. 2 stay."


@pytest.mark.parametrize(
    "title", ["Competing interests", "Authors\u2019 contributions", "Acknowledgements.", "FUNDING"]
)
def test_sections_about_the_article_are_left_out(tmp_path: Path, title: str) -> None:
    body = f"<sec><title>Results</title><p>Yes.</p></sec><sec><title>{title}</title><p>No.</p></sec>"
    assert text(tmp_path, body) == "Results\n\nYes."


def test_back_matter_is_left_out_but_for_appendices(tmp_path: Path) -> None:
    back = (
        "<ack><p>Thanks.</p></ack><app-group><app><title>Appendix</title><p>More.</p></app></app-group>"
        "<ref-list><ref><mixed-citation>Cited.</mixed-citation></ref></ref-list><fn-group><fn><p>None.</p></fn></fn-group>"
    )
    assert document(tmp_path, article("<p>Body.</p>", back=back)).text == "Body.\n\nAppendix\n\nMore."


def test_structured_abstracts_name_their_parts_in_the_line(tmp_path: Path) -> None:
    meta = (
        "<title-group><article-title>Title<xref ref-type='fn'>*</xref></article-title><subtitle>Sub</subtitle>"
        "</title-group><abstract><sec><title>Aim</title><p>One.</p></sec><sec><title>End:</title><p>Two.</p><p>Three.</p></sec></abstract>"
        "<abstract abstract-type='teaser'><p>No.</p></abstract>"
    )
    found = document(tmp_path, article("<p>Body.</p>", meta))
    assert found.text == "Title: Sub\n\nAbstract\n\nAim: One.\n\nEnd: Two.\n\nThree.\n\nBody."
    assert found.doc_type == "full_text"
    alone = document(tmp_path, article("", meta))
    assert alone.text == "Title: Sub\n\nAim: One.\n\nEnd: Two.\n\nThree."
    assert (alone.doc_type, alone.no_text) == ("abstract", None)


def test_neither_body_nor_abstract_is_no_text(tmp_path: Path) -> None:
    found = document(tmp_path, article("", "<title-group><article-title>Title</article-title></title-group>"))
    assert (found.text, found.no_text) == ("", "no_body")


def test_a_case_report_is_one(tmp_path: Path) -> None:
    found = document(tmp_path, article("<p>A.</p>", attributes='article-type="case-report" xml:lang="en"'))
    assert (found.doc_type, found.language) == ("case_report", "en")


BY = "https://creativecommons.org/licenses/by/4.0/"
NC = "https://creativecommons.org/licenses/by-nc/4.0/"
ZERO = "http://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize(
    ("permissions", "raw", "place"),
    [
        (f'<license xlink:href="{BY}"><license-p>Words.</license-p></license>', BY, "license/@href"),
        (
            f'<license><ali:license_ref xmlns:ali="http://www.niso.org/schemas/ali/1.0/">{BY}</ali:license_ref></license>',
            BY,
            "license/license_ref",
        ),
        (f'<license><p>Under <ext-link xlink:href="{BY}">CC</ext-link>.</p></license>', BY, "license//ext-link"),
        (f"<license><p>Under ({BY}).</p></license>", BY, "license/license-p"),
        ("<license><p>Open access, CC BY.</p></license>", "Open access, CC BY.", "license"),
        (f'<license xlink:href="{BY}"><p>The waiver ({ZERO}) applies to the data.</p></license>', BY, "license/@href"),
        (f'<license xlink:href="{ZERO}"/>', ZERO, "license/@href"),
        (
            f'<license xlink:href="{BY}"/><license xlink:href="{NC}"/>',
            f"{BY} | {NC}",
            "license/@href",
        ),
        (
            f'<license xlink:href="{BY}"><p>For non-commercial use.</p></license>',
            f"{BY} | For non-commercial use.",
            "license/@href; jats:permissions/license/license-p",
        ),
        (
            "<copyright-statement>© A. Free under a licence.</copyright-statement>",
            "© A. Free under a licence.",
            "copyright-statement",
        ),
    ],
)
def test_licences(tmp_path: Path, permissions: str, raw: str, place: str) -> None:
    found = document(tmp_path, article("<p>A.</p>", f"<permissions>{permissions}</permissions>"))
    assert (found.licence_raw, found.licence_evidence) == (raw, f"jats:permissions/{place}")


def test_a_copyright_statement_alone_is_no_licence(tmp_path: Path) -> None:
    meta = "<permissions><copyright-statement>© 2002 A, licensee B.</copyright-statement></permissions>"
    found = document(tmp_path, article("<p>A.</p>", meta))
    assert (found.licence_raw, found.copyright) == (None, "© 2002 A, licensee B.")


@pytest.mark.parametrize(
    ("meta", "attributes", "expected"),
    [
        ('<related-article related-article-type="retraction-forward"/>', "", "retracted"),
        ('<related-article related-article-type="correction-forward"/>', "", "corrected"),
        ('<related-article related-article-type="retracted-article"/>', 'article-type="retraction"', "none"),
        ("<title-group><article-title>RETRACTED: A trial</article-title></title-group>", "", "retracted"),
        ("<title-group><article-title>Retracted articles in medicine</article-title></title-group>", "", "none"),
    ],
)
def test_retractions(tmp_path: Path, meta: str, attributes: str, expected: str) -> None:
    assert document(tmp_path, article("<p>A.</p>", meta, attributes=attributes)).retraction == expected


def test_keywords_are_headings_where_their_group_names_mesh(tmp_path: Path) -> None:
    groups = (
        '<kwd-group kwd-group-type="author"><kwd>Rats</kwd></kwd-group>'
        '<kwd-group vocab="MESH"><kwd vocab-term-identifier="D006801">Humans</kwd><kwd><italic>Mice</italic></kwd>'
        '</kwd-group><kwd-group kwd-group-type="MeSH"><kwd>Mice</kwd><kwd vocab-term-identifier="x@y.org">Cats</kwd>'
        "<kwd/></kwd-group>"
    )

    assert document(tmp_path, article(meta=groups)).mesh == ("D006801 Humans", "Mice", "Cats")


def test_several_articles_in_one_file_and_in_a_namespace(tmp_path: Path) -> None:
    path = tmp_path / "set.xml"
    spaced = article("<p>Second.</p>", '<article-id pub-id-type="pmc">2</article-id>').replace(
        "<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" '
    )
    first = article("<p>First.</p>", '<article-id pub-id-type="doi">10.1000/X</article-id>')
    path.write_text(f"<OAI><record>{first}</record><record>{spaced}</record></OAI>")
    found, facts = records(JatsReader(), path)
    assert [(record.native_id, record.text) for record in found if isinstance(record, Document)] == [
        ("10.1000/x", "First."),
        ("PMC2", "Second."),
    ]
    assert facts["records"] == 2


# Damage.

TAGS = (
    "abstract", "alternatives", "app", "article-id", "back", "body", "bold", "boxed-text", "break", "caption",
    "chem-struct-wrap", "def-list", "def-item", "def", "disp-formula", "disp-quote", "email", "fig",
    "fig-group", "floats-group", "fn", "front", "article-meta", "graphic", "inline-formula", "italic", "label",
    "license", "license-p", "list", "list-item", "mml:math", "mml:mfrac", "mml:mi", "mml:mo", "mml:msup",
    "mml:semantics", "p", "permissions", "preformat", "pub-date", "ref-list", "sec", "statement", "sub",
    "sub-article", "sup", "supplementary-material", "table", "table-wrap", "table-wrap-foot", "tbody", "td",
    "term", "tex-math", "title", "title-group", "article-title", "tr", "xref", "year",
)  # fmt: skip
TREES = st.recursive(
    st.sampled_from(["word", " ", "[", ")", "&nbsp;", "2021", "<xref ref-type='bibr'>1</xref>", ""]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", st.sampled_from(TAGS), st.lists(inner, max_size=5)
    ),
    max_leaves=30,
)


@given(st.lists(TREES, max_size=6))
def test_any_arrangement_of_elements_gives_one_document(trees: list[str]) -> None:
    with NamedTemporaryFile(suffix=".xml") as file:
        file.write(f"{HEAD}<article {SPACES}>{''.join(trees)}</article>".encode())
        file.flush()
        ((found,), _) = records(JatsReader(), Path(file.name))
    assert isinstance(found, Document)
    assert bool(found.text) == (found.no_text is None)


@pytest.mark.parametrize("tag", ["sec", "italic", "list", "boxed-text", "mml:mrow"])
def test_nesting_as_deep_as_the_parser_allows_ends_in_one_record(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(article(f"<p>{f'<{tag}>' * 240}deep{f'</{tag}>' * 240}</p>"))
    ((found,), _) = records(JatsReader(), path)
    assert isinstance(found, Document) or (isinstance(found, Quarantined) and found.reason == "nested_too_deep")


BOMB = (
    "<!DOCTYPE article [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (b"<article><body><p>cut", "malformed_xml"),
        (b"no markup", "malformed_xml"),
        (b"<article><body><p>\x00</p></body></article>", "malformed_xml"),
        (b"<article><body><p>\xff\xfe</p></body></article>", "invalid_encoding"),
        (b'<?xml version="1.0" encoding="klingon"?><article/>', "unsupported_encoding"),
        (b"<article><body><p>&nbsp;</p></body></article>", "undeclared_entity"),
        (f"{BOMB}<article><body><p>&a11;</p></body></article>".encode(), "xml_over_limits"),
        (f'{BOMB}<article kind="&a11;"/>'.encode(), "xml_over_limits"),
        (b"<article>" + b"<sec>" * 400 + b"</sec>" * 400 + b"</article>", "xml_over_limits"),
        (b"<book/>", "no_article"),
        (b"", "empty_file"),
    ],
)
@pytest.mark.parametrize("size", ["small", "large"])
def test_a_damaged_file_is_refused_with_its_reason(tmp_path: Path, stored: bytes, reason: str, size: str) -> None:
    if size == "large":  # Large files take the streaming path.
        stored = stored + b"\n" * (5 << 20) if stored else b""
    path = tmp_path / "a.xml"
    path.write_bytes(stored)
    with pytest.raises(RawFileError) as caught:
        records(JatsReader(), path)
    assert caught.value.reason == reason
    assert "cut" not in str(caught.value)


@pytest.mark.parametrize("size", ["small", "large"])
def test_damage_after_what_is_not_read_is_told_by_its_line(tmp_path: Path, size: str) -> None:
    path = tmp_path / "a.xml"
    references = "<ref-list>\n<ref>\n</ref>\n</ref-list>\n" * (150_000 if size == "large" else 3)
    path.write_text(f"<article><back>{references}</front></article>")
    with pytest.raises(RawFileError) as caught:
        records(JatsReader(), path)
    assert (caught.value.reason, caught.value.detail) == ("malformed_xml", f"line {references.count(chr(10)) + 1}")


def test_an_article_reads_the_same_with_its_references_in_the_way(tmp_path: Path) -> None:
    """Nothing is taken out of a file that declares entities."""
    for path in kit_sample()[:10] or [demo_file("pone.0000217.nxml")]:
        whole = tmp_path / "whole.nxml"
        head, doctype, rest = path.read_bytes().partition(b"<!DOCTYPE")
        assert doctype
        whole.write_bytes(head + doctype + rest.replace(b">", b" [<!ENTITY none ''>]>", 1))
        assert records(JatsReader(), whole) == records(JatsReader(), path)


def test_entities_left_to_the_dtd_are_read_as_html_and_none_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    path = tmp_path / "a.xml"
    path.write_text(
        f'<!DOCTYPE article SYSTEM "gone.dtd" [<!ENTITY out SYSTEM "{(tmp_path / "secret").as_uri()}">'
        "<!ENTITY own 'words'>]><article><body><p>5&nbsp;&micro;g &unheard;of &out;&own;</p></body></article>"
    )
    ((found,), _) = records(JatsReader(), path)
    assert isinstance(found, Document)
    assert found.text == "5 µg of"
