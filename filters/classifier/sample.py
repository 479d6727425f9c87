"""A sample of a text, as Python strings need it: windows of whole words, spread over all of it."""

from __future__ import annotations

_WINDOWS = 8
_REACH = 24  # characters within which a window's edge looks for a blank


def sample(text: str, characters: int) -> str:
    """At most about `characters` of `text`, in windows of whole words spread evenly from its start to its end."""
    if len(text) <= characters:
        return text
    width = characters // _WINDOWS
    step = (len(text) - width) / (_WINDOWS - 1)
    windows = []
    for index in range(_WINDOWS):
        start = int(index * step)
        if start:
            blank = text.find(" ", start, start + _REACH)
            start = blank + 1 if blank >= 0 else start
        end = start + width
        blank = text.rfind(" ", max(start + 1, end - _REACH), end) if end < len(text) else -1
        windows.append(text[start : blank if blank > 0 else end])
    return " ".join(windows)
