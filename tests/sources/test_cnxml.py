"""CNXML: real modules against plain XPath, licences of modules and books, and one element at a time."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest
from lxml import etree

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.cnxml import CnxmlReader
from sources.registry import make_reader
from tests.sources.material import KIT, kit_files, records

BOOKS = "openstax_cnxml"
BY = "http://creativecommons.org/licenses/by/4.0/"
CREDIT = re.compile(r"\s*\((?=[^)]*(?:credit|attribution|source|provided by|adapted|\u00a9)).*", re.S | re.I)
NC = "http://creativecommons.org/licenses/by-nc-sa/4.0/"


def letters(words: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", words) if char.isalnum()).lower()


def sample() -> list[Path]:
    files = sorted((KIT / BOOKS).glob("*/modules/*/index.cnxml"))
    return random.Random(7).sample(files, 40) if files else []


@pytest.mark.parametrize("path", sample(), ids=lambda path: f"{path.parts[-4]}-{path.parent.name}")
def test_a_real_module_agrees_with_xpath(path: Path) -> None:
    ((found,), _) = records(CnxmlReader(), path)
    assert isinstance(found, Document)
    tree = etree.parse(path, etree.XMLParser(remove_comments=True))

    def string(name: str) -> str:
        return " ".join(str(tree.xpath(f"string(//*[local-name()='{name}'])")).split())

    assert found.native_id == f"{path.parent.name}/{string('uuid')}"
    assert str(found.native_id).startswith(string("content-id"))
    assert found.title == " ".join("".join(tree.find("{*}title").itertext()).split())
    assert found.doc_type == "textbook"
    text = letters(found.text)
    dropped = (
        "ancestor::*[contains(@class, 'reference') or contains(@class, 'reading') or "
        "contains(@class, 'contrib-auth') or contains(@class, 'interactive') or "
        "contains(@class, 'link-to-learning') or "
        "contains(@class, 'media-') or "
        "(local-name()='note' and .//*[local-name()='iframe']) or local-name()='footnote' or local-name()='metadata']"
    )
    for paragraph in tree.xpath(f"//*[local-name()='para' and not(*) and not({dropped})]"):
        assert letters(paragraph.text or "") in text
    for meaning in tree.xpath("//*[local-name()='glossary']//*[local-name()='meaning' and not(*)]"):
        assert letters(meaning.text) in text
    for caption in tree.xpath(f"//*[local-name()='caption' and not(*) and not({dropped})]"):
        assert letters(CREDIT.sub("", caption.text or "")) in text
    for cited in tree.xpath("//*[local-name()='section' and @class='references']//*[local-name()='para' and not(*)]"):
        assert len(cited.text) < 80 or letters(cited.text) not in text
    assert not re.search(r"\(\s*\)|\[link\]|\n\n\n", found.text)


def test_every_real_module_has_text_and_an_id_of_its_own() -> None:
    ids = []
    for path in kit_files(BOOKS, "*/modules/*/index.cnxml"):
        ((found,), _) = records(CnxmlReader(), path)
        assert isinstance(found, Document)
        assert found.no_text == ("preface" if found.title == "Preface" else None)
        assert (found.licence_raw, found.licence_evidence) == (None, None)
        ids.append(found.native_id)
    assert len(set(ids)) == len(ids) == 625


@pytest.mark.parametrize(
    ("folder", "licence", "words"),
    [(BOOKS, BY, "Attribution 4.0"), ("licence_test/openstax_nc", NC, "Attribution-NonCommercial-ShareAlike 4.0")],
)
def test_the_licence_of_a_real_module_is_its_book_s_at_that_commit(folder: str, licence: str, words: str) -> None:
    kit_files(folder, "anatomy-physiology/collections/*.xml")
    path = KIT / folder / "anatomy-physiology" / "modules" / "m46281" / "index.cnxml"
    ((found,), facts) = records(CnxmlReader(str(KIT / folder)), path)
    assert isinstance(found, Document)
    assert found.licence_raw == f"{licence} | Creative Commons {words} International"
    assert found.licence_evidence == "collxml:metadata/license; file:LICENSE"
    assert (found.journal, found.language) == ("Anatomy and Physiology 2e", "en")
    assert facts["not_in_collection"] == 0


def test_a_collection_and_a_licence_file_are_records_without_text_that_state_a_licence() -> None:
    folder = KIT / "licence_test/openstax_nc/microbiology"
    (collection,) = kit_files("licence_test/openstax_nc/microbiology", "collections/*.xml")
    reader = CnxmlReader(str(folder))
    ((book,), _) = records(reader, collection)
    ((terms,), _) = records(reader, folder / "LICENSE")
    assert isinstance(book, Document)
    assert isinstance(terms, Document)
    assert (book.text, book.no_text, book.title) == ("", "collection", "Microbiology")
    assert (terms.text, terms.no_text) == ("", "licence_file")
    nc = "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International"
    assert book.licence_raw is not None
    assert terms.licence_raw is not None
    assert set(book.licence_raw.split(" | ")) == set(terms.licence_raw.split(" | ")) >= {nc}


def module(content: str, meta: str = "<md:content-id>m1</md:content-id>", rest: str = "") -> str:
    return (
        '<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">'
        "<title>A title</title>"
        f'<metadata xmlns:md="http://cnx.rice.edu/mdml">{meta}</metadata><content>{content}</content>{rest}</document>'
    )


def document(tmp_path: Path, xml: str, reader: CnxmlReader | None = None) -> Document:
    path = tmp_path / "index.cnxml"
    path.write_text(xml)
    ((found,), _) = records(reader or CnxmlReader(), path)
    assert isinstance(found, Document)
    return found


def book(tmp_path: Path, licence: str, modules: str = "m1") -> CnxmlReader:
    path = tmp_path / "collections" / "a.collection.xml"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(
        '<col:collection xmlns:col="http://cnx.rice.edu/collxml" xmlns:md="http://cnx.rice.edu/mdml"><col:metadata>'
        f'<md:title>A book</md:title><md:license url="{licence}"/></col:metadata><col:content>'
        f'<col:module document="{modules}"/></col:content></col:collection>'
    )
    return CnxmlReader(str(tmp_path))


def test_two_licences_that_differ_are_both_stated(tmp_path: Path) -> None:
    meta = f'<md:content-id>m1</md:content-id><md:version>1.10</md:version><md:license url="{BY}"/>'
    both = document(tmp_path, module("<para>Yes.</para>", meta), book(tmp_path, NC))
    assert both.licence_raw == f"{BY} | {NC}"
    assert both.licence_evidence == "cnxml:metadata/license; collxml:metadata/license"
    assert both.version == "0001.0010"
    same = document(tmp_path, module("<para>Yes.</para>", meta), book(tmp_path, BY.replace("http:", "https:")))
    assert (same.licence_raw, same.licence_evidence) == (BY, "cnxml:metadata/license")
    other = document(tmp_path, module("<para>Yes.</para>"), book(tmp_path, NC, "m2"))
    assert (other.licence_raw, other.journal) == (None, None)


def test_a_module_that_two_books_of_a_repository_share_states_the_licences_of_both(tmp_path: Path) -> None:
    book(tmp_path, BY)
    (first,) = (tmp_path / "collections").glob("*.xml")
    (first.parent / "second.collection.xml").write_text(first.read_text().replace(BY, NC))
    found = document(tmp_path, module("<para>Yes.</para>"), CnxmlReader(books=str(tmp_path)))
    assert set((found.licence_raw or "").split(" | ")) == {BY, NC}
    assert found.licence_evidence == "collxml:metadata/license"


def test_paragraphs_lists_and_links(tmp_path: Path) -> None:
    content = (
        '<para>See <link target-id="f"/> (<link target-id="f"/>). <link target-id="t"/> is <emphasis>so</emphasis>'
        '<footnote>No.</footnote><link class="os-embed" url="#x">[link]</link>.</para>'
        '<section><title>Heading</title><list list-type="enumerated" number-style="lower-alpha"><item>one</item>'
        "<item>H<sub>2</sub>O</item></list><list><item>three</item></list></section>"
        '<figure id="f"><media alt="No."><image src="x"/></media><caption>A <term>cell</term></caption></figure>'
        '<table id="t"><title>Cells</title><tgroup><tbody><row><entry>A</entry><entry>1</entry></row></tbody></tgroup>'
        "</table>"
    )
    assert document(tmp_path, module(content)).text == (
        "A title\n\nSee the figure. The table is so.\n\nHeading\n\n- a. one\n- b. H2O\n\n- three\n\n"
        "A cell.\n\nCells.\nA | 1"
    )


def test_a_link_without_words_is_a_noun_of_its_sentence_or_nothing(tmp_path: Path) -> None:
    content = (
        '<para>A cell (see <link target-id="fig-1"/>) or two (<link target-id="fig-1"/><emphasis>b</emphasis>). Go to '
        '<link document="m2"/>. Yes.<link document="m2"/></para><figure id="fig-1"><media/></figure>'
    )
    assert document(tmp_path, module(content)).text == (
        "A title\n\nA cell or two (the figure b). Go to another section. Yes."
    )


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ("A cell. (credit: modification of work by A (B)/Flickr, CC BY 2.0)", "A cell."),
        ("A cell (left). (credit a: A; credit b: <emphasis>B</emphasis>) (data source: C, 2021).", "A cell (left)."),
        ("A cell. (credit: A, CC BY", "A cell."),
        ("A muscle (source: monkey tissue) LM \u00d7 448.", "A muscle (source: monkey tissue) LM \u00d7 448."),
    ],
)
def test_a_caption_is_without_the_credit_of_its_picture(tmp_path: Path, caption: str, text: str) -> None:
    content = f"<figure><media/><caption>{caption}</caption></figure>"
    assert document(tmp_path, module(content)).text == f"A title\n\n{text}"


def test_lines_and_lists_in_a_cell_are_told_apart(tmp_path: Path) -> None:
    cells = (
        '<entry><emphasis effect="bold"><span>Class</span></emphasis><newline/>\nBeta blocker<newline count="2"/>\n'
        '<emphasis effect="bold">Effects</emphasis><newline/>\nFatigue \n<newline/>Ataxia<newline/>(rare)</entry>'
        "<entry>Take:<list><item>rest</item><item>tea <emphasis>hot</emphasis></item><item>no coffee</item></list>"
        "</entry>"
    )
    head = "<thead><row><entry>What it<newline/>is</entry><entry>What to do</entry></row></thead>"
    content = f"<table><tgroup>{head}<tbody><row>{cells}</row></tbody></tgroup></table>"
    assert document(tmp_path, module(content)).text.split("\n")[2:] == [
        "What it is | What to do",
        "Class: Beta blocker. Effects: Fatigue; Ataxia (rare) | Take: rest; tea hot; no coffee",
    ]


def test_notes_and_summaries_have_the_heading_that_the_book_prints(tmp_path: Path) -> None:
    content = (
        '<note class="clinical-tip"><title>Tea</title><para>Yes.</para></note>'
        '<note class="microbiology check-your-understanding"><para>Why?</para></note>'
        '<section class="section-summary"><title>Key Terms</title><para>One.</para></section>'
        '<section class="chapter-summary"><para>Two.</para></section>'
    )
    assert document(tmp_path, module(content)).text.split("\n\n")[1:] == [
        *("Clinical Tip: Tea", "Yes.", "Check Your Understanding", "Why?", "Key Terms", "One."),
        *("Chapter Summary", "Two."),
    ]


def test_a_preface_is_about_the_book_and_no_text(tmp_path: Path) -> None:
    xml = module("<para>Thanks.</para>").replace("<document ", '<document class="preface" ')
    found = document(tmp_path, xml)
    assert (found.text, found.no_text) == ("", "preface")


def test_a_module_is_of_the_repository_in_which_it_lies(tmp_path: Path) -> None:
    book(tmp_path / "one", NC)
    book(tmp_path / "two", BY)
    reader = CnxmlReader(str(tmp_path))
    assert document(tmp_path / "two", module("<para>Yes.</para>"), reader).licence_raw == BY
    assert document(tmp_path / "one", module("<para>Yes.</para>"), reader).licence_raw == NC


def test_a_module_that_lies_in_none_is_of_the_first_that_lists_it(tmp_path: Path) -> None:
    for name, licence, modules in (("one", NC, "m2"), ("two", BY, "m1"), ("three", NC, "m1")):
        book(tmp_path / "books" / name, licence, modules)
    (tmp_path / "elsewhere").mkdir()
    reader = CnxmlReader(str(tmp_path / "books"))
    assert [one.folder.rpartition("/")[2] for one in reader._repositories] == ["one", "three", "two"]
    assert document(tmp_path / "elsewhere", module("<para>Yes.</para>"), reader).licence_raw == NC


def test_exercises_equations_and_glossary(tmp_path: Path) -> None:
    content = (
        "<equation><m:math><m:mi>x</m:mi><m:mo>=</m:mo><m:mn>3</m:mn></m:math></equation>"
        "<exercise><problem><para>Which?</para></problem><solution><para>B</para></solution></exercise>"
        "<exercise><problem><para>Draw.</para></problem><solution><figure><media/></figure></solution></exercise>"
    )
    glossary = "<glossary><definition><term>cell</term><meaning>a unit</meaning></definition></glossary>"
    assert document(tmp_path, module(content, rest=glossary)).text == (
        "A title\n\nx = 3\n\nWhich?\n\nAnswer: B\n\nDraw.\n\nGlossary\n\n- cell: a unit"
    )


@pytest.mark.parametrize(
    "inside",
    [
        '<section class="references"><title>References</title><para>No.</para></section>',
        '<note class="anatomy interactive"><para>No.</para></note>',
        "<note><title>Video</title><media><iframe src='x'/></media><para>No.</para></note>",
        '<para><cite><note class="reference">No.</note></cite></para>',
    ],
)
def test_what_leads_out_of_the_book_is_left_out(tmp_path: Path, inside: str) -> None:
    assert document(tmp_path, module(f"<para>Yes.</para>{inside}")).text == "A title\n\nYes."


def test_a_module_without_content_is_no_text_and_without_an_id_quarantined(tmp_path: Path) -> None:
    empty = document(tmp_path, module(""))
    assert (empty.text, empty.no_text) == ("", "no_content")
    path = tmp_path / "index.cnxml"
    path.write_text(module("<para>Yes.</para>", ""))
    assert records(CnxmlReader(), path)[0] == [Quarantined(record=0, reason="no_module_id")]


def test_damaged_files_and_collections_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    for content, reason in (("<document/>", "no_module"), ("<document>", "malformed_xml")):
        path.write_text(content)
        with pytest.raises(RawFileError, match=reason):
            records(CnxmlReader(), path)
    with pytest.raises(ValueError, match="no_collection"):
        CnxmlReader(str(tmp_path))
    (tmp_path / "collections").mkdir()
    (tmp_path / "collections" / "a.xml").write_text("<document/>")
    with pytest.raises(ValueError, match="no_collection"):
        CnxmlReader(str(tmp_path))
    assert make_reader("cnxml").config == {}
