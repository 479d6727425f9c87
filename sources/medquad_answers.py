"""Answers of MedQuAD as text: the marks that the pages' extraction left are undone, navigation is taken out."""

from __future__ import annotations

import re

_ITEM = re.compile(r"(?:(?<=\s\s)|(?<=\n)|^)-\s+|(?<=\s)-\s{2,}")
# The first item of a list has but one blank before it where the words that announce it are on the same line.
_FIRST_ITEM = re.compile(
    r"(?:[:.]|\b(?:and|are|as|be|because|been|by|can|for|from|has|have|if|in|includ(?:e|es|ing)|is|like|may|of|on|or|"
    r"should|that|the|they|this|to|try|when|who|will|with|you|your))\s-\s+(?!.*\s-\s)",
    re.I | re.S,
)
BEFORE_MARK = re.compile(r"\s+([?.,;:)])")
# What only a web page can do: play, enlarge, be clicked.
_ASIDE = re.compile(
    r"\((?:Watch the video|Click here)(?:[^()]|\([^()]*\))*\)"
    r"|\s*\(See the (?:PDQ|section)[^()]*(?:\([^()]*\)[^()]*)*\)",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.?!])(?<![A-Z]\.[A-Z]\.)(?<!\bSt\.)(?<!\b[DJ]r\.)(?=\s)|(?<=[.?!][\"\u201d])(?=\s)")
# Sentences that send the reader elsewhere: to a link, a page, a hotline's site, another summary of the same series.
_NAVIGATION = re.compile(
    r"""\bclick(?:ing)?\ (?:here|on|the)\b
    | \b(?:from|check|contact|see)\ the\ following\ (?:resources|organizations)\b
    | \bwatch\ the\ video\b
    | \bseparate\ window\ will\ open | https?:// | \bwww\.
    | \b(?:following|below|above)\b.{0,40}\blinks?\b | \blinks?\ below\b
    | ^\s*(?:see\ (?:the\ )?(?:following\ )?(?:PDQ|drugs\ approved|section|treatment\ options?\ section|general\ info)
        | these\ have\ been\ retrieved\ from
        | (?:learn|read)\ more\ (?:about|at|in)\b
        | for\ (?:more|additional|further)\ (?:information|details)\b.*\b(?:see|visit|go\ to|contact|call|view|check)\b
        | for\ more\ information,?\ please
        | check\ the\ list\ of\ NCI-supported
        | for\ more\ specific\ results,\ refine\ the\ search
        | talk\ with\ your\ (?:child's\ )?doctor\ about\ clinical\ trials\ that\ may\ be\ right
        | general\ information\ about\ clinical\ trials\ is\ available
        | information\ about\ clinical\ trials\ (?:supported\ by\ NCI\ )?(?:is\ available|can\ be\ found)
        | visit\ (?:our|the|this)\b.*\b(?:web|link|site)
        | more\ on:
        | you\ can\ use\ the\ MedlinePlus\ Medical\ Dictionary)""",
    re.I | re.X,
)
_AFTER_TITLE = re.compile(r"(?<=[.])(?=\s+[A-Z])")
_RESOURCES = re.compile(
    r"These resources (?:address the diagnosis or management of|from MedlinePlus offer information) .*", re.S
)  # To the end: titles of pages.
# A piece of an address block: nothing but a phone number, an e-mail address, a site or a street's end.
_CONTACT = re.compile(
    r"(?:(?:e-?mail|phone|tel|fax|tty|toll[- ]free|website|internet|web)\b[^:]{0,20}:\s*)?"
    r"(?:\S+@\S+|(?:https?://|www\.)\S+|[\d()+\u2013. -]{7,}(?:\([^()]*\))?|"
    r"[A-Z][A-Za-z ]+, [A-Z]{2} \d{5}(?:-\d{4})?)",
    re.I,
)
_SIGNED = re.compile(  # The agency that a health topic was taken from stands after its last word.
    r"(?:(?<=[.?!)])\s+|\s{2,})(?:NIH: [A-Z][^.]{5,90}|Centers for Disease Control and Prevention"
    r"|Food and Drug Administration|Environmental Protection Agency|Federal Emergency Management Agency"
    r"|Dept\. of Health and Human Services[^.]{0,40}|Agency for Healthcare \w+ and \w+|Bureau of Labor Statistics)\s*\Z"
)
_CITED = re.compile(r"(?<=[.,:\]a-z])(\s?)\[(?:\d{1,5}|OMIM|orphanet)\]")
_GLUED = re.compile(r"(?<=[a-z)]{2})\.(?=[A-Z][a-z]+\s)")
_EMPTY = re.compile(r"\s*\(\s*\)")  # A Greek letter was lost: "alpha ()-actin".
# The pages' curly apostrophes were lost. Only words that are no others without it: "arent", not "well".
_CONTRACTED = re.compile(
    r"\b(?:(are|ca|could|did|does|do|had|has|have|is|should|was|were|wo|would)nt|(they|we|you)(ve|re)|(they|you)ll)\b",
    re.I,
)
_NOT_CONTRACTED = frozenset({"were"})

_SYMPTOMS = re.compile(
    r"If the information is available, the table below includes how often the symptom is seen in people with this "
    r"condition\.\s*(?:You can use the MedlinePlus Medical Dictionary to look up the definitions for these medical "
    r"terms\.\s*)?(Signs and Symptoms) (Approximate number of patients \(when available\))(.*?)"
    r"The Human Phenotype Ontology \(HPO\) has collected.*?may be rare or common\.",
    re.S,
)
_SYMPTOM = re.compile(r"\s*(.+?) (-|\d+(?:\.\d+)?%|\d+/\d+|Very rare|Rare|Occasional|Common|Frequent)(?=\s|$)")


def answer(text: str, question: str) -> str:
    """One paragraph a line, `- ` before list items; pages run their lines together with two blanks.

    The table of symptoms that rare-disease pages carry gets its rows back and loses its standing explanation.
    """
    text = _RESOURCES.sub("", _SIGNED.sub("", text.strip().removeprefix("Summary : ")))
    text = _EMPTY.sub("", _CITED.sub(r"\1", _CONTRACTED.sub(_with_apostrophe, text)))
    blocks: list[str] = []
    rest = 0
    for table in _SYMPTOMS.finditer(text):
        _prose(text[rest : table.start()], blocks)
        rows = [f"{table[1]} | {table[2]}", *(f"{name} | {share}" for name, share in _SYMPTOM.findall(table[3]))]
        blocks.append("\n".join(rows))
        rest = table.end()
    _prose(text[rest:], blocks)
    return "\n\n".join(_without_question(blocks, question))


def _with_apostrophe(found: re.Match[str]) -> str:
    word = found.group()
    if word.lower() in _NOT_CONTRACTED:
        return word
    end = 1 if word.lower().endswith("nt") else 2
    return f"{word[:-end]}'{word[-end:]}"


def _prose(text: str, blocks: list[str]) -> None:
    leads_elsewhere = False  # The last words were of other pages, and a list of them follows.
    for line in text.split("\n"):
        if not line.strip():
            continue
        lead, *items = _ITEM.split(f"  {line.strip()}")
        if lead.strip():
            leads_elsewhere = False
        told: list[str] = []
        for item in items:
            if leads_elsewhere:
                lead_again = "".join(_AFTER_TITLE.split(item.strip())[1:])
                if lead_again:
                    _lists(lead, told, blocks)
                    lead, told, leads_elsewhere = lead_again, [], False
                continue
            told.append(item)
            leads_elsewhere = _without_navigation(item)[1]
        if not items or not told:
            leads_elsewhere = _without_navigation(lead)[1] or leads_elsewhere
        _lists(lead, told, blocks)


def _lists(lead: str, items: list[str], blocks: list[str]) -> None:
    """Words and the list they announce, which may end with the words that announce another."""
    while lead or items:
        if items and (first := _FIRST_ITEM.search(lead)):
            cut = first.start() + len(first.group().rstrip("- \t"))
            lead, items = lead[:cut], [lead[first.end() :], *items]
        _add(blocks, _paragraph(_without_navigation(lead)[0]))
        listed, lead, items = _first_list(items)
        shown = [f"- {words}" for one in listed if (words := _paragraph(_without_navigation(one)[0]))]
        if shown and blocks and blocks[-1].startswith("- "):
            shown.insert(0, blocks.pop())
        _add(blocks, "\n".join(shown))


def _add(blocks: list[str], block: str) -> None:
    if block:
        blocks.append(block)


def _first_list(items: list[str]) -> tuple[list[str], str, list[str]]:
    """A list, the words after it, and the items that follow those.

    Some pages say a list twice, the second time without its marks: there it ends. It also ends in an item whose last
    sentence announces another list, and with the first sentence of its last item if each item before is but one.
    """
    words = [[_bare(word) for word in item.split()] for item in items]
    for index in range(len(items)):
        own_words, *after = _AFTER_TITLE.split(items[index].strip())
        if after and after[-1].endswith(":") and index + 1 < len(items):
            return [*items[:index], own_words], "".join(after), items[index + 1 :]
        if index == 0:
            continue
        before = [word for one in words[:index] for word in one]
        last = words[index]
        for own in range(1, (len(last) - len(before)) // 2 + 1):
            said = 2 * own + len(before)
            if last[own:said] == before + last[:own]:
                spoken = items[index].split()
                return [*items[:index], " ".join(spoken[:own])], " ".join(spoken[said:]), items[index + 1 :]
    if len(items) > 2 and not any(_AFTER_TITLE.search(item.strip()) for item in items[:-1]):
        own_words, *after = _AFTER_TITLE.split(items[-1].strip())
        return [*items[:-1], own_words], "".join(after), []
    return items, "", []


def _bare(word: str) -> str:
    return word.strip(".,;:").lower()


def _without_navigation(text: str) -> tuple[str, bool]:
    """`text` without sentences that send the reader elsewhere; whether its end, before a list, was one."""
    sentences = _SENTENCE.split(_ASIDE.sub(" ", text))
    kept = [one for one in sentences if not _NAVIGATION.search(one)]
    last = next((one for one in reversed(sentences) if one.strip()), "")
    return "".join(kept), last.rstrip().endswith(":") and _NAVIGATION.search(last) is not None


def _paragraph(text: str) -> str:
    pieces = [piece for piece in re.split(r"\s{2,}", text.strip()) if not _CONTACT.fullmatch(piece.strip())]
    return _GLUED.sub(". ", BEFORE_MARK.sub(r"\1", " ".join(" ".join(pieces).split())))


def _without_question(blocks: list[str], question: str) -> list[str]:
    """Many answers say the question again before they answer it."""
    for asked in (question, question.replace("the symptoms of", "the signs and symptoms of")):
        if blocks and asked.endswith("?") and blocks[0].lower().startswith(asked.lower()):
            rest = blocks[0][len(asked) :].strip()
            return [rest, *blocks[1:]] if rest else blocks[1:]
    return blocks
