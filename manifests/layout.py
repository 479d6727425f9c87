"""Where things lie in a snapshot folder.

manifest.json            the manifest: everything else is vouched for by it
README.md DATASHEET.md   cards, rendered from the manifest
croissant.json           the same for data loaders (Croissant 1.1 with RAI)
cards/                   the same in other formats, and the schema of the manifest; see datacards/projections/
report/index.html        what a reviewer must see first, rendered from the manifest
report/sources/          a page a source
report/samples/<source>/ a page a reason, rendered from the manifest and its samples
report/demographics.json  who is spoken about, near what: estimates and tests, rendered from the manifest
ATTRIBUTION.parquet      whom the licences of the released documents want named
provenance.intoto.jsonl  the same for machines of the supply chain: in-toto statement, SLSA provenance
SHA256SUMS               digests of all files, for people without hc4
snapshot.sig             if its builder signed it: signature over all other files, SHA256SUMS too
data/<source>/           the corpus: train-*.parquet, validation-*.parquet, validation_time-*.parquet
audit/<source>/          one row a record read: verdict, evidence, measurements; no text
signatures/<source>/     for each row of the shards of the same names, what deduplication compares: keys, no text
tokens/<name>/<source>/  for each row of the shards of the same names, its tokens by another tokenizer
privacy/<source>/        where in the shards of the same names something stands for an identifier; no values
ledger/ledger.parquet    raw file x stage x verdict x reason
ledger/quarantine.parquet
contamination/hits.parquet   if evaluation sets are named: copies of their items, by record and place; no text
coverage/journals.parquet    every journal of every source, with how much text is from it
coverage/domains.parquet     the same of registered domains of the web
coverage/mesh.parquet        the same of MeSH descriptors; a document counts for each of its own
takedowns/documents.parquet  if documents were taken out: which, and from where; no text
samples/samples.parquet  masked excerpts of kept and dropped documents
samples/boilerplate.parquet  sentences that a source repeats, in how many documents, masked
samples/removals.parquet near-duplicates that were removed, beside what they gave way to, masked
"""

from __future__ import annotations

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
SIGNATURE = "snapshot.sig"
PROVENANCE = "provenance.intoto.jsonl"
ATTRIBUTION = "ATTRIBUTION.parquet"
REPORT = "report"
DATA = "data"
AUDIT = "audit"
PRIVACY = "privacy"
SIGNATURES = "signatures"
TOKENS = "tokens"
LEDGER = "ledger/ledger.parquet"
QUARANTINE = "ledger/quarantine.parquet"
TAKEDOWNS = "takedowns/documents.parquet"
CONTAMINATION = "contamination/hits.parquet"
SAMPLES = "samples/samples.parquet"
BOILERPLATE = "samples/boilerplate.parquet"
REMOVALS = "samples/removals.parquet"
