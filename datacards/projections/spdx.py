"""SPDX 3.0.1, Dataset profile: a bill of materials of the corpus as JSON-LD.

The corpus is a DatasetPackage that contains one a source; each descends from the raw collection it was read from,
another DatasetPackage, and has its shards as data files. Its licence is that of every document in it, joined by AND.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from datacards.datasheet import NOT_STATED
from datacards.people import ABOUT_PERSONS
from datacards.projections.facts import CARDS, Facts, Json, document, relative, segment
from datacards.text import one_line, web_address
from datacards.views import SourceView
from filters.rights import UNKNOWN
from manifests.amount import Amount, Share

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_CREATION = "_:creation"


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/spdx.json`."""
    return {f"{CARDS}/spdx.json": document({"@context": CONTEXT, "@graph": list(_Graph(facts).elements())})}


class _Graph:
    """Elements of one document, in the order in which a reader wants them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._relations = 0

    def elements(self) -> Iterator[Json]:
        """Every element, each relationship after what it relates."""
        facts, manifest = self._facts, self._facts.manifest
        yield {
            "type": "CreationInfo",
            "@id": _CREATION,
            "specVersion": "3.0.1",
            "created": facts.time,
            "createdBy": [self._id("hc4")],
        }
        hc4 = f"hc4 {manifest.environment.hc4}, code {manifest.environment.code_sha256}"
        yield self._element("SoftwareAgent", "hc4", hc4)
        yield self._element("Tool", "tool", hc4)
        yield self._element("Agent", "creator", one_line(facts.answer("motivation", "creators")))
        whole = self._id("corpus")
        yield self._element(
            "SpdxDocument",
            "document",
            one_line(facts.title),
            comment=None if facts.issued else f"Date of issue {NOT_STATED}: {facts.time} stands for it.",
            rootElement=[whole],
            profileConformance=["core", "software", "simpleLicensing", "dataset"],
        )
        yield self._corpus()
        for one in facts.view.sources:
            yield from self._source(one)
        yield from self._relation(whole, "contains", [self._id(_part(one)) for one in facts.view.sources])
        yield from self._relation(whole, "usesTool", [self._id("tool")])
        yield from self._licensed(whole, "hasConcludedLicense", facts.licences)
        for expression in sorted(self._expressions()):
            yield self._element(
                "simplelicensing_LicenseExpression",
                _licence_id(expression),
                expression,
                simplelicensing_licenseExpression=expression,
            )

    def _corpus(self) -> Json:
        facts, manifest = self._facts, self._facts.manifest
        return self._dataset(
            "corpus",
            facts.title,
            manifest.totals,
            facts.view.doc_types,
            summary=one_line(manifest.licence_statement) or None,
            description=facts.described,
            originatedBy=[self._id("creator")],
            verifiedUsing=[_hash(manifest.snapshot_id)],
            software_packageVersion=manifest.snapshot_id,
            software_downloadLocation=facts.address or facts.base,
            dataset_datasetAvailability="directDownload" if facts.address else None,
            dataset_dataCollectionProcess=facts.answer("collection", "acquisition"),
            dataset_datasetNoise=facts.answer("composition", "errors"),
            dataset_datasetUpdateMechanism=facts.answer("maintenance", "updates"),
            dataset_intendedUse=facts.answer("motivation", "purpose"),
            dataset_knownBias=[facts.answer("uses", "cautions")],
        )

    def _source(self, one: SourceView) -> Iterator[Json]:
        facts, source = self._facts, one.source
        raw, publisher, part = f"raw/{segment(source.name)}", f"publisher/{segment(source.name)}", _part(one)
        yield self._element("Organization", publisher, one_line(source.publisher or NOT_STATED))
        yield self._dataset(
            raw,
            f"{source.title or source.name}, as fetched",
            source.read,
            (),
            originatedBy=[self._id(publisher)],
            software_downloadLocation=web_address(source.homepage) or self._id(raw),
            comment=f"{len(source.raw_files)} raw files, {one.raw_bytes} bytes; manifest.json has the sha256 of each.",
        )
        policy = facts.manifest.privacy.policies.get(source.name, source.phi_policy)
        masked = sum(count.spans for count in one.phi)
        yield self._dataset(
            part,
            source.title or source.name,
            source.kept,
            source.doc_types,
            originatedBy=[self._id("creator")],
            software_downloadLocation=facts.address or self._id(part),
            dataset_dataPreprocessing=[
                f"{stage.stage}: {stage.entered.documents} documents entered, {stage.left.documents} left"
                for stage in one.stages
            ],
            dataset_anonymizationMethodUsed=[
                f"Safe-Harbor-style screening, ruleset {facts.manifest.privacy.ruleset}, policy {policy}: "
                f"{masked} identifiers replaced; no determination was made"
            ],
        )
        yield from self._relation(self._id(raw), "ancestorOf", [self._id(part)])
        yield from self._licensed(
            self._id(raw), "hasDeclaredLicense", [source.source_terms] if source.source_terms else []
        )
        yield from self._licensed(self._id(part), "hasConcludedLicense", _released(source.licences))
        for shard in one.shards:
            yield self._element(
                "software_File",
                f"file/{relative(shard.path)}",
                shard.path,
                verifiedUsing=[_hash(shard.sha256)],
                comment=f"{shard.rows} rows, {shard.tokens} tokens, {shard.bytes} bytes",
                contentType="application/vnd.apache.parquet",
                software_primaryPurpose="data",
            )
        files = [self._id(f"file/{relative(shard.path)}") for shard in one.shards]
        yield from self._relation(self._id(part), "hasDataFile", files)

    def _dataset(self, name: str, title: str, amount: Amount, doc_types: Iterable[Share], **more: Json) -> Json:
        """A DatasetPackage; size in tokens, since what a trainer counts is that."""
        facts = self._facts
        personal = any(one.label in ABOUT_PERSONS and one.amount.documents for one in doc_types)
        comment = more.pop("comment", None)
        counts = ", ".join(f"{value} {unit}" for unit, value in amount.model_dump().items())
        return self._element(
            "dataset_DatasetPackage",
            name,
            one_line(title),
            comment=f"{counts}. {comment}" if comment else f"{counts}.",
            builtTime=facts.time,
            releaseTime=facts.time,
            software_primaryPurpose="data",
            dataset_datasetType=["text"],
            dataset_datasetSize=amount.bytes,
            dataset_hasSensitivePersonalInformation="yes" if personal else "noAssertion",
            **more,
        )

    def _element(self, kind: str, name: str, title: str, **more: Json) -> Json:
        stated = {key: value for key, value in more.items() if value not in (None, [])}
        return {"type": kind, "spdxId": self._id(name), "creationInfo": _CREATION, "name": title, **stated}

    def _relation(self, start: str, kind: str, ends: list[str]) -> Iterator[Json]:
        if not ends:
            return
        self._relations += 1
        yield {
            "type": "Relationship",
            "spdxId": self._id(f"relationship/{self._relations}"),
            "creationInfo": _CREATION,
            "from": start,
            "relationshipType": kind,
            "to": ends,
        }

    def _licensed(self, start: str, kind: str, licences: list[str]) -> Iterator[Json]:
        yield from self._relation(start, kind, [self._id(_licence_id(joined(licences)))])

    def _expressions(self) -> set[str]:
        sources = [one.source for one in self._facts.view.sources]
        each = [self._facts.licences, *(_released(source.licences) for source in sources)]
        each += [[source.source_terms] if source.source_terms else [] for source in sources]
        return {joined(licences) for licences in each}

    def _id(self, name: str) -> str:
        return f"{self._facts.base}#{name}"


def joined(licences: Iterable[str]) -> str:
    """One SPDX expression of what holds for a whole of whose parts each has one of `licences`.

    A label that is no expression stands as a LicenseRef of its own; without licences nothing is asserted.
    """
    parts = [_expression(one) for one in dict.fromkeys(licences)]
    if len(parts) < 2:
        return parts[0] if parts else UNKNOWN
    return " AND ".join(f"({one})" if " " in one else one for one in parts)


def _expression(licence: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9.+():\- ]+", licence):
        return licence
    return "LicenseRef-" + "-".join(re.findall(r"[A-Za-z0-9.]+", licence))[:100]


def _licence_id(expression: str) -> str:
    return f"licence/{segment(expression)}"


def _part(one: SourceView) -> str:
    return f"source/{segment(one.source.name)}"


def _hash(sha256: str) -> Json:
    return {"type": "Hash", "algorithm": "sha256", "hashValue": sha256}


def _released(shares: Iterable[Share]) -> list[str]:
    return [one.label for one in shares if one.amount.documents]
