"""Which groups of people a document names, and which drugs and conditions within reach of them: bits, never text."""

from filters.mentions.annotator import MentionAnnotator
from filters.mentions.lexicon import Lexicon, lexicon

__all__ = ["Lexicon", "MentionAnnotator", "lexicon"]
