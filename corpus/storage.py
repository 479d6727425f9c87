"""The work folder: finished units by content address, written atomically.

    work/                              mode 0700: it holds unmasked text
      units/<stage>/<aa>/<digest>/     one finished product; `result.json` is its small summary
      unfinished/                      products being written; emptied when a build starts
      progress/                        how far running units are

A product is written under `unfinished/`, flushed to disk, then renamed into place. A product that can be seen is whole.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from corpus.digest import Json, canonical
from corpus.errors import BuildStopped

RESULT = "result.json"

_NOTICE = """This folder holds unmasked source text and may contain personal health information.
Keep it private (mode 0700); do not publish, log or sample it. It can be deleted: a build makes it again.
"""


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """A private folder of finished units."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> WorkFolder:
        """Make the folder (mode 0700) and its notice where they are absent.

        Raises:
            BuildStopped: the folder holds something else; a build would delete and hide what is in it.
        """
        notice = root / "PRIVATE.txt"
        if root.exists() and not notice.is_file() and (not root.is_dir() or any(root.iterdir())):
            raise BuildStopped(f"{root} is not a work folder of hc4 and not empty; pass another --work")
        root.mkdir(parents=True, exist_ok=True)
        notice.write_text(_NOTICE, encoding="utf-8")
        root.chmod(0o700)
        (root / "units").mkdir(exist_ok=True)
        (root / "unfinished").mkdir(exist_ok=True)
        (root / "progress").mkdir(exist_ok=True)
        return cls(root)

    def product(self, stage: str, digest: str) -> Path:
        """Where a finished product lies, whether or not it exists."""
        return self.root / "units" / stage / digest[:2] / digest

    def finished(self, stage: str, digest: str) -> bool:
        """Whether the product exists, and thus is whole."""
        return (self.product(stage, digest) / RESULT).is_file()

    def result(self, stage: str, digest: str) -> dict[str, Any]:
        """The summary of a finished product."""
        loaded: dict[str, Any] = orjson.loads((self.product(stage, digest) / RESULT).read_bytes())
        return loaded

    @property
    def unfinished(self) -> Path:
        """What is being written; emptied when a build starts."""
        return self.root / "unfinished"

    def begin(self, stage: str, digest: str) -> Path:
        """A new private folder in which to write a product."""
        return Path(tempfile.mkdtemp(prefix=f"{stage}-{digest[:12]}-", dir=self.unfinished))

    def commit(self, stage: str, digest: str, folder: Path, result: Json) -> None:
        """Flush `folder` to disk and rename it into place; an equal product finished meanwhile wins."""
        (folder / RESULT).write_bytes(canonical(result))
        flush_tree(folder)
        target = self.product(stage, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.rename(target)
        except OSError:
            if not self.finished(stage, digest):
                raise
            shutil.rmtree(folder)
        _flush(target.parent)

    def beat(self, name: str, documents: int, text_bytes: int, tokens: int, raw_bytes: int) -> None:
        """Say how far a running unit has come. Lost beats do no harm."""
        path = self.root / "progress" / name
        with suppress(OSError):
            path.write_bytes(orjson.dumps([documents, text_bytes, tokens, raw_bytes]))

    def beats(self) -> dict[str, list[int]]:
        """The last beat of each running or finished unit: documents, text bytes, tokens, raw bytes."""
        found: dict[str, list[int]] = {}
        for path in (self.root / "progress").iterdir():
            with suppress(OSError, orjson.JSONDecodeError):
                found[path.name] = orjson.loads(path.read_bytes())
        return found

    def discard_unfinished(self) -> None:
        """Remove what killed builds left behind. Only while holding `lock`."""
        for folder in self.unfinished.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
        for path in (self.root / "progress").iterdir():
            path.unlink()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one build; the lock goes with the process, however it ends.

        Raises:
            BuildStopped: another build holds it.
        """
        with (self.root / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BuildStopped(f"another build is using {self.root}; wait for it or pass another --work") from None
            yield


def flush_tree(folder: Path) -> None:
    """fsync every file below `folder`, and its folders."""
    for path in sorted(folder.rglob("*")):
        _flush(path)
    _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
