"""A web server on the loopback that serves what a test gives it, and misbehaves as a test scripts it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LAST_MODIFIED = "Tue, 06 Jan 2026 07:08:09 GMT"


@dataclass
class Request:
    """What the server was asked, and what it answered."""

    path: str
    headers: dict[str, str]
    status: int = 0

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


@dataclass
class Served:
    """A file as the server has it."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def of(cls, body: bytes) -> Served:
        return cls(body, f'"{hashlib.md5(body).hexdigest()}"', LAST_MODIFIED)


Behaviour = Callable[["Handler", Served | None], None]


@dataclass
class Loopback:
    """Files by path, behaviours by path (one a request, in order; then as a good server does), and a log."""

    port: int = 0
    files: dict[str, Served] = field(default_factory=dict)
    pages: dict[str, Callable[[str], bytes]] = field(default_factory=dict)
    script: dict[str, deque[Behaviour]] = field(default_factory=lambda: defaultdict(deque))
    log: list[Request] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, path: str, body: bytes) -> str:
        """Serve `body` at `path`; gives its URL."""
        self.files[path] = Served.of(body)
        return self.url + path

    def next_time(self, path: str, *behaviours: Behaviour) -> None:
        """What happens at the next requests for `path`."""
        self.script[path].extend(behaviours)

    def asked(self, path: str) -> list[Request]:
        """The requests for `path`."""
        return [request for request in self.log if request.path == path]


class Handler(BaseHTTPRequestHandler):
    """A good server of static files: ranges, If-Range, conditional requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    loopback: Loopback

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_log = Request(path, headers)
        self.loopback.log.append(self.request_log)
        script = self.loopback.script[path]
        if script:
            script.popleft()(self, self.loopback.files.get(path))
        elif path in self.loopback.pages:
            self.whole(Served(self.loopback.pages[path](urlsplit(self.path).query)))
        elif path in self.loopback.files:
            self.well(self.loopback.files[path])
        else:
            self.start(404, {"Content-Length": "0"})

    def start(self, status: int, headers: dict[str, str]) -> None:
        self.request_log.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def facts(self, file: Served) -> dict[str, str]:
        stated = {"ETag": file.etag, "Last-Modified": file.last_modified}
        return {name: value for name, value in stated.items() if value}

    def whole(self, file: Served) -> None:
        self.start(200, self.facts(file) | {"Content-Length": str(len(file.body))})
        self.wfile.write(file.body)

    def well(self, file: Served) -> None:
        asked = self.request_log.headers
        if file.etag and asked.get("if-none-match") == file.etag:
            self.start(304, self.facts(file))
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.get("range", ""))
        if not wanted or asked.get("if-range") not in (None, file.etag, file.last_modified):
            self.whole(file)
            return
        begin, size = int(wanted[1]), len(file.body)
        if begin >= size:
            self.start(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
            return
        rest = file.body[begin:]
        place = {"Content-Range": f"bytes {begin}-{size - 1}/{size}", "Content-Length": str(len(rest))}
        self.start(206, self.facts(file) | place)
        self.wfile.write(rest)

    def cut(self) -> None:
        """End the connection without a word."""
        self.wfile.flush()
        self.close_connection = True


def drop(after: int) -> Behaviour:
    """Break off after so many bytes of the body."""

    def behave(handler: Handler, file: Served | None) -> None:
        assert file
        handler.start(200, handler.facts(file) | {"Content-Length": str(len(file.body))})
        handler.wfile.write(file.body[:after])
        handler.cut()

    return behave


def status(code: int, **headers: str) -> Behaviour:
    """Answer with a status and no body."""
    stated = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.start(code, stated | {"Content-Length": "0"})


def claim_length(length: int) -> Behaviour:
    """State another length than the body has, and end."""

    def behave(handler: Handler, file: Served | None) -> None:
        assert file
        handler.start(200, handler.facts(file) | {"Content-Length": str(length)})
        handler.wfile.write(file.body)
        handler.cut()

    return behave


def ignore_range(handler: Handler, file: Served | None) -> None:
    """The whole file with 200, whatever was asked."""
    assert file
    handler.whole(file)


def instead(body: bytes) -> Behaviour:
    """Another body with 200."""
    return lambda handler, _: handler.whole(Served(body))


def change_to(body: bytes) -> Behaviour:
    """The file becomes another just before it is asked for."""

    def behave(handler: Handler, _: Served | None) -> None:
        path = handler.request_log.path
        handler.loopback.serve(path, body)
        handler.well(handler.loopback.files[path])

    return behave


def join_blindly(handler: Handler, file: Served | None) -> None:
    """A server that does not know If-Range, and joins the rest of another content."""
    assert file
    begin = int(handler.request_log.headers["range"].removeprefix("bytes=").removesuffix("-"))
    size = len(file.body)
    place = {"Content-Range": f"bytes {begin}-{size - 1}/{size}", "Content-Length": str(size - begin)}
    handler.start(206, place)
    handler.wfile.write(file.body[begin:])


def chunked(handler: Handler, file: Served | None) -> None:
    """The body in chunks, its length unstated."""
    assert file
    handler.start(200, {"Transfer-Encoding": "chunked"})
    for begin in range(0, len(file.body), 1000):
        piece = file.body[begin : begin + 1000]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def until_closed(after: int | None = None, *, hold: bool = False) -> Behaviour:
    """A body that ends where the connection does, perhaps early, perhaps after a wait."""

    def behave(handler: Handler, file: Served | None) -> None:
        assert file
        handler.start(200, handler.facts(file) | {"Connection": "close"})
        handler.wfile.write(file.body[:after])
        handler.wfile.flush()
        handler.loopback.held.set()
        if hold:
            handler.loopback.over.wait(30)
        handler.cut()

    return behave


def redirect(target: str) -> Behaviour:
    """Send the client elsewhere."""
    return status(302, Location=target)


def silence(handler: Handler, _: Served | None) -> None:
    """No answer, until the test is over."""
    handler.loopback.over.wait(30)
    handler.cut()


def endless_headers(handler: Handler, _: Served | None) -> None:
    """Headers without end."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            handler.wfile.write(b"X-%d: more\r\n" % number)
    except OSError:  # the client had enough
        pass
    handler.close_connection = True


def hold(after: int) -> Behaviour:
    """Send so many bytes, then say so and wait for the client to be gone."""

    def behave(handler: Handler, file: Served | None) -> None:
        assert file
        handler.start(200, handler.facts(file) | {"Content-Length": str(len(file.body))})
        handler.wfile.write(file.body[:after])
        handler.wfile.flush()
        handler.loopback.held.set()
        handler.loopback.over.wait(30)
        handler.cut()

    return behave


@contextmanager
def loopback() -> Iterator[Loopback]:
    """A running server."""
    made = Loopback()
    handler = type("BoundHandler", (Handler,), {"loopback": made})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients break off on purpose
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            server.shutdown()
            thread.join()


@dataclass
class FakeClock:
    """Time that passes only by sleeping."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds

    def wake(self) -> None: ...

    def utc(self) -> datetime:
        return datetime(2026, 1, 7, 12, 0, 0, tzinfo=UTC) + timedelta(seconds=self.passed)
