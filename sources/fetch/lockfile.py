"""What was taken, from where and when: `fetch.lock.json` in the folder of a collection.

    fetch.lock.json       canonical JSON, files sorted by path; written whole, atomically, when a run starts and ends
    fetch.lock.journal    one line a file finished since; folded into the lock at the next opportunity

The journal makes finishing a file cost the same for the first and the millionth. A reader overlays it on the lock, so a
killed run has lost nothing; a line that was not written to its end does not count.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

import orjson

from corpus.digest import Json, canonical
from corpus.errors import FetchError
from sources.fetch.collection import PART, PART_FACTS, RESERVED

LOCK, JOURNAL = RESERVED
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file as it was when it was taken."""

    path: str
    """Below the folder, `/` between names."""
    url: str
    bytes: int
    sha256: str
    published_checksum: str | None
    """`md5:…` as the publisher states it; the file was compared with it."""
    etag: str | None
    last_modified: str | None
    version: str | None
    """What the listing said of the file's version."""
    retrieved_at: str
    """UTC, ISO 8601, to the second."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A folder's lock."""

    collection: str
    base_url: str
    selection: Mapping[str, Json]
    tool: Mapping[str, str]
    user_agent: str
    """Without the contact, which is a person's."""
    terms_url: str
    complete: bool
    """Whether the last run took all that the publisher listed of the selection."""
    files: tuple[LockedFile, ...]

    def by_path(self) -> dict[str, LockedFile]:
        """The files, by path."""
        return {file.path: file for file in self.files}


def is_ours(name: str) -> bool:
    """Whether a file of this name in a fetched folder is bookkeeping or unfinished, thus no raw file."""
    return name in RESERVED or name.endswith((PART, PART_FACTS))


def load_lock(folder: Path) -> Lock | None:
    """The lock of a fetched folder, with what a killed run finished; None if the folder has none.

    Raises:
        FetchError: the lock is damaged or of a later schema.
    """
    path = folder / LOCK
    if not path.is_file():
        return None
    try:
        stated: dict[str, Any] = orjson.loads(path.read_bytes())
        if (schema := stated.pop("schema_version")) != SCHEMA_VERSION:
            raise FetchError(f"{path} has schema {schema}; this version of hc4 reads {SCHEMA_VERSION}")
        files = {row["path"]: LockedFile(**row) for row in stated.pop("files")}
        files |= {file.path: file for file in _journal(folder / JOURNAL)}
        return Lock(**stated, files=tuple(files[name] for name in sorted(files)))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise FetchError(f"{path} is damaged ({type(error).__name__}); move it away and fetch again") from error


def _journal(path: Path) -> Iterator[LockedFile]:
    if not path.is_file():
        return
    for line in path.read_bytes().split(b"\n")[:-1]:  # what follows the last newline was not finished
        yield LockedFile(**orjson.loads(line))


def write_lock(folder: Path, lock: Lock) -> None:
    """Write the lock whole or not at all."""
    files = sorted((asdict(file) for file in lock.files), key=lambda file: str(file["path"]))
    stated: dict[str, Json] = {
        "schema_version": SCHEMA_VERSION,
        "collection": lock.collection,
        "base_url": lock.base_url,
        "selection": dict(lock.selection),
        "tool": dict(lock.tool),
        "user_agent": lock.user_agent,
        "terms_url": lock.terms_url,
        "complete": lock.complete,
        "files": files,
    }
    temporary = folder / f".{LOCK}.{os.getpid()}"
    with temporary.open("wb") as handle:
        handle.write(canonical(stated))
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(folder / LOCK)
    flush_folder(folder)


class OpenLock:
    """The lock of a running fetch: finished files are added one by one."""

    def __init__(self, folder: Path, lock: Lock, journal: IO[bytes]) -> None:
        self._folder = folder
        self._lock = lock
        self._journal = journal
        self.files = lock.by_path()

    def add(self, file: LockedFile) -> None:
        """Record a finished file, on disk before this returns."""
        self._journal.write(canonical(asdict(file)) + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self.files[file.path] = file

    def remove(self, path: str) -> None:
        """Forget a file. On disk when the lock is folded."""
        self.files.pop(path, None)

    def fold(self, *, complete: bool) -> Lock:
        """Write the lock whole and empty the journal."""
        lock = replace(self._lock, complete=complete, files=tuple(self.files[path] for path in sorted(self.files)))
        write_lock(self._folder, lock)
        self._journal.truncate(0)
        return lock


@contextmanager
def open_lock(folder: Path, fresh: Lock) -> Iterator[OpenLock]:
    """Hold a folder for one run that writes into it. `fresh` says what this run is; earlier files are taken over.

    Raises:
        FetchError: another run holds it, or it holds another collection or selection.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL
    with path.open("ab") as journal:
        try:
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino != os.fstat(journal.fileno()).st_ino:
                raise OSError  # its holder ended, and removed it, between our opening and our locking it
        except OSError:
            raise FetchError(f"another run is fetching into {folder}; wait for it or choose another --to") from None
        try:
            earlier = load_lock(folder)
            if earlier:
                _same_purpose(folder, earlier, fresh)
            opened = OpenLock(folder, replace(fresh, files=earlier.files if earlier else ()), journal)
            opened.fold(complete=False)
            yield opened
        finally:
            if path.stat().st_size == 0:
                path.unlink()


def _same_purpose(folder: Path, earlier: Lock, fresh: Lock) -> None:
    for what, then, now in (
        ("the collection", earlier.collection, fresh.collection),
        ("--base-url", earlier.base_url, fresh.base_url),
        ("--what", earlier.selection.get("what"), fresh.selection["what"]),
        ("--since", earlier.selection.get("since"), fresh.selection["since"]),
    ):
        if then != now:
            raise FetchError(f"{folder} was fetched with {what} {then}, not {now}; choose another --to")


def flush_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
