"""The rules of a policy as a recognizer that any presidio engine may hold."""

from __future__ import annotations

from typing import Any, Final

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult

from filters.phi.classes import KINDS
from filters.phi.text import character_ranges

NAME: Final = "Hc4RulesRecognizer"

ENTITIES: Final = {
    "NAME": "PERSON",
    "GEO": "LOCATION",
    "ADDRESS": "LOCATION",
    "HOSPITAL": "LOCATION",
    "DATE": "DATE_TIME",
    "PHONE": "PHONE_NUMBER",
    "EMAIL": "EMAIL_ADDRESS",
    "SSN": "US_SSN",
    "IP": "IP_ADDRESS",
    "ZIP": "ZIP_CODE",
    "MRN": "MEDICAL_RECORD_NUMBER",
}
"""presidio's names of kinds of span, where it has one; the others keep theirs."""


class RulesRecognizer(LocalRecognizer):
    """Identifiers that the rules of one policy find; no model takes part.

    Args:
        policy: name of the policy.
        supported_language: as the engine calls the language of the text; the rules do not ask.
        score: of every result. Rules validate what they find, they do not weigh it.
    """

    def __init__(self, policy: str = "notes", supported_language: str = "en", score: float = 0.95) -> None:
        self.policy = policy
        self.score = score
        super().__init__(
            supported_entities=sorted({ENTITIES.get(kind, kind) for kind in KINDS}),
            supported_language=supported_language,
            name=NAME,
        )

    def load(self) -> None:
        """Builds the detector, once a process."""
        from filters.phi.detector import detector
        from filters.phi.undecided.decider import RULES

        self._detector = detector(self.policy, RULES)

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Identifiers in `text` that are among `entities` (all if it is empty)."""
        raw = text.encode(errors="replace")
        spans = self._detector.find(raw)
        results = []
        for found, (start, end) in zip(spans, character_ranges(raw, spans), strict=True):
            entity = ENTITIES.get(found.kind, found.kind)
            if entities and entity not in entities:
                continue
            results.append(
                RecognizerResult(
                    entity_type=entity,
                    start=start,
                    end=end,
                    score=self.score,
                    analysis_explanation=AnalysisExplanation(
                        recognizer=NAME, original_score=self.score, textual_explanation=f"hc4 rule {found.rule}"
                    ),
                    recognition_metadata={
                        RecognizerResult.RECOGNIZER_NAME_KEY: NAME,
                        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    },
                )
            )
        return results
