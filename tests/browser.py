"""A headless Chromium, spoken to over a pipe by its DevTools protocol; every request that leaves the machine fails."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_PATIENCE = 60
"""Seconds until something must have happened."""


class Browser:
    """One page. `events` holds what the browser told of itself, `requested` every address that it asked for."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, back: int) -> None:
        self._process, self._to, self._back = process, to, back
        self._number, self._rest = 0, b""
        self.events: list[dict[str, Any]] = []
        self.session = ""

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and wait for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard["error"]
                return cast(dict[str, Any], heard["result"])
            self.events.append(heard)

    def open(self, address: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.send("Page.navigate", url=address)
        self._until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """The value of a script on the page."""
        told = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def click(self, selector: str) -> None:
        """Click the first element of a selector, and wait for the page that follows from it."""
        self.run("window.before = true")
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self._until("!window.before && document.readyState === 'complete'")

    def size(self, width: int, *, dark: bool = False) -> None:
        """Width of the page in CSS pixels, and its colours."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, *, whole: bool = True, height: int | None = None) -> bytes:
        """The page as PNG: all of it, or `height` pixels of it."""
        box = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], height or 16_000), "scale": 1}
        told = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole, clip=clip)
        return base64.b64decode(told["data"])

    @property
    def requested(self) -> list[str]:
        """Addresses asked for so far."""
        self.run("1")
        sent = [one for one in self.events if one.get("method") == "Network.requestWillBeSent"]
        return [one["params"]["request"]["url"] for one in sent]

    @property
    def complaints(self) -> list[str]:
        """What the browser refused, and errors of scripts."""
        self.run("1")
        logged = [one["params"]["entry"]["text"] for one in self.events if one.get("method") == "Log.entryAdded"]
        thrown = [one for one in self.events if one.get("method") == "Runtime.exceptionThrown"]
        return logged + [json.dumps(one["params"]) for one in thrown]

    def _until(self, condition: str) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            told = self.send("Runtime.evaluate", expression=condition, returnByValue=True)
            if told["result"].get("value") is True:
                return
            time.sleep(0.02)  # a page loads beside us; there is nothing to wait on that all pages have
        raise TimeoutError(condition)

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._back, 1 << 20)
            assert part, "the browser is gone"
            self._rest += part
        message, self._rest = self._rest.split(b"\0", 1)
        return cast(dict[str, Any], json.loads(message))


@contextmanager
def browser() -> Iterator[Browser]:
    """A page of a browser that finds no name and no host but this machine."""
    assert CHROMIUM is not None
    read_here, write_there = os.pipe()
    read_there, write_here = os.pipe()
    flags = (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run"),
        *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
        *("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-dev-shm-usage"),
    )

    def pipes() -> None:  # the browser reads its descriptor 3 and writes its descriptor 4
        reading, writing = os.dup(read_there), os.dup(write_there)
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [CHROMIUM, *flags, f"--user-data-dir={Path(home) / 'profile'}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=pipes,  # noqa: PLW1509  before any thread of ours
        )
        os.close(read_there)
        os.close(write_there)
        page = Browser(process, write_here, read_here)
        try:
            target = page.send("Target.createTarget", url="about:blank")["targetId"]
            page.session = page.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Network", "Log", "Runtime"):
                page.send(f"{domain}.enable")
            yield page
        finally:
            page.session = ""
            try:
                page.send("Browser.close")
            finally:
                process.wait(timeout=_PATIENCE)
                os.close(write_here)
                os.close(read_here)
