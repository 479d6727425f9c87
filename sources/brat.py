"""Plain text with brat annotations next to it (`case.txt`, `case.ann`), one document a text file.

Format: https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.ids import checked_doc_type
from sources.people import People
from sources.reader import RawFile

_FACTS = ("records", "annotations", "known_values", "without_annotations")
_MAX = 50_000_000
_SUFFIX = re.compile(r"\.txt((?:\.gz|\.zst)?)$")
_YEAR = re.compile(r"(?:19|20)\d\d")  # 45 CFR 164.514(b)(2) lets years stand; alone they would match any text
_SPANS = re.compile(r"\d+ \d+(?:;\d+ \d+)*")
# MEDDOCAN's types, but the five that are no identifiers alone: age, sex, country, kinship, profession.
_IDENTIFYING = (
    "CALLE", "CENTRO_SALUD", "CORREO_ELECTRONICO", "FECHAS", "HOSPITAL", "ID_ASEGURAMIENTO", "ID_CONTACTO_ASISTENCIAL",
    "ID_EMPLEO_PERSONAL_SANITARIO", "ID_SUJETO_ASISTENCIA", "ID_TITULACION_PERSONAL_SANITARIO", "INSTITUCION",
    "NOMBRE_PERSONAL_SANITARIO", "NOMBRE_SUJETO_ASISTENCIA", "NUMERO_FAX", "NUMERO_TELEFONO", "TERRITORIO",
    "OTROS_SUJETO_ASISTENCIA", "DIREC_PROT_INTERNET", "IDENTIF_BIOMETRICOS", "IDENTIF_DISPOSITIVOS_NRSERIE",
    "IDENTIF_VEHICULOS_NRSERIE_PLACAS", "NUMERO_BENEF_PLAN_SALUD", "URL_WEB", "OTRO_NUMERO_IDENTIF",
)  # fmt: skip


class BratReader:
    """One document a text file; its id is the file's name."""

    name: ClassVar[str] = "brat"
    version: ClassVar[int] = 2
    doc_types: ClassVar[tuple[str, ...]] = ("note",)
    section_policy: ClassVar[str] = "The text as it stands; annotations give known values, no text."
    known_losses: ClassVar[tuple[str, ...]] = (
        "Relations, events, attributes and annotations of types that are not named are not read.",
    )

    def __init__(
        self, doc_type: str = "note", types: Sequence[str] = _IDENTIFYING, language: str | None = None
    ) -> None:
        """`types`: annotations that become known values (MEDDOCAN's, unless named). `language`: of every text."""
        self._doc_type, self._types, self._language = checked_doc_type(doc_type), frozenset(types), language

    @property
    def states(self) -> frozenset[str]:
        """The language is an option."""
        return frozenset({"native_id", "known_values", *(["language"] if self._language else [])})

    @property
    def config(self) -> Json:
        """The options."""
        return {"doc_type": self._doc_type, "types": sorted(self._types), "language": self._language}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """The document of the file.

        Quarantined: `no_annotations` (there is no `.ann` file: known values would be missing), `bad_annotation` (one
        that is no brat, or whose words are not those of the text).

        Raises:
            RawFileError: as `RawFile.stream`; `not_a_text_file` (no `.txt`), `invalid_unicode`, `record_too_large`.
        """
        facts.update(dict.fromkeys(_FACTS, 0))
        if not _SUFFIX.search(raw.path):
            raise RawFileError("not_a_text_file", "brat texts end in .txt")
        text = _text(raw)
        facts["records"] += 1
        try:
            annotations = _text(RawFile(_SUFFIX.sub(r".ann\1", raw.path)))
        except RawFileError as error:
            if error.reason == "missing_file":
                facts["without_annotations"] += 1
                yield Quarantined(record=0, reason="no_annotations")
                return
            if error.reason != "empty_file":
                raise
            annotations = ""
        people = People()
        for number, line in enumerate(annotations.split("\n"), 1):
            if line.startswith("T"):
                facts["annotations"] += 1
                if not self._gather(line.rstrip("\r"), text, people):
                    yield Quarantined(record=0, reason="bad_annotation", detail=f"line {number}")
                    return
        facts["known_values"] += len(people.values)
        yield Document(
            record=0,
            native_id=_SUFFIX.sub("", raw.name),
            text=text.removeprefix("\ufeff"),
            no_text=None if text.strip("\ufeff \r\n\t") else "empty_text",
            doc_type=self._doc_type,
            language=self._language,
            known_values=people.values,
        )

    def _gather(self, line: str, text: str, people: People) -> bool:
        """Add the value of one annotation; False if it is damaged."""
        parts = line.split("\t")
        kind, _, spans = parts[1].partition(" ") if len(parts) == 3 else ("", "", "")
        if not _SPANS.fullmatch(spans):
            return False
        words = " ".join(text[int(a) : int(b)] for a, b in (span.split() for span in spans.split(";")))
        if words.split() != parts[2].split():
            return False
        if kind in self._types and not _YEAR.fullmatch(parts[2]):
            people.add(parts[2])
        return True


def _text(raw: RawFile) -> str:
    """A file's characters as brat counts them: a byte order mark is one, line ends stay."""
    with raw.stream() as stream:
        data = stream.read(_MAX + 1)
    if len(data) > _MAX:
        raise RawFileError("record_too_large", f"over {_MAX} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RawFileError("invalid_unicode", f"byte {error.start}") from None
