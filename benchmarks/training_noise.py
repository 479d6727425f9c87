"""Planted noise: what no corpus should hold, so gross that a small model must show it.

Single filters move too little for a model of a million parameters. Whether the instrument can see anything at all is
shown by an arm in which three fifths of the bytes are noise: a quarter of them menus of web sites, a quarter texts
whose letters are shuffled, a tenth copies of one document.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus.words import count_words
from shards.place import uniform
from shards.write import ROW

SHARES = {"noise_navigation": 0.25, "noise_garbled": 0.25, "noise_copies": 0.1}
"""Of the arm's bytes, by the source that the noise is named."""

_MENU = (
    "Home | About us | Contact | Log in | Sign up | Cart (0) | Search",
    "Skip to main content",
    "Accept all cookies  Manage preferences  Privacy policy",
    "Share on Facebook  Share on Twitter  Share by e-mail  Print",
    "You may also like:  Related articles  Most read  Trending now",
    "Subscribe to our newsletter and never miss an offer!",
    "Click here  Read more  Load more  Next page >>",
    "Copyright. All rights reserved. Terms of use. Sitemap",
    "FREE SHIPPING on all orders! Buy now! Best price guaranteed! 100% satisfaction!",
    "Follow us:  Facebook  Instagram  YouTube  RSS",
)
_LINES = 40


def with_noise(rows: pa.Table, *, seed: int) -> pa.Table:
    """Rows (schema `shards.write.ROW`) of which some gave way to as many bytes of noise, in the shares of `SHARES`."""
    generator = np.random.default_rng(seed)
    drawn = np.array([uniform(doc_id, salt=f"training/noise/{seed}") for doc_id in rows["doc_id"].to_pylist()])
    whole = pc.sum(rows["n_bytes"]).as_py()
    order = np.argsort(drawn, kind="stable")
    kept = np.cumsum(rows["n_bytes"].to_numpy()[order]) <= whole * (1 - sum(SHARES.values()))
    room = {source: share * whole for source, share in SHARES.items()}
    gone = rows.take(order[~kept])
    texts = {source: [] for source in SHARES}
    for text in gone["text"].to_pylist():
        if room["noise_garbled"] > 0:
            texts["noise_garbled"].append(garbled(text, generator))
            room["noise_garbled"] -= len(texts["noise_garbled"][-1].encode())
    while room["noise_navigation"] > 0:
        texts["noise_navigation"].append("\n".join(_MENU[i] for i in generator.integers(len(_MENU), size=_LINES)))
        room["noise_navigation"] -= len(texts["noise_navigation"][-1])
    copied = _one_text(gone)
    texts["noise_copies"] = [copied] * int(room["noise_copies"] / len(copied.encode()))
    noise = [as_rows(rows, source, made) for source, made in texts.items() if made]
    return pa.concat_tables([rows.take(np.sort(order[kept])), *noise])


def garbled(text: str, generator: np.random.Generator) -> str:
    """`text` with all its characters but white space in another order, which `generator` draws."""
    characters = np.array(list(text))
    places = np.flatnonzero([not character.isspace() for character in characters])
    characters[places] = characters[generator.permutation(places)]
    return "".join(characters)


def _one_text(rows: pa.Table) -> str:
    """The first text of 2 to 20 kB, or the first of all."""
    sizes = rows["n_bytes"].to_numpy()
    found = np.flatnonzero((sizes > 2_000) & (sizes < 20_000))
    return str(rows["text"][int(found[0]) if len(found) else 0])


def as_rows(rows: pa.Table, source: str, texts: list[str]) -> pa.Table:
    """Texts as documents of a source; what noise has not is that of the first row."""
    made = rows.take(np.zeros(len(texts), np.int64))
    encoded = [text.encode() for text in texts]
    columns = {
        "doc_id": [f"{source}:{number:06d}" for number in range(len(texts))],
        "source": [source] * len(texts),
        "text": texts,
        "n_bytes": [len(each) for each in encoded],
        "n_words": [count_words(text) for text in texts],
        "cluster_id": [f"{source}:{number:06d}" for number in range(len(texts))],
        "text_sha256": [hashlib.sha256(each).hexdigest() for each in encoded],
    }
    for name, values in columns.items():
        field = ROW.field(name)
        made = made.set_column(ROW.get_field_index(name), field, pa.array(values, field.type))
    return made
