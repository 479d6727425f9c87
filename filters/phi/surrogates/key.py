"""The key of a run's surrogates and of its audit: 32 random bytes in a file that only its owner reads.

Whoever holds the key can try values out against the audit's tags (an SSN has 2**30), so it stays out of every release,
and is destroyed when no more documents will be joined to what was released: without it, tags and surrogates tell
nothing. To destroy it is to delete every copy of the file.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Final, NoReturn

from corpus.errors import AssetError
from filters.phi.surrogates.folding import normalised

_BYTES: Final = 32
"""Length of the key: the output of SHA-256, as RFC 2104 section 3 asks for at least."""
_TAG_BYTES: Final = 8
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Key:
    """Keys of several purposes, derived from one secret. Never printed, never pickled: each process loads it."""

    __slots__ = ("_audit", "_secret", "fingerprint")

    fingerprint: str
    """Names the key without telling it: 16 hexadecimal digits."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is 32 bytes, uniformly random."""
        if len(secret) != _BYTES:
            raise AssetError(f"a key has {_BYTES} bytes, this one has {len(secret)}")
        self._secret = secret
        self._audit = self.sub_key("audit")
        self.fingerprint = self.sub_key("fingerprint")[:_TAG_BYTES].hex()

    @classmethod
    def create(cls, path: Path) -> Key:
        """A new key, written to `path` with mode 0600.

        Raises:
            AssetError: something stands at `path`, or nothing can be written there.
        """
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            raise AssetError(f"{path} exists; a key is never overwritten") from None
        except OSError as error:
            raise AssetError(f"{path} cannot be written: {error.strerror}") from None
        secret = secrets.token_bytes(_BYTES)
        with os.fdopen(file, "wb") as stream:
            stream.write(secret)
            stream.flush()
            os.fsync(stream.fileno())
        return cls(secret)

    @classmethod
    def load(cls, path: Path) -> Key:
        """The key at `path`.

        Raises:
            AssetError: absent, no plain file, not 32 bytes long, or open to others than its owner.
        """
        try:
            with path.open("rb") as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise AssetError(f"{path} is no plain file")
                if status.st_mode & _OTHERS:
                    raise AssetError(
                        f"{path} is open to others than its owner; run `chmod 600 {path}`, or make a new key"
                    )
                secret = stream.read(_BYTES + 1)
        except OSError as error:
            raise AssetError(f"{path} cannot be read: {error.strerror}") from None
        if len(secret) != _BYTES:
            raise AssetError(f"{path} holds no key: {'more' if len(secret) > _BYTES else 'less'} than {_BYTES} bytes")
        return cls(secret)

    def sub_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose: HKDF-Expand of one block. The secret is uniform and needs no Extract (RFC 5869)."""
        return hmac.digest(self._secret, purpose.encode() + b"\x01", "sha256")

    def tag(self, doc_id: str, value: bytes) -> str:
        """What the audit writes for `value` (UTF-8) in a document: HMAC-SHA256, cut to 64 bits, in hexadecimal.

        The same value written another way (case, blanks, punctuation) has the same tag. Other documents have other
        tags, so that no one can be followed from one to the next.
        """
        name = doc_id.encode(errors="surrogatepass")
        written = normalised(value.decode(errors="replace")).encode(errors="surrogatepass")
        return hmac.digest(self._audit, len(name).to_bytes(8, "big") + name + written, "sha256")[:_TAG_BYTES].hex()

    def __repr__(self) -> str:
        return f"Key({self.fingerprint})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled: each process loads it")
