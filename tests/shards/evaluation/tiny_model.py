"""A causal language model of a few thousand random parameters with a tokenizer of its own, written to a folder.

python -m tests.shards.evaluation.tiny_model FOLDER CORPUS.txt
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LENGTH = 192
"""Tokens that it takes: fewer than a document has."""


def write(folder: Path, texts: list[str]) -> None:
    """Byte-level BPE of 400 pieces learnt from `texts`; two layers of 16, seeded."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import MistralConfig, MistralForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind), encoding="utf-8")
    torch.manual_seed(11)
    config = MistralConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=LENGTH,
        sliding_window=None,
        bos_token_id=0,
        eos_token_id=1,
        initializer_range=0.5,  # so that tokens are not all equally likely
    )
    MistralForCausalLM(config).save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").split("\n"))
