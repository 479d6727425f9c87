"""What the kernel is told of a `ContaminationConfig`: words, percents, and sixteenths of a bit."""

from __future__ import annotations

from typing import NamedTuple

from filters.contamination.index import BIT, ContaminationConfig


class Settings(NamedTuple):
    """Integers, so that every machine decides alike. Gates are sixteenths of a bit, shares percents, all else words."""

    short_seed: int
    long_seed: int
    least_share: int
    """Below it no text is looked at further, whatever it is."""
    gate: int
    gate_answered: int
    gate_whole: int
    far: int
    """Sixteenths of a bit from which `share_long` holds."""
    share_short: int
    share_long: int
    share_asked: int
    share_answered: int
    share_passage: int
    answer_gate: int
    passage_words: int
    whole_words: int
    window: int
    gap: int
    drop: int


def settings(config: ContaminationConfig) -> Settings:
    """`config` for the kernel."""
    return Settings(
        short_seed=config.short_seed,
        long_seed=config.long_seed,
        least_share=_percent(min(config.share_long, config.share_answered, config.share_passage)),
        gate=_sixteenths(config.gate_bits),
        gate_answered=_sixteenths(config.gate_answered),
        gate_whole=_sixteenths(config.gate_whole),
        far=_sixteenths(config.long_bits),
        share_short=_percent(config.share_short),
        share_long=_percent(config.share_long),
        share_asked=_percent(config.share_asked),
        share_answered=_percent(config.share_answered),
        share_passage=_percent(config.share_passage),
        answer_gate=_sixteenths(config.answer_bits),
        passage_words=config.max_n,
        whole_words=config.whole_words,
        window=config.window,
        gap=config.gap,
        drop=config.drop,
    )


def _percent(share: float) -> int:
    return round(100 * share)


def _sixteenths(bits: float) -> int:
    return round(BIT * bits)
