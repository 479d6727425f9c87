"""`SHA256SUMS`: digests of every file, readable by `sha256sum --check`."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from corpus.digest import sha256_file
from manifests.layout import SIGNATURE, SUMS


def snapshot_files(folder: Path) -> list[str]:
    """Every plain file of a snapshot but SHA256SUMS and the signature over it, as sorted relative paths.

    Links are not followed.
    """
    return sorted(name for name, plain in _walk(folder) if plain and name not in (SUMS, SIGNATURE))


def strange_entries(folder: Path) -> list[str]:
    """What no snapshot holds, as sorted relative paths: links, pipes, sockets; folders empty or not to be listed."""
    return sorted(name for name, plain in _walk(folder) if not plain)


def sums_text(digests: dict[str, str]) -> str:
    """The content of SHA256SUMS."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def read_sums(folder: Path) -> dict[str, str]:
    """The lines of SHA256SUMS, by file; those that are no such line are left out."""
    path = folder / SUMS
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if path.is_file() else []
    except OSError:
        return {}
    return {name: digest for line in lines for digest, _, name in [line.partition("  ")]}


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over what is there."""
    digests = {name: sha256_file(folder / name) for name in snapshot_files(folder)}
    (folder / SUMS).write_text(sums_text(digests), encoding="utf-8")


def _walk(folder: Path) -> Iterator[tuple[str, bool]]:
    """Every entry below `folder` that is no folder with something in it, and whether it is a plain file."""
    waiting = list(folder.iterdir())
    while waiting:
        path = waiting.pop()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and (inside := _entries(path)):
            waiting += inside
        else:
            yield path.relative_to(folder).as_posix(), stat.S_ISREG(mode)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
