"""The shared vocabulary: documents, stages, verdicts, the ledger, errors, storage."""
