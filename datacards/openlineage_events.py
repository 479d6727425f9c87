"""OpenLineage events as objects of its Python client, and back: what the client would not write so is a fault."""

from __future__ import annotations

import types
import typing
from typing import Any

import attr
from openlineage.client import event_v2
from openlineage.client.generated import (
    column_lineage_dataset,
    data_quality_metrics_dataset,
    dataset_version_dataset,
    datasource_dataset,
    input_statistics_input_dataset,
    job_type_job,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
)
from openlineage.client.serde import Serde

FACETS: dict[str, type] = {
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "dataQualityMetrics": data_quality_metrics_dataset.DataQualityMetricsDatasetFacet,
    "dataSource": datasource_dataset.DatasourceDatasetFacet,
    "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "jobType": job_type_job.JobTypeJobFacet,
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
    "parent": parent_run.ParentRunFacet,
    "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
    "version": dataset_version_dataset.DatasetVersionDatasetFacet,
}
"""The client's class of each facet that we write."""

_FIXED = {"_schemaURL", "schemaURL"}
"""The client writes these itself."""


def differences(event: dict[str, Any]) -> list[str]:
    """What the client would not write as it stands; empty if the event is one of its own.

    Raises:
        ValueError, TypeError: the client's classes refuse a value or a key.
    """
    made = Serde.to_dict(_made(event_v2.RunEvent, event))
    return sorted(_differing(event, made, ""))


def _made(kind: Any, value: Any) -> Any:
    """`value` as `kind`: a class of the client's, a list, a mapping, an optional of one of these, or a plain value."""
    if isinstance(kind, (types.UnionType, typing._UnionGenericAlias)):  # type: ignore[attr-defined]
        options = [one for one in typing.get_args(kind) if one is not type(None)]
        return None if value is None else _made(options[0], value)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return [_made(inner[0], item) for item in value]
    if origin is dict:
        named = inner[1]
        facets = isinstance(named, type) and named.__name__.endswith("Facet")
        return {key: _made(FACETS[key] if facets else named, item) for key, item in value.items()}
    if isinstance(kind, type) and attr.has(kind):
        resolved = attr.fields_dict(attr.resolve_types(kind))
        settable = {one.alias: one for one in resolved.values() if one.init}
        given = {key.removeprefix("_"): item for key, item in value.items() if key not in _FIXED}
        return kind(**{key: _made(settable[key].type if key in settable else Any, item) for key, item in given.items()})
    if isinstance(kind, type) and issubclass(kind, event_v2.RunState):
        return kind(value)
    return value


def _differing(ours: Any, theirs: Any, place: str) -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        kept = {key: value for key, value in ours.items() if value not in ([], {})}
        found = []
        for key in sorted((kept.keys() | theirs.keys()) - _FIXED):
            if key not in kept and theirs[key] in ([], {}, None):
                continue
            found += _differing(kept.get(key), theirs.get(key), f"{place}/{key}")
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            one
            for n, (mine, yours) in enumerate(zip(ours, theirs, strict=True))
            for one in _differing(mine, yours, f"{place}/{n}")
        ]
    return [] if ours == theirs else [f"{place} is not as the client writes it"]
