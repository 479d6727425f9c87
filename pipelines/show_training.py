"""What training a classifier measured, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from pipelines.console import Console


def show_training(console: Console, facts: dict[str, Any]) -> None:
    """The judgement on groups that were left out, and the whole of it."""
    found = facts["evaluation"]
    table = Table("group left out", "label", "documents", "AUC", "mean score", "right at 0.5")
    for column in table.columns[2:]:
        column.justify = "right"
    for group in found["groups"]:
        table.add_row(
            escape(group["group"]),
            escape(group["label"]),
            f"{group['documents']:,}",
            f"{group['auc']:.4f}",
            f"{group['mean_score']:.3f}",
            f"{group['right_at_half']:.3f}",
        )
    console.print(table)
    console.print(
        f"AUC {found['auc']:.4f} · precision {found['precision_at_recall_95']:.4f} where 95 % are found "
        f"(score ≥ {found['threshold_at_recall_95']:.3f}) · calibration error {found['calibration_error']:.4f} "
        f"(before: {found['calibration_error_before']:.4f})",
        highlight=False,
    )
