"""datatrove's formatters: documents in, the same documents with another text out.

They run where raw files are read, before anything is measured: what a document is, is what they make of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from corpus.digest import Json
from filters.datatrove.classes import BESIDE, code_sha256, document, find_class, library_versions, make

_SHIPPED = "datatrove.pipeline.formatters"


@dataclass(frozen=True, slots=True)
class DatatroveFormatter:
    """One formatter as the recipe names it."""

    name: str
    """In its facts and reasons."""
    formatter: str
    """A class of `datatrove.pipeline.formatters`, or `module:Class`."""
    options: Mapping[str, Any]
    """Arguments of the class."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What may become of a document in the formatter `name`: facts that count it, and reasons for which it is lost."""

    name: str

    @property
    def rewritten(self) -> str:
        """Fact: documents that left it with another text."""
        return f"rewritten_by_{self.name}"

    @property
    def emptied(self) -> str:
        """Fact, and `no_text` of each such document: nothing was left of its text."""
        return f"emptied_by_{self.name}"

    @property
    def failed(self) -> str:
        """Fact: documents of which it made no text that can be taken."""
        return f"failed_in_{self.name}"

    @property
    def error(self) -> str:
        """`no_text`: it raised an exception, gave no one document for one, or a text that is no Unicode."""
        return f"{self.name}:error"

    @property
    def too_large(self) -> str:
        """`no_text`: the text it gave is longer than a text may be."""
        return f"{self.name}:too_large"


def formatter_class(name: str) -> type[Any]:
    """The class behind `FTFYFormatter` or `module:Class`.

    Raises:
        RecipeError: there is none, or it is no formatter of datatrove.
    """
    return find_class(name, _SHIPPED, "base:BaseFormatter", "formatter")


def make_formatter(one: DatatroveFormatter) -> Any:
    """The formatter itself.

    Raises:
        RecipeError: as `formatter_class`; or the class does not take these options.
    """
    return make(one.formatter, formatter_class(one.formatter), deepcopy(dict(one.options)))


class Formatters:
    """Formatters in a row. Each is given every document alone, by an instance made for it.

    So what a formatter says of one document cannot depend on the documents before it, which the order of files and the
    cut of batches would decide: datatrove's PIIFormatter goes on counting its replacements. A class that is costly to
    make keeps what it loads in its module.

    A document of which a formatter makes no text is neither passed on as it was, for nobody vouches for that text, nor
    quarantined, which would take its id and all it states beside its text (that another work is retracted, that an
    older version is outdated): it keeps its row, without text, and the ledger counts it at the read stage.

    Args:
        formatters: in the order in which they run.
        normalised: UTF-8 of a text in normal form; may raise UnicodeEncodeError. Each formatter is given text in that
            form.
        text_bytes: longest text of a document, in bytes of UTF-8.

    Raises:
        RecipeError: as `make_formatter`.
    """

    version = 1

    def __init__(
        self, formatters: Sequence[DatatroveFormatter], normalised: Callable[[str], bytes], text_bytes: int
    ) -> None:
        for one in formatters:
            make_formatter(one)  # so that mistakes show now
        self._formatters = [(one, formatter_class(one.formatter)) for one in formatters]
        self._normalised = normalised
        self._text_bytes = text_bytes

    def described(self) -> list[tuple[DatatroveFormatter, str]]:
        """Each formatter, with the sha256 of its class's source."""
        return [(one, code_sha256(kind)) for one, kind in self._formatters]

    @property
    def config(self) -> Json:
        """All that the texts depend on, beside the texts given and `normalised`."""
        return {
            "version": self.version,
            "formatters": [[one.name, one.formatter, dict(one.options), code] for one, code in self.described()],
            "libraries": library_versions(),
        }

    def apply(self, documents: pa.RecordBatch, facts: Counter[str]) -> pa.RecordBatch:
        """The same rows with other columns `text` and `no_text`; `facts` counts what was done (`Outcomes`).

        `documents` has the columns of `corpus.document.DOCUMENTS`, perhaps with more. One without text, or which its
        reader refuses (`no_text`), is left as it is.

        Raises:
            OSError, MemoryError, ImportError: of a formatter; it is not the document's fault, so it must not be lost.
        """
        if not self._formatters:
            return documents
        texts = documents.column("text").to_pylist()
        without = documents.column("no_text").to_pylist()
        beside = documents.select(list(BESIDE)).to_pylist()
        changed = False
        for row, (text, refused) in enumerate(zip(texts, without, strict=True)):
            if text and refused is None:
                texts[row], without[row] = self._formatted(text, beside[row], facts)
                changed |= texts[row] != text
        if not changed:
            return documents
        for name, values in (("text", texts), ("no_text", without)):
            place = documents.schema.get_field_index(name)
            kind = documents.schema.field(place)
            documents = documents.set_column(place, kind, pa.array(values, kind.type))
        return documents

    def _formatted(self, text: str, beside: Mapping[str, Any], facts: Counter[str]) -> tuple[str, str | None]:
        """The text after all formatters; or none, and why."""
        for one, kind in self._formatters:
            outcomes = Outcomes(one.name)
            made = kind(**deepcopy(dict(one.options)))
            try:
                [given] = made.run(iter([document(text, beside)]))
                fits = len(given.text) <= self._text_bytes  # code points: a text that is far too long costs no more
                found = self._normalised(given.text) if fits else b""
            except (OSError, MemoryError, ImportError):
                raise
            except Exception:  # noqa: BLE001 - whatever a formatter of somebody else's raises
                facts[outcomes.failed] += 1
                return "", outcomes.error
            if not fits or len(found) > self._text_bytes:
                facts[outcomes.failed] += 1
                return "", outcomes.too_large
            if not found:
                facts[outcomes.emptied] += 1
                return "", outcomes.emptied
            if (new := found.decode()) != text:
                facts[outcomes.rewritten] += 1
                text = new
        return text, None
