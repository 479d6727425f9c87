"""What signs and what deduplicates: hc4 and its peers, each as functions of texts.

Every function here imports what it needs itself, for each contestant runs alone, in the environment that holds it. Each
gets the texts in the form that suits it, made before the clock starts: hc4 Arrow, the others Python strings. All of
them take sets of k consecutive words. Peers that do not cut texts get the words that `re` finds fastest.
"""

from __future__ import annotations

import atexit
import itertools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Shape = dict[str, Any]
"""`bands`, `rows`, `shingle_words`, `threshold`; see `benchmarks.near_contest`."""
Sign = Callable[[], object]
Found = Callable[[], tuple[Any, Any]]
"""What a contestant found, made after the clock has stopped: the survivor of each document (itself if it survives), and
a key a band and document (uint64[bands, n]; empty where it does not tell)."""
Deduplicate = Callable[[], Found]

_WORD = re.compile(r"\w+")


def hc4_sign(texts: Sequence[str], shape: Shape) -> dict[str, Sign]:
    """Exact keys and band keys, from Arrow."""
    import pyarrow as pa

    from dedup.signature import SignatureAnnotator

    annotator = SignatureAnnotator(_config(shape))
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    return {"hc4": lambda: annotator.measure(batch)}


def datatrove_sign(texts: Sequence[str], shape: Shape) -> dict[str, Sign]:
    """`MinhashDedupSignature` as its `run` calls it for a document; its files are left out."""
    step = _datatrove_signature(tempfile.gettempdir(), _datatrove_config(shape))

    def sign() -> object:
        return [step.get_signature(shingles) for text in texts if (shingles := step.get_shingles(text)).size]

    return {"datatrove, step 1": sign}


def datasketch_sign(texts: Sequence[str], shape: Shape) -> dict[str, Sign]:
    """One `MinHash` after the other; `MinHash.bulk`; the same with xxhash in place of its SHA-1."""
    from datasketch import MinHash

    options = _datasketch_options(shape)
    plain = {name: value for name, value in options.items() if name != "hashfunc"}
    k = shape["shingle_words"]

    def one_by_one() -> object:
        signed = []
        for text in texts:
            one = MinHash(**plain)
            one.update_batch(_shingles(text, k))
            signed.append(one)
        return signed

    return {
        "datasketch, one at a time": one_by_one,
        "datasketch, bulk": lambda: MinHash.bulk((_shingles(text, k) for text in texts), **plain),
        "datasketch, bulk, xxhash": lambda: MinHash.bulk((_shingles(text, k) for text in texts), **options),
    }


def rensa_sign(texts: Sequence[str], shape: Shape) -> dict[str, Sign]:
    """`RMinHash` one at a time; in a batch of shingles; in a batch of hashes, words hashed by it, shingles by numpy.

    The last is not in its manual. It is the least work that we could find for somebody who stays with rensa.
    """
    from rensa import RMinHash

    hashes, k = _hashes(shape, 128), shape["shingle_words"]

    def one_by_one() -> object:
        signed = []
        for text in texts:
            one = RMinHash(num_perm=hashes, seed=1)
            one.update(_strings(text, k))
            signed.append(one.digest())
        return signed

    def by_numpy() -> object:
        return RMinHash.digest_matrix_from_flat_token_hashes(*_rolled(RMinHash, texts, k), hashes, 1)

    def sampled() -> object:
        return RMinHash.digest_matrix_from_flat_token_hashes_rho(*_rolled(RMinHash, texts, k), hashes, 1)

    return {
        "rensa, one at a time": one_by_one,
        "rensa, batch": lambda: RMinHash.digest_matrix_from_token_sets(
            [_strings(text, k) for text in texts], hashes, 1
        ),
        "rensa, batch, shingles by numpy": by_numpy,
        "rensa, the same, sampled (rho)": sampled,
    }


def text_dedup_sign(texts: Sequence[str], shape: Shape) -> dict[str, Sign]:
    """`embed_func`, which its `datasets.map` calls for each document."""
    embed = _text_dedup(shape)[0]
    return {"text-dedup": lambda: [embed(text, place) for place, text in enumerate(texts)]}


