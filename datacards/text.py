"""How facts become words: numbers, shares, and strings that cannot break the page they stand on.

Templates print whole numbers and strings only, and both pass through one of the two `finalize` functions here: a number
always gets its thousands separators, a string from a source is always escaped, and a float or None is an error, because
somebody has to say how many decimals or which word it deserves.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from jinja2 import Undefined
from markupsafe import Markup, escape

NONE = "–"  # noqa: RUF001  a dash is what stands here
"""What stands where there is nothing to say (a share of zero)."""

_SPECIAL = re.compile(r"([\\`*_\[\]|#~$])")
_LINE_START = re.compile(r"^(?:[-+](?=\s|$)|[-=](?=[-=]*$)|\d+(?=[.)](?:\s|$)))")
"""What would open a list, or make a heading of the line above."""
_PLAIN_CODE = re.compile(r"[\w.:/+=@,%() \-*{}]+", re.ASCII)


class Markdown(str):
    """Text that is Markdown already: `finalize_markdown` leaves it alone."""

    __slots__ = ()


def number(value: int) -> str:
    """`1234567` as `1,234,567`."""
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """`part` of `whole` in percent with one decimal; never `0.0%` for something, never `100.0%` for less than all."""
    if whole == 0:
        return NONE
    percent = f"{100 * part / whole:.1f}%"
    if percent == "0.0%" and part:
        return "<0.1%"
    if percent == "100.0%" and part < whole:
        return ">99.9%"
    return percent


def plain(value: float) -> str:
    """A setting as a recipe writes it: `0.8`, `14`, a seed without separators."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """`1 document`, `2,000 documents`, `3 categories`."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def one_line(value: str) -> str:
    """`value` without line breaks, control characters or outer space."""
    return " ".join("".join(character if character.isprintable() else " " for character in value).split())


def markdown(value: str) -> Markdown:
    """`value` as Markdown that shows exactly these characters: in a table cell, a heading or a sentence."""
    if isinstance(value, Markdown):
        return value
    line = _inside(one_line(value))
    return Markdown(_LINE_START.sub(lambda found: _escaped_start(found.group()), line))


def _inside(line: str) -> str:
    """Escaped as far as it stands in a line."""
    return _SPECIAL.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _escaped_start(start: str) -> str:
    """A digit cannot be escaped with a backslash; its character reference still keeps it from opening a list."""
    return f"\\{start}" if start in "-+=" else f"&#{ord(start[0])};{start[1:]}"


def code(value: str) -> Markdown:
    """`value` in a code span, which shows it as it is; plain escaped text if it holds anything a code span cannot."""
    return Markdown(f"`{value}`") if _PLAIN_CODE.fullmatch(value) else markdown(value)


def prose(value: str) -> Markdown:
    """A sentence in which backticks mark names: these as code spans, all else as it is."""
    return Markdown("".join(code(part) if marked else _inside(part) for marked, part in _parts(value)))


def html_prose(value: str) -> Markup:
    """As `prose`, for pages."""
    marked_up = (Markup("<code>{}</code>").format(part) if marked else escape(part) for marked, part in _parts(value))
    return Markup().join(marked_up)


def html_label(value: str) -> Markup:
    """A label that a narrow column may break after its underscores rather than inside its words."""
    return Markup("_<wbr>").join(value.split("_"))


def _parts(value: str) -> list[tuple[bool, str]]:
    """Pieces between backticks, and whether a pair of them marks the piece; an odd one is a character."""
    pieces = one_line(value).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return [(number % 2 == 1, piece) for number, piece in enumerate(pieces) if piece]


def in_quotes(value: str) -> Markdown:
    """`value` for a quoted string of an example in a code block; a place holder if it is no simple name."""
    return Markdown(value if re.fullmatch(r"[\w.\-]+", value, re.ASCII) else "SOURCE")


def web_address(value: str | None) -> str | None:
    """`value` if it is an http(s) address that is safe to link, else None."""
    if not value or not re.fullmatch(r"https?://[!-~]+", value) or set(value) & set("<>\"'()[]\\|`"):
        return None
    return value if urlsplit(value).hostname else None


def markdown_link(value: str | None) -> Markdown:
    """An address as a link, anything else as text."""
    address = web_address(value)
    return Markdown(f"<{address}>") if address else markdown(value or NONE)


def html_link(value: str | None) -> Markup:
    """An address as a link, anything else as text."""
    address = web_address(value)
    if not address:
        return escape(one_line(value or NONE))
    return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)


def finalize_markdown(value: object) -> str:
    """Escape strings, separate thousands, refuse the rest."""
    return markdown(_text(value))


def finalize_html(value: object) -> str:
    """Separate thousands, refuse what is no text; Jinja's autoescape does the rest."""
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, Undefined):
        return str(value)  # raises jinja2.UndefinedError, which names the variable
    raise TypeError(f"a template may print text or a whole number, not {type(value).__name__}")
