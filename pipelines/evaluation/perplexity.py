"""Bits per byte of a local model on the documents of an evaluation export, a task at a time."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from corpus.digest import sha256_file
from corpus.errors import AssetError, RecipeError
from manifests.evaluation import STATEMENT, Perplexity, PerplexityResult
from pipelines.evaluation.export import TASKS, read_export
from shards.evaluation.lm_eval import TEXT
from shards.evaluation.perplexity import Score, score

_LENGTHS = ("n_positions", "max_position_embeddings", "n_ctx")
"""Where a configuration states how many tokens the model takes, as lm-evaluation-harness asks for it."""
_WINDOW = 2048
"""The harness's default."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model and its tokenizer, as lm-evaluation-harness would use them."""

    model: Any
    tokenizer: Any
    max_length: int

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu", max_length: int | None = None) -> LocalModel:
        """From a folder of transformers' `save_pretrained`. Nothing is downloaded, and no code in it is run.

        Raises:
            AssetError: torch or transformers is absent, or the folder holds no model.
        """
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise AssetError(f'{error.name or error} cannot be imported: pip install -e ".[train]"') from None
        logging.getLogger("transformers.tokenization_utils_base").setLevel(logging.ERROR)  # long documents are cut here
        if not folder.is_dir():
            raise AssetError(f"no model folder at {folder}")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype="auto")
        except (OSError, ValueError) as error:
            raise AssetError(f"{folder} holds no model that transformers reads ({type(error).__name__})") from None
        model.to(torch.device(device)).eval()
        stated = next((getattr(model.config, name) for name in _LENGTHS if hasattr(model.config, name)), _WINDOW)
        return cls(model, tokenizer, max_length or int(stated))

    @property
    def prefix(self) -> int:
        """The token that leads a document: of its beginning, or else of an end."""
        first = self.tokenizer.bos_token_id
        return int(self.tokenizer.eos_token_id if first is None else first)


def measure(folder: Path, local: LocalModel, batch: int = 1, tasks: list[str] | None = None) -> Iterator[Perplexity]:
    """Every task of the export, or those named, in the order of their names.

    Raises:
        RecipeError: no such task.
    """
    known = {path.stem: path for path in sorted((folder / TASKS).glob("*.yaml"))}
    if unknown := sorted(set(tasks or ()) - set(known)):
        raise RecipeError(f"no task {unknown[0]!r}; there are {', '.join(known)}")
    for name, path in known.items():
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "group" in content or (tasks and name not in tasks):
            continue
        files = [folder / file for file in content["dataset_kwargs"]["data_files"]["validation"]]
        whole = sum(
            score(
                local.model,
                local.tokenizer.encode,
                _texts(files),
                prefix=local.prefix,
                length=local.max_length,
                batch=batch,
            ),
            Score(),
        )
        yield Perplexity(
            task=name,
            documents=whole.documents,
            tokens=whole.tokens,
            words=whole.words,
            bytes=whole.bytes,
            log_likelihood=whole.log_likelihood,
            bits_per_byte=whole.bits_per_byte,
            byte_perplexity=whole.byte_perplexity,
            word_perplexity=whole.word_perplexity,
        )


def result(folder: Path, place: Path, local: LocalModel, tasks: list[Perplexity]) -> PerplexityResult:
    """What was measured of the model at `place`, with what it was measured on."""
    return PerplexityResult(
        snapshot_id=read_export(folder).snapshot_id,
        evaluation_sha256=sha256_file(folder / STATEMENT),
        model_sha256={path.name: sha256_file(path) for path in sorted(place.iterdir()) if path.is_file()},
        max_length=local.max_length,
        tasks=tuple(tasks),
    )


def _texts(files: list[Path]) -> Iterator[str]:
    for path in files:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group, columns=[TEXT])[TEXT].to_pylist()
