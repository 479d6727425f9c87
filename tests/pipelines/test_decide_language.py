"""What becomes of a document by its languages."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.decide import Objections, object_to_languages
from pipelines.sections.filtering import LanguageRecipe

SHARES = {
    "english": {"en": 1.0},
    "english with a Spanish title": {"en": 0.97, "es": 0.03},
    "abstract with a longer translation": {"es": 0.55, "en": 0.45},
    "Spanish with an English title": {"es": 0.96, "en": 0.04},
    "german": {"de": 1.0},
    "nothing to judge": {},
}


def reasons(scores: dict[str, float] | None = None, **policy: object) -> dict[str, list[str]]:
    frame = pl.DataFrame(
        {
            "languages": [[{"language": k, "share": v} for k, v in shares.items()] for shares in SHARES.values()],
            "language_score": [(scores or {}).get(name, 0.99) for name in SHARES],
        },
        schema={
            "languages": pl.List(pl.Struct({"language": pl.String, "share": pl.Float32})),
            "language_score": pl.Float32,
        },
    )
    found = Objections(len(SHARES))
    asked = LanguageRecipe.model_validate(policy).model_dump(mode="json", exclude={"model"})
    object_to_languages(found, frame, np.ones(len(SHARES), bool), asked)
    return {name: rules for name, rules in zip(SHARES, found.rules, strict=True) if rules}


def test_a_document_needs_half_of_its_letters_in_an_allowed_language() -> None:
    assert reasons() == {
        "abstract with a longer translation": ["mixed_languages"],
        "Spanish with an English title": ["language_not_allowed"],
        "german": ["language_not_allowed"],
        "nothing to judge": ["language_not_allowed"],
    }


def test_a_recipe_may_ask_for_less() -> None:
    assert "abstract with a longer translation" not in reasons(min_allowed_share=0.4)


def test_allowed_languages_add_up() -> None:
    assert list(reasons(allow=["en", "es"])) == ["german", "nothing to judge"]


def test_every_objection_is_kept() -> None:
    found = reasons({"german": 0.3, "english": 0.4})

    assert found["german"] == ["language_not_allowed", "language_uncertain"]
    assert found["english"] == ["language_uncertain"]


def test_a_document_may_not_do_without_any_allowed_language() -> None:
    with pytest.raises(ValueError, match="min_allowed_share"):
        LanguageRecipe(min_allowed_share=0)
