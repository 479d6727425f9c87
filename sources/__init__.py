"""One file a raw format: bytes as fetched in, documents out."""
