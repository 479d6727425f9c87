"""From released shards to packed sequences: mixed, shuffled, resumable, each token with the document it is from.

corpus = open_corpus(Path("snapshot"))
loader = Loader(corpus, LoaderConfig(PackConfig(2048, eos=2), seed=1))
for batch in loader.batches(8):
    batch.input_ids, batch.position_ids, batch.labels
"""

from shards.loading.batch import Batch, Piece, Sequence
from shards.loading.cache import make_cache, open_cache
from shards.loading.config import LoaderConfig, PackConfig
from shards.loading.corpus import Corpus, open_corpus
from shards.loading.loader import Loader
from shards.loading.origins import Origin, origins
from shards.loading.store import Account

__all__ = [
    "Account",
    "Batch",
    "Corpus",
    "Loader",
    "LoaderConfig",
    "Origin",
    "PackConfig",
    "Piece",
    "Sequence",
    "make_cache",
    "open_cache",
    "open_corpus",
    "origins",
]
