"""`hc4 phi plant`: texts with identifiers put in, and where they are."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from corpus.errors import RawFileError
from pipelines.console import Console

_out = Console(stderr=True)


def plant(
    texts: Annotated[
        Path, typer.Argument(help="Lines of JSON with `text` and, if there is one, `id`.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Gold set to write (`.jsonl`).", show_default=False)],
    seed: Annotated[int, typer.Option(help="Another seed, other sentences and values.")] = 0,
    per_document: Annotated[int, typer.Option(min=0, help="Sentences planted into each text.")] = 3,
    label: Annotated[
        list[str] | None, typer.Option(help="Only sentences for this class of identifier.", show_default=False)
    ] = None,
    register: Annotated[
        list[str] | None,
        typer.Option(help="Only this register (`nursing`). Default: what fits the text.", show_default=False),
    ] = None,
    locale: Annotated[
        list[str] | None, typer.Option(help="Only values of this country (`UK`).", show_default=False)
    ] = None,
    language: Annotated[str, typer.Option(help="Of the sentences: en, es, fr, it, de.")] = "en",
) -> None:
    """Put made identifiers into texts: a gold set for `hc4 phi evaluate`, told apart by locale, register and noise.

    Nothing of a text changes but for the sentences put in. The same texts and seed give the same gold set.
    """
    from filters.phi.planting import planted
    from filters.phi.planting.setting import LOCALES
    from filters.phi.planting.values import LABELS

    counts: Counter[str] = Counter()
    documents = 0
    found = planted(
        _texts(texts),
        seed,
        per_document=per_document,
        labels=label or LABELS,
        registers=register,
        locales=locale or LOCALES,
        language=language,
    )
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            for each in found:
                stream.write(orjson.dumps(each.gold(), option=orjson.OPT_APPEND_NEWLINE))
                counts.update(span.label for span in each.spans)
                documents += 1
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)
    _out.print(f"{documents:,} documents, {counts.total():,} identifiers", highlight=False)
    _out.print("  ".join(f"{name} {count:,}" for name, count in sorted(counts.items())), highlight=False)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each line; without an id, the beginning of the text's digest."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                raise RawFileError("malformed_json", f"{path}:{number}") from None
            text = row.get("text") if isinstance(row, dict) else None
            if not isinstance(text, str):
                raise RawFileError("no_text", f"{path}:{number}: an object with the field text is wanted")
            yield str(row.get("id") or hashlib.sha256(text.encode()).hexdigest()[:32]), text
