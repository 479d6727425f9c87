"""Our filters as steps of a datatrove pipeline. Import this only to run one: it needs datatrove.

    from filters.datatrove.blocks import Hc4LanguageFilter, Hc4PhiFormatter, Hc4QualityFilter

    LocalPipelineExecutor([JsonlReader(...), Hc4LanguageFilter(allow=["en"]), Hc4QualityFilter("abstract"), ...])

Documents are judged in batches, so that kernels read many at a time; reasons are those of our ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.pipeline.filters.base_filter import BaseFilter  # type: ignore[import-untyped]
from datatrove.pipeline.formatters.base import BaseFormatter  # type: ignore[import-untyped]

from corpus.assets import asset_path
from filters.language import LanguageAnnotator
from filters.phi.mask import mask_text
from filters.quality import QualityAnnotator
from filters.rules import Rule, decide, load_preset

Result = bool | tuple[bool, str]


def _texts(batch: Sequence[Any]) -> pa.RecordBatch:
    return pa.record_batch({"text": pa.array([document.text for document in batch], pa.large_string())})


class Hc4QualityFilter(BaseFilter):  # type: ignore[misc]
    """Keeps what passes the rules of a preset (`filters/presets.yaml`), or rules of one's own.

    The reason is the name of the first rule that fails; all of them stand in `metadata["rules_failed"]`. Rules for some
    languages only look at `metadata["language"]`.
    """

    name = "hc4 quality"

    def __init__(
        self,
        preset: str | None = "web",
        rules: Sequence[Rule] = (),
        *,
        exclusion_writer: Any = None,
        batch_size: int = 1000,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.rules = (*(load_preset(preset) if preset else ()), *rules)

    def filter(self, doc: Any) -> Result:
        """Judge one document."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Any]) -> list[Result]:
        """Judge many."""
        signals = QualityAnnotator().measure(_texts(batch))
        kinds = pa.array(["document"] * len(batch))
        languages = pa.array([str(document.metadata.get("language") or "und") for document in batch])
        decisions = decide(self.rules, signals, kinds, languages)
        found: list[Result] = []
        for document, failed in zip(batch, decisions.rules_failed.to_pylist(), strict=True):
            if failed:
                document.metadata["rules_failed"] = failed
            found.append((False, failed[0]) if failed else True)
        return found


class Hc4LanguageFilter(BaseFilter):  # type: ignore[misc]
    """Keeps documents in allowed languages; `metadata` gets `language` and `language_score`.

    Reasons: `language_not_allowed`, `language_uncertain`. The model is the pulled lid.176.ftz unless another is given.
    """

    name = "hc4 language"

    def __init__(
        self,
        allow: Sequence[str] = ("en",),
        min_score: float = 0.5,
        model: str | None = None,
        *,
        exclusion_writer: Any = None,
        batch_size: int = 1000,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        self.allow, self.min_score = tuple(allow), min_score
        self.model = model or str(asset_path("lid.176.ftz"))

    def filter(self, doc: Any) -> Result:
        """Judge one document."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Any]) -> list[Result]:
        """Judge many."""
        measured = LanguageAnnotator(Path(self.model)).measure(_texts(batch))
        languages = measured.column("language").to_pylist()
        scores = measured.column("language_score").to_pylist()
        found: list[Result] = []
        for document, language, score in zip(batch, languages, scores, strict=True):
            document.metadata |= {"language": language, "language_score": score}
            if language not in self.allow:
                found.append((False, "language_not_allowed"))
            else:
                found.append(True if score >= self.min_score else (False, "language_uncertain"))
        return found


class Hc4PhiFormatter(BaseFormatter):  # type: ignore[misc]
    """Replaces the identifiers that a policy finds by placeholders such as `[EMAIL]`."""

    name = "hc4 identifiers"

    def __init__(self, policy: str = "literature", undecided: str | None = None) -> None:
        super().__init__()
        self.policy = policy
        self.undecided = undecided

    def format(self, text: str) -> str:
        """The masked text."""
        return mask_text(text, self.policy, self.undecided)
