"""Boilerplate learnt from the documents themselves: sentences that recur from document to document of a source."""

from filters.boilerplate.annotator import SentenceAnnotator

__all__ = ["SentenceAnnotator"]
