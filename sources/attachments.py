"""Text inside health records that came as a file: plain text and HTML, often in base64."""

from __future__ import annotations

import binascii
from base64 import b64decode

from lxml import etree

from sources.markup import local_names
from sources.narrative import narrative
from sources.webpage import overloaded

_PLAIN = frozenset({"text/plain", "text/markdown", ""})
_MARKUP = frozenset({"text/html", "application/xhtml+xml"})


def media_type(value: str | None) -> str:
    """`text/plain; charset=utf-8` as `text/plain`."""
    return (value or "").partition(";")[0].strip().lower()


def attached(kind: str | None, data: str) -> str | None:
    """The text of base64 `data` of a media type; None if that type is not text.

    Raises:
        ValueError: `data` is no base64, its text is neither UTF-8 nor Windows-1252, or as `html_blocks`.
    """
    kind = media_type(kind)
    if kind not in _PLAIN | _MARKUP:
        return None
    try:
        content = b64decode("".join(data.split()), validate=True)
    except binascii.Error:
        raise ValueError("attachment_not_base64") from None
    return decoded(kind, content)


def decoded(kind: str, content: bytes) -> str:
    """The text in the bytes of a file of a media type.

    Raises:
        ValueError: neither UTF-8 nor Windows-1252.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise ValueError("attachment_not_text") from None
    return "\n\n".join(html_blocks(text)) if kind in _MARKUP else text


def html_blocks(text: str) -> list[str]:
    """Blocks of HTML or XHTML, however badly it is written.

    Raises:
        ValueError: `nested_too_deep`, or `attachment_unreadable` for tags of thousands of attributes.
    """
    if not text.strip():
        return []
    if overloaded(text):
        raise ValueError("attachment_unreadable")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    found = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if any("depth" in entry.message for entry in parser.error_log.filter_from_errors()):
        raise ValueError("nested_too_deep")  # libxml2 would give what stands before it
    if found is None:
        return []
    local_names(found)
    return narrative(found)
