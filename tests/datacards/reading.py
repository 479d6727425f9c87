"""How the tests read pages back: with other people's parsers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import lxml.html
from markdown_it import MarkdownIt
from pydantic import BaseModel

from manifests.model import Manifest

HOSTILE = (
    "x<script>alert(1)</script>|<img src=http://x.example/a.png onerror=1>`\n\n# Owned\n---\n[a](http://b) \"'&amp;"
)


def markdown_page(source: bytes) -> lxml.html.HtmlElement:
    """The Markdown below the front matter as an HTML tree."""
    text = re.sub(r"\A---\n.*?\n---\n", "", source.decode(), flags=re.DOTALL)
    return lxml.html.fromstring(f"<main>{MarkdownIt('commonmark').enable('table').render(text)}</main>")


def html_page(source: bytes) -> lxml.html.HtmlElement:
    """The HTML page as a tree."""
    return lxml.html.document_fromstring(source)


def cells(tree: lxml.html.HtmlElement, path: str = ".//td") -> list[str]:
    """What table cells say, tooltips left out."""
    return [" ".join(cell.xpath("string(.)").split()) for cell in tree.xpath(path)]


def whole_numbers(texts: Sequence[str]) -> set[int]:
    """Cells that are a whole number, nothing else."""
    return {int(text.replace(",", "")) for text in texts if re.fullmatch(r"-?\d[\d,]*", text)}


def numbers_of(value: Any) -> set[int]:
    """Every whole number in a value, at any depth."""
    return {found for found in _leaves(value) if isinstance(found, int)}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def with_hostile_strings(manifest: Manifest) -> Manifest:
    """`manifest` with a hostile tail on every string that is free text; a year that is none would take a chart away."""
    content = manifest.model_dump(mode="json")
    kept = {"manifest_schema", "verdict", "licence_profile", "use"}  # literals, and what decides which warning stands

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {f"{name}{HOSTILE}" if key in _BY_NAME else name: spoil(item, name) for name, item in value.items()}
        if key == "years":
            return value
        if isinstance(value, list):
            return [spoil(item, key) for item in value]
        if key == "path":  # of a Parquet file, or the manifest is none
            return value.replace(".parquet", "<b>|`*'\"&.parquet")
        return f"{value}{HOSTILE}" if isinstance(value, str) and key not in kept else value

    return Manifest.model_validate(spoil(content))


_BY_NAME = {"policies", "parameters", "facts", "packages", "options"}
"""Fields whose keys are free text."""


def reordered(value: Any) -> Any:
    """The same JSON with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(list(value))}
    return [reordered(item) for item in value] if isinstance(value, list) else value


def without_anything(manifest: Manifest) -> Manifest:
    """A snapshot that released nothing: no source, no shard, not a token."""
    nothing = dict.fromkeys(("documents", "bytes", "words", "tokens"), 0)
    content = manifest.model_dump(mode="json") | {
        "description": "",
        "licence_profile": "open",
        "totals": nothing,
        "splits": [],
        "sources": [],
        "ledger": {"lines": [], "stages": [], "masked": []},
        "privacy": {"ruleset": "hc4-phi/3", "policies": {}, "masked": []},
        "rights": {
            "profile": "open",
            "families": [],
            "verbatim": [],
            "by_licence": [],
            "floor": {},
            "conflicts": 0,
            "attributed": 0,
        },
        "models": [],
        "shards": [],
        "files": [],
        "gaps": [],
        "recipe": {},
    }
    content["dedup"] |= {"candidate_pairs": 0, "verified_pairs": 0, "cluster_sizes": [], "cross_source": []}
    return Manifest.model_validate(content)
