"""Web and Markdown pages: main content in, navigation out, licences only where a page speaks of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree
from markdown_it import MarkdownIt

from corpus.document import Document, Quarantined
from sources.html import HtmlReader
from sources.markdown import MarkdownReader
from sources.reader import Reader
from tests.sources.material import kit_files, records

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Antenatal  care</title>
<link rel="canonical" href="https://health.example/anc"><meta name="citation_publication_date" content="2020/03/09">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"><script>var x = "script";</script></head>
<body><header>Ministry</header><nav><ul><li>Home</li></ul></nav><div class="cookie-notice">We use cookies</div>
<main><h1>Antenatal care</h1><p>Give 10<sup>6</sup> units
of <b>H<sub>2</sub>O</b>.</p><h2>Doses</h2><ul><li>first<ul><li>inner</li></ul></li><li>second</li></ul>
<table><caption>Table 1</caption><tr><th>Drug</th><th>Dose</th></tr><tr><td>Iron</td><td>60 mg<br>daily</td></tr>
</table>
<p>End.</p></main><aside>Related pages</aside><footer>Imprint</footer></body></html>"""
TEXT = """Antenatal care

Give 10⁶ units of H2O.

Doses

- first
  - inner
- second

Table 1
Drug | Dose
Iron | 60 mg daily

End."""


def read(reader: Reader, tmp_path: Path, data: str | bytes) -> Document | Quarantined:
    path = tmp_path / "page"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    ((found,), _) = records(reader, path)
    assert isinstance(found, Document | Quarantined)
    return found


@pytest.mark.parametrize("page", [PAGE, PAGE.replace("<main>", "<div>").replace("</main>", "</div>")])
def test_a_page_is_its_main_content(tmp_path: Path, page: str) -> None:
    found = read(HtmlReader(language="de", licence="MIT"), tmp_path, page)
    assert isinstance(found, Document)
    assert re.sub(r"\n+", "\n", found.text) == re.sub(r"\n+", "\n", TEXT)
    assert (found.title, found.url) == ("Antenatal care", "https://health.example/anc")
    assert (found.language, found.published) == ("en", "2020-03-09")
    assert (found.licence_raw, found.licence_evidence) == (CC_BY, "html:link[rel=license]/@href")


@pytest.mark.parametrize(
    ("markup", "licence"),
    [
        (f'<p>This page is licensed under <a href="{CC_BY}">CC BY</a>.</p>', CC_BY),
        (f'<p>Except where noted, content is licensed under <a href="{CC_BY}">CC BY</a>.</p>', CC_BY),
        (f'<p>Photo: Jo, <a href="{CC_BY}">CC BY licence</a></p>', None),
        (f'<p>Read about <a href="{CC_BY}">Creative Commons</a>.</p>', None),
        (f'<a rel="license" href="{CC_BY}">CC</a>', CC_BY),
        (f'<a rel="license" href="{CC_BY}">CC</a><a rel="license" href="/other">own</a>', None),
        ('<meta name="DCTERMS.license" content="CC0">', "CC0"),
        ("<p>This page is licensed.</p>", None),
    ],
)
def test_a_licence_is_one_that_the_page_states_of_itself(tmp_path: Path, markup: str, licence: str | None) -> None:
    found = read(HtmlReader(), tmp_path, f"<html><body><p>Words.</p>{markup}</body></html>")
    assert isinstance(found, Document)
    assert found.licence_raw == licence


def test_no_word_of_the_guideline_pages_is_lost_or_added() -> None:
    files = kit_files("guideline_pages", "*/*.xml")
    templates = 0
    for path in files:
        ((found,), facts) = records(HtmlReader(), path)
        assert isinstance(found, Document)
        source = re.sub(r"\{%.*?%\}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        oracle = etree.fromstring(source.encode())
        for tabs in oracle.xpath("//*[local-name()='ul'][contains(@class, 'nav')]"):
            tabs.clear()
        given = " ".join(re.findall(r"(?:topic|description)='(.*?)'", path.read_text(encoding="utf-8"), flags=re.S))
        if given:
            assert set(found.text.split()) == set(given.split())
            templates += facts["template_tags"] > 0
        else:
            assert found.text.replace("- ", "").split() == "".join(oracle.itertext()).split()
    assert (len(files), templates) == (11, 8)


def test_the_guide_that_states_its_licence_has_it() -> None:
    ((found,), _) = records(HtmlReader(), kit_files("guideline_pages", "opioid_cds/license.xml")[0])
    assert isinstance(found, Document)
    assert found.licence_raw == "http://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<div>" * 5000 + "deep", "nested_too_deep"),
        (bytes(range(32)) * 99, "binary"),
        ("<p>na\ufffdve patients\ufffd fianc\ufffd", "mojibake"),
        ("<p>" + "x" * 2000, "record_too_large"),
    ],
)
def test_what_cannot_be_a_page_is_quarantined(tmp_path: Path, data: str | bytes, reason: str) -> None:
    found = read(HtmlReader(max_bytes=1000 if reason == "record_too_large" else 1 << 20), tmp_path, data)
    assert isinstance(found, Quarantined)
    assert found.reason == reason


