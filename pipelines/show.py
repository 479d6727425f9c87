"""Tables and stories on a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from corpus.storage import WorkFolder
from dedup.identity import KINDS
from filters.rights import load_profile
from manifests.amount import Amount
from manifests.explain import Story
from manifests.model import Manifest
from pipelines.answers import waiting
from pipelines.console import Console
from pipelines.forecast import Forecast
from pipelines.plan import Plan

_QUESTIONS = 4
"""Open questions that a plan names."""

_LABELS = {"read": "no text", "version": "outdated", "near": "near-duplicates", "exact": "same words"}


def show_plan(console: Console, plan: Plan, work: Path | None) -> None:
    """What a build would read, and how much of it is measured already."""
    table = Table("source", "reader", "raw files", "raw MB", "units", "measured", "licence terms", "PHI policy")
    folder = WorkFolder(work) if work else None
    for source in plan.recipe.sources:
        bundles = [bundle for bundle in plan.bundles if bundle.source.name == source.name]
        finished = sum(all(folder.finished(*item) for item in b.digests.items()) for b in bundles) if folder else 0
        table.add_row(
            escape(source.name),
            escape(source.reader),
            f"{sum(len(bundle.files) for bundle in bundles):,}",
            f"{sum(bundle.weight for bundle in bundles) / 1e6:,.1f}",
            str(len(bundles)),
            str(finished),
            escape(source.terms or "stated in each document"),
            escape(source.phi_policy),
        )
    console.print(table)
    profile = escape(load_profile(plan.recipe.profile).name)
    console.print(f"licence profile [bold]{profile}[/bold] · everything the recipe names is there")
    if plan.evaluations is not None:
        named = ", ".join(
            f"{one.recipe.name} ({one.items:,} items" + (f", {one.refused:,} records are none)" if one.refused else ")")
            for one in plan.evaluations.sets
        )
        console.print(f"evaluation sets: {escape(named)}", highlight=False)
    if open_ones := waiting(plan.recipe.description, plan.answers):
        first = ", ".join(open_ones[:_QUESTIONS]) + (", …" if len(open_ones) > _QUESTIONS else "")
        console.print(
            f"[yellow]draft[/yellow]: {len(open_ones)} questions of the datasheet wait for a person ({escape(first)}); "
            "`release_profile: release` would stop here",
            highlight=False,
        )


def show_forecast(console: Console, forecasts: list[Forecast], work: Path) -> None:
    """What a build would take, from a measured sample of each source."""
    table = Table("source", "documents", "MB of text", "tokens", "CPU minutes", "work folder MB", title="forecast")
    for one in forecasts:
        table.add_row(
            escape(one.source),
            f"{one.documents:,.0f}",
            f"{one.text_bytes / 1e6:,.0f}",
            f"{one.tokens:,.0f}",
            f"{one.cpu_seconds / 60:,.1f}",
            f"{one.disk_bytes / 1e6:,.0f}",
        )
    console.print(table)
    if seconds := sum(one.screening_seconds for one in forecasts):
        screened = sum(one.text_bytes for one in forecasts if one.screening_seconds)
        console.print(
            f"screening for evaluation items: {seconds / 60:,.1f} of these CPU minutes, "
            f"{screened / 1e6 / seconds:,.0f} MB of text a CPU second",
            highlight=False,
        )
    need = sum(one.disk_bytes for one in forecasts)
    place = next(folder for folder in (work, *work.resolve().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    memory = max((one.memory_bytes for one in forecasts), default=0)
    console.print(
        f"disk: {need / 1e9:,.2f} GB needed, {free / 1e9:,.1f} GB free · memory: about {memory / 1e6:,.0f} MB a worker "
        "and 800 MB for Ray",
        highlight=False,
    )
    if need > free:
        console.print("[red]the work folder would not fit[/red]")


def show_status(console: Console, plan: Plan, work: Path | None) -> None:
    """Which bundles are measured, and what could not be read."""
    if work is None:
        console.print("nothing built yet: there is no work folder")
        return
    folder = WorkFolder(work)
    table = Table("unit", "state", "records", "documents", "quarantined")
    for bundle in plan.bundles:
        done = [stage for stage, digest in bundle.digests.items() if folder.finished(stage, digest)]
        state = "measured" if len(done) == len(bundle.digests) else ("partly measured" if done else "waiting")
        row = ["", "", ""]
        if folder.finished("documents", bundle.digests["documents"]):
            found = folder.result("documents", bundle.digests["documents"])
            records = sum(file["records"] for file in found["files"])
            row = [f"{records:,}", f"{found['rows']:,}", f"{found['quarantined']:,}"]
        table.add_row(escape(bundle.label), state, *row)
    console.print(table)
    for name, (documents, _, tokens, _) in sorted(folder.beats().items()):
        for bundle in plan.bundles:
            waiting = not all(folder.finished(*item) for item in bundle.digests.items())
            if waiting and bundle.digests["documents"] == name:
                label = escape(bundle.label)
                console.print(f"{label}: {documents:,} documents, {tokens:,} tokens so far", highlight=False)
    _show_quarantine(console, plan, folder)


def _show_quarantine(console: Console, plan: Plan, folder: WorkFolder) -> None:
    from pipelines.measure import QUARANTINED

    for bundle in plan.bundles:
        path = folder.product("documents", bundle.digests["documents"]) / QUARANTINED
        if path.is_file():
            for row in pl.read_parquet(path, glob=False).head(20).iter_rows(named=True):
                place = "whole file" if row["record"] is None else f"record {row['record']}"
                what = escape(f"{row['raw_file']}, {place}: {row['reason']} {row['detail']}")
                console.print(f"[yellow]quarantined[/yellow] {what}")


def show_funnel(console: Console, manifest: Manifest) -> None:
    """Where each source's records went, stage by stage."""
    console.print(
        f"\n[bold]{escape(manifest.title)}[/bold] · licence profile [bold]{escape(manifest.licence_profile)}[/bold]"
    )
    for source in manifest.sources:
        table = Table("stage", "reason", title=escape(source.name), title_justify="left")
        for name in ("documents", "tokens"):
            table.add_column(name, justify="right")
        table.add_row("read", "", *_numbers(source.read), style="bold")
        for line in manifest.ledger.lines:
            if line.source == source.name:
                gone = [f"-{number}" if number != "0" else "" for number in _numbers(line.amount)]
                style = {"merge": "cyan", "fail": "red"}.get(line.verdict, "")
                table.add_row(escape(line.stage), escape(line.reason), *gone, style=style)
        masked = next(share.amount for share in manifest.ledger.masked if share.label == source.name)
        if masked.documents:
            table.add_row("mask", f"identifiers in {masked.documents:,} documents", "", f"-{masked.tokens:,}")
        cut = next((share.amount for share in manifest.ledger.cut if share.label == source.name), Amount())
        if cut.documents:
            what = f"repeated paragraphs of {cut.documents:,} documents"
            table.add_row("paragraphs", what, "", f"-{cut.tokens:,}")
        table.add_row("kept", "", *_numbers(source.kept), style="bold green")
        console.print(table)


