"""Readers by name: ours, and those that other packages add through the entry-point group `hc4.readers`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from corpus.errors import RecipeError
from sources.reader import Reader

READERS = {
    "medline": "sources.medline:MedlineReader",
    "jats": "sources.jats:JatsReader",
    "elsevier": "sources.elsevier:ElsevierReader",
    "openalex": "sources.openalex:OpenAlexReader",
    "s2orc": "sources.s2orc:S2orcReader",
    "s2ag": "sources.s2ag:S2agReader",
    "medquad": "sources.medquad:MedquadReader",
    "cnxml": "sources.cnxml:CnxmlReader",
    "tmx": "sources.tmx:TmxReader",
    "clinicaltrials": "sources.clinicaltrials:ClinicalTrialsReader",
    "jsonl": "sources.jsonl:JsonlReader",
    "messages": "sources.messages:MessagesReader",
    "json": "sources.json_records:JsonReader",
    "xml": "sources.xml_records:XmlReader",
    "parquet": "sources.parquet:ParquetReader",
    "spl": "sources.spl:SplReader",
    "openfda": "sources.openfda:OpenFdaReader",
    "ccda": "sources.ccda:CcdaReader",
    "fhir": "sources.fhir:FhirReader",
    "hl7v2": "sources.hl7v2:Hl7v2Reader",
    "dialogue_csv": "sources.dialogue_csv:DialogueCsvReader",
    "e3c": "sources.e3c:E3cReader",
    "brat": "sources.brat:BratReader",
    "csv": "sources.delimited:CsvReader",
    "text": "sources.plain:TextReader",
    "html": "sources.html:HtmlReader",
    "markdown": "sources.markdown:MarkdownReader",
    "warc": "sources.warc:WarcReader",
    "mediawiki": "sources.mediawiki:MediawikiReader",
    "pdf": "sources.pdf:PdfReader",
}
GROUP = "hc4.readers"
_VERBATIM = frozenset({"jsonl", "parquet", "csv", "text"})
_ARCHIVE_OPTIONS = frozenset({"archive", "member", "max_members", "max_member_bytes", "max_total_bytes"})


def reader_names() -> list[str]:
    """Every name `make_reader` knows, ours first."""
    return [*READERS, *sorted({point.name for point in entry_points(group=GROUP)} - READERS.keys())]


def reader_class(name: str) -> type[Any]:
    """The class behind a reader's name; imports only that one.

    Raises:
        RecipeError: no such reader, or its package cannot be imported.
    """
    if name in READERS:
        module, _, attribute = READERS[name].partition(":")
        return cast(type[Any], getattr(import_module(module), attribute))
    for point in entry_points(group=GROUP, name=name):
        try:
            return cast(type[Any], point.load())
        except (ImportError, AttributeError) as error:
            raise RecipeError(f"reader {name!r} is declared as {point.value} but cannot be loaded: {error}") from error
    raise RecipeError(f"unknown reader {name!r}; known: {', '.join(reader_names())}")


def is_verbatim(name: str, options: Mapping[str, Any]) -> bool:
    """Whether a reader with these options gives each text as it stands in its file.

    All others cut it out of its markup, section by section, or put it together from several columns.
    """
    columns = options.get("columns") or {}
    return name in _VERBATIM and isinstance(columns.get("text", ""), str)


def make_reader(name: str, options: Mapping[str, Any] | None = None) -> Reader:
    """A reader set up with the options a recipe gives it (its constructor's keyword arguments).

    With any of the options of `sources.archives.ArchiveOptions` (`archive`, `member`) it reads members of archives.

    Raises:
        RecipeError: unknown reader, unknown or missing option, or a value the reader refuses.
    """
    reader = reader_class(name)
    options = dict(options or {})
    known = list(inspect.signature(reader).parameters)
    packed = {key: options.pop(key) for key in _ARCHIVE_OPTIONS & options.keys()}
    if unknown := sorted(options.keys() - set(known)):
        raise RecipeError(f"reader {name!r} has no option {', '.join(unknown)}; it has: {', '.join(known) or 'none'}")
    try:
        made = cast(Reader, reader(**options))
        if packed:
            from sources.archives import with_archives

            return with_archives(made, packed)
        return made
    except (TypeError, ValueError) as error:
        raise RecipeError(f"reader {name!r}: {error}") from error
