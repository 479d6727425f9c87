"""The report and the desk in a real browser, with no network but this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from manifests.audited import read_verdicts
from manifests.model import Manifest
from tests.browser import CHROMIUM, Browser, browser
from tests.datacards.desk import Visitor, open_desk, write_snapshot
from tests.datacards.reading import HOSTILE
from tests.datacards.test_report import samples_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def visitor(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    place = tmp_path_factory.mktemp("browser")
    table = samples_of(manifest)
    table = table.with_columns(table["excerpt"] + HOSTILE)
    with open_desk(write_snapshot(place / "snapshot", manifest, table), place) as found:
        yield found


def left_the_machine(page: Browser, visitor: Visitor) -> list[str]:
    own = (visitor.origin, "file:", "data:", "about:")
    return [address for address in page.requested if not address.startswith(own)]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_report_fits_and_complains_of_nothing(page: Browser, visitor: Visitor, width: int, dark: bool) -> None:
    folder = visitor.desk.snapshot.folder
    samples = next(iter(sorted(folder.glob("report/samples/medline/quality-*.html"))))
    for file in (folder / "report/index.html", folder / "report/sources/medline.html", samples):
        page.size(width, dark=dark)
        page.open(file.as_uri())
        assert page.run("document.documentElement.scrollWidth") <= width, file
    assert page.complaints == []
    assert left_the_machine(page, visitor) == []


def test_a_bar_of_the_funnel_leads_to_samples(page: Browser, visitor: Visitor) -> None:
    page.size(1280)
    page.open((visitor.desk.snapshot.folder / "report/index.html").as_uri())
    page.click(".losses tbody a")
    page.click(".bars.reasons a")
    assert "/report/samples/" in page.run("location.href")
    assert page.run("document.querySelectorAll('.sample').length") > 0
    assert page.run("document.scripts.length") == 0


def test_a_reviewer_reads_judges_and_sees_what_it_amounts_to(page: Browser, visitor: Visitor) -> None:
    page.size(1280)
    page.open(visitor.server.guard.address)
    assert page.run("location.pathname + location.search") == "/"
    page.run("document.querySelector('#words').value = 'too_short'")
    page.click(".search button")
    page.click("a.go")
    first = page.run("document.querySelector('h1').textContent")
    page.click("button.wrong")
    assert page.run("document.querySelector('h1').textContent") != first
    page.run("window.before = true")
    page.run("dispatchEvent(new KeyboardEvent('keydown', {key: 'r', bubbles: true}))")
    page.open(f"{visitor.origin}/verdicts")
    assert page.run("document.querySelectorAll('tbody tr').length") >= 1
    assert [one.verdict for one in read_verdicts(visitor.place / "verdicts.jsonl")][:1] == ["wrong"]
    page.open(f"{visitor.origin}/report/index.html")
    assert page.run("getComputedStyle(document.querySelector('.tiles')).display") == "grid"
    assert page.complaints == []
    assert left_the_machine(page, visitor) == []


def test_a_form_of_another_site_is_refused(page: Browser, visitor: Visitor, tmp_path: Path) -> None:
    before = len(read_verdicts(visitor.place / "verdicts.jsonl"))
    form = tmp_path / "form.html"
    fields = f'<input name="said" value="right"><input name="token" value="{visitor.server.guard.token}">'
    form.write_text(f'<form method="post" action="{visitor.origin}/sample/3">{fields}<button></button></form>')
    page.open(form.as_uri())
    page.click("button")
    assert "Not a form of this desk" in page.run("document.body.textContent")
    assert len(read_verdicts(visitor.place / "verdicts.jsonl")) == before
