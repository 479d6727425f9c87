"""One file from a server that misbehaves: what lies at its name is whole and as published, or nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.digest import sha256_file
from corpus.errors import FetchError
from sources.fetch.lockfile import LockedFile
from sources.fetch.web import Web
from tests.sources.fetch import loopback as server_that
from tests.sources.fetch.loopback import FakeClock, Loopback
from tests.sources.fetch.one_file import NAME, PATH, md5, nothing_is_left, take, whole


def test_a_good_server_is_asked_once(web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes) -> None:
    taken = take(web, server, tmp_path, checksum=md5(body), size=len(body))

    assert whole(tmp_path, original)
    assert len(server.log) == 1
    assert taken == LockedFile(
        path=NAME,
        url=server.url + PATH,
        bytes=len(body),
        sha256=sha256_file(original),
        published_checksum=str(md5(body)),
        etag=server.files[PATH].etag,
        last_modified=server_that.LAST_MODIFIED,
        version=None,
        retrieved_at="2026-01-07T12:00:00Z",
    )


def test_the_server_learns_who_asks_and_is_asked_for_bytes_as_stored(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    take(web, server, tmp_path)

    assert server.log[0].headers["user-agent"] == "hc4/test"
    assert server.log[0].headers["accept-encoding"] == "identity"


def test_429_waits_as_long_as_it_says(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes, clock: FakeClock
) -> None:
    server.next_time(PATH, server_that.status(429, Retry_After="37"))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert clock.passed >= 37
    assert max(clock.slept) == 37


def test_429_may_name_a_date(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes, clock: FakeClock
) -> None:
    server.next_time(PATH, server_that.status(429, Retry_After="Wed, 07 Jan 2026 12:01:30 GMT"))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert max(clock.slept) == pytest.approx(90)


def test_a_server_that_asks_to_wait_for_hours_is_given_up_at_once(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.status(503, Retry_After="7200"))

    with pytest.raises(FetchError, match="asks to wait 7200 s"):
        take(web, server, tmp_path)

    assert len(server.log) == 1


def test_500_twice_and_then_well(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes, clock: FakeClock
) -> None:
    server.next_time(PATH, server_that.status(500), server_that.status(500))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert [request.status for request in server.log] == [500, 500, 200]
    assert [pause for pause in clock.slept if pause >= 1] == [1, 2]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451, 501])
def test_a_refusal_is_final(web: Web, server: Loopback, tmp_path: Path, body: bytes, code: int) -> None:
    server.next_time(PATH, server_that.status(code))

    with pytest.raises(FetchError, match=f"HTTP {code}"):
        take(web, server, tmp_path)

    assert len(server.log) == 1
    assert not (tmp_path / NAME).exists()


def test_a_length_that_is_too_long_never_passes_for_the_file(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, *[server_that.claim_length(len(body) + 100)] * 10)

    with pytest.raises(FetchError, match="given up"):
        take(web, server, tmp_path)

    assert not (tmp_path / NAME).exists()


def test_a_length_that_is_too_long_once_is_put_right(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.claim_length(len(body) + 100))

    take(web, server, tmp_path, checksum=md5(body))

    assert whole(tmp_path, original)


def test_a_length_that_is_too_short_is_found_by_the_checksum(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.claim_length(len(body) - 100))

    with pytest.raises(FetchError, match=r"md5 is .*, published is"):
        take(web, server, tmp_path, checksum=md5(body))

    assert nothing_is_left(tmp_path)


def test_another_size_than_listed_is_refused_before_the_body(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    with pytest.raises(FetchError, match="the listing says"):
        take(web, server, tmp_path, size=len(body) + 1)

    assert nothing_is_left(tmp_path)


def test_another_checksum_than_published_leaves_nothing(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    with pytest.raises(FetchError, match=rf"{NAME}: md5 is .*, published is {md5(b'other').hex}"):
        take(web, server, tmp_path, checksum=md5(b"other"))

    assert nothing_is_left(tmp_path)
    assert len(server.log) == 1


def test_a_body_of_unstated_length_is_read_to_its_end(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.chunked)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)


def test_a_body_that_nothing_states_the_end_of_is_refused(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.until_closed())

    with pytest.raises(FetchError, match="nothing states where the file ends"):
        take(web, server, tmp_path)

    assert not (tmp_path / NAME).exists()


def test_a_body_without_length_is_taken_where_a_checksum_tells_its_end(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.until_closed())

    take(web, server, tmp_path, checksum=md5(body))

    assert whole(tmp_path, original)


def test_half_a_body_without_length_is_found_by_its_checksum(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.until_closed(after=60_000))

    with pytest.raises(FetchError, match="md5 is"):
        take(web, server, tmp_path, checksum=md5(body))

    assert nothing_is_left(tmp_path)


def test_an_error_page_is_no_file(web: Web, server: Loopback, tmp_path: Path, body: bytes) -> None:
    server.next_time(PATH, server_that.instead(b"Down for maintenance"))

    with pytest.raises(FetchError, match="no xml file"):
        take(web, server, tmp_path)

    assert nothing_is_left(tmp_path)


def test_a_server_that_says_nothing_is_asked_again(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.silence)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)
    assert len(server.log) == 2


def test_headers_without_end_are_cut_off(
    web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.endless_headers)

    take(web, server, tmp_path)

    assert whole(tmp_path, original)


def test_a_redirect_is_followed(web: Web, server: Loopback, tmp_path: Path, original: Path, body: bytes) -> None:
    server.serve("/mirror/file.gz", body)
    server.next_time(PATH, server_that.redirect("/mirror/file.gz"))

    take(web, server, tmp_path)

    assert whole(tmp_path, original)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://["])
def test_a_redirect_to_anything_but_http_is_refused(
    web: Web, server: Loopback, tmp_path: Path, body: bytes, target: str
) -> None:
    server.next_time(PATH, server_that.redirect(target))

    with pytest.raises(FetchError, match=r"not an http\(s\) URL"):
        take(web, server, tmp_path)

    assert not (tmp_path / NAME).exists()


def test_a_circle_of_redirects_ends(web: Web, server: Loopback, tmp_path: Path, body: bytes) -> None:
    server.next_time(PATH, *[server_that.redirect(PATH)] * 20)

    with pytest.raises(FetchError, match="redirects"):
        take(web, server, tmp_path)

    assert len(server.log) == 6


def test_a_file_larger_than_such_files_are_is_refused(web: Web, server: Loopback, tmp_path: Path, body: bytes) -> None:
    with pytest.raises(FetchError, match="1,000 at most"):
        take(web, server, tmp_path, max_bytes=1000)

    assert nothing_is_left(tmp_path)


def test_a_body_of_unstated_length_stops_at_the_largest_size(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    server.next_time(PATH, server_that.chunked)

    with pytest.raises(FetchError, match="more than 60,000 bytes"):
        take(web, server, tmp_path, max_bytes=60_000)

    assert nothing_is_left(tmp_path)


def test_a_file_that_is_still_the_known_one_is_not_sent_again(
    web: Web, server: Loopback, tmp_path: Path, body: bytes
) -> None:
    known = take(web, server, tmp_path)

    again = take(web, server, tmp_path, known=known)

    assert again is None
    assert [request.status for request in server.log] == [200, 304]
