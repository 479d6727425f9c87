"""One training run over an arm's shards, through hc4's loader: resumable at any step, the same to the bit.

    python -m benchmarks.training_run RUN.json FOLDER

A checkpoint holds the model, the optimizer, the loader's state, torch's generators and the curves so far. A run that is
killed goes on from its last checkpoint and ends with the weights and the curve of a run that was not: on one CPU thread
to the bit; on a GPU as far as its kernels are deterministic, which torch is told to ask for.
"""

from __future__ import annotations

import io
import json
import math
import os
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.training_model import add_noise, make_model, token_losses
from benchmarks.training_score import load_texts, score
from benchmarks.training_vocabulary import PIECES
from corpus.digest import digest, sha256_file
from shards.loading import Loader, LoaderConfig, PackConfig, open_corpus
from shards.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from transformers import MistralForCausalLM

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "weights.pt"
CURVES = "curves.json"

RATES = {"toy": 1e-2, "tiny": 3e-3, "small": 6e-4, "medium": 3e-4}
"""Highest learning rate by size of the model."""
_WARM_UP = 0.1
_LAST_RATE = 0.1
_BETAS = (0.9, 0.95)
_DECAY = 0.1
_CLIP = 1.0


@dataclass(frozen=True, slots=True)
class RunConfig:
    """All that decides what a run ends with, beside the shards and the texts it is watched on."""

    arm: str
    """Folder of shards."""
    seed: int
    """Of the order of sequences, of noise, and of the weights if there is no `base`."""
    steps: int
    size: str = "tiny"
    batch: int = 8
    """Sequences a step."""
    length: int = 256
    """Tokens a sequence."""
    base: str | None = None
    """Folder of the run whose weights this one begins with."""
    neftune_noise_alpha: float | None = None
    device: str = "cpu"
    vocabulary: str = "vocabulary.json"
    """The models' tokenizer."""
    watch: str | None = None
    """File of texts whose loss is taken `watches` times on the way."""
    watches: int = 5
    checkpoint_steps: int = 25


def identity(config: RunConfig) -> str:
    """Digest of what a run ends with: equal runs are done once, whatever their arms are called."""
    facts: dict[str, Any] = asdict(config)
    facts["arm"] = open_corpus(Path(config.arm)).digest
    facts["vocabulary"] = sha256_file(Path(config.vocabulary))
    facts["base"] = None if config.base is None else Path(config.base).name
    facts["watch"] = None if config.watch is None else sha256_file(Path(config.watch))
    facts["libraries"] = [version("torch"), version("transformers")]
    del facts["checkpoint_steps"]
    return digest({name: repr(each) if isinstance(each, float) else each for name, each in facts.items()})


def train(config: RunConfig, folder: Path, *, until: int | None = None) -> dict[str, Any]:
    """Run to the end, from the last checkpoint in `folder` if there is one; return the curves.

    `until`: stop after so many steps of the run with nothing written, as a queue with a limit of time may.

    The curves are `train`, nats per token of each step's own batch, and `held_out`, [step, nats per token] of the
    watched texts. They and the weights are in `folder` afterwards; a finished run is not done again.
    """
    import torch

    if (folder / CURVES).is_file():
        return json.loads((folder / CURVES).read_text())  # type: ignore[no-any-return]
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what deterministic cuBLAS asks for
    torch.use_deterministic_algorithms(True, warn_only=config.device != "cpu")  # not every kernel of a GPU has a way
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(config)
    if (folder / CHECKPOINT).is_file():
        run.load(torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=False))
    for batch in run.loader.batches(config.batch, drop_last=True):
        run.step(batch)
        print(f"step {run.steps} loss {run.train[-1]:.6f}", flush=True)
        if run.steps == until:
            return {"train": run.train, "held_out": run.held_out}
        if run.steps == config.steps:
            break
        if run.steps % config.checkpoint_steps == 0:
            _put(folder / CHECKPOINT, _packed(run.checkpoint()))
    if run.steps < config.steps:
        sys.exit(f"{config.arm} has {run.steps} steps of {config.batch} x {config.length} tokens, not {config.steps}")
    curves = {"train": run.train, "held_out": run.held_out}
    _put(folder / WEIGHTS, _packed(run.model.state_dict()))
    _put(folder / CURVES, json.dumps(curves).encode())
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return curves


