"""What the columns of a shard mean, for people."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column of a shard. `origin`: copied from the source, measured here, or decided here."""

    name: str
    kind: str
    origin: str
    meaning: str


COLUMNS = (
    Column("doc_id", "string", "source", "`<source>:<native id>`; the same in every snapshot"),
    Column("source", "string", "source", "name of the raw collection"),
    Column("text", "string", "source", "released text: NFC, identifiers masked"),
    Column("input_ids", "list<int32>", "measured", "tokens of `text`, whole, without special tokens"),
    Column("n_tokens", "int32", "measured", "length of `input_ids`"),
    Column("n_bytes", "int64", "measured", "UTF-8 bytes of `text`"),
    Column(
        "n_words",
        "int64",
        "measured",
        "words of `text`: split at white space, and each letter of scripts that put none between words",
    ),
    Column("title", "string", "source", "title, identifiers masked"),
    Column("doc_type", "string", "source", "abstract, full text, guideline, ..."),
    Column("genre", "string", "source", "kind of publication: review, randomized_trial, case_report, ..."),
    Column("genre_evidence", "string", "source", "where the record states it: medline:PublicationType, ..."),
    Column("split", "string", "decided", "`train`, `validation` or `validation_time`; near-duplicates share a split"),
    Column("cluster_id", "string", "measured", "smallest `doc_id` of the near-duplicate group; a group shares a split"),
    Column("language", "string", "measured", "language of the text as identified"),
    Column("language_score", "float", "measured", "how sure the identification is, 0 to 1"),
    Column("published", "string", "source", "ISO 8601 date at the source's own precision"),
    Column("date_precision", "string", "source", "`year`, `month` or `day`"),
    Column("journal", "string", "source", "journal or series"),
    Column("mesh", "list<string>", "source", "MeSH descriptors, as `D006801 Humans`, or names where no id is stated"),
    Column("retraction", "string", "source", "`none`, `retracted`, `concern` or `corrected`, whichever record says so"),
    Column("licence_raw", "string", "source", "licence statement as found"),
    Column("licence_evidence", "struct", "source", "`kind` of the statement and its `place` in the record"),
    Column("licence_spdx", "string", "decided", "SPDX expression that the document is released under"),
    Column("rights", "struct", "decided", "what the licence permits and asks for; null where that is not known"),
    Column("pmid", "string", "source", "PubMed id"),
    Column("pmcid", "string", "source", "PubMed Central id"),
    Column("doi", "string", "source", "digital object identifier"),
    Column("nct", "string", "source", "ClinicalTrials.gov id"),
    Column("openalex", "string", "source", "OpenAlex work id"),
    Column("s2", "string", "source", "Semantic Scholar corpus id"),
    Column("setid", "string", "source", "product label set id"),
    Column("version", "string", "source", "version of the record, as its source orders them"),
    Column("url", "string", "source", "where a person finds the record"),
    Column("stands_for", "list<string>", "decided", "`doc_id`s merged into this document"),
    Column("other_ids", "list<string>", "source", "their identifiers, as `pmid:123`"),
    Column("other_sources", "list<string>", "decided", "their sources"),
    Column("other_licences", "list<string>", "decided", "their licences (SPDX)"),
    Column("raw_file", "string", "source", "raw file the document was read from"),
    Column("raw_sha256", "string", "measured", "sha256 of that file"),
    Column("member", "string", "source", "path inside that file, where it is an archive"),
    Column("record", "int64", "source", "index of its record in that file, from 0"),
    Column("offset", "int64", "source", "byte at which the record starts, decompressed"),
    Column("reader", "string", "decided", "reader and its version"),
    Column("retrieved", "string", "source", "when the raw file was fetched"),
    Column("nulls", "list<string>", "decided", "why a column is null, as `column:reason`"),
    Column("text_sha256", "string", "measured", "sha256 of the UTF-8 bytes of `text`"),
    Column("phi_policy", "string", "decided", "PHI policy that `text` was screened by"),
    Column("phi_masked", "int32", "measured", "places masked in `text`: identifiers, and `[EVALUATION_ITEM]`"),
    Column("paragraphs_cut", "int32", "decided", "repeated paragraphs that `text` lacks"),
)
