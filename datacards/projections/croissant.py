"""Croissant 1.1 with its RAI 1.0 extension: a manifest as JSON-LD that data loaders read.

Written from the specification (mlcommons.org/croissant/1.1, mlcommons.org/croissant/RAI/1.0, exact names of its .ttl).
Every shard is a FileObject with its sha256; a FileSet without checksum makes one table of them. Statistics are
`annotation`s, provenance is PROV-O, and `usageInfo` holds the rights that every document permits (ODRL) and, where it
follows from them, a term of the Data Use Ontology.
"""

from __future__ import annotations

from collections.abc import Iterator

from datacards.columns import COLUMNS, Column
from datacards.datasheet import NOT_STATED
from datacards.projections.croissant_context import CONTEXT
from datacards.projections.croissant_rai import responsible
from datacards.projections.facts import UNDATED, Facts, Json, document, licence_page, relative, segment, years_of
from datacards.text import one_line, web_address

_TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float": "cr:Float32",
    "list<string>": "sc:Text",
    "list<int32>": "cr:Int32",
}
"""Croissant's data types of the columns' kinds."""

_SUB_FIELDS = {
    "licence_evidence": ("sc:Text", ("kind", "place")),
    "rights": ("sc:Boolean", ("commercial", "redistribute", "derivatives", "share_alike", "attribution")),
}
"""Fields of the columns that are structs, and their data type."""

_EQUIVALENT = {
    "doc_id": "sc:identifier",
    "title": "sc:name",
    "mesh": "sc:about",
    "text": "sc:text",
    "language": "sc:inLanguage",
    "published": "sc:datePublished",
    "licence_spdx": "sc:license",
    "url": "sc:url",
    "raw_sha256": "prov:wasDerivedFrom",
    "text_sha256": "sc:sha256",
}
_COUNT = "wd:Q4049983"
"""Wikidata's `count`."""

ODRL = {
    "commercial": "odrl:commercialize",
    "redistribute": "odrl:distribute",
    "derivatives": "odrl:derive",
    "attribution": "odrl:attribute",
    "share_alike": "odrl:shareAlike",
}
"""Actions of ODRL, and of its profile for licences, by the rights of the manifest."""


def project(facts: Facts) -> dict[str, bytes]:
    """`croissant.json`, at the root, where tools look for it."""
    return {"croissant.json": document(_dataset(facts))}


def _dataset(facts: Facts) -> Json:
    manifest = facts.manifest
    cite = f"{one_line(facts.title)}. Snapshot {manifest.snapshot_id}."
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "@id": facts.base,
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": manifest.name,
        "alternateName": facts.title,
        "description": facts.described,
        "url": facts.address or facts.base,
        "license": _licences(facts),
        "creator": {"@type": "sc:Organization", "name": facts.answer("motivation", "creators")},
        "publisher": {"@type": "sc:Organization", "name": facts.answer("maintenance", "maintainer")},
        "datePublished": facts.issued or UNDATED,
        "version": f"1.0.0+{manifest.snapshot_id}",
        "sdVersion": f"{manifest.manifest_schema.rpartition('/')[2]}.0.0",
        "citeAs": cite,
        "inLanguage": facts.languages,
        "isLiveDataset": False,
        "keywords": ["health care", "medicine", "pre-training", "language model", "tokenized", "deduplicated"],
        "usageInfo": list(_usage(facts)),
        "prov:wasDerivedFrom": [_origin(facts, number) for number in range(len(facts.view.sources))],
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "@id": f"{facts.base}#build",
            "prov:label": f"hc4 {manifest.environment.hc4}, code {manifest.environment.code_sha256}, "
            f"recipe {manifest.recipe_sha256}",
        },
        **responsible(facts),
        "distribution": [*_files(facts), *_file_sets(facts)],
        "recordSet": list(_record_sets(facts)),
    }


def _licences(facts: Facts) -> Json:
    """The profile, in words, then each licence of released text: by its address, or by name where it has none."""
    manifest = facts.manifest
    profile = {
        "@type": "sc:CreativeWork",
        "name": f"Licence profile {manifest.licence_profile}",
        "description": manifest.licence_statement or NOT_STATED,
    }
    return [
        profile,
        *(licence_page(one) or {"@type": "sc:CreativeWork", "name": one} for one in facts.licences),
    ]


def _usage(facts: Facts) -> Iterator[Json]:
    """What the strictest licence permits, forbids and asks; a right that is not known stands nowhere."""
    floor = facts.manifest.rights.floor
    offer: dict[str, Json] = {"@type": ["sc:CreativeWork", "odrl:Offer"], "name": "Rights of the whole corpus"}
    for name, action in list(ODRL.items())[:3]:
        answer = floor.get(name)
        if answer is not None and facts.licences:
            offer.setdefault("odrl:permission" if answer else "odrl:prohibition", []).append(
                {"odrl:action": {"@id": action}}
            )
    asked = [{"odrl:action": {"@id": action}} for name, action in list(ODRL.items())[3:] if floor.get(name)]
    if asked:
        offer["odrl:duty"] = asked
    yield offer
    if not facts.licences:
        return
    if floor.get("commercial") is False:
        yield _duo("0000046", "non-commercial use only")
    elif floor.get("commercial") and floor.get("redistribute"):
        yield _duo("0000042", "general research use")


def _duo(code: str, name: str) -> Json:
    return {"@type": "sc:DefinedTerm", "name": name, "termCode": f"DUO_{code}", "url": f"duo:{code}"}


