"""One real file on the loopback, and what is asked of it once it was taken."""

from __future__ import annotations

import hashlib
from pathlib import Path

from corpus.digest import sha256_file
from sources.fetch.collection import Checksum, Remote
from sources.fetch.download import download
from sources.fetch.lockfile import LockedFile
from sources.fetch.web import Web
from tests.sources.fetch.loopback import Loopback

PATH = "/PMC3468583.1/pone.0046493.nxml"
NAME = "pone.0046493.nxml"


def md5(content: bytes) -> Checksum:
    return Checksum("md5", hashlib.md5(content).hexdigest())


def take(
    web: Web, server: Loopback, folder: Path, known: LockedFile | None = None, **facts: object
) -> LockedFile | None:
    """Download the file, with what a listing might say of it."""
    remote = Remote(url=server.url + PATH, path=NAME, content="xml", **facts)  # type: ignore[arg-type]
    return download(web, remote, folder, known=known, record=lambda _: None, arrived=lambda _: None)


def nothing_is_left(folder: Path) -> bool:
    return list(folder.iterdir()) == []


def whole(folder: Path, original: Path) -> bool:
    """Whether the file, and nothing else, lies there."""
    return sha256_file(folder / NAME) == sha256_file(original) and [path.name for path in folder.iterdir()] == [NAME]
