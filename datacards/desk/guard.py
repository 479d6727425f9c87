"""Who may speak to the desk: a browser on this machine that was given the key, and forms that the desk itself made.

A page of another site can send requests to a loopback port (cross-site request forgery), and a name of another site
can be made to mean 127.0.0.1 (DNS rebinding); other people of the same machine can reach the port, too. So: the `Host`
must be this address, a cookie must hold the key that the command printed, and what changes something must come from
this origin and hold a token that only its pages know.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import CookieError, SimpleCookie

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the desk's own pages."""
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""... and of the report's, whose style stands inside."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would have browsers hide the origin of forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """The secrets of one desk on one port."""

    port: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def address(self) -> str:
        """What to open in a browser; it holds the key."""
        return f"http://127.0.0.1:{self.port}/?key={self.key}"

    @property
    def cookie(self) -> str:
        """The cookie that holds the key; cookies of one host are shared by its ports, so the port is in its name."""
        return f"{self._cookie_name}={self.key}; Path=/; HttpOnly; SameSite=Strict"

    def host_allowed(self, headers: Message[str, str]) -> bool:
        """Whether the request was meant for this machine by its own name."""
        return headers.get("Host", "") in self._hosts

    def key_right(self, key: str) -> bool:
        """Whether this is the key."""
        return hmac.compare_digest(key.encode(), self.key.encode())

    def known(self, headers: Message[str, str]) -> bool:
        """Whether the browser was given the key."""
        try:
            held = SimpleCookie(headers.get("Cookie", "")).get(self._cookie_name)
        except CookieError:
            return False
        return held is not None and self.key_right(held.value)

    def may_change(self, headers: Message[str, str], token: str) -> bool:
        """Whether a form was made by this desk and sent from one of its pages."""
        own = {f"http://{host}" for host in self._hosts}
        site = headers.get("Sec-Fetch-Site", "same-origin")
        return (
            headers.get("Origin") in own
            and site == "same-origin"
            and hmac.compare_digest(token.encode(), self.token.encode())
        )

    @property
    def _cookie_name(self) -> str:
        return f"hc4_desk_{self.port}"

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost"))