def _origin(facts: Facts, number: int) -> Json:
    one = facts.view.sources[number]
    homepage = web_address(one.source.homepage)
    return {
        "@type": "prov:Entity",  # a second sc:Dataset in one document confuses readers
        "@id": f"{facts.base}#raw/{segment(one.source.name)}",
        "name": one.source.title or one.source.name,
        **({"url": homepage} if homepage else {}),
        **(
            {"prov:wasAttributedTo": {"@type": "prov:Agent", "prov:label": one.source.publisher}}
            if one.source.publisher
            else {}
        ),
    }


def _files(facts: Facts) -> Iterator[Json]:
    for shard in facts.manifest.shards:
        yield {
            "@type": "cr:FileObject",
            "@id": relative(shard.path),
            "name": shard.path,
            "description": f"{shard.rows} documents of {shard.source}, {shard.tokens} tokens, split {shard.split}.",
            "contentUrl": relative(shard.path),
            "contentSize": f"{shard.bytes} B",
            "encodingFormat": "application/x-parquet",
            "sha256": shard.sha256,
            "prov:wasDerivedFrom": {"@id": f"{facts.base}#raw/{segment(shard.source)}"},
        }


def _file_sets(facts: Facts) -> Iterator[Json]:
    if facts.manifest.shards:
        yield {
            "@type": "cr:FileSet",
            "@id": "shards",
            "name": "shards",
            "description": "All shards. Their checksums stand with the files above.",
            "encodingFormat": "application/x-parquet",
            "includes": "data/*/*.parquet",
        }


def _record_sets(facts: Facts) -> Iterator[Json]:
    splits = {
        "train": "cr:TrainingSplit",
        "validation": "cr:ValidationSplit",
        "validation_time": "cr:ValidationSplit",
        "test": "cr:TestSplit",
    }
    if facts.splits:
        yield {
            "@type": "cr:RecordSet",
            "@id": "splits",
            "name": "splits",
            "dataType": "cr:Split",
            "key": {"@id": "splits/name"},
            "field": [
                {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"},
                {"@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": ["sc:URL", "cr:Split"]},
            ],
            "data": [{"splits/name": name, "splits/url": splits.get(name, "cr:Split")} for name in facts.splits],
        }
    if facts.manifest.shards:
        yield {
            "@type": "cr:RecordSet",
            "@id": "documents",
            "name": "documents",
            "description": "One document of a source a record.",
            "key": {"@id": "documents/doc_id"},
            "field": [_field(facts, column) for column in COLUMNS],
            "annotation": list(_statistics(facts)),
        }


def _field(facts: Facts, column: Column) -> Json:
    name, kind = column.name, column.kind
    source: Json = {"fileSet": {"@id": "shards"}, "extract": {"column": name}}
    made: dict[str, Json] = {
        "@type": "cr:Field",
        "@id": f"documents/{name}",
        "name": name,
        "description": column.meaning.replace("`", ""),
    }
    if name in _SUB_FIELDS:
        inner, names = _SUB_FIELDS[name]
        made["subField"] = [
            {
                "@type": "cr:Field",
                "@id": f"documents/{name}/{part}",
                "name": part,
                "dataType": inner,
                "source": source | {"transform": {"jsonPath": part}},
            }
            for part in names
        ]
    else:
        made |= {"dataType": _TYPES[kind], "source": source}
    if kind.startswith("list<"):
        made |= {"isArray": True, "arrayShape": "-1"}
    if name in _EQUIVALENT:
        made["equivalentProperty"] = _EQUIVALENT[name]
    if name in facts.nulls:
        made["annotation"] = [_statistic(f"nulls/{name}", f"rows in which {name} is null", facts.nulls[name], _COUNT)]
    covered = facts.manifest.coverage
    if name == "n_tokens" and covered:
        made["annotation"] = [
            _statistic(f"length/{one.percent}", f"length that {one.percent} % do not exceed", one.tokens, "cr:Int32")
            for one in covered.lengths
        ]
    if name == "split" and facts.splits:
        made["references"] = {"field": {"@id": "splits/name"}}
    return made


def _statistics(facts: Facts) -> Iterator[Json]:
    """Descriptive statistics of the whole, of each split and of each source, each with its value and unit."""
    for place, what, amount in (
        ("all", "the corpus", facts.manifest.totals),
        *((f"split/{segment(one.name)}", f"split {one.name}", one.amount) for one in facts.manifest.splits),
        *((f"source/{segment(one.source.name)}", one.source.name, one.source.kept) for one in facts.view.sources),
    ):
        for unit, value in amount.model_dump().items():
            yield _statistic(f"{place}/{unit}", f"{unit} of {what}", value, _COUNT)
    for one in facts.view.sources:
        if years := years_of(one):
            for word, equivalent, year in zip(("oldest", "newest"), ("sc:minValue", "sc:maxValue"), years, strict=True):
                place = f"source/{segment(one.source.name)}/published/{word}"
                yield _statistic(place, f"year of the {word} text of {one.source.name}", year, "sc:Integer", equivalent)
    for label, shares in (
        ("language", facts.view.languages),
        ("licence", facts.view.licences),
        ("type", facts.view.doc_types),
    ):
        for share in shares:
            place = f"{label}/{segment(share.label)}"
            yield _statistic(f"{place}/tokens", f"tokens of {label} {share.label}", share.amount.tokens, _COUNT)


def _statistic(place: str, name: str, value: int, kind: str, equivalent: str | None = None) -> Json:
    return {
        "@type": "cr:Field",
        "@id": f"documents/statistics/{place}",
        "name": name,
        "dataType": kind,
        "value": value,
        **({"equivalentProperty": equivalent} if equivalent else {}),
    }
