"""Which languages a text is written in, by fastText's lid.176 model, passage by passage."""

from filters.language.annotator import UNKNOWN, LanguageAnnotator
from filters.language.sample import sample

__all__ = ["UNKNOWN", "LanguageAnnotator", "sample"]
