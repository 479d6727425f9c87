"""What a collection is: facts about it, and a list of the files its publisher offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal, Protocol
from urllib.parse import urlsplit

from corpus.digest import Json
from corpus.errors import FetchError

Content = Literal["any", "gzip", "zip", "json", "xml"]

RESERVED = ("fetch.lock.json", "fetch.lock.journal")
PART = ".part"
PART_FACTS = ".part.json"
_HEX = {"md5": 32, "sha256": 64}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\\:]")


@dataclass(frozen=True, slots=True)
class Checksum:
    """A digest that the publisher states for a file."""

    algorithm: Literal["md5", "sha256"]
    hex: str

    def __post_init__(self) -> None:
        if not re.fullmatch(rf"[0-9a-f]{{{_HEX[self.algorithm]}}}", self.hex):
            raise FetchError(f"{self.hex[:80]!r} is no {self.algorithm} in lower-case hex")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


@dataclass(frozen=True, slots=True)
class Remote:
    """One file as its publisher lists it.

    Raises:
        FetchError: the listing names a path outside the folder, or a URL that is not http(s).
    """

    url: str
    path: str
    """Where it goes below the destination, `/` between names."""
    size: int | None = None
    """Exact bytes, where the listing states them."""
    checksum: Checksum | None = None
    checksum_url: str = ""
    """Where the publisher states the checksum, if in a file of its own."""
    version: str = ""
    """What the listing says that changes with the content; without it or a checksum, the server is asked."""
    content: Content = "any"
    """What the first bytes must look like: an error page is not taken for a file."""
    max_bytes: int = 16 << 30
    check: Callable[[Path], object] | None = field(default=None, compare=False)
    """Looks deeper into the file before it counts as taken; raises FetchError."""
    then: Callable[[Path], Iterable[Remote]] | None = field(default=None, compare=False)
    """What else to take, known only once this file is here (the next page of an API)."""

    def __post_init__(self) -> None:
        check_path(self.path)
        check_url(self.url)
        if self.checksum_url:
            check_url(self.checksum_url)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a collection is wanted."""

    what: str
    since: str | None = None
    """ISO date: only what changed on or after it."""
    limit: int | None = None

    def as_json(self) -> dict[str, Json]:
        """As the lock file records it."""
        return {"what": self.what, "since": self.since, "limit": self.limit}


@dataclass(frozen=True, slots=True)
class About:
    """Facts about a collection that people see before they fetch it."""

    name: str
    title: str
    size: str
    """Order of magnitude, with the date of the statement."""
    terms_url: str
    base_url: str
    """Where the listing is. `--base-url` replaces it."""
    requests_per_second: float
    choices: Mapping[str, str]
    """Values of `--what` and what they mean; the first is the default."""
    reader: str
    """The reader that understands the files."""
    packed: bool = False
    """Whether the reader needs `archive: auto` to look into the files."""
    limit_unit: Literal["files", "articles", "records"] = "files"
    files_url: str = ""
    """Where the files are, if on another host. A mirror named by `--base-url` holds both."""
    since: str = ""
    """What `--since` compares; empty if the collection has no dates."""
    open_choices: bool = False
    """Whether other values of `--what` may exist upstream."""
    one_at_a_time: bool = False
    """Whether a file can be named only once the one before it is here."""


class Listing(Protocol):
    """What a collection may use to find out what there is."""

    base_url: str
    files_url: str

    def read(self, url: str) -> bytes:
        """A small document (a page, a manifest), asked for again as often as downloads are."""

    def keep(self, remote: Remote) -> Path:
        """A large listing as a local file, checked as downloads are and gone when the run ends."""


class Collection(Protocol):
    """One raw collection. A new one is one class of this shape."""

    about: ClassVar[About]

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """What the publisher offers of `selection`, in a fixed order.

        `selection.limit` is applied by the caller where it counts files, here where it counts anything else.

        Raises:
            FetchError: the listing cannot be had or is not of the known form.
        """


def check_path(path: str) -> None:
    """Refuse a path that could leave the destination folder or meet a file of our own.

    Raises:
        FetchError: absolute, `..`, hidden, with a backslash, colon or control character, or a reserved name.
    """
    names = path.split("/")
    fine = (
        names
        and not _CONTROL.search(path)
        and all(name and not name.startswith(".") and len(name.encode()) <= 200 for name in names)
        and not path.endswith((PART, PART_FACTS))
        and path not in RESERVED
    )
    if not fine or PurePosixPath(path).is_absolute():
        raise FetchError(f"the listing names the path {path[:200]!r}, which is refused")


def check_url(url: str) -> None:
    """Refuse anything but http and https.

    Raises:
        FetchError: another scheme, no host, or a user name or password in it.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an unfinished IPv6 address, a port that is no number
        fine = False
    if not fine:
        raise FetchError(f"{url[:200]!r} is not an http(s) URL")
    if parts.username or parts.password:
        raise FetchError(f"the URL of {parts.hostname} holds a user name or password, which the lock would give away")


def path_below(url: str, prefix: str) -> str:
    """The path of a listed URL below `prefix`, whatever host it names: files are only ever taken from the known one.

    Raises:
        FetchError: the URL is not below `prefix`.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    if not path.startswith(prefix):
        raise FetchError(f"the listing names {url[:200]!r}, which is not below {prefix}")
    below = path.removeprefix(prefix)
    check_path(below)
    return below
