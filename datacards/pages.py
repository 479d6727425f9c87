"""Templates of HTML pages: every string is escaped, every number has its separators, nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datacards import charts, text
from datacards.contaminated import found_rows, policy_of
from datacards.demographics import spoken
from datacards.splits import rule_in_words
from datacards.views import ROWS, dated, undated


@cache
def html_pages() -> Environment:
    """Templates of pages, with autoescape."""
    pages = environment(autoescape=True, finalize=text.finalize_html)
    pages.globals |= {
        "link": text.html_link,
        "prose": text.html_prose,
        "label": text.html_label,
        "charts": charts,
        "Segment": charts.Segment,
        "undated": undated,
        "dated": dated,
    }
    pages.globals |= {"plain": text.plain, "ROWS": ROWS}
    return pages


def environment(*, autoescape: bool, finalize: Callable[[object], str]) -> Environment:
    """Templates of this package; they print nothing that `finalize` does not let through."""
    pages = Environment(
        loader=PackageLoader("datacards", "templates"),
        undefined=StrictUndefined,
        autoescape=autoescape,  # noqa: S701  False for Markdown only, whose `finalize` escapes
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.globals |= {"found_rows": found_rows, "policy_of": policy_of}
    pages.globals |= {"share": text.share, "counted": text.counted, "number": text.number, "spoken": spoken}
    pages.globals["rule_in_words"] = rule_in_words
    return pages


def style(*names: str) -> Markup:
    """Style sheets of this package, one behind the other, to stand inside a page."""
    return Markup("\n".join(part(f"{name}.css") for name in names))  # noqa: S704  our own


def part(name: str) -> str:
    """A file beside the templates."""
    return (files("datacards") / "templates" / name).read_text(encoding="utf-8")
