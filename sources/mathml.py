"""MathML as one line of text, close to how formulas are typed: `(a + b)/c`, `x_i^2`, `sqrt(n)`."""

from __future__ import annotations

from sources.markup import Element, entity_text

_SPACED = frozenset("=<>≤≥≈≠±+→∈\u223c≡⇒⇔\u00d7∝")


def formula(element: Element) -> str:
    """Text of a `math` element or part of one; layout that has no plain form (matrices) becomes rows.

    A TeX annotation, where there is one, is taken instead: it says more than any flattening.
    """
    if not isinstance(element.tag, str):
        return entity_text(element)
    tag = element.tag.rpartition("}")[2]
    children = list(element)
    if tag == "semantics" and children:
        for child in children[1:]:
            if "tex" in (child.get("encoding") or "").lower() and child.text:
                return " ".join(child.text.split())
        return formula(children[0])
    if tag in {"annotation", "annotation-xml"}:
        return ""
    if tag == "mspace":
        return " "
    if tag == "mo":
        sign = (element.text or "").strip()
        return f" {sign} " if sign in _SPACED else f"{sign} " if sign in {",", ";"} else sign
    if not children:
        return " ".join((element.text or "").split()) if tag != "mtext" else (element.text or "")
    parts = [formula(child) for child in children]
    match tag, parts:
        case "msup", [base, upper]:
            return f"{base}^{_grouped(upper)}"
        case "msub" | "munder", [base, lower]:
            return f"{base}_{_grouped(lower)}"
        case "msubsup" | "munderover", [base, lower, upper]:
            return f"{base}_{_grouped(lower)}^{_grouped(upper)}"
        case "mover", [base, accent]:
            return (
                f"{base}{accent.strip()}" if len(accent.strip()) > 1 else f"{base}{_COMBINING.get(accent.strip(), '')}"
            )
        case "mfrac", [top, bottom]:
            return f"{_grouped(top)}/{_grouped(bottom)}"
        case "msqrt", _:
            return f"sqrt({''.join(parts).strip()})"
        case "mroot", [radicand, index]:
            return f"root({radicand.strip()}, {index.strip()})"
        case "mfenced", _:
            between = element.get("separators", ",").strip()[:1]
            inner = (f"{between} " if between else "").join(part.strip() for part in parts)
            return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"
        case "mtr", _:
            return " ".join(part.strip() for part in parts)
        case "mtable", _:
            return "; ".join(part.strip() for part in parts)
    joined = "".join(
        part + (child.tail.strip() if child.tail else "") for part, child in zip(parts, children, strict=True)
    )
    return (element.text or "").strip() + joined


_COMBINING = {
    "\u00af": "\u0304", "\u203e": "\u0304", "_": "\u0304", "^": "\u0302", "\u02c6": "\u0302", "~": "\u0303",
    "\u02dc": "\u0303", "\u02d9": "\u0307", ".": "\u0307", "\u2192": "\u20d7",
}  # fmt: skip


def _grouped(part: str) -> str:
    part = part.strip()
    return (
        part
        if len(part) <= 1 or part.isalnum() or (part[0] == "(" and part.find(")") == len(part) - 1)
        else f"({part})"
    )
