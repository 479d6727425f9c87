"""Every card read back by the library that its readers use.

A validator is found by import; what is not installed is named with what to install, and is no fault of the card. D4D,
DPS, the EU's template, TRIPOD-LLM and HTI-1 have no light validator: for them completeness is checked here.
"""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path
from typing import Any

from datacards.projections import d4d, dps, eu, hti1
from datacards.projections.facts import CARDS
from datacards.projections.schema import SCHEMA
from manifests import layout

EXTRA = "pip install 'hc4[cards]'"
"""What installs every validator."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one validator says of one card."""

    file: str
    validator: str
    """Its name and version; `hc4` for what is checked here."""
    faults: tuple[str, ...] = ()
    missing: bool = False
    """Whether the validator is not installed, so that nothing was checked."""


Check = Callable[[Path], Iterator[str]]
"""A snapshot folder in, faults out. It may raise whatever its library raises."""


def check_cards(folder: Path) -> Iterator[Checked]:
    """Every card of the snapshot in `folder`, by its validator, in a fixed order."""
    for file, package, check in CHECKS:
        try:
            name = f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield Checked(file, package, missing=True)
            continue
        try:
            with _quiet():
                faults = tuple(_short(fault) for fault in check(folder))
        except ModuleNotFoundError as error:
            yield Checked(file, f"{package} ({error.name} is not installed)", missing=True)
            continue
        except Exception as error:  # noqa: BLE001 - each library has errors of its own; all of them are the answer
            faults = (_short(f"{type(error).__name__}: {error}"),)
        yield Checked(file, name, faults)


def _card(folder: Path) -> Iterator[str]:
    """The YAML of the dataset card, and that each file pattern of it finds a file."""
    from huggingface_hub import DatasetCard

    card = DatasetCard((folder / "README.md").read_text(encoding="utf-8"), ignore_metadata_errors=False)
    data: dict[str, Any] = card.data.to_dict()  # type: ignore[no-untyped-call]
    if not data.get("license"):
        yield "has no license"
    shards = [path.relative_to(folder).as_posix() for path in (folder / layout.DATA).rglob("*.parquet")]
    for config in data.get("configs", ()):
        for files in config["data_files"]:
            if not any(fnmatchcase(name, files["path"]) for name in shards):
                yield f"configuration {config['config_name']}: {files['path']} matches no file"


def _croissant(folder: Path) -> Iterator[str]:
    """Errors and warnings alike; and the licence, of whose absence mlcroissant only warns."""
    from mlcroissant import Dataset

    place = folder / "croissant.json"
    issues = Dataset(jsonld=place).metadata.ctx.issues
    yield from sorted(issues.errors)
    yield from sorted(issues.warnings)
    if not json.loads(place.read_bytes()).get("license"):
        yield "has no license"


def _spdx(folder: Path) -> Iterator[str]:
    """Reading checks types and properties, writing checks what is obligatory; then every id must be in the document."""
    from spdx_python_model import v3_0_1 as spdx

    found = spdx.SHACLObjectSet()
    with (folder / CARDS / "spdx.json").open("rb") as stream:
        spdx.JSONLDDeserializer().read(stream, found)
    spdx.JSONLDSerializer().write(found, io.BytesIO())
    unknown = [one.get_type() for one in found.objects if type(one) is spdx.SHACLExtensibleObject]
    yield from (f"{name} is no type of SPDX" for name in sorted(map(str, unknown)))
    if not any(isinstance(one, spdx.SpdxDocument) for one in found.objects):
        yield "holds no SpdxDocument"
    found.link()
    yield from (f"{name} is not in the document" for name in sorted(found.missing_ids))


def _prov(folder: Path) -> Iterator[str]:
    """A PROV document, in which whatever is related is stated."""
    from prov.model import ProvDocument, ProvElement

    content = (folder / CARDS / "prov.jsonld").read_text(encoding="utf-8")
    found = ProvDocument.deserialize(content=content, format="jsonld")
    stated = {str(record.identifier) for record in found.get_records(ProvElement)}
    if not stated:
        yield "states nothing"
    for record in found.get_records():
        if not isinstance(record, ProvElement):
            for kind, name in record.formal_attributes:
                if name is not None and str(name) not in stated:
                    yield f"{kind} {name} is not in the document"


def _openlineage(folder: Path) -> Iterator[str]:
    """Each event made by the client's own classes, and the same again when they write it."""
    from datacards.openlineage_events import differences

    events = (folder / CARDS / "openlineage.jsonl").read_bytes().splitlines()
    if not events:
        yield "holds no event"
    for number, line in enumerate(events, start=1):
        yield from (f"line {number}: {what}" for what in differences(json.loads(line)))


def _manifest(folder: Path) -> Iterator[str]:
    """The manifest by the schema that is shipped beside it."""
    import jsonschema

    schema = json.loads((folder / SCHEMA).read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(
        json.loads((folder / layout.MANIFEST).read_bytes())
    ):
        yield f"{error.json_path}: {error.validator}"


def _d4d(folder: Path) -> Iterator[str]:
    yield from d4d.incomplete((folder / CARDS / "d4d.yaml").read_bytes())


def _dps(folder: Path) -> Iterator[str]:
    found = json.loads((folder / CARDS / "dps.json").read_bytes())
    for group, fields in dps.FIELDS.items():
        yield from _empty(
            found.get(group, {}), fields, f"{group}.", may_be_empty=("source", "sub-provenance", "privacy-enhancing")
        )


def _eu(folder: Path) -> Iterator[str]:
    found = json.loads((folder / CARDS / "eu_training_content_fragment.json").read_bytes())
    yield from _empty(found.get("sections", {}), eu.SECTIONS, "section ")


def _tripod(folder: Path) -> Iterator[str]:
    found = json.loads((folder / CARDS / "tripod_llm.json").read_bytes())
    items = ("sources_and_rationale", "distribution", "dates", "preprocessing_and_quality", "missing_and_imbalanced")
    yield from _empty(found, items, "")


def _hti1(folder: Path) -> Iterator[str]:
    found = json.loads((folder / CARDS / "hti1_training_data.json").read_bytes())
    yield from _empty(found.get("fed", {}), hti1.FED, "attribute ")


def _empty(found: Any, fields: tuple[str, ...], what: str, may_be_empty: tuple[str, ...] = ()) -> Iterator[str]:
    for field in fields:
        if field not in found:
            yield f"{what}{field} is missing"
        elif found[field] in ("", [], {}, None) and field not in may_be_empty:
            yield f"{what}{field} is empty"


CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("README.md", "huggingface_hub", _card),
    ("croissant.json", "mlcroissant", _croissant),
    (f"{CARDS}/spdx.json", "spdx-python-model", _spdx),
    (f"{CARDS}/prov.jsonld", "prov", _prov),
    (f"{CARDS}/openlineage.jsonl", "openlineage-python", _openlineage),
    (layout.MANIFEST, "jsonschema", _manifest),
    (f"{CARDS}/d4d.yaml", "hc4", _d4d),
    (f"{CARDS}/dps.json", "hc4", _dps),
    (f"{CARDS}/eu_training_content_fragment.json", "hc4", _eu),
    (f"{CARDS}/tripod_llm.json", "hc4", _tripod),
    (f"{CARDS}/hti1_training_data.json", "hc4", _hti1),
)
"""Card, the package that reads it, and how. The package is a distribution's name, whose version is told."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Libraries log what they also say by exceptions and issues, and warn of each other."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _short(fault: str, length: int = 300) -> str:
    line = " ".join(fault.split())
    return line if len(line) <= length else f"{line[:length]}…"
