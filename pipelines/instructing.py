"""Conversations of a snapshot as instructions: messages, tokens, where the loss counts; and every document's fate.

    OUTPUT/instruct.json                 the statement, with an account that balances (`manifests.instructed`)
    OUTPUT/data/<source>/<shard>         conversations, by the name of the shard they are from
    OUTPUT/account/<source>/<shard>      every document: which rule took it, and why it was skipped

Shards that are whole are not done twice (`pipelines.output_folder`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Facts
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from corpus.digest import Json, digest
from corpus.errors import BuildStopped, SnapshotError
from manifests.exported import LicenceTokens
from manifests.instructed import (
    INSTRUCT,
    InstructionLine,
    InstructionPart,
    Instructions,
    Total,
    read_instructions,
)
from manifests.model import Shard
from manifests.snapshot import BROKEN, Snapshot, unreadable
from manifests.strict import Strict
from pipelines.instruct_mapping import Mapping
from pipelines.output_folder import OutputFolder, file_of
from shards.instructions.messages import Conversation, Skipped
from shards.instructions.mistral import Encoded, MistralTemplate
from shards.instructions.table import ACCOUNT, INSTRUCTION
from shards.tokenizer import Tokenizer

NO_RULE, SHORTENED = "no_rule", "shortened"
"""Reasons of documents that no rule takes, and of those that lost paragraphs: what is left may answer another question.
Others are those of `shards.instructions.messages`."""

_FACTS = ("doc_id", "source", "doc_type", "split", "licence_spdx", "n_tokens", "text_sha256", "paragraphs_cut")
_PROVED = 32
"""Messages of each shard that are encoded again by the tokenizer's oracle."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to make of what."""

    snapshot: Snapshot
    mapping: Mapping
    tokenizer: Tokenizer
    template: MistralTemplate

    @property
    def key(self) -> str:
        """Digest of all that, with a shard's bytes, decides about a file's."""
        return _key(self.mapping.sha256, self.template.name, self.template.version, self.tokenizer.sha256)


class _Record(Strict):
    key: str
    part: InstructionPart


@dataclass(slots=True)
class _Sums:
    """What was made of a shard so far."""

    lines: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    tokens: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    licence_tokens: Counter[str] = field(default_factory=Counter)
    made: int = 0
    learnt: int = 0
    proved: int = 0


def instruct(task: Task, output: Path) -> Instructions:
    """Write what is missing of a set of instructions, and its statement.

    Raises:
        BuildStopped: `output` holds something else, or the tokenizer and its oracle disagree.
        LedgerImbalance: the account does not close.
        SnapshotError: a shard cannot be read.
    """
    folder = OutputFolder(output, INSTRUCT)
    with folder.held():
        _unseal(folder)
        shards = [shard for shard in task.snapshot.manifest.shards if shard.rows]
        parts = [_finished(task, shard, folder) or _write(task, shard, folder) for shard in shards]
        return _seal(task, parts, folder)


def _key(mapping: str, template: str, version: int, tokenizer: str) -> str:
    return digest({"mapping": mapping, "template": template, "version": version, "tokenizer": tokenizer})


def _unseal(folder: OutputFolder) -> None:
    if not (folder.root / INSTRUCT).is_file():
        return
    stated = read_instructions(folder.root)
    key = _key(stated.mapping_sha256, stated.template, stated.template_version, stated.tokenizer_sha256)
    for part in stated.parts:
        folder.remember(_name(part.source, part.shard), _Record(key=key, part=part).model_dump_json().encode())
    folder.open_again()


def _name(source: str, shard: str) -> str:
    return f"{source}/{Path(shard).stem}"


def _recorded(content: bytes | None) -> _Record | None:
    try:
        return None if content is None else _Record.model_validate_json(content)
    except ValidationError:  # cut off by a kill
        return None


