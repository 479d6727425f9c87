"""Runs of the training proof: the model, its noise, and going on after a kill."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.training_arms import write_arm
from benchmarks.training_model import add_noise, make_model, token_losses
from benchmarks.training_noise import with_noise
from benchmarks.training_run import CHECKPOINT, RunConfig, identity, learning_rate, load_model, train
from benchmarks.training_score import score, write_texts
from benchmarks.training_table import rows
from tests.benchmarks.arms import abstracts, table_of, vocabulary_of
from tests.pipelines.building import environment

torch = pytest.importorskip("torch", reason="needs the extra `train`")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> RunConfig:
    """A run of a toy model over real abstracts, watched on others, with noise."""
    folder = tmp_path_factory.mktemp("arm")
    texts = abstracts(220)
    tokenizer = vocabulary_of(texts[:200], folder)
    write_arm(table_of(texts[:200]), folder / "arm", tokenizer)
    write_texts({"watch": [each.text for each in texts[200:205]]}, folder / "watch.json")
    return RunConfig(
        arm=str(folder / "arm"),
        seed=3,
        steps=12,
        size="toy",
        batch=4,
        length=64,
        neftune_noise_alpha=5.0,
        vocabulary=str(folder / "vocabulary.json"),
        watch=str(folder / "watch.json"),
        watches=3,
        checkpoint_steps=5,
    )


@pytest.fixture(scope="module")
def whole(config: RunConfig, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The curves of the run without a break, and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    return train(config, folder), folder


def test_a_run_learns_and_is_watched(config: RunConfig, whole: tuple[dict[str, Any], Path]) -> None:
    curves, folder = whole
    assert len(curves["train"]) == config.steps
    assert [step for step, _ in curves["held_out"]] == [0, 4, 8, 12]
    assert curves["held_out"][-1][1] < curves["held_out"][0][1]
    assert train(config, folder)["train"] == curves["train"], "a finished run is told, not done again"


def test_the_same_run_again_is_the_same_to_the_bit(
    config: RunConfig, whole: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    assert _exact(train(config, tmp_path)) == _exact(whole[0])
    other = train(replace(config, seed=4), tmp_path / "other")
    assert other["train"] != whole[0]["train"]


@pytest.mark.parametrize("broken_off", [3, 5, 6, 11])
def test_a_run_that_broke_off_goes_on_as_if_it_had_not(
    config: RunConfig, whole: tuple[dict[str, Any], Path], tmp_path: Path, broken_off: int
) -> None:
    train(config, tmp_path, until=broken_off)
    torch.manual_seed(99)  # what another process would not know
    assert (tmp_path / CHECKPOINT).exists() == (broken_off > 5)
    assert _exact(train(config, tmp_path)) == _exact(whole[0])
    assert _weights(config, tmp_path) == _weights(config, whole[1])


def test_a_checkpoint_of_another_run_is_refused(config: RunConfig, tmp_path: Path) -> None:
    train(config, tmp_path, until=6)
    with pytest.raises(SystemExit, match="other settings"):
        train(replace(config, seed=9), tmp_path)


def test_a_run_that_its_shards_are_too_few_for_says_so(config: RunConfig, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="steps"):
        train(replace(config, steps=10_000, batch=2048, watch=None), tmp_path)


def test_a_run_begins_with_the_weights_of_its_base(
    config: RunConfig, whole: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    continued = train(replace(config, base=str(whole[1])), tmp_path)
    assert continued["held_out"][0][1] == whole[0]["held_out"][-1][1]


def test_equal_shards_under_other_names_are_one_run(config: RunConfig, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.symlink_to(config.arm)
    assert identity(replace(config, arm=str(other))) == identity(config)
    assert identity(replace(config, checkpoint_steps=1)) == identity(config)
    assert identity(replace(config, seed=4)) != identity(config)


@pytest.mark.slow
def test_a_run_killed_at_random_steps_gives_the_curve_of_one_that_was_not(config: RunConfig, tmp_path: Path) -> None:
    run = replace(config, steps=24, batch=8, length=256)  # steps slow enough to be killed between
    settings = tmp_path / "run.json"
    settings.write_text(json.dumps(asdict(run)))
    command = [sys.executable, "-m", "benchmarks.training_run", str(settings), str(tmp_path / "killed")]
    surroundings = environment(tmp_path / "home")
    for step in sorted(np.random.default_rng(7).choice(np.arange(2, 18), 2, replace=False).tolist()):
        process = subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if int(line.split()[1]) >= step:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
    subprocess.run(command, env=surroundings, check=True, stdout=subprocess.DEVNULL)
    killed, whole = train(run, tmp_path / "killed"), train(run, tmp_path / "whole")
    assert _exact(killed) == _exact(whole)
    assert _weights(run, tmp_path / "killed") == _weights(run, tmp_path / "whole")


@pytest.mark.slow
def test_a_toy_ablation_tells_curated_text_from_noise(tmp_path: Path) -> None:
    texts = abstracts(3000)
    train_on, held_out = texts[:2900], [each.text for each in texts[2900:2960]]
    tokenizer = vocabulary_of(train_on, tmp_path)
    curated = table_of(train_on)
    for arm, table in (("curated", curated), ("noise", with_noise(curated, seed=1))):
        write_arm(table, tmp_path / arm, tokenizer)
    scores: dict[str, list[dict[str, Any]]] = {"curated": [], "noise": []}
    for arm, found in scores.items():
        for seed in range(2):
            run = RunConfig(
                str(tmp_path / arm), seed, 120, size="toy", length=128, vocabulary=str(tmp_path / "vocabulary.json")
            )
            place = tmp_path / "runs" / arm / str(seed)
            train(run, place)
            found.append({"held_out": score(load_model(run, place), held_out, tokenizer, length=128)})
    by_arm = {row.arm: row for row in rows(scores)}
    assert by_arm["noise"].difference > 0.05
    worst = max(each["held_out"].nats_per_token for each in scores["curated"])
    assert worst < min(each["held_out"].nats_per_token for each in scores["noise"])


def test_the_sizes_have_the_parameters_they_are_said_to_have() -> None:
    for size, millions in (("tiny", 1.0), ("small", 25.0)):
        model = make_model(size, vocabulary=2048, length=256, seed=0)
        assert sum(each.numel() for each in model.parameters()) / 1e6 == pytest.approx(millions, rel=0.1)


def test_no_document_of_a_sequence_sees_another() -> None:
    model = make_model("toy", vocabulary=2048, length=32, seed=0).eval()
    ids = torch.randint(1, 2048, (1, 20), generator=torch.Generator().manual_seed(1))
    positions = torch.cat([torch.arange(8), torch.arange(12)])[None]
    together = token_losses(model, ids, positions, ids)
    alone = token_losses(model, ids[:, 8:], positions[:, 8:], ids[:, 8:])
    assert torch.allclose(together[:, 8:], alone, atol=1e-5)
    mixed = token_losses(model, ids, torch.arange(20)[None], ids)
    assert not torch.allclose(mixed[:, 8:], alone, atol=1e-4), "the test would see it"


def test_noise_on_embeddings_is_uniform_up_to_alpha_over_the_root_of_length_times_width() -> None:
    model = make_model("toy", vocabulary=2048, length=64, seed=0)
    embed = model.get_input_embeddings()
    ids = torch.arange(1, 65)[None].repeat(50, 1)
    plain = embed(ids)
    add_noise(model, 5.0)
    model.train()
    noise = (embed(ids) - plain).detach()
    bound = 5.0 / math.sqrt(64 * 32)
    assert noise.abs().max() <= bound * (1 + 1e-4)
    assert noise.abs().max() > 0.99 * bound
    assert noise.mean().abs() < bound / 50
    assert noise.var().item() == pytest.approx(bound**2 / 3, rel=0.02)
    model.eval()
    assert torch.equal(embed(ids), plain)


def test_labels_that_are_masked_cost_nothing() -> None:
    model = make_model("toy", vocabulary=2048, length=32, seed=0).eval()
    ids = torch.arange(1, 17)[None]
    labels = ids.clone()
    labels[:, 5:9] = -100
    found = token_losses(model, ids, torch.arange(16)[None], labels)
    assert (found[0, 4:8] == 0).all()
    assert (found[0, :4] > 0).all()


def test_the_learning_rate_rises_over_a_tenth_and_falls_to_a_tenth() -> None:
    rates = [learning_rate(step, 100, 1.0) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * (n + 1) for n in range(10)])
    assert all(a >= b for a, b in pairwise(rates[9:]))
    assert rates[-1] == pytest.approx(0.1, abs=0.001)


def _exact(curves: dict[str, Any]) -> list[str]:
    return [each.hex() for each in curves["train"]] + [f"{step} {loss.hex()}" for step, loss in curves["held_out"]]


def _weights(config: RunConfig, folder: Path) -> list[bytes]:
    return [each.detach().numpy().tobytes() for each in load_model(config, folder).parameters()]