def _numbers(amount: Amount) -> tuple[str, str]:
    return f"{amount.documents:,}", f"{amount.tokens:,}"


def show_story(console: Console, story: Story) -> None:
    """One record's life."""
    row = story.record
    facts = Table.grid(padding=(0, 2))

    def fact(name: str, value: object) -> None:
        if value is not None:
            facts.add_row(Text(name, style="dim"), Text(str(value)))

    fact("read", f"{row['raw_file']}, record {row['record']}")
    fact("formatted by", ", ".join(story.formatted_by) or None)
    fact("title", row["title"])
    fact("type", row["doc_type"] and row["doc_type"] + (f", {kind}" if (kind := row["genre"]) else ""))
    fact("ids", ", ".join(f"{kind} {row[kind]}" for kind in KINDS if row[kind]) or None)
    fact("published", row["published"])
    fact("MeSH", "; ".join(row.get("mesh") or ()) or None)
    fact(
        "retraction", row["retraction"] and row["retraction"] + (f", says {by}" if (by := row["retraction_by"]) else "")
    )
    fact("size", f"{row['bytes']:,} bytes, {row['words']:,} words, {row['tokens']:,} tokens as read")
    fact(
        "licence",
        f"{row['licence_spdx']} by {row['licence_kind']}" + (" (conflicting)" if row["licence_conflict"] else ""),
    )
    fact("licence stated", row["licence_raw"])
    fact("licence also stated by", row["licence_by"])
    fact("copyright", row["copyright"])
    if row["language"] is not None:
        shares = ", ".join(f"{one['language']} {one['share']:.0%}" for one in row.get("languages") or ())
        several = f": {shares} of the letters" if "," in shares else ""
        fact("language", f"{row['language']}, score {row['language_score']:.3f}{several}")
    fact("identifiers", f"{row['phi_count']} spans, {row['phi_chars']} bytes" if row["phi_count"] else None)
    console.print(Panel(facts, title=Text(row["doc_id"]), title_align="left"))
    for rule in story.rules:
        bound = " and ".join(
            f"{sign} {limit:g}" for sign, limit in (("≥", rule.minimum), ("≤", rule.maximum)) if limit is not None
        )
        value = "-" if rule.value is None else f"{rule.value:.4g}"
        mark = "[green]✓[/green]" if rule.passed else "[red]✗[/red]"
        console.print(
            f"  {mark} {escape(f'{rule.name:<31} {rule.signal}')} {value} {bound}", highlight=False, soft_wrap=True
        )
    console.print(_verdict(story), soft_wrap=True)
    for copy in story.copies:
        what = (
            f"  {copy['part'].replace('_', ' and ')} of {copy['set']} item {copy['item']} in bytes {copy['start']:,} "
            f"to {copy['end']:,} as read: score {copy['score']:.3f}, {copy['matched']} of {copy['of']} words; policy "
            f"{copy['action']}, {copy['outcome']}"
        )
        console.print(what, highlight=False, soft_wrap=True, markup=False)
    for merged in story.merged_into_it:
        what = f"  stands for {merged['doc_id']} by {_by(merged)}"
        console.print(what, highlight=False, soft_wrap=True, markup=False)


