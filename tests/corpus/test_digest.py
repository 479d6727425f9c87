"""Equal values have equal digests, and different values different ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from corpus.digest import canonical, digest, sha256_file

LARGEST = 2**53 - 1  # RFC 8785 numbers are IEEE doubles
SCALARS = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(JSON)
def test_canonical_json_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), SCALARS, min_size=2), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], random: Any) -> None:
    keys = random.sample(list(value), len(value))

    assert digest({key: value[key] for key in keys}) == digest(value)


@given(st.lists(SCALARS, min_size=2, unique_by=repr))
def test_the_order_of_a_list_does_matter(value: list[Any]) -> None:
    assert digest(value) != digest(value[::-1])


@given(JSON, JSON)
def test_different_values_have_different_digests(one: Any, other: Any) -> None:
    assert (digest(one) == digest(other)) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@given(st.binary(max_size=10_000))
def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path_factory: Any, content: bytes) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "file"
    path.write_bytes(content)

    assert sha256_file(path) == hashlib.sha256(content).hexdigest()
