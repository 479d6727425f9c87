"""datatrove's composition of the stages of a build, run as its users run it: a script, a local executor.

    python -m benchmarks.peer_datatrove JSONL_FOLDER OUTPUT_FOLDER

The last line of its output is what it kept, as JSON. The order of the steps is that of datatrove's own FineWeb example,
every step with its defaults, and two changes that an offline run needs:

- `LanguageFilter` reads the local `lid.176.ftz`, the compressed form of the model it would download.
- The tokenizer is Mistral v3, the one hc4 uses, converted from SentencePiece as the hub's converter does it.
"""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from corpus.assets import asset_path


def run(documents: Path, output: Path) -> None:
    """Put `documents` (a folder of JSONL) through all steps; Parquet in `output`/released."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )
    from datatrove.pipeline.formatters import PIIFormatter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.tokens import TokensCounter
    from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

    tokenizer = output / "tokenizer.json"
    output.mkdir(parents=True)
    convert_tokenizer(asset_path("mistral-v3.model"), tokenizer)
    filtered, signatures, buckets, removed = (
        str(output / name) for name in ("filtered", "signatures", "buckets", "removed")
    )
    config = MinhashConfig()
    steps: list[tuple[int, list[Any]]] = [
        (
            1,
            [
                JsonlReader(str(documents)),
                _language_filter(),
                GopherRepetitionFilter(),
                GopherQualityFilter(),
                C4QualityFilter(),
                FineWebQualityFilter(),
                JsonlWriter(filtered),
            ],
        ),
        (1, [JsonlReader(filtered), MinhashDedupSignature(signatures, config)]),
        (config.num_buckets, [MinhashDedupBuckets(signatures, buckets, config=config)]),
        (1, [MinhashDedupCluster(buckets, removed, config=config)]),
        (
            1,
            [
                JsonlReader(filtered),
                MinhashDedupFilter(removed),
                PIIFormatter(),
                TokensCounter(str(tokenizer)),
                ParquetWriter(str(output / "released")),
            ],
        ),
    ]
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(output / f"log{number}")).run()


def _language_filter() -> Any:
    """English, with the local model. Loaded on first use: the executor copies its steps, and a model cannot be."""
    from datatrove.pipeline.filters import LanguageFilter
    from datatrove.utils.lid import FT176LID

    class LocalModel(FT176LID):  # type: ignore[misc]
        @cached_property
        def model(self) -> Any:
            from fasttext.FastText import _FastText

            return _FastText(str(asset_path("lid.176.ftz")))

    # It asks for one distribution of fastText by name; hc4 has another one, with the same module.
    LanguageFilter._requires_dependencies = []
    found = LanguageFilter("en")
    found.model = LocalModel(["en"])
    return found


def convert_tokenizer(model: Path, output: Path) -> None:
    """Write a SentencePiece BPE model as the `tokenizer.json` that HF tokenizers reads.

    SentencePiece states a score a piece; HF tokenizers wants the merges in order. Every split of a piece into two
    pieces is a merge, as in `transformers.convert_slow_tokenizer`.
    """
    from sentencepiece import sentencepiece_model_pb2
    from tokenizers import AddedToken, Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import Metaspace

    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.read_bytes())
    vocabulary = {piece.piece: number for number, piece in enumerate(proto.pieces)}
    merges = [
        (-piece.score, vocabulary[left], vocabulary[right], left, right)
        for piece in proto.pieces
        if piece.type == piece.NORMAL
        for cut in range(1, len(piece.piece))
        if (left := piece.piece[:cut]) in vocabulary and (right := piece.piece[cut:]) in vocabulary
    ]
    ordered = [(left, right) for *_, left, right in sorted(merges)]
    tokenizer = Tokenizer(BPE(vocabulary, ordered, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = Metaspace(prepend_scheme="first", split=False)
    control = [piece.piece for piece in proto.pieces if piece.type in (piece.CONTROL, piece.USER_DEFINED)]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    tokenizer.save(str(output))


def _released(output: Path) -> dict[str, int]:
    """Documents and tokens in the Parquet files."""
    import pyarrow.dataset as ds

    released = output / "released"
    if not released.is_dir():  # nothing was kept
        return {"documents": 0, "tokens": 0}
    metadata = ds.dataset(released, format="parquet").to_table(["metadata"])["metadata"].to_pylist()
    return {"documents": len(metadata), "tokens": sum(each["token_count"] for each in metadata)}


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps(_released(Path(sys.argv[2]))))
