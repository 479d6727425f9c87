"""The classifier stage: documents in, one probability a classifier out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.digest import Json, sha256_file
from corpus.errors import AssetError
from corpus.stage import attribute
from filters.classifier.features import Features, line

MODEL = "model.bin"
FACTS = "classifier.json"


class Facts(BaseModel):
    """What `classifier.json` must say for a model to be scored; it says more."""

    model_config = ConfigDict(extra="ignore")

    name: str
    positive: str
    """Label whose probability is the score."""
    features: dict[str, Any]
    calibration: dict[str, float]
    model_sha256: str
    licence: str = "unknown"


@dataclass(frozen=True, slots=True)
class Classifier:
    """A trained classifier on this machine."""

    name: str
    """Column of its scores."""
    folder: Path
    facts: Facts
    features: Features


def load_classifier(name: str, folder: Path) -> Classifier:
    """The classifier in `folder`, as `hc4 train-classifier` wrote it.

    Raises:
        AssetError: there is none, it cannot be read, or its model is not the one it speaks of.
    """
    path = folder / FACTS
    if not path.is_file() or not (folder / MODEL).is_file():
        raise AssetError(f"no classifier in {folder}: `hc4 train-classifier` makes one")
    try:
        facts = Facts.model_validate(json.loads(path.read_text(encoding="utf-8")))
        features = Features(**facts.features | {"lengths": tuple(facts.features["lengths"])})
    except (ValidationError, ValueError, TypeError, LookupError) as error:
        raise AssetError(f"{path} is no description of a classifier ({type(error).__name__})") from None
    if (found := sha256_file(folder / MODEL)) != facts.model_sha256:
        raise AssetError(
            f"{folder / MODEL} has sha256 {found}, not {facts.model_sha256} as {FACTS} says; train it again"
        )
    return Classifier(name, folder, facts, features)


class ClassifierAnnotator:
    """Scores documents by classifiers (a `corpus.stage.Annotator`): a float32 column each, the calibrated probability.

    Args:
        classifiers: name of the column and folder of the classifier, in the order of the columns.

    Raises:
        AssetError: as `load_classifier`.
    """

    name = "classifier"
    version = 1

    def __init__(self, classifiers: Sequence[tuple[str, Path]]) -> None:
        self._all = [load_classifier(name, folder) for name, folder in classifiers]
        self.schema = schema([one.name for one in self._all])
        self.config: Json = [
            {"name": one.name, "model": one.facts.model_sha256, "facts": sha256_file(one.folder / FACTS)}
            for one in self._all
        ]

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """Scores of column `text`, same rows in the same order; 0 for a text without words."""
        from filters.classifier.training import Calibration, probabilities

        texts = documents.column("text").to_pylist()
        columns = []
        for one in self._all:
            lines = [line(text, one.features) for text in texts]
            raw = probabilities(_model(one.folder / MODEL), lines, one.facts.positive)
            score = np.where([bool(each) for each in lines], Calibration(**one.facts.calibration)(raw), 0.0)
            columns.append(pa.array(score.astype(np.float32)))
        return pa.record_batch(columns, schema=self.schema)


def schema(names: Sequence[str]) -> pa.Schema:
    """Columns of the stage for classifiers of these names."""
    return pa.schema(
        [attribute(name, pa.float32(), f"classifier {name}: calibrated probability", "0 to 1") for name in names]
    )


@cache
def _model(path: Path) -> Any:
    from filters.classifier.training import load

    return load(path)
