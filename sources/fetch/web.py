"""Polite HTTP: one request at a time a host allows, bounded patience, redirects only to where files may come from.

urllib3 does the talking; its own retries are off, because a body that breaks off must be retried by who knows how much
of it is already here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from corpus.errors import FetchError
from sources.fetch.collection import check_url

if TYPE_CHECKING:
    import urllib3

_CHUNK = 1 << 18
_LISTING_BYTES = 64 << 20
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_WORTH_WAITING = frozenset({408, 429, 500, 502, 503, 504})
_ATTEMPTS = 6
_LONGEST_WAIT = 600.0
_STALL_SECONDS = 60.0
_STALL_BYTES_PER_SECOND = 512


class Clock(Protocol):
    """Time, as tests replace it."""

    def now(self) -> float:
        """Seconds that only grow."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def utc(self) -> datetime:
        """The time of day."""

    def wake(self) -> None:
        """End every `sleep`, now and from now on: the run is over."""


class SystemClock:
    """The real time."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def now(self) -> float:
        """See `Clock.now`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self._over.wait(seconds)

    def utc(self) -> datetime:
        """See `Clock.utc`."""
        return datetime.now(UTC)

    def wake(self) -> None:
        """See `Clock.wake`."""
        self._over.set()


class Transient(Exception):
    """What may be over a moment later."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait
        """Seconds that the server asks for."""


class Patience:
    """How often in a row something may fail before it is given up, and how long to wait between."""

    def __init__(self, clock: Clock, url: str, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._url = url
        self._say = say
        self._failures = 0

    def progressed(self) -> None:
        """Something arrived: start counting anew."""
        self._failures = 0

    def failed(self, error: Transient) -> None:
        """Wait 1, 2, 4, 8, 16 seconds, or as long as the server asks.

        Raises:
            FetchError: too often in a row, or the server asks for more than ten minutes.
        """
        self._failures += 1
        if self._failures >= _ATTEMPTS:
            raise FetchError(f"{self._url}: {error}; given up after {_ATTEMPTS} attempts in a row") from error
        if error.wait is not None and error.wait > _LONGEST_WAIT:
            raise FetchError(f"{self._url}: {error}; the server asks to wait {error.wait:.0f} s") from error
        pause = 2.0 ** (self._failures - 1) if error.wait is None else error.wait
        self._say(f"{self._url}: {error}; again in {pause:.0f} s")
        self._clock.sleep(pause)


@dataclass(slots=True)
class Pace:
    """Requests a second, host by host, whoever asks."""

    clock: Clock
    per_second: float
    _next: dict[str, float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str) -> None:
        """Until this host may be asked again."""
        with self._guard:
            now = self.clock.now()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + 1 / self.per_second
        if turn > now:
            self.clock.sleep(turn - now)

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so long."""
        with self._guard:
            self._next[host] = max(self._next.get(host, 0.0), self.clock.now() + seconds)


class Answer:
    """The head of a response, and its body as it was stored: never decoded."""

    def __init__(self, response: urllib3.BaseHTTPResponse, url: str, clock: Clock) -> None:
        self._response = response
        self._clock = clock
        self._interrupted = False
        self.url = url
        self.status = response.status

    def header(self, name: str) -> str | None:
        """A header's value."""
        return self._response.headers.get(name)

    @property
    def length(self) -> int | None:
        """Bytes of this body, as the server states them.

        Raises:
            FetchError: not a number.
        """
        stated = self.header("Content-Length")
        if stated is None:
            return None
        if not stated.isdecimal():
            raise FetchError(f"{self.url}: Content-Length {stated[:40]!r} is no number")
        return int(stated)

    @property
    def tells_its_end(self) -> bool:
        """Whether a body that breaks off can be told from one that ends (RFC 9112, 6.3)."""
        return self.length is not None or (self.header("Transfer-Encoding") or "").lower() == "chunked"

    def chunks(self) -> Iterator[bytes]:
        """The body, as it comes.

        Raises:
            Transient: it broke off, or all but stopped.
        """
        from urllib3.exceptions import HTTPError

        began, arrived = self._clock.now(), 0
        while True:
            try:
                chunk = self._response.read1(_CHUNK, decode_content=False)
            except (HTTPError, OSError) as error:
                raise Transient(f"the body broke off ({_kind(error)})") from error
            if not chunk and self._interrupted:
                raise Transient("the run was stopped")
            if not chunk:
                return
            yield chunk
            arrived += len(chunk)
            if (passed := self._clock.now() - began) >= _STALL_SECONDS:
                if arrived < passed * _STALL_BYTES_PER_SECOND:
                    raise Transient(f"only {arrived} bytes came in {passed:.0f} s")
                began, arrived = self._clock.now(), 0

    def close(self) -> None:
        """Drop the connection if the body was not read to its end."""
        self._response.close()

    def interrupt(self) -> None:
        """End a read that another thread waits in."""
        self._interrupted = True
        with suppress(RuntimeError, ValueError, OSError):  # its connection is gone already
            self._response.shutdown()


