"""Files of evaluation sets, as their publishers distribute them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple


class Record(NamedTuple):
    """One record, as it was read."""

    question: str
    answers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    id: str = ""


class UnreadableError(Exception):
    """The file is not of its format. The message names a place, never content."""


Records = Iterator[Record | str]
"""Records, or why one is none: `broken_json`, `fields_missing`, `wrong_type`."""


@dataclass(frozen=True)
class Format:
    """How a file is read, and which fields may be named for it."""

    read: Callable[[Path, dict[str, str]], Records]
    fields: frozenset[str] = frozenset()


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except UnicodeDecodeError as error:
        raise UnreadableError(f"no UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(f"no JSON at byte {error.pos}") from None
    except RecursionError:
        raise UnreadableError("nested too deeply") from None


def _lines(path: Path) -> Iterator[Any]:
    """Objects of a JSONL file; None for a line that is none."""
    with path.open("rb") as stream:
        for line in stream:
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield None


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from (row for row in csv.reader(stream, strict=True) if row)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"no UTF-8 at byte {error.start}") from None
    except csv.Error:
        raise UnreadableError("no CSV: a quotation mark or field that does not end") from None


def _tried(records: Iterator[Any], made: Callable[[Any], Record]) -> Records:
    for record in records:
        if record is None:
            yield "broken_json"
            continue
        try:
            yield _checked(made(record))
        except (KeyError, IndexError):
            yield "fields_missing"
        except (TypeError, AttributeError, ValueError):
            yield "wrong_type"


def _checked(record: Record) -> Record:
    if not all(isinstance(text, str) for text in (record.question, *record.answers, *record.choices, *record.context)):
        raise TypeError
    return record


def _several(value: Any) -> tuple[str, ...]:
    """A text, a list of texts, a list of lists of synonyms, or a mapping of such: one tuple."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, bool | int | float):
        return (str(value),)
    if isinstance(value, dict):
        return tuple(text for part in value.values() for text in _several(part))
    return tuple(text for part in value for text in _several(part))


def _medqa(path: Path, fields: dict[str, str]) -> Records:
    del fields

    def made(record: Any) -> Record:
        return Record(record["question"], _several(record["answer"]), _several(record["options"]))

    return _tried(_lines(path), made)


def _mmlu(path: Path, fields: dict[str, str]) -> Records:
    """Rows without a header: question, options, letter of the right one."""
    del fields

    def made(row: list[str]) -> Record:
        question, *choices, letter = row
        return Record(question, (choices["ABCDEFGHIJ".index(letter.strip())],), tuple(choices))

    return _tried(_rows(path), made)


_OPTIONS = ("opa", "opb", "opc", "opd")


def _medmcqa(path: Path, fields: dict[str, str]) -> Records:
    """`cop` counts options from 1 in the publisher's files and from 0 in copies of them: a 0 anywhere says which."""
    given = fields.get("first")
    if given not in (None, "0", "1"):
        raise UnreadableError("the field `first` is 0 or 1")
    numbers = (one.get("cop") for one in _lines(path) if isinstance(one, dict))
    first = int(given) if given else int(all(number != 0 for number in numbers if _is_option(number)))

    def made(record: Any) -> Record:
        choices = tuple(record[name] for name in _OPTIONS)
        right = record.get("cop")
        answers = (choices[right - first],) if _is_option(right) and 0 <= right - first < len(choices) else ()
        return Record(record["question"], answers, choices, id=str(record.get("id") or ""))

    return _tried(_lines(path), made)


