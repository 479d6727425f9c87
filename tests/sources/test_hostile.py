"""Files that mean harm: each is refused or quarantined with a reason, or read rightly, in bounded memory and time, and
good records beside the bad ones all come out.

Every reader of the registry meets every attack that its format allows (`hostile_forms`, `hostile_attacks`,
`hostile_formats`), each file in a process of its own. What a case may give is the same for all: see `faults`.
"""

from __future__ import annotations

import json
import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import zstandard

from sources.registry import READERS
from tests.sources.hostile_attacks import SECRET, Attack, all_attacks
from tests.sources.hostile_formats import entities
from tests.sources.hostile_forms import FORMS, Form
from tests.sources.hostile_probe import Case, Outcome, probe

REASONS = Path(__file__).with_name("hostile_reasons.json")
"""Reasons by family of attacks: codes are released in ledgers, so that one that changes is a change to be seen."""
LEAST = 2_000
INSIDE = "Only this machine knows it."


def family(attack: Attack) -> str:
    return attack.name.partition(":")[0]


def faults(form: Form, attack: Attack, outcome: Outcome) -> list[str]:
    """Everything that is wrong with what a case gave."""
    found = []
    if outcome.died:
        return [f"the process ended: {outcome.died}"]
    if outcome.refused == "reader_failed":
        found.append(f"the reader did not foresee it: {outcome.details}")
    if not outcome.refused and not attack.whole and outcome.good != form.expected:
        found.append(f"good records are lost: {outcome.good}")
    if not attack.harmless and not outcome.reasons:
        found.append("it was read as if nothing were wrong with it")
    if not outcome.reasons and not outcome.documents and not outcome.good:
        found.append("nothing came out, and nothing says why")
    if any(secret in words for secret in (SECRET, INSIDE) for words in (*outcome.details, outcome.printed)):
        found.append("a detail or a message quotes the file")
    if INSIDE in outcome.text:
        found.append("another file was read")
    if outcome.printed.strip():
        found.append(f"it printed {outcome.printed[:100]!r}")
    if outcome.megabytes > attack.megabytes:
        found.append(f"it held {outcome.megabytes:.0f} MB, not {attack.megabytes}")
    if wrong := {reason for reason in outcome.reasons if not re.fullmatch("[a-z0-9_]+", reason)}:
        found.append(f"no reason codes: {wrong}")
    return found


class Suite:
    """All cases, what each gave, and who was asked over the network."""

    def __init__(self, folder: Path, address: str, every: int) -> None:
        """Of each family of attacks on a form, one in `every`, the first among them."""
        self.every = every
        self.attacks: dict[str, tuple[Form, Attack]] = {}
        cases = []
        for name, form in FORMS.items():
            families: Counter[str] = Counter()
            for number, attack in enumerate([*all_attacks(form), *entities(form, str(folder), address)]):
                families[family(attack)] += 1
                if (families[family(attack)] - 1) % every:
                    continue
                key = f"{name} | {attack.name}"
                place = folder / f"{name.replace(' ', '_')}_{number}"
                place.mkdir()
                (place / form.name).write_bytes(attack.data)
                for beside, data in form.beside.items():
                    (place / beside).write_bytes(data)
                assert key not in self.attacks
                self.attacks[key] = (form, Attack(attack.name, b"", attack.harmless, attack.whole, attack.megabytes))
                cases.append(Case(key, form.reader, str(place / form.name), form.options))
        self.outcomes = probe(cases)


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that nobody may ask, and what it was asked."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", params=[8, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def suite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, asked: tuple[str, list[str]]
) -> Suite:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.txt").write_text(INSIDE)
    return Suite(folder, asked[0], request.param)


def test_every_reader_is_attacked() -> None:
    assert {form.reader for form in FORMS.values()} == READERS.keys()


@pytest.mark.parametrize("name", FORMS)
def test_no_attack_does_harm(suite: Suite, name: str) -> None:
    wrong = {
        key: found
        for key, (form, attack) in suite.attacks.items()
        if key.startswith(f"{name} | ") and (found := faults(form, attack, suite.outcomes[key]))
    }
    assert wrong == {}


def test_nothing_is_fetched(suite: Suite, asked: tuple[str, list[str]]) -> None:
    assert asked[1] == []


def test_reasons_are_those_that_were_given_before(suite: Suite) -> None:
    known = json.loads(REASONS.read_text(encoding="utf-8"))
    found: dict[str, set[str]] = defaultdict(set)
    for key, (_, attack) in suite.attacks.items():
        found[family(attack)].update(suite.outcomes[key].reasons)
    if suite.every == 1:
        assert {name: sorted(reasons) for name, reasons in sorted(found.items())} == known
    assert found.keys() == known.keys()
    assert all(reasons <= set(known[name]) for name, reasons in found.items())


def test_the_suite_says_how_large_it_is(suite: Suite, record_property: pytest.FixtureRequest) -> None:
    """`pytest -rP -k how_large` prints the account."""
    count: Counter[str] = Counter()
    peak: dict[str, float] = defaultdict(float)
    quarantined = refused = 0
    for key, (_, attack) in suite.attacks.items():
        outcome = suite.outcomes[key]
        count[family(attack)] += 1
        peak[family(attack)] = max(peak[family(attack)], outcome.megabytes)
        quarantined += len(outcome.quarantined)
        refused += outcome.refused is not None
    print(f"{count.total()} hostile files, {len(FORMS)} forms of {len(READERS)} readers")
    print(f"{refused} refused whole, {quarantined} records quarantined, nothing lost beside them")
    for name, cases in sorted(count.items()):
        print(f"{name:20} {cases:5} files, at most {peak[name]:4.0f} MB beside the reader")
    assert count.total() >= LEAST // suite.every


BLOCK = 1 << 20
LARGE = 220
"""Megabytes: more than a record may weigh in any reader."""


def long_file(form: Form, path: Path) -> Path:
    """One record whose text has 220 MB, between good ones. On disk it is small: a block of noise, repeated."""
    marker = b"@@TEXT@@"
    before, _, after = form.around(form.record(4, marker)).partition(marker)
    noise = random.Random(1)
    block = "".join(noise.choices("abcdefghij klmnop", k=BLOCK)).encode()
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    with path.open("wb") as file:
        for part in (before, *[block] * LARGE, after):
            file.write(packer.compress(part))
        file.write(packer.flush())
    return path


@pytest.mark.slow
def test_a_record_of_220_megabytes_is_given_up_and_the_others_are_read(tmp_path: Path) -> None:
    forms = {name: form for name, form in FORMS.items() if form.reader not in {"parquet", "pdf", "warc"}}
    forms.pop("fhir attached")
    cases = []
    for name, form in forms.items():
        place = tmp_path / name.replace(" ", "_")
        place.mkdir()
        cases.append(Case(name, form.reader, str(long_file(form, place / form.name)), form.options))
        for beside, data in form.beside.items():
            (place / beside).write_bytes(data)
    outcomes = probe(cases)
    print({name: (outcome.reasons, round(outcome.megabytes)) for name, outcome in outcomes.items()})
    for name, outcome in outcomes.items():
        assert not outcome.died, (name, outcome.died)
        assert outcome.reasons, name
        assert outcome.megabytes < 700, (name, outcome.megabytes)
        if not outcome.refused:
            assert outcome.good == forms[name].expected, name
