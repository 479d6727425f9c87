"""Words, shingles and similarity, slow and obvious."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pyarrow as pa

Shingles = set[tuple[str, ...]]


def fold(character: str) -> str:
    """Simple case folding: itself where folding needs more than one character."""
    folded = character.casefold()
    return folded if len(folded) == 1 else character


def words(text: str) -> list[str]:
    """Maximal runs of letters, marks and numbers, folded."""
    spaced = "".join(fold(c) if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return [word for word in spaced.split(" ") if word]


def shingles(text: str, k: int = 5) -> set[tuple[str, ...]]:
    """Every k consecutive words; all words where there are fewer than k; nothing where there are none."""
    found = words(text)
    if 0 < len(found) < k:
        return {tuple(found)}
    return {tuple(found[i : i + k]) for i in range(len(found) - k + 1)}


def jaccard(left: str, right: str, k: int = 5) -> float:
    """|A and B| / |A or B|, 0 where both are empty."""
    a, b = shingles(left, k), shingles(right, k)
    return len(a & b) / len(a | b) if a | b else 0.0


def containment(left: str, right: str, k: int = 5) -> float:
    """|A and B| / min(|A|, |B|), 0 where one is empty."""
    a, b = shingles(left, k), shingles(right, k)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def template(texts: list[str], share: float, least: int, k: int = 5) -> set[tuple[str, ...]]:
    """Shingles in at least `share` of the texts and in at least `least` of them."""
    found = Counter(shingle for text in texts for shingle in shingles(text, k))
    return {one for one, count in found.items() if count >= least and count / len(texts) >= share}


def substance(left: str, right: str, no_left: Shingles, no_right: Shingles, k: int = 5) -> float:
    """Jaccard over the shingles that are no template of a text that holds them; 1 where there are none."""
    a, b = shingles(left, k), shingles(right, k)
    counting = {one for one in a | b if not (one in a and one in no_left) and not (one in b and one in no_right)}
    return len(a & b & counting) / len(counting) if counting else 1.0


def candidate_probability(similarity: float, bands: int = 16, rows: int = 6) -> float:
    """Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", section 3.4.2."""
    return 1 - (1 - similarity**rows) ** bands


def column(texts: list[str]) -> pa.LargeStringArray:
    """Texts as the kernels take them."""
    return pa.array(texts, pa.large_string())


def edited(text: str, share: float, random: np.random.Generator) -> str:
    """`text` with about `share` of its words replaced by words that occur nowhere else."""
    changed = [f"novel{random.integers(1 << 62)}" if random.random() < share else word for word in text.split()]
    return " ".join(changed)
