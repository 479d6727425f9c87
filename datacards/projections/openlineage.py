"""OpenLineage: one COMPLETE event a source, and one for the corpus that they make together, a line each.

`eventTime` is the day of issue (`Facts.time`), never a clock's: equal builds give equal bytes. Run ids are UUIDs of
version 5, of the snapshot's id. Namespaces are the recipe's name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

from datacards.columns import COLUMNS
from datacards.projections.facts import CARDS, Facts, Json, lines
from datacards.text import web_address
from datacards.views import SourceView
from manifests.amount import Amount
from manifests.coverage import Coverage
from manifests.model import Shard

PRODUCER = "urn:hc4"
_FACETS = "https://openlineage.io/spec/facets"
SCHEMAS = {
    "columnLineage": f"{_FACETS}/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "dataQualityMetrics": f"{_FACETS}/1-0-1/DataQualityMetricsDatasetFacet.json#/$defs/DataQualityMetricsDatasetFacet",
    "dataSource": f"{_FACETS}/1-0-1/DatasourceDatasetFacet.json#/$defs/DatasourceDatasetFacet",
    "inputStatistics": f"{_FACETS}/1-0-0/InputStatisticsInputDatasetFacet.json#/$defs/InputStatisticsInputDatasetFacet",
    "jobType": f"{_FACETS}/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
    "outputStatistics": f"{_FACETS}/1-0-2/OutputStatisticsOutputDatasetFacet.json"
    "#/$defs/OutputStatisticsOutputDatasetFacet",
    "parent": f"{_FACETS}/1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet",
    "processing_engine": f"{_FACETS}/1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet",
    "schema": f"{_FACETS}/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "version": f"{_FACETS}/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",
}
_MASKED = frozenset(("text", "title", "journal", "url", "member", "licence_raw"))
"""Columns in which identifiers are replaced."""


def project(facts: Facts) -> dict[str, bytes]:
    """`cards/openlineage.jsonl`."""
    return {f"{CARDS}/openlineage.jsonl": lines(_events(facts))}


def _events(facts: Facts) -> Iterator[Json]:
    manifest = facts.manifest
    name = manifest.name
    whole = _run(facts, "corpus")
    for one in facts.view.sources:
        parent = {"run": {"runId": whole["runId"]}, "job": {"namespace": name, "name": "corpus"}}
        run = _run(facts, f"source/{one.source.name}", parent=_facet("parent", **parent))
        yield _event(facts, run, f"source.{one.source.name}", [_raw(facts, one)], [_released(facts, one)])
    inputs = [{"namespace": name, "name": f"data/{one.source.name}"} for one in facts.view.sources]
    corpus = {
        "namespace": name,
        "name": "corpus",
        "facets": {
            "version": _facet("version", datasetVersion=manifest.snapshot_id),
            "schema": _schema(),
            "dataQualityMetrics": _quality(
                manifest.totals, len(manifest.shards), facts.view.spans, facts.nulls, manifest.coverage
            ),
        },
        "outputFacets": {"outputStatistics": _statistics(manifest.totals, manifest.shards)},
    }
    yield _event(facts, whole, "corpus", inputs, [corpus])


def _event(facts: Facts, run: Json, job: str, inputs: list[Json], outputs: list[Json]) -> Json:
    kind = _facet("jobType", processingType="BATCH", integration="HC4", jobType="JOB")
    return {
        "eventTime": facts.time,
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "eventType": "COMPLETE",
        "run": run,
        "job": {"namespace": facts.manifest.name, "name": job, "facets": {"jobType": kind}},
        "inputs": inputs,
        "outputs": outputs,
    }


def _run(facts: Facts, what: str, **facets: Json) -> Json:
    environment = facts.manifest.environment
    version = f"{environment.hc4}+{environment.code_sha256}"
    engine = _facet("processing_engine", version=version, name="hc4", openlineageAdapterVersion=environment.hc4)
    run = uuid.uuid5(uuid.NAMESPACE_URL, f"{facts.base}#{what}")
    return {"runId": str(run), "facets": {"processing_engine": engine, **facets}}


def _raw(facts: Facts, one: SourceView) -> Json:
    source = one.source
    facets: dict[str, Json] = {}
    if homepage := web_address(source.homepage):
        facets["dataSource"] = _facet("dataSource", name=source.title or source.name, uri=homepage)
    counts = {"rowCount": source.read.documents, "size": one.raw_bytes, "fileCount": len(source.raw_files)}
    return {
        "namespace": facts.manifest.name,
        "name": f"raw/{source.name}",
        "facets": facets,
        "inputFacets": {"inputStatistics": _facet("inputStatistics", **counts)},
    }


def _released(facts: Facts, one: SourceView) -> Json:
    spans = sum(count.spans for count in one.phi)
    return {
        "namespace": facts.manifest.name,
        "name": f"data/{one.source.name}",
        "facets": {
            "version": _facet("version", datasetVersion=facts.manifest.snapshot_id),
            "schema": _schema(),
            "dataQualityMetrics": _quality(
                one.source.kept,
                len(one.shards),
                spans,
                {column.column: column.rows for column in one.source.nulls},
                one.source.coverage,
            ),
            "columnLineage": _lineage(facts, one),
        },
        "outputFacets": {"outputStatistics": _statistics(one.source.kept, one.shards)},
    }


def _schema() -> Json:
    fields = [
        {"name": column.name, "type": column.kind, "description": column.meaning.replace("`", "")} for column in COLUMNS
    ]
    return _facet("schema", fields=fields)


def _quality(amount: Amount, files: int, spans: int, nulls: Mapping[str, int], covered: Coverage | None) -> Json:
    totals = {"n_tokens": amount.tokens, "n_bytes": amount.bytes, "n_words": amount.words, "phi_masked": spans}
    columns: dict[str, Json] = {name: {"nullCount": 0, "sum": total} for name, total in totals.items()}
    if covered and covered.lengths:
        columns["n_tokens"]["quantiles"] = {str(one.percent / 100): one.tokens for one in covered.lengths}
    columns |= {name: {"nullCount": rows} for name, rows in nulls.items()}
    return _facet(
        "dataQualityMetrics", rowCount=amount.documents, bytes=amount.bytes, fileCount=files, columnMetrics=columns
    )


def _statistics(amount: Amount, shards: tuple[Shard, ...]) -> Json:
    size = sum(shard.bytes for shard in shards)
    return _facet("outputStatistics", rowCount=amount.documents, size=size, fileCount=len(shards))


def _lineage(facts: Facts, one: SourceView) -> Json:
    """Which of a column's values are the record's own, made of it, or decided by a rule; and what filtered all rows."""
    place = {"namespace": facts.manifest.name, "name": f"raw/{one.source.name}", "field": "record"}
    fields = {}
    for column in COLUMNS:
        kind, subtype = {
            "source": ("DIRECT", "IDENTITY"),
            "measured": ("DIRECT", "TRANSFORMATION"),
            "decided": ("INDIRECT", "CONDITIONAL"),
        }[column.origin]
        masked = column.name in _MASKED
        how = {
            "type": kind,
            "subtype": "TRANSFORMATION" if masked else subtype,
            "description": "identifiers replaced" if masked else f"{column.origin}: {column.meaning}".replace("`", ""),
            "masking": masked,
        }
        fields[column.name] = {"inputFields": [{**place, "transformations": [how]}]}
    filters = [
        {
            "type": "INDIRECT",
            "subtype": "FILTER",
            "description": f"{stage.stage}: {stage.entered.documents} documents entered, {stage.left.documents} left",
            "masking": False,
        }
        for stage in one.stages
        if stage.left != stage.entered
    ]
    whole = [{**place, "transformations": filters}] if filters else []
    return _facet("columnLineage", fields=fields, dataset=whole)


def _facet(facet: str, /, **content: Json) -> Json:
    return {"_producer": PRODUCER, "_schemaURL": SCHEMAS[facet], **content}