@pytest.mark.parametrize("page", ["<html></html>", "<nav>Home</nav>", "   "])
def test_a_page_without_content_says_so(tmp_path: Path, page: str) -> None:
    found = read(HtmlReader(), tmp_path, page)
    assert isinstance(found, Document)
    assert (found.text, found.no_text) == ("", "no_main_content")


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "unknown-9", "utf-16"])
def test_a_charset_is_the_declared_one_as_browsers_read_it(tmp_path: Path, declared: str) -> None:
    data = f'<html><head><meta charset="{declared}"></head><body><p>años “x” €5</p></body></html>'.encode("cp1252")
    found = read(HtmlReader(), tmp_path, data)
    assert isinstance(found, Document)
    assert found.text == "años “x” €5"


def test_markdown_is_its_words(tmp_path: Path) -> None:
    page = """---
title: Iron
license: CC0-1.0
lang: en
date: 2021-03-09
---
# Iron

Give **60 mg** of [iron](x.html "t") ![pill](p.png) daily.
<!-- hidden -->
{% include menu.html %}

1. first
2. second

* a
  * b

| Drug | Dose |
|---|---|
| Iron | 60 mg<br/>daily |
"""
    found = read(MarkdownReader(licence="MIT"), tmp_path, page)
    assert isinstance(found, Document)
    assert found.text == (
        "Iron\n\nGive 60 mg of iron daily.\n\n1. first\n2. second\n- a\n  - b\n\nDrug | Dose\nIron | 60 mg daily"
    )
    assert (found.title, found.language, found.published) == ("Iron", "en", "2021-03-09")
    assert (found.licence_raw, found.licence_evidence) == ("CC0-1.0", "markdown:front_matter/license")


def test_every_word_of_the_kits_markdown_stands_in_its_source() -> None:
    files = kit_files("guideline_pages", "*/*.md")
    words = 0
    for path in files:
        ((found,), _) = records(MarkdownReader(), path)
        assert isinstance(found, Document)
        assert "](" not in found.text
        assert not re.search(r"^#|\{%|<!--|\|---", found.text, re.M)
        source = set(re.findall(r"[^\W_]+", path.read_text(encoding="utf-8")))
        assert set(re.findall(r"[^\W_]+", re.sub("[\u00b9\u00b2]", "", found.text))) <= source | {"amp"}
        words += len(found.text.split())
    assert (len(files), words) == (10, 15445)


def test_footnotes_are_raised_numbers_and_other_brackets_stay(tmp_path: Path) -> None:
    page = "Iron [^b] and zinc[^a]; not `[^x]`.\n\n[^b]: Ferrous.\n\n[^a]: As sulfate."
    found = read(MarkdownReader(), tmp_path, page)
    assert isinstance(found, Document)
    assert found.text == "Iron\u00b9 and zinc\u00b2; not [^x].\n\n\u00b9 Ferrous.\n\n\u00b2 As sulfate."


def test_headings_whose_text_a_template_would_bring_go_but_not_its_words(tmp_path: Path) -> None:
    page = """## Alerts
### First alert
<div>{% include alert.svg %}</div>

### Second alert
{% include a.svg %}
## Therapy
### Recommendation 8
{% include page.html num='8' topic="Assessing Risk" description='Offer naloxone to {{ who }}
when risk is high.' text='Offer naloxone when risk is high.' data='a-b.html' %}
## A bare heading
## Notes
Text.
"""
    for reader in (MarkdownReader(), HtmlReader()):
        body = page if isinstance(reader, MarkdownReader) else MarkdownIt().render(page)
        found = read(reader, tmp_path, body)
        assert isinstance(found, Document)
        assert found.text.split("\n\n") == [
            "Therapy", "Recommendation 8", "Offer naloxone when risk is high.", "A bare heading", "Notes", "Text."
        ]  # fmt: skip
        only = read(reader, tmp_path, "<h2>Alerts</h2>\n\n<div>{% include alert.svg %}</div>")
        assert isinstance(only, Document)
        assert (only.text, only.no_text) == ("", "only_template")


@pytest.mark.parametrize("front", ["---\na: &a [x]\nb: *a\n---\n", "---\n- list\n---\n", "---\n: : :\n---\n"])
def test_front_matter_that_is_none_is_text(tmp_path: Path, front: str) -> None:
    found = read(MarkdownReader(), tmp_path, front + "Words.")
    assert isinstance(found, Document)
    assert found.text.endswith("Words.")
    assert found.title is None
