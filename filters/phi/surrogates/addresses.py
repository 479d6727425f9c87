"""Addresses of the Internet that are nobody's, and names of pictures.

Domains are those that RFC 2606 keeps for examples; IP addresses those that RFC 5737 and RFC 3849 keep for
documentation.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from filters.phi.surrogates.census import INITIALS, census
from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.folding import cased, plain, touch
from filters.phi.surrogates.names import digits_for
from filters.phi.surrogates.vocabulary import words

DOMAINS: Final = ("example.org", "example.com", "example.net")
NETWORKS: Final = ("192.0.2", "198.51.100", "203.0.113")
"""RFC 5737; each is a /24."""
_IP6: Final = "2001:db8"
"""RFC 3849, a /32."""
_SHORT: Final = 3
_TRIES: Final = 32

_ADDRESS: Final = re.compile(
    r"([^\s@\uff20,;<>()\[\]\"]+|\{[^{}@]*\})(\s{0,2}[@\uff20]\s{0,2})([^\s@\uff20,;<>()\[\]\"]+)"
)
_SPELLED: Final = re.compile(
    r"(?is)^(.+?)(\s*[\[({<]\s*at\s*[\])}>]\s*|\s+at\s+)(.+?)((?:\s*[\[({<]\s*dot\s*[\])}>]\s*|\s+dot\s+|\.)[a-z]{2,})\.?$"
)
_SPELLED_DOT: Final = re.compile(r"(?is)^(\s*[\[({<]\s*dot\s*[\])}>]\s*|\s+dot\s+|\.)")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_PIECE: Final = re.compile(r"%[0-9A-Fa-f]{2}|[^\W_]+")

_URL: Final = re.compile(
    r"(?is)^(?P<scheme>[a-z][a-z0-9+-]*:/{1,3})?(?:[^\s/@?#]*@)?(?P<www>www\d?\.)?(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:@]*[^\s/?#:@.])"
    r"(?P<port>:\d+)?(?P<rest>[/?#.].*)?$"
)
_IP4: Final = re.compile(r"(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d]|\.\d)")
_IP_GROUPS: Final = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*")
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def _word(folder: Folder, word: str) -> str:
    """A name for a run of letters; of one or two letters, the letters that stand for these initials."""
    if len(plain(word)) < _SHORT:
        return "".join(cased(folder.initial(each).lower(), each) for each in word)
    return folder.part(word)


def _words(folder: Folder, text: str, kept: frozenset[str]) -> str:
    """`text` with other names and digits in it; words of `kept` stay."""

    def piece(match: re.Match[str]) -> str:
        found = match.group()
        if found[0] == "%" or found.lower() in kept:
            return found
        runs = re.split(r"(\d+)", found)
        if len(runs) > 3:  # a token: letters and digits mixed
            draws = folder.draws("token", found.lower())
            return "".join(
                "0123456789"[draws.below(10)] if each.isdecimal() else cased(draws.pick("abcdef"), each)
                for each in found
            )
        return "".join(
            run
            if not run or run.lower() in kept
            else digits_for(folder, run)
            if run.isdecimal()
            else _word(folder, run)
            for run in runs
        )

    return _PIECE.sub(piece, text)


def _domain(folder: Folder, old: str) -> str:
    """The example domain that stands for `old` in this document: another one."""
    folded = old.lower()
    return folder.draws("domain", folded).pick([each for each in DOMAINS if not folded.endswith(each)])


def email(folder: Folder, value: str) -> str | None:
    """An address at an example domain; its parts are those that stand for the person's names."""
    made: list[str] = []
    done = 0
    for match in _ADDRESS.finditer(value):
        made.append(value[done : match.start()])
        local, domain = match[1], match[3]
        made += (_words(folder, local, words("email")), match[2], _domain(folder, domain.rstrip(".")))
        done = match.end()
    if made:
        rest = "".join((*made[::4], value[done:]))
        if not all(word.lower() in words("email") for word in _LETTERS.findall(rest)):
            return None
        return "".join((*made, value[done:]))
    spelled = _SPELLED.match(value)
    if spelled is None:
        return None
    local, at, domain, ending = spelled.groups()
    dot = _SPELLED_DOT.match(ending)
    host, _, top = _domain(folder, domain + "." + ending).partition(".")
    point = dot[1] if dot is not None else "."
    return f"{_words(folder, local, words('email'))}{at}{host}{point}{top}"


