"""Does a curated corpus teach a model more per token than what was there before?

    python -m benchmarks.training --work DIR                # every arm, 3 seeds, 1 M parameters, on a CPU
    python -m benchmarks.training --work DIR --arms curated raw noise --seeds 5 --steps 200
    python -m benchmarks.training --work DIR --device cuda --size small --steps 700 --base-steps 30 \\
        --batch 16 --length 1024                            # one epoch of the smallest arm, the most a run may read

hc4 builds the snapshots from the kit's raw files (`HC4_KIT`), the arms are written as shards, and a small Mistral model
that has read general text goes on with each arm through hc4's loader. Everything finished stays in the work folder,
which holds unmasked text: run it again to go on, or with more seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.documents import kit_folder
from benchmarks.training_arms import ARMS
from benchmarks.training_prepare import GENERAL, HELD_OUT, VOCABULARY, WATCH, prepare
from benchmarks.training_run import RunConfig, identity, load_model, train
from benchmarks.training_score import Score, load_texts, score
from benchmarks.training_table import REFERENCE, as_json, as_markdown, rows
from shards.tokenizer import load_tokenizer


@dataclass(frozen=True, slots=True)
class Found:
    """What an arm's runs left, seed by seed."""

    curves: list[dict[str, Any]]
    scores: list[dict[str, Score]]


def run_arm(arm: Path, template: RunConfig, seeds: Sequence[int], folder: Path, base_steps: int) -> Found:
    """Train on an arm with each seed, from that seed's base unless `base_steps` is 0, and score the models."""
    found = Found([], [])
    for seed in seeds:
        config = replace(template, arm=str(arm), seed=seed)
        if base_steps:
            base = replace(config, arm=str(folder / "arms" / GENERAL), steps=base_steps, watch=None)
            config = replace(config, base=str(folder / "runs" / identity(base)[:16]))
            train(base, Path(config.base or ""))
        place = folder / "runs" / identity(config)[:16]
        found.curves.append(train(config, place))
        found.scores.append(_scores(config, place, folder / HELD_OUT))
    return found


def _scores(config: RunConfig, place: Path, held_out: Path) -> dict[str, Score]:
    """Scores of a finished run, taken once."""
    kept = place / "scores.npz"
    texts = load_texts(held_out)
    if not kept.is_file():
        model, tokenizer = load_model(config, place), load_tokenizer(Path(config.vocabulary))
        found = {name: score(model, each, tokenizer, length=config.length) for name, each in texts.items()}
        with kept.with_suffix(".new").open("wb") as file:
            np.savez(file, **{name: np.stack([each.nats, each.tokens, each.n_bytes]) for name, each in found.items()})
        kept.with_suffix(".new").replace(kept)
    stored = np.load(kept)
    return {name: Score(stored[name][0], *stored[name][1:].astype(np.int64)) for name in texts}


def report(found: Mapping[str, Found], facts: Mapping[str, Any], folder: Path) -> str:
    """Write `training.json`, `training.md` and `training.svg` below `folder`; return the table."""
    from benchmarks.training_chart import chart

    corpora = {arm: each["corpus"] for arm, each in facts["arms"].items()}
    same = [arm for arm in found if arm != REFERENCE and corpora[arm] == corpora[REFERENCE]]
    table = rows({arm: each.scores for arm, each in found.items()}, same)
    curves = {arm: each.curves for arm, each in found.items()}
    content = {**facts, "rows": as_json(table), "curves": curves}
    (folder / "training.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    (folder / "training.md").write_text(as_markdown(table))
    held_out = {arm: [each["held_out"] for each in one] for arm, one in curves.items() if arm not in same}
    (folder / "training.svg").write_text(chart(held_out, facts["tokens_a_step"]))
    return as_markdown(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare, train, score, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for everything; private")
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--base-steps", type=int, default=60, help="on general text before; 0: from scratch")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--neftune-noise-alpha", type=float, default=None)
    given = parser.parse_args(arguments)
    kit = kit_folder()
    if kit is None:
        sys.exit("no kit of raw files: set HC4_KIT")
    arms = list(dict.fromkeys([REFERENCE, *given.arms]))
    facts = prepare(given.work, kit)
    template = RunConfig(
        arm="",
        seed=0,
        steps=given.steps,
        size=given.size,
        batch=given.batch,
        length=given.length,
        neftune_noise_alpha=given.neftune_noise_alpha,
        device=given.device,
        vocabulary=str(given.work / VOCABULARY),
        watch=str(given.work / WATCH),
    )
    settings = {name: str(each) for name, each in vars(given).items() if name != "work"}
    facts |= {"tokens_a_step": given.batch * given.length, "settings": settings}
    done: dict[str, Found] = {}
    # Seed by seed, so that what is told early has every arm.
    for seeds in range(1, given.seeds + 1):
        for arm in arms:
            done[arm] = run_arm(given.work / "arms" / arm, template, range(seeds), given.work, given.base_steps)
        table = report(done, facts, given.work)
    print(table)


if __name__ == "__main__":
    main()
