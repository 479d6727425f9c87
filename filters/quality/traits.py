"""What the quality kernel needs to know about a character, in two bytes.

Letters, white space, upper case and decimal digits are Unicode properties (`corpus.unicode`); the marks that end a
sentence, close a quotation or start a list item are the sets that the published filters use.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from corpus import unicode

# Kernels freeze these numbers when they are compiled. `corpus.kernel` names the folder of machine code after the
# content of every file that speaks of it, so this one does.
LETTER = unicode.LETTER
SPACE = unicode.SPACE
UPPER = unicode.UPPER
DIGIT = unicode.DIGIT
TERMINAL = 2  # ends a sentence
CLOSING = 4  # may stand between the end of a sentence and the white space after it
BULLET = 16  # starts a list item
MARKER = 32  # looked at one by one: # . … { | the j of "javascript", and what mojibake is made of
UNSPACED = 256  # a letter that is a word by itself
STARTER = 512  # any other letter or number: begins a new word after one of those
UNCAPPED = 1024  # a letter that is neither upper nor title case

TERMINAL_RANGES = """
21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6
17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049 2E2E
2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB FE52
FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143 111C5-111C6
111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 1173C-1173E 11944
11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F
1DA88
"""
"""Code points that end a sentence: the 159 of FineWeb's filter (datatrove `TERMINAL_PUNCTUATION`), all scripts."""

BULLETS = "-\u2013*·•‣◦▪▫■□●○▶◀"
"""First characters of list items. datatrove's Gopher filter knows `•` and `-`; the others are what RedPajama-V2's
`rps_lines_start_with_bulletpoint` adds, and `*`, `·`, `●`, `○` from drug labels and guidelines."""

MARKERS = "#.…{|jJ"

_WINDOWS_1252 = bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
BROKEN = "\ufffd" + "".join(map(chr, [*range(0x80, 0x85), *range(0x86, 0xA0)]))
"""Never in sound text: the replacement character, and the C1 controls but the line end U+0085."""
TRAILS = _WINDOWS_1252 + "".join(map(chr, range(0xA1, 0xC0)))
"""What the second byte of a UTF-8 character of two bytes becomes if it is read as Windows-1252, but for blanks."""
LEADS = "ÂÃÎÏÐÑ"
"""What the first byte becomes, for accented, Greek and Cyrillic letters. No language writes these capitals before one
of `TRAILS`; the leads of rarer letters (`Å`, `É`, `Ü` ...) stand before closing quotation marks in sound text."""
PAIRS = ("â€", "ï¿")
"""The beginnings of what quotation marks, dashes and the replacement character become."""


@cache
def traits() -> npt.NDArray[np.uint16]:
    """Bit flags (uint16) per code point (0 to 0x10FFFF)."""
    classes = unicode.classes()
    table = (classes & np.uint8(LETTER | SPACE | UPPER | DIGIT)).astype(np.uint16)
    table[unicode.unspaced()] |= UNSPACED
    table[unicode.starters()] |= STARTER
    table[(classes & LETTER != 0) & (classes & UPPER == 0)] |= UNCAPPED
    for given in TERMINAL_RANGES.split():
        first, _, last = given.partition("-")
        table[int(first, 16) : int(last or first, 16) + 1] |= TERMINAL
    closing = [code for code in range(len(table)) if unicodedata.category(chr(code)) in ("Pe", "Pf")]
    table[[*closing, ord('"'), ord("'")]] |= CLOSING
    table[[ord(character) for character in BULLETS]] |= BULLET
    table[[ord(character) for character in MARKERS + BROKEN + TRAILS]] |= MARKER
    table.flags.writeable = False
    return table
