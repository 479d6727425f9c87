"""E3C clinical narratives: a JSON file a document, text and provenance in its fields.

Format: https://github.com/hltfbk/E3C-Corpus
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar

import orjson

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.dates import iso_date, year_in
from sources.ids import doi_in
from sources.reader import RawFile

_FACTS = ("records", "without_licence", "broken_encoding")
_MAX = 50_000_000
_STRINGS = ("id", "text", "licence", "language", "url", "doi", "publication_date", "source")
_WIKIPEDIA = "Wikipedia"
# What the corpus left of Basque Wikipedia's markup. Links have lost their brackets (`target|shown`).
_WIKI_END = re.compile(r"=+\s*(?:Erreferentziak|Kanpo (?:lotura|esteka)k|Ikus,? gainera|Bibliografia)\b|Kategoria:")
_WIKI_TABLE = re.compile(r"\{\|.*?\|\}|<!--.*?-->", re.S)
_WIKI_PARAMETER = re.compile(
    r"(?:\|\s*)?[\w .-]{0,40}=(?!=).*|[|{}#!*].*|[\W\d_]*|[A-Z]+\d*(?:\|.*)?|lang-?\w*\|.*|Txantiloi:.*"
)
# ... and of templates whose first words went with what stood before their bar.
_WIKI_LEFT = re.compile(
    r".*\|\s*\w+\s*=.*|\w+=.*|cite\s.*=.*|[\W\d_]+|.*\[//.*|(?:Erreferentzia|Collapsible list)\s*\|.*", re.I
)
_WIKI_ITEM = re.compile(r"(?:^|(?<=\S)) *\*{1,3} +(?=[\w%(])", re.M)
_WIKI_INLINE = (
    (re.compile(r"Fitxategi:[^|\n]*\|(?:(?:thumb|right|left|center|upright|\d+px)\s*\|)*"), ""),
    (re.compile(r"\[https?://\S+\s*([^\]\n]*)\]"), r"\1"),
    (re.compile(r"\[?https?://[^\s\]]+"), ""),
    (re.compile(r"</?\w+[^<>\n]*>"), " "),
    (re.compile(r"'{2,}"), ""),
    (re.compile(r"[^\s|]+\|(?=\S)"), ""),
    (re.compile(r"\s*={2,}\s*([^=\n]+?)\s*={2,}\s*"), r"\n\n\1\n\n"),
    (re.compile(r"={2,}"), ""),  # half a heading
    (_WIKI_ITEM, r"\n- "),
    (re.compile(r"(?<=[.:;]) \.(?=\s|$)"), ""),
    (re.compile(r"(?<=\S)[ \t]{2,}"), " "),
    (re.compile(r"\n{3,}"), "\n\n"),
)
# A few cases are whole pages of their journal, with scripts of the site; what is about the article comes last.
_PAGE = re.compile(r"\$\(document\)\.ready|PubMed \| Google Scholar")
_BACK = re.compile(
    r"\b(?:Conflits? d['\u2019]intérêts?|Competing interests|Conflicts? of interest|Références|References)\b", re.I
)
_LIST = re.compile(r"\n\n+(?=- )")
_BROKEN = re.compile("\ufffd|ï¿½")


class E3cReader:
    """One document a file; its id is the corpus's own (`EN110061`)."""

    name: ClassVar[str] = "e3c"
    version: ClassVar[int] = 3
    doc_types: ClassVar[tuple[str, ...]] = ("case_report", "other")
    section_policy: ClassVar[str] = (
        "The narrative as it stands; authors and source stay out of it, and of a whole page of a journal what follows "
        "the article. Articles of Wikipedia (doc_type `other`) lose "
        "what the corpus left of their markup: templates, tables, link targets, references, categories."
    )
    known_losses: ClassVar[tuple[str, ...]] = (
        "Annotations of the annotated layers are not read.",
        "References inside sentences of Wikipedia that the corpus merged with them stay.",
        "Link targets of several words stay in articles of Wikipedia but for the last word.",
        "Letters that the corpus lost to a wrong encoding (`ï¿½`) are lost (U+FFFD), and counted.",
    )
    states: ClassVar[frozenset[str]] = frozenset(
        {"native_id", "authors", "doi", "url", "published", "journal", "language", "licence_raw"}
    )  # fmt: skip

    @property
    def config(self) -> Json:
        """No options."""
        return {}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The document of the file; quarantined as `no_id`, `no_text_field` or `field_not_a_string`.

        Raises:
            RawFileError: as `RawFile.stream`; `not_json`, `not_an_object`, `record_too_large`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        with raw.stream() as stream:
            data = stream.read(_MAX + 1)
        if len(data) > _MAX:
            raise RawFileError("record_too_large", f"over {_MAX} bytes")
        try:
            row = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            raise RawFileError("not_json") from None
        if not isinstance(row, dict):
            raise RawFileError("not_an_object")
        facts["records"] += 1
        yield _document(row, facts)


def _document(row: dict[str, Any], facts: Counter[str]) -> Document | Quarantined:
    values = {name: row.get(name) for name in _STRINGS}
    if wrong := sorted(name for name, value in values.items() if not isinstance(value, str | None)):
        return Quarantined(record=0, reason="field_not_a_string", detail=", ".join(wrong))
    if values["text"] is None:
        return Quarantined(record=0, reason="no_text_field")
    if not values["id"]:
        return Quarantined(record=0, reason="no_id")
    facts["without_licence"] += not values["licence"]
    facts["broken_encoding"] += bool(_BROKEN.search(values["text"]))
    wiki = values["source"] == _WIKIPEDIA
    text = _without_markup(values["text"]) if wiki else _without_page(values["text"])
    date = (values["publication_date"] or "").split("-")
    return Document(
        record=0,
        native_id=values["id"],
        text=text,
        no_text=None if text.strip() else "empty_text",
        doc_type="other" if wiki else "case_report",
        authors=_authors(row.get("authors")),
        doi=doi_in(values["doi"]),
        url=values["url"] or None,
        published=iso_date(*date[:3]) or year_in(values["publication_date"] or ""),
        journal=values["source"] or None,
        language=values["language"] or None,
        licence_raw=values["licence"] or None,
        licence_evidence="e3c:licence" if values["licence"] else None,
    )


def _authors(stated: Any) -> tuple[str, ...]:
    """Names, which one half of the corpus gives as `{"author": NAME}` and the other as `["author:", NAME]`."""
    names = []
    for one in stated if isinstance(stated, list) else []:
        pair = ["author:", one.get("author")] if isinstance(one, dict) else one
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == "author:" and isinstance(pair[1], str):
            names.append(pair[1].strip())
    return tuple(name for name in names if name)


def _without_page(text: str) -> str:
    """A case, without interests, references and navigation if it is a whole page."""
    back = _BACK.search(text) if _PAGE.search(text) else None
    return text[: back.start()].rstrip() if back else text


def _without_markup(text: str) -> str:
    """An article of Wikipedia as the corpus holds it, one sentence a line, without the remains of its markup."""
    text = _WIKI_TABLE.sub("", _WIKI_END.split(unescape(text))[0])
    text = "\n".join(line for line in text.split("\n") if not _WIKI_PARAMETER.fullmatch(line.strip()))
    for pattern, plain in _WIKI_INLINE:
        text = pattern.sub(plain, text)
    lines = [line for line in text.split("\n") if not (line.strip() and _WIKI_LEFT.fullmatch(line.strip()))]
    return _LIST.sub("\n", "\n".join(lines)).strip()