def _verdict(story: Story) -> str:
    row, released = story.record, story.released
    if row["verdict"] == "keep" and released:
        return (
            f"{_marked('kept', 'green')}: {escape(released['shard'])} row {released['row']}, "
            f"split {escape(released['split'])}, {released['n_tokens']:,} tokens, "
            f"{released['phi_masked']} identifiers masked, "
            + (f"{cut} repeated paragraphs cut, " if (cut := released["paragraphs_cut"]) else "")
            + f"cluster {escape(released['cluster_id'])}"
        )
    if row["verdict"] == "merge":
        by = _by({"method": row["stage"], "similarity": row["similarity"]})
        through = "" if row["same_as"] == row["survivor"] else f" with {row['same_as']}, which merged in turn"
        where = f" of the earlier snapshot {row['survivor_snapshot'][:12]}" if row["survivor_snapshot"] else ""
        return f"{_marked('merged', 'cyan')} into " + escape(f"{row['survivor']}{where} by {by}{through}")
    evidence = ""
    if row["score"] is not None:
        evidence = f": measured {row['score']:.4g}"
        evidence += f", bound {row['threshold']:.4g}" if row["threshold"] is not None else ""
    survivor = f"; the newest version of {row['survivor']} stands" if row["survivor"] else ""
    cited = next((f"; the bound is from {rule.cite}" for rule in story.rules if rule.name == row["reason"]), "")
    others = [rule for rule in row["rules_failed"] if rule != row["reason"]]
    also = f" (also objected: {', '.join(others)})" if others else ""
    word = "failed" if row["verdict"] == "fail" else "dropped"
    return f"{_marked(word, 'red')} at " + escape(f"{row['stage']} by {row['reason']}{evidence}{cited}{survivor}{also}")


def _marked(word: str, colour: str) -> str:
    return f"[bold {colour}]{word}[/bold {colour}]"


def _by(merge: dict[str, Any]) -> str:
    if merge["similarity"] is None:
        return "a shared identifier" if merge["method"] == "identity" else "the same words"
    return f"verified Jaccard similarity {merge['similarity']:.3f}"
