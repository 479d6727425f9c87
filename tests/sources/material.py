"""Real files by path, never copied: the demonstration assets and, beside the repository, the shared kit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus.assets import assets_folder
from corpus.document import Record
from sources.reader import RawFile, Reader

KIT = Path(__file__).parents[3] / "shared" / "data" / "kit"


def demo_file(name: str) -> Path:
    path = assets_folder() / "demo" / name
    if not path.is_file():
        pytest.skip(f"{path} is absent: `hc4 assets pull demo` brings it")
    return path


def kit_files(folder: str, pattern: str) -> list[Path]:
    files = sorted((KIT / folder).glob(pattern))
    if not files:
        pytest.skip(f"{KIT / folder} is absent: it is not part of the project")
    return files


def records(reader: Reader, path: Path) -> tuple[list[Record], Counter[str]]:
    facts: Counter[str] = Counter()
    return list(reader.read(RawFile(str(path)), facts)), facts
