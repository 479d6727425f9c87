"""`hc4 verify`, `hc4 prove`, `hc4 sign`: what others can check of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipelines.arguments import SnapshotFolder
from pipelines.console import Console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from manifests.finding import Finding


_out = Console()
_err = Console(stderr=True)


def verify(
    snapshot: SnapshotFolder = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="Check `snapshot.sig`, too: the public key (PEM) of who should have signed.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    signature: Annotated[
        bool, typer.Option("--signature", help="Check the signature alone: files are hashed, nothing is recounted.")
    ] = False,
    tokenizer: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Count all tokens again with this tokenizer of the snapshot's; may be given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Recompute digests, counts, ledger and cards of a snapshot; name all that differs. Exit 6 if anything does."""
    from datacards.render import render
    from manifests import layout
    from manifests.signing import signature_findings
    from manifests.snapshot import Snapshot, this_or_only
    from manifests.verify import notes
    from manifests.verify import verify as find

    if signature and public_key is None:
        raise typer.BadParameter("name the public key of who should have signed", param_hint="--public-key")
    folder = this_or_only(snapshot)
    _stop_at(signature_findings(folder, public_key) if public_key else [])
    signed = f"signed by the holder of {public_key}" if public_key else ""
    if signature:
        manifest = Snapshot.open(folder).manifest
        _out.print(f"[green]✓[/green] {escape(f'{folder} is {signed}')}\n  {manifest.snapshot_id}", highlight=False)
        return
    _stop_at(find(folder, render, tokenizer or ()))
    manifest = Snapshot.open(folder).manifest
    _out.print(
        f"[green]✓[/green] {escape(str(folder))} is whole: {manifest.totals.documents:,} documents, "
        f"{manifest.totals.tokens:,} tokens, {len(manifest.shards)} shards; the ledger closes\n"
        f"  {manifest.snapshot_id}",
        highlight=False,
    )
    if signed:
        _out.print(f"[green]✓[/green] {escape(signed)}", highlight=False)
    unchecked = (
        [] if public_key or not (folder / layout.SIGNATURE).exists() else ["signature not checked: --public-key"]
    )
    for note in [*notes(manifest, tokenizer or ()), *unchecked]:
        _out.print(f"[yellow]note:[/yellow] {escape(note)}", highlight=False, soft_wrap=True)


def prove(
    doc_id: Annotated[
        str | None, typer.Argument(help="`source:native id` of a released document.", show_default=False)
    ] = None,
    snapshot: SnapshotFolder = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proof to this file.", show_default=False)
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="Check the proof in this file; no snapshot is needed.", show_default=False, exists=True),
    ] = None,
    root: Annotated[
        str | None, typer.Option(help="With --check: the root to trust (`merkle.root`).", show_default=False)
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help="With --check: the `manifest.json` to trust.", show_default=False, exists=True),
    ] = None,
    snapshot_id: Annotated[
        str | None,
        typer.Option(help="With --check and --manifest: the snapshot id to trust.", show_default=False),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            help="With --check: a file (UTF-8) that should hold the document's released text, byte for byte.",
            show_default=False,
            exists=True,
        ),
    ] = None,
) -> None:
    """Prove that a snapshot releases a document, in a file of a few kB that is checked without the snapshot.

    The proof leads from the document's id and the sha256 of its text over its shard to `merkle.root` of the manifest
    (trees of RFC 9162). Trust comes from outside: from a root, a manifest, or an id together with its manifest.

        hc4 prove medline:402569 demo -o proof.json
        hc4 prove --check proof.json --manifest manifest.json
    """
    if check is not None:
        if doc_id is not None or output is not None:
            raise typer.BadParameter("it takes no document and writes no file", param_hint="--check")
        if snapshot_id is not None and manifest is None:
            what = "an id is the digest of manifest.json and proves nothing without it: add --manifest"
            raise typer.BadParameter(what, param_hint="--snapshot-id")
        _check(check, root, manifest, snapshot_id, text)
        return
    from manifests.proof import prove as make
    from manifests.snapshot import Snapshot, this_or_only

    if doc_id is None:
        raise typer.BadParameter("name a document, or a proof with --check", param_hint="DOC_ID")
    if given := [name for name, value in (("--root", root), ("--manifest", manifest), ("--text", text)) if value]:
        raise typer.BadParameter("goes with --check", param_hint=given[0])
    proof = make(Snapshot.open(this_or_only(snapshot)), doc_id)
    content = proof.model_dump_json(indent=2) + "\n"
    if output is None:
        typer.echo(content, nl=False)
        return
    output.write_text(content, encoding="utf-8")
    _out.print(
        f"{escape(str(output))}: {escape(doc_id)} is row {proof.row.index:,} of {escape(proof.shard)}, "
        f"{len(proof.row.path) + len(proof.shards.path)} steps below root {proof.root}",
        highlight=False,
        soft_wrap=True,
    )


