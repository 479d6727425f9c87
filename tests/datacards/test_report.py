"""The statistics page: one file, no script, no network, every number the manifest's."""

from __future__ import annotations

import re
from itertools import pairwise

import lxml.html
import pytest

from datacards.render import render
from datacards.views import ROWS, view
from manifests.model import Manifest, RawFile
from tests.datacards.reading import (
    HOSTILE,
    cells,
    html_page,
    numbers_of,
    reordered,
    whole_numbers,
    with_hostile_strings,
    without_anything,
)


@pytest.fixture(scope="module")
def page(manifest: Manifest) -> lxml.html.HtmlElement:
    return html_page(render(manifest)["report/index.html"])


def test_it_loads_nothing(page: lxml.html.HtmlElement, manifest: Manifest) -> None:
    assert not page.xpath("//script | //img | //link | //iframe | //object | //embed | //base | //form | //@srcset")
    assert not page.xpath("//@src | //@*[starts-with(name(), 'on')] | //*[local-name()='use']")
    assert not re.search(r"url\(|@import", render(manifest)["report/index.html"].decode())
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")


def test_links_lead_to_homepages_and_to_places_on_the_page(page: lxml.html.HtmlElement, manifest: Manifest) -> None:
    homepages = {source.homepage for source in manifest.sources}
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for address in page.xpath("//a/@href"):
        assert address.removeprefix("#") in ids if address.startswith("#") else address in homepages


def test_every_table_has_a_caption_and_scoped_headings(page: lxml.html.HtmlElement) -> None:
    tables = page.xpath("//table")
    assert len(tables) > 20
    for table in tables:
        assert table.xpath("string(./caption)").strip()
        assert table.xpath("./thead//th")
        assert all(heading.get("scope") in {"col", "row", "colgroup"} for heading in table.xpath(".//th"))


def test_every_picture_says_what_it_shows(page: lxml.html.HtmlElement) -> None:
    pictures = page.xpath("//*[local-name()='svg']")
    assert pictures
    assert all(picture.get("role") == "img" and picture.get("aria-label").strip() for picture in pictures)


def test_headings_descend_without_gaps(page: lxml.html.HtmlElement) -> None:
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_it_has_a_language_a_title_and_a_viewport(page: lxml.html.HtmlElement) -> None:
    assert page.get("lang") == "en"
    assert page.xpath("string(//title)")
    assert page.xpath("//meta[@name='viewport']")


def test_every_whole_number_in_a_table_is_the_manifests_or_a_sum_over_sources(
    page: lxml.html.HtmlElement, manifest: Manifest
) -> None:
    arranged = view(manifest)
    known = numbers_of(manifest) | numbers_of(
        [arranged.read, arranged.licences, arranged.languages, arranged.doc_types, arranged.genres]
    )
    shown = whole_numbers(cells(page, "//td[@class='n']"))
    assert len(shown) > 200
    assert shown <= known


def test_repeated_paragraphs_are_told_by_source(page: lxml.html.HtmlElement) -> None:
    (table,) = page.xpath("//table[starts-with(caption, 'Repeated paragraphs')]")
    rows = [[cell.text_content() for cell in row] for row in table.xpath("./tbody/tr")]
    assert rows == [["plos", "61,007", "1,913", "97", "2.0%"]]


def test_each_source_has_its_funnel_reasons_and_raw_files(page: lxml.html.HtmlElement, manifest: Manifest) -> None:
    for index, source in enumerate(manifest.sources, start=1):
        section = page.get_element_by_id(f"source-{index}")
        stages = section.xpath(".//table[@class='funnel']/tbody/tr/th/text()")
        walked = [stage.stage for stage in manifest.ledger.stages if stage.source == source.name]
        assert stages == (walked if source.read.documents else [])
        shown = section.text_content()
        assert all(line.reason in shown for line in manifest.ledger.lines if line.source == source.name)
        assert all(file.sha256 in shown for file in source.raw_files)


def test_a_raw_file_that_could_not_be_read_is_pointed_out(page: lxml.html.HtmlElement) -> None:
    assert "could not be read: truncated_gzip" in page.text_content()


def test_long_tables_end_with_the_number_of_rows_left_out(manifest: Manifest) -> None:
    files = tuple(
        RawFile(name=f"part-{n:05}.xml", sha256="0" * 64, bytes=1, records=1, facts={}) for n in range(ROWS + 1_300)
    )
    plos = manifest.sources[0].model_copy(update={"raw_files": files})
    page = html_page(render(manifest.model_copy(update={"sources": (plos,)}))["report/index.html"])
    assert "1,300 more rows in manifest.json" in page.text_content()
    assert f"part-{ROWS:05}.xml" not in page.text_content()


def test_hostile_strings_stay_text(manifest: Manifest) -> None:
    plain, spoiled = (
        html_page(render(each)["report/index.html"]) for each in (manifest, with_hostile_strings(manifest))
    )
    assert not spoiled.xpath("//script | //img | //@onerror")
    assert not [link for link in spoiled.xpath("//a/@href") if not link.startswith("#")]
    for path in ("//table", "//tr", "//td", "//h1", "//h2", "//svg"):
        assert len(spoiled.xpath(path)) == len(plain.xpath(path))
    assert HOSTILE.replace("\n", " ")[:40] in spoiled.xpath("string(//h1)").replace("\n", " ")


def test_equal_manifests_give_equal_bytes_whatever_the_order_of_their_keys(manifest: Manifest) -> None:
    again = Manifest.model_validate(reordered(manifest.model_dump(mode="json")))
    assert render(again) == render(manifest)


def test_an_empty_snapshot_renders(manifest: Manifest) -> None:
    page = html_page(render(without_anything(manifest))["report/index.html"])
    assert "The recipe names no source." in page.text_content()
    assert not page.xpath("//*[@class='source']")