def hc4_deduplicate(texts: Sequence[str], shape: Shape) -> dict[str, Deduplicate]:
    """What a build does, by its own units, from texts in Parquet to the merges; the same in memory, from Arrow.

    The second has no templates: signatures, exact edges, candidates of every band, true Jaccard, survivors.
    """
    import pyarrow as pa

    from benchmarks.near_corpus import Corpus
    from corpus.storage import WorkFolder
    from dedup.candidates import band_pairs, star_edges, unique_pairs
    from dedup.resolve import Certain, resolve_near
    from dedup.signature import SignatureAnnotator
    from dedup.verify import jaccard
    from pipelines.engines.inline import InlineEngine
    from pipelines.sections.deduplication import DedupRecipe

    config = _config(shape)
    annotator = SignatureAnnotator(config)
    text = pa.array(texts, pa.large_string())
    batch = pa.record_batch({"text": text})
    rank = np.arange(len(text))
    policy = DedupRecipe(signature=config, threshold=shape["threshold"], keep=())
    corpus = Corpus(WorkFolder.create(Path(_scratch())), policy)
    corpus.add(text, pa.array([f"one:{place:09d}" for place in range(len(text))]))
    runs = itertools.count()

    def in_units() -> Found:
        found, _ = corpus.deduplicate(InlineEngine(corpus.work), next(runs))
        return lambda: (corpus.survivors(found), [])

    def in_memory() -> Found:
        signed = annotator.measure(batch)
        keys = {name: signed.column(name).to_numpy() for name in ("exact_hi", "exact_lo", *config.band_names())}
        exact = star_edges((keys["exact_hi"], keys["exact_lo"]), rank)
        bands = [keys[name] for name in config.band_names()]
        buckets = policy.buckets.model_dump()
        found = resolve_near(
            rank,
            Certain.of((rank[:0], rank[:0]), exact),
            unique_pairs(band_pairs(band, rank, **buckets) for band in bands),
            lambda a, b: jaccard(text, a, b, config.shingle_words)[0],
            threshold=policy.threshold,
            split_threshold=policy.threshold,
        )
        return lambda: (found.survivor, bands)

    return {"hc4, units of a build on disk": in_units, "hc4, in memory, without templates": in_memory}


def datatrove_deduplicate(texts: Sequence[str], shape: Shape) -> dict[str, Deduplicate]:
    """Its four steps with one task, each called as an executor calls it, over documents in memory; its own files."""
    from datatrove.data import Document
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter

    config = _datatrove_config(shape)
    documents = [Document(text=text, id=str(place)) for place, text in enumerate(texts)]

    def run() -> Found:
        folder = _scratch()
        signatures, buckets, removed = (f"{folder}/{name}" for name in ("signatures", "buckets", "removed"))
        _datatrove_signature(signatures, config).run(iter(documents), 0, 1)
        for task in range(config.num_buckets):
            MinhashDedupBuckets(signatures, buckets, config=config).run(None, task, config.num_buckets)
        MinhashDedupCluster(buckets, removed, config=config, save_cluster_id=True).run(None, 0, 1)
        kept = [int(document.id) for document in MinhashDedupFilter(removed).run(iter(documents), 0, 1)]

        def found() -> tuple[Any, Any]:
            survivor = _of_clusters(kept, _pairs_in(Path(removed, "000000.clusters")), len(texts))
            width = config.hashes_per_bucket
            record = np.dtype([("hashes", "<u8", (width,)), ("document", "<u4")])
            bands = np.zeros((config.num_buckets, len(texts)), np.uint64)
            for band in range(config.num_buckets):
                rows = np.fromfile(Path(signatures, f"bucket_{band:03d}", "00000.minhash.sig"), record)
                bands[band, rows["document"]] = _key(rows["hashes"])
            return survivor, bands

        return found

    return {"datatrove": run}


