"""`SHA256SUMS`: digests of every file, readable by `sha256sum --check`."""

from __future__ import annotations

from pathlib import Path

from corpus.digest import sha256_file
from manifests.layout import SUMS


def snapshot_files(folder: Path) -> list[str]:
    """Every file of a snapshot but SHA256SUMS, as sorted relative paths."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != SUMS)


def sums_text(digests: dict[str, str]) -> str:
    """The content of SHA256SUMS."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over what is there."""
    digests = {name: sha256_file(folder / name) for name in snapshot_files(folder)}
    (folder / SUMS).write_text(sums_text(digests), encoding="utf-8")
