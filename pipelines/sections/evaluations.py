"""Evaluation sets: what must not be trained on, and what becomes of documents that repeat it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from manifests.contamination import actions
from pipelines.sections.part import NAME, Location, Part

Action = Literal["report", "mask", "drop"]
Piece = Literal["question", "answer", "choice", "context", "question_answer", "item"]
"""What of an item may be found (`filters.contamination.annotator.PARTS`)."""


class EvaluationRecipe(Part):
    """One evaluation set, from files of one's own."""

    name: str = Field(pattern=NAME)
    title: str = ""
    homepage: str | None = None
    licence: str | None = None
    """As its publisher states it. No word of the set is released, whatever it says."""
    files: tuple[Location, ...] = Field(min_length=1)
    """Files, globs or folders."""
    format: str
    """A key of `filters.contamination.formats.FORMATS`."""
    fields: dict[str, str] = Field({})
    """For `jsonl`, `json`, `csv` and `parquet`, which column is which (`filters.contamination.items`)."""
    policy: Action | dict[Piece, Action]
    """What becomes of documents that repeat an item: they are counted, or the words are masked, or the document is
    dropped. One word speaks of a question, with or without its answer (`manifests.contamination.LEAKS`), and the rest
    is counted; else each piece has its own, and others are counted."""

    @property
    def actions(self) -> dict[str, str]:
        """By piece, what becomes of it where it is found; pieces that are only counted are not among them."""
        return actions(self.policy)


class ContaminationRecipe(Part):
    """When something found of an evaluation set counts, and when masking it is not enough."""

    min_score: float = Field(0.6, ge=0, le=1)
    """Share of the piece's information from which its policy is applied; what is found of less is counted. The least
    that matching gives out at all, unless `matching` says otherwise: nothing found is spared."""
    max_masked_share: float = Field(0.5, gt=0, lt=1)
    """Bytes of a document that may be masked; of more than half, what is left is the frame of an examination, and the
    document is dropped. So none is released empty."""
    matching: dict[str, int | float] = Field({})
    """Parameters of the matching that are not as `filters.contamination.ContaminationConfig` has them."""


class WithEvaluations(Part):
    """What a recipe, or a file of evaluation sets alone, says of them."""

    root: Location = "."
    """Folder that relative locations start from; relative itself to the recipe's folder."""
    evaluations: tuple[EvaluationRecipe, ...] = ()
    contamination: ContaminationRecipe = ContaminationRecipe()

    @model_validator(mode="after")
    def _sets_make_sense(self) -> WithEvaluations:
        names = [one.name for one in self.evaluations]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two evaluation sets are called {repeated[0]}")
        return self


class SetsFile(WithEvaluations):
    """A file of evaluation sets alone, for `hc4 contamination`."""

    evaluations: tuple[EvaluationRecipe, ...] = Field(min_length=1)
