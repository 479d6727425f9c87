"""A download that breaks off goes on where it was, and joins nothing that does not belong together."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from corpus.errors import FetchError
from sources.fetch.collection import Remote
from sources.fetch.download import download
from sources.fetch.lockfile import LockedFile
from sources.fetch.web import Web
from tests.sources.fetch import loopback as server_that
from tests.sources.fetch.loopback import FakeClock, Loopback
from tests.sources.fetch.one_file import NAME, PATH, md5, take, whole
from tests.sources.material import demo_file


def test_a_dropped_connection_is_resumed_where_it_broke(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.drop(after=60_000))

    take(web, server, tmp_path, checksum=md5(body))

    assert whole(tmp_path, original)
    assert [(request.status, request.range) for request in server.log] == [(200, None), (206, "bytes=60000-")]
    assert server.log[1].headers["if-range"] == server.files[PATH].etag


def test_many_drops_are_survived_as_long_as_a_megabyte_comes_between(
    web: Web, server: Loopback, tmp_path: Path
) -> None:
    large = demo_file("pubmed20n0014.xml.gz").read_bytes()[: 8 << 20]
    url = server.serve("/large", large)

    def drop_after_a_megabyte(handler: server_that.Handler, file: server_that.Served | None) -> None:
        assert file
        begin = int((handler.request_log.range or "bytes=0-")[6:-1])
        size = len(file.body)
        place = {"Content-Range": f"bytes {begin}-{size - 1}/{size}", "Content-Length": str(size - begin)}
        handler.start(206 if begin else 200, handler.facts(file) | place)
        handler.wfile.write(file.body[begin : begin + (1 << 20)])
        handler.cut()

    server.next_time("/large", *[drop_after_a_megabyte] * 20)

    download(web, Remote(url=url, path="large"), tmp_path, known=None, record=lambda _: None, arrived=lambda _: None)

    assert (tmp_path / "large").read_bytes() == large
    assert len(server.log) == 8


def test_a_server_that_always_breaks_off_early_is_given_up(
    web: Web, server: Loopback, tmp_path: Path, body: bytes, clock: FakeClock
) -> None:
    server.next_time(PATH, *[server_that.drop(after=1000)] * 20)

    with pytest.raises(FetchError, match="given up after 6 attempts"):
        take(web, server, tmp_path)

    assert len(server.log) == 6
    assert [pause for pause in clock.slept if pause >= 1] == [1, 2, 4, 8, 16]
    assert not (tmp_path / NAME).exists()
    assert (tmp_path / f"{NAME}.part").stat().st_size == 1000


def test_the_next_run_goes_on_with_what_the_last_one_left(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.drop(after=40_000), *[server_that.status(503)] * 5)
    with pytest.raises(FetchError):
        take(web, server, tmp_path)
    server.log.clear()

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.range for request in server.log] == ["bytes=40000-"]


def test_a_file_that_changes_between_attempts_is_begun_anew(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.files[PATH] = server_that.Served.of(b"<" + b"old" * 30_000)
    server.next_time(PATH, server_that.drop(after=70_000), server_that.change_to(body))

    taken = take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [(request.status, request.range) for request in server.log] == [(200, None), (200, "bytes=70000-")]
    assert taken
    assert taken.etag == server.files[PATH].etag


def test_a_server_that_ignores_ranges_gives_the_whole_file(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.drop(after=70_000), server_that.ignore_range)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.status for request in server.log] == [200, 200]


@pytest.mark.parametrize("lie", ["etag", "place", "size"])
def test_a_rest_that_belongs_to_another_content_is_not_joined(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes, lie: str
) -> None:
    def other_rest(handler: server_that.Handler, file: server_that.Served | None) -> None:
        assert file
        size = len(file.body) + (lie == "size")
        begin = 70_000 + (lie == "place")
        place = {"Content-Range": f"bytes {begin}-{size - 1}/{size}", "Content-Length": str(size - begin)}
        handler.start(206, place | {"ETag": '"other"' if lie == "etag" else str(file.etag)})
        handler.wfile.write(b"x" * (size - begin))

    server.next_time(PATH, server_that.drop(after=70_000), other_rest)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.range for request in server.log] == [None, "bytes=70000-", None]


def test_a_file_that_became_shorter_is_begun_anew(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.drop(after=70_000), server_that.status(416, Content_Range="bytes */100"))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.status for request in server.log] == [200, 416, 200]


def test_two_contents_that_a_server_joined_are_found_by_the_checksum_and_taken_in_one_piece(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.files[PATH] = server_that.Served(b"<" + b"x" * (len(body) - 1))

    def change_and_join(handler: server_that.Handler, _: server_that.Served | None) -> None:
        server.serve(PATH, body)
        server_that.join_blindly(handler, server.files[PATH])

    server.next_time(PATH, server_that.drop(after=70_000), change_and_join)

    take(web, server, tmp_path, checksum=md5(body))

    assert whole(tmp_path, original)
    assert [request.range for request in server.log] == [None, "bytes=70000-", None]


def test_without_etag_date_or_checksum_nothing_is_joined(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.files[PATH] = server_that.Served(body)
    server.next_time(PATH, server_that.drop(after=70_000))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.range for request in server.log] == [None, None]


def test_a_weak_etag_does_not_vouch_for_bytes(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.files[PATH] = server_that.Served(body, etag='W/"weak"', last_modified=server_that.LAST_MODIFIED)
    server.next_time(PATH, server_that.drop(after=70_000))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert server.log[1].headers["if-range"] == server_that.LAST_MODIFIED


def test_a_run_that_is_stopped_takes_no_half_body_for_the_whole(
    server: Loopback, tmp_path: Path, body: bytes, clock: FakeClock
) -> None:
    server.next_time(PATH, server_that.until_closed(after=60_000, hold=True))
    web = Web("hc4/test", per_second=1000, clock=clock, timeout=20)
    recorded: list[LockedFile] = []
    remote = Remote(url=server.url + PATH, path=NAME, check=lambda _: None)

    def stop_once_bytes_came(_: int) -> None:
        web.stop()

    with pytest.raises(FetchError, match="stopped"):
        download(web, remote, tmp_path, known=None, record=recorded.append, arrived=stop_once_bytes_came)

    assert recorded == []
    assert not (tmp_path / NAME).exists()


def test_a_body_that_all_but_stops_is_dropped_and_resumed(
    server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    class SlowClock(FakeClock):
        """A quarter of a minute passes whenever one looks, for a while."""

        def now(self) -> float:
            self.passed += 15 if len(server.log) == 1 else 0
            return self.passed

    def drip(handler: server_that.Handler, file: server_that.Served | None) -> None:
        assert file
        handler.start(200, handler.facts(file) | {"Content-Length": str(len(file.body))})
        for place in range(100):
            handler.wfile.write(file.body[place : place + 1])
            handler.wfile.flush()
            if server.over.wait(0.005):
                break
        server.over.wait(0.3)
        handler.cut()

    server.next_time(PATH, drip)
    said: list[str] = []
    web = Web("hc4/test", per_second=1000, clock=SlowClock(), timeout=5, say=said.append)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert server.log[1].range is not None
    assert "bytes came in" in said[0]


def test_a_damaged_note_about_a_part_means_to_begin_anew(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"<anything")
    (tmp_path / f"{NAME}.part.json").write_bytes(b'{"url": "htt')

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert server.log[0].range is None


def test_a_part_of_another_published_file_is_not_gone_on_with(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.drop(after=40_000), *[server_that.status(503)] * 5)
    with pytest.raises(FetchError):
        take(web, server, tmp_path, checksum=md5(b"old"))
    assert orjson.loads((tmp_path / f"{NAME}.part.json").read_bytes())["checksum"] == str(md5(b"old"))
    server.log.clear()

    take(web, server, tmp_path, checksum=md5(body))

    assert whole(tmp_path, original)
    assert [request.range for request in server.log] == [None]
