"""What a raw file may ask for. A recipe sets it under `limits`; every reader keeps to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on memory and time. What is beyond them is quarantined or refused, with a reason.

    Not set here, because libxml2 sets them: XML nested deeper than 256, a text node or attribute over 10 MB, and
    entities that expand (`xml_over_limits`); JSON nested deeper than 1024 (`not_json`).
    """

    text_bytes: int = 50_000_000
    """Longest text of a document, in bytes of UTF-8, and what its other fields may weigh together."""
    raw_record_bytes: int = 200_000_000
    """Longest record as it stands in the file: an XML element, a member of a JSON array, a line of JSON."""
    decompression_ratio: int = 500
    """Text shrinks by 3 to 50, gzip by at most 1032: what shrinks by more than this is a bomb (zeros), not text."""
    members: int = 2_000_000
    """Files in an archive, with those of archives inside it."""
    member_bytes: int = 4 << 30
    """One of them, unpacked; more than 8 MB rests on disk."""
    archive_bytes: int = 2 << 40
    """All of them, unpacked."""
    archive_depth: int = 2
    """1: archives inside archives are quarantined; 2: those inside them are."""
