"""Text that was read with a wrong codec before it came to us (`cafÃ©`), put right where ftfy can prove how.

Only mistakes of encoding: quotes, widths, ligatures and entities stay as they are. ftfy judges a line at a time, and
only lines where a letter of Windows-1252 that starts a character of UTF-8 is followed by one that can go on with it:
its judgement costs a second a megabyte, that pattern a hundredth. Mistakes between other code pages are left.
"""

from __future__ import annotations

import re
from collections import Counter

# In UTF-8: one of U+00C0 to U+00FF, then one of those that Windows-1252 has for 0x80 to 0xBF (or the blank that
# U+00A0 became after the two letters that begin `à` and most capitals).
_SUSPECT = re.compile(rb"\xc3[\x80-\xbf](?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb][\x80-\xbf]|\xe2[\x80\x82\x84])|\xc3\x83 ")
_LOST = "\ufffd"
_LONGEST_LINE = 100_000
"""Characters; ftfy would take minutes for more."""


def repaired(text: str, facts: Counter[str] | None = None) -> str:
    """`text` with its mojibake put right; what cannot be stays, and good text always does.

    `facts` counts documents: `mojibake_repaired`, and `mojibake_left` for those that hold U+FFFD or a line that is
    still bad.
    """
    if text.isascii():
        return text
    data = text.encode(errors="surrogatepass")
    changed = False
    left = _LOST in text
    if _SUSPECT.search(data):
        lines = text.split("\n")
        for number, line in enumerate(lines):
            lines[number], bad = _line(line)
            changed |= lines[number] != line
            left |= bad
        if changed:
            text = "\n".join(lines)
    if facts is not None and (changed or left):
        facts["mojibake_repaired"] += changed
        facts["mojibake_left"] += left
    return text


def _line(line: str) -> tuple[str, bool]:
    """A line put right, and whether something in it is still broken."""
    if line.isascii() or not _SUSPECT.search(line.encode(errors="surrogatepass")):
        return line, False
    import ftfy
    from ftfy.badness import is_bad

    if len(line) > _LONGEST_LINE:
        return line, True
    if not is_bad(line):
        return line, False
    line = ftfy.fix_encoding(line, ftfy.TextFixerConfig(fix_c1_controls=False))
    return line, _LOST in line or is_bad(line)
