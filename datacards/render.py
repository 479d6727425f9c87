"""A manifest in, the pages that people read out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datacards import charts, text
from datacards.columns import COLUMNS
from datacards.datasheet import datasheet, tally
from datacards.demographics import demographics_json, spoken
from datacards.frontmatter import front_matter
from datacards.measured import mix, parameters
from datacards.projections import projections
from datacards.provenance import provenance
from datacards.views import ROWS, View, dated, undated, view
from manifests import layout
from manifests.model import Manifest


def render(manifest: Manifest) -> dict[str, bytes]:
    """Relative path -> bytes of the dataset card, the datasheet, the statistics page, and the cards for machines.

    Every number is the manifest's, or a sum or share of its numbers; equal manifests give equal bytes.
    """
    arranged = view(manifest)
    stated = manifest.demographics
    return {
        "README.md": _card(arranged),
        "DATASHEET.md": _datasheet(arranged),
        "report/index.html": _report(arranged),
        layout.PROVENANCE: provenance(manifest),
        **projections(arranged),
        **({"report/demographics.json": demographics_json(stated, manifest.snapshot_id)} if stated else {}),
    }


def _card(arranged: View) -> bytes:
    page = _markdown_pages().get_template("README.md.j2")
    head = text.Markdown(front_matter(arranged))
    return page.render(view=arranged, manifest=arranged.manifest, front_matter=head, columns=COLUMNS).encode()


def _datasheet(arranged: View) -> bytes:
    page = _markdown_pages().get_template("DATASHEET.md.j2")
    sections = datasheet(arranged)
    return page.render(view=arranged, manifest=arranged.manifest, sections=sections, tally=tally(sections)).encode()


def _report(arranged: View) -> bytes:
    page = html_pages().get_template("report.html.j2")
    style = Markup((files("datacards") / "templates" / "report.css").read_text(encoding="utf-8"))  # noqa: S704  our own
    recipe = json.dumps(arranged.manifest.recipe, indent=2, ensure_ascii=False, sort_keys=True)
    return page.render(view=arranged, manifest=arranged.manifest, style=style, recipe=recipe).encode()


@cache
def _markdown_pages() -> Environment:
    # Markdown has an escape of its own, in `finalize`: HTML's would show as `&#39;` in every reader of plain text.
    pages = _environment(autoescape=False, finalize=text.finalize_markdown)
    pages.globals |= {"link": text.markdown_link, "mix": lambda *given: text.Markdown(mix(*given))}
    pages.globals |= {"parameters": lambda values: text.Markdown(parameters(values))}
    pages.filters |= {"code": text.code, "in_quotes": text.in_quotes, "ours": text.Markdown}
    return pages


@cache
def html_pages() -> Environment:
    """Templates of pages, with autoescape."""
    pages = _environment(autoescape=True, finalize=text.finalize_html)
    pages.globals |= {
        "link": text.html_link,
        "charts": charts,
        "Segment": charts.Segment,
        "undated": undated,
        "dated": dated,
    }
    pages.globals |= {"plain": text.plain, "ROWS": ROWS}
    return pages


def _environment(*, autoescape: bool, finalize: Callable[[object], str]) -> Environment:
    pages = Environment(
        loader=PackageLoader("datacards", "templates"),
        undefined=StrictUndefined,
        autoescape=autoescape,  # noqa: S701  False for Markdown only, whose `finalize` escapes
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.globals |= {"share": text.share, "counted": text.counted, "number": text.number, "spoken": spoken}
    return pages
