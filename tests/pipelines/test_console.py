"""A terminal obeys nothing that a snapshot says."""

from __future__ import annotations

import io
import re

import pytest
from rich.table import Table
from rich.text import Text

from pipelines.console import Console
from tests.pipelines.building import ROOT

HARM = ["\x1b[1A\x1b[2K", "\x1b]0;owned\x07", "\x9b2J", "a\rb", "\x08\x08", "\x7f", "\u202egnp.exe", "\u2066x"]


OBEYED = {"\x1b", "\x9b", "\r", "\x07", "\x08", "\x7f", "\u202e", "\u2066"}


def printed(what: object) -> str:
    stream = io.StringIO()
    Console(file=stream, force_terminal=True, width=60, color_system="truecolor").print(what)
    return stream.getvalue()


def without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("harm", HARM)
def test_control_characters_are_shown_and_not_obeyed(harm: str) -> None:
    table = Table()
    table.add_row(f"in a {harm} cell")
    for what in (f"plain {harm}", Text(f"text {harm}"), table):
        assert not OBEYED & set(without_styles(printed(what)))


def test_styles_lines_and_letters_stay() -> None:
    found = printed("[bold]Grüße 漢字[/bold]\n\tnext")

    assert "\x1b[1mGrüße 漢字\x1b[0m\n" in found
    assert "next" in found


def test_commands_print_on_no_other_console() -> None:
    others = re.compile(r"from rich(?:\.console)? import (?!.*RichConsole).*\bConsole\b|\brich\.print\b")
    places = [path for path in (ROOT / "pipelines").rglob("*.py") if others.search(path.read_text(encoding="utf-8"))]

    assert places == []
