"""What commands print on: a console on which text is only ever text.

Titles, file names and reasons come from whoever made a snapshot. A terminal obeys what a name of a file says to it:
`\\x1b[1A\\x1b[2K` takes back the line above, be it the one that says that the file is damaged.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console as RichConsole
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

_OBEYED = {
    code: "\N{REPLACEMENT CHARACTER}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}
"""Control characters, and those that turn the direction of what follows them."""


class Console(RichConsole):
    """As rich's, but control characters in what is printed show as replacement characters."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of what is printed; rich's own commands to the terminal stay."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(segment.text.translate(_OBEYED), segment.style)
