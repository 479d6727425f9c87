"""What an export and a set of instructions state of themselves, read or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import SnapshotError
from manifests.exported import EXPORT, read_export
from manifests.instructed import INSTRUCT, read_instructions

READERS = pytest.mark.parametrize(("read", "name"), [(read_export, EXPORT), (read_instructions, INSTRUCT)])


@READERS
def test_a_folder_without_a_statement_is_not_finished(
    tmp_path: Path, read: Callable[[Path], object], name: str
) -> None:
    with pytest.raises(SnapshotError, match=f"is no finished (export|set of instructions): it has no readable {name}"):
        read(tmp_path)


@READERS
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "json_invalid at top level"),
        ('{"snapshot_id": "Jane Q. Doe", "documents": 1}', r"missing at \w+"),
    ],
)
def test_a_damaged_statement_is_refused_and_nothing_of_it_is_quoted(
    tmp_path: Path, read: Callable[[Path], object], name: str, content: str, fault: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match=f"{name} is damaged: ({fault})") as raised:
        read(tmp_path)
    assert "Jane" not in str(raised.value)
