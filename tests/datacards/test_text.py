"""Numbers and strings on a page."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markdown_it import MarkdownIt

from datacards import text
from datacards.pages import html_pages
from datacards.render import _markdown_pages


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, text.NONE),
        (0, 9, "0.0%"),
        (1, 3, "33.3%"),
        (1, 1_000_000, "<0.1%"),
        (999_999, 1_000_000, ">99.9%"),
        (7, 7, "100.0%"),
    ],
)
def test_a_share_never_rounds_something_to_nothing_or_to_all(part: int, whole: int, expected: str) -> None:
    assert text.share(part, whole) == expected


def test_settings_keep_the_spelling_of_a_recipe() -> None:
    assert [text.plain(value) for value in (20_260_101, 0.8, 0.1 + 0.2)] == ["20260101", "0.8", "0.3"]


def test_nouns_agree_with_their_numbers() -> None:
    assert [text.counted(count, "copy", "copies") for count in (0, 1, 1_000)] == ["0 copies", "1 copy", "1,000 copies"]


@given(st.text())
@example("1. not a list")
@example("- not a list")
@example("---")
@example("a | b")
@example("<b>&amp;</b>")
@example("`` ` ``")
def test_markdown_shows_exactly_the_characters_of_a_string(value: str) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(f"| a |\n| --- |\n| {text.markdown(value)} |\n")
    table = lxml.html.fromstring(rendered)
    assert [cell.text_content() for cell in table.xpath(".//td")] == [text.one_line(value)]


@given(st.text(min_size=1))
@example("1. not a list")
@example("+ not a list")
@example("===")
def test_a_string_alone_on_a_line_is_one_paragraph(value: str) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(f"before\n\n{text.markdown(value)}\n")
    page = lxml.html.fromstring(f"<main>{rendered}</main>")
    assert not page.xpath(".//ul | .//ol | .//h1 | .//h2 | .//hr | .//pre | .//blockquote")
    assert " ".join(page.text_content().split()) == f"before {text.one_line(value)}".strip()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://", "https://a b", 'https://a"b', "https://a>b", "ftp://a", "", None, "https://a)b"],
)
def test_what_is_no_safe_address_is_not_linked(address: str | None) -> None:
    assert text.web_address(address) is None
    assert "href" not in text.html_link(address)


def test_an_address_is_linked() -> None:
    assert "<a href=" in text.html_link("https://plos.org/a?b=1&c=2")
    assert text.markdown_link("https://plos.org/") == "<https://plos.org/>"


@pytest.mark.parametrize("source", ["{{ value }}", "{{ value.absent }}", "{{ absent }}"])
def test_a_template_cannot_print_an_unknown_name(source: str) -> None:
    for pages in (_markdown_pages(), html_pages()):
        with pytest.raises(UndefinedError):
            pages.from_string(source).render()


@pytest.mark.parametrize("value", [None, 0.5, True, ("a",)])
def test_a_template_cannot_print_what_has_no_agreed_form(value: object) -> None:
    for pages in (_markdown_pages(), html_pages()):
        with pytest.raises(TypeError, match="may print text or a whole number"):
            pages.from_string("{{ value }}").render(value=value)


def test_a_template_prints_whole_numbers_with_separators() -> None:
    assert _markdown_pages().from_string("{{ value }}").render(value=1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("said", "shown", "page"),
    [
        ("run `hc4 sign`, then", r"run `hc4 sign`, then", "run <code>hc4 sign</code>, then"),
        ("an odd ` stays", r"an odd \` stays", "an odd ` stays"),
        ("`a` and ` b", r"`a` and \` b", "<code>a</code> and ` b"),
        ("`<b>` & *c*", r"&lt;b&gt; &amp; \*c\*", "<code>&lt;b&gt;</code> &amp; *c*"),
        ("``", "", ""),
    ],
)
def test_names_in_backticks_are_code_and_nothing_else_is_markup(said: str, shown: str, page: str) -> None:
    assert text.prose(said) == shown
    assert text.html_prose(said) == page


def test_a_label_may_break_after_its_underscores() -> None:
    assert text.html_label("a_<b>_c") == "a_<wbr>&lt;b&gt;_<wbr>c"


@given(st.text())
@example("`` ` ``")
@example("`a|b` c")
def test_a_sentence_shows_its_characters_but_for_pairs_of_backticks(value: str) -> None:
    rendered = MarkdownIt("commonmark").enable("table").render(f"| a |\n| --- |\n| x {text.prose(value)} |\n")
    shown = lxml.html.fromstring(rendered).xpath(".//td")[0].text_content()
    plain = text.one_line(value)
    marked = plain.count("`") // 2 * 2
    assert sorted(shown.removeprefix("x").replace(" ", "")) == sorted(plain.replace("`", "", marked).replace(" ", ""))
