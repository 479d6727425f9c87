"""A snapshot's sources on a terminal: what each gave, what is left of it, and where the rest went."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from manifests.amount import Amount, Share
from manifests.model import LedgerLine, Manifest, Source
from pipelines.console import Console

_SHOWN = 4
"""Licences named of each source; the rest is counted."""


def show_sources(console: Console, manifest: Manifest) -> None:
    """One row a source: files, records, documents, words and tokens kept, their licences, losses by reason."""
    table = Table("source", title=escape(manifest.title), title_justify="left", show_lines=True)
    for name in ("files", "records", "documents", "words", "tokens"):
        table.add_column(name, justify="right")
    table.add_column("licences of what is kept", overflow="fold")
    table.add_column("records that are not, by reason", overflow="fold", ratio=1)
    for source in manifest.sources:
        lines = [line for line in manifest.ledger.lines if line.source == source.name]
        table.add_row(escape(source.name), *_counts(source), _licences(source.licences), _losses(lines))
    read = sum((source.read for source in manifest.sources), Amount())
    files = sum(len(source.raw_files) for source in manifest.sources)
    kept = manifest.totals
    totals = (files, read.documents, kept.documents, kept.words, kept.tokens)
    table.add_row("all", *(f"{number:,}" for number in totals), "", "", style="bold")
    console.print(table)
    rights = manifest.rights
    permitted = [name for name in ("commercial", "redistribute", "derivatives") if rights.floor[name]]
    asked = [name for name in ("attribution", "share_alike") if rights.floor[name] is not False]
    console.print(
        f"licence profile [bold]{escape(manifest.licence_profile)}[/bold] · every document permits: "
        f"{', '.join(permitted) or 'nothing that is known'} · some ask for: {', '.join(asked) or 'nothing'} · "
        f"{rights.conflicts:,} records with conflicting licences · {rights.attributed:,} rows in ATTRIBUTION.parquet",
        highlight=False,
    )


def _counts(source: Source) -> tuple[str, ...]:
    kept = source.kept
    numbers = (len(source.raw_files), source.read.documents, kept.documents, kept.words, kept.tokens)
    return tuple(f"{number:,}" for number in numbers)


def _licences(shares: tuple[Share, ...]) -> str:
    words = [f"{escape(share.label)} {share.amount.documents:,}" for share in shares[:_SHOWN]]
    if rest := shares[_SHOWN:]:
        words.append(f"{len(rest)} more {sum(share.amount.documents for share in rest):,}")
    return "\n".join(words)


def _losses(lines: list[LedgerLine]) -> str:
    colours = {"merge": "cyan", "fail": "red"}
    ordered = sorted(lines, key=lambda line: -line.amount.documents)
    words = [(line.verdict, escape(line.reason).replace(" ", "\u00a0"), line.amount.documents) for line in ordered]
    return ", ".join(
        f"[{colours[verdict]}]{reason}[/] {count:,}" if verdict in colours else f"{reason} {count:,}"
        for verdict, reason, count in words
    )
