"""`hc4 phi`: identifiers planted into texts, to measure what detectors find."""

from __future__ import annotations

import typer

from pipelines.phi_planting import plant

phi_app = typer.Typer(no_args_is_help=True, help="Identifiers (PHI): how well they are found.")


@phi_app.callback()
def _phi() -> None:
    """Keeps a command of its own what would be the only one."""


phi_app.command()(plant)
