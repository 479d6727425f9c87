"""Elements that nobody reads leave the bytes; everything else stays as it is."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sources.unread import Unread

NAMES = ("ref-list", "aff")


def left(xml: str) -> str:
    return Unread(NAMES).whole(xml.encode()).decode()


def in_pieces(data: bytes, sizes: list[int]) -> bytes:
    """What is left of `data` when it comes in pieces."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return b"".join(Unread(NAMES).read(piece for piece in [*pieces, data[at:]] if piece))


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<a>1<ref-list><ref>2</ref></ref-list>3<aff/>4</a>", "<a>13<aff/>4</a>"),
        ("<a><aff id='>' b = \"/\" >x</aff></a>", "<a></a>"),
        ("<a><affix>x</affix></a>", "<a><affix>x</affix></a>"),
        ("<a><aff x='/>'/>kept<aff>x</aff></a>", "<a><aff x='/>'/>kept</a>"),
        ("<a><!-- <aff> -->kept<aff>x</aff></a>", "<a><!-- <aff> -->kept</a>"),
        ("<a><![CDATA[<aff>]]>kept<aff>x</aff></a>", "<a><![CDATA[<aff>]]>kept</a>"),
        ("<a><?x <aff>?>kept<aff>x</aff></a>", "<a><?x <aff>?>kept</a>"),
        ("<a><aff>x<!-- </aff> -->y</aff>kept</a>", "<a><aff>x<!-- </aff> -->y</aff>kept</a>"),
        ("<a><aff><aff>x</aff>y</aff>kept</a>", "<a><aff>y</aff>kept</a>"),
        ("<a><aff>without an end</a>", "<a><aff>without an end</a>"),
        ("<!DOCTYPE a SYSTEM 'a.dtd'><a><aff>x</aff></a>", "<!DOCTYPE a SYSTEM 'a.dtd'><a></a>"),
        (
            "<!DOCTYPE a [<!ENTITY e '<aff>'>]><a><aff>x</aff></a>",
            "<!DOCTYPE a [<!ENTITY e '<aff>'>]><a><aff>x</aff></a>",
        ),
        ('<?xml version="1.0" encoding="UTF-8"?><a><aff>x</aff></a>', '<?xml version="1.0" encoding="UTF-8"?><a></a>'),
        (
            '<?xml version="1.0" encoding="ISO-2022-JP"?><a><aff>x</aff></a>',
            '<?xml version="1.0" encoding="ISO-2022-JP"?><a><aff>x</aff></a>',
        ),
    ],
)
def test_an_element_goes_where_it_surely_is_one(xml: str, expected: str) -> None:
    assert left(xml) == expected


def test_utf_16_is_left_alone() -> None:
    data = "<a><aff>x</aff></a>".encode("utf-16")
    assert Unread(NAMES).whole(data) == data


LEAVES = st.sampled_from(
    ["words ", "a &lt; b", "<!-- <aff> -->", "<!-- </aff> -->", "<![CDATA[<ref-list>]]>", "<?x </aff> ?>", "<aff/>",
     "<aff y='1'/>", "] ]> ?> -->", "é"]
)  # fmt: skip
TAGS = st.sampled_from(["aff", "ref-list", "affix", "p", "sec"])
ATTRIBUTES = st.sampled_from(["", " x='1'", ' x="/>"', " x = '>' y='\"'", "\n"])
CONTENT = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda tag, attributes, parts: f"<{tag}{attributes}>{''.join(parts)}</{tag}>",
        TAGS, ATTRIBUTES, st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)  # fmt: skip


def without_unread(data: bytes) -> bytes:
    """What a reader sees of a document that it reads whole."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True, remove_pis=True))
    etree.strip_elements(root, *NAMES, with_tail=False)
    return bytes(etree.tostring(root, method="c14n"))


@given(CONTENT, st.lists(st.integers(1, 40), max_size=12))
def test_a_reader_that_skips_them_sees_no_difference(content: str, sizes: list[int]) -> None:
    data = f"<?xml version='1.0'?><!DOCTYPE a><a>{content}</a>".encode()
    seen = without_unread(data)
    assert without_unread(Unread(NAMES).whole(data)) == seen
    assert without_unread(in_pieces(data, sizes)) == seen


@given(
    st.text("<>/!-[]?a f='\"", max_size=60).filter(lambda noise: "</aff>" not in noise),
    st.lists(st.integers(1, 9), max_size=9),
)
def test_what_is_no_xml_loses_nothing(noise: str, sizes: list[int]) -> None:
    data = f"<a>{noise}".encode()
    assert Unread(NAMES).whole(data) == data
    assert in_pieces(data, sizes) == data


@pytest.mark.parametrize("sizes", [[], [7, 1, 4, 30], [5, *[1] * 80]])
def test_the_places_of_records_are_bytes_of_the_whole_file(sizes: list[int]) -> None:
    xml = "<a><!-- <r> --><r x='1'>é<aff>y</aff></r>\n<aff><r/></aff><r/><rest/><r\n>z</r></a>"
    data = xml.encode()
    unread = Unread(NAMES, ("r",))
    pieces, at = [], 0
    for size in [*sizes, len(data)]:
        pieces.append(data[at : at + size])
        at += size
    assert (
        b"".join(unread.read(filter(None, pieces)))
        == "<a><!-- <r> --><r x='1'>é</r>\n<r/><rest/><r\n>z</r></a>".encode()
    )
    assert [data[place : place + 3] for place in unread.places] == [b"<r ", b"<r/", b"<r\n"]


def test_many_elements_without_an_end_or_in_one_another_are_passed_in_one_go() -> None:
    for data in (b"<a>" + b"<aff>" * 800_000, b"<a>" + b"<aff>" * 400_000 + b"</aff>" * 400_000):
        assert len(Unread(NAMES).whole(data)) >= len(data) - len(b"<aff></aff>")


def test_an_element_without_an_end_is_not_held() -> None:
    piece = b"<ref>word</ref>" * 4096
    tracemalloc.start()
    kept = sum(len(one) for one in Unread(NAMES).read([b"<a><ref-list>", *[piece] * 400]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept == len(b"<a><ref-list>") + 400 * len(piece)
    assert peak < 8 << 20
