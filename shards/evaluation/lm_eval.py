"""Task files for lm-evaluation-harness: rolling log-likelihood of held-out documents in local Parquet files.

The form is that of the harness's own `wikitext` task. A task names its documents by `dataset_path: parquet` and
`data_files`, which the `datasets` library looks for from the folder that the harness is started in: the folder of the
export. The column is the target itself, not a template: text that looks like a list or a template stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

METRICS = ("word_perplexity", "byte_perplexity", "bits_per_byte")
TEXT = "text"
"""Column of the documents' text."""
_SPLIT = "validation"


def name_of(*parts: str) -> str:
    """A task's name: letters, digits and underscores."""
    return "_".join(re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in parts if part)


def task(name: str, files: Sequence[str], metadata: Mapping[str, str | int]) -> str:
    """YAML of a task.

    Args:
        name: of the task.
        files: Parquet files with a column `text`, relative to the folder that the harness is started in.
        metadata: `version` and whatever else results should carry.
    """
    return _yaml(
        {
            "task": name,
            "dataset_path": "parquet",
            "dataset_kwargs": {"data_files": {_SPLIT: list(files)}},
            "output_type": "loglikelihood_rolling",
            "validation_split": _SPLIT,
            "doc_to_text": "",
            "doc_to_target": TEXT,
            "metric_list": [{"metric": metric} for metric in METRICS],
            "metadata": dict(metadata),
        }
    )


def group(name: str, tasks: Sequence[str], metadata: Mapping[str, str | int]) -> str:
    """YAML of a group. Its figure is the mean of the tasks' bits per byte, each counting once, whatever its size."""
    return _yaml(
        {
            "group": name,
            "task": list(tasks),
            "aggregate_metric_list": [{"metric": "bits_per_byte", "aggregation": "mean", "weight_by_size": False}],
            "metadata": dict(metadata),
        }
    )


def _yaml(content: dict[str, Any]) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))
