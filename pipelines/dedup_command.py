"""`hc4 dedup`: what deduplication did, read and judged by people."""

from __future__ import annotations

import typer

from pipelines.dedup_review import precision, review

dedup_app = typer.Typer(no_args_is_help=True, help="Duplicates: what was removed, and how often that was right.")
dedup_app.command()(review)
dedup_app.command()(precision)
