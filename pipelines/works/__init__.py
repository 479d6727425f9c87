"""What records say of one work counts for all of it: retractions and licences, across sources, before rules decide.

A retraction that MEDLINE or OpenAlex states drops the full text of PubMed Central too; a notice ("Retraction: ...")
flags the article that it names. Where two records state licences with different rights for one work, the strictest
counts and the conflict is recorded. Only statements count: what a source's terms give to its records says nothing of
the work, and a record that states no licence takes none from another. But where such terms promise what a statement
about the work denies (commercial use, changes, no share-alike), the record is in conflict with it.

A copy without identifiers is known by its words: what was retracted is retracted in every document of the same words.
That does not hold for licences (an older edition stays under the licence it was given under), nor for the other
documents of the copy's work: two notices may share their words.

Global over the build, from identifiers, statements and hashes of words alone: no text is read. In units:

    named    of a bundle: its identifiers, those that its notices name, its words, all sorted; who says something
    shared   of a range of keys: documents that share one; identifiers that name what holds several documents
    works    what documents learn: of all that share a key, only those are looked at that may learn something
"""

from pipelines.works.said import COLUMNS, WORST_FIRST, said_of_works, with_works
from pipelines.works.shared import CONTAINERS

__all__ = ["COLUMNS", "CONTAINERS", "WORST_FIRST", "said_of_works", "with_works"]
