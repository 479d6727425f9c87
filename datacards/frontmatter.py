"""The YAML at the top of the dataset card, written by the hub's own class."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from huggingface_hub import DatasetCardData

from datacards.text import one_line
from datacards.views import View, split_names

_HUB_LICENCES = {
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "MIT",
    "ODC-By-1.0",
    "PDDL-1.0",
}
"""SPDX ids that the hub knows; it writes them in lower case, two of them without a version."""

_ORDER = ["pretty_name", "license", "license_name", "language", "size_categories", "task_categories"]

_HUB_SPELLING = {"ODC-By-1.0": "odc-by", "PDDL-1.0": "pddl"}


def front_matter(view: View) -> str:
    """The YAML between the two `---` lines, with a line break at its end."""
    manifest = view.manifest
    data = DatasetCardData(
        pretty_name=one_line(manifest.title or manifest.name),
        language=_languages(view) or None,
        **_licence(view),
        size_categories=[size_category(manifest.totals.documents)],
        task_categories=["text-generation"],
        task_ids=["language-modeling"],
        annotations_creators=["no-annotation"],
        source_datasets=["original"],
        tags=["healthcare", "medical", "biomedical", "pre-training", "deduplicated", "tokenized", "hc4"],
        configs=configs(view) or None,
    )
    return f"{data.to_yaml(line_break=chr(10), original_order=_ORDER)}\n"


def configs(view: View) -> list[dict[str, Any]]:
    """One configuration for the whole corpus and one a source, each naming only splits that have a shard."""
    manifest = view.manifest
    listed: list[dict[str, Any]] = []
    if manifest.shards:
        files = _data_files("*", split_names(manifest.splits, manifest.shards))
        listed.append({"config_name": "default", "default": True, "data_files": files})
    for one in view.sources:
        if one.shards:
            files = _data_files(one.source.name, split_names(manifest.splits, one.shards))
            listed.append({"config_name": one.source.name, "data_files": files})
    return listed


def size_category(documents: int) -> str:
    """The hub's size class: `n<1K`, `1K<n<10K`, ..., `n>1T`."""
    marks = [f"{ten}{unit}" for unit in ("K", "M", "B") for ten in (1, 10, 100)] + ["1T"]
    if documents < 1_000:
        return "n<1K"
    for power, (low, high) in enumerate(pairwise(marks), start=3):
        if documents < 10 ** (power + 1):
            return f"{low}<n<{high}"
    return "n>1T"


def _data_files(folder: str, splits: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"split": split, "path": f"data/{folder}/{split}-*.parquet"} for split in splits]


def _languages(view: View) -> list[str]:
    labels = (share.label for share in view.languages if share.amount.documents)
    return [label for label in labels if re.fullmatch(r"[a-z]{2,3}", label) and label != "und"]


def _licence(view: View) -> dict[str, Any]:
    """The hub's licence ids where every document's licence is one that it knows and the profile is an open one."""
    labels = sorted({share.label for share in view.licences if share.amount.documents})
    if labels and not view.research and all(label in _HUB_LICENCES for label in labels):
        ids = [_HUB_SPELLING.get(label, label.lower()) for label in labels]
        return {"license": ids[0] if len(ids) == 1 else ids}
    profile = re.sub(r"[^a-z0-9]+", "-", view.manifest.licence_profile.lower()).strip("-")
    return {"license": "other", "license_name": f"hc4-{profile or 'unnamed'}-profile"}
