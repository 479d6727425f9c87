"""Take documents out of a snapshot, from the snapshot alone.

request    what is asked for: ids, identifiers, sources, licences
find       the documents that it names, and those that stand for them
rewrite    the shards and tables concerned, by the writers that wrote them
restate    the manifest, counted again
takedown   all of it, into a folder beside the old one
"""