def _finished(task: Task, shard: Shard, folder: OutputFolder) -> InstructionPart | None:
    record = _recorded(folder.recorded(_name(shard.source, shard.path)))
    if record is None or record.key != task.key:
        return None
    if (record.part.shard, record.part.shard_sha256) != (shard.path, shard.sha256):
        return None
    return record.part if all(folder.has(file) for file in record.part.files) else None


def _write(task: Task, shard: Shard, folder: OutputFolder) -> InstructionPart:
    name = _name(shard.source, shard.path)
    if (earlier := _recorded(folder.recorded(name))) is not None:
        folder.remove_all(earlier.part.files)
    aside, sums = folder.aside(name), _Sums()
    file_name = Path(shard.path).name
    options: dict[str, Any] = {"compression": "zstd", "compression_level": 3, "write_page_checksum": True}
    dictionary = ["source", "split", "licence_spdx", "rule", "messages.list.element.role"]
    with (
        pq.ParquetWriter(aside / "data", INSTRUCTION, use_dictionary=dictionary, **options) as data,
        pq.ParquetWriter(aside / "account", ACCOUNT, **options) as account,
    ):
        for accounted, rows in _batches(task, shard, sums):
            account.write_table(accounted)
            if len(rows):
                data.write_table(rows)
    read = (sum(sums.lines.values()), sum(sums.tokens.values()))
    if read != (shard.rows, shard.tokens):
        raise SnapshotError(f"{shard.path} holds not what the manifest states of it: run `hc4 verify`")
    paths = {"account": f"account/{shard.source}/{file_name}"}
    if sums.licences:
        paths["data"] = f"data/{shard.source}/{file_name}"
    part = InstructionPart(
        shard=shard.path,
        shard_sha256=shard.sha256,
        source=shard.source,
        split=shard.split,
        files=tuple(file_of(aside / file, path) for file, path in paths.items()),
        conversations=sum(sums.licences.values()),
        tokens=sums.made,
        loss_tokens=sums.learnt,
        licences=tuple(
            LicenceTokens(spdx=spdx, documents=count, tokens=sums.licence_tokens[spdx])
            for spdx, count in sorted(sums.licences.items())
        ),
        lines=tuple(
            InstructionLine(rule=rule, reason=reason, documents=count, tokens=sums.tokens[rule, reason])
            for (rule, reason), count in sorted(sums.lines.items(), key=lambda line: [one or "" for one in line[0]])
        ),
    )
    folder.place(name, aside, paths, _Record(key=task.key, part=part).model_dump_json().encode())
    return part


