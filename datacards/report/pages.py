"""The pages of the report: an overview, a page for each source, and a page of samples for each of its strata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import polars as pl

from datacards.pages import html_pages, style
from datacards.report import tables
from datacards.report.alerts import LEVELS, Alert, alerts
from datacards.report.paths import INDEX, relative, sample_page, source_page
from datacards.report.samples import NEEDED, Stratum, strata, stratum_pages
from datacards.views import SourceView, View

RIGHTS = {
    "commercial": "commercial use",
    "redistribute": "redistribution",
    "derivatives": "changed text",
    "share_alike": "share-alike",
    "attribution": "attribution",
}
"""What a licence says, with the words for it."""
OWED = ("share_alike", "attribution")
"""Of these, what it asks for rather than permits."""
WORDS = {"keep": "kept", "drop": "dropped", "merge": "merged into another", "fail": "that could not be read"}


def render_report(view: View, samples: pl.DataFrame | None) -> dict[str, bytes]:
    """Relative path -> bytes. Equal manifests and samples give equal bytes."""
    return dict(_pages(view, samples))


def sample_pages(view: View) -> set[str]:
    """Pages of samples that a snapshot can have."""
    return {page for one in view.sources for page in stratum_pages(one).values()}


def _pages(view: View, samples: pl.DataFrame | None) -> Iterator[tuple[str, bytes]]:
    found = alerts(view)
    sampled = any(file.kind == "samples" for file in view.manifest.files)
    charted = style("base", "report")
    yield INDEX, _overview(view, found, charted)
    for one in view.sources:
        page = source_page(one.source.name)
        yield page, _source(view, one, [alert for alert in found if alert.source == one.source.name], charted, sampled)
    if samples is not None and set(NEEDED) <= set(samples.columns):
        plain = style("base", "samples")
        for one, stratum in strata(view, samples):
            yield stratum.page, _samples(view, one, stratum, plain)


def _overview(view: View, found: tuple[Alert, ...], charted: str) -> bytes:
    recipe = json.dumps(_without_files(view.manifest.recipe), indent=2, ensure_ascii=False, sort_keys=True)
    return _render(
        "report.html.j2",
        INDEX,
        view,
        style=charted,
        alerts=found,
        ordered=tables.largest_first(view),
        funnel=tables.funnel(view),
        classes=tables.classes(view.manifest.privacy.masked, view.manifest.privacy.planted),
        crossed=tables.crossed(view),
        years=tables.years(view),
        lengths=tables.lengths(view),
        recipe=recipe,
    )


def _without_files(recipe: dict[str, Any]) -> dict[str, Any]:
    """The recipe with the number of raw files of a source in the place of their names and digests."""
    sources = recipe.get("sources")
    if not isinstance(sources, list):
        return recipe
    return recipe | {
        "sources": [
            one | {"files": f"{len(one['files']):,} raw files, named in manifest.json"}
            if isinstance(one, dict) and isinstance(one.get("files"), list)
            else one
            for one in sources
        ]
    }


def _source(view: View, one: SourceView, mine: list[Alert], charted: str, sampled: bool) -> bytes:
    name = one.source.name
    pages = stratum_pages(one) if sampled else {}
    by_stage: dict[str, list[str]] = {}
    for (verdict, stage, _), page in pages.items():
        if verdict != "keep":
            by_stage.setdefault(stage, []).append(page)
    # A stage with one reason leads to its samples, one with several to the list of them.
    places = {stage: own[0] if len(own) == 1 else f"#at-{stage}" for stage, own in by_stage.items()}
    return _render(
        "report_source.html.j2",
        source_page(name),
        view,
        style=charted,
        one=one,
        # A place on the overview is none on this page.
        alerts=[Alert(alert.level, alert.title, alert.detail, "") for alert in mine],
        pages=pages,
        kept_page=pages.get(("keep", "release", "kept"), ""),
        stage_pages=places,
        firsts={line.stage: place for place, line in reversed(list(enumerate(one.losses)))},
        classes=tables.classes(one.phi, (recall for recall in view.manifest.privacy.planted if recall.source == name)),
    )


def _samples(view: View, one: SourceView, stratum: Stratum, plain: str) -> bytes:
    return _render("report_samples.html.j2", stratum.page, view, style=plain, one=one, stratum=stratum)


def _render(template: str, page: str, view: View, **given: Any) -> bytes:
    shared = {
        "view": view,
        "manifest": view.manifest,
        "to": partial(relative, page=page),
        "source_page": source_page,
        "INDEX": INDEX,
        "LEVELS": LEVELS,
        "RIGHTS": RIGHTS,
        "OWED": OWED,
        "WORDS": WORDS,
        "MOST_SOURCES": tables.MOST_SOURCES,
        "sample_page": sample_page,
    }
    return html_pages().get_template(template).render(shared | given).encode()
