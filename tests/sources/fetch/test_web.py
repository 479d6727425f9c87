"""Manners: who is asked how often, and how a listing is read."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from corpus.errors import FetchError
from sources.fetch.web import Pace, SystemClock, Transient, Web
from tests.sources.fetch import loopback as server_that
from tests.sources.fetch.loopback import FakeClock, Loopback


def test_a_host_is_asked_no_more_often_than_the_pace(server: Loopback, clock: FakeClock) -> None:
    server.serve("/list", b"x")
    web = Web("hc4/test", per_second=2, clock=clock)

    for _ in range(5):
        web.read(f"{server.url}/list")

    assert clock.passed == pytest.approx(2.0)
    assert clock.slept == pytest.approx([0.5] * 4)


def test_hosts_do_not_wait_for_each_other(clock: FakeClock) -> None:
    pace = Pace(clock, per_second=1)

    for host in ("a", "b", "a", "b"):
        pace.wait(host)

    assert clock.passed == pytest.approx(1.0)


def test_threads_share_the_pace() -> None:
    class CountingClock(FakeClock):
        """Time stands still, so that turns are what sleeps add up to."""

        def sleep(self, seconds: float) -> None:
            with guard:
                self.slept.append(seconds)

    guard = threading.Lock()
    clock = CountingClock()
    pace = Pace(clock, per_second=4)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(pace.wait, ["host"] * 9))

    assert sorted(clock.slept) == pytest.approx([0.25 * turn for turn in range(1, 9)])


def test_a_host_that_asks_for_a_pause_is_asked_by_nobody(clock: FakeClock) -> None:
    pace = Pace(clock, per_second=100)

    pace.hold("host", 30)
    pace.wait("host")

    assert clock.passed == pytest.approx(30)


def test_retry_after_holds_back_every_request_to_that_host(server: Loopback, clock: FakeClock) -> None:
    server.serve("/one", b"x")
    server.serve("/two", b"x")
    server.next_time("/one", server_that.status(429, Retry_After="37"))
    web = Web("hc4/test", per_second=1000, clock=clock)

    with pytest.raises(Transient), web.get(f"{server.url}/one"):
        pass
    web.read(f"{server.url}/two")

    assert clock.passed == pytest.approx(37, abs=0.1)


def test_a_listing_that_breaks_off_is_read_again(server: Loopback, web: Web) -> None:
    server.serve("/list", b"0123456789" * 1000)
    server.next_time("/list", server_that.drop(after=5000), server_that.status(502))

    assert web.read(f"{server.url}/list") == b"0123456789" * 1000
    assert [request.status for request in server.log] == [200, 502, 200]


def test_a_listing_without_end_is_refused(server: Loopback, web: Web) -> None:
    server.serve("/list", b"0123456789" * 1000)

    with pytest.raises(FetchError, match="more than 9,999 bytes"):
        web.read(f"{server.url}/list", most=9_999)


def test_a_server_that_is_not_there_is_given_up(web: Web, clock: FakeClock) -> None:
    with server_that.loopback() as gone:
        url = gone.url

    with pytest.raises(FetchError, match=r"no answer .* given up after 6 attempts"):
        web.read(url)

    assert [pause for pause in clock.slept if pause >= 1] == [1, 2, 4, 8, 16]


def test_waiting_is_told_with_its_reason(server: Loopback, clock: FakeClock) -> None:
    said: list[str] = []
    web = Web("hc4/test", per_second=1000, clock=clock, say=said.append)
    url = server.serve("/list", b"x")
    server.next_time("/list", server_that.status(429, Retry_After="5"))

    web.read(url)

    assert said == [f"{url}: HTTP 429 Too Many Requests; again in 5 s"]


def test_connections_are_used_again(server: Loopback, web: Web) -> None:
    server.serve("/list", b"x")
    ports: list[int] = []

    def remember(handler: server_that.Handler, file: server_that.Served | None) -> None:
        ports.append(handler.client_address[1])
        assert file
        handler.well(file)

    server.next_time("/list", remember, remember, remember)
    for _ in range(3):
        web.read(f"{server.url}/list")

    assert len(set(ports)) == 1


def test_the_proxy_of_the_environment_is_used(server: Loopback, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "localhost")
    server.serve("/list", b"by proxy")

    assert web.read("http://publisher.example/list") == b"by proxy"


def test_the_real_clock_can_be_woken() -> None:
    clock = SystemClock()
    clock.wake()
    before = clock.now()
    clock.sleep(600)

    assert clock.now() - before < 60
    assert clock.utc().tzinfo is not None
