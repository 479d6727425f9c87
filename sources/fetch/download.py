"""One file, taken so that what lies at its name is whole and as published, or nothing does.

NAME.part         what came so far; the next attempt, or the next run, asks for the rest
NAME.part.json    of which content: a rest is only ever joined to a beginning of the same ETag or date
NAME              renamed from NAME.part once size, first bytes and published checksum are right
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO

import orjson

from corpus.errors import FetchError
from sources.fetch.collection import PART, PART_FACTS, Checksum, Remote
from sources.fetch.lockfile import LockedFile, flush_folder
from sources.fetch.web import Answer, Patience, Transient, Web

_MUCH = 1 << 20
"""Bytes that count as progress: who gets them through is not given up."""
_SPARE_BYTES = 64 << 20
_BLOCK = 1 << 20
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_MAGIC = {"gzip": b"\x1f\x8b", "zip": b"PK"}
_HEX_DIGEST = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])")


class NotAsPublished(FetchError):
    """What came is not what the publisher describes; none of it is kept."""


@dataclass(slots=True)
class _Facts:
    """Of which content the part is."""

    url: str
    version: str
    checksum: str | None
    etag: str | None = None
    last_modified: str | None = None
    total: int | None = None

    @property
    def validator(self) -> str | None:
        """What If-Range may name: a strong ETag, else the date (RFC 9110, 13.1.5)."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified

    def agrees(self, answer: Answer, total: str) -> bool:
        """Whether a rest belongs to what is here, as far as either says."""
        pairs = (
            (self.etag, answer.header("ETag")),
            (self.last_modified, answer.header("Last-Modified")),
            (None if self.total is None else str(self.total), None if total == "*" else total),
        )
        return all(then is None or now is None or then == now for then, now in pairs)

    @property
    def resumable(self) -> bool:
        """Whether a mixture of two contents would be noticed."""
        return self.validator is not None or self.checksum is not None


