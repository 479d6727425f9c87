"""Evaluation items in documents: where questions, answers and passages of benchmarks stand in what is trained on."""

from filters.contamination.annotator import ContaminationAnnotator
from filters.contamination.index import ContaminationConfig, Index
from filters.contamination.items import Item, Refused, read_items

__all__ = ["ContaminationAnnotator", "ContaminationConfig", "Index", "Item", "Refused", "read_items"]
