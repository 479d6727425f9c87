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
    shares = (config.share_short, config.share_long, config.share_asked, config.share_answered, config.share_passage)
    short, long, asked, answered, passage = (round(100 * share) for share in shares)
    return Settings(
        config.short_seed,
        config.long_seed,
        min(long, answered, passage),
        round(BIT * config.gate_bits),
        round(BIT * config.gate_answered),
        round(BIT * config.long_bits),
        short,
        long,
        asked,
        answered,
        passage,
        round(BIT * config.answer_bits),
        config.max_n,
        config.whole_words,
        config.window,
        config.gap,
        config.drop,
    )
