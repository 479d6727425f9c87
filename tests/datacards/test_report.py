"""The report: pages without script or network, every number the manifest's or of its samples."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

import lxml.html
import polars as pl
import pytest

from datacards.render import page_names, render
from datacards.report import tables
from datacards.report.paths import INDEX, sample_page, slug, source_page
from datacards.views import ROWS, view
from manifests.amount import Amount
from manifests.model import File, LedgerLine, Manifest, RawFile, Source
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

SAMPLES = File(path="samples/samples.parquet", kind="samples", sha256="5" * 64, bytes=1, rows=3)
Pages = dict[str, lxml.html.HtmlElement]


def samples_of(manifest: Manifest) -> pl.DataFrame:
    """Two samples of every reason and source by lot, one narrow pass, and one whose text is not to be shown."""
    rows = []
    for line in manifest.ledger.lines:
        rows += [sample(line, turn) for turn in (1, 2)]
    kept = LedgerLine.model_construct(source="medline", stage="release", verdict="keep", reason="kept", amount=Amount())
    rows += [sample(kept, 1), sample(kept, None) | {"borders": "too_short", "score": 51.0, "threshold": 50.0}]
    rows[0] |= {"excerpt": None}
    return pl.DataFrame(rows, infer_schema_length=None)


def sample(line: LedgerLine, turn: int | None) -> dict[str, object]:
    return {
        "source": line.source,
        "doc_id": f"{line.source}:{line.reason}-{turn}",
        "doc_type": "abstract",
        "phi_policy": "literature",
        "verdict": line.verdict,
        "stage": line.stage,
        "reason": line.reason,
        "words": 12,
        "tokens": 18,
        "score": 12.0 if line.stage == "quality" else None,
        "threshold": 50.0 if line.stage == "quality" else None,
        "survivor": None,
        "similarity": None,
        "borders": None,
        "turn": turn,
        "excerpt": f"<b>Text</b> of {line.reason} {turn}",
    }


def with_samples(manifest: Manifest) -> Manifest:
    return manifest.model_copy(update={"files": (*manifest.files, SAMPLES)})


@pytest.fixture(scope="module")
def rendered(manifest: Manifest) -> dict[str, bytes]:
    found = render(with_samples(manifest), samples_of(manifest))
    return {name: page for name, page in found.items() if re.match(r"report/.*html", name)}


@pytest.fixture(scope="module")
def pages(rendered: dict[str, bytes]) -> Pages:
    return {name: html_page(page) for name, page in rendered.items()}


def test_there_is_a_page_a_source_and_a_page_a_reason(pages: Pages, manifest: Manifest) -> None:
    lines = manifest.ledger.lines
    expected = {INDEX, *(source_page(source.name) for source in manifest.sources)}
    expected |= {sample_page(line.source, line.verdict, line.stage, line.reason) for line in lines}
    kept = {sample_page(s.name, "keep", "release", "kept") for s in manifest.sources if s.kept.documents}
    assert set(pages) == expected | kept
    assert set(pages) == {name for name in page_names(with_samples(manifest)) if re.match(r"report/.*html", name)}


def test_no_page_loads_anything(pages: Pages, rendered: dict[str, bytes]) -> None:
    for name, page in pages.items():
        assert not page.xpath("//script | //img | //link | //iframe | //object | //embed | //base | //form | //@srcset")
        assert not page.xpath("//@src | //@*[starts-with(name(), 'on')] | //*[local-name()='use']")
        assert not re.search(r"url\(|@import", rendered[name].decode())
        assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")


def test_every_link_leads_to_a_homepage_or_to_a_place_in_the_report(pages: Pages, manifest: Manifest) -> None:
    homepages = {source.homepage for source in manifest.sources}
    for name, page in pages.items():
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        for address in page.xpath("//a/@href"):
            if address in homepages:
                continue
            path, _, fragment = address.partition("#")
            target = pages[posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name]
            assert not fragment or fragment in target.xpath("//@id"), (name, address)


def test_every_table_has_a_caption_and_scoped_headings(pages: Pages) -> None:
    tables = [table for page in pages.values() for table in page.xpath("//table")]
    assert len(tables) > 30
    for table in tables:
        assert table.xpath("string(./caption)").strip()
        assert table.xpath("./thead//th") or not table.xpath(".//th")
        assert all(heading.get("scope") in {"col", "row", "colgroup"} for heading in table.xpath(".//th"))


def test_every_picture_says_what_it_shows(pages: Pages) -> None:
    pictures = [picture for page in pages.values() for picture in page.xpath("//*[local-name()='svg']")]
    assert pictures
    assert all(picture.get("role") == "img" and picture.get("aria-label").strip() for picture in pictures)


def test_headings_descend_without_gaps_and_pages_have_landmarks(pages: Pages) -> None:
    for page in pages.values():
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert (levels[0], levels.count(1)) == (1, 1)
        assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
        assert [len(page.xpath(f"//{name}")) for name in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
        assert page.xpath("//a[@class='skip']/@href") == ["#content"]
        assert (page.get("lang"), bool(page.xpath("string(//title)"))) == ("en", True)
        assert page.xpath("//meta[@name='viewport']")


def test_every_page_names_the_snapshot(pages: Pages, manifest: Manifest) -> None:
    assert all(manifest.snapshot_id in page.text_content() for page in pages.values())


def test_every_whole_number_in_a_table_is_the_manifests_or_a_sum_over_sources(pages: Pages, manifest: Manifest) -> None:
    arranged = view(manifest)
    known = numbers_of(manifest) | numbers_of(
        [arranged.read, arranged.licences, arranged.languages, arranged.doc_types, arranged.genres]
    )
    by_kind = {count.source: 0 for count in manifest.privacy.masked}
    for count in manifest.privacy.masked:
        by_kind[count.source] += count.spans
    known |= {arranged.spans, *by_kind.values(), 0}
    known |= numbers_of([tables.years(arranged), tables.lengths(arranged)])
    found = [cells(page, "//td[contains(@class, 'n') and not(small)]") for page in pages.values()]
    shown = whole_numbers([cell for page in found for cell in page])
    assert len(shown) > 200
    assert shown <= known


def test_what_sources_lost_adds_up(pages: Pages, manifest: Manifest) -> None:
    (table,) = pages[INDEX].xpath("//table[@class='losses']")
    rows = [
        [int(cell.text_content().split()[0].replace(",", "") or 0) for cell in row.xpath("./td[*]")]
        for row in table.xpath("./tbody/tr")
    ]
    assert sum(row[0] for row in rows) == view(manifest).read.documents
    assert all(row[0] - sum(row[1:-1]) == row[-1] for row in rows)


def test_repeated_paragraphs_are_told_by_source(pages: Pages) -> None:
    (table,) = pages[INDEX].xpath("//table[starts-with(caption, 'Repeated paragraphs')]")
    rows = [[cell.text_content() for cell in row] for row in table.xpath("./tbody/tr")]
    assert rows == [["plos", "61,007", "1,913", "97", "2.0%"]]


def test_each_source_has_its_funnel_reasons_and_raw_files(pages: Pages, manifest: Manifest) -> None:
    for source in manifest.sources:
        page = pages[source_page(source.name)]
        stages = [cell.text_content() for cell in page.xpath(".//table[@class='funnel']/tbody/tr/th")]
        walked = [stage.stage for stage in manifest.ledger.stages if stage.source == source.name]
        assert stages == (walked if source.read.documents else [])
        shown = page.text_content()
        assert all(line.reason in shown for line in manifest.ledger.lines if line.source == source.name)
        assert all(file.sha256 in shown for file in source.raw_files)


def test_every_reason_leads_to_its_samples(pages: Pages, manifest: Manifest) -> None:
    for line in manifest.ledger.lines:
        page = pages[sample_page(line.source, line.verdict, line.stage, line.reason)]
        links = pages[source_page(line.source)].xpath(
            f"//table[@class='bars reasons']//a[text()='{line.reason}']/@href"
        )
        assert len(links) == 1
        assert f"{line.amount.documents:,} document" in page.text_content()
        assert f"<b>Text</b> of {line.reason} 2" in page.text_content()


def test_a_sample_says_what_decided_and_its_page_shows_both_sides_of_the_bound(pages: Pages) -> None:
    page = pages[sample_page("medline", "drop", "quality", "too_short")]
    by_lot, out, inside = (block.text_content() for block in page.xpath("//ol[@class='samples']"))
    assert "too_short 12, below the bound of 50" in by_lot
    assert "too_short 12" in out
    assert "too_short 51, above the bound of 50" in inside


def test_a_text_that_may_not_be_shown_is_told_to_be_hidden(pages: Pages, manifest: Manifest) -> None:
    line = manifest.ledger.lines[0]
    page = pages[sample_page(line.source, line.verdict, line.stage, line.reason)]
    assert page.text_content().count("The text is not shown") == 1


def test_licences_say_what_they_permit_in_words(pages: Pages, manifest: Manifest) -> None:
    (table,) = pages[INDEX].xpath("//table[@class='licences']")
    rows = {row[0].text_content(): [cell.xpath("string(span)") for cell in row[4:]] for row in table.xpath(".//tr")}
    words = {True: "yes", False: "no", None: "unknown"}
    for one in manifest.rights.by_licence:
        stated = (one.commercial, one.redistribute, one.derivatives, one.share_alike, one.attribution)
        assert rows[one.spdx] == [words[value] for value in stated]


def test_a_raw_file_that_could_not_be_read_is_pointed_out(pages: Pages) -> None:
    assert "could not be read: truncated_gzip" in pages[source_page("medline")].text_content()
    assert "1 raw file could not be read" in pages[INDEX].get_element_by_id("alerts").text_content()


def test_long_tables_end_with_the_number_of_rows_left_out(manifest: Manifest) -> None:
    files = tuple(
        RawFile(name=f"part-{n:05}.xml", sha256="0" * 64, bytes=1, records=1, facts={}) for n in range(ROWS + 1_300)
    )
    plos = manifest.sources[0].model_copy(update={"raw_files": files})
    page = html_page(render(manifest.model_copy(update={"sources": (plos,)}))[source_page("plos")])
    assert "1,300 more rows in manifest.json" in page.text_content()
    assert f"part-{ROWS:05}.xml" not in page.text_content()


@pytest.mark.slow
def test_five_hundred_sources_and_ten_thousand_reasons_make_pages_that_stay_readable(manifest: Manifest) -> None:
    def named(number: int) -> Source:
        return manifest.sources[0].model_copy(update={"name": f"source_{number}", "raw_files": ()})

    sources = tuple(named(number) for number in range(500))
    lines = tuple(
        LedgerLine(source="source_7", stage="quality", verdict="drop", reason=f"r{n}", amount=Amount(documents=n + 1))
        for n in range(10_000)
    )
    many = manifest.model_copy(
        update={"sources": sources, "ledger": manifest.ledger.model_copy(update={"lines": lines, "stages": ()})}
    )
    found = render(with_samples(many))
    assert len(found[INDEX]) < 400_000
    assert len(found[source_page("source_7")]) < 400_000
    assert "440 smaller sources" in html_page(found[INDEX]).text_content()
    assert f"{10_000 - ROWS:,} more rows" in html_page(found[source_page("source_7")]).text_content()


def test_hostile_strings_stay_text(pages: Pages, manifest: Manifest) -> None:
    spoiled = with_samples(with_hostile_strings(manifest))
    names = {"source", "doc_id", "doc_type", "verdict", "stage", "reason", "borders", "excerpt"} - {"verdict"}
    table = samples_of(manifest).with_columns(pl.col(*names) + HOSTILE)
    found = {name: html_page(page) for name, page in render(spoiled, table).items() if name.endswith(".html")}
    assert len(found) == len(pages)
    assert all(re.fullmatch(r"[a-z0-9_./-]+", name) for name in found)
    for page in found.values():
        assert not page.xpath("//script | //img | //@onerror")
        assert not [link for link in page.xpath("//a/@href") if re.match(r"[a-z]+:|//", link)]
    for path in ("//table", "//tr", "//td", "//h1", "//h2", "//svg"):
        assert len(found[INDEX].xpath(path)) == len(pages[INDEX].xpath(path)), path
    assert HOSTILE.replace("\n", " ")[:40] in found[INDEX].xpath("string(//h1)").replace("\n", " ")


def test_names_give_paths_that_differ_and_leave_no_folder() -> None:
    names = ["pmc_oa", "PMC_OA", "pmc oa", "../pmc_oa", "pmc/oa", "", ".", "..", "x" * 300, "x" * 301, "β"]
    made = [slug(name) for name in names]
    assert len({name.lower() for name in made}) == len(names)
    assert made[0] == "pmc_oa"
    assert all(re.fullmatch(r"[a-z0-9_-]+(\.[0-9a-f]{8})?", name) and len(name) < 80 for name in made)


def test_equal_manifests_give_equal_bytes_whatever_the_order_of_their_keys(manifest: Manifest) -> None:
    again = Manifest.model_validate(reordered(manifest.model_dump(mode="json")))
    assert render(again, samples_of(manifest)) == render(manifest, samples_of(manifest))


def test_an_empty_snapshot_renders(manifest: Manifest) -> None:
    found = render(without_anything(manifest))
    assert "The recipe names no source." in html_page(found[INDEX]).text_content()
    assert [name for name in found if name.startswith("report/")] == [INDEX]


def test_samples_of_a_time_with_fewer_columns_make_no_pages(manifest: Manifest) -> None:
    older = samples_of(manifest).drop("turn")
    assert not [name for name in render(manifest, older) if name.startswith("report/samples/")]
