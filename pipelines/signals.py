"""What rules may speak of: the sidecars that hold signals, side by side.

A stage is present if the recipe asks for it; nothing else here knows which stages there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.storage import WorkFolder
from filters.boilerplate import learning
from filters.classifier.annotator import schema
from filters.language import LanguageAnnotator
from filters.quality.signals import SCHEMA
from pipelines.measure import ROWS

SIGNAL_STAGES = ("language", "quality", "boilerplate", "classifier", "datatrove")
"""Stages whose sidecars hold signals, in the order of their columns in the record tables."""


def signal_stages(digests: Mapping[str, str]) -> dict[str, str]:
    """Those stages that were measured, with their digests."""
    return {stage: digests[stage] for stage in SIGNAL_STAGES if stage in digests}


def read_signals(work: WorkFolder, digests: Mapping[str, str]) -> pa.Table:
    """Every signal of one bundle: the columns of all its signal sidecars, one row a document."""
    tables = [pq.read_table(work.product(stage, name) / ROWS) for stage, name in signal_stages(digests).items()]
    return pa.table({name: table[name] for table in tables for name in table.column_names})


def known_signals(classifiers: Sequence[str] = ()) -> pa.Schema:
    """What the rules of a recipe with these classifiers may name."""
    return pa.schema([*LanguageAnnotator.schema, *SCHEMA, *learning.SCHEMA, *schema(classifiers)])
