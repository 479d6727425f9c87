"""A run of `mirror` against the loopback."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from sources.fetch.collection import Selection
from sources.fetch.lockfile import Lock, load_lock
from sources.fetch.mirror import Outcome, mirror
from sources.fetch.registry import collection
from sources.fetch.web import Web
from tests.sources.fetch.loopback import FakeClock


@dataclass
class Seen:
    """A watcher that remembers."""

    outcomes: dict[str, str] = field(default_factory=dict)
    bytes: int = 0

    def arrived(self, count: int) -> None:
        self.bytes += count

    def finished(self, path: str, outcome: str) -> None:
        self.outcomes[path] = outcome


def run(
    name: str,
    base_url: str,
    folder: Path,
    *,
    what: str | None = None,
    since: str | None = None,
    limit: int | None = None,
    workers: int = 1,
    prune: bool = False,
    clock: FakeClock | None = None,
) -> Outcome:
    """Fetch a collection from a base URL."""
    made = collection(name)
    selection = Selection(what or next(iter(made.about.choices)), since, limit)
    fresh = Lock(
        collection=name,
        base_url=base_url,
        selection=selection.as_json(),
        tool={"name": "hc4", "version": "0"},
        user_agent="hc4/0",
        terms_url=made.about.terms_url,
        complete=False,
        files=(),
    )
    web = Web("hc4/0", per_second=1e6, clock=clock or FakeClock(), timeout=2, workers=workers)
    return mirror(made, selection, folder, web, fresh, Seen(), base_url=base_url, workers=workers, prune=prune)


def paths(folder: Path) -> list[str]:
    """Every file below a folder but the lock."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not re.fullmatch(r"fetch\.lock\.json", path))


def lock_of(folder: Path) -> Lock:
    """The lock, which is there."""
    lock = load_lock(folder)
    assert lock
    return lock
