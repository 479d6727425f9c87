"""Which documents are held out, and that nothing like them is trained on.

A near-duplicate group goes as a whole: to `validation_time` if nothing in it was published before the recipe's date, or
else to `validation` if its `shards.place.position` is below the threshold of its home, the source of its least
released doc_id. The threshold is the recipe's share, or follows from the tokens that it asks for.

Deduplication looks for what to merge: it finds most, not all, of the pairs that are less alike, and pages that are
alike in the form that they fill in are not in one group. So what might be held out is compared with everything
(`dedup.chosen`). Groups with similar documents count as one from then on, and one that is similar to a document that
cannot be held out stays in train.

    held      of a bundle: documents that might be held out, and their shingles
    chosen    all of these, and an index of their smallest shingles
    near      of a bundle: which of them are similar to its documents
    choose    thresholds, and which documents are held out
"""