def load_model(config: RunConfig, folder: Path) -> MistralForCausalLM:
    """The model with the weights that a finished run left in `folder`."""
    import torch

    model = make_model(config.size, vocabulary=PIECES, length=config.length, seed=config.seed)
    model.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True))
    return model.to(config.device)  # type: ignore[arg-type]


class _Run:
    """Everything that changes while a run goes on."""

    def __init__(self, config: RunConfig) -> None:
        import torch

        self.config = config
        self.watched = [] if config.watch is None else load_texts(Path(config.watch))["watch"]
        self.tokenizer = load_tokenizer(Path(config.vocabulary))
        pack = PackConfig(config.length, bos=0)
        self.loader = Loader(open_corpus(Path(config.arm)), LoaderConfig(pack, seed=config.seed, mask_starts=True))
        if config.base is None:
            self.model = make_model(config.size, vocabulary=PIECES, length=config.length, seed=config.seed)
        else:
            self.model = load_model(config, Path(config.base))
        self.model.to(config.device)  # type: ignore[arg-type]
        if config.neftune_noise_alpha is not None:
            add_noise(self.model, config.neftune_noise_alpha)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), betas=_BETAS, weight_decay=_DECAY)
        torch.manual_seed(config.seed)
        self.steps = 0
        self.train: list[float] = []
        self.held_out: list[tuple[int, float]] = []
        self._watch()

    def step(self, batch: Any) -> None:
        """One step of the optimizer."""
        import torch

        device = self.config.device
        rate = learning_rate(self.steps, self.config.steps, RATES[self.config.size])
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        ids, positions, labels = (
            torch.from_numpy(each).long().to(device) for each in (batch.input_ids, batch.position_ids, batch.labels)
        )
        self.model.train()
        with torch.autocast("cuda", torch.bfloat16, enabled=device.startswith("cuda")):
            losses = token_losses(self.model, ids, positions, labels)
        loss = losses.sum() / (labels[:, 1:] != -100).sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP)
        self.optimizer.step()
        self.steps += 1
        self.train.append(loss.item())
        self._watch()

    def _watch(self) -> None:
        every = max(self.config.steps // self.config.watches, 1)
        if self.watched and (self.steps % every == 0 or self.steps == self.config.steps):
            found = score(self.model, self.watched, self.tokenizer, length=self.config.length)
            self.held_out.append((self.steps, found.nats_per_token))

    def checkpoint(self) -> dict[str, Any]:
        """What a run needs to go on as if nothing had happened."""
        import torch

        return {
            "config": asdict(self.config),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            # The loader reads ahead in batches; what it has given is what counts.
            "loader": self.loader.state(),
            "generator": torch.get_rng_state(),
            "generators": torch.cuda.get_rng_state_all() if self.config.device.startswith("cuda") else [],
            "steps": self.steps,
            "train": self.train,
            "held_out": self.held_out,
        }

    def load(self, found: dict[str, Any]) -> None:
        """Go on from a checkpoint of the same run.

        Raises:
            SystemExit: it is another run's.
        """
        import torch

        if found["config"] != asdict(self.config):
            raise SystemExit("the checkpoint is of a run with other settings; take another folder")
        self.model.load_state_dict(found["model"])
        self.optimizer.load_state_dict(found["optimizer"])
        self.loader.resume(found["loader"])
        self.steps, self.train, self.held_out = found["steps"], found["train"], found["held_out"]
        torch.set_rng_state(found["generator"])
        if found["generators"]:
            torch.cuda.set_rng_state_all(found["generators"])


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Of a step counted from 0: linear warm-up over a tenth of the run, then a cosine down to a tenth of `highest`."""
    warm = max(int(steps * _WARM_UP), 1)
    if step < warm:
        return highest * (step + 1) / warm
    share = (step - warm) / max(steps - warm, 1)
    return highest * (_LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * share)) / 2)


def _packed(value: Any) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


if __name__ == "__main__":
    train(RunConfig(**json.loads(Path(sys.argv[1]).read_text())), Path(sys.argv[2]))
