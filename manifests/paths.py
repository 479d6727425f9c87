"""Where a manifest may say that files lie: below the snapshot, each in a place of its own.

Commands read, link and write what a manifest lists. One that somebody sends may list `../../.ssh/authorized_keys`.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator

from manifests import layout


def _table(path: str) -> str:
    parts = PurePosixPath(path).parts
    plain = "/".join(parts) == path and not path.startswith("/") and ".." not in parts and "\\" not in path
    if not plain or not path.isprintable() or not path.endswith(".parquet"):
        raise ValueError("is no plain path of a Parquet file below the snapshot")
    return path


def _shard(path: str) -> str:
    if not path.startswith(f"{layout.DATA}/"):
        raise ValueError(f"does not lie in {layout.DATA}/")
    return path


def _other(path: str) -> str:
    if path.startswith(f"{layout.DATA}/"):
        raise ValueError(f"lies in {layout.DATA}/, where shards lie")
    return path


ShardPath = Annotated[str, AfterValidator(_table), AfterValidator(_shard)]
"""Of a shard."""

TablePath = Annotated[str, AfterValidator(_table), AfterValidator(_other)]
"""Of any other file that a manifest vouches for. All are tables: nothing that is listed can be a card."""
