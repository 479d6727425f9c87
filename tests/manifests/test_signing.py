"""A signed snapshot: signed by one key, over every file, and by nobody whose snapshot is damaged."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import AssetError, BuildStopped, RecipeError, SnapshotError
from datacards.render import render
from manifests.finding import Finding
from manifests.layout import SIGNATURE
from manifests.model import Manifest
from manifests.signing import sign, signature_findings, signer_of
from manifests.sums import snapshot_files, write_sums
from manifests.verify import verify
from pipelines.publish import check_output
from tests.conftest import Built
from tests.manifests.damage import changed, names
from tests.pipelines.building import hc4_here

pytest.importorskip("model_signing", reason="the extra `sign` is not installed")
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def new_keys(folder: Path, curve: ec.EllipticCurve, password: bytes | None = None) -> tuple[Path, Path]:
    """A private key and its public half."""
    folder.mkdir()
    key = ec.generate_private_key(curve)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    hidden = serialization.BestAvailableEncryption(password) if password else plain
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, hidden))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "pub.pem").write_bytes(public)
    return folder / "key.pem", folder / "pub.pem"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return new_keys(tmp_path_factory.mktemp("keys") / "one", ec.SECP256R1())


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return new_keys(tmp_path_factory.mktemp("keys") / "other", ec.SECP384R1())


@pytest.fixture(scope="module")
def signed(snapshot: Built, tmp_path_factory: pytest.TempPathFactory, keys: tuple[Path, Path]) -> Path:
    """A signed copy to damage; whoever damages it repairs it."""
    folder = tmp_path_factory.mktemp("signed") / "snapshot"
    shutil.copytree(snapshot.folder, folder)
    sign(folder, keys[0])
    return folder


def test_a_signed_snapshot_is_its_signers_and_whole(signed: Path, keys: tuple[Path, Path]) -> None:
    assert signature_findings(signed, keys[1]) == []
    assert verify(signed, render) == []
    assert SIGNATURE not in snapshot_files(signed)
    assert SIGNATURE not in (signed / "SHA256SUMS").read_text()


def test_every_other_file_is_signed(signed: Path) -> None:
    bundle = json.loads((signed / SIGNATURE).read_bytes())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))

    listed = [one["name"] for one in statement["predicate"]["resources"]]
    assert sorted(listed) == sorted([*snapshot_files(signed), "SHA256SUMS"])
    assert statement["_type"] == "https://in-toto.io/Statement/v1"


def test_the_library_checks_it_without_hc4(signed: Path, keys: tuple[Path, Path]) -> None:
    asked = ["verify", "key", signed, "--signature", signed / SIGNATURE, "--public_key", keys[1]]
    done = subprocess.run([sys.executable, "-m", "model_signing", *map(str, asked)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_is_valid_wherever_the_folder_lies(signed: Path, keys: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(signed, tmp_path / "elsewhere")
    assert signature_findings(tmp_path / "elsewhere", keys[1]) == []


def test_one_changed_byte_of_any_file_is_named(signed: Path, keys: tuple[Path, Path]) -> None:
    for name in [*snapshot_files(signed), "SHA256SUMS"]:
        content = bytearray((signed / name).read_bytes())
        content[len(content) // 2] ^= 1
        with changed(signed / name, bytes(content)):
            assert signature_findings(signed, keys[1]) == [Finding(name, "is not what was signed")]


def test_a_missing_and_an_extra_file_are_named(signed: Path, keys: tuple[Path, Path]) -> None:
    (signed / "README.md").rename(signed / "README.txt")
    found = signature_findings(signed, keys[1])
    (signed / "README.txt").rename(signed / "README.md")

    assert found == [
        Finding("README.md", "is missing and was signed"),
        Finding("README.txt", "was not there when the snapshot was signed"),
    ]


def test_another_key_did_not_sign(signed: Path, other: tuple[Path, Path]) -> None:
    assert names(signature_findings(signed, other[1])) == {SIGNATURE}


def test_a_changed_signature_is_none(signed: Path, keys: tuple[Path, Path]) -> None:
    content = (signed / SIGNATURE).read_bytes()
    bundle = json.loads(content)
    envelope = bundle["dsseEnvelope"]
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["predicate"]["resources"].pop()
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    for forgery in (json.dumps(bundle).encode(), content[:-40], b"{}", b"[]", b""):
        with changed(signed / SIGNATURE, forgery):
            assert names(signature_findings(signed, keys[1])) == {SIGNATURE}


def test_a_signature_that_leaves_files_out_is_refused(signed: Path, keys: tuple[Path, Path]) -> None:
    from model_signing import hashing, signing

    ours = hashing.Config().set_ignored_paths(paths=[SIGNATURE, "audit"], ignore_git_paths=False)
    with changed(signed / SIGNATURE, b""):
        signing.Config().use_elliptic_key_signer(private_key=keys[0]).set_hashing_config(ours).sign(
            signed, signed / SIGNATURE
        )
        found = signature_findings(signed, keys[1])

    assert found == [Finding(SIGNATURE, "leaves out more files than itself")]


def test_a_snapshot_that_is_not_signed_is_told_so(snapshot: Built, keys: tuple[Path, Path]) -> None:
    assert signature_findings(snapshot.folder, keys[1]) == [
        Finding(SIGNATURE, "is missing: the snapshot is not signed")
    ]


def _another_byte(folder: Path) -> None:
    path = next(folder.glob("data/*/train*"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _forged_total(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["totals"]["tokens"] += 1
    (folder / "manifest.json").write_bytes(Manifest.model_validate(manifest).canonical())
    write_sums(folder)


@pytest.mark.parametrize(
    ("damage", "blamed"),
    [
        (_another_byte, "data/"),
        (_forged_total, "manifest.json"),
        (lambda folder: (folder / "README.md").unlink(), "README.md"),
        (lambda folder: (folder / "notes.txt").write_text("mine"), "notes.txt"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "DATASHEET.md"),
        (lambda folder: (folder / "link").symlink_to("/etc/hostname"), "symlink"),
    ],
)
def test_nobody_signs_what_is_damaged(
    snapshot: Built, tmp_path: Path, keys: tuple[Path, Path], damage: Callable[[Path], None], blamed: str
) -> None:
    folder = tmp_path / "snapshot"
    shutil.copytree(snapshot.folder, folder)
    damage(folder)

    with pytest.raises(SnapshotError, match=blamed):
        sign(folder, keys[0])
    assert not (folder / SIGNATURE).exists()


def test_a_key_may_have_a_password(signed: Path, tmp_path: Path) -> None:
    key, public = new_keys(tmp_path / "hidden", ec.SECP521R1(), b"long enough")
    with changed(signed / SIGNATURE, b""):
        with pytest.raises(RecipeError, match="cannot sign"):
            sign(signed, key)
        with pytest.raises(RecipeError, match="cannot sign"):
            sign(signed, key, b"wrong")
        sign(signed, key, b"long enough")
        assert signature_findings(signed, public) == []


def test_what_is_no_key_is_told_with_how_to_make_one(signed: Path, keys: tuple[Path, Path]) -> None:
    with pytest.raises(RecipeError, match="openssl ecparam"):
        sign(signed, keys[1])
    with pytest.raises(RecipeError, match="is no public key"):
        signature_findings(signed, keys[0])
    with pytest.raises(SnapshotError, match="is not a snapshot"):
        sign(keys[0].parent, keys[0])


def test_a_signed_snapshot_may_be_replaced_by_a_build(signed: Path) -> None:
    check_output(signed)
    (signed / "notes.txt").write_text("mine")
    with pytest.raises(BuildStopped, match=r"notes\.txt"):
        check_output(signed)
    (signed / "notes.txt").unlink()


def test_a_folder_or_link_of_that_name_is_no_signature(signed: Path, keys: tuple[Path, Path]) -> None:
    with changed(signed / SIGNATURE, b""):
        content = (signed / SIGNATURE).read_bytes()
        (signed / SIGNATURE).unlink()
        (signed / SIGNATURE).symlink_to("README.md")
        found = verify(signed, render)
        (signed / SIGNATURE).unlink()
        (signed / SIGNATURE).write_bytes(content)

    assert found == [Finding(SIGNATURE, "is not part of the snapshot")]


def test_without_the_library_it_is_said_what_to_install(
    signed: Path, keys: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "model_signing.signing", None)
    with pytest.raises(AssetError, match=r"hc4\[sign\]"):
        sign(signed, keys[0])


def test_the_commands(signed: Path, keys: tuple[Path, Path], other: tuple[Path, Path]) -> None:
    assert "signature not checked" in hc4_here("verify", signed).stdout
    done = hc4_here("sign", signed, "--key", keys[0])
    assert done.exit_code == 0, done.output
    assert signer_of(signed) in done.stdout
    whole = hc4_here("verify", signed, "--public-key", keys[1])
    assert (whole.exit_code, "is whole" in whole.stdout, "signed by" in whole.stdout) == (0, True, True)
    assert "signature not checked" not in whole.stdout
    assert hc4_here("verify", signed, "--signature", "--public-key", keys[1]).exit_code == 0
    refused = hc4_here("verify", signed, "--signature", "--public-key", other[1])
    assert (refused.exit_code, refused.stdout) == (6, "")
    assert "is not valid by this key" in refused.stderr
    assert hc4_here("verify", signed, "--signature").exit_code == 2
