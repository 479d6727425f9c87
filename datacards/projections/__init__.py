"""Projections of a manifest into the formats that other people's tools read, one file a format."""
