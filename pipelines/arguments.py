"""Arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SnapshotFolder = Annotated[
    Path | None,
    typer.Argument(help="A snapshot folder. Default: this folder, or the only one in it.", show_default=False),
]