def _check(path: Path, root: str | None, manifest: Path | None, snapshot_id: str | None, text: Path | None) -> None:
    from manifests.proof import faults, read_proof

    proof = read_proof(path)
    found = faults(proof, root, manifest.read_bytes() if manifest else None, text.read_bytes() if text else None)
    if snapshot_id not in (None, proof.snapshot_id):
        found.append(f"the proof is about snapshot {proof.snapshot_id}, not {snapshot_id}")
    for fault in found:
        _err.print(f"[red]✗[/red] {escape(fault)}", highlight=False, soft_wrap=True)
    if found:
        raise typer.Exit(6)
    _out.print(
        f"[green]✓[/green] {escape(proof.doc_id)} with text {proof.text_sha256} is in {escape(proof.shard)}\n"
        f"  root {proof.root}",
        highlight=False,
        soft_wrap=True,
    )
    if manifest is not None:
        origin = proof.origin
        member = f" member {origin.member}," if origin.member else ""
        what = f"{member} record {origin.record:,}, under {origin.licence_spdx}"
        _out.print(f"  snapshot {proof.snapshot_id}", highlight=False)
        _out.print(
            escape(f"  a raw file of {origin.source} is {origin.raw_file}, sha256 {origin.raw_sha256}\n")
            + escape(f"  stated, not proved:{what}"),
            highlight=False,
            soft_wrap=True,
        )
    elif root is None:
        _out.print(
            "[yellow]note:[/yellow] nothing was compared with what you trust: --root or --manifest", highlight=False
        )


def sign(
    key: Annotated[
        Path,
        typer.Option(
            help="Private key: a PEM file on the curve P-256, P-384 or P-521.",
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ],
    snapshot: SnapshotFolder = None,
    password_file: Annotated[
        Path | None,
        typer.Option(help="File that holds the key's password, if it has one.", show_default=False, exists=True),
    ] = None,
) -> None:
    """Sign a snapshot: `snapshot.sig` over every file of it, as OpenSSF Model Signing defines it.

    Nothing is signed that is not as its manifest and SHA256SUMS state. `hc4 verify --public-key PUB.pem` checks it; so
    does `model_signing verify key`, without hc4. A new pair of keys:

        openssl ecparam -name prime256v1 -genkey -noout -out KEY.pem
        openssl ec -in KEY.pem -pubout -out PUB.pem
    """
    from manifests import layout
    from manifests.signing import sign as make
    from manifests.signing import signer_of
    from manifests.snapshot import Snapshot, this_or_only

    folder = this_or_only(snapshot)
    make(folder, key, password_file.read_bytes().rstrip(b"\r\n") if password_file else None)
    signed = Snapshot.open(folder).manifest.snapshot_id
    _out.print(
        f"[green]✓[/green] {escape(str(folder / layout.SIGNATURE))} signs {signed}\n"
        f"  sha256 of the public key {signer_of(folder)}",
        highlight=False,
        soft_wrap=True,
    )


def _stop_at(findings: Sequence[Finding]) -> None:
    """Print what differs; exit 6 if anything does."""
    for finding in findings:
        _err.print(f"[red]✗[/red] {escape(finding.file)}: {escape(finding.what)}", highlight=False, soft_wrap=True)
    if findings:
        raise typer.Exit(6)
