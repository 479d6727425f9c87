"""FHIR resources out of bundles (JSON, XML), bulk exports (NDJSON) and single files, and what they say of people.

An XML resource becomes what the JSON form of it would be, but that single values need not stand in lists:
`sequence` reads both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
from lxml import etree

from corpus.errors import RawFileError
from sources.json_array import BAD, members
from sources.lines import lines
from sources.markup import Element, elements, local_names, root
from sources.people import People
from sources.reader import RawFile

Resource = dict[str, Any]
PEOPLE = frozenset(
    {"Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization", "Person", "Location", "Coverage",
     "HealthcareService"}
)  # fmt: skip
_HEAD = 1 << 20
_KIND = re.compile(rb'"resourceType"\s*:\s*"(\w+)"')
_BOM = b"\xef\xbb\xbf"


def resources(raw: RawFile) -> Iterator[tuple[str, Resource | None]]:
    """Each resource and its full URL (empty if none is given); None for a damaged one. Memory holds one.

    Raises:
        RawFileError: as `sources.markup.elements` and `sources.json_array.members`; `not_fhir` if it is neither.
    """
    with raw.stream() as stream:
        head = stream.read(_HEAD).removeprefix(_BOM).lstrip()
    if head.startswith(b"<"):
        yield from _from_xml(raw)
    elif not head.startswith(b"{"):
        raise RawFileError("not_fhir", "neither JSON nor XML")
    elif _is_lines(head):
        yield from _from_lines(raw)
    else:
        yield from _from_json(raw)


def _is_lines(head: bytes) -> bool:
    """Whether the first line is a whole resource and no bundle that might fill the file."""
    line, end, rest = head.partition(b"\n")
    if not end and len(head) > _HEAD // 2:  # A line so long that its end is not in sight: what does it call itself?
        kind = _KIND.search(line)
        return kind is not None and kind.group(1) != b"Bundle"
    row = _loaded(line)
    return isinstance(row, dict) and (bool(rest.strip()) or row.get("resourceType") != "Bundle")


def _loaded(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return BAD


def _from_lines(raw: RawFile) -> Iterator[tuple[str, Resource | None]]:
    with raw.stream() as stream:
        for line, _ in lines(stream, raw.limits.raw_record_bytes):
            if line is None:
                yield "", None
            elif line := line.removeprefix(_BOM).strip():
                yield from _entries(_loaded(line))


def _from_json(raw: RawFile) -> Iterator[tuple[str, Resource | None]]:
    try:
        for entry in members(raw, "entry"):
            yield from _entry(entry)
    except RawFileError as error:
        if error.reason != "no_array":
            raise
        with raw.stream() as stream:
            data = stream.read(raw.limits.raw_record_bytes)
        yield from _entries(_loaded(data.removeprefix(_BOM)))


def _entries(row: Any) -> Iterator[tuple[str, Resource | None]]:
    """A resource, or those of a bundle."""
    if isinstance(row, dict) and row.get("resourceType") == "Bundle":
        for entry in sequence(row.get("entry")):
            yield from _entry(entry)
    else:
        yield "", row if isinstance(row, dict) and isinstance(row.get("resourceType"), str) else None


def _entry(entry: Any) -> Iterator[tuple[str, Resource | None]]:
    if isinstance(entry, dict) and "resource" not in entry and "request" in entry:
        return  # a deletion in a transaction
    resource = entry.get("resource") if isinstance(entry, dict) else None
    whole = isinstance(resource, dict) and isinstance(resource.get("resourceType"), str)
    yield text_of(entry.get("fullUrl")) if isinstance(entry, dict) else "", resource if whole else None


def _from_xml(raw: RawFile) -> Iterator[tuple[str, Resource | None]]:
    found = False
    for entry in elements(raw, "{*}entry"):
        parent = entry.getparent()
        if parent is None or not str(parent.tag).endswith("Bundle"):
            continue
        found = True
        local_names(entry)
        inner = entry.find("resource/*")
        url = entry.find("fullUrl")
        if inner is not None:
            yield (url.get("value") or "") if url is not None else "", _plain_resource(inner)
    if not found:
        whole = root(raw)
        if not whole.tag[:1].isupper():
            raise RawFileError("not_fhir", "the root is no resource")
        if whole.tag != "Bundle":
            yield "", _plain_resource(whole)


def _plain_resource(element: Element) -> Resource:
    plain = _plain(element)
    return {"resourceType": element.tag, **(plain if isinstance(plain, dict) else {})}


def _plain(element: Element) -> Any:
    if element.tag == "div":
        return etree.tostring(element, encoding="unicode", with_tail=False)
    children = list(element.iterchildren("*"))
    if not children:
        return element.get("value") or ""
    values: dict[str, Any] = {"url": element.get("url")} if element.get("url") else {}
    for child in children:
        if child.tag == "contained":
            value: Any = next((_plain_resource(one) for one in child.iterchildren("*")), {})
        else:
            value = _plain(child)
        if child.tag in values:
            values[child.tag] = [*sequence(values[child.tag]), value]
        else:
            values[child.tag] = value
    return values


def sequence(value: Any) -> list[Any]:
    """Values of a field that may repeat."""
    return value if isinstance(value, list) else [] if value is None else [value]


def mapping(value: Any) -> dict[str, Any]:
    """The first object of a field, empty if there is none."""
    return next((one for one in sequence(value) if isinstance(one, dict)), {})


def text_of(value: Any) -> str:
    """The first string of a field, empty if there is none."""
    return next((one for one in sequence(value) if isinstance(one, str)), "")


def key_of(reference: str) -> str:
    """A reference in one spelling: `Patient/1` for all its addresses and versions, a URN as it is."""
    if reference.startswith(("urn:", "#")):
        return reference
    parts = reference.partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


def references(value: Any) -> Iterator[str]:
    """Keys of everything to which a resource refers."""
    if isinstance(value, dict):
        if isinstance(reference := value.get("reference"), str):
            yield key_of(reference)
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def gather(value: Any, people: People) -> None:
    """Add names, identifiers, addresses, contacts and birth dates that stand anywhere in a person's resource."""
    if isinstance(value, list):
        for one in value:
            gather(one, people)
    if not isinstance(value, dict):
        return
    for field, inner in value.items():
        for one in sequence(inner):
            match field:
                case "name" | "valueHumanName" | "alias":
                    _name(one, people)
                case "address" | "valueAddress" if isinstance(one, dict):
                    people.address(
                        [part for part in sequence(one.get("line")) if isinstance(part, str)],
                        text_of(one.get("city")),
                        text_of(one.get("state")),
                        text_of(one.get("postalCode")),
                        text_of(one.get("text")),
                    )
                case "telecom" | "valueContactPoint" if isinstance(one, dict):
                    people.telecom(text_of(one.get("value")))
                case "identifier" | "valueIdentifier" if isinstance(one, dict):
                    people.add(text_of(one.get("value")))
                case "birthDate" | "deceasedDateTime" if isinstance(one, str):
                    people.birth(one)
                case "subscriberId" if isinstance(one, str):
                    people.add(one)
    if text_of(value.get("url")).endswith("mothersMaidenName"):
        people.phrase(text_of(value.get("valueString")))
    named(value, people)
    for field, inner in value.items():
        if field != "text":
            gather(inner, people)


def named(value: Any, people: People) -> None:
    """Add the names that references to people display (`{"reference": "Practitioner/1", "display": ...}`)."""
    if isinstance(value, list):
        for one in value:
            named(one, people)
    if isinstance(value, dict):
        reference, display = value.get("reference"), value.get("display")
        if isinstance(reference, str) and isinstance(display, str):
            kind = key_of(reference).partition("/")[0].partition("?")[0]
            if kind in {"Organization", "Location", "HealthcareService"}:
                people.add(display)
            elif kind in PEOPLE:
                people.phrase(display)
        for inner in value.values():
            named(inner, people)


def _name(one: Any, people: People) -> None:
    if isinstance(one, str):
        people.add(one)
    elif isinstance(one, dict):
        given = [part for part in sequence(one.get("given")) if isinstance(part, str)]
        people.phrase(text_of(one.get("text")))
        people.name(given, text_of(one.get("family")))
