"""Real texts whose language is stated: E3C, TICO-19, MTS-Dialog of the kit, and MEDLINE of the demonstration data."""

from __future__ import annotations

import gzip
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from corpus.assets import asset_path

KIT = Path(os.environ.get("HC4_KIT", "../shared/data/kit"))
CUTS = (20, 50, 100, 200, 500, 1000)
"""Lengths (characters) at which texts are also cut, because short texts are where the model errs."""

_CODES = {
    "eng": "en",
    "ger": "de",
    "fre": "fr",
    "ita": "it",
    "pol": "pl",
    "spa": "es",
    "cze": "cs",
    "rum": "ro",
    "dan": "da",
    "slo": "sk",
    "dut": "nl",
    "por": "pt",
    "swe": "sv",
    "nor": "no",
    "hun": "hu",
    "hrv": "hr",
    "tur": "tr",
    "fin": "fi",
    "es-419": "es",
}
"""MEDLINE's codes, of languages whose titles it does not transliterate, and TICO-19's."""


class Labelled(NamedTuple):
    """A text and what its source says of it."""

    language: str
    """ISO 639-1, as the model writes it."""
    text: str
    origin: str
    document: str
    """What it was cut from: pieces of one document stay together in one fold."""


def kit_documents() -> Iterator[tuple[str, str, str, str]]:
    """(source, document id, stated language or "", text) of every document of the kit that has a text."""
    from pipelines.locations import resolve_options
    from pipelines.recipe import load_recipe

    os.environ.setdefault("HC4_KIT", str(KIT.resolve()))
    recipe = load_recipe(Path("pipelines/recipes/kit.yaml"))
    for source in recipe.sources:
        files = sorted({path for pattern in source.files for path in KIT.glob(pattern) if path.is_file()})
        for doc_id, language, text in _read(source.reader, resolve_options(source.options, KIT), files):
            yield source.name, doc_id, language, text


def _read(reader: str, options: dict[str, object], files: list[Path]) -> Iterator[tuple[str, str, str]]:
    from corpus.errors import RawFileError
    from sources.batches import documents_in
    from sources.reader import RawFile
    from sources.registry import make_reader

    made = make_reader(reader, options)
    for file in files:
        try:
            for batch in documents_in(made, RawFile(str(file)), "kit", Counter()):
                rows = batch.documents
                for doc_id, language, text, absent in zip(
                    *(rows.column(name).to_pylist() for name in ("doc_id", "language", "text", "no_text")), strict=True
                ):
                    if absent is None:
                        yield doc_id, language or "", text
        except RawFileError:
            continue  # the kit holds damaged files on purpose


@cache
def labelled() -> tuple[Labelled, ...]:
    """Whole texts, each once: documents of E3C, sentences of TICO-19, sections of MTS-Dialog, titles and abstracts."""
    found = [*_e3c(), *_tico(), *_mts(), *_medline()]
    unique: dict[tuple[str, str], Labelled] = {}
    for each in found:
        if any(map(str.isalpha, each.text)):
            unique.setdefault((each.language, each.text), each)
    return tuple(unique.values())


def with_cuts(texts: tuple[Labelled, ...]) -> list[Labelled]:
    """`texts`, and the longer ones also cut at `CUTS`, from a place that depends on the text alone."""
    found = list(texts)
    for each in texts:
        for length in CUTS:
            if len(each.text) > 1.5 * length:
                start = zlib.crc32(f"{length}{each.document}".encode()) % (len(each.text) - length)
                begin = each.text.find(" ", start, start + 30) + 1 or start
                end = each.text.rfind(" ", begin + 1, begin + length)
                piece = each.text[begin : end if end > 0 else begin + length]
                if any(map(str.isalpha, piece)):
                    found.append(each._replace(text=piece))
    return found


def _e3c() -> Iterator[Labelled]:
    for doc_id, language, text in _read("e3c", {}, sorted(KIT.glob("e3c/*/*.json"))):
        yield Labelled(language, text, "E3C", doc_id)


def _tico() -> Iterator[Labelled]:
    for doc_id, language, text in _read("tmx", {}, sorted(KIT.glob("tico19_tmx/*.tmx"))):
        for number, line in enumerate(text.splitlines()):
            yield Labelled(_CODES.get(language, language), line.strip(), "TICO-19", f"{doc_id}#{number}")


def _mts() -> Iterator[Labelled]:
    options: dict[str, object] = {"id": "ID", "note": "section_text", "section": "section_header", "prefix": "{stem}"}
    for doc_id, _, text in _read("dialogue_csv", options, sorted(KIT.glob("mts_dialog/*.csv"))):
        yield Labelled("en", text, "MTS-Dialog", doc_id)


def _medline() -> Iterator[Labelled]:
    """Titles as printed, in 18 languages, and every fourth English title and abstract."""
    from lxml import etree

    for name in ("demo/pubmed20n0014.xml.gz", "demo/pubmed21n1298.xml.gz"):
        with gzip.open(asset_path(name)) as stream:
            for _, citation in etree.iterparse(stream, tag="PubmedArticle"):
                pmid, stated = citation.findtext(".//PMID"), citation.findtext(".//Language")
                printed = citation.findtext(".//VernacularTitle")
                if printed and stated in _CODES and stated != "eng":
                    yield Labelled(_CODES[stated], printed, "MEDLINE titles", pmid)
                if stated == "eng" and int(pmid) % 4 == 0:
                    title = "".join(citation.find(".//ArticleTitle").itertext())
                    parts = ["".join(part.itertext()) for part in citation.findall(".//Abstract/AbstractText")]
                    yield Labelled("en", title, "MEDLINE titles", pmid)
                    # Some journals print translations in the abstract; those are of no one language.
                    if parts and "Dis Colon" not in (citation.findtext(".//ISOAbbreviation") or ""):
                        yield Labelled("en", "\n".join(parts), "MEDLINE abstracts", pmid)
                citation.clear()
