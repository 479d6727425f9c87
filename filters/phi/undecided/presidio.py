"""presidio-analyzer as decider: spaCy's recognition of names, and the rules of this package beside it.

Of a spaCy pipeline only `ner` runs; it brings its own `tok2vec`, so that the tagger's is left out as well where it
can be. The registry holds two recognizers. presidio's others are patterns, which the rules have decided long before,
and one of them fetches a list of domains at the first e-mail address.

Sentences go through the model in batches. thinc multiplies matrices row by row alike, whatever the number of rows:
a sentence's answer does not depend on its neighbours, which a test holds it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import spacy
from presidio_analyzer import (
    AnalyzerEngine,
    BatchAnalyzerEngine,
    ContextAwareEnhancer,
    EntityRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer
from spacy.language import Language

from filters.phi.undecided.decider import Decision
from filters.phi.undecided.model import find_model
from filters.phi.undecided.recognizer import RulesRecognizer

ENTITIES: Final = {"PERSON": "NAME", "LOCATION": "GEO"}
"""Kind of each of presidio's entities that is asked for."""

_LABELS: Final = {"PERSON": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION"}
"""OntoNotes's labels, which spaCy's English models write, as presidio names them. Its other labels are ignored:
organizations are mostly abbreviations here, and dates and numbers are for the rules."""

_FLOOR: Final = 0.5
"""Lowest score that is believed. spaCy tells none, presidio gives each of its entities 0.85."""

_BATCH: Final = 256
"""Sentences that pass through the model together: twice as fast as 16, no slower than 1,024 (measured on notes)."""

_LANGUAGE = "en"


class PresidioDecider:
    """Names and places by presidio's `AnalyzerEngine`.

    Args:
        weights: folder of a spaCy model in place of the installed one.
        policy: whose rules stand beside the model.

    Raises:
        AssetError: there is no model.
    """

    def __init__(self, weights: Path | None = None, policy: str = "notes") -> None:
        nlp = load_ner(find_model(weights).folder)
        self._nlp = nlp
        self.engine = AnalyzerEngine(
            registry=RecognizerRegistry(
                [
                    SpacyRecognizer(supported_language=_LANGUAGE, supported_entities=list(ENTITIES)),
                    RulesRecognizer(policy, supported_language=_LANGUAGE),
                ],
                supported_languages=[_LANGUAGE],
            ),
            nlp_engine=LoadedNlpEngine(nlp),
            supported_languages=[_LANGUAGE],
            default_score_threshold=_FLOOR,
            context_aware_enhancer=NoContext(),
        )
        self._batches = BatchAnalyzerEngine(self.engine)

    def decide(self, sentences: Sequence[str]) -> list[list[Decision]]:
        """Names (`NAME`) and places (`GEO`) in each of `sentences`."""
        # Words that only these sentences hold leave the model's vocabulary with the zone: it would grow for ever.
        with self._nlp.memory_zone():
            answers = self._batches.analyze_iterator(
                sentences, _LANGUAGE, batch_size=_BATCH, entities=list(ENTITIES), score_threshold=_FLOOR
            )
            return [_decisions(found) for found in answers]


class NoContext(ContextAwareEnhancer):
    """Leaves every score as it is: no recognizer here names words that would raise it."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0, min_score_with_context_similarity=0, context_prefix_count=0, context_suffix_count=0
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """`raw_results`; presidio's own enhancer copies each of them deeply first, a seventh of the whole time."""
        return raw_results


def _decisions(found: list[RecognizerResult]) -> list[Decision]:
    return sorted((one.start, one.end, ENTITIES[one.entity_type]) for one in found)


class LoadedNlpEngine(SpacyNlpEngine):
    """presidio's spaCy engine around a pipeline that is loaded already: it downloads nothing and looks for no GPU."""

    def __init__(self, nlp: Language) -> None:
        super().__init__(
            models=[{"lang_code": _LANGUAGE, "model_name": nlp.meta["name"]}],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping=_LABELS,
                labels_to_ignore=sorted(set(nlp.pipe_labels["ner"]) - set(_LABELS)),
            ),
        )
        self.nlp: dict[str, Language] = {_LANGUAGE: nlp}

    def load(self) -> None:
        """Nothing to load."""


@lru_cache(2)
def load_ner(folder: Path) -> Language:
    """The pipeline in `folder` with what its `ner` needs and nothing else."""
    config = spacy.util.load_config(folder / "config.cfg")
    needed = {"ner"}
    if _listens(config["components"]["ner"]):
        needed |= {"tok2vec", "transformer"}
    # What is excluded is never read from the disk.
    return spacy.load(folder, exclude=[name for name in config["nlp"]["pipeline"] if name not in needed])


def _listens(component: Any) -> bool:
    """A part of a component's model takes vectors from another component of the pipeline."""
    if not isinstance(component, dict):
        return False
    return "Listener" in str(component.get("@architectures", "")) or any(map(_listens, component.values()))