def _is_option(value: Any) -> bool:
    """Sets whose answers are withheld say -1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _pubmedqa(path: Path, fields: dict[str, str]) -> Records:
    """The long answer is the one that text can hold: yes and no are words of every text."""
    del fields

    def made(pair: tuple[str, Any]) -> Record:
        key, record = pair
        return Record(record["QUESTION"], _several(record.get("LONG_ANSWER")), (), _several(record["CONTEXTS"]), key)

    return _tried(iter(_mapping(_json(path)).items()), made)


def _mapping(loaded: Any) -> dict[str, Any]:
    if not isinstance(loaded, dict):
        raise UnreadableError("no JSON object")
    return loaded


def _listing(loaded: Any) -> list[Any]:
    if not isinstance(loaded, list):
        raise UnreadableError("no JSON array")
    return loaded


def _bioasq(path: Path, fields: dict[str, str]) -> Records:
    del fields

    def made(record: Any) -> Record:
        exact = () if record.get("type") == "yesno" else _several(record.get("exact_answer"))
        snippets = tuple(snippet["text"] for snippet in record.get("snippets", ()))
        return Record(
            record["body"], (*exact, *_several(record.get("ideal_answer"))), (), snippets, record.get("id", "")
        )

    return _tried(iter(_listing(_mapping(_json(path)).get("questions"))), made)


def _cpgqa(path: Path, fields: dict[str, str]) -> Records:
    del fields

    def made(row: dict[str, str]) -> Record:
        return Record(row["QUESTION"], (row["ANSWER"],), (), (row["CONTEXT"],))

    return _tried(_named(path, ["CONTEXT", "QUESTION", "ANSWER"]), made)


def _named(path: Path, wanted: Iterable[str]) -> Iterator[dict[str, str]]:
    """Rows of a CSV file with a header, in which the columns `wanted` are."""
    rows = _rows(path)
    header = next(rows, [])
    _all_there(wanted, header)
    for row in rows:
        yield dict(zip(header, row, strict=False))


def _frenchmedmcqa(path: Path, fields: dict[str, str]) -> Records:
    del fields

    def made(record: Any) -> Record:
        choices = record["answers"]
        right = tuple(choices[letter] for letter in record["correct_answers"])
        return Record(record["question"], right, tuple(choices.values()), id=record["id"])

    return _tried(iter(_listing(_json(path))), made)


def _liveqa(path: Path, fields: dict[str, str]) -> Records:
    """TREC 2017: a consumer's message, two paraphrases of it, reference answers. The message is the question asked."""
    del fields
    from lxml import etree

    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        root = etree.parse(str(path), parser).getroot()
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"no XML at line {error.lineno}") from None

    def made(node: Any) -> Record:
        asked = [_squeezed(node.findtext(name)) for name in ("Original-Question/MESSAGE", "NLM-Summary")]
        answers = tuple(_squeezed("".join(one.itertext())) for one in node.iter("ANSWER"))
        message = next((text for text in asked if text), "")
        return Record(message, answers, id=node.get("qid") or "")

    return _tried(root.iter("NLM-QUESTION"), made)


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def _bold(path: Path, fields: dict[str, str]) -> Records:
    """Prompts by group and person; the sentence that each begins is its answer, if `wikipedia` names that file."""
    prompts = _mapping(_json(path))
    sentences = _mapping(_json(path.parent / fields["wikipedia"])) if "wikipedia" in fields else {}

    def made(record: tuple[str, str, int, str]) -> Record:
        group, person, number, prompt = record
        known = sentences.get(group, {}).get(person, [])
        begun = (known[number],) if number < len(known) and known[number].startswith(prompt.strip()) else ()
        return Record(prompt, begun, id=f"{group}/{person}/{number}")

    flat = (
        (group, person, number, prompt)
        for group, people in prompts.items()
        for person, said in people.items()
        for number, prompt in enumerate(said)
    )
    return _tried(flat, made)


def _all_there(wanted: Iterable[str], columns: Sequence[str]) -> None:
    absent = sorted(set(wanted) - set(columns))
    if absent:
        raise UnreadableError(f"no column {', '.join(absent)}")


_GENERIC = frozenset({"question", "id", "answers", "choices", "context"})


def _generic(loaded: Iterator[Any], fields: dict[str, str]) -> Records:
    def made(record: Any) -> Record:
        named = {name: record[column] for name, column in fields.items() if name != "id"}
        several = {name: _several(value) for name, value in named.items() if name != "question"}
        key = record[fields["id"]] if "id" in fields else ""
        return Record(named["question"], id=str(key), **several)

    return _tried(loaded, made)


def _generic_jsonl(path: Path, fields: dict[str, str]) -> Records:
    return _generic(_lines(path), fields)


def _generic_json(path: Path, fields: dict[str, str]) -> Records:
    return _generic(iter(_listing(_json(path))), fields)


def _generic_csv(path: Path, fields: dict[str, str]) -> Records:
    return _generic(_named(path, fields.values()), fields)


def _generic_parquet(path: Path, fields: dict[str, str]) -> Records:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            _all_there(fields.values(), file.schema_arrow.names)
            rows = [row for batch in file.iter_batches(columns=sorted(fields.values())) for row in batch.to_pylist()]
    except pa.ArrowInvalid:
        raise UnreadableError("no Parquet") from None
    return _generic(iter(rows), fields)


FORMATS: dict[str, Format] = {
    "medqa": Format(_medqa),
    "mmlu": Format(_mmlu),
    "medmcqa": Format(_medmcqa, frozenset({"first"})),
    "pubmedqa": Format(_pubmedqa),
    "bioasq": Format(_bioasq),
    "cpgqa": Format(_cpgqa),
    "frenchmedmcqa": Format(_frenchmedmcqa),
    "liveqa": Format(_liveqa),
    "bold": Format(_bold, frozenset({"wikipedia"})),
    "jsonl": Format(_generic_jsonl, _GENERIC),
    "json": Format(_generic_json, _GENERIC),
    "csv": Format(_generic_csv, _GENERIC),
    "parquet": Format(_generic_parquet, _GENERIC),
}
