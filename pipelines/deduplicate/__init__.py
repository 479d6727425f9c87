"""Identity, exact and near duplicates among the documents that no rule dropped, in units over partitions on disk.

    candidates   of a bundle: what it takes to rank its documents, and their keys, sorted
    ranks        of a range of ranks: every document gets a number, 0 for the one to keep first
    certain      of a range of keys: documents that share an identifier or all their words
    joined       ranks inside each work dealt out again; which documents repeat another word for word
    bands        of a range of keys: pairs of documents that share a band of their signatures
    sample       of a bundle: shingles of some of its documents;  templates  of a source: those that too many have
    substance    of a bundle: signatures without templates, of documents that share a band with many
    pairs        of a range of documents: the pairs to verify, in which one is the worse
    shingles     of a bundle: the shingles of all documents in pairs
    verify       of a range of documents: true similarity of its pairs
    resolve      survivors and split groups; asks for pairs that it still needs, until it needs none
    merges       the survivors' names, and what each stands for

Only `sample`, `substance` and `shingles` read text. Every step reads what it needs of the products before it by ranges
of keys (`corpus.runs`), so that a range is all that it holds. `resolve` and `merges` hold what merges, not the corpus.
"""
