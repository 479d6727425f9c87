"""Elsevier articles: real ones against plain XPath, and one element at a time."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from lxml import etree

from corpus.document import Document
from corpus.errors import RawFileError
from sources.elsevier import ElsevierReader
from tests.sources.material import KIT, kit_files, records

SPACES = (
    'xmlns="http://www.elsevier.com/xml/ja/dtd" xmlns:ce="http://www.elsevier.com/xml/common/dtd" '
    'xmlns:mml="http://www.w3.org/1998/Math/MathML"'
)
XOCS = 'xmlns:xocs="http://www.elsevier.com/xml/xocs/dtd"'

ABOUT = re.compile(r"acknowledg|supplement|supporting|funding|disclos|conflict|contribut|interest|role of", re.I)


def letters(words: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", words) if char.isalnum()).lower()


def real() -> list[Path]:
    return sorted((KIT / "elsevier_oa").glob("*.norm-xml")) + sorted((KIT / "licence_test/elsevier").glob("*.norm-xml"))


@pytest.mark.parametrize("path", real(), ids=lambda path: path.name[:17])
def test_a_real_article_agrees_with_xpath(path: Path) -> None:
    ((found,), facts) = records(ElsevierReader(), path)
    assert isinstance(found, Document)
    tree = etree.parse(path, etree.XMLParser(remove_comments=True))

    def string(name: str) -> str:
        return " ".join(str(tree.xpath(f"string(//*[local-name()='{name}'])")).split())

    assert facts["records"] == 1
    assert found.native_id == path.name.split(".")[0] == string("pii-unformatted")
    assert found.doi == string("doi").lower()
    assert found.journal == string("srctitle")
    assert str(found.published)[:4] == string("cover-date-year")
    assert found.licence_raw == (string("oa-user-license") or None)
    assert found.copyright == string("copyright-line")
    assert found.doc_type == "full_text"
    assert found.language == "en"

    everything = letters(found.text)
    title = tree.xpath("//*[local-name()='head']/*[local-name()='title']//text()[not(ancestor::*[@refid])]")
    assert everything.startswith(letters("".join(title)))
    for part in tree.xpath("//*[local-name()='sections']//*[local-name()='section']"):
        heading = part.find("{*}section-title")
        if ABOUT.search("".join(heading.itertext())):
            continue
        assert len(heading) or letters(heading.text) in everything
        paragraphs = [one for one in part.findall("{*}para") if not len(one) and len(one.text) > 200]
        assert all(letters(one.text) in everything for one in paragraphs)
    for caption in tree.xpath("//*[local-name()='floats']//*[local-name()='simple-para' and not(*)]"):
        assert letters(caption.text) in everything
    for address in tree.xpath("//*[local-name()='e-address']/text()"):
        assert address.strip() not in found.text
    for thanks in tree.xpath("//*[local-name()='acknowledgment']/*[local-name()='para' and not(*)]"):
        assert letters(thanks.text) not in everything
    for cited in tree.xpath("//*[local-name()='contribution']//*[local-name()='maintitle' and not(*)]")[:20]:
        assert len(cited.text) < 60 or letters(cited.text) not in everything
    assert "\n\n\n" not in found.text
    assert "\x01" not in found.text


def test_licences_that_do_not_permit_are_stated_as_they_stand() -> None:
    found = {}
    for path in kit_files("licence_test/elsevier", "*.norm-xml"):
        ((document,), _) = records(ElsevierReader(), path)
        assert isinstance(document, Document)
        found[document.native_id] = (document.licence_raw, document.licence_evidence)
    assert found == {
        "S0165587612003680": (None, None),
        "S2211753914000025": (
            "http://creativecommons.org/licenses/by-nc-nd/3.0/",
            "elsevier:xocs:open-access/oa-user-license",
        ),
    }


def document(tmp_path: Path, body: str, head: str = "", floats: str = "", tail: str = "", meta: str = "") -> Document:
    path = tmp_path / "a.xml"
    article = (
        f'<article {SPACES} docsubtype="fla" xml:lang="en"><item-info>'
        f"<ce:pii>S0000-0000(13)00001-X</ce:pii></item-info>"
        f"{floats}<head><ce:title>A title</ce:title>{head}</head><body>{body}</body><tail>{tail}</tail></article>"
    )
    path.write_text(f"<xocs:doc {XOCS}><xocs:meta>{meta}</xocs:meta>{article}</xocs:doc>" if meta else article)
    ((found,), _) = records(ElsevierReader(), path)
    assert isinstance(found, Document)
    return found


def section(inside: str, heading: str = "Methods") -> str:
    return f"<ce:sections><ce:section><ce:section-title>{heading}</ce:section-title>{inside}</ce:section></ce:sections>"


def test_paragraphs_citations_lists_and_formulas(tmp_path: Path) -> None:
    body = section(
        '<ce:para>At 4<ce:hsp sp="0.25"/>°C<ce:float-anchor refid="f1"/> CO<ce:inf>2</ce:inf> '
        '<ce:cross-refs refid="b1 b2">[1,2]</ce:cross-refs>, see <ce:cross-ref refid="f1">Fig. 1</ce:cross-ref>: '
        "<ce:list>"
        "<ce:list-item><ce:label>1.</ce:label><ce:para>one</ce:para></ce:list-item></ce:list></ce:para>"
        "<ce:para><ce:display><ce:formula><ce:label>(1)</ce:label><mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo>"
        "<mml:mn>3</mml:mn></mml:math></ce:formula></ce:display></ce:para>"
    )
    tail = '<ce:bibliography><ce:bib-reference id="b1"/><ce:bib-reference id="b2"/></ce:bibliography>'
    found = document(tmp_path, body, tail=tail)
    assert found.text == "A title\n\nMethods\n\nAt 4 °C CO2, see Fig. 1:\n\n- one\n\nx = 3 (1)"
    assert found.native_id == "S000000001300001X"


def test_figures_and_tables_follow_the_text(tmp_path: Path) -> None:
    floats = (
        "<ce:floats><ce:figure><ce:label>Fig. 1</ce:label>"
        "<ce:caption><ce:simple-para>Flow</ce:simple-para></ce:caption>"
        '<ce:link locator="gr1"/></ce:figure><ce:table><ce:label>Table 1</ce:label><ce:caption><ce:simple-para>Cells'
        "</ce:simple-para></ce:caption><tgroup><thead><row><entry>A</entry><entry>B</entry></row></thead><tbody><row>"
        '<entry>1<ce:cross-ref refid="n1"><ce:sup>a</ce:sup></ce:cross-ref></entry><entry>2</entry></row></tbody>'
        "</tgroup>"
        '<ce:table-footnote id="n1"><ce:label>a</ce:label><ce:note-para>Mean.</ce:note-para></ce:table-footnote>'
        "</ce:table></ce:floats>"
    )
    found = document(tmp_path, section("<ce:para>Yes.</ce:para>"), floats=floats)
    assert found.text.endswith("Yes.\n\nFig. 1. Flow.\n\nTable 1. Cells.\nA | B\n1ᵃ | 2\nᵃ Mean.")


def test_authors_highlights_thanks_and_footnotes_are_left_out(tmp_path: Path) -> None:
    head = (
        "<ce:author-group><ce:author><ce:surname>Name</ce:surname></ce:author></ce:author-group>"
        '<ce:abstract class="author-highlights"><ce:abstract-sec><ce:simple-para>Short.</ce:simple-para>'
        '</ce:abstract-sec></ce:abstract><ce:abstract class="author"><ce:section-title>Abstract</ce:section-title>'
        "<ce:abstract-sec>"
        "<ce:section-title>Aim</ce:section-title><ce:simple-para>To ask.</ce:simple-para></ce:abstract-sec>"
        "</ce:abstract>"
        "<ce:keywords><ce:keyword><ce:text>word</ce:text></ce:keyword></ce:keywords>"
    )
    body = section("<ce:para>Yes.<ce:footnote><ce:note-para>No.</ce:note-para></ce:footnote></ce:para>")
    body += "<ce:acknowledgment><ce:section-title>Thanks</ce:section-title><ce:para>All.</ce:para></ce:acknowledgment>"
    assert document(tmp_path, body, head).text == "A title\n\nAbstract\n\nAim: To ask.\n\nMethods\n\nYes."
    alone = document(tmp_path, "", head)
    assert (alone.text, alone.doc_type) == ("A title\n\nAim: To ask.", "abstract")
    assert document(tmp_path, "").no_text == "no_body"


def test_what_the_printed_version_says_again_is_read_once(tmp_path: Path) -> None:
    body = section(
        '<ce:para view="extended">One, in full.</ce:para><ce:para view="compact-standard">One.</ce:para>'
        '<ce:para view="all">Two.</ce:para>'
    ) + (
        '<ce:appendices><ce:section view="extended"><ce:section-title>Supplementary data</ce:section-title>'
        "<ce:para>The following are the  supplementary data related to this article<ce:display><ce:e-component/>"
        '</ce:display></ce:para></ce:section><ce:section view="compact-standard"><ce:para>'
        "Supplementary data to this article can be found online.</ce:para></ce:section></ce:appendices>"
    )
    assert document(tmp_path, body).text == "A title\n\nMethods\n\nOne, in full.\n\nTwo."
    alone = section('<ce:para view="compact-standard">One.</ce:para>')
    assert document(tmp_path, alone).text == "A title\n\nMethods\n\nOne."


@pytest.mark.parametrize(
    ("cover", "published"), [("201308", "2013-08"), ("20140115", "2014-01-15"), ("2014", "2014"), ("", None)]
)
def test_cover_dates_keep_their_precision(tmp_path: Path, cover: str, published: str | None) -> None:
    meta = f"<xocs:cover-date-orig><xocs:start-date>{cover}</xocs:start-date></xocs:cover-date-orig>"
    assert document(tmp_path, section("<ce:para>Yes.</ce:para>"), meta=meta).published == published


def test_damaged_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    for content, reason in (("<article/>", "no_article"), (f"<article {SPACES}>", "malformed_xml")):
        path.write_text(content)
        with pytest.raises(RawFileError, match=reason):
            records(ElsevierReader(), path)
