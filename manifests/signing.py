"""Sign a snapshot as a whole, and check who signed it: OpenSSF Model Signing v1, with a key of one's own.

`snapshot.sig` is a Sigstore bundle: a DSSE envelope around an in-toto statement that lists every other file of the
folder with its sha256. Anyone with the public key can check it without hc4 (`model_signing verify key`). Keys are PEM
files on the curves P-256, P-384 or P-521.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from corpus.digest import sha256_file
from corpus.errors import AssetError, RecipeError, SnapshotError
from manifests import layout
from manifests.finding import Finding
from manifests.snapshot import Snapshot
from manifests.sums import read_sums, sums_text

if TYPE_CHECKING:
    from model_signing import hashing

HOW_TO_MAKE_ONE = (
    "`openssl ecparam -name prime256v1 -genkey -noout -out KEY.pem` makes one, "
    "`openssl ec -in KEY.pem -pubout -out PUB.pem` its public half"
)


def sign(folder: Path, key: Path, password: bytes | None = None) -> None:
    """Write `snapshot.sig`, in place of an earlier one. Every file is read once.

    Raises:
        AssetError: the library is not installed.
        RecipeError: `key` is no private key that can sign.
        SnapshotError: the folder is no snapshot, or its files are not as its manifest and its sums state; nothing is
            written.
    """
    _installed()
    from model_signing.signing import Config

    snapshot = Snapshot.open(folder)
    try:
        # The library declares a string, and hands the password on to where bytes are wanted.
        signer = Config().use_elliptic_key_signer(private_key=key, password=password)
    except (ValueError, TypeError, AttributeError) as error:
        raise RecipeError(f"{key} cannot sign: {_reason(error)}; {HOW_TO_MAKE_ONE}") from None
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / layout.SIGNATURE
        try:
            signer.set_hashing_config(_hashing()).sign(folder, made)
        except ValueError as error:  # a link, a pipe
            raise SnapshotError(f"{folder} holds what no snapshot does: {error}") from None
        content = made.read_bytes()
    _check_whole(snapshot, _resources(_statement(content)))
    fresh = folder / f".{layout.SIGNATURE}"
    fresh.write_bytes(content)
    os.replace(fresh, folder / layout.SIGNATURE)  # noqa: PTH105 - the one that says what it does


def signature_findings(folder: Path, public_key: Path) -> list[Finding]:
    """What is wrong with `snapshot.sig`, file by file; empty if the key's holder signed this very folder.

    Raises:
        AssetError: the library is not installed.
        RecipeError: `public_key` is no such key.
    """
    _installed()
    from cryptography.exceptions import InvalidSignature
    from model_signing.verifying import Config

    path = folder / layout.SIGNATURE
    if not path.is_file():
        return [Finding(layout.SIGNATURE, "is missing: the snapshot is not signed")]
    try:
        verifier = Config().use_elliptic_key_verifier(public_key=public_key)
    except (ValueError, TypeError, AttributeError) as error:
        raise RecipeError(f"{public_key} is no public key of a signer: {_reason(error)}") from None
    try:
        verifier.set_hashing_config(_hashing()).verify(folder, path)
    except InvalidSignature:
        return [Finding(layout.SIGNATURE, "is not valid by this key")]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        if str(error).startswith("Signature mismatch"):
            return _differing(folder, _resources(_statement(path.read_bytes())))
        return [Finding(layout.SIGNATURE, f"is not valid by this key: {_reason(error)}")]
    ignored = _statement(path.read_bytes()).get("predicate", {}).get("serialization", {}).get("ignore_paths")
    if ignored != [layout.SIGNATURE]:
        return [Finding(layout.SIGNATURE, "leaves out more files than itself")]
    return []


def signer_of(folder: Path) -> str:
    """What the signature says of its key: hex sha256 of the public key in PEM.

    Raises:
        SnapshotError: there is no readable signature.
    """
    try:
        bundle = orjson.loads((folder / layout.SIGNATURE).read_bytes())
        return str(bundle["verificationMaterial"]["publicKey"]["hint"])
    except (OSError, ValueError, LookupError, TypeError):
        raise SnapshotError(f"{folder} holds no readable {layout.SIGNATURE}") from None


def _hashing() -> hashing.Config:
    """Every file but the signature, by sha256; links are refused."""
    from model_signing import hashing

    ours = hashing.Config().use_file_serialization(hashing_algorithm="sha256")
    return ours.set_ignored_paths(paths=[layout.SIGNATURE], ignore_git_paths=False)


def _check_whole(snapshot: Snapshot, signed: dict[str, str]) -> None:
    """Nobody should sign what is damaged: what was just hashed is what the snapshot states.

    Raises:
        SnapshotError: names a file.
    """
    manifest = snapshot.manifest
    try:
        whole = manifest.computed_id() == manifest.snapshot_id
        canonical = manifest.canonical()
    except ValueError:  # a number that JSON cannot carry
        whole, canonical = False, b""
    expected = read_sums(snapshot.folder)
    expected |= {shard.path: shard.sha256 for shard in manifest.shards}
    expected |= {file.path: file.sha256 for file in manifest.files}
    expected[layout.MANIFEST] = hashlib.sha256(canonical).hexdigest() if whole else ""
    expected[layout.SUMS] = hashlib.sha256(sums_text(expected).encode()).hexdigest()
    for name in sorted({*signed, *expected}, key=lambda name: (name == layout.SUMS, name)):  # which repeats the others
        if signed.get(name) != expected.get(name):
            raise SnapshotError(f"{name} is not as the snapshot states: nothing was signed; `hc4 verify` tells more")


def _differing(folder: Path, signed: dict[str, str]) -> list[Finding]:
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = [
        Finding(name, "was not there when the snapshot was signed") for name in there - {*signed, layout.SIGNATURE}
    ]
    for name, sha256 in signed.items():
        if name not in there:
            found.append(Finding(name, "is missing and was signed"))
        elif sha256_file(folder / name) != sha256:
            found.append(Finding(name, "is not what was signed"))
    return sorted(found, key=lambda finding: finding.file)


def _statement(bundle: bytes) -> dict[str, Any]:
    """The statement in a bundle, of which the signature was checked."""
    statement: dict[str, Any] = orjson.loads(base64.b64decode(orjson.loads(bundle)["dsseEnvelope"]["payload"]))
    return statement


def _resources(statement: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["digest"] for one in statement["predicate"]["resources"]}


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(". ")


def _installed() -> None:
    try:
        import model_signing.signing
        import model_signing.verifying  # noqa: F401
    except ImportError as error:
        raise AssetError(f'{error.name or error} is not installed: signing needs `pip install "hc4[sign]"`') from None