class Web:
    """A polite client. Threads may share it."""

    def __init__(
        self,
        user_agent: str,
        per_second: float,
        *,
        clock: Clock | None = None,
        timeout: float = 60.0,
        workers: int = 1,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.say = say
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        self._pace = Pace(self.clock, per_second)
        self._timeout = timeout
        self._workers = workers
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._guard = threading.Lock()
        self._open: set[Answer] = set()
        self._over = False

    def stop(self) -> None:
        """Let every thread that waits here come back with an error, soon."""
        with self._guard:
            self._over = True
            waiting = list(self._open)
        self.clock.wake()
        for answer in waiting:
            answer.interrupt()

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """One attempt at `url`, after the redirects it leads to.

        Raises:
            Transient: no connection, no answer in time, or a status that passes.
            FetchError: any other status of 400 or more, or a redirect that must not be followed.
        """
        answer = self._follow(url, {**self._headers, **(headers or {})})
        try:
            with self._guard:
                self._open.add(answer)
            self._judge(answer)
            yield answer
        finally:
            with self._guard:
                self._open.discard(answer)
            answer.close()

    def read(self, url: str, most: int = _LISTING_BYTES) -> bytes:
        """A small document, with the patience of a download.

        Raises:
            FetchError: it cannot be had, or is larger than `most`.
        """
        patience = Patience(self.clock, url, self.say)
        while True:
            try:
                with self.get(url) as answer:
                    return self._body(answer, most)
            except Transient as error:
                patience.failed(error)

    def _body(self, answer: Answer, most: int) -> bytes:
        body = bytearray()
        for chunk in answer.chunks():
            body += chunk
            if len(body) > most:
                raise FetchError(f"{answer.url}: more than {most:,} bytes, which no listing has")
        return bytes(body)

    def _follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        for _ in range(_MAX_REDIRECTS + 1):
            check_url(url)
            if self._over:
                raise FetchError("the run was stopped")
            answer = self._ask(url, headers)
            target = answer.header("Location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            answer.close()
            try:
                onward = urljoin(url, target)
            except ValueError:
                raise FetchError(f"{url} redirects to what is not an http(s) URL") from None
            if urlsplit(url).scheme == "https" and urlsplit(onward).scheme == "http":
                raise FetchError(f"{url} redirects from https to http, which is refused")
            url = onward
        raise FetchError(f"{url}: more than {_MAX_REDIRECTS} redirects")

    def _ask(self, url: str, headers: Mapping[str, str]) -> Answer:
        import urllib3
        from urllib3.exceptions import HTTPError, LocationValueError, SSLError

        self._pace.wait(_host(url))
        try:
            response = self._pool(url).urlopen(
                "GET", url, headers=headers, redirect=False, retries=False, preload_content=False,
                timeout=urllib3.Timeout(connect=min(self._timeout, 30.0), read=self._timeout),
            )  # fmt: skip
        except (SSLError, LocationValueError) as error:
            raise FetchError(f"{url}: {error}") from error
        except (HTTPError, OSError) as error:
            raise Transient(f"no answer ({_kind(error)})") from error
        return Answer(response, url, self.clock)

    def _judge(self, answer: Answer) -> None:
        if answer.status in _WORTH_WAITING:
            wait = self._retry_after(answer)
            if wait is not None and wait <= _LONGEST_WAIT:
                self._pace.hold(_host(answer.url), wait)
            raise Transient(_status(answer.status), wait)
        if answer.status >= HTTPStatus.BAD_REQUEST and answer.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise FetchError(f"{answer.url}: {_status(answer.status)}")

    def _retry_after(self, answer: Answer) -> float | None:
        """Seconds, from a number or a date (RFC 9110, 10.2.3)."""
        stated = answer.header("Retry-After")
        if stated is None:
            return None
        if stated.strip().isdecimal():
            return float(stated)
        try:
            when = parsedate_to_datetime(stated)
        except ValueError:
            return None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (when - self.clock.utc()).total_seconds())

    def _pool(self, url: str) -> urllib3.PoolManager:
        import urllib3

        parts = urlsplit(url)
        proxy = getproxies().get(parts.scheme, "")
        if proxy and proxy_bypass(parts.hostname or ""):
            proxy = ""
        with self._guard:
            if proxy not in self._pools:
                pool = urllib3.ProxyManager(proxy, maxsize=self._workers) if proxy else None
                self._pools[proxy] = pool or urllib3.PoolManager(maxsize=self._workers)
            return self._pools[proxy]


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _status(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def _kind(error: BaseException) -> str:
    cause = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], BaseException) else error
    return type(cause).__name__
