"""A manifest in, the pages that people read out."""

from __future__ import annotations

from functools import cache

import polars as pl
from jinja2 import Environment

from datacards import text
from datacards.columns import COLUMNS
from datacards.datasheet import datasheet, tally
from datacards.demographics import demographics_json
from datacards.frontmatter import front_matter
from datacards.measured import mix, parameters
from datacards.pages import environment
from datacards.projections import projections
from datacards.provenance import provenance
from datacards.report.pages import render_report, sample_pages
from datacards.views import View, view
from manifests import layout
from manifests.model import Manifest


def render(manifest: Manifest, samples: pl.DataFrame | None = None) -> dict[str, bytes]:
    """Relative path -> bytes of the dataset card, the datasheet, the pages of the report, and the cards for machines.


    `samples` is the table that the manifest's file of kind `samples` holds; without it there are no pages of samples.
    Every number is the manifest's, or a sum or share of its numbers; equal manifests give equal bytes.
    """
    arranged = view(manifest)
    stated = manifest.demographics
    return {
        "README.md": _card(arranged),
        "DATASHEET.md": _datasheet(arranged),
        **render_report(arranged, samples),
        layout.PROVENANCE: provenance(manifest),
        **projections(arranged),
        **({"report/demographics.json": demographics_json(stated, manifest.snapshot_id)} if stated else {}),
    }


def page_names(manifest: Manifest) -> set[str]:
    """Whatever `render` can make of this manifest, with the pages of all its samples."""
    arranged = view(manifest)
    return {*render(manifest), *sample_pages(arranged)}


def _card(arranged: View) -> bytes:
    page = _markdown_pages().get_template("README.md.j2")
    head = text.Markdown(front_matter(arranged))
    return page.render(view=arranged, manifest=arranged.manifest, front_matter=head, columns=COLUMNS).encode()


def _datasheet(arranged: View) -> bytes:
    page = _markdown_pages().get_template("DATASHEET.md.j2")
    sections = datasheet(arranged)
    return page.render(view=arranged, manifest=arranged.manifest, sections=sections, tally=tally(sections)).encode()


@cache
def _markdown_pages() -> Environment:
    # Markdown has an escape of its own, in `finalize`: HTML's would show as `&#39;` in every reader of plain text.
    pages = environment(autoescape=False, finalize=text.finalize_markdown)
    pages.globals |= {"link": text.markdown_link, "mix": lambda *given: text.Markdown(mix(*given))}
    pages.globals |= {"parameters": lambda values: text.Markdown(parameters(values))}
    pages.filters |= {"code": text.code, "prose": text.prose, "in_quotes": text.in_quotes, "ours": text.Markdown}
    return pages
