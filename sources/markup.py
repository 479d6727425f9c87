"""XML records, streamed: hostile files stay harmless, damaged ones get a reason.

No DTD is loaded, nothing is fetched, no entity of a file is expanded; libxml2 keeps its own limits on depth, text
length and amplification. An entity reference that the file leaves to its DTD (`&nbsp;`) is read as the HTML
character of that name, else dropped.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html.entities import html5
from io import BufferedReader
from itertools import islice
from typing import Any, BinaryIO, cast

from lxml import etree

from corpus.document import Quarantined, Record
from corpus.errors import RawFileError
from sources.reader import RawFile
from sources.unread import Unread

Element = Any  # lxml ships no types
_SMALL = 4 << 20
_CHUNK = 1 << 16
_CHUNK_OF_HEAD = 1 << 20

_REASONS = {
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: "undeclared_entity",
    etree.ErrorTypes.ERR_INVALID_ENCODING: "invalid_encoding",
    etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING: "unsupported_encoding",
    114: "xml_over_limits",  # XML_ERR_RESOURCE_LIMIT, in libxml2 since 2.13
}


def elements(raw: RawFile, *tags: str, unread: tuple[str, ...] = ()) -> Iterator[Element]:
    """Each finished element with one of `tags` (`{*}` before a name matches any namespace), in file order.

    An element and all before it may be freed when the next one is asked for.

    Args:
        unread: names of elements that the caller ignores wherever they stand. They may be absent from what is given,
            and what is inside them may be malformed.

    Raises:
        RawFileError: `malformed_xml`, `invalid_encoding`, `unsupported_encoding`, `undeclared_entity` (no DTD could
            declare it), `xml_over_limits` (entity bomb, nesting deeper than 256, a text node over 10 MB),
            `record_too_large` (`limits.raw_record_bytes` without one element finished), or any of `RawFile.stream`.
    """
    for element, _ in _found(raw, tags, unread, ()):
        yield element


def located(raw: RawFile, *tags: str, unread: tuple[str, ...]) -> Iterator[tuple[Element, int | None]]:
    """As `elements`, each with the byte of the decompressed file at which its start tag begins, where that is certain.

    None of `tags` may stand inside another, nor in a namespace.
    """
    return _found(raw, tags, unread, tags)


def _found(
    raw: RawFile, tags: tuple[str, ...], unread: tuple[str, ...], placed: tuple[str, ...]
) -> Iterator[tuple[Element, int | None]]:
    given = 0
    try:
        for found in _parts(raw, tags, Unread(unread, placed) if unread else None):
            yield found
            given += 1
    except RawFileError:
        if not unread:
            raise
    else:
        return
    # Seen whole, the file shows the line of its damage, if it is damaged.
    yield from islice(_parts(raw, tags, None), given, None)


def _parts(raw: RawFile, tags: tuple[str, ...], unread: Unread | None) -> Iterator[tuple[Element, int | None]]:
    places: deque[int] = unread.places if unread else deque()
    with raw.stream() as stream:
        head = _head(stream)
        if len(head) <= _SMALL:
            found = _parsed(unread.whole(head) if unread else head, tags)
        else:
            chunks = _chunks(head, stream)
            found = _streamed(unread.read(chunks) if unread else chunks, tags, raw.limits.raw_record_bytes)
        for element in found:
            yield element, places.popleft() if places else None


def _head(stream: BinaryIO) -> bytes:
    """A small file, or more than is small of a large one, without room made for more than there is."""
    read1 = cast(BufferedReader, stream).read1
    head = read1(_CHUNK_OF_HEAD)
    while len(head) <= _SMALL and (more := read1(_CHUNK_OF_HEAD)):
        head += more
    return head


def records(
    raw: RawFile,
    facts: Counter[str],
    tags: tuple[str, ...],
    read_one: Callable[[Element, int], Record],
    absent: str,
    unread: tuple[str, ...] = (),
) -> Iterator[Record]:
    """What `read_one` makes of each element and its number, counted in `facts["records"]`.

    An element nested deeper than Python can follow is quarantined as `nested_too_deep`.

    Raises:
        RawFileError: as `elements`, and with the reason `absent` for XML that holds none of `tags`.
    """
    record = 0
    for element in elements(raw, *tags, unread=unread):
        facts["records"] += 1
        found: Record
        try:
            found = read_one(element, record)
        except RecursionError:
            found = Quarantined(record=record, reason="nested_too_deep")
        yield found
        record += 1
    if record == 0:
        raise RawFileError(absent, f"no element {' or '.join(tag.rpartition('}')[2] for tag in tags)}")


_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
    "huge_tree": False,  # True would lift the limits that stop entity bombs.
}


@cache
def _parser() -> etree.XMLParser:
    """One for all files: to make a parser takes as long as to parse an article."""
    return etree.XMLParser(**_SAFE)


def _parsed(data: bytes, tags: tuple[str, ...]) -> Iterator[Element]:
    """Small files at once: an article file parses half as fast again as when streamed."""
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError:
        raise _why(data) from None
    yield from root.iter(*tags)


def _why(data: bytes) -> RawFileError:
    """What is wrong with a whole file. A parser of its own: the log of a shared one may be another thread's."""
    parser = etree.XMLParser(**_SAFE)
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return _damage(parser.error_log, error.lineno)
    raise AssertionError("the same bytes parse or do not")


