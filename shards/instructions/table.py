"""The Parquet of instructions: one row a conversation, messages and tokens side by side; and the account beside it."""

from __future__ import annotations

import pyarrow as pa

from shards.tokenizer import INPUT_IDS

MESSAGE = pa.struct([pa.field("role", pa.string(), nullable=False), pa.field("content", pa.string(), nullable=False)])

INSTRUCTION = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("licence_spdx", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("messages", pa.list_(MESSAGE), nullable=False),
        pa.field("input_ids", INPUT_IDS, nullable=False),
        pa.field("loss_mask", pa.list_(pa.bool_()), nullable=False),
        pa.field("n_tokens", pa.int32(), nullable=False),
        pa.field("n_loss_tokens", pa.int32(), nullable=False),
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("messages_sha256", pa.string(), nullable=False),
    ]
)
"""`doc_id`, `source`, `split`, `licence_spdx` and `text_sha256` are the document's in the snapshot. `loss_mask` is true
where the loss counts; `n_tokens` are all of `input_ids`, `n_loss_tokens` those. `messages_sha256` is of the canonical
JSON of `messages`."""

ACCOUNT = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("rule", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("tokens", pa.int32(), nullable=False),
    ]
)
"""Every document of the snapshot: the rule that took it, null if none did; the reason why it was skipped, null if it
was used; its tokens in the snapshot."""