def _batches(task: Task, shard: Shard, sums: _Sums) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Account and conversations of each row group. Text is read only where a rule takes a document."""
    try:
        with pq.ParquetFile(task.snapshot.folder / shard.path) as file:
            for group in range(file.num_row_groups):
                facts = file.read_row_group(group, columns=list(_FACTS)).to_pylist()
                rules = [task.mapping.rule_for(row["source"], row["doc_type"]) for row in facts]
                texts: Sequence[str] = [""] * len(facts)
                if any(rules):
                    texts = file.read_row_group(group, columns=["text"])["text"].to_pylist()
                yield _batch(task, facts, rules, texts, sums)
    except BROKEN as error:
        raise unreadable(shard.path, error) from None


def _batch(
    task: Task, facts: Sequence[Facts[str, Any]], rules: Sequence[Any], texts: Sequence[str], sums: _Sums
) -> tuple[pa.Table, pa.Table]:
    account: list[dict[str, Any]] = []
    used: list[tuple[Facts[str, Any], str, Conversation]] = []
    for row, rule, text in zip(facts, rules, texts, strict=True):
        if rule is None:
            found: Conversation | Skipped = Skipped(NO_RULE)
        elif row["paragraphs_cut"]:
            found = Skipped(SHORTENED)
        else:
            found = rule.conversation(text)
        name = None if rule is None else rule.name
        reason = found.reason if isinstance(found, Skipped) else None
        if not isinstance(found, Skipped):
            used.append((row, name or "", found))
        account.append(
            {
                **{one: row[one] for one in ("doc_id", "source", "split")},
                "rule": name,
                "reason": reason,
                "tokens": row["n_tokens"],
            }
        )
        sums.lines[name, reason] += 1
        sums.tokens[name, reason] += row["n_tokens"]
    return pa.Table.from_pylist(account, ACCOUNT), _rows(task, used, sums)


def _rows(task: Task, used: Sequence[tuple[Facts[str, Any], str, Conversation]], sums: _Sums) -> pa.Table:
    if not used:
        return INSTRUCTION.empty_table()
    conversations = [conversation for _, _, conversation in used]
    encoded = task.template.encode(conversations)
    _prove(task, conversations, encoded, sums)
    rows = []
    for (row, rule, conversation), tokens in zip(used, encoded, strict=True):
        messages: list[Json] = [{"role": one.role, "content": one.content} for one in conversation]
        learnt = int(tokens.learnt.sum())
        rows.append(
            {
                **{one: row[one] for one in ("doc_id", "source", "split", "licence_spdx", "text_sha256")},
                "rule": rule,
                "messages": messages,
                "input_ids": tokens.ids,
                "loss_mask": tokens.learnt,
                "n_tokens": len(tokens.ids),
                "n_loss_tokens": learnt,
                "messages_sha256": digest(messages),
            }
        )
        sums.made += len(tokens.ids)
        sums.learnt += learnt
        sums.licences[row["licence_spdx"]] += 1
        sums.licence_tokens[row["licence_spdx"]] += len(tokens.ids)
    return pa.Table.from_pylist(rows, INSTRUCTION)


def _prove(task: Task, conversations: Sequence[Conversation], encoded: Sequence[Encoded], sums: _Sums) -> None:
    """Encode the replies of the first conversations of a shard again, by the oracle.

    Raises:
        BuildStopped: it gives other tokens.
    """
    for conversation, tokens in zip(conversations, encoded, strict=True):
        if sums.proved >= _PROVED:
            return
        replies = [message.content for message in conversation if message.role == "assistant"]
        end = task.template.tokens["</s>"]
        expected = [token for ids in task.tokenizer.oracle.encode(replies) for token in [*ids, end]]
        if tokens.ids[tokens.learnt].tolist() != expected:
            raise BuildStopped(f"{task.tokenizer.name}: fast path and oracle disagree on a reply")
        sums.proved += len(replies)


def _seal(task: Task, parts: Sequence[InstructionPart], folder: OutputFolder) -> Instructions:
    wanted = {file.path for part in parts for file in part.files}
    for _, content in folder.records():
        if (record := _recorded(content)) is not None:
            folder.remove_all(record.part.files, wanted)
    skipped: dict[str, Total] = {}
    used = Total(documents=0, tokens=0)
    for line in (line for part in parts for line in part.lines):
        before = used if line.reason is None else skipped.get(line.reason, Total(documents=0, tokens=0))
        after = Total(documents=before.documents + line.documents, tokens=before.tokens + line.tokens)
        if line.reason is None:
            used = after
        else:
            skipped[line.reason] = after
    totals = task.snapshot.manifest.totals
    whole = Instructions(
        snapshot_id=task.snapshot.manifest.snapshot_id,
        name=task.mapping.name,
        mapping=task.mapping.understood,
        mapping_sha256=task.mapping.sha256,
        template=task.template.name,
        template_version=task.template.version,
        template_tokens=task.template.tokens,
        tokenizer=task.tokenizer.name,
        tokenizer_sha256=task.tokenizer.sha256,
        parts=tuple(parts),
        read=Total(documents=totals.documents, tokens=totals.tokens),
        used=used,
        skipped=dict(sorted(skipped.items())),
        conversations=sum(part.conversations for part in parts),
        tokens=sum(part.tokens for part in parts),
        loss_tokens=sum(part.loss_tokens for part in parts),
    ).balanced()
    folder.seal(whole.canonical())
    return whole
