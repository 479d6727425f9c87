"""Amounts of released text, by label."""

from __future__ import annotations

from collections.abc import Iterable

from manifests.amount import Amount, Share
from pipelines.stated.finished import Finished


def by_label(finished: Finished, source: str, kind: str) -> dict[str, Amount]:
    """Amounts of released text of one source by label."""
    found: dict[str, Amount] = {}
    for number in finished.of(source):
        for label, amount in finished.assembled[number]["sums"].get(kind, {}).items():
            found[label] = found.get(label, Amount()) + Amount(**amount)
    return found


def shares(finished: Finished, source: str, kind: str) -> tuple[Share, ...]:
    """Labels by tokens, largest first."""
    ordered = sorted(by_label(finished, source, kind).items(), key=lambda item: (-item[1].tokens, item[0]))
    return tuple(Share(label=label, amount=amount) for label, amount in ordered)


def released_of(finished: Finished, source: str, kind: str) -> Amount:
    """All released text of one source, from its amounts by labels of one kind."""
    return sum(by_label(finished, source, kind).values(), Amount())


def added(amounts: Iterable[dict[str, int]]) -> Amount:
    """Their sum."""
    return sum((Amount(**amount) for amount in amounts), Amount())
