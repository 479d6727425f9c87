"""One vocabulary for all models of the training proof: byte-level BPE of 2,048 pieces.

The snapshot's own tokenizer has 32,768 pieces: at a width of 128 their embeddings would be four fifths of a model of a
few million parameters, and most of its time. These pieces are learnt from as many bytes of each arm and of the general
text, so that no arm's text is spelt more shortly than another's for being the one that the vocabulary was made of. They
fall back to bytes, so that no text is lost and nats can be counted per byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from shards.place import uniform
from shards.tokenizer import Tokenizer

PIECES = 2048
DOCUMENT = "<|document|>"
"""Put before each document; its id is 0."""


def learn_vocabulary(texts: Mapping[str, Iterable[tuple[str, str]]], path: Path, *, bytes_each: int) -> Tokenizer:
    """Write a `tokenizer.json` to `path` and return it.

    Args:
        texts: by arm, (doc_id, text) pairs. Read in the order of a hash of the doc_id, until they have enough bytes.
        path: the file.
        bytes_each: UTF-8 bytes that each arm gives.
    """
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers, trainers

    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES,
        special_tokens=[DOCUMENT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    sample = [text for _, given in sorted(texts.items()) for text in _some(given, bytes_each)]
    model.train_from_iterator(sample, trainer)
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(str(path))
    return Tokenizer(path)


def _some(texts: Iterable[tuple[str, str]], size: int) -> Iterable[str]:
    for _, text in sorted(texts, key=lambda each: (uniform(each[0], salt="training/vocabulary"), each[0])):
        if size <= 0:
            return
        encoded = text.encode()[:size]
        size -= len(encoded)
        yield encoded.decode(errors="ignore")
