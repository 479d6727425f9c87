"""Trees of RFC 9162: roots as the standard's text defines them, paths that prove what is there and nothing else."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.merkle import EMPTY, inclusion_path, leaf_hash, root_by_path, tree_root

entries_and_index = st.lists(st.binary(max_size=20), min_size=1, max_size=70).flatmap(
    lambda entries: st.tuples(st.just(entries), st.integers(0, len(entries) - 1))
)


def oracle(entries: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = max(2**power for power in range(20) if 2**power < len(entries))
    return hashlib.sha256(b"\x01" + oracle(entries[:split]) + oracle(entries[split:])).digest()


def hashed(entries: list[bytes]) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries]


@pytest.mark.parametrize("size", [*range(20), 31, 32, 33, 100])
def test_the_root_is_that_of_the_standard(size: int) -> None:
    entries = [str(number).encode() for number in range(size)]

    assert tree_root(hashed(entries)) == oracle(entries)


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert tree_root([]) == EMPTY == oracle([])


@given(entries_and_index)
def test_another_implementation_has_the_same_root_and_path(given_: tuple[list[bytes], int]) -> None:
    entries, index = given_
    tree = pymerkle.InmemoryTree.init_from_entries(entries)

    assert tree_root(hashed(entries)) == tree.get_root()
    assert inclusion_path(hashed(entries), index) == tree.prove_inclusion(index + 1).path[1:]


@given(entries_and_index)
def test_every_leaf_is_led_to_the_root(given_: tuple[list[bytes], int]) -> None:
    entries, index = given_
    leaves = hashed(entries)
    path = inclusion_path(leaves, index)

    assert len(path) <= (len(leaves) - 1).bit_length()
    assert root_by_path(leaves[index], index, len(leaves), path) == tree_root(leaves)


@given(entries_and_index, st.binary(max_size=20), st.data())
def test_nothing_else_is_led_there(given_: tuple[list[bytes], int], other: bytes, data: st.DataObject) -> None:
    entries, index = given_
    leaves = hashed(entries)
    path, root = inclusion_path(leaves, index), tree_root(leaves)
    if other != entries[index]:
        assert root_by_path(leaf_hash(other), index, len(leaves), path) != root
    assert root_by_path(leaves[index], index, len(leaves), [*path, leaf_hash(other)]) != root
    if path:
        step = data.draw(st.integers(0, len(path) - 1))
        bent = [*path[:step], leaf_hash(path[step]), *path[step + 1 :]]
        assert root_by_path(leaves[index], index, len(leaves), bent) != root
        assert root_by_path(leaves[index], index, len(leaves), path[:-1]) != root


def test_a_node_does_not_pass_for_an_entry() -> None:
    leaves = hashed([b"a", b"b", b"c", b"d"])
    inner = b"\x01" + leaves[0] + leaves[1]

    assert root_by_path(leaf_hash(inner), 0, 2, [inclusion_path(leaves, 0)[1]]) != tree_root(leaves)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_a_leaf_outside_the_tree_is_none(index: int, size: int) -> None:
    assert root_by_path(leaf_hash(b"a"), index, size, []) is None
    with pytest.raises(IndexError):
        inclusion_path([leaf_hash(b"a")] * size, index)
