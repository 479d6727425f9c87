"""Article identifiers in one spelling, so that the same article meets itself across sources."""

from __future__ import annotations

import re

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DOC_TYPE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_DIGITS = re.compile(r"\d+")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I)


def doi_in(text: str | None) -> str | None:
    """The DOI in `text` (bare, `doi:` or a doi.org address), lower case: DOIs ignore case (ISO 26324).

    None if it contains `@`: it is released as it is, and might hold an address.
    """
    found = _DOI.search(text or "")
    return found.group().lower() if found and "@" not in found.group() else None


def is_doc_type(value: object) -> bool:
    """A type of document is one lower-case word of at most 32 letters, digits and `_`, so that it can name nobody."""
    return isinstance(value, str) and _DOC_TYPE.fullmatch(value) is not None


def checked_doc_type(value: object) -> str:
    """`value`, which a recipe gives as the type of a source's documents.

    Raises:
        ValueError: it is no word.
    """
    if isinstance(value, str) and is_doc_type(value):
        return value
    raise ValueError("doc_type must be a word of a-z, 0-9 and _ (32 at most, a letter first), in quotes if need be")


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
