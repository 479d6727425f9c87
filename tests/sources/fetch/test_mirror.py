"""A folder brought up to date: what is right is left alone, and what fails does not stop the rest."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from corpus.errors import FetchError
from sources.fetch.lockfile import JOURNAL, LOCK
from sources.fetch.mirror import verify
from tests.sources.fetch import kit
from tests.sources.fetch import loopback as server_that
from tests.sources.fetch.loopback import Loopback
from tests.sources.fetch.mirroring import lock_of, paths, run

NAMES = ("pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz", "pubmed26n0003.xml.gz")
ADDRESS = "/pubmed/baseline/"


@pytest.fixture
def pubmed(server: Loopback) -> dict[str, bytes]:
    """Three files, served."""
    return kit.serve_pubmed(server, NAMES)


def bodies_asked(server: Loopback) -> list[str]:
    return [request.path.removeprefix(ADDRESS) for request in server.log if request.path.endswith(".gz")]


def fetch(server: Loopback, folder: Path, **options: object):  # type: ignore[no-untyped-def]
    return run("pubmed", server.url + "/pubmed", folder, **options)  # type: ignore[arg-type]


def test_a_second_run_takes_nothing(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)
    before = (tmp_path / LOCK).read_bytes()
    server.log.clear()

    done = fetch(server, tmp_path)

    assert (done.taken, done.kept, done.failed) == ([], 3, [])
    assert bodies_asked(server) == []
    assert (tmp_path / LOCK).read_bytes() == before


def test_only_the_files_and_the_lock_are_left(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, *NAMES]


@pytest.mark.parametrize("harm", ["missing", "shorter", "changed"])
def test_a_file_that_was_harmed_is_taken_again(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path, harm: str
) -> None:
    fetch(server, tmp_path)
    victim = tmp_path / NAMES[1]
    body = pubmed[NAMES[1]]
    if harm == "missing":
        victim.unlink()
    else:
        victim.write_bytes(body[:-1] + (b"" if harm == "shorter" else b"\x7f"))
    server.log.clear()

    fetch(server, tmp_path)

    assert victim.read_bytes() == body
    assert bodies_asked(server) == [NAMES[1]]


def test_a_file_that_changed_upstream_is_taken_again(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(server, tmp_path)
    newer = kit.serve_pubmed(server, (NAMES[2], NAMES[0], NAMES[1]))
    server.log.clear()

    done = fetch(server, tmp_path)

    assert {path: (tmp_path / path).read_bytes() for path in NAMES} == newer
    assert len(done.taken) == 3


def test_a_published_checksum_is_believed_rather_than_a_server_that_says_nothing_changed(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(server, tmp_path)
    server.serve(f"{ADDRESS}{NAMES[0]}.md5", b"MD5(x)= " + b"0" * 32)

    done = fetch(server, tmp_path)

    assert [failure.path for failure in done.failed] == [NAMES[0]]
    assert (tmp_path / NAMES[0]).read_bytes() == pubmed[NAMES[0]]
    assert "if-none-match" not in server.asked(ADDRESS + NAMES[0])[-1].headers


def test_a_file_that_fails_is_named_and_the_rest_is_taken(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path
) -> None:
    server.next_time(ADDRESS + NAMES[1], server_that.status(404))

    done = fetch(server, tmp_path)

    assert [(failure.path, "HTTP 404" in failure.reason) for failure in done.failed] == [(NAMES[1], True)]
    assert paths(tmp_path) == [NAMES[0], NAMES[2]]
    assert [file.path for file in lock_of(tmp_path).files] == [NAMES[0], NAMES[2]]
    assert not lock_of(tmp_path).complete


def test_what_failed_is_taken_by_the_next_run(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    server.next_time(ADDRESS + NAMES[1], server_that.status(404))
    fetch(server, tmp_path)

    done = fetch(server, tmp_path)

    assert ([file.path for file in done.taken], done.kept) == ([NAMES[1]], 2)
    assert lock_of(tmp_path).complete


def test_a_limit_grows(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path, limit=1)

    done = fetch(server, tmp_path, limit=3)

    assert ([file.path for file in done.taken], done.kept) == (list(NAMES[1:]), 1)


@pytest.mark.parametrize("workers", [2, 4])
def test_several_at_a_time_give_the_same_folder(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path, workers: int
) -> None:
    fetch(server, tmp_path / "one")
    fetch(server, tmp_path / "many", workers=workers)

    for name in (LOCK, *NAMES):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()


def test_several_at_a_time_report_every_failure(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    for name in NAMES[:2]:
        server.next_time(ADDRESS + name, server_that.status(403))

    done = fetch(server, tmp_path, workers=3)

    assert [failure.path for failure in done.failed] == list(NAMES[:2])
    assert paths(tmp_path) == [NAMES[2]]


def test_somebody_elses_file_is_not_overwritten(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).write_bytes(b"mine")

    done = fetch(server, tmp_path)

    assert (tmp_path / NAMES[0]).read_bytes() == b"mine"
    assert "was not fetched by hc4" in done.failed[0].reason


def test_a_file_that_is_no_longer_listed_stays_and_is_told(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(server, tmp_path)
    kit.serve_pubmed(server, NAMES[:2])

    done = fetch(server, tmp_path)

    assert done.unlisted == [NAMES[2]]
    assert paths(tmp_path) == list(NAMES)


def test_prune_removes_what_is_no_longer_listed(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)
    kit.serve_pubmed(server, NAMES[:2])

    fetch(server, tmp_path, prune=True)

    assert paths(tmp_path) == list(NAMES[:2])
    assert [file.path for file in lock_of(tmp_path).files] == list(NAMES[:2])


@pytest.mark.parametrize("reason", ["limit", "failure"])
def test_prune_removes_nothing_if_the_listing_was_not_walked_to_its_end(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path, reason: str
) -> None:
    fetch(server, tmp_path)
    kit.serve_pubmed(server, NAMES[:2])
    if reason == "failure":
        server.next_time(f"{ADDRESS}{NAMES[0]}.md5", server_that.status(404))

    fetch(server, tmp_path, prune=True, limit=1 if reason == "limit" else None)

    assert paths(tmp_path) == list(NAMES)


def test_a_folder_of_another_selection_is_refused(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)
    server.serve("/pubmed/updatefiles/", b"")

    with pytest.raises(FetchError, match="was fetched with --what baseline, not updates"):
        fetch(server, tmp_path, what="updates")


def test_a_folder_of_another_collection_is_refused(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)

    with pytest.raises(FetchError, match="the collection pubmed, not openfda"):
        run("openfda", server.url, tmp_path)


def test_two_runs_into_one_folder_do_not_meet(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    with (tmp_path / JOURNAL).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(FetchError, match="another run"):
            fetch(server, tmp_path)

    assert server.log == []


def test_a_full_disk_ends_the_run_and_keeps_what_was_taken(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(server, tmp_path, limit=1)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1 << 30, 1 << 30, 100))

    with pytest.raises(OSError, match="no room") as caught:
        fetch(server, tmp_path)

    assert caught.value.errno == errno.ENOSPC
    assert [file.path for file in lock_of(tmp_path).files] == [NAMES[0]]
    assert not list(tmp_path.glob(".listing*"))


def test_verify_says_nothing_of_a_folder_as_it_was_taken(
    server: Loopback, pubmed: dict[str, bytes], tmp_path: Path
) -> None:
    fetch(server, tmp_path)

    lock, differing = verify(tmp_path)

    assert (len(lock.files), differing) == (3, [])


def test_verify_names_what_differs_and_how(server: Loopback, pubmed: dict[str, bytes], tmp_path: Path) -> None:
    fetch(server, tmp_path)
    (tmp_path / NAMES[0]).unlink()
    (tmp_path / NAMES[1]).write_bytes(pubmed[NAMES[1]][:-1] + b"\x7f")
    (tmp_path / NAMES[2]).write_bytes(b"")

    _, differing = verify(tmp_path)

    assert [failure.path for failure in differing] == list(NAMES)
    assert [failure.reason.split()[1] for failure in differing] == ["missing", "sha256", "0"]


def test_verify_of_a_folder_without_a_lock_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"no fetch\.lock\.json"):
        verify(tmp_path)
