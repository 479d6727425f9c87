"""presidio-analyzer as decider: spaCy's recognition of names, and the rules of this package beside it.

Of a spaCy pipeline only `ner` runs; it brings its own `tok2vec`, so that the tagger's is left out as well where it
can be. The registry holds two recognizers. presidio's others are patterns, which the rules have decided long before,
and one of them fetches a list of domains at the first e-mail address.

Sentences go through the model in batches. thinc multiplies matrices row by row alike, whatever the number of rows:
a sentence's answer does not depend on its neighbours, which a test holds it to.
"""

from __future__ import annotations

import re
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

from corpus.errors import AssetError
from filters.phi.undecided.decider import Decision
from filters.phi.undecided.model import find_model
from filters.phi.undecided.recognizer import RulesRecognizer

ENTITIES: Final = {"PERSON": "NAME", "LOCATION": "GEO", "ORGANIZATION": "HOSPITAL"}
"""Kind of each of presidio's entities that is asked for. An organization counts only where somebody is cared for."""

_LABELS: Final = {
    "PERSON": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "ORG": "ORGANIZATION",
    "FAC": "ORGANIZATION",
}
"""OntoNotes's labels, which spaCy's English models write, as presidio names them; FAC is a building. Its other labels
are ignored: dates and numbers are for the rules."""

_CARE = re.compile(
    r"\b(?:admi(?:tted|ssion)|discharged?|seen|treat(?:ed|ment)|evaluated|assessed|examined|reviewed|consult(?:ed|ation)?"
    r"|hospitali[sz]ed|transferred|referred|follow(?:ed|-up|s)?|diagnosed|operated|performed|underwent|surgery|born"
    r"|presented|presents|visit(?:ed|s)?|check-?up|appointment|inpatient|outpatient|clinic|ED|ER|care|stay|procedure"
    r"|delivered|scheduled|works?|worked|volunteers?|employed)\b"
    r"[^.;:]{0,30}?\s(?:at|to|from|in|by)\s(?:the\s)?$"
)
"""What stands before the place where somebody is cared for, or works."""
_BEFORE: Final = 80
"""Characters before an organization that are looked at."""

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
            return [_decisions(line, found) for line, found in zip(sentences, answers, strict=True)]


class NoContext(ContextAwareEnhancer):
    """Leaves every score as it is: no recognizer here names words that would raise it."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0,
            min_score_with_context_similarity=0,
            context_prefix_count=0,
            context_suffix_count=0,
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


def _decisions(line: str, found: list[RecognizerResult]) -> list[Decision]:
    return sorted(
        (one.start, one.end, ENTITIES[one.entity_type])
        for one in found
        if one.entity_type != "ORGANIZATION" or _CARE.search(line[max(0, one.start - _BEFORE) : one.start])
    )


class LoadedNlpEngine(SpacyNlpEngine):
    """presidio's spaCy engine around a pipeline that is loaded already: it downloads nothing and looks for no GPU."""

    def __init__(self, nlp: Language) -> None:
        labels = set(nlp.pipe_labels["ner"])
        if labels.isdisjoint(_LABELS):
            raise AssetError(f"spaCy model {nlp.meta['name']}: none of its labels is one of {', '.join(_LABELS)}")
        super().__init__(
            models=[{"lang_code": _LANGUAGE, "model_name": nlp.meta["name"]}],
            ner_model_configuration=NerModelConfiguration(
                model_to_presidio_entity_mapping=_LABELS,
                labels_to_ignore=sorted(labels - set(_LABELS)),
            ),
        )
        self.nlp: Any = {_LANGUAGE: nlp}

    def load(self) -> None:
        """Nothing to load."""


@lru_cache(2)
def load_ner(folder: Path) -> Language:
    """The pipeline in `folder` with what its `ner` needs and nothing else.

    Raises:
        AssetError: it has no `ner`, or cannot be loaded.
    """
    config = spacy.util.load_config(folder / "config.cfg")
    if "ner" not in config["nlp"]["pipeline"]:
        raise AssetError(f"spaCy model {folder}: it has no component `ner`, and so finds no names")
    needed = {"ner"}
    if _listens(config["components"]["ner"]):
        needed |= {"tok2vec", "transformer"}
    # What is excluded is never read from the disk.
    try:
        return spacy.load(folder, exclude=[name for name in config["nlp"]["pipeline"] if name not in needed])
    except (OSError, ValueError) as error:
        raise AssetError(f"spaCy model {folder} cannot be loaded: {type(error).__name__}") from error


def _listens(component: Any) -> bool:
    """A part of a component's model takes vectors from another component of the pipeline."""
    if not isinstance(component, dict):
        return False
    return "Listener" in str(component.get("@architectures", "")) or any(map(_listens, component.values()))
