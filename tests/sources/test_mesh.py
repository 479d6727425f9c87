"""Headings of MeSH, whatever a file says in their place."""

from __future__ import annotations

import pytest

from sources.mesh import heading


@pytest.mark.parametrize(
    ("identifier", "name", "told"),
    [
        ("D006801", "Humans", "D006801 Humans"),
        ("D000098970", "Intimate Partner Violence", "D000098970 Intimate Partner Violence"),
        ("D006801", "  Humans\n and  others ", "D006801 Humans and others"),
        ("Q000172", "deficiency", "deficiency"),
        ("D12", "Humans", "Humans"),
        (None, "Humans", "Humans"),
        ("D006801", "", None),
        ("D006801", None, None),
        ("D006801", "word " * 41, None),
    ],
)
def test_a_heading_is_its_id_and_its_name(identifier: str | None, name: str | None, told: str | None) -> None:
    assert heading(identifier, name) == told