def could_be_email(value: str) -> bool:
    """Every domain is one of the examples."""
    found = list(_ADDRESS.finditer(value))
    if found:
        return all(match[3] in DOMAINS and _made_of_names(match[1], words("email")) for match in found)
    spelled = _SPELLED.match(value)
    if spelled is None:
        return False
    ending = _LETTERS.findall(spelled[4])[-1]
    return f"{spelled[3]}.{ending}" in DOMAINS and _made_of_names(spelled[1], words("email"))


def _made_of_names(text: str, kept: frozenset[str]) -> bool:
    surrogates = census().surrogates
    for match in _PIECE.finditer(text):
        runs = [run for run in re.split(r"\d+", match.group()) if run]
        if match.group()[0] == "%" or match.group().lower() in kept:
            continue
        if len(re.split(r"(\d+)", match.group())) > 3:
            if not set("".join(runs).lower()) <= set("abcdef"):
                return False
            continue
        for run in runs:
            short = len(run) < _SHORT and set(run.upper()) <= set(INITIALS)
            if not short and run.lower() not in kept and plain(run) not in surrogates:
                return False
    return True


def url(folder: Folder, value: str) -> str | None:
    """A page of an example domain, with a path of the same form."""
    match = _URL.match(value)
    if match is None or ("." not in match["host"] and not match["host"].startswith("[") and not match["scheme"]):
        return None
    scheme, www, rest = match["scheme"] or "", match["www"] or "", match["rest"] or ""
    host = _domain(folder, match["host"])
    return f"{scheme}{www}{host}{match['port'] or ''}{_words(folder, rest, words('file'))}"


def could_be_url(value: str) -> bool:
    """The host is one of the examples."""
    match = _URL.match(value)
    return match is not None and match["host"] in DOMAINS and _made_of_names(match["rest"] or "", words("file"))


def ip(folder: Folder, value: str) -> str | None:
    """An address of the documentation's; a port or a prefix stays."""
    if _IP4.search(value):
        return _everywhere(_IP4, value, lambda old: _ip4(folder, old))
    return _everywhere(_IP_GROUPS, value, lambda old: _ip6(folder, old))


def _everywhere(form: re.Pattern[str], value: str, make: Callable[[str], str | None]) -> str | None:
    made: list[str] = []
    done = 0
    for match in form.finditer(value):
        new = make(match.group())
        if new is None:
            return None
        made += (value[done : match.start()], new)
        done = match.end()
    rest = form.sub("", value)
    if not made or any(word.lower() not in ("ip", "and", "or", "port") for word in _LETTERS.findall(rest)):
        return None
    return "".join((*made, value[done:]))


def _ip4(folder: Folder, old: str) -> str | None:
    draws = folder.draws("ip", old)
    for _ in range(_TRIES):
        made = f"{draws.pick(NETWORKS)}.{1 + draws.below(254)}"
        if not touch(made, old):
            return made
    return None


def _ip6(folder: Folder, old: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(old)
    except ValueError:
        return None
    draws = folder.draws("ip", address.compressed)
    groups = ["%x" % (1 + draws.below(0xFFFF)) for _ in range(6)]
    made = f"{_IP6}::{':'.join(groups[:2])}" if "::" in old else ":".join((_IP6, *groups))
    return made.upper() if old.isupper() else made


def could_be_ip(value: str) -> bool:
    """Every address is of a network for documentation."""
    found = _IP4.findall(value)
    if found:
        return all(".".join(octets[:3]) in NETWORKS for octets in found)
    groups = _IP_GROUPS.findall(value)
    return bool(groups) and all(each.lower().startswith(f"{_IP6}:") for each in groups)


def photo(folder: Folder, value: str) -> str | None:
    """Another name of a file with the same ending; what a camera or a person calls any picture stays."""
    ending = _ENDING.search(value)
    if ending is None and re.search(r"\s", value):
        return None
    stem = value[: ending.start()] if ending else value
    made = _words(folder, stem, words("file"))
    return None if made == stem else made + (ending.group() if ending else "")


def could_be_photo(value: str) -> bool:
    """The name is made of surrogates and of words for pictures."""
    ending = _ENDING.search(value)
    return _made_of_names(value[: ending.start()] if ending else value, words("file"))


def looks_like_ip(value: str) -> bool:
    """Four octets, or groups of IPv6, and nothing else."""
    return _IP4.fullmatch(value) is not None or (value.count(":") > 3 and _IP_GROUPS.fullmatch(value) is not None)
