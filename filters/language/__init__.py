"""Which languages a text is written in, by fastText's lid.176 model, passage by passage."""

from filters.language.annotator import UNKNOWN, LanguageAnnotator

__all__ = ["UNKNOWN", "LanguageAnnotator"]