def datasketch_deduplicate(texts: Sequence[str], shape: Shape) -> dict[str, Deduplicate]:
    """`MinHash.bulk` and `MinHashLSH`: a document like an earlier one goes. Once with candidates as they are, once
    with those whose signatures say that they are similar enough."""
    from datasketch import MinHash, MinHashLSH

    options, k, threshold = _datasketch_options(shape), shape["shingle_words"], shape["threshold"]

    def deduplicate(checked: bool) -> Found:
        of_shape = {"params": (shape["bands"], shape["rows"])} if shape["bands"] else {}
        index = MinHashLSH(threshold=threshold, num_perm=options["num_perm"], **of_shape)
        signed, survivor = {}, list(range(len(texts)))
        every = []
        for place, one in enumerate(MinHash.generator((_shingles(text, k) for text in texts), **options)):
            every.append(one)
            like = index.query(one)
            if checked:
                like = [other for other in like if one.jaccard(signed[other]) >= threshold]
            if like:
                survivor[place] = min(like)
            else:
                index.insert(place, one)
                signed[place] = one

        def found() -> tuple[Any, Any]:
            values = np.stack([one.hashvalues for one in every])
            return survivor, [_key(values[:, start:end]) for start, end in index.hashranges]

        return found

    return {
        "datasketch LSH": lambda: deduplicate(False),
        "datasketch LSH, signatures compared": lambda: deduplicate(True),
    }


def rensa_deduplicate(texts: Sequence[str], shape: Shape) -> dict[str, Deduplicate]:
    """`RMinHashDeduplicator` with LSH, which compares signatures too. It tells what goes; in favour of what is asked
    afterwards."""
    from rensa import RMinHash, RMinHashDeduplicator

    hashes, k = _hashes(shape, 128), shape["shingle_words"]

    def run() -> Found:
        index = RMinHashDeduplicator(shape["threshold"], hashes, True, shape["bands"], 1)
        kept = index.add_pairs((str(place), _strings(text, k)) for place, text in enumerate(texts))

        def found() -> tuple[Any, Any]:
            survivor = list(range(len(texts)))
            gone = [place for place, keep in enumerate(kept) if not keep]
            like = index.get_duplicate_sets([_strings(texts[place], k) for place in gone])
            for place, others in zip(gone, like, strict=True):
                # Those after it did not stand in its way.
                before = [int(other) for other in others if int(other) < place]
                survivor[place] = min(before, default=-1)
            matrix = RMinHash.digest_matrix_from_token_sets([_strings(text, k) for text in texts], hashes, 1)
            values = np.array(matrix.to_rows(), np.uint64)
            bands = shape["bands"]
            return survivor, [] if bands is None else [_key(part) for part in np.split(values, bands, axis=1)]

        return found

    return {"rensa": run}


def text_dedup_deduplicate(texts: Sequence[str], shape: Shape) -> dict[str, Deduplicate]:
    """`embed_func`, then tables and union-find as in its `main`, without its data sets."""
    from collections import defaultdict

    from text_dedup.utils import UnionFind

    embed, bands = _text_dedup(shape)

    def run() -> Found:
        tables: list[dict[bytes, set[int]]] = [defaultdict(set) for _ in range(bands)]
        signed = [embed(text, place) for place, text in enumerate(texts)]
        for one in signed:
            for table, key in zip(tables, one["__signatures__"], strict=True):
                table[key].add(one["__index__"])
        joined = UnionFind()
        for table in tables:
            for cluster in table.values():
                if len(cluster) > 1:
                    first = min(cluster)
                    for other in cluster:
                        joined.union(other, first)
        survivor = [joined.find(place) for place in range(len(texts))]

        def found() -> tuple[Any, Any]:
            keys = [
                np.array([hash(one["__signatures__"][b]) for one in signed]).astype(np.uint64) for b in range(bands)
            ]
            return survivor, keys

        return found

    return {"text-dedup": run}


SIGN: dict[str, Callable[[Sequence[str], Shape], dict[str, Sign]]] = {
    "hc4": hc4_sign,
    "datatrove": datatrove_sign,
    "datasketch": datasketch_sign,
    "rensa": rensa_sign,
    "text-dedup": text_dedup_sign,
}
DEDUPLICATE: dict[str, Callable[[Sequence[str], Shape], dict[str, Deduplicate]]] = {
    "hc4": hc4_deduplicate,
    "datatrove": datatrove_deduplicate,
    "datasketch": datasketch_deduplicate,
    "rensa": rensa_deduplicate,
    "text-dedup": text_dedup_deduplicate,
}


