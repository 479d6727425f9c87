"""Web pages kept as files (HTML, XHTML, fragments of either), one document a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from corpus.document import Quarantined, Record
from sources.encoding import decoded, is_mojibake
from sources.plain import Identity, WholeFile
from sources.reader import RawFile
from sources.webpage import Page, page_of

_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)|<\?xml[^>]{0,99}encoding=["']([\w.:-]+)""", re.I
)


class HtmlReader(WholeFile):
    """One document a file."""

    name: ClassVar[str] = "html"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ()
    section_policy: ClassVar[str] = (
        "The element that the page marks as its main content, else all of it; headings on their own lines, lists and "
        "tables as lines; navigation, banners, forms, asides, cookie notices and footers are left out."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Pictures, their descriptions and whatever a script would fill in are not read.",
        "Of tags of site generators that were never filled in only parameters of three words or more are kept; "
        "headings under which nothing else stands are dropped.",
        "Subscripts become plain characters; superscripts that are no number do too.",
    )

    stated: ClassVar[frozenset[str]] = frozenset({"title", "url", "published", "language", "licence_raw"})

    def __init__(
        self,
        doc_type: str = "guideline",
        licence: str | None = None,
        language: str | None = None,
        id: Identity = "content",  # noqa: A002  the name in recipes
        max_bytes: int = 16 << 20,
    ) -> None:
        """Options as `sources.plain.WholeFile`."""
        super().__init__(doc_type, licence, language, id, max_bytes)

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The file's document; quarantined as by `sources.plain.TextReader`, `nested_too_deep`, `malformed_html`.

        Raises:
            RawFileError: as `RawFile.stream`.
        """
        facts.update(dict.fromkeys(("records", "without_licence", "template_tags"), 0))
        facts["records"] += 1
        data = self.content(raw)
        text = data if isinstance(data, Quarantined) else html_text(data, None, 0, 0)
        page = text if isinstance(text, Quarantined) else page_of(text, wild=False)
        yield page if isinstance(page, Quarantined) else self.page(raw, page, facts)

    def page(self, raw: RawFile, page: Page, facts: Counter[str]) -> Record:
        """The document of a page; what the page states comes before the options."""
        document = self.document(raw, page.text, page.licence, page.evidence)
        document.title = page.title
        document.url = page.url
        document.published = page.published
        document.language = page.language or document.language
        facts["without_licence"] += document.licence_raw is None
        facts["template_tags"] += page.template_tags
        if not page.text:
            document.no_text = "only_template" if page.template_tags else "no_main_content"
        return document


def html_text(data: bytes, charset: str | None, record: int, offset: int | None) -> str | Quarantined:
    """A page's characters: by `charset` (of the HTTP header), else as the page declares, else as its bytes tell."""
    declared = _CHARSET.search(data[:4096])
    names = [charset, *(group.decode() for group in declared.groups() if group)] if declared else [charset]
    for name in names:
        try:
            # Browsers read Latin-1 as Windows-1252 (WHATWG Encoding).
            codec = "cp1252" if (name or "").lower() in {"iso-8859-1", "latin1", "us-ascii", "ascii"} else name
            if codec and not codec.lower().startswith("utf-16"):  # who could read the declaration knows better
                text = data.decode(codec)
                return Quarantined(record=record, reason="mojibake", offset=offset) if is_mojibake(text) else text
        except (LookupError, UnicodeError):
            continue
    found = decoded(data, record, offset)
    return found if isinstance(found, Quarantined) else found[0]
