"""What is about to be released is checked where it lies, and stays out of sight if a check fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpus.digest import sha256_file
from corpus.errors import BuildStopped, LedgerImbalance
from corpus.tables import write_frame
from manifests import layout
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from pipelines import publish
from pipelines.release_checks import check_release
from tests.conftest import Built
from tests.manifests.damage import changed
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

ADDRESS = "jane.q.doe@example-clinic.org"


@pytest.fixture
def copy(snapshot: Built, tmp_path: Path) -> Path:
    shutil.copytree(snapshot.folder, tmp_path / "snapshot")
    return tmp_path / "snapshot"


def edited(manifest: Manifest, change: Callable[[dict[str, Any]], None]) -> Manifest:
    content = manifest.model_dump(mode="json")
    change(content)
    return Manifest.model_validate(content)


def one_more(*place: Any) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        owner: Any = manifest
        for part in place[:-1]:
            owner = owner[part]
        owner[place[-1]] += 1

    return change


def test_a_whole_snapshot_passes(snapshot: Built) -> None:
    check_release(Snapshot.open(snapshot.folder))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("sources", 3, "kept", "words"), "shards of source medline and what it keeps"),
        (("totals", "bytes"), "sources and totals"),
        (("splits", 0, "amount", "documents"), "splits and totals"),
        (
            ("ledger", "curated", 3, "amount", "tokens"),
            "curated less masked, less cut, and released text of source medline",
        ),
        (
            ("ledger", "masked", 3, "amount", "bytes"),
            "curated less masked, less cut, and released text of source medline",
        ),
        (("ledger", "released", 3, "amount", "words"), "what masking leaves of source medline and its shards"),
    ],
)
def test_a_sum_that_is_not_another_stops_the_build(snapshot: Built, place: tuple[Any, ...], said: str) -> None:
    with pytest.raises(LedgerImbalance, match=said):
        check_release(Snapshot(snapshot.folder, edited(snapshot.manifest, one_more(*place))))


def test_a_cut_that_the_shards_do_not_show_stops_the_build(snapshot: Built) -> None:
    def change(manifest: dict[str, Any]) -> None:
        amount = {"documents": 1, "bytes": 9, "words": 2, "tokens": 3}
        manifest["ledger"]["cut"] = [{"label": "medline", "amount": amount}]

    with pytest.raises(LedgerImbalance, match="less cut, and released text of source medline"):
        check_release(Snapshot(snapshot.folder, edited(snapshot.manifest, change)))


def test_rights_beyond_those_of_the_licences_stop_the_build(snapshot: Built) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["rights"]["floor"]["commercial"] = True

    with pytest.raises(BuildStopped, match=r"rights\.floor"):
        check_release(Snapshot(snapshot.folder, edited(snapshot.manifest, change)))


def test_a_licence_that_the_profile_does_not_let_in_stops_the_build(snapshot: Built) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["recipe"]["licence_profile"] = "commercial"

    with pytest.raises(BuildStopped, match=r"data/medline/.*LicenseRef-NLM-Terms"):
        check_release(Snapshot(snapshot.folder, edited(snapshot.manifest, change)))


@pytest.mark.parametrize(
    ("name", "column", "place"),
    [
        (layout.SAMPLES, "excerpt", "excerpt of"),
        (layout.REMOVALS, "text", "text of"),
        (layout.REMOVALS, "survivor_text", "text of"),
    ],
)
def test_an_identifier_in_what_is_shown_stops_the_build_by_place_and_class(
    copy: Path, name: str, column: str, place: str
) -> None:
    table = pl.read_parquet(copy / name, glob=False)

    with changed(copy / name, (copy / name).read_bytes()):
        write_frame(table.with_columns(pl.lit(f"Write to {ADDRESS} soon.").alias(column)), copy / name)
        with pytest.raises(BuildStopped) as stopped:
            check_release(Snapshot.open(copy))

    assert f"{name}: {place}" in str(stopped.value)
    assert "(EMAIL)" in str(stopped.value)
    assert ADDRESS not in str(stopped.value)
    assert "jane" not in str(stopped.value)


def test_a_copy_with_other_bytes_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    monkeypatch.setattr(publish.shutil, "copyfile", lambda _, target: Path(target).write_bytes(b"abd"))

    with pytest.raises(BuildStopped, match="changed while it was copied"):
        publish._copy(tmp_path / "a", tmp_path / "b")


def test_what_fails_replaces_nothing(
    small_corpus: SmallCorpus, snapshot: Built, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Snapshot) -> None:
        raise BuildStopped("nothing was released: a test")

    before = sha256_file(copy / layout.MANIFEST)
    monkeypatch.setattr(publish, "check_release", refuse)
    with pytest.raises(BuildStopped, match="a test"):
        build(small_corpus.recipe_file, copy, snapshot.work)

    assert sha256_file(copy / layout.MANIFEST) == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
