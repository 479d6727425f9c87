"""One file a step of deduplication: identity, exact, near."""
