"""Units: what is finished is never done again, and what fails leaves nothing to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.digest import Json, digest
from corpus.errors import EngineError, RawFileError
from corpus.storage import WorkFolder
from corpus.unit import Unit, execute, finished

SECRET = "Mrs Doe, 617-555-0123"


def write_all(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> Mapping[str, Json]:
    """A task: writes what it is asked for, and says so."""
    with Path(params["journal"]).open("a", encoding="utf-8") as stream:
        stream.write(",".join(sorted(folders)) + "\n")
    for stage, folder in folders.items():
        (folder / "rows").write_text(stage, encoding="utf-8")
    return {stage: {"rows": len(stage)} for stage in folders}


def write_then_fail(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> Mapping[str, Json]:
    """A task that breaks down after it has written."""
    write_all(params, folders, work)
    raise ValueError(SECRET)


def write_then_refuse(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> Mapping[str, Json]:
    """A task that ends on purpose after it has written."""
    write_all(params, folders, work)
    raise RawFileError("truncated_gzip", "at byte 7")


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    return WorkFolder.create(tmp_path / "work")


def unit(work: WorkFolder, task: str, *stages: str) -> Unit:
    return Unit(
        f"{__name__}:{task}",
        {stage: digest(stage) for stage in stages},
        {"journal": str(work.root / "journal")},
        label="notes/one.jsonl",
    )


def journal(work: WorkFolder) -> list[str]:
    """The stages of each call of the task."""
    return (work.root / "journal").read_text(encoding="utf-8").splitlines()


def left(work: WorkFolder) -> list[Path]:
    """What can be seen of products, and what is unfinished."""
    return [path for name in ("units", "unfinished") for path in (work.root / name).rglob("*") if path.is_file()]


def test_a_unit_gives_the_summary_of_each_product(work: WorkFolder) -> None:
    one = unit(work, "write_all", "documents", "phi")
    assert not finished(one, work)

    assert execute(one, work) == {"documents": {"rows": 9}, "phi": {"rows": 3}}
    assert finished(one, work)


def test_a_finished_unit_is_not_done_again(work: WorkFolder) -> None:
    one = unit(work, "write_all", "documents", "phi")

    assert execute(one, work) == execute(one, work)
    assert journal(work) == ["documents,phi"]


def test_only_missing_products_are_asked_for(work: WorkFolder) -> None:
    execute(unit(work, "write_all", "documents"), work)

    found = execute(unit(work, "write_all", "documents", "phi"), work)

    assert found == {"documents": {"rows": 9}, "phi": {"rows": 3}}
    assert journal(work) == ["documents", "phi"]


@pytest.mark.parametrize("task", ["write_then_fail", "write_then_refuse"])
def test_a_failing_task_leaves_nothing(work: WorkFolder, task: str) -> None:
    one = unit(work, task, "documents", "phi")

    with pytest.raises((EngineError, RawFileError)):
        execute(one, work)

    assert left(work) == []
    assert not finished(one, work)


def test_a_foreign_error_says_where_and_never_what(work: WorkFolder) -> None:
    with pytest.raises(EngineError) as raised:
        execute(unit(work, "write_then_fail", "documents"), work)

    assert str(raised.value).startswith("notes/one.jsonl failed: ValueError at test_unit.py:")
    assert SECRET not in str(raised.value)


def test_a_deliberate_error_passes_as_it_is(work: WorkFolder) -> None:
    with pytest.raises(RawFileError, match="truncated_gzip: at byte 7"):
        execute(unit(work, "write_then_refuse", "documents"), work)


def test_a_failed_unit_can_be_done_later(work: WorkFolder) -> None:
    with pytest.raises(EngineError):
        execute(unit(work, "write_then_fail", "documents"), work)

    assert execute(unit(work, "write_all", "documents"), work) == {"documents": {"rows": 9}}
