"""fastText's second half: the mean vector of a text to the probabilities of labels. Needs numba.

Softmax, independent sigmoids, or a tree of them (hierarchical softmax), as the model was trained.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corpus.kernel import kernel

_EPSILON = 1e-5  # fastText's `std_log` adds it to every probability


@kernel
def scores(network: Any, hidden: Any, chances: Any) -> None:
    """Probability of every label (`chances`, float64 or float32) for the mean feature `hidden` (float64)."""
    labels = len(network.output)
    if len(network.left):
        chances[:] = 0
        carried = np.ones(2 * labels - 1)
        for node in range(2 * labels - 2, labels - 1, -1):
            inner = node - labels
            right = _sigmoid(_dot(network.output, inner, hidden))
            carried[network.left[inner]] = carried[node] * (1 - right + _EPSILON)
            carried[network.right[inner]] = carried[node] * (right + _EPSILON)
        for label in range(labels):
            chances[label] = carried[label]
        return
    if network.independent:
        for label in range(labels):
            chances[label] = _tabulated_sigmoid(_dot(network.output, label, hidden)) + _EPSILON
        return
    values = np.empty(labels)
    largest = -np.inf
    for label in range(labels):
        values[label] = _dot(network.output, label, hidden)
        largest = max(largest, values[label])
    whole = 0.0
    for label in range(labels):
        values[label] = math.exp(values[label] - largest)
        whole += values[label]
    for label in range(labels):
        chances[label] = values[label] / whole + _EPSILON


@kernel
def best(network: Any, hidden: Any, stack: Any, carried: Any) -> Any:
    """The likeliest label for the mean feature `hidden` (float64), and its probability.

    `stack` (int64) and `carried` (float64) are work space of as many entries as labels, and one. In a tree, branches
    that are less likely than the best leaf so far are left out.
    """
    output, lefts, rights = network.output, network.left, network.right
    labels, dimension = output.shape
    if not len(lefts):
        scores(network, hidden, carried[:labels])
        found = int(np.argmax(carried[:labels]))
        return found, carried[found]
    found, chance = 0, 0.0
    depth = 1
    stack[0] = 2 * labels - 2
    carried[0] = 1.0
    while depth:
        depth -= 1
        node, likely = stack[depth], carried[depth]
        while likely > chance and node >= labels:
            inner = node - labels
            dot = 0.0
            for d in range(dimension):
                dot += output[inner, d] * hidden[d]
            ahead = _sigmoid(dot)
            right, left = likely * (ahead + _EPSILON), likely * (1 - ahead + _EPSILON)
            if right > left:
                stack[depth], carried[depth] = lefts[inner], left
                node, likely = np.int64(rights[inner]), right
            else:
                stack[depth], carried[depth] = rights[inner], right
                node, likely = np.int64(lefts[inner]), left
            depth += 1
        if likely > chance:
            found, chance = node, likely
    return found, chance


@kernel
def chance_of(network: Any, hidden: Any, label: int, carried: Any) -> float:
    """Probability of one label for the mean feature `hidden`. `carried` as for `best`."""
    output, lefts = network.output, network.left
    labels, dimension = output.shape
    if not len(lefts):
        scores(network, hidden, carried[:labels])
        return carried[label]  # type: ignore[no-any-return]
    chance = 1.0
    node = label
    while node < 2 * labels - 2:
        inner = network.parent[node]
        dot = 0.0
        for d in range(dimension):
            dot += output[inner, d] * hidden[d]
        ahead = _sigmoid(dot)
        chance *= (1 - ahead if lefts[inner] == node else ahead) + _EPSILON
        node = labels + inner
    return chance


@kernel
def _dot(matrix: Any, row: int, vector: Any) -> float:
    found = 0.0
    for d in range(len(vector)):
        found += matrix[row, d] * vector[d]
    return found


@kernel
def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


@kernel
def _tabulated_sigmoid(value: float) -> float:
    """fastText looks sigmoids up in a table of 512 steps from -8 to 8 (`Loss::sigmoid`)."""
    if value < -8:
        return 0.0
    if value > 8:
        return 1.0
    return _sigmoid(np.floor((value + 8) * 32) / 32 - 8)
