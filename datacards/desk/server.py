"""The desk over HTTP, on the loopback interface only."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from corpus.errors import Hc4Error
from datacards.desk.guard import HEADERS, POLICY, REPORT_POLICY, Guard
from datacards.desk.pages import Desk, Missing
from datacards.pages import part

_LONGEST_FORM = 8192
"""Bytes."""
_PATIENCE = 30
"""Seconds that a browser may take to send a request."""
_FILES = {
    "/desk.css": ("text/css", ("base.css", "samples.css", "desk.css")),
    "/desk.js": ("text/javascript", ("desk.js",)),
}


class DeskServer(ThreadingHTTPServer):
    """Serves one desk on 127.0.0.1; port 0 takes any that is free."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.guard = Guard(self.server_address[1])
        self.desk: Desk | None = None


class Handler(BaseHTTPRequestHandler):
    """One request. Nothing of it is logged: addresses hold what reviewers look for."""

    server: DeskServer
    timeout = _PATIENCE
    server_version = "hc4"
    sys_version = ""

    def do_GET(self) -> None:
        """A page, a file of its style, or a page of the report."""
        address = urlsplit(self.path)
        given = dict(parse_qsl(address.query))
        if not self._meant_for_us():
            return
        guard = self.server.guard
        if "key" in given and guard.key_right(given["key"]):
            self._go("/", {"Set-Cookie": guard.cookie})
        elif not guard.known(self.headers):
            self._refuse(
                HTTPStatus.FORBIDDEN, "Open the address that hc4 review printed: it holds the key to this desk."
            )
        elif address.path in _FILES:
            kind, names = _FILES[address.path]
            self._answer("\n".join(map(part, names)).encode(), kind)
        elif address.path in {"/report", "/report/"}:
            self._go("/report/index.html")
        else:
            try:
                if address.path.startswith("/report/"):
                    kind = "application/json" if address.path.endswith(".json") else "text/html"
                    self._answer(self._desk.report(address.path), kind, policy=REPORT_POLICY)
                else:
                    self._answer(self._desk.page(address.path, given))
            except Missing:
                self._refuse(HTTPStatus.NOT_FOUND, "There is no such page.")
            except Hc4Error as error:
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def do_POST(self) -> None:
        """A verdict."""
        if not self._meant_for_us():
            return
        form = self._form()
        if form is None or not self.server.guard.known(self.headers):
            self._refuse(HTTPStatus.FORBIDDEN, "Not a form of this desk.")
        elif not self.server.guard.may_change(self.headers, form.get("token", "")):
            self._refuse(HTTPStatus.FORBIDDEN, "This form was not sent from a page of this desk.")
        else:
            try:
                self._go(self._desk.judge(urlsplit(self.path).path, form))
            except Missing:
                self._refuse(HTTPStatus.NOT_FOUND, "There is no such sample, or it cannot be judged.")
            except OSError as error:
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, f"The verdict could not be written: {error.strerror}")

    @property
    def _desk(self) -> Desk:
        assert self.server.desk is not None
        return self.server.desk

    def _meant_for_us(self) -> bool:
        if self.server.guard.host_allowed(self.headers):
            return True
        self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "This desk answers to 127.0.0.1 only.")
        return False

    def _form(self) -> dict[str, str] | None:
        """The fields of a form; None if it is none, or too long."""
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip()
        length = self.headers.get("Content-Length", "")
        few = length.isascii() and length.isdecimal() and len(length) < 6  # Python refuses numbers of 5,000 digits
        if kind != "application/x-www-form-urlencoded" or not few or int(length) > _LONGEST_FORM:
            self.close_connection = True  # the rest of it is not read
            return None
        return dict(parse_qsl(self.rfile.read(int(length)).decode("utf-8", "replace")))

    def _answer(self, content: bytes, kind: str = "text/html", *, policy: str = POLICY) -> None:
        self._head(HTTPStatus.OK, kind, len(content), policy)
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        content = f"{words}\n".encode()
        self._head(status, "text/plain", len(content), POLICY)
        self.end_headers()
        self.wfile.write(content)

    def _go(self, address: str, more: dict[str, str] | None = None) -> None:
        self._head(HTTPStatus.SEE_OTHER, "text/plain", 0, POLICY)
        for name, value in {"Location": address, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def _head(self, status: HTTPStatus, kind: str, length: int, policy: str) -> None:
        self.send_response(status)
        fixed = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(length)}
        for name, value in (fixed | HEADERS | {"Content-Security-Policy": policy}).items():
            self.send_header(name, value)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
