"""PROV as PROV-JSONLD (W3C member submission): which stage made what of which source, down to the shards.

A source's raw files are one collection, its stages activities that each hand what they leave to the next, and a shard
is what the last one made. Documents are not in it: the record tables under `audit/` hold one row each.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpus.digest import digest
from datacards.projections.facts import CARDS, Facts, Json, document, relative, segment
from datacards.text import web_address
from datacards.views import SourceView

CONTEXT_URL = "https://openprovenance.org/prov-jsonld/context.jsonld"
NAMESPACE = "urn:hc4:vocabulary:"
"""Of the attributes that PROV has no word for: counts, digests, versions."""


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/prov.jsonld`."""
    context = [{"snapshot": f"{facts.base}#", "hc4": NAMESPACE}, CONTEXT_URL]
    return {f"{CARDS}/prov.jsonld": document({"@context": context, "@graph": list(_graph(facts))})}


def _graph(facts: Facts) -> Iterator[Json]:
    manifest = facts.manifest
    yield _thing(
        "Agent", "hc4", f"hc4 {manifest.environment.hc4}", "prov:SoftwareAgent", code=manifest.environment.code_sha256
    )
    for number, model in enumerate(manifest.models):
        yield _thing("Entity", f"model/{number}", model.name, sha256=model.sha256, used_for=model.used_for)
    tokenizer = manifest.tokenizer
    yield _thing("Entity", "tokenizer", tokenizer.name, sha256=tokenizer.sha256)
    yield _thing("Entity", "recipe", manifest.name, "prov:Plan", sha256=manifest.recipe_sha256)
    yield _thing(
        "Entity",
        "corpus",
        facts.title,
        "prov:Collection",
        snapshot=manifest.snapshot_id,
        **manifest.totals.model_dump(),
    )
    for one in facts.view.sources:
        yield from _source(one)
    for earlier in manifest.dedup.against:
        yield _thing("Entity", f"earlier/{earlier.snapshot_id}", earlier.name, documents=earlier.documents)
        yield {
            "@type": "Derivation",
            "generatedEntity": "snapshot:corpus",
            "usedEntity": f"snapshot:earlier/{earlier.snapshot_id}",
        }


def _source(one: SourceView) -> Iterator[Json]:
    source = one.source
    name = segment(source.name)
    raw = f"raw/{name}"
    files = sorted([file.name, file.sha256] for file in source.raw_files)
    yield _thing(
        "Entity",
        raw,
        source.title or source.name,
        "prov:Collection",
        files=len(files),
        bytes=one.raw_bytes,
        digest=digest(files),
        homepage=web_address(source.homepage),
    )
    if source.publisher:
        yield _thing("Agent", f"publisher/{name}", source.publisher, "prov:Organization")
        yield {"@type": "Attribution", "entity": f"snapshot:{raw}", "agent": f"snapshot:publisher/{name}"}
    before, last = raw, ""
    for stage in one.stages:
        last = f"stage/{name}/{segment(stage.stage)}"
        verdicts = {"entered": stage.entered, "dropped": stage.dropped, "merged": stage.merged, "failed": stage.failed}
        counts = {f"{verdict}_documents": amount.documents for verdict, amount in verdicts.items()}
        yield _thing("Activity", last, f"{stage.stage} of {source.name}", **counts)
        yield _by_hc4(last)
        yield {"@type": "Usage", "activity": f"snapshot:{last}", "entity": f"snapshot:{before}"}
        before = f"left/{name}/{segment(stage.stage)}"
        yield _thing("Entity", before, f"what {stage.stage} left of {source.name}", **stage.left.model_dump())
        yield {"@type": "Generation", "entity": f"snapshot:{before}", "activity": f"snapshot:{last}"}
    masking = f"stage/{name}/mask-and-tokenize"
    yield _thing(
        "Activity", masking, f"masking and tokenizing of {source.name}", changed_documents=one.masked.documents
    )
    yield _by_hc4(masking)
    yield {"@type": "Usage", "activity": f"snapshot:{masking}", "entity": f"snapshot:{before}"}
    yield {"@type": "Usage", "activity": f"snapshot:{masking}", "entity": "snapshot:tokenizer"}
    for shard in one.shards:
        path = relative(shard.path)
        counts = {"rows": shard.rows, "tokens": shard.tokens, "bytes": shard.bytes}
        proofs = {"logical_sha256": shard.logical_sha256, "merkle_root": shard.merkle_root}
        yield _thing("Entity", path, shard.path, sha256=shard.sha256, split=shard.split, **counts, **proofs)
        yield {"@type": "Generation", "entity": f"snapshot:{path}", "activity": f"snapshot:{masking}"}
        yield {"@type": "Derivation", "generatedEntity": f"snapshot:{path}", "usedEntity": f"snapshot:{raw}"}
        yield {"@type": "Membership", "collection": "snapshot:corpus", "entity": f"snapshot:{path}"}


def _by_hc4(activity: str) -> Json:
    return {
        "@type": "Association",
        "activity": f"snapshot:{activity}",
        "agent": "snapshot:hc4",
        "plan": "snapshot:recipe",
    }


def _thing(kind: str, name: str, label: str, /, *subtypes: str, **attributes: str | int | None) -> Json:
    made: dict[str, Json] = {"@type": kind, "@id": f"snapshot:{name}"}
    if subtypes:
        made["type"] = list(subtypes)
    made["label"] = [{"@value": label}]
    for key, value in attributes.items():
        if value is not None:
            typed = {"@value": str(value), "@type": "xsd:integer"} if isinstance(value, int) else {"@value": value}
            made[f"hc4:{key}"] = [typed]
    return made