class _Part:
    """The unfinished file, its digests so far, and of which content it is."""

    def __init__(self, remote: Remote, target: Path, checksum: Checksum | None) -> None:
        self._path = target.with_name(target.name + PART)
        self._facts_path = target.with_name(target.name + PART_FACTS)
        self._target = target
        self._checksum = checksum
        self.facts = _Facts(remote.url, remote.version, str(checksum) if checksum else None)
        self.size = 0
        self.joined = False
        """Whether it was put together from several answers."""
        self._handle: IO[bytes] | None = None
        self._start()
        self._take_up()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._path.parent

    def _start(self) -> None:
        self._sha256 = hashlib.sha256()
        self._published = hashlib.new(self._checksum.algorithm, usedforsecurity=False) if self._checksum else None
        self.size, self.joined = 0, False

    def _take_up(self) -> None:
        """What an earlier run left, if it was of the same content."""
        try:
            earlier = _Facts(**orjson.loads(self._facts_path.read_bytes()))
        except (OSError, orjson.JSONDecodeError, TypeError):
            earlier = None
        same = earlier and (earlier.url, earlier.version, earlier.checksum) == (
            self.facts.url, self.facts.version, self.facts.checksum,
        )  # fmt: skip
        if not earlier or not same or not earlier.resumable or not self._path.is_file():
            self._path.unlink(missing_ok=True)
            return
        self.facts = earlier
        with self._path.open("rb") as handle:
            while block := handle.read(_BLOCK):
                self._digest(block)
        self.joined = self.size > 0

    def _digest(self, block: bytes) -> None:
        self._sha256.update(block)
        if self._published:
            self._published.update(block)
        self.size += len(block)

    def restart(self) -> None:
        """Throw away what came so far."""
        self.close()
        self._start()
        self._path.unlink(missing_ok=True)
        self.facts.etag = self.facts.last_modified = self.facts.total = None

    def describe(self, answer: Answer, total: int | None) -> None:
        """Note of which content the next bytes are."""
        self.facts.etag = answer.header("ETag")
        self.facts.last_modified = answer.header("Last-Modified")
        self.facts.total = total
        self._facts_path.write_bytes(orjson.dumps(asdict(self.facts)))

    def add(self, chunk: bytes) -> None:
        """The next bytes."""
        if self._handle is None:
            self._handle = self._path.open("ab", buffering=0)
        view = memoryview(chunk)
        while view:
            view = view[self._handle.write(view) :]
        self._digest(chunk)

    def finish(self, record: Callable[[str], LockedFile]) -> LockedFile:
        """Flush, record, rename: a killed run finds either a part that is whole or a recorded file."""
        self._path.touch()  # a file of no bytes was never opened
        with self._path.open("rb+") as handle:
            os.fsync(handle.fileno())
        self.close()
        locked = record(self._sha256.hexdigest())
        self._path.replace(self._target)
        flush_folder(self._target.parent)
        self._facts_path.unlink(missing_ok=True)
        return locked

    def wrong_with(self, remote: Remote) -> str | None:
        """What differs from what the publisher states."""
        if remote.size is not None and self.size != remote.size:
            return f"{self.size:,} bytes came, the listing says {remote.size:,}"
        if self._checksum and self._published and self._published.hexdigest() != self._checksum.hex:
            return f"{self._checksum.algorithm} is {self._published.hexdigest()}, published is {self._checksum.hex}"
        if not _looks_like(self._path, remote.content):
            return f"the content is no {remote.content} file"
        if remote.check:
            try:
                remote.check(self._path)
            except FetchError as error:
                return str(error)
        return None

    def discard(self) -> None:
        """Leave nothing."""
        self.restart()
        self._facts_path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def download(
    web: Web,
    remote: Remote,
    folder: Path,
    *,
    known: LockedFile | None,
    record: Callable[[LockedFile], None],
    arrived: Callable[[int], None],
) -> LockedFile | None:
    """Take `remote`; None if it is the `known` file still.

    Args:
        known: the file that lies there now, if it is as it was taken.
        record: called once the file is whole and right, before it gets its name.
        arrived: told of bytes that came.

    Raises:
        FetchError: it cannot be had, or is not what is published; of the latter nothing is left behind.
        OSError: the disk is full or refuses.
    """
    checksum = remote.checksum or (_published(web, remote) if remote.checksum_url else None)
    if known and _unchanged(remote, checksum, known):
        return None
    target = folder / remote.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if checksum or remote.version:
        known = None  # the listing says that it changed: no answer of the server can say that it did not
    part = _Part(remote, target, checksum)
    patience = _Attempts(web, remote.url)
    try:
        while True:
            try:
                if not _attempt(web, remote, part, known, patience, arrived):
                    part.discard()
                    return None
            except Transient as error:
                patience.failed(error)
                continue
            if (wrong := part.wrong_with(remote)) is None:
                return part.finish(lambda sha256: _record(web, remote, part, checksum, sha256, record))
            if not part.joined:
                raise NotAsPublished(f"{remote.url}: {wrong}")
            part.restart()  # what was joined may come from two contents: once more, in one piece
    except NotAsPublished:
        part.discard()
        raise
    finally:
        part.close()


class _Attempts(Patience):
    """Patience that every new megabyte renews: bytes that came before do not count, so that it ends."""

    def __init__(self, web: Web, url: str) -> None:
        super().__init__(web.clock, url, web.say)
        self._best = 0

    def reached(self, size: int) -> None:
        """So much of the file is here."""
        if size >= self._best + _MUCH:
            self._best = size
            self.progressed()


def _attempt(
    web: Web,
    remote: Remote,
    part: _Part,
    known: LockedFile | None,
    patience: _Attempts,
    arrived: Callable[[int], None],
) -> bool:
    """Ask once for what is missing. False if `known` still is the content."""
    if part.size and not part.facts.resumable:
        part.restart()
    if part.size and part.size == part.facts.total:
        return True
    with web.get(remote.url, _headers(part, known)) as answer:
        if answer.status == HTTPStatus.NOT_MODIFIED and known and not part.size:
            return False
        total = _place(answer, part)
        if not (answer.tells_its_end or remote.size is not None or part.facts.checksum or remote.check):
            raise FetchError(f"{remote.url}: nothing states where the file ends; half of it would pass for the whole")
        if total is not None:
            _check_room(remote, part, total)
        part.describe(answer, total)
        for chunk in answer.chunks():
            if part.size + len(chunk) > min(remote.max_bytes, remote.max_bytes if total is None else total):
                raise NotAsPublished(f"{remote.url}: more than {total or remote.max_bytes:,} bytes came")
            part.add(chunk)
            arrived(len(chunk))
            patience.reached(part.size)
    if total is not None and part.size < total:
        part.joined = True
        raise Transient(f"{part.size:,} of {total:,} bytes came")
    return True


