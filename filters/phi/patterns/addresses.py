"""E-mail, IP and web addresses."""

from __future__ import annotations

from filters.phi.patterns.pattern import BLANK, Pattern
from filters.phi.validators import addresses as check

_LOCAL = r"[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.\x{2019}\x{2010}-\x{2013}\x{2212}-]"
_DOMAIN = r"[\p{L}\p{N}_\x{2010}-\x{2013}\x{2212}-]+(?:[.\x{ff0e}][\p{L}\p{N}_\x{2010}-\x{2013}\x{2212}-]+)+"
_AT = rf"[{BLANK}]{{0,2}}[@\x{{ff20}}][{BLANK}]{{0,2}}"
_DOT = r"(?: ?[\[({<] ?dot ?[\])}>] ?| dot |\.)"

ADDRESSES = (
    Pattern("email", "EMAIL", rf"{_LOCAL}+{_AT}{_DOMAIN}", check.email),
    Pattern("email-group", "EMAIL", rf"\{{[^{{}}@\n]{{1,200}}\}}{_AT}{_DOMAIN}", check.email),
    Pattern("email-quoted", "EMAIL", rf"\"{_AT}{_DOMAIN}", check.quoted_email),
    Pattern(
        "email-underscores",
        "EMAIL",
        r"(?i)[\p{L}\p{N}.+-]+(?:_[\p{L}\p{N}.+-]+)*_at_[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*"
        r"\.(?:com|org|net|edu|gov|(?:ac|co|edu|gov|org)\.[a-z]{2})\b",
    ),
    Pattern("email-literal", "EMAIL", rf"{_LOCAL}+@\[[0-9A-Fa-f:.]+\]"),
    Pattern(
        "email-cued",
        "EMAIL",
        rf"{_LOCAL}+{_AT}[\p{{L}}\p{{N}}._-]*[\p{{L}}\p{{N}}]",
        cue=rf"(?i:\be-?mails?\b(?: address(?:es)?)?)[{BLANK}]{{0,2}}[:.=][{BLANK}]{{0,2}}",
    ),
    Pattern(
        "email-spelled",
        "EMAIL",
        rf"(?i)[\p{{L}}\p{{N}}._+-]+ ?[\[({{<] ?at ?[\])}}>] ?[\p{{L}}\p{{N}}_-]+(?:{_DOT}[\p{{L}}\p{{N}}_-]+)+",
        check.spelled_email,
    ),
    Pattern(
        "email-words",
        "EMAIL",
        r"(?i)[\p{L}\p{N}._+-]+ at [\p{L}\p{N}_-]+(?: dot [\p{L}\p{N}_-]+)+",
        check.spelled_email,
    ),
    Pattern("ip4", "IP", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", check.ip4),
    Pattern("ip4-any", "IP", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", check.ip4_any, group="record"),
    Pattern("ip6", "IP", r"(?i)(?:[0-9a-f]{1,4})?(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?", check.ip6),
    Pattern("url-user", "URL", r"(?i)\b(?:https?|ftps?|sftp|ssh)://[^\s/@<>\"]{1,100}@[^\s<>\"]+", check.url),
    Pattern(
        "url-token",
        "URL",
        r"(?i)\b(?:https?|ftp)://[^\s<>\"]{1,500}?[?&;](?:user(?:name|_?id)?|login|e-?mail|(?:access_?|auth_?)?token|"
        r"session_?(?:id)?|jsessionid|pass(?:word|wd)?|pwd|api_?key|patient(?:_?id)?|mrn|ssn)=[^\s<>\"&]+[^\s<>\"]*",
        check.url,
    ),
)
