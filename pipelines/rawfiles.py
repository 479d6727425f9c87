"""The raw files of a source: found, hashed, and traced to where they were fetched."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import fsspec

from corpus.assets import assets_folder
from corpus.digest import sha256_stream
from corpus.errors import RecipeError
from pipelines.locations import resolve_location
from pipelines.sections.sources import SourceRecipe
from sources.fetch.lockfile import LockedFile, is_ours, load_lock


@dataclass(frozen=True, slots=True, order=True)
class Retrieval:
    """Where and when a raw file was fetched, and what its publisher said of it then."""

    retrieved: str
    """ISO 8601: a day, or a time in UTC."""
    url: str | None = None
    published_checksum: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class RawInput:
    """One raw file as found: its name and sha256 are its identity, its path is not."""

    name: str
    sha256: str
    bytes: int
    path: str
    retrieval: Retrieval | None = None

    @property
    def retrieved(self) -> str | None:
        """When it was fetched, if that is known."""
        return self.retrieval.retrieved if self.retrieval else None


def find_raw_files(source: SourceRecipe, folder: Path) -> list[RawInput]:
    """Every raw file of a source, hashed, with what is known of its retrieval.

    The same bytes under the same name count once.

    Raises:
        RecipeError: a location matches nothing, two files share a name, or a file is not the one that was fetched.
    """
    known: dict[str, _Fetched | None] = {}
    files = find_files(f"source {source.name}", source.files, folder)
    return [replace(file, retrieval=_retrieval(file, source, known)) for file in files]


def find_files(owner: str, locations: Iterable[str], folder: Path) -> list[RawInput]:
    """The files that `locations` of `owner` mean, hashed, by name. Errors are those of `find_raw_files`."""
    paths: dict[str, tuple[str, str]] = {}
    for location in locations:
        found = list(_expand(location, folder))
        if not found:
            hint = "; run `hc4 assets pull demo`" if location.startswith("asset:demo/") else ""
            raise RecipeError(f"{owner}: {location!r} matches no file{hint}")
        for path, name in found:
            # A name is bytes: what is no UTF-8 is told with escapes.
            name = name.encode("utf-8", "backslashreplace").decode()  # noqa: PLW2901
            # Overlapping locations and links: one file is read once, under its longest name.
            same = path if "://" in path else os.path.realpath(path)
            paths[same] = max(paths.get(same, (name, path)), (name, path), key=lambda pair: (len(pair[0]), pair))
    with ThreadPoolExecutor(4) as pool:
        files = set(pool.map(_hash, (path for _, path in paths.values()), (name for name, _ in paths.values())))
    by_name: dict[str, RawInput] = {}
    for file in sorted(files):
        other = by_name.setdefault(file.name, file)
        if other.sha256 != file.sha256:
            raise RecipeError(
                f"{owner}: {other.path} and {file.path} have one name but different bytes; "
                "rename one, or make them two sources"
            )
    return list(by_name.values())


_Fetched = tuple[str, dict[str, LockedFile]]
"""A folder of `hc4 fetch` with its slash, and the files in it by path."""


def _retrieval(file: RawInput, source: SourceRecipe, known: dict[str, _Fetched | None]) -> Retrieval | None:
    """What the nearest lock of `hc4 fetch` above the file says of it, else the day that the recipe states.

    Raises:
        RecipeError: the lock is of other bytes.
    """
    path = "" if "://" in file.path else os.path.abspath(file.path)  # noqa: PTH100 - thousands of files; links stay
    if path and (fetched := _lock_above(os.path.dirname(path), known)) is not None:  # noqa: PTH120
        folder, files = fetched
        if (found := files.get(path.removeprefix(folder))) is not None:
            if found.sha256 != file.sha256:
                raise RecipeError(
                    f"source {source.name}: {file.path} is not what was fetched; `hc4 fetch verify {folder}` tells more"
                )
            return Retrieval(found.retrieved_at, found.url, found.published_checksum, found.etag, found.last_modified)
    return Retrieval(source.retrieved.isoformat()) if source.retrieved else None


def _lock_above(folder: str, known: dict[str, _Fetched | None]) -> _Fetched | None:
    """The lock in `folder` or the nearest one above. `known` remembers: folders share parents."""
    if folder not in known:
        lock = load_lock(Path(folder))
        parent = os.path.dirname(folder)  # noqa: PTH120
        if lock is not None:
            known[folder] = (f"{folder.rstrip('/')}/", lock.by_path())
        else:
            known[folder] = _lock_above(parent, known) if parent != folder else None
    return known[folder]


def _expand(location: str, folder: Path) -> Iterator[tuple[str, str]]:
    """(path, name) of each file a location means; the name is the path below the location's fixed part."""
    path = resolve_location(location, folder)
    if "://" in path:
        system, remote = fsspec.core.url_to_fs(path)
        found = system.find(remote) if system.isdir(remote) else system.glob(remote)
        yield from ((system.unstrip_protocol(each), _name(each, remote)) for each in found)
    elif Path(path).is_file():
        yield path, Path(path).name
    elif Path(path).is_dir():
        found = (each for each in Path(path).rglob("*") if each.is_file() and not is_ours(each.name))
        yield from ((str(each), each.relative_to(path).as_posix()) for each in found)
    else:
        base = str(assets_folder() if location.startswith("asset:") else folder)
        inside = path.removeprefix(base) if path.startswith(base) else path
        pattern = glob.escape(path.removesuffix(inside)) + inside
        matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 - absolute patterns, which Path.glob refuses
        fixed = len(path.removesuffix(inside)) + len(re.split(r"[*?\[]", inside)[0].rpartition("/")[0])
        yield from ((each, each[fixed:].lstrip("/")) for each in matches if Path(each).is_file())


def _name(path: str, location: str) -> str:
    """Name of a remote file below the fixed part of its location."""
    root = location.rstrip("/")
    if path == root or re.search(r"[*?\[]", root):
        root = re.split(r"[*?\[]", root)[0].rpartition("/")[0]
    return path.removeprefix(root).lstrip("/")


def _hash(path: str, name: str) -> RawInput:
    with fsspec.open(path, "rb") as stream:
        found = sha256_stream(stream)
        size = stream.seek(0, 2)
    return RawInput(name=name, sha256=found, bytes=size, path=path)
