"""What may be done with a whole corpus, from what may be done with its parts."""

from __future__ import annotations

from collections.abc import Sequence

from manifests.model import LicenceRights

PERMITTED = ("commercial", "redistribute", "derivatives")
"""Permitted by the whole only if by every part."""
ASKED = ("share_alike", "attribution")
"""Asked by the whole if by any part."""


def rights_floor(parts: Sequence[LicenceRights]) -> dict[str, bool | None]:
    """The strictest answer for each right: a known no before an unknown, an unknown before a yes. Empty: all permitted,
    nothing asked.
    """
    floor: dict[str, bool | None] = {}
    for names, strict in ((PERMITTED, False), (ASKED, True)):
        for name in names:
            answers = {getattr(part, name) for part in parts}
            floor[name] = strict if strict in answers else None if None in answers else not strict
    return floor
