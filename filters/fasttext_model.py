"""fastText models read from their files, so that kernels can run them straight over Arrow buffers.

`filters.fasttext_kernel` says what is computed; this module knows the file. Both follow the sources of fastText 0.9
(`Dictionary::load`, `QMatrix::load`, `ProductQuantizer::load`, `HierarchicalSoftmaxLoss::buildTree`; Joulin et al.,
"Bag of Tricks for Efficient Text Classification", 2016, and "FastText.zip", 2016), and give its labels and
probabilities. Quantised matrices are unpacked to float32 once; a full-size matrix is mapped from the file.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpus.errors import AssetError

if TYPE_CHECKING:
    from filters.fasttext_words import Memory

LABEL_PREFIX = "__label__"

_MAGIC = 793_712_314
_SUPERVISED = 3
_HIERARCHICAL, _NEGATIVE, _SOFTMAX, _ONE_VS_ALL = 1, 2, 3, 4
_CENTROIDS = 256

Floats = npt.NDArray[np.float32]


class Network(NamedTuple):
    """What the kernel computes with: arrays and numbers, nothing else."""

    words: int
    """Entries of the dictionary that are words; those after them are labels."""
    spelling: npt.NDArray[np.uint8]
    """UTF-8 bytes of all entries, one after the other."""
    spelling_at: npt.NDArray[np.int64]
    """Entry i is `spelling[spelling_at[i]:spelling_at[i + 1]]`."""
    slots: npt.NDArray[np.int32]
    """Open-addressing table of entries, by their hash modulo its size (a power of two); -1 is free."""
    buckets: int
    """Hash buckets of character and word n-grams."""
    members: npt.NDArray[np.uint64]
    """Buckets that were not pruned: for each 64 of them their bits, and how many stand before; (buckets / 64, 2). Their
    rows follow those of the words, in order. Empty: none was pruned."""
    without_ngrams: bool
    """All n-grams were pruned."""
    shortest: int
    """Characters of the shortest n-gram (`minn`)."""
    longest: int
    """Characters of the longest n-gram (`maxn`); 0: words only."""
    word_ngrams: int
    """Words of the longest word n-gram; 1: none."""
    rows: Floats
    """Input matrix, (rows, dimension)."""
    output: Floats
    """Output matrix, (labels, dimension)."""
    left: npt.NDArray[np.int32]
    """Children of the inner nodes of the tree of hierarchical softmax; below `len(output)` a leaf. Else empty."""
    right: npt.NDArray[np.int32]
    parent: npt.NDArray[np.int32]
    """Inner node above each node but the root."""
    independent: bool
    """Labels are judged one by one (one against all, negative sampling)."""


@dataclass(frozen=True, slots=True)
class Model:
    """A supervised fastText model. `predict` and `probabilities` are not for several threads at once."""

    labels: tuple[str, ...]
    """Without the prefix `__label__`, in the order of the output."""
    network: Network
    memory: Memory
    """Sums of the words met before; it makes things faster and changes nothing."""

    def predict(
        self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int32], Floats]:
        """Likeliest label of each text `data[offsets[i]:offsets[i + 1]]` (index into `labels`), and its probability.

        What `fasttext`'s `predict(text.replace("\\n", " "))` gives. A text without any known feature has label -1 and
        probability 0.
        """
        from filters.fasttext_kernel import predict

        found = np.empty(max(len(offsets) - 1, 0), np.int32)
        chances = np.empty(len(found), np.float32)
        if len(found):
            predict(data, offsets, self.network, self.memory, found, chances)
        return found, chances

    def probabilities(self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Floats:
        """Probability of every label, (texts, labels); zeros for a text without any known feature."""
        from filters.fasttext_kernel import probabilities

        chances = np.zeros((max(len(offsets) - 1, 0), len(self.labels)), np.float32)
        if len(chances):
            probabilities(data, offsets, self.network, self.memory, chances)
        return chances


def load(path: Path) -> Model:
    """Read a supervised model (`.bin` or `.ftz`).

    Raises:
        AssetError: no such file, or it is no supervised fastText model of a version that is known.
    """
    from filters.fasttext_words import memory, seat

    try:
        content = np.asarray(np.memmap(path, np.uint8, "c"))
    except (OSError, ValueError):  # an empty file cannot be mapped
        raise AssetError(f"no fastText model at {path}") from None
    try:
        labels, network = _read(_Bytes(content))
    except (struct.error, ValueError, IndexError, MemoryError) as error:
        raise AssetError(f"{path} is no fastText model that can be read: {error}") from None
    seat(network)
    return Model(labels, network, memory(network.rows.shape[1]))


class _Bytes:
    """A cursor over the file."""

    def __init__(self, content: npt.NDArray[np.uint8]) -> None:
        self.content = content
        self.at = 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        """Little-endian numbers by `struct` codes."""
        size = struct.calcsize("<" + form)
        found = struct.unpack("<" + form, self.content[self.at : self.at + size].tobytes())
        self.at += size
        return found

    def array(self, kind: Any, count: int) -> npt.NDArray[Any]:
        """`count` numbers, as a view of the file where it is aligned for them."""
        size = np.dtype(kind).itemsize * count
        part = self.content[self.at : self.at + size]
        if count < 0 or len(part) < size:
            raise ValueError("it ends early")
        self.at += size
        aligned = part.ctypes.data % np.dtype(kind).alignment == 0
        return (part if aligned else part.copy()).view(kind)


def _read(file: _Bytes) -> tuple[tuple[str, ...], Network]:
    magic, version = file.numbers("ii")
    if magic != _MAGIC or version not in (11, 12):
        raise ValueError("it does not begin as one")
    _dimension, _, _, _, _, word_ngrams, loss, kind, buckets, shortest, longest, _, _ = file.numbers("12id")
    if kind != _SUPERVISED or loss not in (_HIERARCHICAL, _NEGATIVE, _SOFTMAX, _ONE_VS_ALL):
        raise ValueError("it is not a supervised one")
    if version == 11:  # supervised models of that version used no character n-grams
        longest = 0
    size, words, label_count, _, pruned = file.numbers("iiiqq")
    spelling, spelling_at, counts = _entries(file, size)
    kept = file.array(np.int32, 2 * max(pruned, 0)).reshape(-1, 2)
    rows = _matrix(file)
    members = np.zeros((0, 2), np.uint64)
    if pruned > 0:
        kept = kept[np.argsort(kept[:, 0])]
        rows[words:] = rows[words + kept[:, 1]]
        members = _members(kept[:, 0], buckets)
    output = _matrix(file)
    if len(output) != label_count or size != words + label_count:
        raise ValueError("it has not as many outputs as labels")
    if len(rows) != words + (pruned if pruned >= 0 else buckets) or rows.shape[1] != output.shape[1]:
        raise ValueError("it has not as many inputs as words and n-grams")
    left, right = _tree(counts[words:] if loss == _HIERARCHICAL else [])
    parent = np.zeros(2 * len(left), np.int32)
    parent[left] = parent[right] = np.arange(len(left))
    names = tuple(
        spelling[spelling_at[i] : spelling_at[i + 1]].tobytes().decode("utf-8", "replace").removeprefix(LABEL_PREFIX)
        for i in range(words, size)
    )
    network = Network(
        words=words,
        spelling=spelling,
        spelling_at=spelling_at,
        slots=np.full(1 << (2 * size).bit_length(), -1, np.int32),
        buckets=buckets,
        members=members,
        without_ngrams=pruned == 0,
        shortest=shortest,
        longest=longest,
        word_ngrams=word_ngrams,
        rows=rows,
        output=output,
        left=left,
        right=right,
        parent=parent,
        independent=loss in (_NEGATIVE, _ONE_VS_ALL),
    )
    return names, network


def _members(kept: npt.NDArray[np.int32], buckets: int) -> npt.NDArray[np.uint64]:
    """`Network.members` of the buckets in `kept`."""
    present = np.zeros(-(-buckets // 64) * 64, np.uint8)
    present[kept] = 1
    bits = np.packbits(present, bitorder="little").view("<u8")
    counts = present.reshape(-1, 64).sum(axis=1)
    return np.column_stack([bits, np.cumsum(counts) - counts]).astype(np.uint64)


def _entries(file: _Bytes, size: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], list[int]]:
    """Spellings, where each begins, and how often each occurred: `word NUL count:int64 kind:int8` each."""
    rest = file.content[file.at :]
    window = rest[: 1 << 20].tobytes()
    spellings: list[bytes] = []
    counts: list[int] = []
    at = 0
    for _ in range(size):
        end = window.find(b"\0", at)
        while (end < 0 or end + 10 > len(window)) and len(window) < len(rest):
            window = rest[: 4 * len(window)].tobytes()
            end = window.find(b"\0", at)
        if end < 0:
            raise ValueError("it ends early")
        spellings.append(window[at:end])
        counts.append(struct.unpack_from("<q", window, end + 1)[0])
        at = end + 10
    file.at += at
    lengths = np.array([0, *map(len, spellings)], np.int64)
    return np.frombuffer(bytearray().join(spellings), np.uint8), np.cumsum(lengths), counts


def _matrix(file: _Bytes) -> Floats:
    """A matrix, quantised or not, as float32 (rows, dimension)."""
    (quantised,) = file.numbers("?")
    if not quantised:
        rows, columns = file.numbers("qq")
        return file.array(np.float32, rows * columns).reshape(rows, columns)
    with_norms, rows, columns, code_count = file.numbers("?qqi")
    codes = file.array(np.uint8, code_count)
    found = _decoded(codes, rows, _Quantiser(file))
    if with_norms:
        norm_codes = file.array(np.uint8, rows)
        found *= _decoded(norm_codes, rows, _Quantiser(file))
    if found.shape != (rows, columns):
        raise ValueError("a quantised matrix has not the size it states")
    return found


class _Quantiser:
    """A product quantiser: each part of a row is one of 256 centroids."""

    def __init__(self, file: _Bytes) -> None:
        self.dimension, self.parts, self.width, self.last_width = file.numbers("4i")
        self.centroids = file.array(np.float32, self.dimension * _CENTROIDS)


def _decoded(codes: npt.NDArray[np.uint8], rows: int, quantiser: _Quantiser) -> Floats:
    codes = codes.reshape(rows, quantiser.parts)
    found = np.empty((rows, quantiser.dimension), np.float32)
    for part in range(quantiser.parts):
        first = part * quantiser.width
        width = quantiser.last_width if part == quantiser.parts - 1 else quantiser.width
        table = quantiser.centroids[first * _CENTROIDS :][: _CENTROIDS * width].reshape(_CENTROIDS, width)
        found[:, first : first + width] = table[codes[:, part]]
    return found


def _tree(counts: Sequence[int]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Left and right children of the inner nodes of the Huffman tree over labels, which come most frequent first.

    Nodes below `len(counts)` are leaves; inner node i is node `len(counts) + i`, the last one the root.
    """
    leaves = len(counts)
    weight = [*counts, *[10**15] * (leaves - 1)]
    left: npt.NDArray[np.int32] = np.zeros(max(leaves - 1, 0), np.int32)
    right = np.zeros_like(left)
    leaf, node = leaves - 1, leaves
    for inner in range(leaves - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and weight[leaf] < weight[node]:
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(node)
                node += 1
        left[inner], right[inner] = pair
        weight[leaves + inner] = weight[pair[0]] + weight[pair[1]]
    return left, right
