"""Quality and repetition signals, measured in one pass."""

from filters.quality.annotator import QualityAnnotator
from filters.quality.signals import SCHEMA, SIGNALS, Signal

__all__ = ["SCHEMA", "SIGNALS", "QualityAnnotator", "Signal"]