def _headers(part: _Part, known: LockedFile | None) -> dict[str, str]:
    if part.size:
        part.joined = True
        headers = {"Range": f"bytes={part.size}-"}
        if part.facts.validator:
            headers["If-Range"] = part.facts.validator
        return headers
    if known and known.etag:
        return {"If-None-Match": known.etag}
    if known and known.last_modified:
        return {"If-Modified-Since": known.last_modified}
    return {}


def _place(answer: Answer, part: _Part) -> int | None:
    """Where the body belongs: after what is here, or instead of it. Gives the size of the whole file, if stated.

    Raises:
        Transient: the server cannot go on where we are; what came so far is gone.
        FetchError: a status that no file has.
    """
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.restart()
        raise Transient("the file became shorter while it was fetched", wait=0)
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        stated = _RANGE.fullmatch(answer.header("Content-Range") or "")
        if not stated or int(stated[1]) != part.size or not part.facts.agrees(answer, stated[3]):
            part.restart()
            raise Transient("the file changed while it was fetched", wait=0)
        return None if stated[3] == "*" else int(stated[3])
    if answer.status != HTTPStatus.OK:
        raise FetchError(f"{answer.url}: HTTP {answer.status}, which is no file")
    if part.size:
        part.restart()
    return answer.length


def _check_room(remote: Remote, part: _Part, total: int) -> None:
    if remote.size is not None and total != remote.size:
        raise NotAsPublished(f"{remote.url}: the server has {total:,} bytes, the listing says {remote.size:,}")
    if total > remote.max_bytes:
        raise NotAsPublished(f"{remote.url}: {total:,} bytes; such a file has {remote.max_bytes:,} at most")
    folder = part.folder
    if shutil.disk_usage(folder).free < total - part.size + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, f"no room for {total - part.size:,} bytes", str(folder))


def _unchanged(remote: Remote, checksum: Checksum | None, known: LockedFile) -> bool:
    """Whether the listing tells that the file is still the one that lies here; if it does not, the server is asked."""
    if checksum:
        return str(checksum) == known.published_checksum
    if remote.version:
        return remote.version == known.version
    return False


def _record(
    web: Web,
    remote: Remote,
    part: _Part,
    checksum: Checksum | None,
    sha256: str,
    record: Callable[[LockedFile], None],
) -> LockedFile:
    locked = LockedFile(
        path=remote.path,
        url=remote.url,
        bytes=part.size,
        sha256=sha256,
        published_checksum=str(checksum) if checksum else None,
        etag=part.facts.etag,
        last_modified=part.facts.last_modified,
        version=remote.version or None,
        retrieved_at=web.clock.utc().strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    record(locked)
    return locked


def _published(web: Web, remote: Remote) -> Checksum:
    """The md5 in a checksum file of any of the usual forms: `MD5(name)= hex`, `hex  name`."""
    text = web.read(remote.checksum_url, most=1 << 16).decode("ascii", "replace")
    found = set(_HEX_DIGEST.findall(text))
    if len(found) != 1:
        raise FetchError(f"{remote.checksum_url}: {len(found)} md5 digests, not one")
    return Checksum("md5", found.pop().lower())


def _looks_like(path: Path, content: str) -> bool:
    if content == "any":
        return True
    if not path.is_file():
        return False
    with path.open("rb") as handle:
        head = handle.read(64)
    if content in _MAGIC:
        return head.startswith(_MAGIC[content])
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") if content == "xml" else head.startswith((b"{", b"["))
