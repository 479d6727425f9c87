"""The steps of a build, in the order in which it takes them; each asks the engine for units, a phase at a time.

phases             what all of them share
evaluation_items   the index of evaluation items; copies to mask
verdicts           what is decided of a document before others are compared with it
duplicates         which documents give way to which; paragraphs that repeat
ledger             how every record ends; recall of identifiers
release            splits, masked text, shards
"""
