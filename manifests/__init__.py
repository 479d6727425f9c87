"""What machines trust: the balanced ledger, the snapshot manifest, verification."""
