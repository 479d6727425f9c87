"""Croissant's RAI extension 1.0: the twenty properties on responsible use, by the names of its .ttl."""

from __future__ import annotations

from datacards.datasheet import NOT_STATED
from datacards.projections.facts import Facts, Json


def responsible(facts: Facts) -> dict[str, Json]:
    """The twenty properties of RAI 1.0, none left out, and the key that NeurIPS asks for beside them."""
    none = "None: no instance is labelled or annotated by people."
    manifest = facts.manifest
    models = [f"{one.name} (sha256 {one.sha256}): {one.used_for}" for one in manifest.models]
    surrogates = "surrogate" in manifest.privacy.replaced.values()
    return {
        "rai:dataCollection": f"{facts.answer('collection', 'acquisition')} {facts.answer('collection', 'mechanisms')}",
        "rai:dataCollectionType": ["Secondary Data analysis"],
        "rai:dataCollectionMissingData": facts.answer("composition", "missing"),
        "rai:dataCollectionRawData": facts.answer("composition", "self_contained"),
        "rai:dataCollectionTimeframe": list(facts.retrieved or (NOT_STATED,)),
        "rai:dataPreprocessingProtocol": facts.answer("preprocessing", "steps"),
        "rai:dataImputationProtocol": "None: what a source does not state is null, with its reason in column `nulls`.",
        "rai:dataManipulationProtocol": facts.answer("composition", "identification"),
        "rai:dataReleaseMaintenancePlan": "; ".join(
            f"{key}: {facts.answer('maintenance', key).rstrip('.')}" for key in ("updates", "errata")
        ),
        "rai:personalSensitiveInformation": facts.answer("composition", "sensitive"),
        "rai:dataAnnotationProtocol": none,
        "rai:dataAnnotationPlatform": none,
        "rai:dataAnnotationAnalysis": none,
        "rai:annotationsPerItem": none,
        "rai:annotatorDemographics": none,
        "rai:machineAnnotationTools": models or ["None"],
        "rai:dataSocialImpact": facts.answer("collection", "impact"),
        "rai:dataBiases": facts.answer("uses", "cautions"),
        "rai:dataLimitations": facts.gaps or [NOT_STATED],
        "rai:dataUseCases": f"{facts.answer('motivation', 'purpose')} Not for: {facts.answer('uses', 'out_of_scope')}",
        "rai:hasSyntheticData": "Made values stand in the place of identifiers."
        if surrogates
        else f"Of the sources' text {NOT_STATED}; the build adds none.",
    }
