"""Which languages a text is written in, by fastText's lid.176 model run over all of it, passage by passage."""

from filters.language.annotator import UNKNOWN, LanguageAnnotator

__all__ = ["UNKNOWN", "LanguageAnnotator"]
