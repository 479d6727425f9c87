"""Translation memories: the kit against plain XPath, and units in every arrangement."""

from __future__ import annotations

import re
from html import unescape
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.tmx import TmxReader
from tests.sources.material import kit_files, records

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def test_real_memories_agree_with_xpath() -> None:
    for path in kit_files("tico19_tmx", "*.tmx"):
        found, facts = records(TmxReader(), path)
        tree = etree.parse(path)
        units = tree.findall(".//tu")
        assert facts["units"] == len(units) == 3071
        texts = [name for name, _ in groupby(unit.get("tuid").rpartition(":")[0] for unit in units)]
        assert len(found) == facts["records"] == 2 * len(texts)
        lines: dict[str | None, list[str]] = {}
        for document in found:
            assert isinstance(document, Document)
            assert str(document.url).startswith("http")
            assert str(document.native_id).split("/")[1] in texts
            lines.setdefault(document.language, []).extend(document.text.split("\n"))
        assert len({one.native_id for one in found if isinstance(one, Document)}) == len(found)
        for language, segments in lines.items():
            plain = [
                " ".join("".join(side.find("seg").itertext()).split())
                for side in tree.iter("tuv")
                if side.get(LANG) == language
            ]
            printed = [unescape(one.removeprefix("b'")) for one in plain]
            # Only blanks are added, between sentences.
            assert [one.replace(" ", "") for one in segments] == [one.replace(" ", "") for one in printed if one]
            assert not re.search(r"&[a-z]+;|[a-z]{2}\.[A-Z][a-z]+ ", "\n".join(segments))


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ("Under &amp;lt; 5 and &amp;#8805; 3", "Under < 5 and \u2265 3"),
        (
            "It is so.The other is not. Par \u00e9t\u00e9.\u00c9tats unis",
            "It is so. The other is not. Par \u00e9t\u00e9. \u00c9tats unis",
        ),
        ("See News.com.au, 4.Most, U.S.The", "See News.com.au, 4.Most, U.S.The"),
    ],
)
def test_a_segment_is_unescaped_and_its_sentences_are_apart(tmp_path: Path, segment: str, text: str) -> None:
    (found,) = read(tmp_path, memory(unit("a:1", en=segment)))
    assert isinstance(found, Document)
    assert found.text == text


def memory(*units: str) -> str:
    return f'<tmx version="1.4"><header/><body>{"".join(units)}</body></tmx>'


def unit(tuid: str, **sides: str) -> str:
    tuvs = "".join(f'<tuv xml:lang="{lang}"><seg>{words}</seg></tuv>' for lang, words in sides.items())
    return f'<tu tuid="{tuid}">{tuvs}</tu>'


def read(tmp_path: Path, xml: str, units: int = 500) -> list[Record]:
    path = tmp_path / "m.tmx"
    path.write_text(xml)
    return records(TmxReader(units), path)[0]


def texts(found: list[Record]) -> dict[str | None, str]:
    return {one.native_id: one.text for one in found if isinstance(one, Document)}


def test_units_of_one_text_are_one_document_a_language(tmp_path: Path) -> None:
    xml = memory(unit("a:1", en="One.", fr="Un."), unit("a:2", en="Two."), unit("b:3", en="Three."))
    assert texts(read(tmp_path, xml)) == {"m/a/en": "One.\nTwo.", "m/a/fr": "Un.", "m/b/en": "Three."}


def test_units_without_such_ids_belong_by_note_and_are_cut_at_the_limit(tmp_path: Path) -> None:
    noted = '<tu><note>http://x/{}</note><tuv xml:lang="en"><seg>{}</seg></tuv></tu>'
    found = read(tmp_path, memory(noted.format("p", "A."), noted.format("p", "B."), noted.format("q", "C.")))
    assert [one.url for one in found if isinstance(one, Document)] == ["http://x/p", "http://x/q"]
    bare = memory(*(unit(str(number), en=f"{number}.") for number in range(5)))
    assert texts(read(tmp_path, bare, units=2)) == {
        "m/text/en": "0.\n1.",
        "m/text.2/en": "2.\n3.",
        "m/text.3/en": "4.",
    }


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["en", "fr", "de"])), min_size=1), st.integers(1, 4))
def test_no_segment_is_lost_or_moved_between_languages(units: list[tuple[str, str]], limit: int) -> None:
    xml = memory(*(unit(f"{text}:{n}", **{lang: f"{lang} {n}"}) for n, (text, lang) in enumerate(units)))
    with TemporaryDirectory() as folder:
        found = read(Path(folder), xml, limit)
    assert [one.record for one in found if isinstance(one, Document)] == list(range(len(found)))
    for one in found:
        assert isinstance(one, Document)
        assert all(line.startswith(str(one.language)) for line in one.text.split("\n"))
    for lang in ("en", "fr", "de"):
        lines = [line for one in found if isinstance(one, Document) for line in one.text.split("\n")]
        assert [x for x in lines if x.startswith(lang)] == [
            f"{lang} {n}" for n, (_, on) in enumerate(units) if on == lang
        ]


def test_inline_codes_go_and_their_sentence_stays(tmp_path: Path) -> None:
    seg = '<bpt i="1">{b}</bpt>Bold<ept i="1">{/b}</ept> <hi>and</hi> <ph>{1}</ph>plain'
    assert texts(read(tmp_path, memory(unit("a:1", en=seg, fr="b'Texte")))) == {
        "m/a/en": "Bold and plain",
        "m/a/fr": "Texte",
    }


def test_a_side_without_a_language_is_quarantined_and_empty_sides_are_no_text(tmp_path: Path) -> None:
    xml = memory('<tu tuid="a:1"><tuv><seg>?</seg></tuv><tuv xml:lang="en"><seg> </seg></tuv></tu>')
    bad, empty = read(tmp_path, xml)
    assert bad == Quarantined(record=0, reason="no_language")
    assert isinstance(empty, Document)
    assert (empty.record, empty.text, empty.no_text) == (1, "", "empty_segments")


def test_a_file_without_units_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="no_units"):
        read(tmp_path, "<tmx><body/></tmx>")
    with pytest.raises(RawFileError, match="malformed_xml"):
        read(tmp_path, "<tmx><body>")
    with pytest.raises(ValueError, match="1 or more"):
        TmxReader(0)