def _streamed(chunks: Iterable[bytes], tags: tuple[str, ...], limit: int) -> Iterator[Element]:
    parser = etree.XMLPullParser(events=("end",), tag=tags, **_SAFE)
    since = 0  # bytes since the last element was finished
    try:
        for data in chunks:
            parser.feed(data)
            if len(log := parser.feed_error_log) and log.filter_from_fatals():
                raise _damage(log)  # lxml does not raise for every one: it would start afresh with the next chunk.
            since += len(data)
            for _, element in parser.read_events():
                since = 0
                yield element
                element.clear()
                parent = element.getparent()
                if parent is not None:
                    while element.getprevious() is not None:
                        del parent[0]
            if since > limit:
                raise RawFileError("record_too_large", f"over {limit} bytes of XML without an end")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _damage(parser.feed_error_log, error.lineno) from None


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Pieces small enough to stay in the processor's cache while they are parsed and read."""
    for start in range(0, len(head), _CHUNK):
        yield head[start : start + _CHUNK]
    while data := stream.read(_CHUNK):
        yield data


def _damage(log: Any, line: int | None = None) -> RawFileError:
    """The first fatal entry of a parser's log is the cause, what follows are consequences.

    Messages may quote the file: only kind and line are told.
    """
    for cause in log.filter_from_fatals():
        return RawFileError(_REASONS.get(cause.type, "malformed_xml"), f"line {cause.line}")
    return RawFileError("malformed_xml", f"line {line}")


def entity_text(node: Element) -> str:
    """The character an unexpanded entity reference stands for in HTML, else nothing."""
    return html5.get(f"{node.name};", "")


def first(element: Element, tag: str) -> Element | None:
    """The first child called `tag`: a third of what `find` takes, which reads a path."""
    return next(element.iterchildren(tag), None)


_BLANKS = tuple(map(chr, (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)))


def single_spaced(text: str) -> str:
    """`text` with each run of white space as one blank and none around it.

    That is `" ".join(text.split())` for what XML can contain, in half the time: few texts have two blanks in a row.
    """
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if not text.isascii() and not text.isprintable():  # no white space but " " is printable
        for blank in _BLANKS:
            text = text.replace(blank, " ")
    return " ".join(text.split()) if "  " in text else text.strip(" ")


# Digits raised by markup carry meaning (10<sup>6</sup> is not 106); letters (19<sup>th</sup>) read well as they are.
_RAISED = str.maketrans("0123456789+-\u2212\u2013=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_RAISABLE = frozenset("0123456789+-\u2212\u2013=()n ")


# Typesetters part a sign from its number with a thin or a hard blank.
_SIGNED = re.compile(r"([+\u2212\u2013-])\s+(?=[0-9])")


def raised(text: str) -> str:
    """Superscript in plain text: Unicode superscripts for numbers, signs and a lone `n`, else unchanged."""
    if not text.isalnum():
        text = _SIGNED.sub(r"\1", text)
    if _RAISABLE.issuperset(text) and (text.strip() == "n" or "n" not in text):
        return text.translate(_RAISED)
    return text


def root(raw: RawFile) -> Element:
    """The root of a file that is one record, its elements and those inside under their local names.

    A prefix that the file does not declare is read as if it did: examples and extracts of HL7 documents lack
    declarations, and nothing in them depends on one.

    Raises:
        RawFileError: as `elements`; `record_too_large` for a file over `limits.raw_record_bytes`.
    """
    limit = raw.limits.raw_record_bytes
    with raw.stream() as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise RawFileError("record_too_large", f"over {limit} bytes in one record")
    parser = etree.XMLParser(recover=True, **_SAFE)  # All damage but an undeclared prefix is fatal in the log.
    try:
        found = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:  # of what has no element at all
        raise _damage(parser.error_log, error.lineno) from None
    if found is None or parser.error_log.filter_from_fatals():
        raise _damage(parser.error_log)
    local_names(found)
    return found


def local_names(element: Element) -> None:
    """Take namespaces and prefixes off an element and all inside it."""
    for node in element.iter("*"):
        tag = node.tag
        if tag[0] == "{" or ":" in tag:
            node.tag = tag.rpartition("}")[2].rpartition(":")[2]
