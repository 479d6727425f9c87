"""Keyed surrogates: what stands for an identifier in released text, so that a missed one does not stand out.

Carrell et al. (Hiding in plain sight, J Am Med Inform Assoc 2013;20:342-348) put realistic surrogates in the place of
every identifier that was found. Readers who looked for those that had been missed found few of them among the
surrogates, where a mark such as `[NAME]` shows every one that is left.

What it is not:
- No recall: what the detector missed is still there. Who knows the patient can still recognise it, and who has many
  documents of one patient can learn which name comes back under other shifts and keys (Carrell et al., The machine
  giveth and the machine taketh away, J Am Med Inform Assoc 2019;26:1536).
- No anonymity: what happened to the patient stays, and so does the order of the events.
- Not Safe Harbor: dates that are moved are dates. A policy that follows the rule uses placeholders, or publishes
  under an expert's determination.

A surrogate keeps the shape of its original, is the same wherever the original stands in its document however it is
written there, is another in every other document, and is valid nowhere: no register takes the number, no telephone
rings, no such town or domain is anybody's. It is a function of key, document and value alone.
"""

from filters.phi.surrogates.dates import day_first
from filters.phi.surrogates.document import DocumentSurrogates, Surrogates, could_be_surrogate
from filters.phi.surrogates.folding import normalised
from filters.phi.surrogates.key import Key

__all__ = ["DocumentSurrogates", "Key", "Surrogates", "could_be_surrogate", "day_first", "normalised"]
