"""The lock: canonical, atomic, and never behind what lies in the folder."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.digest import canonical
from corpus.errors import FetchError
from sources.fetch.collection import Checksum, Remote, check_path, path_below
from sources.fetch.lockfile import JOURNAL, LOCK, Lock, LockedFile, is_ours, load_lock, open_lock, write_lock
from tests.sources.fetch import kit
from tests.sources.fetch.loopback import Loopback
from tests.sources.fetch.mirroring import lock_of, run


def a_file(path: str) -> LockedFile:
    return LockedFile(
        path=path,
        url=f"https://example.org/{path}",
        bytes=3,
        sha256="0" * 64,
        published_checksum="md5:" + "1" * 32,
        etag='"e"',
        last_modified=None,
        version=None,
        retrieved_at="2026-01-07T12:00:00Z",
    )


def a_lock(*names: str) -> Lock:
    return Lock(
        collection="pubmed",
        base_url="https://example.org",
        selection={"what": "baseline", "since": None, "limit": None},
        tool={"name": "hc4", "version": "0"},
        user_agent="hc4/0",
        terms_url="https://example.org/terms",
        complete=True,
        files=tuple(a_file(name) for name in names),
    )


def test_a_lock_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write_lock(tmp_path, a_lock("a", "b/c"))

    assert load_lock(tmp_path) == a_lock("a", "b/c")


def test_a_lock_is_canonical_json_sorted_by_path(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pubmed(server, ("pubmed26n0002.xml.gz", "pubmed26n0001.xml.gz"))
    run("pubmed", server.url + "/pubmed", tmp_path)

    raw = (tmp_path / LOCK).read_bytes()
    stated = json.loads(raw)

    assert raw == canonical(stated)
    assert list(stated) == sorted(
        (
            "schema_version",
            "collection",
            "base_url",
            "selection",
            "tool",
            "user_agent",
            "terms_url",
            "complete",
            "files",
        )
    )
    assert [file["path"] for file in stated["files"]] == ["pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz"]
    assert set(stated["files"][0]) == {
        "path", "url", "bytes", "sha256", "published_checksum", "etag", "last_modified", "version", "retrieved_at",
    }  # fmt: skip


def test_a_folder_without_a_lock_has_none(tmp_path: Path) -> None:
    assert load_lock(tmp_path) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"schema_version": 1}', b'{"schema_version": 1, "files": [{}]}']
)
def test_a_damaged_lock_is_an_error(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / LOCK).write_bytes(damage)

    with pytest.raises(FetchError, match="damaged"):
        load_lock(tmp_path)


def test_a_lock_of_a_later_schema_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b'{"schema_version": 2, "files": []}')

    with pytest.raises(FetchError, match="schema 2"):
        load_lock(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(min_value=0, max_value=10_000))
def test_a_journal_cut_anywhere_counts_the_lines_that_were_finished(tmp_path: Path, cut: int) -> None:
    write_lock(tmp_path, a_lock("a"))
    lines = [canonical(asdict(a_file(name))) + b"\n" for name in ("b", "c", "d")]
    journal = b"".join(lines)[:cut]
    (tmp_path / JOURNAL).write_bytes(journal)

    found = lock_of(tmp_path)

    finished = journal.count(b"\n")
    assert [file.path for file in found.files] == ["a", "b", "c", "d"][: finished + 1]


def test_a_run_that_dies_leaves_its_files_in_the_journal_and_the_next_one_folds_them(tmp_path: Path) -> None:
    def die() -> None:
        with open_lock(tmp_path, a_lock()) as dying:
            dying.add(a_file("b"))
            dying.add(a_file("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()

    assert [file.path for file in lock_of(tmp_path).files] == ["a", "b"]
    with open_lock(tmp_path, a_lock()):
        assert [row["path"] for row in json.loads((tmp_path / LOCK).read_bytes())["files"]] == ["a", "b"]
    assert not (tmp_path / JOURNAL).exists()


def test_a_later_line_replaces_an_earlier_file(tmp_path: Path) -> None:
    write_lock(tmp_path, a_lock("a"))
    newer = replace(a_file("a"), sha256="f" * 64)
    (tmp_path / JOURNAL).write_bytes(canonical(asdict(newer)) + b"\n")

    assert lock_of(tmp_path).files == (newer,)


def test_a_run_killed_between_record_and_name_is_finished_without_asking_for_the_body(
    server: Loopback, tmp_path: Path
) -> None:
    (name, body), *_ = kit.serve_pubmed(server).items()
    run("pubmed", server.url + "/pubmed", tmp_path)
    lock = lock_of(tmp_path)
    (tmp_path / name).rename(tmp_path / f"{name}.part")
    facts = {
        "url": lock.files[0].url,
        "version": "",
        "checksum": lock.files[0].published_checksum,
        "etag": lock.files[0].etag,
        "last_modified": lock.files[0].last_modified,
        "total": len(body),
    }
    (tmp_path / f"{name}.part.json").write_text(json.dumps(facts))

    run("pubmed", server.url + "/pubmed", tmp_path)

    assert (tmp_path / name).read_bytes() == body
    assert len(server.asked(f"/pubmed/baseline/{name}")) == 1


@pytest.mark.parametrize("name", [LOCK, JOURNAL, "a.xml.part", "a.xml.part.json"])
def test_bookkeeping_is_told_from_raw_files(name: str) -> None:
    assert is_ours(name)
    assert not is_ours("a.xml")


@given(path=st.text(alphabet=st.sampled_from("ab./\\:\0é -"), max_size=12) | st.text(max_size=20))
def test_a_path_that_is_accepted_stays_below_the_folder(path: str) -> None:
    folder = Path("/somewhere/raw")
    try:
        check_path(path)
    except FetchError:
        return

    below = (folder / path).resolve()
    assert folder in below.parents
    assert not is_ours(path)
    assert not any(part.startswith(".") for part in path.split("/"))


@pytest.mark.parametrize(
    "path", ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a/", "a\\b", "c:a", "a\nb", ".a", LOCK, "x.part"]
)
def test_a_path_that_could_harm_is_refused(path: str) -> None:
    with pytest.raises(FetchError, match="refused"):
        Remote(url="https://example.org/a", path=path)


@pytest.mark.parametrize(
    "url",
    ["", "a", "/a", "file:///a", "s3://bucket/a", "javascript:1", "http://", "https:///a", "http://[", "http://a:b/"],
)
def test_a_url_that_is_not_http_is_refused(url: str) -> None:
    with pytest.raises(FetchError, match="http"):
        Remote(url=url, path="a")


def test_a_url_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(FetchError, match="password") as caught:
        Remote(url="https://me:hunter2@example.org/a", path="a")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("stated", ["", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 32 + "\n"])
def test_a_checksum_that_is_none_is_refused(stated: str) -> None:
    with pytest.raises(FetchError, match="no md5"):
        Checksum("md5", stated)


def test_a_listed_url_keeps_only_its_path() -> None:
    assert path_below("https://anywhere.example/drug/label/a.zip?x=1#y", "/drug/label/") == "a.zip"