def _scratch() -> str:
    """A folder that goes when the process ends."""
    folder = tempfile.mkdtemp(prefix="hc4-near-work-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _config(shape: Shape) -> Any:
    from dedup.signature import MinHashConfig

    return MinHashConfig(shingle_words=shape["shingle_words"], bands=shape["bands"], rows=shape["rows"])


def _hashes(shape: Shape, own: int) -> int:
    return int(shape["bands"] * shape["rows"]) if shape["bands"] else own


def _strings(text: str, k: int) -> list[str]:
    words = _WORD.findall(text.lower())
    return [" ".join(words[place : place + k]) for place in range(max(1, len(words) - k + 1))]


def _shingles(text: str, k: int) -> Iterator[bytes]:
    return map(str.encode, _strings(text, k))


def _rolled(minhash: Any, texts: Sequence[str], k: int) -> tuple[Any, Any]:
    """Hashes of all shingles of all texts, and where those of each text begin: a polynomial over hashes of words."""
    hashed = minhash.hash_token_sets([_WORD.findall(text.lower()) for text in texts])
    sizes = np.array([len(words) for words in hashed])
    words = np.concatenate([np.asarray(words, np.uint64) for words in hashed])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    base, rolled = np.uint64(0x9E3779B97F4A7C15), np.zeros(words.size, np.uint64)
    for back in range(k):
        # A text shorter than k words borrows words of the next one: a handful, and no matter for speed.
        rolled = rolled * base + np.roll(words, -back)
    counts = np.maximum(1, sizes - k + 1)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    places = np.arange(offsets[-1]) + np.repeat(starts[:-1] - offsets[:-1], counts)
    return rolled[np.minimum(places, words.size - 1)], offsets.astype(np.uint64)


def _datasketch_options(shape: Shape) -> dict[str, Any]:
    import xxhash

    return {"num_perm": _hashes(shape, 128), "seed": 1, "hashfunc": xxhash.xxh32_intdigest}


def _datatrove_config(shape: Shape) -> Any:
    from datatrove.pipeline.dedup.minhash import MinhashConfig

    if shape["bands"] is None:
        return MinhashConfig(n_grams=shape["shingle_words"])
    return MinhashConfig(n_grams=shape["shingle_words"], num_buckets=shape["bands"], hashes_per_bucket=shape["rows"])


def _datatrove_signature(folder: str, config: Any) -> Any:
    from datatrove.pipeline.dedup import MinhashDedupSignature

    return MinhashDedupSignature(folder, config)


def _text_dedup(shape: Shape) -> tuple[Callable[[str, int], dict[str, Any]], int]:
    """Its function for one text with the options of its `main`, and the number of bands."""
    from functools import partial

    from text_dedup import minhash
    from text_dedup.utils import optimal_param, xxh3_32hash

    count = _hashes(shape, 256)
    bands, rows = shape["bands"], shape["rows"]
    if bands is None:
        bands, rows = optimal_param(shape["threshold"], count, false_positive_weight=0.5, false_negative_weight=0.5)
    prime = np.uint64((1 << 61) - 1)
    permutations = tuple(minhash.RNG.randint(low, prime, size=(count,), dtype=np.uint64) for low in (1, 0))
    embed = partial(
        minhash.embed_func,
        num_perm=count,
        ngram_size=shape["shingle_words"],
        min_length=1,
        hashranges=[(band * rows, (band + 1) * rows) for band in range(bands)],
        permutations=permutations,
        hash_func=xxh3_32hash,
        dtype=np.uint64,
        max_hash=np.uint32((1 << 32) - 1),
        modulo_prime=prime,
    )
    return lambda content, idx: embed(content=content, idx=idx), bands


def _key(rows: Any) -> Any:
    """One uint64 of each row of an integer matrix: a polynomial with an odd base, enough to tell rows apart here."""
    key = np.zeros(len(rows), np.uint64)
    for column in np.asarray(rows, np.uint64).T:
        key = (key ^ column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def _pairs_in(file: Path) -> Any:
    return np.fromfile(file, "<u4").reshape(-1, 2) if file.is_file() else np.zeros((0, 2), np.uint32)


def _of_clusters(kept: list[int], clusters: Any, count: int) -> Any:
    """Each document's survivor, where `clusters` holds pairs of a document and its cluster, and one of each is kept."""
    survivor = np.arange(count)
    of_cluster = {cluster: document for document, cluster in clusters[np.isin(clusters[:, 0], kept)].tolist()}
    for document, cluster in clusters.tolist():
        survivor[document] = of_cluster[cluster]
    return survivor
