"""Article identifiers in one spelling, so that the same article meets itself across sources."""

from __future__ import annotations

import re

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DIGITS = re.compile(r"\d+")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I)


def doi_in(text: str | None) -> str | None:
    """The DOI in `text` (bare, `doi:` or a doi.org address), lower case: DOIs ignore case (ISO 26324)."""
    found = _DOI.search(text or "")
    return found.group().lower() if found else None


def pmcid_in(text: str | None) -> str | None:
    """`PMC` and digits, without a version suffix (`PMC7000.1`), or None."""
    found = _DIGITS.search(text or "")
    return f"PMC{found.group()}" if found else None


def pmid_in(text: str | None) -> str | None:
    """A PMID's digits, without leading zeros, or None."""
    text = (text or "").strip()
    return text.lstrip("0") or None if text.isascii() and text.isdigit() else None


def setid_in(text: str | None) -> str | None:
    """The UUID in `text`, lower case, or None."""
    found = _UUID.search(text or "")
    return found.group().lower() if found else None


def version_in(text: str | None) -> str:
    """A version number in as many digits as make numbers sort as strings; empty for none."""
    text = (text or "").strip()
    return f"{int(text):020d}" if text.isascii() and text.isdigit() and len(text) <= 20 else ""
