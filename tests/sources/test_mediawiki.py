"""Dumps of wikis: articles as plain text, other pages with a reason."""

from __future__ import annotations

import bz2
import gzip
from html import escape
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.mediawiki import MediawikiReader
from sources.wikitext import plain_text
from tests.sources.material import records

NAMESPACES = frozenset({"file", "image", "category", "fichier"})
ARTICLE = """{{Infobox disease | name = Fever | field = {{hlist|[[Medicine]]}} }}
[[File:Thermometer.jpg|thumb|A [[thermometer]] showing fever]]
'''Fever''' ({{IPA|f}}) is a [[body temperature|temperature]] above {{convert|38|C|F}},<ref name="a">{{cite book}}</ref>
in ''[[human]]s''.<ref name="a" /> About 10<sup>6</sup> &nbsp;cases.<!-- hidden -->

== Signs ==
* [[Chills]]
** severe
# first
; Term : its meaning
{| class="wikitable"
|-
| cell || cell
|}
See [http://example.org the guideline] or http://example.org/bare.

=== Deep ===
x<br>y

== References ==
{{reflist}}
Dropped.
=== Inner ===
Dropped too.
== Care ==
Rest. __NOTOC__
[[Category:Symptoms]]
[[fr:Fièvre]]
"""
TEXT = """Fever is a temperature above 38 C,
in humans. About 10⁶ cases.

Signs

- Chills
  - severe
- first
- Term : its meaning

See the guideline or .

Deep

x
y

Care

Rest."""


def dump(*pages: str, info: str = "") -> bytes:
    return (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en"><siteinfo>'
        "<sitename>W</sitename><base>https://w.example/wiki/Main_Page</base><namespaces>"
        f'<namespace key="0"/><namespace key="6">Fichier</namespace></namespaces>{info}</siteinfo>'
        f"{''.join(pages)}</mediawiki>"
    ).encode()


def page(text: str, number: int = 1, title: str = "Fever", ns: int = 0, extra: str = "") -> str:
    return (
        f"<page><title>{escape(title)}</title><ns>{ns}</ns><id>{number}</id>{extra}<revision><id>9</id></revision>"
        f'<revision><id>10</id><timestamp>2021-03-09T10:00:00Z</timestamp><text xml:space="preserve">{escape(text)}'
        "</text></revision></page>"
    )


def read(tmp_path: Path, data: bytes, **options: Any) -> list[Record]:
    path = tmp_path / "dump.xml"
    path.write_bytes(data)
    return records(MediawikiReader(**options), path)[0]


@pytest.mark.parametrize("pack", [bytes, bz2.compress, gzip.compress, zstandard.compress])
def test_an_article_is_its_text(tmp_path: Path, pack: Any) -> None:
    (found,) = read(tmp_path, pack(dump(page(ARTICLE, title="Fever of man"))), licence="CC-BY-SA-4.0")
    assert found == Document(
        record=0,
        native_id="1",
        text=f"Fever of man\n\n{TEXT}",
        version="0" * 18 + "10",
        title="Fever of man",
        url="https://w.example/wiki/Fever_of_man",
        language="en",
        licence_raw="CC-BY-SA-4.0",
        licence_evidence="recipe:options.licence",
    )


def test_pages_that_are_no_articles_say_so(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        dump(
            page("#REDIRECT [[Fever]]", 1),
            page("x", 2, extra='<redirect title="Fever"/>'),
            page("talk", 3, "Talk:Fever", ns=1),
            page("{{only|a template}}", 4),
            page("Words.", 5),
        ),
    )
    assert [one.no_text for one in found if isinstance(one, Document)] == [
        "redirect",
        "redirect",
        "not_an_article",
        "empty_page",
        None,
    ]


def test_the_licence_that_a_dump_states_comes_first(tmp_path: Path) -> None:
    info = '<rights url="https://creativecommons.org/licenses/by-sa/4.0/">CC</rights>'
    (found,) = read(tmp_path, dump(page("Words."), info=info), licence="MIT")
    assert isinstance(found, Document)
    assert (found.licence_raw, found.licence_evidence) == (
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "mediawiki:siteinfo",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<b>" * 3000, "nested_too_deep"), ("x" * 4_000_001, "record_too_large")],
)
def test_hostile_pages_are_quarantined_and_reading_goes_on(tmp_path: Path, text: str, reason: str) -> None:
    found = read(tmp_path, dump(page(text, 1), page("Words.", 2)))
    assert [one.reason for one in found if isinstance(one, Quarantined)] == [reason]
    assert [one.native_id for one in found if isinstance(one, Document)] == ["2"]


@pytest.mark.parametrize(
    ("text", "given_up"),
    [
        ("{{" * 20_000, True), ("[[" * 20_000, True), ("{|\n|" * 5000, True), ("*" * 20_000, True),
        ("''" * 20_000, False), ("{{a|" * 4000 + "}}" * 4000, False), ("{{a|" * 400, False),
    ],
)  # fmt: skip
def test_deep_nesting_is_read_or_given_up_in_good_time(text: str, given_up: bool) -> None:
    assert (plain_text(text, NAMESPACES) is None) == given_up


@given(st.lists(st.sampled_from(["[[", "]]", "{{", "}}", "|", "'''", "<ref>", "</ref>", "* ", "\n", "== ", "a", "{|"])))
def test_any_wikitext_is_read(pieces: list[str]) -> None:
    text = plain_text("".join(pieces), NAMESPACES)
    assert text is not None
    assert "\0" not in text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html></html>", "not_a_dump"),
        (dump(page("x"))[:-30], "malformed_xml"),
        (bz2.compress(dump(page(ARTICLE * 99)))[:-20], "truncated_bz2"),
    ],
)
def test_a_damaged_dump_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data)
    assert caught.value.reason == reason
