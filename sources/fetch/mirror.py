"""A folder brought up to what a publisher lists: what is missing or changed is taken, what is right is left alone."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from corpus.digest import sha256_file
from corpus.errors import FetchError
from sources.fetch.collection import Collection, Remote, Selection
from sources.fetch.download import download
from sources.fetch.lockfile import Lock, LockedFile, OpenLock, load_lock, open_lock
from sources.fetch.web import Web


class Watcher(Protocol):
    """Who is told of progress. Threads may call it."""

    def arrived(self, count: int) -> None:
        """Bytes came."""

    def finished(self, path: str, outcome: str) -> None:
        """A file was `taken`, `kept` or `failed`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken, and why."""

    path: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What a run did."""

    taken: list[LockedFile] = field(default_factory=list)
    kept: int = 0
    failed: list[Failure] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    """Files of earlier runs that the publisher no longer lists; known only where the whole listing was walked."""


class WebListing:
    """A `Listing` that asks the web."""

    def __init__(self, web: Web, base_url: str, files_url: str, scratch: Path) -> None:
        self._web = web
        self._scratch = scratch
        self.base_url = base_url.rstrip("/")
        self.files_url = files_url.rstrip("/")

    def read(self, url: str) -> bytes:
        """See `Listing.read`."""
        return self._web.read(url)

    def keep(self, remote: Remote) -> Path:
        """See `Listing.keep`."""
        download(self._web, remote, self._scratch, known=None, record=lambda _: None, arrived=lambda _: None)
        return self._scratch / remote.path


def listed(
    collection: Collection, selection: Selection, web: Web, base_url: str | None, scratch: Path
) -> Iterator[Remote]:
    """What a run would ask for, but for what only the files themselves name.

    Raises:
        FetchError: see `Collection.remotes`.
    """
    about = collection.about
    base = base_url or about.base_url
    listing = WebListing(web, base, base if base_url else about.files_url or base, scratch)
    remotes = collection.remotes(selection, listing)
    return islice(remotes, selection.limit) if about.limit_unit == "files" else remotes


def mirror(
    collection: Collection,
    selection: Selection,
    folder: Path,
    web: Web,
    fresh: Lock,
    watcher: Watcher,
    *,
    base_url: str | None = None,
    workers: int = 1,
    prune: bool = False,
) -> Outcome:
    """Bring `folder` up to date. `fresh` says what this run is, for the lock.

    A file that fails is reported and the others are taken all the same. `prune` removes what the publisher no longer
    lists, if the whole listing was walked and nothing failed.

    Raises:
        FetchError: the listing cannot be had, or the folder belongs to another run, collection or selection.
        OSError: the disk is full or refuses.
    """
    with open_lock(folder, fresh) as lock:
        scratch = Path(tempfile.mkdtemp(prefix=".listing-", dir=folder))
        run = _Run(folder, web, lock, watcher)
        whole = False
        try:
            remotes = listed(collection, selection, web, base_url, scratch)
            counted = selection.limit is not None and collection.about.limit_unit != "files"
            if workers == 1 or counted or collection.about.one_at_a_time:
                for remote in remotes:
                    run.take(remote)
            else:
                run.take_many(remotes, workers)
            whole = selection.limit is None and not run.outcome.failed
            if whole:
                run.outcome.unlisted = sorted(lock.files.keys() - run.seen)
                for path in run.outcome.unlisted if prune else ():
                    (folder / path).unlink(missing_ok=True)
                    lock.remove(path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            lock.fold(complete=whole)
    run.outcome.taken.sort(key=lambda file: file.path)
    run.outcome.failed.sort(key=lambda failure: failure.path)
    return run.outcome


class _Run:
    """The state that the threads of one run share."""

    def __init__(self, folder: Path, web: Web, lock: OpenLock, watcher: Watcher) -> None:
        self._folder = folder
        self._web = web
        self._lock = lock
        self._watcher = watcher
        self._guard = threading.Lock()
        self._stopped = threading.Event()
        self.outcome = Outcome()
        self.seen: set[str] = set()

    def take(self, remote: Remote) -> None:
        """A file, and what it leads to."""
        waiting = [remote]
        while waiting and not self._stopped.is_set():
            each = waiting.pop()
            try:
                self._one(each)
                if each.then:
                    waiting.extend(reversed(list(each.then(self._folder / each.path))))
            except FetchError as error:
                with self._guard:
                    self.outcome.failed.append(Failure(each.path, str(error)))
                self._watcher.finished(each.path, "failed")

    def take_many(self, remotes: Iterator[Remote], workers: int) -> None:
        """The same with `workers` threads; never more than a few files ahead of them."""
        with ThreadPoolExecutor(workers, thread_name_prefix="fetch") as pool:
            running: set[Future[None]] = set()
            try:
                for remote in remotes:
                    running.add(pool.submit(self.take, remote))
                    if len(running) >= 2 * workers:
                        running = _some_done(running)
                while running:
                    running = _some_done(running)
            except BaseException:
                self._stopped.set()
                self._web.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, remote: Remote) -> None:
        with self._guard:
            self.seen.add(remote.path)
            known = self._lock.files.get(remote.path)
        target = self._folder / remote.path
        if known is None and target.exists():
            raise FetchError(f"{target} was not fetched by hc4; move it away")
        if known and _differs(target, known):
            known = None
        locked = download(
            self._web, remote, self._folder, known=known, record=self._record, arrived=self._watcher.arrived
        )
        with self._guard:
            if locked:
                self.outcome.taken.append(locked)
            else:
                self.outcome.kept += 1
        self._watcher.finished(remote.path, "taken" if locked else "kept")

    def _record(self, locked: LockedFile) -> None:
        with self._guard:
            self._lock.add(locked)


def _some_done(running: set[Future[None]]) -> set[Future[None]]:
    done, rest = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return rest


def _differs(target: Path, known: LockedFile) -> str | None:
    """What tells a file from what was taken."""
    if not target.is_file():
        return "is missing"
    if (size := target.stat().st_size) != known.bytes:
        return f"has {size:,} bytes, {known.bytes:,} were taken"
    if (found := sha256_file(target)) != known.sha256:
        return f"has sha256 {found}, {known.sha256} was taken"
    return None


def verify(folder: Path, checked: Callable[[LockedFile], None] = lambda _: None) -> tuple[Lock, list[Failure]]:
    """Hash every file that the lock of `folder` names, and say what differs.

    Raises:
        FetchError: the folder has no lock, or a damaged one.
    """
    lock = load_lock(folder)
    if lock is None:
        raise FetchError(f"{folder} has no fetch.lock.json: it was not fetched by hc4")
    found = []
    for file in lock.files:
        if what := _differs(folder / file.path, file):
            found.append(Failure(file.path, what))
        checked(file)
    return lock, found
