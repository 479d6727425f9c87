"""The page of removals: whole by itself, nothing in it can break it, verdicts as the command writes them."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape

import polars as pl
import pytest
from lxml import html

from datacards.removals import render_removals
from manifests.removals import pair_digest, read_pairs
from manifests.snapshot import Snapshot
from tests.conftest import Built

HOSTILE = '</script><img src=x onerror="alert(1)">&amp; {{ 7 * 7 }} \u202e'


@pytest.fixture(scope="module")
def pairs(snapshot: Built) -> pl.DataFrame:
    return read_pairs(Snapshot.open(snapshot.folder))


@pytest.fixture(scope="module")
def page(pairs: pl.DataFrame) -> html.HtmlElement:
    return html.fromstring(render_removals("small", pairs).decode())


def test_every_pair_is_there_with_its_digest(page: html.HtmlElement, pairs: pl.DataFrame) -> None:
    names = ("data-pair", "data-doc", "data-survivor")
    found = [tuple(one.get(name) for name in names) for one in page.iter("article")]
    assert found == [(pair_digest(row), row["doc_id"], row["survivor"]) for row in pairs.iter_rows(named=True)]
    assert len(found) >= 2


def test_texts_are_whole_and_side_by_side(page: html.HtmlElement, pairs: pl.DataFrame) -> None:
    for article, row in zip(page.iter("article"), pairs.iter_rows(named=True), strict=True):
        for label, text in (("kept", row["survivor_text"]), ("removed", row["text"])):
            sides = article.xpath(f".//div[@data-label='{label}']")
            shown = " ".join(side.text_content() for side in sides)
            assert shown.split() == text.split()
            assert article.xpath(f".//div[@data-label='{label}']//mark")


def test_nothing_is_fetched_and_only_its_own_script_runs(page: html.HtmlElement) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (script,) = page.xpath("//script/text()")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy
    assert page.xpath("//@src | //link | //*[@onclick or @onload or @onerror]") == []
    assert page.xpath("//a/@href") == []


def test_no_text_can_break_the_page(pairs: pl.DataFrame) -> None:
    names = ["doc_id", "survivor", "source", "text", "survivor_text"]
    hostile = pairs.head(1).with_columns(pl.lit(HOSTILE).alias(name) for name in names)
    content = render_removals(HOSTILE, hostile).decode()
    page = html.fromstring(content)
    (article,) = page.iter("article")
    assert article.get("data-doc") == HOSTILE
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//img") == []
    assert "</script><img" not in content
    assert HOSTILE in unescape(content)


def test_equal_pairs_give_equal_pages(pairs: pl.DataFrame) -> None:
    assert render_removals("small", pairs) == render_removals("small", pairs)


def test_a_snapshot_of_which_nothing_was_removed_has_a_page(pairs: pl.DataFrame) -> None:
    assert b"Nothing was removed" in render_removals("small", pairs.head(0))


def test_the_script_writes_lines_that_the_command_reads(page: html.HtmlElement) -> None:
    """Its object has the fields of a verdict, in their order."""
    from manifests.precision import Judgement

    (script,) = page.xpath("//script/text()")
    (fields,) = re.findall(r"JSON\.stringify\(\{\n(.*?)\}\)", script, re.DOTALL)
    assert re.findall(r"^\s*(\w+)[:,]", fields, re.MULTILINE) == list(Judgement.model_fields)
