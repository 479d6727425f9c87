"""Values as people say them: numbers in words, codes letter by letter."""

from __future__ import annotations

_SAID = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_SAID_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_SAID_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ONES, _TENS, _ORDINALS = _SAID.split(), _SAID_TENS.split(), _SAID_ORDINALS.split()
_MARKS = {"-": "dash", "/": "slash", ".": "dot", "@": "at", "_": "underscore", ":": "colon", "+": "plus"}


def number(value: int) -> str:
    """0 to 9999 in words, thousands in pairs: "twelve forty two"."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")
    pairs, rest = divmod(value, 100)
    if value % 1000 == 0:
        return f"{_ONES[value // 1000]} thousand"
    if rest == 0:
        return f"{number(pairs)} hundred"
    return f"{number(pairs)} {'oh ' if rest < 10 else ''}{number(rest)}"


def ordinal(value: int) -> str:
    """1 to 39 in words: "twenty third"."""
    if value <= 20:
        return _ORDINALS[value - 1]
    return f"{_TENS[value // 10]} {_ORDINALS[value % 10 - 1]}" if value % 10 else f"{_TENS[value // 10][:-1]}ieth"


def year(value: int) -> str:
    """1900 to 2099 in words: "nineteen forty two", "two thousand nine"."""
    if 2000 <= value < 2010:
        return "two thousand" + (f" {_ONES[value % 10]}" if value % 10 else "")
    return number(value)


def code(value: str, zero: str = "oh") -> str:
    """Letters and digits one by one: "a b four oh dash seven". Blanks and brackets are not said."""
    said = []
    for each in value.lower():
        if each.isdigit():
            said.append(zero if each == "0" else _ONES[int(each)])
        elif each.isalpha():
            said.append(each)
        elif each in _MARKS:
            said.append(_MARKS[each])
    return " ".join(said)


def digits(value: str, zero: str = "oh") -> str:
    """Digits one by one, whatever stands between them."""
    return code("".join(each for each in value if each.isdigit()), zero)


def address(value: str) -> str:
    """An e-mail or web address: words as words, marks as words, digits one by one."""
    said: list[str] = []
    word = ""
    for each in value.lower():
        if each.isalpha():
            word += each
            continue
        if word:
            said.append(word)
            word = ""
        said.append(_ONES[int(each)] if each.isdigit() else _MARKS.get(each, ""))
    return " ".join(part for part in (*said, word) if part)
