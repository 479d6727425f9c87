"""A folder written piece by piece, that a kill leaves ready to go on, and that is whole when its statement is there.

    STATEMENT   last of all
    .hc4/       until then: pieces that are not whole, and a record of each that is

The files of a piece are written aside, flushed, renamed into place, and then recorded.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.digest import sha256_file
from corpus.errors import BuildStopped
from corpus.storage import flush_tree
from manifests.exported import ExportedFile

_PRIVATE = ".hc4"
_RECORD = "record"


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """Names of pieces are relative paths."""

    root: Path
    statement: str

    @contextmanager
    def held(self, *, shared: bool = False) -> Iterator[None]:
        """Make the folder and hold it: alone, or with others that write other pieces. Goes with the process.

        Raises:
            BuildStopped: it holds something else, or another process is writing there.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        ours = (self.root / self.statement).is_file() or self._private.is_dir()
        if any(self.root.iterdir()) and not ours:
            raise BuildStopped(f"{self.root} is not empty and has no {self.statement}; pass another --output")
        self._private.mkdir(exist_ok=True)
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except OSError:
                raise BuildStopped(f"another process is writing into {self.root}; wait for it") from None
            yield
        finally:
            os.close(descriptor)

    def aside(self, name: str) -> Path:
        """An empty folder in which to write the files of a piece."""
        folder = self._private / "unfinished" / name.replace("/", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def place(self, name: str, aside: Path, paths: Mapping[str, str], record: bytes) -> None:
        """Put files of `aside` where `paths` says, below the folder, and record the piece."""
        (aside / _RECORD).write_bytes(record)
        flush_tree(aside)
        for file, path in paths.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / file).rename(self.root / path)
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        (aside / _RECORD).rename(place)
        shutil.rmtree(aside)

    def remember(self, name: str, record: bytes) -> None:
        """Record a piece that is in its place."""
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(record)

    def recorded(self, name: str) -> bytes | None:
        """The record of a piece; one that a kill cut off may be no valid one."""
        place = self._place(name)
        return place.read_bytes() if place.is_file() else None

    def records(self) -> Iterator[tuple[str, bytes]]:
        """All records, by name."""
        home = self._private / "finished"
        for place in sorted(home.rglob("*.json")):
            yield place.relative_to(home).as_posix().removesuffix(".json"), place.read_bytes()

    def remove(self, path: str) -> None:
        """Remove a file, and its folder if that is empty then."""
        place = self.root / path
        place.unlink(missing_ok=True)
        if place.parent.is_dir() and not any(place.parent.iterdir()):
            place.parent.rmdir()

    def remove_all(self, files: Iterable[ExportedFile], keep: Collection[str] = ()) -> None:
        """Remove files but those whose path is in `keep`."""
        for file in files:
            if file.path not in keep:
                self.remove(file.path)

    def file(self, path: str) -> ExportedFile:
        """What lies at a path below the folder."""
        return file_of(self.root / path, path)

    def has(self, file: ExportedFile) -> bool:
        """Whether a file is in its place, with its digest."""
        return (self.root / file.path).is_file() and self.file(file.path) == file

    def open_again(self) -> None:
        """The folder is no longer whole. What its statement says of pieces must have been remembered."""
        (self.root / self.statement).unlink(missing_ok=True)

    def seal(self, statement: bytes) -> None:
        """The folder is whole: flush all, state it, forget the records."""
        temporary = self._private / self.statement
        temporary.write_bytes(statement)
        flush_tree(self.root)
        temporary.rename(self.root / self.statement)
        shutil.rmtree(self._private)

    @property
    def _private(self) -> Path:
        return self.root / _PRIVATE

    def _place(self, name: str) -> Path:
        return self._private / "finished" / f"{name}.json"


def file_of(place: Path, path: str) -> ExportedFile:
    """A file's facts; `path` is what to call it."""
    return ExportedFile(path=path, sha256=sha256_file(place), bytes=place.stat().st_size)
