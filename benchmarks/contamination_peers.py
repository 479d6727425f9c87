"""The n-gram rule as datatrove has it: its filter, and the hashes that its indexer would write.

`NGramsDecontIndexer` cannot be made without lighteval, whose tasks it loads, nor run without a network. So its
`compute_hashes` is called alone, and what it would write is written; the filter that reads it is datatrove's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from filters.contamination import Item


def ngram_rule(items: Sequence[Item], n: int, folder: Path) -> Callable[[str], bool]:
    """Whether a text shares a run of `n` words with an item, by datatrove's filter; questions are looked for, too."""
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.decont.n_grams import (  # type: ignore[import-untyped]
        NGramsDecontConfig,
        NGramsDecontFilter,
        NGramsDecontIndexer,
    )

    config = NGramsDecontConfig(n_grams=n, find_query_ngrams=True)
    folder.mkdir(parents=True)
    rule = NGramsDecontFilter(str(folder), config)
    indexer = SimpleNamespace(config=config, tokenizer=rule.tokenizer, hash_func=rule.hash_func)
    found: set[int] = set()
    for item in items:
        for answer in item.answers[:1] or ("",):
            found.update(NGramsDecontIndexer.compute_hashes(indexer, answer, item.question))
    np.array(sorted(found), config.hash_config.np_descr).tofile(folder / "items.index.hashes")
    return lambda text: rule.filter(Document(text=text, id="")) is not True
